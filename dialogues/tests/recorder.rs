//! The recorder: what happened replays green as it is written down, and says nothing of real people.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

#[path = "support/chats.rs"]
mod chats;
#[path = "support/taping.rs"]
mod taping;

use chats::transcripts;
use dialogues::app::COMMANDS;
use dialogues::transcript::record::{Recording, ReplayVerdict, transcript, verify};
use dialogues::transcript::replay::replay;
use dialogues::transcript::{Script, parse};
use taping::Taping;

/// What people of the transcripts become who are not the fixtures'.
const PLANTED: [(&str, &str); 19] = [
    ("Anna", "Zyxanna"),
    ("Boris", "Zyxboris"),
    ("Clara", "Zyx Clara"),
    ("Denys", "Zyxel"),
    ("Olga", "Zyxolga"),
    ("Оксана", "Зікс"),
    ("Иван", "Зікс <b>Іванов"),
    ("anna@", "zyx.anna@"),
    ("boris@", "zyx.boris@"),
    ("@example", "@secret"),
    ("Kyiv", "Zyxburg"),
    ("Lviv", "Zyxtown"),
    ("Київ", "Зіксбург"),
    ("Львів", "Зіксів"),
    ("067 111", "099 123"),
    ("67 111", "99 123"),
    ("67111", "99123"),
    ("067111", "099123"),
    ("50765", "99124"),
];

/// What nobody may read in a transcript.
const MARKS: [&str; 7] = ["zyx", "зікс", "@secret", "99123", "99 123", "99124", "+38099"];

/// How many a mailing reaches, and which orders an owner sees, depends on people who do nothing on the tape, and of whom it
/// therefore knows nothing.
const COUNT_THE_SILENT: [&str; 3] =
    ["transcripts/mailing/", "transcripts/desk/orders_of_the_shop.chat", "transcripts/desk/sales.chat"];

/// All transcripts that a tape can tell.
fn tellable() -> impl Iterator<Item = (String, String)> {
    let silent = |file: &str| COUNT_THE_SILENT.iter().any(|silent| file.starts_with(silent));
    transcripts().into_iter().filter(move |(file, _)| !silent(file))
}

/// What happened in memory while a script was played.
fn taped(title: &str, script: &Script) -> Recording {
    let mut stage = Taping::default();
    let report = replay(script, &mut stage);
    assert_eq!(report.render(title), "");
    stage.into_tape(title)
}

/// The same, whether or not it is what the script expects.
fn watched(title: &str, script: &Script) -> Recording {
    let mut stage = Taping::default();
    replay(script, &mut stage);
    stage.into_tape(title)
}

/// Why a tape does not replay green.
fn complaint(name: &str, tape: &Recording) -> Option<String> {
    let text = match transcript(tape) {
        Ok(text) => text,
        Err(untold) => return Some(format!("{name}: {untold}\n")),
    };
    let printed = parse(&text).map(|script| script.print());
    if printed.as_ref().is_ok_and(|printed| *printed != text) {
        return Some(format!("{name} is not in the one spelling:\n{text}\n"));
    }
    match verify(name, &text) {
        ReplayVerdict::Green { skipped: 0 } => None,
        ReplayVerdict::Green { .. } => Some(format!("{name} was not played to its end:\n{text}\n")),
        ReplayVerdict::Red(why) => Some(format!("{why}\n{text}\n")),
    }
}

#[test]
fn whatever_happens_replays_green() {
    let mut red = String::new();
    let mut recorded = 0;
    for (file, text) in tellable() {
        let tape = taped(&file, &parse(&text).unwrap());
        if tape.steps.is_empty() {
            continue;
        }
        recorded += 1;
        red.extend(complaint(&file, &tape));
    }
    assert!(red.is_empty(), "\n{red}");
    assert!(recorded > 50, "only {recorded} were recorded");
}

#[test]
fn every_beginning_is_one() {
    let mut red = String::new();
    let (mut begun, mut steps) = (0, 0);
    for (file, text) in tellable() {
        let tape = taped(&file, &parse(&text).unwrap());
        steps += tape.steps.len();
        for at in (1..tape.steps.len()).filter(|at| tape.can_begin(*at)) {
            begun += 1;
            red.extend(complaint(&format!("{file} from step {}", at + 1), &tape.since(at)));
        }
    }
    assert!(red.is_empty(), "\n{red}");
    assert!(begun > 30, "only {begun} beginnings in {steps} steps");
}

/// Commands with which no recording begins: what they do depends on what was being asked.
const NO_BEGINNING: [&str; 1] = ["cancel"];

/// A recording may begin with a command only if the command does the same wherever the customer is.
#[test]
fn every_command_begins_a_recording_after_any_other() {
    let mut wrong = String::new();
    for (command, _) in COMMANDS {
        let mut begun = 0;
        for (before, _) in COMMANDS {
            let name = format!("/{command} after /{before}");
            let head = "Given the catalogue tea-house\nGiven Anna, a customer with a cart of Sencha × 2\n";
            let tape = watched(&name, &parse(&format!("{head}\nAnna: /{before}\n\nAnna: /{command}\n")).unwrap());
            if tape.can_begin(1) {
                begun += 1;
                wrong.extend(complaint(&name, &tape.since(1)));
            }
        }
        if (begun == 0) != NO_BEGINNING.contains(command) {
            wrong += &format!("/{command} begins {begun} recordings: NO_BEGINNING says otherwise\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn nothing_of_real_people_is_written() {
    let mut told = String::new();
    let mut recorded = 0;
    for (file, text) in tellable() {
        let planted = PLANTED.iter().fold(text, |text, (name, planted)| text.replace(name, planted));
        let tape = watched("Recorded", &parse(&planted).unwrap());
        if tape.steps.is_empty() {
            continue;
        }
        recorded += 1;
        told.extend(complaint(&file, &tape));
        let written = transcript(&tape).unwrap_or_default().to_lowercase();
        let leaks = MARKS.iter().filter(|mark| written.contains(**mark));
        leaks.for_each(|mark| told += &format!("{file} says {mark}:\n{written}\n"));
    }
    assert!(told.is_empty(), "\n{told}");
    assert!(recorded > 50, "only {recorded} were recorded");
}

#[test]
fn a_recording_reads_like_a_transcript_written_by_hand() {
    let tape = watched("What Hanna does", &parse(include_str!("recorder/lived.chat")).unwrap());
    let written = transcript(&tape).unwrap();
    assert_eq!(verify("recorded.chat", &written), ReplayVerdict::Green { skipped: 0 });
    assert_eq!(written, include_str!("recorder/recorded.chat"));
}

#[test]
fn what_cannot_be_told_is_said() {
    let mut tape = taped("T", &parse(include_str!("../transcripts/cart/more_and_less.chat")).unwrap());
    assert!(!tape.can_begin(1), "it taps a message from before");
    assert_eq!(tape.beginning(3), Some(0));
    let said = transcript(&tape.since(1)).unwrap_err().to_string();
    assert_eq!(said, "step 1: Anna tapped a button that is on no message of this transcript");
    tape.catalogue = Some("moon".to_owned());
    assert_eq!(transcript(&tape).unwrap_err().to_string(), "step 0: transcripts know no catalogue “moon”");
    tape.steps.clear();
    assert_eq!(transcript(&tape).unwrap_err().to_string(), "step 0: nothing has happened");
}

#[test]
fn a_verdict_says_what_is_wrong() {
    let red = |text: &str| match verify("recorded.chat", text) {
        ReplayVerdict::Red(why) => why,
        ReplayVerdict::Green { .. } => String::new(),
    };
    assert!(red("Anna: hi").starts_with("recorded.chat: line 1: who is Anna?"));
    let wrong = red("Given Anna, a new customer\n\nAnna: /cart\nBot is silent\n");
    assert!(wrong.starts_with("recorded.chat:3: Anna: /cart\n") && wrong.contains("  + Bot: "), "{wrong}");
    let disturbed =
        "Given Anna, a new customer\n\nTelegram answers the next sendMessage to Anna with 403\n\nAnna: /cart\n";
    assert_eq!(verify("recorded.chat", disturbed), ReplayVerdict::Green { skipped: 2 });
}
