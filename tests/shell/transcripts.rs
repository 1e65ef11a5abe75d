//! Every transcript, end to end: the real bot, the Bot API over HTTP, a real MongoDB; and what each leaves in the database.

use std::collections::BTreeSet;

use dialogues::transcript::replay::Conclusion;
use shopkeeper::mongod::Mongod;
use shopkeeper::replay::{ReplayPool, find, play};

use super::collections::only_listed;

/// The transcripts that leave the most behind, and whose people write nothing that the shop itself has, too.
const OF_PEOPLE: [&str; 6] = ["checkout", "mailing", "orders", "privacy", "profile", "team"];

// The stage blocks on threads of its own while the bot runs on the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_transcript_replays_against_the_real_bot_and_leaves_personal_data_only_where_the_table_says() {
    let pool = ReplayPool::on(Mongod::shared().await.unwrap().uri()).await.unwrap();
    let files = find(&[]).unwrap();
    assert!(files.len() >= 40, "only {} transcripts were found", files.len());
    // How many are played side by side is decided by the pool.
    let playing = files.into_iter().map(|file| {
        let named = file.clone();
        let is_of_people = file.parent().is_some_and(|folder| OF_PEOPLE.iter().any(|of| folder.ends_with(of)));
        pool.with_stage_and_store(
            move |stage| (play(&file, stage), stage.people().values().copied().collect()),
            async move |(played, people), store| match played.conclusion() {
                Conclusion::Passed if is_of_people => Ok(only_listed(&store, people, named.display()).await),
                Conclusion::Passed => Ok(BTreeSet::new()),
                // End to end everything has a meaning.
                _ => Err(played.render() + &played.render_skipped()),
            },
        )
    });
    let played: Vec<_> = futures::future::join_all(playing).await.into_iter().map(Result::unwrap).collect();
    let failures: String = played.iter().filter_map(|played| played.as_ref().err()).map(String::as_str).collect();
    assert!(failures.is_empty(), "\n{failures}");
    let seen: BTreeSet<String> = played.into_iter().flatten().flatten().collect();
    for collection in ["users", "carts", "dialogues", "orders", "ledger", "mailings"] {
        assert!(seen.contains(collection), "no transcript leaves anybody in {collection}");
    }
}
