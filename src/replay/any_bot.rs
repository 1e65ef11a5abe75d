//! Transcripts of a bot in another process, each with a process and a Telegram of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dialogues::transcript::bless::{Blessed, bless};
use engine::transcript::coverage::Coverage;
use engine::transcript::parse;
pub use shell::stage::process::{AnyBot, BotProcess, ProcessStage, end_all, recorded};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::{Played, play};

/// Plays files, so many side by side, and tells of each when it is done.
pub async fn play_all(
    bot: &BotProcess,
    files: Vec<PathBuf>,
    side_by_side: usize,
    mut done: impl FnMut(&Played),
) -> Vec<Played> {
    let seats = Arc::new(Semaphore::new(side_by_side.max(1)));
    let mut playing = JoinSet::new();
    for (place, file) in files.into_iter().enumerate() {
        let (seats, bot) = (Arc::clone(&seats), bot.clone());
        playing.spawn(async move {
            let _seat = seats.acquire_owned().await;
            (place, play_one(bot, file).await)
        });
    }
    let mut all = Vec::new();
    while let Some(ended) = playing.join_next().await {
        if let Ok((place, played)) = ended {
            done(&played);
            all.push((place, played));
        }
    }
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, played)| played).collect()
}

/// Plays files one after another in front of one process of the bot, and tells of each when it is done. A bot that has ended
/// is started again.
///
/// # Errors
/// A sentence: there is no free port.
pub async fn play_in_one_process(
    bot: BotProcess,
    files: Vec<PathBuf>,
    mut done: impl FnMut(&Played),
) -> Result<Vec<Played>, String> {
    let (told, mut hears) = mpsc::unbounded_channel();
    let playing = with_stage(bot, move |stage| {
        for file in files {
            stage.next_transcript();
            // Whoever has left misses nothing.
            let _ = told.send(play(&file, stage));
        }
    });
    let listening = async {
        let mut all = Vec::new();
        while let Some(played) = hears.recv().await {
            done(&played);
            all.push(played);
        }
        all
    };
    let (played, all) = tokio::join!(playing, listening);
    played.map(|()| all)
}

/// Plays a file.
pub async fn play_one(bot: BotProcess, file: PathBuf) -> Played {
    let named = file.clone();
    let played = with_stage(bot, move |stage| play(&file, stage)).await;
    played.unwrap_or_else(|error| Played { file: named, result: Err(error) })
}

/// What the bot makes of a transcript's text.
///
/// # Errors
/// A sentence: the text is no transcript, or a step of it is impossible.
pub async fn blessed(bot: BotProcess, text: String) -> Result<Blessed, String> {
    with_stage(bot, move |stage| {
        let script = parse::<AnyBot>(&text).map_err(|error| error.to_string())?;
        bless(&script, stage)
    })
    .await?
}

/// Lends a fresh stage to a closure, on a thread where it may wait.
async fn with_stage<T: Send + 'static>(
    bot: BotProcess,
    play: impl FnOnce(&mut ProcessStage) -> T + Send + 'static,
) -> Result<T, String> {
    let handle = Handle::current();
    let mut stage = ProcessStage::open(handle, bot).await?;
    let played = tokio::task::spawn_blocking(move || play(&mut stage));
    played.await.map_err(|error| format!("the replay itself failed: {error}"))
}

/// A sentence: which buttons were shown in some transcripts, and nobody tapped them.
pub fn untapped(played: &[Played]) -> String {
    let mut coverage = Coverage::new(|event| event);
    played.iter().filter_map(|played| played.result.as_ref().ok()).for_each(|report| coverage.add(report));
    coverage.untapped()
}

/// All transcripts at or below some paths, in order; those below this folder where none is named.
///
/// # Errors
/// A path that cannot be read; it is named.
pub fn find(paths: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    let here = [Path::new(".").to_owned()];
    super::find(if paths.is_empty() { &here } else { paths })
}
