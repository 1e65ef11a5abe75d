//! A product's picture: the image itself, told by its content, within what Telegram shows.

use dialogues::shop::{Id, PictureId, PictureKind, PictureProblem, Product};
use rocket::fairing::AdHoc;
use rocket::http::ContentType;
use rocket::{delete, get, put, routes};

use super::Api;
use super::address::PicturedId;
use super::ask::{Answer, Ask};
use super::body::Raw;
use super::etag::Conditions;
use super::params::NoParams;
use super::permit::{ReadProducts, WriteProducts};
use super::problem::{Code, Problem};
use super::products::ProductView;
use super::read_only::ReadOnly;
use super::reply::Reply;
use super::resource::Resource;
use super::shape::{FileContent, KnownThing, NotChanged};
use crate::pictures::Unusable;
use crate::store::Versioned;

/// Puts pictures on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("pictures", |rocket| async { rocket.mount("/", routes![read, replace, remove]) })
}

/// A product's picture
#[utoipa::path(
    tag = "products",
    operation_id = "read_picture",
    params(PicturedId, KnownThing),
    responses(
        (status = 200, description = "The picture", content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"))),
        NotChanged,
        (status = 404, description = "There is no such product, or it has no picture"),
    ),
    security(("key" = ["products:read"]))
)]
#[get("/api/v1/products/<id>/picture")]
async fn read(id: PicturedId, ask: Ask<'_, ReadProducts, NoParams>) -> Answer {
    let Ask { api, conditions, .. } = ask;
    let id = id.read(Product::WHAT)?;
    let lists = api.lists();
    let row = lists.products.row(id).ok_or_else(|| Problem::not_found(Product::WHAT))?;
    let none = || Problem::not_found("picture");
    let picture = row.thing.product.picture.as_ref().ok_or_else(none)?;
    if conditions.is_known(&picture.0) {
        return Ok(Reply::json("").unless_known(&conditions, &picture.0));
    }
    let content = api.store.picture(picture).await?.ok_or_else(none)?;
    let kind = match PictureKind::guess(&content) {
        PictureKind::Jpeg => ContentType::JPEG,
        PictureKind::Png => ContentType::PNG,
        PictureKind::WebP => ContentType::WEBP,
    };
    Ok(Reply::content(kind, content).unless_known(&conditions, &picture.0))
}

/// A picture for a product: JPEG, PNG or WebP, at most 10 MB
///
/// It is decoded from end to end before it is kept. What is refused is not kept.
#[utoipa::path(
    tag = "products",
    operation_id = "replace_picture",
    params(
        PicturedId,
        ("If-Match" = Option<String>, Header, description = "Refuse if the product no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if the product has this tag; * refuses whatever is there"),
    ),
    request_body(content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"))),
    responses(
        (status = 200, description = "The product as it is now", body = ProductView),
        (status = 404, description = "There is no such product"),
        (status = 412, description = "The product is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["products:write"]))
)]
#[put("/api/v1/products/<id>/picture", data = "<body>")]
async fn replace(id: PicturedId, ask: Ask<'_, WriteProducts, NoParams>, body: Raw) -> Answer {
    let Ask { api, conditions, .. } = ask;
    let id = id.read(Product::WHAT)?;
    // Whatever is refused leaves nothing behind: conditions come first, then the content, then the store.
    let held: Versioned<Product> = api.store.held(id).await?.ok_or_else(|| Problem::not_found(Product::WHAT))?;
    conditions.allow_change(&held.thing.rendered(held.stamps, api)?.1)?;
    let content = crate::pictures::check(body.0).await.map_err(unusable)?;
    let picture = api.store.put_picture(&content).await?;
    set(api, id, &conditions, Some(picture)).await
}

/// No picture for a product
#[utoipa::path(
    tag = "products",
    operation_id = "remove_picture",
    params(
        PicturedId,
        ("If-Match" = Option<String>, Header, description = "Refuse if the product no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if the product has this tag; * refuses whatever is there"),
    ),
    responses(
        (status = 204, description = "It has none now"),
        (status = 404, description = "There is no such product"),
        (status = 412, description = "The product is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["products:write"]))
)]
#[delete("/api/v1/products/<id>/picture")]
async fn remove(id: PicturedId, ask: Ask<'_, WriteProducts, NoParams>) -> Answer {
    let Ask { api, conditions, .. } = ask;
    set(api, id.read(Product::WHAT)?, &conditions, None).await?;
    Ok(Reply::nothing())
}

fn unusable(problem: Unusable) -> Problem {
    let code = match problem {
        Unusable::Header(PictureProblem::Unknown) => Code::UnsupportedMediaType,
        Unusable::Header(PictureProblem::TooHeavy) => Code::TooLarge,
        Unusable::Header(PictureProblem::TooLarge(..) | PictureProblem::TooNarrow(..))
        | Unusable::TooMuchMemory
        | Unusable::Broken => Code::InvalidFields,
    };
    Problem::new(code, problem.to_string())
}

async fn set(api: &Api, id: Id, conditions: &Conditions, picture: Option<PictureId>) -> Answer {
    let next = |product: &Product| Ok(Product { picture: picture.clone(), ..product.clone() });
    api.change(id, conditions, &ReadOnly::none(), next).await
}
