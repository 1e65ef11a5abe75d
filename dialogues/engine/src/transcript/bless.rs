//! Rewrites the bot's side of a transcript by what the bot really does.
//!
//! Only bot lines change, in place. A line that still agrees stays byte for byte, `…` and `{order}` included, and
//! so does everything that people wrote: their own lines, remarks, blank lines, checks.

use super::align::Pair;
use super::ast::{BotLine, Line, Message, Script, Verb};
use super::diff::{Change, changes, units};
use super::matching::Context;
use super::patches::{Patches, Place};
use super::player::Player;
use super::report::{Failure, FailureKind};
use super::screens::{Seen, SeenAct};
use super::spell::spelled;
use super::template::Template;
use super::{Sentences, Stage};
use crate::chat::MessageId;

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
    Ok(Blessed { text: blesser.patches.text(script), rewritten: blesser.patches.count(), left })
}

/// Takes the bot's word for what is right, step by step.
#[derive(Default)]
pub struct Blesser {
    patches: Patches,
    /// Which line sent a message, so that it can be named later: whose chat, which message, where.
    senders: Vec<(String, MessageId, Place)>,
}

impl Blesser {
    /// The script's lines with all that the bot did written below them.
    pub fn text<L: Sentences>(&self, script: &Script<L>) -> String {
        self.patches.text(script)
    }

    /// Takes note of one step, which is the statement at `step`, and of the lines below it at their places.
    pub(crate) fn bless<L: Sentences>(
        &mut self,
        step: usize,
        lines: &[(usize, &BotLine)],
        seen: &[Seen<'_>],
        pairs: &[Pair],
        script: &Script<L>,
        context: &mut Context,
    ) {
        // Where unexpected things go: behind the line told last, or in front of the first one.
        let mut last = step;
        for pair in pairs {
            let (line, thing) = (pair.expected.map(|at| lines[at]), pair.seen.map(|at| &seen[at]));
            let place = match (line, thing) {
                (Some((at, _)), _) if pair.exact => Place::Own(at),
                (Some((at, line)), Some(thing)) => {
                    let merged = self.merged(line, thing, script, context);
                    self.patches.rewrite(at, merged);
                    Place::Own(at)
                }
                (Some((at, _)), None) => {
                    self.patches.remove(at);
                    Place::Own(at)
                }
                (None, Some(thing)) => self.insert(last, thing, script, context),
                (None, None) => continue,
            };
            if let (Some(thing), Some(SeenAct::Sent { bubble, .. })) = (thing, thing.map(|thing| &thing.act)) {
                self.senders.push((thing.person.to_owned(), bubble.id, place));
            }
            if let Place::Own(at) = place {
                last = at;
            }
        }
        self.keep_silence(lines, seen);
    }

    /// Whoever wrote what the bot says now reads that it says nothing.
    fn keep_silence(&mut self, lines: &[(usize, &BotLine)], seen: &[Seen<'_>]) {
        if let (true, Some((at, line))) = (seen.is_empty(), lines.first())
            && line.verb != Verb::Silent
        {
            let silent = BotLine { verb: Verb::Silent, tag: None, person: None, message: Message::default() };
            self.patches.rewrite(*at, silent);
        }
    }

    fn insert<L: Sentences>(
        &mut self,
        last: usize,
        thing: &Seen<'_>,
        script: &Script<L>,
        context: &mut Context,
    ) -> Place {
        let mut line = spelled(thing, &context.actor, false);
        capture(&mut line, context);
        self.aim(&mut line, thing, script, context);
        self.patches.add(last, line)
    }

    /// The line with what still agrees kept, and the rest as it was seen.
    fn merged<L: Sentences>(
        &mut self,
        line: &BotLine,
        thing: &Seen<'_>,
        script: &Script<L>,
        context: &mut Context,
    ) -> BotLine {
        let mut found = spelled(thing, &context.actor, !line.message.keyboard.is_empty());
        found.person.clone_from(&line.person);
        found.tag.clone_from(&line.tag);
        let (before, after) = (units(&line.message), units(&found.message));
        let mut message = Message::default();
        let kept = changes(&before, &after, &mut context.captures);
        for change in kept {
            let (keyboard, mut unit) = match change {
                Change::Kept(at) => (before[at].0, before[at].1.clone()),
                Change::New(at) => (after[at].0, after[at].1.clone()),
                Change::Gone(_) => continue,
            };
            if matches!(change, Change::New(_)) {
                capture_line(&mut unit, context);
            }
            if keyboard { message.keyboard.push(unit) } else { message.lines.push(unit) }
        }
        found.message = message;
        self.aim(&mut found, thing, script, context);
        found
    }

    /// Names the message that an edit or deletion is of, if that is needed.
    fn aim<L: Sentences>(&mut self, line: &mut BotLine, thing: &Seen<'_>, script: &Script<L>, context: &mut Context) {
        if context.is_meant(line, thing) {
            return;
        }
        line.tag = None;
        let Some(id) = thing.act.message().filter(|_| !context.is_meant(line, thing)) else {
            return;
        };
        let known = context.tags.iter().rev().find(|(_, person, message)| person == thing.person && *message == id);
        if let Some((tag, ..)) = known {
            line.tag = Some(tag.clone());
            return;
        }
        let sender = self.senders.iter().rev().find(|(person, message, _)| person == thing.person && *message == id);
        let Some(place) = sender.map(|(.., place)| *place) else { return };
        let tag =
            (1..).map(|number| format!("m{number}")).find(|tag| context.tags.iter().all(|(known, ..)| known != tag));
        if let (Some(sending), Some(tag)) = (self.patches.line_at(place, script), tag) {
            sending.tag = Some(tag.clone());
            context.tags.push((tag.clone(), thing.person.to_owned(), id));
            line.tag = Some(tag);
        }
    }
}

/// Writes seen values back as `{name}`.
fn capture(line: &mut BotLine, context: &mut Context) {
    let message = &mut line.message;
    message.lines.iter_mut().chain(&mut message.keyboard).for_each(|line| capture_line(line, context));
}

fn capture_line(line: &mut Line, context: &mut Context) {
    let capture =
        |text: &mut Template, context: &mut Context| *text = Template::captured(&text.plain(), &mut context.captures);
    match line {
        Line::Text(text) => capture(text, context),
        Line::Row(labels) => labels.iter_mut().for_each(|label| capture(label, context)),
        Line::Photo(_) | Line::File(_) | Line::Any | Line::NoKeyboard => {}
    }
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
