//! The atlas: which states there are and which events each can meet, found by walking.
//!
//! Nothing here is drawn by hand. The walk begins at a stranger's `/start` in the demo shop and
//! tries every button that is shown, every label of the keyboard, every command, and a few things
//! that people write; so what it finds is what the code does.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use strum::IntoEnumIterator;

use crate::Dialogue;
use crate::app::{COMMANDS, TEAM_COMMANDS};
use crate::buttons::{Action, Place};
use crate::machine::{Attachment, Callback, Context, Conversation, Effect, Input, Keyboard, Output, Settings};
use crate::mailing::LETTER_SERIAL;
use crate::reminder::REMINDED;
use crate::shop::{
    Actor, Addressee, AudienceCounts, Catalogue, CatalogueTranslations, Change, CheckoutId, Correspondent, Customer,
    Invitation, InvitationCode, Language, Letter, Mailing, MailingId, MailingStatus, Member, Money, Office, Order,
    OrderNumber, OrderStatus, OrderStep, Pause, PictureId, Product, Sales, Segment, ShopFolder, Steer, Stock, Team,
    TeamChange, TeamRole,
};
use crate::snapshot::{Snapshot, Surroundings};
use crate::texts::Label;
use crate::turn::turn;
use crate::world::{TEA_HOUSE, beginning, settings};

/// What the walk has found.
#[derive(Debug, Clone, Default)]
pub struct Atlas {
    /// Names such as `Cart.Adjusting`; `Stranger` is whoever has not been here.
    pub states: BTreeSet<String>,
    /// From a state by an event to the states it can lead to.
    pub edges: BTreeMap<(String, &'static str), BTreeSet<String>>,
    /// Those of the transitions for which the state itself shows a button, as from, event and to.
    pub offered: BTreeSet<(String, &'static str, String)>,
}

impl Atlas {
    /// Every edge to every state it can lead to: from, event, to.
    pub fn transitions(&self) -> impl Iterator<Item = (&str, &'static str, &str)> {
        self.edges.iter().flat_map(|((from, event), to)| to.iter().map(|to| (from.as_str(), *event, to.as_str())))
    }
}

/// Where a walk stands: all that decides how it can go on.
#[derive(Debug, Clone)]
struct Position {
    kept: Snapshot,
    /// An owner of the shop: sees what customers do not.
    owner: bool,
    /// Buttons in the chat, of the screen and of the messages before it.
    buttons: Vec<(u32, Callback)>,
    /// The state with which these were shown.
    shown_in: String,
    answers: Vec<String>,
}

/// Walks the demo shop.
pub fn atlas() -> Atlas {
    let Ok(folder) = ShopFolder::parse(TEA_HOUSE) else { return Atlas::default() };
    let team = Team { invitations: vec![invitation()], ..Team::default() };
    let catalogue = Catalogue::default().changed(folder.changes().chain([Change::Team(team)]));
    let nowhere = Position {
        kept: Snapshot::default(),
        owner: false,
        buttons: Vec::new(),
        shown_in: String::new(),
        answers: Vec::new(),
    };
    let owner = Position { owner: true, ..nowhere.clone() };
    let mut walk = Walk { atlas: Atlas::default(), seen: HashSet::new(), open: VecDeque::from([owner, nowhere]) };
    // The same walk once more in a shop where the first shelf is sold out and all is dearer.
    let worse = worse(&catalogue);
    let paused = catalogue.changed([Change::Pause(Some(Pause { until: DateTime::<Utc>::MAX_UTC, reason: None }))]);
    walk.go([&catalogue, &worse].map(|catalogue| Arc::new(catalogue.clone())), &Arc::new(paused));
    walk.atlas
}

fn worse(catalogue: &Catalogue) -> Catalogue {
    let change = |product: &Arc<Product>| {
        let product = Product::clone(product);
        let stock = if product.position == 0 { Stock::Count(0) } else { product.stock };
        // In one language, so that it can be described in the chat.
        let translations = CatalogueTranslations::default();
        Change::Product(Product { stock, price: product.price + product.price, translations, ..product })
    };
    catalogue.changed(catalogue.products().map(change).collect::<Vec<_>>())
}

struct Walk {
    atlas: Atlas,
    seen: HashSet<String>,
    open: VecDeque<Position>,
}

impl Walk {
    /// Walks these shops; where a pause makes a difference, also one that is paused.
    fn go(&mut self, shops: [Arc<Catalogue>; 2], paused: &Arc<Catalogue>) {
        while let Some(place) = self.open.pop_front() {
            let dialogue = place.kept.conversation.as_ref().map(|conversation| &conversation.dialogue);
            let pauses = matches!(dialogue, Some(Dialogue::Checkout(_) | Dialogue::Pause(_)));
            for shop in shops.iter().chain(pauses.then_some(paused)) {
                for input in inputs(&place) {
                    self.step(&place, shop, &input);
                }
                if dialogue.is_some_and(|dialogue| dialogue.is_for().is_some()) {
                    // Somebody takes their role away.
                    self.step(&Position { owner: false, ..place.clone() }, shop, &Input::Said("hello".to_owned()));
                }
            }
        }
    }

    fn step(&mut self, place: &Position, shop: &Arc<Catalogue>, input: &Input) {
        let context = context(place, Arc::clone(shop));
        let turn = turn(place.kept.conversation.as_ref(), input, &context);
        let (from, to) = (name(place.kept.conversation.as_ref()), name(turn.conversation.as_ref()));
        self.atlas.states.extend([from.clone(), to.clone()]);
        if place.offers(input) {
            self.atlas.offered.insert((from.clone(), turn.event, to.clone()));
        }
        self.atlas.edges.entry((from, turn.event)).or_default().insert(to);
        let mut next = place.clone();
        next.kept.follow(&turn);
        next.owner |= turn
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::ChangeTeam { change: TeamChange::Join { .. }, .. }));
        // The buttons of a reminder are the same wherever it comes: a picture would show nothing else.
        if turn.event != REMINDED {
            next.see(&turn.show);
        }
        if self.seen.insert(next.digest()) {
            self.open.push_back(next);
        }
    }
}

impl Position {
    /// Whether the input is a tap on what was shown with this very state, not on an older message.
    fn offers(&self, input: &Input) -> bool {
        let Input::Tapped { button, serial } = input else { return false };
        self.shown_in == name(self.kept.conversation.as_ref()) && self.buttons.contains(&(*serial, *button))
    }

    /// Takes in what was shown: all buttons of this turn's messages, and the answers in place of the letters.
    fn see(&mut self, shown: &[Output]) {
        let views = || {
            shown.iter().filter_map(|show| match show {
                Output::Send { view, serial } | Output::Edit { view, serial } => Some((&view.keys, *serial)),
                Output::Toast(_) | Output::Alert(_) | Output::File { .. } => None,
            })
        };
        if views().any(|(keys, _)| matches!(keys, Keyboard::Inline(_))) {
            self.buttons.clear();
            self.shown_in = name(self.kept.conversation.as_ref());
        }
        for (keys, serial) in views() {
            match keys {
                Keyboard::Inline(rows) => self.buttons.extend(rows.iter().flatten().map(|key| (serial, key.button))),
                Keyboard::Reply(rows) => {
                    self.answers = rows.iter().flatten().map(|answer| answer.label.clone()).collect();
                }
                Keyboard::None | Keyboard::Menu => {}
            }
        }
    }

    /// Two places with one digest go on alike, as far as the map is concerned: which product, how
    /// many and whose e-mail do not matter; which kinds of buttons there are, and what is filled in, do.
    /// Nor does it matter whether somebody had left: that changes words and effects, never the way.
    fn digest(&self) -> String {
        let kinds: BTreeSet<String> = self.buttons.iter().map(|(_, button)| kind(*button)).collect();
        let filled = match self.kept.conversation.as_ref().map(|conversation| &conversation.dialogue) {
            Some(Dialogue::Profile(state)) => format!("{state:?}"),
            Some(Dialogue::Checkout(state)) => format!("{:?}", state.form().map(|form| form.filled())),
            _ => String::new(),
        };
        let parked = self.kept.conversation.as_ref().is_some_and(|conversation| conversation.beside.parked.is_some());
        let amounts = (self.kept.cart.lines.len().min(2), self.kept.orders.len().min(1), self.kept.customer.is_some());
        format!("{} {filled} {parked} {amounts:?} {kinds:?} {}", name(self.kept.conversation.as_ref()), self.owner)
    }
}

/// A button without what it is about.
fn kind(button: Callback) -> String {
    let debug = match button {
        Callback::Go(go) => format!("{go:?}"),
        Callback::Action(act) => format!("{act:?}"),
    };
    debug.split(['(', ' ']).next().unwrap_or_default().to_owned()
}

fn name(conversation: Option<&Conversation>) -> String {
    conversation.map_or_else(|| "Stranger".to_owned(), |conversation| conversation.dialogue.name())
}

fn context(place: &Position, catalogue: Arc<Catalogue>) -> Context {
    let around = Surroundings {
        catalogue,
        settings: Arc::new(Settings { remind_after: Some(TimeDelta::hours(4)), ..settings() }),
        office: place.owner.then(|| office(place)),
        now: beginning(),
        fresh: place.kept.orders.len() as u64 * 7919 + 17,
    };
    place.kept.context(|| Customer::met("Anna", None, Default::default()), around)
}

/// What an owner sees of mailings: one customer, and a mailing that is over.
fn office(place: &Position) -> Office {
    let mut census = AudienceCounts::default();
    census.add(Language::default(), !place.kept.orders.is_empty(), 1);
    let mut mailing = Mailing::new(MailingId::draw(0), Letter::plain("x"), Segment::default(), 1, beginning());
    (mailing.status, mailing.tally.sent) = (MailingStatus::Done, 1);
    Office {
        census,
        mailing: Some(mailing),
        order: Some(ordered()),
        orders: vec![ordered()],
        sales: Sales::default(),
        correspondent: Some(correspondent()),
        role: TeamRole::Owner,
        team: vec![Member { chat: 7, role: TeamRole::Manager, name: None, is_fixed: false, is_reader: false }],
        audit: Vec::new(),
        bot: "tea_house_bot".to_owned(),
    }
}

/// An invitation that somebody has sent to whoever walks.
fn invitation() -> Invitation {
    let by = Actor { chat: 9, is_fixed: true };
    Invitation { code: InvitationCode::draw(0), role: TeamRole::Manager, until: beginning() + Invitation::LASTS, by }
}

/// Whoever has placed it.
fn correspondent() -> Correspondent {
    Correspondent { addressee: Addressee::OfOrder(OrderNumber::draw(0)), name: None, order: None }
}

/// A new order of somebody else.
pub(crate) fn ordered() -> Order {
    Order {
        number: OrderNumber::draw(0),
        checkout: CheckoutId(0),
        contact: None,
        lines: Vec::new(),
        total: Money::ZERO,
        status: OrderStatus::New,
        placed: beginning(),
        moves: Vec::new(),
        is_forgotten: false,
        customer: None,
    }
}

/// Everything that can be done in a place.
fn inputs(place: &Position) -> Vec<Input> {
    let dialogue = place.kept.conversation.as_ref().map(|conversation| &conversation.dialogue);
    if matches!(dialogue, Some(Dialogue::Group(_))) {
        // In a group's chat nothing else is heard.
        return vec![Input::InGroup];
    }
    if place.owner
        && !matches!(
            dialogue,
            None | Some(
                Dialogue::Menu(_)
                    | Dialogue::Mailing(_)
                    | Dialogue::Desk(_)
                    | Dialogue::Talk(_)
                    | Dialogue::Pause(_)
                    | Dialogue::Goods(_)
                    | Dialogue::Team(_)
                    | Dialogue::Product(_)
            )
        )
    {
        // Everywhere else an owner is a customer like any other.
        return Vec::new();
    }
    let serial = place.kept.conversation.as_ref().map_or(0, |conversation| conversation.serial);
    let in_group = dialogue.is_none().then_some(Input::InGroup);
    // It leads to the same state from everywhere; whoever joins with a cart would only be walked after twice.
    let joins = || Input::Command { name: "start".to_owned(), argument: invitation().code.argument() };
    let joins = dialogue.is_none().then(joins);
    let labels = Label::iter().map(|label| Input::Said(label.show(Language::default())));
    let commands = COMMANDS.iter().map(|(name, _)| command(name)).chain([command("nonsense")]);
    let written =
        ["hello", "sencha or gyokuro", "anna@example.com", "+380671112233", "Kyiv, Khreshchatyk 1"].map(str::to_owned);
    let said = written.into_iter().chain(place.answers.iter().cloned()).map(Input::Said);
    let tapped = place.buttons.iter().map(|(serial, button)| Input::Tapped { button: *button, serial: *serial });
    let other = [
        Input::SharedContact { phone: "+380671112233".to_owned(), own: true },
        Input::SharedContact { phone: "+380671112234".to_owned(), own: false },
        Input::Sent(Attachment::Sticker),
        Input::Edited,
        Input::Left,
        Input::CameBack,
        Input::BotIsBack,
        Input::DeadlinePassed,
        // An old button, and the second tap of a double tap.
        Input::Tapped { button: Callback::Action(Action::Count(None)), serial: serial.wrapping_sub(1) },
        Input::Tapped { button: Callback::Action(Action::Confirm), serial },
        Input::Tapped { button: Callback::Action(Action::AddToCart(None)), serial },
        Input::Tapped { button: Callback::Go(Place::Checkout), serial },
    ];
    let steers = Steer::iter().map(|steer| {
        let button = Callback::Go(Place::Steer { mailing: MailingId::draw(0), steer });
        Input::Tapped { button, serial: LETTER_SERIAL }
    });
    let steps = OrderStep::iter().map(|step| {
        let button = Callback::Go(Place::Step { step, order: OrderNumber::draw(0) });
        Input::Tapped { button, serial: LETTER_SERIAL }
    });
    let answer = Callback::Go(Place::Write(Addressee::OfOrder(OrderNumber::draw(0))));
    let answer = Input::Tapped { button: answer, serial: LETTER_SERIAL };
    let (picture, caption) = (PictureId("harvest.jpg".to_owned()), String::new());
    let picture = Input::SentPicture { picture, caption, html: None, album: None };
    let values = ["24.12", "23:30", "20", "sencha"].map(|said| Input::Said(said.to_owned()));
    let of_owners = place.owner.then(|| {
        let commands = TEAM_COMMANDS.iter().map(|(name, _)| command(name));
        steers.chain(steps).chain(commands).chain(values).chain([answer, picture])
    });
    let other = other.into_iter().chain(of_owners.into_iter().flatten());
    commands.chain(said).chain(labels).chain(tapped).chain(other).chain(in_group).chain(joins).collect()
}

fn command(name: &str) -> Input {
    Input::Command { name: name.to_owned(), argument: String::new() }
}
