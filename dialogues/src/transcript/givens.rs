//! The sentences that begin with “Given”.

pub(super) mod fields;
mod print;

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use engine::transcript::GivenSentence;

use super::{Given, GivenPerson, Role};
use crate::shop::{Language, Money, OrderStatus, Percent};

impl GivenSentence for Given {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        parse(sentence).transpose()
    }

    fn write(&self) -> String {
        print::print(self)
    }

    fn at(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }

    fn time(&self) -> Option<DateTime<Utc>> {
        if let Self::Time(time) = self { Some(*time) } else { None }
    }

    fn introduces(&self) -> Option<&str> {
        if let Self::Person(person) = self { Some(&person.name) } else { None }
    }

    fn refers_to(&self) -> Option<&str> {
        if let Self::Ordered { person, .. } = self { Some(person) } else { None }
    }
}

/// Reads what is behind `Given`; `None` where it is no sentence of the shop.
fn parse(sentence: &str) -> Result<Option<Given>, String> {
    if let Some(news) = sentence.strip_prefix("the news ") {
        return headline(news).map(Some).ok_or_else(|| "write “Given the news \"Headline\": body”".to_owned());
    }
    if let Some(told) = fields::read(sentence) {
        return told.map(Some);
    }
    if sentence.contains('\n') {
        return Err("nothing belongs below this statement; move the next line to the margin".to_owned());
    }
    if let Some(catalogue) = sentence.strip_prefix("the catalogue ") {
        return Ok(Some(Given::Catalogue(catalogue.to_owned())));
    }
    if let Some(hours) = sentence.strip_prefix("the shop reminds of carts after ") {
        let number = hours.trim_end_matches('s').strip_suffix(" hour").and_then(|hours| hours.parse().ok());
        let hours = number.ok_or_else(|| format!("“{hours}” is none: write “after 4 hours”"))?;
        return Ok(Some(Given::Reminders { hours }));
    }
    if sentence == "the shop asks for no e-mail" {
        return Ok(Some(Given::NoEmail));
    }
    if sentence == "the shop sends receipts by e-mail" {
        return Ok(Some(Given::Receipts));
    }
    if sentence == "no news" {
        return Ok(Some(Given::NoNews));
    }
    if let Some((name, role)) = sentence.split_once(", ")
        && let Some((role, rest)) = role_of(role)
    {
        return person(name, role, rest).map(Given::Person).map(Some);
    }
    if let Some((name, order)) = sentence.split_once(" has an order of ") {
        return ordered(name, order).map(Some).ok_or_else(|| {
            let statuses = OrderStatus::iter().map(|status| status.to_string()).collect::<Vec<_>>().join(", ");
            format!("write “Given {name} has an order of Sencha × 2, Assam × 1 that is delivered”; an order is one of {statuses}")
        });
    }
    product(sentence)
}

fn headline(text: &str) -> Option<Given> {
    let (headline, body) = text.strip_prefix('"')?.split_once("\":")?;
    Some(Given::News { headline: headline.to_owned(), body: body.trim().to_owned() })
}

/// `Sencha × 2, Assam × 1 that is delivered`
fn ordered(person: &str, order: &str) -> Option<Given> {
    let (items, status) = match order.split_once(" that is ") {
        Some((items, word)) => (items, OrderStatus::iter().find(|status| status.to_string() == word)?),
        None => (order, OrderStatus::New),
    };
    // A title may have a comma in it: a piece without a quantity belongs to the next one.
    let mut read = Vec::new();
    let mut title = String::new();
    for piece in items.split(", ") {
        title.push_str(piece);
        match quantity(&title) {
            Some(item) => {
                read.push(item);
                title.clear();
            }
            None => title.push_str(", "),
        }
    }
    (title.is_empty() && !read.is_empty()).then(|| Given::Ordered { person: person.to_owned(), items: read, status })
}

fn product(sentence: &str) -> Result<Option<Given>, String> {
    if let Some((count, title)) = sentence.strip_suffix(" in stock").and_then(|rest| rest.split_once(" of ")) {
        let count = count.parse().map_err(|_| format!("“{count}” is no count; write “Given 4 of {title} in stock”"))?;
        return Ok(Some(Given::InStock { title: title.to_owned(), count }));
    }
    if let Some((title, price)) = sentence.split_once(" costs ") {
        let price: Money = price.parse().map_err(|error| format!("{error}; write “Given {title} costs 500.00”"))?;
        return Ok(Some(Given::Costs { title: title.to_owned(), price }));
    }
    if let Some((title, discount)) = sentence.split_once(" has a discount of ") {
        let number = discount.trim_end_matches('%').trim_end().parse::<u8>().ok();
        let discount = number.and_then(|number| Percent::try_from(number).ok());
        let discount =
            discount.ok_or_else(|| format!("write “Given {title} has a discount of 20 %”, from 0 to 100"))?;
        return Ok(Some(Given::Discounted { title: title.to_owned(), discount }));
    }
    if let Some(title) = sentence.strip_suffix(" has no discount") {
        return Ok(Some(Given::Discounted { title: title.to_owned(), discount: Percent::ZERO }));
    }
    let Some((title, what)) = sentence.rsplit_once(" is ") else { return Ok(None) };
    let title = title.to_owned();
    Ok(match what {
        "hidden" => Some(Given::Hidden { title, hidden: true }),
        "shown" => Some(Given::Hidden { title, hidden: false }),
        "deleted" => Some(Given::Deleted { title }),
        _ => what.strip_prefix("moved to ").map(|category| Given::Moved { title, category: category.to_owned() }),
    })
}

fn role_of(text: &str) -> Option<(Role, &str)> {
    let roles = [
        ("a new customer", Role::New),
        ("a customer", Role::Customer),
        ("an owner", Role::Owner),
        ("an admin", Role::Owner),
    ];
    roles.iter().find_map(|(words, role)| text.strip_prefix(words).map(|rest| (*role, rest)))
}

fn person(name: &str, role: Role, rest: &str) -> Result<GivenPerson, String> {
    if name.is_empty() || name.contains(':') {
        return Err("a person needs a name without a colon, as in “Given Anna, a customer”".to_owned());
    }
    let mut person = GivenPerson { name: name.to_owned(), role, ..GivenPerson::default() };
    let rest = language(rest, &mut person)?;
    let rest = rest.trim().trim_start_matches(',').trim();
    if rest.is_empty() {
        return Ok(person);
    }
    let remedy = || {
        format!(
            "“{rest}” is not clear; write “Given {name}, a customer with name \"…\", phone +380…, e-mail a@b.cd, address \"…\", a cart of Sencha × 2”"
        )
    };
    let mut items = split(rest.strip_prefix("with ").ok_or_else(remedy)?).into_iter().peekable();
    while let Some(item) = items.next() {
        if let Some(first) = item.strip_prefix("a cart of ") {
            let mut title = first.to_owned();
            loop {
                match quantity(&title) {
                    Some(line) => person.cart.push(line),
                    // A title may have a comma in it: a piece without a quantity belongs to the next one.
                    None => {
                        let more = items.next().ok_or_else(remedy)?;
                        title = format!("{title}, {more}");
                        continue;
                    }
                }
                let Some(next) = items.next_if(|item| detail(item, &mut GivenPerson::default()).is_none()) else {
                    break;
                };
                title = next.to_owned();
            }
        } else {
            detail(item, &mut person).ok_or_else(remedy)?;
        }
    }
    Ok(person)
}

/// Takes `who speaks Ukrainian` out of the sentence, wherever it stands.
fn language(text: &str, person: &mut GivenPerson) -> Result<String, String> {
    let Some((before, after)) = text.split_once(" who speaks ") else { return Ok(text.to_owned()) };
    let (word, rest) = after.split_at(after.find([' ', ',']).unwrap_or(after.len()));
    let found = Language::iter().find(|language| language.to_string() == word);
    person.language = Some(found.ok_or_else(|| {
        let known = Language::iter().map(|language| language.to_string()).collect::<Vec<_>>();
        format!("the shop does not speak “{word}”; it speaks {}", known.join(", "))
    })?);
    Ok(format!("{}{rest}", before.trim_end_matches(',')))
}

fn detail(item: &str, person: &mut GivenPerson) -> Option<()> {
    let quoted = |text: &str| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(str::to_owned);
    if let Some(name) = item.strip_prefix("name ") {
        person.called = Some(quoted(name)?);
    } else if let Some(phone) = item.strip_prefix("phone ") {
        person.phone = Some(phone.to_owned());
    } else if let Some(email) = item.strip_prefix("e-mail ") {
        person.email = Some(email.to_owned());
    } else if let Some(address) = item.strip_prefix("address ") {
        person.address = Some(quoted(address)?);
    } else {
        // Said for the reader only: what is not given is not there.
        return ["no name", "no phone", "no e-mail", "no address", "an empty cart"].contains(&item).then_some(());
    }
    Some(())
}

/// `Sencha × 2`
fn quantity(item: &str) -> Option<(String, u16)> {
    let (title, count) = item.rsplit_once(" × ")?;
    Some((title.to_owned(), count.parse().ok()?))
}

/// Cuts at commas that stand outside quotes.
fn split(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let comma = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    text.split(comma).map(str::trim).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::transcript::givens;

    /// Reads a sentence as a transcript's parser does.
    pub(in crate::transcript) fn parse(sentence: &str) -> Result<Given, String> {
        if let Some(at) = sentence.strip_prefix("the time is ") {
            return engine::transcript::time(at).map(Given::Time).ok_or_else(|| at.to_owned());
        }
        Given::read(sentence).unwrap_or_else(|| Err("no sentence of the shop".to_owned()))
    }

    #[test]
    fn every_known_sentence_is_read() {
        for sentence in givens().filter_map(|sentence| sentence.strip_prefix("Given ")) {
            assert!(parse(sentence).is_ok(), "{sentence}: {:?}", parse(sentence));
        }
    }

    #[test]
    fn a_person_is_read_in_full() {
        let text = "Anna, a customer who speaks Ukrainian with name \"Anna, K.\", phone +380671112233, no e-mail, \
                    address \"Kyiv, Khreshchatyk 1\", a cart of Sencha × 2, Da Hong Pao × 1";
        let Ok(Given::Person(person)) = parse(text) else { panic!("{:?}", parse(text)) };
        assert_eq!(person.role, Role::Customer);
        assert_eq!(person.language, Some(Language::Ukrainian));
        assert_eq!(person.called.as_deref(), Some("Anna, K."));
        assert_eq!(person.phone.as_deref(), Some("+380671112233"));
        assert_eq!((person.email, person.address.as_deref()), (None, Some("Kyiv, Khreshchatyk 1")));
        assert_eq!(person.cart, [("Sencha".to_owned(), 2), ("Da Hong Pao".to_owned(), 1)]);
    }

    #[test]
    fn the_language_may_be_said_last() {
        let Ok(Given::Person(person)) = parse("Anna, a customer with a cart of Sencha × 2, who speaks Russian") else {
            panic!()
        };
        assert_eq!((person.language, person.cart.len()), (Some(Language::Russian), 1));
    }

    #[test]
    fn numbers_out_of_range_are_explained() {
        assert!(parse("Sencha has a discount of 120 %").unwrap_err().contains("from 0 to 100"));
        assert!(parse("Sencha costs many").unwrap_err().contains("500.00"));
        assert!(parse("Anna, a customer who speaks Klingon").unwrap_err().contains("English, Ukrainian, Russian"));
    }
}
