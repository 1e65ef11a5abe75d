//! Privacy: what is kept, a copy of it, and being forgotten.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::buttons::Action;
use crate::checkout::CheckoutState;
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Attached, Callback, Context, Effect, InlineButton, Input, Outcome, Settings, SideMessage, View};
use crate::menu::{answer_small_talk, small_talk};
use crate::shop::{Direction, MessageBody, Order, OrderMove, PersonalMessage, ReceivedLetter, TeamRole};
use crate::text;
use crate::texts::{Html, Text, label, say};

/// So many open orders are named where somebody asks to be forgotten.
const NAMED: usize = 5;

/// Where the customer is.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames, strum::EnumIter,
)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PrivacyState {
    /// Reads what the shop keeps.
    Reading,
    /// Has asked to be forgotten and is asked whether that is meant.
    ConfirmingForget,
    /// Is forgotten: only said, never stored.
    Forgotten,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum PrivacyEvent {
    /// Wants a copy of everything.
    AskedForData,
    AskedToForget,
    ConfirmedForget,
    ThoughtBetter,
    Chatted(crate::menu::MenuEvent),
}

impl Flow<Shop> for PrivacyState {
    type Event = PrivacyEvent;

    fn interpret(&self, input: &Input) -> Option<PrivacyEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::SendMyData => Some(PrivacyEvent::AskedForData),
                Action::AskForget => Some(PrivacyEvent::AskedToForget),
                Action::Forget => Some(PrivacyEvent::ConfirmedForget),
                Action::DoNotForget => Some(PrivacyEvent::ThoughtBetter),
                _ => None,
            },
            other => small_talk(other).map(PrivacyEvent::Chatted),
        }
    }

    fn transition(self, event: PrivacyEvent, _: &Context) -> Outcome<Self> {
        if let PrivacyEvent::Chatted(talk) = &event {
            return Outcome::keep(self).note(answer_small_talk(talk));
        }
        match self {
            Self::Reading => match event {
                PrivacyEvent::AskedForData => Outcome::keep(self).note(SideMessage::Attach(Attached::MyData)),
                PrivacyEvent::AskedToForget => Outcome::stay(Self::ConfirmingForget),
                _ => out_of_date(self),
            },
            Self::ConfirmingForget => match event {
                PrivacyEvent::ConfirmedForget => Outcome::stay(Self::Forgotten).with(Effect::Forget),
                PrivacyEvent::ThoughtBetter => Outcome::stay(Self::Reading),
                _ => out_of_date(self),
            },
            Self::Forgotten => out_of_date(self),
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let key = |text: Text, act| vec![InlineButton { label: label(language, &text), button: Callback::Action(act) }];
        match self {
            Self::Reading => {
                let Settings { shop_name, retention, .. } = &*context.settings;
                let (days, recipients) = (i64::from(retention.failed), i64::from(retention.recipients.unwrap_or(0)));
                let kept = text!("privacy", shop = shop_name.as_str(), days = days, recipients = recipients);
                let stays = context.may(TeamRole::Manager);
                let inactive =
                    retention.inactive.filter(|_| !stays).map(|days| text!("privacy-inactive", days = i64::from(days)));
                let receipts =
                    (context.settings.sends_receipts && context.settings.asks_email).then(|| text!("privacy-receipts"));
                let ours = stays.then(|| text!("privacy-team"));
                let all =
                    [kept].into_iter().chain(receipts).chain(inactive).chain(ours).map(|text| say(language, &text));
                View::text(Html::paragraphs(all)).rows(vec![
                    key(text!("privacy-send"), Action::SendMyData),
                    key(text!("privacy-forget"), Action::AskForget),
                ])
            }
            Self::ConfirmingForget => View::text(sure(context)).rows(vec![
                key(text!("privacy-sure-yes"), Action::Forget),
                key(text!("privacy-sure-no"), Action::DoNotForget),
            ]),
            Self::Forgotten => View::text(say(language, &text!("privacy-forgotten"))),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// Whether that is meant, and what stays until it is delivered.
fn sure(context: &Context) -> Html {
    let open =
        context.orders.iter().filter(|order| order.is_awaited(context.now)).map(|order| order.number.to_string());
    let open: Vec<String> = open.collect();
    let stays = (!open.is_empty()).then(|| {
        let numbers = open.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let numbers = if open.len() > NAMED { format!("{numbers} …") } else { numbers };
        text!("privacy-sure-orders", numbers = numbers, count = open.len())
    });
    let lines = [text!("privacy-sure")].into_iter().chain(stays);
    Html::paragraphs(lines.map(|text| say(context.customer.language, &text)))
}

/// Everything the shop keeps of a customer, as a file they can read. `unfinished` is the checkout that is no order yet.
pub(crate) fn my_data(unfinished: Option<&CheckoutState>, searched: Option<&str>, context: &Context) -> String {
    // Without `..`: whoever adds something that is kept of a customer decides here that they can read it, and names it in the
    // sentence `privacy`.
    let Context {
        catalogue,
        settings,
        customer,
        acquaintance: _,
        cart,
        orders,
        messages,
        letters,
        office: _,
        now: _,
        fresh: _,
    } = context;
    let language = customer.language;
    let title = |product, title: &str| catalogue.line_title(product, title, language).to_owned();
    let line = |line: &crate::shop::OrderLine| json!({ "title": title(line.product, &line.title), "quantity": line.quantity, "price": line.price.plain() });
    let cart_line = |line: &crate::shop::CartLine| json!({ "title": title(line.product, &line.title), "quantity": line.quantity, "price": line.seen_price.plain() });
    // Who has taken a step says something of the shop's people, not of the customer.
    let step = |OrderMove { to, at, by: _, reason }: &OrderMove| json!({ "status": to, "at": at.to_rfc3339(), "reason": reason });
    let order = |order: &Order| {
        let Order { number, checkout: _, contact, lines, total, status, placed, moves, is_forgotten: _, customer: _ } =
            order;
        json!({
            "number": number.to_string(),
            "placed": placed.to_rfc3339(),
            "status": status.to_string(),
            "steps": moves.iter().map(step).collect::<Vec<_>>(),
            "contact": contact,
            "lines": lines.iter().map(line).collect::<Vec<_>>(),
            "total": total.plain(),
        })
    };
    // The name is that of whoever has written: the customer's own is in the profile.
    let message = |message: &PersonalMessage| {
        let PersonalMessage { id: _, direction, order, name: _, text, at } = message;
        let from = if *direction == Direction::ToShop { "you" } else { "shop" };
        json!({ "from": from, "order": order, "text": text, "at": at.to_rfc3339() })
    };
    let letter = |ReceivedLetter { at, words }: &ReceivedLetter| {
        let MessageBody { headline, body, html: _ } = words;
        json!({ "headline": headline, "text": body, "at": at.to_rfc3339() })
    };
    // The products by their titles; of what is gone nobody is told any more.
    let awaited =
        customer.awaited.iter().filter_map(|id| catalogue.product(*id)).map(|product| product.title_in(language));
    let mut profile = json!(customer);
    profile["awaited"] = awaited.collect();
    let all = json!({
        "shop": settings.shop_name,
        "currency": settings.currency.code(),
        "profile": profile,
        "cart": cart.lines.iter().map(cart_line).collect::<Vec<_>>(),
        "unfinished_order": unfinished,
        "last_search": searched,
        "orders": orders.iter().map(order).collect::<Vec<_>>(),
        "messages": messages.iter().map(message).collect::<Vec<_>>(),
        "mailings": letters.iter().map(letter).collect::<Vec<_>>(),
    });
    format!("{all:#}\n")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::shop::{Language, Office, Retention};
    use crate::snapshot::Surroundings;

    /// Somebody of this language in a shop that keeps things for so long.
    fn around(language: Language, retention: Retention) -> Context {
        let (settings, now) = (Arc::new(Settings { retention, ..crate::world::settings() }), crate::world::beginning());
        let around = Surroundings { catalogue: Arc::default(), settings, office: None, now, fresh: 0 };
        around.for_reader(language)
    }

    /// What `/privacy` says to them.
    fn said(language: Language, retention: Retention) -> String {
        PrivacyState::Reading.view(&around(language, retention)).text.as_str().to_owned()
    }

    #[test]
    fn each_time_that_something_is_kept_for_is_named_if_it_is_set() {
        let kept = Retention { failed: 7, inactive: Some(365), recipients: Some(92), ..Retention::default() };
        for (language, named) in [
            (Language::English, ["for 7 days", "(for 92 days)", "for 365 days"]),
            (Language::Ukrainian, ["7 днів", "(пам’ятаю це 92 дні)", "не буде звісток 365 днів"]),
            (Language::Russian, ["7 дней", "(помню это 92 дня)", "не будет вестей 365 дней"]),
        ] {
            let said_of_all = said(language, kept);
            for named in named {
                assert!(said_of_all.contains(named), "{named}: {said_of_all}");
            }
            let ours = Context {
                office: Some(Office { role: TeamRole::Manager, ..Office::default() }),
                ..around(language, kept)
            };
            let read_at_work = PrivacyState::Reading.view(&ours).text.as_str().to_owned();
            assert!(!read_at_work.contains("365"), "who works here stays: {read_at_work}");
            // What is kept for ever has no time, and nobody is forgotten who does not ask for it.
            let said = said(language, Retention { failed: 7, ..Retention::default() });
            assert_eq!(said.matches(char::is_numeric).count(), 1, "{said}");
        }
    }
}
