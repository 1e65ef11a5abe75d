//! The questions for a table: day, time, guests, name, phone.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use engine::texts::label;
use engine::{Callback, Flow, InlineButton, Input, Outcome, ReplyButton, SideMessage, View, moment, out_of_date, text};
use serde::{Deserialize, Serialize};

use crate::{Action, Context, Effect, Place, Reservation, Table, day_and_time, row};

/// Tables can be had at these hours, on so many days from today on, by so many guests.
const HOURS: [u32; 4] = [18, 19, 20, 21];
const DAYS: u64 = 3;
const GUESTS: u8 = 6;
/// A booking is given up after so long a silence: what it asks about may be gone by then.
const SILENCE: TimeDelta = TimeDelta::minutes(30);
/// So many characters of a name.
const NAME_LIMIT: usize = 40;

/// What has been answered, and is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Booking {
    AskingDay,
    AskingTime {
        day: NaiveDate,
    },
    AskingGuests {
        at: DateTime<Utc>,
    },
    AskingName {
        at: DateTime<Utc>,
        guests: u8,
    },
    AskingPhone {
        at: DateTime<Utc>,
        guests: u8,
        name: String,
    },
    Confirming {
        table: Table,
    },
    /// The table is kept: only said, and left by the next tap.
    Booked,
}

/// What happened.
#[derive(Debug, Clone, strum::IntoStaticStr)]
pub enum BookingEvent {
    ChoseDay(NaiveDate),
    ChoseTime(DateTime<Utc>),
    ChoseGuests(u8),
    Wrote(String),
    Confirmed,
    SentSomething,
    WaitedTooLong,
}

fn times(day: NaiveDate, context: &Context) -> impl Iterator<Item = DateTime<Utc>> {
    let times = HOURS.into_iter().filter_map(move |hour| Some(day.and_hms_opt(hour, 0, 0)?.and_utc()));
    times.filter(|at| *at > context.now && context.is_free(*at))
}

fn name(text: &str) -> Option<String> {
    let name = text.trim();
    let fits = !name.is_empty() && name.lines().count() == 1 && name.chars().count() <= NAME_LIMIT;
    fits.then(|| name.to_owned())
}

fn phone(text: &str) -> Option<String> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text.chars().all(|c| c.is_ascii_digit() || "+ -()".contains(c));
    (plain && (7..=15).contains(&digits)).then(|| text.trim().to_owned())
}

impl Booking {
    /// Whether the guest is being asked something.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::AskingDay | Self::AskingTime { .. } | Self::AskingGuests { .. } => true,
            Self::AskingName { .. } | Self::AskingPhone { .. } | Self::Confirming { .. } => true,
            Self::Booked => false,
        }
    }

    /// What was written is answered by `text`, what was tapped is out of date.
    fn unclear(self, event: &BookingEvent, text: engine::texts::Text) -> Outcome<Reservation, Self> {
        match event {
            BookingEvent::Wrote(_) | BookingEvent::SentSomething => Outcome::keep(self).say(text),
            _ => out_of_date(self),
        }
    }
}

impl Flow<Reservation> for Booking {
    type Event = BookingEvent;

    fn interpret(&self, input: &Input<Reservation>) -> Option<BookingEvent> {
        match input {
            Input::Tapped { button: Callback::Action(Action::Day(day)), .. } => Some(BookingEvent::ChoseDay(*day)),
            Input::Tapped { button: Callback::Action(Action::Time(at)), .. } => Some(BookingEvent::ChoseTime(*at)),
            Input::Tapped { button: Callback::Action(Action::Guests(guests)), .. } => {
                Some(BookingEvent::ChoseGuests(*guests))
            }
            Input::Tapped { button: Callback::Action(Action::Confirm), .. } => Some(BookingEvent::Confirmed),
            Input::Tapped { .. } | Input::TappedUnknown => None,
            Input::Said(text) => Some(BookingEvent::Wrote(text.clone())),
            Input::SharedContact { phone, own: true } => Some(BookingEvent::Wrote(phone.clone())),
            Input::DeadlinePassed => Some(BookingEvent::WaitedTooLong),
            Input::Formatted { .. } => None,
            _ => Some(BookingEvent::SentSomething),
        }
    }

    fn transition(self, event: BookingEvent, context: &Context) -> Outcome<Reservation, Self> {
        use BookingEvent::{ChoseDay, ChoseGuests, ChoseTime, Confirmed, WaitedTooLong, Wrote};
        if matches!(event, WaitedTooLong) {
            return Outcome::exit(Place::Home).say(text!("waited"));
        }
        match self {
            Self::AskingDay => match event {
                ChoseDay(day) => Outcome::stay(Self::AskingTime { day }),
                other => self.unclear(&other, text!("pardon")),
            },
            Self::AskingTime { day } => match event {
                ChoseTime(at) if times(day, context).any(|free| free == at) => Outcome::stay(Self::AskingGuests { at }),
                ChoseTime(_) => Outcome::stay(self).note(SideMessage::Toast(text!("taken"))),
                // The days are shown where every table is taken.
                ChoseDay(day) => Outcome::stay(Self::AskingTime { day }),
                other => self.unclear(&other, text!("pardon")),
            },
            Self::AskingGuests { at } => match event {
                ChoseGuests(guests) if (1..=GUESTS).contains(&guests) => Outcome::stay(Self::AskingName { at, guests }),
                other => self.unclear(&other, text!("pardon")),
            },
            Self::AskingName { at, guests } => match event {
                Wrote(written) if let Some(name) = name(&written) => {
                    Outcome::stay(Self::AskingPhone { at, guests, name })
                }
                other => self.unclear(&other, text!("name-please")),
            },
            Self::AskingPhone { at, guests, ref name } => match event {
                Wrote(written) if let Some(phone) = phone(&written) => {
                    let table = Table { at, guests, name: name.clone(), phone };
                    Outcome::stay(Self::Confirming { table })
                }
                other => self.unclear(&other, text!("phone-please")),
            },
            Self::Confirming { ref table } => match event {
                Confirmed if table.at > context.now && context.is_free(table.at) => {
                    Outcome::stay(Self::Booked).with(Effect::Keep(table.clone()))
                }
                // Another guest was faster.
                Confirmed => Outcome::stay(Self::AskingTime { day: table.at.date_naive() })
                    .note(SideMessage::Alert(text!("taken"))),
                other => self.unclear(&other, text!("pardon")),
            },
            Self::Booked => self.unclear(&event, text!("pardon")),
        }
    }

    fn view(&self, context: &Context) -> View<Reservation> {
        let cancel = || row(context, &text!("key-cancel"), Place::GiveUp);
        let days = || {
            let days = (0..DAYS).filter_map(|later| context.now.date_naive().checked_add_days(Days::new(later)));
            days.map(|day| InlineButton::labelled(day.format("%d.%m").to_string(), Action::Day(day))).collect()
        };
        match self {
            Self::AskingDay => View::say(context.language, &text!("ask-day")).rows(vec![days(), cancel()]),
            Self::AskingTime { day } => {
                let key = |at: DateTime<Utc>| InlineButton::labelled(at.format("%H:%M").to_string(), Action::Time(at));
                let (free, day) = (times(*day, context).map(key).collect::<Vec<_>>(), day.format("%d.%m").to_string());
                match free.is_empty() {
                    true => View::say(context.language, &text!("full", day = day)).rows(vec![days(), cancel()]),
                    false => View::say(context.language, &text!("ask-time", day = day)).rows(vec![free, cancel()]),
                }
            }
            Self::AskingGuests { .. } => {
                let key = |guests: u8| InlineButton::labelled(guests.to_string(), Action::Guests(guests));
                View::say(context.language, &text!("ask-size")).rows(vec![(1..=GUESTS).map(key).collect(), cancel()])
            }
            Self::AskingName { .. } => {
                let answer = |label| vec![ReplyButton { label, contact: false }];
                let cancel = label(context.language, &text!("key-cancel"));
                View::say(context.language, &text!("ask-name"))
                    .answers(vec![answer(context.name.clone()), answer(cancel)])
            }
            Self::AskingPhone { .. } => {
                let answer = |text, contact| vec![ReplyButton { label: label(context.language, &text), contact }];
                let rows = vec![answer(text!("key-phone"), true), answer(text!("key-cancel"), false)];
                View::say(context.language, &text!("ask-phone")).answers(rows)
            }
            Self::Confirming { table: Table { at, guests, name, phone } } => {
                let (at, name, phone) = (day_and_time(*at), name.as_str(), phone.as_str());
                let all = text!("confirm", at = at, guests = i64::from(*guests), name = name, phone = phone);
                View::say(context.language, &all)
                    .rows(vec![row(context, &text!("confirm-yes"), Action::Confirm), cancel()])
            }
            Self::Booked => {
                View::say(context.language, &text!("booked")).rows(vec![row(context, &text!("key-table"), Place::Home)])
            }
        }
    }

    fn deadline(&self, context: &Context) -> Option<DateTime<Utc>> {
        self.asks().then(|| moment::after(context.now, SILENCE))
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}
