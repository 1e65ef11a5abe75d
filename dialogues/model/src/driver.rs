//! The processes: they do what the machines of the protocol ask.

use engine::protocol::{Ack, Ask, Before, Heard, KeptReply as Held, Lane, Play, ReplyKind, Waiting};

use crate::book::Kept;
use crate::config::{Fault, ShownFirst};
use crate::model::Model;
use crate::store::{Landed, land, project, read_rest, take_stock};
use crate::world::{
    Broken, Commit, Document, Job, KeptReply, Loaded, Place, Portion, Receipt, Reply, Stage, Task, Up, World, add, has,
};

/// So many races a turn of the model may lose.
const MOST_LOST: u16 = 3;

/// What MongoDB's answer to a commit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is done, or refused, and the process hears of it.
    Heard,
    /// It is done, and the answer is lost.
    Lost,
    /// It is not done, and there is no answer.
    Never,
    /// MongoDB refuses it for good.
    Refused,
    /// The program panics over it.
    Panicked,
}

impl Model {
    pub(crate) fn is(&self, fault: Fault) -> bool {
        self.config.fault == Some(fault)
    }

    /// Whether a process may show and commit.
    pub(crate) fn may_act(&self, world: &World, p: usize) -> bool {
        world.processes[p].active || self.is(Fault::NoLease)
    }

    /// An update reaches the active process.
    pub(crate) fn deliver(&self, world: &mut World, p: usize, u: u8) {
        let update = &mut world.updates[usize::from(u)];
        (update.place, update.call) = (Place::Out { process: p as u8 }, update.call + 1);
        let receipt = Receipt { update: u, call: update.call };
        if self.is(Fault::AcknowledgedBeforeCommit) {
            world.processes[p].answers.push((receipt, Ack::Committed));
        }
        let waiting = Waiting { owed: false, order: i64::from(u), job: Job::Update(u), receipt };
        self.line_up(world, p, self.customer_of(u), waiting);
    }

    pub(crate) fn line_up(&self, world: &mut World, p: usize, c: usize, waiting: Waiting<Job, Receipt>) {
        if world.processes[p].lanes[c].arrive(waiting) && world.processes[p].tasks[c].is_none() {
            self.take_next(world, p, c);
        }
    }

    pub(crate) fn take_next(&self, world: &mut World, p: usize, c: usize) {
        let lane = &world.processes[p].lanes[c];
        let owed = lane.waiting().iter().any(|waiting| waiting.owed);
        let oldest = lane.waiting().iter().map(|waiting| waiting.order).min();
        // With two active processes, what waits in the other one counts as well.
        let elsewhere = world.processes.iter().enumerate().filter(|(q, other)| *q != p && other.up == Up::Awake);
        let others = elsewhere.filter(|(q, _)| self.may_act(world, *q)).flat_map(|(_, other)| {
            let waits = other.lanes[c].waiting().iter().map(|waiting| waiting.order);
            let played = other.tasks[c].as_ref().map(|task| i64::from(task.receipt.update));
            waits.chain(played).collect::<Vec<_>>()
        });
        let earlier = others.min();
        let lane = &mut world.processes[p].lanes[c];
        let taken = if self.is(Fault::NewestFirst) { newest(lane) } else { lane.next_job() };
        let Some(Waiting { order, job, receipt, owed: debts, .. }) = taken else { return };
        let acts = self.may_act(world, p) && world.processes[p].up == Up::Awake;
        if acts && !owed && !debts && oldest.into_iter().chain(earlier).any(|there| there < order) {
            world.memory.broken = Some(Broken::Overtaken);
        }
        let (play, ask) = Play::begin(MOST_LOST);
        let show = self.nothing;
        world.processes[p].tasks[c] = Some(Task {
            job,
            receipt,
            play,
            stage: Stage::Ask(ask),
            first: Vec::new(),
            again: Vec::new(),
            show,
            epoch: 0,
        });
    }

    /// The next step of a task, but for the commit itself.
    pub(crate) fn step(&self, world: &mut World, p: usize, c: usize) {
        let Some(task) = world.processes[p].tasks[c].take() else { return };
        match &task.stage {
            Stage::Ask(Ask::Load) => {
                if !self.may_act(world, p) && !self.is(Fault::ShownWhileInactive) && !self.is(Fault::EpochAfterLoad) {
                    return self.heard(world, p, c, task, Heard::Inactive, None);
                }
                let (document, epoch) = (world.store.dialogues[c].clone(), world.processes[p].epoch);
                world.processes[p].tasks[c] = Some(Task { stage: Stage::Read(document), epoch, ..task });
            }
            Stage::Ask(Ask::Bury) => {
                if let (Job::Update(u), false) = (task.job, self.is(Fault::NotBuried)) {
                    add(&mut world.store.letters, u);
                }
                self.heard(world, p, c, task, Heard::Buried, None);
            }
            Stage::Read(document) => {
                let loaded = read_rest(world, c, document.clone(), self.no_cart);
                match task.job {
                    Job::Debts => self.pay(world, p, c, &task, &loaded),
                    Job::Update(u) => self.loaded(world, p, c, task, u, loaded),
                }
            }
            Stage::Projecting(commit, revision, cart) => {
                let (commit, revision, cart) = (commit.clone(), *revision, *cart);
                project(world, &self.config, c, revision, cart);
                self.heard(world, p, c, Task { show: commit.show, ..task }, Heard::Committed, Some(commit.lasting));
            }
            Stage::Ask(_) | Stage::Sent(_) | Stage::StockTaken(_) => world.processes[p].tasks[c] = Some(task),
        }
    }

    fn loaded(&self, world: &mut World, p: usize, c: usize, mut task: Task, u: u8, loaded: Loaded) {
        let process = &world.processes[p];
        let known = loaded.document.as_ref().is_some_and(|document| has(document.seen, u));
        // There may be no document that would know.
        let remembered = has(process.ours, u) && !self.is(Fault::ForgottenUpdatesForgotten);
        task.first = self.shown_first(world, p, u, &loaded);
        let before = match (known || remembered) && !self.is(Fault::NotAskedWhetherSeen) {
            false => Before::Fresh,
            true => {
                let kept = loaded.document.as_ref().and_then(|document| reply_to(document, u, process.ours));
                let kept = if self.is(Fault::RepeatedBehindNewer) { any_reply_to(&loaded, u) } else { kept };
                task.show = kept.map_or(self.nothing, |kept| kept.show);
                let reply = if kept.is_some() { Held::Here } else { Held::Gone };
                Before::Seen { ours: has(process.ours, u), reply }
            }
        };
        let ask = task.play.hear(Heard::Loaded(before));
        let apology = ask == Ask::Apologise;
        if self.is(Fault::EpochAfterLoad) {
            task.epoch = world.processes[p].epoch;
        }
        if !apology && ask != Ask::Decide {
            if let (Ask::Reply(ReplyKind::Kept), Some(document)) = (ask, &loaded.document) {
                task.again = self.shown_again(world, p, u, &task, document);
            }
            return self.go_on(world, p, c, task, ask, Some(true));
        }
        let commit = self.decide(world, p, u, &loaded, apology);
        let ask = task.play.hear(Heard::Decided);
        match self.is_of_now(world, p, task.epoch) {
            true => world.processes[p].tasks[c] = Some(Task { stage: Stage::Sent(commit), ..task }),
            false => {
                let _ = ask;
                self.heard(world, p, c, task, Heard::Inactive, None);
            }
        }
    }

    /// The replies of others that are to be shown before that of an update.
    fn shown_first(&self, world: &World, p: usize, u: u8, loaded: &Loaded) -> Vec<Portion> {
        let (process, Some(document)) = (&world.processes[p], &loaded.document) else { return Vec::new() };
        let marked = document.owed.is_some_and(|by| by != process.epoch);
        let due = |kept: &&KeptReply| {
            let by_number = !self.is(Fault::EarlierByNumber) || kept.update < u;
            by_number
                && !has(process.ours, kept.update)
                && match self.config.shown_first {
                    ShownFirst::None => false,
                    ShownFirst::All => true,
                    ShownFirst::Unsettled => marked || !kept.settled,
                }
        };
        let due = document.replies.iter().filter(|kept| kept.update != u).filter(due);
        due.map(|kept| Portion { update: kept.update, show: kept.show }).collect()
    }

    /// What is shown of an update that comes again, and whose reply is kept: the replies that are due before it, its own,
    /// and all behind it.
    fn shown_again(&self, world: &World, p: usize, u: u8, task: &Task, document: &Document) -> Vec<Portion> {
        let process = &world.processes[p];
        let own = document.replies.iter().position(|kept| kept.update == u).unwrap_or_default();
        let alone = self.is(Fault::RepeatedAlone);
        let due = document.replies.iter().enumerate().filter(|(place, kept)| {
            let first = task.first.iter().any(|portion| portion.update == kept.update);
            let behind = *place > own && !alone;
            *place == own || !has(process.ours, kept.update) && (first && (alone || *place < own) || behind)
        });
        due.map(|(_, kept)| Portion { update: kept.update, show: kept.show }).collect()
    }

    fn decide(&self, world: &World, p: usize, u: u8, loaded: &Loaded, apology: bool) -> Commit {
        let process = &world.processes[p];
        let document = loaded.document.as_ref();
        let c = self.customer_of(u);
        let orders = world.store.orders.iter().rev().filter(|sold| usize::from(sold.customer) == c && sold.contact);
        let kept = Kept {
            talk: document.and_then(|document| document.talk),
            person: loaded.person,
            cart: loaded.cart,
            orders: orders.map(|sold| sold.order).collect(),
        };
        let input = world.updates[usize::from(u)].input;
        let mut decision = self.book.decide(&kept, input, process.shelf, u);
        if apology {
            let talk = kept.talk.or(decision.talk);
            decision =
                crate::book::Decision { talk, cart: None, person: None, order: None, forget: false, show: self.sorry };
        }
        let mut replies: Vec<KeptReply> = document.map(|document| document.replies.clone()).unwrap_or_default();
        replies.retain(|kept| !has(process.shown, kept.update) && !self.is(Fault::EarlierRepliesDropped));
        let is_shown = !self.book.shown(decision.show).is_empty || self.is_tap(u);
        if is_shown && !self.is(Fault::ReplyNotKept) {
            let (by, lasting) = (process.epoch, decision.lasts());
            replies.push(KeptReply { update: u, by, show: decision.show, lasting, settled: false });
        }
        let ahead = loaded.cart_pending.then_some((loaded.cart_revision, loaded.cart));
        Commit {
            revision: document.map(|document| document.revision),
            talk: decision.talk,
            cart: decision.cart.map(|cart| (loaded.cart_revision + 1, cart)).or(ahead),
            changes_cart: decision.cart.is_some(),
            person: decision.person,
            order: decision.order,
            forget: decision.forget,
            own: decision.is_own(),
            replies,
            show: decision.show,
            lasting: decision.lasts(),
        }
    }

    /// A commit arrives at MongoDB, or does not.
    pub(crate) fn arrive(&self, world: &mut World, p: usize, c: usize, outcome: Outcome) {
        let Some(task) = world.processes[p].tasks[c].take() else { return };
        let (commit, taken) = match &task.stage {
            Stage::Sent(commit) => (commit.clone(), false),
            Stage::StockTaken(commit) => (commit.clone(), true),
            _ => {
                world.processes[p].tasks[c] = Some(task);
                return;
            }
        };
        let Job::Update(u) = task.job else { return };
        let heard = match outcome {
            Outcome::Never => Heard::Away,
            Outcome::Refused => Heard::Refused,
            Outcome::Panicked => Heard::Panicked,
            Outcome::Heard | Outcome::Lost => {
                if self.is(Fault::StockApart) && commit.order.is_some() && !taken {
                    take_stock(world, &commit, &self.book);
                    world.processes[p].tasks[c] = Some(Task { stage: Stage::StockTaken(commit), ..task });
                    return;
                }
                let landed = land(world, &self.config, &self.book, c, u, &commit);
                match (landed, outcome, commit.cart.filter(|_| commit.talk.is_some())) {
                    (Landed::Done, Outcome::Heard, Some((revision, cart))) => {
                        let stage = Stage::Projecting(commit, revision, cart);
                        world.processes[p].tasks[c] = Some(Task { stage, ..task });
                        return;
                    }
                    (_, Outcome::Lost, ..) => Heard::Away,
                    (Landed::Done, ..) => Heard::Committed,
                    (Landed::LostRace, ..) => Heard::Again,
                    (Landed::StockChanged, ..) => {
                        world.processes[p].shelf = world.store.shelf;
                        Heard::Again
                    }
                }
            }
        };
        let lasting = commit.lasting;
        self.heard(world, p, c, Task { show: commit.show, ..task }, heard, Some(lasting));
    }

    fn heard(&self, world: &mut World, p: usize, c: usize, mut task: Task, heard: Heard, lasting: Option<bool>) {
        let mut ask = task.play.hear(heard);
        if heard == Heard::Away && self.is(Fault::DoneWithoutStore) {
            (ask, task.show) = (Ask::Reply(ReplyKind::Nothing), self.nothing);
        }
        if heard == Heard::Panicked && self.is(Fault::ReceiptForgottenOnPanic) {
            task.receipt = Receipt { update: Receipt::NOBODY, call: 0 };
        }
        self.go_on(world, p, c, task, ask, lasting);
    }

    fn go_on(&self, world: &mut World, p: usize, c: usize, mut task: Task, ask: Ask, lasting: Option<bool>) {
        let ack = match ask {
            Ask::Load | Ask::Bury | Ask::Decide | Ask::Apologise | Ask::Commit => {
                world.processes[p].tasks[c] =
                    Some(Task { stage: Stage::Ask(ask), first: Vec::new(), show: self.nothing, ..task });
                return;
            }
            Ask::Reply(answer) => {
                let Job::Update(u) = task.job else { return };
                if !self.is_of_now(world, p, task.epoch) {
                    return self.turn_away(world, p, c, &task, Ack::Away);
                }
                let show = if answer == ReplyKind::Nothing { self.nothing } else { task.show };
                let mut portions = std::mem::take(&mut task.first);
                match task.again.is_empty() {
                    true => portions.push(Portion { update: u, show }),
                    false => portions = std::mem::take(&mut task.again),
                }
                portions.iter().for_each(|portion| add(&mut world.processes[p].ours, portion.update));
                add(&mut world.processes[p].ours, u);
                let lasting = lasting.unwrap_or(true) || portions.len() > 1;
                let reply = Reply { portions, lasting, shown: 0, epoch: task.epoch };
                self.show_behind(world, p, c, reply, task.receipt);
                return self.take_next(world, p, c);
            }
            Ask::TurnAway(ack) => ack,
            Ask::HandOver => Ack::Away,
        };
        self.turn_away(world, p, c, &task, ack);
    }

    /// Whether a turn that was begun in an epoch may go on.
    pub(crate) fn is_of_now(&self, world: &World, p: usize, epoch: u8) -> bool {
        let process = &world.processes[p];
        let unbroken = self.is(Fault::OldTurns) && process.unbroken_from <= epoch;
        let now = process.epoch == epoch || unbroken || self.is(Fault::ShownInLaterTenure);
        self.is(Fault::ShownWhileInactive) || self.may_act(world, p) && now
    }

    /// Whether a reply that was committed or taken over in an epoch may still be shown.
    pub(crate) fn may_show(&self, world: &World, p: usize, epoch: u8) -> bool {
        let unbroken = world.processes[p].unbroken_from <= epoch && self.may_act(world, p);
        self.is_of_now(world, p, epoch) || unbroken
    }

    pub(crate) fn turn_away(&self, world: &mut World, p: usize, c: usize, task: &Task, ack: Ack) {
        let behind = world.processes[p].lanes[c].turned_away(task.job == Job::Debts);
        self.answer(world, p, task.receipt, ack);
        behind.into_iter().for_each(|waiting| self.answer(world, p, waiting.receipt, ack));
        self.take_next(world, p, c);
    }

    fn pay(&self, world: &mut World, p: usize, c: usize, task: &Task, loaded: &Loaded) {
        let kept = loaded.document.as_ref().map(|document| &document.replies[..]).unwrap_or_default();
        // Whoever answers for one has shown what came before it.
        let ours = |kept: &KeptReply| has(world.processes[p].ours, kept.update);
        let behind = kept.iter().rposition(ours).map_or(kept, |last| &kept[last + 1..]);
        if !self.is_of_now(world, p, task.epoch) {
            return self.turn_away(world, p, c, task, Ack::Away);
        }
        let marked = loaded.document.as_ref().is_some_and(|document| document.owed.is_some());
        // Now, and not before: while the mark is another's, an update that is being played shows what is owed first.
        if marked {
            self.write_mark(world, p, c);
        }
        // Whoever has marked it may have shown everything since it was found, and have cleared its mark.
        let process = &mut world.processes[p];
        let epoch = process.epoch;
        let unpaid = behind.iter().filter(|_| marked);
        let portions: Vec<_> = unpaid.map(|kept| Portion { update: kept.update, show: kept.show }).collect();
        portions.iter().for_each(|portion| add(&mut process.ours, portion.update));
        self.show_owed(world, p, c, (Reply { portions, lasting: true, shown: 0, epoch }, marked));
        self.take_next(world, p, c);
    }
}

/// The kept reply to an update, unless a later one is among those that are answered for.
fn reply_to(document: &Document, u: u8, ours: crate::world::Updates) -> Option<&KeptReply> {
    let place = document.replies.iter().position(|kept| kept.update == u)?;
    let behind = &document.replies[place + 1..];
    let replaced = behind.iter().any(|kept| has(ours, kept.update));
    document.replies.get(place).filter(|_| !replaced)
}

fn any_reply_to(loaded: &Loaded, u: u8) -> Option<&KeptReply> {
    loaded.document.iter().flat_map(|document| &document.replies).find(|kept| kept.update == u)
}

/// A fault: the newest update goes first.
fn newest(lane: &mut Lane<Job, Reply, Receipt>) -> Option<Waiting<Job, Receipt>> {
    let mut waiting: Vec<_> = std::iter::from_fn(|| lane.next_job()).collect();
    let newest = waiting.pop();
    for waiting in waiting {
        let _ = lane.arrive(waiting);
    }
    newest
}
