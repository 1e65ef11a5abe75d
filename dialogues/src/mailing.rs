//! Mailings, for owners: write, preview, translate, choose who gets it and when, send; later correct it or take it back.
//!
//! Sending itself takes longer than a turn: it is begun by an effect, and reported in a message of its own
//! (see [`report`]), whose buttons work from wherever the owner is.

mod draft;
mod letter;
mod report;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::buttons::{Action, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{
    Callback, Context, Effect, InlineButton, Input, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::text::is_visible;
use crate::shop::{
    Language, Letter, Mailing, MailingId, MailingTask, MessageBody, PictureId, Segment, Steer, Steering,
};
use crate::text;
use crate::texts::{Label, Text, label, say};

pub use draft::{Album, LetterDraft};
pub use letter::{LETTER_SERIAL, NEWS_DELAY, Unsendable, letter_view, news_letter, unsendable};
pub use report::{Progress, progress, report};

/// Where the owner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MailingState {
    /// Is asked when the letter shall be sent.
    AskingTime(LetterDraft),
    /// Is asked for a text, or a picture with a caption.
    AskingMessage,
    /// Is asked for the letter's words in another language.
    AskingWords { draft: LetterDraft, language: Language },
    /// Chooses a language to write it in once more.
    ChoosingLanguage(LetterDraft),
    /// Has the letter before them as it will arrive, and chooses who gets it.
    Previewing(LetterDraft),
    /// Has sent it off to so many, or has it corrected or taken back.
    Following {
        mailing: MailingId,
        task: MailingTask,
        recipients: u32,
        /// It is not sent before this time; `None`: at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        starts: Option<DateTime<Utc>>,
    },
    /// Is asked for the words that are to stand instead.
    AskingCorrection { mailing: MailingId, picture: bool },
    /// Is asked whether what was sent shall be taken back.
    ConfirmingRecall { mailing: MailingId },
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
    /// Wants to choose when it is sent.
    PickedLater,
    /// Wants to write it in another language, too.
    PickedTranslate,
    PickedLanguage(Language),
    /// From the languages to the preview.
    WentBack,
    /// It shall not be sent later, but at once.
    SaidAtOnce,
    /// There shall be no words in that language.
    Cleared,
    /// Lets it go out at once.
    Confirmed,
    /// Lets it go out at the time that was chosen.
    Scheduled,
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
                Action::AskMailingTime => Some(MailingEvent::PickedLater),
                Action::ScheduleMailing => Some(MailingEvent::Scheduled),
                Action::TranslateMailing => Some(MailingEvent::PickedTranslate),
                Action::MailIn(language) => Some(MailingEvent::PickedLanguage(*language)),
                Action::BackToMailing => Some(MailingEvent::WentBack),
                Action::SendMailing => Some(MailingEvent::Confirmed),
                Action::DropMailing => Some(MailingEvent::Cancelled),
                Action::Recall => Some(MailingEvent::ConfirmedRecall),
                Action::KeepMailing => Some(MailingEvent::ThoughtBetter),
                _ => None,
            },
            Input::Said(said) => Some(match (Label::read(said), self) {
                (Some(Label::Cancel | Label::Back), _) => MailingEvent::Cancelled,
                (Some(Label::AtOnce), Self::AskingTime(_)) => MailingEvent::SaidAtOnce,
                (Some(Label::Clear), Self::AskingWords { .. }) => MailingEvent::Cleared,
                (Some(_), _) => MailingEvent::Chatted(MenuEvent::Chatted(said.clone())),
                (None, _) => MailingEvent::Wrote { text: said.clone(), html: None },
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
                    draft::written(self, LetterDraft::of(Letter::of(None, text, html)), context)
                }
                MailingEvent::SentPicture { picture, caption, html, album } => {
                    let letter = Letter::of(Some(picture), caption, html);
                    draft::written(
                        self,
                        LetterDraft { album: album.map(Album::new), ..LetterDraft::of(letter) },
                        context,
                    )
                }
                MailingEvent::Cancelled => dropped(),
                other => again(self, other, text!("mailing-again")),
            },
            Self::Previewing(draft) => draft::previewed(draft, event, context),
            Self::AskingTime(draft) => draft::timed(draft, event, context),
            Self::ChoosingLanguage(draft) => draft::language_chosen(draft, event, context),
            Self::AskingWords { draft, language } => draft::translated(draft, language, event, context),
            Self::Following { task, starts, .. } => match (task, event) {
                // The second tap of a double tap, and what is tapped in the same moment as the first one.
                (
                    MailingTask::Send,
                    MailingEvent::Confirmed
                    | MailingEvent::Scheduled
                    | MailingEvent::PickedSegment(_)
                    | MailingEvent::PickedLater
                    | MailingEvent::PickedTranslate,
                )
                | (MailingTask::Recall, MailingEvent::ConfirmedRecall | MailingEvent::ThoughtBetter) => {
                    let said = if starts.is_some() {
                        text!("mailing-scheduled-already")
                    } else {
                        text!("mailing-begun-already")
                    };
                    Outcome::stay(self).note(SideMessage::Toast(said))
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
            Self::Previewing(draft) => draft::preview(draft, context),
            Self::AskingTime(draft) => draft::ask_time(draft, context),
            Self::ChoosingLanguage(draft) => draft::languages(draft, context),
            Self::AskingWords { draft, language } => draft::ask_words(draft, *language, context),
            Self::Following { mailing, recipients, starts: Some(starts), .. } => {
                let steer = Place::Steer { mailing: *mailing, steer: Steer::Cancel };
                let cancel = label(language, &text!("mailing-cancel"));
                let when = context.settings.zone.minute(*starts);
                View::text(say(language, &text!("mailing-scheduled", when = when, count = i64::from(*recipients))))
                    .rows(vec![vec![InlineButton { label: cancel, button: Callback::Go(steer) }]])
            }
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

/// Why these words cannot be sent, as it is said.
fn refused(words: &MessageBody, pictured: bool) -> Option<Text> {
    unsendable(words, pictured).map(|why| match why {
        Unsendable::Blank => text!("mailing-again"),
        Unsendable::TooLong { most } => text!("mailing-too-long", most = most),
    })
}

/// The same of words that somebody was asked for. A letter may have a picture and say nothing; such words say something. `whole` is
/// what they are part of.
fn refused_words(words: &MessageBody, whole: &MessageBody, pictured: bool) -> Option<Text> {
    let blank = (!is_visible(&words.body)).then(|| text!("mailing-again-words"));
    blank.or_else(|| refused(whole, pictured))
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

fn corrected(id: MailingId, picture: bool, words: MessageBody, context: &Context) -> Outcome<MailingState> {
    let whole = known(id, context).map_or_else(|| words.clone(), |mailing| words.in_place_of(&mailing.letter.words));
    if let Some(refused) = refused_words(&words, &whole, picture) {
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
    Outcome::stay(MailingState::Following { mailing: id, task, recipients: mailing.tally.sent, starts: None })
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
