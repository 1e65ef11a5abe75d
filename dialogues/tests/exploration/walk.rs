//! The walk itself: breadth first, from whoever it is given, over all that is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use dialogues::app::COMMANDS;
use dialogues::buttons::Place;
use dialogues::desk::notice::owner_notice;
use dialogues::machine::{Callback, Conversation, Effect, Input, Output, ShownKeyboard, Turn};
use dialogues::mailing::LETTER_SERIAL;
use dialogues::shop::{OrderStep, Steer, TeamRole};
use dialogues::turn::turn;
use strum::IntoEnumIterator;

use super::check::{Censor, brief, effects, kept_form};
use super::inputs::everything;
use super::node::{Node, Shown};
use super::promises::{Promise, complete, is_open, kept_promise, right_keyboard};
use super::shops::Worlds;

/// Failures are told up to this number.
const MOST_FAILURES: usize = 12;
/// Nodes of one state from which the way home is tried, besides all those from which anything is.
const HOMEWARDS: usize = 50;

struct Deed {
    from: usize,
    input: Input,
    promise: Promise,
}

/// How a node was come by, to tell the way to a failure.
struct Way {
    from: Option<usize>,
    by: String,
    /// By something that was shown, not by chance or a forged tap.
    visible: bool,
    /// Whether the menu's keyboard stands, or one visible tap brings it.
    at_home: bool,
}

/// How much is tried of states that differ in their data only.
pub(crate) struct Bounds {
    /// Nodes of one shape whose buttons are all tapped.
    pub(crate) alike: usize,
    /// Nodes of one state to which everything is sent.
    pub(crate) everything: usize,
}

pub(crate) struct Walk {
    worlds: Worlds,
    bounds: Bounds,
    nodes: Vec<Node>,
    ways: Vec<Way>,
    known: HashMap<u64, usize>,
    queue: VecDeque<Deed>,
    tried: HashSet<(usize, u64)>,
    shapes: HashMap<String, usize>,
    censor: Censor,
    failures: Vec<String>,
    faults: HashSet<String>,
    /// What was seen: for the count, and so that the walk cannot pass by standing still.
    pub(crate) edges: usize,
    pub(crate) buttons: HashSet<(String, usize)>,
    pub(crate) messages: usize,
    pub(crate) orders: usize,
    pub(crate) states: BTreeMap<String, usize>,
    pub(crate) events: BTreeSet<&'static str>,
}

impl Walk {
    pub(crate) fn new(worlds: Worlds, bounds: Bounds) -> Self {
        Self {
            worlds,
            bounds,
            nodes: Vec::new(),
            ways: Vec::new(),
            known: HashMap::new(),
            queue: VecDeque::new(),
            tried: HashSet::new(),
            shapes: HashMap::new(),
            censor: Censor::default(),
            failures: Vec::new(),
            faults: HashSet::new(),
            edges: 0,
            buttons: HashSet::new(),
            messages: 0,
            orders: 0,
            states: BTreeMap::new(),
            events: BTreeSet::new(),
        }
    }

    /// Walks on from these until nothing new turns up.
    pub(crate) fn from(mut self, starts: Vec<(&str, Node)>) -> Self {
        for (name, start) in starts {
            self.arrive(start, Vec::new(), Way { from: None, by: name.to_owned(), visible: true, at_home: false });
        }
        while let Some(deed) = self.queue.pop_front() {
            self.perform(deed);
        }
        self.all_are_near_the_menu();
        self
    }

    pub(crate) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The failures, each with the way that led there.
    pub(crate) fn failures(&self) -> Option<String> {
        (!self.failures.is_empty()).then(|| self.failures.join("\n\n"))
    }

    fn perform(&mut self, Deed { from, input, promise }: Deed) {
        let node = self.nodes[from].clone();
        let context = node.context(&input);
        let played = catch_unwind(AssertUnwindSafe(|| turn(node.kept.conversation.as_ref(), &input, &context)));
        let Ok(turn) = played else {
            return self.fail(from, &input, "the core panicked".to_owned());
        };
        self.edges += 1;
        self.messages += turn.show.len();
        self.events.insert(turn.event);
        let (next, shown) = node.after(&turn);
        let found = self.faults(&node, &next, &input, promise, &turn);
        for fault in found {
            self.fail(from, &input, fault);
        }
        if promise != Promise::None && next.standing == ShownKeyboard::Menu {
            self.ways[from].at_home = true;
        }
        let way = Way {
            from: Some(from),
            by: brief(&format!("{input:?}")),
            visible: promise != Promise::None,
            at_home: false,
        };
        self.arrive(next, shown, way);
    }

    /// All that is wrong about one turn.
    fn faults(&mut self, before: &Node, after: &Node, input: &Input, promise: Promise, turn: &Turn) -> Vec<String> {
        let presence = matches!(input, Input::Left | Input::CameBack);
        let mut faults = Vec::new();
        let mut check = |result: Result<(), String>| faults.extend(result.err());
        for show in &turn.show {
            check(self.censor.show(show));
        }
        check(effects(turn, input, before.role, &before.kept.cart, &before.catalogue));
        // Who is silent need not be told anything, and what they are told is no screen.
        let silent = *input == Input::DeadlinePassed;
        check(match (presence, turn.show.is_empty()) {
            _ if silent => Ok(()),
            (true, false) => Err("something is shown to somebody who only came or left".to_owned()),
            (false, true) => Err("no answer".to_owned()),
            _ => Ok(()),
        });
        check(kept_promise(before, promise, turn));
        check(is_open(before, after, input));
        check(kept_form(before.kept.conversation.as_ref(), before.kept.customer.as_ref(), turn));
        if let Some(conversation) = &turn.conversation {
            let stored = serde_json::to_string(conversation).expect("a conversation encodes");
            check(match serde_json::from_str::<Conversation>(&stored) {
                Ok(read) if read == *conversation => Ok(()),
                Ok(_) => Err(format!("reads back as another conversation: {}", brief(&stored))),
                Err(error) => Err(format!("does not read back ({error}): {}", brief(&stored))),
            });
            if !presence {
                check(right_keyboard(after));
            }
        }
        if !silent {
            check(complete(after, turn));
        }
        for effect in &turn.effects {
            if let Effect::PlaceOrder(order) = effect {
                self.orders += 1;
                let view = owner_notice(order, &after.full_context());
                check(self.censor.show(&Output::Send { view, serial: 0 }));
            }
        }
        faults
    }

    /// Takes note of a node, and of what is to be tried there.
    fn arrive(&mut self, node: Node, shown: Vec<Shown>, way: Way) {
        let serial = node.serial();
        let digest = node.digest();
        let place = match self.known.get(&digest) {
            Some(place) => *place,
            None => self.discover(node, digest, way),
        };
        let expanded = self.is_expanded(place);
        let kept = self.nodes[place].serial();
        for Shown { button, serial: shown } in shown {
            // A button is tapped wherever it is new, however alike the place is to others.
            let new = self.buttons.insert((button.encode(0), self.nodes[place].world));
            if expanded || new {
                // The node may have been met first under another number.
                let serial = kept.wrapping_sub(serial.wrapping_sub(shown));
                let promise = if self.nodes[place].changed { Promise::Old } else { Promise::Button };
                self.offer(place, Input::Tapped { button, serial }, promise);
            }
        }
    }

    fn is_expanded(&self, place: usize) -> bool {
        self.tried.contains(&(place, u64::MAX))
    }

    fn discover(&mut self, node: Node, digest: u64, way: Way) -> usize {
        let place = self.nodes.len();
        self.known.insert(digest, place);
        let name = node.name();
        *self.states.entry(name.clone()).or_default() += 1;
        let mut room = |shape: String, most: usize| {
            let count = self.shapes.entry(shape).or_default();
            *count += 1;
            *count <= most
        };
        let parked = node.kept.conversation.as_ref().is_some_and(|conversation| conversation.beside.parked.is_some());
        let lines = node.kept.cart.lines.len().min(2);
        let language = node.speaks();
        let alike = format!(
            "{name} {} {} {parked} {lines} {:?} {}",
            node.world,
            node.changed,
            language,
            node.kept.orders.len().min(1)
        );
        let most = if name.starts_with("Checkout") { 4 * self.bounds.alike } else { self.bounds.alike };
        let most = if way.visible { most } else { 1 };
        // What nobody is shown takes no room from what everybody is.
        let alike = format!("{alike} {}", way.visible);
        let everything =
            way.visible && room(format!("all {name} {} {}", node.world, node.changed), self.bounds.everything);
        let expand = room(alike, most) || everything;
        let near = room(format!("home {name} {} {} {}", node.world, node.changed, way.visible), HOMEWARDS);
        let at_home = node.standing == ShownKeyboard::Menu || node.kept.conversation.is_none();
        self.nodes.push(node);
        self.ways.push(Way { at_home, ..way });
        if expand {
            self.tried.insert((place, u64::MAX));
            self.offer_what_stands(place);
        }
        if everything {
            self.offer_everything(place);
        }
        if near || expand {
            self.commands_lead_home(place);
        }
        place
    }

    fn offer(&mut self, place: usize, input: Input, promise: Promise) {
        let mut hasher = DefaultHasher::new();
        format!("{input:?}").hash(&mut hasher);
        if self.tried.insert((place, hasher.finish())) {
            self.queue.push_back(Deed { from: place, input, promise });
        }
    }

    /// The buttons on the screen and the labels in place of the letters.
    fn offer_what_stands(&mut self, place: usize) {
        let node = self.nodes[place].clone();
        let serial = node.serial();
        let promised = |promise| if node.changed { Promise::Old } else { promise };
        for button in &node.screen {
            self.offer(place, Input::Tapped { button: *button, serial }, promised(Promise::Button));
        }
        for answer in &node.answers {
            let phone = "+380671112233".to_owned();
            let input = match answer.contact {
                true => Input::SharedContact { phone, own: true },
                false => Input::of_text(&answer.label),
            };
            self.offer(place, input, promised(Promise::Answer));
        }
        if node.role.is_some() {
            self.offer_the_office(place);
        }
        if node.standing == ShownKeyboard::Menu {
            let language = node.speaks();
            for answer in dialogues::menu::menu_keyboard(language).concat() {
                self.offer(place, Input::of_text(&answer.label), promised(Promise::Button));
            }
        }
    }

    /// The command that owners know, the buttons of the report, and a letter where one is asked for.
    fn offer_the_office(&mut self, place: usize) {
        let node = &self.nodes[place];
        let (name, mailing, order) = (node.name(), node.mailing.clone(), node.order.number);
        let role = node.role;
        self.offer(place, Input::of_text("/mail"), Promise::Old);
        if role < Some(TeamRole::Owner) {
            return;
        }
        for steer in Steer::iter().filter(|steer| mailing.allows(*steer)) {
            let button = Callback::Go(Place::Steer { mailing: mailing.id, steer });
            self.offer(place, Input::Tapped { button, serial: LETTER_SERIAL }, Promise::Button);
        }
        // The notice of the order that is on the desk, in whatever state it stands there.
        for step in OrderStep::iter() {
            let button = Callback::Go(Place::Step { step, order });
            self.offer(place, Input::Tapped { button, serial: LETTER_SERIAL }, Promise::Button);
        }
        if name == "Desk.AskingReason" {
            // Nobody reads why the order of somebody is cancelled who was forgotten: only the button does it.
            let promise = if self.nodes[place].order.is_forgotten { Promise::None } else { Promise::Answer };
            self.offer(place, Input::of_text("The harvest is late & {poor}\nWe are <sorry>"), promise);
        }
        if ["Mailing.AskingMessage", "Mailing.AskingCorrection", "Mailing.AskingWords"].contains(&name.as_str()) {
            self.offer(place, Input::of_text("<b>New & {harvest}"), Promise::Answer);
        }
        if name == "Mailing.AskingTime" {
            self.offer(place, Input::of_text("23:30"), Promise::Answer);
        }
    }

    fn offer_everything(&mut self, place: usize) {
        for input in everything(self.nodes[place].serial()) {
            let spelled =
                matches!(&input, Input::Command { name, .. } if COMMANDS.iter().any(|(known, _)| known == name));
            self.offer(place, input, if spelled { Promise::Old } else { Promise::None });
        }
        let conversation = self.nodes[place].kept.conversation.as_ref();
        if conversation.is_some_and(|conversation| conversation.deadline.is_some()) {
            self.offer(place, Input::DeadlinePassed, Promise::None);
        }
        // Somebody else takes the role away, or a part of it.
        let has = self.nodes[place].role;
        for role in [Some(TeamRole::Manager), None].into_iter().filter(|role| *role < has) {
            let less = Node { role, changed: true, ..self.nodes[place].clone() };
            let way = Way { from: Some(place), by: format!("(is {role:?} now)"), visible: true, at_home: false };
            self.arrive(less, Vec::new(), way);
        }
        let Some(world) = self.worlds.later[self.nodes[place].world] else { return };
        let later = Node {
            world,
            catalogue: Arc::clone(&self.worlds.catalogues[world]),
            changed: true,
            ..self.nodes[place].clone()
        };
        let way = Way { from: Some(place), by: "(the world changes)".to_owned(), visible: true, at_home: false };
        self.arrive(later, Vec::new(), way);
    }

    /// `/start` brings the menu and `/cart` the cart, from wherever.
    fn commands_lead_home(&mut self, place: usize) {
        for (command, flow) in [("/start", "Menu"), ("/cart", "Cart")] {
            let node = &self.nodes[place];
            let input = Input::of_text(command);
            let turn = turn(node.kept.conversation.as_ref(), &input, &node.context(&input));
            let led = turn.conversation.as_ref().map_or("nowhere", |conversation| conversation.dialogue.flow());
            if led != flow {
                self.fail(place, &input, format!("{command} leads to {led}"));
            }
        }
    }

    /// Where a question is asked, one visible tap brings the menu back.
    fn all_are_near_the_menu(&mut self) {
        for place in 0..self.nodes.len() {
            if !self.ways[place].at_home
                && self.is_expanded(place)
                && self.nodes[place].standing != ShownKeyboard::Nothing
            {
                self.fail(place, &Input::Edited, "nothing that is shown brings the menu back".to_owned());
            }
        }
    }

    fn fail(&mut self, from: usize, input: &Input, fault: String) {
        let name = self.nodes[from].name();
        // One way to a fault is enough: what comes before its first quotation or number tells which it is.
        let kind: String = fault.chars().take_while(|c| !c.is_ascii_digit() && !"“({".contains(*c)).collect();
        if self.failures.len() >= MOST_FAILURES || !self.faults.insert(kind) {
            return;
        }
        let mut way = vec![brief(&format!("{input:?}"))];
        let mut at = Some(from);
        while let Some(place) = at {
            way.push(self.ways[place].by.clone());
            at = self.ways[place].from;
        }
        way.reverse();
        self.failures.push(format!("{name}: {fault}\n  by {}", way.join("\n   → ")));
    }
}
