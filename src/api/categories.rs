//! Categories: a tree, in which nothing ever stands below itself.

mod input;
mod view;

use dialogues::shop::{Catalogue, Category, CategoryId, Id};
use rocket::fairing::AdHoc;
use rocket::{State, delete, get, patch, post, put, routes};

use self::input::CategoryInput;
pub(super) use self::view::FIELDS;
pub(crate) use self::view::{CategoryRow, shelf};
use self::view::{CategoryView, READ_ONLY, SORTS, own_tag, render};
use super::body::{Json, read_body};
use super::change::{ATTEMPTS, Changed, id_of, is_id};
use super::etag::Conditions;
use super::page::{Cursor, Page, Shown, page};
use super::params::{NoParams, Params};
use super::problem::{Code, Problem};
use super::read_only::ReadOnly;
use super::repeat::Repeat;
use super::reply::{Reply, picked};
use super::scope::{Allowed, DeleteCategories, ReadCategories, WriteCategories};
use super::shape::{Partial, Patch};
use super::shelf::Wish;
use super::{Api, ROOT};
use crate::store::{Content, Held, Kept, Stamps, Store};

const WHAT: &str = "category";

/// Puts categories on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("categories", |rocket| async {
        rocket.mount("/", routes![list, read, create, replace, change, remove])
    })
}

/// All categories, page by page
#[utoipa::path(
    tag = "categories",
    params(
        ("parent" = Option<String>, Query, description = "Only those of this category, or of the root", pattern = "^([0-9a-f]{24}|root)$"),
        ("q" = Option<String>, Query, description = "Words that title or description have: in any case, with or without accents, Latin or Cyrillic. Punctuation alone finds nothing", min_length = 1, max_length = 100),
        ("sort" = Option<String>, Query, description = "What to sort by; with a minus the other way round"),
        ("limit" = Option<u32>, Query, description = "How many a page has; 20 if not said", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where a page begins: from `next` of the page before, with the same sort and filters"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if the page has this tag"),
    ),
    responses(
        (status = 200, description = "A page", body = Page<Partial<CategoryView>>),
        (status = 304, description = "It has not changed"),
    ),
    security(("key" = ["categories:read"]))
)]
#[get("/api/v1/categories")]
fn list(
    _allowed: Allowed<ReadCategories>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let parent = params.read_with("parent", |text| match text {
        "root" => Ok(None),
        id => id.parse().map(|id| Some(CategoryId(id))).map_err(|_| "it must be an id, or root".to_owned()),
    });
    let words = params.search();
    let (sort, descending) = params.sort(&SORTS);
    let fields = params.fields(&FIELDS);
    let (limit, after) = (params.limit(), Cursor::read(&mut params, is_id));
    let way = params.finish()?;
    let lists = api.lists();
    let fits = |row: &CategoryRow| {
        parent.is_none_or(|parent| row.parent == parent) && words.as_ref().is_none_or(|words| words.are_in(row.words()))
    };
    let (rows, next) = lists.categories.list(&Wish { sort, descending, after, limit }, None, fits);
    let shown: Vec<_> = rows.iter().map(|row| Shown { json: &row.json, tag: &row.tag }).collect();
    Ok(page(&shown, next.as_ref(), &way, &fields, "id", &conditions))
}

/// One category, with the way to it and what stands on it
#[utoipa::path(
    tag = "categories",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if it has this tag"),
    ),
    responses(
        (status = 200, description = "The category", body = Partial<CategoryView>),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is none"),
    ),
    security(("key" = ["categories:read"]))
)]
#[get("/api/v1/categories/<id>")]
fn read(
    id: &str,
    _allowed: Allowed<ReadCategories>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let fields = params.fields(&FIELDS);
    params.finish()?;
    let id = id_of(id, WHAT)?;
    let lists = api.lists();
    let row = lists.categories.row(id).ok_or_else(|| Problem::not_found(WHAT))?;
    Ok(Reply::json(picked(&row.json, &fields, "id")).unless_known(&conditions, &row.tag))
}

/// A new category
#[utoipa::path(
    tag = "categories",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, so that it can come twice", pattern = "^[!-~]{1,255}$")),
    request_body(content = CategoryInput, content_type = "application/json"),
    responses(
        (status = 201, description = "It is made", body = CategoryView),
        (status = 409, description = "The parent does not exist, or the Idempotency-Key was used for another request"),
    ),
    security(("key" = ["categories:write"]))
)]
#[post("/api/v1/categories", data = "<body>")]
async fn create(
    allowed: Allowed<WriteCategories>,
    repeat: Repeat,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    if let Some(reply) = repeat.answered(api, &allowed.caller, &body.bytes).await? {
        return Ok(reply);
    }
    let input = read_body(&body.value()?, CategoryInput::read)?;
    let category = input.category(CategoryId(Store::fresh_id()));
    let stamps = api.store.first_stamps();
    let reply = shown(api, &category, stamps)?.created(format!("{ROOT}/categories/{}", category.id.0));
    repeat.add(api, &allowed.caller, &body.bytes, &category, stamps, reply).await
}

/// Another category in place of this one; what stands on it stays
///
/// What GET has answered can be sent back: members that cannot be set are taken as long as they are what GET shows.
#[utoipa::path(
    tag = "categories",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = CategoryInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The category as it is now", body = CategoryView),
        (status = 404, description = "There is none"),
        (status = 409, description = "The parent does not exist, or stands below this category"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["categories:write"]))
)]
#[put("/api/v1/categories/<id>", data = "<body>")]
async fn replace(
    id: &str,
    _allowed: Allowed<WriteCategories>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let (id, mut value) = (id_of(id, WHAT)?, body.value()?);
    let read_only = ReadOnly::taken_from(&mut value, &READ_ONLY);
    let input = read_body(&value, CategoryInput::read)?;
    moved(api, id, &conditions, &read_only, |category| Ok(input.clone().category(category.id))).await
}

/// Some fields of a category (merge patch, RFC 7386)
#[utoipa::path(
    tag = "categories",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = Patch<CategoryInput>, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The category as it is now", body = CategoryView),
        (status = 404, description = "There is none"),
        (status = 409, description = "The parent does not exist, or stands below this category"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["categories:write"]))
)]
#[patch("/api/v1/categories/<id>", data = "<body>")]
async fn change(
    id: &str,
    _allowed: Allowed<WriteCategories>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let (id, mut patch) = (id_of(id, WHAT)?, body.value()?);
    let read_only = ReadOnly::taken_from(&mut patch, &READ_ONLY);
    let next = |category: &Category| Ok(CategoryInput::patched(category, &patch)?.category(category.id));
    moved(api, id, &conditions, &read_only, next).await
}

/// No such category any more
///
/// One that still holds products or subcategories is refused, unless `move_to` says where they go.
#[utoipa::path(
    tag = "categories",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("move_to" = Option<String>, Query, description = "The category to which its products and subcategories go", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is none"),
        (status = 409, description = "It is not empty, or move_to does not exist or stands below it"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["categories:delete"]))
)]
#[delete("/api/v1/categories/<id>")]
async fn remove(
    id: &str,
    _allowed: Allowed<DeleteCategories>,
    conditions: Conditions,
    mut params: Params,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let target = params.parse::<Id>("move_to", "an id of 24 hexadecimal digits");
    params.finish()?;
    let id = id_of(id, WHAT)?;
    alone(api, async || {
        for _ in 0..ATTEMPTS {
            let held: Held<Category> = api.held(id, WHAT).await?;
            conditions.allow_change(&own_tag(&held.thing, held.stamps))?;
            if let Some(target) = target {
                check_parent(&api.feed.current(), CategoryId(id), CategoryId(target))?;
            }
            match api.store.remove_category(&held, target.map_or(Content::None, Content::To)).await? {
                Kept::Done => {
                    api.feed.catch_up().await?;
                    return Ok(Reply::nothing());
                }
                Kept::LostRace => {}
                Kept::NoCategory(category) => return Err(Problem::no_category(category)),
                Kept::NotEmpty => {
                    let detail = "it still holds products or subcategories; say with move_to where they go. What cannot \
                                  be used counts, too: `shopkeeper check` names it";
                    return Err(Problem::new(Code::CategoryNotEmpty, detail));
                }
            }
        }
        Err(Problem::contended())
    })
    .await
}

/// Changes a category while nobody else moves or removes one.
async fn moved(
    api: &Api,
    id: Id,
    conditions: &Conditions,
    read_only: &ReadOnly,
    next: impl Fn(&Category) -> Result<Category, Problem>,
) -> Result<Reply, Problem> {
    let rendered = |category: &Category, stamps: Stamps| render(category, stamps, &api.feed.current());
    alone(api, async || {
        let decide = |category: &Category| {
            let next = next(category)?;
            if let Some(parent) = next.parent.filter(|parent| category.parent != Some(*parent)) {
                check_parent(&api.feed.current(), category.id, parent)?;
            }
            Ok(next)
        };
        let Changed { thing, stamps } = api.change(id, WHAT, conditions, read_only, rendered, decide).await?;
        shown(api, &thing, stamps)
    })
    .await
}

/// Does something while no other category is moved or removed, here or in another process, on a snapshot that has
/// seen all that was.
async fn alone<R>(api: &Api, work: impl AsyncFnOnce() -> Result<R, Problem>) -> Result<R, Problem> {
    let _alone = api.tree.lock().await;
    let holder = api.store.hold_tree().await?;
    let done = match api.feed.catch_up().await {
        Ok(()) => work().await,
        Err(error) => Err(error.into()),
    };
    // Should this fail, the lock ends by itself.
    if let Err(error) = api.store.release_tree(&holder).await {
        tracing::warn!(%error, "the tree of categories stays locked for a while");
    }
    done
}

/// Whether a category may stand below another one, or its content may go there.
fn check_parent(catalogue: &Catalogue, category: CategoryId, parent: CategoryId) -> Result<(), Problem> {
    if catalogue.category(parent).is_none() {
        return Err(Problem::no_category(parent));
    }
    if catalogue.path(parent).iter().any(|above| above.id == category) {
        return Err(Problem::new(Code::CategoryCycle, "a category cannot stand below itself"));
    }
    Ok(())
}

fn shown(api: &Api, category: &Category, stamps: Stamps) -> Result<Reply, Problem> {
    let (json, tag) = render(category, stamps, &api.feed.current())?;
    Ok(Reply::json(json).tagged(&tag))
}

/// What a list can be sorted by.
pub(super) fn sorts() -> Vec<&'static str> {
    SORTS.iter().map(|(name, _)| *name).collect()
}
