//! How fast the API reads: `cargo bench --bench api`.
//!
//! 5,000 products in 100 categories; 32 connections that are kept open ask for ten seconds each: a page of 20 of one
//! category, then one product by its id; once as `serve` listens, once of Rocket alone. Client and server share the
//! machine. Every answer is looked at; one that is not 200 ends the run. The commands are those that MongoDB was sent meanwhile.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dialogues::shop::{Category, CategoryId, Change, Money, Percent, Product, ProductId, ShopFolder, Stock};
use shopkeeper::api::scope::Scope;
use shopkeeper::api::{Api, keys};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::server::{self, ClientLimits};
use shopkeeper::store::{CatalogueFeed, Store, StoreOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PRODUCTS: u32 = 5_000;
const CATEGORIES: u32 = 100;
const CONNECTIONS: u32 = 32;
const TIME: Duration = Duration::from_secs(10);

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mongod = Mongod::find_or_start(MongodOptions { for_tests: true, ..Default::default() }).await?;
    let options = StoreOptions { watch_commands: true, ..StoreOptions::default() };
    let name = format!("shopkeeper_bench_{}", std::process::id());
    let store = Store::open(mongod.uri(), &name, Clock::system(), options).await?;
    store.prepare().await?;
    fill(&store).await?;
    let feed = CatalogueFeed::start(&store).await?;
    let scopes = [Scope::ReadProducts];
    let (_, key) = keys::create(&store, "bench", &scopes, Some(1_000_000)).await?;
    let api = || Api::new(store.clone(), feed.clone(), &dialogues::world::settings(), Vec::new());
    let (direct, limited) = (api(), api());
    // As `serve` listens, and Rocket alone: what the limits of clients cost.
    let limited = server::launch_limited(|rocket| limited.mount(rocket), 0, ClientLimits::default()).await?;
    let direct = server::launch(|rocket| direct.mount(rocket), 0).await?;
    let list =
        |turn: u32| format!("/api/v1/products?category={}&limit=20", CategoryId::of_key(&key_of(turn % CATEGORIES)).0);
    let one = |turn: u32| format!("/api/v1/products/{}", ProductId::of_key(&key_of(turn % PRODUCTS)).0);
    for (way, server) in [("", &limited), (", Rocket alone", &direct)] {
        let host = server.base_url.trim_start_matches("http://");
        measure(&format!("a page of 20 of a category{way}"), &store, host, &key, list).await?;
        measure(&format!("one product by its id{way}"), &store, host, &key, one).await?;
    }
    limited.stop().await;
    direct.stop().await;
    Ok(())
}

fn key_of(number: u32) -> String {
    format!("bench-{number}")
}

/// Products like those of the tea house, over and over.
async fn fill(store: &Store) -> Result<(), Failure> {
    let shop = ShopFolder::parse(&std::fs::read_to_string("dialogues/shops/tea-house/shop.yaml")?)?;
    let category = |number| Category {
        id: CategoryId::of_key(&key_of(number)),
        title: format!("Category {number}"),
        position: number,
        ..Category::default()
    };
    let like = |number: u32| {
        let model = shop.products[number as usize % shop.products.len()].clone();
        Product {
            id: ProductId::of_key(&key_of(number)),
            category: CategoryId::of_key(&key_of(number % CATEGORIES)),
            price: Money::from_minor(i64::from(number) * 100).unwrap_or_default(),
            discount: Percent::try_from((number % 50) as u8).unwrap_or_default(),
            stock: Stock::Count(number),
            picture: None,
            position: number,
            ..model
        }
    };
    let categories = (0..CATEGORIES).map(|number| Change::Category(category(number)));
    let products = (0..PRODUCTS).map(|number| Change::Product(like(number)));
    for change in categories.chain(products) {
        store.save_change(change).await?;
    }
    Ok(())
}

async fn measure(
    what: &str,
    store: &Store,
    host: &str,
    key: &str,
    path: impl Fn(u32) -> String,
) -> Result<(), Failure> {
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(
        (0..PRODUCTS)
            .map(|turn| {
                let head = format!("GET {} HTTP/1.1\r\nHost: {host}\r\n", path(turn));
                format!("{head}Authorization: Bearer {key}\r\n\r\n").into_bytes()
            })
            .collect(),
    );
    let (before, answered) = (store.commands(), Arc::new(AtomicU64::new(0)));
    let start = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for connection in 0..CONNECTIONS {
        let (requests, answered, host) = (Arc::clone(&requests), Arc::clone(&answered), host.to_owned());
        running.spawn(async move {
            let mut stream = TcpStream::connect(host).await?;
            stream.set_nodelay(true)?;
            let (mut turn, mut buffer, mut waits) = (connection as usize * 131, Vec::new(), Vec::new());
            while start.elapsed() < TIME {
                turn += 1;
                let asked = Instant::now();
                ask(&mut stream, &requests[turn % requests.len()], &mut buffer).await?;
                waits.push(asked.elapsed());
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, Failure>(waits)
        });
    }
    let mut waits = Vec::new();
    while let Some(ended) = running.join_next().await {
        waits.extend(ended??);
    }
    waits.sort_unstable();
    let all = answered.load(Ordering::Relaxed);
    let rate = all as f64 / start.elapsed().as_secs_f64();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let commands = store.commands() - before;
    println!(
        "{what:<42} {rate:>8.0} a second, p50 {:.2} ms, p99 {:.2} ms, {commands} commands for {all} requests",
        at(0.5),
        at(0.99)
    );
    Ok(())
}

/// Sends a request and reads the answer, which must be a success.
async fn ask(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> Result<(), Failure> {
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection was closed".into());
        }
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = std::str::from_utf8(&buffer[..end])?;
            if !head.starts_with("HTTP/1.1 200 ") {
                return Err(head.to_owned().into());
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let whole = end + 4 + length.ok_or("no length")?.parse::<usize>()?;
            while buffer.len() < whole {
                if stream.read_buf(buffer).await? == 0 {
                    return Err("the connection was closed".into());
                }
            }
            return Ok(());
        }
    }
}
