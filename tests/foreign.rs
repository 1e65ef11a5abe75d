//! The simulator as bots of another ecosystem see it: one on aiogram, from PyPI, that knows nothing of us.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use dialogues::chat::{Author, Chat};
use shopkeeper::server::Running;
use shopkeeper::simulator::{Person, Picture, Simulator, launch};
use tokio::process::{Child, Command};

const AIOGRAM: &str = "aiogram==3.31.0";
const TOKEN: &str = "77:echo";
const ANNA: i64 = 1001;
/// Nobody knows what goes on inside of a foreign bot: silence must do.
const CALM: Duration = Duration::from_millis(350);
const PATIENCE: Duration = Duration::from_secs(60);

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
        let bot = Command::new(python().await).arg(script).args([&server.base_url, TOKEN]).kill_on_drop(true).spawn();
        World { sim, _server: server, _bot: bot.expect("the bot starts") }
    }

    /// Anna's screen, once the bot has answered.
    async fn seen(&self) -> Chat {
        assert!(self.sim.quiet(TOKEN, CALM, PATIENCE).await, "the bot was not quiet in time");
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

/// A Python with aiogram, made once.
async fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(AIOGRAM);
    let python = folder.join("bin/python");
    let knows = Command::new(&python).args(["-c", "import aiogram"]).stderr(Stdio::null()).status().await;
    if !knows.is_ok_and(|status| status.success()) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder)).await;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", AIOGRAM]))
            .await;
    }
    python
}

async fn run(command: &mut Command) {
    let status = command.status().await.expect("Python 3 with pip and venv is installed");
    assert!(status.success(), "{command:?} failed");
}

#[tokio::test(flavor = "multi_thread")]
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

    let sencha = include_bytes!("../dialogues/shops/tea-house/pictures/sencha.jpg");
    sim.send_picture(TOKEN, ANNA, Picture::Bytes(sencha.to_vec()), "").expect("Anna sends");
    let chat = world.seen().await;
    let pictures: Vec<_> = chat.bubbles.iter().rev().take(4).map(|bubble| bubble.picture.clone()).collect();
    assert!(pictures[0].is_some() && pictures.iter().all(|picture| *picture == pictures[0]), "{pictures:?}");
    let size = &chat.bubbles[chat.bubbles.len() - 3].text;
    assert_eq!(size, "640×480", "the bot was told the picture's real size");
}
