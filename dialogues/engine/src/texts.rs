//! Every sentence that a customer reads is defined in the application's Fluent files, one per language, and only there.
//!
//! A [`Text`] names a sentence and fills its places; [`say`] writes it in a language as HTML,
//! [`label`] as plain text for buttons and toasts. What comes from people or from stored documents is
//! escaped on its way into HTML by type: only [`Html`] goes in as it is.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::{App, Place as _, markup};

/// Telegram's limit on a message's text, in UTF-16 units after the markup is read.
pub const TEXT_LIMIT: usize = 4096;
/// Telegram's limit on a caption.
pub const CAPTION_LIMIT: usize = 1024;
/// Telegram's limit on the answer to a tap.
pub const TOAST_LIMIT: usize = 200;

/// The sentences that the engine itself says; each language of an application must have them. `menu-here` may have places
/// that [`crate::App::menu_is_here`] fills, `unknown-command` has `{ $name }`.
pub const ENGINE_SENTENCES: [&str; 6] =
    ["out-of-date", "out-of-date-below", "unknown-command", "menu-here", "failed", "too-fast"];

/// A language of an application.
pub trait Locale: Copy + PartialEq + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// Its tag, such as `en`: <https://www.rfc-editor.org/info/bcp47>.
    fn tag(self) -> &'static str;

    /// The sentences of all languages, read once: a `LazyLock` of [`Translations::read`].
    fn sentences() -> &'static Translations<Self>;
}

/// The sentences of an application, in each of its languages.
pub struct Translations<L>(Vec<(L, FluentBundle<FluentResource>)>);

impl<L: Locale> Translations<L> {
    /// Reads the Fluent file of each language. A file with a mistake still gives all that could be read.
    pub fn read(files: impl IntoIterator<Item = (L, &'static str)>) -> Self {
        let bundle = |language: L, source: &str| {
            let mut bundle = FluentBundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
            // Isolation marks are invisible characters that Telegram would count and testers could not type.
            bundle.set_use_isolating(false);
            let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
            let _ = bundle.add_resource(resource);
            bundle
        };
        Self(files.into_iter().map(|(language, source)| (language, bundle(language, source))).collect())
    }

    fn of(&self, language: L) -> Option<&FluentBundle<FluentResource>> {
        self.0.iter().find(|(known, _)| *known == language).map(|(_, bundle)| bundle)
    }

    /// The languages, in the order in which they were given; the first one stands in for all others.
    pub fn languages(&self) -> impl Iterator<Item = L> + '_ {
        self.0.iter().map(|(language, _)| *language)
    }

    /// The sentences that every application must have and that a language of this one does not: the engine's, and
    /// `command-<name>` for each command.
    pub fn missing<A: App<Language = L>>(&self) -> Vec<(L, String)> {
        let commands = A::Place::COMMANDS.iter().map(|(name, _)| format!("command-{name}"));
        let ids: Vec<String> = ENGINE_SENTENCES.map(str::to_owned).into_iter().chain(commands).collect();
        let of = |(language, bundle): &(L, FluentBundle<FluentResource>)| {
            let missing = ids.iter().filter(|id| !bundle.has_message(id));
            missing.map(|id| (*language, id.clone())).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }
}

/// Text with Telegram's HTML in it, safe to send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Text from people or from stored documents.
    pub fn escape(text: &str) -> Self {
        Self(markup::escape(text).into_owned())
    }

    /// A text with its marks.
    pub fn of(rich: &markup::Rich) -> Self {
        Self(rich.to_html())
    }

    /// Several pieces below each other; empty ones are left out.
    pub fn lines(pieces: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(pieces, "\n")
    }

    /// Several paragraphs; empty ones are left out.
    pub fn paragraphs(pieces: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(pieces, "\n\n")
    }

    fn joined(pieces: impl IntoIterator<Item = Self>, between: &str) -> Self {
        let mut all = String::new();
        for Self(piece) in pieces {
            if !piece.is_empty() {
                if !all.is_empty() {
                    all.push_str(between);
                }
                all.push_str(&piece);
            }
        }
        Self(all)
    }

    /// A text that was written by [`Html::as_str`] and kept since.
    pub fn kept(html: String) -> Self {
        Self(html)
    }

    /// The text with its marks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What fills a place in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Escaped in HTML.
    Str(String),
    /// Inserted as it is; not for labels.
    Html(Html),
    /// Chooses plural forms.
    Number(i64),
    /// A sentence within a sentence.
    Text(Text),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<Html> for Value {
    fn from(html: Html) -> Self {
        Self::Html(html)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

/// A sentence by its name in the `.ftl` files, and what fills its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub id: Cow<'static, str>,
    pub values: Vec<(&'static str, Value)>,
}

/// `text!("table-taken", day = day)`: a [`Text`]. A test holds every use against every language.
#[macro_export]
macro_rules! text {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::texts::Text {
            id: ::std::borrow::Cow::Borrowed($id),
            values: vec![$((stringify!($name), $crate::texts::Value::from($value))),*],
        }
    };
}

/// A sentence as HTML.
pub fn say<L: Locale>(language: L, text: &Text) -> Html {
    Html(write(language, text, true))
}

/// A sentence as plain text, for buttons and toasts.
pub fn label<L: Locale>(language: L, text: &Text) -> String {
    write(language, text, false)
}

/// A sentence that is missing is written as its name.
fn write<L: Locale>(language: L, text: &Text, html: bool) -> String {
    let name = || text.id.clone().into_owned();
    let Some(bundle) = L::sentences().of(language) else { return name() };
    let Some(pattern) = bundle.get_message(&text.id).and_then(|message| message.value()) else { return name() };
    if text.values.is_empty() {
        return bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned();
    }
    let mut args = FluentArgs::with_capacity(text.values.len());
    for (name, value) in &text.values {
        args.set(*name, filling(language, value, html));
    }
    bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
}

fn filling<L: Locale>(language: L, value: &Value, html: bool) -> FluentValue<'_> {
    match value {
        Value::Str(text) if html => FluentValue::String(markup::escape(text)),
        Value::Str(text) => FluentValue::String(Cow::Borrowed(text)),
        Value::Html(text) => FluentValue::String(Cow::Borrowed(&text.0)),
        Value::Number(number) => FluentValue::from(*number),
        Value::Text(text) => FluentValue::String(Cow::Owned(write(language, text, html))),
    }
}

/// The text, cut to so many UTF-16 units with “…” where it is longer; never inside a character, and
/// inside a word only where that word takes up half of it.
pub fn clip(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    // Where the “…” begins if there is more than fits; the text far behind is not counted.
    let (mut units, mut end) = (0, 0);
    for (place, character) in text.char_indices() {
        if units < most {
            end = place;
        }
        units += character.len_utf16();
        if units > most {
            // A space in the first half does not count, so only the second one is looked through.
            let half = text.ceil_char_boundary(end / 2);
            let cut = match text[half..end].rfind(char::is_whitespace) {
                Some(space) if !text[end..].starts_with(char::is_whitespace) => &text[..half + space],
                _ => &text[..end],
            };
            return Cow::Owned(format!("{}…", cut.trim_end()));
        }
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_counts_utf16_units_and_keeps_characters_whole() {
        assert_eq!(clip("short", 10), "short");
        assert_eq!(clip("a word too many", 12), "a word too…");
        assert_eq!(clip("a word too many", 11), "a word too…");
        assert_eq!(clip("a overlongword", 8), "a overl…");
        assert_eq!(clip("жжжж жжжжж", 9), "жжжж…");
        let clipped = clip("🍵🍵🍵🍵🍵", 6);
        assert!(markup::utf16_len(&clipped) <= 6, "{clipped}");
        assert!(clipped.ends_with('…'));
    }

    #[test]
    fn what_people_write_cannot_become_markup() {
        assert_eq!(Html::escape("<b>&").as_str(), "&lt;b&gt;&amp;");
    }
}
