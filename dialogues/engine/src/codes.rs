//! One table for what buttons are written as: the enum, its codes, their arguments, and for places commands and events.

use chrono::{DateTime, NaiveDate, Utc};

use crate::Arguments;
use crate::texts::Locale;

/// What can be an argument of a code: written as parts without a dot, and read back.
pub trait Argument: Sized {
    /// What an `Option` of it is written as where there is none: a dash. `None`: nothing is written, which can be read back
    /// only where nothing follows; that is also how a code gets an argument that it had not when it was first sent.
    const ABSENT: Option<&'static str> = Some("-");

    fn write(&self) -> Vec<String>;

    /// `None` where it cannot be read.
    fn read(arguments: &mut Arguments<'_>) -> Option<Self>;
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Argument for $type {
            fn write(&self) -> Vec<String> {
                vec![self.to_string()]
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
    fn write(&self) -> Vec<String> {
        vec![self.timestamp().to_string()]
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        Self::from_timestamp(arguments.parse()?, 0)
    }
}

/// A language is written as its tag.
impl<L: Locale> Argument for L {
    fn write(&self) -> Vec<String> {
        vec![self.tag().to_owned()]
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        let tag = arguments.take()?;
        L::sentences().languages().find(|language| language.tag() == tag)
    }
}

impl<T: Argument> Argument for Option<T> {
    fn write(&self) -> Vec<String> {
        match self {
            Some(value) => value.write(),
            None => T::ABSENT.map(str::to_owned).into_iter().collect(),
        }
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        if arguments.peek() != T::ABSENT {
            return T::read(arguments).map(Some);
        }
        arguments.take();
        Some(None)
    }
}

/// Defines an enum of codes, one line each: `codes! { pub enum Action { Day(day: NaiveDate) = "day", Confirm = "confirm" } }`
/// implements [`crate::Code`]. Arguments are written in the order of the line, and have names in parentheses, too.
///
/// `enum Action of Hotel` also turns it into [`crate::Callback`]s of that application.
///
/// Where each line ends with an event, as in `Home = "home" => "/start"`, it implements [`crate::Place`]. The event is an
/// expression that may look at the arguments. Between code and event a line may have the command that leads there, the label
/// of the key that does, too, and the arguments of both, if any:
/// `Page { skip: u16 } = "page" command "pages" label "key-pages" { skip: 0 } => "/pages"`. The lines with commands stand in
/// the order in which Telegram's menu shows them.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident $(of $app:ident)? {
        $($(#[$doc:meta])* $variant:ident
            $(($($place:ident: $placed:ty),+))? $({ $($field:ident: $type:ty),+ })?
            = $code:literal
            $(command $command:literal $(label $label:literal)? $({ $($fixed:tt)* })?)?
            $(=> $event:expr)?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$doc])* $variant $(($($placed),+))? $({ $($field: $type),+ })?),*
        }

        impl $crate::Code for $name {
            const CODES: &'static [&'static str] = &[$($code),*];

            fn write(self) -> (&'static str, Vec<String>) {
                match self {
                    $(Self::$variant $(($($place),+))? $({ $($field),+ })? => {
                        let arguments: [Vec<String>; _] = [
                            $($($crate::Argument::write(&$place)),+)? $($($crate::Argument::write(&$field)),+)?
                        ];
                        ($code, arguments.into_iter().flatten().collect())
                    })*
                }
            }

            fn read(code: &str, arguments: &mut $crate::Arguments<'_>) -> Option<Self> {
                match code {
                    $($code => {
                        $($(let $place: $placed = $crate::Argument::read(arguments)?;)+)?
                        $($(let $field: $type = $crate::Argument::read(arguments)?;)+)?
                        Some(Self::$variant $(($($place),+))? $({ $($field),+ })?)
                    })*
                    _ => None,
                }
            }
        }

        $crate::places! { $name $(of $app)? { $(
            $variant $(($($place),+))? $({ $($field),+ })?
                $(command $command $(label $label)? $({ $($fixed)* })?)? $(=> $event)?
        ),* } }
    };
}

/// The part of [`codes!`] that is there for places only.
#[doc(hidden)]
#[macro_export]
macro_rules! places {
    ($name:ident $(of $app:ident)? { $(
        $variant:ident $(($($place:ident),+))? $({ $($field:ident),+ })?
            $(command $command:literal $(label $label:literal)? $({ $($fixed:tt)* })?)? => $event:expr
    ),* }) => {
        $(impl From<$name> for $crate::Callback<$app> {
            fn from(place: $name) -> Self {
                Self::Go(place)
            }
        })?

        impl $crate::Place for $name {
            const COMMANDS: &'static [(&'static str, Self)] =
                &[$($(($command, Self::$variant $({ $($fixed)* })?),)?)*];
            const LABELS: &'static [(&'static [&'static str], Self)] =
                &[$($((&[$($label)?], Self::$variant $({ $($fixed)* })?),)?)*];

            fn event(self) -> &'static str {
                match self {
                    $(Self::$variant $(($($place),+))? $({ $($field),+ })? => {
                        // Most events look at no argument.
                        $($(let _ = $place;)+)? $($(let _ = $field;)+)?
                        $event
                    })*
                }
            }
        }
    };
    ($name:ident $(of $app:ident)? {
        $($variant:ident $(($($place:ident),+))? $({ $($field:ident),+ })?),*
    }) => {
        $(impl From<$name> for $crate::Callback<$app> {
            fn from(act: $name) -> Self {
                Self::Action(act)
            }
        })?
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Place};

    codes! {
        enum Shelf {
            Home = "home" command "start" => "/start",
            Page { room: Option<u8>, skip: u16 } = "page" command "pages" label "key-pages" { room: None, skip: 0 } => {
                if skip == 0 { "/pages" } else { "turned a page" }
            },
            Book(number: u32, mark: Option<Mark>) = "book" => "opened book",
        }
    }

    /// A page and a line.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Mark(u8, u8);

    impl Argument for Mark {
        const ABSENT: Option<&'static str> = None;

        fn write(&self) -> Vec<String> {
            [self.0.write(), self.1.write()].concat()
        }

        fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
            Some(Self(arguments.parse()?, arguments.parse()?))
        }
    }

    #[test]
    fn a_line_is_written_and_read() {
        for (place, text) in [
            (Shelf::Home, "home"),
            (Shelf::Page { room: Some(3), skip: 24 }, "page.3.24"),
            (Shelf::Page { room: None, skip: 0 }, "page.-.0"),
            (Shelf::Book(7, Some(Mark(1, 2))), "book.7.1.2"),
            (Shelf::Book(7, None), "book.7"),
        ] {
            assert_eq!((place.to_text().as_str(), Shelf::of_text(text)), (text, Some(place)));
        }
        for wrong in
            ["", "page", "page.-", "page.3", "page.3.24.1", "page.x.0", "book", "book.7.1", "book.7.-", "shelf"]
        {
            assert_eq!(Shelf::of_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_line_has_its_command_its_label_and_its_event() {
        assert_eq!(Shelf::COMMANDS, [("start", Shelf::Home), ("pages", Shelf::Page { room: None, skip: 0 })]);
        let keyed = ["key-pages", "key-home"].map(|id| Shelf::keyed(|label| label == id));
        assert_eq!(keyed, [Some(Shelf::Page { room: None, skip: 0 }), None]);
        let events = [Shelf::Home, Shelf::Page { room: None, skip: 1 }, Shelf::Book(1, None)].map(Place::event);
        assert_eq!(events, ["/start", "turned a page", "opened book"]);
        assert!(Shelf::COMMANDS.iter().all(|(command, place)| place.event() == format!("/{command}")));
    }
}
