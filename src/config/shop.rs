//! The settings that customers see the effect of.

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use dialogues::machine::Settings;
use dialogues::shop::rules::{SHOP_NAME_LIMIT, check_line};
use dialogues::shop::{Country, Currency, LOW_STOCK, Retention, Zone};

use super::receipts::SMTP_URL;
use super::{ConfigError, Sources};

/// The setting that [`ZONE`] had before it took names of zones; still accepted.
const OFFSET: &str = "SHOPKEEPER_UTC_OFFSET";
pub(super) const NAME: &str = "SHOPKEEPER_SHOP_NAME";
const ZONE: &str = "SHOPKEEPER_TIME_ZONE";
const REMINDER: &str = "SHOPKEEPER_CART_REMINDER_HOURS";
const LOW: &str = "SHOPKEEPER_LOW_STOCK";
const KEEP_FAILED: &str = "SHOPKEEPER_KEEP_FAILED_DAYS";
const KEEP_EVENTS: &str = "SHOPKEEPER_KEEP_EVENTS_DAYS";
const KEEP_INACTIVE: &str = "SHOPKEEPER_KEEP_INACTIVE_DAYS";
const KEEP_RECIPIENTS: &str = "SHOPKEEPER_KEEP_RECIPIENTS_DAYS";
const ASK_EMAIL: &str = "SHOPKEEPER_ASK_EMAIL";
/// From an hour to a month.
const REMINDER_HOURS: RangeInclusive<u16> = 1..=720;

/// What customers see of the configuration.
pub fn read_settings(sources: &Sources) -> Result<Settings, ConfigError> {
    Ok(Settings {
        shop_name: read_name(sources)?,
        currency: sources.parse("SHOPKEEPER_CURRENCY", Currency::default())?,
        zone: read_zone(sources)?,
        country: sources.parse("SHOPKEEPER_COUNTRY", Country::default())?,
        remind_after: read_number(sources, REMINDER, "hours", REMINDER_HOURS)?
            .map(|hours| TimeDelta::hours(hours.into())),
        asks_email: read_ask_email(sources)?,
        sends_receipts: sources.get(SMTP_URL).is_some(),
        low_stock: sources.parse(LOW, LOW_STOCK)?,
        retention: Retention {
            failed: read_number(sources, KEEP_FAILED, "days", Retention::FAILED)?
                .unwrap_or(Retention::default().failed),
            events: read_number(sources, KEEP_EVENTS, "days", Retention::EVENTS)?,
            inactive: read_number(sources, KEEP_INACTIVE, "days", Retention::INACTIVE)?,
            recipients: read_number(sources, KEEP_RECIPIENTS, "days", Retention::RECIPIENTS)?,
        },
    })
}

fn read_name(sources: &Sources) -> Result<String, ConfigError> {
    let Some(value) = sources.get(NAME) else { return Ok("Tea House".to_owned()) };
    match check_line(&value, SHOP_NAME_LIMIT) {
        Ok(()) => Ok(value),
        Err(problem) => Err(ConfigError::Wrong { name: NAME, value, problem: problem.to_string() }),
    }
}

/// A number of hours or days, if it is set.
fn read_number(
    sources: &Sources,
    name: &'static str,
    unit: &str,
    range: RangeInclusive<u16>,
) -> Result<Option<u16>, ConfigError> {
    let Some(value) = sources.get(name) else { return Ok(None) };
    match value.trim().parse().ok().filter(|number| range.contains(number)) {
        Some(number) => Ok(Some(number)),
        None => {
            let problem = format!("write a number of {unit} from {} to {}", range.start(), range.end());
            Err(ConfigError::Wrong { name, value, problem })
        }
    }
}

fn read_ask_email(sources: &Sources) -> Result<bool, ConfigError> {
    let Some(value) = sources.get(ASK_EMAIL) else { return Ok(true) };
    match value.trim().to_ascii_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(ConfigError::Wrong { name: ASK_EMAIL, value, problem: "write yes or no".to_owned() }),
    }
}

/// The shop's time zone alone, for commands that need no more than that.
pub fn read_zone(sources: &Sources) -> Result<Zone, ConfigError> {
    if let (Some(value), Some(zone)) = (sources.get(OFFSET), sources.get(ZONE)) {
        let problem = format!("{ZONE} is “{zone}”; both mean the shop's time zone: take this one away");
        return Err(ConfigError::Wrong { name: OFFSET, value, problem });
    }
    let name = if sources.get(OFFSET).is_some() { OFFSET } else { ZONE };
    sources.parse(name, Zone::default())
}

#[cfg(test)]
mod tests {
    use super::super::tests::sources;
    use super::*;

    #[test]
    fn the_time_zone_is_a_name_or_an_offset_by_either_setting() {
        for (name, value) in [(ZONE, "Europe/Berlin"), (ZONE, "+02:00"), (OFFSET, "+05:30"), (OFFSET, "Europe/Berlin")]
        {
            let settings = read_settings(&sources(&[(name, value)])).map_err(|error| error.to_string());
            assert_eq!(settings.map(|settings| settings.zone.to_string()), Ok(value.to_owned()), "{name}");
        }
        let both = read_settings(&sources(&[(ZONE, "Europe/Kyiv"), (OFFSET, "+02:00")]));
        assert_eq!(both.err().and_then(|error| error.name()), Some(OFFSET));
        assert_eq!(read_settings(&sources(&[])).ok().map(|settings| settings.zone), Some(Zone::default()));
    }
}
