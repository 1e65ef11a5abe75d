//! Categories: a tree, in which nothing ever stands below itself.

mod input;
mod view;

use dialogues::shop::{Catalogue, Category, CategoryId, Id, Language};
use rocket::fairing::AdHoc;
use rocket::{delete, get, patch, post, put, routes};
use serde_json::Value;

use self::input::CategoryInput;
pub(crate) use self::view::{CategoryRow, shelf};
use self::view::{CategoryView, FIELDS, READ_ONLY, SORTS, own_tag, render};
use super::Api;
use super::address::ThingId;
use super::ask::{Answer, Ask};
use super::body::{Json, Read};
use super::change::ATTEMPTS;
use super::etag::Conditions;
use super::index::Lists;
use super::language::InLanguage;
use super::page::Page;
use super::params::NoParams;
use super::permit::{DeleteCategories, ReadCategories, WriteCategories};
use super::problem::{Code, Problem};
use super::repeat::IdempotencyKey;
use super::reply::{Rendered, Reply};
use super::resource::{Resource, Rewrite};
use super::shape::{
    FieldsParam, IfTags, KnownPage, KnownThing, NotAsSaid, NotChanged, NotThere, PageParams, Partial, Patch, RepeatKey,
    SearchParam, SortParam,
};
use super::sorted_index::SortedIndex;
use crate::store::{Content, Timestamps, Versioned, WriteOutcome};

impl Resource for Category {
    const WHAT: &'static str = "category";
    const PATH: &'static str = "categories";
    const FIELDS: &'static [&'static str] = &FIELDS;
    const READ_ONLY: &'static [&'static str] = &READ_ONLY;
    const SORTS: &'static [(&'static str, (usize, bool))] = &SORTS;

    type Row = CategoryRow;
    type Input = CategoryInput;

    fn shelf(lists: &Lists) -> &SortedIndex<CategoryRow> {
        &lists.categories
    }

    fn rendered(&self, stamps: Timestamps, api: &Api) -> Result<Rendered, Problem> {
        render(self, stamps, &api.feed.current())
    }

    fn put_others(shown: &mut Value, language: Language, lists: &Lists) -> bool {
        put_path(shown, language, lists)
    }

    fn input(body: &Value, _: &Api) -> Read<CategoryInput> {
        CategoryInput::read(body)
    }

    fn defaulted() -> Vec<&'static str> {
        CategoryInput::DEFAULTED.to_vec()
    }

    fn patched(&self, patch: &Value, _: &Api) -> Result<CategoryInput, Problem> {
        CategoryInput::patched(self, patch)
    }

    fn made(input: CategoryInput, id: Id, _: Option<&Self>) -> Self {
        input.category(CategoryId(id))
    }

    fn allow(&self, next: &Self, api: &Api) -> Result<(), Problem> {
        match next.parent {
            Some(parent) if next.parent != self.parent => check_parent(&api.feed.current(), self.id, parent),
            _ => Ok(()),
        }
    }
}

/// Puts the titles on the way to it into a language; whether any is translated.
fn put_path(shown: &mut Value, language: Language, lists: &Lists) -> bool {
    let mut is_translated = false;
    for step in shown["path"].as_array_mut().into_iter().flatten() {
        let id = step["id"].as_str().and_then(|id| id.parse().ok());
        let Some(row) = id.and_then(|id| lists.categories.row(id)) else { continue };
        let title = row.thing.category.title_in(language);
        is_translated |= title != row.thing.category.title;
        step["title"] = title.into();
    }
    is_translated
}

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
        SearchParam, SortParam, PageParams, KnownPage, InLanguage,
    ),
    responses((status = 200, description = "A page", body = Page<Partial<CategoryView>>), NotChanged),
    security(("key" = ["categories:read"]))
)]
#[get("/api/v1/categories")]
fn list(mut ask: Ask<'_, ReadCategories>) -> Answer {
    let parent = ask.more.read_with("parent", |text| match text {
        "root" => Ok(None),
        id => id.parse().map(|id| Some(CategoryId(id))).map_err(|_| "it must be an id, or root".to_owned()),
    });
    ask.list::<Category>(|_| None, |row| parent.is_none_or(|parent| row.parent == parent))
}

/// One category, with the way to it and what stands on it
#[utoipa::path(
    tag = "categories",
    params(ThingId, FieldsParam, KnownThing, InLanguage),
    responses((status = 200, description = "The category", body = Partial<CategoryView>), NotChanged, NotThere),
    security(("key" = ["categories:read"]))
)]
#[get("/api/v1/categories/<id>")]
fn read(id: ThingId, ask: Ask<'_, ReadCategories>) -> Answer {
    ask.read::<Category>(&id)
}

/// A new category
#[utoipa::path(
    tag = "categories",
    params(RepeatKey),
    request_body(content = CategoryInput, content_type = "application/json"),
    responses(
        (status = 201, description = "It is made", body = CategoryView),
        (status = 409, description = "The parent does not exist, or the Idempotency-Key was used for another request"),
    ),
    security(("key" = ["categories:write"]))
)]
#[post("/api/v1/categories", data = "<body>")]
async fn create(ask: Ask<'_, WriteCategories, IdempotencyKey>, _params: NoParams, body: Json) -> Answer {
    ask.create::<Category>(body).await
}

/// Another category in place of this one; what stands on it stays
///
/// What GET has answered can be sent back: members that cannot be set are taken as long as they are what GET shows.
#[utoipa::path(
    tag = "categories",
    params(ThingId, IfTags),
    request_body(content = CategoryInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The category as it is now", body = CategoryView),
        NotThere,
        (status = 409, description = "The parent does not exist, or stands below this category"),
        NotAsSaid,
    ),
    security(("key" = ["categories:write"]))
)]
#[put("/api/v1/categories/<id>", data = "<body>")]
async fn replace(id: ThingId, ask: Ask<'_, WriteCategories, NoParams>, body: Json) -> Answer {
    let rewrite = Rewrite::whole(&id, &body, ask.api)?;
    moved(ask.api, &rewrite, &ask.conditions).await
}

/// Some fields of a category (merge patch, RFC 7386)
#[utoipa::path(
    tag = "categories",
    params(ThingId, IfTags),
    request_body(content = Patch<CategoryInput>, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The category as it is now", body = CategoryView),
        NotThere,
        (status = 409, description = "The parent does not exist, or stands below this category"),
        NotAsSaid,
    ),
    security(("key" = ["categories:write"]))
)]
#[patch("/api/v1/categories/<id>", data = "<body>")]
async fn change(id: ThingId, ask: Ask<'_, WriteCategories, NoParams>, body: Json) -> Answer {
    let rewrite = Rewrite::patch(&id, &body)?;
    moved(ask.api, &rewrite, &ask.conditions).await
}

/// No such category any more
///
/// One that still holds products or subcategories is refused, unless `move_to` says where they go.
#[utoipa::path(
    tag = "categories",
    params(
        ThingId,
        ("move_to" = Option<String>, Query, description = "The category to which its products and subcategories go", pattern = "^[0-9a-f]{24}$"),
        IfTags,
    ),
    responses(
        (status = 204, description = "It is gone"),
        NotThere,
        (status = 409, description = "It is not empty, or move_to does not exist or stands below it"),
        NotAsSaid,
    ),
    security(("key" = ["categories:delete"]))
)]
#[delete("/api/v1/categories/<id>")]
async fn remove(id: ThingId, ask: Ask<'_, DeleteCategories>) -> Answer {
    let Ask { api, conditions, more: mut params, .. } = ask;
    let target = params.parse::<Id>("move_to", "an id of 24 hexadecimal digits");
    params.finish()?;
    let id = id.read(Category::WHAT)?;
    with_tree_lock(api, async || {
        for _ in 0..ATTEMPTS {
            let held: Versioned<Category> = api.held(id, Category::WHAT).await?;
            conditions.allow_change(&own_tag(&held.thing, held.stamps))?;
            if let Some(target) = target {
                check_parent(&api.feed.current(), CategoryId(id), CategoryId(target))?;
            }
            match api.store.remove_category(&held, target.map_or(Content::None, Content::To)).await? {
                WriteOutcome::Done => {
                    api.feed.catch_up().await?;
                    return Ok(Reply::nothing());
                }
                WriteOutcome::LostRace => {}
                WriteOutcome::NoCategory(category) => return Err(Problem::no_category(category)),
                WriteOutcome::NotEmpty => {
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
async fn moved(api: &Api, rewrite: &Rewrite<Category>, conditions: &Conditions) -> Answer {
    with_tree_lock(api, async || api.rewrite(rewrite, conditions).await).await
}

/// Does something while no other category is moved or removed, here or in another process, on a snapshot that has
/// seen all that was.
async fn with_tree_lock<R>(api: &Api, work: impl AsyncFnOnce() -> Result<R, Problem>) -> Result<R, Problem> {
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
