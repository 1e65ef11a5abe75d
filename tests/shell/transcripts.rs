//! Every transcript, end to end: the real bot, the Bot API over HTTP, a real MongoDB.

use dialogues::transcript::replay::Conclusion;
use shopkeeper::mongod::Mongod;
use shopkeeper::replay::{ReplayPool, find};

// The stage blocks on threads of its own while the bot runs on the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_transcript_replays_against_the_real_bot() {
    let theatre = ReplayPool::on(Mongod::shared().await.unwrap().uri()).await.unwrap();
    let files = find(&[]).unwrap();
    assert!(files.len() >= 40, "only {} transcripts were found", files.len());
    let played = theatre.play_all(files, |_| {}).await;
    let failures: String = played.iter().map(|played| played.render() + &played.render_skipped()).collect();
    // End to end everything has a meaning.
    assert!(played.iter().all(|played| played.conclusion() == Conclusion::Passed), "\n{failures}");
}
