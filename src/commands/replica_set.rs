//! `shopkeeper replica-set`: makes fresh servers what the store needs.

use clap::Args;
use shopkeeper::mongod;

/// Makes fresh `mongod`s, started with `--replSet`, the members of one replica set; one member is enough. May be run
/// again: a set that is there stays as it is.
#[derive(Args)]
pub(crate) struct ReplicaSet {
    /// The members as HOST:PORT, named as everybody who uses them reaches them; the first one becomes the primary
    #[arg(default_value = "127.0.0.1:27017")]
    members: Vec<String>,
    /// The set's name, as in mongod.conf
    #[arg(long, default_value = "rs0")]
    name: String,
}

impl ReplicaSet {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        mongod::initiate(&self.name, &self.members).await?;
        println!("mongodb://{}/?replicaSet={} has a primary.", self.members.join(","), self.name);
        Ok(())
    }
}
