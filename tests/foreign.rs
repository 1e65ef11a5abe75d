//! The simulator as bots of another ecosystem see it: one on aiogram, from PyPI, that knows nothing of us.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]
#![deny(dead_code, reason = "a test that is not listed would never run")]

#[path = "support/harness.rs"]
mod harness;
#[path = "support/programs.rs"]
mod programs;

use std::path::{Path, PathBuf};
use std::process::{self, ExitCode, Stdio};
use std::time::Duration;

use dialogues::chat::{Author, Chat};
use dialogues::transcript::Media;
use shopkeeper::server::Running;
use shopkeeper::simulator::{Person, Picture, Simulator, launch};
use strum::IntoEnumIterator;
use tokio::process::{Child, Command};

use harness::{Tests, tests};
use programs::{Need, remembered};

const AIOGRAM: &str = "aiogram==3.31.0";
const TOKEN: &str = "77:echo";
const ANNA: i64 = 1001;
/// Nobody knows what goes on inside of a foreign bot: silence must do.
const CALM: Duration = Duration::from_millis(350);
const QUIET_TIMEOUT: Duration = Duration::from_secs(60);

/// The bot, and the simulator that it takes for Telegram.
struct World {
    sim: Simulator,
    _server: Running,
    _bot: Child,
}

impl World {
    async fn open() -> World {
        let sim = Simulator::new();
        let server = launch(sim.clone(), 0).await.expect("a free port");
        let first_name = "Anna".to_owned();
        sim.person(TOKEN, Person { id: ANNA, first_name, username: None, language_code: Some("en".to_owned()) });
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/echo_bot.py");
        let bot = Command::new(python()).arg(script).args([&server.base_url, TOKEN]).kill_on_drop(true).spawn();
        World { sim, _server: server, _bot: bot.expect("the bot starts") }
    }

    /// Anna's screen, once the bot has answered.
    async fn seen(&self) -> Chat {
        assert!(self.sim.quiet(TOKEN, CALM, QUIET_TIMEOUT).await, "the bot was not quiet in time");
        assert_eq!(self.sim.faults(TOKEN), [""; 0], "the simulator refused what Telegram takes");
        self.sim.chat(TOKEN, ANNA)
    }

    /// What the bot wrote last.
    async fn answer(&self) -> String {
        let chat = self.seen().await;
        let last = chat.bubbles.iter().rev().find(|bubble| bubble.author == Author::Bot);
        last.map(|bubble| bubble.text.clone()).unwrap_or_default()
    }
}

/// The Python of a venv with aiogram.
fn python() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(AIOGRAM).join("bin/python")
}

/// aiogram in a venv, which is made once, from PyPI.
struct Aiogram;

impl Need for Aiogram {
    fn check(&self) -> Result<(), String> {
        remembered("aiogram", || {
            let run = |command: &mut process::Command, what: &str| match command.stdin(Stdio::null()).output() {
                Ok(output) if output.status.success() => Ok(()),
                Ok(output) => {
                    let said = String::from_utf8_lossy(&output.stderr);
                    Err(format!("{what}: {}", said.lines().last().unwrap_or("it left no message")))
                }
                Err(error) => Err(format!("{what}: {error}")),
            };
            if run(process::Command::new(python()).args(["-c", "import aiogram"]), "aiogram").is_ok() {
                return Ok(());
            }
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(AIOGRAM);
            let venv = "Python 3 with venv is missing (Debian: python3-venv)";
            run(process::Command::new("python3").args(["-m", "venv"]).arg(folder), venv)?;
            let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", AIOGRAM];
            run(process::Command::new(python()).args(install), &format!("{AIOGRAM} cannot be had from PyPI"))
        })
    }
}

fn main() -> ExitCode {
    let mut tests = Tests::of("foreign");
    tests!(tests, needs [Aiogram]: a_bot_on_aiogram_finds_all_it_knows_from_telegram);
    tests.run()
}

async fn a_bot_on_aiogram_finds_all_it_knows_from_telegram() {
    let world = World::open().await;
    let sim = &world.sim;

    sim.say(TOKEN, ANNA, "/start").expect("Anna writes");
    assert_eq!(world.answer().await, "**Hello**, Anna!");
    sim.tap_label(TOKEN, ANNA, "Count 0").expect("a button");
    assert_eq!(world.answer().await, "Count: 1");
    // An edit that changes nothing is refused, and the bot tells in Telegram's words.
    sim.tap_label(TOKEN, ANNA, "Same").expect("a button");
    assert_eq!(world.answer().await, "Count: 1");
    assert!(sim.unanswered_taps(TOKEN).is_empty());
    let acts = format!("{:?}", sim.journal(TOKEN, 0));
    assert!(acts.contains("Toast(\"1\")") && acts.contains("Alert(\"message is not modified\")"), "{acts}");

    sim.say(TOKEN, ANNA, "Grüße 🍵").expect("Anna writes");
    assert_eq!(world.answer().await, "Grüße 🍵");

    sim.say(TOKEN, ANNA, "/ask").expect("Anna writes");
    let keyboard = world.seen().await.keyboard.expect("a keyboard");
    assert!(keyboard[0][0].contact && keyboard[1][0].label == "No");
    sim.share_contact(TOKEN, ANNA, "+380671112233", true).expect("Anna shares");
    assert_eq!(world.answer().await, "own: True");
    assert_eq!(world.seen().await.keyboard, None);

    // A client that misses a field of an update asks for that update for ever, and gets no other.
    for attachment in Media::iter() {
        sim.send(TOKEN, ANNA, attachment).expect("Anna sends");
    }
    sim.say(TOKEN, ANNA, "Still there?").expect("Anna writes");
    assert_eq!(world.answer().await, "Still there?");

    let sencha = include_bytes!("../dialogues/shops/tea-house/pictures/sencha.jpg");
    sim.send_picture(TOKEN, ANNA, Picture::Bytes(sencha.to_vec()), "").expect("Anna sends");
    let chat = world.seen().await;
    let pictures: Vec<_> = chat.bubbles.iter().rev().take(4).map(|bubble| bubble.picture.clone()).collect();
    assert!(pictures[0].is_some() && pictures.iter().all(|picture| *picture == pictures[0]), "{pictures:?}");
    let size = &chat.bubbles[chat.bubbles.len() - 3].text;
    assert_eq!(size, "640×480", "the bot was told the picture's real size");
}
