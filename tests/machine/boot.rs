//! A machine to deploy on: systemd as its first process, with mounts, processes and a network of its own, and this
//! machine's packages. What is installed there is forgotten with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Ends the machine when its owner is gone, also by SIGKILL: then the pipe on stdin closes.
const GUARD: &str = r#"
folder=$1; shift
exec 3<&0
"$@" </dev/null >"$folder/console" 2>&1 3<&- &
machine=$!
echo $machine >"$folder/pid"
( read -r _ <&3; kill -KILL $machine ) 2>/dev/null &
wait $machine
rm -rf "$folder"
"#;

/// Starting a machine takes two seconds where nothing else is going on.
const PATIENCE: Duration = Duration::from_secs(60);

/// A machine that runs until it is dropped.
pub(crate) struct Machine {
    guard: Child,
    folder: PathBuf,
    /// Its systemd, as this machine's kernel counts.
    init: u32,
}

impl Machine {
    /// Why there can be no machine here, if there cannot.
    pub(crate) fn obstacle() -> Option<String> {
        if !Path::new("/lib/systemd/systemd").exists() {
            return Some("systemd is not installed".into());
        }
        let tried = Command::new("unshare").args(["--mount", "--pid", "--fork", "--net", "true"]).output();
        match tried {
            Ok(done) if done.status.success() => None,
            Ok(done) => Some(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
            Err(error) => Some(format!("unshare: {error}")),
        }
    }

    /// Boots a machine.
    pub(crate) fn boot() -> Self {
        let folder = std::env::temp_dir().join(format!("shopkeeper-machine-{:016x}", rand::random::<u64>()));
        fs::create_dir_all(folder.join("mongodb")).unwrap();
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "machine-guard"]).arg(&folder);
        guard.args(["unshare", "--kill-child", "--mount", "--pid", "--fork", "--ipc", "--uts", "--cgroup", "--net"]);
        guard.arg("sh").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine/boot.sh"));
        guard.arg(&folder).arg(folder.join("mongodb"));
        let guard = guard.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut machine = Self { guard, folder, init: 0 };
        let start = Instant::now();
        while !machine.is_up() {
            assert!(start.elapsed() < PATIENCE, "no machine: {}", machine.console());
            std::thread::yield_now();
        }
        machine
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

    /// Its systemd, as this machine's kernel counts.
    pub(crate) fn init(&self) -> u32 {
        self.init
    }

    /// A command to be run there, as root.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg("--target").arg(self.init.to_string());
        command.args(["--mount", "--pid", "--ipc", "--uts", "--net", "--root", "--wd=/", "--"]).args(words);
        command.stdin(Stdio::null());
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
        // Closing the pipe is the signal.
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
