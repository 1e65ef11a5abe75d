//! Whether the holder of a lease still lives: it keeps a socket open as long as it does, which the kernel closes with it.
//!
//! The socket has the holder's own name, in the abstract namespace of Unix sockets (`unix(7)`), which belongs to the network
//! namespace: whoever comes later never has it, as they might have a port. Who is paused still has its socket. Where there
//! is no such namespace (other systems than Linux), nobody is known to be gone, and a lease runs out by itself.

use std::time::Duration;

/// Whoever lives and is on this machine lets us connect within so long.
const PROBE_TIMEOUT: Duration = Duration::from_millis(200);

/// Tells whoever asks that the process `name` lives. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Alive(#[cfg(target_os = "linux")] std::sync::Arc<tokio::net::UnixListener>);

impl Alive {
    /// Opens the socket; `None` where that is not possible, or the name is taken.
    pub(crate) fn open(name: &str) -> Option<Self> {
        #[cfg(target_os = "linux")]
        return tokio::net::UnixListener::bind(path(name)).ok().map(|listener| Self(std::sync::Arc::new(listener)));
        #[cfg(not(target_os = "linux"))]
        return (|_| None)(name);
    }

    /// Takes whoever asks, for ever: what they ask is answered by their connecting.
    pub(crate) async fn answer(&self) {
        #[cfg(target_os = "linux")]
        loop {
            drop(self.0.accept().await);
        }
    }
}

/// Whether the process `name`, which has had a socket on this machine, is gone. Silence says nothing: a process that is
/// paused answers nobody.
pub(crate) async fn is_gone(name: &str) -> bool {
    #[cfg(target_os = "linux")]
    {
        let connecting = tokio::time::timeout(PROBE_TIMEOUT, tokio::net::UnixStream::connect(path(name)));
        matches!(connecting.await, Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused)
    }
    #[cfg(not(target_os = "linux"))]
    return (|_| false)(name);
}

/// A path that begins with a zero is a name of the abstract namespace.
#[cfg(target_os = "linux")]
fn path(name: &str) -> String {
    format!("\0dialogue-process-{name}")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_has_a_socket_lives_whether_it_answers_or_not_and_whoever_has_closed_it_is_gone() {
        let name = format!("{:016x}", rand::random::<u64>());
        assert!(is_gone(&name).await, "it was never there");
        let alive = Alive::open(&name).unwrap();
        assert!(!is_gone(&name).await, "nobody accepts: it may be paused");
        assert!(Alive::open(&name).is_none(), "the name is taken");
        drop(alive);
        assert!(is_gone(&name).await);
    }
}
