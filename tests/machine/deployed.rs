//! A machine on which `deploy/setup` was run: systemd starts the units, in their own confinement, and starts again
//! whoever falls.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use reqwest::{Certificate, Client};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Program;
use shopkeeper::replay::{Telegram, shop_folder};
use shopkeeper::store::{Store, StoreOptions};

use super::boot::Machine;
use crate::deploy::rendered::deploy;
use crate::deploy::stand::{binary, until};

const TOKEN: &str = "424242:a-token-that-no-log-may-hold";
/// Where the simulator listens, in the machine's network.
const TELEGRAM: u16 = 9_000;
/// Where the archive is unpacked.
const ARCHIVE: &str = "/srv/shopkeeper";

/// The shop on its machine, as seen from within the machine's network.
pub(crate) struct Deployed<'m> {
    pub(crate) machine: &'m Machine,
    pub(crate) telegram: Arc<Telegram>,
    pub(crate) token: &'static str,
    pub(crate) store: Store,
    /// Trusts the machine's certificate.
    pub(crate) client: Client,
    /// What `deploy/setup` has said.
    pub(crate) said: String,
}

/// What comes before `deploy/setup`: the packages that are not Debian's, and the unpacked archive.
pub(crate) async fn prepare(machine: &Machine) {
    let program = Program::find().await.unwrap();
    fs::copy(&program.path, machine.path("/usr/bin/mongod")).unwrap();
    for library in program.libraries.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).flatten() {
        fs::copy(library.path(), machine.path("/usr/lib/x86_64-linux-gnu").join(library.file_name())).unwrap();
    }
    machine.must(&["ldconfig"]);
    machine.must(&["useradd", "--system", "--user-group", "--no-create-home", "mongodb"]);
    machine.must(&["chown", "mongodb:", "/var/lib/mongodb"]);
    let archive = machine.path(ARCHIVE);
    fs::create_dir_all(archive.join("bin")).unwrap();
    fs::copy(binary(), archive.join("bin/shopkeeper")).unwrap();
    copy_all(&deploy(""), &archive.join("deploy"));
    copy_all(&shop_folder("tea-house").unwrap(), &archive.join("shop"));
    // The only setting that differs from a real one: whose Telegram it is.
    let settings = machine.path("/etc/shopkeeper/shopkeeper.env");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let template = fs::read_to_string(deploy("shopkeeper.env")).unwrap();
    fs::write(&settings, format!("{template}\nSHOPKEEPER_API_URL=http://127.0.0.1:{TELEGRAM}\n")).unwrap();
    fs::set_permissions(settings, fs::Permissions::from_mode(0o600)).unwrap();
}

fn copy_all(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-R").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

impl<'m> Deployed<'m> {
    /// Runs `deploy/setup` with a token and no owner.
    pub(crate) async fn set_up(machine: &'m Machine) -> Self {
        let telegram = Arc::new(shopkeeper::replay::telegram(TELEGRAM).await.unwrap());
        let said = tokio::task::block_in_place(|| set_up(machine, &format!("{TOKEN}\n\n")));
        let uri = "mongodb://127.0.0.1:27017/?replicaSet=rs0";
        let store = Store::open(uri, "shopkeeper", Clock::system(), StoreOptions::default()).await.unwrap();
        let pem = fs::read(machine.path("/etc/shopkeeper/tls/fullchain.pem")).unwrap();
        let client = Client::builder().no_proxy().tls_built_in_root_certs(false);
        let client = client.add_root_certificate(Certificate::from_pem(&pem).unwrap()).build().unwrap();
        Self { machine, telegram, token: TOKEN, store, client, said }
    }

    /// Waits until the shop answers from outside.
    pub(crate) async fn answers(&self) {
        until("it answers from outside", async || {
            self.client.get("https://127.0.0.1/healthz").send().await.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
    }

    /// What systemd knows of a unit, such as `MainPID`.
    pub(crate) fn property(&self, unit: &str, name: &str) -> String {
        self.machine.must(&["systemctl", "show", "--value", "--property", name, unit]).trim().to_owned()
    }
}

/// Runs `deploy/setup` on the machine, as an operator would; what it said.
pub(crate) fn set_up(machine: &Machine, answers: &str) -> String {
    let mut command = machine.command(&[&format!("{ARCHIVE}/deploy/setup"), "127.0.0.1"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let done = running.wait_with_output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{said}");
    said
}
