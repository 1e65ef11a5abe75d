//! How long a backup, a restore and a preflight take: `cargo bench --bench backup`.
//!
//! A shop of 100,000 customers, each with a profile, a cart and a dialogue in one of all states that are stored; 20,000
//! orders, 5,000 products, 1,000 pictures of 60 kB. The real program does the work, as a process of its own, whose memory is watched; MongoDB
//! and it share the machine. `-- 10000` takes fewer customers.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bson::oid::ObjectId;
use bson::{Document, doc};
use rand::Rng;
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::store::{BackupFolder, Store, StoreOptions};

const CUSTOMERS: i64 = 100_000;
const PRODUCTS: u32 = 5_000;
const PICTURES: u32 = 1_000;
const PICTURE: usize = 60_000;
/// So many are written together.
const BATCH: i64 = 5_000;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let customers = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(CUSTOMERS);
    let mongod = Mongod::find_or_start(MongodOptions::default()).await?;
    let name = format!("shopkeeper_bench_{}", std::process::id());
    let open = async |name: &str| Store::open(mongod.uri(), name, Clock::system(), StoreOptions::default()).await;
    let store = open(&name).await?;
    store.prepare().await?;
    fill(&store, customers).await?;
    let folder = std::env::temp_dir().join(&name);
    let path = folder.display().to_string();
    let run = |what: &str, database: &str, arguments: &[&str]| -> Result<String, Failure> {
        let (took, memory, said) = run(mongod.uri(), database, arguments)?;
        println!("{what}: {:.1} s, {} MB of memory at most", took.as_secs_f64(), memory / 1000);
        print!("{said}");
        Ok(said)
    };
    run("preflight", &name, &["preflight"])?;
    run("backup", &name, &["backup", &path])?;
    let backups = BackupFolder::open(&folder)?.backups(&name);
    let backup = backups.first().ok_or("there is no backup")?;
    for table in &backup.manifest.tables {
        let (documents, bytes, size) = (table.documents, table.bytes as f64 / 1e6, table.data.bytes as f64 / 1e6);
        println!("  {}: {documents} documents, {bytes:.1} MB, compressed {size:.1} MB", table.collection);
    }
    let restored = format!("{name}_restored");
    run("restore, with its preflight", &restored, &["restore", &backup.path.display().to_string()])?;
    open(&restored).await?.drop_database().await?;
    store.drop_database().await?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Runs the program; how long it took, its memory at most in kB, and what it said.
fn run(mongodb: &str, database: &str, arguments: &[&str]) -> Result<(Duration, u64, String), Failure> {
    let began = Instant::now();
    let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"))
        .args(arguments)
        .env("MONGODB_URI", mongodb)
        .env("SHOPKEEPER_DATABASE", database)
        .stdout(Stdio::piped())
        .spawn()?;
    let (status, mut most) = (format!("/proc/{}/status", program.id()), 0);
    while program.try_wait()?.is_none() {
        most = resident(Path::new(&status)).unwrap_or(0).max(most);
        std::thread::sleep(Duration::from_millis(10));
    }
    let took = began.elapsed();
    let done = program.wait_with_output()?;
    let said = String::from_utf8(done.stdout)?;
    if done.status.success() { Ok((took, most, said)) } else { Err(said.into()) }
}

/// The most memory that a process has had, in kB.
fn resident(status: &Path) -> Option<u64> {
    let status = fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

async fn fill(store: &Store, customers: i64) -> Result<(), Failure> {
    let into = |name: &str| store.database().collection::<Document>(name);
    let mut random = rand::rng();
    let mut pictures = Vec::new();
    for _ in 0..PICTURES {
        let mut picture: Vec<u8> = (0..PICTURE).map(|_| random.random()).collect();
        picture[..3].copy_from_slice(b"\xff\xd8\xff");
        pictures.push(store.put_picture(&picture).await?.0);
    }
    let category = ObjectId::new();
    into("categories").insert_one(stamped(doc! { "_id": category, "title": "Tea" })).await?;
    let products: Vec<ObjectId> = (0..PRODUCTS).map(|_| ObjectId::new()).collect();
    let product = |(place, id): (usize, &ObjectId)| {
        stamped(doc! {
            "_id": id, "title": format!("Tea {place}"), "description": "High mountain oolong. ".repeat(8), "category": category,
            "price": 42_000_i64, "discount": 10, "stock": 1000_i64, "picture": &pictures[place % pictures.len()],
            "characteristics": [{ "name": "Origin", "value": "Taiwan" }], "hidden": false, "position": place as i64,
        })
    };
    into("products").insert_many(products.iter().enumerate().map(product)).await?;
    let dialogues = dialogues()?;
    for first in (1..=customers).step_by(BATCH as usize) {
        let some = || first..(first + BATCH).min(customers + 1);
        let line = |chat: i64, price: &str| {
            let product = products[chat as usize % products.len()];
            doc! { "product": product, "title": format!("Tea {chat}"), "quantity": 2, price: 42_000_i64 }
        };
        let contact = |chat: i64| {
            doc! {
                "name": format!("Customer {chat}"), "email": format!("customer{chat}@example.com"),
                "phone": format!("+38067{:07}", chat % 10_000_000), "address": format!("Kyiv, Khreshchatyk {chat}"),
            }
        };
        let user = |chat: i64| {
            let language = ["en", "uk", "ru"][chat as usize % 3];
            let mut user = contact(chat);
            user.extend(doc! { "_id": chat, "language": language, "active": true });
            stamped(user)
        };
        let cart = |chat| stamped(doc! { "_id": chat, "revision": 1_i64, "lines": [line(chat, "seen_price")] });
        let dialogue = |chat: i64| {
            let mut dialogue = dialogues[chat as usize % dialogues.len()].clone();
            dialogue.insert("_id", chat);
            dialogue
        };
        let order = |chat: i64| {
            stamped(doc! {
                "number": format!("{:03}-{:04}", 100 + chat / 10_000, chat % 10_000), "checkout": format!("{chat:016x}"),
                "customer": chat, "contact": contact(chat), "lines": [line(chat, "price")], "total": 84_000_i64,
                "currency": "UAH", "status": "new", "placed": bson::DateTime::now(), "told": true,
            })
        };
        into("users").insert_many(some().map(user)).await?;
        into("carts").insert_many(some().map(cart)).await?;
        into("dialogues").insert_many(some().map(dialogue)).await?;
        into("orders").insert_many(some().filter(|chat| chat % 5 == 0).map(order)).await?;
    }
    Ok(())
}

fn stamped(mut document: Document) -> Document {
    let now = bson::DateTime::now();
    document.extend(doc! { "version": 1, "created": now, "modified": now });
    document
}

/// A dialogue in each state, as the store writes it.
fn dialogues() -> Result<Vec<Document>, Failure> {
    let mut all = Vec::new();
    for entry in fs::read_dir("tests/documents")? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("dialogues-1-")) {
            all.push(serde_json::from_str(&fs::read_to_string(path)?)?);
        }
    }
    Ok(all)
}
