//! What systemd hears of us: that the door is open, that we live, that we are leaving.
//!
//! It is told by datagrams to the socket that `NOTIFY_SOCKET` names
//! (<https://www.freedesktop.org/software/systemd/man/sd_notify.html>). Where nobody listens, nothing is said.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// Whoever started us and wants to hear how we are.
#[derive(Debug, Clone, Default)]
pub struct Supervisor {
    socket: Option<SocketAddr>,
    /// How long it waits for a sign of life.
    patience: Option<Duration>,
}

impl Supervisor {
    /// The one that the environment names.
    pub fn of_environment() -> Self {
        let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
        // The patience is meant for one process; a child that inherits the variables is not asked.
        let meant = number("WATCHDOG_PID").is_none_or(|id| id == u64::from(std::process::id()));
        let patience = number("WATCHDOG_USEC").filter(|_| meant).map(Duration::from_micros);
        Self::at(std::env::var_os("NOTIFY_SOCKET").as_deref(), patience)
    }

    fn at(socket: Option<&OsStr>, patience: Option<Duration>) -> Self {
        let socket = socket.filter(|name| !name.is_empty()).and_then(|name| match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name).ok(),
            None => SocketAddr::from_pathname(name).ok(),
        });
        Self { socket, patience }
    }

    /// The door is open.
    pub fn ready(&self) {
        self.tell("READY=1");
    }

    /// No new updates; what is open ends.
    pub fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// Gives a sign of life twice as often as is waited for it, as long as `lives` holds. That this task is run at all
    /// shows that the runtime lives. `None` where nobody waits.
    pub fn watch(&self, lives: impl Fn() -> bool + Send + 'static) -> Option<JoinHandle<()>> {
        let patience = self.patience.filter(|patience| !patience.is_zero())?;
        let supervisor = self.clone();
        Some(tokio::spawn(async move {
            let mut ticks = interval(patience / 2);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while lives() {
                ticks.tick().await;
                supervisor.tell("WATCHDOG=1");
            }
            tracing::error!(
                "watchdog: the HTTP server has ended; no more signs of life are given, so that systemd starts this process anew"
            );
        }))
    }

    fn tell(&self, words: &str) {
        let Some(socket) = &self.socket else { return };
        let told: io::Result<_> =
            UnixDatagram::unbound().and_then(|sender| sender.send_to_addr(words.as_bytes(), socket));
        if let Err(error) = told {
            tracing::warn!(%error, words, "the supervisor could not be told");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn heard(ears: &UnixDatagram) -> String {
        let mut words = [0; 64];
        let length = ears.recv(&mut words).unwrap();
        String::from_utf8_lossy(&words[..length]).into_owned()
    }

    /// A socket under an abstract name, and the one who listens there.
    fn listener(patience: Option<Duration>) -> (UnixDatagram, Supervisor) {
        let name = format!("shopkeeper-{:016x}", rand::random::<u64>());
        let ears = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        ears.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        (ears, Supervisor::at(Some(OsStr::new(&format!("@{name}"))), patience))
    }

    #[test]
    fn it_hears_that_we_are_open_and_that_we_leave() {
        let (ears, supervisor) = listener(None);
        supervisor.ready();
        supervisor.stopping();
        assert_eq!([heard(&ears), heard(&ears)], ["READY=1", "STOPPING=1"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn signs_of_life_end_with_what_they_are_about() {
        let (ears, supervisor) = listener(Some(Duration::from_millis(20)));
        let lives = Arc::new(AtomicBool::new(true));
        let alive = Arc::clone(&lives);
        let watching = supervisor.watch(move || alive.load(Ordering::SeqCst)).unwrap();
        assert_eq!([heard(&ears), heard(&ears), heard(&ears)], ["WATCHDOG=1"; 3]);
        lives.store(false, Ordering::SeqCst);
        watching.await.unwrap();
    }

    #[test]
    fn where_nobody_listens_nothing_is_said() {
        Supervisor::at(None, None).ready();
        Supervisor::at(Some(OsStr::new("/nobody/here")), None).ready();
    }
}
