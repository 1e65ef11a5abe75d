//! Polls and quizzes.

use std::collections::{BTreeMap, BTreeSet};

use engine::markup::Rich;
use serde_json::{Value, json};

use super::sending::{open, send};
use super::{Call, Outcome, content, edits};
use crate::polls::Poll;
use crate::refusal::Refusal;
use crate::updates::Kind;
use crate::world::{Body, Bot, Post};

/// Limits of <https://core.telegram.org/bots/api#sendpoll>, in characters and seconds.
const QUESTION: usize = 300;
const OPTION: usize = 100;
const OPTIONS: std::ops::RangeInclusive<usize> = 1..=12;
const EXPLANATION: usize = 200;
const OPEN: std::ops::RangeInclusive<i64> = 5..=2_628_000;

/// Words of a poll, without what surrounds them.
fn words(text: Rich, limit: usize, empty: &str, long: &str) -> Result<Rich, Refusal> {
    let length = text.characters();
    if text.text.trim().is_empty() {
        return Err(Refusal::bad(empty));
    }
    if length > limit { Err(Refusal::bad(long)) } else { Ok(text) }
}

fn options(call: &Call<'_>) -> Result<Vec<Rich>, Refusal> {
    let value = call.params.json("options").map_err(|_| Refusal::bad("can't parse options JSON object"))?;
    let value = value.unwrap_or_else(|| json!([]));
    let list = value.as_array().ok_or_else(|| Refusal::bad("expected an Array of String as options"))?;
    let mut options: Vec<Rich> = Vec::new();
    for option in list {
        let object = option.is_object();
        let text = if object { option.get("text") } else { Some(option) };
        let text = text.and_then(Value::as_str);
        let text = text.ok_or_else(|| Refusal::bad("expected an option to be of type String"))?;
        let mode = option.get("text_parse_mode").and_then(Value::as_str);
        let rich = content::read_rich(text, mode, option.get("text_entities").cloned())?;
        let rich = words(rich, OPTION, "poll options must be non-empty", "poll options length must not exceed 100")?;
        options.push(rich);
    }
    match options.len() {
        0 => Err(Refusal::bad("poll must have at least 1 option")),
        count if !OPTIONS.contains(&count) => Err(Refusal::bad("poll can't have more than 12 options")),
        _ => Ok(options),
    }
}

/// The right answers of a quiz.
fn correct(call: &Call<'_>, options: usize) -> Result<Vec<usize>, Refusal> {
    let several = call.params.json("correct_option_ids")?;
    let listed = match &several {
        Some(several) => {
            let list = several.as_array();
            let list = list.ok_or_else(|| Refusal::bad("expected an Array of correct option identifiers"))?;
            let number = |id: &Value| {
                id.as_i64().ok_or_else(|| Refusal::bad("correct option identifier must be of type Number"))
            };
            list.iter().map(number).collect::<Result<Vec<_>, _>>()?
        }
        None => call.params.integer("correct_option_id").into_iter().collect(),
    };
    let invalid = || Refusal::bad("invalid correct option identifier specified");
    let places = listed.iter().map(|id| usize::try_from(*id).ok().filter(|place| *place < options).ok_or_else(invalid));
    let places = places.collect::<Result<Vec<_>, _>>()?;
    if places.is_empty() {
        return Err(invalid());
    }
    if places.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Refusal::bad("correct quiz option list must be increasing"));
    }
    Ok(places)
}

pub(super) fn send_poll(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let question = content::rich_of(call, "question", "question_parse_mode", "question_entities")?;
    let question =
        words(question, QUESTION, "poll question must be non-empty", "poll question length must not exceed 300")?;
    let options = options(call)?;
    let multiple = call.params.truth("allows_multiple_answers");
    let kind = call.params.text("type").unwrap_or_default().into_owned();
    let correct = match kind.as_str() {
        "" | "regular" => None,
        "quiz" => Some(correct(call, options.len())?),
        _ => return Err(Refusal::bad("unsupported poll type specified")),
    };
    let explanation = content::rich_of(call, "explanation", "explanation_parse_mode", "explanation_entities")?;
    if explanation.characters() > EXPLANATION {
        return Err(Refusal::bad("poll explanation is too long"));
    }
    let now = call.bot.unix_now();
    let open_period = call.params.integer("open_period").filter(|seconds| *seconds != 0);
    let close_date = call.params.integer("close_date").filter(|date| *date != 0);
    let period = open_period.or_else(|| close_date.map(|close| close.saturating_sub(now)));
    if period.is_some_and(|seconds| !OPEN.contains(&seconds)) {
        return Err(Refusal::bad("POLL_CLOSE_DATE_INVALID"));
    }
    // A poll is anonymous unless it says otherwise, and votes in a quiz are final.
    let is_anonymous = call.params.text("is_anonymous").is_none() || call.params.truth("is_anonymous");
    let revoting = call.params.text("allows_revoting").is_none() || call.params.truth("allows_revoting");
    if !is_anonymous && call.bot.group(chat).is_some_and(|group| group.kind == crate::group::GroupKind::Channel) {
        return Err(Refusal::bad("non-anonymous polls can't be sent to channel chats"));
    }
    call.bot.serial += 1;
    let id = format!("{}{:08}", call.bot.id, call.bot.serial);
    let poll = Poll {
        id: id.clone(),
        question,
        options,
        is_anonymous,
        multiple,
        revoting: revoting && correct.is_none(),
        members_only: call.params.truth("members_only"),
        correct,
        explanation,
        open_period,
        close_date: close_date.or_else(|| open_period.map(|seconds| now + seconds)),
        is_closed: call.params.truth("is_closed"),
        votes: BTreeMap::new(),
    };
    call.bot.polls_sent.insert(id.clone(), poll);
    let sent = send(call, chat, Body::Poll(id.clone()));
    if sent.is_err() {
        call.bot.polls_sent.remove(&id);
    }
    sent
}

impl Bot {
    /// Ends the polls whose time is over, and tells the bot of each; whether there is one.
    pub(crate) fn end_polls(&mut self) -> bool {
        let now = self.unix_now();
        let is_over = |poll: &&Poll| !poll.is_closed && poll.has_ended(now);
        let over = self.polls_sent.values().filter(is_over).map(|poll| (poll.close_date, poll.id.clone()));
        // In an order that is the same each time.
        let over: BTreeSet<(Option<i64>, String)> = over.collect();
        for (_, id) in &over {
            if let Some(poll) = self.polls_sent.get_mut(id) {
                poll.is_closed = true;
            }
            let shows = |post: &Post| matches!(&post.body, Body::Poll(shown) if shown == id);
            let mut chats = BTreeSet::new();
            for (chat, conversation) in &mut self.chats {
                if conversation.posts.values().any(shows) {
                    conversation.version += 1;
                    chats.insert(*chat);
                }
            }
            // A copy that was refused stands nowhere.
            if let Some(chat) = chats.first() {
                let told = self.poll_json(id);
                self.updates.push(Kind::Poll, *chat, &told, now);
            }
        }
        !over.is_empty()
    }

    /// When the next poll ends by itself, in Unix time.
    pub(crate) fn next_poll_end(&self) -> Option<i64> {
        let open = self.polls_sent.values().filter(|poll| !poll.is_closed);
        open.filter_map(|poll| poll.close_date).min()
    }
}

/// A poll that its sender ends shows the results, and tells them to the bot once more.
pub(super) fn stop(call: &mut Call<'_>) -> Outcome {
    let (chat, post) = match edits::editable(call) {
        Err(refusal) if refusal.description.contains("message to edit not found") => {
            return Err(Refusal::bad("message with poll to stop not found"));
        }
        found => found?,
    };
    let Body::Poll(id) = &post.body else { return Err(Refusal::bad("message is not a poll")) };
    let (id, now) = (id.clone(), call.bot.unix_now());
    let poll = call.bot.polls_sent.get_mut(&id).ok_or_else(|| Refusal::bad("poll not found"))?;
    if poll.has_ended(now) {
        return Err(Refusal::bad("poll has already been closed"));
    }
    let buttons = content::inline_buttons(call)?;
    if let Some(poll) = call.bot.polls_sent.get_mut(&id) {
        poll.is_closed = true;
    }
    let told = call.bot.poll_json(&id);
    call.bot.replace(chat, Post { buttons, ..post })?;
    call.bot.updates.push(Kind::Poll, chat, &told, now);
    Ok(told)
}
