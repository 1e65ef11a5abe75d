//! What promtool says of rules, dashboard and exposition.

use std::io::Write;
use std::process::{Command, Stdio};

use dialogues::shop::ProductId;
use serde_json::Value;
use shopkeeper::replay::shop_folder;
use shopkeeper::simulator::Person;
use shopkeeper::store::seed;

use super::rendered::deploy;
use super::stand::{Folder, Stand, StandOptions, soon, until};
use crate::programs::PROMTOOL;

const ANNA: i64 = 1001;

/// Runs promtool, which must have nothing to say against `input` or the files that it is given.
fn promtool(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(PROMTOOL.path());
    command.args(arguments).current_dir(deploy("prometheus"));
    let mut promtool = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    promtool.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = promtool.wait_with_output().unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(done.status.success(), "promtool {arguments:?}: {said}");
    said
}

pub(crate) fn rules_alerts_and_configuration_are_accepted() {
    promtool(&["check", "rules", "alerts.yml"], "");
    promtool(&["test", "rules", "alerts_test.yml"], "");
    promtool(&["check", "config", "prometheus.yml"], "");
}

pub(crate) fn every_query_of_the_dashboard_is_accepted() {
    let dashboard = std::fs::read_to_string(deploy("grafana/shopkeeper.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    // As rules, since promtool reads nothing else.
    let mut rules = "groups:\n- name: dashboard\n  rules:\n".to_owned();
    for target in panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten() {
        let query = target["expr"].as_str().unwrap().replace("$__rate_interval", "5m").replace("$instance", ".*");
        let (query, place) = (Value::from(query), rules.len());
        rules += &format!("  - record: a:query\n    expr: {query}\n    labels: {{at: \"{place}\"}}\n");
    }
    assert!(rules.matches("expr:").count() > 20, "the dashboard was misread: {rules}");
    let folder = Folder::new("dashboard");
    let file = folder.path().join("dashboard.yml");
    std::fs::write(&file, rules).unwrap();
    promtool(&["check", "rules", file.to_str().unwrap()], "");
}

pub(crate) async fn the_exposition_of_a_busy_process_is_accepted() {
    let stand = Stand::open(StandOptions { processes: 1, ..StandOptions::default() }).await;
    seed(&stand.store, &shop_folder("tea-house").unwrap()).await.unwrap();
    let (simulator, token) = (&stand.telegram.simulator, &stand.token);
    let anna = Person { id: ANNA, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
    simulator.person(token, anna);
    let metrics = format!("http://127.0.0.1:{}/metrics", stand.ports[0]);
    let read = async || stand.client.get(&metrics).send().await.unwrap().text().await.unwrap();
    until("the catalogue is read", async || {
        let text = read().await;
        let products = text.lines().find_map(|line| line.strip_prefix("shopkeeper_catalogue_products "));
        products.is_some_and(|count| count != "0")
    })
    .await;
    for words in ["/start".to_owned(), format!("/start p_{}", ProductId::of_key("sencha").0)] {
        simulator.say(token, ANNA, &words).unwrap();
        soon("it is answered", simulator.wait_until(token, |simulator| simulator.pending(token) == 0)).await;
    }
    // A request that is refused, and one that is not known.
    assert_eq!(stand.client.get(format!("{}/api/v1/products", stand.url)).send().await.unwrap().status(), 401);
    assert_eq!(stand.client.post(format!("{}/telegram", stand.url)).send().await.unwrap().status(), 401);
    let text = read().await;
    assert!(text.contains("shopkeeper_turns_total{"), "{text}");
    let said = promtool(&["check", "metrics"], &text);
    assert!(said.is_empty(), "{said}");
}
