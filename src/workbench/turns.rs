//! Turns as the page shows them: what came in, what it meant, what it cost, and what the customer saw then.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::machine::{CustomerData, Effect};
use dialogues::shop::TeamChange;
use dialogues::transcript::UserAction;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::bot::desk::TurnRecord;
use crate::simulator::{Happening, Simulator};

/// So many turns of each person can be stepped back through.
const KEPT: usize = 50;

/// So many messages of the chat are kept with each of them.
const SHOWN: usize = 30;

/// The last turns of everybody.
pub(super) struct Turns {
    kept: Mutex<BTreeMap<i64, VecDeque<Arc<TurnView>>>>,
    /// Transitions that somebody has taken: from, event, to.
    taken: Mutex<BTreeSet<(String, String, String)>>,
    /// How many turns there have been.
    count: watch::Sender<u64>,
}

impl Default for Turns {
    fn default() -> Turns {
        Turns { kept: Mutex::default(), taken: Mutex::default(), count: watch::Sender::new(0) }
    }
}

/// One turn.
#[derive(Debug, Serialize)]
pub(super) struct TurnView {
    /// Counted over all people, from 1.
    pub(super) number: u64,
    at: DateTime<Utc>,
    person: i64,
    update_id: i64,
    /// What the person did, in words.
    input: String,
    event: String,
    from: String,
    to: String,
    effects: Vec<String>,
    steps: Vec<Bar>,
    commands: Vec<Bar>,
    calls: Vec<Bar>,
    /// The stored dialogue after the turn.
    document: Option<Value>,
    /// The end of the chat after the turn, as `/sim/v1/…/events` tells it.
    chat: Option<Value>,
}

/// Something that took time, in milliseconds since the turn began.
#[derive(Debug, Serialize)]
struct Bar {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Of a Bot API call.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<String>,
    at_ms: f64,
    ms: f64,
    error: Option<String>,
}

fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

impl Bar {
    fn new(name: impl Into<String>, start: Duration, took: Duration) -> Bar {
        let name = Some(name.into());
        Bar { name, method: None, collection: None, at_ms: ms(start), ms: ms(took), error: None }
    }
}

impl Turns {
    /// Takes a turn in: its calls and its chat are the simulator's to tell.
    pub(super) fn add(&self, simulator: &Simulator, token: &str, record: TurnRecord, document: Option<Value>) {
        let TurnRecord { chat, update, at, trace, effects, steps, commands, .. } = record;
        let whole = steps.last().map_or(Duration::ZERO, |step| step.start + step.took);
        // Calls are dated when they arrive, a moment after they were sent.
        let until = at + TimeDelta::from_std(whole).unwrap_or_default();
        let calls = simulator.calls(token, chat, at, until).into_iter().map(|call| {
            let start = (call.at - at).to_std().unwrap_or_default();
            Bar { name: None, method: Some(call.method), error: call.error, ..Bar::new("", start, call.took) }
        });
        let commands = commands.into_iter().map(|command| {
            let bar = Bar::new(command.name, command.start, command.took);
            let error = command.failed.then(|| "it failed".to_owned());
            Bar { collection: Some(command.collection), error, ..bar }
        });
        let input = input(simulator, token, update);
        let taken = (trace.from.clone(), trace.event.clone(), trace.to.clone());
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(taken);
        let number = *self.count.borrow() + 1;
        let view = TurnView {
            number,
            at,
            person: chat,
            update_id: update,
            input,
            event: trace.event,
            from: trace.from,
            to: trace.to,
            effects: effects.iter().map(words).collect(),
            steps: steps.into_iter().map(|step| Bar::new(step.name, step.start, step.took)).collect(),
            commands: commands.collect(),
            calls: calls.collect(),
            document,
            chat: simulator.view_of(token, chat, SHOWN),
        };
        let mut kept = self.lock();
        let mine = kept.entry(chat).or_default();
        mine.push_back(Arc::new(view));
        if mine.len() > KEPT {
            mine.pop_front();
        }
        drop(kept);
        self.count.send_replace(number);
    }

    /// The turns of a person after one of a number, oldest first.
    pub(super) fn after(&self, person: i64, number: u64) -> Vec<Arc<TurnView>> {
        let kept = self.lock();
        let mine = kept.get(&person).into_iter().flatten();
        mine.filter(|turn| turn.number > number).map(Arc::clone).collect()
    }

    /// All transitions that somebody has taken.
    pub(super) fn taken(&self) -> BTreeSet<(String, String, String)> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells of every turn from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, VecDeque<Arc<TurnView>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The change of a team without the code of an invitation, which is a secret.
fn team_words(change: &TeamChange) -> String {
    match change {
        TeamChange::Invite { role, .. } => format!("Invite {role}"),
        TeamChange::Withdraw => "Withdraw".to_owned(),
        TeamChange::Join { role, .. } => format!("Join as {role}"),
        TeamChange::Add { member, role } => format!("Add {member} {role}"),
        TeamChange::Appoint { member, role } => format!("Appoint {member} {role}"),
        TeamChange::Dismiss { member } => format!("Dismiss {member}"),
    }
}

/// An effect in short words, without anybody's contact data.
fn words(effect: &Effect) -> String {
    match effect {
        Effect::Keep(CustomerData::Cart(cart)) => {
            let lines = cart.lines.iter().map(|line| format!("{} × {}", line.title, line.quantity.get()));
            format!("KeepCart({})", lines.collect::<Vec<_>>().join(", "))
        }
        Effect::Keep(data) => format!("Keep{}", <&str>::from(data)),
        Effect::PlaceOrder(order) => format!("PlaceOrder({})", order.number),
        Effect::PauseOrders(pause) => format!("PauseOrders({:?})", pause.as_ref().map(|pause| pause.until)),
        Effect::AddProduct(product) => format!("AddProduct({})", product.title),
        Effect::ChangeProduct(change) => format!("ChangeProduct({:?})", change.to),
        Effect::ChangeTeam { change, .. } => format!("ChangeTeam({})", team_words(change)),
        Effect::Audit(entry) => format!("Audit({})", entry.action),
        Effect::MoveOrder { number, taken, .. } => format!("MoveOrder({number}, {})", taken.to),
        Effect::Write(message) => format!("Write({})", message.id),
        Effect::Forget => "Forget".to_owned(),
        Effect::SetActive(active) => format!("SetActive({active})"),
        Effect::StartMailing(mailing) => format!("StartMailing({})", mailing.id),
        Effect::SteerMailing(id, steering) => format!("SteerMailing({id}, {})", steering.steer()),
    }
}

/// What the person did, in words.
fn input(simulator: &Simulator, token: &str, update: i64) -> String {
    let Some(Happening::Did { deed, .. }) = simulator.happening(token, update) else {
        return format!("update {update}");
    };
    match deed {
        UserAction::Says(text) => format!("wrote “{text}”"),
        UserAction::Taps { data, .. } => {
            format!("tapped [{}]", simulator.tapped_label(token, update).unwrap_or(data))
        }
        UserAction::SharesContact { own: true, .. } => "shared their contact".to_owned(),
        UserAction::SharesContact { own: false, .. } => "shared somebody's contact".to_owned(),
        UserAction::SendsPicture { name, .. } => format!("sent the picture {name}"),
        UserAction::Sends(attachment) => format!("sent a {attachment}"),
        UserAction::EditsLast(text) => format!("edited their last text to “{text}”"),
        UserAction::Forwards(text) => format!("forwarded “{text}”"),
        UserAction::Blocks => "blocked the bot".to_owned(),
        UserAction::Unblocks => "unblocked the bot".to_owned(),
        UserAction::SaysInGroup(text) => format!("wrote in a group “{text}”"),
    }
}
