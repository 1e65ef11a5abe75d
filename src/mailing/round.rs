//! One task of one mailing, customer by customer: sending, correcting, taking back.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::mailing::letter_view;
use dialogues::moment::after;
use dialogues::shop::{Mailing, MailingTask, is_recallable};

use super::parts::MailerParts;
use super::post::{MessageGateway, PostError};
use super::report::Reports;
use crate::clock::Clock;
use crate::store::{Claim, Entry, Lease, LedgerOutcome, Progress, Recipient, Standing, StoreError, StoredMailing};

/// Customers that are read at a time.
const BATCH: i64 = 100;
/// Rows of the ledger that are written at a time.
const ROWS: usize = 50;
/// Whoever has waited so long asks once more whether it is still wanted.
const STALE: TimeDelta = TimeDelta::seconds(1);

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Everybody has had their turn, or it was paused or cancelled.
    Over,
    /// Somebody else works on it.
    LeaseLost,
    /// We are asked to stop: somebody else will go on with it.
    Stopping,
    /// Telegram wants nothing before this time.
    ToldToWait(DateTime<Utc>),
}

/// What became of one customer's turn.
enum Turn {
    Over,
    Stopped(Ended),
}

pub(super) struct Round<'a, P> {
    parts: &'a MailerParts<P>,
    clock: Clock,
    lease: Lease,
    mailing: Mailing,
    author: Option<i64>,
    number: i32,
    enrolled: bool,
    /// Whose turn it was when somebody before us stopped: they may have the message already.
    again: HashSet<i64>,
    progress: Progress,
    /// How many of `progress.done` the mailing's document has, too. Only those may go into the ledger: a row there that the
    /// document does not know of would be counted by nobody after a crash.
    kept: usize,
    reports: Reports<'a, P>,
    /// When the lease must be kept.
    renew: DateTime<Utc>,
}

impl<'a, P: MessageGateway> Round<'a, P> {
    pub(super) fn new(parts: &'a MailerParts<P>, clock: Clock, lease: Lease, stored: StoredMailing) -> Self {
        let reports = Reports::new(parts, clock.clone(), &stored);
        let renew = clock.now() + parts.options.lease / 3;
        let StoredMailing { mailing, author, round, enrolled, in_flight, done, .. } = stored;
        let kept = done.len();
        let progress = Progress { tally: mailing.tally, in_flight: in_flight.clone(), done };
        let again = in_flight.into_iter().collect();
        Self { parts, clock, lease, mailing, author, number: round, enrolled, again, progress, kept, reports, renew }
    }

    /// Lets everybody have their turn.
    pub(super) async fn run(mut self) -> Result<Ended, StoreError> {
        if !self.begin().await? {
            return Ok(Ended::LeaseLost);
        }
        loop {
            if !self.keep_lease().await? {
                return self.stop(Ended::LeaseLost).await;
            }
            let batch = self.parts.store.waiting(self.mailing.id, self.number, BATCH).await?;
            let taken: HashSet<i64> = self.progress.done.iter().map(|entry| entry.user).collect();
            let batch: Vec<_> = batch.into_iter().filter(|recipient| !taken.contains(&recipient.user)).collect();
            if batch.is_empty() {
                if !self.keep().await? {
                    return self.stop(Ended::LeaseLost).await;
                }
                self.flush().await?;
                if self.somebody_came().await? {
                    continue;
                }
                return self.finish().await;
            }
            for recipient in batch {
                if let Turn::Stopped(ended) = self.turn(&recipient).await? {
                    return self.stop(ended).await;
                }
            }
        }
    }

    /// Writes down whom it is for, and tells that it begins.
    async fn begin(&mut self) -> Result<bool, StoreError> {
        let (store, id, token) = (&self.parts.store, self.mailing.id, self.lease.token);
        let now = self.clock.now();
        self.mailing.waits_until = None;
        let began = *self.mailing.began.get_or_insert(now);
        if self.mailing.task == MailingTask::Send && !self.enrolled {
            self.progress.tally.recipients = self.enroll(None).await?;
        }
        if !store.note_begun(id, token, began, self.progress.tally.recipients).await? {
            return Ok(false);
        }
        let told = self.reports.places().len();
        if told == 0 || self.number > 1 && self.progress.tally.changed + self.progress.tally.missed == 0 {
            self.report().await;
        }
        if self.reports.places().len() > told {
            store.note_reports(id, token, self.reports.places()).await?;
        }
        tracing::info!(mailing = %id, token, task = %self.mailing.task, recipients = self.progress.tally.recipients, "a mailing is worked on");
        Ok(true)
    }

    async fn somebody_came(&mut self) -> Result<bool, StoreError> {
        if self.mailing.task != MailingTask::Send {
            return Ok(false);
        }
        let came = self.enroll(Some(self.mailing.starts)).await?;
        // Whoever was forgotten before their turn was counted, and has no row any more.
        let tally = &mut self.progress.tally;
        tally.opted_out += tally.recipients.saturating_sub(tally.handled());
        tally.recipients = tally.handled() + came;
        Ok(came > 0)
    }

    async fn turn(&mut self, recipient: &Recipient) -> Result<Turn, StoreError> {
        if let Some(outcome) = self.without_asking(recipient) {
            self.record(recipient.user, outcome, None).await?;
            return Ok(Turn::Over);
        }
        loop {
            self.progress.in_flight = self.in_the_middle(Some(recipient.user));
            match self.parts.store.claim(self.mailing.id, self.lease.token, recipient.user, &self.progress).await? {
                Claim::Granted => self.kept = self.progress.done.len(),
                Claim::Excluded => {
                    self.kept = self.progress.done.len();
                    self.record(recipient.user, LedgerOutcome::OptedOut, None).await?;
                    return Ok(Turn::Over);
                }
                Claim::Refused => {
                    self.progress.in_flight = self.in_the_middle(None);
                    return Ok(Turn::Stopped(Ended::Over));
                }
            }
            self.parts.post.replies_first().await;
            if self.parts.pace.place(recipient.user).await > STALE {
                continue;
            }
            break;
        }
        let result = self.hand_over(recipient).await;
        let (outcome, message) = match result {
            Ok(message) => (done(self.mailing.task), message),
            Err(PostError::RetryAfter(wait)) => {
                let until = after(self.clock.now(), TimeDelta::from_std(wait).unwrap_or(STALE));
                self.progress.in_flight = self.in_the_middle(None);
                return Ok(Turn::Stopped(Ended::ToldToWait(until)));
            }
            Err(error) => (self.refused(recipient.user, &error).await?, None),
        };
        self.record(recipient.user, outcome, message).await?;
        self.keep_going().await
    }

    /// Whose turn it is, and whose it was when somebody before us stopped: that is remembered until they have had it.
    fn in_the_middle(&self, current: Option<i64>) -> Vec<i64> {
        let others = self.again.iter().copied().filter(|user| Some(*user) != current);
        others.chain(current).collect()
    }

    /// What is known without asking Telegram.
    fn without_asking(&self, recipient: &Recipient) -> Option<LedgerOutcome> {
        let now = self.clock.now();
        match (self.mailing.task, recipient.standing, recipient.message) {
            (MailingTask::Send, Standing::OptedOut, _) => Some(LedgerOutcome::OptedOut),
            (MailingTask::Send, Standing::Blocked, _) => Some(LedgerOutcome::Blocked),
            (MailingTask::Send, Standing::Welcome, _) => None,
            (_, Standing::Blocked, _) | (_, _, None) => Some(LedgerOutcome::Missed),
            (MailingTask::Recall, _, Some((_, sent))) if !is_recallable(sent, now) => Some(LedgerOutcome::Missed),
            _ => None,
        }
    }

    async fn hand_over(&self, recipient: &Recipient) -> Result<Option<i32>, PostError> {
        let (post, chat) = (&self.parts.post, recipient.user);
        let message = recipient.message.map_or(0, |(message, _)| message);
        let view = || letter_view(&self.mailing.letter, recipient.language, self.parts.zone);
        match self.mailing.task {
            MailingTask::Send => post.send(chat, recipient.language, &view()).await.map(Some),
            MailingTask::Correct => post.edit(chat, message, &view()).await.map(|()| None),
            MailingTask::Recall => post.delete(chat, message).await.map(|()| None),
        }
    }

    /// The outcome of a refusal; who cannot be reached is passed over next time.
    async fn refused(&self, user: i64, error: &PostError) -> Result<LedgerOutcome, StoreError> {
        let outcome = match error {
            PostError::Blocked => LedgerOutcome::Blocked,
            PostError::Deactivated => LedgerOutcome::Deactivated,
            PostError::NotFound => LedgerOutcome::NotFound,
            PostError::Gone | PostError::RetryAfter(_) => LedgerOutcome::Failed,
            // A letter that may have arrived is not sent again.
            PostError::Failed(_) | PostError::Unsure(_) => LedgerOutcome::Failed,
        };
        if let PostError::Failed(reason) | PostError::Unsure(reason) = error {
            tracing::warn!(chat.id = user, reason, "a letter was refused");
        }
        if matches!(error, PostError::Blocked | PostError::Deactivated) {
            self.parts.store.set_active(user, false).await?;
        }
        Ok(if self.mailing.task == MailingTask::Send { outcome } else { LedgerOutcome::Missed })
    }

    async fn record(&mut self, user: i64, outcome: LedgerOutcome, message: Option<i32>) -> Result<(), StoreError> {
        self.parts.store.metrics().mailings.letter(self.mailing.task.into(), outcome.into());
        let tally = &mut self.progress.tally;
        let again = self.again.remove(&user) && outcome == LedgerOutcome::Sent;
        tally.repeated += u32::from(again);
        *match outcome {
            LedgerOutcome::Sent => &mut tally.sent,
            LedgerOutcome::Blocked => &mut tally.blocked,
            LedgerOutcome::Deactivated => &mut tally.deactivated,
            LedgerOutcome::NotFound => &mut tally.not_found,
            LedgerOutcome::OptedOut => &mut tally.opted_out,
            LedgerOutcome::Failed => &mut tally.failed,
            LedgerOutcome::Corrected | LedgerOutcome::Recalled => &mut tally.changed,
            LedgerOutcome::Missed => &mut tally.missed,
        } += 1;
        self.count_remaining();
        self.progress.in_flight = self.in_the_middle(None);
        self.progress.done.push(Entry { user, outcome, message, again });
        if self.kept >= ROWS {
            self.flush().await?;
        } else if self.progress.done.len() >= 2 * ROWS && self.keep().await? {
            // Those who are passed over without asking are claimed by nobody.
            self.flush().await?;
        }
        Ok(())
    }

    fn count_remaining(&self) {
        let (done, all) = self.progress.tally.of(self.mailing.task);
        self.parts.store.metrics().mailings.remaining(all.saturating_sub(done));
    }

    /// Writes down what has been done, without beginning anything; `false` if the mailing is not ours any more.
    async fn keep(&mut self) -> Result<bool, StoreError> {
        if self.kept == self.progress.done.len() {
            return Ok(true);
        }
        let ours = self.parts.store.note_stopped(self.mailing.id, self.lease.token, &self.progress, None).await?;
        if ours {
            self.kept = self.progress.done.len();
        }
        Ok(ours)
    }

    /// Brings the ledger up to what is written down. The mailing's document says so with the next step.
    async fn flush(&mut self) -> Result<(), StoreError> {
        self.parts.store.enter(self.mailing.id, self.number, &self.progress.done[..self.kept]).await?;
        self.progress.done.drain(..self.kept);
        self.kept = 0;
        Ok(())
    }

    /// Keeps the lease, and the owner up to date.
    async fn keep_going(&mut self) -> Result<Turn, StoreError> {
        if !self.keep_lease().await? {
            return Ok(Turn::Stopped(Ended::LeaseLost));
        }
        if self.parts.signal.is_stopping() {
            return Ok(Turn::Stopped(Ended::Stopping));
        }
        if self.reports.are_due() {
            self.report().await;
        }
        Ok(Turn::Over)
    }

    /// Keeps the lease, when it is time to; `false` if somebody else has it, or is to have it.
    async fn keep_lease(&mut self) -> Result<bool, StoreError> {
        if !self.parts.post.may_mail() {
            return Ok(false);
        }
        if self.clock.now() < self.renew {
            return Ok(true);
        }
        self.renew = self.clock.now() + self.parts.options.lease / 3;
        self.parts.store.keep_lease(self.lease.token, self.parts.options.lease).await
    }

    /// Writes down whom it is for, and keeps the lease for as long as that takes.
    async fn enroll(&mut self, since: Option<DateTime<Utc>>) -> Result<u32, StoreError> {
        let (parts, id, token) = (self.parts, self.mailing.id, self.lease.token);
        let lease = parts.options.lease;
        // A virtual clock stands still while MongoDB works.
        let pause = (lease / 3).to_std().unwrap_or_default();
        let enrolling = parts.store.enroll(id, self.mailing.segment, self.author, since);
        let mut enrolling = std::pin::pin!(enrolling);
        loop {
            tokio::select! {
                enrolled = &mut enrolling => break enrolled?,
                () = tokio::time::sleep(pause) => drop(parts.store.keep_lease(token, lease).await?),
            }
        }
        parts.store.count_waiting(id, self.number).await
    }

    async fn report(&mut self) {
        self.mailing.tally = self.progress.tally;
        let (tally, id) = (&self.mailing.tally, self.mailing.id);
        tracing::info!(mailing = %id, task = %self.mailing.task, sent = tally.sent, of = tally.recipients, changed = tally.changed, "a mailing goes on");
        let _ = self.reports.tell(&self.mailing).await;
    }

    /// Writes down what has been done, and why it does not go on.
    async fn stop(mut self, ended: Ended) -> Result<Ended, StoreError> {
        let metrics = self.parts.store.metrics();
        match ended {
            Ended::ToldToWait(until) => metrics.mailings.wait_until(until.timestamp_millis()),
            Ended::Over | Ended::LeaseLost | Ended::Stopping => metrics.mailings.remaining(0),
        }
        let (id, token) = (self.mailing.id, self.lease.token);
        let until = match ended {
            Ended::ToldToWait(until) => Some(until),
            Ended::Over | Ended::LeaseLost | Ended::Stopping => None,
        };
        if let Some(until) = until {
            // First of all: whoever takes over must wait, too.
            self.parts.store.wait_before(token, until).await?;
            tracing::warn!(mailing = %id, %until, "Telegram asks a mailing to wait");
        }
        let ours = self.parts.store.note_stopped(id, token, &self.progress, until).await?;
        if ours {
            self.kept = self.progress.done.len();
            let written = self.progress.done.clone();
            self.flush().await?;
            // If it was cancelled, nobody goes on with what has just been written into it.
            self.parts.store.name_nobody(id, &written).await?;
        }
        if let (true, Some(until)) = (ours, until) {
            self.mailing.waits_until = Some(until);
            self.report().await;
        }
        Ok(if ours { ended } else { Ended::LeaseLost })
    }

    async fn finish(self) -> Result<Ended, StoreError> {
        let (id, token, tally) = (self.mailing.id, self.lease.token, self.progress.tally);
        self.parts.store.metrics().mailings.remaining(0);
        if self.parts.store.finish_mailing(id, token, tally).await? {
            tracing::info!(mailing = %id, task = %self.mailing.task, ?tally, "a mailing is done");
        }
        Ok(Ended::Over)
    }
}

/// What a task that went well has done.
fn done(task: MailingTask) -> LedgerOutcome {
    match task {
        MailingTask::Send => LedgerOutcome::Sent,
        MailingTask::Correct => LedgerOutcome::Corrected,
        MailingTask::Recall => LedgerOutcome::Recalled,
    }
}
