//! Games. They are made at @BotFather, which the simulator does not have: every short name is one of the bot's.

use serde_json::{Value, json};

use super::members::subject;
use super::sending::{open, send};
use super::{Call, Outcome, edits};
use crate::refusal::Refusal;
use crate::world::{Body, Post};

/// Bytes of a short name.
const NAME: usize = 64;
/// Players that are told around one (<https://core.telegram.org/bots/api#getgamehighscores>).
const NEIGHBOURS: usize = 2;

pub(super) fn send_game(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let name = call.params.text("game_short_name").unwrap_or_default().into_owned();
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if name.is_empty() || name.len() > NAME || !is_name {
        return Err(Refusal::bad("wrong game short name specified"));
    }
    let value = json!({ "title": name, "description": "A game", "photo": [] });
    send(call, chat, Body::Other { field: "game", value, shown: format!("🎮 {name}") })
}

/// The message with the game, and what the scores are kept by.
fn game(call: &mut Call<'_>) -> Result<(i64, Post), Refusal> {
    let (chat, post) = edits::editable(call).map_err(|_| Refusal::bad("MESSAGE_ID_INVALID"))?;
    match &post.body {
        Body::Other { field: "game", .. } => Ok((chat, post)),
        _ => Err(Refusal::bad("MESSAGE_ID_INVALID")),
    }
}

/// A score goes down only by `force`.
pub(super) fn set_score(call: &mut Call<'_>) -> Outcome {
    let (chat, post) = game(call)?;
    let person = subject(call)?;
    let score = call.params.integer("score").filter(|score| *score >= 0);
    let score = score.ok_or_else(|| Refusal::bad("SCORE_INVALID"))?;
    let force = call.params.truth("force");
    let scores = call.bot.scores.entry((chat, post.id)).or_default();
    if scores.get(&person).is_some_and(|old| score <= *old && !(force && score != *old)) {
        return Err(Refusal::bad("BOT_SCORE_NOT_MODIFIED"));
    }
    scores.insert(person, score);
    Ok(edits::told(call, chat, &post))
}

/// The person's own place and those around it.
pub(super) fn high_scores(call: &mut Call<'_>) -> Outcome {
    let (chat, post) = game(call)?;
    let person = subject(call)?;
    let mut all: Vec<(i64, i64)> =
        call.bot.scores.get(&(chat, post.id)).into_iter().flatten().map(|(person, score)| (*score, *person)).collect();
    all.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let place = all.iter().position(|(_, known)| *known == person);
    let near = |at: usize| place.is_none_or(|place| at.abs_diff(place) <= NEIGHBOURS) || at <= NEIGHBOURS;
    let told =
        all.iter().enumerate().filter(|(at, _)| near(*at)).map(
            |(at, (score, known))| json!({ "position": at + 1, "user": call.bot.any_user(*known), "score": score }),
        );
    Ok(told.collect::<Vec<Value>>().into())
}
