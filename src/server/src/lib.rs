//! The one HTTP server: whatever is mounted on it, quiet, without signals of its own. On 127.0.0.1, unless it is told
//! otherwise.

mod accept;
pub mod guard;
mod method;
pub mod request;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rocket::config::{Config, LogLevel, Shutdown as Ending};
use rocket::data::{Limits, ToByteUnit};
use rocket::fairing::AdHoc;
use rocket::{Build, Orbit, Rocket, Shutdown};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle};

pub use self::accept::ClientLimits;

/// The port that clients use, where Rocket listens on another one. Managed by the server.
struct PublicPort(u16);

/// Puts something on a server that is about to be launched.
pub type Mount = Box<dyn FnOnce(Rocket<Build>) -> Rocket<Build> + Send>;

/// Tells whoever asks whether we are ready that we are about to leave. Managed by a server whose owner stops in steps.
#[derive(Debug, Clone)]
pub struct Closing(watch::Receiver<bool>);

impl Closing {
    /// It is so as soon as the channel says so.
    pub fn when(told: watch::Receiver<bool>) -> Self {
        Self(told)
    }

    /// Whether we are about to leave.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {at}: {reason}")]
pub struct LaunchError {
    at: SocketAddr,
    reason: String,
}

/// Where to listen: a port alone is one of 127.0.0.1; port 0 is any free one.
#[derive(Debug, Clone, Copy)]
pub struct Listen(SocketAddr);

impl From<u16> for Listen {
    fn from(port: u16) -> Self {
        Self((Ipv4Addr::LOCALHOST, port).into())
    }
}

impl From<(IpAddr, u16)> for Listen {
    fn from(at: (IpAddr, u16)) -> Self {
        Self(at.into())
    }
}

/// A server that listens.
pub struct Running {
    /// Such as `http://127.0.0.1:41234`, without a slash at the end.
    pub base_url: String,
    port: u16,
    shutdown: Shutdown,
    server: JoinHandle<()>,
    /// Accepts connections in front of it, where clients are limited.
    relay: Option<JoinHandle<()>>,
}

impl Running {
    /// For whoever must know whether it still listens.
    pub fn handle(&self) -> AbortHandle {
        self.server.abort_handle()
    }

    /// Stops listening and waits until it is done. Calls that are held end without an answer.
    pub async fn stop(self) {
        if let Some(relay) = self.relay {
            relay.abort();
            let _ = relay.await;
        }
        self.shutdown.notify();
        // A server that has failed has ended, too.
        let _ = self.server.await;
    }
}

/// Listens with what `mount` puts on the server.
pub async fn launch(
    mount: impl FnOnce(Rocket<Build>) -> Rocket<Build>,
    listen: impl Into<Listen>,
) -> Result<Running, LaunchError> {
    hush();
    let Listen(at) = listen.into();
    let refused = |reason: String| LaunchError { at, reason };
    let (told, heard) = oneshot::channel();
    let told = Mutex::new(Some(told));
    let rocket = mount(rocket::custom(config(at)).attach(method::KeepMethod)).attach(AdHoc::on_liftoff(
        "tells the real port",
        move |rocket| {
            // At liftoff the configuration carries the port that was bound, not the one that was asked for.
            if let Some(sender) = told.lock().ok().and_then(|mut told| told.take()) {
                let _ = sender.send(rocket.config().port);
            }
            Box::pin(async {})
        },
    ));
    let rocket = rocket.ignite().await.map_err(|error| refused(error.kind().to_string()))?;
    let shutdown = rocket.shutdown();
    let (failed, failure) = oneshot::channel();
    let server = tokio::spawn(async move {
        if let Err(error) = rocket.launch().await {
            tracing::error!(error = %error.kind(), "server: it has ended");
            let _ = failed.send(error.kind().to_string());
        }
    });
    match heard.await {
        Ok(port) => Ok(Running { base_url: base_url(at, port), port, shutdown, server, relay: None }),
        Err(_) => Err(refused(failure.await.unwrap_or_else(|_| "it ended at once".to_owned()))),
    }
}

fn base_url(at: SocketAddr, port: u16) -> String {
    // A server that listens everywhere is found on this machine, too.
    let near = if at.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { at.ip() };
    format!("http://{}", SocketAddr::new(near, port))
}

/// The same, for clients that may be slow, many, or hostile: with limits in front of it.
pub async fn launch_limited(
    mount: impl FnOnce(Rocket<Build>) -> Rocket<Build>,
    listen: impl Into<Listen>,
    limits: ClientLimits,
) -> Result<Running, LaunchError> {
    let Listen(at) = listen.into();
    let refused = |error: std::io::Error| LaunchError { at, reason: error.to_string() };
    let listener = TcpListener::bind(at).await.map_err(refused)?;
    let port = listener.local_addr().map_err(refused)?.port();
    let inner = launch(|rocket| mount(rocket).manage(PublicPort(port)), 0).await?;
    let relay = tokio::spawn(accept::relay(listener, inner.port, limits));
    Ok(Running { base_url: base_url(at, port), port, relay: Some(relay), ..inner })
}

/// The port by which clients reach a server.
fn public_port(rocket: &Rocket<Orbit>) -> u16 {
    rocket.state::<PublicPort>().map_or(rocket.config().port, |PublicPort(port)| *port)
}

/// Waits until nobody listens there, for so long at most; port 0 is always free.
///
/// # Errors
/// Somebody still listens there.
pub async fn free(listen: impl Into<Listen>, patience: Duration) -> Result<(), LaunchError> {
    let Listen(at) = listen.into();
    let until = Instant::now() + patience;
    let mut told = false;
    loop {
        // Bound and let go at once. Like the server that follows, it minds no connections that have just ended.
        match TcpListener::bind(at).await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < until => {
                if !std::mem::replace(&mut told, true) {
                    tracing::info!(port = at.port(), "somebody still listens on our port; it is waited for");
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(LaunchError { at, reason: error.to_string() }),
        }
    }
}

/// Lets open requests end for so many seconds when the server is stopped, instead of cutting them off.
pub fn patient(rocket: Rocket<Build>, seconds: u32) -> Rocket<Build> {
    let figment = rocket.figment().clone().merge(("shutdown.grace", seconds));
    rocket.configure(figment)
}

/// Installs a logger that says nothing, unless there is one. Rocket would install its own, which has a level of its own until
/// the configuration is read: meanwhile all servers of the process would print their requests.
fn hush() {
    struct Silent;
    impl log::Log for Silent {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            false
        }

        fn log(&self, _: &log::Record<'_>) {}

        fn flush(&self) {}
    }
    let _ = log::set_logger(&Silent);
}

/// Quick to stop: held long polls must not hold the end up.
fn config(at: SocketAddr) -> Config {
    let shutdown = Ending {
        ctrlc: false,
        #[cfg(unix)]
        signals: std::collections::HashSet::new(),
        grace: 0,
        mercy: 0,
        force: false,
        ..Ending::default()
    };
    Config {
        address: at.ip(),
        port: at.port(),
        log_level: LogLevel::Off,
        cli_colors: false,
        keep_alive: 75,
        limits: Limits::default().limit("bytes", 12.mebibytes()),
        shutdown,
        ..Config::release_default()
    }
}
