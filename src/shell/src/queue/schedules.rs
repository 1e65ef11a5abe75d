//! The queue under a scheduler that permutes its tasks: at every `await` any task that can go on may be the next one.
//!
//! `cargo test` tries 2,000 schedules of each scene; `SCHEDULES` sets how many. A failed check in a job or in a reply is caught by
//! the queue as a panic; it fails the test since it poisons the story, which everybody reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock, Weak};

use futures::future::BoxFuture;
use shuttle::future::{block_on, spawn, yield_now};
use shuttle::rand::{Rng, thread_rng};

use super::*;

/// Schedules of each scene, unless `SCHEDULES` says how many.
const SCHEDULES: usize = 2_000;
/// Making them takes longer than a schedule.
static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::of_tests);
/// Turns that may be played at a time.
const PLAYED: usize = 2;

/// What has happened, and what must not happen.
#[derive(Debug, Default)]
struct Story {
    /// Committed updates of each customer, in this order.
    committed: BTreeMap<i64, Vec<i64>>,
    /// Updates whose replies were shown, in this order.
    shown: BTreeMap<i64, Vec<i64>>,
    /// Customers whose updates are being played now, and those to whom something is being shown.
    played: BTreeSet<i64>,
    showing: BTreeSet<i64>,
    /// Customers marked as owing replies.
    marked: BTreeSet<i64>,
    /// This process is not the active one any more.
    retired: bool,
}

type Tried = Queue<(i64, i64), Shown>;
type Shared = Arc<Mutex<Story>>;

struct Shown {
    story: Shared,
    customer: i64,
    update: i64,
}

impl Reply for Shown {
    fn show(self) -> Phase<bool> {
        Box::pin(async move {
            let Self { story, customer, update } = self;
            {
                let mut story = story.lock().unwrap();
                if story.retired {
                    return false;
                }
                assert!(story.showing.insert(customer), "two replies are shown to one customer at a time");
            }
            yield_now().await;
            let mut story = story.lock().unwrap();
            story.showing.remove(&customer);
            story.shown.entry(customer).or_default().push(update);
            true
        })
    }

    fn give_up(self) {}

    /// A later screen replaces all before it.
    fn coalesce(replies: &mut VecDeque<Self>) {
        replies.drain(..replies.len() - 1);
    }
}

/// Marks, each by a command that takes a moment, and fails now and then.
struct Marks(Shared);

impl Owing for Marks {
    fn mark(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            yield_now().await;
            let works = thread_rng().gen_bool(0.7);
            if works {
                self.0.lock().unwrap().marked.extend(lanes);
            }
            works
        })
    }

    fn clear(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            yield_now().await;
            let works = thread_rng().gen_bool(0.7);
            if works {
                self.0.lock().unwrap().marked.retain(|lane| !lanes.contains(lane));
            }
            works
        })
    }
}

/// A queue whose updates are committed after a moment, unless MongoDB is away.
fn queue(story: &Shared) -> Arc<Tried> {
    let told = Arc::clone(story);
    let itself = Arc::new(OnceLock::<Weak<Tried>>::new());
    let found = Arc::clone(&itself);
    let run: Run<(i64, i64), Shown> = Arc::new(move |(customer, update)| {
        let story = Arc::clone(&told);
        if let Some(queue) = found.get().and_then(Weak::upgrade) {
            let state = queue.lock();
            let waiting: Vec<i64> = state.lanes[&customer].waiting().iter().map(|waiting| waiting.order).collect();
            assert!(waiting.iter().all(|other| *other > update), "{update} is played before {waiting:?}");
        }
        Box::pin(async move {
            {
                let mut story = story.lock().unwrap();
                assert!(story.played.insert(customer), "two updates of one customer are played at a time");
                assert!(story.played.len() <= PLAYED, "{} updates are played at a time", story.played.len());
            }
            yield_now().await;
            let away = thread_rng().gen_bool(0.2);
            let mut now = story.lock().unwrap();
            now.played.remove(&customer);
            if now.retired {
                return AfterCommit::Standby;
            }
            if away {
                return AfterCommit::Away;
            }
            let committed = now.committed.entry(customer).or_default();
            assert!(!committed.contains(&update), "{update} is played again although it is committed");
            committed.push(update);
            drop(now);
            AfterCommit::Show(Shown { story, customer, update })
        })
    });
    let limits = QueueLimits { played: PLAYED, hurried: 1, coalesced_above: 1, ..QueueLimits::default() };
    let marks = Arc::new(Marks(Arc::clone(story)));
    let queue = Queue::on(|task| drop(spawn(task)), limits, METRICS.clone(), marks, run);
    itself.set(Arc::downgrade(&queue)).unwrap();
    queue
}

/// Telegram brings one update until it hears that it is done. `false`: another process is to have it.
async fn bring(queue: &Arc<Tried>, story: &Shared, customer: i64, update: i64) -> bool {
    loop {
        // Somebody is in a hurry, and somebody is not.
        let ack = queue.push_ahead(customer, update, (customer, update), 20 * (customer as u32 % 2)).await;
        match ack {
            Ok(Ack::Committed) => {
                let story = story.lock().unwrap();
                assert!(story.committed[&customer].contains(&update), "{update} is acknowledged and not committed");
                let committed = &story.committed[&customer];
                let behind = &committed[committed.iter().position(|it| *it == update).unwrap()..];
                let is_shown =
                    story.shown.get(&customer).is_some_and(|shown| shown.iter().any(|it| behind.contains(it)));
                // Or replaced by a later reply, whose own update is not acknowledged before it is shown.
                let is_replaced = behind.len() > 1;
                let is_owed = story.marked.contains(&customer);
                assert!(is_shown || is_replaced || is_owed, "{update} is acknowledged, and not shown: {story:?}");
                return true;
            }
            Ok(Ack::Standby) => return false,
            Ok(Ack::Away) => yield_now().await,
            other => assert!(story.lock().unwrap().retired, "{update}: {other:?}"),
        }
        if story.lock().unwrap().retired {
            return false;
        }
    }
}

/// What looks after late lanes does so now and then, and here at any time.
async fn look_after(queue: &Arc<Tried>, times: usize) {
    for _ in 0..times {
        queue.give_back(Duration::ZERO);
        queue.settle().await;
        queue.owe(Duration::ZERO).await;
    }
}

/// Nothing is kept of who is silent, when the last task of their lane has ended.
async fn ends_empty(queue: &Arc<Tried>) {
    for _ in 0..100 {
        if queue.lock().lanes.is_empty() {
            break;
        }
        yield_now().await;
    }
    let state = queue.lock();
    assert!(state.lanes.is_empty(), "lanes of {:?} are left", state.lanes.keys());
    assert!(state.held.is_empty(), "places of {:?} are left", state.held.keys());
    drop(state);
    assert_eq!(queue.left(), (0, 0));
}

/// Tries many schedules of a scene.
fn schedules(scene: impl Fn() + Send + Sync + 'static) {
    let many = std::env::var("SCHEDULES").ok().and_then(|many| many.parse().ok()).unwrap_or(SCHEDULES);
    shuttle::check_random(scene, many);
}

/// The updates of three customers, as Telegram brings them: one of each queue at a time, and texts and taps are two queues.
fn arrive(queue: &Arc<Tried>, story: &Shared) -> Vec<shuttle::future::JoinHandle<()>> {
    let streams = [(1, vec![11, 13]), (1, vec![12]), (2, vec![21, 22]), (3, vec![31])];
    let bring_all = |(customer, updates): (i64, Vec<i64>)| {
        let (queue, story) = (Arc::clone(queue), Arc::clone(story));
        spawn(async move {
            for update in updates {
                if !bring(&queue, &story, customer, update).await {
                    return;
                }
            }
        })
    };
    streams.map(bring_all).into()
}

/// Plays a scene until nothing is under way; the process is replaced in the middle of it, or stays.
async fn scene(is_replaced: bool) -> (Shared, Arc<Tried>) {
    let story = Shared::default();
    let queue = queue(&story);
    let arriving = arrive(&queue, &story);
    look_after(&queue, if is_replaced { 1 } else { 4 }).await;
    story.lock().unwrap().retired = is_replaced;
    for stream in arriving {
        stream.await.unwrap();
    }
    queue.close().await;
    ends_empty(&queue).await;
    (story, queue)
}

#[test]
fn in_every_order_of_its_tasks_replies_are_shown_in_the_order_of_the_commits() {
    schedules(|| {
        block_on(async {
            let (story, queue) = scene(false).await;
            // MongoDB is there again in the end.
            while !queue.lock().settled.is_empty() {
                queue.settle().await;
            }
            let told = story.lock().unwrap();
            assert_eq!(told.marked, BTreeSet::new(), "everything is shown, and nobody is marked");
            assert_eq!(told.committed.len(), 3);
            for (customer, committed) in &told.committed {
                let shown = &told.shown[customer];
                assert_eq!(shown.last(), committed.last(), "the chat ends with the newest reply");
                let places: Vec<_> = shown.iter().map(|it| committed.iter().position(|other| other == it)).collect();
                assert!(places.is_sorted(), "{shown:?} is shown of {committed:?}");
            }
        });
    });
}

#[test]
fn in_every_order_of_its_tasks_a_process_that_is_replaced_acknowledges_nothing_that_is_not_shown() {
    // Telegram looks at each acknowledgement: see `bring`.
    schedules(|| drop(block_on(scene(true))));
}
