//! Files, played; those of a bot in another process each with a process and a Telegram of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::transcript::bless::{Blessed, bless};
use engine::transcript::coverage::Coverage;
use engine::transcript::replay::{Conclusion, Report, replay};
use engine::transcript::{Sentences, Stage, parse};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::process::{BotProcess, ProcessStage};
use crate::sentences::AnyBot;

/// One transcript and what came of it.
pub struct Played {
    pub file: PathBuf,
    pub result: Result<Report, String>,
}

impl Played {
    /// What is to be said of the whole file; one that cannot be read has failed.
    pub fn conclusion(&self) -> Conclusion {
        self.result.as_ref().map_or(Conclusion::Failed, Report::conclusion)
    }

    /// What was not played, with the reason; empty if all was.
    pub fn render_skipped(&self) -> String {
        self.result.as_ref().map(|report| report.render_skipped(&self.file.display().to_string())).unwrap_or_default()
    }

    /// The failures as their reader wants them; empty where there are none.
    pub fn render(&self) -> String {
        let file = self.file.display().to_string();
        match &self.result {
            Ok(report) => report.render(&file),
            Err(error) => format!("{file}: {error}\n"),
        }
    }
}

/// Plays one file on a stage.
pub fn play<L: Sentences>(file: &Path, stage: &mut dyn Stage<L>) -> Played {
    let result = std::fs::read_to_string(file).map_err(|error| error.to_string()).and_then(|text| {
        let script = parse::<L>(&text).map_err(|error| error.to_string())?;
        Ok(replay(&script, stage))
    });
    Played { file: file.to_owned(), result }
}

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
        let (place, played) = ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        done(&played);
        all.push((place, played));
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

/// All transcripts at or below some paths, in order.
///
/// # Errors
/// A path that cannot be read; it is named.
pub fn find(paths: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let named = |error: std::io::Error| std::io::Error::other(format!("{}: {error}", path.display()));
        collect(path, &mut found).map_err(named)?;
        if !path.exists() {
            return Err(named(std::io::ErrorKind::NotFound.into()));
        }
    }
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "chat") {
            collect(&path, found)?;
        }
    }
    Ok(())
}
