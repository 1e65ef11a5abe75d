//! `deploy/prometheus` and `deploy/grafana` speak of what there is. What promtool says of them: `tests/deploy/prometheus.rs`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bson::oid::ObjectId;
use bson::{Document, doc};
use serde_json::Value;
use shopkeeper::store::Store;

use super::super::support::database;
use super::super::support::shop::Shop;
use super::{busy, metrics};

const FILES: [&str; 3] = ["grafana/shopkeeper.json", "prometheus/alerts.yml", "prometheus/alerts_test.yml"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

fn file(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).unwrap()
}

/// Every metric that a text names, with the labels that are asked of it there.
fn named(text: &str) -> BTreeSet<(String, Vec<String>)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = next_name(rest) {
        let begins = at == 0 || !rest[..at].ends_with(is_part);
        let behind = &rest[at..];
        let name: String = behind.chars().take_while(|c| is_part(*c)).collect();
        rest = &behind[name.len()..];
        if !begins || name.ends_with('_') {
            continue;
        }
        let asked = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()).unwrap_or_default();
        let labels = asked.split(',').filter_map(|label| label.split(['=', '!']).next());
        let labels = labels.map(|label| label.trim().to_owned());
        let theirs = ["", "instance", "job", "le"];
        found.insert((name, labels.filter(|label| !theirs.contains(&label.as_str())).collect()));
    }
    found
}

fn next_name(text: &str) -> Option<usize> {
    ["shopkeeper_", "process_"].iter().filter_map(|prefix| text.find(prefix)).min()
}

/// A product that cannot be read, and a category that is its own parent.
async fn plant_unusable(store: &Store) {
    let products = store.database().collection::<Document>("products");
    products.insert_one(doc! { "_id": ObjectId::new(), "version": 1_000_i32 }).await.unwrap();
    let categories = store.database().collection::<Document>("categories");
    let mut category = categories.find_one(doc! {}).await.unwrap().unwrap();
    let id = ObjectId::new();
    category.extend(doc! { "_id": id, "parent": id });
    categories.insert_one(category).await.unwrap();
}

#[tokio::test]
async fn every_metric_that_the_dashboard_and_the_alerts_name_is_told_with_its_labels() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    database.store.metrics().machine.watch_backups(std::env::temp_dir());
    plant_unusable(&database.store).await;
    let bot = busy(&shop).await;
    // The first look is a request, too.
    metrics(&bot).await;
    let text = metrics(&bot).await;
    for path in FILES {
        let named = named(&file(path));
        assert!(named.len() > 10, "{path} was misread: {named:?}");
        for (name, labels) in named {
            let told = text.lines().find(|line| {
                line.strip_prefix(&name).is_some_and(|rest| {
                    rest.starts_with([' ', '{']) && labels.iter().all(|label| rest.contains(&format!("{label}=\"")))
                })
            });
            assert!(told.is_some(), "{path}: {name} {labels:?} is not in\n{text}");
        }
    }
    bot.stop().await;
}

#[test]
fn each_alert_is_tested_and_tells_what_to_do() {
    let (alerts, tests) = (file("prometheus/alerts.yml"), file("prometheus/alerts_test.yml"));
    let runbook = file("README.md");
    let blocks: Vec<&str> = alerts.split("- alert: ").skip(1).collect();
    for block in &blocks {
        let name = block.lines().next().unwrap();
        for part in ["severity:", "summary:", "customers:", "action:"] {
            assert!(block.contains(part), "{name} has no {part}");
        }
        assert!(tests.contains(&format!("alertname=\"{name}\"")), "{name} never comes in alerts_test.yml");
        assert!(runbook.contains(&format!("`{name}`")), "{name} is not in the runbook, deploy/README.md");
    }
    assert!(blocks.len() > 13, "alerts.yml was misread");
}

#[test]
fn the_dashboard_can_be_imported() {
    let dashboard: Value = serde_json::from_str(&file("grafana/shopkeeper.json")).unwrap();
    assert_eq!(dashboard["__inputs"][0]["name"], "DS_PROMETHEUS");
    assert!(dashboard["schemaVersion"].as_i64().unwrap() >= 39);
    let panels = dashboard["panels"].as_array().unwrap();
    let rows: Vec<&str> =
        panels.iter().filter(|panel| panel["type"] == "row").filter_map(|row| row["title"].as_str()).collect();
    assert_eq!(rows, ["Customers", "Telegram", "MongoDB", "Mailings", "API", "Machine"]);
    let ids: BTreeSet<i64> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert_eq!(panel["datasource"]["uid"], "${DS_PROMETHEUS}", "{}", panel["title"]);
        let place = &panel["gridPos"];
        assert!(place["x"].as_i64().unwrap() + place["w"].as_i64().unwrap() <= 24, "{}", panel["title"]);
        let targets = panel["targets"].as_array().unwrap();
        assert!(targets.iter().all(|target| target["expr"].is_string()), "{}", panel["title"]);
    }
}
