//! The simulator on a Rocket: mounted on one that is there, or on one of its own.

use std::net::Ipv4Addr;
use std::sync::Mutex;

use rocket::config::{Config, LogLevel, Shutdown as ShutdownConfig};
use rocket::fairing::AdHoc;
use rocket::{Build, Rocket, Shutdown};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Simulator, api, web};

/// Mounts the simulator: the Bot API at `/bot<token>/…` and `/file/…`, people at `/sim/v1/…`, the chat page at `/`.
pub fn stage(sim: Simulator) -> AdHoc {
    AdHoc::on_ignite("the Telegram simulator", |rocket| async {
        rocket.manage(sim).mount("/", api::routes()).mount("/", web::routes())
    })
}

/// A simulator that listens.
pub struct Running {
    /// Such as `http://127.0.0.1:41234`, without a slash at the end.
    pub base_url: String,
    shutdown: Shutdown,
    server: JoinHandle<()>,
}

impl Running {
    /// Stops listening and waits until it is done. Calls that are held end without an answer.
    pub async fn shutdown(self) {
        self.shutdown.notify();
        let _ = self.server.await;
    }
}

/// Why the simulator does not run.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// Most often a port in use.
    #[error("the simulator cannot listen on 127.0.0.1:{port}: {reason}")]
    Listen { port: u16, reason: String },
}

/// Listens on 127.0.0.1; port 0 is any free one. Signals are left to the caller.
pub async fn launch(sim: Simulator, port: u16) -> Result<Running, LaunchError> {
    let refused = |reason: String| LaunchError::Listen { port, reason };
    let (told, heard) = oneshot::channel();
    let told = Mutex::new(Some(told));
    let rocket: Rocket<Build> = rocket::custom(config(port)).attach(stage(sim)).attach(AdHoc::on_liftoff(
        "tells the real port",
        move |rocket| {
            // At liftoff the configuration carries the port that was bound, not the one that was asked for.
            let sender = told.lock().ok().and_then(|mut told| told.take());
            if let Some(sender) = sender {
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
            let _ = failed.send(error.kind().to_string());
        }
    });
    match heard.await {
        Ok(port) => Ok(Running { base_url: format!("http://127.0.0.1:{port}"), shutdown, server }),
        Err(_) => Err(refused(failure.await.unwrap_or_else(|_| "it ended at once".to_owned()))),
    }
}

/// Quiet, without signals of its own, and quick to stop: long polls must not hold the end up.
fn config(port: u16) -> Config {
    let shutdown = ShutdownConfig {
        ctrlc: false,
        #[cfg(unix)]
        signals: std::collections::HashSet::new(),
        grace: 0,
        mercy: 0,
        force: false,
        ..ShutdownConfig::default()
    };
    Config {
        address: Ipv4Addr::LOCALHOST.into(),
        port,
        log_level: LogLevel::Off,
        cli_colors: false,
        keep_alive: 75,
        shutdown,
        ..Config::release_default()
    }
}
