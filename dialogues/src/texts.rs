//! Every sentence a customer reads stands in `dialogues/texts/{en,uk,ru}.ftl`, and only there.
//!
//! A [`Text`] names a sentence and fills its places; [`say`] writes it in a language as HTML,
//! [`label`] as plain text for buttons and toasts. What comes from people or from the catalogue is
//! escaped on its way into HTML by type: only [`Html`] goes in as it is.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use strum::IntoEnumIterator;

use crate::markup;
use crate::shop::Language;

/// Telegram's limit on a message's text, in UTF-16 units after the markup is read.
pub const TEXT_LIMIT: usize = 4096;
/// Telegram's limit on a caption.
pub const CAPTION_LIMIT: usize = 1024;
/// Telegram's limit on the answer to a tap.
pub const TOAST_LIMIT: usize = 200;
/// Longer titles are cut where they are shown.
pub const TITLE_LIMIT: usize = 96;

/// Text with Telegram's HTML in it, safe to send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Text from people or from the catalogue.
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

impl From<crate::shop::Quantity> for Value {
    fn from(quantity: crate::shop::Quantity) -> Self {
        Self::Number(i64::from(quantity.get()))
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

/// `text!("cart-total", total = amount)`: a [`Text`]. A test holds every use against every language.
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
pub fn say(language: Language, text: &Text) -> Html {
    Html(write(language, text, true))
}

/// A sentence as plain text, for buttons and toasts.
pub fn label(language: Language, text: &Text) -> String {
    write(language, text, false)
}

fn write(language: Language, text: &Text, html: bool) -> String {
    let bundle = &bundles()[language as usize];
    let Some(pattern) = bundle.get_message(&text.id).and_then(|message| message.value()) else {
        return text.id.clone().into_owned();
    };
    if text.values.is_empty() {
        return bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned();
    }
    let mut args = FluentArgs::with_capacity(text.values.len());
    for (name, value) in &text.values {
        args.set(*name, filling(language, value, html));
    }
    bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
}

fn filling<'a>(language: Language, value: &'a Value, html: bool) -> FluentValue<'a> {
    match value {
        Value::Str(text) if html => FluentValue::String(markup::escape(text)),
        Value::Str(text) => FluentValue::String(Cow::Borrowed(text)),
        Value::Html(text) => FluentValue::String(Cow::Borrowed(&text.0)),
        Value::Number(number) => FluentValue::from(*number),
        Value::Text(text) => FluentValue::String(Cow::Owned(write(language, text, html))),
    }
}

type Bundle = FluentBundle<FluentResource>;

fn bundles() -> &'static [Bundle] {
    static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| Language::iter().map(bundle).collect());
    &BUNDLES
}

/// The `.ftl` file of a language.
pub fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../texts/en.ftl"),
        Language::Ukrainian => include_str!("../texts/uk.ftl"),
        Language::Russian => include_str!("../texts/ru.ftl"),
    }
}

fn bundle(language: Language) -> Bundle {
    let tag = language.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Isolation marks are invisible characters that Telegram would count and testers could not type.
    bundle.set_use_isolating(false);
    // A file with a mistake still gives all that could be read; a test refuses the mistake.
    let resource = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

/// A button of the reply keyboard: tapping it says its label, in the language it was shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case", prefix = "key-")]
pub enum Label {
    Catalogue,
    Sale,
    Cart,
    News,
    Orders,
    Profile,
    SharePhone,
    Back,
    Cancel,
    Clear,
}

impl Label {
    /// What the button says.
    pub fn show(self, language: Language) -> String {
        let id: &'static str = self.into();
        label(language, &Text { id: Cow::Borrowed(id), values: Vec::new() })
    }

    /// The button that says this in any language: keyboards outlive a change of language. Who types the
    /// word, without the picture before it, means the button, too.
    pub fn read(said: &str) -> Option<Self> {
        static LABELS: LazyLock<HashMap<String, Label>> = LazyLock::new(|| {
            let of = |language| Label::iter().map(move |label| (words(&label.show(language)), label));
            Language::iter().flat_map(of).collect()
        });
        LABELS.get(&words(said)).copied()
    }
}

/// The words of a label: no signs around them, in lower case.
fn words(label: &str) -> String {
    label.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase()
}

/// The text, cut to so many UTF-16 units with “…” where it is longer; never inside a character, and
/// inside a word only where that word takes up half of it.
pub fn clip(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    // Where the “…” begins if there is more than fits; nobody counts what lies far behind.
    let (mut units, mut end) = (0, 0);
    for (place, character) in text.char_indices() {
        if units < most {
            end = place;
        }
        units += character.len_utf16();
        if units > most {
            let cut = match text[..end].rfind(char::is_whitespace) {
                Some(space) if space >= end / 2 && !text[end..].starts_with(char::is_whitespace) => &text[..space],
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
    fn every_language_file_is_well_formed() {
        for language in Language::iter() {
            let faults = FluentResource::try_new(source(language).to_owned()).err().map(|(_, faults)| faults);
            assert!(faults.is_none(), "{}: {faults:?}", language.code());
        }
    }

    #[test]
    fn labels_are_known_in_every_language() {
        for language in Language::iter() {
            for label in Label::iter() {
                assert_eq!(Label::read(&label.show(language)), Some(label), "{label:?} in {}", language.code());
            }
        }
    }

    #[test]
    fn clipping_counts_utf16_units_and_keeps_characters_whole() {
        assert_eq!(clip("short", 10), "short");
        assert_eq!(clip("a word too many", 12), "a word too…");
        assert_eq!(clip("a word too many", 11), "a word too…");
        assert_eq!(clip("a overlongword", 8), "a overl…");
        let clipped = clip("🍵🍵🍵🍵🍵", 6);
        assert!(markup::utf16_len(&clipped) <= 6, "{clipped}");
        assert!(clipped.ends_with('…'));
    }

    #[test]
    fn what_people_write_cannot_become_markup() {
        assert_eq!(Html::escape("<b>&").as_str(), "&lt;b&gt;&amp;");
    }
}
