//! Mailings in the model: everybody whom a letter is for gets it, in the order in which they came to the shop.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::team::USERNAME;
use super::{Resident, World};
use crate::chat::{BotAction, MessageId, Observed};
use crate::machine::View;
use crate::mailing::{LETTER_SERIAL, NEWS_DELAY, letter_view, news_letter, report};
use crate::moment::{after, before};
use crate::shop::{
    AudienceCounts, Customer, Mailing, MailingId, MailingStatus, MailingTask, NewsId, Office, ReceivedLetter, Sales,
    Segment, Steering, TeamRole, is_recallable,
};
use crate::turn::Looks;

/// A mailing, and what became of everybody.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    mailing: Mailing,
    /// Who wrote it: gets the reports, and not the letter. Of news, all owners are told.
    author: Option<String>,
    enrolled: BTreeSet<String>,
    /// Who has had their turn in the present task.
    done: BTreeSet<String>,
    sent: BTreeMap<String, (MessageId, DateTime<Utc>)>,
    reports: BTreeMap<String, MessageId>,
}

/// What Telegram is going to answer to somebody's next letter.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    /// As the transcript names it; letters of any kind run into it.
    pub(super) method: String,
    pub(super) person: String,
    pub(super) code: u16,
    pub(super) retry_after: Option<u32>,
}

impl World {
    /// What an owner's turn sees.
    pub(super) fn office(&self, name: &str, looks: &Looks) -> Option<Office> {
        let role = self.role(self.residents.get(name)?)?;
        let mut census = AudienceCounts::default();
        for (_, resident) in self.audience(Some(name)) {
            census.add(resident.language_now(), !resident.kept.orders.is_empty(), 1);
        }
        let mailing = looks.at_mailing.and_then(|id| self.posted.iter().find(|posted| posted.mailing.id == id));
        let order = looks.at_order.and_then(|number| self.order(number)).map(|order| self.for_team(order));
        let orders = looks.at_desk.as_ref().map(|query| self.desk(query)).unwrap_or_default();
        let mailing = mailing.map(|posted| posted.mailing.clone());
        let correspondent = looks.at_addressee.and_then(|to| self.correspondent(to));
        let sales = if looks.at_sales { self.sales() } else { Sales::default() };
        let (team, audit, bot) = (self.members(name, looks), self.newest_audit(looks), USERNAME.to_owned());
        Some(Office { role, census, mailing, order, orders, sales, correspondent, team, audit, bot })
    }

    /// The letters that somebody has got and nobody has taken back, oldest first.
    pub(super) fn letters_of(&self, name: &str) -> Vec<ReceivedLetter> {
        let language = self.residents.get(name).map(Resident::language_now).unwrap_or_default();
        let letter = |posted: &Posted| {
            let (_, at) = *posted.sent.get(name)?;
            Some(ReceivedLetter { at, words: posted.mailing.letter.words_in(language).clone() })
        };
        let mut letters: Vec<_> = self.posted.iter().filter_map(letter).collect();
        letters.sort_by_key(|letter| letter.at);
        letters
    }

    /// Knows no longer who has got a letter.
    pub(super) fn forget_letters_of(&mut self, name: &str) {
        for posted in &mut self.posted {
            posted.sent.remove(name);
        }
    }

    /// Everybody whom letters reach, in the order in which they came.
    fn audience(&self, author: Option<&str>) -> impl Iterator<Item = (&String, &Resident)> {
        let mut all: Vec<_> = self.residents.iter().filter(|(name, _)| Some(name.as_str()) != author).collect();
        all.retain(|(_, resident)| {
            resident.kept.active && resident.kept.customer.as_ref().is_some_and(|customer| customer.subscribed)
        });
        all.sort_by_key(|(_, resident)| resident.place);
        all.into_iter()
    }

    pub(super) fn begin_mailing(&mut self, mailing: Mailing, author: Option<String>) {
        let (enrolled, done) = (BTreeSet::new(), BTreeSet::new());
        let (sent, reports) = (BTreeMap::new(), BTreeMap::new());
        self.posted.push(Posted { mailing, author, enrolled, done, sent, reports });
    }

    pub(super) fn steer_mailing(&mut self, id: MailingId, steering: &Steering) {
        let Some(posted) = self.posted.iter_mut().find(|posted| posted.mailing.id == id) else { return };
        if !posted.mailing.allows(steering.steer()) {
            return;
        }
        posted.mailing = posted.mailing.clone().steered(steering);
        if steering.task().is_some() {
            posted.done.clear();
        }
    }

    /// Whether a mailing is under way, or an owner is about to send one: else what Telegram is going to
    /// answer has no meaning here.
    pub(super) fn expects_mail(&self) -> bool {
        let writes = |resident: &Resident| {
            resident.kept.conversation.as_ref().is_some_and(|conversation| conversation.dialogue.flow() == "Mailing")
        };
        self.posted.iter().any(|posted| posted.mailing.is_open())
            || !self.unmailed.is_empty()
            || self.residents.values().any(writes)
    }

    /// Lets every mailing come as far as it can.
    pub(super) fn deliver(&mut self) {
        self.announce_moves();
        self.bring_messages();
        self.tell_who_waits();
        self.tell_roles();
        self.mail_news();
        for place in 0..self.posted.len() {
            let mut posted = self.posted[place].clone();
            self.advance(&mut posted);
            if posted.mailing.began.is_some() || posted.mailing.status != MailingStatus::Running {
                self.tell_progress(&mut posted);
            }
            self.posted[place] = posted;
        }
    }

    fn mail_news(&mut self) {
        let (now, catalogue) = (self.now, std::sync::Arc::clone(&self.catalogue));
        let due =
            |id: &NewsId| catalogue.news(before(now, NEWS_DELAY), usize::MAX).find(|news| news.id == *id).cloned();
        let (ready, waiting) = std::mem::take(&mut self.unmailed).into_iter().partition(|id| due(id).is_some());
        self.unmailed = waiting;
        let ready: Vec<NewsId> = ready;
        for news in ready.iter().filter_map(due) {
            let recipients = u32::try_from(self.audience(None).count()).unwrap_or(u32::MAX);
            let mailing = Mailing::new(news.id.into(), news_letter(&news), Segment::default(), recipients, now);
            self.begin_mailing(mailing, None);
        }
    }

    fn advance(&mut self, posted: &mut Posted) {
        let now = self.now;
        let mailing = &mut posted.mailing;
        let waits = mailing.waits_until.is_some_and(|until| until > now);
        if mailing.status != MailingStatus::Running || mailing.starts > now || waits {
            return;
        }
        mailing.waits_until = None;
        if mailing.began.replace(mailing.began.unwrap_or(now)).is_none() {
            self.tell_progress(posted);
        }
        if posted.mailing.task == MailingTask::Send && !posted.enrolled.is_empty() {
            // Somebody may have come meanwhile, and has not had a turn.
            self.enroll(posted);
        }
        while let Some(name) = self.next_of(posted) {
            if !self.hand_over(posted, &name) {
                return;
            }
        }
        posted.mailing.status = MailingStatus::Done;
    }

    /// Notes down whom it is for.
    fn enroll(&self, posted: &mut Posted) {
        let segment = posted.mailing.segment;
        for (name, resident) in self.audience(posted.author.as_deref()) {
            if segment.has(resident.language_now(), !resident.kept.orders.is_empty()) {
                posted.enrolled.insert(name.clone());
            }
        }
        posted.mailing.tally.recipients = u32::try_from(posted.enrolled.len()).unwrap_or(u32::MAX);
    }

    fn next_of(&self, posted: &mut Posted) -> Option<String> {
        if posted.mailing.task == MailingTask::Send && posted.enrolled.is_empty() {
            self.enroll(posted);
        }
        let theirs: Vec<&String> = match posted.mailing.task {
            MailingTask::Send => posted.enrolled.iter().collect(),
            MailingTask::Correct | MailingTask::Recall => posted.sent.keys().collect(),
        };
        let open = theirs.into_iter().filter(|name| !posted.done.contains(*name));
        open.min_by_key(|name| self.residents.get(*name).map(|resident| resident.place)).cloned()
    }

    /// One person's turn; `false` where Telegram asks to wait.
    fn hand_over(&mut self, posted: &mut Posted, name: &str) -> bool {
        let now = self.now;
        let Some(resident) = self.residents.get(name) else { return true };
        let Customer { language, subscribed, .. } = resident.kept.customer.clone().unwrap_or_default();
        let (active, known) = (resident.kept.active, resident.kept.customer.is_some());
        let task = posted.mailing.task;
        let tally = &mut posted.mailing.tally;
        if task == MailingTask::Send && !(known && subscribed) {
            tally.opted_out += 1;
            posted.done.insert(name.to_owned());
            return true;
        }
        let refused = self.refusals.iter().position(|refusal| refusal.person == name).filter(|_| active);
        let refused = refused.map(|place| self.refusals.remove(place));
        if let Some(Refusal { code: 429, retry_after, .. }) = refused {
            posted.mailing.waits_until = Some(after(now, TimeDelta::seconds(i64::from(retry_after.unwrap_or(1)))));
            return false;
        }
        posted.done.insert(name.to_owned());
        let code = if active { refused.map(|refusal| refusal.code) } else { Some(403) };
        if let (403, Some(resident)) = (code.unwrap_or_default(), self.residents.get_mut(name)) {
            resident.kept.active = false;
        }
        match (task, code) {
            (MailingTask::Send, Some(403)) => tally.blocked += 1,
            (MailingTask::Send, Some(400)) => tally.not_found += 1,
            (MailingTask::Send, Some(_)) => tally.failed += 1,
            (MailingTask::Send, None) => {
                tally.sent += 1;
                let view = letter_view(&posted.mailing.letter, language, self.settings.zone);
                if let Some(id) = self.bring(name, &view) {
                    posted.sent.insert(name.to_owned(), (id, now));
                }
            }
            (_, Some(_)) => tally.missed += 1,
            (MailingTask::Correct, None) => {
                tally.changed += 1;
                let view = letter_view(&posted.mailing.letter, language, self.settings.zone);
                if let Some((id, _)) = posted.sent.get(name) {
                    self.alter(name, *id, &view);
                }
            }
            (MailingTask::Recall, None) => match posted.sent.get(name) {
                Some((id, sent)) if is_recallable(*sent, now) => {
                    tally.changed += 1;
                    self.take_back(name, *id);
                    posted.sent.remove(name);
                }
                _ => tally.missed += 1,
            },
        }
        true
    }

    /// The report, to whoever wrote it, or to all owners.
    fn tell_progress(&mut self, posted: &mut Posted) {
        let owners = self.team(TeamRole::Owner);
        let is_owner = |author: &&String| {
            self.residents.get(*author).is_some_and(|author| self.role(author) == Some(TeamRole::Owner))
        };
        let author = posted.author.as_ref().filter(is_owner);
        let owners = self.residents.iter().filter(|(name, _)| match author {
            Some(author) => *name == author,
            None => owners.contains(*name),
        });
        let owners: Vec<_> = owners.map(|(name, resident)| (name.clone(), resident.language_now())).collect();
        for (owner, language) in owners {
            let view = report(&posted.mailing, language, self.now, self.settings.zone);
            match posted.reports.get(&owner) {
                Some(id) => self.alter(&owner, *id, &view),
                None => {
                    if let Some(id) = self.bring(&owner, &view) {
                        posted.reports.insert(owner, id);
                    }
                }
            }
        }
    }

    pub(super) fn bring(&mut self, name: &str, view: &View) -> Option<MessageId> {
        let resident = self.residents.get_mut(name)?;
        let (id, act) = resident.window.send(view, LETTER_SERIAL, Vec::new);
        self.happened.observed.push(Observed { person: name.to_owned(), act });
        Some(id)
    }

    pub(super) fn alter(&mut self, name: &str, id: MessageId, view: &View) {
        let act = self.residents.get_mut(name).and_then(|resident| resident.window.edit(id, view, LETTER_SERIAL));
        self.happened.observed.extend(act.map(|act| Observed { person: name.to_owned(), act }));
    }

    fn take_back(&mut self, name: &str, id: MessageId) {
        let Some(resident) = self.residents.get_mut(name) else { return };
        let act = BotAction::Deleted(id);
        resident.window.chat.show(&act);
        self.happened.observed.push(Observed { person: name.to_owned(), act });
    }
}
