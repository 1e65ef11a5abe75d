//! Every sentence a customer reads is defined in `dialogues/texts/{en,uk,ru}.ftl`, and only there. How a sentence is
//! written, the engine knows; here are the shop's languages and the labels of its reply keyboard.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use strum::IntoEnumIterator;

pub use engine::texts::{
    CAPTION_LIMIT, Html, Locale, TEXT_LIMIT, TOAST_LIMIT, Text, Translations, Value, clip, label, say,
};

use crate::shop::{Language, Quantity};

/// Longer titles are cut where they are shown.
pub const TITLE_LIMIT: usize = 96;

impl From<Quantity> for Value {
    fn from(quantity: Quantity) -> Self {
        Self::Number(i64::from(quantity.get()))
    }
}

impl Locale for Language {
    fn tag(self) -> &'static str {
        self.code()
    }

    fn sentences() -> &'static Translations<Self> {
        static SENTENCES: LazyLock<Translations<Language>> =
            LazyLock::new(|| Translations::read(Language::iter().map(|language| (language, source(language)))));
        &SENTENCES
    }
}

/// The `.ftl` file of a language.
pub fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../texts/en.ftl"),
        Language::Ukrainian => include_str!("../texts/uk.ftl"),
        Language::Russian => include_str!("../texts/ru.ftl"),
    }
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
    NoReason,
    Unlimited,
    AtOnce,
    Done,
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

    /// Whether it is what a button says in some language, sign and all: nobody types that.
    pub fn is_tapped(said: &str) -> bool {
        Self::read(said).is_some_and(|label| Language::iter().any(|language| label.show(language) == said))
    }
}

/// The words of a label: no signs around them, in lower case.
fn words(label: &str) -> String {
    label.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use fluent_bundle::FluentResource;

    use crate::app::Shop;

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
    fn no_sentence_of_the_engine_is_missing() {
        assert_eq!(Language::sentences().missing::<Shop>(), []);
    }
}
