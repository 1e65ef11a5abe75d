//! The one HTTP server: whatever is mounted on it, quiet, without signals of its own. On 127.0.0.1, unless it is told
//! otherwise.

pub mod guard;
mod method;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rocket::config::{Config, LogLevel, Shutdown as Ending};
use rocket::data::{Limits, ToByteUnit};
use rocket::fairing::AdHoc;
use rocket::{Build, Rocket, Shutdown};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle};

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
    shutdown: Shutdown,
    server: JoinHandle<()>,
}

impl Running {
    /// For whoever must know whether it still listens.
    pub fn handle(&self) -> AbortHandle {
        self.server.abort_handle()
    }

    /// Stops listening and waits until it is done. Calls that are held end without an answer.
    pub async fn stop(self) {
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
        Ok(port) => {
            // Who listens everywhere is found here, too.
            let near = if at.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { at.ip() };
            Ok(Running { base_url: format!("http://{}", SocketAddr::new(near, port)), shutdown, server })
        }
        Err(_) => Err(refused(failure.await.unwrap_or_else(|_| "it ended at once".to_owned()))),
    }
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
