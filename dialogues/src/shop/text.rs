//! The rules for text that people write: what of it is kept, and whether anything of it can be seen.
//!
//! Text is typed or pasted, and comes from Telegram, over HTTP and from files. Pasted text carries characters that no
//! reader sees: bidirectional isolates around a number from a contact list, zero-width spaces, soft hyphens, fillers.
//! They are removed here by Unicode's own properties (UAX #44), for every field and every entrance.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    BinaryProperty, Dash, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, JoinControl,
    VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The one blank that no property of Unicode tells from a visible symbol: the braille pattern without dots.
const BRAILLE_BLANK: char = '\u{2800}';

/// Whether a reader sees anything of this text: a letter, a digit, punctuation or a symbol that is not blank.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(shows)
}

/// The text in one line: composed (NFC), with line breaks and runs of blanks as one space, and without what no reader
/// sees. Kept is what shapes a visible character: a joiner between two of them, the variation selector of an emoji.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    let mut joiner = None;
    for c in text.chars() {
        let shapes = !gap && !line.is_empty();
        if is_blank(c) {
            gap = true;
        } else if has::<JoinControl>(c) {
            joiner = shapes.then_some(c).or(joiner);
        } else if has::<VariationSelector>(c) {
            let first = !line.ends_with(has::<VariationSelector>);
            line.extend((shapes && first).then_some(c));
        } else if !is_invisible(c) {
            match joiner {
                _ if gap && !line.is_empty() => line.push(' '),
                Some(joiner) if !gap => line.push(joiner),
                _ => {}
            }
            line.push(c);
            (gap, joiner) = (false, None);
        }
    }
    // Last, because a mark may have been parted from its letter by what is taken out.
    ComposingNormalizerBorrowed::new_nfc().normalize(&line).into_owned()
}

/// The text in at most `most` lines, each as [`one_line`] writes it. Empty lines are left out; lines beyond the last
/// one are appended to it with a comma, so that nothing of an address is lost.
pub fn lines(text: &str, most: usize) -> String {
    let mut lines: Vec<String> = text.split(is_line_break).map(one_line).filter(|line| !line.is_empty()).collect();
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1));
        lines.push(rest.join(", "));
    }
    lines.join("\n")
}

/// A number or an address of the Internet, which a word processor may have embellished: compatibility characters as
/// the plain ones that they stand for (NFKC), digits of every script as ASCII, every dash as `-`, a typographic
/// apostrophe as `'`, nothing invisible, no blank at either end.
pub fn plain(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(&seen);
    let plain = composed.chars().filter(|c| !is_invisible(*c)).map(|c| match c {
        '’' => '\'',
        c if has::<Dash>(c) => '-',
        c if is_blank(c) => ' ',
        c => ascii_digit(c).unwrap_or(c),
    });
    plain.collect::<String>().trim().to_owned()
}

/// Whether the character is a dash of any script: a hyphen, an en dash, a minus.
pub fn is_dash(c: char) -> bool {
    has::<Dash>(c)
}

/// Whether no reader sees the character, and nothing is lost without it: a control, or what Unicode calls ignorable
/// by default, such as zero-width spaces, directional marks and Hangul fillers. Blanks and line breaks are none.
pub fn is_invisible(c: char) -> bool {
    !is_blank(c) && (c.is_control() || has::<DefaultIgnorableCodePoint>(c))
}

/// Whether the character ends a line: the mandatory breaks of UAX #14.
fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether the character is a space, a line break, or the braille pattern that looks like a space.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == BRAILLE_BLANK
}

fn shows(c: char) -> bool {
    let groups = [
        GeneralCategoryGroup::Letter,
        GeneralCategoryGroup::Number,
        GeneralCategoryGroup::Punctuation,
        GeneralCategoryGroup::Symbol,
    ];
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    !is_blank(c) && !is_invisible(c) && groups.iter().any(|group| group.contains(category))
}

/// The ASCII digit for a decimal digit of any script. Unicode encodes the ten digits of a script in one run, zero
/// first.
fn ascii_digit(c: char) -> Option<char> {
    let is_digit = |code: u32| CodePointMapData::<GeneralCategory>::new().get32(code) == GeneralCategory::DecimalNumber;
    let code = u32::from(c);
    if !is_digit(code) {
        return None;
    }
    let below = (1..10).take_while(|step| code.checked_sub(*step).is_some_and(is_digit)).count();
    char::from_digit(u32::try_from(below).ok()?, 10)
}

fn has<P: BinaryProperty>(c: char) -> bool {
    CodePointSetData::new::<P>().contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_is_no_text() {
        for blank in ["", "  ", "\u{3164}", "\u{200b}\u{feff}", "\u{2800}", "\u{2067}\u{2069}", "\u{301}", "\u{e000}"] {
            assert!(!is_visible(blank), "{blank:?}");
            assert!(!is_visible(&one_line(blank)), "{blank:?}");
        }
        for visible in ["a", "7", "—", "🙂", "я\u{200b}", "茶", "₴"] {
            assert!(is_visible(visible), "{visible}");
        }
    }

    #[test]
    fn a_line_keeps_what_is_seen_and_what_shapes_it() {
        for (written, kept) in [
            ("  Anna \t Maria\r\nLee ", "Anna Maria Lee"),
            ("\u{2066}Anna\u{2069}\u{200b}", "Anna"),
            ("An\u{ad}na\u{3164}", "Anna"),
            ("a\u{2028}b\u{2800}c", "a b c"),
            ("и\u{306}од", "йод"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("👩\u{200d}🍳 \u{200d}x\u{200d}", "👩\u{200d}🍳 x"),
            ("❤\u{fe0f}\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥"),
            ("\u{202e}evil\u{0}", "evil"),
        ] {
            assert_eq!(one_line(written), kept, "{written:?}");
        }
    }

    #[test]
    fn lines_beyond_the_last_one_are_appended_to_it() {
        assert_eq!(lines("a\n\n \u{200b}\nb\u{2028}c\r\nd\ne", 3), "a\nb\nc, d, e");
        assert_eq!(lines("a\nb", 3), "a\nb");
    }

    #[test]
    fn numbers_and_addresses_lose_their_typography() {
        for (written, kept) in [
            ("\u{2066}+380 67\u{a0}111\u{2011}22–33\u{2069}", "+380 67 111-22-33"),
            ("＋３８０ ٦٧", "+380 67"),
            ("𝟟𝟠𝟡۰۹", "78909"),
            (" o’neill—x@example.com\u{200b}", "o'neill-x@example.com"),
        ] {
            assert_eq!(plain(written), kept, "{written:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC{0,40}|[\u{200b}-\u{200f}a-c\u{fe0f}\u{301} \n\u{2028}\u{3164}]{0,20}") {
            let line = one_line(&text);
            prop_assert_eq!(one_line(&line), line.clone());
            prop_assert!(!line.contains(is_line_break) && line.trim() == line);
            let three = lines(&text, 3);
            prop_assert!(three.lines().count() <= 3);
            prop_assert_eq!(lines(&three, 3), three.clone());
        }
    }
}
