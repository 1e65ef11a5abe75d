//! Places, and places that move.

use serde_json::{Value, json};

use super::sending::{open, send};
use super::{Call, Outcome, content, edits};
use crate::refusal::{NOT_MODIFIED, Refusal};
use crate::world::{Body, Post};

/// How long a place may move, in seconds; or without an end (<https://core.telegram.org/bots/api#sendlocation>).
const LIVE: std::ops::RangeInclusive<i64> = 60..=86_400;
const FOR_EVER: i64 = 0x7fff_ffff;

/// A `Location` from the parameters.
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    let degrees = |field: &str, most: f64| {
        let text = call.params.text(field).filter(|text| !text.trim().is_empty());
        let text = text.ok_or_else(|| Refusal::bad(format!("{field} is empty")))?;
        let number = text.trim().parse::<f64>().ok().filter(|number| number.abs() <= most);
        number.ok_or_else(|| Refusal::bad("wrong latitude or longitude specified"))
    };
    let (latitude, longitude) = (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
    let mut location = json!({ "latitude": latitude, "longitude": longitude });
    if let Some(meters) = call.params.text("horizontal_accuracy").and_then(|text| text.trim().parse::<f64>().ok()) {
        location["horizontal_accuracy"] = meters.into();
    }
    for (field, range) in [("heading", 1..=360), ("proximity_alert_radius", 1..=100_000)] {
        if let Some(number) = call.params.integer(field).filter(|number| range.contains(number)) {
            location[field] = number.into();
        }
    }
    Ok(location)
}

fn body(location: Value) -> Body {
    let sign = if location.get("live_period").is_some() { "🛰" } else { "📍" };
    let shown = format!("{sign} {}, {}", location["latitude"], location["longitude"]);
    Body::Other { field: "location", value: location, shown }
}

/// For how long the place moves, if it does.
fn live_period(call: &Call<'_>) -> Result<Option<i64>, Refusal> {
    let period = call.params.integer("live_period").filter(|seconds| *seconds != 0);
    match period {
        Some(seconds) if !LIVE.contains(&seconds) && seconds != FOR_EVER => {
            Err(Refusal::bad("wrong live location period specified"))
        }
        period => Ok(period),
    }
}

pub(super) fn send_location(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let mut location = read(call)?;
    if let Some(seconds) = live_period(call)? {
        location["live_period"] = seconds.into();
    }
    send(call, chat, body(location))
}

/// A message of the bot with a place that still moves.
fn moving(call: &mut Call<'_>) -> Result<(i64, Post, i64), Refusal> {
    let (chat, post) = edits::editable(call)?;
    let now = call.bot.unix_now();
    let Body::Other { field: "location", value, .. } = &post.body else {
        return Err(Refusal::bad("message can't be edited"));
    };
    let period =
        value["live_period"].as_i64().filter(|period| *period == FOR_EVER || post.date.saturating_add(*period) > now);
    let period = period.ok_or_else(|| Refusal::bad("message can't be edited"))?;
    Ok((chat, post, period))
}

fn moved(call: &mut Call<'_>, chat: i64, old: Post, location: Value) -> Outcome {
    let body = body(location);
    let buttons = content::inline_buttons(call)?;
    if old.body == body && old.buttons == buttons {
        return Err(Refusal::bad(NOT_MODIFIED));
    }
    let post = call.bot.replace(chat, Post { body, buttons, ..old })?;
    Ok(edits::told(call, chat, &post))
}

pub(super) fn edit_live(call: &mut Call<'_>) -> Outcome {
    let (chat, post, period) = moving(call)?;
    let mut location = read(call)?;
    location["live_period"] = live_period(call)?.unwrap_or(period).into();
    moved(call, chat, post, location)
}

pub(super) fn stop_live(call: &mut Call<'_>) -> Outcome {
    let (chat, post, _) = moving(call)?;
    let Body::Other { value, .. } = &post.body else { return Err(Refusal::bad("message can't be edited")) };
    let mut location = value.clone();
    if let Some(location) = location.as_object_mut() {
        location.remove("live_period");
    }
    moved(call, chat, post, location)
}
