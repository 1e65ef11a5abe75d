//! Transcripts, exploration and diagram of the reservation bot, in memory.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use engine::memory::{Memory, explore};
use engine::texts::Locale;
use engine::transcript::bless::bless;
use engine::transcript::replay::replay;
use engine::transcript::{Deed, GivenSentence, Stage};
use reservation::house::{Given, Restaurant, parse};
use reservation::{Language, Reservation};

fn home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn memory() -> Memory<Restaurant> {
    // 2026-03-14 10:00
    Memory::at(DateTime::<Utc>::from_timestamp(1_773_482_400, 0).expect("a time"))
}

/// With BLESS set, the bot's lines are written as the bot says them.
#[test]
fn every_transcript_passes() {
    let mut played = 0;
    for file in fs::read_dir(home("transcripts")).unwrap().map(|file| file.unwrap().path()) {
        let text = fs::read_to_string(&file).unwrap();
        let script = parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&file, bless(&script, &mut memory()).unwrap().text).unwrap();
            continue;
        }
        let report = replay(&script, &mut memory());
        assert!(report.passed(), "{}", report.render(&file.display().to_string()));
        played += 1;
    }
    assert!(played >= 4 || std::env::var_os("BLESS").is_some(), "only {played} transcripts");
}

#[test]
fn wherever_a_guest_is_everything_is_answered() {
    let mut beginning = memory();
    beginning.given(&Given::read("Anna, a guest").unwrap().unwrap()).unwrap();
    beginning.perform(&[("Anna".to_owned(), Deed::Says("/start".to_owned()))]).unwrap();
    let texts = ["/start", "/book", "/cancel", "/nonsense", "Anna", "+380671112233"];
    let found = explore(&beginning, "Anna", &texts, Restaurant::digest, 5_000);
    assert_eq!(found.faults, []);
    assert_eq!(found.states().len(), 9, "{:?}", found.states());
    let counts = format!("{} situations, {} turns, {} transitions", found.situations, found.turns, found.edges.len());
    assert!((1_000..5_000).contains(&found.situations), "{counts}");
    let drawn = format!("%% {counts}\n{}", found.mermaid());
    let file = home("diagram.mmd");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap(), drawn, "run the tests with BLESS=1");
}

#[test]
fn no_sentence_of_the_engine_is_missing() {
    assert_eq!(Language::sentences().missing::<Reservation>(), []);
}
