//! The reply to a committed turn: what is still to be shown, and what of it a later reply of the same customer replaces.
//!
//! A screen is replaced by any later screen. Kept are: answers to taps that Telegram still takes, files, what belongs to
//! a mailing (its preview, its letter), the screens of turns that cannot be seen again (an order that was placed, the
//! farewell of a customer who is forgotten), and the newest message that brings a reply keyboard, since the
//! conversation counts on that keyboard.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dialogues::machine::{Keys, Show, View};
use dialogues::mailing::LETTER_SERIAL;
use dialogues::shop::{Language, Order};
use teloxide::types::ChatId;
use tracing::Instrument;

use super::input::Arrived;
use super::queue::{Half, Reply};
use super::record::OpenRecord;
use super::screen::{Place, ShowError};
use super::turn::Desk;

/// After this Telegram does not take the answer to a tap (`telegram-bot-api/Client.cpp` keeps a tap for 150 s).
const TAP_ANSWER_LIMIT: Duration = Duration::from_secs(150);

/// What is left to do after the commit.
pub(super) struct Played {
    pub(super) language: Language,
    pub(super) show: Vec<Show>,
    pub(super) placed: Vec<Order>,
    /// The screens are shown also if a later one follows.
    pub(super) lasting: bool,
    /// What is told of it, if somebody listens.
    pub(super) record: Option<OpenRecord>,
}

/// A committed turn that has not been shown.
pub(crate) struct TurnReply {
    desk: Arc<Desk>,
    arrived: Arrived,
    played: Played,
}

impl TurnReply {
    pub(super) fn new(desk: Arc<Desk>, arrived: Arrived, played: Played) -> Self {
        Self { desk, arrived, played }
    }

    fn is_empty(&self) -> bool {
        self.played.show.is_empty() && self.arrived.incoming.tap.is_none()
    }

    /// The reply is through: shown, or replaced.
    fn close(self) {
        let incoming = &self.arrived.incoming;
        if let (Some(records), Some(record)) = (&self.desk.records, self.played.record) {
            // Nobody listens any more: then nobody misses it.
            let _ = records.send(record.close(incoming.chat, incoming.update));
        }
    }

    async fn show_now(self) {
        let (desk, incoming, began) = (&self.desk, &self.arrived.incoming, Instant::now());
        let is_message = |show: &&Show| !matches!(show, Show::Toast(_) | Show::Alert(_));
        let messages = self.played.show.iter().filter(is_message).count();
        (0..messages).for_each(|_| desk.pace.reply(incoming.chat));
        let (tap, show) = (incoming.tap.as_ref(), &self.played.show);
        let place = Place { chat: ChatId(incoming.chat), thread: incoming.thread };
        let shown = desk.screen.show_all(place, self.played.language, tap, show).await;
        let (took, whole) = (began.elapsed(), self.arrived.at.elapsed());
        let duration_ms = whole.as_millis() as u64;
        match shown {
            Ok(()) => {
                desk.metrics().shown("shown", took, whole);
                tracing::info!(messages, duration_ms, "shown");
            }
            Err(ShowError::Unreachable) => {
                desk.metrics().shown("unreachable", took, whole);
                tracing::info!(duration_ms, "the customer cannot be reached");
                if let Err(error) = desk.store.set_active(incoming.chat, false).await {
                    tracing::warn!(%error, "who cannot be reached could not be marked");
                }
            }
            Err(ShowError::Failed(error)) => {
                desk.metrics().shown("failed", took, whole);
                tracing::warn!(error, duration_ms, "a screen could not be shown");
            }
        }
        self.close();
    }
}

impl Reply for TurnReply {
    fn show(self) -> Half<()> {
        let way = self.arrived.way.clone();
        Box::pin(self.show_now().instrument(way))
    }

    fn coalesce(replies: &mut VecDeque<Self>) {
        let mut later = Later::default();
        for reply in replies.iter_mut().rev() {
            let expired = reply.arrived.at.elapsed() > TAP_ANSWER_LIMIT;
            later.reduce(&mut reply.played.show, reply.played.lasting, expired);
            if expired {
                reply.arrived.incoming.tap = None;
            }
        }
        for reply in std::mem::take(replies) {
            if reply.is_empty() {
                reply.close();
            } else {
                replies.push_back(reply);
            }
        }
    }
}

/// What the replies behind a reply bring.
#[derive(Debug, Default)]
struct Later {
    screen: bool,
    keyboard: bool,
}

impl Later {
    /// Drops of a reply what those behind it replace; `expired`: its tap cannot be answered any more.
    fn reduce(&mut self, show: &mut Vec<Show>, lasting: bool, expired: bool) {
        let has_screen = show.iter().any(is_screen);
        let mut keyboard = self.keyboard;
        // From the last message to the first, so that the newest keyboard is the one that is kept.
        let mut kept: Vec<Show> = Vec::new();
        for show in show.drain(..).rev() {
            let brings = brings_keyboard(&show);
            let keep = match &show {
                Show::Toast(_) | Show::Alert(_) => !expired,
                Show::File { .. } => true,
                Show::Send { serial, .. } | Show::Edit { serial, .. } => {
                    lasting || !self.screen || *serial == LETTER_SERIAL || (brings && !keyboard)
                }
            };
            keyboard |= brings;
            if keep {
                kept.push(show);
            }
        }
        kept.reverse();
        *show = kept;
        self.screen |= has_screen;
        self.keyboard = keyboard;
    }
}

fn is_screen(show: &Show) -> bool {
    match show {
        Show::Send { .. } | Show::Edit { .. } => true,
        Show::Toast(_) | Show::Alert(_) | Show::File { .. } => false,
    }
}

fn brings_keyboard(show: &Show) -> bool {
    match show {
        Show::Send { view: View { keys, .. }, .. } => match keys {
            Keys::Answers(_) | Keys::Menu => true,
            Keys::None | Keys::Inline(_) => false,
        },
        Show::Edit { .. } | Show::Toast(_) | Show::Alert(_) | Show::File { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use dialogues::texts::Html;

    use super::*;

    fn view(text: &str) -> View {
        View::text(Html::escape(text))
    }

    fn screen(serial: u32) -> Show {
        Show::Send { view: view(&format!("screen {serial}")).rows(Vec::new()), serial }
    }

    fn menu(serial: u32) -> Show {
        Show::Send { view: view(&format!("menu {serial}")).menu(), serial }
    }

    fn file() -> Show {
        Show::File { name: "my-data.json".into(), content: "{}".into(), caption: Html::escape("yours") }
    }

    /// Reduces replies, oldest first; each with whether it is lasting, and whether its tap has expired.
    fn reduced<const N: usize>(mut replies: [(Vec<Show>, bool, bool); N]) -> [Vec<Show>; N] {
        let mut later = Later::default();
        for (show, lasting, expired) in replies.iter_mut().rev() {
            later.reduce(show, *lasting, *expired);
        }
        replies.map(|(show, ..)| show)
    }

    #[test]
    fn a_later_screen_replaces_the_earlier_ones_whole() {
        let shelf = vec![screen(1), screen(1), screen(1)];
        let edited = vec![Show::Edit { view: view("cart"), serial: 2 }];
        assert_eq!(
            reduced([(shelf, false, false), (edited, false, false), (vec![screen(3), screen(3)], false, false)]),
            [vec![], vec![], vec![screen(3), screen(3)]]
        );
    }

    #[test]
    fn a_reply_without_a_screen_replaces_none() {
        let toast = vec![Show::Toast("no more in stock".into())];
        assert_eq!(reduced([(vec![screen(1)], false, false), (toast.clone(), false, false)]), [vec![screen(1)], toast]);
    }

    #[test]
    fn files_letters_orders_and_answers_to_young_taps_are_kept() {
        let letter = Show::Edit { view: view("news"), serial: LETTER_SERIAL };
        let answer = vec![Show::Alert("the price has changed".into()), screen(4)];
        assert_eq!(
            reduced([
                (vec![file(), screen(1)], false, false),
                (vec![letter.clone()], false, false),
                (vec![screen(3)], true, false),
                (answer.clone(), false, false),
                (answer, false, true),
                (vec![screen(6)], false, false),
            ]),
            [
                vec![file()],
                vec![letter],
                vec![screen(3)],
                vec![Show::Alert("the price has changed".into())],
                vec![],
                vec![screen(6)]
            ]
        );
    }

    #[test]
    fn the_keyboard_that_the_conversation_counts_on_is_brought() {
        let asked = vec![Show::Send { view: view("your phone?").answers(Vec::new()), serial: 2 }];
        assert_eq!(
            reduced([(vec![menu(1)], false, false), (asked.clone(), false, false), (vec![screen(3)], false, false),]),
            [vec![], asked, vec![screen(3)]],
            "the newest one only"
        );
    }
}
