//! What the author may have meant.

/// One example of every sentence that a transcript may contain.
pub(super) const SENTENCES: &[&str] = &[
    "Given the catalogue tea-house",
    "Given the time is 2026-03-14 10:00",
    "Given 4 of Sencha in stock",
    "Given Sencha costs 500.00",
    "Given Sencha has a discount of 20 %",
    "Given Sencha has no discount",
    "Given Sencha is hidden",
    "Given Sencha is shown",
    "Given Sencha is deleted",
    "Given Sencha is moved to China",
    "Given no news",
    "Given the news \"Headline\": body",
    "Given Anna, a new customer",
    "Given Anna, a customer",
    "Given Anna, a customer who speaks Ukrainian",
    "Given Anna, a customer with name \"Anna\", phone +380671112233, e-mail anna@example.com, no address, a cart of Sencha × 2, Assam × 1",
    "Given Olga, an owner",
    "Given Anna has an order of Sencha × 2, Assam × 1",
    "Given Anna has an order of Sencha × 2 that is delivered",
    "Let {order} look like ###-####",
    "Anna: text",
    "Anna taps [label]",
    "Anna taps [label] beside [x]",
    "Anna taps [label] under \"text\"",
    "Anna taps [label] ×3",
    "Anna shares contact +380671112233",
    "Anna shares the contact of Boris +380671112233",
    "Anna shares somebody else's contact +380671112233",
    "Anna sends photo receipt.jpg: caption",
    "Anna sends a sticker",
    "Anna edits her last message: text",
    "Anna forwards: text",
    "Anna blocks the bot",
    "Anna unblocks the bot",
    "Anna says in a group: text",
    "At once",
    "Bot: text",
    "Bot (ask): text",
    "Bot to Boris: text",
    "Bot edits: text",
    "Bot edits (ask): text",
    "Bot edits for Boris: text",
    "Bot deletes",
    "Bot toast: text",
    "Bot alert: text",
    "Bot is silent",
    "After 1 hour",
    "At 2026-03-15 09:00",
    "The bot restarts",
    "Telegram delivers it again",
    "Telegram answers the next sendPhoto to Boris with 429, retry after 2",
    "Check the cart of Anna",
    "Check orders of Anna",
    "Check the profile of Anna",
    "Check the state of Anna",
    "Check the stock of Sencha",
    "Check GET /api/v1/orders as owner",
];

/// One example of every sentence that may follow `Given`, for whoever writes a transcript.
pub fn givens() -> impl Iterator<Item = &'static str> {
    SENTENCES.iter().copied().filter(|sentence| sentence.starts_with("Given "))
}

/// The complaint about a sentence that is not known.
pub(super) fn instead_of(sentence: &str) -> String {
    match nearest(sentence) {
        Some(known) => format!("this sentence is not known; did you mean “{known}”?"),
        None => "this sentence is not known; a statement is “Anna: …”, “Anna taps […]”, “Bot: …”, “Given …”, “Check …” or the like".to_owned(),
    }
}

/// The known sentence that shares most of its letters, if it is more than half.
fn nearest(sentence: &str) -> Option<&'static str> {
    let letters: Vec<char> = sentence.chars().take(200).collect();
    let closeness = |known: &&&str| {
        let known: Vec<char> = known.chars().collect();
        2 * 1000 * common(&letters, &known) / (letters.len() + known.len()).max(1)
    };
    let best = SENTENCES.iter().max_by_key(closeness)?;
    (closeness(&best) > 600).then_some(*best)
}

/// The length of the longest common subsequence.
pub(super) fn common(a: &[char], b: &[char]) -> usize {
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
pub(super) fn common_places(a: &[&str], b: &[&str]) -> Vec<usize> {
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

    #[test]
    fn gibberish_gets_no_wild_guess() {
        assert_eq!(nearest("qwrtzpsdfg"), None);
    }
}
