//! The transcripts once more: the real bot, the Bot API over HTTP, a real MongoDB.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::transcript::replay::replay;
use reservation::house::{Restaurant, parse};
use shell::Names;
use shell::mongod::Mongod;
use shell::stage::Telegram;
use shell::stage::house::HouseStage;
use telegram_simulator::Simulator;
use tokio::runtime::Handle;

const NAMES: Names = Names { program: "reservation", settings: "RESERVATION" };

#[tokio::test(flavor = "multi_thread")]
async fn every_transcript_passes() {
    let telegram = Arc::new(Telegram::start(Simulator::new(), 0, Vec::new()).await.unwrap());
    let mongod = Mongod::shared().await.unwrap();
    let now = DateTime::<Utc>::from_timestamp(1_773_482_400, 0).unwrap();
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts")).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 4, "{files:?}");
    for (number, file) in files.into_iter().enumerate() {
        let database = format!("reservation_{:016x}", rand::random::<u64>());
        let (telegram, place) = (Arc::clone(&telegram), (mongod.uri().to_owned(), database));
        let playing = tokio::task::spawn_blocking(move || {
            let token = format!("{}:replay", 1_000 + number);
            let mut stage = HouseStage::<Restaurant>::new(Handle::current(), telegram, token, place, NAMES, now);
            let report = replay(&parse(&fs::read_to_string(&file).unwrap()).unwrap(), &mut stage);
            stage.leave();
            assert!(report.passed(), "{}", report.render(&file.display().to_string()));
        });
        playing.await.unwrap();
    }
}
