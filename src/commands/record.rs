//! `shopkeeper record`: a conversation with the demo, or with any bot, becomes a transcript.

use any_bot::commands::record::{RecordFile, RecordedBot};
use anyhow::{Context, anyhow, bail};
use clap::Args;
use dialogues::transcript::record::{ReplayVerdict, verify};
use serde::Deserialize;

/// Records what people do in the demo that is running, or with --bot on a chat page before another bot, until Ctrl-C; the file
/// replays as it stands.
#[derive(Args)]
pub(crate) struct Record {
    #[command(flatten)]
    file: RecordFile,
    /// Write down the last steps instead, and do not wait
    #[arg(long, value_name = "STEPS", conflicts_with = "command")]
    last: Option<usize>,
    /// Where the demo is
    #[arg(long, default_value = "http://127.0.0.1:8088", conflicts_with = "command")]
    url: String,
    #[command(flatten)]
    bot: RecordedBot,
}

/// What the workbench answers.
#[derive(Deserialize)]
struct Recorded {
    text: String,
    steps: usize,
    earlier: usize,
}

impl Record {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let file = self.file.free()?;
        if let Some(bot) = self.bot.process() {
            return self.bot.record(bot, file).await;
        }
        let http = reqwest::Client::builder().no_proxy().build()?;
        let base = format!("{}/workbench/v1", self.url.trim_end_matches('/'));
        let recording = format!("{base}/recording");
        let request = match self.last {
            Some(steps) => http.get(format!("{base}/last?steps={steps}")),
            None => {
                let started = http.post(&recording).send().await;
                let started = started.with_context(|| format!("no demo answers at {}; start one first", self.url))?;
                if !started.status().is_success() {
                    bail!("at {} is no demo: only `shopkeeper demo` can be recorded", self.url);
                }
                println!("Recording. Talk to the bot in the page; Ctrl-C ends it.");
                super::stopped().await?;
                http.delete(&recording)
            }
        };
        let answer = request.send().await.with_context(|| format!("no demo answers at {}", self.url))?;
        let (status, body) = (answer.status(), answer.text().await?);
        if status.as_u16() == 404 {
            bail!("at {} is no demo: only `shopkeeper demo` can be recorded", self.url);
        }
        if !status.is_success() {
            let error: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            bail!("{}", error["error"].as_str().unwrap_or("the demo could not write it down"));
        }
        let recorded: Recorded = serde_json::from_str(&body).map_err(|error| anyhow!("the demo's answer: {error}"))?;
        std::fs::write(file, &recorded.text).with_context(|| file.display().to_string())?;
        let (steps, file) = (recorded.steps, file.display());
        println!("{steps} steps are in {file}; {} of them came before, so that it can be replayed.", recorded.earlier);
        match verify(&file.to_string(), &recorded.text) {
            ReplayVerdict::Green { skipped: 0 } => println!("It replays green: shopkeeper replay {file}"),
            ReplayVerdict::Green { skipped } => {
                println!("{skipped} of them have no meaning in memory; play it end to end: shopkeeper replay {file}");
            }
            ReplayVerdict::Red(failures) => {
                bail!(
                    "replayed in memory, it fails, perhaps since the shop was changed meanwhile, as by the API:\n{failures}"
                );
            }
        }
        Ok(())
    }
}
