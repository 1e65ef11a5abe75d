//! The workbench: what goes on inside the bot, shown beside the chat, and the recorder.
//!
//! ```text
//! bot ── a record of every turn ──┐
//! simulator ── calls, chats, deeds ┼─ turns ── web (the map beside the chat)
//! store ── the stored dialogue ───┘     └──── tape ── a transcript
//! ```
//!
//! `turns` puts together what is known of a turn and keeps the last ones; `tape` makes a transcript of what happened;
//! `web` serves both to the chat page. It runs in the demo only: it looks into everybody's dialogue.

mod tape;
mod turns;
mod web;

use std::sync::Arc;
use std::time::Duration;

use dialogues::transcript::record::{Recording, ReplayVerdict, transcript, verify};
use rocket::fairing::AdHoc;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::bot::desk::TurnRecord;
use crate::server::guard::PublicName;
use crate::server::{self, LaunchError, Running};
use crate::simulator::{self, Simulator};
use crate::store::{Store, StoreError};
use crate::tasks::{Ended, supervise};

use tape::Recorder;
use turns::Turns;

/// What a recorded transcript is called until somebody calls it something better.
const FILE: &str = "recorded.chat";
/// The verdict on a transcript that replays as it stands.
const GREEN: &str = "green";
/// A transcript may begin so many deeds earlier than asked for, where it cannot begin there.
const EARLIER: usize = 200;
/// So long without a call of the bot, and its last turn is over; and so long that is waited for.
const CALM: Duration = Duration::from_millis(100);
const QUIET_TIMEOUT: Duration = Duration::from_secs(3);
/// So many beginnings are tried before a transcript is handed out that does not replay as it stands.
const TRIES: usize = 5;

/// A handle to the workbench of one bot. Clones share it.
#[derive(Clone)]
pub struct Workbench(Arc<Bench>);

struct Bench {
    simulator: Simulator,
    token: String,
    turns: Turns,
    recorder: Recorder,
}

impl Workbench {
    /// A workbench for a bot whose turns arrive by `records`, and whose goods `Given the catalogue …` knows by a name.
    /// People who are known to the simulator by now may have a past in the store; whoever comes later is new.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn start(
        simulator: Simulator,
        token: &str,
        store: Store,
        catalogue: &str,
        records: mpsc::UnboundedReceiver<TurnRecord>,
    ) -> Result<Workbench, StoreError> {
        let recorder = Recorder::start(&simulator, token, &store, catalogue).await?;
        let bench = Bench { simulator, token: token.to_owned(), turns: Turns::default(), recorder };
        let workbench = Workbench(Arc::new(bench));
        tokio::task::spawn_blocking(web::draw);
        let (fed, records) = (workbench.clone(), Arc::new(tokio::sync::Mutex::new(records)));
        let metrics = store.metrics().shell().clone();
        let feeding = supervise(&metrics, "workbench", move || {
            let (fed, store, records) = (fed.clone(), store.clone(), Arc::clone(&records));
            async move {
                let mut records = records.lock().await;
                while let Some(record) = records.recv().await {
                    if let Err(error) = fed.take(&store, record).await {
                        tracing::warn!(%error, "a turn is missing on the workbench");
                    }
                }
                Ended::Done
            }
        });
        feeding.detach();
        Ok(workbench)
    }

    /// Says who is told about orders, so that a transcript can say so.
    pub fn set_owners(&self, owners: &[i64]) {
        self.0.recorder.set_owners(owners.to_vec());
    }

    async fn take(&self, store: &Store, record: TurnRecord) -> Result<(), StoreError> {
        let Bench { simulator, token, turns, recorder } = &*self.0;
        let document = store.stored_dialogue(record.chat).await?;
        recorder.note(store, &record).await?;
        turns.add(simulator, token, record, document);
        Ok(())
    }

    /// Begins to record; what was being recorded is given up.
    fn start_recording(&self) {
        let Bench { simulator, token, recorder, .. } = &*self.0;
        recorder.record(Some(simulator.history_len(token)));
    }

    /// Whether something is being recorded, and how many things were done since.
    fn recording(&self) -> Value {
        let Bench { simulator, token, recorder, .. } = &*self.0;
        let from = recorder.recording();
        json!({ "running": from.is_some(), "steps": from.map_or(0, |from| simulator.history_len(token) - from) })
    }

    /// Ends the recording: what was recorded, as a transcript.
    async fn stop_recording(&self) -> Result<Value, String> {
        let from = self.0.recorder.record(None).ok_or("nothing is being recorded")?;
        self.write_down(move |positions| positions.partition_point(|at| *at < from), from).await
    }

    /// The last steps, as a transcript.
    async fn last(&self, steps: usize) -> Result<Value, String> {
        let newest = self.0.simulator.history_len(&self.0.token);
        self.write_down(move |positions| positions.len().saturating_sub(steps), newest.saturating_sub(steps)).await
    }

    /// A transcript from a step on, which `wanted` picks by the steps' positions in the history; they are looked for
    /// from somewhat before `near` on.
    async fn write_down(
        &self,
        wanted: impl FnOnce(&[usize]) -> usize + Send + 'static,
        near: usize,
    ) -> Result<Value, String> {
        self.settle().await;
        let bench = Arc::clone(&self.0);
        let writing = tokio::task::spawn_blocking(move || {
            let Bench { simulator, token, recorder, .. } = &*bench;
            let (tape, positions) = recorder.tape(simulator, token, near.saturating_sub(EARLIER));
            told(&tape, wanted(&positions))
        });
        writing.await.unwrap_or_else(|_| Err("the recorder itself failed".to_owned()))
    }

    /// Waits until the last turn has been shown and noted, but not for ever: what is still going on has no end yet.
    async fn settle(&self) {
        let Bench { simulator, token, recorder, turns } = &*self.0;
        let mut changes = turns.changes();
        let settled = async {
            simulator.quiet(token, CALM, QUIET_TIMEOUT).await;
            while !recorder.has_noted(simulator, token) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(QUIET_TIMEOUT, settled).await;
    }

    /// Listens on 127.0.0.1, with the simulator and, at `/workbench/v1`, the workbench beside it; port 0 is any free one,
    /// `names` are further names by which it is reached.
    ///
    /// # Errors
    /// [`LaunchError`] where the port is taken.
    pub async fn launch(self, port: u16, names: Vec<PublicName>) -> Result<Running, LaunchError> {
        let telegram = simulator::stage(self.0.simulator.clone(), names);
        let bench = AdHoc::on_ignite("the workbench", |rocket| async { rocket.manage(self).mount("/", web::routes()) });
        server::launch(|rocket| rocket.attach(telegram).attach(bench), port).await
    }
}

/// A transcript of a tape from a wanted step on, or from an earlier one where a transcript cannot begin there: what
/// replays green wins.
fn told(tape: &Recording, wanted: usize) -> Result<Value, String> {
    if wanted >= tape.steps.len() {
        return Err("nothing has happened yet that could be written down".to_owned());
    }
    let latest = tape.beginning(wanted).unwrap_or(0);
    let mut first = None;
    for from in (0..=latest).rev().filter(|from| *from == latest || tape.can_begin(*from)).take(TRIES) {
        let told = transcript_from(tape, from, wanted);
        if told.as_ref().is_ok_and(|told| told["verdict"] == GREEN) {
            return told;
        }
        first.get_or_insert(told);
    }
    first.unwrap_or_else(|| Err("nothing of it could be written down".to_owned()))
}

fn transcript_from(tape: &Recording, from: usize, wanted: usize) -> Result<Value, String> {
    let tape = tape.since(from);
    let text = transcript(&tape).map_err(|untold| untold.to_string())?;
    let verdict = match verify(FILE, &text) {
        ReplayVerdict::Green { skipped: 0 } => GREEN.to_owned(),
        ReplayVerdict::Green { skipped } => format!(
            "{FILE}: {skipped} of its steps have no meaning in memory; play it end to end: shopkeeper replay {FILE}\n"
        ),
        ReplayVerdict::Red(failures) => failures,
    };
    Ok(json!({
        "name": FILE, "text": text, "verdict": verdict, "steps": tape.steps.len(), "earlier": wanted - from,
    }))
}
