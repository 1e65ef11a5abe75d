//! The guest book of the engine's guide in the chat page, with its transcript in memory and end to end: steps 11 and 12 of
//! `dialogues/engine/README.md`. `cargo run -p dialogue-shell --example guestbook`.

// A command line speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(
    unused_imports,
    dead_code,
    reason = "tests of steps 9 and 10 are left out of a program, and step 12 imports more"
)]

// The name that a reader of the guide has for it.
extern crate engine as dialogue_engine;

include!("../../../dialogues/engine/tests/guestbook.rs");

use dialogue_shell::Names;
use dialogue_shell::demo::Demo;

const NAMES: Names = Names { program: "guestbook", settings: "GUESTBOOK" };

#[tokio::main]
async fn main() -> Result<(), String> {
    let demo = Demo::<Pages>::open(NAMES, 8090, &[("Anna", "en"), ("Boris", "en")]).await?;
    for (name, page) in demo.pages() {
        println!("{name}: {page}");
    }
    demo.until_ctrl_c().await
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use dialogue_engine::memory::{Memory, explore};
    use dialogue_engine::transcript::{GivenSentence, Stage};
    use dialogue_shell::stage::suite;

    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dialogues/engine/tests/guestbook")
    }

    /// 2026-03-14 10:00
    fn morning() -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_482_400, 0).unwrap()
    }

    #[test]
    fn every_transcript_passes_in_memory() {
        suite::in_memory::<Pages>(&folder(), morning()).unwrap_or_else(|failures| panic!("{failures}"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_transcript_passes_end_to_end() {
        let played = suite::end_to_end::<Pages>(&folder(), NAMES, morning()).await;
        played.unwrap_or_else(|failures| panic!("{failures}"));
    }
}
