//! Looks for work, and does it under a lease: one process at a time, and so at one pace.

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::shop::{Catalogue, MailingStatus, NewsId};

use super::parts::MailerParts;
use super::post::MessageGateway;
use super::report::Reports;
use super::round::{Ended, Round};
use crate::clock::Clock;
use crate::store::{Ahead, Lease, StoreError};

pub(super) struct Worker<P> {
    parts: MailerParts<P>,
    clock: Clock,
    /// Our name on the lease.
    name: String,
    /// That of the lease which we hold.
    token: Option<i64>,
    /// The news that we have looked at, to tell a change of theirs from one of the shelves.
    news: Vec<(NewsId, DateTime<Utc>)>,
}

/// What became of a report.
enum Reported {
    /// There was none to give.
    Nothing,
    Told,
    /// Telegram asks to wait until this time.
    Later(DateTime<Utc>),
}

/// What to do next.
enum Next {
    Work,
    /// Nothing, until this time.
    WaitUntil(DateTime<Utc>),
}

impl<P: MessageGateway> Worker<P> {
    pub(super) fn new(parts: MailerParts<P>, name: String) -> Self {
        let clock = parts.store.clock().clone();
        let news = parts.catalogue.as_ref().map(|catalogue| dated(&catalogue.borrow())).unwrap_or_default();
        Self { parts, clock, name, token: None, news }
    }

    /// Works until it is told to stop.
    pub(super) async fn run(mut self) {
        loop {
            self.parts.signal.work();
            if self.parts.signal.is_stopping() {
                return self.leave().await;
            }
            let until = match self.turn().await {
                Ok(Next::Work) => continue,
                Ok(Next::WaitUntil(time)) => time,
                Err(error) => {
                    tracing::warn!(%error, "mailings stand still for now");
                    self.clock.now() + self.parts.options.look
                }
            };
            self.rest(until).await;
        }
    }

    /// One look for work, and the work.
    async fn turn(&mut self) -> Result<Next, StoreError> {
        let store = &self.parts.store;
        let soon = self.clock.now() + self.parts.options.look;
        let planned = store.mail_news().await?;
        let begins = match store.ahead().await? {
            Ahead::Due(_) => None,
            Ahead::Planned(begins) => Some(soon.min(begins)),
            Ahead::Nothing => Some(soon),
        };
        if let Some(begins) = begins {
            return Ok(Next::WaitUntil(planned.into_iter().fold(begins, DateTime::min)));
        }
        if !self.parts.post.may_mail() {
            // Another process replies, and so mails.
            self.leave().await;
            return Ok(Next::WaitUntil(planned.into_iter().fold(soon, DateTime::min)));
        }
        let Some(lease) = self.parts.store.take_lease(&self.name, self.parts.options.lease).await? else {
            return Ok(Next::WaitUntil(soon));
        };
        self.token = Some(lease.token);
        let worked = self.work(lease).await;
        match worked {
            Ok(Some(until)) => Ok(Next::WaitUntil(planned.into_iter().fold(until, DateTime::min))),
            Ok(None) => {
                self.token = None;
                self.parts.store.leave_lease(lease.token).await?;
                Ok(Next::Work)
            }
            Err(error) => Err(error),
        }
    }

    /// Brings the next mailing as far as it gets. Until when Telegram lets us do nothing more, if it does not.
    async fn work(&mut self, lease: Lease) -> Result<Option<DateTime<Utc>>, StoreError> {
        if let Some(until) = lease.not_before.filter(|until| *until > self.clock.now()) {
            return Ok(match self.report_what_stands(lease).await? {
                Reported::Told => None,
                Reported::Nothing | Reported::Later(_) => Some(until.min(self.renewal())),
            });
        }
        let Some(stored) = self.parts.store.next_mailing().await? else { return Ok(None) };
        if stored.mailing.status != MailingStatus::Running {
            return Ok(match self.report_what_stands(lease).await? {
                Reported::Told | Reported::Nothing => None,
                Reported::Later(until) => Some(until.min(self.renewal())),
            });
        }
        let id = stored.mailing.id;
        let Some(stored) = self.parts.store.adopt_mailing(id, lease.token).await? else { return Ok(None) };
        let round = Round::new(&self.parts, self.clock.clone(), lease, stored);
        match round.run().await? {
            Ended::Over | Ended::LeaseLost | Ended::Stopping => Ok(None),
            Ended::ToldToWait(until) => Ok(Some(until.min(self.renewal()))),
        }
    }

    /// When the lease must be kept.
    fn renewal(&self) -> DateTime<Utc> {
        self.clock.now() + self.parts.options.lease / 3
    }

    /// Lets the next one begin at once.
    async fn leave(&mut self) {
        let Some(token) = self.token.take() else { return };
        if let Err(error) = self.parts.store.leave_lease(token).await {
            tracing::warn!(%error, "mailings go on elsewhere when the lease has expired");
        }
    }

    /// Tells of a mailing that stands still: paused, cancelled, done.
    async fn report_what_stands(&self, lease: Lease) -> Result<Reported, StoreError> {
        let Some(stored) = self.parts.store.next_mailing().await? else { return Ok(Reported::Nothing) };
        if stored.mailing.status == MailingStatus::Running {
            return Ok(Reported::Nothing);
        }
        // What a crash has left behind goes into the ledger first.
        let id = stored.mailing.id;
        self.parts.store.enter(id, stored.round, &stored.done).await?;
        self.parts.store.name_nobody(id, &stored.done).await?;
        let mailing = stored.mailing.clone();
        let mut reports = Reports::new(&self.parts, self.clock.clone(), &stored);
        if let Some(until) = reports.tell(&mailing).await {
            return Ok(Reported::Later(until));
        }
        self.parts.store.note_reported(id, mailing.status, mailing.task, reports.places()).await?;
        tracing::info!(mailing = %id, status = %mailing.status, token = lease.token, "a mailing was reported");
        Ok(Reported::Told)
    }

    /// Waits for a time, a nudge, or other news.
    async fn rest(&mut self, until: DateTime<Utc>) {
        let signal = self.parts.signal.clone();
        signal.rest();
        let (catalogue, known) = (&mut self.parts.catalogue, &mut self.news);
        let other_news = async {
            let Some(catalogue) = catalogue else { return std::future::pending().await };
            loop {
                let now = dated(&catalogue.borrow_and_update());
                if now != *known {
                    *known = now;
                    return;
                }
                if catalogue.changed().await.is_err() {
                    return std::future::pending().await;
                }
            }
        };
        tokio::select! {
            () = signal.raised() => {}
            () = other_news => {}
            () = self.clock.until(until.max(self.clock.now() + TimeDelta::milliseconds(1))) => {}
        }
    }
}

/// All news, by name and date.
fn dated(shelves: &Catalogue) -> Vec<(NewsId, DateTime<Utc>)> {
    shelves.news(DateTime::<Utc>::MAX_UTC, usize::MAX).map(|news| (news.id, news.published)).collect()
}
