//! Bots that people have made for this one to manage (<https://core.telegram.org/bots/api#getmanagedbottoken> and its neighbours).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Call, Outcome};
use crate::json::user;
use crate::managed::{ManagedBot, fresh_token};
use crate::refusal::Refusal;
use crate::updates::Kind;

/// The most people who may write to a bot beside its owner.
const ADDED: usize = 10;

/// The bot that the call is about.
fn managed<'a>(call: &'a mut Call<'_>) -> Result<&'a mut ManagedBot, Refusal> {
    let id = call.params.integer("user_id").filter(|id| *id > 0);
    let id = id.ok_or_else(|| Refusal::bad("invalid user_id specified"))?;
    // <https://core.telegram.org/method/bots.getAccessSettings>
    let is_other = id == call.bot.id || call.bot.people.contains_key(&id);
    let refusal = Refusal::bad(if is_other { "BOT_INVALID" } else { "user not found" });
    call.bot.managed.bots.get_mut(&id).ok_or(refusal)
}

pub(super) fn token(call: &mut Call<'_>) -> Outcome {
    Ok(managed(call)?.token.as_str().into())
}

/// Another token, under which the bot goes on as it was.
pub(super) fn replace_token(call: &mut Call<'_>) -> Outcome {
    call.bot.serial += 1;
    let serial = call.bot.serial;
    let bot = managed(call)?;
    let new = fresh_token(bot.id, serial);
    let old = std::mem::replace(&mut bot.token, new.clone());
    let bot = bot.clone();
    call.bot.managed.replaced.push((old, new.clone()));
    call.bot.tell_of_managed(&bot);
    Ok(new.into())
}

pub(super) fn access(call: &mut Call<'_>) -> Outcome {
    let only_for = managed(call)?.only_for.clone();
    let mut settings = json!({ "is_access_restricted": only_for.is_some() });
    if let Some(people) = only_for {
        let known = people.iter().filter_map(|id| call.bot.people.get(id));
        settings["added_users"] = known.map(|known| user(&known.person)).collect::<Vec<_>>().into();
    }
    Ok(settings)
}

pub(super) fn set_access(call: &mut Call<'_>) -> Outcome {
    let added = call.params.json("added_user_ids")?.unwrap_or_default();
    let added: BTreeSet<i64> = added.as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    if added.len() > ADDED {
        return Err(Refusal::bad("too many users specified"));
    }
    if added.iter().any(|id| !call.bot.people.contains_key(id)) {
        return Err(Refusal::bad("user not found"));
    }
    let is_restricted = call.params.truth("is_access_restricted");
    managed(call)?.only_for = is_restricted.then_some(added);
    Ok(true.into())
}

impl crate::world::Bot {
    /// Tells the bot that one was made for it, or has another token: the update.
    pub(crate) fn tell_of_managed(&mut self, bot: &ManagedBot) -> i64 {
        let told = json!({ "user": self.any_user(bot.owner), "bot": bot.json() });
        let now = self.unix_now();
        self.updates.push(Kind::ManagedBot, bot.owner, &told, now)
    }
}
