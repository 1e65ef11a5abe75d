//! `MongoStorage` as the dialogue storage of any teloxide bot.

use serde::{Deserialize, Serialize};
use shopkeeper::store::MongoStorage;
use teloxide::dispatching::dialogue::{Dialogue, Storage};
use teloxide::types::ChatId;

use super::support::database;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
enum Errand {
    #[default]
    Start,
    AskingName {
        tries: u32,
    },
}

#[tokio::test]
async fn a_teloxide_dialogue_is_kept_read_and_ended() {
    let database = database().await;
    let storage = std::sync::Arc::new(MongoStorage::<Errand>::new(database.documents("errands")));
    let dialogue: Dialogue<Errand, MongoStorage<Errand>> = Dialogue::new(storage.clone(), ChatId(7));
    assert_eq!(dialogue.get().await.unwrap(), None);
    assert_eq!(dialogue.get_or_default().await.unwrap(), Errand::Start);
    dialogue.update(Errand::AskingName { tries: 2 }).await.unwrap();
    assert_eq!(dialogue.get().await.unwrap(), Some(Errand::AskingName { tries: 2 }));
    dialogue.clone().exit().await.unwrap();
    assert_eq!(dialogue.get().await.unwrap(), None);
    Storage::remove_dialogue(storage, ChatId(7)).await.unwrap();
}
