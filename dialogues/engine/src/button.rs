//! Inline buttons, and the `callback_data` they travel in.
//!
//! The data is readable: `17.add-guest.S8r3…`, the serial number of the screen, a code, arguments, apart by dots. The codes
//! are a promise to every message ever sent: a code once used keeps its meaning for ever. Telegram allows 1 to 64 bytes, and
//! does not vouch for them: any client can send any data, so every flow checks what it reads.

use std::fmt::Debug;

use crate::App;

/// What an inline button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button<A: App> {
    /// Goes somewhere: works for ever, on every message.
    Go(A::Place),
    /// Does something on the screen it belongs to; on an older one only what is safe there: see [`App::older`].
    Act(A::Act),
}

/// What is written into `callback_data`: a code and its arguments.
pub trait Code: Copy + Debug + PartialEq + Eq + Send + Sync + 'static {
    /// The code, unique among the application's places and acts, and the arguments; none of them may contain a dot.
    fn write(self) -> (&'static str, Vec<String>);

    /// What a code and its arguments mean; `None` where they cannot be read. An argument that is left over makes the data
    /// unreadable.
    fn read(code: &str, arguments: &mut Arguments<'_>) -> Option<Self>;
}

/// A code that leads somewhere from everywhere.
pub trait Place: Code {
    /// The name of going there, such as `/help` or `opened table`: for logs and coverage.
    fn event(self) -> &'static str;
}

impl<A: App> Button<A> {
    /// The button as `callback_data`.
    pub fn encode(self, serial: u32) -> String {
        let (code, arguments) = match self {
            Self::Go(place) => place.write(),
            Self::Act(act) => act.write(),
        };
        let mut data = format!("{serial}.{code}");
        for argument in arguments {
            data.push('.');
            data.push_str(&argument);
        }
        data
    }

    /// The serial number and the button out of `callback_data`; `None` for what cannot be read.
    pub fn decode(data: &str) -> Option<(u32, Self)> {
        let mut parts = data.split('.');
        let serial = parts.next()?.parse().ok()?;
        let code = parts.next()?;
        let mut arguments = Arguments(parts);
        let place = A::Place::read(code, &mut arguments).map(Self::Go);
        let button = place.or_else(|| A::Act::read(code, &mut arguments).map(Self::Act))?;
        arguments.0.next().is_none().then_some((serial, button))
    }
}

/// The arguments of a code, in order.
#[derive(Debug, Clone)]
pub struct Arguments<'a>(std::str::Split<'a, char>);

impl<'a> Arguments<'a> {
    /// The next one without taking it.
    pub fn peek(&self) -> Option<&'a str> {
        self.0.clone().next()
    }

    /// Takes the next one.
    pub fn take(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    /// Takes the next one, read.
    pub fn parse<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.take()?.parse().ok()
    }
}
