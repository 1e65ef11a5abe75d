//! From what people did on the chat page to a transcript of it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use engine::chat::Observed;
use engine::transcript::UserAction;
use engine::transcript::ast::{PersonLine, ScriptStep, StatementKind};
use engine::transcript::playback::{Playback, PlaybackStep};
use engine::transcript::writer::ScriptWriter;
use telegram_simulator::{Fault, Happening, Recorded, Simulator};

use crate::sentences::{AnyBot, Given, Someone, known_language};

/// What is done faster than this after what was done before does not wait for an answer.
const AT_ONCE: TimeDelta = TimeDelta::milliseconds(200);

/// A transcript of what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotRecording {
    pub text: String,
    /// Why it ends before the last step, if it does.
    pub untold: Option<String>,
}

/// What has happened to a bot so far, as a transcript; `None` where nobody has done anything.
///
/// # Errors
/// A sentence: not even who was there can be written.
pub fn recorded(simulator: &Simulator, token: &str, title: &str) -> Result<Option<BotRecording>, String> {
    let (_, history) = simulator.history(token, 0);
    let names = names(simulator, token);
    let steps = steps(&history);
    if steps.is_empty() {
        return Ok(None);
    }
    let shown = |at: usize| {
        let until = steps.get(at + 1).map_or(usize::MAX, |next| next[0].journal);
        observed(simulator, token, (steps[at][0].journal, until), &names, steps[at])
    };
    let next = (0..steps.len()).map(|at| PlaybackStep { observed: shown(at), by_itself: false });
    let mut stage = Playback::of(next);
    let mut writer = ScriptWriter::<AnyBot>::new(&mut stage);
    writer.push(StatementKind::Title(title.to_owned()))?;
    for person in introduced(simulator, token, &names) {
        writer.given(Given::Person(person))?;
    }
    let untold = steps.iter().find_map(|step| write(&mut writer, step, &names).err());
    Ok(Some(BotRecording { text: writer.text(), untold }))
}

/// Writes one step down.
fn write(
    writer: &mut ScriptWriter<'_, AnyBot>,
    step: &[Recorded],
    names: &BTreeMap<i64, String>,
) -> Result<(), String> {
    let name = |person: &i64| names.get(person).cloned().unwrap_or_default();
    let mut lines = Vec::new();
    for recorded in step {
        match &recorded.happening {
            Happening::Did { person, deed } => {
                let person = name(person);
                let act = writer.action(&person, deed)?;
                lines.push(PersonLine { person, act });
            }
            Happening::Redelivered => writer.push(StatementKind::ScriptStep(ScriptStep::Redeliver))?,
            Happening::Disturbed(planned) => {
                let (Fault::Refused { code, retry_after, .. }, Some(person)) = (&planned.mishap, &planned.person)
                else {
                    return Err("a call that is late, cut off, or of nobody".to_owned());
                };
                let (method, person) = (planned.method.clone(), name(person));
                let disturb = ScriptStep::Disturb { method, person, code: *code, retry_after: *retry_after };
                writer.push(StatementKind::ScriptStep(disturb))?;
            }
        }
    }
    if lines.is_empty() { Ok(()) } else { writer.act(lines) }
}

/// The history cut into steps, each of them not empty.
fn steps(history: &[Recorded]) -> Vec<&[Recorded]> {
    let goes_on = |before: &Recorded, after: &Recorded| {
        let deeds = [before, after].iter().all(|recorded| matches!(recorded.happening, Happening::Did { .. }));
        deeds && after.when - before.when < AT_ONCE
    };
    history.chunk_by(goes_on).collect()
}

/// A name for everybody that nobody else has, and that a transcript can say.
fn names(simulator: &Simulator, token: &str) -> BTreeMap<i64, String> {
    let mut names: BTreeMap<i64, String> = BTreeMap::new();
    for person in simulator.people(token) {
        let is_plain = person.first_name.chars().all(char::is_alphanumeric) && person.first_name != "Bot";
        let first_name = if is_plain { person.first_name } else { "Person".to_owned() };
        let mut numbered = (2..).map(|number| format!("{first_name} {number}"));
        let free = |name: &String| names.values().all(|known| known != name);
        let name = std::iter::once(first_name.clone()).chain(&mut numbered).find(free).unwrap_or_default();
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

/// What the bot did between two positions of the journal, in everybody's chat. In a group, whoever spoke there sees the answer.
fn observed(
    simulator: &Simulator,
    token: &str,
    (from, until): (usize, usize),
    names: &BTreeMap<i64, String>,
    step: &[Recorded],
) -> Vec<Observed> {
    let spoke = step.iter().rev().find_map(|recorded| match &recorded.happening {
        Happening::Did { person, deed: UserAction::SaysInGroup(_) } => names.get(person),
        _ => None,
    });
    // What people do in groups by other ways is in no history, and its answers belong to no step.
    let whose = |chat: i64| if chat < 0 { spoke } else { names.get(&chat) };
    let acts = simulator.journal_between(token, from, until).into_iter();
    acts.filter_map(|(chat, act)| Some(Observed { person: whose(chat)?.clone(), act })).collect()
}
