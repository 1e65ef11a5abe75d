//! Everything that is wrong with the settings at once, and what can be used all the same.

use super::{Config, ConfigError, Sources};

impl Config {
    /// The same, but what is wrong is told whole.
    ///
    /// # Errors
    /// [`ConfigError::Several`]
    pub fn read_whole(sources: Sources) -> Result<Self, ConfigError> {
        match Self::salvage(sources) {
            (Some(config), problems) if problems.is_empty() => Ok(config),
            (_, problems) => Err(ConfigError::Several(problems)),
        }
    }

    /// Everything that is wrong, and what is left: settings that cannot be used are as if they were not set, or have a
    /// value that leads nowhere where there must be one.
    pub fn salvage(mut sources: Sources) -> (Option<Self>, Vec<ConfigError>) {
        let mut problems = Vec::new();
        loop {
            match Self::read(&sources) {
                Ok(config) => return (Some(config), problems),
                Err(problem) => {
                    let name = problem.name().filter(|name| !sources.stand_ins.contains_key(name));
                    problems.push(problem);
                    // A stand-in that is wrong itself would be told for ever.
                    let Some(name) = name else { return (None, problems) };
                    sources.stand_ins.insert(name, stand_in(name));
                }
            }
        }
    }
}

/// What stands in for a setting that cannot be used; nothing where it need not be set.
fn stand_in(name: &str) -> &'static str {
    match name {
        "SHOPKEEPER_TOKEN" => "1:none",
        "MONGODB_URI" => "mongodb://127.0.0.1:1",
        "SHOPKEEPER_WEBHOOK_URL" => "https://webhook.invalid",
        "SHOPKEEPER_WEBHOOK_SECRET" => "none",
        "SHOPKEEPER_SMTP_URL" => "smtp://mail.invalid",
        "SHOPKEEPER_MAIL_FROM" => "shop@mail.invalid",
        _ => "",
    }
}

/// A line for each problem, below a headline.
pub(super) fn lines(problems: &[ConfigError]) -> String {
    problems.iter().map(|problem| format!("\n  ✗ {problem}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ENOUGH, sources};
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let hook = [
            ("SHOPKEEPER_WEBHOOK_URL", "http://shop.example"),
            ("SHOPKEEPER_WEBHOOK_SECRET", "two words"),
            ("SHOPKEEPER_WEBHOOK_CONNECTIONS", "101"),
        ];
        let others = [("SHOPKEEPER_PORT", "eighty"), ("SHOPKEEPER_DATABASE", "kept")];
        let (config, problems) = Config::salvage(sources(&[hook.as_slice(), &others].concat()));
        let names: Vec<_> = problems.iter().filter_map(ConfigError::name).collect();
        let told = [
            "SHOPKEEPER_TOKEN",
            "MONGODB_URI",
            "SHOPKEEPER_WEBHOOK_URL",
            "SHOPKEEPER_WEBHOOK_SECRET",
            "SHOPKEEPER_WEBHOOK_CONNECTIONS",
            "SHOPKEEPER_PORT",
        ];
        assert_eq!(names, told);
        assert_eq!(config.map(|config| config.database).as_deref(), Some("kept"));
        let lone_secret = [ENOUGH.as_slice(), &[("SHOPKEEPER_WEBHOOK_SECRET", "fine")]].concat();
        let said = Config::read_whole(sources(&lone_secret)).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(said.lines().count(), 2, "{said}");
    }
}
