//! After every step of a path the processes must want what the model's want, Telegram must have heard what the model's has,
//! and MongoDB and the chats must have what the model's have.

use std::collections::BTreeSet;
use std::time::Duration;

use dialogue_model::model::Model;
use dialogue_model::world::{Job, Receipt, Reply, Stage as At, Up, World};
use dialogues::machine::Output;
use engine::protocol::{Ack, Ask};
use tokio::sync::watch;

use super::documents::{expected, found, numbers, numbers_of, seen, window};
use super::mongo_gate::{LATE, What};
use super::run::{Done, LIMIT, Run, within};

impl Run<'_> {
    /// Answers to taps without words are beside the model.
    pub(crate) fn let_answers_pass(&self, p: u8, world: &World) {
        let Ok(process) = self.stage.process(usize::from(p)) else { return };
        for (chat, _) in process.calls.waiting().into_iter().filter(|(_, answers)| *answers) {
            let c = self.names.chats.iter().position(|known| *known == chat).unwrap_or_default();
            let showing = world.processes[usize::from(p)].showing[c].as_ref();
            if showing.is_none_or(|reply| !is_toast(self.model, reply))
                && let Some(call) = process.calls.take(chat, true)
            {
                tokio::spawn(call.pass());
            }
        }
    }

    /// Whoever is told that Telegram may forget an update, or must bring it again, hears it; nobody else does.
    pub(crate) async fn answers(&mut self, before: &World, after: &World) -> Done {
        let told = |world: &World| -> Vec<(Receipt, Ack)> {
            world.processes.iter().flat_map(|process| process.answers.clone()).collect()
        };
        let known = told(before);
        for (receipt, ack) in told(after).into_iter().filter(|answer| !known.contains(answer)) {
            let Some(mut call) = self.calls.remove(&(receipt.update, receipt.call)) else { continue };
            let what = format!("update {} is answered", receipt.update);
            let status = within(&what, async {
                loop {
                    let mut changes = self.changes();
                    (0..after.processes.len()).for_each(|p| self.let_answers_pass(p as u8, after));
                    tokio::select! {
                        status = &mut call => return status,
                        () = changed(&mut changes) => {}
                    }
                }
            });
            let status = status.await?.map_err(|error| error.to_string())?;
            let wanted = if ack == Ack::Committed { 200 } else { 503 };
            if status != wanted {
                return Err(format!("update {} is answered by {status}, in the model by {ack:?}", receipt.update));
            }
        }
        match self.calls.iter().find(|(_, call)| call.is_finished()) {
            Some(((u, _), _)) => Err(format!("update {u} is answered, and in the model it is not")),
            None => Ok(()),
        }
    }

    /// Tells of whatever comes to the gates.
    fn changes(&self) -> Vec<watch::Receiver<()>> {
        let processes = self.stage.processes.iter().flatten();
        processes.flat_map(|process| [process.mongo.changes(), process.calls.changes()]).collect()
    }

    /// What the processes want to do next is what they want in the model.
    pub(crate) async fn wants(&self, world: &World) -> Done {
        for (p, process) in world.processes.iter().enumerate().filter(|(_, process)| process.up == Up::Awake) {
            if !process.active {
                continue;
            }
            let wanted = self.wanted(world, p);
            let look = async {
                let mut ticks = tokio::time::interval(Duration::from_millis(20));
                loop {
                    let mut changes = self.changes();
                    self.let_answers_pass(p as u8, world);
                    self.refuse_marks(p as u8);
                    if self.waiting(world, p) == wanted {
                        return;
                    }
                    // How many updates are in flight is told by no gate.
                    tokio::select! {
                        () = changed(&mut changes) => {}
                        _ = ticks.tick() => {}
                    }
                }
            };
            if tokio::time::timeout(LIMIT, look).await.is_err() {
                let found = self.waiting(world, p);
                let answered = self.calls.iter().filter(|(_, call)| call.is_finished()).map(|((u, _), _)| u);
                let answered: Vec<_> = answered.collect();
                return Err(format!(
                    "process {p} wants {found:?}, and in the model {wanted:?}; answered meanwhile: {answered:?}"
                ));
            }
        }
        Ok(())
    }

    fn wanted(&self, world: &World, p: usize) -> Vec<String> {
        let process = &world.processes[p];
        let mut wanted = Vec::new();
        for c in 0..self.model.customers() {
            let task = process.tasks[c].as_ref().map(|task| (&task.stage, task.job));
            let command = match task {
                Some((At::Ask(Ask::Load) | At::Read(_), Job::Update(_))) => Some(What::Load),
                Some((At::Ask(Ask::Load) | At::Read(_), Job::Debts)) => Some(What::Adopt),
                Some((At::Ask(Ask::Bury), _)) => Some(What::Bury),
                Some((At::Sent(commit), _)) => Some(if commit.own { What::Commit } else { What::Begin }),
                Some((At::Projecting(..), _)) => Some(What::Project),
                _ => None,
            };
            wanted.extend(command.map(|command| match command {
                What::Begin => format!("{command:?}"),
                command => format!("{command:?} {c}"),
            }));
            if process.showing[c].is_some() {
                wanted.push(format!("Show {c}"));
            }
        }
        wanted.sort();
        // What waits, what is played, and what is not shown.
        let lanes = process.lanes.iter().map(|lane| lane.waiting().len() + lane.unshown().len());
        let tasks = process.tasks.iter().filter(|task| task.is_some()).count();
        let showing = process.showing.iter().filter(|reply| reply.is_some()).count();
        wanted.push(format!("{} in flight", lanes.sum::<usize>() + tasks + showing));
        wanted
    }

    fn waiting(&self, world: &World, p: usize) -> Vec<String> {
        let Ok(real) = self.stage.process(p) else { return Vec::new() };
        let place = |chat: i64| self.names.chats.iter().position(|known| *known == chat);
        let of_turns = real.mongo.waiting().into_iter().filter(|(what, chat)| match what {
            // They come by themselves, sooner or later.
            What::Owed | What::Lease | What::Mark => false,
            What::Clear => chat.and_then(place).is_none_or(|c| world.processes[p].settled >> c & 1 == 0),
            _ => true,
        });
        let mut waiting: Vec<String> = of_turns
            .map(|(what, chat)| match chat.and_then(place) {
                Some(c) => format!("{what:?} {c}"),
                None => format!("{what:?}"),
            })
            .collect();
        // Several calls may be of one reply.
        let shown: BTreeSet<usize> = real.calls.waiting().into_iter().filter_map(|(chat, _)| place(chat)).collect();
        waiting.extend(shown.into_iter().map(|c| format!("Show {c}")));
        waiting.sort();
        let in_flight = real.bot().map_or(0, |bot| *bot.in_flight().borrow());
        waiting.push(format!("{in_flight} in flight"));
        waiting
    }

    /// A lane that is late is marked where the path says so. Else MongoDB does not take the mark, which is asked for again.
    pub(crate) fn refuse_marks(&self, p: u8) {
        let Ok(process) = self.stage.process(usize::from(p)) else { return };
        for chat in &self.names.chats {
            if let Some(mark) = process.mongo.take(What::Mark, *chat) {
                mark.refuse(LATE);
            }
        }
    }

    pub(crate) async fn compare(&self, world: &World) -> Done {
        let wanted = expected(self.model, world);
        let mut last = Vec::new();
        let same = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            loop {
                ticks.tick().await;
                last = found(&self.stage.store, &self.stage.around.token, &self.names).await?;
                if last == wanted {
                    return Ok::<(), String>(());
                }
            }
        };
        match tokio::time::timeout(Duration::from_secs(2), same).await {
            Ok(done) => done,
            Err(_) => Err(format!("MongoDB is not as in the model:\n{}", beside(&wanted, &last))),
        }
    }

    pub(crate) async fn compare_chats(&self, world: &World) -> Done {
        let orders = self.stage.store.database().collection::<bson::Document>("orders");
        let mut known = Vec::new();
        if !world.store.orders.is_empty() {
            let mut found = orders.find(bson::doc! {}).await.map_err(|error| error.to_string())?;
            while found.advance().await.map_err(|error| error.to_string())? {
                let document = found.deserialize_current().map_err(|error| error.to_string())?;
                let number = document.get_str("number").ok().and_then(|number| number.parse().ok());
                let stored = self.stage.store.order(number.ok_or("no number")?).await;
                known.extend(stored.map_err(|error| error.to_string())?.map(|stored| stored.order));
            }
        }
        for (c, chat) in self.names.chats.iter().enumerate() {
            let window = window(self.model, world, c, &self.tapped);
            let wanted = seen(&window.chat.bubbles, &numbers_of(self.model, world));
            let chat = self.stage.telegram.simulator.chat(&self.stage.around.token, *chat);
            let found = seen(&chat.bubbles, &numbers(&known));
            if found != wanted {
                return Err(format!("the chat of customer {c} is not as in the model:\n{}", beside(&wanted, &found)));
            }
        }
        Ok(())
    }
}

/// Resolves when one of them has changed.
async fn changed(changes: &mut [watch::Receiver<()>]) {
    let waiting = changes.iter_mut().map(|changes| Box::pin(changes.changed()));
    drop(futures::future::select_all(waiting).await);
}

/// Whether the portion that is shown next consists of words on a tap only.
fn is_toast(model: &Model, reply: &Reply) -> bool {
    let portion = reply.portions.get(usize::from(reply.shown));
    let show = portion.map(|portion| model.book.outputs(portion.show)).unwrap_or_default();
    !show.is_empty() && show.iter().all(|show| matches!(show, Output::Toast(_) | Output::Alert(_)))
}

/// Two lists side by side, with a mark at what differs.
fn beside(model: &[String], real: &[String]) -> String {
    let count = model.len().max(real.len());
    let line = |place: usize| {
        let (model, real) = (model.get(place).map_or("", |line| line), real.get(place).map_or("", |line| line));
        if model == real { format!("      {model}") } else { format!("    model: {model}\n    real:  {real}") }
    };
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}
