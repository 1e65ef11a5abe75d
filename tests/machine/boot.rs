//! A machine to deploy on: systemd as its first process, with mounts, processes and a network of its own, and this
//! machine's packages. What is installed there is forgotten with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::poll::until_some;
use crate::programs::{Need, remembered};

/// Ends the machine when its owner is gone, also by SIGKILL: then the pipe on stdin closes.
const GUARD: &str = r#"
folder=$1; shift
exec 3<&0
"$@" </dev/null >"$folder/console" 2>&1 3<&- &
machine=$!
echo $machine >"$folder/pid"
( read -r _ <&3; kill -KILL $machine; rm -rf "$folder" ) 2>/dev/null &
wait $machine
"#;

/// Set for the process that was let into a machine's network: its systemd.
const ENTERED: &str = "SHOPKEEPER_TEST_MACHINE";

fn entered() -> Option<u32> {
    std::env::var(ENTERED).ok()?.parse().ok()
}

/// A machine of its own can be booted here, and its systemd can confine services as ours are confined.
pub(crate) struct OwnMachine;

impl Need for OwnMachine {
    fn check(&self) -> Result<(), String> {
        if entered().is_some() {
            return Ok(());
        }
        let looked = remembered("machine", || Machine::boot().and_then(Machine::probed).map(drop));
        let one_line = |obstacle: String| obstacle.lines().collect::<Vec<_>>().join(" / ");
        looked.map_err(|obstacle| format!("no machine of its own can be booted: {}", one_line(obstacle)))
    }
}

/// A machine that runs until it is dropped by whoever has booted it.
pub(crate) struct Machine {
    guard: Option<Child>,
    folder: PathBuf,
    /// Its systemd, as this machine's kernel counts.
    init: u32,
}

impl Machine {
    /// Runs a test in the network of a machine: where this process is in none yet, it boots one, and runs `test`, which is
    /// the one that asks, once more by a process in it. `None` when that has ended well.
    pub(crate) fn entered_or_booted(test: &str) -> Option<Self> {
        if let Some(init) = entered() {
            return Some(Self { guard: None, folder: PathBuf::new(), init });
        }
        let machine = Self::boot().unwrap();
        let mut inside = Command::new("nsenter");
        inside.arg("--target").arg(machine.init.to_string()).arg("--net").arg("--");
        inside.arg(std::env::current_exe().unwrap()).args([test, "--exact", "--nocapture"]);
        let done = inside.env(ENTERED, machine.init.to_string()).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(said.contains("1 passed"), "the test in the machine's network did not pass:\n{said}");
        None
    }

    fn boot() -> Result<Self, String> {
        if Path::new("/run/systemd/system").exists() {
            // Two of them would keep their books of control groups in one place, and each end what the other has begun.
            return Err("systemd runs this machine itself; boot one where it does not, such as in a container".into());
        }
        for needed in ["/lib/systemd/systemd", "/usr/bin/dbus-daemon", "/usr/sbin/nginx", "/usr/sbin/nft"] {
            if !Path::new(needed).exists() {
                return Err(format!("{needed} is not installed"));
            }
        }
        let folder = std::env::temp_dir().join(format!("shopkeeper-machine-{:016x}", rand::random::<u64>()));
        fs::create_dir_all(folder.join("mongodb")).unwrap();
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "machine-guard"]).arg(&folder);
        guard.args(["unshare", "--kill-child", "--mount", "--pid", "--fork", "--ipc", "--uts", "--cgroup", "--net"]);
        guard.arg("sh").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine/boot.sh"));
        guard.arg(&folder).arg(folder.join("mongodb"));
        let guard = guard.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut machine = Self { guard: Some(guard), folder, init: 0 };
        // Starting a machine takes two seconds where nothing else is going on.
        let up = until_some(|| {
            let ended = machine.guard.as_mut().is_some_and(|guard| guard.try_wait().is_ok_and(|ended| ended.is_some()));
            if ended { Some(false) } else { machine.is_up().then_some(true) }
        });
        if up != Some(true) {
            return Err(format!("it does not start: {}", machine.console()));
        }
        Ok(machine)
    }

    /// The same, if this kernel lets its systemd confine a service in the ways that ours are confined.
    fn probed(self) -> Result<Self, String> {
        let confined =
            ["DynamicUser=yes", "PrivateDevices=yes", "PrivateUsers=yes", "LoadCredential=name:/etc/hostname"];
        let mut words = vec!["systemd-run", "--quiet", "--wait", "--pipe"];
        confined.iter().for_each(|property| words.extend(["--property", property]));
        words.extend(["sh", "-c", "cat \"$CREDENTIALS_DIRECTORY/name\""]);
        let done = self.run(&words);
        let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        if done.status.success() { Ok(self) } else { Err(format!("services cannot be confined: {said}")) }
    }

    fn is_up(&mut self) -> bool {
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_default().trim().parse().ok();
        let Some(unshare) = read(&self.folder.join("pid")) else { return false };
        let unshare: u32 = unshare;
        let Some(init) = read(Path::new(&format!("/proc/{unshare}/task/{unshare}/children"))) else { return false };
        self.init = init;
        let state = self.run(&["systemctl", "is-system-running"]);
        matches!(String::from_utf8_lossy(&state.stdout).trim(), "running" | "degraded")
    }

    fn console(&self) -> String {
        fs::read_to_string(self.folder.join("console")).unwrap_or_default()
    }

    /// A command to be run there, as root.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg("--target").arg(self.init.to_string());
        command.args(["--mount", "--pid", "--ipc", "--uts", "--net", "--root", "--"]).args(words);
        command.stdin(Stdio::null()).current_dir("/");
        command
    }

    /// Runs a command there, and returns what it said.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command that must succeed, and returns what it said on stdout.
    pub(crate) fn must(&self, words: &[&str]) -> String {
        let done = self.run(words);
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
        said
    }

    /// Where a file of the machine is, as this machine sees it.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        Path::new("/proc").join(self.init.to_string()).join("root").join(inside.trim_start_matches('/'))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(guard) = &mut self.guard {
            // Closing the pipe is the signal.
            drop(guard.stdin.take());
            let _ = guard.wait();
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
