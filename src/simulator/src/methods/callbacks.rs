//! Answers to taps.

use engine::chat::BotAction;
use engine::markup::utf16_len;

use super::{Call, Outcome};
use crate::refusal::{QUERY_TOO_OLD, Refusal};
use crate::updates::TAP_LIFE;

/// Characters of the text (<https://core.telegram.org/bots/api#answercallbackquery>).
const TOAST: usize = 200;

pub(super) fn answer(call: &mut Call<'_>) -> Outcome {
    let id = call.params.text("callback_query_id").unwrap_or_default().into_owned();
    let text = call.params.text("text").unwrap_or_default().into_owned();
    let alert = call.params.truth("show_alert");
    let now = call.bot.unix_now();
    let tap = call.bot.taps.get_mut(&id).ok_or_else(|| Refusal::bad(QUERY_TOO_OLD))?;
    if tap.answered || now - tap.at > TAP_LIFE {
        // A bot that got the tap twice cannot know whether it has answered: refused, but not to blame.
        let planned = tap.answered && call.bot.updates.was_repeated(tap.update);
        return Err(Refusal { planned, ..Refusal::bad(QUERY_TOO_OLD) });
    }
    if utf16_len(&text) > TOAST {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    tap.answered = true;
    let person = tap.person;
    if text.is_empty() {
        call.bot.answers.push(person);
    } else {
        call.bot.journal.push((person, if alert { BotAction::Alert(text) } else { BotAction::Toast(text) }));
    }
    Ok(true.into())
}
