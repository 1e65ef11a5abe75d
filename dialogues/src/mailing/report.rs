//! How far a mailing has come, as its owner sees it: one message that is edited.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use crate::buttons::{Button, Go};
use crate::machine::{Key, View};
use crate::shop::{Language, Mailing, MailingStatus, MailingTask, Steer};
use crate::text;
use crate::texts::{Html, Text, label, say};

/// Sooner than this nobody can tell how fast it goes.
const SOON: TimeDelta = TimeDelta::seconds(3);

/// The report of a mailing.
pub fn report(mailing: &Mailing, language: Language, now: DateTime<Utc>, offset: FixedOffset) -> View {
    let lines = std::iter::once(headline(mailing)).chain(pace(mailing, now, offset)).chain(reasons(mailing));
    let text = Html::lines(lines.map(|line| say(language, &line)));
    let key = |text: Text, steer| Key {
        label: label(language, &text),
        button: Button::Go(Go::Steer { mailing: mailing.id, steer }),
    };
    let mut row = Vec::new();
    for (steer, text) in [
        (Steer::Pause, text!("mailing-pause")),
        (Steer::Resume, text!("mailing-resume")),
        (Steer::Cancel, text!("mailing-cancel")),
        (Steer::Correct, text!("mailing-correct")),
        (Steer::Recall, text!("mailing-recall")),
    ] {
        if mailing.allows(steer) {
            row.push(key(text, steer));
        }
    }
    let view = View::text(text);
    if row.is_empty() { view } else { view.rows(vec![row]) }
}

/// So many of so many have had their turn in the present task.
fn progress(mailing: &Mailing) -> (u32, u32) {
    let tally = &mailing.tally;
    match mailing.task {
        MailingTask::Send => (tally.handled(), tally.recipients),
        MailingTask::Correct | MailingTask::Recall => (tally.changed + tally.missed, tally.sent),
    }
}

fn headline(mailing: &Mailing) -> Text {
    let tally = &mailing.tally;
    let (done, all) = progress(mailing);
    let (done, all) = (i64::from(done), i64::from(all));
    match (mailing.status, mailing.task) {
        (MailingStatus::Running, MailingTask::Send) => text!("mailing-sending", done = done, all = all),
        (MailingStatus::Running, MailingTask::Correct) => text!("mailing-correcting", done = done, all = all),
        (MailingStatus::Running, MailingTask::Recall) => text!("mailing-recalling", done = done, all = all),
        (MailingStatus::Paused, _) => text!("mailing-paused", done = done, all = all),
        (MailingStatus::Cancelled, _) => text!("mailing-cancelled", done = done, all = all),
        (MailingStatus::Done, MailingTask::Send) => {
            text!("mailing-sent", sent = i64::from(tally.sent), all = all)
        }
        (MailingStatus::Done, MailingTask::Correct) => {
            text!("mailing-corrected", count = i64::from(tally.changed), all = all)
        }
        (MailingStatus::Done, MailingTask::Recall) => {
            text!("mailing-recalled", count = i64::from(tally.changed), all = all)
        }
    }
}

/// How fast it goes and how long it will take, or what it waits for.
fn pace(mailing: &Mailing, now: DateTime<Utc>, offset: FixedOffset) -> Option<Text> {
    if mailing.status != MailingStatus::Running {
        return None;
    }
    if let Some(until) = mailing.waits_until.filter(|until| *until > now) {
        let until = until.with_timezone(&offset).format("%H:%M:%S").to_string();
        return Some(text!("mailing-waits", until = until));
    }
    let (done, all) = progress(mailing);
    let took = mailing.began.map(|began| now - began).filter(|took| *took >= SOON)?;
    if done == 0 {
        return None;
    }
    let left = i64::from(all.saturating_sub(done)) * took.num_milliseconds() / i64::from(done) / 1000;
    let rate = i64::from(done) * 1000 / took.num_milliseconds().max(1);
    let left = format!("{}:{:02}", left / 60, left % 60);
    Some(text!("mailing-pace", rate = rate, left = left))
}

/// What became of those who did not get it.
fn reasons(mailing: &Mailing) -> impl Iterator<Item = Text> {
    let tally = mailing.tally;
    let missed = match mailing.task {
        MailingTask::Send => 0,
        MailingTask::Correct | MailingTask::Recall => tally.missed,
    };
    let of = |count: u32| i64::from(count);
    [
        (tally.blocked, text!("mailing-blocked", count = of(tally.blocked))),
        (tally.deactivated, text!("mailing-deactivated", count = of(tally.deactivated))),
        (tally.not_found, text!("mailing-not-found", count = of(tally.not_found))),
        (tally.opted_out, text!("mailing-opted-out", count = of(tally.opted_out))),
        (tally.failed, text!("mailing-failed", count = of(tally.failed))),
        (missed, text!("mailing-missed", count = of(missed))),
        (tally.repeated, text!("mailing-repeated", count = of(tally.repeated))),
    ]
    .into_iter()
    .filter_map(|(count, text)| (count > 0).then_some(text))
}
