//! What the bot did in one step, as the people see it in the end.

use super::{Sentences, Stage};
use crate::chat::{Author, BotAction, Bubble, KeyboardButton, KeyboardChange, MessageId, Observed};

/// One thing that is there to be seen after a step.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) person: &'a str,
    pub(crate) act: SeenAct<'a>,
}

/// In `Edited` and `Deleted`, `usual` says that a transcript may leave open which message is meant.
#[derive(Debug)]
pub(crate) enum SeenAct<'a> {
    Sent { bubble: &'a Bubble, keyboard: SeenKeyboard<'a> },
    Edited { bubble: &'a Bubble, usual: bool },
    Deleted { id: MessageId, usual: bool },
    Toast(&'a str),
    Alert(&'a str),
}

#[derive(Debug)]
pub(crate) struct SeenKeyboard<'a> {
    pub(crate) change: &'a KeyboardChange,
    /// Whether the keyboard in view is another one than before, so that it must be written.
    pub(crate) news: bool,
}

impl SeenAct<'_> {
    /// The message that it is about.
    pub(crate) fn message(&self) -> Option<MessageId> {
        match self {
            Self::Sent { bubble, .. } | Self::Edited { bubble, .. } => Some(bubble.id),
            Self::Deleted { id, .. } => Some(*id),
            Self::Toast(_) | Self::Alert(_) => None,
        }
    }
}

/// What the runner remembers of everybody's screen, so as not to ask the stage for whole chats.
#[derive(Default)]
pub(crate) struct Screens(Vec<Screen>);

struct Screen {
    person: String,
    keyboard: Option<Vec<Vec<KeyboardButton>>>,
    /// The bot's newest message when the person was introduced.
    since: Option<MessageId>,
    /// What the bot sent since then, and did not delete.
    sent: Vec<MessageId>,
    /// The message that the person tapped, if that was the last thing they did.
    tapped: Option<MessageId>,
}

impl Screens {
    /// Takes note of a person who was introduced.
    pub(crate) fn introduce<L: Sentences>(&mut self, person: &str, stage: &dyn Stage<L>) {
        let chat = stage.chat(person);
        let since = chat.bubbles.iter().rev().find(|bubble| bubble.author == Author::Bot).map(|bubble| bubble.id);
        let screen = Screen {
            person: person.to_owned(),
            keyboard: chat.keyboard.clone(),
            since,
            sent: Vec::new(),
            tapped: None,
        };
        self.0.retain(|known| known.person != person);
        self.0.push(screen);
    }

    /// Takes note of what a person tapped, or that they did something else.
    pub(crate) fn tapped(&mut self, person: &str, message: Option<MessageId>) {
        if let Some(screen) = self.of(person) {
            screen.tapped = message;
        }
    }

    /// Time passed: nothing was “just tapped” any more.
    pub(crate) fn rest(&mut self) {
        self.0.iter_mut().for_each(|screen| screen.tapped = None);
    }

    /// The labels in view that share the phone number.
    pub(crate) fn contact_labels(&self, person: &str) -> impl Iterator<Item = &str> {
        let keyboard = self.0.iter().find(|screen| screen.person == person).and_then(|screen| screen.keyboard.as_ref());
        keyboard.into_iter().flatten().flatten().filter(|button| button.contact).map(|button| button.label.as_str())
    }

    /// Folds what happened into what can be seen in the end, and takes note of it.
    ///
    /// Of several edits of one message the last counts, and an edit of a message that was sent in the same
    /// step is no edit at all.
    pub(crate) fn see<'a>(&mut self, observed: &'a [Observed]) -> Vec<Seen<'a>> {
        let mut seen = Vec::with_capacity(observed.len());
        for Observed { person, act } in observed {
            match act {
                BotAction::Sent(bubble, change) => {
                    let keyboard = SeenKeyboard { change, news: self.show(person, change) };
                    seen.push(Seen { person, act: SeenAct::Sent { bubble, keyboard } });
                }
                BotAction::Edited(bubble) => {
                    let usual = self.is_usual(person, bubble.id);
                    edit(&mut seen, Seen { person, act: SeenAct::Edited { bubble, usual } });
                }
                BotAction::Deleted(id) => {
                    let usual = self.is_usual(person, *id);
                    delete(&mut seen, Seen { person, act: SeenAct::Deleted { id: *id, usual } });
                }
                BotAction::Toast(text) => seen.push(Seen { person, act: SeenAct::Toast(text) }),
                BotAction::Alert(text) => seen.push(Seen { person, act: SeenAct::Alert(text) }),
            }
        }
        // Only now: which message is the newest means the newest before the step.
        for Seen { person, act } in &seen {
            let Some(screen) = self.of(person) else { continue };
            match act {
                SeenAct::Sent { bubble, .. } => screen.sent.push(bubble.id),
                SeenAct::Deleted { id, .. } => screen.sent.retain(|sent| sent != id),
                _ => {}
            }
        }
        seen
    }

    /// Whether a message is the one just tapped, else the newest, or one from before the transcript, which has no name.
    fn is_usual(&mut self, person: &str, id: MessageId) -> bool {
        self.of(person).is_none_or(|screen| {
            let usual = screen.tapped.or(screen.sent.last().copied()).or(screen.since);
            usual == Some(id) || !screen.sent.contains(&id)
        })
    }

    /// Carries out a change of the keyboard: whether the person has another one now.
    fn show(&mut self, person: &str, change: &KeyboardChange) -> bool {
        let Some(screen) = self.of(person) else { return *change != KeyboardChange::Kept };
        match change {
            KeyboardChange::Kept => false,
            KeyboardChange::Removed => screen.keyboard.take().is_some(),
            KeyboardChange::Shown(rows) if screen.keyboard.as_ref() == Some(rows) => false,
            KeyboardChange::Shown(rows) => {
                screen.keyboard = Some(rows.clone());
                true
            }
        }
    }

    fn of(&mut self, person: &str) -> Option<&mut Screen> {
        self.0.iter_mut().find(|screen| screen.person == person)
    }
}

fn edit<'a>(seen: &mut Vec<Seen<'a>>, edited: Seen<'a>) {
    let SeenAct::Edited { bubble: newer, .. } = edited.act else { return };
    let sent =
        seen.iter_mut().rev().filter(|earlier| earlier.person == edited.person).find_map(|earlier| match &mut earlier
            .act
        {
            SeenAct::Sent { bubble, .. } if bubble.id == newer.id => Some(bubble),
            _ => None,
        });
    match sent {
        Some(bubble) => *bubble = newer,
        None => {
            forget_edits(seen, &edited);
            seen.push(edited);
        }
    }
}

fn delete<'a>(seen: &mut Vec<Seen<'a>>, deleted: Seen<'a>) {
    forget_edits(seen, &deleted);
    let id = deleted.act.message();
    // A message that came and went was never seen, unless it took the keyboard along.
    let flash = |earlier: &Seen<'_>| {
        earlier.person == deleted.person
            && earlier.act.message() == id
            && matches!(&earlier.act, SeenAct::Sent { keyboard, .. } if !keyboard.news)
    };
    match seen.iter().position(flash) {
        Some(at) => drop(seen.remove(at)),
        None => seen.push(deleted),
    }
}

fn forget_edits(seen: &mut Vec<Seen<'_>>, later: &Seen<'_>) {
    seen.retain(|earlier| {
        let same = earlier.person == later.person && earlier.act.message() == later.act.message();
        !(same && matches!(earlier.act, SeenAct::Edited { .. }))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::counter::Counter;

    fn bubble(id: i32, text: &str) -> Bubble {
        Bubble {
            id: MessageId(id),
            author: Author::Bot,
            picture: None,
            document: None,
            text: text.to_owned(),
            rows: Vec::new(),
        }
    }

    fn sent(id: i32) -> BotAction {
        BotAction::Sent(bubble(id, "sent"), KeyboardChange::Kept)
    }

    fn edited(id: i32, text: &str) -> BotAction {
        BotAction::Edited(bubble(id, text))
    }

    /// What Anna sees of each list of acts, one step after the other, in short words.
    fn seen(steps: Vec<Vec<BotAction>>) -> Vec<String> {
        let mut screens = Screens::default();
        screens.introduce("Anna", &Counter::default());
        let word = |thing: &Seen<'_>| match &thing.act {
            SeenAct::Sent { bubble, keyboard } => {
                format!("{} {}{}", bubble.text, bubble.id.0, if keyboard.news { " keyboard" } else { "" })
            }
            SeenAct::Edited { bubble, usual } => format!("{} {} {usual}", bubble.text, bubble.id.0),
            SeenAct::Deleted { id, usual } => format!("deleted {} {usual}", id.0),
            SeenAct::Toast(text) | SeenAct::Alert(text) => (*text).to_owned(),
        };
        let observe = |act| Observed { person: "Anna".to_owned(), act };
        let step = |acts: Vec<BotAction>| {
            let observed: Vec<_> = acts.into_iter().map(observe).collect();
            screens.see(&observed).iter().map(word).collect::<Vec<_>>().join(", ")
        };
        steps.into_iter().map(step).collect()
    }

    #[test]
    fn of_several_edits_the_last_counts() {
        let steps = vec![vec![sent(1)], vec![edited(1, "a"), sent(2), edited(1, "b"), edited(2, "c")]];
        assert_eq!(seen(steps), ["sent 1", "c 2, b 1 true"]);
    }

    #[test]
    fn what_came_and_went_was_never_seen() {
        let steps =
            vec![vec![sent(1), edited(1, "a"), BotAction::Deleted(MessageId(1))], vec![sent(2), edited(2, "a")]];
        assert_eq!(seen(steps), ["", "a 2"]);
        let removed = BotAction::Sent(bubble(2, "x"), KeyboardChange::Shown(Vec::new()));
        assert_eq!(seen(vec![vec![removed, BotAction::Deleted(MessageId(2))]]), ["x 2 keyboard, deleted 2 true"]);
    }

    #[test]
    fn the_newest_message_is_that_of_before_the_step() {
        let steps = vec![
            vec![sent(1), sent(2)],
            vec![sent(3), edited(2, "a")],
            vec![edited(2, "b"), BotAction::Deleted(MessageId(3))],
            vec![edited(2, "c"), edited(9, "from before")],
        ];
        assert_eq!(
            seen(steps),
            ["sent 1, sent 2", "sent 3, a 2 true", "b 2 false, deleted 3 true", "c 2 true, from before 9 true"]
        );
    }

    #[test]
    fn a_keyboard_is_news_once() {
        let keyboard =
            || KeyboardChange::Shown(vec![vec![KeyboardButton { label: "Cancel".to_owned(), contact: false }]]);
        let send = |id, change| vec![BotAction::Sent(bubble(id, "sent"), change)];
        let steps = vec![
            send(1, keyboard()),
            send(2, keyboard()),
            send(3, KeyboardChange::Removed),
            send(4, KeyboardChange::Removed),
        ];
        assert_eq!(seen(steps), ["sent 1 keyboard", "sent 2", "sent 3 keyboard", "sent 4"]);
    }
}
