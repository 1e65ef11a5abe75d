//! Settings from the environment, and from an optional file of `NAME=value` lines.
//!
//! The environment wins over the file. A setting that cannot be used is refused at start with its
//! name, its value and the remedy; a secret's value is never repeated.

mod receipts;
mod salvage;
mod shop;

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use dialogues::machine::Settings;
use url::Url;

pub use shell::{Secret, Transport};

pub use self::receipts::{MAIL_FROM, MailServer, SMTP_URL};
pub use self::shop::{read_settings, read_zone};
use crate::telemetry::LogConfig;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not set: {remedy}")]
    Missing { name: &'static str, remedy: &'static str },
    #[error("{name} is “{value}”: {problem}")]
    Wrong { name: &'static str, value: String, problem: String },
    #[error("the configuration file {path} cannot be read: {problem}")]
    File { path: String, problem: String },
    /// More than one thing is wrong, or something is: one line each.
    #[error("these settings cannot be used:{}", salvage::lines(.0))]
    Several(Vec<ConfigError>),
}

impl ConfigError {
    /// The setting that it is about.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Missing { name, .. } | Self::Wrong { name, .. } => Some(name),
            Self::File { .. } | Self::Several(_) => None,
        }
    }
}

/// Everything that `serve` needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// `SHOPKEEPER_TOKEN`: the bot's token, as @BotFather gives it. Required.
    pub token: Secret,
    /// `SHOPKEEPER_API_URL`: the Bot API server. Default `https://api.telegram.org`.
    pub api_url: Option<Url>,
    /// `MONGODB_URI`: a MongoDB replica set. Required.
    pub mongodb_uri: Secret,
    /// `SHOPKEEPER_DATABASE`: the database's name. Default `shopkeeper`.
    pub database: String,
    /// `SHOPKEEPER_OWNERS`: Telegram ids, apart by commas, of those who are told about orders. Default none.
    pub owners: Vec<i64>,
    /// Polling, unless `SHOPKEEPER_WEBHOOK_URL` is set.
    pub transport: Transport,
    /// `SHOPKEEPER_ADDRESS`: where our own HTTP server listens. Default 127.0.0.1; in a container 0.0.0.0.
    pub address: IpAddr,
    /// `SHOPKEEPER_PORT`: the port of our own HTTP server. Default 8080.
    pub port: u16,
    /// `SHOPKEEPER_API_ORIGINS`: web pages, apart by commas, that may call the API from a browser, such as
    /// `https://shop.example`. Default none.
    pub origins: Vec<String>,
    /// `SHOPKEEPER_SHOP_NAME`, `SHOPKEEPER_CURRENCY` (`UAH`, `EUR`, `USD`), `SHOPKEEPER_TIME_ZONE` (a name such as
    /// `Europe/Kyiv`, or an offset such as `+02:00`), `SHOPKEEPER_COUNTRY` (ISO 3166, such as `UA`: phone numbers
    /// without a country's code belong to it). Defaults: `Tea House`, `UAH`, `Europe/Kyiv`, `UA`.
    /// `SHOPKEEPER_CART_REMINDER_HOURS`: after how many hours of silence a customer is reminded of their cart, 1 to 720.
    /// Default: nobody is. `SHOPKEEPER_KEEP_…_DAYS`: see [`dialogues::shop::Retention`].
    pub settings: Settings,
    /// Whether `SHOPKEEPER_SHOP_NAME` is set. If not, the shop is called as its seeded folder says.
    pub names_shop: bool,
    /// `SHOPKEEPER_MAILING_RATE`: letters and replies a second, over all processes of one bot. Default 30, which is
    /// what Telegram advises.
    pub mailing_rate: u32,
    /// `SHOPKEEPER_SMTP_URL` and `SHOPKEEPER_MAIL_FROM`: how receipts are sent by e-mail. Default: none are.
    pub receipts: Option<MailServer>,
    /// `SHOPKEEPER_BACKUPS`: the folder that backups are written to, for those who look how old the newest is.
    /// Default none.
    pub backups: Option<PathBuf>,
}

/// What a command must know that looks after the database, and talks to nobody.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    pub mongodb_uri: Secret,
    pub database: String,
    pub owners: Vec<i64>,
    pub settings: Settings,
    /// Whether `SHOPKEEPER_SHOP_NAME` is set. If not, the shop is called as its seeded folder says.
    pub names_shop: bool,
}

impl StoreConfig {
    /// The same settings as those of `serve`, which may have more.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        Ok(Self {
            mongodb_uri: read_mongodb_uri(sources)?,
            database: read_database(sources)?,
            owners: read_owners(sources)?,
            settings: read_settings(sources)?,
            names_shop: sources.get(shop::NAME).is_some(),
        })
    }
}

/// All settings that a file may hold.
const NAMES: [&str; 30] = [
    "SHOPKEEPER_TOKEN",
    "SHOPKEEPER_API_URL",
    "MONGODB_URI",
    "SHOPKEEPER_DATABASE",
    "SHOPKEEPER_OWNERS",
    "SHOPKEEPER_SHOP_NAME",
    "SHOPKEEPER_CURRENCY",
    "SHOPKEEPER_TIME_ZONE",
    "SHOPKEEPER_UTC_OFFSET",
    "SHOPKEEPER_COUNTRY",
    "SHOPKEEPER_ASK_EMAIL",
    "SHOPKEEPER_SMTP_URL",
    "SHOPKEEPER_MAIL_FROM",
    "SHOPKEEPER_LOW_STOCK",
    "SHOPKEEPER_CART_REMINDER_HOURS",
    "SHOPKEEPER_KEEP_FAILED_DAYS",
    "SHOPKEEPER_KEEP_EVENTS_DAYS",
    "SHOPKEEPER_KEEP_INACTIVE_DAYS",
    "SHOPKEEPER_KEEP_RECIPIENTS_DAYS",
    "SHOPKEEPER_WEBHOOK_URL",
    "SHOPKEEPER_WEBHOOK_SECRET",
    "SHOPKEEPER_WEBHOOK_CERTIFICATE",
    "SHOPKEEPER_WEBHOOK_CONNECTIONS",
    "SHOPKEEPER_ADDRESS",
    "SHOPKEEPER_PORT",
    "SHOPKEEPER_API_ORIGINS",
    "SHOPKEEPER_MAILING_RATE",
    "SHOPKEEPER_BACKUPS",
    "SHOPKEEPER_LOG",
    "RUST_LOG",
];

/// The environment over the file.
#[derive(Default)]
pub struct Sources {
    file: HashMap<String, String>,
    /// Said on the command line, which wins over both.
    said: HashMap<&'static str, String>,
    /// What is taken instead of settings that cannot be used, to find out what else is wrong.
    stand_ins: HashMap<&'static str, &'static str>,
}

impl Sources {
    /// Reads the file, if one is named.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = file else { return Ok(Self::default()) };
        let wrong = |problem: String| ConfigError::File { path: path.display().to_string(), problem };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let mut file = HashMap::new();
        for (place, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let pair = line.split_once('=').ok_or_else(|| wrong(format!("line {} is not NAME=value", place + 1)))?;
            let name = pair.0.trim();
            if !NAMES.contains(&name) {
                return Err(wrong(format!(
                    "line {}: there is no setting {name}; there are {}",
                    place + 1,
                    NAMES.join(", ")
                )));
            }
            file.insert(name.to_owned(), pair.1.trim().trim_matches('"').to_owned());
        }
        Ok(Self { file, ..Self::default() })
    }

    /// The same, with what was said on the command line, if it was.
    pub fn saying(mut self, name: &'static str, value: Option<String>) -> Self {
        self.said.extend(value.map(|value| (name, value)));
        self
    }

    fn get(&self, name: &str) -> Option<String> {
        if let Some(stand_in) = self.stand_ins.get(name) {
            return (!stand_in.is_empty()).then(|| (*stand_in).to_owned());
        }
        let said = self.said.get(name).cloned().or_else(|| std::env::var(name).ok());
        let set = said.or_else(|| self.file.get(name).cloned());
        set.filter(|value| !value.is_empty())
    }

    fn parse<T: FromStr>(&self, name: &'static str, default: T) -> Result<T, ConfigError>
    where
        T::Err: fmt::Display,
    {
        let Some(value) = self.get(name) else { return Ok(default) };
        value.parse().map_err(|error: T::Err| ConfigError::Wrong { name, value, problem: error.to_string() })
    }
}

impl Config {
    /// Everything `serve` needs, checked.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let token = sources.get("SHOPKEEPER_TOKEN").ok_or(ConfigError::Missing {
            name: "SHOPKEEPER_TOKEN",
            remedy: "set it to the token that @BotFather gave you, or try `shopkeeper demo`, which needs none",
        })?;
        check_token(&token)?;
        Ok(Self {
            token: Secret::new(token),
            api_url: sources
                .get("SHOPKEEPER_API_URL")
                .map(|value| read_url("SHOPKEEPER_API_URL", value))
                .transpose()?,
            mongodb_uri: read_mongodb_uri(sources)?,
            database: read_database(sources)?,
            owners: read_owners(sources)?,
            transport: read_transport(sources)?,
            address: read_address(sources)?,
            port: read_port(sources)?,
            origins: read_origins(sources)?,
            settings: read_settings(sources)?,
            names_shop: sources.get(shop::NAME).is_some(),
            mailing_rate: read_rate(sources)?,
            receipts: receipts::read_mail_server(sources)?,
            backups: sources.get("SHOPKEEPER_BACKUPS").map(PathBuf::from),
        })
    }
}

fn read_mongodb_uri(sources: &Sources) -> Result<Secret, ConfigError> {
    sources.get("MONGODB_URI").map(Secret::new).ok_or(ConfigError::Missing {
        name: "MONGODB_URI",
        remedy: "set it to a MongoDB replica set, for instance mongodb://127.0.0.1:27017/?replicaSet=rs0",
    })
}

/// What is said about the log: `SHOPKEEPER_LOG` (`json`, `text`) and `RUST_LOG`.
pub fn read_log(sources: &Sources) -> Result<LogConfig, ConfigError> {
    let form = sources.get("SHOPKEEPER_LOG").map(|value| {
        let problem = "write json (for programs) or text (for people)".to_owned();
        value.parse().map_err(|_| ConfigError::Wrong { name: "SHOPKEEPER_LOG", value, problem })
    });
    Ok(LogConfig { form: form.transpose()?, filter: sources.get("RUST_LOG") })
}

fn check_token(token: &str) -> Result<(), ConfigError> {
    let shaped = token.split_once(':').is_some_and(|(id, key)| {
        !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && key.len() >= 4
            && !key.contains(char::is_whitespace)
    });
    if shaped {
        return Ok(());
    }
    Err(ConfigError::Wrong {
        name: "SHOPKEEPER_TOKEN",
        value: "…".to_owned(),
        problem: "a token is digits, a colon and a key, for instance 123456:ABC-DEF; copy it from @BotFather again"
            .to_owned(),
    })
}

fn read_url(name: &'static str, value: String) -> Result<Url, ConfigError> {
    value.parse().map_err(|error: url::ParseError| ConfigError::Wrong {
        name,
        value,
        problem: format!("{error}; write a whole address such as https://shop.example/telegram"),
    })
}

fn read_database(sources: &Sources) -> Result<String, ConfigError> {
    let database = sources.get("SHOPKEEPER_DATABASE").unwrap_or_else(|| "shopkeeper".to_owned());
    // MongoDB's own rule for names of databases.
    if database.len() < 64 && !database.contains(['/', '\\', '.', ' ', '"', '$', '\0']) {
        return Ok(database);
    }
    let problem = "a database's name has at most 63 characters, none of / \\ . \" $ or a space".to_owned();
    Err(ConfigError::Wrong { name: "SHOPKEEPER_DATABASE", value: database, problem })
}

fn read_address(sources: &Sources) -> Result<IpAddr, ConfigError> {
    let Some(value) = sources.get("SHOPKEEPER_ADDRESS") else { return Ok(Ipv4Addr::LOCALHOST.into()) };
    let problem = "write an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of them".to_owned();
    value.parse().map_err(|_| ConfigError::Wrong { name: "SHOPKEEPER_ADDRESS", value, problem })
}

/// The port alone, for whoever needs no more.
pub fn read_port(sources: &Sources) -> Result<u16, ConfigError> {
    let Some(value) = sources.get("SHOPKEEPER_PORT") else { return Ok(8080) };
    let problem = "a port is a number from 1 to 65535".to_owned();
    value.parse().map_err(|_| ConfigError::Wrong { name: "SHOPKEEPER_PORT", value, problem })
}

fn read_origins(sources: &Sources) -> Result<Vec<String>, ConfigError> {
    let Some(value) = sources.get("SHOPKEEPER_API_ORIGINS") else { return Ok(Vec::new()) };
    let origin = |text: &str| {
        let origin = text.trim().parse::<Url>().ok().map(|url| url.origin().ascii_serialization());
        // A browser sends nothing but scheme, host and port.
        origin.filter(|origin| origin == text.trim())
    };
    value.split(',').map(origin).collect::<Option<_>>().ok_or_else(|| ConfigError::Wrong {
        name: "SHOPKEEPER_API_ORIGINS",
        value: value.clone(),
        problem: "write origins apart by commas, without a path: https://shop.example,http://127.0.0.1:3000".to_owned(),
    })
}

fn read_rate(sources: &Sources) -> Result<u32, ConfigError> {
    let Some(value) = sources.get("SHOPKEEPER_MAILING_RATE") else { return Ok(30) };
    let rate = value.parse().ok().filter(|rate| (1..=1000).contains(rate));
    rate.ok_or_else(|| ConfigError::Wrong {
        name: "SHOPKEEPER_MAILING_RATE",
        value,
        problem: "write messages a second, from 1 to 1000; Telegram takes about 30".to_owned(),
    })
}

/// The owners whom the settings name, alone.
///
/// # Errors
/// [`ConfigError`]: what they are set to is no list of ids.
pub fn read_owners(sources: &Sources) -> Result<Vec<i64>, ConfigError> {
    let Some(value) = sources.get("SHOPKEEPER_OWNERS") else { return Ok(Vec::new()) };
    let ids = value.split(',').map(|id| id.trim().parse());
    ids.collect::<Result<_, _>>().map_err(|_| ConfigError::Wrong {
        name: "SHOPKEEPER_OWNERS",
        value: value.clone(),
        problem: "write Telegram ids apart by commas, for instance 1001,1002".to_owned(),
    })
}

fn read_transport(sources: &Sources) -> Result<Transport, ConfigError> {
    let Some(url) = sources.get("SHOPKEEPER_WEBHOOK_URL") else {
        if sources.get("SHOPKEEPER_WEBHOOK_SECRET").is_some() {
            return Err(ConfigError::Missing {
                name: "SHOPKEEPER_WEBHOOK_URL",
                remedy: "there is a secret for a webhook, but no address; set it, or take the secret away to poll",
            });
        }
        return Ok(Transport::Polling);
    };
    let url = read_url("SHOPKEEPER_WEBHOOK_URL", url)?;
    let on_this_machine = url.host_str().is_some_and(|host| host == "127.0.0.1" || host == "localhost");
    if url.scheme() != "https" && !on_this_machine {
        return Err(ConfigError::Wrong {
            name: "SHOPKEEPER_WEBHOOK_URL",
            value: url.to_string(),
            problem: "Telegram calls https addresses only".to_owned(),
        });
    }
    let secret = sources.get("SHOPKEEPER_WEBHOOK_SECRET").ok_or(ConfigError::Missing {
        name: "SHOPKEEPER_WEBHOOK_SECRET",
        remedy: "a webhook needs a secret of 1 to 256 letters, digits, _ and -; `openssl rand -hex 32` makes one",
    })?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if secret.len() > 256 || !secret.bytes().all(allowed) {
        return Err(ConfigError::Wrong {
            name: "SHOPKEEPER_WEBHOOK_SECRET",
            value: "…".to_owned(),
            problem: "Telegram takes 1 to 256 letters, digits, _ and -".to_owned(),
        });
    }
    let (certificate, connections) = (read_certificate(sources)?, read_connections(sources)?);
    Ok(Transport::Webhook { url, secret: Secret::new(secret), certificate, connections })
}

fn read_certificate(sources: &Sources) -> Result<Option<PathBuf>, ConfigError> {
    let Some(value) = sources.get("SHOPKEEPER_WEBHOOK_CERTIFICATE") else { return Ok(None) };
    let wrong =
        |problem: String| ConfigError::Wrong { name: "SHOPKEEPER_WEBHOOK_CERTIFICATE", value: value.clone(), problem };
    let content = std::fs::read_to_string(&value).map_err(|error| wrong(error.to_string()))?;
    // Telegram takes the public half only; the other one must not leave the machine.
    if !content.contains("BEGIN CERTIFICATE") || content.contains("PRIVATE KEY") {
        return Err(wrong("it must be a certificate in PEM, without its key".to_owned()));
    }
    Ok(Some(PathBuf::from(value)))
}

fn read_connections(sources: &Sources) -> Result<u8, ConfigError> {
    let Some(value) = sources.get("SHOPKEEPER_WEBHOOK_CONNECTIONS") else { return Ok(20) };
    let connections = value.parse().ok().filter(|count| (1..=100).contains(count));
    connections.ok_or_else(|| ConfigError::Wrong {
        name: "SHOPKEEPER_WEBHOOK_CONNECTIONS",
        value,
        problem: "write how many calls Telegram may make at a time, from 1 to 100".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::LogFormat;

    pub(super) fn sources(pairs: &[(&str, &str)]) -> Sources {
        let file = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Sources { file, ..Sources::default() }
    }

    pub(super) const ENOUGH: [(&str, &str); 2] =
        [("SHOPKEEPER_TOKEN", "123:secret-key"), ("MONGODB_URI", "mongodb://127.0.0.1")];

    fn refusal(extra: (&str, &str)) -> String {
        let pairs = [ENOUGH.as_slice(), &[extra]].concat();
        Config::read(&sources(&pairs)).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_wrong_setting_is_refused_with_name_value_and_remedy() {
        for (name, value) in [
            ("SHOPKEEPER_OWNERS", "anna"),
            ("SHOPKEEPER_CURRENCY", "BTC"),
            ("SHOPKEEPER_UTC_OFFSET", "Kyiv"),
            ("SHOPKEEPER_TIME_ZONE", "Europe/Nowhere"),
            ("SHOPKEEPER_COUNTRY", "Ukraine"),
            ("SHOPKEEPER_CART_REMINDER_HOURS", "0"),
            ("SHOPKEEPER_CART_REMINDER_HOURS", "4h"),
            ("SHOPKEEPER_KEEP_FAILED_DAYS", "31"),
            ("SHOPKEEPER_KEEP_EVENTS_DAYS", "29"),
            ("SHOPKEEPER_KEEP_INACTIVE_DAYS", "7"),
            ("SHOPKEEPER_KEEP_RECIPIENTS_DAYS", "1"),
            ("SHOPKEEPER_ADDRESS", "everywhere"),
            ("SHOPKEEPER_PORT", "eighty"),
            ("SHOPKEEPER_MAILING_RATE", "0"),
            ("SHOPKEEPER_DATABASE", "a b"),
            ("SHOPKEEPER_API_ORIGINS", "https://shop.example/cart"),
            ("SHOPKEEPER_WEBHOOK_URL", "shop"),
        ] {
            let said = refusal((name, value));
            assert!(said.contains(name) && said.contains(value), "{name}: {said}");
        }
    }

    #[test]
    fn only_the_public_half_of_a_certificate_is_handed_to_telegram() {
        let hook =
            [("SHOPKEEPER_WEBHOOK_URL", "https://192.0.2.1/telegram"), ("SHOPKEEPER_WEBHOOK_SECRET", "open-sesame")];
        let folder = std::env::temp_dir().join(format!("shopkeeper-certificate-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("certificate.pem");
        let read = |content: &str| {
            std::fs::write(&file, content).unwrap();
            let named = [("SHOPKEEPER_WEBHOOK_CERTIFICATE", file.to_str().unwrap())];
            Config::read(&sources(&[ENOUGH.as_slice(), &hook, &named].concat()))
        };
        let certificate = "-----BEGIN CERTIFICATE-----\n";
        assert!(matches!(read(certificate).unwrap().transport, Transport::Webhook { certificate: Some(_), .. }));
        assert!(read(&format!("{certificate}-----BEGIN PRIVATE KEY-----\n")).is_err());
        assert!(read("").is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_wrong_form_of_the_log_is_refused() {
        let read = |form| read_log(&sources(&[("SHOPKEEPER_LOG", form)])).map(|log| log.form);
        assert_eq!(read("text").ok(), Some(Some(LogFormat::Text)));
        let said = read("xml").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains("SHOPKEEPER_LOG is “xml”") && said.contains("json"), "{said}");
    }

    #[test]
    fn secrets_are_never_repeated() {
        let said = refusal(("SHOPKEEPER_TOKEN", "no-token-but-secret"));
        assert!(!said.contains("secret"), "{said}");
        let config = Config::read(&sources(&ENOUGH)).map_err(|error| error.to_string()).unwrap();
        assert!(!format!("{config:?}").contains("secret-key"));
    }
}
