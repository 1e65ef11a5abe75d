//! Walks an application: from a beginning, every button on the screen and every given text, until nothing new is found.

use std::collections::{BTreeSet, VecDeque};

use super::{House, Memory};
use crate::chat::Chat;
use crate::transcript::{Stage, UserAction};

/// What a walk has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explored {
    /// Situations that differ in more than numbers of screens and messages.
    pub situations: usize,
    /// Turns that were played.
    pub turns: usize,
    /// State, event, state.
    pub edges: BTreeSet<(String, String, String)>,
    /// What must never happen, and the deeds that have led to it.
    pub faults: Vec<(String, Vec<String>)>,
}

impl Explored {
    /// The names of the states.
    pub fn states(&self) -> BTreeSet<&str> {
        self.edges.iter().flat_map(|(from, _, to)| [from.as_str(), to.as_str()]).collect()
    }

    /// The states and transitions as a Mermaid diagram.
    pub fn mermaid(&self) -> String {
        let edge = |(from, event, to): &(String, String, String)| format!("    {from} --> {to}: {event}\n");
        self.edges.iter().map(edge).fold("stateDiagram-v2\n".to_owned(), |text, line| text + &line)
    }
}

/// Walks from a beginning as one person, who writes these texts, taps every button that is to be seen, and lets every deadline
/// pass. `kept` says what of the house makes situations differ. Stops after `limit` situations; then the walk is not complete.
pub fn explore<H: House>(
    beginning: &Memory<H>,
    person: &str,
    texts: &[&str],
    kept: impl Fn(&H) -> String,
    limit: usize,
) -> Explored {
    let mut found = Explored::default();
    let mut seen = BTreeSet::from([digest(beginning, person, &kept)]);
    let mut open = VecDeque::from([(beginning.clone(), Vec::new())]);
    while let Some((memory, way)) = open.pop_front() {
        found.situations += 1;
        // Last, where there is a deadline, they let it pass.
        let silence = memory.deadline(person).map(|_| None);
        for deed in deeds(&memory.chat(person), texts).into_iter().map(Some).chain(silence) {
            let mut next = memory.clone();
            let played = match &deed {
                Some(deed) => next.perform(&[(person.to_owned(), deed.clone())]),
                None => next.pass_deadline(person),
            };
            let mut way: Vec<String> = way.clone();
            way.push(deed.as_ref().map_or("silence".to_owned(), |deed| format!("{deed:?}")));
            found.turns += 1;
            match played {
                Ok(happened) => {
                    if matches!(deed, Some(UserAction::Says(_))) && happened.observed.is_empty() {
                        found.faults.push(("nothing is answered".to_owned(), way.clone()));
                    }
                    found.faults.extend(happened.faults.into_iter().map(|fault| (fault, way.clone())));
                    found.edges.extend(happened.turns.into_iter().map(|turn| (turn.from, turn.event, turn.to)));
                    if seen.len() < limit && seen.insert(digest(&next, person, &kept)) {
                        open.push_back((next, way));
                    }
                }
                Err(fault) => found.faults.push((fault, way)),
            }
        }
    }
    found
}

/// All that can be done on a screen: every button of every message, and the texts.
fn deeds(chat: &Chat, texts: &[&str]) -> Vec<UserAction> {
    let tap = |bubble: &crate::chat::Bubble| {
        let message = bubble.id;
        let buttons = bubble.rows.iter().flatten();
        buttons.map(move |button| UserAction::Taps { message, data: button.data.clone() }).collect::<Vec<_>>()
    };
    let newest = chat.bubbles.iter().rev().find(|bubble| !bubble.rows.is_empty()).into_iter().flat_map(tap);
    let answers = chat.keyboard.iter().flatten().flatten().filter(|button| !button.contact);
    let answers = answers.map(|button| UserAction::Says(button.label.clone()));
    newest.chain(answers).chain(texts.iter().map(|text| UserAction::Says((*text).to_owned()))).collect()
}

/// What makes a situation: the stored dialogue without the numbers of screens, and what the house keeps.
fn digest<H: House>(memory: &Memory<H>, person: &str, kept: &impl Fn(&H) -> String) -> String {
    let conversation = memory.people.get(person).and_then(|person| person.conversation.as_ref());
    let dialogue = conversation.map(|conversation| {
        format!("{:?} {:?} {:?}", conversation.dialogue, conversation.keyboard, conversation.beside)
    });
    format!("{dialogue:?} {}", kept(&memory.house))
}
