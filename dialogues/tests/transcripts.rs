//! The transcripts, replayed in memory: what both sides saw is what both sides see.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

#[path = "support/chats.rs"]
mod chats;

use chats::transcripts;
use dialogues::Dialogue;
use dialogues::atlas::atlas;
use dialogues::transcript::coverage::{OwnEvents, against_the_atlas, coverage, own_events};
use dialogues::transcript::parse;
use dialogues::transcript::replay::{Report, replay};
use dialogues::world::World;
use engine::markup::NotSendable;

/// Plays a transcript; where it cannot be read, or is not in its one spelling, says so.
fn played(file: &str, text: &str) -> Result<Report, String> {
    let script = parse(text).map_err(|error| format!("{file}: {error}\n"))?;
    if script.title().is_none() {
        return Err(format!("{file}: it has no “# Title” that says what it shows\n"));
    }
    match misspelt(&script.print(), text) {
        Some((line, right)) => Err(format!("{file}:{line}: this is written “{right}”\n")),
        None => Ok(replay(&script, &mut World::new())),
    }
}

/// The first line that is not as the printer would have it, and what it would have instead.
fn misspelt(printed: &str, text: &str) -> Option<(usize, String)> {
    let mut lines = text.split('\n');
    let mut right = printed.split('\n').enumerate();
    let differs = right.find(|(_, right)| lines.next() != Some(right));
    let behind = || (printed != text).then(|| (text.lines().count(), "the end".to_owned()));
    differs.map(|(at, right)| (at + 1, right.to_owned())).or_else(behind)
}

/// What has no meaning in memory, and is played end to end only: the file, how many of its statements, why.
const END_TO_END_ONLY: [(&str, usize, &str); 2] = [
    ("checkout/a_program_reads_the_order.chat", 4, "the API answers from MongoDB"),
    ("turn/the_owner_hears_later.chat", 3, "notices are repeated by the shell"),
];

/// Events of the flows that no transcript shows: the state, the event, why. The walk of the atlas makes up taps that no
/// screen offers.
const NEVER_SEEN: [(&str, &str, &str); 3] = [
    (
        "Checkout.AskingAddress",
        "Confirmed",
        "a question is a message of its own; “Confirm” above it is an older message",
    ),
    ("Checkout.AskingEmail", "Confirmed", "as for the address"),
    ("Checkout.AskingPhone", "Confirmed", "as for the address"),
];

/// At least 95 % of the flows' own events are in transcripts, and each of the others is in [`NEVER_SEEN`].
fn check_own_events(own: &OwnEvents) {
    let never: Vec<(&str, &str)> = own.never.iter().map(|(state, event)| (state.as_str(), *event)).collect();
    let named = NEVER_SEEN.map(|(state, event, _)| (state, event));
    let unnamed: Vec<_> = never.iter().filter(|pair| !named.contains(pair)).collect();
    assert!(unnamed.is_empty(), "no transcript shows these, and NEVER_SEEN does not say why: {unnamed:?}");
    let seen: Vec<_> = named.iter().filter(|pair| !never.contains(pair)).collect();
    assert!(seen.is_empty(), "transcripts show these by now, or they are not possible any more: {seen:?}");
    assert!(own.seen() * 100 >= own.possible * 95, "transcripts show {} of {}", own.seen(), own.possible);
}

#[test]
fn every_transcript_passes_in_the_core() {
    let transcripts = transcripts();
    let mut failures = String::new();
    let mut left_out = Vec::new();
    for (file, text) in &transcripts {
        match played(file, text) {
            Ok(report) => {
                failures += &report.render(file);
                if !report.skipped.is_empty() {
                    left_out.push((file.as_str(), report.skipped.len()));
                }
            }
            Err(error) => failures += &error,
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    let named = |(file, count): (&str, usize)| {
        END_TO_END_ONLY.iter().any(|(end, so_many, _)| file.ends_with(end) && *so_many == count)
    };
    let unnamed: Vec<_> = left_out.iter().filter(|left_out| !named(**left_out)).collect();
    assert!(unnamed.is_empty(), "these are not played in memory, and not named in END_TO_END_ONLY: {unnamed:?}");
    assert_eq!(left_out.len(), END_TO_END_ONLY.len(), "some of END_TO_END_ONLY is played in memory by now");
}

/// What Telegram does not send is a fault of the transcript: end to end it could not be played at all.
#[test]
fn nobody_says_what_telegram_does_not_send() {
    let refused = |text: &str| {
        let script = parse(&format!("# Blank\n\nGiven Anna, a customer\nAnna: {text}\n")).unwrap();
        let report = replay(&script, &mut World::new());
        report.render("blank.chat").contains(&NotSendable.to_string())
    };
    assert!(!refused("Hello"));
    assert!(refused("\u{2800}"));
    assert!(refused(&"a".repeat(4097)));
    assert!(!refused(&"a".repeat(4096)));
}

#[test]
fn transcripts_visit_every_state() {
    let mut coverage = coverage();
    let played = |(file, text): (String, String)| played(&file, &text).ok();
    transcripts().into_iter().filter_map(played).for_each(|report| coverage.add(&report));
    let states = Dialogue::stored_names();
    assert_eq!(coverage.unseen(&states), Vec::<&str>::new(), "nobody does anything in these states");
}

#[test]
fn the_committed_coverage_is_what_the_transcripts_cover() {
    let mut coverage = coverage();
    for (_, text) in transcripts() {
        coverage.add(&replay(&parse(&text).unwrap(), &mut World::new()));
    }
    let atlas = atlas();
    let committed = include_str!("../transcripts/COVERAGE.txt");
    let now = against_the_atlas(&coverage, &atlas);
    assert!(now == committed, "run `cargo run -- replay --core --coverage`, and look at what has changed");
    let mut rows = now.lines().filter(|line| !line.contains("n times seen"));
    assert!(
        rows.all(|row| !row.contains('!')),
        "a transcript has been where a walk through the demo shop does not lead"
    );
    check_own_events(&own_events(&coverage, &atlas));
}
