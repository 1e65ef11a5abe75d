//! The audit log: which effects of the people of the shop are written into it, and how they are read.

use super::{called, go, known};
use crate::buttons::Place;
use crate::machine::{Context, Effect, View};
use crate::shop::{
    AuditAction, AuditEntry, PersonName, ProductChange, ProductValue, Steering, Stock, TeamChange, TeamRole,
};
use crate::text;
use crate::texts::{Html, Text, clip, say};

/// So much of an object or a value is shown.
const SHOWN: usize = 60;

/// The line of the log for what somebody of the shop does; `None` where customers do the same for themselves, or nothing
/// of the shop changes.
pub(crate) fn audited(effect: &Effect, context: &Context) -> Option<AuditEntry> {
    let (action, object, value) = match effect {
        Effect::MoveOrder { number, taken, .. } => return AuditEntry::of_step(*number, taken),
        Effect::ChangeProduct(ProductChange { product, to }) => {
            let found = context.catalogue.product(*product)?;
            if to.of(found) == **found {
                // The second tap of a double tap.
                return None;
            }
            let (action, value) = match to {
                ProductValue::Price(price) => {
                    (AuditAction::PriceSet, format!("{} {}", price.plain(), context.settings.currency.code()))
                }
                ProductValue::Discount(percent) => (AuditAction::DiscountSet, format!("{} %", percent.get())),
                ProductValue::Stock(Stock::Count(left)) => (AuditAction::StockSet, left.to_string()),
                ProductValue::Stock(Stock::Always) => (AuditAction::StockSet, "∞".to_owned()),
                ProductValue::Description(_) => (AuditAction::DescriptionSet, String::new()),
                ProductValue::Picture(Some(_)) => (AuditAction::PictureSet, String::new()),
                ProductValue::Picture(None) => (AuditAction::PictureRemoved, String::new()),
                ProductValue::Hidden(true) => (AuditAction::ProductHidden, String::new()),
                ProductValue::Hidden(false) => (AuditAction::ProductShown, String::new()),
            };
            (action, found.title.clone(), value)
        }
        Effect::AddProduct(product) => (AuditAction::ProductAdded, product.title.clone(), String::new()),
        Effect::PauseOrders(Some(pause)) => (AuditAction::ShopPaused, String::new(), context.date(pause.until)),
        Effect::PauseOrders(None) if context.catalogue.pause(context.now).is_none() => return None,
        Effect::PauseOrders(None) => (AuditAction::ShopResumed, String::new(), String::new()),
        Effect::StartMailing(mailing) => (AuditAction::MailingStarted, mailing.id.to_string(), String::new()),
        Effect::SteerMailing(id, steering) => {
            let action = match steering {
                Steering::Pause => AuditAction::MailingPaused,
                Steering::Resume => AuditAction::MailingResumed,
                Steering::Cancel => AuditAction::MailingCancelled,
                Steering::Correct(_) => AuditAction::MailingCorrected,
                Steering::Recall => AuditAction::MailingRecalled,
            };
            (action, id.to_string(), String::new())
        }
        Effect::ChangeTeam { change, .. } => {
            let name = |member| known(member, context).map_or_else(|| member.to_string(), called);
            match change {
                TeamChange::Invite { role, .. } => (AuditAction::TeamInvited, String::new(), role.to_string()),
                TeamChange::Withdraw => (AuditAction::InvitationsWithdrawn, String::new(), String::new()),
                TeamChange::Join { role, .. } => (AuditAction::TeamJoined, String::new(), role.to_string()),
                TeamChange::Add { member, role } | TeamChange::Appoint { member, role } => {
                    (AuditAction::MemberAppointed, name(*member), role.to_string())
                }
                TeamChange::Dismiss { member } => (AuditAction::MemberDismissed, name(*member), String::new()),
            }
        }
        Effect::Keep(_) | Effect::PlaceOrder(_) | Effect::Forget | Effect::SetActive(_) => return None,
        // A talk is no change of the shop.
        Effect::Write(_) | Effect::Audit(_) => return None,
    };
    let name = context.customer.name.as_ref().map(PersonName::in_one_line);
    let by = name.unwrap_or_else(|| context.settings.shop_name.clone());
    Some(AuditEntry { at: context.now, by, action, object, value })
}

/// The newest lines.
pub(super) fn view(context: &Context) -> View {
    let language = context.customer.language;
    let entries = context.office.as_ref().map(|office| &office.audit[..]).unwrap_or_default();
    let head = match entries.is_empty() {
        true => text!("audit-none"),
        false => text!("audit-head"),
    };
    let lines = entries.iter().map(|entry| {
        let (at, by) = (context.settings.zone.minute(entry.at), clip(&entry.by, SHOWN).into_owned());
        text!("audit-line", at = at, by = by, what = what(entry))
    });
    let lines = Html::lines(lines.map(|line| say(language, &line)));
    View::text(Html::paragraphs([say(language, &head), lines])).rows(vec![vec![go(
        text!("team-back"),
        Place::Team,
        context,
    )]])
}

/// What was done, in the reader's words.
fn what(entry: &AuditEntry) -> Text {
    let (object, value) = (clip(&entry.object, SHOWN).into_owned(), clip(&entry.value, SHOWN).into_owned());
    let role = match entry.value.parse() {
        Ok(TeamRole::Owner) => text!("role-owner"),
        Ok(TeamRole::Manager) | Err(_) => text!("role-manager"),
    };
    match entry.action {
        AuditAction::OrderAccepted => text!("audit-order-accepted", order = object),
        AuditAction::OrderShipped => text!("audit-order-shipped", order = object),
        AuditAction::OrderDelivered => text!("audit-order-delivered", order = object),
        AuditAction::OrderCancelled => text!("audit-order-cancelled", order = object),
        AuditAction::PriceSet => text!("audit-price", product = object, price = value),
        AuditAction::DiscountSet => text!("audit-discount", product = object, percent = value),
        AuditAction::StockSet => text!("audit-stock", product = object, stock = value),
        AuditAction::DescriptionSet => text!("audit-description", product = object),
        AuditAction::PictureSet => text!("audit-picture", product = object),
        AuditAction::PictureRemoved => text!("audit-no-picture", product = object),
        AuditAction::ProductAdded => text!("audit-added", product = object),
        AuditAction::ProductHidden => text!("audit-hidden", product = object),
        AuditAction::ProductShown => text!("audit-shown", product = object),
        AuditAction::ShopPaused => text!("audit-paused", date = value),
        AuditAction::ShopResumed => text!("audit-resumed"),
        AuditAction::MailingStarted => text!("audit-mailing-started"),
        AuditAction::MailingPaused => text!("audit-mailing-paused"),
        AuditAction::MailingResumed => text!("audit-mailing-resumed"),
        AuditAction::MailingCancelled => text!("audit-mailing-cancelled"),
        AuditAction::MailingCorrected => text!("audit-mailing-corrected"),
        AuditAction::MailingRecalled => text!("audit-mailing-recalled"),
        AuditAction::TeamInvited => text!("audit-invited", role = role),
        AuditAction::InvitationsWithdrawn => text!("audit-withdrawn"),
        AuditAction::TeamJoined => text!("audit-joined", role = role),
        AuditAction::MemberAppointed => text!("audit-appointed", name = object, role = role),
        AuditAction::MemberDismissed => text!("audit-dismissed", name = object),
    }
}
