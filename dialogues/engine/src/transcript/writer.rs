//! Writes a script statement by statement, and plays it at the same time, so that the blessing fills in the bot's side and
//! buttons are named by what is on the screen.

mod taps;

use chrono::{DateTime, Utc};

use super::ast::{PersonAction, PersonLine, Script, ScriptStep, Statement, StatementKind, Whose, Words};
use super::blesser::Blesser;
use super::player::Player;
use super::print::statement_lines;
use super::template::Template;
use super::{GivenSentence, Sentences, Stage, UserAction};

/// The script as far as it is written, and the player that plays it at the same time.
pub struct ScriptWriter<'s, L: Sentences> {
    player: Player<'s, L>,
    script: Script<L>,
}

impl<'s, L: Sentences> ScriptWriter<'s, L> {
    /// An empty script, played on a stage such as [`super::playback::Playback`].
    pub fn new(stage: &'s mut dyn Stage<L>) -> Self {
        let mut player = Player::new(stage);
        player.blesser = Some(Blesser::default());
        Self { player, script: Script { source: Vec::new(), statements: Vec::new() } }
    }

    /// The transcript so far, the bot's side included.
    pub fn text(&self) -> String {
        self.player.blesser.as_ref().map(|blesser| blesser.text(&self.script)).unwrap_or_default()
    }

    /// What time it is in the transcript, if anything was said of it.
    pub fn now(&self) -> Option<DateTime<Utc>> {
        self.player.now
    }

    /// Adds a statement, and plays it.
    ///
    /// # Errors
    /// Why it cannot be played.
    pub fn push(&mut self, kind: StatementKind<L>) -> Result<(), String> {
        let settings =
            |kind: &StatementKind<L>| matches!(kind, StatementKind::Given { .. } | StatementKind::Let { .. });
        let last = self.script.statements.last();
        let gap = last.is_some_and(|last| !(settings(&last.kind) && settings(&kind)));
        if gap {
            self.script.source.push(String::new());
        }
        let lines = statement_lines(&kind);
        let (line, length) = (self.script.source.len() + 1, lines.len());
        self.script.source.extend(lines);
        self.script.statements.push(Statement { line, length, gap, kind });
        self.player.go_on(&self.script)
    }

    /// Adds that something is given.
    ///
    /// # Errors
    /// Why that cannot be.
    pub fn given(&mut self, given: L::Given) -> Result<(), String> {
        let sentence = given.write();
        self.push(StatementKind::Given { given, sentence })
    }

    /// Adds what `{name}` looks like.
    ///
    /// # Errors
    /// Why it cannot be played.
    pub fn declare(&mut self, name: &str, shape: &str) -> Result<(), String> {
        self.push(StatementKind::Let { name: name.to_owned(), shape: shape.to_owned() })
    }

    /// Adds what somebody does, or several people at once.
    ///
    /// # Errors
    /// Nobody does anything, or what they do cannot be played.
    pub fn act(&mut self, mut lines: Vec<PersonLine>) -> Result<(), String> {
        match (lines.pop(), lines.is_empty()) {
            (Some(line), true) => self.push(StatementKind::ScriptStep(ScriptStep::Person(line))),
            (Some(line), false) => {
                lines.push(line);
                self.push(StatementKind::ScriptStep(ScriptStep::AtOnce(lines)))
            }
            (None, _) => Err("nobody did anything".to_owned()),
        }
    }

    /// What somebody did, as the transcript says it: buttons by their shortest names on the screen as it is now.
    ///
    /// # Errors
    /// A sentence: the button is on no message, or nothing was written.
    pub fn action(&mut self, person: &str, deed: &UserAction) -> Result<PersonAction, String> {
        let captures = self.player.captures();
        Ok(match deed {
            UserAction::Taps { message, data } => {
                let tap = taps::inline(*message, data, &self.player.chat(person), captures);
                let chat = self.player.chat(person);
                let buttons =
                    chat.bubbles.iter().filter(|bubble| bubble.id == *message).flat_map(|bubble| &bubble.rows);
                let is_there = buttons.flatten().any(|button| button.data == *data);
                let nameless = || match is_there {
                    true => format!(
                        "{person} tapped a button that its label, its row and its message do not tell from others"
                    ),
                    false => format!("{person} tapped a button that is on no message of this transcript"),
                };
                PersonAction::Taps(tap.ok_or_else(nameless)?)
            }
            UserAction::Says(text) => match taps::reply(text, &self.player.chat(person), captures) {
                Some(tap) => PersonAction::Taps(tap),
                None => PersonAction::Says(self.words(person, text)?),
            },
            UserAction::SharesContact { phone, own: true } => {
                PersonAction::SharesContact { phone: phone.clone(), whose: Whose::Own }
            }
            UserAction::SharesContact { phone, own: false } => {
                PersonAction::SharesContact { phone: phone.clone(), whose: Whose::SomebodyElse }
            }
            UserAction::SendsPicture { name, caption } if caption.trim().is_empty() => {
                PersonAction::SendsPicture { name: name.clone(), caption: Words::new() }
            }
            UserAction::SendsPicture { name, caption } => {
                PersonAction::SendsPicture { name: name.clone(), caption: self.words(person, caption)? }
            }
            UserAction::Sends(attachment) => PersonAction::Sends(*attachment),
            UserAction::EditsLast(text) => {
                PersonAction::EditsLast { pronoun: "their".to_owned(), words: self.words(person, text)? }
            }
            UserAction::Forwards(text) => PersonAction::Forwards(self.words(person, text)?),
            UserAction::Blocks => PersonAction::Blocks,
            UserAction::Unblocks => PersonAction::Unblocks,
            UserAction::SaysInGroup(text) => PersonAction::SaysInGroup(self.words(person, text)?),
        })
    }

    /// What somebody wrote, with what has been seen before as `{order}`.
    fn words(&self, person: &str, text: &str) -> Result<Words, String> {
        let known = self.player.captures().bound();
        let line = |line: &str| Template::captured(line.trim_end(), &mut known.clone());
        match text.trim() {
            "" => Err(format!("{person} wrote nothing")),
            text => Ok(text.lines().map(line).collect()),
        }
    }
}
