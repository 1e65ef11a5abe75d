//! Plays a transcript and says where the bot does something else.

pub use super::report::{Conclusion, Failure, FailureKind, Report, Skip, SkipReason};

use super::ast::Script;
use super::player::Player;
use super::{Sentences, Stage};

/// Plays a script on a stage. After a mismatch it goes on with the next step, after an impossible step it stops.
pub fn replay<L: Sentences>(script: &Script<L>, stage: &mut dyn Stage<L>) -> Report {
    let mut player = Player::new(stage);
    player.play(script);
    player.report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::counter::Counter;
    use crate::transcript::counter::parse;

    const START: &str = "\
Given Anna, a new customer
Given Boris, an owner
Anna: /start
Bot: **Your count**
    Hello, Anna
    Total 0
    [➖] [Tea 0]
    [➖] [Coffee 0]
    [➕ Tea] [Done]
";

    fn played(text: &str) -> Report {
        replay(&parse(&format!("{START}{text}")).unwrap(), &mut Counter::default())
    }

    /// Plays `text`, which must pass.
    fn passes(text: &str) -> Report {
        let report = played(text);
        assert_eq!(report.render("t.chat"), "");
        report
    }

    /// Plays `text`, which must fail in this way. The lines of `START` are 1 to 9.
    fn fails(text: &str, rendered: &str) {
        assert_eq!(without_remedy(&played(text).render("t.chat")), rendered);
    }

    /// A failure without its last line, which is always the same.
    fn without_remedy(rendered: &str) -> String {
        let lines = rendered.lines().filter(|line| !line.starts_with("    by hand: "));
        lines.fold(String::new(), |text, line| text + line + "\n")
    }

    #[test]
    fn a_failure_says_how_to_come_there() {
        let report = played("Anna: /panic\nBot: 1\nAnna: hi\nAnna: hi\nBot: 2\n");
        let rendered = report.render("dialogues/transcripts/tea/t.chat");
        let remedies: Vec<&str> = rendered.lines().filter(|line| line.contains("by hand")).collect();
        assert_eq!(
            remedies,
            [
                "    by hand: cargo run -- demo --upto tea/t.chat:10",
                "    by hand: cargo run -- demo --upto tea/t.chat:13"
            ]
        );
        assert!(rendered.ends_with("tea/t.chat:13\n"), "{rendered}");
    }

    #[test]
    fn what_is_written_passes_and_toasts_have_no_place_among_messages() {
        let report = passes("Anna taps [➕ Tea]\nBot toast: 1\nBot edits: …\n    Total 1\n    …\n    [➕ Tea] […]\n");
        assert_eq!((report.steps, report.turns.len(), report.skipped.len()), (2, 1, 0));
        assert!(report.buttons_shown.contains("Done") && !report.buttons_tapped.contains("Done"));
        assert!(report.buttons_tapped.contains("➕ Tea"));
    }

    #[test]
    fn a_failure_reads_like_the_chat() {
        fails(
            "Anna taps [➕ Tea]\nBot toast: 1\nBot edits: **Your count**\n    Hello, Anna\n    Sum 1\n    [➖] [Tea 1]\n    \
             [➖] [Coffee 0]\n    [➕ Tea] [Finish]\n",
            "t.chat:10: Anna taps [➕ Tea]
    Bot toast: 1
    Bot edits: **Your count**
        Hello, Anna
  -     Sum 1
  +     Total 1
        ^^^^^
        [➖] [Tea 1]
        [➖] [Coffee 0]
  -     [➕ Tea] [Finish]
  +     [➕ Tea] [Done]
                  ^^^^
    Counting —Counted→ Counting
",
        );
    }

    #[test]
    fn an_ellipsis_never_hides_a_line_that_stands_beside_its_like() {
        fails(
            "Anna taps [➕ Tea]\nBot edits: …\n    [➖] [Tea 2]\n    …\n",
            "t.chat:10: Anna taps [➕ Tea]
    Bot edits: …
  -     [➖] [Tea 2]
  +     [➖] [Tea 1]
                  ^
        …
  + Bot toast: 1
    Counting —Counted→ Counting
",
        );
    }

    #[test]
    fn silence_is_exact() {
        passes("Anna: hi\nAnna: hi\nBot is silent\n");
        fails(
            "Anna: /ask\n",
            "t.chat:10: Anna: /ask\n  + Bot: Your phone?\n  +     keyboard: [📱 Share]\n  +               [Cancel]\n",
        );
        fails("Anna: hi\nBot: Hi!\n", "t.chat:10: Anna: hi\n  - Bot: Hi!\n");
    }

    #[test]
    fn buttons_must_be_written() {
        fails(
            "Anna: /start\nBot: **Your count**\n    Hello, Anna\n    Total 0\n",
            "t.chat:10: Anna: /start
    Bot: **Your count**
        Hello, Anna
        Total 0
  +     [➖] [Tea 0]
  +     [➖] [Coffee 0]
  +     [➕ Tea] [Done]
",
        );
    }

    #[test]
    fn quick_taps_are_one_step() {
        let report = passes(
            "Anna taps [➕ Tea] ×3\nBot toast: 1\nBot toast: 2\nBot toast: 3\nBot edits: …\n    Total 3\n    …\n",
        );
        assert_eq!((report.steps, report.turns.len()), (2, 3));
    }

    #[test]
    fn beside_and_under_say_which_button() {
        passes("Anna taps [➖] beside [Coffee 0]\nBot toast: -1\nBot edits: …\n    [➖] [Coffee -1]\n    …\n");
        passes(
            "Anna: /order\nBot: …\nBot to Boris: …\nAnna taps [➖] beside [Tea…] under \"Total 0\"\nBot toast: -1\nBot edits: …\n",
        );
        fails(
            "Anna taps [➖]\n",
            "t.chat:10: Anna taps [➖]\n    there are 2 such buttons; say which by “beside [x]”, a label in the same row: \
             [➖] [Tea 0] / [➖] [Coffee 0]\n",
        );
    }

    #[test]
    fn tapping_what_is_not_there_ends_the_file() {
        let report = played("Anna taps [Pay]\nAnna: hi\nBot: Hi!\nCheck the count of Anna\n    tea 1\n");
        assert_eq!(
            without_remedy(&report.render("t.chat")),
            "t.chat:10: Anna taps [Pay]\n    there is no such button; on Anna's screen: [➖] [Tea 0] [Coffee 0] [➕ Tea] [Done]\n"
        );
        let skipped: Vec<_> = report.skipped.iter().map(|skip| (skip.line, skip.reason)).collect();
        assert_eq!(report.steps, 1);
        assert_eq!(skipped, [(11, SkipReason::AfterImpossible), (13, SkipReason::AfterImpossible)]);
        fails(
            "Boris taps [x]\n",
            "t.chat:10: Boris taps [x]\n    there is no such button; Boris's screen shows none at all\n",
        );
    }

    #[test]
    fn captures_agree_over_chats_and_steps() {
        let order =
            "Let {order} look like ###-####\nAnna: /order\nBot: Order {order} is placed.\n\n    \\… [x]\n    \\[x]\n";
        passes(&format!("{order}Bot to Boris: New: {{order}}\nAnna: see {{order}}\nBot is silent\n"));
        fails(
            &format!("{order}Bot to Boris: New: {{order}}!\n"),
            "t.chat:11: Anna: /order
    Bot: Order {order} is placed.

        \\… [x]
        \\[x]
  - Bot to Boris: New: {order}!
  + Bot to Boris: New: 123-4567
",
        );
    }

    #[test]
    fn a_changed_keyboard_is_written_and_a_kept_one_is_not() {
        let ask = "Anna: /ask\nBot: Your phone?\n    keyboard: [📱 Share]\n              [Cancel]\n";
        passes(&format!(
            "{ask}Anna: /ask\nBot: Your phone?\nAnna taps [Cancel]\nBot: Nothing changed.\n    keyboard: none\n"
        ));
        passes(&format!(
            "{ask}Anna: Cancel\nBot: Nothing changed.\n    keyboard: none\nAnna: Cancel\nBot: Nothing changed.\n"
        ));
        fails(
            "Anna: /ask\nBot: Your phone?\n    keyboard: [Cancel]\n",
            "t.chat:10: Anna: /ask\n    Bot: Your phone?\n  +     keyboard: [📱 Share]\n        keyboard: [Cancel]\n",
        );
        fails(
            &format!("{ask}Anna taps [📱 Share]\n"),
            "t.chat:14: Anna taps [📱 Share]\n    [📱 Share] shares a phone number; write “Anna shares contact +380671112233”\n",
        );
        let shared = passes(&format!("{ask}Anna shares contact +380671112233\n"));
        assert!(shared.buttons_tapped.contains("📱 Share"));
    }

    #[test]
    fn a_race_is_one_step_and_no_chat_waits_for_another() {
        let race = "Boris: /start\nBot: …\nAt once\n    Anna taps [Done]\n    Boris taps [➕ Tea]\n";
        let report = passes(&format!(
            "{race}Bot edits: …\nBot toast: 1\nBot edits for Anna: …\nBot alert to Anna: Well\n    done\n"
        ));
        assert_eq!((report.steps, report.turns.len()), (3, 2));
    }

    #[test]
    fn an_edit_of_another_message_needs_its_name() {
        let late = "Anna: hi\nAnna: /ask\nBot: …\n    keyboard: …\nAnna: /late\n";
        let report = played(&format!("{late}Bot edits: …\n"));
        assert!(
            report.render("t").contains("  - Bot edits: …\n  + Bot edits (another message): **Your count**\n"),
            "{report:?}"
        );
        let tagged = START.replace("Bot: ", "Bot (board): ") + late + "Bot edits (board): …\n";
        assert!(replay(&parse(&tagged).unwrap(), &mut Counter::default()).passed());
    }

    #[test]
    fn checks_name_what_they_found() {
        passes("Check the count of Anna\n    tea     0\n    note    none\n");
        fails(
            "Check the count of Anna\n    tea     1\n    sugar   2\n    note    x\n",
            "t.chat:10: Check the count of Anna
    tea: expected \"1\", found \"0\"
    sugar: there is no such field; the count of Anna has tea, coffee, note
    note: expected \"x\", found \"none\"
",
        );
        let report = passes("Check the weather\n    rain 1\n");
        assert_eq!(
            report.render_skipped("t"),
            "t:10: not played: Check the weather (it has no meaning on this stage)\n"
        );
    }

    #[test]
    fn faults_always_fail() {
        fails("Anna: /panic\n", "t.chat:10: Anna: /panic\n  ! a handler panicked: counted beyond the stars\n");
    }

    #[test]
    fn what_a_stage_cannot_do_is_passed_over_with_all_that_follows() {
        let report = passes("Telegram answers the next sendMessage to Anna with 403\nAnna: /start\nBot: never\n");
        let reasons: Vec<_> = report.skipped.iter().map(|skip| skip.reason).collect();
        assert_eq!((report.steps, reasons), (1, vec![SkipReason::NoMeaning, SkipReason::AfterNoMeaning]));
        assert_eq!(report.conclusion(), Conclusion::InPart, "what was not played has not passed");
        fails("Given no tea\n", "t.chat:10: Given no tea\n    there is tea always\n");
    }

    #[test]
    fn time_runs_forwards_only() {
        let mut stage = Counter::default();
        let text = "Given the time is 2026-03-14 10:00\nAfter 1 hour\nAt 2026-03-14 13:00\n";
        assert!(replay(&parse(text).unwrap(), &mut stage).passed());
        assert_eq!(stage.hours, 3);
        fails(
            "Given the time is 2026-03-14 10:00\nAt 2026-03-14 09:00\n",
            "t.chat:11: At 2026-03-14 09:00\n    it is 2026-03-14 10:00:00 UTC already; time does not run backwards\n",
        );
    }

    #[test]
    fn a_transcript_in_which_nobody_acts_does_not_pass() {
        for text in ["", "# Title\n", "Given Anna, a customer\n\n(She stays at home.)\n"] {
            let report = replay(&parse(text).unwrap(), &mut Counter::default());
            assert!(!report.passed() && report.render("t.chat").contains("nothing is played"), "{text}: {report:?}");
        }
    }

    #[test]
    fn a_disturbance_that_nothing_runs_into_is_a_failure() {
        let disturbed = |then: &str| {
            let mut stage = Counter::default();
            stage.disturbable = true;
            let text = format!("{START}Telegram answers the next sendMessage to Anna with 403\n{then}");
            replay(&parse(&text).unwrap(), &mut stage)
        };
        assert_eq!(
            without_remedy(&disturbed("").render("t.chat")),
            "t.chat:10: Telegram answers the next sendMessage to Anna with 403\n    the bot did not call sendMessage for Anna any more\n"
        );
        assert!(disturbed("Anna: hi\n").passed());
    }
}
