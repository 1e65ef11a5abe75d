//! The shop on pause: an owner says from which day on it takes orders again, and why it does not take any until then.
//! Customers can look at everything meanwhile, and read that where they would order.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::buttons::{Action, Place};
use crate::desk::reason;
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{
    Callback, Context, Effect, InlineButton, Input, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::{DayRefusal, Pause};
use crate::text;
use crate::texts::{Html, Label, Text, clip, label, say};

/// So much of a reason is shown, in UTF-16 units: more than an owner can write.
const LONGEST: usize = 600;

/// Where the owner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PauseState {
    /// Sees whether the shop takes orders.
    Viewing,
    /// Is asked from which day on it takes orders again.
    AskingDay,
    /// Is asked why it takes none until then.
    AskingReason { until: DateTime<Utc> },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum PauseEvent {
    AskedToPause,
    Resumed,
    Wrote(String),
    SkippedReason,
    Cancelled,
    Chatted(MenuEvent),
}

impl Flow<Shop> for PauseState {
    type Event = PauseEvent;

    fn interpret(&self, input: &Input) -> Option<PauseEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::PauseOrders => Some(PauseEvent::AskedToPause),
                Action::ResumeOrders => Some(PauseEvent::Resumed),
                _ => None,
            },
            Input::Said(said) | Input::Formatted { text: said, .. } => Some(match (Label::read(said), self) {
                (_, Self::Viewing) => PauseEvent::Chatted(MenuEvent::Chatted(said.clone())),
                (Some(Label::Cancel | Label::Back), _) => PauseEvent::Cancelled,
                (Some(Label::NoReason), Self::AskingReason { .. }) => PauseEvent::SkippedReason,
                _ => PauseEvent::Wrote(said.clone()),
            }),
            other => small_talk(other).map(PauseEvent::Chatted),
        }
    }

    fn transition(self, event: PauseEvent, context: &Context) -> Outcome<Self> {
        match self {
            Self::Viewing => match event {
                PauseEvent::AskedToPause => Outcome::stay(Self::AskingDay),
                PauseEvent::Resumed => Outcome::stay(Self::Viewing)
                    .with(Effect::PauseOrders(None))
                    .note(SideMessage::Toast(text!("pause-over"))),
                PauseEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
                PauseEvent::Wrote(_) | PauseEvent::SkippedReason | PauseEvent::Cancelled => out_of_date(self),
            },
            Self::AskingDay => match event {
                PauseEvent::Wrote(said) => match Pause::day(&said, context.now, context.settings.zone) {
                    Ok(until) => Outcome::stay(Self::AskingReason { until }),
                    Err(refusal) => Outcome::keep(self).say(refused(refusal)),
                },
                other => asked(self, other, text!("pause-again-day")),
            },
            Self::AskingReason { until } => match event {
                // The day has come while they were thinking.
                PauseEvent::Wrote(_) | PauseEvent::SkippedReason if until <= context.now => {
                    Outcome::stay(Self::AskingDay).say(text!("pause-day-past"))
                }
                PauseEvent::Wrote(said) => match reason(&said) {
                    Ok(reason) => paused(until, Some(reason)),
                    Err(refused) => Outcome::keep(self).say(refused),
                },
                PauseEvent::SkippedReason => paused(until, None),
                other => asked(self, other, text!("desk-again-reason")),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let answers = |text: Text, keys: &[Label]| {
            let key = |key: &Label| vec![ReplyButton { label: key.show(language), contact: false }];
            View::text(say(language, &text)).answers(keys.iter().map(key).collect())
        };
        match self {
            Self::Viewing => viewing(context),
            Self::AskingDay => answers(text!("pause-ask-day"), &[Label::Cancel]),
            Self::AskingReason { until } => {
                answers(text!("pause-ask-reason", date = context.date(*until)), &[Label::NoReason, Label::Cancel])
            }
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// What else can happen at a question.
fn asked(state: PauseState, event: PauseEvent, again: Text) -> Outcome<PauseState> {
    match event {
        PauseEvent::Cancelled => Outcome::exit(Place::Pause).say(text!("nothing-changed")),
        PauseEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(state).say(text!("edited-message")),
        PauseEvent::Chatted(_) => Outcome::keep(state).say(again),
        _ => out_of_date(state),
    }
}

fn paused(until: DateTime<Utc>, reason: Option<String>) -> Outcome<PauseState> {
    Outcome::stay(PauseState::Viewing)
        .with(Effect::PauseOrders(Some(Pause { until, reason })))
        .note(SideMessage::Say(text!("pause-begun"), ReplyKeyboard::Menu))
}

fn refused(refusal: DayRefusal) -> Text {
    match refusal {
        DayRefusal::Unreadable => text!("pause-again-day"),
        DayRefusal::Past => text!("pause-day-past"),
        DayRefusal::TooFar => text!("pause-day-too-far"),
    }
}

fn viewing(context: &Context) -> View {
    let language = context.customer.language;
    let key = |text: Text, act| vec![InlineButton { label: label(language, &text), button: Callback::Action(act) }];
    match notice(context) {
        Some(read) => View::text(Html::paragraphs([say(language, &text!("pause-on")), read])).rows(vec![
            key(text!("pause-resume"), Action::ResumeOrders),
            key(text!("pause-change"), Action::PauseOrders),
        ]),
        None => {
            View::text(say(language, &text!("pause-off"))).rows(vec![key(text!("pause-begin"), Action::PauseOrders)])
        }
    }
}

/// What customers read where they would order; `None` while orders are taken.
fn notice(context: &Context) -> Option<Html> {
    let reason = context.catalogue.pause(context.now)?.reason.as_deref();
    // Another program may have written a longer one.
    let reason = reason.map(|reason| Html::escape(&clip(reason, LONGEST))).unwrap_or_default();
    Some(Html::paragraphs([day(context)?, reason]))
}

/// From which day on orders are taken again, in one line; `None` while they are.
pub(crate) fn day(context: &Context) -> Option<Html> {
    let pause = context.catalogue.pause(context.now)?;
    let shop = context.settings.shop_name.as_str();
    Some(say(context.customer.language, &text!("pause-notice", shop = shop, date = context.date(pause.until))))
}

/// The same for a customer who wants to order: their cart waits, too.
pub(crate) fn no_orders(context: &Context) -> Option<Text> {
    notice(context).map(|notice| text!("pause-no-orders", notice = notice))
}
