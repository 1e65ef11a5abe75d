//! The world of this crate, and a recorder that watches it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::TimeDelta;
use dialogues::app::Shop;
use dialogues::chat::Chat;
use dialogues::transcript::record::{PersonDeed, RecordedStep, Recording, StepKind, asked_of};
use dialogues::transcript::{Given, Stage, StepResult, Subject, UserAction};
use dialogues::world::World;

#[derive(Default)]
pub(crate) struct Taping {
    world: World,
    /// The one that was there when it began.
    catalogue: Option<String>,
    remind_after: Option<TimeDelta>,
    asks_no_email: bool,
    sends_receipts: bool,
    /// What was made true since the last step.
    givens: Vec<Given>,
    steps: Vec<RecordedStep>,
}

impl Taping {
    /// All that was seen.
    pub(crate) fn into_tape(self, title: &str) -> Recording {
        Recording {
            title: title.to_owned(),
            catalogue: self.catalogue,
            remind_after: self.remind_after,
            asks_email: !self.asks_no_email,
            sends_receipts: self.sends_receipts,
            people: self.world.people().collect(),
            steps: self.steps,
        }
    }

    fn watch(
        &mut self,
        deeds: &[(String, UserAction)],
        act: impl FnOnce(&mut World) -> (StepKind, StepResult),
    ) -> StepResult {
        let (at, shop) = (self.world.now(), self.world.catalogue().clone());
        let owners = self.world.people().filter(|person| person.owner).map(|person| person.name);
        let people: BTreeSet<String> = deeds.iter().map(|(person, _)| person.clone()).chain(owners).collect();
        let kept = |person: String| self.world.kept(&person).map(|kept| (person, kept));
        let before = people.into_iter().filter_map(kept).collect();
        let (moment, happened) = act(&mut self.world);
        let shop = [shop, self.world.catalogue().clone()];
        let givens = std::mem::take(&mut self.givens);
        self.steps.push(RecordedStep { at, shop, givens, before, moment, happened: happened.clone() });
        happened
    }
}

impl Stage<Shop> for Taping {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        match given {
            Given::Catalogue(name) if self.steps.is_empty() => self.catalogue = Some(name.clone()),
            Given::Person(_) | Given::Ordered { .. } | Given::Catalogue(_) | Given::Time(_) => {
                self.givens.push(given.clone());
            }
            Given::NoEmail if self.steps.is_empty() => self.asks_no_email = true,
            Given::NoEmail => self.givens.push(Given::NoEmail),
            Given::Receipts => self.sends_receipts = true,
            Given::Reminders { hours } => self.remind_after = Some(TimeDelta::hours((*hours).into())),
            // The shop shows the rest.
            _ => {}
        }
        self.world.given(given)
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        Ok(self.watch(deeds, |world| {
            let mut happened = StepResult::default();
            let mut one = |(person, deed): &(String, UserAction)| {
                let asked = world.kept(person).and_then(|kept| asked_of(&kept));
                let came = world.perform(&[(person.clone(), deed.clone())]).unwrap();
                happened.observed.extend(came.observed);
                happened.turns.extend(came.turns);
                happened.faults.extend(came.faults);
                PersonDeed { person: person.clone(), deed: deed.clone(), asked }
            };
            let done = deeds.iter().map(&mut one).collect();
            (StepKind::Deeds(done), happened)
        }))
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let happened = self.world.elapse(time)?;
        Ok(match happened.observed.is_empty() {
            true => happened,
            false => self.watch(&[], |_| (StepKind::Waited, happened)),
        })
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        Ok(self.watch(&[], |world| (StepKind::Restarted, world.restart().unwrap())))
    }

    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        Ok(self.watch(&[], |world| (StepKind::Away(time), world.away(time).unwrap())))
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        Ok(self.watch(&[], |world| (StepKind::Redelivered, world.redeliver().unwrap())))
    }

    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String> {
        self.world.disturb(method, person, code, retry_after)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.world.undisturbed()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        self.world.chat(person)
    }

    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        self.world.check(subject)
    }
}
