//! `leases`: who is the active process of a bot, one document for each bot: `{_id: Int64 (the bot's id), holder: text,
//! epoch: Int64, until: Date, heard: Date, shown: {from: Int64, to: Int64}, machine: text, socket: Bool, address: text, outage: {number: Int64,
//! since: Date, until: Date}}`. `until` and `heard` are of MongoDB's own clock (`$$NOW`): those of processes play no part. `heard` is when
//! a holder wrote last; the program before has not written it. `socket`: the holder has one (`alive.rs`); the program
//! before had a port instead, and its lease runs out by itself where it is killed in the middle of an upgrade.
//!
//! A new holder raises `epoch`. Who gives the lease back leaves `holder` empty, and `until` at 1970 if all that it
//! committed is shown. `shown` are then its epoch and those right before it of which the same was said; it stays, whatever becomes
//! of later holders. The program before drops it. `outage` stays as long as not everybody has been asked again whom it concerns (`returning.rs`); its
//! times are of a process's clock, as those of dialogues are. Nothing here is of a person. `lease.rs` decides what is done with it.

use std::time::Duration;

use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::Collection;
use mongodb::options::ReturnDocument;

use chrono::TimeDelta;

use super::document::{date, whole};
use super::{StoreError, within};
use crate::lease::{Found, Outage, ShownEpochs, TERMS};

/// The collection, in every database.
pub const LEASES: &str = "leases";
/// A command takes no longer, or the next one is tried.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The lease of one bot.
#[derive(Debug, Clone)]
pub struct Leases {
    collection: Collection<Document>,
    bot: i64,
}

/// How a process presents itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) machine: Option<String>,
    pub(crate) has_socket: bool,
    pub(crate) address: Option<String>,
}

impl Holder {
    fn fields(&self) -> Document {
        let mut fields = doc! { "holder": { "$literal": &self.name } };
        if let Some(machine) = &self.machine {
            fields.insert("machine", doc! { "$literal": machine });
        }
        if self.has_socket {
            fields.insert("socket", true);
        }
        if let Some(address) = &self.address {
            fields.insert("address", doc! { "$literal": address });
        }
        fields
    }
}

/// When a lease ends that begins now.
fn until(lasts: Duration) -> Document {
    doc! { "$add": ["$$NOW", lasts.as_millis() as i64] }
}

impl Leases {
    /// The lease of a bot, in a collection whose writes are acknowledged by a majority.
    pub fn new(collection: Collection<Document>, bot: i64) -> Self {
        Self { collection, bot }
    }

    /// The lease as it is; `None` where nobody has ever held it.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn look(&self) -> Result<Option<Found>, StoreError> {
        let since = |time: &str| doc! { "$subtract": ["$$NOW", time] };
        let age = doc! { "$set": { "age": since("$until"), "away": since("$heard") } };
        let pipeline = [doc! { "$match": { "_id": self.bot } }, age];
        let found = async { Ok(self.collection.aggregate(pipeline).await?.try_collect::<Vec<Document>>().await?) };
        Ok(within(TIMEOUT, found).await?.first().map(found_in))
    }

    /// Takes the lease if it is free. One that is another's is taken if it is still as it was `found`, and the holder is
    /// known to be `gone`. `outage` ends with that. The epoch, if it was taken.
    ///
    /// # Errors
    /// [`StoreError::Away`]: it may have been taken nevertheless.
    pub(crate) async fn take(
        &self,
        ours: &Holder,
        found: Option<&Found>,
        gone: bool,
        outage: Option<Outage>,
        lasts: Duration,
    ) -> Result<Option<i64>, StoreError> {
        let mut free = vec![
            doc! { "$lte": [{ "$ifNull": ["$until", "$$NOW"] }, "$$NOW"] },
            doc! { "$in": [{ "$ifNull": ["$holder", ""] }, ["", { "$literal": &ours.name }]] },
        ];
        if let Some(found) = found.filter(|_| gone) {
            let same =
                [doc! { "$eq": ["$epoch", found.epoch] }, doc! { "$eq": ["$holder", { "$literal": &found.holder }] }];
            free.push(doc! { "$and": same.to_vec() });
        }
        let mut fields = ours.fields();
        fields.extend(doc! {
            "_id": "$_id",
            "epoch": { "$add": [{ "$ifNull": ["$epoch", 0_i64] }, 1_i64] },
            "until": until(lasts),
            "heard": "$$NOW",
            "shown": "$shown",
        });
        if let Some(outage) = outage {
            fields.insert("outage", noted(outage));
        }
        let update = vec![doc! { "$replaceWith": { "$cond": [{ "$or": free }, fields, "$$ROOT"] } }];
        let taking = async {
            let taken = self.collection.find_one_and_update(doc! { "_id": self.bot }, update).upsert(true);
            Ok(taken.return_document(ReturnDocument::After).await?)
        };
        match within(TIMEOUT, taking).await {
            Ok(taken) => {
                let is_ours = |taken: &Document| taken.get_str("holder").is_ok_and(|holder| holder == ours.name);
                Ok(taken.filter(is_ours).map(|taken| epoch(&taken)))
            }
            // Two have made the first one at the same time, and the other one has it.
            Err(error) if error.duplicate().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Renews a lease of ours; `false` if it is another's.
    ///
    /// # Errors
    /// [`StoreError::Away`]: it may have been renewed nevertheless.
    pub(crate) async fn renew(&self, ours: &Holder, epoch: i64, lasts: Duration) -> Result<bool, StoreError> {
        let mut fields = ours.fields();
        fields.extend(doc! { "until": until(lasts), "heard": "$$NOW" });
        self.change(&ours.name, epoch, fields).await
    }

    /// Gives a lease of ours back; with the epochs all of whose commits are `shown`, where nothing is left.
    ///
    /// # Errors
    /// [`StoreError::Away`]: then it runs out by itself.
    pub(crate) async fn give_back(&self, name: &str, epoch: i64, shown: Option<ShownEpochs>) -> Result<(), StoreError> {
        let mut fields = doc! { "holder": "", "until": "$$NOW", "heard": "$$NOW" };
        if let Some(ShownEpochs { from, to }) = shown {
            let shown = doc! { "from": from, "to": to };
            fields.extend(doc! { "until": bson::DateTime::from_millis(0), "shown": shown });
        }
        self.change(name, epoch, fields).await.map(drop)
    }

    /// Keeps an outage with a lease of ours, until [`Leases::forget_outage`].
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn keep_outage(&self, name: &str, epoch: i64, outage: Outage) -> Result<(), StoreError> {
        self.change(name, epoch, doc! { "outage": noted(outage) }).await.map(drop)
    }

    /// Everybody is through whom the outage concerns.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn forget_outage(&self, name: &str, epoch: i64) -> Result<(), StoreError> {
        self.change(name, epoch, doc! { "outage": "$$REMOVE" }).await.map(drop)
    }

    /// Sets the times of the lease back, as if no process had been heard of for so much longer: for stages and tests, which
    /// do not wait.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn set_back(&self, by: TimeDelta) -> Result<(), StoreError> {
        let back = doc! { "heard": { "$subtract": ["$heard", by.num_milliseconds()] } };
        let heard = doc! { "_id": self.bot, "heard": { "$type": "date" } };
        let changing = async { Ok(self.collection.update_one(heard, vec![doc! { "$set": back }]).await?) };
        within(TIMEOUT, changing).await.map(drop)
    }

    async fn change(&self, name: &str, epoch: i64, fields: Document) -> Result<bool, StoreError> {
        let filter = doc! { "_id": self.bot, "holder": name, "epoch": epoch };
        let changing = async { Ok(self.collection.update_one(filter, vec![doc! { "$set": fields }]).await?) };
        Ok(within(TIMEOUT, changing).await?.matched_count == 1)
    }

    /// Who is active, in words for an operator; `None` if nobody is.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn holder(&self) -> Result<Option<String>, StoreError> {
        let held = self.look().await?.filter(|found| !found.expired && !found.holder.is_empty());
        Ok(held.map(|found| {
            let at = found.address.unwrap_or_else(|| "a process without a server".to_owned());
            let machine =
                found.machine.as_deref().and_then(|machine| machine.split(' ').next()).unwrap_or("?").to_owned();
            format!("{at} on {machine}, epoch {}", found.epoch)
        }))
    }
}

fn epoch(document: &Document) -> i64 {
    document.get("epoch").and_then(whole).unwrap_or(0)
}

fn noted(Outage { number, since, until }: Outage) -> Document {
    doc! { "number": number, "since": date(since), "until": date(until) }
}

fn outage(document: &Document) -> Option<Outage> {
    let noted = document.get_document("outage").ok()?;
    let time = |name: &str| noted.get_datetime(name).ok().map(|time| time.to_chrono());
    Some(Outage { number: noted.get("number").and_then(whole)?, since: time("since")?, until: time("until")? })
}

fn shown(document: &Document) -> Option<ShownEpochs> {
    let shown = document.get_document("shown").ok()?;
    Some(ShownEpochs { from: shown.get("from").and_then(whole)?, to: shown.get("to").and_then(whole)? })
}

fn found_in(document: &Document) -> Found {
    let text = |name: &str| document.get_str(name).ok().map(str::to_owned);
    // Negative while it is held.
    let age = document.get("age").and_then(whole).unwrap_or(i64::MAX);
    let millis = |age: i64| Duration::from_millis(age.max(0) as u64);
    let away = document.get("away").and_then(whole);
    // The program before has not written when it was heard of: at the latest when its lease began.
    let silent = away.unwrap_or_else(|| age.saturating_add(TERMS.lasts.as_millis() as i64));
    let holder = text("holder").unwrap_or_default();
    Found {
        epoch: epoch(document),
        expired: age >= 0,
        settled: holder.is_empty() && document.get_datetime("until").is_ok_and(|until| until.timestamp_millis() == 0),
        shown: shown(document),
        silent_for: millis(silent),
        away_for: millis(away.unwrap_or(0)),
        outage: outage(document),
        machine: text("machine"),
        has_socket: document.get_bool("socket").unwrap_or(false),
        address: text("address"),
        holder,
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::mongo::Connection;
    use crate::mongod::Mongod;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(30);

    /// The lease of a bot that no other test has, and two processes of it.
    async fn opened(bot: i64) -> (Leases, Holder, Holder) {
        let mongod = Mongod::shared().await.unwrap();
        let database = Connection::named("leases").open(mongod.uri(), "leases_test").await.unwrap();
        let leases = Leases::new(database.collection(LEASES), bot);
        leases.collection.delete_one(doc! { "_id": bot }).await.unwrap();
        let process = |name: &str, port: u16| Holder {
            name: name.to_owned(),
            machine: Some("here".to_owned()),
            has_socket: true,
            address: Some(format!("http://127.0.0.1:{port}")),
        };
        (leases, process("one", 8080), process("two", 8081))
    }

    async fn expired(leases: &Leases) -> Found {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        let run_out = async {
            loop {
                ticks.tick().await;
                if let Some(found) = leases.look().await.unwrap().filter(|found| found.expired) {
                    return found;
                }
            }
        };
        tokio::time::timeout(LONG, run_out).await.expect("it does not run out")
    }

    #[tokio::test]
    async fn of_many_that_want_a_fresh_lease_exactly_one_gets_it() {
        for bot in 1..=10 {
            let (leases, one, _) = opened(bot).await;
            assert_eq!(leases.look().await.unwrap(), None);
            let all: Vec<_> = (0..8).map(|place| Holder { name: place.to_string(), ..one.clone() }).collect();
            let taken = join_all(all.iter().map(|holder| leases.take(holder, None, false, None, LONG))).await;
            let taken: Vec<_> = taken.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(taken, [1]);
        }
    }

    #[tokio::test]
    async fn a_lease_is_anothers_until_it_runs_out_and_then_its_former_holder_cannot_renew_it() {
        let (leases, one, two) = opened(100).await;
        assert_eq!(leases.take(&one, None, false, None, LONG).await.unwrap(), Some(1));
        let found = leases.look().await.unwrap().unwrap();
        assert!(!found.expired && !found.settled && found.silent_for < LONG);
        assert_eq!((found.has_socket, found.address.as_deref()), (true, Some("http://127.0.0.1:8080")));
        assert_eq!(leases.take(&two, Some(&found), false, None, LONG).await.unwrap(), None);
        assert!(leases.renew(&one, 1, SHORT).await.unwrap());
        let found = expired(&leases).await;
        assert!(found.silent_for >= SHORT, "{:?}", found.silent_for);
        let racing = [&two, &Holder { name: "three".to_owned(), ..two.clone() }];
        let taken = join_all(racing.map(|holder| leases.take(holder, Some(&found), false, None, LONG))).await;
        assert_eq!(taken.into_iter().filter_map(Result::unwrap).collect::<Vec<_>>(), [2]);
        assert!(!leases.renew(&one, 1, LONG).await.unwrap());
        assert_eq!(leases.take(&one, None, false, None, LONG).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_has_run_out_and_nobody_has_taken_is_taken_by_its_former_holder_in_a_new_epoch() {
        let (leases, one, _) = opened(101).await;
        leases.take(&one, None, false, None, SHORT).await.unwrap();
        expired(&leases).await;
        assert_eq!(leases.take(&one, None, false, None, LONG).await.unwrap(), Some(2));
        assert!(!leases.renew(&one, 1, LONG).await.unwrap(), "each epoch is one time without a gap");
        assert!(leases.renew(&one, 2, LONG).await.unwrap());
    }

    #[tokio::test]
    async fn a_lease_that_is_given_back_is_free_at_once_and_tells_whether_all_was_shown() {
        let (leases, one, two) = opened(102).await;
        for (settled, epoch) in [(true, 1), (false, 3)] {
            assert_eq!(leases.take(&one, None, false, None, LONG).await.unwrap(), Some(epoch));
            leases.give_back("one", epoch, settled.then_some(ShownEpochs { from: epoch, to: epoch })).await.unwrap();
            let found = leases.look().await.unwrap().unwrap();
            assert_eq!((found.holder.as_str(), found.settled, found.epoch), ("", settled, epoch));
            let shown = if settled { (1, 1) } else { (2, 2) };
            let found_shown = found.shown.map(|shown| (shown.from, shown.to));
            assert_eq!(found_shown, Some(shown), "it stays through holders that do not say it");
            assert_eq!(leases.holder().await.unwrap(), None);
            assert!(!leases.renew(&one, epoch, LONG).await.unwrap(), "a late renewal brings nothing back");
            assert_eq!(leases.take(&two, Some(&found), false, None, LONG).await.unwrap(), Some(epoch + 1));
            leases.give_back("two", epoch + 1, Some(ShownEpochs { from: epoch + 1, to: epoch + 1 })).await.unwrap();
        }
        assert_eq!(leases.take(&one, None, false, None, LONG).await.unwrap(), Some(5));
        assert_eq!(leases.holder().await.unwrap().as_deref(), Some("http://127.0.0.1:8080 on here, epoch 5"));
    }

    #[tokio::test]
    async fn the_lease_of_one_who_is_gone_is_taken_once() {
        let (leases, one, two) = opened(103).await;
        leases.take(&one, None, false, None, LONG).await.unwrap();
        let found = leases.look().await.unwrap().unwrap();
        assert_eq!(leases.take(&two, Some(&found), true, None, LONG).await.unwrap(), Some(2));
        let three = Holder { name: "three".to_owned(), ..two.clone() };
        assert_eq!(
            leases.take(&three, Some(&found), true, None, LONG).await.unwrap(),
            None,
            "it is not as it was found"
        );
    }
}
