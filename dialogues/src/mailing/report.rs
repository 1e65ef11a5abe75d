//! How far a mailing has come, as its owner sees it: one message that is edited.

use chrono::{DateTime, TimeDelta, Utc};

use crate::buttons::Place;
use crate::machine::{Callback, InlineButton, View};
use crate::shop::{Language, Mailing, MailingStatus, MailingTask, Steer, Zone};
use crate::text;
use crate::texts::{Html, Text, label, say};

/// Sooner than this nobody can tell how fast it goes.
const SOON: TimeDelta = TimeDelta::seconds(3);

/// The report of a mailing.
pub fn report(mailing: &Mailing, language: Language, now: DateTime<Utc>, zone: Zone) -> View {
    let lines = std::iter::once(headline(mailing)).chain(pace(mailing, now, zone)).chain(reasons(mailing));
    let text = Html::lines(lines.map(|line| say(language, &line)));
    let key = |text: Text, steer| InlineButton {
        label: label(language, &text),
        button: Callback::Go(Place::Steer { mailing: mailing.id, steer }),
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

/// How far the present task of a mailing is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// So many have had their turn.
    pub done: u32,
    /// Of so many.
    pub all: u32,
    /// A second; `None` where it stands still, or has just begun.
    pub rate: Option<f64>,
    /// For how long it will go on at this rate.
    pub left: Option<TimeDelta>,
}

/// How far the present task of a mailing is, and how long it will take.
pub fn progress(mailing: &Mailing, now: DateTime<Utc>) -> Progress {
    let (done, all) = mailing.tally.of(mailing.task);
    let waits = mailing.waits_until.is_some_and(|until| until > now);
    let runs = mailing.status == MailingStatus::Running && !waits && done > 0;
    let took = mailing.began.map(|began| now - began).filter(|took| runs && *took >= SOON);
    let rate = took.map(|took| f64::from(done) * 1000.0 / took.num_milliseconds() as f64);
    let left = took.map(|took| {
        let millis =
            i128::from(all.saturating_sub(done)) * i128::from(took.num_milliseconds()) / i128::from(done.max(1));
        i64::try_from(millis).ok().and_then(TimeDelta::try_milliseconds).unwrap_or(TimeDelta::MAX)
    });
    Progress { done, all, rate, left }
}

fn headline(mailing: &Mailing) -> Text {
    let tally = &mailing.tally;
    let Progress { done, all, .. } = progress(mailing, DateTime::<Utc>::MIN_UTC);
    let (done, all) = (i64::from(done), i64::from(all));
    match (mailing.status, mailing.task) {
        (MailingStatus::Running, MailingTask::Send) => text!("mailing-sending", done = done, all = all),
        (MailingStatus::Running, MailingTask::Correct) => text!("mailing-correcting", done = done, all = all),
        (MailingStatus::Running, MailingTask::Recall) => text!("mailing-recalling", done = done, all = all),
        (MailingStatus::Paused, _) => text!("mailing-paused", done = done, all = all),
        (MailingStatus::Cancelled, MailingTask::Send) if mailing.began.is_none() => text!("mailing-unsent"),
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
fn pace(mailing: &Mailing, now: DateTime<Utc>, zone: Zone) -> Option<Text> {
    if mailing.status != MailingStatus::Running {
        return None;
    }
    if let Some(until) = mailing.waits_until.filter(|until| *until > now) {
        let until = zone.local(until).format("%H:%M:%S").to_string();
        return Some(text!("mailing-waits", until = until));
    }
    let Progress { rate: Some(rate), left: Some(left), .. } = progress(mailing, now) else { return None };
    let left = format!("{}:{:02}", left.num_minutes(), left.num_seconds() % 60);
    Some(text!("mailing-pace", rate = rate.round() as i64, left = left))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{Letter, MailingId, Segment, Tally};

    fn of(sent: u32, recipients: u32, seconds: i64) -> String {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let began = Some(DateTime::UNIX_EPOCH);
        let tally = Tally { recipients, sent, ..Tally::default() };
        let new = Mailing::new(MailingId::draw(1), Letter::plain("x"), Segment::default(), recipients, now);
        let zone = crate::world::settings().zone;
        let view = report(&Mailing { began, tally, ..new }, Language::English, now, zone);
        view.text.as_str().replace('\n', " | ")
    }

    /// A mailing that has sent 30 of 100 letters in so many seconds.
    fn going(seconds: i64) -> (Mailing, DateTime<Utc>) {
        let (began, now) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds));
        let tally = Tally { recipients: 100, sent: 30, ..Tally::default() };
        let new = Mailing::new(MailingId::draw(1), Letter::plain("x"), Segment::default(), 100, began);
        (Mailing { began: Some(began), tally, ..new }, now)
    }

    #[test]
    fn the_pace_is_told_from_the_third_second_on() {
        let of = |seconds| {
            let (mailing, now) = going(seconds);
            let Progress { done, all, rate, left } = progress(&mailing, now);
            assert_eq!((done, all), (30, 100));
            (rate, left)
        };
        assert_eq!(of(2), (None, None));
        assert_eq!(of(3), (Some(10.0), Some(TimeDelta::seconds(7))));
        assert_eq!(of(15), (Some(2.0), Some(TimeDelta::seconds(35))));
    }

    #[test]
    fn what_stands_still_has_no_pace_and_what_waits_says_until_when() {
        let (mailing, now) = going(60);
        let rate = |mailing: &Mailing| progress(mailing, now).rate;
        let said = |mailing: &Mailing| pace(mailing, now, crate::world::settings().zone).map(|text| text.id);
        assert_eq!((rate(&mailing), said(&mailing).as_deref()), (Some(0.5), Some("mailing-pace")));
        for status in [MailingStatus::Paused, MailingStatus::Cancelled, MailingStatus::Done] {
            let still = Mailing { status, ..mailing.clone() };
            assert_eq!((rate(&still), said(&still)), (None, None), "{status:?}");
        }
        let waits = Mailing { waits_until: Some(now + TimeDelta::seconds(1)), ..mailing.clone() };
        assert_eq!((rate(&waits), said(&waits).as_deref()), (None, Some("mailing-waits")));
        for seconds in [0, 1] {
            let waited = Mailing { waits_until: Some(now - TimeDelta::seconds(seconds)), ..mailing.clone() };
            assert_eq!((rate(&waited), said(&waited).as_deref()), (Some(0.5), Some("mailing-pace")));
        }
        let nothing = Mailing { tally: Tally { sent: 0, ..mailing.tally }, ..mailing };
        assert_eq!((rate(&nothing), said(&nothing)), (None, None));
    }

    #[test]
    fn rate_and_time_left_are_told_as_soon_as_they_mean_something() {
        assert_eq!(of(0, 100_000, 0), "📣 Sending: 0 of 100000");
        assert_eq!(of(30, 100_000, 1), "📣 Sending: 30 of 100000");
        assert_eq!(of(30_000, 100_000, 1_000), "📣 Sending: 30000 of 100000 | 30 a second, about 38:53 min left");
    }
}
