//! From what people did on the chat page to a transcript of it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use engine::chat::Observed;
use engine::transcript::ast::{PersonLine, ScriptStep, StatementKind};
use engine::transcript::playback::{Playback, PlaybackStep};
use engine::transcript::writer::ScriptWriter;
use telegram_simulator::{Fault, Happening, Recorded, Simulator};

use crate::sentences::{AnyBot, Given, Someone, known_language};

/// What is done faster than this after what was done before does not wait for an answer.
const AT_ONCE: TimeDelta = TimeDelta::milliseconds(200);

/// What has happened to a bot so far, as a transcript; `None` where nobody has done anything.
///
/// # Errors
/// A sentence: something that was done has no words in a transcript.
pub fn recorded(simulator: &Simulator, token: &str, title: &str) -> Result<Option<String>, String> {
    let (_, history) = simulator.history(token, 0);
    let names = names(simulator, token);
    let steps = steps(&history);
    if steps.is_empty() {
        return Ok(None);
    }
    let shown = |at: usize| {
        let until = steps.get(at + 1).map_or(usize::MAX, |next| next[0].journal);
        observed(simulator, token, (steps[at][0].journal, until), &names, &steps[at])
    };
    let next = (0..steps.len()).map(|at| PlaybackStep { observed: shown(at), by_itself: false });
    let mut stage = Playback::of(next);
    let mut writer = ScriptWriter::<AnyBot>::new(&mut stage);
    writer.push(StatementKind::Title(title.to_owned()))?;
    for person in introduced(simulator, token, &names) {
        writer.given(Given::Person(person))?;
    }
    for step in &steps {
        let mut lines = Vec::new();
        for recorded in *step {
            match &recorded.happening {
                Happening::Did { person, deed } => {
                    let person = names.get(person).cloned().unwrap_or_default();
                    let act = writer.action(&person, deed)?;
                    lines.push(PersonLine { person, act });
                }
                Happening::Redelivered => writer.push(StatementKind::ScriptStep(ScriptStep::Redeliver))?,
                Happening::Disturbed(planned) => {
                    let (Fault::Refused { code, retry_after, .. }, Some(person)) = (&planned.mishap, planned.person)
                    else {
                        return Err(
                            "a transcript has no words for a call that is late, cut off, or of nobody".to_owned()
                        );
                    };
                    let (method, person) = (planned.method.clone(), names.get(&person).cloned().unwrap_or_default());
                    let disturb = ScriptStep::Disturb { method, person, code: *code, retry_after: *retry_after };
                    writer.push(StatementKind::ScriptStep(disturb))?;
                }
            }
        }
        if !lines.is_empty() {
            writer.act(lines)?;
        }
    }
    Ok(Some(writer.text()))
}

/// The history cut into steps, each of them not empty.
fn steps(history: &[Recorded]) -> Vec<&[Recorded]> {
    let goes_on = |before: &Recorded, after: &Recorded| {
        let deeds = [before, after].iter().all(|recorded| matches!(recorded.happening, Happening::Did { .. }));
        deeds && after.when - before.when < AT_ONCE
    };
    history.chunk_by(goes_on).collect()
}

/// A name for everybody that nobody else has.
fn names(simulator: &Simulator, token: &str) -> BTreeMap<i64, String> {
    let mut names: BTreeMap<i64, String> = BTreeMap::new();
    for person in simulator.people(token) {
        let mut numbered = (2..).map(|number| format!("{} {number}", person.first_name));
        let free = |name: &String| names.values().all(|known| known != name);
        let name = std::iter::once(person.first_name.clone()).chain(&mut numbered).find(free).unwrap_or_default();
        names.insert(person.id, name);
    }
    names
}

/// Those who have done something, or have seen something of the bot.
fn introduced(simulator: &Simulator, token: &str, names: &BTreeMap<i64, String>) -> Vec<Someone> {
    let (_, history) = simulator.history(token, 0);
    let journal = simulator.journal(token, 0);
    let met = |id: i64| {
        let did = |recorded: &Recorded| matches!(recorded.happening, Happening::Did { person, .. } if person == id);
        history.iter().any(did) || journal.iter().any(|(chat, _)| *chat == id)
    };
    let people = simulator.people(token).into_iter().filter(|person| met(person.id));
    let someone = |person: telegram_simulator::Person| Someone {
        name: names.get(&person.id).cloned().unwrap_or_default(),
        language: person.language_code.filter(|tag| tag != "en" && known_language(tag)),
        id: None,
        username: person.username,
    };
    people.map(someone).collect()
}

/// What the bot did between two positions of the journal, in everybody's chat. In a group, whoever spoke sees the answer.
fn observed(
    simulator: &Simulator,
    token: &str,
    (from, until): (usize, usize),
    names: &BTreeMap<i64, String>,
    step: &[Recorded],
) -> Vec<Observed> {
    let spoke = step.iter().rev().find_map(|recorded| match recorded.happening {
        Happening::Did { person, .. } => Some(person),
        _ => None,
    });
    let name = |chat: i64| names.get(&chat).or_else(|| names.get(&spoke?)).cloned().unwrap_or_default();
    let acts = simulator.journal_between(token, from, until).into_iter();
    acts.map(|(chat, act)| Observed { person: name(chat), act }).collect()
}
