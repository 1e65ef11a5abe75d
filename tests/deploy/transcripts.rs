//! Transcripts through TLS and nginx, with two processes that take turns.

use std::path::Path;
use std::sync::Arc;

use shopkeeper::replay::{find, play};

use super::stage::Deployed;
use super::stand::{Stand, StandOptions};

/// What a machine whose clock runs cannot play: pauses, dates, and news, which are mailed to everybody.
const OF_TIME: [&str; 6] = ["\nAfter ", "\nAt 20", "the time is", "the news", "2026", "mailing"];

fn is_played(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    !file.display().to_string().contains("/mailing/") && OF_TIME.iter().all(|word| !text.contains(word))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcripts_play_through_tls_and_nginx_as_they_do_in_memory() {
    let Some(stand) = Stand::open(StandOptions::default()).await else { return };
    let stand = Arc::new(stand);
    let files: Vec<_> = find(&[]).unwrap().into_iter().filter(|file| is_played(file)).collect();
    assert!(files.len() > 30, "only {} transcripts", files.len());
    let mut failed = String::new();
    for (place, file) in (1..).zip(files) {
        let began = std::time::Instant::now();
        let mut stage = Deployed::new(&stand, 1_000 * place).await;
        let played = tokio::task::spawn_blocking(move || play(&file, &mut stage)).await.unwrap();
        eprintln!("{:?} {}", began.elapsed(), played.file.display());
        failed += &played.render();
    }
    assert!(failed.is_empty(), "{failed}");
}
