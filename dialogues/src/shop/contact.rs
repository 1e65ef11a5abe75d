//! What a customer tells about themselves: parsed once, valid ever after.
//!
//! None of these types has a `Debug` or `Display` that shows its content, so that contact data
//! cannot slip into a log. Who has to show it to its owner says `as_str()`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an answer cannot be kept. Each is explained to the customer in a sentence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("an e-mail has one @ with a name before and a domain with a dot behind it")]
    Email,
    #[error("a phone number has 8 to 15 digits and begins with + and the country's code")]
    Phone,
    #[error("an address has 8 to 300 characters, some of them letters")]
    Address,
    #[error("a name has 1 to 64 characters, some of them letters or digits")]
    Name,
}

macro_rules! private_text {
    ($(#[$doc:meta])* $name:ident, $refusal:expr, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads what a customer typed.
            pub fn parse(typed: &str) -> Result<Self, Refusal> {
                let parse: fn(&str) -> Option<String> = $parse;
                parse(typed.trim()).map(Self).ok_or($refusal)
            }

            /// The content, to be shown to its owner or to the shop's owners only.
            pub fn as_str(&self) -> &str {
                &self.0
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
                Self::parse(&text)
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
    parse_email
);
private_text!(
    /// A phone number in E.164: `+` and 8 to 15 digits.
    Phone,
    Refusal::Phone,
    parse_phone
);
private_text!(
    /// A postal address in one to three lines, 8 to 300 characters.
    Address,
    Refusal::Address,
    |typed| parse_prose(typed, 8, 300).filter(|address| address.chars().any(char::is_alphabetic))
);
private_text!(
    /// What the customer wants to be called, 1 to 64 characters.
    PersonName,
    Refusal::Name,
    |typed| parse_prose(typed, 1, 64)
);

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

fn parse_phone(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let tidy = typed.chars().enumerate().all(|(place, c)| {
        c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '\u{a0}') || (c == '+' && place == 0)
    });
    // `00` is how many countries dial what is written `+`.
    let digits = match (typed.starts_with('+'), digits.strip_prefix("00")) {
        (true, _) => digits,
        (false, Some(rest)) => rest.to_owned(),
        // Ten digits beginning with 0 are a Ukrainian number as it is dialled at home.
        (false, None) if digits.len() == 10 && digits.starts_with('0') => format!("38{digits}"),
        // Dialled the old way, over 8.
        (false, None) if digits.len() == 11 && digits.starts_with("80") => format!("3{digits}"),
        (false, None) if digits.len() >= 11 => digits,
        (false, None) => return None,
    };
    // The one country whose plan we know: nine digits behind its code.
    let planned = !digits.starts_with("380") || digits.len() == 12;
    (tidy && planned && (8..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

fn parse_prose(typed: &str, least: usize, most: usize) -> Option<String> {
    let lines = typed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    // A line break counts as the comma and the space that stand for it where the answer is offered again.
    let length: usize = text.chars().map(|c| if c == '\n' { 2 } else { 1 }).sum();
    let readable = text.chars().any(char::is_alphanumeric) && !text.chars().any(|c| c.is_control() && c != '\n');
    // A leading slash is a mistyped command, never a name or a street.
    (readable && (least..=most).contains(&length) && !text.starts_with('/')).then_some(text)
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
    fn phones_become_e164() {
        for (typed, kept) in [
            ("+380 67 111-22-33", "+380671112233"),
            ("067 111 22 33", "+380671112233"),
            ("0049 30 123456", "+4930123456"),
            ("380671112233", "+380671112233"),
            ("8 067 111 22 33", "+380671112233"),
            ("+1 (212) 555-0199", "+12125550199"),
        ] {
            assert_eq!(Phone::parse(typed).map(String::from), Ok(kept.to_owned()), "{typed}");
        }
        for bad in [
            "",
            "12345",
            "+0671112233",
            "call me",
            "+380671112233 ext 5",
            "+1234567890123456",
            "671112233",
            "+380 67 111 22 33 33",
        ] {
            assert_eq!(Phone::parse(bad), Err(Refusal::Phone), "{bad}");
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
