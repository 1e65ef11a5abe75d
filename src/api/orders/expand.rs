//! What an order names, shown within it as it is now: its customer and its products. Whoever asks for them saves a request for each.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};
use strum::IntoEnumIterator;
use utoipa::{IntoParams, ToSchema};

use super::super::Api;
use super::super::index::Lists;
use super::super::keys::Caller;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::products::ProductView;
use super::super::scope::Scope;
use super::super::users::view::{UserView, render};
use crate::store::StoredOrder;

/// What can be shown within an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum Named {
    Customer,
    Products,
}

/// What is shown within an order.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Expand::read` reads")]
pub(crate) struct ExpandParam {
    /// What each order shows in `expanded`, apart by commas: `customer` (the key needs `users:read`), `products` (`products:read`)
    #[param(pattern = "^(customer|products)(,(customer|products))*$")]
    expand: Option<String>,
}

/// What an order names, as it is now.
#[derive(ToSchema)]
#[schema(as = ExpandedOrder)]
#[expect(dead_code, reason = "describes what `Expanded::of` writes")]
pub(super) struct ExpandedView {
    /// Whoever placed it; null if they were forgotten. Masked as everywhere.
    #[schema(required = false)]
    customer: Option<UserView>,
    /// Those of its lines' products that there still are, each once.
    #[schema(required = false)]
    products: Vec<ProductView>,
}

/// What is wanted.
pub(super) struct Expand(Vec<Named>);

impl Expand {
    pub(super) fn read(params: &mut Params) -> Self {
        let all: Vec<&'static str> = Named::iter().map(Into::into).collect();
        let wanted = params.some_of("expand", &all).unwrap_or_default();
        Self(Named::iter().filter(|named| wanted.contains(&<&str>::from(*named))).collect())
    }

    /// Looks for what some orders name.
    pub(super) async fn look(self, orders: &[StoredOrder], api: &Api, caller: &Caller) -> Result<Expanded, Problem> {
        for scope in self.0.iter().map(|named| match named {
            Named::Customer => Scope::ReadUsers,
            Named::Products => Scope::ReadProducts,
        }) {
            if !caller.may(scope) {
                return Err(Problem::missing_scope(scope));
            }
        }
        let mut customers = HashMap::new();
        if self.0.contains(&Named::Customer) {
            let ids: BTreeSet<i64> = orders.iter().filter_map(|order| order.customer).collect();
            for held in api.store.users_of(ids).await? {
                let (json, _) = render(&held.thing, held.stamps, caller.sees_contacts())?;
                customers.insert(held.thing.id, value(&json));
            }
        }
        // Who wants no products does not wait until all are listed anew after a change.
        let lists = self.0.contains(&Named::Products).then(|| api.lists());
        Ok(Expanded { named: self.0, customers, lists })
    }
}

/// What was found.
pub(super) struct Expanded {
    named: Vec<Named>,
    customers: HashMap<i64, Value>,
    lists: Option<Arc<Lists>>,
}

impl Expanded {
    /// What one of the orders names; `None` if nothing is wanted.
    pub(super) fn of(&self, stored: &StoredOrder) -> Option<Value> {
        let show = |named: &Named| {
            let shown = match named {
                Named::Customer => stored.customer.and_then(|id| self.customers.get(&id)).cloned().unwrap_or_default(),
                Named::Products => {
                    let ids: BTreeSet<_> = stored.order.lines.iter().map(|line| line.product.0).collect();
                    let rows = ids.into_iter().filter_map(|id| self.lists.as_ref()?.products.row(id));
                    rows.map(|row| value(&row.json)).collect()
                }
            };
            (<&str>::from(*named).to_owned(), shown)
        };
        (!self.named.is_empty()).then(|| Value::Object(self.named.iter().map(show).collect::<Map<_, _>>()))
    }
}

/// JSON that we have written ourselves.
fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}
