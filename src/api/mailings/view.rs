//! A mailing as it is shown: what it says, to whom, and how far it has come.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dialogues::mailing::progress;
use dialogues::shop::{LetterButton, Mailing, MailingStatus, MessageBody, Segment, Tally};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::problem::Problem;
use super::super::reply::{Rendered, rendered};
use super::input::address;
use crate::store::Timestamps;

/// Names of all fields.
pub(crate) const FIELDS: [&str; 16] = [
    "id",
    "status",
    "task",
    "headline",
    "text",
    "translations",
    "picture",
    "button",
    "segment",
    "starts",
    "began",
    "waits_until",
    "progress",
    "outcomes",
    "created",
    "modified",
];

/// A mailing.
#[derive(Serialize, ToSchema)]
#[schema(as = Mailing)]
pub(crate) struct MailingView {
    /// 24 hexadecimal digits. That of a news item's mailing is the item's.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    /// `scheduled`, `running`, `paused`, `cancelled` or `done`.
    #[schema(pattern = "^(scheduled|running|paused|cancelled|done)$", example = "running")]
    status: String,
    /// What is being done, or was done last: `send`, `correct` or `recall`.
    #[schema(pattern = "^(send|correct|recall)$", example = "send")]
    task: String,
    #[schema(required = true)]
    headline: Option<String>,
    text: String,
    /// What it says instead, by language.
    translations: BTreeMap<&'static str, WordsView>,
    /// The picture's name.
    #[schema(required = true)]
    picture: Option<String>,
    #[schema(required = true)]
    button: Option<ButtonView>,
    segment: SegmentView,
    /// Not before this time.
    starts: DateTime<Utc>,
    /// When the present task was begun.
    #[schema(required = true)]
    began: Option<DateTime<Utc>>,
    /// When Telegram lets us go on, if it makes us wait.
    #[schema(required = true)]
    waits_until: Option<DateTime<Utc>>,
    progress: ProgressView,
    outcomes: OutcomesView,
    created: DateTime<Utc>,
    /// Each step changes it.
    modified: DateTime<Utc>,
}

/// What a letter says in one language.
#[derive(Serialize, ToSchema)]
#[schema(as = MailingWords)]
pub(crate) struct WordsView {
    #[schema(required = true)]
    headline: Option<String>,
    text: String,
}

/// A button under a letter.
#[derive(Serialize, ToSchema)]
#[schema(as = MailingButton)]
pub(crate) struct ButtonView {
    label: String,
    /// Where it leads; null if to nothing that could be set here.
    #[schema(required = true, example = "catalogue")]
    to: Option<String>,
}

/// Which customers get it.
#[derive(Serialize, ToSchema)]
#[schema(as = MailingSegment)]
pub(crate) struct SegmentView {
    #[schema(required = true, pattern = "^(en|uk|ru)$")]
    language: Option<&'static str>,
    ordered: bool,
    #[schema(required = true)]
    active_days: Option<u16>,
}

/// How far the present task is.
#[derive(Serialize, ToSchema)]
#[schema(as = MailingProgress)]
pub(crate) struct ProgressView {
    /// So many have had their turn.
    done: u32,
    /// Of so many; before it begins, how many there were when it was ordered.
    total: u32,
    /// A second; null where it stands still, or has just begun.
    #[schema(required = true, example = 29.8)]
    rate: Option<f64>,
    /// For how long it will go on at this rate.
    #[schema(required = true, example = 2333)]
    seconds_left: Option<i64>,
}

/// What has become of it, in customers.
#[derive(Serialize, ToSchema)]
#[schema(as = MailingOutcomes)]
pub(crate) struct OutcomesView {
    sent: u32,
    failed: FailedView,
    /// Perhaps sent twice: we were stopped in the very moment of sending.
    repeated: u32,
    /// Corrected, or taken back.
    changed: u32,
    /// Could not be corrected, or taken back.
    missed: u32,
}

/// Why some did not get it.
#[derive(Serialize, ToSchema)]
#[schema(as = MailingFailures)]
pub(crate) struct FailedView {
    /// They block the bot.
    blocked: u32,
    /// They have deleted their account.
    deactivated: u32,
    /// Telegram knows no such chat.
    not_found: u32,
    /// They wanted no more mailings before it was their turn.
    opted_out: u32,
    /// Telegram refused for another reason.
    other: u32,
}

/// A mailing's status as it is written.
pub(crate) fn status(mailing: &Mailing, now: DateTime<Utc>) -> String {
    match mailing.status {
        MailingStatus::Running if mailing.starts > now => "scheduled".to_owned(),
        status => status.to_string(),
    }
}

/// A mailing as it is shown.
pub(crate) fn render(mailing: &Mailing, stamps: Timestamps, now: DateTime<Utc>) -> Result<Rendered, Problem> {
    let letter = &mailing.letter;
    let words = |words: &MessageBody| WordsView { headline: words.headline.clone(), text: words.body.clone() };
    let button = |button: &LetterButton| ButtonView { label: button.label.clone(), to: address(&button.to) };
    let WordsView { headline, text } = words(&letter.words);
    let Segment { language, ordered, active_days } = mailing.segment;
    let far = progress(mailing, now);
    rendered(&MailingView {
        id: mailing.id.to_string(),
        status: status(mailing, now),
        task: mailing.task.to_string(),
        headline,
        text,
        translations: letter.translations.iter().map(|(language, said)| (language.code(), words(said))).collect(),
        picture: letter.picture.as_ref().map(|picture| picture.0.clone()),
        button: letter.button.as_ref().map(button),
        segment: SegmentView { language: language.map(|language| language.code()), ordered, active_days },
        starts: mailing.starts,
        began: mailing.began,
        waits_until: mailing.waits_until.filter(|until| *until > now),
        progress: ProgressView {
            done: far.done,
            total: far.all,
            // Nobody needs more digits.
            rate: far.rate.map(|rate| (rate * 10.0).round() / 10.0),
            seconds_left: far.left.map(|left| left.num_seconds()),
        },
        outcomes: outcomes(&mailing.tally),
        created: stamps.created,
        modified: stamps.modified,
    })
}

fn outcomes(tally: &Tally) -> OutcomesView {
    OutcomesView {
        sent: tally.sent,
        failed: FailedView {
            blocked: tally.blocked,
            deactivated: tally.deactivated,
            not_found: tally.not_found,
            opted_out: tally.opted_out,
            other: tally.failed,
        },
        repeated: tally.repeated,
        changed: tally.changed,
        missed: tally.missed,
    }
}
