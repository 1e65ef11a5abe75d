//! Products: list, read, create, replace, change, delete.

mod input;
mod view;

use dialogues::shop::{CategoryId, Id, Money, Product, ProductId};
use rocket::fairing::AdHoc;
use rocket::{delete, get, patch, post, put, routes};
use serde_json::Value;

use self::input::ProductInput;
pub(super) use self::view::ProductView;
use self::view::{FIELDS, READ_ONLY, SORTS, render};
pub(crate) use self::view::{ProductRow, shelf};
use super::Api;
use super::address::ThingId;
use super::ask::{Answer, Ask};
use super::batch::{Batch, BatchResult, ManyRows};
use super::body::{Json, Read};
use super::index::Lists;
use super::language::InLanguage;
use super::page::Page;
use super::params::NoParams;
use super::permit::{DeleteProducts, ReadProducts, WriteProducts};
use super::problem::Problem;
use super::repeat::IdempotencyKey;
use super::reply::Rendered;
use super::resource::Resource;
use super::shape::{
    FieldsParam, IfTags, KnownPage, KnownThing, NotAsSaid, NotChanged, NotThere, PageParams, Partial, Patch, RepeatKey,
    SearchParam, SortParam,
};
use super::sorted_index::SortedIndex;
use crate::store::Timestamps;

impl Resource for Product {
    const WHAT: &'static str = "product";
    const PATH: &'static str = "products";
    const FIELDS: &'static [&'static str] = FIELDS;
    const READ_ONLY: &'static [&'static str] = &READ_ONLY;
    const SORTS: &'static [(&'static str, (usize, bool))] = &SORTS;

    type Row = ProductRow;
    type Input = Product;

    fn shelf(lists: &Lists) -> &SortedIndex<ProductRow> {
        &lists.products
    }

    fn rendered(&self, stamps: Timestamps, api: &Api) -> Result<Rendered, Problem> {
        render(self, stamps, api.currency)
    }

    fn input(body: &Value, api: &Api) -> Read<Product> {
        input::read(body, api.currency)
    }

    fn defaulted() -> Vec<&'static str> {
        input::defaulted()
    }

    fn patched(&self, patch: &Value, api: &Api) -> Result<Product, Problem> {
        input::patched(self, patch, api.currency)
    }

    fn made(input: Product, id: Id, before: Option<&Self>) -> Self {
        Self { id: ProductId(id), picture: before.and_then(|product| product.picture.clone()), ..input }
    }
}

/// Puts products on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("products", |rocket| async {
        rocket.mount("/", routes![list, read, create, upsert, replace, change, remove])
    })
}

/// All products, hidden ones too, page by page
#[utoipa::path(
    tag = "products",
    params(
        ("category" = Option<String>, Query, description = "Only those of this category", pattern = "^[0-9a-f]{24}$"),
        ("descendants" = Option<bool>, Query, description = "Also those of the categories below it; false if not said"),
        ("price_from" = Option<i64>, Query, description = "At this price after discount or above, in minor units", minimum = 0, maximum = 10_000_000_000_i64),
        ("price_to" = Option<i64>, Query, description = "At this price after discount or below, in minor units", minimum = 0, maximum = 10_000_000_000_i64),
        ("discounted" = Option<bool>, Query, description = "Only those with, or without, a discount"),
        ("available" = Option<bool>, Query, description = "Only those that can, or cannot, be bought now"),
        ("hidden" = Option<bool>, Query, description = "Only those that are, or are not, hidden from customers"),
        SearchParam, SortParam, PageParams, KnownPage, InLanguage,
    ),
    responses((status = 200, description = "A page", body = Page<Partial<ProductView>>), NotChanged),
    security(("key" = ["products:read"]))
)]
#[get("/api/v1/products")]
fn list(mut ask: Ask<'_, ReadProducts>) -> Answer {
    let params = &mut ask.more;
    let category = params.parse::<Id>("category", "an id of 24 hexadecimal digits");
    let descendants = params.flag("descendants").unwrap_or(false);
    let price = "a whole number of minor units from 0 on";
    let from = params.read_with("price_from", |text| read_price(text, price));
    let to = params.read_with("price_to", |text| read_price(text, price));
    let (discounted, available, hidden) = (params.flag("discounted"), params.flag("available"), params.flag("hidden"));
    let groups = |lists: &Lists| category.map(|category| groups(lists, category, descendants));
    ask.list::<Product>(groups, |row| {
        let Product { discount, hidden: is_hidden, .. } = *row.product;
        let price = row.product.unit_price();
        from.is_none_or(|from| price >= from)
            && to.is_none_or(|to| price <= to)
            && discounted.is_none_or(|wanted| wanted == (discount.get() > 0))
            && available.is_none_or(|wanted| wanted == row.is_available())
            && hidden.is_none_or(|wanted| wanted == is_hidden)
    })
}

fn read_price(text: &str, wanted: &str) -> Result<Money, String> {
    text.parse().ok().and_then(Money::from_minor).ok_or_else(|| format!("it must be {wanted}"))
}

/// A category, and all below it if they are wanted.
fn groups(lists: &Lists, category: Id, descendants: bool) -> Vec<Id> {
    let mut groups = vec![category];
    let mut next = 0;
    while descendants && next < groups.len() {
        let below = lists.shelves.catalogue.subcategories(Some(CategoryId(groups[next])));
        groups.extend(below.iter().map(|category| category.id.0));
        next += 1;
    }
    // Whatever is asked for twice, in a circle of parents, is in it once.
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// One product
#[utoipa::path(
    tag = "products",
    params(ThingId, FieldsParam, KnownThing, InLanguage),
    responses((status = 200, description = "The product", body = Partial<ProductView>), NotChanged, NotThere),
    security(("key" = ["products:read"]))
)]
#[get("/api/v1/products/<id>")]
fn read(id: ThingId, ask: Ask<'_, ReadProducts>) -> Answer {
    ask.read::<Product>(&id)
}

/// A new product
#[utoipa::path(
    tag = "products",
    params(RepeatKey),
    request_body(content = ProductInput, content_type = "application/json"),
    responses(
        (status = 201, description = "It is made", body = ProductView),
        (status = 409, description = "The category does not exist, or the Idempotency-Key was used for another request"),
    ),
    security(("key" = ["products:write"]))
)]
#[post("/api/v1/products", data = "<body>")]
async fn create(ask: Ask<'_, WriteProducts, IdempotencyKey>, _params: NoParams, body: Json) -> Answer {
    ask.create::<Product>(body).await
}

/// Many products at once: each is changed (merge patch, RFC 7386), or made where there is none with its id
///
/// Each row is taken by itself, and has a result of its own: a refused one leaves the others as they are. The caller chooses the ids
/// of new products, so that the same request can be sent again. A request has 4 MiB at most, and takes no `If-Match`.
#[utoipa::path(
    tag = "products",
    request_body(content = Batch<ProductInput>, content_type = "application/json"),
    responses((status = 200, description = "What became of each row", body = BatchResult)),
    security(("key" = ["products:write"]))
)]
#[patch("/api/v1/products", data = "<body>")]
async fn upsert(ask: Ask<'_, WriteProducts, NoParams>, body: ManyRows) -> Answer {
    ask.upsert::<Product>(body).await
}

/// Another product in place of this one; its picture stays
///
/// What GET has answered can be sent back: members that cannot be set are taken as long as they are what GET shows.
#[utoipa::path(
    tag = "products",
    params(ThingId, IfTags),
    request_body(content = ProductInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The product as it is now", body = ProductView),
        NotThere,
        (status = 409, description = "The category does not exist"),
        NotAsSaid,
    ),
    security(("key" = ["products:write"]))
)]
#[put("/api/v1/products/<id>", data = "<body>")]
async fn replace(id: ThingId, ask: Ask<'_, WriteProducts, NoParams>, body: Json) -> Answer {
    ask.replace::<Product>(id, body).await
}

/// Some fields of a product (merge patch, RFC 7386)
#[utoipa::path(
    tag = "products",
    params(ThingId, IfTags),
    request_body(content = Patch<ProductInput>, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The product as it is now", body = ProductView),
        NotThere,
        (status = 409, description = "The category does not exist"),
        NotAsSaid,
    ),
    security(("key" = ["products:write"]))
)]
#[patch("/api/v1/products/<id>", data = "<body>")]
async fn change(id: ThingId, ask: Ask<'_, WriteProducts, NoParams>, body: Json) -> Answer {
    ask.change::<Product>(id, body).await
}

/// No such product any more; customers who have it in their cart are told
#[utoipa::path(
    tag = "products",
    params(ThingId, IfTags),
    responses((status = 204, description = "It is gone"), NotThere, NotAsSaid),
    security(("key" = ["products:delete"]))
)]
#[delete("/api/v1/products/<id>")]
async fn remove(id: ThingId, ask: Ask<'_, DeleteProducts, NoParams>) -> Answer {
    ask.remove::<Product>(id).await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dialogues::shop::FieldValue;
    use utoipa::PartialSchema;

    use super::*;

    /// The names in a part of a schema: its `properties`, or its `required`.
    fn names<T: PartialSchema>(part: &str) -> BTreeSet<String> {
        match serde_json::to_value(T::schema()).unwrap()[part].take() {
            Value::Object(fields) => fields.into_iter().map(|(name, _)| name).collect(),
            fields => serde_json::from_value(fields).unwrap(),
        }
    }

    #[test]
    fn every_field_of_a_product_is_described_as_it_is_read_and_shown() {
        let mut product = Product::default();
        let fields: Vec<_> = product.fields().collect();
        let of = |wanted: &dyn Fn(&FieldValue<'_>) -> bool| -> BTreeSet<String> {
            fields.iter().filter(|(_, value)| wanted(value)).map(|(field, _)| (*field).to_owned()).collect()
        };
        let settable = of(&|value| !matches!(value, FieldValue::Picture(_)));
        assert_eq!(names::<ProductInput>("properties"), settable, "fields of ProductInput, and of Product::fields");
        assert_eq!(names::<ProductInput>("required"), of(&|value| value.is_required()), "required in ProductInput");
        let shown = FIELDS.iter().map(|field| (*field).to_owned()).collect();
        assert_eq!(names::<ProductView>("properties"), shown, "fields of ProductView, and of FIELDS in view.rs");
        let unshown: Vec<_> = of(&|_| true).difference(&shown).cloned().collect();
        assert!(unshown.is_empty(), "{unshown:?} of Product::fields are not in FIELDS in view.rs");
    }
}
