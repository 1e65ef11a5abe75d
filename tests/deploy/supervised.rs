//! Programs as systemd runs them: started again when they end, told from by `NOTIFY_SOCKET`, ended as a group.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tokio::sync::watch;

/// Runs `"$@"` until the pipe on stdin closes, and again `$1` seconds after it has ended; `once` is not again. `$2` is a
/// file for its process id. Like systemd with a unit's control group, it ends what is left of a program that died.
const SUPERVISOR: &str = r#"
again=$1; pid=$2; shift 2
exec 3<&0
( read -r _ <&3; : >"$pid.end"; kill -TERM "$(cat "$pid")"; sleep 15; kill -s KILL -- "-$(cat "$pid")" ) 2>/dev/null &
while :; do
    setsid "$@" </dev/null 3<&- &
    echo $! >"$pid.new"; mv "$pid.new" "$pid"
    wait $!
    kill -s KILL -- "-$(cat "$pid")" 2>/dev/null
    if [ "$again" = once ] || [ -e "$pid.end" ]; then break; fi
    sleep "$again"
    if [ -e "$pid.end" ]; then break; fi
done
"#;

/// A program that runs until this value is dropped, or this process ends.
pub(crate) struct Supervised {
    pub(crate) name: String,
    /// What it says on stdout and stderr.
    pub(crate) log: PathBuf,
    pid: PathBuf,
    guard: Child,
    starts: watch::Receiver<usize>,
}

impl Supervised {
    /// Starts `program`, whose files are kept in `folder`. `again`: seconds until it is started again.
    pub(crate) fn start(name: &str, folder: &Path, again: Option<u32>, program: &Command) -> Self {
        let (log, pid) = (folder.join(format!("{name}.log")), folder.join(format!("{name}.pid")));
        let socket = folder.join(format!("{name}.notify"));
        let starts = listen(&socket);
        let said = std::fs::File::create(&log).unwrap();
        let mut command = Command::new("sh");
        command.arg("-c").arg(SUPERVISOR).arg(name);
        command.arg(again.map_or("once".to_owned(), |seconds| seconds.to_string())).arg(&pid);
        command.arg(program.get_program()).args(program.get_args());
        for (variable, value) in program.get_envs() {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            };
        }
        command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "20000000");
        command.stdin(Stdio::piped()).stdout(said.try_clone().unwrap()).stderr(said);
        let guard = command.spawn().unwrap();
        Self { name: name.to_owned(), log, pid, guard, starts }
    }

    /// The process id of the program that runs now.
    pub(crate) fn id(&self) -> u32 {
        std::fs::read_to_string(&self.pid).unwrap().trim().parse().unwrap()
    }

    /// Whether the program runs now.
    pub(crate) fn is_alive(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|state| !state.is_empty() && !state.starts_with('Z'))
    }

    /// Sends a signal such as `KILL` to the program, not to its children.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.id().to_string()).status().unwrap();
        assert!(sent.success(), "{} does not run", self.name);
    }

    /// How often it has said so far that it is ready.
    pub(crate) fn starts(&self) -> usize {
        *self.starts.borrow()
    }

    /// Waits until it has said so more than `before` times.
    pub(crate) async fn ready_after(&self, before: usize) {
        let mut starts = self.starts.clone();
        starts.wait_for(|starts| *starts > before).await.unwrap();
    }

    /// All it has said.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Counts how often `READY=1` comes to a socket. Somebody must read: a full socket would hold the program up.
fn listen(socket: &Path) -> watch::Receiver<usize> {
    let ears = UnixDatagram::bind(socket).unwrap();
    let (told, starts) = watch::channel(0);
    std::thread::spawn(move || {
        let mut words = [0; 256];
        while let Ok(length) = ears.recv(&mut words) {
            if words[..length].split(|byte| *byte == b'\n').any(|word| word == b"READY=1") {
                told.send_modify(|starts| *starts += 1);
            }
            if told.is_closed() {
                return;
            }
        }
    });
    starts
}
