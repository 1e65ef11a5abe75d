//! How well a mailing to 100,000 keeps its pace, in virtual time: `cargo bench --bench mailing`.
//!
//! MongoDB is real. Telegram is a model that takes 30 messages a second, in bursts of 30, answers after 20 ms, and says
//! 429 to whatever is more. Customers write meanwhile, five a second, and are answered. The clock jumps to whatever
//! is waited for, so the hour that this would take is over in a few minutes. `-- 10000` takes fewer customers.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::machine::View;
use dialogues::shop::{Language, Letter, Mailing, MailingId, MailingStatus, Segment};
use rand::Rng;
use shopkeeper::clock::Clock;
use shopkeeper::mailing::{Mailer, MailerParts, MailingOptions, MessageGateway, PostError, RateLimiter, WorkSignal};
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::staff::Staff;
use shopkeeper::store::{Store, StoreOptions};

const CUSTOMERS: i64 = 100_000;
const PER_SECOND: i64 = 30;
const REPLIES_PER_SECOND: f64 = 5.0;
const LATENCY: TimeDelta = TimeDelta::milliseconds(20);

/// Telegram, as far as limits go.
struct Telegram {
    clock: Clock,
    /// Credit in thousandths of a message, and when it was counted.
    credit: Mutex<(i64, DateTime<Utc>)>,
    letters: AtomicU64,
    refusals: AtomicU64,
}

impl Telegram {
    fn take(&self) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut credit = self.credit.lock().unwrap_or_else(PoisonError::into_inner);
        let gained = (now - credit.1).num_milliseconds() * PER_SECOND;
        *credit = ((credit.0 + gained).min(PER_SECOND * 1000), now);
        if credit.0 < 1000 {
            self.refusals.fetch_add(1, Ordering::Relaxed);
            return Err(Duration::from_secs(1));
        }
        credit.0 -= 1000;
        Ok(())
    }

    async fn answer(&self) {
        self.clock.until(self.clock.now() + LATENCY).await;
    }
}

impl MessageGateway for Telegram {
    async fn send(&self, _: i64, _: Language, _: &View) -> Result<i32, PostError> {
        let taken = self.take();
        self.answer().await;
        taken.map_err(PostError::RetryAfter)?;
        Ok(self.letters.fetch_add(1, Ordering::Relaxed) as i32)
    }

    async fn edit(&self, _: i64, _: i32, _: &View) -> Result<(), PostError> {
        let taken = self.take();
        self.answer().await;
        taken.map_err(PostError::RetryAfter)
    }

    async fn delete(&self, _: i64, _: i32) -> Result<(), PostError> {
        self.answer().await;
        Ok(())
    }

    async fn replies_first(&self) {}
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let customers = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(CUSTOMERS);
    let mongod = Mongod::find_or_start(MongodOptions { for_tests: true, ..MongodOptions::default() }).await?;
    let clock = Clock::virtual_at(dialogues::world::beginning());
    let options = StoreOptions { watch_commands: true, ..StoreOptions::default() };
    let store = Store::open(mongod.uri(), "mailing_bench", clock.clone(), options).await?;
    store.prepare().await?;
    settle(&store, customers).await?;
    let telegram = Arc::new(Telegram {
        clock: clock.clone(),
        credit: Mutex::new((PER_SECOND * 1000, clock.now())),
        letters: AtomicU64::default(),
        refusals: AtomicU64::default(),
    });
    let pace = Arc::new(RateLimiter::new(clock.clone(), MailingOptions::default().speed));
    let id = MailingId::draw(1);
    let mailing = Mailing::new(id, Letter::plain("New harvest!"), Segment::default(), 0, clock.now());
    store.create_mailing(&mailing, None).await?;

    let (commands, began, started) = (store.commands(), clock.now(), Instant::now());
    let before = resident();
    let signal = WorkSignal::default();
    let mailer = Mailer::start(MailerParts {
        store: store.clone(),
        post: Arc::clone(&telegram),
        pace: Arc::clone(&pace),
        staff: Staff::fixed([customers + 1]),
        zone: dialogues::world::settings().zone,
        options: MailingOptions::default(),
        signal: signal.clone(),
        catalogue: None,
    })
    .await?;
    let over = Arc::new(AtomicBool::default());
    let customers_write = tokio::spawn(replies(clock.clone(), Arc::clone(&telegram), pace, Arc::clone(&over)));
    let watched = async {
        let mut most = before;
        loop {
            // The worker, and the customer who writes next.
            clock.skip(2).await;
            if telegram.letters.load(Ordering::Relaxed).is_multiple_of(1000) {
                most = most.max(resident());
            }
            if signal.is_silent() {
                return most;
            }
        }
    };
    let most = watched.await;
    over.store(true, Ordering::Relaxed);
    let took = (clock.now() - began).num_milliseconds() as f64 / 1000.0;
    clock.advance(TimeDelta::seconds(10));
    let mut waits = customers_write.await?;
    mailer.kill().await;
    let stored = store.mailing(id).await?.ok_or("the mailing is gone")?;
    let tally = stored.mailing.tally;
    assert_eq!((stored.mailing.status, i64::from(tally.sent)), (MailingStatus::Done, customers));
    waits.sort();
    let replied = waits.len() as f64;
    let used = (f64::from(tally.sent) + replied) / (took * PER_SECOND as f64) * 100.0;
    let commands = (store.commands() - commands) as f64 / f64::from(tally.sent);
    println!(
        "{} letters and {replied} replies in {took:.0} s of virtual time, {:.0} s of ours",
        tally.sent,
        started.elapsed().as_secs_f64()
    );
    println!(
        "{used:.1} % of the pace that Telegram allows, refused {} times",
        telegram.refusals.load(Ordering::Relaxed)
    );
    println!(
        "replies waited {} ms at the 95th percentile, {} ms at most",
        percentile(&waits, 95),
        percentile(&waits, 100)
    );
    println!("{commands:.2} MongoDB commands a letter");
    println!("{} kB of memory before, {most} kB at most, {} kB after", before, resident());
    Ok(())
}

/// Makes so many customers known.
async fn settle(store: &Store, customers: i64) -> Result<(), mongodb::error::Error> {
    let now = bson::DateTime::from_chrono(store.clock().now());
    let users = store.database().collection::<bson::Document>("users");
    let ids: Vec<i64> = (1..=customers).collect();
    for some in ids.chunks(10_000) {
        let user = |id: &i64| bson::doc! { "_id": *id, "language": "en", "active": true, "created": now, "version": 1 };
        users.insert_many(some.iter().map(user)).await?;
    }
    Ok(())
}

/// Customers who write, and how long each waited for an answer beyond the way there and back.
async fn replies(clock: Clock, telegram: Arc<Telegram>, pace: Arc<RateLimiter>, over: Arc<AtomicBool>) -> Vec<i64> {
    let mut waits = Vec::new();
    loop {
        let pause = -rand::rng().random_range(f64::EPSILON..1.0).ln() / REPLIES_PER_SECOND;
        clock.until(clock.now() + TimeDelta::microseconds((pause * 1e6) as i64 + 1000)).await;
        if over.load(Ordering::Relaxed) {
            return waits;
        }
        let asked = clock.now();
        pace.reply(rand::rng().random_range(1..1_000_000));
        while let Err(wait) = telegram.take() {
            clock.until(clock.now() + TimeDelta::from_std(wait).unwrap_or_default()).await;
        }
        waits.push((clock.now() - asked).num_milliseconds());
    }
}

fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0)
}

/// This process's memory in kB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
