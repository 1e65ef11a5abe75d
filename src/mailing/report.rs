//! Telling owners how far a mailing has come: one message each, edited now and then.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::mailing::report;
use dialogues::moment::after;
use dialogues::shop::{Language, Mailing, TeamRole};

use super::parts::MailerParts;
use super::post::{MessageGateway, PostError};
use crate::clock::Clock;
use crate::store::StoredMailing;

/// A report is not edited more often: Telegram counts edits, too.
const EVERY: TimeDelta = TimeDelta::seconds(3);

/// The reports of one mailing.
pub(super) struct Reports<'a, P> {
    parts: &'a MailerParts<P>,
    clock: Clock,
    /// Who has asked for it.
    author: Option<i64>,
    languages: HashMap<i64, Language>,
    /// Where each one's report stands.
    places: Vec<(i64, i32)>,
    /// Not before this time.
    next: DateTime<Utc>,
}

impl<'a, P: MessageGateway> Reports<'a, P> {
    pub(super) fn new(parts: &'a MailerParts<P>, clock: Clock, stored: &StoredMailing) -> Self {
        let next = clock.now() + EVERY;
        Self { parts, clock, author: stored.author, languages: HashMap::new(), places: stored.reports.clone(), next }
    }

    /// Whoever asked for it, as long as they are an owner; else all owners.
    fn readers(&self) -> Vec<i64> {
        let is_owner = |author: &i64| self.parts.staff.role(*author) == Some(TeamRole::Owner);
        match self.author.filter(is_owner) {
            Some(author) => vec![author],
            None => self.parts.staff.who_may(TeamRole::Owner),
        }
    }

    /// Where the reports stand.
    pub(super) fn places(&self) -> &[(i64, i32)] {
        &self.places
    }

    /// Whether it is time to tell how far it is.
    pub(super) fn are_due(&self) -> bool {
        self.clock.now() >= self.next
    }

    /// Tells how far it is. Who cannot be told is no reason to stop. If Telegram asks to wait, until when.
    pub(super) async fn tell(&mut self, mailing: &Mailing) -> Option<DateTime<Utc>> {
        let mut later = None;
        self.next = self.clock.now() + EVERY;
        for reader in self.readers() {
            let language = self.language(reader).await;
            let view = report(mailing, language, self.clock.now(), self.parts.zone);
            self.parts.pace.reply(reader);
            let place = self.places.iter().find(|(chat, _)| *chat == reader).map(|(_, message)| *message);
            let told = match place {
                Some(message) => self.parts.post.edit(reader, message, &view).await,
                None => {
                    let sent = self.parts.post.send(reader, language, &view).await;
                    sent.map(|message| self.places.push((reader, message)))
                }
            };
            match told {
                Ok(()) => {}
                Err(PostError::RetryAfter(wait)) => {
                    let wait = TimeDelta::from_std(wait).unwrap_or(EVERY);
                    self.next = self.next.max(after(self.clock.now(), wait));
                    later = Some(self.next);
                }
                Err(error) => tracing::warn!(chat.id = reader, ?error, "an owner could not be told of a mailing"),
            }
        }
        later
    }

    async fn language(&mut self, reader: i64) -> Language {
        if let Some(language) = self.languages.get(&reader) {
            return *language;
        }
        // An owner who has never written to the bot reads the shop's first language.
        let known = self.parts.store.load(reader).await.ok();
        let language = known.map_or_else(Language::default, |loaded| loaded.snapshot.language(Language::default));
        self.languages.insert(reader, language);
        language
    }
}
