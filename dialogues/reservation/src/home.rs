//! Where a guest is greeted, and sees their table.

use engine::{Callback, Flow, Input, Outcome, ReplyKeyboard, SideMessage, View, text};
use serde::{Deserialize, Serialize};

use crate::{Action, Context, Dialogue, Effect, Language, Place, Reservation, day_and_time, row};

/// Where the guest is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Home {
    Viewing,
    /// Is asked whether the table shall be given away.
    Releasing,
}

/// What happened.
#[derive(Debug, Clone, strum::IntoStaticStr)]
pub enum HomeEvent {
    AskedToRelease,
    Released,
    Chatted,
}

/// `/cancel`, from anywhere.
pub(crate) fn give_up() -> Outcome<Reservation, Dialogue> {
    Outcome::stay(Dialogue::Home(Home::Viewing)).note(SideMessage::Say(text!("given-up"), ReplyKeyboard::Menu))
}

impl Flow<Reservation> for Home {
    type Event = HomeEvent;

    fn interpret(&self, input: &Input<Reservation>) -> Option<HomeEvent> {
        match input {
            Input::Tapped { button: Callback::Action(Action::Release), .. } => Some(HomeEvent::AskedToRelease),
            Input::Tapped { button: Callback::Action(Action::ReleaseForSure), .. } => Some(HomeEvent::Released),
            Input::Tapped { .. } | Input::TappedUnknown => None,
            _ => Some(HomeEvent::Chatted),
        }
    }

    fn transition(self, event: HomeEvent, context: &Context) -> Outcome<Reservation, Self> {
        match (self, event) {
            (state, HomeEvent::Chatted) => Outcome::keep(state).say(text!("pardon")),
            (Self::Viewing, HomeEvent::AskedToRelease) if context.mine.is_some() => Outcome::stay(Self::Releasing),
            (Self::Releasing, HomeEvent::Released) if context.mine.is_some() => {
                Outcome::stay(Self::Viewing).with(Effect::Release).note(SideMessage::Toast(text!("released")))
            }
            (Self::Viewing | Self::Releasing, _) => engine::out_of_date(Self::Viewing),
        }
    }

    fn view(&self, context: &Context) -> View<Reservation> {
        let other = match context.language {
            Language::En => Language::Uk,
            Language::Uk => Language::En,
        };
        match (self, &context.mine) {
            (Self::Releasing, Some(table)) => View::say(context.language, &text!("sure", at = day_and_time(table.at)))
                .rows(vec![
                    row(context, &text!("sure-yes"), Action::ReleaseForSure),
                    row(context, &text!("sure-no"), Place::Home),
                ]),
            (Self::Viewing, Some(table)) => {
                let (guests, at) = (i64::from(table.guests), day_and_time(table.at));
                View::say(context.language, &text!("home-booked", guests = guests, at = at, name = table.name.as_str()))
                    .rows(vec![
                        row(context, &text!("change"), Place::Book),
                        row(context, &text!("release"), Action::Release),
                    ])
            }
            (Self::Viewing | Self::Releasing, None) => {
                View::say(context.language, &text!("home", name = context.name.as_str())).rows(vec![
                    row(context, &text!("book"), Place::Book),
                    row(context, &text!("language"), Place::Speak(other)),
                ])
            }
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}
