//! The reply to a committed turn: what is still to be shown, and what of it a later reply of the same customer replaces.
//!
//! A screen is replaced by any later screen. Kept are: answers to taps that Telegram still takes, files, letters
//! ([`Host::is_letter`]), the screens of turns that say what no later one says again ([`Host::lasts`]), and the newest
//! message that brings a reply keyboard, since the conversation counts on that keyboard.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use engine::{App, Keyboard, Output, ReplyButton, View};
use teloxide::types::ChatId;
use tracing::{Instrument, Span};

use crate::host::Host;
use crate::input::{ReceivedUpdate, TAP_ANSWER_LIMIT};
use crate::mongo::owed::Portion;
use crate::queue::{Phase, Reply};
use crate::record::OpenRecord;
use crate::screen::{ChatThread, ShowError};
use crate::turn::Player;

/// What is left to do after the commit.
pub(crate) struct CommittedTurn<H: Host> {
    /// The customer's main reply keyboard, where a message brings it.
    pub(crate) menu: Vec<Vec<ReplyButton>>,
    pub(crate) show: Vec<Output<H::App>>,
    /// Earlier replies that another process has not shown: they are shown before this one.
    pub(crate) earlier: Vec<Portion<H::App>>,
    /// Later replies that another process may not have shown: they are shown after this one.
    pub(crate) behind: Vec<Portion<H::App>>,
    /// The screens are shown also if a later one follows.
    pub(crate) lasting: bool,
    /// It is shown in this epoch of the process, or not by it.
    pub(crate) epoch: i64,
    /// What is told of it, if somebody listens.
    pub(crate) record: Option<OpenRecord<H>>,
}

impl<H: Host> CommittedTurn<H> {
    /// Nothing is shown.
    pub(crate) fn nothing(epoch: i64) -> Self {
        let (earlier, behind) = (Vec::new(), Vec::new());
        Self { menu: Vec::new(), show: Vec::new(), earlier, behind, lasting: false, epoch, record: None }
    }
}

/// A committed turn that has not been shown, or replies that another process has not shown.
pub struct TurnReply<H: Host> {
    player: Arc<Player<H>>,
    chat: i64,
    /// When the update has come in.
    at: Instant,
    /// Whatever is logged within it has the update's ids.
    span: Span,
    portions: Vec<Portion<H::App>>,
    lasting: bool,
    /// It is no screen: it replaces none, and none replaces it.
    beside: bool,
    /// In which epoch it was committed, or taken over.
    epoch: i64,
    record: Option<OpenRecord<H>>,
}

impl<H: Host> TurnReply<H> {
    pub(crate) fn new(player: Arc<Player<H>>, arrived: ReceivedUpdate<H::App>, played: CommittedTurn<H>) -> Self {
        let ReceivedUpdate { incoming, at, span } = arrived;
        let CommittedTurn { menu, show, earlier, behind, lasting, epoch, record } = played;
        let lasting = lasting || !earlier.is_empty();
        let portion = Portion { update: incoming.update, thread: incoming.thread, tap: incoming.tap, show, menu };
        let portions = earlier.into_iter().chain([portion]).chain(behind).collect();
        Self { player, chat: incoming.chat, at, span, portions, lasting, beside: false, epoch, record }
    }

    /// Replies that another process has not shown.
    pub(crate) fn of_debts(
        player: Arc<Player<H>>,
        (chat, epoch): (i64, i64),
        span: Span,
        portions: Vec<Portion<H::App>>,
    ) -> Self {
        let (at, lasting, beside) = (Instant::now(), true, false);
        Self { player, chat, at, span, portions, lasting, beside, epoch, record: None }
    }

    /// The same as words beside the screens: they replace none, and none replaces them.
    pub(crate) fn beside(self) -> Self {
        Self { beside: true, ..self }
    }

    fn is_empty(&self) -> bool {
        self.portions.iter().all(|portion| portion.show.is_empty() && portion.tap.is_none())
    }

    /// The reply is through: shown, or replaced.
    fn close(self) {
        self.portions.iter().for_each(|portion| self.player.is_through(portion.update));
        let update = self.portions.last().map_or(0, |portion| portion.update);
        if let (Some(records), Some(record)) = (&self.player.records, self.record) {
            // Nobody listens any more: then nobody misses it.
            let _ = records.send(record.close(self.chat, update));
        }
    }

    /// Shows it; `false` where this process is not the active one any more.
    async fn show_now(mut self) -> bool {
        let is_message = |show: &&Output<H::App>| !matches!(show, Output::Toast(_) | Output::Alert(_));
        for number in 0..self.portions.len() {
            let (player, began, portion) = (&self.player, Instant::now(), &self.portions[number]);
            let messages = portion.show.iter().filter(is_message).count();
            if portion.sends() {
                player.host.may_send(self.chat).await;
            }
            player.host.replying(self.chat, messages);
            let place = ChatThread { chat: ChatId(self.chat), thread: portion.thread };
            // Where another process was active meanwhile, it may have shown something newer.
            let shown = match player.active.is_unbroken_from(self.epoch) {
                true => player.screen.show_all(place, &portion.menu, portion.tap.as_ref(), &portion.show).await,
                false => Err(ShowError::Inactive),
            };
            let (took, whole) = (began.elapsed(), self.at.elapsed());
            let duration_ms = whole.as_millis() as u64;
            match shown {
                Ok(()) => {
                    player.metrics.turns.shown("shown", took, whole);
                    tracing::info!(messages, duration_ms, "shown");
                }
                Err(ShowError::Unreachable) => {
                    player.metrics.turns.shown("unreachable", took, whole);
                    tracing::info!(duration_ms, "the customer cannot be reached");
                    if let Err(error) = player.host.unreachable(self.chat).await {
                        tracing::warn!(%error, "screen: a customer who cannot be reached could not be marked");
                    }
                }
                Err(ShowError::Failed(error)) => {
                    player.metrics.turns.shown("failed", took, whole);
                    tracing::warn!(error, duration_ms, "a screen could not be shown");
                }
                Err(ShowError::Inactive) => {
                    tracing::info!("a reply is left to the process that is active now");
                    let left = self.portions.split_off(number);
                    player.leave(self.epoch, &left);
                    // Those before it are through; the turn is not.
                    self.record = None;
                    self.close();
                    return false;
                }
            }
        }
        self.close();
        true
    }
}

impl<H: Host> Reply for TurnReply<H> {
    fn show(self) -> Phase<bool> {
        let span = self.span.clone();
        Box::pin(self.show_now().instrument(span))
    }

    fn give_up(self) {
        self.player.leave(self.epoch, &self.portions);
    }

    fn coalesce(replies: &mut VecDeque<Self>) {
        let mut later = Later::default();
        for reply in replies.iter_mut().rev().filter(|reply| !reply.beside) {
            let expired = reply.at.elapsed() > TAP_ANSWER_LIMIT;
            for portion in reply.portions.iter_mut().rev() {
                later.reduce(&mut portion.show, reply.lasting, expired, H::is_letter);
                if expired {
                    portion.tap = None;
                }
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
    fn reduce<A: App>(
        &mut self,
        show: &mut Vec<Output<A>>,
        lasting: bool,
        expired: bool,
        is_letter: impl Fn(u32) -> bool,
    ) {
        let has_screen = show.iter().any(is_screen::<A>);
        let mut keyboard = self.keyboard;
        // From the last message to the first, so that the newest keyboard is the one that is kept.
        let mut kept: Vec<Output<A>> = Vec::new();
        for show in show.drain(..).rev() {
            let brings = brings_keyboard(&show);
            let keep = match &show {
                Output::Toast(_) | Output::Alert(_) => !expired,
                Output::File { .. } => true,
                Output::Send { serial, .. } | Output::Edit { serial, .. } => {
                    lasting || !self.screen || is_letter(*serial) || (brings && !keyboard)
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

fn is_screen<A: App>(show: &Output<A>) -> bool {
    match show {
        Output::Send { .. } | Output::Edit { .. } => true,
        Output::Toast(_) | Output::Alert(_) | Output::File { .. } => false,
    }
}

fn brings_keyboard<A: App>(show: &Output<A>) -> bool {
    match show {
        Output::Send { view: View { keys, .. }, .. } => match keys {
            Keyboard::Reply(_) | Keyboard::Menu => true,
            Keyboard::None | Keyboard::Inline(_) => false,
        },
        Output::Edit { .. } | Output::Toast(_) | Output::Alert(_) | Output::File { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use engine::FileBody;
    use engine::texts::Html;

    use super::*;
    use crate::probe::Probe;

    type Shows = Vec<Output<Probe>>;

    /// The number of letters here.
    const LETTER: u32 = 99;

    fn view(text: &str) -> View<Probe> {
        View::text(Html::escape(text))
    }

    fn screen(serial: u32) -> Output<Probe> {
        Output::Send { view: view(&format!("screen {serial}")).rows(Vec::new()), serial }
    }

    fn menu(serial: u32) -> Output<Probe> {
        Output::Send { view: view(&format!("menu {serial}")).menu(), serial }
    }

    fn file() -> Output<Probe> {
        Output::File {
            name: "my-data.json".into(),
            content: FileBody::Text("{}".into()),
            caption: Html::escape("yours"),
        }
    }

    /// Reduces replies, oldest first; each with whether it is lasting, and whether its tap has expired.
    fn reduced<const N: usize>(mut replies: [(Shows, bool, bool); N]) -> [Shows; N] {
        let mut later = Later::default();
        for (show, lasting, expired) in replies.iter_mut().rev() {
            later.reduce(show, *lasting, *expired, |serial| serial == LETTER);
        }
        replies.map(|(show, ..)| show)
    }

    #[test]
    fn a_later_screen_replaces_the_earlier_ones_whole() {
        let shelf = vec![screen(1), screen(1), screen(1)];
        let edited = vec![Output::Edit { view: view("list"), serial: 2 }];
        assert_eq!(
            reduced([(shelf, false, false), (edited, false, false), (vec![screen(3), screen(3)], false, false)]),
            [vec![], vec![], vec![screen(3), screen(3)]]
        );
    }

    #[test]
    fn a_reply_without_a_screen_replaces_none() {
        let toast = vec![Output::Toast("no more of these".into())];
        assert_eq!(reduced([(vec![screen(1)], false, false), (toast.clone(), false, false)]), [vec![screen(1)], toast]);
    }

    #[test]
    fn files_letters_lasting_screens_and_answers_to_young_taps_are_kept() {
        let letter = Output::Edit { view: view("news"), serial: LETTER };
        let answer = vec![Output::Alert("it has changed".into()), screen(4)];
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
                vec![Output::Alert("it has changed".into())],
                vec![],
                vec![screen(6)]
            ]
        );
    }

    #[test]
    fn the_keyboard_that_the_conversation_counts_on_is_brought() {
        let asked = vec![Output::Send { view: view("your phone?").answers(Vec::new()), serial: 2 }];
        assert_eq!(
            reduced([(vec![menu(1)], false, false), (asked.clone(), false, false), (vec![screen(3)], false, false),]),
            [vec![], asked, vec![screen(3)]],
            "the newest one only"
        );
    }
}
