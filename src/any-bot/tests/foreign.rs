//! The simulator as bots of other ecosystems see it, from PyPI and from npm, that know nothing of us.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]
#![deny(dead_code, reason = "a test that is not listed would never run")]

#[path = "foreign/clients.rs"]
mod clients;
#[path = "../../../tests/support/harness.rs"]
mod harness;
#[path = "../../../tests/support/programs.rs"]
mod programs;

use std::path::{Path, PathBuf};
use std::process::{self, ExitCode, Stdio};
use std::time::Duration;

use engine::chat::{Author, Chat};
use engine::transcript::Media;
use http_server::Running;
use serde_json::json;
use strum::IntoEnumIterator;
use telegram_simulator::{Person, Picture, Simulator, launch};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use harness::{Tests, tests};
use programs::{NODE, NPM, Need, STRIP, remembered};

/// The libraries of bots in Python, in one venv.
const PYTHON_LIBRARIES: [&str; 3] = ["aiogram==3.31.0", "python-telegram-bot==22.8", "pyTelegramBotAPI==4.37.1"];
/// Those of bots in JavaScript.
const NODE_LIBRARIES: [&str; 2] = ["grammy@1.46.0", "telegraf@4.16.3"];
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

/// The Python of a venv with the libraries.
fn python() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-bots/bin/python")
}

/// The libraries of bots in Python, in a venv that is made once, from PyPI.
struct PythonBots;

impl Need for PythonBots {
    fn check(&self) -> Result<(), String> {
        remembered("python-bots", || from_pypi("python-bots", &PYTHON_LIBRARIES))
    }
}

/// The libraries of bots in JavaScript, in a folder of their own, from the npm registry.
struct NodeBots;

impl NodeBots {
    fn folder() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("node-bots")
    }
}

impl Need for NodeBots {
    fn check(&self) -> Result<(), String> {
        remembered("node-bots", || from_npm(&NodeBots::folder(), "{}", &NODE_LIBRARIES))
    }
}

const PYTEST: &str = "pytest==9.2.0";

/// pytest in a venv that has what the package is built by, and nothing of ours.
struct Pytest;

impl Need for Pytest {
    fn check(&self) -> Result<(), String> {
        remembered("pytest", || from_pypi(PYTEST, &[PYTEST, "setuptools==84.2.1", "wheel==0.48.0"]))
    }
}

/// What the package for Node.js is built and tested by, from the npm registry.
struct Vitest;

impl Vitest {
    /// The folder in which the package is built.
    fn folder() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("node-package")
    }
}

impl Need for Vitest {
    fn check(&self) -> Result<(), String> {
        remembered("vitest", || {
            let settings = std::fs::read_to_string(clients().join("node/package.json"));
            from_npm(&Vitest::folder(), &settings.map_err(|error| error.to_string())?, &[])
        })
    }
}

/// The program as it is shipped: without what only a debugger reads, which would be packed for half a minute.
fn stripped() -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("simulator-stripped");
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let mut strip = process::Command::new(STRIP.path());
        run(strip.arg("-o").arg(&program).arg(env!("CARGO_BIN_EXE_telegram-simulator")), "strip").unwrap();
    });
    program
}

/// The clients of the simulator for other languages.
fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../simulator/clients")
}

/// Makes a venv with packages from PyPI, unless it is there with just these.
fn from_pypi(venv: &str, packages: &[&str]) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(venv);
    once(&folder, &packages.join(" "), || {
        let missing = "Python 3 with venv is missing (Debian: python3-venv)";
        run(process::Command::new("python3").args(["-m", "venv"]).arg(&folder), missing)?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"];
        let unreachable = format!("{} cannot be had from PyPI", packages.join(", "));
        run(process::Command::new(folder.join("bin/python")).args(install).args(packages), &unreachable)
    })
}

/// Installs what a `package.json` names, and packages besides, from the npm registry, unless just that is there.
fn from_npm(folder: &Path, settings: &str, packages: &[&str]) -> Result<(), String> {
    let npm = NPM.find()?;
    once(folder, &format!("{settings} {}", packages.join(" ")), || {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        std::fs::write(folder.join("package.json"), settings).map_err(|error| error.to_string())?;
        let install = ["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"];
        let mut install_all = process::Command::new(npm);
        install_all.args(install).args(packages).current_dir(folder);
        run(&mut install_all, "npm cannot reach its registry")
    })
}

/// Fills a folder, and notes of what: what another version of the tests has put there counts for nothing.
fn once(folder: &Path, wanted: &str, fill: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let note = folder.join("filled-with.txt");
    if std::fs::read_to_string(&note).is_ok_and(|has| has == wanted) {
        return Ok(());
    }
    fill()?;
    std::fs::write(note, wanted).map_err(|error| error.to_string())
}

/// Runs a program to its end; if it fails, the last line that it wrote.
fn run(command: &mut process::Command, what: &str) -> Result<(), String> {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).trim().to_owned();
            Err(format!("{what}: {}", said.lines().last().unwrap_or("it left no message")))
        }
        Err(error) => Err(format!("{what}: {error}")),
    }
}

fn main() -> ExitCode {
    let mut tests = Tests::of("foreign");
    tests!(tests, needs [PythonBots]: a_bot_on_aiogram_finds_all_it_knows_from_telegram,
        the_transcripts_of_any_bot_pass_on_aiogram, the_transcripts_of_any_bot_pass_on_python_telegram_bot,
        the_transcripts_of_any_bot_pass_on_telebot, a_bot_that_ends_and_one_that_differs_are_told,
        a_conversation_with_any_bot_becomes_a_transcript,
        a_bot_that_restarts_ends_in_peace_and_a_crash_spoils_one_transcript_only);
    tests!(tests, needs [NPM, NODE, NodeBots]: the_transcripts_of_any_bot_pass_on_grammy,
        the_transcripts_of_any_bot_pass_on_telegraf);
    tests!(tests, needs [Pytest, STRIP]: the_python_package_is_built_installed_and_tests_a_bot);
    tests!(tests, needs [NPM, Vitest, STRIP]: the_node_package_is_built_installed_and_tests_a_bot);
    tests!(tests, needs [clients::OpenApi]: clients::a_client_that_is_generated_in_python_acts_and_reads);
    tests!(tests, needs [NPM, NODE, clients::OpenApiTypeScript]:
        clients::a_client_that_is_generated_in_typescript_acts_and_reads);
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

    let sencha = include_bytes!("../../../dialogues/shops/tea-house/pictures/sencha.jpg");
    sim.send_picture(TOKEN, ANNA, Picture::Bytes(sencha.to_vec()), "").expect("Anna sends");
    let chat = world.seen().await;
    let pictures: Vec<_> = chat.bubbles.iter().rev().take(4).map(|bubble| bubble.picture.clone()).collect();
    assert!(pictures[0].is_some() && pictures.iter().all(|picture| *picture == pictures[0]), "{pictures:?}");
    let size = &chat.bubbles[chat.bubbles.len() - 3].text;
    assert_eq!(size, "640×480", "the bot was told the picture's real size");
}

/// The stall: one bot in several libraries, and the transcripts that are true of all of them.
fn stall() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/stall")
}

/// `replay --bot` with some more arguments: the status that it ends with, and what it writes.
fn replay(command: &str, folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut replay = process::Command::new(env!("CARGO_BIN_EXE_telegram-simulator"));
    replay.args(["replay", "--bot", command]).args(arguments).current_dir(folder).stdin(Stdio::null());
    let output = replay.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

fn plays_all(command: &str, folder: &Path, how: &[&str]) {
    let transcripts = stall().join("transcripts");
    let (status, said) = replay(command, folder, &[how, &["--coverage", transcripts.to_str().unwrap()]].concat());
    assert_eq!(status, Some(0), "{command}: {said}");
    assert!(said.contains("10 passed, 0 failed"), "{command}: {said}");
    assert!(said.contains("Buttons shown but never tapped: none."), "{command}: {said}");
}

fn plays_all_in_python(file: &str, how: &[&str]) {
    plays_all(&format!("{} {file}", python().display()), &stall(), how);
}

/// A process for each transcript.
const SIDE_BY_SIDE: &[&str] = &["--jobs", "2"];
const IN_ONE_PROCESS: &[&str] = &["--one-process"];

/// Node.js looks for libraries beside the program.
fn plays_all_in_node(file: &str, how: &[&str]) {
    let folder = NodeBots::folder();
    std::fs::copy(stall().join(file), folder.join(file)).unwrap();
    plays_all(&format!("{} {file}", NODE.path().display()), &folder, how);
}

fn the_transcripts_of_any_bot_pass_on_aiogram() {
    plays_all_in_python("with_aiogram.py", IN_ONE_PROCESS);
}

fn the_transcripts_of_any_bot_pass_on_python_telegram_bot() {
    plays_all_in_python("with_python_telegram_bot.py", SIDE_BY_SIDE);
}

fn the_transcripts_of_any_bot_pass_on_telebot() {
    plays_all_in_python("with_telebot.py", IN_ONE_PROCESS);
}

fn the_transcripts_of_any_bot_pass_on_grammy() {
    plays_all_in_node("with_grammy.mjs", SIDE_BY_SIDE);
}

fn the_transcripts_of_any_bot_pass_on_telegraf() {
    plays_all_in_node("with_telegraf.mjs", IN_ONE_PROCESS);
}

/// A bot that is told to end may finish what it is at; and one that has crashed in a transcript crashes in no other.
fn a_bot_that_restarts_ends_in_peace_and_a_crash_spoils_one_transcript_only() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("restarting-bots");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let source = std::fs::read_to_string(stall().join("with_telebot.py")).unwrap();
    let saves = "import signal, sys, time\n\ndef save(*_):\n    time.sleep(0.3)\n    open('saved', 'a').write('once ')\n    \
                 os._exit(0)\n\nsignal.signal(signal.SIGTERM, save)\nbot.polling()\n";
    write("saves.py", &source.replace("bot.polling()\n", saves));
    write("restart.chat", "Given Anna, a person\n\nAnna: /help\nBot: …\n\nThe bot restarts\n");
    let _ = std::fs::remove_file(folder.join("saved"));
    let (status, said) = replay(&format!("cd . && {} saves.py", python().display()), &folder, &["restart.chat"]);
    assert_eq!((status, std::fs::read_to_string(folder.join("saved")).unwrap().as_str()), (Some(0), "once "), "{said}");

    write("crashes.py", &source.replace("bot.send_message(message.chat.id, f\"Now", "os._exit(3)\n    (f\"Now"));
    let words = std::fs::read_to_string(stall().join("transcripts/words.chat")).unwrap();
    write("a_crash.chat", &words);
    write("b_help.chat", "Given Anna, a person\n\nAnna: /help\nBot: …\n");
    let files = ["--one-process", "a_crash.chat", "b_help.chat"];
    let (status, said) = replay(&format!("{} crashes.py", python().display()), &folder, &files);
    assert!(status == Some(1) && said.contains("1 passed, 1 failed"), "{said}");
}

/// What a tester reads whose bot does something else, whose bot breaks down, and who asks for what cannot be.
fn a_bot_that_ends_and_one_that_differs_are_told() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failing-bots");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let source = std::fs::read_to_string(stall().join("with_telebot.py")).unwrap();
    write("differs.py", &source.replace("Now you say", "Then you say"));
    write("ends.py", &source.replace("bot.send_message(message.chat.id, f\"Now", "os._exit(3)\n    (f\"Now"));
    write("silent.py", "import sys\nprint('no token', file=sys.stderr)\nsys.exit(1)\n");
    write("words.chat", &std::fs::read_to_string(stall().join("transcripts/words.chat")).unwrap());
    write("late.chat", "Given Anna, a person\n\nAnna: /help\nBot: …\n\nAfter 1 hour\nBot: Still there?\n");
    write("clock.chat", "Given the time is 2026-03-14 10:00\n");
    write("check.chat", "Given Anna, a person\nAnna: /help\nBot: …\nCheck the cart of Anna\n    count 1\n");
    let played = |bot: &str, file: &str| {
        let (status, said) = replay(&format!("{} {bot}", python().display()), &folder, &[file]);
        assert_eq!(status, Some(1), "{bot}: {said}");
        said
    };
    let said = played("differs.py", "words.chat");
    assert!(said.contains("  - Bot: Now you say: Three teas\n  + Bot: Then you say: Three teas\n"), "{said}");
    let said = played("ends.py", "words.chat");
    assert!(said.contains("the bot has ended with exit status: 3"), "{said}");
    let said = played("silent.py", "words.chat");
    assert!(said.contains("the bot has ended with exit status: 1; the last of what it wrote:\n    no token"), "{said}");
    let said = played("with_nothing.py", "words.chat");
    assert!(said.contains("can't open file"), "{said}");
    let said = played("differs.py", "late.chat");
    assert!(said.contains("10 s at most, or as --longest-wait says"), "{said}");
    let said = played("differs.py", "clock.chat");
    assert!(said.contains("a bot in another process has a clock of its own"), "{said}");
    let (_, said) = replay("true", &folder, &["--token", "none", "words.chat"]);
    assert!(said.contains("“none” is no token of a bot"), "{said}");
    let said = played("differs.py", "check.chat");
    assert!(said.contains("only what it shows can be compared"), "{said}");
}

/// What people do on the chat page, here over HTTP as the page does it, is written down, and passes.
async fn a_conversation_with_any_bot_becomes_a_transcript() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("any_bot.chat");
    let mut record = Command::new(env!("CARGO_BIN_EXE_telegram-simulator"));
    record.args(["record", "--force", "--port", "0", "--bot", &format!("{} with_telebot.py", python().display())]);
    record.arg(&file).current_dir(stall()).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut recording = record.spawn().unwrap();
    let mut said = BufReader::new(recording.stdout.take().unwrap()).lines();
    let began = said.next_line().await.unwrap().unwrap();
    let page = began.strip_prefix("Recording. Talk to the bot at ").and_then(|rest| rest.split("/;").next()).unwrap();
    let bot = format!("{page}/sim/v1/bots/42:transcript");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let act = async |method: reqwest::Method, path: &str, body: serde_json::Value| {
        let answer = http.request(method, format!("{bot}/{path}")).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        let quiet = http.post(format!("{bot}/quiet")).header("content-type", "application/json").send().await;
        assert!(quiet.unwrap().status().is_success());
    };
    let (put, post) = (reqwest::Method::PUT, reqwest::Method::POST);
    act(put.clone(), "people/7", json!({ "first_name": "Oksana", "language_code": "uk" })).await;
    act(put, "people/8", json!({ "first_name": "Nobody" })).await;
    act(post.clone(), "people/7/say", json!({ "text": "/start" })).await;
    act(post.clone(), "people/7/tap", json!({ "label": "Menu" })).await;
    act(post.clone(), "people/7/tap", json!({ "label": "Tea · 2 €" })).await;
    act(post.clone(), "people/7/tap", json!({ "label": "Order" })).await;
    act(post, "people/7/say", json!({ "text": "Cancel" })).await;
    let id = recording.id().unwrap().to_string();
    run(process::Command::new("kill").args(["-INT", &id]), "kill").unwrap();
    let mut rest = String::new();
    while let Some(line) = said.next_line().await.unwrap() {
        rest += &line;
    }
    assert!(recording.wait().await.unwrap().success() && rest.contains("It replays green"), "{rest}");
    let text = std::fs::read_to_string(&file).unwrap();
    let (title, conversation) = text.split_once("\n\n").unwrap();
    assert!(title.starts_with("# Recorded on "), "{title}");
    assert_eq!(
        conversation,
        "Given Oksana, a person who speaks Ukrainian\n\nOksana: /start\nBot: **Вітаю**, Oksana!\n    [Menu] [About]\n\n\
         Oksana taps [Menu]\nBot edits: What would you like?\n    [Tea · 2 €] [Coffee · 3 €]\n\n\
         Oksana taps [Tea · 2 €]\nBot toast: Tea is in your cart\nBot edits: What would you like?\n    In your cart: 1\n    \
         [Tea · 2 €] [Coffee · 3 €]\n    [Order]\n\nOksana taps [Order]\nBot deletes\nBot: How can we reach you?\n    \
         keyboard: [Share my phone]\n              [Cancel]\n\nOksana taps [Cancel]\nBot: Nothing is ordered.\n    \
         keyboard: none\n"
    );
}

/// As its users get it: a wheel with the program inside, in a venv that knows nothing of the checkout.
async fn the_python_package_is_built_installed_and_tests_a_bot() {
    let source = clients().join("python");
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-package");
    if copy.exists() {
        std::fs::remove_dir_all(&copy).unwrap();
    }
    std::fs::create_dir(&copy).unwrap();
    let package = copy.join("python");
    run(process::Command::new("cp").arg("-r").arg(&source).arg(&package), "cp").unwrap();
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PYTEST).join("bin/python");
    let platform = format!("linux_{}", std::env::consts::ARCH);
    let mut build = process::Command::new(package.join("build.sh"));
    build.arg(stripped()).arg(&platform).env("PYTHON", &python);
    run(&mut build, "build.sh").unwrap();
    let wheel = std::fs::read_dir(package.join("dist")).unwrap().next().expect("a wheel").unwrap().path();
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--force-reinstall"];
    run(process::Command::new(&python).args(install).arg(wheel), "pip install").unwrap();
    // Away from the sources, so that what is tested is what is installed.
    let tests = copy.join("bot");
    run(process::Command::new("cp").arg("-r").arg(package.join("tests")).arg(&tests), "cp").unwrap();
    let settings = format!("[pytest]\ntelegram_bot = {} echo_bot.py\n", python.display());
    std::fs::write(tests.join("pytest.ini"), settings).unwrap();
    let mut pytest = process::Command::new(&python);
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).current_dir(&tests).env_remove("TELEGRAM_SIMULATOR");
    let output = pytest.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("11 passed"), "{said}");
}

/// The same for Node.js: what `npm pack` makes, in a project of its own.
async fn the_node_package_is_built_installed_and_tests_a_bot() {
    let (source, folder) = (clients().join("node"), Vitest::folder());
    let copied = ["src", "test", "tsconfig.json", "build.sh", "README.md"].map(|name| source.join(name));
    run(process::Command::new("cp").arg("-r").args(copied).arg(&folder), "cp").unwrap();
    let mut build = process::Command::new(folder.join("build.sh"));
    run(build.arg(stripped()), "build.sh").unwrap();
    let user = folder.join("user");
    if user.exists() {
        std::fs::remove_dir_all(&user).unwrap();
    }
    run(process::Command::new("cp").arg("-r").arg(source.join("test")).arg(&user), "cp").unwrap();
    std::fs::write(user.join("package.json"), "{}").unwrap();
    let install = ["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--offline"];
    let package = folder.join("telegram-simulator-0.1.0.tgz");
    run(process::Command::new(NPM.path()).args(install).arg(package).current_dir(&user), "npm install").unwrap();
    let mut vitest = process::Command::new(folder.join("node_modules/.bin/vitest"));
    vitest.arg("run").current_dir(&user).env_remove("TELEGRAM_SIMULATOR").env("NO_COLOR", "1");
    let output = vitest.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("5 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}
