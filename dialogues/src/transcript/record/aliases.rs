//! The people, e-mails, phones and addresses of the fixtures.

use crate::buttons::Field;

/// Customers, in the order in which they are needed.
const CUSTOMERS: [&str; 8] = ["Anna", "Boris", "Clara", "Denys", "Emma", "Felix", "Greta", "Hugo"];

/// Owners.
const OWNERS: [&str; 2] = ["Olga", "Pavlo"];

/// How far to look for what may be a fixture already.
const KNOWN: usize = 64;

/// What the `number`th person is called; some are there to be owners.
fn name(number: usize, owner: bool) -> String {
    let names = if owner { OWNERS.as_slice() } else { CUSTOMERS.as_slice() };
    match number / names.len() {
        0 => names[number].to_owned(),
        round => format!("{} {}", names[number % names.len()], round + 1),
    }
}

/// The first name that is not taken.
pub(super) fn free_name(owner: bool, taken: impl Fn(&str) -> bool) -> String {
    (0..).map(|number| name(number, owner)).find(|name| !taken(name)).unwrap_or_default()
}

/// The `number`th name, e-mail, phone or address of somebody who is called `name`.
pub(super) fn value(field: Field, name: &str, number: usize) -> String {
    match (field, number) {
        (Field::Name, 0) => name.to_owned(),
        (Field::Name, number) => format!("{name} {}.", char::from(b'A' + (9 + number % 26) as u8 % 26)),
        (Field::Email, number) => {
            let local: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            let local = if local.is_empty() { "guest" } else { &local };
            let more = if number == 0 { String::new() } else { format!(".{}", number + 1) };
            format!("{local}{more}@example.com")
        }
        (Field::Phone, 0) => "+380671112233".to_owned(),
        (Field::Phone, 1) => "+380507654321".to_owned(),
        (Field::Phone, number) => format!("+38067111{:04}", 2_233 + number),
        (Field::Address, 0) => "Kyiv, Khreshchatyk 1".to_owned(),
        (Field::Address, 1) => "Lviv, Rynok Square 10".to_owned(),
        (Field::Address, number) => format!("Kyiv, Khreshchatyk {number}"),
    }
}

/// Whether nobody's name is this but that of a fixture.
pub(super) fn is_name(name: &str) -> bool {
    OWNERS.contains(&name) || CUSTOMERS.contains(&name)
}

/// Whether a value is one of the fixtures' already, so that it can stay.
pub(super) fn is_fixture(field: Field, text: &str) -> bool {
    let of = |name: &str| (0..KNOWN).any(|number| value(field, name, number) == text);
    CUSTOMERS.iter().chain(&OWNERS).any(|name| of(name))
}
