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
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        http.get(format!("{}{path}", self.base_url)).send().await.unwrap().text().await.unwrap()
    }
}

#[tokio::test]
async fn the_demo_opens_at_a_line_of_a_transcript_and_writes_down_the_last_steps() {
    let transcripts = concat!(env!("CARGO_MANIFEST_DIR"), "/dialogues/transcripts");
    let text = std::fs::read_to_string(format!("{transcripts}/cart/more_and_less.chat")).unwrap();
    let line = text.lines().position(|line| line == "## The last one leaves by −").expect("the part is there");
    let demo = Demo::open(&format!("cart/more_and_less.chat:{line}")).await;
    assert!(demo.said.contains("All was as written.") && demo.said.contains("Go on as Anna"), "{}", demo.said);
    let screen = demo.get("/sim/v1/bots/1000:demo/people/1001/chat.txt").await;
    assert!(screen.contains("[➖] [Gyokuro × 3] [➕]"), "{screen}");

    let file = format!("{}/last.chat", env!("CARGO_TARGET_TMPDIR"));
    let record =
        Command::new(SHOPKEEPER).args(["record", &file, "--last", "4", "--url", &demo.base_url]).output().await;
    let record = String::from_utf8(record.unwrap().stdout).unwrap();
    assert!(record.contains("It replays green"), "{record}");
    for stage in [&["replay", &file, "--core"][..], &["replay", &file]] {
        let replay = Command::new(SHOPKEEPER).args(stage).output().await.unwrap();
        assert!(replay.status.success(), "{stage:?}: {}", String::from_utf8_lossy(&replay.stdout));
    }
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
