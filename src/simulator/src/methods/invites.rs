//! Ways into a group or channel, and who asks to be let in.

use serde_json::{Map, Value, json};

use super::members::{group_with, subject};
use super::{Call, Outcome};
use crate::group::{Group, GroupKind, InviteLink};
use crate::inline::JoinQuery;
use crate::keyboards;
use crate::refusal::{QUERY_TOO_OLD, Refusal};

/// Characters of a link's name (<https://core.telegram.org/bots/api#createchatinvitelink>).
const NAME: usize = 32;
/// The only period of a subscription: 30 days, in seconds (<https://core.telegram.org/bots/api#createchatsubscriptioninvitelink>).
const PERIOD: i64 = 2_592_000;

/// Seconds in which a guard has to say who may come in, or to show a Mini App
/// (<https://core.telegram.org/bots/api#chatjoinrequest>).
const JOIN_QUERY_LIFE: i64 = 10;

const RIGHTS: &str = "not enough rights to manage chat invite link";

/// The group whose links the bot may change.
fn inviting<'a>(call: &'a mut Call<'_>) -> Result<(i64, &'a mut Group), Refusal> {
    group_with(call, "can_invite_users", RIGHTS)
}

/// An address that no other link has.
fn address(call: &mut Call<'_>) -> String {
    call.bot.serial += 1;
    format!("https://t.me/+{:08x}{:08x}", call.bot.id & 0xffff_ffff, call.bot.serial)
}

fn shown(call: &Call<'_>, chat: i64, link: &InviteLink) -> Outcome {
    let group = call.bot.group(chat).ok_or_else(Refusal::chat_not_found)?;
    Ok(call.bot.link_json(group, link))
}

/// The primary link, which takes the place of the one before.
pub(super) fn export(call: &mut Call<'_>) -> Outcome {
    inviting(call)?;
    let link = InviteLink { address: address(call), is_primary: true, ..InviteLink::default() };
    let told = link.address.clone();
    let (_, group) = inviting(call)?;
    for old in group.links.iter_mut().filter(|link| link.is_primary) {
        (old.is_primary, old.is_revoked) = (false, true);
    }
    group.links.push(link);
    Ok(told.into())
}

/// What a call says of a link.
fn described(call: &Call<'_>, link: InviteLink) -> Result<InviteLink, Refusal> {
    let name = call.params.text("name").map(|name| name.into_owned()).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > NAME) {
        return Err(Refusal::bad("invite link name is too long"));
    }
    let positive = |field: &str| call.params.integer(field).filter(|number| *number > 0);
    let expires = positive("expire_date");
    if expires.is_some_and(|expires| expires <= call.bot.unix_now()) {
        return Err(Refusal::bad("EXPIRE_DATE_INVALID"));
    }
    let limit = positive("member_limit");
    if limit.is_some_and(|limit| limit > 99_999) {
        return Err(Refusal::bad("USAGE_LIMIT_INVALID"));
    }
    let asks = call.params.truth("creates_join_request");
    if asks && limit.is_some() {
        return Err(Refusal::bad("member limit can't be specified for links requiring administrator approval"));
    }
    Ok(InviteLink { name, expires, limit, asks, ..link })
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let (chat, _) = inviting(call)?;
    let address = address(call);
    let link = described(call, InviteLink { address, ..InviteLink::default() })?;
    keep(call, chat, link)
}

fn keep(call: &mut Call<'_>, chat: i64, link: InviteLink) -> Outcome {
    let told = shown(call, chat, &link)?;
    let group = call.bot.group_mut(chat).ok_or_else(Refusal::chat_not_found)?;
    group.links.push(link);
    Ok(told)
}

pub(super) fn create_subscription(call: &mut Call<'_>) -> Outcome {
    let (chat, group) = inviting(call)?;
    let kind = group.kind;
    let address = address(call);
    let (period, price) = (call.params.integer("subscription_period"), call.params.integer("subscription_price"));
    if period != Some(PERIOD) {
        return Err(Refusal::bad("SUBSCRIPTION_PERIOD_INVALID"));
    }
    let price = price.filter(|price| (1..=10_000).contains(price));
    let price = price.ok_or_else(|| Refusal::bad("STARS_AMOUNT_INVALID"))?;
    if kind == GroupKind::Group {
        return Err(Refusal::bad("CHAT_INVALID"));
    }
    let link = InviteLink { address, subscription: Some((PERIOD, price)), ..InviteLink::default() };
    let link = described(call, link)?;
    keep(call, chat, link)
}

/// The link that the call names, with its place among the group's.
fn named(call: &mut Call<'_>) -> Result<(i64, usize), Refusal> {
    let asked = call.params.text("invite_link").unwrap_or_default().into_owned();
    if asked.is_empty() {
        return Err(Refusal::bad("invite link must be non-empty"));
    }
    let (chat, group) = inviting(call)?;
    let place = group.links.iter().position(|link| link.address == asked);
    Ok((chat, place.ok_or_else(|| Refusal::bad("INVITE_HASH_EXPIRED"))?))
}

pub(super) fn edit(call: &mut Call<'_>) -> Outcome {
    let (chat, place) = named(call)?;
    let old = inviting(call)?.1.links[place].clone();
    if old.is_revoked {
        return Err(Refusal::bad("CHAT_INVITE_REVOKED"));
    }
    // What makes a link one for subscribers stays as it is.
    let link = described(call, old)?;
    inviting(call)?.1.links[place] = link.clone();
    shown(call, chat, &link)
}

/// A primary link that is revoked is replaced by a new one.
pub(super) fn revoke(call: &mut Call<'_>) -> Outcome {
    let (chat, place) = named(call)?;
    let was_primary = inviting(call)?.1.links[place].is_primary;
    if was_primary {
        export(call)?;
    }
    let link = &mut inviting(call)?.1.links[place];
    link.is_revoked = true;
    let link = link.clone();
    shown(call, chat, &link)
}

/// Somebody who asks to be let in, and the link that they have used.
fn asking(call: &mut Call<'_>) -> Result<(i64, i64, InviteLink), Refusal> {
    let (chat, _) = group_with(call, "can_invite_users", "not enough rights to manage chat join requests")?;
    let id = subject(call)?;
    let group = call.bot.group_mut(chat).ok_or_else(Refusal::chat_not_found)?;
    if group.has(id) {
        return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
    }
    let link = group.requests.remove(&id).ok_or_else(|| Refusal::bad("HIDE_REQUESTER_MISSING"))?;
    call.bot.inline.settle_join(chat, id);
    Ok((chat, id, link))
}

pub(super) fn approve(call: &mut Call<'_>) -> Outcome {
    let (chat, id, link) = asking(call)?;
    let_in(call, chat, id, &link)
}

fn let_in(call: &mut Call<'_>, chat: i64, id: i64, link: &InviteLink) -> Outcome {
    let mut how = Map::new();
    how.insert("via_join_request".into(), true.into());
    how.insert("invite_link".into(), shown(call, chat, link)?);
    let group = call.bot.group_mut(chat).ok_or_else(Refusal::chat_not_found)?;
    if let Some(known) = group.links.iter_mut().find(|known| known.address == link.address) {
        known.joined += 1;
    }
    let status = group.moved(id, true);
    call.bot.change_member(chat, id, status, id, how);
    Ok(true.into())
}

pub(super) fn decline(call: &mut Call<'_>) -> Outcome {
    asking(call)?;
    Ok(true.into())
}

/// The question whether somebody may come in, and the id of it.
fn join_query(call: &Call<'_>) -> Result<(String, JoinQuery), Refusal> {
    let id = call.params.text("chat_join_request_query_id").unwrap_or_default().into_owned();
    let now = call.bot.unix_now();
    // Who is shown a Mini App takes their time.
    let is_open = |query: &&JoinQuery| query.app.is_some() || now - query.at <= JOIN_QUERY_LIFE;
    let query = call.bot.inline.join_queries.get(&id).filter(is_open).cloned();
    query.map(|query| (id, query)).ok_or_else(|| Refusal::bad(QUERY_TOO_OLD))
}

/// What becomes of somebody who asks to be let in, where the bot is the guard.
pub(super) fn answer_query(call: &mut Call<'_>) -> Outcome {
    let (id, query) = join_query(call)?;
    let result = call.params.text("result").unwrap_or_default().into_owned();
    if !["approve", "decline", "queue"].contains(&result.as_str()) {
        return Err(Refusal::bad("invalid join request result specified"));
    }
    call.bot.inline.join_queries.remove(&id);
    // The others decide; or there is no such chat, and a test has asked.
    let Some(group) = call.bot.group_mut(query.chat).filter(|_| result != "queue") else { return Ok(true.into()) };
    match group.requests.remove(&query.person) {
        Some(link) if result == "approve" => let_in(call, query.chat, query.person, &link),
        _ => Ok(true.into()),
    }
}

/// Shows a Mini App to who asks to be let in.
pub(super) fn show_app(call: &mut Call<'_>) -> Outcome {
    let (id, query) = join_query(call)?;
    let url = call.params.text("web_app_url").unwrap_or_default().into_owned();
    keyboards::check_app(&json!({ "url": url }), "join request")?;
    call.bot.inline.join_queries.insert(id, JoinQuery { app: Some(url), ..query });
    if let Some(conversation) = call.bot.chats.get_mut(&query.person) {
        conversation.version += 1;
    }
    Ok(true.into())
}

/// What a group's links look like to people: the address of those that are open.
pub(super) fn primary(group: &Group) -> Option<Value> {
    let open = group.links.iter().find(|link| link.is_primary && !link.is_revoked);
    open.map(|link| link.address.as_str().into())
}
