//! The machine of `deploy/`, stood up here: nginx with TLS, two processes of `serve` with a webhook, MongoDB, and the
//! simulator as Telegram. All of it by the files under `deploy/`, with other ports and folders.
//!
//! A test that wants it otherwise says so in [`StandOptions`]: more members of the replica set, more processes, owners.
//! [`Stand::mongods`], [`Stand::shops`] and [`Stand::nginx`] can be killed one by one, and come back as systemd would let
//! them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dialogues::machine::Settings;
use reqwest::{Certificate, Client};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{self, Program};
use shopkeeper::replay::Telegram;
use shopkeeper::store::{Store, StoreOptions};

use super::rendered::{certify, deploy, render_nginx, restart_seconds, write_settings};
use super::supervised::Supervised;
pub(crate) use crate::poll::{soon, until};
use crate::ports;
use crate::programs::NGINX;

/// `X-Telegram-Bot-Api-Secret-Token` of every stand.
pub(crate) const SECRET: &str = "a-secret-that-no-log-may-hold";
/// As in `deploy/mongod.conf`.
const SET: &str = "rs0";

/// How a machine is furnished.
#[derive(Clone)]
pub(crate) struct StandOptions {
    /// How many processes of `serve` there are.
    pub(crate) processes: usize,
    /// How many members the replica set has.
    pub(crate) members: usize,
    /// `SHOPKEEPER_OWNERS`.
    pub(crate) owners: Vec<i64>,
    /// Other settings, as `NAME=value`.
    pub(crate) settings: Vec<String>,
}

impl Default for StandOptions {
    fn default() -> Self {
        Self { processes: 2, members: 1, owners: Vec::new(), settings: Vec::new() }
    }
}

/// A machine that runs. All of it ends with this value.
pub(crate) struct Stand {
    pub(crate) telegram: Arc<Telegram>,
    pub(crate) token: String,
    /// What the world sees: `https://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// Trusts the machine's certificate.
    pub(crate) client: Client,
    /// Our own look into the database, without a virtual clock.
    pub(crate) store: Store,
    pub(crate) mongodb_uri: String,
    pub(crate) nginx: Supervised,
    pub(crate) shops: Vec<Supervised>,
    /// The shops' own ports, in the order of `shops`.
    pub(crate) ports: Vec<u16>,
    pub(crate) mongods: Vec<Supervised>,
    pub(crate) folder: Folder,
}

/// A folder that is removed at the end, after all that was dropped before it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("shopkeeper-{name}-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Stand {
    /// Stands a machine up. It needs nginx, and openssl for the certificate.
    pub(crate) async fn open(options: StandOptions) -> Self {
        let folder = Folder::new("stand");
        let home = folder.path();
        let (mongods, mongodb_uri) = replica_set(home, options.members).await;
        let store = Store::open(&mongodb_uri, "shopkeeper", Clock::system(), StoreOptions::default()).await.unwrap();
        store.prepare().await.unwrap();

        static STANDS: AtomicU64 = AtomicU64::new(60_000);
        let token = format!("{}:a-token-that-no-log-may-hold", STANDS.fetch_add(1, Ordering::SeqCst));
        let telegram = Arc::new(shopkeeper::replay::telegram(0).await.unwrap());
        certify(home);
        let ports: Vec<u16> = (0..options.processes).map(|_| ports::leased()).collect();
        let (plain, tls) = (ports::leased(), ports::leased());
        let url = format!("https://127.0.0.1:{tls}");
        write_settings(home, &options, &[&token, &telegram.base_url, &url, &mongodb_uri]);
        let shops: Vec<_> = ports.iter().map(|port| serve(home, *port)).collect();
        let nginx = start_nginx(&NGINX.path(), home, &ports, plain, tls);
        let pem = std::fs::read(home.join("tls/fullchain.pem")).unwrap();
        let client = Client::builder().no_proxy().tls_built_in_root_certs(false);
        let client = client.add_root_certificate(Certificate::from_pem(&pem).unwrap()).build().unwrap();
        let stand = Self { telegram, token, url, client, store, mongodb_uri, nginx, shops, ports, mongods, folder };
        soon("the shops are open", async {
            for shop in &stand.shops {
                shop.ready_after(0).await;
            }
        })
        .await;
        stand.answers("/healthz").await;
        stand
    }

    /// Asks until the machine answers 200 from outside.
    pub(crate) async fn answers(&self, path: &str) {
        let address = format!("{}{path}", self.url);
        until(path, async || self.client.get(&address).send().await.is_ok_and(|answer| answer.status() == 200)).await;
    }

    /// Waits until each process has all it needs.
    pub(crate) async fn ready(&self) {
        for port in &self.ports {
            let address = format!("http://127.0.0.1:{port}/readyz");
            until(&address, async || self.client.get(&address).send().await.is_ok_and(|answer| answer.status() == 200))
                .await;
        }
    }

    /// Changes the owners and what a transcript can set, and starts all processes anew; nothing happens if all is so already.
    pub(crate) async fn configure(&self, owners: &[i64], settings: &Settings) {
        // Without `..`: whoever adds a setting decides whether transcripts set it.
        let Settings {
            shop_name: _,
            currency: _,
            zone: _,
            country: _,
            remind_after,
            asks_email,
            sends_receipts,
            low_stock: _,
            retention: _,
        } = settings;
        let owners: Vec<String> = owners.iter().map(ToString::to_string).collect();
        let wanted = [
            ("SHOPKEEPER_OWNERS=", owners.join(",")),
            ("SHOPKEEPER_ASK_EMAIL=", if *asks_email { "yes" } else { "no" }.to_owned()),
            // No transcript reads the receipts; nobody listens there.
            ("SHOPKEEPER_SMTP_URL=", if *sends_receipts { "smtp://127.0.0.1:9" } else { "" }.to_owned()),
            ("SHOPKEEPER_MAIL_FROM=", if *sends_receipts { "shop@example.com" } else { "" }.to_owned()),
            (
                "SHOPKEEPER_CART_REMINDER_HOURS=",
                remind_after.map(|silence| silence.num_hours().to_string()).unwrap_or_default(),
            ),
        ];
        let file = self.folder.path().join("shopkeeper.env");
        let settings = std::fs::read_to_string(&file).unwrap();
        let lines = wanted.each_ref().map(|(name, value)| format!("{name}{value}"));
        if lines.iter().all(|wanted| settings.lines().any(|line| line == wanted)) {
            return;
        }
        let others = settings.lines().filter(|line| !wanted.iter().any(|(name, _)| line.starts_with(name)));
        let settings: Vec<&str> = others.chain(lines.iter().map(String::as_str)).collect();
        std::fs::write(&file, settings.join("\n")).unwrap();
        self.restart().await;
    }

    /// Restarts the processes one after the other, as an upgrade does.
    pub(crate) async fn restart(&self) {
        for shop in &self.shops {
            let before = shop.starts();
            shop.signal("TERM");
            soon("it is open again", shop.ready_after(before)).await;
        }
    }

    /// What a process wrote into the log, and nginx into its own.
    pub(crate) fn logs(&self) -> String {
        let nginx = ["access.log", "error.log"]
            .map(|name| std::fs::read_to_string(self.folder.path().join("nginx/log").join(name)).unwrap_or_default());
        let shops = self.shops.iter().map(Supervised::said);
        shops.chain(nginx).chain([self.nginx.said()]).collect()
    }
}

/// The program that is deployed: a release build, where one is named.
pub(crate) fn binary() -> PathBuf {
    let built = std::env::var_os("SHOPKEEPER_BINARY").filter(|path| !path.is_empty());
    built.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_shopkeeper")), PathBuf::from)
}

/// MongoDB by `deploy/mongod.conf`; how many, and where they are.
async fn replica_set(home: &Path, members: usize) -> (Vec<Supervised>, String) {
    let program = Program::find().await.unwrap();
    let hosts: Vec<String> = (0..members).map(|_| format!("127.0.0.1:{}", ports::leased())).collect();
    let start = |(place, host): (usize, &String)| {
        let folder = home.join(format!("mongod-{place}"));
        std::fs::create_dir_all(folder.join("db")).unwrap();
        let mut command = Command::new(&program.path);
        command.arg("--config").arg(deploy("mongod.conf"));
        command.args(["--port", host.rsplit(':').next().unwrap()]);
        command.arg("--dbpath").arg(folder.join("db")).arg("--logpath").arg(folder.join("mongod.log"));
        if let Some(libraries) = &program.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        Supervised::start(&format!("mongod-{place}"), home, restart_seconds("mongod.service"), &command)
    };
    let mongods: Vec<_> = hosts.iter().enumerate().map(start).collect();
    mongod::initiate(SET, &hosts).await.unwrap();
    (mongods, format!("mongodb://{}/?replicaSet={SET}", hosts.join(",")))
}

fn serve(home: &Path, port: u16) -> Supervised {
    let mut command = Command::new(binary());
    command.arg("serve").env("SHOPKEEPER_CONFIG", home.join("shopkeeper.env"));
    command.env("SHOPKEEPER_PORT", port.to_string()).env_remove("MONGODB_URI");
    Supervised::start(&format!("shopkeeper-{port}"), home, restart_seconds("shopkeeper@.service"), &command)
}

fn start_nginx(program: &Path, home: &Path, ports: &[u16], plain: u16, tls: u16) -> Supervised {
    render_nginx(home, ports, plain, tls);
    let mut command = Command::new(program);
    let nginx = home.join("nginx");
    command.arg("-p").arg(&nginx).arg("-e").arg("stderr").arg("-c").arg(nginx.join("nginx.conf"));
    let again = restart_seconds("nginx.service.d/shopkeeper.conf");
    Supervised::start("nginx", home, again, command.args(["-g", "daemon off;"]))
}
