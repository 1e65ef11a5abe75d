//! Pictures of products.

use super::support::{Shop, png};

#[tokio::test]
async fn a_picture_is_kept_as_it_was_sent() {
    let shop = Shop::open().await;
    let place = format!("products/{}", shop.product("Sencha", &shop.category("Tea", None).await).await);
    let picture = format!("{place}/picture");
    shop.get(&picture).await.problem(404, "not_found");
    let jpeg = std::fs::read("dialogues/shops/tea-house/pictures/alishan.jpg").unwrap();
    let webp = [b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x7f\0\0\x3f\0\0".to_vec(), vec![0; 9]].concat();
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
    ] {
        shop.ask("PUT", &place).body("image/png", content).send().await.problem(status, code);
    }
    shop.ask("PUT", &place).body("application/json", "{}").send().await.problem(415, "unsupported_media_type");
    shop.get(&place).await.problem(404, "not_found");
}
