//! Disturbances that a test plans: calls that fail, and calls that are held.

use super::refusal::Refusal;
use super::{Cell, Simulator};

/// Calls that are to fail.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The method's name, in any case.
    pub method: String,
    /// Only calls for this chat; all calls without one.
    pub person: Option<i64>,
    /// How many calls fail.
    pub times: u32,
    /// `error_code` and HTTP status. teloxide takes ten seconds over any from 500 on.
    pub code: u16,
    /// The words of the refusal; those that Telegram has for the code if empty.
    pub description: String,
    /// `parameters.retry_after`, in seconds.
    pub retry_after: Option<u32>,
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
    /// The call is dropped without its effect, as if it had never arrived. Held after the effect, only the answer is lost.
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
    failures: Vec<Failure>,
    holds: Vec<Hold>,
    next: u64,
}

impl Disturbances {
    /// The refusal that is planned for a call, if one is.
    pub(crate) fn take_failure(&mut self, method: &str, chat: Option<i64>) -> Option<Refusal> {
        let fits = |failure: &Failure| {
            failure.method.eq_ignore_ascii_case(method) && (failure.person.is_none() || failure.person == chat)
        };
        let at = self.failures.iter().position(fits)?;
        let failure = &mut self.failures[at];
        failure.times = failure.times.saturating_sub(1);
        let description = match (failure.description.as_str(), failure.code) {
            ("", 429) => {
                format!("Too Many Requests: retry after {}", failure.retry_after.unwrap_or(1))
            }
            ("", 403) => "Forbidden: bot was blocked by the user".to_owned(),
            ("", 401) => "Unauthorized".to_owned(),
            ("", 400) => "Bad Request: chat not found".to_owned(),
            ("", 502) => "Bad Gateway".to_owned(),
            ("", _) => "Internal Server Error".to_owned(),
            (words, _) => words.to_owned(),
        };
        let retry_after = failure.retry_after.or((failure.code == 429).then_some(1));
        let refusal = Refusal { code: failure.code, description, retry_after, planned: true };
        if failure.times == 0 {
            self.failures.remove(at);
        }
        Some(refusal)
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

impl Cell {
    /// Waits as long as the call is held.
    pub(crate) async fn pass(&self, method: &str, chat: Option<i64>, point: HoldPoint) -> Release {
        let mut changes = self.changes();
        let held = self.with(|bot| {
            let hold = bot.disturbances.hold_for(method, chat, point)?;
            hold.waiting += 1;
            Some(hold.id)
        });
        let Some(id) = held else { return Release::Proceed };
        self.wake();
        loop {
            let released = self.with(|bot| match bot.disturbances.holds.iter().find(|hold| hold.id == id) {
                Some(hold) => hold.released,
                None => Some(Release::Proceed),
            });
            if let Some(release) = released {
                return release;
            }
            if changes.changed().await.is_err() {
                return Release::Proceed;
            }
        }
    }
}

impl Simulator {
    /// Plans refusals for the next calls of a method. Several plans for one method are used up one after another.
    pub fn fail_next(&self, token: &str, failure: Failure) {
        self.cell(token).change(|bot| bot.disturbances.failures.push(failure));
    }

    /// Holds all calls of a method, for one chat or for all, until they are released.
    pub fn hold(&self, token: &str, method: &str, person: Option<i64>, point: HoldPoint) -> HoldId {
        self.cell(token).change(|bot| {
            bot.disturbances.next += 1;
            let (id, method) = (HoldId(bot.disturbances.next), method.to_ascii_lowercase());
            bot.disturbances.holds.push(Hold { id, method, person, point, waiting: 0, released: None });
            id
        })
    }

    /// How many calls have run into the hold; wait for it with [`Simulator::wait_until`].
    pub fn held(&self, token: &str, hold: HoldId) -> usize {
        self.cell(token).with(|bot| {
            let found = bot.disturbances.holds.iter().find(|known| known.id == hold);
            found.map_or(0, |hold| hold.waiting)
        })
    }

    /// Ends a hold. Calls that come later are not held by it.
    pub fn release(&self, token: &str, hold: HoldId, release: Release) {
        self.cell(token).change(|bot| {
            if let Some(hold) = bot.disturbances.holds.iter_mut().find(|known| known.id == hold) {
                hold.released = Some(release);
            }
        });
    }
}
