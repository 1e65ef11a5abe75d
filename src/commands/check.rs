//! `shopkeeper check`: whether all is well, in one page.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use shopkeeper::check::{Page, Verdict, is_ready};
use shopkeeper::config::{self, Config, Sources};

/// What ended otherwise than it should: what is not well, as opposed to a command that could not be understood.
const FAILED: u8 = 2;

/// Tells in one page whether token, clock, MongoDB, webhook, TLS, disk, memory and the running `serve` are fine, with a
/// remedy for whatever is not. Changes nothing.
#[derive(Args)]
#[command(after_help = "Exit code: 0 if nothing failed (there may be something to be seen to), 2 if something did.\n\
                        With --quick: 0 if the process is ready, 1 if it is not.")]
pub(crate) struct Check {
    /// A file of NAME=value lines, the one that `serve` uses; the environment wins over it
    #[arg(long, env = "SHOPKEEPER_CONFIG")]
    config: Option<PathBuf>,
    /// A port that `serve` runs on; can be given several times [default: SHOPKEEPER_PORT]
    #[arg(long = "port", value_name = "PORT")]
    ports: Vec<u16>,
    /// Tell it as JSON
    #[arg(long)]
    json: bool,
    /// Ask only whether `serve` is ready, in silence unless it is not: for container health checks
    #[arg(long, conflicts_with = "json")]
    quick: bool,
}

impl Check {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let sources = Sources::read(self.config.as_deref())?;
        let port = config::read_port(&sources);
        let ports = if self.ports.is_empty() { port.iter().copied().collect() } else { self.ports };
        if self.quick {
            if ports.is_empty() {
                port?;
            }
            let ready = futures::future::join_all(ports.iter().map(|port| is_ready(*port))).await;
            return Ok(match ready.into_iter().find_map(Result::err) {
                Some(reason) => {
                    eprintln!("shopkeeper: {reason}");
                    ExitCode::FAILURE
                }
                None => ExitCode::SUCCESS,
            });
        }
        let (config, problems) = Config::salvage(sources);
        let page = Page::of(config.as_ref(), &problems, &ports).await;
        match self.json {
            true => println!("{}", serde_json::to_string_pretty(&page)?),
            false => println!("{page}"),
        }
        Ok(if page.verdict == Verdict::Failure { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
    }
}
