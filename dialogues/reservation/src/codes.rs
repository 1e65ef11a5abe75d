//! What buttons are written as. A code once used keeps its meaning for ever.

use chrono::{DateTime, NaiveDate, Utc};
use engine::codes;

use crate::{Language, Reservation};

codes! {
    /// Where buttons and commands lead.
    pub enum Place of Reservation {
        Home = "home" command "start" label "key-table" => "/start",
        Book = "book" command "book" => "/book",
        /// Give up what is being asked.
        GiveUp = "give-up" command "cancel" label "key-cancel" => "/cancel",
        Speak(language: Language) = "speak" => "spoke",
    }
}

codes! {
    /// What a button does on its screen.
    pub enum Action of Reservation {
        Day(day: NaiveDate) = "day",
        Time(at: DateTime<Utc>) = "time",
        Guests(guests: u8) = "guests",
        Confirm = "confirm",
        Release = "release",
        ReleaseForSure = "release-sure",
    }
}
