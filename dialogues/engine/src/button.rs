//! Inline buttons, and the `callback_data` they travel in.
//!
//! The data is readable: `17.add-guest.S8r3…`, the serial number of the screen, a code, arguments, apart by dots. The codes
//! are a promise to every message ever sent: a code once used keeps its meaning for ever. Telegram allows 1 to 64 bytes, and
//! does not vouch for them: any client can send any data, so every flow checks what it reads.

use std::fmt::Debug;

use crate::App;

/// What an inline button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callback<A: App> {
    /// Goes somewhere: works for ever, on every message.
    Go(A::Place),
    /// Does something on the screen it belongs to; on an older one only what is safe there: see [`App::older`].
    Action(A::Action),
}

/// What is written into `callback_data`: a code and its arguments.
pub trait Code: Copy + Debug + PartialEq + Eq + Send + Sync + 'static {
    /// All codes, for tests that must know each.
    const CODES: &'static [&'static str];

    /// The code, unique among the application's places and acts, and the arguments; none of them may contain a dot.
    fn write(self) -> (&'static str, Vec<String>);

    /// What a code and its arguments mean; `None` where they cannot be read. An argument that is left over makes the data
    /// unreadable.
    fn read(code: &str, arguments: &mut Arguments<'_>) -> Option<Self>;

    /// The code and its arguments, apart by dots.
    fn to_text(self) -> String {
        let (code, arguments) = self.write();
        std::iter::once(code.to_owned()).chain(arguments).collect::<Vec<_>>().join(".")
    }

    /// What a code and its arguments, apart by dots, mean to their end.
    fn of_text(text: &str) -> Option<Self> {
        let (code, mut arguments) = match text.split_once('.') {
            Some((code, arguments)) => (code, Arguments(Some(arguments))),
            None => (text, Arguments(None)),
        };
        let read = Self::read(code, &mut arguments)?;
        arguments.take().is_none().then_some(read)
    }
}

/// A code that leads somewhere from everywhere.
pub trait Place: Code {
    /// The commands that are registered with Telegram, without the slash, and where they lead, in the order in which its menu
    /// shows them.
    const COMMANDS: &'static [(&'static str, Self)];

    /// The keys of the reply keyboard that lead somewhere, whatever is being asked: the ids of their texts.
    const LABELS: &'static [(&'static [&'static str], Self)];

    /// Where the first key leads whose text's id is the one in question.
    fn keyed(is: impl Fn(&'static str) -> bool) -> Option<Self> {
        Self::LABELS.iter().find(|(labels, _)| labels.iter().any(|label| is(label))).map(|(_, place)| *place)
    }

    /// The name of going there, such as `/help` or `opened table`: for logs and coverage.
    fn event(self) -> &'static str;
}

impl<A: App> Callback<A> {
    /// The button as `callback_data`.
    pub fn encode(self, serial: u32) -> String {
        let text = match self {
            Self::Go(place) => place.to_text(),
            Self::Action(act) => act.to_text(),
        };
        format!("{serial}.{text}")
    }

    /// The serial number and the button out of `callback_data`; `None` for what cannot be read.
    pub fn decode(data: &str) -> Option<(u32, Self)> {
        let (serial, text) = data.split_once('.')?;
        let serial = serial.parse().ok()?;
        let place = A::Place::of_text(text).map(Self::Go);
        let button = place.or_else(|| A::Action::of_text(text).map(Self::Action))?;
        Some((serial, button))
    }
}

/// The arguments of a code, in order.
#[derive(Debug, Clone)]
pub struct Arguments<'a>(Option<&'a str>);

impl<'a> Arguments<'a> {
    /// The next one without taking it.
    pub fn peek(&self) -> Option<&'a str> {
        self.0.map(|left| left.split_once('.').map_or(left, |(next, _)| next))
    }

    /// Takes the next one.
    pub fn take(&mut self) -> Option<&'a str> {
        let left = self.0.take()?;
        let Some((next, left)) = left.split_once('.') else { return Some(left) };
        self.0 = Some(left);
        Some(next)
    }

    /// Takes the next one, read.
    pub fn parse<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.take()?.parse().ok()
    }
}
