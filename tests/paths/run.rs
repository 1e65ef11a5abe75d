//! One path, run: every step of the model is brought about from outside. What must be so after each, `checks.rs` says.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use dialogue_model::driver::Outcome;
use dialogue_model::model::{Model, Step};
use dialogue_model::world::{Job, Place, Stage as At, Task, Up, World};
use dialogues::machine::{Input, Output};
use engine::chat::MessageId;
use engine::protocol::Ask;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::documents::{Names, window};
use super::mongo_gate::{Held, LATE, NEVER, What};
use super::process::{Process, SECRET};
use super::stage::{Stage, put, tap, text};

/// What has not come by then does not come.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);
/// In this time a process looks twice after its marks.
const LOOKS: Duration = Duration::from_millis(600);
/// By so much the clock is moved where the lease calls everything settled that is older than it.
const OLDER: TimeDelta = TimeDelta::seconds(60);

/// One run of a path.
pub(crate) struct Run<'a> {
    pub(crate) model: &'a Model,
    pub(crate) stage: &'a mut Stage,
    pub(crate) names: Names,
    /// Open calls of the webhook, by update and call.
    pub(crate) calls: BTreeMap<(u8, u8), JoinHandle<u16>>,
    /// What killed processes had sent, in the order of the model's.
    pub(crate) limbo: Vec<Option<Held>>,
    /// Answers to marks that are held, by process and customer.
    pub(crate) marks: BTreeMap<(u8, u8), oneshot::Sender<()>>,
    /// By update: its JSON, and the message that it taps, in the model's window.
    pub(crate) updates: Vec<Option<Value>>,
    pub(crate) tapped: Vec<Option<MessageId>>,
    /// Whether the next call of the Bot API is refused once.
    pub(crate) refuses: bool,
}

pub(crate) type Done<T = ()> = Result<T, String>;

impl<'a> Run<'a> {
    /// A run on a stage that is set for it. `refuses`: Telegram has no time for the first reply (429), and it comes again.
    pub(crate) async fn begin(model: &'a Model, stage: &'a mut Stage, refuses: bool) -> Done<Self> {
        let names = stage.set(model).await?;
        let count = model.first_world().updates.len();
        let (calls, limbo, marks) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Ok(Self {
            model,
            stage,
            names,
            calls,
            limbo,
            marks,
            updates: vec![None; count],
            tapped: vec![None; count],
            refuses,
        })
    }

    /// Takes a step, and looks whether everything is as in the state that it leads to.
    pub(crate) async fn take(&mut self, before: &World, step: Step, after: &World) -> Done {
        self.do_it(before, step, after).await?;
        self.answers(before, after).await?;
        self.wants(after).await?;
        if before.store != after.store {
            self.compare(after).await?;
        }
        if before.chats != after.chats {
            self.compare_chats(after).await?;
        }
        Ok(())
    }

    /// Looks whether everything is as in a state.
    pub(crate) async fn compare_all(&mut self, world: &World) -> Done {
        self.compare(world).await?;
        self.compare_chats(world).await
    }

    /// Lets go of everything.
    pub(crate) async fn leave(&mut self) {
        self.calls.values().for_each(JoinHandle::abort);
        self.marks.clear();
        self.limbo.clear();
        self.stage.clear().await;
    }

    async fn do_it(&mut self, before: &World, step: Step, after: &World) -> Done {
        let at = usize::from;
        match step {
            Step::Send { u } => self.send(before, u, after)?,
            Step::Deliver { u, p } => self.deliver(u, after.updates[at(u)].call, p)?,
            Step::Work { p, c } => {
                let task = task(before, p, c)?;
                self.work(p, c, task).await?;
            }
            Step::Arrive { p, c, outcome } => {
                let At::Sent(commit) = &task(before, p, c)?.stage else { return Err("nothing is sent".to_owned()) };
                self.arrive(p, c, commit.own, outcome).await?;
            }
            Step::Show { p, c } => self.show(before, p, c).await?,
            // It was heard when it was given: see `answers`.
            Step::Answer { .. } => {}
            Step::Mark { p, c } => {
                let held = self.take_held(p, What::Mark, c).await?;
                self.marks.insert((p, c), held.hold_answer().await);
            }
            Step::Marked { p, c } => {
                drop(self.marks.remove(&(p, c)));
                if after.processes[at(p)].settled >> c & 1 == 0 {
                    self.is_not_cleared(p, c).await?;
                }
            }
            Step::Clear { p, c } => self.take_held(p, What::Clear, c).await?.pass().await,
            Step::TakeOver { p, c } => self.take_held(p, What::Owed, c).await?.pass().await,
            Step::Renew { .. } => self.stage.elapse(OLDER),
            Step::Lead { p } => self.lead(p, after.store.epoch).await?,
            Step::Refresh { p } => {
                // One that is still starting follows what has happened since it has read the shelf.
                if let Ok(bot) = self.stage.process(at(p))?.bot() {
                    bot.desk().feed.catch_up().await.map_err(|error| error.to_string())?;
                }
            }
            Step::HangUp { u } => {
                let call = (u, before.updates[at(u)].call);
                if let Some(call) = self.calls.remove(&call) {
                    call.abort();
                }
            }
            Step::Crash { p } => self.crash(before, p).await?,
            Step::Restart { p } => self.restart(p, before).await?,
            Step::Limbo { lands } => {
                let held = self.limbo.remove(0);
                if lands {
                    held.ok_or("nothing is on its way")?.pass().await;
                }
            }
            Step::Rise | Step::Delete => put(&self.stage.store, &after.store.shelf).await,
            Step::Pause { .. } | Step::Wake { .. } | Step::Lapse { .. } => {
                return Err(format!("{step:?} cannot be brought about"));
            }
        }
        Ok(())
    }

    fn chat(&self, c: u8) -> i64 {
        self.names.chats[usize::from(c)]
    }

    fn send(&mut self, before: &World, u: u8, after: &World) -> Done {
        let place = usize::from(u);
        let c = self.model.customer_of(u);
        let (chat, update) = (self.names.chats[c], self.names.update(u));
        self.updates[place] = Some(match self.model.book.said(after.updates[place].input) {
            Input::Said(words) => text(chat, update, &words),
            Input::Command { name, argument } => text(chat, update, format!("/{name} {argument}").trim()),
            Input::Tapped { button, serial } => {
                let data = button.encode(serial);
                let window = window(self.model, before, c, &self.tapped).chat.bubbles;
                let has =
                    |bubble: &engine::chat::Bubble| bubble.rows.iter().flatten().any(|button| button.data == data);
                self.tapped[place] = window.iter().rev().find(|bubble| has(bubble)).map(|bubble| bubble.id);
                let chat_now = self.stage.telegram.simulator.chat(&self.stage.around.token, chat);
                let message = chat_now.bubbles.iter().rev().find(|bubble| has(bubble));
                let message = message.ok_or_else(|| format!("no message has the button {data}"))?;
                tap(chat, update, &data, message.id.0)
            }
            other => return Err(format!("{other:?} is not sent by anybody here")),
        });
        Ok(())
    }

    fn deliver(&mut self, u: u8, call: u8, p: u8) -> Done {
        let bot = self.stage.process(usize::from(p))?.bot()?;
        let update = self.updates[usize::from(u)].as_ref().ok_or("it was not sent")?;
        let request = self.stage.client.post(format!("{}/hook", bot.address().ok_or("no address")?));
        let request = request.header("X-Telegram-Bot-Api-Secret-Token", SECRET).body(update.to_string());
        let sending = async move { request.send().await.map_or(0, |answer| answer.status().as_u16()) };
        self.calls.insert((u, call), tokio::spawn(sending));
        Ok(())
    }

    async fn work(&mut self, p: u8, c: u8, task: &Task) -> Done {
        match (&task.stage, task.job) {
            // The load is one command: it arrives when everything is read.
            (At::Ask(Ask::Load), _) => {}
            (At::Ask(Ask::Bury), _) => self.take_held(p, What::Bury, c).await?.pass().await,
            (At::Read(_), Job::Update(_)) => self.take_held(p, What::Load, c).await?.pass().await,
            (At::Read(_), Job::Debts) => {
                self.take_held(p, What::Adopt, c).await?.pass().await;
                self.take_held(p, What::Load, c).await?.pass().await;
            }
            (At::Projecting(..), _) => self.take_held(p, What::Project, c).await?.pass().await,
            (stage, _) => return Err(format!("no work is known for {stage:?}")),
        }
        Ok(())
    }

    async fn arrive(&mut self, p: u8, c: u8, own: bool, outcome: Outcome) -> Done {
        let held = self.take_held(p, if own { What::Commit } else { What::Begin }, c).await?;
        match (outcome, own) {
            (Outcome::Never, _) => held.refuse(LATE),
            (Outcome::Refused, _) => held.refuse(NEVER),
            (Outcome::Heard, true) => held.pass().await,
            (Outcome::Lost, true) => held.lose_answer().await,
            (Outcome::Heard | Outcome::Lost, false) => {
                let mongo = self.stage.process(usize::from(p))?.mongo.clone();
                if outcome == Outcome::Lost {
                    mongo.lose_commit(&held);
                }
                let (mut changes, ended) = (mongo.changes(), mongo.ended());
                held.pass().await;
                let ending = async {
                    while mongo.ended() == ended {
                        let _ = changes.changed().await;
                    }
                };
                within("the transaction ends", ending).await?;
            }
            (Outcome::Panicked, _) => return Err("nobody can make it panic".to_owned()),
        }
        Ok(())
    }

    /// Everything of the next portion appears.
    async fn show(&mut self, before: &World, p: u8, c: u8) -> Done {
        let reply = before.processes[usize::from(p)].showing[usize::from(c)].as_ref().ok_or("nothing is shown")?;
        let portion = reply.portions.get(usize::from(reply.shown)).ok_or("nothing is left")?;
        let show = self.model.book.outputs(portion.show);
        let messages = show.iter().filter(|show| !matches!(show, Output::Toast(_) | Output::Alert(_))).count();
        let (chat, calls) = (self.chat(c), self.stage.process(usize::from(p))?.calls.clone());
        let mut left = messages.max(1);
        while left > 0 {
            let mut changes = calls.changes();
            match calls.take(chat, messages == 0) {
                Some(call) if self.refuses => {
                    self.refuses = false;
                    call.refuse();
                }
                Some(call) => {
                    call.pass().await;
                    left -= 1;
                }
                None => {
                    self.let_answers_pass(p, before);
                    drop(within("a call of the Bot API", changes.changed()).await?);
                }
            }
        }
        Ok(())
    }

    async fn lead(&mut self, p: u8, epoch: u8) -> Done {
        let place = usize::from(p);
        let process = self.stage.processes[place].as_mut().ok_or("it is not there")?;
        process.stands_by = false;
        process.mongo.hold_lease(false);
        process.started().await?;
        let wanted = self.names.epoch + i64::from(epoch);
        let stage = &self.stage;
        within("the lease is taken", async {
            let mut ticks = tokio::time::interval(Duration::from_millis(5));
            while stage.epoch().await < wanted || !stage.process(place).is_ok_and(Process::is_active) {
                ticks.tick().await;
            }
        })
        .await?;
        // Whoever has begun to start meanwhile finds that it stands by.
        for process in self.stage.processes.iter_mut().flatten().filter(|process| process.bot().is_err()) {
            process.mongo.hold_lease(false);
            process.started().await?;
            process.mongo.hold_lease(true);
        }
        Ok(())
    }

    async fn crash(&mut self, before: &World, p: u8) -> Done {
        let place = usize::from(p);
        let mut process = self.stage.processes[place].take().ok_or("it is not there")?;
        for (c, task) in before.processes[place].tasks.iter().enumerate() {
            if let Some(Task { stage: At::Sent(commit), job: Job::Update(_), .. }) = task {
                let chat = self.names.chats[c];
                let held = if commit.own { process.mongo.take(What::Commit, chat) } else { None };
                self.limbo.push(held);
            }
        }
        process.kill().await;
        for (u, update) in before.updates.iter().enumerate() {
            if update.place == (Place::Out { process: p })
                && let Some(call) = self.calls.remove(&(u as u8, update.call))
            {
                call.abort();
            }
        }
        self.marks.retain(|(q, _), _| *q != p);
        Ok(())
    }

    async fn restart(&mut self, p: u8, before: &World) -> Done {
        let is_led = before.processes.iter().any(|other| other.up == Up::Awake && other.active);
        // A process completes beside its turns what was left half done; in the model it is done when it is there.
        self.stage.store.mend().await.map_err(|error| error.to_string())?;
        let mut process = Process::start(&self.stage.around, !is_led).await;
        process.hold(&self.names.chats);
        process.stands_by = true;
        if is_led {
            process.started().await?;
            process.mongo.hold_lease(true);
        } else {
            // Until it looks at the lease, what has been done before is read.
            let (mongo, mut changes) = (process.mongo.clone(), process.mongo.changes());
            within("the lease is looked at", async {
                while !mongo.waiting().iter().any(|(what, _)| *what == What::Lease) {
                    let _ = changes.changed().await;
                }
            })
            .await?;
            process.carts_are_mended().await?;
        }
        self.stage.processes[usize::from(p)] = Some(process);
        Ok(())
    }

    /// Nobody takes away the mark of a lane that owes something. It is looked for as long as a process takes that does it.
    async fn is_not_cleared(&self, p: u8, c: u8) -> Done {
        let clearing = tokio::time::timeout(LOOKS, self.take_held(p, What::Clear, c)).await;
        if clearing.is_ok() { Err("a mark is cleared before all is shown".to_owned()) } else { Ok(()) }
    }

    /// Takes a command that waits, or waits until it does.
    async fn take_held(&self, p: u8, what: What, c: u8) -> Done<Held> {
        let (mongo, chat) = (&self.stage.process(usize::from(p))?.mongo, self.chat(c));
        let mut changes = mongo.changes();
        within(&format!("{what:?} of customer {c} by process {p}"), async {
            loop {
                if let Some(held) = mongo.take(what, chat) {
                    return held;
                }
                if what != What::Mark {
                    self.refuse_marks(p);
                }
                let _ = changes.changed().await;
            }
        })
        .await
    }
}

fn task(world: &World, p: u8, c: u8) -> Done<&Task> {
    world.processes[usize::from(p)].tasks[usize::from(c)].as_ref().ok_or_else(|| "nothing is played".to_owned())
}

pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> Done<T> {
    tokio::time::timeout(LIMIT, work).await.map_err(|_| format!("not in {LIMIT:?}: {what}"))
}
