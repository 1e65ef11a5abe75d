//! Makes fresh `mongod`s a replica set.

use std::time::Duration;

use bson::{Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use super::{STORE_TIMEOUT, StoreError, within};

/// What our private replica sets are called.
pub const NAME: &str = "shopkeeper";

const ELECTION_TIMEOUT: i32 = 4_000;

const ALREADY_INITIALIZED: i32 = 23;
const NOT_YET_INITIALIZED: i32 = 94;

/// Asks whether the server at `uri` answers at all.
pub async fn answers(uri: &str) -> Result<(), StoreError> {
    hello(&admin(uri).await?).await.map(drop)
}

/// Makes the server at `uri`, known to itself as `host`, the primary of a replica set of its own, and returns once it is. It
/// is ours alone: a data folder that remembers the host of its last run, whose port was another one, is told the new one.
pub async fn initiate_own(uri: &str, host: &str) -> Result<(), StoreError> {
    let admin = admin(uri).await?;
    if !is_primary(&admin).await? {
        move_to(&admin, host).await?;
    }
    initiate(uri, NAME, &[host.to_owned()]).await
}

/// Makes the server at `uri`, known to itself as the first of `hosts`, the primary of a replica set of all of them, and
/// returns once it is. A set that is there stays as it is: only its primary is waited for.
pub async fn initiate(uri: &str, set: &str, hosts: &[String]) -> Result<(), StoreError> {
    let admin = admin(uri).await?;
    if is_primary(&admin).await? {
        return Ok(());
    }
    let member = |(id, host): (i32, &String)| {
        // Of several, the one that is asked is the one that is chosen.
        doc! { "_id": id, "host": host, "priority": if id == 0 { 2 } else { 1 } }
    };
    let members: Vec<Document> = (0..).zip(hosts).map(member).collect();
    // A primary that is silent for so long is replaced. MongoDB's own 10 s are meant for members far apart.
    let settings = doc! { "electionTimeoutMillis": ELECTION_TIMEOUT };
    let config = doc! { "_id": set, "version": 1, "members": members, "settings": settings };
    match admin.run_command(doc! { "replSetInitiate": config }).await.map_err(StoreError::from) {
        Ok(_) | Err(StoreError::Refused { code: ALREADY_INITIALIZED, .. }) => {}
        Err(error) => return Err(error),
    }
    for _ in 0..500 {
        if is_primary(&admin).await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(StoreError::Away("the replica set has elected no primary".into()))
}

async fn move_to(admin: &Database, host: &str) -> Result<(), StoreError> {
    let answer = match admin.run_command(doc! { "replSetGetConfig": 1 }).await.map_err(StoreError::from) {
        // A fresh one remembers nothing.
        Err(StoreError::Refused { code: NOT_YET_INITIALIZED, .. }) => return Ok(()),
        answer => answer?,
    };
    let wrong = || StoreError::Driver("the replica set's configuration has an unknown shape");
    let config = answer.get_document("config").map_err(|_| wrong())?;
    let member =
        config.get_array("members").ok().and_then(|members| members.first()?.as_document()).ok_or_else(wrong)?;
    if member.get_str("host").is_ok_and(|known| known == host) {
        return Ok(());
    }
    let (mut config, mut member) = (config.clone(), member.clone());
    member.insert("host", host);
    config.insert("members", vec![member]);
    config.insert("version", config.get_i32("version").unwrap_or(1) + 1);
    // Forced: a server that does not find itself in the configuration is no primary.
    admin.run_command(doc! { "replSetReconfig": config, "force": true }).await?;
    Ok(())
}

async fn is_primary(admin: &Database) -> Result<bool, StoreError> {
    Ok(hello(admin).await?.get_bool("isWritablePrimary").unwrap_or(false))
}

/// What the server says of itself.
///
/// # Errors
/// [`StoreError::Away`].
pub async fn hello(database: &Database) -> Result<Document, StoreError> {
    Ok(database.run_command(doc! { "hello": 1 }).await?)
}

/// Asks the primary whether it is there.
///
/// # Errors
/// [`StoreError::Away`].
pub async fn ping(database: &Database) -> Result<(), StoreError> {
    match within(STORE_TIMEOUT, is_primary(database)).await? {
        true => Ok(()),
        false => Err(StoreError::Away("there is no primary".into())),
    }
}

async fn admin(uri: &str) -> Result<Database, StoreError> {
    let mut options = ClientOptions::parse(uri).await?;
    // Straight to this one server, which has no set's name yet.
    options.direct_connection = Some(true);
    options.repl_set_name = None;
    options.server_selection_timeout = Some(Duration::from_secs(2));
    options.connect_timeout = Some(Duration::from_secs(2));
    // The driver looks for a server that is away every so often, and at least every 500 ms.
    options.heartbeat_freq = Some(Duration::from_millis(500));
    Ok(Client::with_options(options)?.database("admin"))
}
