//! The tape: what happened, from the simulator's history and the bot's records, for `dialogues::transcript::record`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::chat::{BotAction, Observed};
use dialogues::machine::Effect;
use dialogues::shop::{Catalogue, Language, Order, OrderNumber};
use dialogues::snapshot::Snapshot;
use dialogues::transcript::StepResult;
use dialogues::transcript::record::{Participant, PersonDeed, RecordedStep, Recording, StepKind, asked_of};
use shell::record::Span;

use crate::bot::desk::TurnRecord;
use crate::simulator::{Fault, Happening, Person, Recorded, Simulator};
use crate::store::{LoadedCustomer, Store, StoreError};

/// So many turns are kept; older ones cannot be recorded any more.
const KEPT: usize = 2_000;
/// Orders that are read of each person.
const MOST_ORDERS: u32 = 100;

/// Remembers what was kept of everybody, turn by turn.
pub(super) struct Recorder {
    /// What `Given the catalogue …` calls the shop's goods.
    catalogue: String,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Of those who had been here before the recorder was.
    at_first: BTreeMap<i64, Snapshot>,
    owners: Vec<i64>,
    /// After how long a silence the shop reminds of carts, if it does.
    remind_after: Option<TimeDelta>,
    asks_email: bool,
    sends_receipts: bool,
    /// By the update that each turn answered.
    turns: BTreeMap<i64, KeptTurn>,
    /// Where in the history recording has begun, if it has.
    recording: Option<usize>,
}

struct KeptTurn {
    chat: i64,
    /// Whether an order was placed, of which owners are told.
    sold: bool,
    committed: DateTime<Utc>,
    /// When its last message was shown.
    ended: DateTime<Utc>,
    before: Snapshot,
    after: Snapshot,
    shop: [Arc<Catalogue>; 2],
}

impl Recorder {
    pub(super) async fn start(
        simulator: &Simulator,
        token: &str,
        store: &Store,
        catalogue: &str,
    ) -> Result<Recorder, StoreError> {
        let mut kept = Kept::default();
        for person in simulator.people(token) {
            kept.at_first.insert(person.id, snapshot(store, person.id).await?);
        }
        Ok(Recorder { catalogue: catalogue.to_owned(), kept: Mutex::new(kept) })
    }

    /// Takes note of a turn that has just ended.
    pub(super) async fn note(&self, store: &Store, record: &TurnRecord) -> Result<(), StoreError> {
        let update = record.update;
        let after = snapshot(store, record.chat).await?;
        let sold = record.effects.iter().any(|effect| matches!(effect, Effect::PlaceOrder(_)));
        // The feed hears of the sold stock a moment later; the store knows.
        let left = if sold { Arc::new(store.catalogue().await?) } else { Arc::clone(&record.scene.context.catalogue) };
        let end = |step: Option<&Span>| {
            let passed = step.map_or(Duration::ZERO, |step| step.start + step.took);
            record.at + TimeDelta::from_std(passed).unwrap_or_default()
        };
        let committed = end(record.steps.iter().find(|step| step.name == "commit"));
        let ended = end(record.steps.last());
        let shop = [Arc::clone(&record.scene.context.catalogue), left];
        // The turn's own order is none of those before it.
        let own = |number: OrderNumber| {
            record.effects.iter().any(|effect| matches!(effect, Effect::PlaceOrder(order) if order.number == number))
        };
        let earlier = after.orders.iter().filter(|order| !own(order.number)).cloned().collect();
        let before = with_orders(record.before.clone(), earlier);
        let turn = KeptTurn { chat: record.chat, sold, committed, ended, before, after, shop };
        let mut kept = self.lock();
        kept.remind_after = record.scene.context.settings.remind_after;
        kept.asks_email = record.scene.context.settings.asks_email;
        kept.sends_receipts = record.scene.context.settings.sends_receipts;
        kept.turns.insert(update, turn);
        while kept.turns.len() > KEPT {
            let Some((_, oldest)) = kept.turns.pop_first() else { break };
            // Whoever acts after that had this before.
            kept.at_first.insert(oldest.chat, oldest.after);
        }
        Ok(())
    }

    /// Says who is told about orders.
    pub(super) fn set_owners(&self, owners: Vec<i64>) {
        self.lock().owners = owners;
    }

    /// Where in the history recording has begun, if it has.
    pub(super) fn recording(&self) -> Option<usize> {
        self.lock().recording
    }

    /// Begins or ends recording; where it had begun.
    pub(super) fn record(&self, from: Option<usize>) -> Option<usize> {
        std::mem::replace(&mut self.lock().recording, from)
    }

    /// Whether the newest thing that was done has been answered, as far as it became an update.
    pub(super) fn has_noted(&self, simulator: &Simulator, token: &str) -> bool {
        let newest = simulator.newest_update(token);
        newest.is_none_or(|update| self.lock().turns.contains_key(&update))
    }

    /// What is kept from a position of the history on, as a tape, and where in the history each of its steps began.
    pub(super) fn tape(&self, simulator: &Simulator, token: &str, from: usize) -> (Recording, Vec<usize>) {
        let kept = self.lock();
        let people = simulator.people(token);
        let names = names(&people);
        let (oldest, history) = simulator.history(token, from);
        let taping = Taping { kept: &kept, history: &history, names: &names, owners: &kept.owners, simulator, token };
        let taped = |step: Range<usize>| {
            let at = oldest + step.start;
            taping.taped(step).into_iter().map(move |taped| (at, taped))
        };
        let (positions, steps) = steps(&history, &kept).into_iter().flat_map(taped).unzip();
        let people = people.into_iter().map(|person| somebody(person, &names, &kept.owners)).collect();
        let title = format!("Recorded on {}", Utc::now().format("%Y-%m-%d"));
        let recording = Recording {
            title,
            catalogue: Some(self.catalogue.clone()),
            remind_after: kept.remind_after,
            asks_email: kept.asks_email,
            sends_receipts: kept.sends_receipts,
            people,
            steps,
        };
        (recording, positions)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn somebody(person: Person, names: &BTreeMap<i64, String>, owners: &[i64]) -> Participant {
    Participant {
        name: names.get(&person.id).cloned().unwrap_or_default(),
        owner: owners.contains(&person.id),
        language: Language::guess(person.language_code.as_deref()),
        first_name: person.first_name,
        nickname: person.username,
    }
}

/// All that the store keeps of somebody.
async fn snapshot(store: &Store, chat: i64) -> Result<Snapshot, StoreError> {
    let loaded = store.load(chat).await?;
    let orders = store.orders_of(chat, MOST_ORDERS).await?;
    Ok(with_orders(loaded, orders))
}

fn with_orders(loaded: LoadedCustomer, orders: Vec<Order>) -> Snapshot {
    Snapshot { orders: Arc::new(orders), ..loaded.snapshot }
}

/// A name for everybody that nobody else has.
fn names(people: &[Person]) -> BTreeMap<i64, String> {
    let mut names: BTreeMap<i64, String> = BTreeMap::new();
    for person in people {
        let taken = |name: &String| names.values().any(|known| known == name);
        let mut numbered = (2..).map(|number| format!("{} {number}", person.first_name));
        let free = std::iter::once(person.first_name.clone()).chain(&mut numbered).find(|name| !taken(name));
        names.insert(person.id, free.unwrap_or_default());
    }
    names
}

/// The history cut into steps: what was done before the bot had answered what came before belongs to one step.
fn steps(history: &[Recorded], kept: &Kept) -> Vec<Range<usize>> {
    let mut steps: Vec<Range<usize>> = Vec::new();
    let mut busy_until: Option<DateTime<Utc>> = None;
    for (at, recorded) in history.iter().enumerate() {
        let did = matches!(recorded.happening, Happening::Did { .. });
        let ended = recorded.update.and_then(|update| kept.turns.get(&update)).map(|turn| turn.ended);
        match steps.last_mut() {
            Some(step) if did && busy_until.is_some_and(|until| recorded.when < until) => step.end = at + 1,
            _ => steps.push(at..at + 1),
        }
        busy_until = if did { busy_until.max(ended) } else { None };
    }
    steps
}

/// What goes into the steps.
struct Taping<'a> {
    kept: &'a Kept,
    history: &'a [Recorded],
    names: &'a BTreeMap<i64, String>,
    owners: &'a [i64],
    simulator: &'a Simulator,
    token: &'a str,
}

impl Taping<'_> {
    /// A step. A race of several people becomes one step for each of them, in the order in which they were committed:
    /// played once more as a race, it might end in another way.
    fn taped(&self, step: Range<usize>) -> Vec<RecordedStep> {
        let mut done: Vec<&Recorded> = self.history[step.clone()].iter().collect();
        done.sort_by_key(|recorded| self.turn_of(recorded).map_or(recorded.when, |turn| turn.committed));
        let mut people: Vec<i64> = done.iter().filter_map(|recorded| person_of(recorded)).collect();
        let mut met = BTreeSet::new();
        people.retain(|person| met.insert(*person));
        if people.len() < 2 {
            return self.part(step, &done, |_| true).into_iter().collect();
        }
        let sells = |person: &i64| {
            let turns = done.iter().filter_map(|recorded| self.turn_of(recorded));
            turns.filter(|turn| turn.chat == *person).any(|turn| turn.sold)
        };
        // What was shown to anybody else is told where an order was placed.
        let teller = people.iter().copied().find(|person| sells(person)).or(people.last().copied());
        let part = |person: i64| {
            let own: Vec<&Recorded> =
                done.iter().copied().filter(|recorded| person_of(recorded) == Some(person)).collect();
            let others = people.clone();
            self.part(step.clone(), &own, move |chat| {
                chat == person || (teller == Some(person) && !others.contains(&chat))
            })
        };
        people.iter().filter_map(|person| part(*person)).collect()
    }

    fn turn_of(&self, recorded: &Recorded) -> Option<&KeptTurn> {
        recorded.update.and_then(|update| self.kept.turns.get(&update))
    }

    /// What was done in a step and what was shown of it in some chats; `None` for what a transcript has no words for.
    fn part(&self, step: Range<usize>, done: &[&Recorded], shown: impl Fn(i64) -> bool) -> Option<RecordedStep> {
        let first = self.history.get(step.start)?;
        let until = self.history.get(step.end).map_or(usize::MAX, |next| next.journal);
        let did = matches!(first.happening, Happening::Did { .. });
        let turns: Vec<&KeptTurn> = done.iter().filter(|_| did).filter_map(|done| self.turn_of(done)).collect();
        let updates: Vec<i64> = done.iter().filter_map(|recorded| recorded.update).collect();
        let mut before: Vec<(String, Snapshot)> = Vec::new();
        let acting = done
            .iter()
            .filter_map(|recorded| person_of(recorded).map(|person| (person, recorded.update.unwrap_or_default())));
        let began = updates.first().copied().unwrap_or(i64::MAX);
        // Owners are told of orders, so that what was kept of them matters, too.
        for (person, update) in acting.chain(self.owners.iter().map(|owner| (*owner, began))) {
            let name = self.name(person);
            if before.iter().all(|(known, _)| *known != name) {
                before.push((name, self.before(person, update)));
            }
        }
        let moment = self.moment(done)?;
        let shop = match (turns.first(), turns.last()) {
            (Some(first), Some(last)) => [Arc::clone(&first.shop[0]), Arc::clone(&last.shop[1])],
            // Where nothing was played, the shop is as it was left.
            _ => {
                let earlier = self.history[..step.start].iter().rev();
                let near = earlier.filter(|earlier| matches!(earlier.happening, Happening::Did { .. }));
                let near = near.filter_map(|earlier| self.turn_of(earlier)).next();
                let near = near.or_else(|| self.kept.turns.values().next()).map(|turn| &turn.shop[1])?;
                [Arc::clone(near), Arc::clone(near)]
            }
        };
        let happened = self.happened(first.journal, until, done, shown);
        Some(RecordedStep { at: first.at, shop, givens: Vec::new(), before, moment, happened })
    }

    fn moment(&self, done: &[&Recorded]) -> Option<StepKind> {
        let first = done.first()?;
        match &first.happening {
            Happening::Redelivered => Some(StepKind::Redelivered),
            Happening::Disturbed(disturbance) => match &disturbance.mishap {
                Fault::Refused { code, retry_after, .. } => Some(StepKind::Disturbed {
                    method: disturbance.method.clone(),
                    person: self.name(disturbance.person?),
                    code: *code,
                    retry_after: *retry_after,
                }),
                _ => None,
            },
            Happening::Did { .. } => {
                let deed = |recorded: &&Recorded| match &recorded.happening {
                    Happening::Did { person, deed } => {
                        // Of several quick answers, each may be to another question.
                        let asked = asked_of(&self.before(*person, recorded.update.unwrap_or_default()));
                        Some(PersonDeed { person: self.name(*person), deed: deed.clone(), asked })
                    }
                    _ => None,
                };
                Some(StepKind::Deeds(done.iter().filter_map(deed).collect()))
            }
        }
    }

    /// What was kept of somebody before an update: what its turn found, if it was theirs.
    fn before(&self, person: i64, update: i64) -> Snapshot {
        if let Some(turn) = self.kept.turns.get(&update).filter(|turn| turn.chat == person) {
            return turn.before.clone();
        }
        let earlier = self.kept.turns.range(..update).rev().find(|(_, turn)| turn.chat == person);
        let known = earlier.map(|(_, turn)| &turn.after).or_else(|| self.kept.at_first.get(&person));
        known.cloned().unwrap_or_default()
    }

    /// What the bot did since a position of the journal, in everybody's chat.
    fn happened(&self, from: usize, until: usize, done: &[&Recorded], shown: impl Fn(i64) -> bool) -> StepResult {
        let last = done.iter().rev().find_map(|recorded| person_of(recorded));
        // In a group, the answer is seen by whoever spoke.
        let whose = |chat: i64| if chat < 0 { last.unwrap_or(chat) } else { chat };
        let acts = self.simulator.journal_between(self.token, from, until).into_iter();
        let acts = acts.map(|(chat, act)| (whose(chat), act)).filter(|(chat, _)| shown(*chat));
        let observed = acts.map(|(chat, act): (i64, BotAction)| Observed { person: self.name(chat), act }).collect();
        StepResult { observed, ..StepResult::default() }
    }

    fn name(&self, person: i64) -> String {
        self.names.get(&person).cloned().unwrap_or_else(|| format!("Person {person}"))
    }
}

/// Who did it, if a person did.
fn person_of(recorded: &Recorded) -> Option<i64> {
    match recorded.happening {
        Happening::Did { person, .. } => Some(person),
        _ => None,
    }
}
