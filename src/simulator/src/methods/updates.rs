//! `getUpdates`: long polls are held, and a second poller ends the first.

use std::time::{Duration, Instant};

use crate::Cell;
use crate::params::Params;
use crate::refusal::{Failed, Refusal};

/// The server holds no poll longer (`Client.cpp`, `process_get_updates_query`).
const LONGEST: i64 = 50;

/// Answers with the updates from `offset` on, as soon as there is one or the time is over.
pub(crate) async fn poll(cell: &Cell, params: &Params) -> Result<String, Failed> {
    let limit = params.integer("limit").map_or(100, |limit| limit.clamp(1, 100)) as usize;
    let timeout = params.integer("timeout").unwrap_or(0).clamp(0, LONGEST) as u64;
    let mut changes = cell.changes();
    let mine = start(cell, params)?;
    let deadline = tokio::time::sleep(Duration::from_secs(timeout));
    tokio::pin!(deadline);
    let _polling = Polling { cell, mine };
    loop {
        if cell.with(|bot| bot.do_what_is_due()) {
            cell.wake();
        }
        let (batch, due_in) = cell.with(|bot| {
            if bot.disturbances.is_away() {
                return Err(Failed::Cut);
            }
            if bot.listener != mine {
                return Err(Failed::Refused(match bot.webhook {
                    Some(_) => Refusal::new(409, "Conflict: terminated by setWebhook request"),
                    None => Refusal::terminated_by_other_poll(),
                }));
            }
            let now = bot.unix_now();
            bot.updates.expire(now);
            let batch = bot.updates.fetch(limit);
            if batch.is_some() {
                // Whoever has just been told something is about to do something.
                bot.active = Some(Instant::now());
            }
            Ok((batch, bot.next_due()))
        })?;
        if let Some(batch) = batch {
            return Ok(format!("[{batch}]"));
        }
        tokio::select! {
            () = &mut deadline => return Ok("[]".to_owned()),
            () = tokio::time::sleep(due_in.unwrap_or_default()), if due_in.is_some() => {}
            changed = changes.changed() => if changed.is_err() { return Ok("[]".to_owned()) },
        }
    }
}

/// Confirms what lies before the offset, and takes the place of any other poll.
fn start(cell: &Cell, params: &Params) -> Result<u64, Refusal> {
    let allowed = params.json("allowed_updates")?;
    cell.change(|bot| {
        if bot.webhook.is_some() {
            return Err(Refusal::webhook_is_active());
        }
        if let Some(allowed) = allowed {
            bot.updates.allowed = super::webhook::allowed(&allowed);
        }
        let now = bot.unix_now();
        bot.updates.confirm(params.integer("offset").unwrap_or(0), now);
        bot.listener += 1;
        bot.polling = true;
        bot.polls += 1;
        bot.polled = Some(Instant::now());
        Ok(bot.listener)
    })
}

/// Tells, when dropped, that the poll is over, also when its caller has gone.
struct Polling<'a> {
    cell: &'a Cell,
    mine: u64,
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.cell.with(|bot| {
            if bot.listener == self.mine {
                bot.polling = false;
            }
        });
    }
}
