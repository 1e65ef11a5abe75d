use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{Mutex as Gate, Notify};

use super::*;

/// A reply that does something when it is shown; the newest one replaces all others but those that are `kept`.
struct Told {
    kept: bool,
    show: Phase<bool>,
}

impl Reply for Told {
    fn show(self) -> Phase<bool> {
        self.show
    }

    fn give_up(self) {}

    fn coalesce(replies: &mut VecDeque<Self>) {
        let newest = replies.len() - 1;
        let mut place = 0..;
        replies.retain(|reply| place.next() == Some(newest) || reply.kept);
    }
}

fn told(show: impl Future<Output = ()> + Send + 'static) -> AfterCommit<Told> {
    let show = async move {
        show.await;
        true
    };
    AfterCommit::Show(Told { kept: false, show: Box::pin(show) })
}

/// Remembers which lanes are marked; while it is `away`, nothing can be marked.
#[derive(Default)]
struct Marks {
    marked: Mutex<BTreeSet<i64>>,
    away: AtomicBool,
    asked: Notify,
}

impl Owing for Marks {
    fn mark(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool> {
        self.asked.notify_one();
        if self.away.load(Ordering::SeqCst) {
            return Box::pin(async { false });
        }
        self.marked.lock().unwrap().extend(lanes);
        Box::pin(async { true })
    }

    fn clear(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool> {
        self.marked.lock().unwrap().retain(|lane| !lanes.contains(lane));
        Box::pin(async { true })
    }
}

fn marks() -> Arc<Marks> {
    Arc::default()
}

fn limits(uncommitted: usize) -> QueueLimits {
    QueueLimits { uncommitted, ..QueueLimits::default() }
}

fn shown() -> AfterCommit<Told> {
    told(async {})
}

#[tokio::test]
async fn what_waits_in_a_lane_runs_by_update_id() {
    let seen: Arc<Mutex<Vec<i64>>> = Arc::default();
    let gate = Arc::new(Gate::new(()));
    let held = gate.lock().await;
    let (log, door) = (Arc::clone(&seen), Arc::clone(&gate));
    let queue = Queue::new(
        limits(10),
        Metrics::of_tests(),
        marks(),
        Arc::new(move |order: i64| {
            let (log, door) = (Arc::clone(&log), Arc::clone(&door));
            Box::pin(async move {
                let _open = door.lock().await;
                log.lock().unwrap().push(order);
                shown()
            })
        }),
    );
    let receipts: Vec<_> = [7, 12, 11, 9].map(|order| queue.push(1, order, order)).into();
    drop(held);
    for receipt in receipts {
        assert_eq!(receipt.await, Ok(Ack::Committed));
    }
    assert_eq!(*seen.lock().unwrap(), [7, 9, 11, 12]);
}

#[tokio::test]
async fn a_slow_screen_delays_no_commit_and_keeps_its_place() {
    let seen: Arc<Mutex<Vec<i64>>> = Arc::default();
    let stuck = Arc::new(Notify::new());
    let (log, hold) = (Arc::clone(&seen), Arc::clone(&stuck));
    let queue = Queue::new(
        limits(10),
        Metrics::of_tests(),
        marks(),
        Arc::new(move |order: i64| {
            let (log, hold) = (Arc::clone(&log), Arc::clone(&hold));
            Box::pin(async move {
                told(async move {
                    if order == 1 {
                        hold.notified().await;
                    }
                    log.lock().unwrap().push(order);
                })
            })
        }),
    );
    for order in [1, 2, 3] {
        assert_eq!(queue.push(1, order, order).await, Ok(Ack::Committed), "the first one is not shown yet");
    }
    assert!(seen.lock().unwrap().is_empty());
    stuck.notify_one();
    queue.close().await;
    assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
    assert!(queue.lock().lanes.is_empty(), "nothing is kept of who is silent");
}

#[tokio::test]
async fn a_panic_while_showing_holds_nobody_up() {
    let queue = Queue::new(
        limits(10),
        Metrics::of_tests(),
        marks(),
        Arc::new(|panics: bool| Box::pin(async move { told(async move { assert!(!panics, "a defect in a screen") }) })),
    );
    assert_eq!(queue.push(1, 1, true).await, Ok(Ack::Committed));
    assert_eq!(queue.push(1, 2, false).await, Ok(Ack::Committed));
    queue.close().await;
}

#[tokio::test]
async fn nobody_waits_for_another_customer() {
    let stuck = Arc::new(Notify::new());
    let hold = Arc::clone(&stuck);
    let queue = Queue::new(
        limits(10),
        Metrics::of_tests(),
        marks(),
        Arc::new(move |waits: bool| {
            let hold = Arc::clone(&hold);
            Box::pin(async move {
                if waits {
                    hold.notified().await;
                }
                shown()
            })
        }),
    );
    let slow = queue.push(1, 1, true);
    let behind = queue.push(1, 3, false);
    assert_eq!(queue.push(2, 2, false).await, Ok(Ack::Committed));
    assert_eq!((queue.standing().waiting, queue.standing().lanes), (1, 1), "and who waits is counted");
    stuck.notify_one();
    assert_eq!((slow.await, behind.await), (Ok(Ack::Committed), Ok(Ack::Committed)));
}

#[tokio::test]
async fn when_the_store_is_away_nothing_overtakes() {
    let queue = Queue::new(
        limits(10),
        Metrics::of_tests(),
        marks(),
        Arc::new(|(): ()| Box::pin(async { AfterCommit::<Told>::Away })),
    );
    let receipts = [queue.push(1, 1, ()), queue.push(1, 2, ()), queue.push(1, 3, ())];
    for receipt in receipts {
        assert_eq!(receipt.await, Ok(Ack::Away));
    }
}

#[tokio::test]
async fn a_closed_or_full_queue_takes_nothing() {
    let metrics = Metrics::of_tests();
    let queue = Queue::new(limits(0), metrics.clone(), marks(), Arc::new(|(): ()| Box::pin(async { shown() })));
    assert!(queue.push(1, 1, ()).await.is_err());
    queue.close().await;
    assert!(queue.push(1, 1, ()).await.is_err());
    for reason in ["full", "closed"] {
        assert!(metrics.text().contains(&format!("bot_queue_refused_total{{reason=\"{reason}\"}} 1")));
    }
}

/// A queue of updates: whose screen is shown, and whether it must be kept.
type StuckQueue = Queue<(i64, bool), Told>;

/// A queue whose replies of lane 1 are shown when `stuck` says so; jobs are `(lane, kept)`.
fn stuck(limits: QueueLimits, metrics: &Metrics) -> (Arc<StuckQueue>, Arc<Notify>, Arc<Mutex<usize>>) {
    let (stuck, count) = (Arc::new(Notify::new()), Arc::<Mutex<usize>>::default());
    let (hold, shown) = (Arc::clone(&stuck), Arc::clone(&count));
    let queue = Queue::new(
        limits,
        metrics.clone(),
        marks(),
        Arc::new(move |(lane, kept)| {
            let (hold, shown) = (Arc::clone(&hold), Arc::clone(&shown));
            let show = async move {
                if lane == 1 {
                    hold.notified().await;
                }
                *shown.lock().unwrap() += 1;
                true
            };
            Box::pin(async move { AfterCommit::Show(Told { kept, show: Box::pin(show) }) })
        }),
    );
    (queue, stuck, count)
}

#[tokio::test]
async fn ten_thousand_unshown_screens_of_one_customer_are_coalesced_and_others_are_served() {
    let metrics = Metrics::of_tests();
    let (queue, stuck, shown) = stuck(QueueLimits { unshown: 50, ..QueueLimits::default() }, &metrics);
    for order in 0..10_000 {
        assert_eq!(queue.push(1, order, (1, false)).await, Ok(Ack::Committed));
        assert!(queue.standing().unshown <= 11, "{:?}", queue.standing());
    }
    assert_eq!(queue.push(2, 10_001, (2, false)).await, Ok(Ack::Committed));
    let closing = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.close().await }
    });
    let ended = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        while !closing.is_finished() {
            stuck.notify_one();
            ticks.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the queue does not close");
    assert!(*shown.lock().unwrap() <= 12, "the newest ones, and the other customer's");
    assert!(queue.lock().lanes.is_empty() && queue.lock().unshown == 0);
    let dropped = 10_001 - *shown.lock().unwrap();
    assert!(metrics.text().contains(&format!("bot_replies_coalesced_total {dropped}")), "{}", metrics.text());
}

#[tokio::test]
async fn a_lane_full_of_what_must_be_kept_refuses_its_own_customer_only() {
    let metrics = Metrics::of_tests();
    let (queue, ..) = stuck(QueueLimits::default(), &metrics);
    let mut committed = 0;
    loop {
        match queue.push(1, committed, (1, true)).await {
            Ok(Ack::Committed) => committed += 1,
            other => break assert_eq!(other, Ok(Ack::LaneFull)),
        }
        assert!(committed < 1000, "the lane has no limit");
    }
    assert!((64..=66).contains(&committed), "{committed}");
    assert_eq!(queue.push(2, 5000, (2, false)).await, Ok(Ack::Committed));
    assert!(metrics.text().contains("bot_queue_refused_total{reason=\"lane\"} 1"));
}

#[tokio::test]
async fn the_budget_of_unshown_replies_is_not_that_of_updates_and_whoever_has_none_is_served_beyond_it() {
    let metrics = Metrics::of_tests();
    let (queue, ..) = stuck(QueueLimits { uncommitted: 2, unshown: 3, ..QueueLimits::default() }, &metrics);
    for order in 0..3 {
        assert_eq!(queue.push(1, order, (1, true)).await, Ok(Ack::Committed), "none of them is uncommitted any more");
    }
    assert!(queue.push(1, 3, (1, true)).await.is_err());
    assert!(metrics.text().contains("bot_queue_refused_total{reason=\"unshown\"} 1"));
    for lane in 4..7 {
        assert_eq!(queue.push(lane, 4, (1, true)).await, Ok(Ack::Committed), "{lane}");
    }
    assert!(queue.push(7, 4, (1, true)).await.is_err(), "twice the budget is the end");
}

#[tokio::test]
async fn more_updates_of_one_customer_than_their_lane_takes_wait_at_telegram() {
    let metrics = Metrics::of_tests();
    let run: Run<(), Told> = Arc::new(|()| Box::pin(std::future::pending()));
    let queue =
        Queue::new(QueueLimits { uncommitted_per_lane: 3, ..QueueLimits::default() }, metrics.clone(), marks(), run);
    let mut doors: Vec<_> = (0..3).map(|order| queue.push(1, order, ())).collect();
    assert_eq!(queue.push(1, 3, ()).await, Ok(Ack::LaneFull));
    assert!(doors.iter_mut().all(|door| door.try_recv().is_err()));
    let mut other = queue.push(2, 4, ());
    assert_eq!(other.try_recv(), Err(oneshot::error::TryRecvError::Empty), "lined up");
}

#[tokio::test]
async fn what_waits_behind_an_update_for_a_newer_program_waits_for_it_too() {
    let run: Run<(), Told> = Arc::new(|()| Box::pin(async { AfterCommit::Newer }));
    let queue = Queue::new(QueueLimits::default(), Metrics::of_tests(), marks(), run);
    let doors = [queue.push(1, 1, ()), queue.push(1, 2, ())];
    for door in doors {
        assert_eq!(door.await, Ok(Ack::Newer));
    }
}

/// A queue whose replies are held until `stuck` is notified, once each. The job 0 shows what a lane owes.
fn held(marks: &Arc<Marks>, stuck: &Arc<Notify>) -> Arc<Queue<i64, Told>> {
    let hold = Arc::clone(stuck);
    let run = move |job: i64| -> Phase<AfterCommit<Told>> {
        let hold = Arc::clone(&hold);
        let show = async move { hold.notified().await };
        Box::pin(async move {
            match told(show) {
                AfterCommit::Show(reply) if job == 0 => AfterCommit::Owed { reply, marked: true },
                update => update,
            }
        })
    };
    Queue::new(limits(10), Metrics::of_tests(), Arc::clone(marks) as Arc<dyn Owing>, Arc::new(run))
}

#[tokio::test]
async fn an_update_is_done_when_its_reply_is_shown() {
    let (marks, stuck) = (marks(), Arc::new(Notify::new()));
    let queue = held(&marks, &stuck);
    let mut receipt = queue.push(1, 1, 1);
    let mut unshown = queue.in_flight();
    unshown.wait_for(|_| queue.left() == (0, 1)).await.unwrap();
    assert!(receipt.try_recv().is_err(), "it is committed, and its reply is not shown");
    stuck.notify_one();
    assert_eq!(receipt.await, Ok(Ack::Committed));
    assert!(marks.marked.lock().unwrap().is_empty(), "nothing was written for it");
}

#[tokio::test]
async fn a_late_reply_is_owed_durably_until_it_is_shown() {
    let (marks, stuck) = (marks(), Arc::new(Notify::new()));
    let queue = held(&marks, &stuck);
    let (first, second) = (queue.push(1, 1, 1), queue.push(1, 2, 2));
    assert_eq!((first.await, second.await), (Ok(Ack::Committed), Ok(Ack::Committed)));
    assert_eq!(*marks.marked.lock().unwrap(), BTreeSet::from([1]));
    assert_eq!(
        queue.push(1, 3, 3).await,
        Ok(Ack::Committed),
        "of a marked lane, an update is done when it is committed"
    );
    (0..3).for_each(|_| stuck.notify_one());
    let mut in_flight = queue.in_flight();
    while *in_flight.borrow_and_update() > 0 {
        stuck.notify_one();
        in_flight.changed().await.unwrap();
    }
    queue.settle().await;
    assert!(marks.marked.lock().unwrap().is_empty(), "everything is shown");
}

#[tokio::test]
async fn while_nothing_can_be_marked_a_late_reply_keeps_its_update() {
    let (marks, stuck) = (marks(), Arc::new(Notify::new()));
    marks.away.store(true, Ordering::SeqCst);
    let queue = held(&marks, &stuck);
    let mut receipt = queue.push(1, 1, 1);
    marks.asked.notified().await;
    assert!(receipt.try_recv().is_err());
    stuck.notify_one();
    assert_eq!(receipt.await, Ok(Ack::Committed));
}

#[tokio::test]
async fn what_is_owed_goes_before_what_waits_and_is_cleared_when_it_is_shown() {
    let (marks, stuck) = (marks(), Arc::new(Notify::new()));
    marks.marked.lock().unwrap().insert(1);
    let queue = held(&marks, &stuck);
    stuck.notify_one();
    assert_eq!(queue.push_owed(1, 0).await, Ok(Ack::Committed));
    queue.close().await;
    queue.settle().await;
    assert!(marks.marked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_lane_that_is_given_up_acknowledges_nothing_and_stays_marked() {
    let (marks, stuck, tries) = (marks(), Arc::new(Notify::new()), Arc::new(Mutex::new(0)));
    let (hold, tried) = (Arc::clone(&stuck), Arc::clone(&tries));
    let run = move |order: i64| -> Phase<AfterCommit<Told>> {
        let (hold, tried) = (Arc::clone(&hold), Arc::clone(&tried));
        let show = async move {
            hold.notified().await;
            *tried.lock().unwrap() += 1;
            order >= 10
        };
        Box::pin(async move { AfterCommit::Show(Told { kept: true, show: Box::pin(show) }) })
    };
    let owing = Arc::clone(&marks) as Arc<dyn Owing>;
    let queue = Queue::new(limits(10), Metrics::of_tests(), owing, Arc::new(run));
    // One of a lane that is not marked, with another one behind it.
    let receipts = [queue.push(2, 1, 1), queue.push(2, 2, 2)];
    let mut in_flight = queue.in_flight();
    in_flight.wait_for(|_| queue.left() == (0, 2)).await.unwrap();
    stuck.notify_one();
    for receipt in receipts {
        assert!(receipt.await.is_err(), "Telegram brings it again");
    }
    assert_eq!(*tries.lock().unwrap(), 1, "what is behind it is not tried");
    // One of a lane that is marked by then.
    assert_eq!(queue.push(1, 3, 3).await, Ok(Ack::Committed));
    stuck.notify_one();
    queue.close().await;
    queue.settle().await;
    assert_eq!(*marks.marked.lock().unwrap(), BTreeSet::from([1]), "the next process finds it");
    assert!(queue.lock().lanes.is_empty() && queue.lock().unshown == 0);
}

#[tokio::test]
async fn a_process_that_stands_by_plays_nothing_of_a_lane() {
    let run: Run<(), Told> = Arc::new(|()| Box::pin(async { AfterCommit::Standby }));
    let queue = Queue::new(QueueLimits::default(), Metrics::of_tests(), marks(), run);
    for door in [queue.push(1, 1, ()), queue.push(1, 2, ())] {
        assert_eq!(door.await, Ok(Ack::Standby));
    }
}

#[tokio::test]
async fn what_was_lined_up_before_another_process_was_active_is_left_and_what_comes_later_is_shown() {
    let stuck = Arc::new(Notify::new());
    let hold = Arc::clone(&stuck);
    let run = move |order: i64| -> Phase<AfterCommit<Told>> {
        let hold = Arc::clone(&hold);
        let show = async move {
            if order == 1 {
                hold.notified().await;
            }
            // The first one finds that its time is over.
            order != 1
        };
        Box::pin(async move { AfterCommit::Show(Told { kept: true, show: Box::pin(show) }) })
    };
    let owing = marks();
    let limits = QueueLimits { coalesced_above: 8, ..limits(10) };
    let queue =
        Queue::on(|task| drop(tokio::spawn(task)), limits, Metrics::of_tests(), Arc::clone(&owing) as _, Arc::new(run));
    let before = [queue.push(1, 1, 1), queue.push(1, 2, 2)];
    queue.in_flight().wait_for(|_| queue.left() == (0, 2)).await.unwrap();
    queue.stand_down();
    for left in before {
        assert!(left.await.is_err(), "Telegram brings it again");
    }
    let later = queue.push(1, 3, 3);
    queue.in_flight().wait_for(|_| queue.left() == (0, 2)).await.unwrap();
    stuck.notify_one();
    assert_eq!(later.await, Ok(Ack::Committed), "it was shown");
    queue.close().await;
    assert!(queue.lock().lanes.is_empty() && queue.lock().unshown == 0);
    assert!(owing.marked.lock().unwrap().is_empty());
}

/// A queue in which one customer who hurries is served at a time; which updates were played, and what each reply waits for.
fn hurried(looked_after: bool) -> (Arc<Queue<i64, Told>>, tokio::sync::mpsc::UnboundedReceiver<i64>, Arc<Notify>) {
    let stuck = Arc::new(Notify::new());
    let (log, played) = tokio::sync::mpsc::unbounded_channel();
    let hold = Arc::clone(&stuck);
    let run = move |order: i64| -> Phase<AfterCommit<Told>> {
        let hold = Arc::clone(&hold);
        let _ = log.send(order);
        Box::pin(async move { told(async move { hold.notified().await }) })
    };
    let limits = QueueLimits { played: 2, hurried: 1, ..QueueLimits::default() };
    let queue = match looked_after {
        true => Queue::new(limits, Metrics::of_tests(), marks(), Arc::new(run)),
        false => Queue::on(|task| drop(tokio::spawn(task)), limits, Metrics::of_tests(), marks(), Arc::new(run)),
    };
    (queue, played, stuck)
}

#[tokio::test]
async fn whoever_hurries_keeps_their_place_until_the_reply_is_shown() {
    let (queue, mut played, stuck) = hurried(false);
    let _first = queue.push_ahead(1, 1, 1, 20);
    assert_eq!(played.recv().await, Some(1));
    let _second = queue.push_ahead(2, 2, 2, 20);
    for calm in 3..9 {
        drop(queue.push(calm, calm, calm));
        assert_eq!(played.recv().await, Some(calm), "the second one waits for the first one, and nobody else does");
    }
    stuck.notify_waiters();
    assert_eq!(played.recv().await, Some(2));
}

#[tokio::test]
async fn a_reply_to_whom_telegram_is_slow_keeps_no_place_from_others_who_hurry() {
    let (queue, mut played, _stuck) = hurried(true);
    for order in 1..4 {
        drop(queue.push_ahead(order, order, order, 20));
        assert_eq!(played.recv().await, Some(order), "none of the replies before is ever shown");
    }
}
