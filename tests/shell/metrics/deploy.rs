//! `deploy/prometheus` and `deploy/grafana` speak of what there is, and promtool agrees with all of it.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

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

/// Runs promtool; `None`, and said, where there is none. A build server has one.
fn promtool(arguments: &[&str], input: &str) -> Option<(bool, String)> {
    let mut command = Command::new("promtool");
    command.args(arguments).current_dir(folder().join("prometheus"));
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut promtool) = started else {
        assert!(std::env::var_os("CI").is_none(), "promtool is missing: install Debian's package prometheus");
        eprintln!("promtool is not installed (Debian: prometheus): {arguments:?} was left out");
        return None;
    };
    promtool.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = promtool.wait_with_output().unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Some((done.status.success(), said))
}

#[tokio::test]
async fn every_metric_that_the_dashboard_and_the_alerts_name_is_told_with_its_labels() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    database.store.metrics().machine.watch_backups(std::env::temp_dir());
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
    if let Some((passed, said)) = promtool(&["check", "metrics"], &text) {
        assert!(passed && said.is_empty(), "{said}");
    }
    bot.stop().await;
}

#[test]
fn each_alert_comes_when_it_must_and_tells_what_to_do() {
    for arguments in
        [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"], ["check", "config", "prometheus.yml"]]
    {
        let Some((passed, said)) = promtool(&arguments, "") else { return };
        assert!(passed, "{said}");
    }
    let (alerts, tests) = (file("prometheus/alerts.yml"), file("prometheus/alerts_test.yml"));
    let blocks: Vec<&str> = alerts.split("- alert: ").skip(1).collect();
    for block in &blocks {
        let name = block.lines().next().unwrap();
        for part in ["severity:", "summary:", "customers:", "action:"] {
            assert!(block.contains(part), "{name} has no {part}");
        }
        assert!(tests.contains(&format!("alertname=\"{name}\"")), "{name} never comes in alerts_test.yml");
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
    let mut rules = "groups:\n- name: dashboard\n  rules:\n".to_owned();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert_eq!(panel["datasource"]["uid"], "${DS_PROMETHEUS}", "{}", panel["title"]);
        let place = &panel["gridPos"];
        assert!(place["x"].as_i64().unwrap() + place["w"].as_i64().unwrap() <= 24, "{}", panel["title"]);
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap().replace("$__rate_interval", "5m").replace("$instance", ".*");
            rules += &format!(
                "  - record: a:query\n    expr: {}\n    labels: {{at: \"{}\"}}\n",
                Value::from(query),
                rules.len()
            );
        }
    }
    // As rules, since promtool reads nothing else.
    let path = std::env::temp_dir().join(format!("shopkeeper-dashboard-{}.yml", std::process::id()));
    std::fs::write(&path, rules).unwrap();
    let checked = promtool(&["check", "rules", path.to_str().unwrap()], "");
    std::fs::remove_file(path).unwrap();
    if let Some((passed, said)) = checked {
        assert!(passed, "{said}");
    }
}
