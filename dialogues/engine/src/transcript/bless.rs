//! Rewrites the bot's side of a transcript by what the bot really does.
//!
//! Only bot lines change, in place. A line that still agrees stays byte for byte, `…` and `{order}` included, and
//! so does everything that people wrote: their own lines, remarks, blank lines, checks.

use super::ast::Script;
use super::blesser::Blesser;
use super::player::Player;
use super::report::{Failure, FailureKind};
use super::{Sentences, Stage};

/// A transcript as the bot would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blessed {
    pub text: String,
    /// How many of the bot's statements were rewritten, added or removed.
    pub rewritten: usize,
    /// What cannot be blessed: checks that found something else, and what must never happen.
    pub left: Vec<Failure>,
}

/// Replays a script and takes the bot's word for the bot's lines. An impossible step is an error: its line, and why.
pub fn bless<L: Sentences>(script: &Script<L>, stage: &mut dyn Stage<L>) -> Result<Blessed, String> {
    let mut player = Player::new(stage);
    player.blesser = Some(Blesser::default());
    player.play(script);
    let left = player.report.failures;
    if let Some(failure) = left.iter().find(|failure| failure.kind == FailureKind::Impossible) {
        return Err(failure.to_string());
    }
    let blesser = player.blesser.unwrap_or_default();
    Ok(Blessed { text: blesser.text(script), rewritten: blesser.rewritten(), left })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::counter::Counter;
    use crate::transcript::counter::parse;
    use crate::transcript::replay::replay;

    fn blessed(text: &str, reworded: bool) -> Blessed {
        let mut stage = Counter::default();
        stage.reworded = reworded;
        bless(&parse(text).unwrap(), &mut stage).unwrap()
    }

    /// What was written by hand, and what the bot makes of it.
    fn becomes(written: &str, rewritten: usize, text: &str) {
        let blessed = blessed(written, false);
        assert_eq!(blessed.text, text);
        assert_eq!((blessed.rewritten, blessed.left.as_slice()), (rewritten, [].as_slice()));
        let again = replay(&parse(text).unwrap(), &mut Counter::default());
        assert_eq!(again.render("again"), "", "what was blessed passes");
    }

    const PEOPLE: &str = "Given Anna, a customer\nGiven Boris, an owner\n";

    #[test]
    fn the_bots_side_is_filled_in() {
        becomes(
            &format!(
                "{PEOPLE}Let {{order}} look like ###-####\n\n(Hello.)\nAnna: /start\n\nAnna taps [➕ Tea] ×2\n\n\nAnna: /order\n\
                 Anna: see {{order}}\nAnna: /ask\nAnna: /ask\nAnna: /late\n"
            ),
            9,
            &format!(
                "{PEOPLE}Let {{order}} look like ###-####\n\n(Hello.)\nAnna: /start\nBot (m1): **Your count**\n    Hello, Anna\n    Total 0\n    \
                 [➖] [Tea 0]\n    [➖] [Coffee 0]\n    [➕ Tea] [Done]\n\nAnna taps [➕ Tea] ×2\nBot toast: 1\nBot toast: 2\n\
                 Bot edits: **Your count**\n    Hello, Anna\n    Total 2\n    [➖] [Tea 2]\n    [➖] [Coffee 0]\n    [➕ Tea] [Done]\n\
                 \n\nAnna: /order\nBot to Boris: New: {{order}}\nBot: Order {{order}} is placed.\n\n    \\… [x]\n    \\[x]\n\
                 Anna: see {{order}}\nAnna: /ask\nBot: Your phone?\n    keyboard: [📱 Share]\n              [Cancel]\nAnna: /ask\n\
                 Bot: Your phone?\nAnna: /late\nBot edits (m1): **Your count**\n    Hello, Anna\n    Total 2\n    [➖] [Tea 2]\n    \
                 [➖] [Coffee 0]\n    [➕ Tea] [Done]\n"
            ),
        );
    }

    #[test]
    fn only_lines_that_disagree_are_rewritten() {
        let start = format!("{PEOPLE}Anna: /start\nBot:   …\n    [➕   Tea]   [Done]\n").replace("➕   Tea", "➕ Tea");
        becomes(
            &format!(
                "{start}Anna taps [➕ Tea]\nBot edits: …\n    Total 7\n    …\n    [➕ Tea] [D…]\nBot alert: no\n(So it is.)\nBot toast: …\n"
            ),
            2,
            &format!(
                "{start}Anna taps [➕ Tea]\nBot edits: …\n    Total 1\n    …\n    [➕ Tea] [D…]\n(So it is.)\nBot toast: …\n"
            ),
        );
    }

    #[test]
    fn silence_is_written_where_the_bot_spoke_before() {
        becomes(
            &format!("{PEOPLE}Anna: hi\nBot: Hi!\n    there\n\nAnna: ho\n"),
            1,
            &format!("{PEOPLE}Anna: hi\nBot is silent\n\nAnna: ho\n"),
        );
        becomes(
            &format!("{PEOPLE}Anna: Cancel\nBot is silent\n"),
            2,
            &format!("{PEOPLE}Anna: Cancel\nBot: Nothing changed.\n"),
        );
    }

    #[test]
    fn what_passes_is_left_byte_for_byte() {
        let text = format!("# T\n{PEOPLE}\nAnna: /start   \nBot:  …\n\n\nCheck the count of Anna\n    tea 0\n");
        assert_eq!(blessed(&text, false), Blessed { text, rewritten: 0, left: Vec::new() });
    }

    #[test]
    fn checks_and_faults_are_not_blessed() {
        let text = format!("{PEOPLE}Anna: /panic\nCheck the count of Anna\n    tea 5\n");
        let blessed = blessed(&text, false);
        assert_eq!(blessed.text, text);
        let kinds: Vec<FailureKind> = blessed.left.iter().map(|failure| failure.kind).collect();
        assert_eq!(kinds, [FailureKind::Fault, FailureKind::Check]);
    }

    #[test]
    fn an_impossible_tap_stops_it() {
        let script = parse(&format!("{PEOPLE}Anna: hi\nAnna taps [Buy]\n")).unwrap();
        let refusal = bless(&script, &mut Counter::default()).unwrap_err();
        assert!(refusal.starts_with("4: Anna taps [Buy]\n    there is no such button"), "{refusal}");
    }

    #[test]
    fn a_changed_word_is_one_changed_line() {
        let script = blessed(&format!("{PEOPLE}Anna: /start\nAnna taps [Done]\n"), false).text;
        let after = blessed(&script, true);
        assert_eq!((after.text, after.rewritten), (script.replace("Your count", "Your sum"), 2));
    }
}
