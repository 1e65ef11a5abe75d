//! Names in addresses. A handler reads them: what cannot be read is the name of nothing, and not another address.

use std::convert::Infallible;

use dialogues::shop::{Id, OrderNumber};
use rocket::request::FromParam;
use utoipa::IntoParams;

use super::problem::Problem;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident { $(#[$field:meta])* $segment:ident } => $type:ty, $read:path;)*) => {
        $(
            $(#[$doc])*
            #[derive(IntoParams)]
            #[into_params(parameter_in = Path)]
            pub(crate) struct $name {
                $(#[$field])*
                $segment: String,
            }

            impl<'r> FromParam<'r> for $name {
                type Error = Infallible;

                fn from_param(text: &'r str) -> Result<Self, Infallible> {
                    Ok(Self { $segment: text.to_owned() })
                }
            }

            impl $name {
                /// What it is the name of, which is called `what`.
                pub(crate) fn read(&self, what: &str) -> Result<$type, Problem> {
                    $read(&self.$segment).ok_or_else(|| Problem::not_found(what))
                }
            }
        )*
    };
}

names! {
    /// The id of a product, category, news item or mailing.
    ThingId {
        /// Its id
        #[param(pattern = "^[0-9a-f]{24}$")]
        id
    } => Id, id;

    /// The id of a webhook and that of an event, whose delivery it is.
    EventId {
        /// The event's id
        #[param(pattern = "^[0-9a-f]{24}$")]
        event
    } => Id, id;

    /// The id of the product that a picture shows.
    PicturedId {
        /// The product's id
        #[param(pattern = "^[0-9a-f]{24}$")]
        id
    } => Id, id;

    /// The id of a user.
    UserId {
        /// Their Telegram id
        #[param(value_type = i64)]
        id
    } => i64, user;

    /// The number of an order.
    OrderName {
        /// Its number
        #[param(pattern = "^[1-9][0-9]{2}-[0-9]{4}$")]
        number
    } => OrderNumber, order;
}

/// An id as we write it.
fn id(text: &str) -> Option<Id> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.parse().ok().filter(|_| lower)
}

/// A Telegram id as we write it.
pub(crate) fn user(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id: &i64| id.to_string() == text)
}

/// An order number as we write it.
pub(crate) fn order(text: &str) -> Option<OrderNumber> {
    text.parse().ok().filter(|number: &OrderNumber| number.to_string() == text)
}

/// Whether a text is an id, for cursors.
pub(crate) fn is_id(text: &str) -> bool {
    text.parse::<Id>().is_ok()
}
