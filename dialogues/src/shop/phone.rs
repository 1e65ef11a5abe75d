//! Telephone numbers as people write them, and the numbering plans that they follow.
//!
//! The plans are libphonenumber's, by the crate `phonenumber`. Its parser is not used: it strips the trunk prefix of
//! the shop's own country from numbers of other countries, too (an Italian number loses its zero), takes letters for
//! digits, and drops extensions.

use std::fmt;
use std::str::FromStr;

use phonenumber::Metadata;
use phonenumber::country::Id;
use phonenumber::metadata::{DATABASE, Descriptor};

use super::text;

/// The country that a shop is in: a number that is written without a country's code belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country(Id);

impl Default for Country {
    /// Ukraine.
    fn default() -> Self {
        Self(Id::UA)
    }
}

impl Country {
    /// A number as it is written here, as an example for customers.
    pub fn example(self) -> String {
        let home = DATABASE.by_id(self.0.as_ref());
        let mobile = home.and_then(|plan| Some((plan.country_code(), plan.descriptors().mobile()?.example()?)));
        mobile.map_or_else(|| "+380 67 111 22 33".to_owned(), |(code, number)| format!("+{code} {number}"))
    }
}

impl FromStr for Country {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        let id = code.trim().to_ascii_uppercase().parse::<Id>().ok();
        let known = id.filter(|id| DATABASE.by_id(id.as_ref()).is_some());
        known.map(Self).ok_or_else(|| "write the two letters of ISO 3166 for the shop's country, such as UA".to_owned())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref())
    }
}

/// The number in E.164, `+` and up to 15 digits; `None` if it is none that can be called.
///
/// With `+`, or with the prefix that is dialled for calls abroad, the digits begin with a country's code. Without, the
/// number is one of `country`, as it is dialled there, or with the country's code but without the plus. It is never
/// taken for a number of another country.
pub(super) fn e164(written: &str, country: Country) -> Option<String> {
    let (plus, digits) = digits(&text::plain(written))?;
    if plus {
        return international(&digits);
    }
    let home = DATABASE.by_id(country.0.as_ref())?;
    let abroad = home.international_prefix().and_then(|prefix| prefix.find(&digits));
    let abroad = abroad.filter(|found| found.start() == 0).map(|found| &digits[found.end()..]);
    at_home(&digits, home)
        .or_else(|| abroad.and_then(international))
        // What most of the world dials.
        .or_else(|| digits.strip_prefix("00").and_then(international))
}

/// The number that Telegram's server gives with a contact: with a country's code, but not always with the plus. One
/// from an address book may be written as at home.
pub(super) fn shared(written: &str, country: Country) -> Option<String> {
    let (_, digits) = digits(&text::plain(written))?;
    international(&digits).or_else(|| e164(written, country))
}

/// Whether the text has the shape of E.164, which every number is stored in.
pub(super) fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it begins with a plus, and its digits; `None` if there is more than digits and what people part them with.
fn digits(plain: &str) -> Option<(bool, String)> {
    let (plus, rest) = match plain.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, plain),
    };
    let tidy = rest.chars().all(|c| c.is_ascii_digit() || " -()[]./".contains(c));
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (tidy && (7..=17).contains(&digits.len())).then_some((plus, digits))
}

/// Digits that begin with a country's code.
fn international(digits: &str) -> Option<String> {
    let code_of = |length: usize| {
        let code = digits.get(..length)?.parse::<u16>().ok().filter(|_| !digits.starts_with('0'))?;
        Some((code, length, DATABASE.by_code(&code)?))
    };
    // No code is the beginning of another one (ITU-T E.164). Countries may share one, and each has a plan.
    let (code, length, plans) = (1..=3).find_map(code_of)?;
    let rest = &digits[length..];
    let national = plans.iter().find_map(|plan| national(rest, plan));
    // Numbers are given out faster than plans are published: the right length is enough, but for a trunk prefix.
    let possible = || plans.iter().any(|plan| has_length(rest, plan) && !begins_with_trunk(rest, plan));
    let national = national.or_else(|| possible().then(|| rest.to_owned()))?;
    Some(format!("+{code}{national}")).filter(|number| is_e164(number))
}

/// Digits as they are dialled in a country, or with its code but without the plus.
fn at_home(digits: &str, home: &Metadata) -> Option<String> {
    let code = home.country_code();
    // A neighbour with the same code is dialled like the own country, as Canada is from the United States.
    let neighbours = DATABASE.by_code(&code).into_iter().flatten();
    let plans: Vec<&Metadata> = std::iter::once(home).chain(neighbours).collect();
    let read = |digits: &str| plans.iter().find_map(|plan| national(digits, plan));
    // Where numbers are written with a zero, one without it may lack more than that.
    let whole = home.national_prefix() != Some("0") || digits.starts_with('0');
    let without_plus = || read(digits.strip_prefix(&code.to_string())?);
    // The trunk prefix of Soviet times, 8 before the zero, is still written in Ukraine; no plan has it any more.
    let old = || read(digits.strip_prefix('8').filter(|rest| home.id() == "UA" && rest.starts_with('0'))?);
    let national = whole.then(|| read(digits)).flatten().or_else(without_plus).or_else(old)?;
    Some(format!("+{code}{national}")).filter(|number| is_e164(number))
}

/// The national significant number: the digits as they are, or without the trunk prefix.
fn national(digits: &str, plan: &Metadata) -> Option<String> {
    if is_valid(digits, plan) {
        return Some(digits.to_owned());
    }
    let regular = plan.national_prefix().and_then(|prefix| digits.strip_prefix(prefix)).map(str::to_owned);
    let special = plan.national_prefix_for_parsing().and_then(|prefix| {
        let found = prefix.find(digits).filter(|found| found.start() == 0)?;
        match plan.national_prefix_transform_rule() {
            Some(rule) => Some(prefix.replace(digits, rule).into_owned()),
            None => Some(digits[found.end()..].to_owned()),
        }
    });
    regular.into_iter().chain(special).find(|rest| is_valid(rest, plan))
}

fn is_valid(national: &str, plan: &Metadata) -> bool {
    plan.descriptors().general().is_match(national) && kinds(plan).any(|kind| kind.is_match(national))
}

fn has_length(national: &str, plan: &Metadata) -> bool {
    let length = u16::try_from(national.len()).unwrap_or(u16::MAX);
    kinds(plan).any(|kind| kind.possible_length().contains(&length))
}

fn begins_with_trunk(national: &str, plan: &Metadata) -> bool {
    plan.national_prefix().is_some_and(|prefix| national.starts_with(prefix))
}

/// The kinds of numbers that a person can be called at.
fn kinds(plan: &Metadata) -> impl Iterator<Item = &Descriptor> {
    let all = plan.descriptors();
    [all.fixed_line(), all.mobile(), all.voip(), all.personal_number(), all.uan(), all.toll_free(), all.shared_cost()]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str, country: &str) -> Option<String> {
        e164(written, country.parse().unwrap())
    }

    #[test]
    fn numbers_are_read_as_they_are_written_in_the_shops_country() {
        for (country, written, number) in [
            ("UA", "+380 67 111-22-33", "+380671112233"),
            ("UA", "067 111 22 33", "+380671112233"),
            ("UA", "(067) 111.22.33", "+380671112233"),
            ("UA", "067/111-22-33", "+380671112233"),
            ("UA", "380671112233", "+380671112233"),
            ("UA", "8 (067) 111-22-33", "+380671112233"),
            ("UA", "00380671112233", "+380671112233"),
            ("UA", "\u{2066}+380 67 111 22 33\u{2069}", "+380671112233"),
            ("UA", "+380–67–111–22–33", "+380671112233"),
            ("UA", "+380 (0) 67 111 22 33", "+380671112233"),
            ("UA", "0049 30 123456", "+4930123456"),
            ("UA", "+49 (0)30 123456", "+4930123456"),
            ("UA", "+44 (0)20 7946 0958", "+442079460958"),
            ("UA", "+1 (212) 555-0199", "+12125550199"),
            ("UA", "+39 06 698 12345", "+390669812345"),
            ("UA", "+7 (8) 916 123-45-67", "+79161234567"),
            ("UA", "+7 800 555 35 35", "+78005553535"),
            ("RU", "8 (916) 123-45-67", "+79161234567"),
            ("RU", "79161234567", "+79161234567"),
            ("RU", "8 800 555 35 35", "+78005553535"),
            ("RU", "8 10 380 67 111 22 33", "+380671112233"),
            ("RU", "916 123 45 67", "+79161234567"),
            ("US", "(212) 555-0199", "+12125550199"),
            ("US", "1 212 555 0199", "+12125550199"),
            ("US", "011 44 20 7946 0958", "+442079460958"),
            ("US", "(416) 555-0123", "+14165550123"),
            ("RU", "8 701 123 45 67", "+77011234567"),
            ("GB", "020 7946 0958", "+442079460958"),
            ("IT", "02 3661 8300", "+390236618300"),
            ("DE", "030/123456", "+4930123456"),
            ("PL", "601 234 567", "+48601234567"),
        ] {
            assert_eq!(read(written, country).as_deref(), Some(number), "{written} in {country}");
        }
    }

    #[test]
    fn what_cannot_be_called_is_refused() {
        for written in [
            "",
            "12345",
            "67 111 22 33",
            "+0671112233",
            "call me",
            "+380671112233 ext 5",
            "+380671112233;ext=5",
            "1-800-FLOWERS",
            "+1234567890123456",
            "+380 67 111 22 33 33",
            "+380 67 111 22",
            "067 111 22 33 44",
            "+44 (0)20 7946 0958 1",
            "++380671112233",
            "+38+0671112233",
            "067 111 22 33, 050 111 22 33",
        ] {
            assert_eq!(read(written, "UA"), None, "{written}");
        }
    }

    #[test]
    fn digits_without_a_plus_are_never_another_countrys_number() {
        for written in ["8 916 123-45-67", "84951234567", "79161234567", "12125550199", "447911123456", "8613812345678"]
        {
            assert_eq!(read(written, "UA"), None, "{written}");
        }
        assert_eq!(read("380671112233", "RU"), None);
    }

    #[test]
    fn a_shared_contact_has_the_countrys_code_but_not_always_the_plus() {
        for (written, number) in [
            ("380671112233", "+380671112233"),
            ("\u{2066}+380 67 111 22 33\u{2069}", "+380671112233"),
            ("79161234567", "+79161234567"),
            ("067 111-22-33", "+380671112233"),
        ] {
            assert_eq!(shared(written, Country::default()).as_deref(), Some(number), "{written}");
        }
        assert_eq!(shared("12345", Country::default()), None);
    }

    #[test]
    fn a_country_is_told_by_its_two_letters() {
        assert_eq!(" ua ".parse(), Ok(Country::default()));
        for wrong in ["", "Ukraine", "XX", "380", "001"] {
            assert!(wrong.parse::<Country>().is_err(), "{wrong}");
        }
    }
}
