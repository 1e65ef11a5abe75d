//! The command line as a tester uses it: the demo at a moment of a transcript, and the last steps as a new transcript.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

const SHOPKEEPER: &str = env!("CARGO_BIN_EXE_shopkeeper");

struct Demo {
    base_url: String,
    said: String,
    _child: Child,
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    /// Starts the demo, and reads what it says up to “Ctrl-C”.
    async fn open(upto: &str) -> Demo {
        let mut command = Command::new(SHOPKEEPER);
        command.args(["demo", "--port", "0", "--upto", upto]).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        let reading = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                said.push_str(&line);
                said.push('\n');
                if line.starts_with("Ctrl-C") {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), reading).await.expect("the demo opens");
        let address = said.split("http://").nth(1).and_then(|rest| rest.split("/?").next());
        let base_url = format!("http://{}", address.unwrap_or_else(|| panic!("there is no address in:\n{said}")));
        Demo { base_url, said, _child: child, _lines: lines }
    }

    async fn get(&self, path: &str) -> String {
        http().get(format!("{}{path}", self.base_url)).send().await.unwrap().text().await.unwrap()
    }

    async fn post(&self, path: &str, body: &str) -> String {
        let request = http().post(format!("{}/sim/v1/bots/1000:demo/{path}", self.base_url));
        request
            .header("Content-Type", "application/json")
            .body(body.to_owned())
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// Writes the last steps down, and replays them on both stages.
    async fn record(&self, name: &str, steps: &str) -> String {
        let file = format!("{}/{name}.chat", env!("CARGO_TARGET_TMPDIR"));
        let told = ["record", &file, "--force", "--last", steps, "--url", &self.base_url];
        let record = Command::new(SHOPKEEPER).args(told).output().await.unwrap();
        let said = String::from_utf8(record.stdout).unwrap();
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let in_part = text.contains("Telegram answers the next") && said.contains("have no meaning in memory");
        assert!(record.status.success() && (in_part || said.contains("It replays green")), "{said}\n{text}");
        for stage in [&["replay", &file, "--core"][..], &["replay", &file]] {
            let replay = Command::new(SHOPKEEPER).args(stage).output().await.unwrap();
            assert!(replay.status.success(), "{stage:?}: {}\n{text}", String::from_utf8_lossy(&replay.stdout));
        }
        text
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The line of a transcript before one that begins so.
fn line_before(file: &str, start: &str) -> usize {
    let path = format!("{}/dialogues/transcripts/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().position(|line| line.starts_with(start)).expect("the line is there")
}

#[tokio::test]
async fn the_demo_opens_at_a_line_of_a_transcript_and_writes_down_the_last_steps() {
    let line = line_before("cart/more_and_less.chat", "## The last one leaves by −");
    let demo = Demo::open(&format!("cart/more_and_less.chat:{line}")).await;
    assert!(demo.said.contains("All was as written.") && demo.said.contains("Go on as Anna"), "{}", demo.said);
    let screen = demo.get("/sim/v1/bots/1000:demo/people/100000001/chat.txt").await;
    assert!(screen.contains("[➖] [Gyokuro × 3] [➕]"), "{screen}");
    demo.record("last", "4").await;
}

#[tokio::test]
async fn a_race_and_a_repeat_are_written_down_as_they_went() {
    let line = line_before("turn/the_last_teapot.chat", "Anna taps [✅ Confirm]");
    let demo = Demo::open(&format!("turn/the_last_teapot.chat:{line}")).await;
    // Boris is the first whose tap arrives; who gets the teapot is open.
    let confirm = r#"{"label": "✅ Confirm"}"#;
    let (boris, anna) =
        tokio::join!(demo.post("people/100000002/tap", confirm), demo.post("people/100000001/tap", confirm));
    assert!(boris.contains("update_id") && anna.contains("update_id"), "{boris} {anna}");
    assert_eq!(demo.post("quiet", "").await, "{}");
    demo.post("redeliver", "").await;
    let text = demo.record("race", "3").await;
    assert!(text.contains("is placed. Thank you!") && text.contains("Telegram delivers it again"), "{text}");
    assert!(!text.contains("in stock\n\nTelegram"), "a repeat fills no shelf: {text}");
}

#[tokio::test]
async fn a_planned_refusal_is_written_down() {
    let line = line_before("cart/more_and_less.chat", "## The last one leaves by −");
    let demo = Demo::open(&format!("cart/more_and_less.chat:{line}")).await;
    demo.post("disturbances", r#"{"method": "sendMessage", "person": 100000001, "code": 429, "retry_after": 1}"#).await;
    demo.post("people/100000001/say", r#"{"text": "/help"}"#).await;
    let text = demo.record("refusal", "2").await;
    assert!(text.contains("Telegram answers the next sendMessage to Anna with 429, retry after 1"), "{text}");
}

#[tokio::test]
async fn whoever_names_no_transcript_is_told_what_to_write() {
    for (upto, word) in
        [("cart.chat", "FILE:LINE"), ("cart.chat:x", "no line number"), ("no/such.chat:3", "no/such.chat")]
    {
        let demo = Command::new(SHOPKEEPER).args(["demo", "--port", "0", "--upto", upto]).output().await.unwrap();
        let said = String::from_utf8_lossy(&demo.stderr);
        assert!(!demo.status.success() && said.contains(word), "{upto}: {said}");
    }
}

/// A folder that has nothing of the repository, and is removed at the end.
struct Elsewhere(std::path::PathBuf);

impl Elsewhere {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("shopkeeper-elsewhere-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(SHOPKEEPER);
        command.args(arguments).current_dir(&self.0).env_remove("CARGO_MANIFEST_DIR").env_remove("CI");
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Whether a command went well, and what it said.
    async fn run(&self, arguments: &[&str]) -> (bool, String) {
        let running = self.command(arguments).output();
        let done = tokio::time::timeout(Duration::from_secs(60), running).await.expect("it ends").unwrap();
        let said = [done.stdout, done.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
        (done.status.success(), said)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const GREETING: &str = "Given the catalogue tea-house\nGiven Anna, a new customer\n\nAnna: /start\n";

#[tokio::test]
async fn what_does_not_pass_ends_with_an_error_also_when_it_is_blessed() {
    let folder = Elsewhere::new();
    folder.write("fine.chat", GREETING);
    folder.write("check.chat", &format!("{GREETING}\nCheck orders of Anna\n    count   1\n"));
    folder.write("empty.chat", "");
    let (went_well, said) = folder.run(&["replay", "--bless", "fine.chat"]).await;
    assert!(went_well && said.contains("0 files do not pass"), "{said}");
    let (went_well, said) = folder.run(&["replay", "--bless", "check.chat"]).await;
    assert!(!went_well && said.contains("count: expected \"1\", found \"0\""), "{said}");
    for arguments in [["replay", "--bless", "empty.chat"], ["replay", "--core", "empty.chat"]] {
        let (went_well, said) = folder.run(&arguments).await;
        assert!(!went_well && said.contains("nothing is played in it"), "{arguments:?}: {said}");
    }
    let (went_well, said) = folder.run(&["replay", "--core", "fine.chat"]).await;
    assert!(went_well && said.contains("1 passed, 0 failed"), "{said}");
    let (went_well, said) = folder.run(&["replay"]).await;
    assert!(!went_well && said.contains("run this from the repository"), "{said}");
}

#[tokio::test]
async fn a_recording_overwrites_nothing_and_is_called_a_transcript() {
    let folder = Elsewhere::new();
    folder.write("mine.chat", GREETING);
    let (went_well, said) = folder.run(&["record", "mine.chat"]).await;
    assert!(!went_well && said.contains("mine.chat exists") && said.contains("--force"), "{said}");
    let (went_well, said) = folder.run(&["record", "mine.txt"]).await;
    assert!(!went_well && said.contains("ends in .chat"), "{said}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_before_anything_is_started() {
    let folder = Elsewhere::new();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let port = address.port().to_string();
    for (arguments, remedy) in [
        (vec!["demo", "--port", "0", "--api-port", &port], "--api-port 0"),
        (vec!["demo", "--port", &port], "--port 0"),
        (vec!["simulate", "--port", &port], "--port 0"),
    ] {
        let (went_well, said) = folder.run(&arguments).await;
        assert!(!went_well && said.contains(remedy) && !said.contains("Starting"), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn the_demo_opens_away_from_the_repository() {
    let folder = Elsewhere::new();
    let mut demo = folder.command(&["demo", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let opened = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.starts_with("The shop is open") {
                return;
            }
        }
        panic!("the demo ended without opening");
    };
    tokio::time::timeout(Duration::from_secs(60), opened).await.expect("the demo opens");
}
