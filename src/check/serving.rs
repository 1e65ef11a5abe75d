//! Whether `serve` runs on this machine and is ready.

use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;

use super::Finding;
use shell::ask::reason;

/// How long a process may take to say that it is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(3);

/// Looks at each port.
pub(super) async fn look(ports: &[u16]) -> Vec<Finding> {
    join_all(ports.iter().map(|port| look_at(*port))).await
}

async fn look_at(port: u16) -> Finding {
    match ask(port, "healthz").await {
        Err(reason) => Finding::failure(
            "serve",
            format!("nobody answers on port {port}: {reason}"),
            "start it (`systemctl start shopkeeper@PORT`), and see why it ended (`journalctl -u 'shopkeeper@*' -n 50`); \
             if it runs on another port, say so with --port",
        ),
        Ok((status, _)) if status != 200 => Finding::failure(
            "serve",
            format!("somebody answers on port {port}, but with {status}"),
            "another program listens there: give one of them another port (SHOPKEEPER_PORT)",
        ),
        Ok(_) => match ask(port, "readyz").await {
            Ok((200, health)) => ready(port, &health),
            answer => {
                let reason = answer.ok().and_then(|(_, problem)| Some(format!(": {}", problem["detail"].as_str()?)));
                Finding::failure(
                    "serve",
                    format!("lives on port {port}, and is not ready{}", reason.unwrap_or_default()),
                    "see the lines on MongoDB, and its log (`journalctl -u 'shopkeeper@*' -n 50`)",
                )
            }
        },
    }
}

/// What a process that is ready says of itself.
fn ready(port: u16, health: &Value) -> Finding {
    let tasks: Vec<&str> = health["tasks_down"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let waiting = health["customers_waiting"].as_i64().unwrap_or(0);
    if tasks.is_empty() && waiting > 0 {
        return Finding::warning(
            "serve",
            format!("lives on port {port} and is ready, but {waiting} customers wait for a newer program"),
            "their documents were written by a newer program than this one, after a rollback: install that one again, or \
             the next one; their updates are kept and are played then, and everybody else is served",
        );
    }
    if tasks.is_empty() {
        return Finding::fine("serve", format!("lives on port {port} and is ready"));
    }
    Finding::failure(
        "serve",
        format!("lives on port {port} and serves customers, but has failed at: {}", tasks.join(", ")),
        "it is tried again by itself, at least once a minute; the log tells why it fails \
         (`journalctl -u 'shopkeeper@*' -p err -n 50`, lines with `task:` and `panicked`)",
    )
}

/// Whether the process on this port is ready: for whoever looks every few seconds.
///
/// # Errors
/// It is not; why, in a few words.
pub async fn is_ready(port: u16) -> Result<(), String> {
    match ask(port, "readyz").await?.0 {
        200 => Ok(()),
        status => Err(format!("the process on port {port} is not ready ({status})")),
    }
}

/// The status and the JSON of an answer, `null` if it has none.
async fn ask(port: u16, path: &str) -> Result<(u16, Value), String> {
    let client = reqwest::Client::builder().no_proxy().timeout(READY_TIMEOUT).build().map_err(reason)?;
    let answer = client.get(format!("http://127.0.0.1:{port}/{path}")).send().await.map_err(reason)?;
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap_or_default();
    Ok((status, serde_json::from_str(&body).unwrap_or_default()))
}
