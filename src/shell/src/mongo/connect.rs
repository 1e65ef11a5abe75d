//! A client of MongoDB as the shell wants it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use mongodb::options::{ClientOptions, DatabaseOptions, WriteConcern};
use mongodb::{Client, Database};

use super::watch::{Listener, handler, pool};
use super::{STORE_TIMEOUT, StoreError, replica, within};

/// How MongoDB is reached.
pub struct Connection {
    /// Tells processes apart in MongoDB's own logs, unless the URI names one.
    pub app_name: &'static str,
    /// The most connections to MongoDB.
    pub connections: u32,
    /// How long to look for a primary before MongoDB counts as away.
    pub selection: Duration,
    /// Told of commands and connections.
    pub listener: Option<Arc<dyn Listener>>,
    /// Counts commands, and has [`super::watch::watched`] note them.
    pub counted: Option<Arc<AtomicU64>>,
}

impl Connection {
    /// As most bots want it.
    pub fn named(app_name: &'static str) -> Self {
        Self { app_name, connections: 32, selection: Duration::from_secs(3), listener: None, counted: None }
    }

    /// Connects to a replica set; the database of this name, in which a write is acknowledged once a majority has it.
    ///
    /// # Errors
    /// [`StoreError::Uri`], [`StoreError::Away`] after `selection`, [`StoreError::NoReplicaSet`].
    pub async fn open(self, uri: &str, database: &str) -> Result<Database, StoreError> {
        let mut client = ClientOptions::parse(uri).await?;
        client.app_name.get_or_insert_with(|| self.app_name.into());
        client.max_pool_size = Some(self.connections);
        client.server_selection_timeout = Some(self.selection);
        client.connect_timeout = Some(self.selection);
        if let Some(listener) = self.listener {
            client.command_event_handler = Some(handler(Arc::clone(&listener), self.counted));
            client.cmap_event_handler = Some(pool(listener));
        }
        let client = Client::with_options(client)?;
        // What is acknowledged must survive the loss of a primary.
        let majority = DatabaseOptions::builder().write_concern(WriteConcern::majority()).build();
        let database = client.database_with_options(database, majority);
        let hello = within(STORE_TIMEOUT, replica::hello(&client.database("admin"))).await?;
        // A mongos has no set name of its own, and says so.
        let is_mongos = hello.get_str("msg").is_ok_and(|kind| kind == "isdbgrid");
        if !hello.contains_key("setName") && !is_mongos {
            return Err(StoreError::NoReplicaSet);
        }
        Ok(database)
    }
}
