//! Replies as they are kept with the dialogue until they are known to be shown.
//!
//! A turn is committed together with what it shows. The update counts as done for Telegram when its reply is shown, so a
//! process that is killed in between gets the update again, finds it committed, and shows the kept reply. Where Telegram is
//! slow to a customer, the dialogue is marked as owing a reply, and Telegram may forget the update: the next active process
//! finds the mark, and shows the reply. See [`crate::mongo::debts`].

use chrono::{DateTime, TimeDelta, Utc};
use engine::texts::Html;
use engine::{App, Callback, FileBody, InlineButton, Keyboard, Output, ReplyButton, View};
use serde::{Deserialize, Serialize};
use teloxide::types::{CallbackQueryId, MessageId, ThreadId};

use crate::input::{Incoming, Tap, TappedMessage};

/// A reply that nobody knows the ack of is kept for so long: by then Telegram has brought its update again.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);
/// So many replies of one customer are kept.
const KEPT: usize = 16;

/// A reply to a committed update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    pub update: i64,
    /// When it was committed.
    #[serde(with = "bson::serde_helpers::datetime::FromChrono04DateTime")]
    pub at: DateTime<Utc>,
    /// The epoch of the process that committed it ([`crate::mongo::leases`]); 0 where it knew none.
    #[serde(default)]
    pub epoch: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tap: Option<OwedTap>,
    parts: Vec<Part>,
    /// The main reply keyboard, where a message brings it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    menu: Vec<Vec<OwedAnswer>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OwedTap {
    query: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<i32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    picture: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OwedAnswer {
    label: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    contact: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Send {
        serial: i64,
        view: OwedView,
    },
    Edit {
        serial: i64,
        view: OwedView,
    },
    Toast(String),
    Alert(String),
    File {
        name: String,
        content: String,
        caption: String,
    },
    /// A file whose content is made when it is sent, by this name.
    Made {
        name: String,
        by: String,
        caption: String,
        otherwise: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OwedView {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keys: Option<OwedKeys>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OwedKeys {
    /// Label and `callback_data`.
    Inline(Vec<Vec<(String, String)>>),
    Answers(Vec<Vec<OwedAnswer>>),
    Menu,
}

/// What is to be shown of a reply, and where.
#[derive(Debug)]
pub struct Portion<A: App> {
    pub update: i64,
    pub thread: Option<ThreadId>,
    pub tap: Option<Tap>,
    pub show: Vec<Output<A>>,
    /// The main reply keyboard, where a message brings it.
    pub menu: Vec<Vec<ReplyButton>>,
}

impl<A: App> Portion<A> {
    /// Whether it sends new messages, as far as is known before Telegram is asked.
    pub(crate) fn sends(&self) -> bool {
        let edits = self.tap.as_ref().is_some_and(|tap| tap.message.is_some());
        self.show.iter().any(|show| match show {
            Output::Send { .. } | Output::File { .. } => true,
            Output::Edit { .. } => !edits,
            Output::Toast(_) | Output::Alert(_) => false,
        })
    }
}

impl Owed {
    /// The reply to an update, as it is kept.
    pub fn new<A: App>(
        incoming: &Incoming<A>,
        show: &[Output<A>],
        menu: &[Vec<ReplyButton>],
        at: DateTime<Utc>,
        epoch: i64,
    ) -> Self {
        let tap = incoming.tap.as_ref().map(|tap| OwedTap {
            query: tap.query.0.clone(),
            message: tap.message.map(|message| message.id.0),
            picture: tap.message.is_some_and(|message| message.has_picture),
        });
        Self {
            update: incoming.update,
            at,
            epoch,
            thread: incoming.thread.map(|thread| thread.0.0),
            tap,
            parts: show.iter().map(Part::of).collect(),
            menu: kept_rows(menu),
        }
    }

    /// Whether it sends a message with the buttons of this screen.
    pub(crate) fn has_sent(&self, screen: u32) -> bool {
        self.parts.iter().any(|part| part.is_screen(screen))
    }

    /// Whether a message with the buttons of this screen is the last one that it sends, and the only one with them.
    pub(crate) fn ends_with(&self, screen: u32) -> bool {
        let mut messages = self.parts.iter().filter(|part| !matches!(part, Part::Toast(_) | Part::Alert(_))).rev();
        messages.next().is_some_and(|last| last.is_screen(screen)) && !messages.any(|part| part.is_screen(screen))
    }

    /// What is to be shown of it.
    pub fn portion<A: App>(&self) -> Portion<A> {
        let tap = self.tap.as_ref().map(|tap| Tap {
            query: CallbackQueryId(tap.query.clone()),
            message: tap.message.map(|id| TappedMessage { id: MessageId(id), has_picture: tap.picture }),
        });
        Portion {
            update: self.update,
            thread: self.thread.map(|id| ThreadId(MessageId(id))),
            tap,
            show: self.parts.iter().map(Part::show).collect(),
            menu: answers(&self.menu),
        }
    }
}

impl Part {
    fn is_screen(&self, screen: u32) -> bool {
        let Self::Send { serial, view: OwedView { keys: Some(OwedKeys::Inline(_)), .. } } = self else { return false };
        *serial == i64::from(screen)
    }

    fn of<A: App>(show: &Output<A>) -> Self {
        match show {
            Output::Send { view, serial } => {
                Self::Send { serial: i64::from(*serial), view: OwedView::of(view, *serial) }
            }
            Output::Edit { view, serial } => {
                Self::Edit { serial: i64::from(*serial), view: OwedView::of(view, *serial) }
            }
            Output::Toast(text) => Self::Toast(text.clone()),
            Output::Alert(text) => Self::Alert(text.clone()),
            Output::File { name, content, caption } => {
                let (name, caption) = (name.clone(), caption.as_str().to_owned());
                match content {
                    FileBody::Text(text) => Self::File { name, content: text.clone(), caption },
                    FileBody::Made { by, otherwise } => {
                        Self::Made { name, by: by.clone(), caption, otherwise: otherwise.as_str().to_owned() }
                    }
                }
            }
        }
    }

    fn show<A: App>(&self) -> Output<A> {
        let number = |serial: i64| u32::try_from(serial).unwrap_or_default();
        match self {
            Self::Send { serial, view } => Output::Send { view: view.view(), serial: number(*serial) },
            Self::Edit { serial, view } => Output::Edit { view: view.view(), serial: number(*serial) },
            Self::Toast(text) => Output::Toast(text.clone()),
            Self::Alert(text) => Output::Alert(text.clone()),
            Self::File { name, content, caption } => Output::File {
                name: name.clone(),
                content: FileBody::Text(content.clone()),
                caption: Html::kept(caption.clone()),
            },
            Self::Made { name, by, caption, otherwise } => Output::File {
                name: name.clone(),
                content: FileBody::Made { by: by.clone(), otherwise: Html::kept(otherwise.clone()) },
                caption: Html::kept(caption.clone()),
            },
        }
    }
}

impl OwedView {
    fn of<A: App>(view: &View<A>, serial: u32) -> Self {
        let button = |key: &InlineButton<A>| (key.label.clone(), key.button.encode(serial));
        let keys = match &view.keys {
            Keyboard::None => None,
            Keyboard::Inline(rows) => {
                Some(OwedKeys::Inline(rows.iter().map(|row| row.iter().map(button).collect()).collect()))
            }
            Keyboard::Reply(rows) => Some(OwedKeys::Answers(kept_rows(rows))),
            Keyboard::Menu => Some(OwedKeys::Menu),
        };
        Self { text: view.text.as_str().to_owned(), picture: view.picture.as_ref().map(A::picture_name), keys }
    }

    fn view<A: App>(&self) -> View<A> {
        // A button that this program does not know is left out: its tap would mean nothing.
        let key = |(label, data): &(String, String)| {
            let (_, button) = Callback::decode(data)?;
            Some(InlineButton { label: label.clone(), button })
        };
        let keys = match &self.keys {
            None => Keyboard::None,
            Some(OwedKeys::Inline(rows)) => {
                Keyboard::Inline(rows.iter().map(|row| row.iter().filter_map(key).collect()).collect())
            }
            Some(OwedKeys::Answers(rows)) => Keyboard::Reply(answers(rows)),
            Some(OwedKeys::Menu) => Keyboard::Menu,
        };
        let picture = self.picture.as_deref().and_then(A::picture);
        View { picture, text: Html::kept(self.text.clone()), keys }
    }
}

fn kept_rows(rows: &[Vec<ReplyButton>]) -> Vec<Vec<OwedAnswer>> {
    let one = |answer: &ReplyButton| OwedAnswer { label: answer.label.clone(), contact: answer.contact };
    rows.iter().map(|row| row.iter().map(one).collect()).collect()
}

fn answers(rows: &[Vec<OwedAnswer>]) -> Vec<Vec<ReplyButton>> {
    let one = |answer: &OwedAnswer| ReplyButton { label: answer.label.clone(), contact: answer.contact };
    rows.iter().map(|row| row.iter().map(one).collect()).collect()
}

/// The earlier replies that may not be shown yet.
pub fn kept(earlier: &[Owed], is_shown: impl Fn(i64) -> bool, now: DateTime<Utc>) -> Vec<Owed> {
    let young = |owed: &&Owed| now - owed.at < KEPT_FOR;
    earlier.iter().filter(young).filter(|owed| !is_shown(owed.update)).cloned().collect()
}

/// The replies that are kept with a commit: the earlier ones that may not be shown yet, and the new one.
pub fn kept_with(earlier: &[Owed], new: Owed, is_shown: impl Fn(i64) -> bool) -> Vec<Owed> {
    let mut kept = kept(earlier, is_shown, new.at);
    kept.push(new);
    kept.split_off(kept.len().saturating_sub(KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Action, Place, Probe};

    fn incoming(update: i64) -> Incoming<Probe> {
        let tapped = TappedMessage { id: MessageId(5), has_picture: true };
        Incoming {
            update,
            chat: 7,
            thread: Some(ThreadId(MessageId(3))),
            user: engine::User::default(),
            sent: None,
            input: engine::Input::TappedUnknown,
            tap: Some(Tap { query: CallbackQueryId("q".to_owned()), message: Some(tapped) }),
            json: "{}".into(),
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn a_reply_is_read_as_it_was_kept() {
        let key = |button| InlineButton { label: "Go".to_owned(), button };
        let answer = || vec![vec![ReplyButton { label: "Phone".to_owned(), contact: true }]];
        let text = || View::<Probe>::text(Html::escape("a < b"));
        let show = vec![
            Output::Send {
                view: View {
                    picture: Some("sencha".to_owned()),
                    ..text().rows(vec![vec![key(Callback::Go(Place::Home)), key(Callback::Action(Action::Wait))]])
                },
                serial: u32::MAX,
            },
            Output::Edit { view: text().answers(answer()), serial: 2 },
            Output::Send { view: text().menu(), serial: 2 },
            Output::Toast("done".to_owned()),
            Output::Alert("done".to_owned()),
            Output::File {
                name: "a.json".to_owned(),
                content: FileBody::Text("{}".to_owned()),
                caption: Html::escape("&"),
            },
            Output::File {
                name: "a.xlsx".to_owned(),
                content: FileBody::Made { by: "orders".to_owned(), otherwise: Html::escape("later") },
                caption: Html::escape("&"),
            },
        ];
        let owed = Owed::new(&incoming(9), &show, &answer(), at(1), 3);
        let stored = bson::serialize_to_bson(&owed).unwrap();
        let read: Owed = bson::deserialize_from_bson(stored).unwrap();
        assert_eq!(read, owed);
        let portion: Portion<Probe> = read.portion();
        assert_eq!((portion.update, portion.show, portion.menu), (9, show, answer()));
        let tap = portion.tap.unwrap();
        assert_eq!(
            (tap.query.0.as_str(), tap.message.map(|message| (message.id.0, message.has_picture))),
            ("q", Some((5, true)))
        );
        assert_eq!(portion.thread.map(|thread| thread.0.0), Some(3));
    }

    #[test]
    fn what_is_shown_or_old_is_not_kept() {
        let owed = |update, second| Owed::new(&incoming(update), &[], &[], at(second), 1);
        let earlier = [owed(1, 0), owed(2, 3_600), owed(3, 3_601)];
        let kept = |earlier: &[Owed], new| -> Vec<i64> {
            kept_with(earlier, new, |update| update == 2).iter().map(|owed| owed.update).collect()
        };
        assert_eq!(kept(&earlier, owed(4, 3_602)), [3, 4]);
        let many: Vec<_> = (10..40).map(|update| owed(update, 5)).collect();
        assert_eq!(kept(&many, owed(40, 6)), (25..=40).collect::<Vec<_>>());
    }
}
