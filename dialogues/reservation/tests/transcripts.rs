//! Transcripts, exploration and diagram of the reservation bot.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use engine::chat::Chat;
use engine::memory::{Memory, explore};
use engine::texts::Locale;
use engine::transcript::{CheckSubject, GivenSentence, Stage, UserAction};
use reservation::house::Restaurant;
use reservation::{Language, Reservation};
use shell::Names;
use shell::stage::suite;

const NAMES: Names = Names { program: "reservation", settings: "RESERVATION" };

fn home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// 2026-03-14 10:00
fn morning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_482_400, 0).expect("a time")
}

#[test]
fn every_transcript_passes_in_memory() {
    suite::in_memory::<Restaurant>(&home("transcripts"), morning()).unwrap_or_else(|failures| panic!("{failures}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_transcript_passes_end_to_end() {
    let played = suite::end_to_end::<Restaurant>(&home("transcripts"), NAMES, morning()).await;
    played.unwrap_or_else(|failures| panic!("{failures}"));
}

/// What a transcript cannot say, since either of them may win.
#[tokio::test(flavor = "multi_thread")]
async fn of_eight_guests_who_confirm_at_once_one_gets_the_last_table() {
    let guests: Vec<String> = (0..8).map(|number| format!("Guest {number}")).collect();
    let kept = suite::on_a_stage::<Restaurant, _>(NAMES, morning(), move |stage| {
        let introductions = guests.iter().map(|guest| format!("{guest}, a guest"));
        for given in introductions.chain(["1 tables".to_owned()]) {
            stage.given(&GivenSentence::read(&given).unwrap().unwrap()).unwrap();
        }
        let mut all = |deed: &dyn Fn(&Chat) -> UserAction| {
            let deeds: Vec<_> = guests.iter().map(|guest| (guest.clone(), deed(&stage.chat(guest)))).collect();
            assert_eq!(stage.perform(&deeds).unwrap().faults, Vec::<String>::new());
        };
        all(&|_| UserAction::Says("/book".to_owned()));
        for label in ["15.03", "20:00", "2"] {
            all(&|chat| UserAction::tap(chat, label).unwrap());
        }
        all(&|_| UserAction::Says("Anna".to_owned()));
        all(&|_| UserAction::Says("+380671112233".to_owned()));
        all(&|chat| UserAction::tap(chat, "✅ Book it").unwrap());
        let subject = |guest: &String| CheckSubject::read(&format!("the table of {guest}")).unwrap().unwrap();
        guests.iter().filter(|guest| !stage.check(&subject(guest)).unwrap().unwrap()[0].1.is_empty()).count()
    });
    assert_eq!(kept.await.unwrap(), 1);
}

#[test]
fn wherever_a_guest_is_everything_is_answered() {
    let mut beginning = Memory::<Restaurant>::at(morning());
    beginning.given(&GivenSentence::read("Anna, a guest").unwrap().unwrap()).unwrap();
    beginning.perform(&[("Anna".to_owned(), UserAction::Says("/start".to_owned()))]).unwrap();
    let texts = ["/start", "/book", "/cancel", "/nonsense", "Anna", "+380671112233"];
    let found = explore(&beginning, "Anna", &texts, Restaurant::digest, 5_000);
    assert_eq!(found.faults, []);
    assert_eq!(found.states().len(), 9, "{:?}", found.states());
    let counts = format!("{} situations, {} turns, {} transitions", found.situations, found.turns, found.edges.len());
    assert!((1_000..5_000).contains(&found.situations), "{counts}");
    suite::is_kept(&home("diagram.mmd"), &format!("%% {counts}\n{}", found.mermaid())).unwrap();
}

#[test]
fn no_sentence_is_missing() {
    assert_eq!(Language::sentences().missing::<Reservation>(), []);
}
