//! The model: which steps there are in a state, and what each does.

use dialogues::buttons::{self, Action};
use dialogues::machine::{Callback, Input, Output, View};
use dialogues::texts::Html;
use stateright::Property;

use crate::book::{Book, Id, Kept, Shelf};
use crate::config::{Config, Deed, Fault, Start};
use crate::driver::Outcome;
use crate::invariants;
use crate::store::{land, project};
use crate::world::{
    Commit, Document, Job, Memory, Message, Place, Process, Receipt, Stage, Store, Up, Update, World, has,
};

/// One step. `p` is a process, `c` a customer, `u` an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The customer does the next thing.
    Send {
        u: u8,
    },
    /// Telegram calls, and the active process takes the update.
    Deliver {
        u: u8,
        p: u8,
    },
    /// A task loads, buries, or projects.
    Work {
        p: u8,
        c: u8,
    },
    /// A commit arrives at MongoDB, or does not.
    Arrive {
        p: u8,
        c: u8,
        outcome: Outcome,
    },
    /// A reply appears in the chat.
    Show {
        p: u8,
        c: u8,
    },
    /// Telegram hears what became of an update.
    Answer {
        p: u8,
    },
    /// A late lane is marked.
    Mark {
        p: u8,
        c: u8,
    },
    /// The process hears that the mark is written.
    Marked {
        p: u8,
        c: u8,
    },
    /// A mark is cleared.
    Clear {
        p: u8,
        c: u8,
    },
    /// What another process has marked is taken over.
    TakeOver {
        p: u8,
        c: u8,
    },
    /// The lease is renewed, and says what is settled.
    Renew {
        p: u8,
    },
    /// The process becomes the active one.
    Lead {
        p: u8,
    },
    /// A process hears how the shelf is.
    Refresh {
        p: u8,
    },
    /// Telegram's call breaks off, and the update is delivered again.
    HangUp {
        u: u8,
    },
    Crash {
        p: u8,
    },
    Restart {
        p: u8,
    },
    Pause {
        p: u8,
    },
    Wake {
        p: u8,
    },
    /// The lease could not be renewed in time.
    Lapse {
        p: u8,
    },
    /// What a killed process had sent to MongoDB arrives after all (`lands`), or never.
    Limbo {
        lands: bool,
    },
    Rise,
    Delete,
}

/// The model of one configuration.
#[derive(Debug)]
pub struct Model {
    pub config: Config,
    pub book: Book,
    pub(crate) no_cart: Id,
    pub(crate) nothing: Id,
    pub(crate) sorry: Id,
    /// By update, whose it is and what it is.
    pub(crate) deeds: Vec<(usize, Deed)>,
    starts: Vec<(Kept, Id)>,
}

impl Model {
    /// A model of this configuration; at most 15 updates.
    pub fn new(config: Config) -> Self {
        let book = Book::default();
        let (no_cart, nothing) = (book.no_cart(), book.no_reply());
        let sorry = book.reply(vec![Output::Send { view: View::text(Html::escape("sorry")), serial: 1 }]);
        let each = |(c, customer): (usize, &crate::config::Customer)| {
            customer.deeds.iter().map(move |deed| (c, *deed)).collect::<Vec<_>>()
        };
        let deeds: Vec<_> = config.customers.iter().enumerate().flat_map(each).collect();
        assert!(deeds.len() < 16, "a set of updates has sixteen places");
        let shelf = Shelf { stock: config.stock, price: 0, gone: false };
        let starts = config.customers.iter().enumerate();
        let starts = starts.map(|(c, customer)| begin(&book, shelf, c, customer.start)).collect();
        Self { config, book, no_cart, nothing, sorry, deeds, starts }
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.starts.len()
    }

    /// Whose update it is.
    pub fn customer_of(&self, u: u8) -> usize {
        self.deeds[usize::from(u)].0
    }

    /// The updates of a customer, oldest first.
    pub fn updates_of(&self, c: usize) -> impl Iterator<Item = u8> {
        let all = self.deeds.iter().enumerate();
        all.filter(move |(_, (whose, _))| *whose == c).map(|(u, _)| u as u8)
    }

    /// Whether an update is a tap.
    pub fn is_tap(&self, u: u8) -> bool {
        self.deeds[usize::from(u)].1.button().is_some()
    }

    pub(crate) fn without_lease(&self) -> bool {
        self.config.fault == Some(Fault::NoLease)
    }

    /// The reply to a turn that has failed.
    pub fn apology(&self) -> Id {
        self.sorry
    }

    /// All steps that there are in a state.
    pub fn steps(&self, world: &World) -> Vec<Step> {
        let mut steps = Vec::new();
        stateright::Model::actions(self, world, &mut steps);
        steps
    }

    /// The state after a step.
    pub fn after(&self, world: &World, step: Step) -> World {
        let mut next = world.clone();
        self.take(&mut next, step);
        next
    }

    /// The state in which every run begins.
    pub fn first_world(&self) -> World {
        let shelf = Shelf { stock: self.config.stock, price: 0, gone: false };
        let dialogue = |(kept, _): &(Kept, Id)| {
            let talk = Some(kept.talk?);
            Some(Document { revision: 1, seen: 0, talk, replies: Vec::new(), owed: None, pending: None })
        };
        let carts: Vec<Id> = self.starts.iter().map(|(kept, _)| kept.cart).collect();
        let store = Store {
            dialogues: self.starts.iter().map(dialogue).collect(),
            carts: carts.iter().map(|cart| Some((1, *cart))).collect(),
            people: self.starts.iter().map(|(kept, _)| kept.person).collect(),
            shelf,
            orders: Vec::new(),
            letters: 0,
            holder: 0,
            epoch: if self.without_lease() { self.config.processes } else { 1 },
        };
        let customers = self.customers();
        let process = |p: u8| {
            let epoch = if p == 0 || self.without_lease() { p + 1 } else { 0 };
            Process { up: Up::Awake, active: p == 0, epoch, unbroken_from: epoch, ..fresh_process(customers, shelf) }
        };
        let shown = self.starts.iter().map(|(_, show)| vec![Message { update: Receipt::NOBODY, show: *show }]);
        let memory = Memory {
            counted: vec![0; self.deeds.len()],
            order: vec![Vec::new(); customers],
            replies: vec![None; self.deeds.len()],
            shown: 0,
            replaced: 0,
            repeated: vec![0; self.deeds.len()],
            disruptions: 0,
            broken: None,
            forgotten: vec![None; customers],
            carts,
            // What is in the cart was seen at its price.
            prices: vec![1; customers],
            sold: 0,
            orders: 0,
        };
        World {
            store,
            updates: vec![Update { place: Place::Ahead, input: 0, call: 0 }; self.deeds.len()],
            chats: shown.collect(),
            processes: (0..self.config.processes).map(process).collect(),
            limbo: Vec::new(),
            left: self.config.budget,
            memory,
        }
    }

    /// What the customer would do, if they can.
    pub(crate) fn input(&self, world: &World, u: u8) -> Option<Input> {
        let (c, deed) = self.deeds[usize::from(u)];
        let answered = |v: u8| world.chats[c].iter().any(|message| message.update == v);
        if self.config.customers[c].patient && !self.updates_of(c).filter(|v| *v < u).all(answered) {
            return None;
        }
        match (deed, deed.button()) {
            (Deed::Say(text), _) => Some(Input::of_text(text)),
            (_, Some(button)) => {
                let messages = world.chats[c].iter().rev();
                let serial = messages.flat_map(|message| {
                    let shown = self.book.shown(message.show);
                    shown.buttons.iter().find(|(there, _)| *there == button).map(|(_, serial)| *serial)
                });
                serial.into_iter().next().map(|serial| Input::Tapped { button, serial })
            }
            (_, None) => None,
        }
    }

    pub(crate) fn settles(&self, world: &World, p: usize, document: &Document, kept: &crate::world::KeptReply) -> bool {
        let process = &world.processes[p];
        let shown = has(process.shown, kept.update) || self.config.fault == Some(Fault::SettledEarly);
        kept.by >= process.unbroken_from && kept.by <= process.epoch && (shown || document.owed == Some(process.epoch))
    }

    fn renew(&self, world: &mut World, p: usize) {
        let before = world.clone();
        for document in world.store.dialogues.iter_mut().flatten() {
            let unchanged = document.clone();
            for kept in &mut document.replies {
                kept.settled |= self.settles(&before, p, &unchanged, kept);
            }
        }
    }

    fn crash(&self, world: &mut World, p: usize) {
        let customers = self.customers();
        let process = &mut world.processes[p];
        for (c, task) in process.tasks.iter_mut().enumerate() {
            if let Some(crate::world::Task { job: Job::Update(u), stage: Stage::Sent(commit), .. }) = task.take() {
                world.limbo.push((c as u8, u, commit));
            }
        }
        *process = Process { up: Up::Down, epoch: process.epoch, ..fresh_process(customers, process.shelf) };
        for update in &mut world.updates {
            if update.place == (Place::Out { process: p as u8 }) {
                update.place = Place::Waiting;
            }
        }
    }

    fn restart(&self, world: &mut World, p: usize) {
        let shelf = world.store.shelf;
        // Whoever starts completes what a crash has left half done.
        for c in 0..self.customers() {
            let pending = world.store.dialogues[c].as_ref().and_then(|document| document.pending);
            if let Some((revision, cart)) = pending {
                project(world, &self.config, c, revision, cart);
            }
        }
        if self.without_lease() {
            world.store.epoch += 1;
        }
        let epoch = if self.without_lease() { world.store.epoch } else { world.processes[p].epoch };
        let unbroken_from = if self.without_lease() { epoch } else { 0 };
        world.processes[p] = Process { up: Up::Awake, shelf, epoch, unbroken_from, ..world.processes[p].clone() };
    }

    fn lead(&self, world: &mut World, p: usize) {
        let holder = usize::from(world.store.holder);
        let itself = holder == p && world.processes[p].unbroken_from > 0;
        let lapsed = &world.processes[holder];
        if holder != p && lapsed.up == Up::Awake && lapsed.unbroken_from > 0 && !lapsed.active {
            // Another one has its lease: what it has just shown may be shown again.
            world.memory.disruptions += 1;
        }
        // By its own clock the other one has ceased to be the active one before the lease has expired.
        world.processes[holder].active = false;
        world.store.epoch += 1;
        world.store.holder = p as u8;
        if !itself && self.config.fault != Some(Fault::OldLanes) {
            (0..self.customers()).for_each(|c| self.stand_down(world, p, c));
        }
        let process = &mut world.processes[p];
        (process.active, process.epoch) = (true, world.store.epoch);
        if !itself || self.config.fault == Some(Fault::OwnMemoryForgotten) {
            process.unbroken_from = process.epoch;
        }
        if process.unbroken_from == process.epoch && self.config.fault != Some(Fault::OldMemory) {
            // What stands in a chat now, it does not know.
            (process.ours, process.shown) = (0, 0);
        }
    }

    fn answered(&self, world: &mut World, p: usize) {
        if world.processes[p].answers.is_empty() {
            return;
        }
        let (receipt, ack) = world.processes[p].answers.remove(0);
        let update = &mut world.updates[usize::from(receipt.update)];
        if update.call == receipt.call && update.place == (Place::Out { process: p as u8 }) {
            update.place = match ack {
                engine::protocol::Ack::Committed => Place::Acknowledged,
                _ => Place::Waiting,
            };
        }
    }

    fn take(&self, world: &mut World, step: Step) {
        let at = usize::from;
        match step {
            Step::Send { u } => {
                if let Some(input) = self.input(world, u) {
                    world.updates[at(u)].input = self.book.input(input);
                    world.updates[at(u)].place = Place::Waiting;
                }
            }
            Step::Deliver { u, p } => self.deliver(world, at(p), u),
            Step::Work { p, c } => self.step(world, at(p), at(c)),
            Step::Arrive { p, c, outcome } => {
                match outcome {
                    Outcome::Heard => {}
                    Outcome::Lost => world.left.lost_answers -= 1,
                    Outcome::Never => world.left.outages -= 1,
                    Outcome::Refused | Outcome::Panicked => world.left.failures -= 1,
                }
                self.arrive(world, at(p), at(c), outcome);
            }
            Step::Show { p, c } => self.show(world, at(p), at(c)),
            Step::Answer { p } => self.answered(world, at(p)),
            Step::Mark { p, c } => {
                world.left.delays -= 1;
                self.mark(world, at(p), at(c));
            }
            Step::Marked { p, c } => self.marked(world, at(p), at(c)),
            Step::Clear { p, c } => self.clear(world, at(p), at(c)),
            Step::TakeOver { p, c } => self.take_over(world, at(p), at(c)),
            Step::Renew { p } => self.renew(world, at(p)),
            Step::Lead { p } => self.lead(world, at(p)),
            Step::Refresh { p } => world.processes[at(p)].shelf = world.store.shelf,
            Step::HangUp { u } => {
                if let Place::Out { process } = world.updates[at(u)].place {
                    world.left.repeats -= u8::from(world.processes[at(process)].up == Up::Awake);
                }
                world.updates[at(u)].place = Place::Waiting;
            }
            Step::Crash { p } => {
                world.left.crashes -= 1;
                world.memory.disruptions += 1;
                self.crash(world, at(p));
            }
            Step::Restart { p } => self.restart(world, at(p)),
            Step::Pause { p } => {
                world.left.pauses -= 1;
                world.memory.disruptions += 1;
                world.processes[at(p)].up = Up::Asleep;
            }
            Step::Lapse { p } => {
                world.left.lapses -= 1;
                world.processes[at(p)].active = false;
            }
            Step::Wake { p } => world.processes[at(p)].up = Up::Awake,
            Step::Limbo { lands } => {
                let (c, u, commit): (u8, u8, Commit) = world.limbo.remove(0);
                if lands {
                    let _ = land(world, &self.config, &self.book, at(c), u, &commit);
                }
            }
            Step::Rise => {
                world.left.rises -= 1;
                world.store.shelf.price = 1;
            }
            Step::Delete => {
                world.left.deletions -= 1;
                world.store.shelf.gone = true;
            }
        }
    }
}

fn fresh_process(customers: usize, shelf: Shelf) -> Process {
    Process {
        up: Up::Awake,
        active: false,
        epoch: 0,
        unbroken_from: 0,
        ours: 0,
        shown: 0,
        shelf,
        lanes: (0..customers).map(|_| Default::default()).collect(),
        tasks: vec![None; customers],
        showing: vec![None; customers],
        marking: 0,
        settled: 0,
        answers: Vec::new(),
    }
}

fn begin(book: &Book, shelf: Shelf, c: usize, start: Start) -> (Kept, Id) {
    let say = |text: &'static str| move |_: u32| Input::of_text(text);
    let go = |go: buttons::Place| move |serial: u32| Input::Tapped { button: Callback::Go(go), serial };
    let act = |act: Action| move |serial: u32| Input::Tapped { button: Callback::Action(act), serial };
    let (checkout, mail, phone) = (go(buttons::Place::Checkout), say("anna@example.com"), say("+380441234567"));
    let (address, cart) = (say("12 Long Street, Lviv"), say("/cart"));
    let (privacy, forget) = (say("/privacy"), act(Action::AskForget));
    match start {
        Start::Review => book.known(shelf, c, 1, &[&cart, &checkout, &mail, &phone, &address]),
        Start::Cart => book.known(shelf, c, 1, &[&cart]),
        Start::Forgetting => book.known(shelf, c, 1, &[&privacy, &forget]),
    }
}

impl stateright::Model for Model {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![self.first_world()]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        // What has broken a rule is looked at no further.
        if world.memory.broken.is_none() {
            self.progress(world, steps);
            self.trouble(world, steps);
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        Some(self.after(world, step))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        invariants::all()
    }
}
