//! `simulate`: Telegram on this machine, for any bot.

use anyhow::anyhow;
use clap::Args;
use http_server::guard::PublicName;
use telegram_simulator::{BotApiMethod, Simulator, Support, all_methods, bot_api_version, coverage, launch_as};

/// Runs a Bot API server and a chat page on this machine, for any bot in any language.
#[derive(Args)]
pub struct Simulate {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8081)]
    port: u16,
    /// Let bots send as fast as they like, where Telegram would tell them to wait
    #[arg(long)]
    without_flood_limits: bool,
    /// Refuse bots whose token was not made known by PUT /sim/v1/bots/TOKEN
    #[arg(long)]
    strict_tokens: bool,
    /// Another name that this server is reached by, such as through a tunnel: NAME or NAME:PORT
    #[arg(long, value_name = "NAME")]
    public_name: Vec<PublicName>,
    /// List all methods of the Bot API, and which of them are simulated, and end
    #[arg(long)]
    methods: bool,
    /// With --methods: as Markdown, for COVERAGE.md
    #[arg(long, requires = "methods")]
    markdown: bool,
}

impl Simulate {
    /// Lists the methods, or serves until Ctrl-C.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn run(self, simulator: Simulator) -> anyhow::Result<()> {
        if self.methods {
            print!("{}", if self.markdown { coverage() } else { listed() });
            return Ok(());
        }
        let server = launch_as(simulator.clone(), self.port, self.public_name)
            .await
            .map_err(|error| anyhow!("{error}; try --port 0"))?;
        if !self.without_flood_limits {
            simulator.limit_floods();
        }
        if self.strict_tokens {
            simulator.be_strict();
        }
        let url = &server.base_url;
        println!("Telegram is at {url} for any bot, with any token of digits, a colon and letters.");
        println!("Open it in a browser to be a customer. Tests act as people at {url}/sim/v1/…,");
        println!("described at {url}/sim/docs. Ctrl-C ends it.");
        super::stopped().await
    }
}

/// All methods of the Bot API, a line for each.
fn listed() -> String {
    let all: Vec<BotApiMethod> = all_methods().collect();
    let simulated = all.iter().filter(|method| method.support != Support::Refused).count();
    let head = format!("Bot API {}: {simulated} of {} methods are simulated\n", bot_api_version(), all.len());
    let line = |method: &BotApiMethod| {
        let said = match method.support {
            Support::Stateful => "simulated",
            Support::Fixed => "simulated; answers what is always so",
            Support::Refused => "refused with 501",
        };
        format!("{:<40} {said}\n", method.name)
    };
    head + &all.iter().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn each_method_has_a_line_that_says_what_becomes_of_it() {
        let all = listed();
        let is_told = |line: &str| line.contains(" simulated") || line.ends_with(" refused with 501");
        assert_eq!(all.lines().skip(1).filter(|line| is_told(line)).count(), 185, "{all}");
        let line = |method: &str| all.lines().find(|line| line.split_whitespace().next() == Some(method)).unwrap();
        assert!(line("sendMessage").ends_with(" simulated") && line("logOut").ends_with("always so"), "{all}");
    }
}
