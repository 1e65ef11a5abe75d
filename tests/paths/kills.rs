//! The transcripts of the checkout, with the process killed at each point of each of their turns, and Telegram bringing the
//! update again once or twice: what customers read, and what is in MongoDB, is as the transcript says.
//!
//! `cargo test` kills a few of them; `KILLS=1` all of them, `KILLS=5` one of five. At most one reply is repeated for a kill, each of its messages once.

use std::any::Any;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::app::Shop;
use dialogues::chat::{BotAction, Chat, Observed};
use dialogues::transcript::{Given, Stage, StepResult, Subject, UserAction};
use dialogues::world::beginning;
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Mongod;
use shopkeeper::replay::scene::{Concerns, Fixture};
use shopkeeper::replay::{Telegram, find, play, quiet};
use shopkeeper::store::{Store, StoreOptions};
use tokio::runtime::Handle;

use super::mongo_gate::What;
use super::process::{Process, Surroundings};
use super::stage::address_of;

/// Transcripts that are played side by side.
const STAGES: usize = 3;
/// `cargo test` tries one of so many kills; `KILLS` sets another number. It has no divisor in common with the number of points: each of them is tried.
const EVERY: usize = 41;
/// What has not come by then does not come.
const LIMIT: Duration = Duration::from_secs(30);
/// What these processes do not play: they are started again, or away, in the transcript itself; their clock moves; or they
/// serve the API, which is not there. An owner hears of an order when the killed process's claim to its notice has expired.
const NOT_PLAYED: [&str; 6] = ["restarts", "away", "\nAfter ", "again delivers", "\nCheck GET", ", an owner"];
/// What Telegram says where a tap is answered twice, or after its time.
const ANSWERED: &str = "query is too old";

/// When a process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// The commit has not arrived at MongoDB.
    BeforeCommit,
    /// It has, and the process does not know.
    Committed,
    /// The first message of the reply is not sent.
    BeforeShown,
    /// It is, and the process does not know.
    Shown,
}

const POINTS: [Point; 4] = [Point::BeforeCommit, Point::Committed, Point::BeforeShown, Point::Shown];

/// One kill: in which step of a transcript, at which point, and whether Telegram brings the update twice after it.
#[derive(Debug, Clone, Copy)]
struct Kill {
    step: usize,
    point: Point,
    twice: bool,
}

/// What is shared by the transcripts that are played one after another.
struct Place {
    handle: Handle,
    telegram: Arc<Telegram>,
    around: Surroundings,
    store: Store,
}

/// What people see in each step of a transcript.
type Seen = Vec<Vec<Observed>>;

/// One transcript, and the kill in it.
struct Killed<'a> {
    place: &'a Place,
    scene: Fixture,
    process: Option<Process>,
    kill: Option<(Kill, &'a Seen)>,
    /// What people have seen so far.
    seen: Seen,
    has_killed: bool,
    repeated: usize,
}

impl Place {
    async fn open(number: usize, telegram: Arc<Telegram>) -> Self {
        let mongod = Mongod::shared().await.unwrap();
        let clock = Clock::virtual_at(beginning());
        let (database, token) = (format!("kills_{}_{number}", std::process::id()), format!("{}:test", 71_000 + number));
        let store = Store::open(mongod.uri(), &database, clock.clone(), StoreOptions::default()).await.unwrap();
        store.prepare().await.unwrap();
        let (mongod, api) = (address_of(mongod.uri()), address_of(&telegram.base_url));
        let (owners, settings) = (Vec::new(), dialogues::world::settings());
        let around = Surroundings { mongod, telegram: api, database, token, clock, owners, settings, polls: true };
        Self { handle: Handle::current(), telegram, around, store }
    }

    /// Plays a transcript, or with a kill, and what is seen without it: what people see, whether somebody was killed, and how
    /// many messages came twice.
    fn play(&self, file: &Path, kill: Option<(Kill, &Seen)>, first: i64) -> Result<(Seen, bool, usize), String> {
        let Surroundings { token, clock, .. } = &self.around;
        self.handle.block_on(self.store.wipe()).map_err(|error| error.to_string())?;
        clock.set(beginning());
        self.telegram.simulator.set_time(token, clock.now());
        let scene = Fixture::new(Arc::clone(&self.telegram), token.clone(), self.store.clone(), clock.clone(), first);
        let mut stage =
            Killed { place: self, scene, process: None, kill, seen: Vec::new(), has_killed: false, repeated: 0 };
        let played = play(file, &mut stage);
        self.handle.block_on(stage.stop());
        match played.render() + &played.render_skipped() {
            failed if failed.is_empty() => Ok((stage.seen, stage.has_killed, stage.repeated)),
            failed => Err(failed),
        }
    }
}

impl Killed<'_> {
    async fn start(&mut self) -> Result<&Process, String> {
        if self.process.is_none() {
            let (owners, settings) = (self.scene.owners.clone(), self.scene.settings.clone());
            let around = Surroundings { owners, settings, ..self.place.around.clone() };
            let mut process = Process::start(&around, false).await;
            process.started().await?;
            self.process = Some(process);
        }
        self.process.as_ref().ok_or_else(|| "nobody runs".to_owned())
    }

    async fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// People act, and the process is killed if this is the step.
    async fn act(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        if self.process.is_none() {
            self.scene.clear().await?;
            self.start().await?;
        }
        let step = self.seen.len() + 1;
        let kill = self.kill.map(|(kill, _)| kill).filter(|kill| kill.step == step);
        if let (Some(kill), Some(process)) = (kill, &self.process) {
            let people: Vec<i64> = self.scene.cast.people.values().copied().collect();
            process.hold(&people);
            self.scene.cast.act(deeds)?;
            let reached = reach(process, kill.point, &self.scene);
            let reached = tokio::time::timeout(LIMIT, reached).await.map_err(|_| "it comes to nothing")??;
            self.has_killed = reached.is_some();
            if self.has_killed {
                self.stop().await;
                self.start().await?;
            } else {
                process.hold(&[]);
            }
        } else {
            self.scene.cast.act(deeds)?;
        }
        let mut happened = self.quiet().await?;
        if kill.is_some_and(|kill| kill.twice) && self.has_killed {
            let again = self.scene.cast.simulator().redeliver(&self.scene.cast.token);
            again.ok_or("there is no update to deliver again")?;
            happened.observed.extend(self.quiet().await?.observed);
        }
        if let (true, Some((_, undisturbed))) = (self.has_killed, self.kill) {
            let before = self.repeated;
            self.as_undisturbed(&mut happened.observed, undisturbed)?;
            if kill.is_none() && self.repeated > before {
                return Err("something came twice in a step behind that of the kill".to_owned());
            }
            happened.faults.retain(|fault| !fault.contains(ANSWERED));
        }
        self.seen.push(happened.observed.clone());
        Ok(happened)
    }

    /// Takes out what came twice: the messages of one reply, in this step or in the one before. The screen that is tapped may
    /// stand in the chat twice: therefore what is edited may be sent, and the next tap meets another message.
    fn as_undisturbed(&mut self, observed: &mut Vec<Observed>, undisturbed: &Seen) -> Result<(), String> {
        let step = self.seen.len();
        let expected = undisturbed.get(step).map_or(&[][..], Vec::as_slice);
        let before: Vec<_> = self.seen.last().into_iter().flatten().map(content).collect();
        let (mut now, mut twice) = (Vec::new(), Vec::new());
        let mut wanted: Vec<&Observed> = expected.iter().collect();
        observed.retain_mut(|seen| {
            let shown = content(seen);
            if let Some(place) = wanted.iter().position(|wanted| content(wanted) == shown) {
                match (&seen.act, &wanted.remove(place).act) {
                    (BotAction::Sent(bubble, _), BotAction::Edited(_)) => seen.act = BotAction::Edited(bubble.clone()),
                    (BotAction::Edited(bubble), BotAction::Sent(_, keyboard)) => {
                        seen.act = BotAction::Sent(bubble.clone(), keyboard.clone());
                    }
                    _ => {}
                }
                now.push(shown);
                return true;
            }
            let is_repeated = now.contains(&shown) || before.contains(&shown);
            if is_repeated {
                twice.push(shown);
            }
            !is_repeated
        });
        self.repeated += twice.len();
        let is_of = |reply: &[_]| twice.iter().all(|shown| reply.contains(shown));
        let mut once = twice.clone();
        once.sort();
        once.dedup();
        match once.len() == twice.len() && (is_of(&now) || is_of(&before)) {
            true => Ok(()),
            false => Err(format!("more than one reply came twice, or one more often: {twice:?}")),
        }
    }

    async fn quiet(&mut self) -> Result<StepResult, String> {
        let bot = Arc::clone(self.start().await?.bot()?);
        let quiet = tokio::time::timeout(LIMIT, quiet(&bot, &self.scene.cast));
        quiet.await.map_err(|_| "the bot was not quiet in time")?;
        // What a slow process has marked as owed, and not shown, is shown by the next one within seconds.
        let dialogues = self.place.store.database().collection::<Document>("dialogues");
        let is_owed = async || dialogues.count_documents(doc! { "owed": { "$exists": true } }).await.unwrap() > 0;
        let mut looks = tokio::time::interval(Duration::from_millis(100));
        let settled = async {
            while is_owed().await {
                looks.tick().await;
            }
        };
        tokio::time::timeout(LIMIT, settled).await.map_err(|_| "what is owed was not shown in time")?;
        Ok(self.scene.happened(Vec::new()))
    }

    async fn make_true(&mut self, given: &Given) -> Result<(), String> {
        match (self.scene.make_true(given).await?, &self.process) {
            (Concerns::Settings, Some(_)) => {
                // Who sets something starts the bot anew, and kills nobody.
                let mut process = self.process.take().ok_or("nobody runs")?;
                process.stop().await?;
            }
            (Concerns::Shelves, Some(process)) => {
                process.bot()?.desk().feed.reload().await.map_err(|error| error.to_string())?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Who sees what, in whichever message it is; numbers of orders are drawn anew in each run.
fn content(observed: &Observed) -> (String, String) {
    let shown = match &observed.act {
        BotAction::Sent(bubble, _) | BotAction::Edited(bubble) => {
            let labels: Vec<_> = bubble.rows.iter().flatten().map(|button| &button.label).collect();
            format!("{} {:?} {:?} {labels:?}", bubble.text, bubble.picture, bubble.document)
        }
        other => format!("{other:?}"),
    };
    (observed.person.clone(), without_numbers(&shown))
}

/// A text without the numbers of orders (`123-4567`).
fn without_numbers(text: &str) -> String {
    let is_number = |word: &str| {
        let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        word.split_once('-').is_some_and(|(before, behind)| digits(before, 3) && digits(behind, 4))
    };
    let words = text.split(|char: char| !char.is_ascii_digit() && char != '-').filter(|word| is_number(word));
    words.fold(text.to_owned(), |text, number| text.replace(number, "#"))
}

/// What waits at a gate for as long as this is there: where it is dropped, the process hears of a failure.
type Held = Box<dyn Any + Send>;

/// Lets a process work up to a point; `None`: it does not come to it, and is quiet.
async fn reach(process: &Process, point: Point, scene: &Fixture) -> Result<Option<Held>, String> {
    let bot = Arc::clone(process.bot()?);
    let (mut commands, mut calls) = (process.mongo.changes(), process.calls.changes());
    let quiet = quiet(&bot, &scene.cast);
    tokio::pin!(quiet);
    loop {
        for (what, chat) in process.mongo.waiting() {
            let Some(held) = process.mongo.take(what, chat.unwrap_or_default()) else { continue };
            let commits = matches!(what, What::Commit | What::Begin);
            match point {
                Point::BeforeCommit if commits => return Ok(Some(Box::new(held))),
                Point::Committed if what == What::Commit => {
                    return Ok(Some(Box::new(held.hold_answer().await)));
                }
                Point::Committed if what == What::Begin => {
                    let before = process.mongo.ended();
                    process.mongo.lose_commit(&held);
                    held.pass().await;
                    while process.mongo.ended() == before {
                        commands.changed().await.map_err(|error| error.to_string())?;
                    }
                    // It hears that it took too long.
                    return Ok(Some(Box::new(())));
                }
                _ => held.pass().await,
            }
        }
        for (chat, answers) in process.calls.waiting() {
            let Some(call) = process.calls.take(chat, answers) else { continue };
            match point {
                Point::BeforeShown if !answers => return Ok(Some(Box::new(call))),
                Point::Shown if !answers => {
                    return Ok(Some(Box::new(call.hold_answer().await)));
                }
                _ => call.pass().await,
            }
        }
        tokio::select! {
            () = &mut quiet => return Ok(None),
            changed = commands.changed() => changed.map_err(|error| error.to_string())?,
            changed = calls.changed() => changed.map_err(|error| error.to_string())?,
        }
    }
}

impl Stage<Shop> for Killed<'_> {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        self.place.handle.clone().block_on(self.make_true(given))
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        self.place.handle.clone().block_on(self.act(deeds))
    }

    fn elapse(&mut self, _: TimeDelta) -> Result<StepResult, String> {
        Err("no time passes in these".to_owned())
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        Err("nobody restarts in these".to_owned())
    }

    fn away(&mut self, _: TimeDelta) -> Result<StepResult, String> {
        Err("nobody is away in these".to_owned())
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        self.scene.cast.simulator().redeliver(&self.scene.cast.token).ok_or("there is no update to deliver again")?;
        self.place.handle.clone().block_on(self.quiet())
    }

    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String> {
        self.scene.cast.disturb(method, person, code, retry_after).map(|()| true)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.scene.cast.undisturbed()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        Cow::Owned(self.scene.cast.chat(person))
    }

    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        self.place.handle.clone().block_on(self.scene.look(subject))
    }
}

/// The transcripts of the checkout in which everything happens by what people do.
fn transcripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues/transcripts/checkout");
    let mut files = find(&[folder]).unwrap();
    files.retain(|file| {
        let text = std::fs::read_to_string(file).unwrap();
        NOT_PLAYED.iter().all(|words| !text.contains(words))
    });
    files
}

/// Every kill of every transcript, or a few of them.
fn kills(undisturbed: &[(PathBuf, Seen)]) -> Vec<(usize, Kill)> {
    let mut kills = Vec::new();
    for (nth, (_, seen)) in undisturbed.iter().enumerate() {
        for step in 1..=seen.len() {
            for point in POINTS {
                for twice in [false, true] {
                    kills.push((nth, Kill { step, point, twice }));
                }
            }
        }
    }
    let every = std::env::var("KILLS").ok().and_then(|every| every.parse().ok()).unwrap_or(EVERY);
    kills.into_iter().enumerate().filter(|(place, _)| place % every == 0).map(|(_, kill)| kill).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_checkout_goes_on_as_its_transcript_says_wherever_its_process_is_killed() {
    let started = Instant::now();
    let telegram = Arc::new(shopkeeper::replay::telegram(0).await.unwrap());
    let mut places = Vec::new();
    for number in 0..STAGES {
        places.push(Place::open(number, Arc::clone(&telegram)).await);
    }
    let first = Arc::new(AtomicUsize::new(1));
    let mut undisturbed = Vec::new();
    let place = places.pop().unwrap();
    let files = transcripts();
    let nth = Arc::clone(&first);
    let (place, played) = tokio::task::spawn_blocking(move || {
        for file in files {
            let people = nth.fetch_add(1, Ordering::SeqCst) as i64 * 1_000;
            undisturbed.push(place.play(&file, None, people).map(|(seen, ..)| (file, seen)));
        }
        (place, undisturbed)
    })
    .await
    .unwrap();
    places.push(place);
    let undisturbed: Vec<(PathBuf, Seen)> =
        played.into_iter().collect::<Result<_, _>>().unwrap_or_else(|words| panic!("{words}"));
    let all = Arc::new(kills(&undisturbed));
    let undisturbed = Arc::new(undisturbed);
    let next = Arc::new(AtomicUsize::new(0));
    let playing = places.into_iter().map(|place| {
        let (all, next, first) = (Arc::clone(&all), Arc::clone(&next), Arc::clone(&first));
        let undisturbed = Arc::clone(&undisturbed);
        tokio::task::spawn_blocking(move || {
            let (mut killed, mut repeated, mut failed) = (Vec::new(), 0, Vec::new());
            while let Some((nth, kill)) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                let (file, seen) = &undisturbed[*nth];
                let people = first.fetch_add(1, Ordering::SeqCst) as i64 * 1_000;
                match place.play(file, Some((*kill, seen)), people) {
                    Ok((_, has_killed, twice)) => {
                        killed.extend(has_killed.then_some(kill.point));
                        repeated += twice;
                    }
                    Err(words) => failed.push(format!("{}: {kill:?}\n{words}", file.display())),
                }
            }
            let _ = place.handle.block_on(place.store.database().drop().into_future());
            (killed, repeated, failed)
        })
    });
    let (mut killed, mut repeated, mut failed) = (Vec::new(), 0, Vec::new());
    for one in playing.collect::<Vec<_>>() {
        let (kills, twice, failures) = one.await.unwrap();
        killed.extend(kills);
        repeated += twice;
        failed.extend(failures);
    }
    println!(
        "{} transcripts with {} steps; {} runs, in {} of which the process was killed; {repeated} messages came twice; {:.1?}",
        undisturbed.len(),
        undisturbed.iter().map(|(_, seen)| seen.len()).sum::<usize>(),
        all.len(),
        killed.len(),
        started.elapsed()
    );
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), all.len(), failed.join("\n"));
    for point in POINTS {
        let (tried, done) =
            (all.iter().filter(|(_, kill)| kill.point == point), killed.iter().filter(|it| **it == point));
        let (tried, done) = (tried.count(), done.count());
        assert!(done > 2 && done * 10 > tried * 7, "{point:?}: {done} of {tried} were killed");
    }
}
