//! Logs, and what may stand in them.
//!
//! An update has a span from the moment it comes in until its screen is shown and the owners are told: whatever is
//! logged on this way has `update.id`, `chat.id` and, where our webhook was called, `request.id`, by which nginx logs
//! the call, too. Two `info!` lines tell of each: one when it is committed (`flow`, `event`, `state.from`, `state.to`,
//! `duration_ms` of the turn), one when it is shown, or could not be (`duration_ms` of all). Never: names, phones,
//! addresses, e-mails, texts of messages, tokens, secrets. Types keep that: contact data and secrets have a `Debug`
//! that shows nothing.

use std::fmt;
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum LogFormat {
    /// An object on a line, for programs.
    Json,
    /// Short, and in colours on a terminal, for people.
    Text,
}

/// What was said about the log; of what was not, the place that it goes to decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogConfig {
    /// `SHOPKEEPER_LOG`.
    pub form: Option<LogFormat>,
    /// `RUST_LOG`.
    pub filter: Option<String>,
}

/// The time of day, on this machine's clock: whoever looks at a terminal knows the day.
struct TimeOfDay;

impl FormatTime for TimeOfDay {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", chrono::Local::now().format("%H:%M:%S"))
    }
}

/// Starts logging to stderr, as the environment says.
pub fn start(default: &str) {
    let set = |name| std::env::var(name).ok();
    let form = set("SHOPKEEPER_LOG").and_then(|form| form.parse().ok());
    start_as(default, LogConfig { form, filter: set("RUST_LOG") });
}

/// Starts logging to stderr: for people on a terminal, as JSON lines elsewhere, unless something else was said.
/// `default` is what is logged if nothing was said about it.
pub fn start_as(default: &str, log: LogConfig) {
    let said = log.filter.and_then(|filter| EnvFilter::try_new(filter).ok());
    let mut filter = said.unwrap_or_else(|| EnvFilter::new(default));
    // Whatever is asked for: at `debug` Rocket quotes headers, and with them the webhook's secret and keys to the API.
    // At `info` it tells of every poll that ends early, which is how polls end.
    if let Ok(silence) = "rocket=off".parse() {
        filter = filter.add_directive(silence);
    }
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // What a panic says may quote what a customer wrote: the place must do.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
        eprintln!("shopkeeper: a panic at {place}");
    }));
    let terminal = std::io::stderr().is_terminal();
    // A second start, as in tests, changes nothing.
    let _ = match log.form.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json }) {
        LogFormat::Text => {
            let coloured = terminal && std::env::var_os("NO_COLOR").is_none();
            builder.compact().with_timer(TimeOfDay).with_target(false).with_ansi(coloured).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).try_init(),
    };
}
