//! What the small machine needs, and what a growing shop endures: `cargo bench --bench house`.
//!
//! The house of `deploy/` stands on one machine: nginx with TLS, two processes, MongoDB by its configuration, and the
//! simulator as Telegram. nginx, processes and MongoDB share one core, as on the machine that is rented; who shops and who
//! plays Telegram has the other one. Memory is what Linux calls PSS: each page counts once, shared ones in parts
//! (`/proc/<pid>/smaps_rollup`), looked at every half second.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be run may end")]
#![allow(dead_code, reason = "the tests need the other parts")]

#[path = "../tests/machine/crowd.rs"]
mod crowd;
#[path = "../tests/machine/memory.rs"]
mod memory;
#[path = "../tests/support/poll.rs"]
mod poll;
#[path = "../tests/support/ports.rs"]
mod ports;
#[path = "../tests/support/programs.rs"]
mod programs;
#[path = "../tests/machine/town.rs"]
mod town;
#[path = "../tests/deploy"]
mod deploy {
    pub(crate) mod rendered;
    pub(crate) mod stand;
    pub(crate) mod supervised;
}

use std::collections::BTreeMap;
use std::process::Command;

use bson::doc;
use crowd::{Crowd, nothing_lost_nothing_doubled};
use deploy::stand::{Stand, StandOptions};
use memory::Peaks;

const CUSTOMERS: i64 = 100_000;
const PRODUCTS: u32 = 5_000;
/// Updates a second.
const LOAD: f64 = 50.0;

#[tokio::main]
async fn main() {
    small_machine().await;
    growing().await;
}

/// 100,000 customers and 5,000 products under a load of 50 updates a second.
async fn small_machine() {
    let stand = Stand::open(StandOptions::default()).await;
    println!("{CUSTOMERS} customers, {PRODUCTS} products, {LOAD} updates a second");
    let products = town::fill_shelves(&stand.store, PRODUCTS).await;
    town::settle(&stand.store, CUSTOMERS).await;
    // As on a morning after: everything has been read anew.
    stand.restart().await;
    on_one_core(&stand);
    let peaks = Peaks::watch(&stand);
    let mut crowd = Crowd::of(&stand.telegram.simulator, &stand.token, CUSTOMERS, products);
    let tally = crowd.shop(LOAD, 9_000).await;
    println!("{}", tally.line());
    println!("{}", peaks.end().await);
    nothing_lost_nothing_doubled(&stand.store, &tally.confirmed).await;
}

/// Two processes over a replica set of three, under the same load, through whatever an operator does to them.
async fn growing() {
    let stand = Stand::open(StandOptions { members: 3, ..StandOptions::default() }).await;
    println!("\ntwo processes, a replica set of three, {LOAD} updates a second");
    let products = town::fill_shelves(&stand.store, 200).await;
    town::settle(&stand.store, 10_000).await;
    let mut crowd = Crowd::of(&stand.telegram.simulator, &stand.token, 10_000, products);
    let mut confirmed = BTreeMap::new();
    for what in [
        "nothing happens",
        "the primary steps down",
        "the primary is killed",
        "one process is killed",
        "a rolling restart",
    ] {
        let mut sent = crowd.sent();
        let disaster = async {
            sent.wait_for(|sent| *sent == 500).await.unwrap();
            match what {
                "the primary steps down" => step_down(&stand).await,
                "the primary is killed" => kill_primary(&stand).await,
                "one process is killed" => stand.shops[0].signal("KILL"),
                "a rolling restart" => stand.restart().await,
                _ => {}
            }
        };
        let (tally, ()) = tokio::join!(crowd.shop(LOAD, 1_500), disaster);
        println!("{what:<24} {}", tally.line());
        for (customer, orders) in tally.confirmed {
            *confirmed.entry(customer).or_default() += orders;
        }
        nothing_lost_nothing_doubled(&stand.store, &confirmed).await;
    }
}

async fn step_down(stand: &Stand) {
    let admin = mongodb::Client::with_uri_str(&stand.mongodb_uri).await.unwrap().database("admin");
    admin.run_command(doc! { "replSetStepDown": 10_i32, "secondaryCatchUpPeriodSecs": 10_i32 }).await.unwrap();
}

async fn kill_primary(stand: &Stand) {
    let admin = mongodb::Client::with_uri_str(&stand.mongodb_uri).await.unwrap().database("admin");
    let primary = admin.run_command(doc! { "hello": 1 }).await.unwrap().get_str("primary").unwrap().to_owned();
    let place = stand.mongodb_uri.trim_start_matches("mongodb://").split(['/', ',']).position(|host| host == primary);
    stand.mongods[place.unwrap()].signal("KILL");
}

/// Puts what is measured on one core, and ourselves on the other.
fn on_one_core(stand: &Stand) {
    let pin = |core: &str, id: u32| {
        let pinned = Command::new("taskset").args(["-a", "-p", "-c", core, &id.to_string()]).output();
        assert!(pinned.is_ok_and(|pinned| pinned.status.success()), "taskset (Debian: util-linux) is missing");
    };
    memory::parts(stand).into_iter().flat_map(|(_, ids)| ids).for_each(|id| pin("0", id));
    pin("1", std::process::id());
}
