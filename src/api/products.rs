//! Products: list, read, create, replace, change, delete.

mod input;
mod view;

use dialogues::shop::{CategoryId, Id, Money, Product, ProductId};
use rocket::fairing::AdHoc;
use rocket::{State, delete, get, patch, post, put, routes};

use self::input::ProductInput;
pub(super) use self::view::FIELDS;
pub(super) use self::view::ProductView;
pub(crate) use self::view::{ProductRow, shelf};
use self::view::{READ_ONLY, SORTS, render};
use super::body::{Json, read_body};
use super::change::{Changed, id_of, is_id};
use super::etag::{Conditions, tag};
use super::index::Lists;
use super::page::{Cursor, Page, Shown, page};
use super::params::{NoParams, Params};
use super::problem::Problem;
use super::read_only::ReadOnly;
use super::repeat::Repeat;
use super::reply::{Reply, picked};
use super::scope::{Allowed, DeleteProducts, ReadProducts, WriteProducts};
use super::shape::{Partial, Patch};
use super::shelf::Wish;
use super::{Api, ROOT};
use crate::store::{Stamps, Store};

const WHAT: &str = "product";

/// Puts products on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("products", |rocket| async {
        rocket.mount("/", routes![list, read, create, replace, change, remove])
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
        ("q" = Option<String>, Query, description = "Words that title or description have: in any case, with or without accents, Latin or Cyrillic. Punctuation alone finds nothing", min_length = 1, max_length = 100),
        ("sort" = Option<String>, Query, description = "What to sort by; with a minus the other way round"),
        ("limit" = Option<u32>, Query, description = "How many a page has; 20 if not said", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where a page begins: from `next` of the page before, with the same sort and filters"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if the page has this tag"),
    ),
    responses(
        (status = 200, description = "A page", body = Page<Partial<ProductView>>),
        (status = 304, description = "It has not changed"),
    ),
    security(("key" = ["products:read"]))
)]
#[get("/api/v1/products")]
fn list(
    _allowed: Allowed<ReadProducts>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let category = params.parse::<Id>("category", "an id of 24 hexadecimal digits");
    let descendants = params.flag("descendants").unwrap_or(false);
    let price = "a whole number of minor units from 0 on";
    let from = params.read_with("price_from", |text| read_price(text, price));
    let to = params.read_with("price_to", |text| read_price(text, price));
    let (discounted, available, hidden) = (params.flag("discounted"), params.flag("available"), params.flag("hidden"));
    let words = params.search();
    let (sort, descending) = params.sort(&SORTS);
    let fields = params.fields(&FIELDS);
    let (limit, after) = (params.limit(), Cursor::read(&mut params, is_id));
    let way = params.finish()?;
    let lists = api.lists();
    let groups = category.map(|category| groups(&lists, category, descendants));
    let fits = |row: &ProductRow| {
        let Product { discount, hidden: is_hidden, .. } = *row.product;
        let price = row.product.unit_price();
        from.is_none_or(|from| price >= from)
            && to.is_none_or(|to| price <= to)
            && discounted.is_none_or(|wanted| wanted == (discount.get() > 0))
            && available.is_none_or(|wanted| wanted == row.is_available())
            && hidden.is_none_or(|wanted| wanted == is_hidden)
            && words.as_ref().is_none_or(|words| words.are_in(row.words()))
    };
    let wish = Wish { sort, descending, after, limit };
    let (rows, next) = lists.products.list(&wish, groups.as_deref(), fits);
    let shown: Vec<_> = rows.iter().map(|row| Shown { json: &row.json, tag: &row.tag }).collect();
    Ok(page(&shown, next.as_ref(), &way, &fields, "id", &conditions))
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
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if it has this tag"),
    ),
    responses(
        (status = 200, description = "The product", body = Partial<ProductView>),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is none"),
    ),
    security(("key" = ["products:read"]))
)]
#[get("/api/v1/products/<id>")]
fn read(
    id: &str,
    _allowed: Allowed<ReadProducts>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let fields = params.fields(&FIELDS);
    params.finish()?;
    let id = id_of(id, WHAT)?;
    let lists = api.lists();
    let row = lists.products.row(id).ok_or_else(|| Problem::not_found(WHAT))?;
    Ok(Reply::json(picked(&row.json, &fields, "id")).unless_known(&conditions, &row.tag))
}

/// A new product
#[utoipa::path(
    tag = "products",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, so that it can come twice", pattern = "^[!-~]{1,255}$")),
    request_body(content = ProductInput, content_type = "application/json"),
    responses(
        (status = 201, description = "It is made", body = ProductView),
        (status = 409, description = "The category does not exist, or the Idempotency-Key was used for another request"),
    ),
    security(("key" = ["products:write"]))
)]
#[post("/api/v1/products", data = "<body>")]
async fn create(
    allowed: Allowed<WriteProducts>,
    repeat: Repeat,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    if let Some(reply) = repeat.answered(api, &allowed.caller, &body.bytes).await? {
        return Ok(reply);
    }
    let input = read_body(&body.value()?, |value| ProductInput::read(value, api.currency))?;
    let product = input.product(ProductId(Store::fresh_id()), None);
    let stamps = api.store.first_stamps();
    let reply = shown(api, &product, stamps)?.created(format!("{ROOT}/products/{}", product.id.0));
    repeat.add(api, &allowed.caller, &body.bytes, &product, stamps, reply).await
}

/// Another product in place of this one; its picture stays
///
/// What GET has answered can be sent back: members that cannot be set are taken as long as they are what GET shows.
#[utoipa::path(
    tag = "products",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = ProductInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The product as it is now", body = ProductView),
        (status = 404, description = "There is none"),
        (status = 409, description = "The category does not exist"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["products:write"]))
)]
#[put("/api/v1/products/<id>", data = "<body>")]
async fn replace(
    id: &str,
    _allowed: Allowed<WriteProducts>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let (id, mut value) = (id_of(id, WHAT)?, body.value()?);
    let read_only = ReadOnly::taken_from(&mut value, &READ_ONLY);
    let input = read_body(&value, |value| ProductInput::read(value, api.currency))?;
    let next = |product: &Product| Ok(input.clone().product(product.id, product.picture.clone()));
    let Changed { thing, stamps } = api.change(id, WHAT, &conditions, &read_only, rendered(api), next).await?;
    shown(api, &thing, stamps)
}

/// Some fields of a product (merge patch, RFC 7386)
#[utoipa::path(
    tag = "products",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = Patch<ProductInput>, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The product as it is now", body = ProductView),
        (status = 404, description = "There is none"),
        (status = 409, description = "The category does not exist"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["products:write"]))
)]
#[patch("/api/v1/products/<id>", data = "<body>")]
async fn change(
    id: &str,
    _allowed: Allowed<WriteProducts>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let (id, mut patch) = (id_of(id, WHAT)?, body.value()?);
    let read_only = ReadOnly::taken_from(&mut patch, &READ_ONLY);
    let next = |product: &Product| {
        let input = ProductInput::patched(product, &patch, api.currency)?;
        Ok(input.product(product.id, product.picture.clone()))
    };
    let Changed { thing, stamps } = api.change(id, WHAT, &conditions, &read_only, rendered(api), next).await?;
    shown(api, &thing, stamps)
}

/// No such product any more; customers who have it in their cart are told
#[utoipa::path(
    tag = "products",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is none"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["products:delete"]))
)]
#[delete("/api/v1/products/<id>")]
async fn remove(
    id: &str,
    _allowed: Allowed<DeleteProducts>,
    conditions: Conditions,
    _params: NoParams,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    api.remove(id_of(id, WHAT)?, WHAT, &conditions, rendered(api)).await?;
    Ok(Reply::nothing())
}

/// A product's JSON, and its tag.
pub(super) fn rendered(api: &Api) -> impl Fn(&Product, Stamps) -> Result<(String, String), Problem> {
    |product, stamps| {
        let json = render(product, stamps, api.currency)?;
        let tag = tag(&json);
        Ok((json, tag))
    }
}

/// A product as it is now.
pub(super) fn shown(api: &Api, product: &Product, stamps: Stamps) -> Result<Reply, Problem> {
    let (json, tag) = rendered(api)(product, stamps)?;
    Ok(Reply::json(json).tagged(&tag))
}

/// What a list can be sorted by.
pub(super) fn sorts() -> Vec<&'static str> {
    SORTS.iter().map(|(name, _)| *name).collect()
}
