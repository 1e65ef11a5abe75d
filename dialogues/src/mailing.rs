//! Mailings, for owners: write, preview, choose who gets it, send; later correct it or take it back.
//!
//! Sending itself takes longer than a turn: it is begun by an effect, and reported in a message of its own
//! (see [`report`]), whose buttons work from wherever the owner is.

mod letter;
mod report;

use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use crate::buttons::{Action, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{
    Callback, Context, Effect, InlineButton, Input, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::text::is_visible;
use crate::shop::{Language, Letter, Mailing, MailingId, MailingTask, MessageBody, PictureId, Segment, Steering};
use crate::text;
use crate::texts::{Label, Text, Value, label, say};

pub use letter::{LETTER_SERIAL, NEWS_DELAY, Unsendable, letter_view, news_letter, unsendable};
pub use report::{Progress, progress, report};

/// Where the owner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MailingState {
    /// Is asked for a text, or a picture with a caption.
    AskingMessage,
    /// Has the letter before them as it will arrive, and chooses who gets it.
    Previewing {
        letter: Box<Letter>,
        segment: Segment,
        /// The album that the letter's picture is of: the album's other pictures are no letters of their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        album: Option<Album>,
    },
    /// Has sent it off to so many, or has it corrected or taken back.
    Following { mailing: MailingId, task: MailingTask, recipients: u32 },
    /// Is asked for the words that are to stand instead.
    AskingCorrection { mailing: MailingId, picture: bool },
    /// Is asked whether what was sent shall be taken back.
    ConfirmingRecall { mailing: MailingId },
}

/// Pictures that were sent together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Album {
    /// Telegram's `media_group_id`.
    pub id: String,
    /// The owner knows that a letter takes one of them.
    pub told: bool,
}

impl Album {
    fn new(id: String) -> Self {
        Self { id, told: false }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum MailingEvent {
    /// Wrote a text, perhaps with formatting.
    Wrote {
        text: String,
        html: Option<String>,
    },
    /// Sent a picture, with or without a caption.
    SentPicture {
        picture: PictureId,
        caption: String,
        html: Option<String>,
        album: Option<String>,
    },
    /// Wants nothing of it.
    Cancelled,
    PickedSegment(Segment),
    /// Lets it go out.
    Confirmed,
    ConfirmedRecall,
    ThoughtBetter,
    Chatted(MenuEvent),
}

/// `/mail`.
pub fn enter() -> Outcome<MailingState> {
    Outcome::stay(MailingState::AskingMessage)
}

impl Flow<Shop> for MailingState {
    type Event = MailingEvent;

    fn interpret(&self, input: &Input) -> Option<MailingEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::MailTo(segment) => Some(MailingEvent::PickedSegment(*segment)),
                Action::SendMailing => Some(MailingEvent::Confirmed),
                Action::DropMailing => Some(MailingEvent::Cancelled),
                Action::Recall => Some(MailingEvent::ConfirmedRecall),
                Action::KeepMailing => Some(MailingEvent::ThoughtBetter),
                _ => None,
            },
            Input::Said(said) => Some(match Label::read(said) {
                Some(Label::Cancel | Label::Back) => MailingEvent::Cancelled,
                Some(_) => MailingEvent::Chatted(MenuEvent::Chatted(said.clone())),
                None => MailingEvent::Wrote { text: said.clone(), html: None },
            }),
            Input::Formatted { text, html } if Label::read(text).is_none() => {
                Some(MailingEvent::Wrote { text: text.clone(), html: Some(html.clone()) })
            }
            Input::SentPicture { picture, caption, html, album } => Some(MailingEvent::SentPicture {
                picture: picture.clone(),
                caption: caption.clone(),
                html: html.clone(),
                album: album.clone(),
            }),
            other => small_talk(other).map(MailingEvent::Chatted),
        }
    }

    fn transition(self, event: MailingEvent, context: &Context) -> Outcome<Self> {
        match self {
            Self::AskingMessage => match event {
                MailingEvent::Wrote { text, html } => {
                    written(self, Letter::of(None, text, html), Segment::default(), None, context)
                }
                MailingEvent::SentPicture { picture, caption, html, album } => {
                    let album = album.map(Album::new);
                    written(self, Letter::of(Some(picture), caption, html), Segment::default(), album, context)
                }
                MailingEvent::Cancelled => dropped(),
                other => again(self, other, text!("mailing-again")),
            },
            Self::Previewing { ref letter, segment, ref album } => match event {
                MailingEvent::PickedSegment(segment) => {
                    Outcome::stay(Self::Previewing { letter: letter.clone(), segment, album: album.clone() })
                }
                MailingEvent::SentPicture { caption, html, album: Some(same), .. }
                    if album.as_ref().is_some_and(|album| album.id == same) =>
                {
                    one_more_of_the_album(self, caption, html, context)
                }
                MailingEvent::Confirmed => sent_off((**letter).clone(), segment, context),
                // Whoever writes again has thought of something better.
                MailingEvent::Wrote { text, html } => {
                    written(self, Letter::of(None, text, html), segment, None, context)
                }
                MailingEvent::SentPicture { picture, caption, html, album } => {
                    let album = album.map(Album::new);
                    written(self, Letter::of(Some(picture), caption, html), segment, album, context)
                }
                MailingEvent::Cancelled => dropped(),
                other => elsewhere(self, other),
            },
            Self::Following { task, .. } => match (task, event) {
                // The second tap of a double tap, and what is tapped in the same moment as the first one.
                (MailingTask::Send, MailingEvent::Confirmed | MailingEvent::PickedSegment(_))
                | (MailingTask::Recall, MailingEvent::ConfirmedRecall | MailingEvent::ThoughtBetter) => {
                    Outcome::stay(self).note(SideMessage::Toast(text!("mailing-begun-already")))
                }
                (_, event) => elsewhere(self, event),
            },
            Self::AskingCorrection { mailing, picture } => match event {
                MailingEvent::Wrote { text, html } => {
                    corrected(mailing, picture, MessageBody { headline: None, body: text, html }, context)
                }
                MailingEvent::Cancelled => dropped(),
                other => again(self, other, text!("mailing-again-words")),
            },
            Self::ConfirmingRecall { mailing } => match event {
                MailingEvent::ConfirmedRecall => steered(mailing, Steering::Recall, context),
                MailingEvent::ThoughtBetter => {
                    Outcome::exit(Place::Menu).note(SideMessage::Replace(text!("nothing-changed")))
                }
                MailingEvent::Cancelled => {
                    // Written, not tapped: there is no message to put it into.
                    Outcome::exit(Place::Menu).note(SideMessage::Say(text!("nothing-changed"), ReplyKeyboard::Menu))
                }
                other => elsewhere(self, other),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let cancel = || vec![vec![ReplyButton { label: Label::Cancel.show(language), contact: false }]];
        let key = |text: Text, act| InlineButton { label: label(language, &text), button: Callback::Action(act) };
        match self {
            Self::AskingMessage => View::text(say(language, &text!("mailing-ask"))).answers(cancel()),
            Self::Previewing { segment, .. } => preview(*segment, context),
            Self::Following { task, recipients, .. } => View::text(say(language, &begun(*task, *recipients))),
            Self::AskingCorrection { .. } => View::text(say(language, &text!("mailing-ask-words"))).answers(cancel()),
            Self::ConfirmingRecall { .. } => View::text(say(language, &text!("mailing-recall-sure"))).rows(vec![
                vec![key(text!("mailing-recall-yes"), Action::Recall)],
                vec![key(text!("mailing-recall-no"), Action::KeepMailing)],
            ]),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// A letter as it will arrive, and the question whether to send it; or why it cannot be one.
fn written(
    state: MailingState,
    letter: Letter,
    segment: Segment,
    album: Option<Album>,
    context: &Context,
) -> Outcome<MailingState> {
    if let Some(refused) = refused(&letter.words, letter.picture.is_some()) {
        return Outcome::keep(state).say(refused);
    }
    let view = letter_view(&letter, context.customer.language, context.settings.zone);
    Outcome::stay(MailingState::Previewing { letter: Box::new(letter), segment, album })
        .note(SideMessage::Say(text!("mailing-preview"), ReplyKeyboard::Menu))
        .note(SideMessage::Show(view))
}

/// Another picture of the album whose first one is the letter's. A letter takes one picture; its text may be under any.
fn one_more_of_the_album(
    state: MailingState,
    caption: String,
    html: Option<String>,
    context: &Context,
) -> Outcome<MailingState> {
    let MailingState::Previewing { letter, segment, album: Some(Album { id, told }) } = state else {
        return Outcome::keep(state);
    };
    let one = SideMessage::Say(text!("mailing-one-picture"), ReplyKeyboard::Nothing);
    if is_visible(&caption) && !is_visible(&letter.words.body) {
        let before =
            MailingState::Previewing { letter: letter.clone(), segment, album: Some(Album { id: id.clone(), told }) };
        let whole = Letter::of(letter.picture, caption, html);
        let outcome = written(before, whole, segment, Some(Album { id, told: true }), context);
        return if told { outcome } else { outcome.note(one) };
    }
    let outcome = Outcome::keep(MailingState::Previewing { letter, segment, album: Some(Album { id, told: true }) });
    if told { outcome } else { outcome.note(one) }
}

/// Why these words cannot be sent, as it is said.
fn refused(words: &MessageBody, pictured: bool) -> Option<Text> {
    unsendable(words, pictured).map(|why| match why {
        Unsendable::Blank => text!("mailing-again"),
        Unsendable::TooLong { most } => text!("mailing-too-long", most = most),
    })
}

fn dropped() -> Outcome<MailingState> {
    // What is said then, is said whichever way the owner leaves.
    Outcome::exit(Place::Menu)
}

fn begun(task: MailingTask, recipients: u32) -> Text {
    let count = i64::from(recipients);
    match task {
        MailingTask::Send => text!("mailing-begun", count = count),
        MailingTask::Correct => text!("mailing-correction-begun"),
        MailingTask::Recall => text!("mailing-recall-begun"),
    }
}

fn count(segment: Segment, context: &Context) -> u32 {
    context.office.as_ref().map_or(0, |office| office.census.count(segment))
}

fn sent_off(letter: Letter, segment: Segment, context: &Context) -> Outcome<MailingState> {
    let recipients = count(segment, context);
    if recipients == 0 {
        return Outcome::stay(MailingState::Previewing { letter: Box::new(letter), segment, album: None })
            .note(SideMessage::Toast(text!("mailing-nobody")));
    }
    let id = MailingId::draw(context.fresh);
    let mailing = Mailing::new(id, letter, segment, recipients, context.now);
    let following = MailingState::Following { mailing: id, task: MailingTask::Send, recipients };
    Outcome::stay(following).with(Effect::StartMailing(mailing))
}

fn corrected(id: MailingId, picture: bool, words: MessageBody, context: &Context) -> Outcome<MailingState> {
    let whole = known(id, context).map_or_else(|| words.clone(), |mailing| words.in_place_of(&mailing.letter.words));
    // A letter may have a picture and say nothing; what is written in place of its words says something.
    let blank = (!is_visible(&words.body)).then(|| text!("mailing-again-words"));
    if let Some(refused) = blank.or_else(|| refused(&whole, picture)) {
        let asking = MailingState::AskingCorrection { mailing: id, picture };
        return Outcome::keep(asking).say(refused);
    }
    steered(id, Steering::Correct(words), context)
}

/// The mailing of this name, if the turn is about it.
pub(crate) fn known(id: MailingId, context: &Context) -> Option<&Mailing> {
    context.office.as_ref().and_then(|office| office.mailing.as_ref()).filter(|mailing| mailing.id == id)
}

/// Steers a mailing that may have come to another end while its owner was thinking.
fn steered(id: MailingId, steering: Steering, context: &Context) -> Outcome<MailingState> {
    let Some(mailing) = known(id, context).filter(|mailing| mailing.allows(steering.steer())) else {
        return Outcome::exit(Place::Menu).note(SideMessage::Alert(text!("mailing-not-now")));
    };
    let task = steering.task().unwrap_or(mailing.task);
    Outcome::stay(MailingState::Following { mailing: id, task, recipients: mailing.tally.sent })
        .with(Effect::SteerMailing(id, steering))
}

/// What answers no question of this flow.
fn again(state: MailingState, event: MailingEvent, question: Text) -> Outcome<MailingState> {
    match event {
        MailingEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(state).say(text!("edited-message")),
        MailingEvent::Chatted(_) | MailingEvent::SentPicture { .. } => Outcome::keep(state).say(question),
        _ => out_of_date(state),
    }
}

/// What is said where nothing was asked.
fn elsewhere(state: MailingState, event: MailingEvent) -> Outcome<MailingState> {
    let talk = match event {
        MailingEvent::Wrote { text, .. } => MenuEvent::Chatted(text),
        MailingEvent::SentPicture { .. } => MenuEvent::SentThing(crate::machine::Attachment::Picture),
        MailingEvent::Chatted(talk) => talk,
        MailingEvent::Cancelled => MenuEvent::AnsweredLate,
        _ => return out_of_date(state),
    };
    Outcome::keep(state).note(answer_small_talk(&talk))
}

/// Who gets it, how many they are, and whether to send it.
fn preview(segment: Segment, context: &Context) -> View {
    let language = context.customer.language;
    let recipients = count(segment, context);
    let act = |label: String, act| InlineButton { label, button: Callback::Action(act) };
    let key = |name: Text, chosen: bool, to: Segment| {
        let text = if chosen { text!("mailing-chosen", name = Value::Text(name)) } else { name };
        act(label(language, &text), Action::MailTo(to))
    };
    let everybody = key(text!("mailing-everybody"), segment == Segment::default(), Segment::default());
    let speaks = |spoken: Language| {
        let chosen = segment.language == Some(spoken);
        let to = Segment { language: (!chosen).then_some(spoken), ..segment };
        let name = Value::Str(label(spoken, &text!("language")));
        key(text!("mailing-speaks", language = name), chosen, to)
    };
    let ordered = key(text!("mailing-ordered"), segment.ordered, Segment { ordered: !segment.ordered, ..segment });
    let mut rows = vec![vec![everybody, ordered], Language::iter().map(speaks).collect()];
    let drop = act(label(language, &text!("mailing-drop")), Action::DropMailing);
    let send = act(label(language, &text!("mailing-send")), Action::SendMailing);
    rows.push(if recipients == 0 { vec![drop] } else { vec![send, drop] });
    View::text(say(language, &text!("mailing-sure", count = i64::from(recipients)))).rows(rows)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::machine::Next;
    use crate::shop::{MailingStatus, Office};
    use crate::snapshot::Surroundings;

    /// What becomes of a correction of so many characters, where the letter has this headline.
    fn corrected_by(headline: Option<&str>, length: usize) -> MailingState {
        let now = crate::world::beginning();
        let words = MessageBody { headline: headline.map(str::to_owned), ..MessageBody::plain("x") };
        let letter = Letter { words, ..Letter::default() };
        let mut mailing = Mailing::new(MailingId::draw(1), letter, Segment::default(), 1, now);
        (mailing.status, mailing.tally.sent) = (MailingStatus::Done, 1);
        let id = mailing.id;
        let office = Some(Office { mailing: Some(mailing), ..Office::default() });
        let settings = Arc::new(crate::world::settings());
        let context = Surroundings { catalogue: Arc::default(), settings, office, now, fresh: 0 }.for_anybody();
        let wrote = MailingEvent::Wrote { text: "y".repeat(length), html: None };
        let asking = MailingState::AskingCorrection { mailing: id, picture: false };
        match asking.transition(wrote, &context).next {
            Next::Stay(state) | Next::Keep(state) => state,
            other => panic!("it leads elsewhere: {other:?}"),
        }
    }

    #[test]
    fn a_headline_that_stays_takes_its_room_from_a_correction() {
        for (headline, length, begins) in
            [(None, 4096, true), (None, 4097, false), (Some("Spring"), 3796, true), (Some("Spring"), 3797, false)]
        {
            let state = corrected_by(headline, length);
            assert_eq!(matches!(state, MailingState::Following { .. }), begins, "{headline:?} {length}: {state:?}");
        }
    }
}
