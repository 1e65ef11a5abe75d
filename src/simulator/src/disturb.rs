//! Misbehaviour on purpose: calls that fail, come late, or lose their answer; calls that are held; a server that goes
//! away for a while.

mod plan;

use std::time::{Duration, Instant};

use super::refusal::Refusal;

/// What is to happen to the next calls of a method.
#[derive(Debug, Clone)]
pub struct Disturbance {
    /// The method's name, in any case; `*` for any method but `getUpdates`.
    pub method: String,
    /// Only calls for this chat; all calls without one.
    pub person: Option<i64>,
    /// How many calls.
    pub times: u32,
    /// The call waits so long before anything else happens to it.
    pub delay: Duration,
    pub mishap: Fault,
}

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing but the delay.
    None,
    /// It is refused.
    Refused {
        /// `error_code` and HTTP status. teloxide takes ten seconds over any from 500 on.
        code: u16,
        /// The words of the refusal; those that Telegram has for the code if empty.
        description: String,
        /// `parameters.retry_after`, in seconds.
        retry_after: Option<u32>,
    },
    /// It is refused, because the group has become this supergroup.
    Migrated { to: i64 },
    /// The connection is cut before anything has been done.
    CutBefore,
    /// It is carried out, and the connection is cut instead of an answer: the caller cannot know.
    CutAfter,
}

impl Disturbance {
    /// The next call of a method is refused with a code, in Telegram's words for it.
    pub fn refusal(method: &str, person: Option<i64>, code: u16, retry_after: Option<u32>) -> Disturbance {
        let mishap = Fault::Refused { code, description: String::new(), retry_after };
        Disturbance { method: method.to_owned(), person, times: 1, delay: Duration::ZERO, mishap }
    }

    fn fits(&self, method: &str, chat: Option<i64>) -> bool {
        let named = self.method.eq_ignore_ascii_case(method) || (self.method == "*" && method != "getupdates");
        named && (self.person.is_none() || self.person == chat)
    }
}

/// A hold, for its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldId(pub u64);

/// Where a held call waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldPoint {
    /// Before anything has been done.
    Before,
    /// After it has been done, before the answer: a bot that dies here does not know.
    After,
}

/// What becomes of held calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    Proceed,
    /// The connection is cut. Held before the effect, there is none; held after it, only the answer is lost.
    Discard,
}

struct Hold {
    id: HoldId,
    /// In lower case.
    method: String,
    person: Option<i64>,
    point: HoldPoint,
    waiting: usize,
    released: Option<Release>,
}

#[derive(Default)]
pub(crate) struct Disturbances {
    planned: Vec<Disturbance>,
    holds: Vec<Hold>,
    next: u64,
    away: Option<Instant>,
}

impl Disturbances {
    /// What is planned for a call, if anything is: how long it waits, and what goes wrong then.
    pub(crate) fn take(&mut self, method: &str, chat: Option<i64>) -> Option<(Duration, Fault)> {
        let at = self.planned.iter().position(|planned| planned.fits(method, chat))?;
        let planned = &mut self.planned[at];
        planned.times = planned.times.saturating_sub(1);
        let taken = (planned.delay, planned.mishap.clone());
        if planned.times == 0 {
            self.planned.remove(at);
        }
        Some(taken)
    }

    /// Whether the server is away.
    pub(crate) fn is_away(&self) -> bool {
        self.back().is_some()
    }

    /// When a server that is away comes back.
    pub(crate) fn back(&self) -> Option<Instant> {
        self.away.filter(|until| Instant::now() < *until)
    }

    /// The hold that a call runs into.
    fn hold_for(&mut self, method: &str, chat: Option<i64>, point: HoldPoint) -> Option<&mut Hold> {
        self.holds.iter_mut().find(|hold| {
            hold.point == point
                && hold.released.is_none()
                && hold.method == method
                && (hold.person.is_none() || hold.person == chat)
        })
    }
}

/// A planned refusal, in Telegram's words for its code if the plan has none.
pub(crate) fn refusal(code: u16, description: &str, retry_after: Option<u32>) -> Refusal {
    let description = match (description, code) {
        ("", 429) => format!("Too Many Requests: retry after {}", retry_after.unwrap_or(1)),
        ("", 403) => "Forbidden: bot was blocked by the user".to_owned(),
        ("", 401) => "Unauthorized".to_owned(),
        ("", 400) => "Bad Request: chat not found".to_owned(),
        ("", 502) => "Bad Gateway".to_owned(),
        ("", _) => "Internal Server Error".to_owned(),
        (words, _) => words.to_owned(),
    };
    let retry_after = retry_after.or((code == 429).then_some(1));
    Refusal { code, description, retry_after, migrated_to: None, planned: true }
}

/// The refusal of a call for a group that has become a supergroup.
pub(crate) fn migrated(to: i64) -> Refusal {
    let description = "Bad Request: group chat was upgraded to a supergroup chat".to_owned();
    Refusal { code: 400, description, retry_after: None, migrated_to: Some(to), planned: true }
}
