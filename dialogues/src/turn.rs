//! One turn: an input, what it means, where it leads, what is shown. Pure from end to end.

use crate::buttons::{Act, Button, Go, List};
use crate::checkout::CheckoutState;
use crate::dialogue::visit;
use crate::flow::{Step, out_of_date};
use crate::machine::{
    Acquaintance, Bring, Context, Conversation, Effect, Input, Keys, Next, Note, Outcome, Show, Standing, Turn, View,
};
use crate::menu::MenuState;
use crate::shop::ProductId;
use crate::texts::{Label, TOAST_LIMIT, Text, clip, label, say};
use crate::{Dialogue, group, older, privacy, text};

/// What an input means before any flow is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Goes somewhere, from wherever the customer is.
    Go(Go),
    /// Is the flow's to answer.
    Flow,
    /// Is a tap on a message that is no longer the screen, and safe there: the state that the message shows.
    Older { home: Box<Dialogue>, input: Box<Input> },
    /// Belongs to a screen that is gone.
    OutOfDate,
    /// A command that we do not know.
    UnknownCommand(String),
    /// Has blocked the bot, or come back: nothing to answer.
    Presence { active: bool },
    /// Comes from a group.
    Group,
    /// The stored dialogue could not be read: back to the menu, with an apology.
    LostThread,
}

/// The event of a tap on a screen that is gone.
const STALE: &str = "out of date";

/// The most exits that one input can lead through, for instance order → cart.
const MOST_EXITS: usize = 4;

impl Conversation {
    /// The conversation with somebody who has not been here.
    pub fn new() -> Self {
        Self {
            dialogue: Dialogue::Menu(MenuState::Choosing),
            serial: 0,
            keyboard: Standing::Nothing,
            parked: None,
            adopted: None,
            reshown: false,
        }
    }

    /// Whether buttons with this number are under the current screen.
    pub(crate) fn is_screen(&self, serial: u32) -> bool {
        serial == self.serial || Some(serial) == self.adopted
    }
}

impl Conversation {
    /// The same, at a serial number that no screen of a forgotten conversation is likely to carry.
    pub fn begun(fresh: u64) -> Self {
        Self { serial: (fresh >> 44) as u32, ..Self::new() }
    }
}

impl Default for Conversation {
    fn default() -> Self {
        Self::new()
    }
}

/// The whole turn. `before` is `None` for a stranger, and where the stored dialogue cannot be read.
pub fn turn(before: Option<&Conversation>, input: &Input, context: &Context) -> Turn {
    let new = Conversation::begun(context.fresh);
    let before = before.unwrap_or(&new);
    let meaning = meaning(before, input, context);
    let step = match meaning {
        Meaning::Flow => answer(before, before.dialogue.step(input, context)),
        other => respond(other, before, context),
    };
    settle(before, input, context, step)
}

/// What the input means before any flow is asked.
pub fn meaning(before: &Conversation, input: &Input, context: &Context) -> Meaning {
    let meaning = match input {
        Input::InGroup => return Meaning::Group,
        Input::Left => return Meaning::Presence { active: false },
        Input::CameBack => return Meaning::Presence { active: true },
        Input::Command { name, .. } if name == "mail" && context.office.is_some() => Meaning::Go(Go::Mail),
        Input::Command { name, argument } => command(name, argument),
        Input::Said(said) | Input::Formatted { text: said, .. } => menu_key(said).map_or(Meaning::Flow, Meaning::Go),
        Input::Tapped { button: Button::Go(go), .. } if go.is_for_owners() && context.office.is_none() => {
            Meaning::OutOfDate
        }
        Input::Tapped { button: Button::Go(go), .. } => Meaning::Go(*go),
        Input::Tapped { serial, .. } if !before.is_screen(*serial) => match older::tapped(before, input) {
            Some(home) if context.acquaintance != Acquaintance::Stranger => {
                Meaning::Older { home: Box::new(home), input: Box::new(input.clone()) }
            }
            _ => Meaning::OutOfDate,
        },
        Input::TappedUnknown => Meaning::OutOfDate,
        Input::Tapped { .. } | Input::SharedContact { .. } | Input::Sent(_) | Input::SentPicture { .. } => {
            Meaning::Flow
        }
        Input::Edited => Meaning::Flow,
    };
    match (context.acquaintance, meaning) {
        (Acquaintance::LostThread, Meaning::Flow | Meaning::OutOfDate | Meaning::Older { .. }) => Meaning::LostThread,
        // Whoever begins with a word is greeted like whoever begins with /start.
        (Acquaintance::Stranger, Meaning::Flow) if before.keyboard == Standing::Nothing => Meaning::Go(Go::Start),
        (_, meaning) => meaning,
    }
}

/// Whether this turn looks at the customer's orders, which are read only then.
pub fn needs_orders(before: Option<&Conversation>, input: &Input) -> bool {
    let asked = match input {
        Input::Command { name, .. } => name == "orders",
        Input::Said(said) | Input::Formatted { text: said, .. } => Label::read(said) == Some(Label::Orders),
        Input::Tapped { button: Button::Go(go), .. } => matches!(go, Go::Orders { .. } | Go::Order(_)),
        // Also under an older message.
        Input::Tapped { button: Button::Act(Act::SendMyData), .. } => true,
        _ => false,
    };
    let looks_at_orders = |dialogue: &Dialogue| {
        matches!(
            dialogue,
            Dialogue::Orders(_) | Dialogue::Privacy(_) | Dialogue::Checkout(CheckoutState::Placed { .. })
        )
    };
    let there = before.is_some_and(|before| looks_at_orders(&before.dialogue));
    asked || there
}

/// Whether an owner's turn looks at whom a mailing would reach, which is counted only then.
pub fn needs_office(before: Option<&Conversation>) -> bool {
    before.is_some_and(|before| matches!(before.dialogue, Dialogue::Mailing(_)))
}

/// The commands that are registered with Telegram, in the order in which its menu shows them.
pub const COMMANDS: [(&str, Go); 10] = [
    ("start", Go::Start),
    ("catalogue", Go::Catalogue),
    ("sale", Go::Products { list: List::Sale, after: None }),
    ("cart", Go::Cart),
    ("news", Go::News),
    ("orders", Go::Orders { skip: 0 }),
    ("profile", Go::Profile),
    ("help", Go::Help),
    ("cancel", Go::Cancel),
    ("privacy", Go::Privacy),
];

fn command(name: &str, argument: &str) -> Meaning {
    // t.me/<bot>?start=p_<id> opens a product's card.
    let linked = argument.strip_prefix("p_").and_then(|id| id.parse().ok()).map(ProductId);
    match (name, linked) {
        ("start", Some(product)) => Meaning::Go(Go::Product(product)),
        _ => COMMANDS
            .iter()
            .find(|(known, _)| *known == name)
            .map_or_else(|| Meaning::UnknownCommand(name.to_owned()), |(_, go)| Meaning::Go(*go)),
    }
}

/// The menu's buttons say their label; they lead somewhere whatever is being asked.
fn menu_key(said: &str) -> Option<Go> {
    match Label::read(said)? {
        Label::Catalogue => Some(Go::Catalogue),
        Label::Sale => Some(Go::Products { list: List::Sale, after: None }),
        Label::Cart => Some(Go::Cart),
        Label::News => Some(Go::News),
        Label::Orders => Some(Go::Orders { skip: 0 }),
        Label::Profile => Some(Go::Profile),
        Label::SharePhone | Label::Back | Label::Cancel | Label::Clear => None,
    }
}

/// The flow's answer; where it has none, the tap is out of date.
pub fn answer(before: &Conversation, step: Option<Step<Dialogue>>) -> Step<Dialogue> {
    step.unwrap_or_else(|| stale(before))
}

fn stale(before: &Conversation) -> Step<Dialogue> {
    let outcome = match &before.dialogue {
        // The screen is below already: once more it would only fill the chat.
        other if before.reshown => below(other),
        // Nothing there can be tapped, and news are sent once.
        news @ Dialogue::News(_) => below(news),
        // Nobody wants to be welcomed twice.
        Dialogue::Menu(_) => out_of_date(Dialogue::Menu(MenuState::Choosing)),
        other => out_of_date(other.clone()),
    };
    Step { outcome, event: STALE }
}

fn below(dialogue: &Dialogue) -> Outcome<Dialogue> {
    Outcome::keep(dialogue.clone()).note(Note::Toast(text!("out-of-date-below")))
}

/// What is answered without asking the flow.
pub fn respond(meaning: Meaning, before: &Conversation, context: &Context) -> Step<Dialogue> {
    let keep = || Outcome::keep(before.dialogue.clone());
    match meaning {
        Meaning::Go(go) => {
            let outcome = visit(go, &before.dialogue, before.parked.as_ref(), context);
            Step { outcome, event: event_of(go) }
        }
        Meaning::Flow => answer(before, None),
        Meaning::Older { home, input } => answer(before, older::step(&home, &input, before, context)),
        Meaning::OutOfDate => stale(before),
        Meaning::UnknownCommand(name) => {
            let said = text!("unknown-command", name = clip(&name, 32).into_owned());
            Step { outcome: keep().note(Note::Say(said, Bring::Nothing)), event: "unknown command" }
        }
        Meaning::Presence { active } => {
            Step { outcome: keep().with(Effect::SetActive(active)), event: if active { "came back" } else { "left" } }
        }
        Meaning::Group => match &before.dialogue {
            Dialogue::Group(_) => Step { outcome: keep(), event: "WroteAgain" },
            _ => Step { outcome: group::enter().map(Dialogue::Group), event: "wrote in a group" },
        },
        Meaning::LostThread => {
            let menu = Outcome::stay(Dialogue::Menu(MenuState::Choosing));
            Step { outcome: menu, event: "lost thread" }
        }
    }
}

/// Whether an event's name is that of going to a place, which can be done from everywhere.
pub fn is_place(event: &str) -> bool {
    let wishes = ["showed more", "went to checkout", "opted in", "opted out", "steered a mailing", older::EVENT];
    event.starts_with('/') || event.starts_with("opened") || wishes.contains(&event)
}

fn event_of(go: Go) -> &'static str {
    match go {
        Go::Start => "/start",
        Go::Menu => "/menu",
        Go::Help => "/help",
        Go::Privacy => "/privacy",
        Go::Cancel => "/cancel",
        Go::Catalogue => "/catalogue",
        Go::Category(_) => "opened category",
        Go::Shelves { .. } => "opened shelves",
        Go::Products { after: None, list: List::Sale } => "/sale",
        Go::Products { after: None, .. } => "opened list",
        Go::Products { .. } => "showed more",
        Go::Product(_) => "opened product",
        Go::Cart => "/cart",
        Go::Checkout => "went to checkout",
        Go::News => "/news",
        Go::Orders { .. } => "/orders",
        Go::Order(_) => "opened order",
        Go::Profile => "/profile",
        Go::Mailings { wanted: true } => "opted in",
        Go::Mailings { wanted: false } => "opted out",
        Go::Mail => "/mail",
        Go::Steer { .. } => "steered a mailing",
    }
}

/// From a step to a turn: follows exits, keeps the form of a checkout that is left, decides what is
/// edited and what is sent, and sees to it that the right keyboard stands.
pub fn settle(before: &Conversation, input: &Input, context: &Context, step: Step<Dialogue>) -> Turn {
    let Step { outcome, event } = step;
    let abandoned = matches!(outcome.next, Next::Abandon(_));
    let (dialogue, redraw, mut effects, notes) = follow(outcome, before, context);
    let mut context = context.clone().after(&effects);
    let (dialogue, seen) = if redraw { dialogue.drawn(&context) } else { (dialogue, None) };
    if let Some(cart) = seen {
        context.cart.clone_from(&cart);
        effects.push(Effect::KeepCart(cart));
    }
    let left = !dialogue.shares_screen(&before.dialogue);
    let parked = match (&before.dialogue, &dialogue) {
        _ if abandoned => None,
        (_, Dialogue::Checkout(_)) => None,
        (Dialogue::Checkout(state), _) if state.is_open() => Some(state.clone()),
        _ => before.parked.clone(),
    };
    let older = (event == older::EVENT).then(|| older::tapped(before, input)).flatten();
    let mut scene = Scene::new(before, input, &context, older);
    let private = !matches!(dialogue, Dialogue::Group(_));
    let talking = private && !matches!(input, Input::Left | Input::CameBack);
    if context.acquaintance == Acquaintance::LostThread && talking {
        scene.say(&text!("lost-thread"), Bring::Menu);
    }
    if left
        && !abandoned
        && let Some(farewell) = before.dialogue.farewell()
    {
        scene.say(&farewell, Bring::Menu);
    }
    notes.into_iter().for_each(|note| scene.note(note));
    let serial = if redraw { scene.screen(&dialogue) } else { before.serial };
    let adopted = scene.adopted;
    let (show, keyboard) = scene.finish(talking);
    let forgotten = effects.contains(&Effect::Forget);
    let effects = if forgotten { vec![Effect::Forget] } else { whole(effects, &context, input, private) };
    let (adopted, reshown) = match serial == before.serial {
        true => (before.adopted, before.reshown),
        false => (adopted, event == STALE),
    };
    let conversation = Conversation { dialogue, serial, keyboard, parked, adopted, reshown };
    Turn { conversation: (!forgotten).then_some(conversation), effects, show, event }
}

/// Follows exits until somebody stays.
fn follow(
    outcome: Outcome<Dialogue>,
    before: &Conversation,
    context: &Context,
) -> (Dialogue, bool, Vec<Effect>, Vec<Note>) {
    let Outcome { mut next, mut effects, mut notes } = outcome;
    for _ in 0..MOST_EXITS {
        let go = match next {
            Next::Stay(dialogue) => return (dialogue, true, effects, notes),
            Next::Keep(dialogue) => return (dialogue, false, effects, notes),
            Next::Exit(go) | Next::Abandon(go) => go,
        };
        let context = context.clone().after(&effects);
        let onward = visit(go, &before.dialogue, before.parked.as_ref(), &context);
        effects.extend(onward.effects);
        notes.extend(onward.notes);
        next = onward.next;
    }
    (Dialogue::Menu(MenuState::Choosing), true, effects, notes)
}

/// The effects, the last one of a kind only, and what acquaintance adds to them. A tap introduces
/// nobody: it may be one on a message from before somebody was forgotten.
fn whole(effects: Vec<Effect>, context: &Context, input: &Input, private: bool) -> Vec<Effect> {
    let mut all: Vec<Effect> = Vec::new();
    for effect in effects {
        all.retain(|earlier| std::mem::discriminant(earlier) != std::mem::discriminant(&effect));
        all.push(effect);
    }
    let introduced = all.iter().any(|effect| matches!(effect, Effect::KeepCustomer(_)));
    let presence = matches!(input, Input::Left | Input::CameBack);
    let tapped = matches!(input, Input::Tapped { .. } | Input::TappedUnknown);
    match context.acquaintance {
        Acquaintance::Stranger if private && !introduced && !presence && !tapped => {
            all.push(Effect::KeepCustomer(context.customer.clone()));
        }
        Acquaintance::Returning if !presence => all.push(Effect::SetActive(true)),
        _ => {}
    }
    all
}

/// What is to be shown, as it comes together.
struct Scene<'a> {
    before: &'a Conversation,
    context: &'a Context,
    tapped: bool,
    /// The number that the tapped message carries.
    serial: Option<u32>,
    /// The tap was on the screen itself, which can be edited.
    on_screen: bool,
    /// The state of the older message that the tap was on: it can become the screen.
    older: Option<Dialogue>,
    /// The number of the older message that has become the screen.
    adopted: Option<u32>,
    /// Something was sent below the screen, so that an edit would happen out of sight.
    buried: bool,
    asking: bool,
    show: Vec<Show>,
}

impl<'a> Scene<'a> {
    fn new(before: &'a Conversation, input: &Input, context: &'a Context, older: Option<Dialogue>) -> Self {
        let tapped = matches!(input, Input::Tapped { .. } | Input::TappedUnknown);
        let serial = match input {
            Input::Tapped { serial, .. } => Some(*serial),
            _ => None,
        };
        let on_screen = serial.is_some_and(|serial| before.is_screen(serial));
        let asking = before.keyboard == Standing::Answers;
        let (adopted, show) = (None, Vec::new());
        Self { before, context, tapped, serial, on_screen, older, adopted, buried: false, asking, show }
    }

    fn send(&mut self, view: View) {
        self.buried = true;
        self.show.push(Show::Send { view, serial: self.before.serial });
    }

    fn say(&mut self, text: &Text, bring: Bring) {
        let view = View::text(say(self.context.customer.language, text));
        self.send(if bring == Bring::Menu { view.menu() } else { view });
    }

    fn answered(&self) -> bool {
        self.show.iter().any(|show| matches!(show, Show::Toast(_) | Show::Alert(_)))
    }

    fn note(&mut self, note: Note) {
        let language = self.context.customer.language;
        match note {
            // Telegram takes one answer to a tap: the first one counts.
            Note::Toast(_) | Note::Alert(_) if self.tapped && self.answered() => {}
            Note::Toast(text) if self.tapped => self.show.push(Show::Toast(toast(&label(language, &text)))),
            Note::Alert(text) if self.tapped => self.show.push(Show::Alert(toast(&label(language, &text)))),
            Note::Toast(text) | Note::Alert(text) => self.say(&text, Bring::Nothing),
            Note::Say(text, bring) => self.say(&text, bring),
            Note::Show(view) => self.send(view),
            Note::Replace(text) if self.on_screen => {
                let view = View::text(say(language, &text));
                self.buried = true;
                self.show.push(Show::Edit { view, serial: self.before.serial });
            }
            Note::Replace(_) => {}
            Note::MyData => self.show.push(Show::File {
                name: "my-data.json".to_owned(),
                content: privacy::my_data(self.before, self.context),
                caption: say(language, &text!("privacy-file")),
            }),
        }
    }

    /// Draws the screen; its serial number from now on.
    fn screen(&mut self, dialogue: &Dialogue) -> u32 {
        let view = dialogue.view(self.context);
        self.asking = matches!(view.keys, Keys::Answers(_));
        let inline = matches!(view.keys, Keys::Inline(_) | Keys::None);
        let before = self.before.serial;
        if self.on_screen && !self.buried && inline && dialogue.shares_screen(&self.before.dialogue) {
            self.show.push(Show::Edit { view, serial: before });
            return before;
        }
        let serial = before.wrapping_add(1);
        let becomes = self.older.as_ref().is_some_and(|older| dialogue.shares_screen(older));
        if becomes && !self.buried && inline {
            self.adopted = self.serial;
            self.show.push(Show::Edit { view, serial });
        } else {
            self.show.push(Show::Send { view, serial });
        }
        serial
    }

    /// All that is shown, and the keyboard that stands then. In a private chat there is always one.
    fn finish(mut self, private: bool) -> (Vec<Show>, Standing) {
        let keyboard = self.show.iter().fold(self.before.keyboard, |standing, show| match show {
            Show::Send { view: View { keys: Keys::Menu, .. }, .. } => Standing::Menu,
            Show::Send { view: View { keys: Keys::Answers(_), .. }, .. } => Standing::Answers,
            _ => standing,
        });
        let wrong = keyboard == Standing::Nothing || (keyboard == Standing::Answers && !self.asking);
        if !private || !wrong || self.show.is_empty() {
            return (self.show, keyboard);
        }
        self.bring_menu();
        (self.show, Standing::Menu)
    }

    /// Lets the first plain message bring the menu's keyboard; where there is none, one is added.
    fn bring_menu(&mut self) {
        let plain = self.show.iter_mut().find_map(|show| match show {
            Show::Send { view, .. } if view.keys == Keys::None => Some(view),
            _ => None,
        });
        match plain {
            Some(view) => view.keys = Keys::Menu,
            None => {
                let hello = text!("menu-here", shop = self.context.settings.shop_name.as_str());
                let view = View::text(say(self.context.customer.language, &hello)).menu();
                self.show.insert(0, Show::Send { view, serial: self.before.serial });
            }
        }
    }
}

fn toast(text: &str) -> String {
    clip(text, TOAST_LIMIT).into_owned()
}
