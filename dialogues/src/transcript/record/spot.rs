//! E-mails, phone numbers and names in Telegram that stand in a text.

use crate::shop::{Country, Email, Phone, text};

/// Whether people part the digits of a phone number with it.
fn parts(c: char) -> bool {
    matches!(c, ' ' | '(' | ')' | '.' | '\u{a0}') || text::is_dash(c) || text::is_invisible(c)
}

/// All e-mail addresses in a text, as they are written.
pub(super) fn emails(text: &str) -> Vec<&str> {
    let around = |at: usize| {
        let name = text[..at].rfind(|c: char| !(c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c)));
        let start = name.map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
        let domain = &text[at + 1..];
        let end = domain.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-')).unwrap_or(domain.len());
        // Quotes, dots and the like around it belong to the sentence.
        let name = &text[start..at];
        let whole = &text[start + name.len() - name.trim_start_matches(|c: char| !c.is_alphanumeric()).len()
            ..at + 1 + domain[..end].trim_end_matches(['.', '-']).len()];
        Email::parse(whole).is_ok().then_some(whole)
    };
    text.match_indices('@').filter_map(|(at, _)| around(at)).collect()
}

/// All `@usernames` in a text, with their `@`: 5 to 32 letters, digits and `_`, as Telegram gives them out.
pub(super) fn mentions(text: &str) -> Vec<&str> {
    let named = |at: usize| {
        let alone = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name = &text[at + 1..];
        let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        (alone && (5..=32).contains(&length)).then(|| &text[at..=at + length])
    };
    text.match_indices('@').filter_map(|(at, _)| named(at)).collect()
}

/// All phone numbers in a text, as they are written; `strict`: only those that begin with a plus.
pub(super) fn phones(text: &str, strict: bool) -> Vec<&str> {
    let mut found = Vec::new();
    let mut behind = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let begins = c == '+' || (!strict && (c.is_ascii_digit() || c == '('));
        if at >= behind
            && begins
            && !before.is_alphanumeric()
            && before != '+'
            && let Some(phone) = phone_at(&text[at..])
        {
            found.push(phone);
            behind = at + phone.len();
        }
        before = c;
    }
    found
}

/// The longest phone number at the beginning of a text.
fn phone_at(text: &str) -> Option<&str> {
    let plus = usize::from(text.starts_with('+'));
    let end = text[plus..].find(|c: char| !(c.is_ascii_digit() || parts(c)));
    let run = &text[..end.map_or(text.len(), |end| end + plus)];
    let ends = run.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at + 1);
    let whole = |end: usize| !text[end..].starts_with(char::is_alphanumeric);
    let mut ends: Vec<usize> = ends.filter(|end| whole(*end)).collect();
    ends.reverse();
    ends.into_iter().map(|end| &run[..end]).find(|phone| Phone::parse(phone, Country::default()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_are_found_in_sentences() {
        assert_eq!(emails("write to <a.b@c.de>, or anna@пошта.укр."), ["a.b@c.de", "anna@пошта.укр"]);
        assert_eq!(emails("“Anna@Example.com” and @anna, 5@5"), ["Anna@Example.com"]);
        assert_eq!(emails("я@ua.com"), ["я@ua.com"]);
    }

    #[test]
    fn usernames_are_found_and_bots_in_commands_are_none() {
        assert_eq!(mentions("ask @anna_k or (@Boris5), not a@secret.org"), ["@anna_k", "@Boris5"]);
        assert_eq!(mentions("/cart@tea_house_bot @x"), Vec::<&str>::new());
    }

    #[test]
    fn phones_are_found_in_sentences_and_prices_are_none() {
        assert_eq!(
            phones("call (067) 111-22-33 or +1 212 555 0199, please", false),
            ["(067) 111-22-33", "+1 212 555 0199"]
        );
        assert_eq!(phones("call 067 111 22 33 or +380671112244.", true), ["+380671112244"]);
        assert_eq!(phones("482-7391 · 14.03.2026 · 1 764 ₴ · 7 days", false), Vec::<&str>::new());
    }
}
