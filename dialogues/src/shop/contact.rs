//! What a customer tells about themselves: parsed once, valid ever after.
//!
//! None of these types has a `Debug` or `Display` that shows its content, so that contact data
//! cannot slip into a log. Who has to show it to its owner says `as_str()`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::phone::{Country, e164, is_e164, shared};
use super::text::{self, one_line};

/// An address has so many lines at most.
const ADDRESS_LINES: usize = 3;
/// A name has so many characters at most.
const NAME_LIMIT: usize = 64;

/// Why an answer cannot be kept. Each is explained to the customer in a sentence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("an e-mail has one @ with a name before and a domain with a dot behind it")]
    Email,
    #[error("a phone number is one of the shop's country, or begins with + and its country's code")]
    Phone,
    #[error("an address has 8 to 300 characters, some of them letters")]
    Address,
    #[error("a name has 1 to 64 characters, some of them letters or digits")]
    Name,
}

macro_rules! private_text {
    ($(#[$doc:meta])* $name:ident, $refusal:expr, stored: $stored:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads what is stored. What any version ever accepted still opens, also where the rules for new
            /// answers have become stricter.
            pub fn stored(text: &str) -> Result<Self, Refusal> {
                let stored: fn(&str) -> Option<String> = $stored;
                stored(text.trim()).map(Self).ok_or($refusal)
            }

            /// The content, to be shown to its owner or to the shop's owners only.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The content in one line, which nobody can take for two.
            pub fn in_one_line(&self) -> String {
                one_line(&self.0.replace('\n', ", "))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Refusal;

            fn try_from(text: String) -> Result<Self, Refusal> {
                Self::stored(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

private_text!(
    /// An e-mail address, at most 254 characters (RFC 5321), its domain in lower case.
    Email,
    Refusal::Email,
    stored: parse_email
);
private_text!(
    /// A phone number in E.164: `+` and 8 to 15 digits.
    Phone,
    Refusal::Phone,
    // Until there was a setting, numbers that begin with no plus were read as Ukrainian.
    stored: |text| if is_e164(text) { Some(text.to_owned()) } else { e164(text, Country::default()) }
);
private_text!(
    /// A postal address in one to three lines, 8 to 300 characters. A stored one may have more lines.
    Address,
    Refusal::Address,
    stored: |text| bounded(stored_prose(text), 8, 300).filter(|address| has_letters(address))
);
private_text!(
    /// What the customer wants to be called: one line of 1 to 64 characters. A stored one may have more lines.
    PersonName,
    Refusal::Name,
    stored: |text| bounded(stored_prose(text), 1, 64)
);

impl Email {
    /// Reads what a customer wrote.
    pub fn parse(written: &str) -> Result<Self, Refusal> {
        parse_email(&text::plain(written)).map(Self).ok_or(Refusal::Email)
    }
}

impl Phone {
    /// Reads what a customer wrote, in a shop of this country.
    pub fn parse(written: &str, country: Country) -> Result<Self, Refusal> {
        e164(written, country).map(Self).ok_or(Refusal::Phone)
    }

    /// Reads the number of a contact that was shared in Telegram.
    pub fn of_contact(written: &str, country: Country) -> Result<Self, Refusal> {
        shared(written, country).map(Self).ok_or(Refusal::Phone)
    }
}

impl Address {
    /// Reads what a customer wrote. Lines beyond the third are appended to it.
    pub fn parse(written: &str) -> Result<Self, Refusal> {
        let address = bounded(text::lines(written, ADDRESS_LINES), 8, 300).filter(|address| has_letters(address));
        address.map(Self).ok_or(Refusal::Address)
    }
}

impl PersonName {
    /// Reads what a customer wrote.
    pub fn parse(written: &str) -> Result<Self, Refusal> {
        bounded(one_line(written), 1, NAME_LIMIT).map(Self).ok_or(Refusal::Name)
    }

    /// Reads the name of a profile in Telegram, which may be longer than ours: then its beginning.
    pub fn of_profile(written: &str) -> Result<Self, Refusal> {
        Self::parse(&one_line(written).chars().take(NAME_LIMIT).collect::<String>())
    }
}

fn parse_email(typed: &str) -> Option<String> {
    let (local, domain) = typed.split_once('@')?;
    let domain = domain.to_lowercase();
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let zone_fits =
        labels.last().is_some_and(|zone| zone.chars().count() >= 2 && !zone.chars().all(|c| c.is_ascii_digit()));
    let fits = local_fits && labels.len() >= 2 && labels.iter().all(label_fits) && zone_fits;
    // Counted as it is kept: some small letters are longer than their capitals.
    let whole = format!("{local}@{domain}");
    (fits && whole.len() <= 254).then_some(whole)
}

/// A name or an address as it was stored before invisible characters were taken out of it.
fn stored_prose(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The text, if it has so many characters, some of them letters or digits.
fn bounded(text: String, least: usize, most: usize) -> Option<String> {
    // A line break counts as the comma and the space that stand for it where the answer is offered again.
    let length: usize = text.chars().map(|c| if c == '\n' { 2 } else { 1 }).sum();
    let readable = text.chars().any(char::is_alphanumeric) && !text.chars().any(|c| c.is_control() && c != '\n');
    // A leading slash is a mistyped command, never a name or a street.
    (readable && (least..=most).contains(&length) && !text.starts_with('/')).then_some(text)
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_are_told_from_near_misses() {
        for good in ["anna@example.com", "a.b+c@sub.example.co.uk", "Анна@пошта.укр", "x@EXAMPLE.com"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "anna",
            "anna@example",
            "@example.com",
            "a@b..com",
            "a b@c.de",
            "a@-b.com",
            "a@b@c.de",
            "a@1.2.3.4",
            ".a@b.cd",
        ] {
            assert_eq!(Email::parse(bad), Err(Refusal::Email), "{bad}");
        }
        assert_eq!(Email::parse(" x@EXAMPLE.com ").unwrap().as_str(), "x@example.com");
    }

    #[test]
    fn pasted_contacts_lose_what_nobody_sees() {
        assert_eq!(Email::parse("\u{200b}anna–k@example.com\u{2069}").unwrap().as_str(), "anna-k@example.com");
        assert_eq!(Email::parse("anna\u{ad}@exam\u{200d}ple.com").unwrap().as_str(), "anna@example.com");
        assert_eq!(Email::parse("анна@пои\u{306}нт.укр").unwrap().as_str(), "анна@пойнт.укр");
        assert_eq!(PersonName::parse("\u{202e}Anna\n✅ PAID").unwrap().as_str(), "Anna ✅ PAID");
        let address = Address::parse("Kyiv\n\u{200b}\nLva Tolstoho\u{2028}5\nflat 2\n✅ PAID").unwrap();
        assert_eq!(address.as_str(), "Kyiv\nLva Tolstoho\n5, flat 2, ✅ PAID");
        for blank in ["\u{3164}", "\u{2800}\u{200b}", "\u{2067} \u{2069}"] {
            assert_eq!(PersonName::parse(blank), Err(Refusal::Name), "{blank:?}");
            assert_eq!(PersonName::of_profile(blank), Err(Refusal::Name), "{blank:?}");
            assert_eq!(Address::parse(&blank.repeat(10)), Err(Refusal::Address), "{blank:?}");
            assert_eq!(Email::parse(&format!("{blank}@example.com")), Err(Refusal::Email), "{blank:?}");
        }
    }

    #[test]
    fn whatever_was_accepted_before_still_opens() {
        for phone in ["+89161234567", "+442079460958", "+4402079460958", "+123456789012345"] {
            assert_eq!(Phone::stored(phone).unwrap().as_str(), phone);
        }
        assert_eq!(Phone::stored("067 111 22 33").unwrap().as_str(), "+380671112233");
        let address = "Kyiv\nLva Tolstoho 5\nflat 2\n✅ PAID\nTotal 0 ₴";
        assert_eq!(Address::stored(address).unwrap().as_str(), address);
        assert_eq!(Address::stored(address).unwrap().in_one_line(), address.replace('\n', ", "));
        for name in ["\u{3164}", "Anna\nMaria", "\u{2066}Anna"] {
            assert_eq!(PersonName::stored(name).unwrap().as_str(), name);
        }
        for wrong in ["", "12345", "+0671112233", "no number"] {
            assert_eq!(Phone::stored(wrong), Err(Refusal::Phone), "{wrong}");
        }
    }

    #[test]
    fn addresses_and_names_are_tidied_and_bounded() {
        assert_eq!(
            Address::parse("  Kyiv,   Khreshchatyk 1 \n\n flat 2 ").unwrap().as_str(),
            "Kyiv, Khreshchatyk 1\nflat 2"
        );
        assert_eq!(Address::parse("Kyiv"), Err(Refusal::Address));
        assert_eq!(Address::parse(&"я".repeat(301)), Err(Refusal::Address));
        assert_eq!(PersonName::parse("/start"), Err(Refusal::Name));
        assert_eq!(PersonName::parse("🙂"), Err(Refusal::Name));
        assert!(PersonName::parse("Anna <b>Karenina</b>").is_ok());
    }

    #[test]
    fn contact_data_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Email::parse("anna@example.com").unwrap()), "Email(…)");
    }
}
