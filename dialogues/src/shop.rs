//! The shop's own words: parsed once at the edge, valid ever after.

mod audit;
mod cart;
mod catalogue;
mod category;
mod characteristics;
mod contact;
mod customer;
mod finder;
mod folder;
mod id;
mod index;
mod letter;
mod mailing;
mod misplaced;
mod money;
mod office;
mod order;
mod pause;
mod personal;
mod phone;
mod picture;
mod product;
mod product_change;
mod recipients;
mod retention;
pub mod rules;
mod sales;
mod search;
mod spoken;
mod steer;
mod team;
pub mod text;
mod translation;
mod when;
mod zone;

pub use audit::{AuditAction, AuditEntry};
pub use cart::{Cart, CartLine, Difference};
pub use catalogue::{Catalogue, Change, Cursor, News, behind};
pub use category::Category;
pub use characteristics::Characteristics;
pub use contact::{Address, Email, PersonName, Phone, Refusal};
pub use customer::Customer;
pub use folder::{FolderError, FolderFault, SHOP_YAML_LIMIT, ShopFolder};
pub use id::{CategoryId, Id, NewsId, PictureId, ProductId};
pub use index::{Hit, Hits, Query};
pub use letter::{LETTER_BUTTON_LIMIT, Letter, LetterButton, MessageBody, ReceivedLetter};
pub use mailing::{Mailing, MailingStatus, MailingTask, Steering, Tally, is_recallable};
pub use misplaced::{Misplaced, MisplacedKind};
pub use money::{Currency, Money, MoneyError, Percent, Quantity, Stock};
pub use office::{DESK_PAGE, DeskQuery, Office, digits};
pub use order::{CheckoutId, Contact, Order, OrderFilter, OrderLine, OrderMove, OrderNumber, OrderStatus, OrderStep};
pub use pause::Pause;
pub use personal::{Addressee, Correspondent, Direction, PersonalMessage, PersonalMessageId};
pub use phone::Country;
pub use picture::{PictureKind, PictureProblem};
pub use product::{FieldValue, Product};
pub use product_change::{ProductChange, ProductValue};
pub use recipients::{AudienceCounts, Segment};
pub use retention::Retention;
pub use rules::Flaw;
pub use sales::{
    BEST_SELLERS, BestSeller, LOW_STOCK, Month, Sales, SalesPeriods, TableMonth, Takings, has_run_low, low_in_stock,
};
pub use search::{SearchWords, folded};
use serde::{Deserialize, Serialize};
pub use steer::{MailingId, Steer};
pub use team::{Actor, Invitation, InvitationCode, Member, RoleNotice, Team, TeamChange, TeamRole};
pub use text::is_visible;
pub use translation::{CatalogueTranslations, FIELD as TRANSLATIONS, TranslatedFields, Translation};
pub use when::{DayRefusal, MOST_DAYS, time};
pub use zone::Zone;

/// A language that customers can choose.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumIter,
    strum::EnumCount,
    strum::Display,
)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    #[strum(to_string = "English")]
    English,
    #[serde(rename = "uk")]
    #[strum(to_string = "Ukrainian")]
    Ukrainian,
    #[serde(rename = "ru")]
    #[strum(to_string = "Russian")]
    Russian,
}

impl Language {
    /// ISO 639-1, as Telegram writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Ukrainian => "uk",
            Self::Russian => "ru",
        }
    }

    /// The first guess from Telegram's `language_code` (an IETF tag); English for all we do not speak.
    pub fn guess(tag: Option<&str>) -> Self {
        match tag.map(|tag| tag.split(['-', '_']).next().unwrap_or(tag)) {
            Some("uk") => Self::Ukrainian,
            Some("ru") => Self::Russian,
            _ => Self::English,
        }
    }
}
