//! Pictures of products.

use bson::{Document, doc};
use dialogues::shop::PictureId;

use super::support::{Shop, painted, png};

#[tokio::test]
async fn a_picture_is_kept_as_it_was_sent() {
    let shop = Shop::open().await;
    let place = format!("products/{}", shop.product("Sencha", &shop.category("Tea", None).await).await);
    let picture = format!("{place}/picture");
    shop.get(&picture).await.problem(404, "not_found");
    let jpeg = std::fs::read("dialogues/shops/tea-house/pictures/alishan.jpg").unwrap();
    let webp = painted(128, 64, image::ImageFormat::WebP);
    for (content, kind) in [(jpeg, "image/jpeg"), (png(300, 200), "image/png"), (webp, "image/webp")] {
        // The content decides, not what the sender calls it.
        let product = shop.ask("PUT", &picture).body("application/octet-stream", content.clone()).send().await;
        let product = product.expect(200);
        let read = shop.get(product["picture"]["url"].as_str().unwrap()).await;
        assert_eq!((read.status, read.header("Content-Type")), (200, kind.to_owned()));
        assert_eq!(read.bytes, content);
        let known = shop.ask("GET", &picture).header("If-None-Match", &read.header("ETag")).send().await;
        assert_eq!(known.status, 304);
    }
    // Another title leaves the picture where it is.
    let body = super::support::sencha("Bancha", shop.get(&place).await.json()["category"].as_str().unwrap());
    assert!(shop.ask("PUT", &place).json(&body).send().await.expect(200)["picture"].is_object());
    shop.ask("DELETE", &picture).send().await.expect(204);
    assert!(shop.get(&place).await.expect(200)["picture"].is_null());
    shop.get(&picture).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_telegram_would_not_show_is_refused_at_once() {
    let shop = Shop::open().await;
    let place = format!("products/{}/picture", shop.product("Sencha", &shop.category("Tea", None).await).await);
    for (content, status, code) in [
        (b"GIF89a".to_vec(), 415, "unsupported_media_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), 415, "unsupported_media_type"),
        (Vec::new(), 415, "unsupported_media_type"),
        (png(9_000, 1_001), 422, "invalid_fields"),
        (png(2_100, 100), 422, "invalid_fields"),
        ([png(9, 9), vec![0; 10 * 1024 * 1024]].concat(), 413, "too_large"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x02\0\0\0".to_vec(), 422, "invalid_fields"),
        (half(png(300, 200)), 422, "invalid_fields"),
        (half(painted(300, 200, image::ImageFormat::Jpeg)), 422, "invalid_fields"),
        (half(painted(300, 200, image::ImageFormat::WebP)), 422, "invalid_fields"),
    ] {
        shop.ask("PUT", &place).body("image/png", content).send().await.problem(status, code);
    }
    shop.ask("PUT", &place).body("application/json", "{}").send().await.problem(415, "unsupported_media_type");
    shop.get(&place).await.problem(404, "not_found");
}

fn half(mut content: Vec<u8>) -> Vec<u8> {
    content.truncate(content.len() * 6 / 10);
    content
}

#[tokio::test]
async fn a_picture_that_is_refused_is_not_kept() {
    let shop = Shop::open().await;
    let place = format!("products/{}/picture", shop.product("Sencha", &shop.category("Tea", None).await).await);
    let files = shop.store.database().collection::<Document>("pictures.files");
    let chunks = shop.store.database().collection::<Document>("pictures.chunks");
    let count =
        async || (files.count_documents(doc! {}).await.unwrap(), chunks.count_documents(doc! {}).await.unwrap());
    let before = count().await;
    let put = |place: &str| shop.ask("PUT", place).body("image/png", png(17, 19));
    put(&place).header("If-Match", "\"lost\"").send().await.problem(412, "precondition_failed");
    put(&place).header("If-None-Match", "*").send().await.problem(412, "precondition_failed");
    put(&format!("products/{}/picture", "0".repeat(24))).send().await.problem(404, "not_found");
    let reader = shop.key(&["products:read"]).await;
    let unread = shop.ask_as(&reader, "PUT", &place).body("image/png", png(17, 19)).send().await;
    unread.problem(403, "missing_scope");
    shop.ask("PUT", &place).body("image/png", half(png(170, 190))).send().await.problem(422, "invalid_fields");
    assert_eq!(count().await, before);
    put(&place).send().await.expect(200);
    assert_eq!(count().await, (before.0 + 1, before.1 + 1));
}

#[tokio::test]
async fn a_mailing_holds_its_picture() {
    let shop = Shop::open().await;
    let picture = shop.store.put_picture(&png(21, 23)).await.unwrap();
    let PictureId(name) = &picture;
    let mailing = serde_json::json!({ "text": "x", "picture": name, "starts": "2100-01-01T00:00:00Z" });
    shop.ask("POST", "mailings").json(&mailing).send().await.expect(202);
    for _ in 0..2 {
        shop.store.collect_pictures(chrono::TimeDelta::zero()).await.unwrap();
    }
    assert!(shop.store.has_picture(&picture).await.unwrap());
}
