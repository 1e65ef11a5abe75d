//! News: shown to customers from their publication on; without a date they are drafts.

mod input;
mod view;

use dialogues::shop::{Id, NewsId};
use rocket::fairing::AdHoc;
use rocket::{delete, get, patch, post, put, routes};
use serde_json::Value;

use self::input::{NewsInput, is_mailed};
use self::view::{FIELDS, NewsStatus, NewsView, READ_ONLY, SORTS, render};
pub(crate) use self::view::{NewsRow, shelf};
use super::Api;
use super::address::ThingId;
use super::ask::{Answer, Ask};
use super::body::{Json, Read};
use super::index::Lists;
use super::language::InLanguage;
use super::page::Page;
use super::params::NoParams;
use super::permit::{DeleteNews, ReadNews, WriteNews};
use super::problem::{Code, Problem};
use super::repeat::IdempotencyKey;
use super::reply::Rendered;
use super::resource::Resource;
use super::shape::{
    FieldsParam, IfTags, KnownPage, KnownThing, NotAsSaid, NotChanged, NotThere, PageParams, Partial, Patch, RepeatKey,
};
use super::sorted_index::SortedIndex;
use crate::store::{NewsItem, NewsMailing, Timestamps};

impl Resource for NewsItem {
    const WHAT: &'static str = "news item";
    const PATH: &'static str = "news";
    const FIELDS: &'static [&'static str] = &FIELDS;
    const READ_ONLY: &'static [&'static str] = &READ_ONLY;
    const SORTS: &'static [(&'static str, (usize, bool))] = &SORTS;

    type Row = NewsRow;
    type Input = NewsInput;

    fn shelf(lists: &Lists) -> &SortedIndex<NewsRow> {
        &lists.news
    }

    fn rendered(&self, stamps: Timestamps, _: &Api) -> Result<Rendered, Problem> {
        render(self, stamps)
    }

    fn input(body: &Value, _: &Api) -> Read<NewsInput> {
        NewsInput::read(body)
    }

    fn defaulted() -> Vec<&'static str> {
        NewsInput::DEFAULTED.to_vec()
    }

    fn patched(&self, patch: &Value, _: &Api) -> Result<NewsInput, Problem> {
        NewsInput::patched(self, patch)
    }

    fn made(input: NewsInput, id: Id, before: Option<&Self>) -> Self {
        input.item(NewsId(id), before)
    }

    fn allow(&self, next: &Self, _: &Api) -> Result<(), Problem> {
        if self.mailing != NewsMailing::Made || is_mailed(next) {
            return Ok(());
        }
        let detail = format!("it is mailed already: /api/v1/mailings/{} can be cancelled or taken back", self.id.0);
        Err(Problem::new(Code::WrongStatus, detail))
    }
}

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
        ("q" = Option<String>, Query, description = "Words that headline or body have, in any of its languages: in any case, with or without accents, Latin or Cyrillic. Punctuation alone finds nothing", min_length = 1, max_length = 100),
        ("sort" = Option<String>, Query, description = "What to sort by; with a minus the other way round. Drafts count as the newest"),
        PageParams, KnownPage, InLanguage,
    ),
    responses((status = 200, description = "A page", body = Page<Partial<NewsView>>), NotChanged),
    security(("key" = ["news:read"]))
)]
#[get("/api/v1/news")]
fn list(mut ask: Ask<'_, ReadNews>) -> Answer {
    let status = ask.more.word("status", &NewsStatus::WORDS);
    let now = ask.api.store.clock().now();
    let fits = |row: &NewsRow| status.is_none_or(|status| NewsStatus::of(&row.item, now) == status);
    ask.list::<NewsItem>(|_| None, fits)
}

/// One news item
#[utoipa::path(
    tag = "news",
    operation_id = "read_news",
    params(ThingId, FieldsParam, KnownThing, InLanguage),
    responses((status = 200, description = "The news item", body = Partial<NewsView>), NotChanged, NotThere),
    security(("key" = ["news:read"]))
)]
#[get("/api/v1/news/<id>")]
fn read(id: ThingId, ask: Ask<'_, ReadNews>) -> Answer {
    ask.read::<NewsItem>(&id)
}

/// A new news item, which is mailed to everybody unless `mail` is false
///
/// From `published` on customers see it, and a second later all of them get it as a letter, but those who want no
/// mailings; a draft is mailed when it gets its date. `mailing` is the address at which that is watched, paused and cancelled
/// from then on. With `"mail": false` it is only shown. News of more than a day before the bot's first start is not mailed.
#[utoipa::path(
    tag = "news",
    operation_id = "create_news",
    params(RepeatKey),
    request_body(content = NewsInput, content_type = "application/json"),
    responses(
        (status = 201, description = "It is made", body = NewsView),
        (status = 409, description = "The Idempotency-Key was used for another request"),
    ),
    security(("key" = ["news:write"]))
)]
#[post("/api/v1/news", data = "<body>")]
async fn create(ask: Ask<'_, WriteNews, IdempotencyKey>, _params: NoParams, body: Json) -> Answer {
    ask.create::<NewsItem>(body).await
}

/// Another news item in place of this one
///
/// What GET has answered can be sent back: members that cannot be set are taken as long as they are what GET shows.
#[utoipa::path(
    tag = "news",
    operation_id = "replace_news",
    params(ThingId, IfTags),
    request_body(content = NewsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The news item as it is now", body = NewsView),
        (status = 409, description = "It is mailed already, and `mail` cannot become false"),
        NotThere, NotAsSaid,
    ),
    security(("key" = ["news:write"]))
)]
#[put("/api/v1/news/<id>", data = "<body>")]
async fn replace(id: ThingId, ask: Ask<'_, WriteNews, NoParams>, body: Json) -> Answer {
    ask.replace::<NewsItem>(id, body).await
}

/// Some fields of a news item (merge patch, RFC 7386)
#[utoipa::path(
    tag = "news",
    operation_id = "change_news",
    params(ThingId, IfTags),
    request_body(content = Patch<NewsInput>, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The news item as it is now", body = NewsView),
        (status = 409, description = "It is mailed already, and `mail` cannot become false"),
        NotThere, NotAsSaid,
    ),
    security(("key" = ["news:write"]))
)]
#[patch("/api/v1/news/<id>", data = "<body>")]
async fn change(id: ThingId, ask: Ask<'_, WriteNews, NoParams>, body: Json) -> Answer {
    ask.change::<NewsItem>(id, body).await
}

/// No such news item any more
#[utoipa::path(
    tag = "news",
    operation_id = "remove_news",
    params(ThingId, IfTags),
    responses((status = 204, description = "It is gone"), NotThere, NotAsSaid),
    security(("key" = ["news:delete"]))
)]
#[delete("/api/v1/news/<id>")]
async fn remove(id: ThingId, ask: Ask<'_, DeleteNews, NoParams>) -> Answer {
    ask.remove::<NewsItem>(id).await
}
