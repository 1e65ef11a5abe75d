//! Every transcript, end to end: the real bot, the Bot API over HTTP, a real MongoDB; and what each leaves in the database.

use std::collections::BTreeSet;
use std::path::Path;

use dialogues::transcript::replay::Conclusion;
use futures::future::join_all;
use shopkeeper::mongod::Mongod;
use shopkeeper::replay::{ReplayPool, find, play};

use super::collections::only_listed;

/// Folders whose transcripts leave the most behind. In others people also write words that stand in the catalogue, which
/// would be taken for personal data there.
const OF_PEOPLE: [&str; 6] = ["checkout", "mailing", "orders", "privacy", "profile", "team"];

// The stage blocks on threads of its own while the bot runs on the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_transcript_replays_against_the_real_bot_and_leaves_personal_data_only_where_the_table_says() {
    let pool = ReplayPool::on(Mongod::shared().await.unwrap().uri()).await.unwrap();
    let files = find(&[]).unwrap();
    for folder in OF_PEOPLE {
        let count = files.iter().filter(|file| is_in(file, folder)).count();
        assert!(count >= 3, "only {count} transcripts were found in {folder}");
    }
    assert!(files.len() >= 40, "only {} transcripts were found", files.len());
    // How many are played side by side is decided by the pool.
    let playing = files.into_iter().map(async |file| {
        let (name, looked_at) = (file.display().to_string(), OF_PEOPLE.iter().any(|folder| is_in(&file, folder)));
        let played = pool.with_stage_and_store(
            move |stage| (play(&file, stage), stage.people().values().copied().collect()),
            async |(played, people), store| match played.conclusion() {
                Conclusion::Passed if looked_at => {
                    only_listed(&store, people).await.map_err(|fault| format!("{name}: {fault}\n"))
                }
                Conclusion::Passed => Ok(BTreeSet::new()),
                // End to end everything has a meaning.
                _ => Err(played.render() + &played.render_skipped()),
            },
        );
        played.await.unwrap_or_else(|error| Err(format!("{name}: {error}\n")))
    });
    let (played, failures): (Vec<_>, Vec<_>) = join_all(playing).await.into_iter().partition(Result::is_ok);
    let failures: String = failures.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "\n{failures}");
    let seen: BTreeSet<String> = played.into_iter().flatten().flatten().collect();
    for collection in ["users", "carts", "dialogues", "orders", "ledger", "mailings"] {
        assert!(seen.contains(collection), "no transcript leaves anybody in {collection}");
    }
}

fn is_in(file: &Path, folder: &str) -> bool {
    file.parent().is_some_and(|parent| parent.ends_with(folder))
}
