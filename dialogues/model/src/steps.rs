//! Which steps there are in a state.

use engine::protocol::Lane;

use crate::config::{Fault, ShownFirst};
use crate::driver::Outcome;
use crate::model::{Model, Step};
use crate::world::{Job, Place, Receipt, Reply, Stage, Up, Update, World};

impl Model {
    /// Whether Telegram delivers this one next in its queue.
    fn is_next(&self, world: &World, u: u8) -> bool {
        let (c, deed) = self.deeds[usize::from(u)];
        let earlier = self.updates_of(c).filter(|v| *v < u && self.deeds[usize::from(*v)].1.line() == deed.line());
        earlier.into_iter().all(|v| world.updates[usize::from(v)].place == Place::Acknowledged)
    }

    /// The steps that the world takes by itself, sooner or later, if nothing goes wrong.
    pub fn progress(&self, world: &World, steps: &mut Vec<Step>) {
        let mut ahead = vec![false; self.customers()];
        for (u, update) in world.updates.iter().enumerate() {
            let (u, c) = (u as u8, self.customer_of(u as u8));
            match update.place {
                Place::Ahead if !ahead[c] => {
                    ahead[c] = true;
                    if self.input(world, u).is_some() {
                        steps.push(Step::Send { u });
                    }
                }
                Place::Waiting if self.is_next(world, u) => {
                    let serving = world.processes.iter().enumerate();
                    let serving = serving.filter(|(p, process)| process.up == Up::Awake && self.may_act(world, *p));
                    steps.extend(serving.map(|(p, _)| Step::Deliver { u, p: p as u8 }));
                }
                Place::Out { process } if world.processes[usize::from(process)].up == Up::Asleep => {
                    steps.push(Step::HangUp { u });
                }
                Place::Ahead | Place::Waiting | Place::Out { .. } | Place::Acknowledged => {}
            }
        }
        for p in 0..world.processes.len() {
            self.progress_of(world, p, steps);
        }
        if !world.limbo.is_empty() {
            steps.push(Step::Limbo { lands: false });
        }
    }

    fn progress_of(&self, world: &World, at: usize, steps: &mut Vec<Step>) {
        let (p, process) = (at as u8, &world.processes[at]);
        match process.up {
            Up::Down => return steps.push(Step::Restart { p }),
            Up::Asleep => return steps.push(Step::Wake { p }),
            Up::Awake => {}
        }
        for at in 0..self.customers() {
            let c = at as u8;
            match process.tasks[at].as_ref().map(|task| &task.stage) {
                Some(Stage::Sent(_) | Stage::StockTaken(_)) => {
                    steps.push(Step::Arrive { p, c, outcome: Outcome::Heard });
                }
                Some(Stage::Ask(_) | Stage::Read(_) | Stage::Projecting(..)) => steps.push(Step::Work { p, c }),
                None => {}
            }
            // The answer to a call leaves before the next message of its customer has appeared.
            let answers = process.answers.iter().any(|(receipt, _)| self.customer_of(receipt.update) == at);
            if process.showing[at].is_some() && !answers {
                steps.push(Step::Show { p, c });
            }
            let is_marking = process.marking >> c & 1 == 1;
            if is_marking {
                steps.push(Step::Marked { p, c });
            } else if process.settled >> c & 1 == 1 {
                steps.push(Step::Clear { p, c });
            }
            if self.is_orphaned(world, usize::from(p), at) {
                steps.push(Step::TakeOver { p, c });
            }
        }
        if !process.answers.is_empty() {
            steps.push(Step::Answer { p });
        }
        if self.may_lead(world, usize::from(p)) {
            steps.push(Step::Lead { p });
        }
    }

    /// Whether the process would take this customer's mark over.
    fn is_orphaned(&self, world: &World, p: usize, c: usize) -> bool {
        let owed = world.store.dialogues[c].as_ref().and_then(|document| document.owed);
        let Some(by) = owed.filter(|by| *by != world.processes[p].epoch) else { return false };
        if !self.may_act(world, p) || self.config.fault == Some(Fault::NothingTakenOver) {
            return false;
        }
        let process = &world.processes[p];
        let waits = process.lanes[c].waiting().iter().any(|waiting| waiting.owed);
        if waits || process.tasks[c].as_ref().is_some_and(|task| task.job == Job::Debts) {
            return false;
        }
        // Without a lease a mark expires when its process does not renew it.
        !self.without_lease() || !world.processes.iter().any(|other| other.epoch == by && other.up == Up::Awake)
    }

    fn may_lead(&self, world: &World, p: usize) -> bool {
        let holder = &world.processes[usize::from(world.store.holder)];
        !self.without_lease() && !world.processes[p].active && (holder.up != Up::Awake || !holder.active)
    }

    /// What may go wrong, and what need not happen.
    pub(crate) fn trouble(&self, world: &World, steps: &mut Vec<Step>) {
        let left = world.left;
        for (at, process) in world.processes.iter().enumerate() {
            let p = at as u8;
            if process.up != Up::Down && left.crashes > 0 {
                steps.push(Step::Crash { p });
            }
            for (at, task) in process.tasks.iter().enumerate() {
                let Some(Stage::Sent(_) | Stage::StockTaken(_)) = task.as_ref().map(|task| &task.stage) else {
                    continue;
                };
                let mut arrives = |outcome| steps.push(Step::Arrive { p, c: at as u8, outcome });
                if process.up == Up::Asleep {
                    arrives(Outcome::Heard);
                    continue;
                }
                if left.lost_answers > 0 {
                    arrives(Outcome::Lost);
                }
                if left.outages > 0 {
                    arrives(Outcome::Never);
                }
                if left.failures > 0 {
                    arrives(Outcome::Refused);
                    arrives(Outcome::Panicked);
                }
            }
            if process.up != Up::Awake {
                continue;
            }
            if left.pauses > 0 {
                steps.push(Step::Pause { p });
            }
            if left.lapses > 0 && process.active {
                steps.push(Step::Lapse { p });
            }
            if process.shelf != world.store.shelf {
                steps.push(Step::Refresh { p });
            }
            if process.active && self.may_settle(world, at) {
                steps.push(Step::Renew { p });
            }
            let late = |(c, lane): &(usize, &Lane<Job, Reply, Receipt>)| {
                !lane.receipts().is_empty() && (process.marking | process.settled) >> c & 1 == 0
            };
            if left.delays > 0 && self.may_act(world, at) {
                let lanes = process.lanes.iter().enumerate().filter(late);
                steps.extend(lanes.map(|(c, _)| Step::Mark { p, c: c as u8 }));
            }
        }
        if left.repeats > 0 {
            let out = |(_, update): &(usize, &Update)| matches!(update.place, Place::Out { process } if world.processes[usize::from(process)].up == Up::Awake);
            steps.extend(world.updates.iter().enumerate().filter(out).map(|(u, _)| Step::HangUp { u: u as u8 }));
        }
        if !world.limbo.is_empty() {
            steps.push(Step::Limbo { lands: true });
        }
        if left.rises > 0 {
            steps.push(Step::Rise);
        }
        if left.deletions > 0 {
            steps.push(Step::Delete);
        }
    }

    fn may_settle(&self, world: &World, p: usize) -> bool {
        self.config.shown_first == ShownFirst::Unsettled
            && world.store.dialogues.iter().flatten().any(|document| {
                document.replies.iter().any(|kept| !kept.settled && self.settles(world, p, document, kept))
            })
    }
}
