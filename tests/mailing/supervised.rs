//! A worker that panics goes on by itself.

use std::sync::atomic::{AtomicBool, Ordering};

use dialogues::machine::View;
use dialogues::shop::{Language, Letter, MailingStatus};
use shopkeeper::bot::post::TelegramGateway;
use shopkeeper::mailing::{MessageGateway, PostError};

use super::town::{FIRST, Town};

/// The bot's way to customers, with a defect that shows once.
struct Faulty {
    bag: TelegramGateway,
    panicked: AtomicBool,
}

impl MessageGateway for Faulty {
    async fn send(&self, chat: i64, language: Language, view: &View) -> Result<i32, PostError> {
        assert!(chat != FIRST + 2 || self.panicked.swap(true, Ordering::SeqCst), "a defect in sending");
        self.bag.send(chat, language, view).await
    }

    async fn edit(&self, chat: i64, message: i32, view: &View) -> Result<(), PostError> {
        self.bag.edit(chat, message, view).await
    }

    async fn delete(&self, chat: i64, message: i32) -> Result<(), PostError> {
        self.bag.delete(chat, message).await
    }

    async fn replies_first(&self) {
        self.bag.replies_first().await;
    }
}

#[tokio::test]
async fn a_worker_that_panics_in_the_middle_of_a_mailing_is_started_again_and_ends_it() {
    let town = Town::of(5).await;
    let post = Faulty { bag: town.mailbag(&town.store()).await, panicked: AtomicBool::new(false) };
    let (_mailer, _signal) = town.worker_with(town.store(), post).await;
    let id = town.mail(Letter::plain("Spring teas are here")).await;
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!(mailing.tally.sent, 5);
    for user in FIRST..FIRST + 5 {
        assert_eq!(town.inbox(user).len(), 1, "{user}");
    }
    let metrics = town.store().metrics().text();
    let counted = "shopkeeper_task_restarts_total{reason=\"panicked\",task=\"mailings\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
}
