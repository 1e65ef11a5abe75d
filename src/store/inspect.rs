//! A look at a MongoDB in whatever state it is, for those who check. Nothing is written, and nothing is made.

use std::collections::BTreeSet;
use std::time::Duration;

use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::shop::Catalogue;
use futures::TryStreamExt;
use futures::future::{join_all, try_join_all};
use mongodb::options::{ClientOptions, ReadPreference, SelectionCriteria, ServerAddress};
use mongodb::{Client, Database};

use super::descriptor::{Made, Read};
use super::document::date;
use super::fields::whole;
use super::leases::{self, Leases};
use super::meta::META;
use super::migrations::{MIGRATIONS, Versions};
use super::prepare::SHAPE;
use super::skipped::{Judged, raw_id};
use super::{StoreError, archive, collections, dead_letters, keys, pictures, postponed, products, replica};

/// How long to look for a server.
const SELECTION: Duration = Duration::from_secs(4);

const NAMESPACE_NOT_FOUND: i32 = 26;

/// Whoever looks.
pub(crate) struct Inspector {
    options: ClientOptions,
    client: Client,
    database: Database,
}

/// What a server says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Hello {
    /// The replica set that it is a member of.
    pub(crate) set: Option<String>,
    /// A router of a sharded cluster.
    pub(crate) is_mongos: bool,
    /// What time it is there, and here at the same moment.
    pub(crate) clocks: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// A member of the replica set, as the one that we ask sees it.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Such as `PRIMARY`, `SECONDARY`, `RECOVERING`, `(not reachable/healthy)`.
    pub(crate) state: String,
    pub(crate) healthy: bool,
}

/// The replica set.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) members: Vec<Member>,
    /// So many must be there for a primary.
    pub(crate) majority: usize,
}

/// The file system that MongoDB keeps its data on, and what of it is ours; in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    pub(crate) used: u64,
    pub(crate) total: u64,
    pub(crate) ours: u64,
}

/// WiredTiger's cache and the machine that it is on, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) cache: u64,
    pub(crate) machine: u64,
}

/// Collections and indexes, held against those that the store makes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// The version that was made; `None` if nothing was.
    pub(crate) made: Option<i64>,
    /// The version that this program makes.
    pub(crate) wanted: i64,
    /// How many indexes there should be.
    pub(crate) indexes: usize,
    /// Such as `orders.number`.
    pub(crate) missing: Vec<String>,
    pub(crate) different: Vec<String>,
}

/// Documents with which something is wrong, each with collection, id and reason.
#[derive(Debug, Clone, Default)]
pub(crate) struct Documents {
    /// So many were looked at.
    pub(crate) read: u64,
    pub(crate) skipped: Vec<String>,
    pub(crate) flawed: Vec<String>,
}

impl Inspector {
    /// Reads the address, and asks nobody yet.
    ///
    /// # Errors
    /// [`StoreError::Uri`]
    pub(crate) async fn new(uri: &str, database: &str) -> Result<Self, StoreError> {
        let mut options = ClientOptions::parse(uri).await?;
        options.app_name = Some("shopkeeper check".into());
        options.server_selection_timeout = Some(SELECTION);
        options.connect_timeout = Some(SELECTION);
        // Also a set without a primary is to be looked at.
        let nearest = ReadPreference::PrimaryPreferred { options: None };
        options.selection_criteria = Some(SelectionCriteria::ReadPreference(nearest));
        let client = Client::with_options(options.clone())?;
        let database = client.database(database);
        Ok(Self { options, client, database })
    }

    /// Asks every server of the address by itself, whatever it is a member of.
    pub(crate) async fn servers(&self) -> Vec<(String, Result<Hello, StoreError>)> {
        let alone = |host: &ServerAddress| {
            let mut options = self.options.clone();
            options.hosts = vec![host.clone()];
            options.direct_connection = Some(true);
            options.repl_set_name = None;
            let name = host.to_string();
            async move { (name, hello(options).await) }
        };
        join_all(self.options.hosts.iter().map(alone)).await
    }

    /// The set's name in the address.
    pub(crate) fn set_in_uri(&self) -> Option<&str> {
        self.options.repl_set_name.as_deref()
    }

    /// Whether every server of the address is on this machine.
    pub(crate) fn is_here(&self) -> bool {
        self.options.hosts.iter().all(|host| match host {
            ServerAddress::Tcp { host, .. } => ["127.0.0.1", "localhost", "::1"].contains(&host.as_str()),
            _ => true,
        })
    }

    /// MongoDB's version, such as `6.0.27`.
    pub(crate) async fn version(&self) -> Result<String, StoreError> {
        let built = self.admin(doc! { "buildInfo": 1 }).await?;
        Ok(built.get_str("version").unwrap_or("unknown").to_owned())
    }

    /// The set's members.
    pub(crate) async fn set(&self) -> Result<Set, StoreError> {
        let status = self.admin(doc! { "replSetGetStatus": 1 }).await?;
        let members = status.get_array("members").cloned().unwrap_or_default();
        let member = |member: &Bson| {
            let member = member.as_document()?;
            Some(Member {
                name: member.get_str("name").ok()?.to_owned(),
                state: member.get_str("stateStr").unwrap_or("unknown").to_owned(),
                healthy: number(member, "health") == Some(1.0),
            })
        };
        let members: Vec<_> = members.iter().filter_map(member).collect();
        let majority = number(&status, "majorityVoteCount").map_or(members.len() / 2 + 1, |count| count as usize);
        Ok(Set { members, majority })
    }

    /// How far back the oplog goes, and whether it has begun to forget: so long a member, or a watcher of ours, may be
    /// away.
    pub(crate) async fn oplog(&self) -> Result<(TimeDelta, bool), StoreError> {
        let local = self.client.database("local");
        let stats = local.run_command(doc! { "collStats": "oplog.rs" }).await?;
        let (size, most) = (number(&stats, "size").unwrap_or(0.0), number(&stats, "maxSize").unwrap_or(0.0));
        let oplog = local.collection::<Document>("oplog.rs");
        let ends = try_join_all([1, -1].map(|order| {
            let find = oplog.find_one(doc! {}).sort(doc! { "$natural": order }).projection(doc! { "ts": 1 });
            async move { find.await }
        }))
        .await?;
        let time = |entry: &Option<Document>| entry.as_ref()?.get_timestamp("ts").ok().map(|ts| i64::from(ts.time));
        let window = time(&ends[1]).unwrap_or(0) - time(&ends[0]).unwrap_or(0);
        Ok((TimeDelta::seconds(window), size > most * 0.9))
    }

    /// Collections and indexes.
    pub(crate) async fn shape(&self) -> Result<Shape, StoreError> {
        let found = self.database.collection::<Document>(META).find_one(doc! { "_id": "shape" }).await?;
        let made = found.and_then(|found| found.get("made").and_then(whole));
        let names: BTreeSet<String> = self.database.list_collection_names().await?.into_iter().collect();
        let mut shape = Shape { made, wanted: i64::from(SHAPE), ..Shape::default() };
        let plain = collections::all().filter(|it| matches!(it.made, Made::Plain)).map(|it| it.name);
        shape.missing.extend(plain.filter(|name| !names.contains(*name)).map(str::to_owned));
        let indexed = collections::all().filter_map(|it| Some((it.name, it.indexes()?)));
        let there = indexed.map(|(name, wanted)| async move {
            let there = self.indexes_of(name).await?;
            Ok::<_, StoreError>((name, wanted, there))
        });
        for (name, wanted, there) in try_join_all(there).await? {
            shape.indexes += wanted.len();
            for index in wanted {
                let called = index.get_str("name").unwrap_or_default();
                match there.iter().find(|there| there.get_str("name").is_ok_and(|name| name == called)) {
                    None => shape.missing.push(format!("{name}.{called}")),
                    Some(there) if !alike(&index, there) => shape.different.push(format!("{name}.{called}")),
                    Some(_) => {}
                }
            }
        }
        Ok(shape)
    }

    async fn indexes_of(&self, collection: &str) -> Result<Vec<Document>, StoreError> {
        let found = self.database.run_cursor_command(doc! { "listIndexes": collection }).await;
        match found.map_err(StoreError::from) {
            Ok(cursor) => Ok(cursor.try_collect().await?),
            Err(StoreError::Refused { code: NAMESPACE_NOT_FOUND, .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The disk under MongoDB.
    pub(crate) async fn disk(&self) -> Result<Disk, StoreError> {
        let stats = self.database.run_command(doc! { "dbStats": 1 }).await?;
        let bytes = |name| number(&stats, name).unwrap_or(0.0) as u64;
        let ours = bytes("storageSize") + bytes("indexSize");
        Ok(Disk { used: bytes("fsUsedSize"), total: bytes("fsTotalSize"), ours })
    }

    /// The memory that MongoDB takes for its cache.
    pub(crate) async fn memory(&self) -> Result<Memory, StoreError> {
        let status = self.admin(doc! { "serverStatus": 1, "metrics": 0, "locks": 0, "repl": 0 }).await?;
        let cache = status.get_document("wiredTiger").and_then(|tiger| tiger.get_document("cache"));
        let cache = cache.ok().and_then(|cache| number(cache, "maximum bytes configured")).unwrap_or(0.0) as u64;
        let host = self.admin(doc! { "hostInfo": 1 }).await?;
        // The limit is the container's, where there is one.
        let megabytes = host.get_document("system").ok().and_then(|system| {
            number(system, "memLimitMB").filter(|limit| *limit > 0.0).or_else(|| number(system, "memSizeMB"))
        });
        Ok(Memory { cache, machine: megabytes.unwrap_or(0.0) as u64 * 1024 * 1024 })
    }

    /// Keys to the API that are good.
    pub(crate) async fn good_keys(&self) -> Result<u64, StoreError> {
        let keys = self.database.collection::<Document>(keys::NAME);
        Ok(keys.count_documents(doc! { "revoked": null }).await?)
    }

    /// Updates that were given up, and dialogues that could not be read, since then.
    pub(crate) async fn given_up(&self, since: DateTime<Utc>) -> Result<(u64, u64), StoreError> {
        let count = |name: &str| {
            let collection = self.database.collection::<Document>(name);
            async move { collection.count_documents(doc! { "modified": { "$gte": date(since) } }).await }
        };
        Ok(futures::future::try_join(count(dead_letters::NAME), count(archive::NAME)).await?)
    }

    /// Ids of the products whose picture Telegram has refused.
    pub(crate) async fn products_without_their_picture(&self) -> Result<Vec<String>, StoreError> {
        let files = self.database.collection::<Document>(pictures::FILES);
        let refused = files.distinct("filename", doc! { "refused": { "$exists": true } }).await?;
        let products = self.database.collection::<Document>(products::NAME);
        let ids = products.distinct("_id", doc! { "picture": { "$in": refused } }).await?;
        Ok(ids.iter().map(|id| id.as_object_id().map_or_else(|| id.to_string(), |id| id.to_hex())).collect())
    }

    /// Which process of the bot is the active one, in words; `None` if none is.
    pub(crate) async fn active(&self, bot: i64) -> Result<Option<String>, StoreError> {
        Leases::new(self.database.collection(leases::NAME), bot).holder().await
    }

    /// Updates that are kept until they can be played, and the customers whom they are of.
    pub(crate) async fn postponed(&self) -> Result<(u64, usize), StoreError> {
        let kept = self.database.collection::<Document>(postponed::NAME);
        let (updates, chats) = (kept.count_documents(doc! {}), kept.distinct("chat", doc! {}));
        let (updates, chats) = futures::future::try_join(async { updates.await }, async { chats.await }).await?;
        Ok((updates, chats.len()))
    }

    /// Documents that `serve` leaves out, or that break a rule, of all collections that it reads as a whole or in lists;
    /// and what of the catalogue does not stand where its document says. Judged by the functions that `serve` reads with.
    pub(crate) async fn documents(&self) -> Result<Documents, StoreError> {
        let versions = Versions(MIGRATIONS);
        let (mut found, mut changes) = (Documents::default(), Vec::new());
        for descriptor in collections::all() {
            let filter = match descriptor.read {
                Read::Shelf => Document::new(),
                Read::InLists { which, .. } => which(),
                Read::Otherwise => continue,
            };
            let collection = descriptor.name;
            let mut documents = self.database.collection::<RawDocumentBuf>(collection).find(filter).await?;
            while let Some(document) = documents.try_next().await? {
                found.read += 1;
                match versions.judge(descriptor, &document) {
                    Judged::Good(change) => changes.extend(change),
                    Judged::Flawed(change, problems) => {
                        changes.extend(change);
                        let problem = problems.join("; ");
                        found.flawed.push(format!("{collection} {}: {problem}", raw_id(collection, &document)));
                    }
                    Judged::Skipped(problem) => {
                        found.skipped.push(format!("{collection} {}: {problem}", raw_id(collection, &document)));
                    }
                }
            }
        }
        let catalogue = Catalogue::default().changed(changes);
        found.flawed.extend(catalogue.misplaced().iter().map(ToString::to_string));
        Ok(found)
    }

    async fn admin(&self, command: Document) -> Result<Document, StoreError> {
        Ok(self.client.database("admin").run_command(command).await?)
    }
}

async fn hello(options: ClientOptions) -> Result<Hello, StoreError> {
    let admin = Client::with_options(options)?.database("admin");
    // The first answer comes with the time that it takes to connect; the second one tells the time.
    replica::hello(&admin).await?;
    let before = Utc::now();
    let hello = replica::hello(&admin).await?;
    let here = before + (Utc::now() - before) / 2;
    let there = hello.get_datetime("localTime").ok().map(|time| time.to_chrono());
    Ok(Hello {
        set: hello.get_str("setName").ok().map(str::to_owned),
        is_mongos: hello.get_str("msg").is_ok_and(|kind| kind == "isdbgrid"),
        clocks: there.map(|there| (there, here)),
    })
}

/// Whether an index is what it should be: the same keys in the same order, and the same promises.
fn alike(wanted: &Document, there: &Document) -> bool {
    let keys = |index: &Document| -> Vec<(String, Option<i64>)> {
        let key = index.get_document("key").cloned().unwrap_or_default();
        key.iter().map(|(field, order)| (field.clone(), whole(order))).collect()
    };
    let unique = |index: &Document| index.get_bool("unique").unwrap_or(false);
    let expires = |index: &Document| index.get("expireAfterSeconds").and_then(whole);
    let partial = |index: &Document| index.get_document("partialFilterExpression").ok().cloned();
    keys(wanted) == keys(there)
        && unique(wanted) == unique(there)
        && expires(wanted) == expires(there)
        && partial(wanted) == partial(there)
}

/// A number of any type.
fn number(document: &Document, name: &str) -> Option<f64> {
    match document.get(name)? {
        Bson::Int32(number) => Some(f64::from(*number)),
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_alike_whatever_made_it_wrote_its_numbers_as() {
        let wanted = doc! { "name": "until", "key": { "until": 1 }, "expireAfterSeconds": 0 };
        let there = doc! { "v": 2, "name": "until", "key": { "until": 1.0 }, "expireAfterSeconds": 0_i64 };
        assert!(alike(&wanted, &there));
        assert!(!alike(&wanted, &doc! { "name": "until", "key": { "until": 1 } }));
        assert!(!alike(&wanted, &doc! { "name": "until", "key": { "until": -1 }, "expireAfterSeconds": 0 }));
    }
}
