//! What the author may have meant.

use super::Sentences;
use super::help::{OTHER_WORDS, sentences};

/// The complaint about a sentence that is not known.
pub(crate) fn instead_of<L: Sentences>(sentence: &str) -> String {
    let quoted: String = sentence.lines().next().unwrap_or_default().chars().take(80).collect();
    match meant(sentence).or_else(|| nearest::<L>(sentence)) {
        Some(known) => format!("“{quoted}” is not a known sentence; did you mean “{known}”?"),
        None => format!(
            "“{quoted}” is not a known sentence; a statement is “Anna: …”, “Anna taps […]”, “Bot: …”, “Given …”, “Check …” \
             or the like: see the page on transcripts"
        ),
    }
}

/// The sentence behind other words for it. Those of the bot begin a line, those of people follow a name.
fn meant(sentence: &str) -> Option<&'static str> {
    let by_words = |(words, _): &&(&str, &str)| match words.strip_prefix(' ') {
        Some(verb) => sentence.split_whitespace().nth(1).is_some_and(|word| word.trim_end_matches(':') == verb),
        None => sentence.starts_with(words),
    };
    // “says nothing” before “says”.
    OTHER_WORDS.iter().filter(by_words).max_by_key(|(words, _)| words.len()).map(|(_, known)| *known)
}

/// The known sentence that shares most of its letters, if it is more than half.
fn nearest<L: Sentences>(sentence: &str) -> Option<&'static str> {
    let letters: Vec<char> = sentence.chars().take(200).collect();
    let closeness = |known: &&str| {
        let known: Vec<char> = known.chars().collect();
        2 * 1000 * common(&letters, &known) / (letters.len() + known.len()).max(1)
    };
    let best = sentences::<L>().max_by_key(closeness)?;
    (closeness(&best) > 600).then_some(best)
}

/// The length of the longest common subsequence.
pub(crate) fn common(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut corner = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == y { corner + 1 } else { above.max(row[at]) };
            corner = above;
        }
    }
    row[b.len()]
}

/// The places in `b` of the words of a longest common subsequence.
pub(crate) fn common_places(a: &[&str], b: &[&str]) -> Vec<usize> {
    // lengths[x][y]: that of the words from `x` on in `a`, and from `y` on in `b`.
    let mut lengths = vec![vec![0; b.len() + 1]; a.len() + 1];
    for x in (0..a.len()).rev() {
        for y in (0..b.len()).rev() {
            let other = lengths[x + 1][y].max(lengths[x][y + 1]);
            lengths[x][y] = if a[x] == b[y] { lengths[x + 1][y + 1] + 1 } else { other };
        }
    }
    let (mut x, mut y, mut places) = (0, 0, Vec::new());
    while x < a.len() && y < b.len() {
        if a[x] == b[y] {
            places.push(y);
            (x, y) = (x + 1, y + 1);
        } else if lengths[x + 1][y] >= lengths[x][y + 1] {
            x += 1;
        } else {
            y += 1;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::counter::Counting;

    #[test]
    fn gibberish_gets_no_wild_guess() {
        assert_eq!(nearest::<Counting>("qwrtzpsdfg"), None);
        assert!(
            instead_of::<Counting>("qwrtzpsdfg").starts_with("“qwrtzpsdfg” is not a known sentence; a statement is")
        );
    }

    #[test]
    fn other_words_for_a_sentence_are_understood() {
        for (written, known) in [
            ("Bot says: hello", "Bot: text"),
            ("Bot says nothing", "Bot is silent"),
            ("Bot replies: hi", "Bot: text"),
            ("Anna clicks [x]", "Anna taps [label]"),
            ("Anna says: hi", "Anna: text"),
        ] {
            let said = instead_of::<Counting>(written);
            assert!(
                said.contains(&format!("“{written}”")) && said.contains(&format!("“{known}”")),
                "{written}: {said}"
            );
        }
    }
}
