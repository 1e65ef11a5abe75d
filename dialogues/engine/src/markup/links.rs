//! Addresses in markup: which of them become links, and which mean a person or an emoji (tdlib, `LinkManager.cpp`).

use super::MarkupError;

/// An address that Telegram makes a link of, in its full spelling; it drops the others without a word.
pub fn checked_link(url: &str) -> Option<String> {
    let scheme = url.split_once(':').map_or(String::new(), |(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_str() {
        "tg" | "ton" | "mailto" | "tel" => Some(url.to_owned()),
        "http" | "https" => full(&scheme, url[scheme.len() + 1..].strip_prefix("//")?),
        _ => full("http", url),
    }
}

/// A web address with its scheme and at least `/` behind its host, which must have a point.
fn full(scheme: &str, rest: &str) -> Option<String> {
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, host) = host.split_at(host.rfind('@').map_or(0, |at| at + 1));
    let name = host.split(':').next().unwrap_or_default();
    if !name.contains('.') || rest.contains(char::is_whitespace) {
        return None;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some(format!("{scheme}://{user}{}{slash}{path}", host.to_lowercase()))
}

/// The person whom `tg://user?id=…` means.
pub fn linked_person(url: &str) -> Option<i64> {
    let behind = behind_scheme(url)?;
    let behind = behind.strip_prefix("user")?;
    let query = behind.strip_prefix('/').unwrap_or(behind).strip_prefix('?')?.to_owned();
    whole_number(parameter(&query, "id")?).filter(|id| *id > 0)
}

/// The emoji that `tg://emoji?id=…` means.
///
/// # Errors
/// What is wrong with the address, in the Bot API's own words.
pub(super) fn linked_emoji(url: &str) -> Result<String, MarkupError> {
    let refuse = |words: &str| MarkupError(words.to_owned());
    let behind = behind_scheme(url).ok_or_else(|| refuse("Custom emoji URL must have scheme tg"))?;
    let behind = behind.strip_prefix("emoji").filter(|behind| behind.is_empty() || behind.starts_with(['/', '?', '#']));
    let behind = behind.ok_or_else(|| refuse("Custom emoji URL must have host \"emoji\""))?;
    let query = behind.strip_prefix('/').unwrap_or(behind).strip_prefix('?').and_then(|query| parameter(query, "id"));
    emoji_id(query.ok_or_else(|| refuse("Custom emoji URL must have an emoji identifier"))?)
}

/// The id of an emoji, which is a whole number other than zero.
///
/// # Errors
/// Anything else.
pub(super) fn emoji_id(id: &str) -> Result<String, MarkupError> {
    match whole_number(id) {
        Some(number) if number != 0 => Ok(number.to_string()),
        _ => Err(MarkupError("Invalid custom emoji identifier specified".to_owned())),
    }
}

/// What stands behind `tg:` or `tg://`.
fn behind_scheme(url: &str) -> Option<String> {
    let low = url.to_ascii_lowercase();
    let behind = low.strip_prefix("tg:")?;
    Some(behind.strip_prefix("//").unwrap_or(behind).to_owned())
}

fn parameter<'a>(query: &'a str, wanted: &str) -> Option<&'a str> {
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|(key, _)| *key == wanted).map(|(_, value)| value)
}

/// A number in its one spelling: no sign in front of it, no zeros.
fn whole_number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}
