//! Checklists, which the bot sends for business accounts.

use serde_json::{Value, json};

use super::sending::{open, send};
use super::{Call, Outcome, business, content, edits};
use crate::refusal::{NOT_MODIFIED, Refusal};
use crate::world::{Body, Post};

/// Characters of a title and of a task, and tasks of a list (<https://core.telegram.org/bots/api#inputchecklist>).
const TITLE: usize = 255;
const TASK: usize = 100;
const TASKS: usize = 30;

/// Reads an `InputChecklist`.
fn body(call: &Call<'_>) -> Result<Body, Refusal> {
    let list = call.params.json("checklist").map_err(|_| Refusal::bad("can't parse InputChecklist JSON object"))?;
    let list = list.ok_or_else(|| Refusal::bad("checklist is not specified"))?;
    let said = |object: &Value, field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mode = said(&list, "parse_mode");
    let title = content::read_rich(&said(&list, "title"), Some(&mode), list.get("title_entities").cloned())?;
    if title.text.is_empty() || title.characters() > TITLE {
        return Err(Refusal::bad("CHECKLIST_TITLE_INVALID"));
    }
    let given = list.get("tasks").and_then(Value::as_array);
    let given = given.ok_or_else(|| Refusal::bad("expected an Array of InputChecklistTask"))?;
    if given.is_empty() || given.len() > TASKS {
        return Err(Refusal::bad("CHECKLIST_TASKS_INVALID"));
    }
    let mut tasks = Vec::new();
    for task in given {
        let id = task.get("id").and_then(Value::as_i64).filter(|id| *id > 0);
        let id = id.ok_or_else(|| Refusal::bad("can't parse InputChecklistTask: Can't find field \"id\""))?;
        let text = content::read_rich(
            &said(task, "text"),
            Some(&said(task, "parse_mode")),
            task.get("text_entities").cloned(),
        )?;
        if text.text.is_empty() || text.characters() > TASK {
            return Err(Refusal::bad("CHECKLIST_TASK_INVALID"));
        }
        if tasks.iter().any(|known: &Value| known["id"] == id) {
            return Err(Refusal::bad("CHECKLIST_TASK_ID_DUPLICATE"));
        }
        tasks.push(json!({ "id": id, "text": text.text }));
    }
    let lines = tasks.iter().map(|task| format!("☐ {}", task["text"].as_str().unwrap_or_default()));
    let shown = std::iter::once(title.text.clone()).chain(lines).collect::<Vec<_>>().join("\n");
    let mut value = json!({ "title": title.text, "tasks": tasks });
    for flag in ["others_can_add_tasks", "others_can_mark_tasks_as_done"] {
        if list.get(flag) == Some(&Value::Bool(true)) {
            value[flag] = true.into();
        }
    }
    Ok(Body::Other { field: "checklist", value, shown })
}

pub(super) fn send_checklist(call: &mut Call<'_>) -> Outcome {
    business::allowing(call, "can_reply")?;
    let chat = open(call)?;
    let body = body(call)?;
    send(call, chat, body)
}

pub(super) fn edit(call: &mut Call<'_>) -> Outcome {
    business::allowing(call, "can_reply")?;
    let (chat, old) = edits::editable(call)?;
    if !matches!(old.body, Body::Other { field: "checklist", .. }) {
        return Err(Refusal::bad("message can't be edited"));
    }
    let body = body(call)?;
    if old.body == body {
        return Err(Refusal::bad(NOT_MODIFIED));
    }
    let post = call.bot.replace(chat, Post { body, ..old })?;
    Ok(call.bot.message_json(chat, &post))
}
