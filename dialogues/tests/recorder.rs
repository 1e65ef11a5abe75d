//! The recorder: what happened replays green as it is written down, and says nothing of real people.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "all of this is tests, also the functions between them")]

#[path = "support/chats.rs"]
mod chats;
#[path = "support/taping.rs"]
mod taping;

use chats::transcripts;
use dialogues::transcript::record::{Tape, Verdict, transcript, verify};
use dialogues::transcript::replay::replay;
use dialogues::transcript::{Script, parse};
use taping::Taping;

/// What happened in memory while a script was played.
fn taped(title: &str, script: &Script) -> Tape {
    let mut stage = Taping::default();
    let report = replay(script, &mut stage);
    assert_eq!(report.render(title), "");
    stage.into_tape(title)
}

/// Why a tape does not replay green.
fn complaint(name: &str, tape: &Tape) -> Option<String> {
    let text = match transcript(tape) {
        Ok(text) => text,
        Err(untold) => return Some(format!("{name}: {untold}\n")),
    };
    let printed = parse(&text).map(|script| script.print());
    if printed.as_ref().is_ok_and(|printed| *printed != text) {
        return Some(format!("{name} is not in the one spelling:\n{text}\n"));
    }
    match verify(name, &text) {
        Verdict::Green => None,
        Verdict::Red(why) => Some(format!("{why}\n{text}\n")),
    }
}

#[test]
fn whatever_happens_replays_green() {
    let mut red = String::new();
    let mut recorded = 0;
    for (file, text) in transcripts() {
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
    for (file, text) in transcripts() {
        let tape = taped(&file, &parse(&text).unwrap());
        steps += tape.steps.len();
        for at in (1..tape.steps.len()).filter(|at| tape.can_begin(*at)) {
            begun += 1;
            red.extend(complaint(&format!("{file} from step {}", at + 1), &tape.since(at)));
        }
    }
    assert!(red.is_empty(), "\n{red}");
    assert!(begun > 30, "only {begun} beginnings in {steps} steps");
    println!("{begun} beginnings in {steps} steps");
}
