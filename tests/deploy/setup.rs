//! `deploy/setup`, twice, on a machine that is a folder: systemd and its like only write down what they are told.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::rendered::deploy;
use super::stand::Folder;

const TOKEN: &str = "123456:a-token-nobody-may-see";
/// What is told here instead of done.
const TOLD: [&str; 7] = ["systemctl", "nginx", "nft", "certbot", "curl", "journalctl", "useradd"];

/// A machine, and the unpacked archive in it.
struct Machine(Folder);

impl Machine {
    fn new() -> Self {
        let machine = Self(Folder::new("setup"));
        let tell = "#!/bin/sh\necho \"${0##*/} $*\" >>\"$TOLD\"\n";
        for name in TOLD {
            program(&machine.path().join("bin").join(name), tell);
        }
        let archive = machine.path().join("archive");
        let preflight = "[ \"$1\" != preflight ] || [ ! -e \"$TOLD.refuse\" ]\n";
        program(&archive.join("bin/shopkeeper"), &format!("{tell}{preflight}"));
        fs::create_dir_all(archive.join("shop")).unwrap();
        let copied = Command::new("cp").arg("-R").arg(deploy("")).arg(archive.join("deploy")).status().unwrap();
        assert!(copied.success());
        machine
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs it with these answers; whether it went well, what it said, what was told to whom.
    fn setup(&self, address: &str, answers: &str) -> (bool, String, Vec<String>) {
        let told = self.path().join("told");
        let _ = fs::remove_file(&told);
        let path = format!("{}:{}", self.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(self.path().join("archive/deploy/setup"));
        command.arg(address).env("PATH", path).env("TOLD", &told).env("SHOPKEEPER_ROOT", self.path().join("root"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        running.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let output = running.wait_with_output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let told = fs::read_to_string(told).unwrap_or_default();
        (output.status.success(), said, told.lines().map(str::to_owned).collect())
    }

    fn settings(&self) -> String {
        fs::read_to_string(self.path().join("root/etc/shopkeeper/shopkeeper.env")).unwrap()
    }
}

fn program(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn place(told: &[String], words: &str) -> usize {
    told.iter().position(|line| line.contains(words)).unwrap_or_else(|| panic!("nobody was told “{words}”: {told:#?}"))
}

pub(crate) fn a_bare_machine_becomes_a_shop_and_keeps_its_secrets() {
    let machine = Machine::new();
    let (went_well, said, told) = machine.setup("shop.example", &format!("{TOKEN}\n1001\n"));
    assert!(went_well, "{said}");
    let settings = machine.settings();
    for line in [
        &format!("SHOPKEEPER_TOKEN={TOKEN}"),
        "SHOPKEEPER_OWNERS=1001",
        "SHOPKEEPER_WEBHOOK_URL=https://shop.example/telegram",
        "MONGODB_URI=mongodb://127.0.0.1:27017/?replicaSet=rs0",
    ] {
        assert!(settings.lines().any(|known| known == line), "{line} is missing: {settings}");
    }
    let secret = settings.lines().find_map(|line| line.strip_prefix("SHOPKEEPER_WEBHOOK_SECRET=")).unwrap();
    assert_eq!(secret.len(), 64);
    let file = machine.path().join("root/etc/shopkeeper/shopkeeper.env");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "for root only");
    let all = told.join("\n") + &said;
    assert!(!all.contains(TOKEN) && !all.contains(secret), "a secret was shown or told");
    assert!(place(&told, "nginx -t") < place(&told, "certbot certonly"));
    assert!(place(&told, "shopkeeper seed") < place(&told, "restart shopkeeper@8080"));
    assert!(place(&told, "restart shopkeeper@8080") < place(&told, ":8080/readyz"));
    assert!(place(&told, ":8080/readyz") < place(&told, "restart shopkeeper@8081"), "one after the other");
    assert!(told.last().unwrap().contains("shopkeeper check"));

    let (went_well, said, told) = machine.setup("shop.example", "");
    assert!(went_well, "{said}");
    assert_eq!(machine.settings(), settings, "what is set stays");
    assert!(place(&told, "start shopkeeper-backup") < place(&told, "preflight"));
    assert!(place(&told, "preflight") < place(&told, "restart shopkeeper@8080"));
    assert!(!told.iter().any(|line| line.contains("restart mongod")), "what has not changed is not restarted");
}

pub(crate) fn a_version_that_would_not_understand_what_is_stored_is_not_started() {
    let machine = Machine::new();
    assert!(machine.setup("203.0.113.7", &format!("{TOKEN}\n\n")).0);
    assert!(machine.settings().contains("CERTIFICATE=/etc/shopkeeper/tls/fullchain.pem"), "there is no domain");
    fs::write(machine.path().join("told.refuse"), "").unwrap();
    let (went_well, said, told) = machine.setup("203.0.113.7", "");
    assert!(!went_well && said.contains("the old one goes on"), "{said}");
    assert!(!told.iter().any(|line| line.contains("restart shopkeeper@")), "{told:#?}");
}

pub(crate) fn what_is_no_token_and_no_domain_is_refused() {
    let machine = Machine::new();
    assert!(!machine.setup("https://shop.example/", "").0);
    let (went_well, said, told) = machine.setup("shop.example", "hello\n");
    assert!(!went_well && said.contains("that is no token"), "{said}");
    assert!(told.is_empty(), "nothing was done: {told:#?}");
}
