//! A letter that is not sent yet: its preview, its words in other languages, whom it is for, and when it is sent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use super::{MailingEvent, MailingState, again, dropped, elsewhere, letter_view, refused, refused_words};
use crate::buttons::Action;
use crate::machine::{
    Callback, Context, Effect, InlineButton, Next, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::shop::text::is_visible;
use crate::shop::{DayRefusal, Language, Letter, Mailing, MailingId, MailingTask, MessageBody, Segment, Zone, time};
use crate::text;
use crate::texts::{Html, Label, Text, Value, label, say};

/// The hours that are offered when somebody sends a letter later.
const HOURS: [u32; 3] = [9, 12, 18];
/// So many of the next such hours are offered.
const OFFERED: usize = 3;

/// What is going to be sent, to whom, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterDraft {
    /// What is sent.
    pub letter: Box<Letter>,
    /// Whom it goes to.
    pub segment: Segment,
    /// The album that the letter's picture is of: the album's other pictures are no letters of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<Album>,
    /// When it is sent; `None`: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<DateTime<Utc>>,
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
    pub(super) fn new(id: String) -> Self {
        Self { id, told: false }
    }
}

impl LetterDraft {
    /// A letter to everybody, at once.
    pub(super) fn of(letter: Letter) -> Self {
        Self { letter: Box::new(letter), segment: Segment::default(), album: None, starts: None }
    }

    /// Another letter to the same people at the same time.
    fn rewritten(self, letter: Letter, album: Option<String>) -> Self {
        Self { letter: Box::new(letter), album: album.map(Album::new), ..self }
    }

    fn recipients(&self, context: &Context) -> u32 {
        context.office.as_ref().map_or(0, |office| office.census.count(self.segment))
    }
}

/// What becomes of a draft whose time is asked for.
pub(super) fn timed(draft: LetterDraft, event: MailingEvent, context: &Context) -> Outcome<MailingState> {
    match event {
        MailingEvent::Wrote { text, .. } => match time(&text, context.now, context.settings.zone) {
            Ok(starts) => shown(LetterDraft { starts: Some(starts), ..draft }, context),
            Err(refusal) => Outcome::keep(MailingState::AskingTime(draft)).say(untimely(refusal)),
        },
        MailingEvent::SaidAtOnce => shown(LetterDraft { starts: None, ..draft }, context),
        MailingEvent::Cancelled => shown(draft, context),
        other => again(MailingState::AskingTime(draft), other, text!("mailing-again-time")),
    }
}

/// The same of one for which a language is chosen.
pub(super) fn language_chosen(draft: LetterDraft, event: MailingEvent, context: &Context) -> Outcome<MailingState> {
    match event {
        MailingEvent::PickedLanguage(language) => Outcome::stay(MailingState::AskingWords { draft, language }),
        MailingEvent::WentBack => Outcome::stay(MailingState::Previewing(draft)),
        MailingEvent::Cancelled => shown(draft, context),
        other => elsewhere(MailingState::ChoosingLanguage(draft), other),
    }
}

/// The same of one whose words in a language are asked for.
pub(super) fn translated(
    mut draft: LetterDraft,
    language: Language,
    event: MailingEvent,
    context: &Context,
) -> Outcome<MailingState> {
    match event {
        MailingEvent::Wrote { text, html } => {
            let words = MessageBody { headline: None, body: text, html };
            if let Some(refused) = refused_words(&words, &words, draft.letter.picture.is_some()) {
                return Outcome::keep(MailingState::AskingWords { draft, language }).say(refused);
            }
            draft.letter.translations.insert(language, words);
            shown(draft, context)
        }
        MailingEvent::Cleared => {
            draft.letter.translations.remove(&language);
            shown(draft, context)
        }
        MailingEvent::Cancelled => shown(draft, context),
        other => again(MailingState::AskingWords { draft, language }, other, text!("mailing-again-words")),
    }
}

/// The same of one that is before its author as it will arrive.
pub(super) fn previewed(draft: LetterDraft, event: MailingEvent, context: &Context) -> Outcome<MailingState> {
    match event {
        MailingEvent::PickedSegment(segment) => {
            Outcome::stay(MailingState::Previewing(LetterDraft { segment, ..draft }))
        }
        MailingEvent::PickedLater => Outcome::stay(MailingState::AskingTime(draft)),
        MailingEvent::PickedTranslate => Outcome::stay(MailingState::ChoosingLanguage(draft)),
        MailingEvent::SentPicture { caption, html, album: Some(same), .. }
            if draft.album.as_ref().is_some_and(|album| album.id == same) =>
        {
            one_more_of_the_album(draft, caption, html, context)
        }
        MailingEvent::Confirmed if draft.starts.is_none() => sent_off(draft, context),
        // The time has come while they were thinking. It is not sent at once by that: a second tap may follow.
        MailingEvent::Scheduled if draft.starts.is_some_and(|starts| starts <= context.now) => {
            Outcome::stay(MailingState::AskingTime(draft)).note(SideMessage::Alert(text!("mailing-time-past")))
        }
        MailingEvent::Scheduled if draft.starts.is_some() => sent_off(draft, context),
        // Whoever writes again has thought of something better.
        MailingEvent::Wrote { text, html } => {
            let letter = Letter::of(None, text, html);
            rewritten(draft.clone(), draft.rewritten(letter, None), context)
        }
        MailingEvent::SentPicture { picture, caption, html, album } => {
            let letter = Letter::of(Some(picture), caption, html);
            rewritten(draft.clone(), draft.rewritten(letter, album), context)
        }
        MailingEvent::Cancelled => dropped(),
        other => elsewhere(MailingState::Previewing(draft), other),
    }
}

/// A letter as it will arrive, and the question whether to send it; or why it cannot be one.
pub(super) fn written(before: MailingState, draft: LetterDraft, context: &Context) -> Outcome<MailingState> {
    match refused(&draft.letter.words, draft.letter.picture.is_some()) {
        Some(refused) => Outcome::keep(before).say(refused),
        None => shown(draft, context),
    }
}

/// The same where another letter was before: its translations are not of these words.
fn rewritten(before: LetterDraft, draft: LetterDraft, context: &Context) -> Outcome<MailingState> {
    let translated = !before.letter.translations.is_empty();
    let outcome = written(MailingState::Previewing(before), draft, context);
    let is_other = matches!(&outcome.next, Next::Stay(_));
    match translated && is_other {
        true => outcome.note(SideMessage::Say(text!("mailing-translations-gone"), ReplyKeyboard::Nothing)),
        false => outcome,
    }
}

/// The letter in each language that it is written in, as it will arrive, and the question whether to send it.
fn shown(draft: LetterDraft, context: &Context) -> Outcome<MailingState> {
    let (own, zone) = (context.customer.language, context.settings.zone);
    let mut views = vec![letter_view(&Letter { translations: [].into(), ..(*draft.letter).clone() }, own, zone)];
    views.extend(draft.letter.translations.keys().map(|language| letter_view(&draft.letter, *language, zone)));
    let preview = SideMessage::Say(text!("mailing-preview"), ReplyKeyboard::Menu);
    let outcome = Outcome::stay(MailingState::Previewing(draft)).note(preview);
    views.into_iter().fold(outcome, |outcome, view| outcome.note(SideMessage::Show(view)))
}

/// Another picture of the album whose first one is the letter's. A letter takes one picture; its text may be under any.
fn one_more_of_the_album(
    draft: LetterDraft,
    caption: String,
    html: Option<String>,
    context: &Context,
) -> Outcome<MailingState> {
    let told = draft.album.as_ref().is_some_and(|album| album.told);
    let album = draft.album.clone().map(|album| Album { told: true, ..album });
    let one = SideMessage::Say(text!("mailing-one-picture"), ReplyKeyboard::Nothing);
    let outcome = if is_visible(&caption) && !is_visible(&draft.letter.words.body) {
        let whole = Letter { words: MessageBody { headline: None, body: caption, html }, ..(*draft.letter).clone() };
        let before = MailingState::Previewing(draft.clone());
        written(before, LetterDraft { letter: Box::new(whole), album, ..draft }, context)
    } else {
        Outcome::keep(MailingState::Previewing(LetterDraft { album, ..draft }))
    };
    if told { outcome } else { outcome.note(one) }
}

fn untimely(refusal: DayRefusal) -> Text {
    match refusal {
        DayRefusal::Unreadable => text!("mailing-again-time"),
        DayRefusal::Past => text!("mailing-time-past"),
        DayRefusal::TooFar => text!("mailing-time-too-far"),
    }
}

fn sent_off(draft: LetterDraft, context: &Context) -> Outcome<MailingState> {
    let recipients = draft.recipients(context);
    if recipients == 0 {
        let draft = LetterDraft { album: None, ..draft };
        return Outcome::stay(MailingState::Previewing(draft)).note(SideMessage::Toast(text!("mailing-nobody")));
    }
    let id = MailingId::draw(context.fresh);
    let mailing = Mailing::new(id, *draft.letter, draft.segment, recipients, context.now);
    let mailing = Mailing { starts: draft.starts.unwrap_or(mailing.starts), ..mailing };
    let following = MailingState::Following { mailing: id, task: MailingTask::Send, recipients, starts: draft.starts };
    Outcome::stay(following).with(Effect::StartMailing(mailing))
}

/// Asks when it is sent.
pub(super) fn ask_time(draft: &LetterDraft, context: &Context) -> View {
    let own = context.customer.language;
    let offered = hours(context.now, context.settings.zone).map(|time| context.settings.zone.minute(time));
    let keys = draft.starts.is_some().then_some(Label::AtOnce).into_iter().chain([Label::Cancel]);
    View::text(say(own, &text!("mailing-ask-time"))).answers(answers(offered.chain(keys.map(|key| key.show(own)))))
}

/// Asks for its words in a language.
pub(super) fn ask_words(draft: &LetterDraft, language: Language, context: &Context) -> View {
    let own = context.customer.language;
    let clear = draft.letter.translations.contains_key(&language).then_some(Label::Clear);
    let keys = clear.into_iter().chain([Label::Cancel]).map(|key| key.show(own));
    let language = named(language);
    let asked = match draft.letter.picture {
        Some(_) => text!("mailing-ask-caption", language = language),
        None => text!("mailing-ask-translation", language = language),
    };
    View::text(say(own, &asked)).answers(answers(keys))
}

/// The languages to choose from; those that it is written in are marked.
pub(super) fn languages(draft: &LetterDraft, context: &Context) -> View {
    let own = context.customer.language;
    let key = |language: Language| {
        let name = spoken(language, draft.letter.translations.contains_key(&language), own);
        act(name, Action::MailIn(language))
    };
    let back = act(label(own, &text!("mailing-back")), Action::BackToMailing);
    let rows = vec![Language::iter().map(key).collect(), vec![back]];
    View::text(say(own, &text!("mailing-choose-language"))).rows(rows)
}

/// A key for each answer, one below the other.
fn answers(labels: impl Iterator<Item = String>) -> Vec<Vec<ReplyButton>> {
    labels.map(|label| vec![ReplyButton { label, contact: false }]).collect()
}

/// The next hours at which letters are sent.
fn hours(now: DateTime<Utc>, zone: Zone) -> impl Iterator<Item = DateTime<Utc>> {
    let today = zone.local(now).date_naive();
    let of = move |day| HOURS.into_iter().filter_map(move |hour| zone.hour(day, hour));
    today.iter_days().take(2).flat_map(of).filter(move |time| *time > now).take(OFFERED)
}

/// Who gets it, how many they are, and whether to send it.
pub(super) fn preview(draft: &LetterDraft, context: &Context) -> View {
    let (own, segment) = (context.customer.language, draft.segment);
    let recipients = draft.recipients(context);
    let key = |name: Text, chosen: bool, to: Segment| {
        let text = if chosen { text!("mailing-chosen", name = Value::Text(name)) } else { name };
        act(label(own, &text), Action::MailTo(to))
    };
    let everybody = key(text!("mailing-everybody"), segment == Segment::default(), Segment::default());
    let speaks = |language: Language| {
        let chosen = segment.language == Some(language);
        let to = Segment { language: (!chosen).then_some(language), ..segment };
        act(spoken(language, chosen, own), Action::MailTo(to))
    };
    let ordered = key(text!("mailing-ordered"), segment.ordered, Segment { ordered: !segment.ordered, ..segment });
    let translate = act(label(own, &text!("mailing-translate")), Action::TranslateMailing);
    let later = act(label(own, &text!("mailing-later")), Action::AskMailingTime);
    let mut rows = vec![vec![everybody, ordered], Language::iter().map(speaks).collect(), vec![translate, later]];
    let drop = act(label(own, &text!("mailing-drop")), Action::DropMailing);
    let send = match draft.starts {
        Some(_) => act(label(own, &text!("mailing-schedule")), Action::ScheduleMailing),
        None => act(label(own, &text!("mailing-send")), Action::SendMailing),
    };
    rows.push(if recipients == 0 { vec![drop] } else { vec![send, drop] });
    let count = i64::from(recipients);
    let sure = match draft.starts {
        Some(starts) if recipients > 0 => {
            text!("mailing-sure-later", count = count, when = context.settings.zone.minute(starts))
        }
        _ => text!("mailing-sure", count = count),
    };
    let written: Vec<String> = draft.letter.translations.keys().map(|language| named(*language)).collect();
    let also = (!written.is_empty()).then(|| say(own, &text!("mailing-also", languages = written.join(", "))));
    View::text(Html::lines([say(own, &sure)].into_iter().chain(also))).rows(rows)
}

fn act(label: String, act: Action) -> InlineButton {
    InlineButton { label, button: Callback::Action(act) }
}

/// What a language calls itself.
fn named(language: Language) -> String {
    label(language, &text!("language"))
}

/// The button of a language.
fn spoken(language: Language, chosen: bool, own: Language) -> String {
    let name = text!("mailing-speaks", language = named(language));
    let text = if chosen { text!("mailing-chosen", name = Value::Text(name)) } else { name };
    label(own, &text)
}
