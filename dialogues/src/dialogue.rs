//! One customer's dialogue: which flow, in which state.

use crate::cart::{CartEvent, CartState};
use crate::catalogue::CatalogueState;
use crate::checkout::{CheckoutEvent, CheckoutState};
use crate::desk::{DeskEvent, DeskState};
use crate::flow::{Flow, Shop};
use crate::goods::{GoodsEvent, GoodsState};
use crate::group::GroupState;
use crate::machine::{Context, Outcome, ReplyKeyboard, SideMessage};
use crate::mailing::{MailingEvent, MailingState};
use crate::menu::MenuState;
use crate::news::NewsState;
use crate::orders::{OrdersEvent, OrdersState};
use crate::pause::{PauseEvent, PauseState};
use crate::privacy::{PrivacyEvent, PrivacyState};
use crate::product::ProductState;
use crate::profile::{ProfileEvent, ProfileState};
use crate::shop::{Cart, TeamRole};
use crate::talk::{TalkEvent, TalkState};
use crate::team::TeamState;
use crate::text;
use crate::texts::Text;

engine::flows! {
    /// The state of a dialogue: one variant per flow, the flow's own state inside. Stored as
    /// `{flow: "cart", state: "adjusting", …}`: the tags are a promise to every document ever stored.
    pub enum Dialogue of Shop {
        Menu(MenuState), Catalogue(CatalogueState), Product(ProductState), Goods(GoodsState), Cart(CartState),
        Checkout(CheckoutState), Orders(OrdersState), Profile(ProfileState), Privacy(PrivacyState), News(NewsState), Mailing(MailingState),
        Group(GroupState), Desk(DeskState), Talk(TalkState), Pause(PauseState), Team(TeamState),
    }
}

impl Dialogue {
    /// The names of all states that can be stored. Being forgotten is none: it is said, never stored.
    pub fn stored_names() -> Vec<String> {
        Self::names().into_iter().filter(|name| name != "Privacy.Forgotten").collect()
    }

    /// The checkout that is no order yet: the one in which the customer is, or the one that waits to be gone on with.
    pub(crate) fn open_checkout<'a>(&'a self, parked: Option<&'a CheckoutState>) -> Option<&'a CheckoutState> {
        match self {
            Self::Checkout(state) if state.is_open() => Some(state),
            _ => parked,
        }
    }

    /// `/cancel`: gives up what is being asked, wherever that is.
    pub(crate) fn cancel(self, context: &Context) -> Outcome<Self> {
        match self {
            Self::Checkout(state) => state.transition(CheckoutEvent::Cancelled, context).map(Dialogue::from),
            Self::Profile(state) => state.transition(ProfileEvent::Cancelled, context).map(Dialogue::from),
            Self::Cart(state @ CartState::ConfirmingEmpty) => {
                state.transition(CartEvent::ThoughtBetter, context).map(Dialogue::from)
            }
            Self::Privacy(state @ PrivacyState::ConfirmingForget) => {
                state.transition(PrivacyEvent::ThoughtBetter, context).map(Dialogue::from)
            }
            Self::Mailing(state) => state.transition(MailingEvent::Cancelled, context).map(Dialogue::from),
            Self::Desk(state @ DeskState::AskingReason { .. }) => {
                state.transition(DeskEvent::Cancelled, context).map(Dialogue::from)
            }
            Self::Orders(state @ OrdersState::ConfirmingCancel { .. }) => {
                state.transition(OrdersEvent::ThoughtBetter, context).map(Dialogue::from)
            }
            Self::Talk(
                state @ (TalkState::AskingMessage { .. }
                | TalkState::AskingMore { .. }
                | TalkState::AskingAnswer { .. }),
            ) => state.transition(TalkEvent::Cancelled, context).map(Dialogue::from),
            Self::Pause(state @ (PauseState::AskingDay | PauseState::AskingReason { .. })) => {
                state.transition(PauseEvent::Cancelled, context).map(Dialogue::from)
            }
            Self::Goods(state) if state.asks() => state.transition(GoodsEvent::Cancelled, context).map(Dialogue::from),
            other => Outcome::keep(other).note(SideMessage::Say(text!("nothing-asked"), ReplyKeyboard::Menu)),
        }
    }

    /// The same dialogue when its screen is drawn anew, and what must be kept because of it: a price that is
    /// shown is seen, and cannot rise again in silence.
    pub(crate) fn drawn(self, context: &Context) -> (Self, Option<Cart>) {
        match self {
            Self::Product(state) => (Self::Product(state.drawn(context)), None),
            Self::Cart(_) | Self::Checkout(_) => {
                let cart = context.cart.with_lower_prices(&context.catalogue);
                (self, (cart != context.cart).then_some(cart))
            }
            other => (other, None),
        }
    }

    /// What is said when a question is left without an answer.
    pub(crate) fn farewell(&self) -> Option<Text> {
        match self {
            Self::Checkout(state) if state.is_begun() => Some(text!("checkout-parked")),
            Self::Profile(ProfileState::Asking { .. }) => Some(text!("nothing-changed")),
            Self::Mailing(MailingState::AskingCorrection { .. }) => Some(text!("nothing-changed")),
            Self::Desk(DeskState::AskingReason { .. }) => Some(text!("nothing-changed")),
            Self::Pause(PauseState::AskingDay | PauseState::AskingReason { .. }) => Some(text!("nothing-changed")),
            Self::Goods(state) if state.asks() => Some(text!("nothing-changed")),
            Self::Talk(TalkState::AskingMessage { .. } | TalkState::AskingAnswer { .. }) => {
                Some(text!("talk-nothing-sent"))
            }
            Self::Mailing(
                MailingState::AskingMessage
                | MailingState::Previewing(_)
                | MailingState::AskingTime(_)
                | MailingState::ChoosingLanguage(_)
                | MailingState::AskingWords { .. },
            ) => Some(text!("mailing-dropped")),
            _ => None,
        }
    }

    /// Whether the customer is being asked something, and waits to go on.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Menu(MenuState::Greeting { .. } | MenuState::Choosing | MenuState::ReadingHelp) => false,
            Self::Catalogue(CatalogueState::Browsing { .. } | CatalogueState::Listing { .. }) => false,
            Self::Catalogue(CatalogueState::Found { .. }) => false,
            Self::Product(ProductState::Choosing(_) | ProductState::Added(_)) => false,
            Self::Cart(CartState::Adjusting { .. }) => false,
            Self::Cart(CartState::ConfirmingEmpty) => true,
            Self::Checkout(CheckoutState::AskingEmail { .. } | CheckoutState::AskingPhone { .. }) => true,
            Self::Checkout(CheckoutState::AskingAddress { .. } | CheckoutState::Reviewing { .. }) => true,
            Self::Checkout(CheckoutState::Placed { .. }) => false,
            Self::Orders(OrdersState::Listing { .. } | OrdersState::Viewing { .. }) => false,
            Self::Orders(OrdersState::ConfirmingCancel { .. }) | Self::Desk(DeskState::AskingReason { .. }) => true,
            Self::Desk(DeskState::Answered { .. } | DeskState::Listing { .. }) => false,
            Self::Desk(DeskState::Viewing { .. } | DeskState::Found { .. } | DeskState::Totals) => false,
            Self::Profile(ProfileState::Viewing) => false,
            Self::Profile(ProfileState::Asking { .. } | ProfileState::ChoosingLanguage) => true,
            Self::Privacy(PrivacyState::Reading | PrivacyState::Forgotten) => false,
            Self::Privacy(PrivacyState::ConfirmingForget) => true,
            Self::News(NewsState::Reading) | Self::Group(GroupState::Declined) => false,
            Self::Mailing(MailingState::AskingMessage | MailingState::Previewing(_)) => true,
            Self::Mailing(MailingState::AskingTime(_) | MailingState::ChoosingLanguage(_)) => true,
            Self::Mailing(MailingState::AskingWords { .. }) => true,
            Self::Mailing(MailingState::AskingCorrection { .. } | MailingState::ConfirmingRecall { .. }) => true,
            Self::Mailing(MailingState::Following { .. }) => false,
            Self::Pause(PauseState::Viewing) | Self::Team(_) => false,
            Self::Pause(PauseState::AskingDay | PauseState::AskingReason { .. }) => true,
            Self::Goods(state) => state.asks(),
            Self::Talk(TalkState::Answered { .. }) => false,
            Self::Talk(TalkState::AskingMessage { .. } | TalkState::AskingMore { .. }) => true,
            Self::Talk(TalkState::AskingAnswer { .. }) => true,
        }
    }

    /// Whom of the shop it is for; `None`: for everybody.
    pub fn is_for(&self) -> Option<TeamRole> {
        match self {
            Self::Desk(DeskState::Totals) => Some(TeamRole::Owner),
            Self::Desk(_) | Self::Goods(_) => Some(TeamRole::Manager),
            Self::Talk(TalkState::AskingAnswer { .. } | TalkState::Answered { .. }) => Some(TeamRole::Manager),
            Self::Talk(TalkState::AskingMessage { .. } | TalkState::AskingMore { .. }) => None,
            Self::Mailing(_) | Self::Pause(_) => Some(TeamRole::Owner),
            Self::Team(TeamState::Joined { .. }) => Some(TeamRole::Manager),
            Self::Team(TeamState::Viewing | TeamState::ViewingMember { .. } | TeamState::ReadingLog) => {
                Some(TeamRole::Owner)
            }
            Self::Menu(_) | Self::Catalogue(_) | Self::Product(_) | Self::Cart(_) | Self::Checkout(_) => None,
            Self::Orders(_) | Self::Profile(_) | Self::Privacy(_) | Self::News(_) | Self::Group(_) => None,
        }
    }

    /// Whether a text means something here: an answer, or words that owners look for among orders or goods.
    pub(crate) fn listens(&self) -> bool {
        match self {
            Self::Desk(state) => state.is_searched() || self.asks(),
            Self::Goods(state) => state.is_searched() || state.asks(),
            Self::Group(_) => true,
            _ => self.asks(),
        }
    }

    /// Whether the other one is drawn into the same message: the same flow, and on a product card
    /// the same product.
    pub(crate) fn shares_screen(&self, other: &Self) -> bool {
        use ProductState::{Added, Choosing};
        match (self, other) {
            (Self::Product(Choosing(one) | Added(one)), Self::Product(Choosing(two) | Added(two))) => {
                one.product == two.product
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}
