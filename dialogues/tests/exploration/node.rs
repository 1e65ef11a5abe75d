//! One customer at one moment, and what the world does with their turn.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::TimeDelta;
use dialogues::machine::{
    Callback, Context, Conversation, Effect, Input, Keyboard, Output, ReplyButton, Settings, ShownKeyboard, Turn, View,
};
use dialogues::shop::{
    Actor, Addressee, AudienceCounts, AuditAction, AuditEntry, BEST_SELLERS, BestSeller, Catalogue, Change, CheckoutId,
    Correspondent, Customer, DeskQuery, Language, Letter, Mailing, MailingId, Member, Money, Office, Order,
    OrderNumber, OrderStatus, Product, ProductId, Sales, Segment, Stock, Takings, Tally, Team, TeamChange, TeamRole,
};
use dialogues::snapshot::{Snapshot, Surroundings};
use dialogues::turn::looks;
use dialogues::world::{beginning, settings};
use strum::IntoEnumIterator;

/// The Telegram id of whoever is here.
const ME: i64 = 1;

/// A customer, their shop, and what stands on their screen.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kept: Snapshot,
    /// What Telegram says of a stranger.
    pub(crate) language: Language,
    pub(crate) role: Option<TeamRole>,
    pub(crate) catalogue: Arc<Catalogue>,
    /// Which world this began in, for counting.
    pub(crate) world: usize,
    /// What was sold of it.
    pub(crate) sold: String,
    /// The world has changed since the screen was drawn.
    pub(crate) changed: bool,
    /// The buttons on the screen.
    pub(crate) screen: Vec<Callback>,
    /// The mailing that there is, for owners.
    pub(crate) mailing: Mailing,
    /// Somebody else's order, for owners.
    pub(crate) order: Order,
    /// The reply keyboard, as Telegram would have kept it.
    pub(crate) standing: ShownKeyboard,
    pub(crate) answers: Vec<ReplyButton>,
}

/// Something tappable that a turn has shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) button: Callback,
    pub(crate) serial: u32,
}

impl Node {
    /// Somebody new in this shop.
    pub(crate) fn stranger(catalogue: Arc<Catalogue>, world: usize, language: Language) -> Self {
        Self {
            kept: Snapshot::default(),
            language,
            role: None,
            catalogue,
            world,
            sold: String::new(),
            changed: false,
            screen: Vec::new(),
            order: ordered(),
            mailing: Mailing {
                tally: Tally { sent: 1, ..Tally::default() },
                ..Mailing::new(MailingId::draw(0), Letter::plain("x"), Segment::default(), 2, beginning())
            },
            standing: ShownKeyboard::Nothing,
            answers: Vec::new(),
        }
    }

    pub(crate) fn serial(&self) -> u32 {
        self.kept.conversation.as_ref().map_or(0, |conversation| conversation.serial)
    }

    /// Flow and state, such as `Cart.Adjusting`.
    pub(crate) fn name(&self) -> String {
        let nobody = if self.kept.undecodable { "Lost" } else { "Stranger" };
        self.kept.conversation.as_ref().map_or(nobody.to_owned(), |conversation| conversation.dialogue.name())
    }

    /// What the core is told for a turn: orders only where it has asked for them.
    pub(crate) fn context(&self, input: &Input) -> Context {
        let mut full = self.full_context();
        let looks = looks(self.kept.conversation.as_ref(), input);
        if let Some(office) = &mut full.office {
            // One of the orders is of somebody who is there.
            office.correspondent =
                looks.at_addressee.filter(|to| *to == Addressee::OfOrder(self.order.number)).map(|to| Correspondent {
                    addressee: to,
                    name: Some("<Boris> & ".repeat(12)),
                    order: Some(self.order.number),
                });
            // Two pages, and nobody whom somebody looks for.
            office.orders.truncate(match &looks.at_desk {
                Some(DeskQuery::Page { skip: 0, .. }) => usize::MAX,
                Some(DeskQuery::Page { .. }) => 1,
                Some(DeskQuery::Words(_)) | None => 0,
            });
        }
        if looks.at_orders { full } else { Context { orders: Arc::default(), ..full } }
    }

    pub(crate) fn speaks(&self) -> Language {
        self.kept.language(|| self.language)
    }

    /// The same with all orders, whoever asks.
    pub(crate) fn full_context(&self) -> Context {
        let shop_name = "Чай & <Кава> \"24\"".to_owned();
        let first_name = "🦊 <Аня> & ".repeat(12);
        let around = Surroundings {
            catalogue: Arc::clone(&self.catalogue),
            settings: Arc::new(Settings { shop_name, remind_after: Some(TimeDelta::hours(4)), ..settings() }),
            office: self.role.map(|role| self.office(role)),
            now: beginning(),
            // One checkout for each order: what is drawn at random must not make states endless.
            fresh: 7_000_000 + self.kept.orders.len() as u64,
        };
        self.kept.context(|| Customer::met(&first_name, None, self.language), around)
    }

    /// Who they are after the turn, and every inline button it has shown.
    pub(crate) fn after(&self, turn: &Turn) -> (Self, Vec<Shown>) {
        let mut next = self.clone();
        next.kept.follow(turn);
        turn.effects.iter().for_each(|effect| next.carry_out(effect));
        let mut shown = Vec::new();
        for show in &turn.show {
            let (view, serial, edit) = match show {
                Output::Send { view, serial } => (view, *serial, false),
                Output::Edit { view, serial } => (view, *serial, true),
                Output::Toast(_) | Output::Alert(_) | Output::File { .. } => continue,
            };
            let buttons = buttons(view);
            shown.extend(buttons.iter().map(|button| Shown { button: *button, serial }));
            next.keyboard(&view.keys);
            // A screen is edited under its number, or sent with the next one.
            if serial == next.serial() && (edit || serial != self.serial()) {
                next.screen = buttons;
                next.changed = false;
            }
        }
        (next, shown)
    }

    fn keyboard(&mut self, keys: &Keyboard) {
        let (standing, answers) = match keys {
            Keyboard::None | Keyboard::Inline(_) => return,
            Keyboard::Menu => (ShownKeyboard::Menu, Vec::new()),
            Keyboard::Reply(rows) => (ShownKeyboard::Answers, rows.concat()),
        };
        (self.standing, self.answers) = (standing, answers);
    }

    /// What an effect asks of the shop itself.
    fn carry_out(&mut self, effect: &Effect) {
        match effect {
            Effect::Keep(_) | Effect::SetActive(_) => {}
            Effect::StartMailing(mailing) => {
                self.mailing = Mailing { id: MailingId::draw(0), ..mailing.clone() };
                // All but one are reached at once, in the walk.
                self.mailing.tally.sent = 1;
            }
            Effect::SteerMailing(_, steering) => self.mailing = self.mailing.clone().steered(steering),
            Effect::PlaceOrder(order) => self.take_stock(order),
            Effect::MoveOrder { number, taken, .. } if *number == self.order.number => {
                self.order = self.order.clone().moved(taken.clone());
            }
            Effect::PauseOrders(pause) => {
                self.catalogue = Arc::new(self.catalogue.changed([Change::Pause(pause.clone())]));
            }
            // The shop becomes another one by itself, in this walk; here its goods would become endless.
            Effect::ChangeProduct(_) | Effect::AddProduct(_) => {}
            Effect::ChangeTeam { change, by_settings } => self.change_team(*change, *by_settings),
            Effect::Audit(_) => {}
            // It is brought beside the dialogues.
            Effect::Write(_) => {}
            // One of their own.
            Effect::MoveOrder { .. } => {}
            // Whatever stands in the chat belongs to nobody now.
            Effect::Forget => self.screen.clear(),
        }
    }

    /// Whoever is here is somebody else than the members whom owners see.
    fn change_team(&mut self, change: TeamChange, is_fixed: bool) {
        if let TeamChange::Join { role, .. } = change {
            self.role = Some(role);
        }
        let changed = self.catalogue.team().changed(Actor { chat: ME, is_fixed }, change, beginning());
        let changed = changed.map(|team| Team {
            // One invitation is like many others; whoever is here is not of the team that owners see.
            invitations: team.invitations.into_iter().take(1).collect(),
            members: team.members.into_iter().filter(|(chat, _)| *chat != ME).collect(),
            // They are told beside turns.
            untold: Vec::new(),
        });
        self.catalogue = Arc::new(self.catalogue.changed(changed.map(Change::Team)));
    }

    /// Two customers, one of whom has ordered.
    fn office(&self, role: TeamRole) -> Office {
        let mut census = AudienceCounts::default();
        census.add(Language::English, true, 1);
        census.add(Language::Ukrainian, false, 1);
        let (mailing, order) = (Some(self.mailing.clone()), Some(self.order.clone()));
        let orders = vec![self.order.clone(); 9];
        let takings = Takings { orders: 1_000_000, total: Money::MAX };
        let best =
            BestSeller { product: ProductId::of_key("best"), title: "<Чай> & ".repeat(40), quantity: 1_000_000 };
        let sales = Sales { today: takings, month: takings, best: vec![best; BEST_SELLERS] };
        let named = Some("<Boris> & ".repeat(12));
        let me = Member { chat: ME, role, name: named.clone(), is_fixed: true, is_reader: true };
        let others = self.catalogue.team().members.iter().map(|(chat, role)| {
            let name = named.clone().filter(|_| chat % 2 == 0);
            Member { chat: *chat, role: *role, name, is_fixed: false, is_reader: false }
        });
        let team = Member::in_order(others.chain([me]).collect());
        let audit = AuditAction::iter().map(|action| AuditEntry {
            at: beginning(),
            by: "<Boris> & ".repeat(12),
            action,
            object: "<Чай> & ".repeat(40),
            value: "<Чай> & ".repeat(400),
        });
        // A page has fewer lines than there are actions: one language begins with the first, the others end with the last.
        let left_out = match self.speaks() {
            Language::English => 0,
            _ => AuditAction::iter().count().saturating_sub(AuditEntry::SHOWN),
        };
        let (audit, bot) = (audit.skip(left_out).take(AuditEntry::SHOWN).collect(), "tea_house_bot".to_owned());
        Office { role, census, mailing, order, orders, sales, correspondent: None, team, audit, bot }
    }

    fn take_stock(&mut self, order: &Order) {
        let mut changes = Vec::new();
        for line in &order.lines {
            let Some(product) = self.catalogue.offered(line.product) else { continue };
            let Stock::Count(left) = product.stock else { continue };
            let rest = left.saturating_sub(u32::from(line.quantity.get()));
            self.sold.push_str(&format!("{}:{rest} ", product.id.0));
            changes.push(Change::Product(Product { stock: Stock::Count(rest), ..Product::clone(product) }));
        }
        self.catalogue = Arc::new(self.catalogue.changed(changes));
    }

    /// The same for all that differ in nothing but the numbers of their screens.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let plain = self.kept.conversation.clone().map(|conversation| {
            let adopted = conversation.adopted.map(|_| 0);
            Conversation { serial: 0, adopted, ..conversation }
        });
        serde_json::to_string(&plain).expect("a conversation encodes").hash(&mut hasher);
        serde_json::to_string(&self.kept.customer).expect("a customer encodes").hash(&mut hasher);
        for line in &self.kept.cart.lines {
            (line.product, line.quantity, line.seen_price, line.title.len()).hash(&mut hasher);
        }
        let flags = (self.kept.undecodable, self.kept.active, self.changed, self.standing == ShownKeyboard::Menu);
        (flags, self.language, self.kept.orders.len(), self.world, &self.sold).hash(&mut hasher);
        (self.role, self.mailing.status, self.mailing.task, self.order.status).hash(&mut hasher);
        let team = self.catalogue.team();
        (team.invitations.len(), &team.members).hash(&mut hasher);
        self.catalogue.pause(beginning()).map(|pause| (pause.until, pause.reason.is_some())).hash(&mut hasher);
        hasher.finish()
    }
}

/// An order of somebody who has been forgotten.
fn ordered() -> Order {
    Order {
        number: OrderNumber::draw(7),
        checkout: CheckoutId(7),
        contact: None,
        lines: Vec::new(),
        total: Money::ZERO,
        status: OrderStatus::New,
        placed: beginning(),
        moves: Vec::new(),
        is_forgotten: true,
        customer: None,
    }
}

fn buttons(view: &View) -> Vec<Callback> {
    match &view.keys {
        Keyboard::Inline(rows) => rows.iter().flatten().map(|key| key.button).collect(),
        _ => Vec::new(),
    }
}
