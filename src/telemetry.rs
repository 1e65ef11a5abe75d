//! Logs, and what may stand in them.
//!
//! One `info!` per turn with `chat.id`, `flow`, `state.from`, `state.to`, `update.id` and
//! `duration_ms`. Never: names, phones, addresses, e-mails, texts of messages, tokens, secrets.
//! Types keep that: contact data and secrets have a `Debug` that shows nothing.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging to stderr: for people on a terminal, as JSON lines elsewhere. `RUST_LOG` decides
/// what is logged, `default` where it is not set.
pub fn start(default: &str) {
    // Rocket tells of every poll that ends early, which is how polls end.
    let default = format!("{default},rocket=off");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // What a panic says may quote what a customer wrote: the place must do.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
        eprintln!("shopkeeper: a panic at {place}");
    }));
    // A second start, as in tests, changes nothing.
    let _ = if std::io::stderr().is_terminal() {
        builder.compact().try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
}
