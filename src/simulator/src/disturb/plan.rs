//! How tests plan misbehaviour, and how calls wait in holds.

use std::time::{Duration, Instant};

use super::{Disturbance, Hold, HoldId, HoldPoint, Release};
use crate::{Cell, Happening, Simulator};

/// The server comes back after a year at the latest: far longer than any test, and a time that every clock can show.
const LONGEST_AWAY: Duration = Duration::from_secs(365 * 86_400);

impl Cell {
    /// Waits as long as the call is held.
    pub(crate) async fn pass(&self, method: &str, chat: Option<i64>, point: HoldPoint) -> Release {
        let held = self.with(|bot| {
            let hold = bot.disturbances.hold_for(method, chat, point)?;
            hold.waiting += 1;
            Some(hold.id)
        });
        let Some(id) = held else { return Release::Proceed };
        let mut changes = self.changes();
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
    /// Plans what is to happen to the next calls of a method. Several plans for one method are used up one after another.
    pub fn disturb(&self, token: &str, disturbance: Disturbance) {
        self.cell(token).change(|bot| {
            bot.record(None, Happening::Disturbed(disturbance.clone()));
            bot.disturbances.planned.push(disturbance);
        });
    }

    /// What is planned and has not happened yet: the method, and the person whose chat it is for.
    pub fn planned(&self, token: &str) -> Vec<(String, Option<i64>)> {
        let plan = |planned: &Disturbance| (planned.method.clone(), planned.person);
        self.cell(token).with(|bot| bot.disturbances.planned.iter().map(plan).collect())
    }

    /// Takes back what is planned and has not happened yet.
    pub fn undisturb(&self, token: &str) {
        self.cell(token).change(|bot| bot.disturbances.planned.clear());
    }

    /// Cuts every connection of the bot for a while, held polls too, as if the server were gone.
    pub fn go_away(&self, token: &str, time: Duration) {
        let until = Instant::now().checked_add(time.min(LONGEST_AWAY));
        self.cell(token).change(|bot| bot.disturbances.away = until);
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
