//! News: shown to customers from their publication on; without a date they are drafts.

mod input;
mod view;

use dialogues::shop::NewsId;
use rocket::fairing::AdHoc;
use rocket::{State, delete, get, patch, post, put, routes};

use self::input::NewsInput;
pub(super) use self::view::FIELDS;
pub(crate) use self::view::{NewsRow, shelf};
use self::view::{NewsStatus, NewsView, READ_ONLY, SORTS, render};
use super::body::{Json, read_body};
use super::change::{Changed, id_of, is_id};
use super::etag::{Conditions, tag};
use super::page::{Cursor, Page, Shown, page};
use super::params::{NoParams, Params};
use super::problem::Problem;
use super::read_only::ReadOnly;
use super::repeat::Repeat;
use super::reply::{Reply, picked};
use super::scope::{Allowed, DeleteNews, ReadNews, WriteNews};
use super::shape::{Partial, Patch};
use super::shelf::Wish;
use super::{Api, ROOT};
use crate::store::{NewsItem, Stamps, Store};

const WHAT: &str = "news item";

/// Puts news on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("news", |rocket| async { rocket.mount("/", routes![list, read, create, replace, change, remove]) })
}

/// All news, drafts too, page by page, the newest first
#[utoipa::path(
    tag = "news",
    operation_id = "list_news",
    params(
        ("status" = Option<String>, Query, description = "Only drafts, only those that customers will see, or only those that they do", pattern = "^(draft|scheduled|published)$"),
        ("q" = Option<String>, Query, description = "Words that headline or body have: in any case, with or without accents, Latin or Cyrillic. Punctuation alone finds nothing", min_length = 1, max_length = 100),
        ("sort" = Option<String>, Query, description = "What to sort by; with a minus the other way round. Drafts count as the newest"),
        ("limit" = Option<u32>, Query, description = "How many a page has; 20 if not said", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where a page begins: from `next` of the page before, with the same sort and filters"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if the page has this tag"),
    ),
    responses(
        (status = 200, description = "A page", body = Page<Partial<NewsView>>),
        (status = 304, description = "It has not changed"),
    ),
    security(("key" = ["news:read"]))
)]
#[get("/api/v1/news")]
fn list(
    _allowed: Allowed<ReadNews>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let status = params.word("status", &NewsStatus::WORDS);
    let words = params.search();
    let (sort, descending) = params.sort(&SORTS);
    let fields = params.fields(&FIELDS);
    let (limit, after) = (params.limit(), Cursor::read(&mut params, is_id));
    let way = params.finish()?;
    let (lists, now) = (api.lists(), api.store.clock().now());
    let fits = |row: &NewsRow| {
        status.is_none_or(|status| NewsStatus::of(&row.item, now) == status)
            && words.as_ref().is_none_or(|words| words.are_in(row.words()))
    };
    let (rows, next) = lists.news.list(&Wish { sort, descending, after, limit }, None, fits);
    let shown: Vec<_> = rows.iter().map(|row| Shown { json: &row.json, tag: &row.tag }).collect();
    Ok(page(&shown, next.as_ref(), &way, &fields, "id", &conditions))
}

/// One news item
#[utoipa::path(
    tag = "news",
    operation_id = "read_news",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if it has this tag"),
    ),
    responses(
        (status = 200, description = "The news item", body = Partial<NewsView>),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is none"),
    ),
    security(("key" = ["news:read"]))
)]
#[get("/api/v1/news/<id>")]
fn read(
    id: &str,
    _allowed: Allowed<ReadNews>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let fields = params.fields(&FIELDS);
    params.finish()?;
    let id = id_of(id, WHAT)?;
    let lists = api.lists();
    let row = lists.news.row(id).ok_or_else(|| Problem::not_found(WHAT))?;
    Ok(Reply::json(picked(&row.json, &fields, "id")).unless_known(&conditions, &row.tag))
}

/// A new news item, which is mailed to everybody
///
/// From `published` on customers see it, and a second later all of them get it as a letter, but those who want no
/// mailings; a draft is mailed when it gets its date. Its mailing has the same id: `/api/v1/mailings/{id}` is where it is
/// watched, paused and cancelled from then on. News of more than a day before the bot's first start is not mailed.
#[utoipa::path(
    tag = "news",
    operation_id = "create_news",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, so that it can come twice", pattern = "^[!-~]{1,255}$")),
    request_body(content = NewsInput, content_type = "application/json"),
    responses(
        (status = 201, description = "It is made", body = NewsView),
        (status = 409, description = "The Idempotency-Key was used for another request"),
    ),
    security(("key" = ["news:write"]))
)]
#[post("/api/v1/news", data = "<body>")]
async fn create(
    allowed: Allowed<WriteNews>,
    repeat: Repeat,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    if let Some(reply) = repeat.answered(api, &allowed.caller, &body.bytes).await? {
        return Ok(reply);
    }
    let item = read_body(&body.value()?, NewsInput::read)?.item(NewsId(Store::fresh_id()));
    let stamps = api.store.first_stamps();
    let reply = shown(&item, stamps)?.created(format!("{ROOT}/news/{}", item.id.0));
    repeat.add(api, &allowed.caller, &body.bytes, &item, stamps, reply).await
}

/// Another news item in place of this one
///
/// What GET has answered can be sent back: members that cannot be set are taken as long as they are what GET shows.
#[utoipa::path(
    tag = "news",
    operation_id = "replace_news",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = NewsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The news item as it is now", body = NewsView),
        (status = 404, description = "There is none"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["news:write"]))
)]
#[put("/api/v1/news/<id>", data = "<body>")]
async fn replace(
    id: &str,
    _allowed: Allowed<WriteNews>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let (id, mut value) = (id_of(id, WHAT)?, body.value()?);
    let read_only = ReadOnly::taken_from(&mut value, &READ_ONLY);
    let input = read_body(&value, NewsInput::read)?;
    let next = |item: &NewsItem| Ok(input.clone().item(item.id));
    let Changed { thing, stamps } = api.change(id, WHAT, &conditions, &read_only, rendered, next).await?;
    shown(&thing, stamps)
}

/// Some fields of a news item (merge patch, RFC 7386)
#[utoipa::path(
    tag = "news",
    operation_id = "change_news",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = Patch<NewsInput>, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The news item as it is now", body = NewsView),
        (status = 404, description = "There is none"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["news:write"]))
)]
#[patch("/api/v1/news/<id>", data = "<body>")]
async fn change(
    id: &str,
    _allowed: Allowed<WriteNews>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let (id, mut patch) = (id_of(id, WHAT)?, body.value()?);
    let read_only = ReadOnly::taken_from(&mut patch, &READ_ONLY);
    let next = |item: &NewsItem| Ok(NewsInput::patched(item, &patch)?.item(item.id));
    let Changed { thing, stamps } = api.change(id, WHAT, &conditions, &read_only, rendered, next).await?;
    shown(&thing, stamps)
}

/// No such news item any more
#[utoipa::path(
    tag = "news",
    operation_id = "remove_news",
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
    security(("key" = ["news:delete"]))
)]
#[delete("/api/v1/news/<id>")]
async fn remove(
    id: &str,
    _allowed: Allowed<DeleteNews>,
    conditions: Conditions,
    _params: NoParams,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    api.remove(id_of(id, WHAT)?, WHAT, &conditions, rendered).await?;
    Ok(Reply::nothing())
}

/// A news item's JSON, and its tag.
fn rendered(item: &NewsItem, stamps: Stamps) -> Result<(String, String), Problem> {
    let json = render(item, stamps)?;
    let tag = tag(&json);
    Ok((json, tag))
}

fn shown(item: &NewsItem, stamps: Stamps) -> Result<Reply, Problem> {
    let (json, tag) = rendered(item, stamps)?;
    Ok(Reply::json(json).tagged(&tag))
}

/// What a list can be sorted by.
pub(super) fn sorts() -> Vec<&'static str> {
    SORTS.iter().map(|(name, _)| *name).collect()
}
