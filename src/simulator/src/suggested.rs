//! Posts that people suggest to a channel, in the chat of its direct messages (<https://core.telegram.org/api/suggested-posts>).

use std::time::Duration;

use engine::chat::Author;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::world::{ApprovedPost, Body, Bot};

/// The field of a `Message` that says what has become of the suggestion.
pub(crate) const INFO: &str = "suggested_post_info";

/// What somebody suggests.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct SuggestedPost {
    pub text: String,
    /// Stars that they pay for it.
    pub stars: Option<i64>,
    /// Unix time at which it is to be published.
    pub send_date: Option<i64>,
}

impl SuggestedPost {
    /// The `SuggestedPostInfo`, before anybody has decided.
    pub(crate) fn pending(&self) -> Value {
        let mut info = json!({ "state": "pending" });
        if let Some(stars) = self.stars {
            info["price"] = json!({ "currency": "XTR", "amount": stars });
        }
        if let Some(date) = self.send_date {
            info["send_date"] = date.into();
        }
        info
    }
}

impl Bot {
    /// Ends polls, and publishes posts, whose time has come: whether there were any.
    pub(crate) fn do_what_is_due(&mut self) -> bool {
        let ended = self.end_polls();
        let now = self.unix_now();
        let (due, later) = std::mem::take(&mut self.approved).into_iter().partition(|approved| approved.at <= now);
        self.approved = later;
        let due: Vec<ApprovedPost> = due;
        let is_any = !due.is_empty();
        due.into_iter().for_each(|approved| self.publish(approved));
        ended || is_any
    }

    /// How long until a poll ends by itself, or a post is published; `None` where nothing is due, or where the clock stands.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        let posts = self.approved.iter().map(|approved| approved.at);
        let next = posts.chain(self.next_poll_end()).min().filter(|_| self.clock.stands().is_none())?;
        let rest = next.saturating_mul(1_000).saturating_sub(self.now().timestamp_millis());
        Some(Duration::from_millis(rest.try_into().unwrap_or_default()))
    }

    fn publish(&mut self, ApprovedPost { channel, post, .. }: ApprovedPost) {
        let now = self.unix_now();
        let is_paid = post.extras.get(INFO).is_some_and(|info| info["price"].is_object());
        let conversation = self.chats.entry(channel).or_default();
        let published = conversation.add(Author::Person, post.person, now, post.body);
        if is_paid {
            published.extras.insert("is_paid_post".to_owned(), true.into());
        }
        let published = published.clone();
        self.tell(channel, &published);
        self.discuss(channel, &published);
    }

    /// Tells in the chat what was decided about a suggested post.
    pub(crate) fn tell_decision(&mut self, chat: i64, field: &'static str, value: Value, post: i32, shown: &str) {
        let id = self.serve(chat, None, Body::Other { field, value, shown: shown.to_owned() });
        if let Some(told) = self.chats.get_mut(&chat).and_then(|chat| chat.posts.get_mut(&id)) {
            told.reply_to = Some(post);
        }
    }
}
