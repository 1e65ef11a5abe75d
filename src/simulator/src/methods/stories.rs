//! Stories of business accounts.

use serde_json::{Value, json};

use super::{Call, Outcome, business, content};
use crate::files::FileKind;
use crate::refusal::Refusal;

/// How long a story can be seen: 6, 12, 24 or 48 hours, in seconds (<https://core.telegram.org/bots/api#poststory>).
const PERIODS: &[i64] = &[21_600, 43_200, 86_400, 172_800];
/// Characters of a caption.
const CAPTION: usize = 2048;

/// The account, if the bot may manage its stories.
fn account(call: &Call<'_>) -> Result<i64, Refusal> {
    business::allowing(call, "can_manage_stories")
}

fn check_content(call: &mut Call<'_>) -> Result<(), Refusal> {
    let value = call.params.json("content").map_err(|_| Refusal::bad("can't parse story content JSON object"))?;
    let value = value.ok_or_else(|| Refusal::bad("story content isn't specified"))?;
    let kind = match value.get("type").and_then(Value::as_str) {
        Some("photo") => FileKind::Photo,
        Some("video") => FileKind::Video,
        _ => return Err(Refusal::bad("invalid story content type specified")),
    };
    let reference = value.get(kind.field()).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !reference.starts_with("attach://") {
        return Err(Refusal::bad(format!("story {} must be uploaded as a file", kind.field())));
    }
    content::referenced(call, &reference, kind)?;
    let caption = content::rich_of(call, "caption", "parse_mode", "caption_entities")?;
    if caption.characters() > CAPTION { Err(Refusal::bad("MEDIA_CAPTION_TOO_LONG")) } else { Ok(()) }
}

fn check_period(call: &Call<'_>) -> Result<(), Refusal> {
    let period = call.params.integer("active_period").unwrap_or_default();
    if PERIODS.contains(&period) { Ok(()) } else { Err(Refusal::bad("STORY_PERIOD_INVALID")) }
}

fn told(call: &Call<'_>, account: i64, id: i64) -> Value {
    json!({ "chat": call.bot.chat_json(account), "id": id })
}

fn keep(call: &mut Call<'_>, account: i64) -> Value {
    let stories = call.bot.stories.entry(account).or_default();
    let id = stories.last().map_or(1, |last| last + 1);
    stories.insert(id);
    told(call, account, id)
}

pub(super) fn post(call: &mut Call<'_>) -> Outcome {
    let account = account(call)?;
    check_period(call)?;
    check_content(call)?;
    Ok(keep(call, account))
}

fn known(call: &Call<'_>, account: i64, field: &str) -> Result<i64, Refusal> {
    let id = call.params.integer(field).unwrap_or_default();
    let is_there = call.bot.stories.get(&account).is_some_and(|stories| stories.contains(&id));
    if is_there { Ok(id) } else { Err(Refusal::bad("STORY_ID_INVALID")) }
}

pub(super) fn repost(call: &mut Call<'_>) -> Outcome {
    let account = account(call)?;
    check_period(call)?;
    let from = call.chat_named("from_chat_id")?;
    known(call, from, "from_story_id")?;
    Ok(keep(call, account))
}

pub(super) fn edit(call: &mut Call<'_>) -> Outcome {
    let account = account(call)?;
    let id = known(call, account, "story_id")?;
    check_content(call)?;
    Ok(told(call, account, id))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let account = account(call)?;
    let id = known(call, account, "story_id")?;
    call.bot.stories.entry(account).or_default().remove(&id);
    Ok(true.into())
}
