//! Changes to a script that leave all other lines byte for byte.

use std::collections::BTreeMap;

use super::Sentences;
use super::ast::{BotLine, Script, StatementKind};
use super::print::bot_lines;

/// What is to be rewritten, by the place of the statement in the script.
#[derive(Default)]
pub(crate) struct Patches(BTreeMap<usize, Patch>);

#[derive(Default)]
struct Patch {
    own: Own,
    /// Lines that come right below the statement.
    after: Vec<BotLine>,
}

#[derive(Default)]
enum Own {
    #[default]
    Kept,
    Rewritten(BotLine),
    Removed,
}

/// Where a line of the bot stands: it is a statement, or the how-manieth new line below one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Own(usize),
    After(usize, usize),
}

impl Patches {
    /// Puts a line into the place of a statement.
    pub(crate) fn rewrite(&mut self, at: usize, line: BotLine) {
        self.0.entry(at).or_default().own = Own::Rewritten(line);
    }

    /// Takes a statement away.
    pub(crate) fn remove(&mut self, at: usize) {
        self.0.entry(at).or_default().own = Own::Removed;
    }

    /// Adds a line below a statement, and below those added before.
    pub(crate) fn add(&mut self, at: usize, line: BotLine) -> Place {
        let after = &mut self.0.entry(at).or_default().after;
        after.push(line);
        Place::After(at, after.len() - 1)
    }

    /// The bot's line at a place, to be changed.
    pub(crate) fn line_at<L: Sentences>(&mut self, place: Place, script: &Script<L>) -> Option<&mut BotLine> {
        match place {
            Place::After(at, number) => self.0.get_mut(&at)?.after.get_mut(number),
            Place::Own(at) => {
                let patch = self.0.entry(at).or_default();
                if let (Own::Kept, StatementKind::Bot(line)) = (&patch.own, &script.statements.get(at)?.kind) {
                    patch.own = Own::Rewritten(line.clone());
                }
                if let Own::Rewritten(line) = &mut patch.own { Some(line) } else { None }
            }
        }
    }

    /// How many statements are rewritten, added or removed.
    pub(crate) fn count(&self) -> usize {
        let count = |patch: &Patch| patch.after.len() + usize::from(!matches!(patch.own, Own::Kept));
        self.0.values().map(count).sum()
    }

    /// The script's lines with all patches in place.
    pub(crate) fn text<L: Sentences>(&self, script: &Script<L>) -> String {
        let mut lines: Vec<String> = Vec::with_capacity(script.source.len());
        let mut next = 0;
        for (at, statement) in script.statements.iter().enumerate() {
            let first = statement.line - 1;
            let end = first + statement.length;
            let Some(patch) = self.0.get(&at) else { continue };
            lines.extend_from_slice(&script.source[next..first]);
            match &patch.own {
                Own::Kept => lines.extend_from_slice(&script.source[first..end]),
                Own::Rewritten(line) => lines.extend(bot_lines(line)),
                Own::Removed => {}
            }
            lines.extend(patch.after.iter().flat_map(bot_lines));
            next = end;
        }
        lines.extend_from_slice(&script.source[next..]);
        lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }
}
