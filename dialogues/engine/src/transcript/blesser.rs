//! What a transcript's bot lines become where the bot's word counts: one step after another, while a player plays.

use super::Sentences;
use super::align::Pair;
use super::ast::{BotLine, Line, Message, Script, Verb};
use super::diff::{Change, changes, units};
use super::matching::Context;
use super::patches::{Patches, Place};
use super::screens::{Seen, SeenAct};
use super::spell::spelled;
use super::template::Template;
use crate::chat::MessageId;

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

    /// How many of the bot's statements were rewritten, added or removed.
    pub fn rewritten(&self) -> usize {
        self.patches.count()
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
