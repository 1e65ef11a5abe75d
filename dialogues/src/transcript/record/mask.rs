//! What somebody typed, made unreadable.

use crate::buttons::Field;
use crate::profile::parse;
use crate::shop::Country;
use crate::texts::Label;

/// How much of a phone number's beginning may stay, where a wrong country code is what is wrong with it.
const COUNTRY_CODE: usize = 3;

/// The text with a letter for each letter and a digit for each digit.
fn masked(text: &str, kept_digits: usize) -> String {
    let mut digits = 0;
    let mask = |c: char| match c {
        c if c.is_numeric() => {
            digits += 1;
            if digits <= kept_digits { c } else { '5' }
        }
        c if c.is_alphabetic() => 'x',
        c => c,
    };
    text.chars().map(mask).collect()
}

/// An answer that is refused like this one, as near to it as can be without saying what it says.
pub(super) fn refused_alike(field: Field, text: &str) -> String {
    let plain = match field {
        Field::Name => "🙂",
        Field::Email => "anna@example",
        Field::Phone => "12345",
        Field::Address => "Kyiv",
    };
    let ways = [masked(text, 0), masked(text, COUNTRY_CODE)];
    let alike = |text: &String| {
        parse(field, text, Country::default()).is_err() && Label::read(text).is_none() && !text.starts_with('/')
    };
    ways.into_iter().find(alike).unwrap_or_else(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_refused_again() {
        for (field, typed, written) in [
            (Field::Email, "Anna@Karenin", "xxxx@xxxxxxx"),
            (Field::Email, "a@1.2.3.4", "x@5.5.5.5"),
            (Field::Email, "call me", "xxxx xx"),
            (Field::Phone, "67 111", "55 555"),
            (Field::Phone, "+380 67 111 22 33 33", "+555 55 555 55 55 55"),
            (Field::Phone, "+0671112233", "+0675555555"),
            (Field::Phone, "0671112233 or so", "5555555555 xx xx"),
            (Field::Address, "Львів", "xxxxx"),
            (Field::Name, "🙂", "🙂"),
        ] {
            assert_eq!(refused_alike(field, typed), written, "{typed}");
            let refused = |text| parse(field, text, Country::default()).is_err();
            assert!(refused(typed) && refused(written), "{typed}");
        }
    }
}
