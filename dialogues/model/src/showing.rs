//! The processes: they show replies, give receipts, and mark what they owe.

use std::collections::VecDeque;

use engine::protocol::{Ack, Behind, Marked, Waiting};

use crate::config::Fault;
use crate::model::Model;
use crate::world::{Broken, Job, Message, Portion, Receipt, Reply, World, add, remove};

impl Model {
    /// Shows the reply to an update when all before it is shown.
    pub(crate) fn show_behind(&self, world: &mut World, p: usize, c: usize, reply: Reply, receipt: Receipt) {
        self.note_before_showing(world, p, &reply);
        let behind = world.processes[p].lanes[c].committed(reply, receipt);
        if self.is(Fault::AcknowledgedBeforeShowing) {
            world.processes[p].answers.push((receipt, Ack::Committed));
        }
        self.begin_showing(world, p, c, behind);
    }

    /// The same of what a lane owes, whose mark is this process's own now; or was cleared meanwhile.
    pub(crate) fn show_owed(&self, world: &mut World, p: usize, c: usize, (reply, marked): (Reply, bool)) {
        self.note_before_showing(world, p, &reply);
        let receipt = Receipt { update: Receipt::NOBODY, call: 0 };
        let behind = world.processes[p].lanes[c].taken_over(reply, receipt, marked);
        self.begin_showing(world, p, c, behind);
    }

    fn note_before_showing(&self, world: &mut World, p: usize, reply: &Reply) {
        let process = &mut world.processes[p];
        if self.is(Fault::RememberedBeforeShowing) {
            reply.portions.iter().for_each(|portion| add(&mut process.shown, portion.update));
        }
    }

    fn begin_showing(&self, world: &mut World, p: usize, c: usize, behind: Behind<Receipt>) {
        self.coalesce(world, p, c);
        behind.acknowledge.into_iter().for_each(|receipt| self.answer(world, p, receipt, Ack::Committed));
        if behind.begins {
            self.next_reply(world, p, c);
        }
    }

    /// Drops the replies that a later one replaces whole.
    fn coalesce(&self, world: &mut World, p: usize, c: usize) {
        let process = &mut world.processes[p];
        let unshown = process.lanes[c].unshown_mut();
        if unshown.len() <= self.config.coalesced_above {
            return;
        }
        let screen = |reply: &Reply| reply.portions.iter().any(|portion| self.book.shown(portion.show).screen);
        let (mut later, mut kept) = (false, VecDeque::new());
        while let Some(reply) = unshown.pop_back() {
            let replaced = later && !reply.lasting;
            later |= screen(&reply);
            match replaced {
                true => reply.portions.iter().for_each(|portion| {
                    add(&mut process.shown, portion.update);
                    add(&mut world.memory.replaced, portion.update);
                }),
                false => kept.push_front(reply),
            }
        }
        *unshown = kept;
    }

    fn next_reply(&self, world: &mut World, p: usize, c: usize) {
        let process = &mut world.processes[p];
        let next = process.lanes[c].next_reply();
        process.settled |= u8::from(next.settled) << c;
        process.showing[c] = next.reply;
        next.acknowledge.into_iter().for_each(|receipt| self.answer(world, p, receipt, Ack::Committed));
        self.pass_over(world, p, c);
    }

    /// Portions that show nothing are through at once.
    fn pass_over(&self, world: &mut World, p: usize, c: usize) {
        let process = &mut world.processes[p];
        let Some(reply) = &mut process.showing[c] else { return };
        while let Some(portion) = reply.portions.get(usize::from(reply.shown)) {
            if !self.book.shown(portion.show).is_empty {
                return;
            }
            reply.shown += 1;
        }
        reply.portions.iter().for_each(|portion| add(&mut process.shown, portion.update));
        process.showing[c] = None;
        self.next_reply(world, p, c);
    }

    /// The next portion of a reply is shown, if this is the active process.
    pub(crate) fn show(&self, world: &mut World, p: usize, c: usize) {
        let Some(epoch) = world.processes[p].showing[c].as_ref().map(|reply| reply.epoch) else { return };
        if !self.may_show(world, p, epoch) {
            return self.stand_down(world, p, c);
        }
        if !self.may_act(world, p) {
            world.memory.broken = Some(Broken::ShownInactive);
        }
        let Some(reply) = &mut world.processes[p].showing[c] else { return };
        let Some(portion) = reply.portions.get(usize::from(reply.shown)).copied() else { return };
        reply.shown += 1;
        self.appear(world, c, portion);
        self.pass_over(world, p, c);
    }

    fn appear(&self, world: &mut World, c: usize, portion: Portion) {
        let Portion { update, show } = portion;
        let (memory, shown) = (&mut world.memory, self.book.shown(show));
        let place = |update: u8| memory.order[c].iter().position(|known| *known == update);
        let overtaken = world.chats[c].iter().any(|message| place(message.update) > place(update));
        if world.chats[c].iter().any(|message| message.update == update) {
            memory.repeated[usize::from(update)] += u8::from(shown.message);
        } else if overtaken {
            memory.broken = Some(Broken::ShownOutOfOrder);
        }
        memory.prices[c] |= shown.prices;
        add(&mut memory.shown, update);
        world.chats[c].push(Message { update, show });
    }

    /// This process is not the active one any more: what it has not shown is no business of its.
    pub(crate) fn stand_down(&self, world: &mut World, p: usize, c: usize) {
        let process = &mut world.processes[p];
        let left = process.lanes[c].stand_down();
        let waiting = left.waiting.into_iter().map(|waiting| waiting.receipt);
        let receipts: Vec<_> = left.receipts.into_iter().chain(waiting).collect();
        let showing = process.showing[c].take().map(|reply| reply.portions[usize::from(reply.shown)..].to_vec());
        let unshown = left.unshown.into_iter().flat_map(|reply| reply.portions);
        let left = showing.into_iter().flatten().chain(unshown);
        let given_up: Vec<Portion> = left.filter(|portion| !self.book.shown(portion.show).is_empty).collect();
        if !self.is(Fault::LeftRepliesRemembered) {
            given_up.iter().for_each(|portion| remove(&mut process.ours, portion.update));
        }
        process.marking &= !(1 << c);
        // Its mark stays, if it has one.
        process.settled &= !(1 << c);
        receipts.into_iter().for_each(|receipt| self.answer(world, p, receipt, Ack::Away));
        self.next_reply(world, p, c);
    }

    /// Marks the lane durably.
    pub(crate) fn mark(&self, world: &mut World, p: usize, c: usize) {
        if self.is(Fault::MarkedAfterReceipt) {
            self.heard_of_mark(world, p, c);
        }
        world.processes[p].marking |= 1 << c;
        if !self.is(Fault::MarkedAfterReceipt) {
            self.write_mark(world, p, c);
        }
    }

    pub(crate) fn write_mark(&self, world: &mut World, p: usize, c: usize) {
        let epoch = world.processes[p].epoch;
        if let Some(document) = &mut world.store.dialogues[c] {
            document.owed = Some(epoch);
        }
    }

    /// The process hears that the mark is written.
    pub(crate) fn marked(&self, world: &mut World, p: usize, c: usize) {
        world.processes[p].marking &= !(1 << c);
        match self.is(Fault::MarkedAfterReceipt) {
            true => self.write_mark(world, p, c),
            false => self.heard_of_mark(world, p, c),
        }
    }

    fn heard_of_mark(&self, world: &mut World, p: usize, c: usize) {
        let process = &mut world.processes[p];
        match process.lanes[c].marked() {
            Marked::Settled => process.settled |= 1 << c,
            Marked::Owes(receipts) => {
                if self.is(Fault::ClearedEarly) {
                    process.settled |= 1 << c;
                }
                receipts.into_iter().for_each(|receipt| self.answer(world, p, receipt, Ack::Committed));
            }
        }
    }

    /// Clears the mark of a lane that owes nothing any more.
    pub(crate) fn clear(&self, world: &mut World, p: usize, c: usize) {
        let process = &mut world.processes[p];
        process.settled &= !(1 << c);
        if process.lanes[c].is_owed() && !self.is(Fault::ClearedEarly) {
            return;
        }
        let ours = process.unbroken_from..=process.epoch;
        if let Some(document) = &mut world.store.dialogues[c] {
            document.owed = document.owed.filter(|by| !ours.contains(by));
        }
    }

    /// Takes over what another one has marked.
    pub(crate) fn take_over(&self, world: &mut World, p: usize, c: usize) {
        if self.is(Fault::TakenOverEarly) {
            self.write_mark(world, p, c);
        }
        let receipt = Receipt { update: Receipt::NOBODY, call: 0 };
        self.line_up(world, p, c, Waiting { owed: true, order: 0, job: Job::Debts, receipt });
    }

    pub(crate) fn answer(&self, world: &mut World, p: usize, receipt: Receipt, ack: Ack) {
        if receipt.update != Receipt::NOBODY {
            world.processes[p].answers.push((receipt, ack));
        }
    }
}
