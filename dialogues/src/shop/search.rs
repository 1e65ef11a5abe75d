//! Finding words whatever their case, script, accents and spelling: `Сенча`, `сенча` and `SENCHA` are one, and so are
//! `Weißer` and `weisser`, `Łódź` and `lodz`, and a letter with an accent in one code point or in two.

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// A text as it is searched: compatibility decomposition (NFKD) and full case folding of Unicode; without accents and
/// default-ignorable characters; punctuation becomes a space; what still is no ASCII letter becomes one where
/// a table here names it. Letters that one script has for two sounds of the other are made equal (`и`, `і`, `y` are
/// `i`; `г` is `g` and `h`). Folding twice changes nothing.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        text.bytes().for_each(|byte| push(&mut folded, char::from(byte.to_ascii_lowercase())));
        return folded;
    }
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    CaseMapper::new().fold_string(&plain).chars().for_each(|letter| push(&mut folded, letter));
    folded
}

/// The words of a query, to be looked for in texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    pub fn new(query: &str) -> Self {
        Self(folded(query).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether a text that is [`folded`] has all of the words, also as parts of longer ones. A query of nothing but
    /// spaces and punctuation has no words, and no text has what it looks for.
    pub fn are_in(&self, folded: &str) -> bool {
        !self.0.is_empty() && self.0.iter().all(|word| folded.contains(word.as_str()))
    }
}

/// The words of a text as they are written. An apostrophe is a part of its word, and so is a hyphen within one.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| is_separator(letter) && latin(letter).is_none() && !is_hyphen(letter);
    text.split(ends).map(|word| word.trim_matches(is_hyphen)).filter(|word| !folded(word).trim().is_empty())
}

pub(super) fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}' | '\u{2011}')
}

fn push(folded: &mut String, letter: char) {
    match latin(letter) {
        Some(spelling) => folded.push_str(spelling),
        None if letter.is_ascii_alphanumeric() => folded.push(letter),
        None if is_mark(letter) => {}
        None if is_separator(letter) => folded.push(' '),
        None => folded.push(letter),
    }
}

/// Accents and what is not to be seen. Vowel signs of scripts that write vowels as marks are letters to a reader: they
/// have no combining class, and stay.
fn is_mark(letter: char) -> bool {
    !letter.is_ascii()
        && (CodePointMapData::<CanonicalCombiningClass>::new().get(letter) != CanonicalCombiningClass::NotReordered
            || CodePointMapData::<GeneralCategory>::new().get(letter) == GeneralCategory::EnclosingMark
            || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter))
}

/// Whether words end here: a space, or punctuation.
fn is_separator(letter: char) -> bool {
    match letter.is_ascii() {
        true => letter.is_ascii_whitespace() || letter.is_ascii_punctuation() && !"$+<=>^|~".contains(letter),
        false => {
            letter.is_whitespace()
                || GeneralCategoryGroup::Punctuation.contains(CodePointMapData::<GeneralCategory>::new().get(letter))
        }
    }
}

/// How a folded letter is spelled when it is searched; `None` for one that stays as it is.
///
/// Cyrillic is spelled as in the transliterations that people type. The Latin letters are those that Unicode does not
/// decompose, as CLDR's transform Latin-ASCII spells them (`common/transforms/Latin-ASCII.xml`), for the alphabets of
/// living languages.
fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' | 'w' => "v",
        'г' | 'ґ' | 'h' | 'ħ' => "g",
        'д' | 'đ' | 'ð' | 'ђ' | 'ɖ' | 'ɗ' => "d",
        'е' | 'э' | 'ə' | 'ɛ' | 'ǝ' => "e",
        'є' => "ie",
        'ж' => "zg",
        'з' | 'ƶ' => "z",
        'и' | 'і' | 'ы' | 'y' | 'ı' | 'ɨ' | 'ƴ' => "i",
        'ј' | 'ɉ' => "j",
        'к' | 'c' | 'ћ' | 'ƙ' => "k",
        'л' | 'ł' | 'ƚ' => "l",
        'м' => "m",
        'н' | 'ŋ' | 'ɲ' | 'ƞ' => "n",
        'о' | 'ø' | 'ɔ' | 'ɵ' => "o",
        'п' | 'ƥ' => "p",
        'ĸ' => "q",
        'р' => "r",
        'с' => "s",
        'т' | 'ŧ' | 'ƭ' | 'ʈ' => "t",
        'у' | 'ʉ' => "u",
        'ф' | 'ƒ' => "f",
        'ɓ' | 'ƀ' => "b",
        'ɠ' => "g",
        'ʋ' => "v",
        'æ' => "ae",
        'œ' => "oe",
        'љ' => "lj",
        'њ' => "nj",
        'џ' => "dz",
        'ѕ' => "dz",
        // Spelled with what `h` and `c` become, so that `kh`, `ch`, `sh`, `th` are met.
        'х' => "kg",
        'ц' => "ts",
        'ч' => "kg",
        'ш' => "sg",
        'щ' => "sgkg",
        'þ' => "tg",
        'ю' => "iu",
        'я' => "ia",
        // Signs that change how a neighbour sounds, and the apostrophes that are typed for them.
        'ъ' | 'ь' | '\'' | '`' | '‘' | '’' | 'ʹ' | 'ʻ' | 'ʼ' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_word_in_two_spellings_is_one() {
        for (one, other) in [
            ("Сенча", "SENCHA"),
            ("Улун", "ulun"),
            ("Пуер", "Puer"),
            ("мёд", "med"),
            ("Каркаде", "karkade"),
            ("Київ", "Kyiv"),
            ("ромашка", "romashka"),
            ("какао", "cacao"),
            ("шу пуэр", "shu puer"),
            ("Марʼяна", "mariana"),
            ("Мар’яна", "Мар'яна"),
            ("Weißer Tee", "WEISSER TEE"),
            ("Żubrówka", "zubrowka"),
            ("Żubrówka", "Z\u{307}ubro\u{301}wka"),
            ("Kečup", "kecup"),
            ("Kečup", "Kec\u{30c}up"),
            ("Łódź", "lodz"),
            ("Việt trà", "viet tra"),
            ("Đà Lạt", "da lat"),
            ("Œufs à la crème", "oeufs a la creme"),
            ("Smørrebrød", "smorrebrod"),
            ("İstanbul ışık", "istanbul isik"),
            ("Þingvellir", "thingvellir"),
            ("Йогурт", "Йогурт".replace('Й', "И\u{306}").as_str()),
            ("ΛΌΓΟΣ", "λόγος"),
            ("λογοσ", "λόγος"),
            ("Ｍａｔｃｈａ", "matcha"),
            ("ﬁne №5 ½", "fine No5 1⁄2"),
            ("Earl\u{a0}Grey", "earl grey"),
            ("Sen\u{ad}cha\u{200b}", "sencha"),
            ("Sencha\u{fe0f}", "sencha"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        // Vowels that are written as marks are no accents.
        assert_ne!(folded("กี"), folded("กู"));
    }

    #[test]
    fn every_word_of_a_query_counts_in_any_order() {
        let text = folded("Сенча, зелений чай");
        for found in ["CHAI sencha", "сенча,", "«зелений чай»", "зелен-чай"] {
            assert!(SearchWords::new(found).are_in(&text), "{found}");
        }
        assert!(!SearchWords::new("sencha black").are_in(&text));
    }

    #[test]
    fn a_query_without_words_finds_nothing() {
        for nothing in ["", " ", "'", "’", "-", "…", "ь", "\u{200b}", "\u{301}", "\u{a0}", "«»"] {
            assert!(!SearchWords::new(nothing).are_in(&folded("Марʼяна … - '")), "{nothing:?}");
        }
        assert!(SearchWords::new("🍵").are_in(&folded("🍵 Matcha")));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn composed_and_decomposed_are_one(text in "\\PC{0,20}") {
            let composed = icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
            let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
            prop_assert_eq!(folded(&composed), folded(&decomposed));
        }
    }
}
