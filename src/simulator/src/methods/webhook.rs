//! `setWebhook` and its kin.

use serde_json::{Value, json};

use super::{Call, Outcome};
use crate::Cell;
use crate::params::Params;
use crate::refusal::Refusal;
use crate::webhook::{self, Webhook};

/// Sets a webhook, and returns the number of the listener that is to deliver to it; or removes it if the address is
/// empty.
///
/// The real server takes `https` only; here the bot lives on the same machine, so `http` is taken, too. A certificate
/// that comes with it is the one that is trusted.
pub(crate) fn set(cell: &Cell, params: &mut Params) -> Result<Option<u64>, Refusal> {
    let url = params.text("url").unwrap_or_default().into_owned();
    let drop_pending = params.truth("drop_pending_updates");
    if url.is_empty() {
        remove(cell, drop_pending);
        return Ok(None);
    }
    check_url(&url)?;
    let secret = params.text("secret_token").map(|secret| secret.into_owned()).filter(|secret| !secret.is_empty());
    check_secret(secret.as_deref().unwrap_or("none"))?;
    let trusting = certificate(params)?;
    let allowed_updates = params.json("allowed_updates")?;
    let connections = params.integer("max_connections").map_or(40, |count| count.clamp(1, 100)) as usize;
    Ok(Some(cell.change(|bot| {
        if drop_pending {
            bot.updates.clear();
        }
        if let Some(list) = allowed_updates {
            bot.updates.allowed = allowed(&list);
        }
        bot.listener += 1;
        bot.webhook = Some(Webhook::new(url, secret, connections, trusting));
        bot.listener
    })))
}

/// The most bytes of a certificate (`Client.cpp`, `MAX_CERTIFICATE_FILE_SIZE`).
const CERTIFICATE_BYTES: usize = 3 << 20;

/// A client that trusts the certificate in the call, if there is one.
///
/// teloxide puts a file into a part of its own and names it in the field, as the Bot API has it for all files.
fn certificate(params: &mut Params) -> Result<Option<reqwest::Client>, Refusal> {
    let attached = params.text("certificate").and_then(|text| text.strip_prefix("attach://").map(str::to_owned));
    let Some(upload) = params.take_upload(attached.as_deref().unwrap_or("certificate")) else { return Ok(None) };
    let size = upload.bytes.len();
    if size > CERTIFICATE_BYTES {
        return Err(Refusal::bad(format!("certificate size is too big ({size} bytes)")));
    }
    let client = webhook::client_trusting(&upload.bytes);
    client.map(Some).map_err(|_| Refusal::bad("bad webhook: the certificate can't be read"))
}

fn check_url(url: &str) -> Result<(), Refusal> {
    match url::Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => match url.host() {
            // Names are looked up at each delivery.
            Some(url::Host::Ipv4(address)) if !webhook::is_here(address.into()) => elsewhere(),
            Some(url::Host::Ipv6(address)) if !webhook::is_here(address.into()) => elsewhere(),
            _ => Ok(()),
        },
        Ok(_) => Err(Refusal::bad("bad webhook: An HTTPS URL must be provided for webhook")),
        Err(_) => Err(Refusal::bad("bad webhook: Invalid URL")),
    }
}

fn elsewhere() -> Result<(), Refusal> {
    Err(Refusal::bad(format!("bad webhook: {}", webhook::ELSEWHERE)))
}

/// 1 to 256 of `A-Z a-z 0-9 _ -` (`Client.cpp`, 16018–16023).
fn check_secret(secret: &str) -> Result<(), Refusal> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if secret.len() > 256 {
        return Err(Refusal::bad("secret token is too long"));
    }
    if !secret.bytes().all(letter) {
        return Err(Refusal::bad("secret token contains unallowed characters"));
    }
    Ok(())
}

/// Kinds of updates that a bot asks for; an empty list means the default.
pub(super) fn allowed(list: &Value) -> Option<Vec<String>> {
    let names = list.as_array()?.iter().filter_map(|name| name.as_str().map(str::to_owned));
    Some(names.collect::<Vec<_>>()).filter(|names| !names.is_empty())
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    if call.params.truth("drop_pending_updates") {
        call.bot.updates.clear();
    }
    if call.bot.webhook.take().is_some() {
        call.bot.listener += 1;
    }
    Ok(true.into())
}

fn address(url: &url::Url) -> Option<String> {
    match url.host()? {
        url::Host::Ipv4(address) => Some(address.to_string()),
        url::Host::Domain("localhost") => Some("127.0.0.1".to_owned()),
        // “IPv6-only addresses are not allowed” (`WebhookActor.cpp`, `check_ip_address`).
        url::Host::Ipv6(_) | url::Host::Domain(_) => None,
    }
}

fn remove(cell: &Cell, drop_pending: bool) {
    cell.change(|bot| {
        if drop_pending {
            bot.updates.clear();
        }
        if bot.webhook.take().is_some() {
            bot.listener += 1;
        }
    });
}

pub(super) fn info(call: &mut Call<'_>) -> Outcome {
    let now = call.bot.unix_now();
    call.bot.updates.expire(now);
    let pending = call.bot.updates.pending();
    let url = call.bot.webhook.as_ref().map_or("", |webhook| webhook.url.as_str());
    let custom = call.bot.webhook.as_ref().is_some_and(Webhook::has_certificate);
    let mut info = json!({ "url": url, "has_custom_certificate": custom, "pending_update_count": pending });
    if let Some(webhook) = &call.bot.webhook {
        info["max_connections"] = webhook.connections.into();
        // The one that it was verified at (`WebhookActor.cpp`, `on_webhook_verified`); names are not looked up here.
        if let Some(address) = url::Url::parse(&webhook.url).ok().and_then(|url| address(&url)) {
            info["ip_address"] = address.into();
        }
        if let Some((date, error)) = &webhook.last_error {
            info["last_error_date"] = (*date).into();
            info["last_error_message"] = error.as_str().into();
        }
    }
    if let Some(allowed) = &call.bot.updates.allowed {
        info["allowed_updates"] = allowed.clone().into();
    }
    Ok(info)
}
