//! What people do.

use super::Reader;
use super::blocks::Block;
use crate::transcript::ast::{PersonAction, PersonLine, TapTarget, Whose, Words};
use crate::transcript::template::{Dots, Template};
use crate::transcript::{Sentences, suggest};

/// More taps than this are no impatience.
const MOST_TAPS: u16 = 100;

impl<L: Sentences> Reader<L> {
    pub(super) fn person(&self, block: &Block<'_>) -> Result<PersonLine, String> {
        let person = self.name(block.head)?;
        let deed = &block.head[person.len()..];
        let behind = |prefix: &str| block.head.len() - deed.len() + prefix.len();
        if deed.starts_with(':') {
            let act = PersonAction::Says(self.words(block, behind(":"))?);
            return Ok(PersonLine { person, act });
        }
        let act = self.talk(block, deed, &behind)?;
        let act = match act {
            Some(act) => act,
            None => block.alone(self.gesture(deed, &person)?)?,
        };
        Ok(PersonLine { person, act })
    }

    /// The known person that a line begins with.
    fn name(&self, head: &str) -> Result<String, String> {
        let leads = |name: &&String| head.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with([':', ' ']));
        if let Some(name) = self.people.iter().filter(leads).max_by_key(|name| name.len()) {
            return Ok(name.clone());
        }
        let (word, rest) = head.split_once([':', ' ']).unwrap_or((head, ""));
        let acts = ["taps ", "shares ", "sends ", "edits ", "forwards:", "blocks ", "unblocks ", "says in "];
        let said = head.as_bytes().get(word.len()) == Some(&b':');
        if said || acts.iter().any(|act| rest.starts_with(act)) {
            self.known(word)
        } else {
            Err(suggest::instead_of::<L>(head))
        }
    }

    /// Deeds that end with words, which may go on below.
    fn talk(
        &self,
        block: &Block<'_>,
        deed: &str,
        behind: &dyn Fn(&str) -> usize,
    ) -> Result<Option<PersonAction>, String> {
        for pronoun in ["her", "his", "their"] {
            let prefix = format!(" edits {pronoun} last message:");
            if deed.starts_with(&prefix) {
                let words = self.words(block, behind(&prefix))?;
                return Ok(Some(PersonAction::EditsLast { pronoun: pronoun.to_owned(), words }));
            }
        }
        if deed.starts_with(" forwards:") {
            return Ok(Some(PersonAction::Forwards(self.words(block, behind(" forwards:"))?)));
        }
        if deed.starts_with(" says in a group:") {
            return Ok(Some(PersonAction::SaysInGroup(self.words(block, behind(" says in a group:"))?)));
        }
        let Some(picture) = deed.strip_prefix(" sends photo ") else { return Ok(None) };
        let (name, caption) = match picture.split_once(':') {
            Some((name, _)) => (name, self.words(block, behind(" sends photo ") + name.len() + 1)?),
            None => (picture, block.alone(Words::new())?),
        };
        Ok(Some(PersonAction::SendsPicture { name: name.trim().to_owned(), caption }))
    }

    fn words(&self, block: &Block<'_>, behind: usize) -> Result<Words, String> {
        let text = block.text_behind(behind);
        if text.is_empty() {
            return Err("a message without words; write them behind the colon".to_owned());
        }
        text.into_iter().map(|line| self.template(line, Dots::Plain)).collect()
    }

    fn gesture(&self, deed: &str, person: &str) -> Result<PersonAction, String> {
        if let Some(tap) = deed.strip_prefix(" taps ") {
            return self.tap(tap).map(PersonAction::Taps);
        }
        if let Some(kind) = deed.strip_prefix(" sends a ") {
            let known = || "sticker, voice, video, document, location, poll".to_owned();
            let kind = kind.parse().map_err(|_| format!("nobody can send a “{kind}” here; say one of {}", known()))?;
            return Ok(PersonAction::Sends(kind));
        }
        if let Some(contact) = deed.strip_prefix(" shares ") {
            return contact_of(contact).ok_or_else(|| {
                format!("write “{person} shares contact +380671112233” or “{person} shares the contact of Boris +380…”")
            });
        }
        match deed {
            " blocks the bot" => Ok(PersonAction::Blocks),
            " unblocks the bot" => Ok(PersonAction::Unblocks),
            _ => Err(suggest::instead_of::<L>(&format!("{person}{deed}"))),
        }
    }

    /// `[label] beside [x] under "text" ×3`, all but the label in any order.
    fn tap(&self, text: &str) -> Result<TapTarget, String> {
        let how = || "write “taps [label]”, and behind it “beside [x]”, “under \"text\"” or “×3” if needed".to_owned();
        let (label, mut rest) = bracketed(text, '[', ']').ok_or_else(how)?;
        let mut tap = TapTarget { label: self.label(label)?, beside: None, under: None, times: 1 };
        while !rest.is_empty() {
            if let Some((label, more)) = rest.strip_prefix(" beside ").and_then(|rest| bracketed(rest, '[', ']')) {
                tap.beside = Some(self.label(label)?);
                rest = more;
            } else if let Some((part, more)) = rest.strip_prefix(" under ").and_then(|rest| bracketed(rest, '"', '"')) {
                tap.under = Some(self.label(part)?);
                rest = more;
            } else {
                let times = rest.strip_prefix(" ×").and_then(|times| times.parse().ok());
                tap.times = times.filter(|times| (1..=MOST_TAPS).contains(times)).ok_or_else(how)?;
                rest = "";
            }
        }
        Ok(tap)
    }

    fn label(&self, label: &str) -> Result<Template, String> {
        self.template(label, Dots::Any)
    }
}

/// What stands in brackets or quotes at the beginning, and the rest, which begins with a known word or is empty.
fn bracketed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let inner = text.strip_prefix(open)?;
    let ends =
        |rest: &str| rest.is_empty() || [" beside [", " under \"", " ×"].iter().any(|word| rest.starts_with(word));
    let (at, _) = inner.match_indices(close).find(|(at, _)| ends(&inner[at + 1..]))?;
    Some((&inner[..at], &inner[at + 1..]))
}

fn contact_of(text: &str) -> Option<PersonAction> {
    let (owner, phone) = text.rsplit_once(' ')?;
    let whose = match owner {
        "contact" => Whose::Own,
        "somebody else's contact" => Whose::SomebodyElse,
        _ => Whose::Of(owner.strip_prefix("the contact of ")?.to_owned()),
    };
    Some(PersonAction::SharesContact { phone: phone.to_owned(), whose })
}
