//! Which words of a changed line are other ones.

use super::suggest::common_places;

/// A line of `^` to stand below `after`, under the words that are not in `before`; `None` where that says nothing:
/// a line that is new altogether, one from which words are only gone, or one with gaps.
pub(crate) fn marks(before: &str, after: &str) -> Option<String> {
    if before.contains(['…', '{']) {
        return None;
    }
    let (old, new) = (words(before), words(after));
    let kept = common_places(&old, &new);
    let told = kept.iter().any(|at| new[*at].contains(char::is_alphanumeric));
    if !told || kept.len() == new.len() {
        return None;
    }
    let mut line = String::new();
    let mut rest = after;
    for (at, word) in new.iter().enumerate() {
        let start = rest.find(word)?;
        line.push_str(&" ".repeat(width(&rest[..start])));
        line.push_str(&if kept.contains(&at) { " " } else { "^" }.repeat(width(word)));
        rest = &rest[start + word.len()..];
    }
    Some(line.trim_end().to_owned())
}

/// The words of a text, and its other signs one by one.
fn words(text: &str) -> Vec<&str> {
    let pieces = text.split_inclusive(|c: char| !c.is_alphanumeric()).flat_map(|piece| {
        let sign = piece.char_indices().next_back().filter(|(_, c)| !c.is_alphanumeric());
        let (word, sign) = piece.split_at(sign.map_or(piece.len(), |(at, _)| at));
        [word, sign]
    });
    pieces.filter(|piece| !piece.trim().is_empty()).collect()
}

/// How many columns a terminal takes for a text: two for a pictograph, none for what only changes the one before.
fn width(text: &str) -> usize {
    let columns = |c: char| match c {
        '\u{fe0f}' | '\u{200d}' => 0,
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'.. => 2,
        _ => 1,
    };
    text.chars().map(columns).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_words_are_marked() {
        let mark = |before: &str, after: &str| marks(before, after).unwrap_or_default();
        assert_eq!(mark("Total 840 ₴", "Total 1 040 ₴"), "      ^ ^^^");
        assert_eq!(mark("Bot edits: **Two**, three", "Bot edits: **One**, three"), "             ^^^");
        assert_eq!(mark("[➕ Tea] [Finish]", "[➕ Tea] [Done]"), "          ^^^^");
        assert_eq!(mark("    a b", "    a c"), "      ^");
        assert_eq!(mark("a cup of tea", "a pot of tea"), "  ^^^");
    }

    #[test]
    fn a_mark_that_says_nothing_is_left_out() {
        assert_eq!(marks("Hello there", "Good bye"), None, "all is new");
        assert_eq!(marks("a cup of tea", "a cup"), None, "nothing is new");
        assert_eq!(marks("Order {order} is … placed", "Order 123-4567 is placed"), None, "a gap is no word");
    }
}
