//! One table for what buttons are written as: the enum, its codes and its arguments.

use chrono::{DateTime, NaiveDate, Utc};

use crate::Arguments;

/// What can be an argument of a code: written without a dot, and read back.
pub trait Argument: Sized {
    fn write(&self) -> String;

    /// `None` where it cannot be read.
    fn read(arguments: &mut Arguments<'_>) -> Option<Self>;
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Argument for $type {
            fn write(&self) -> String {
                self.to_string()
            }

            fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
                arguments.parse()
            }
        })*
    };
}

plain!(bool, u8, u16, u32, u64, i64, NaiveDate);

/// Seconds since 1970.
impl Argument for DateTime<Utc> {
    fn write(&self) -> String {
        self.timestamp().to_string()
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        Self::from_timestamp(arguments.parse()?, 0)
    }
}

/// Defines an enum of codes: `codes! { pub enum Act { Day(day: NaiveDate) = "day", Confirm = "confirm" } }` implements
/// [`crate::Code`]. Where each has an event, as in `Home = "home" => "/start"`, it implements [`crate::Place`], too.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$doc:meta])* $variant:ident $(($argument:ident: $type:ty))? = $code:literal $(=> $event:literal)?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$doc])* $variant $(($type))?),*
        }

        impl $crate::Code for $name {
            fn write(self) -> (&'static str, Vec<String>) {
                match self {
                    $(Self::$variant $(($argument))? =>
                        ($code, vec![$($crate::Argument::write(&$argument))?])),*
                }
            }

            fn read(code: &str, arguments: &mut $crate::Arguments<'_>) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant $(({
                        let $argument: $type = $crate::Argument::read(arguments)?;
                        $argument
                    }))?),)*
                    _ => None,
                }
            }
        }

        $crate::events! { $name { $($variant $(($argument))? $(=> $event)?),* } }
    };
}

/// The part of [`codes!`] that is there for places only.
#[doc(hidden)]
#[macro_export]
macro_rules! events {
    ($name:ident { $($variant:ident $(($argument:ident))? => $event:literal),* }) => {
        impl $crate::Place for $name {
            fn event(self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $event),*
                }
            }
        }
    };
    ($name:ident { $($variant:ident $(($argument:ident))?),* }) => {};
}
