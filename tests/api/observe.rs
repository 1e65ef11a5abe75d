//! The log: what must be in it, and what must not.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::support::{ANNA, Shop};

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_has_ids_and_neither_keys_nor_contact_data() {
    let log = Log::default();
    // The log of all tests in this process: none of them may say more. What a client logs is none of ours.
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone());
    let subscriber = subscriber.with_env_filter(EnvFilter::new("shopkeeper=trace"));
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let shop = Shop::open().await;
    shop.anna().await;
    let ask = |method, path: &str| shop.ask(method, path).header("X-Request-Id", "find-me");
    ask("GET", &format!("users/{ANNA}")).send().await.expect(200);
    let patch = json!({ "email": "other@example.com", "address": "Lviv, Rynok Square 1", "phone": "no phone at all" });
    ask("PATCH", &format!("users/{ANNA}")).json(&patch).send().await.expect(422);
    ask("PATCH", &format!("users/{ANNA}")).json(&json!({ "name": "Oksana" })).send().await.expect(200);
    ask("GET", "users?nickname=secretive").send().await.expect(200);
    ask("POST", "news").body("application/json", "{\"headline\": \"half a nov").send().await.expect(400);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = log.lines().filter(|line| line.contains("find-me") && line.contains("answered")).collect();
    assert_eq!(ours.len(), 5, "{log}");
    assert!(ours[1].contains("PATCH") && ours[1].contains("422") && ours[1].contains("/api/v1/users/<id>"));
    let key_id = shop.key.split('_').nth(1).unwrap();
    assert!(ours.iter().all(|line| line.contains(key_id)), "{ours:?}");
    let secret = shop.key.rsplit('_').next().unwrap();
    for hidden in
        [secret, "Anna", "Oksana", "example.com", "671112233", "Khreshchatyk", "Rynok", "no phone", "secretive"]
    {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
}
