//! Transcripts through TLS and nginx, with two processes, of which one is active and the other one hands over.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use shopkeeper::replay::{find, play};

use super::stage::Deployed;
use super::stand::{Stand, StandOptions};
use super::supervised::Supervised;

/// What a machine whose clock runs cannot play: pauses, dates, and news, which are mailed to everybody.
const OF_TIME: [&str; 6] = ["\nAfter ", "\nAt 20", "the time is", "the news", "2026", "mailing"];
/// Transcripts of each flow that are enough on a developer's machine; a release is tried with all of them.
const ENOUGH: usize = 2;

/// Whether what happens at once is brought by Telegram in one order: one person's texts, or one person's taps. It keeps
/// texts and taps in different queues, and brings both at the same time over different connections.
fn is_in_order(text: &str) -> bool {
    text.split("\nAt once\n").skip(1).all(|behind| {
        let deeds = behind.lines().take_while(|line| line.starts_with("    ")).map(str::trim);
        let queues = deeds.map(|deed| match deed.split_once(" taps [") {
            Some((person, _)) => (person, true),
            None => (deed.split(':').next().unwrap_or_default(), false),
        });
        queues.collect::<BTreeSet<_>>().len() == 1
    })
}

fn is_played(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    let flow = folder(file).is_some_and(|flow| !["mailing", "transcripts"].contains(&flow));
    flow && is_in_order(&text) && OF_TIME.iter().all(|word| !text.contains(word))
}

fn folder(file: &Path) -> Option<&str> {
    file.parent()?.file_name()?.to_str()
}

pub(crate) async fn transcripts_play_through_tls_and_nginx_as_they_do_in_memory() {
    let stand = Arc::new(Stand::open(StandOptions::default()).await);
    let files: Vec<_> = find(&[]).unwrap().into_iter().filter(|file| is_played(file)).collect();
    let all = std::env::var_os("SHOPKEEPER_BINARY").is_some();
    let nth = |place: usize| files[..place].iter().filter(|file| folder(file) == folder(&files[place])).count();
    let chosen: Vec<_> = (0..files.len()).filter(|place| all || nth(*place) < ENOUGH).collect();
    assert!(chosen.len() > 15, "only {} transcripts", chosen.len());
    let (mut failed, mut first) = (String::new(), 1_000);
    for place in chosen {
        let (file, mut stage) = (files[place].clone(), Deployed::new(&stand, first).await);
        let played = tokio::task::spawn_blocking(move || play(&file, &mut stage)).await.unwrap();
        failed += &(played.render() + &played.render_skipped());
        first += 1_000;
    }
    assert!(failed.is_empty(), "{failed}");
    let played = |shop: &&Supervised| shop.said().contains("\"message\":\"turn\"");
    assert!(stand.shops.iter().any(|shop| played(&shop)), "the logs are read");
}
