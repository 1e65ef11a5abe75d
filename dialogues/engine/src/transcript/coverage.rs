//! Which states met which events, and which buttons nobody tapped: what to write next.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::replay::Report;

/// Tables wider than this are cut into several, one below the other.
const WIDTH: usize = 110;

/// What all transcripts together have shown.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// The column of an event.
    column: fn(&str) -> &str,
    /// How often a state met an event.
    turns: BTreeMap<(String, String), usize>,
    /// Labels, and in how many transcripts they were on a screen.
    shown: BTreeMap<String, usize>,
    tapped: BTreeSet<String>,
}

impl Coverage {
    /// Of nothing yet. `column` says in which column of the table an event is counted: events that are possible in every
    /// state may share one.
    pub fn new(column: fn(&str) -> &str) -> Self {
        Self { column, turns: BTreeMap::new(), shown: BTreeMap::new(), tapped: BTreeSet::new() }
    }

    /// Adds up what one transcript has shown.
    pub fn add(&mut self, report: &Report) {
        for turn in &report.turns {
            *self.turns.entry((turn.from.clone(), (self.column)(&turn.event).to_owned())).or_default() += 1;
        }
        let shown: BTreeSet<String> = report.buttons_shown.iter().map(|label| general(label)).collect();
        shown.into_iter().for_each(|label| *self.shown.entry(label).or_default() += 1);
        self.tapped.extend(report.buttons_tapped.iter().map(|label| general(label)));
    }

    /// Those of the states in which nobody has ever done anything.
    pub fn unseen<'s>(&self, states: &'s [String]) -> Vec<&'s str> {
        let seen = |state: &str| self.turns.keys().any(|(from, _)| from == state);
        states.iter().map(String::as_str).filter(|state| !seen(state)).collect()
    }

    /// Whether anybody has done this: the name of a state, and the column of an event.
    pub fn has_seen(&self, state: &str, event: &str) -> bool {
        self.count(state, event) > 0
    }

    /// States by events as text, one table for each flow, which is the part of a state's name before its point.
    /// `possible` says which event a state can meet, as a state and an event.
    pub fn table(&self, all_states: &[&str], possible: &[(&str, &str)]) -> String {
        let possible: BTreeSet<(&str, &str)> = possible.iter().copied().collect();
        let seen = self.turns.keys().map(|(state, event)| (state.as_str(), event.as_str()));
        let known: BTreeSet<(&str, &str)> = seen.chain(possible.iter().copied()).collect();
        let mut flows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for state in all_states.iter().copied().chain(known.iter().map(|(state, _)| *state)) {
            flows.entry(flow(state)).or_default().insert(state);
        }
        let mut text = String::new();
        for states in flows.values() {
            let events: BTreeSet<&str> =
                known.iter().filter(|(state, _)| states.contains(state)).map(|(_, event)| *event).collect();
            text.push_str(&self.flow_table(states, &events, &possible));
            text.push('\n');
        }
        text.push_str("  n times seen   · possible, never seen   – not possible   n! seen, though not declared\n");
        text + &self.summary(&possible)
    }

    fn flow_table(
        &self,
        states: &BTreeSet<&str>,
        events: &BTreeSet<&str>,
        possible: &BTreeSet<(&str, &str)>,
    ) -> String {
        let wide = |text: &str| text.chars().count();
        let first = states.iter().map(|state| wide(state)).max().unwrap_or(0).max("state".len());
        let mut text = String::new();
        for events in chunks(events, WIDTH.saturating_sub(first + "  seen".len())) {
            let mut heading = format!("{:first$}", "state");
            events.iter().for_each(|event| push(&mut heading, event, wide(event)));
            text.push_str(&heading);
            text.push_str("   seen\n");
            for state in states {
                let mut row = format!("{state:first$}");
                events.iter().for_each(|event| push(&mut row, &self.cell(state, event, possible), wide(event)));
                let all = possible.iter().filter(|(possible, _)| possible == state).count();
                push(&mut row, &format!("{}/{all}", self.taken(possible, Some(state))), "seen".len() + 1);
                text.push_str(row.trim_end());
                text.push('\n');
            }
        }
        text
    }

    fn cell(&self, state: &str, event: &str, possible: &BTreeSet<(&str, &str)>) -> String {
        match (self.count(state, event), possible.contains(&(state, event))) {
            (0, true) => "·".to_owned(),
            (0, false) => "–".to_owned(),
            (count, true) => count.to_string(),
            (count, false) => format!("{count}!"),
        }
    }

    fn count(&self, state: &str, event: &str) -> usize {
        self.turns.get(&(state.to_owned(), event.to_owned())).copied().unwrap_or(0)
    }

    /// How many of the possible ones were seen, in one state or in all.
    fn taken(&self, possible: &BTreeSet<(&str, &str)>, within: Option<&str>) -> usize {
        let of_state = possible.iter().filter(|(state, _)| within.is_none_or(|within| within == *state));
        of_state.filter(|(state, event)| self.count(state, event) > 0).count()
    }

    fn summary(&self, possible: &BTreeSet<(&str, &str)>) -> String {
        let never = possible.iter().filter(|(state, event)| self.count(state, event) == 0);
        let never: Vec<String> = never.map(|(state, event)| format!("{state} —{event}→")).collect();
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "Transitions {}/{}. Never taken: {}.",
            self.taken(possible, None),
            possible.len(),
            list(never, "; ")
        );
        let _ = writeln!(text, "{}", self.untapped());
        text
    }

    /// A sentence: which buttons were on a screen, and nobody tapped them. Numbers in labels make no difference.
    pub fn untapped(&self) -> String {
        let untapped = self.shown.iter().filter(|(label, _)| !self.tapped.contains(*label));
        let untapped = untapped.map(|(label, files)| match files {
            1 => format!("[{label}]"),
            files => format!("[{label}] ({files} files)"),
        });
        format!("Buttons shown but never tapped: {}.", list(untapped.collect(), ", "))
    }
}

fn list(entries: Vec<String>, between: &str) -> String {
    if entries.is_empty() { "none".to_owned() } else { entries.join(between) }
}

fn flow(state: &str) -> &str {
    state.split_once('.').map_or(state, |(flow, _)| flow)
}

/// Appends a cell, set right below its heading.
fn push(row: &mut String, cell: &str, width: usize) {
    row.push_str("  ");
    row.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count())));
    row.push_str(cell);
}

/// Cuts columns so that each cut fits into `width`.
fn chunks<'a>(events: &BTreeSet<&'a str>, width: usize) -> Vec<Vec<&'a str>> {
    let mut chunks = vec![Vec::new()];
    let mut left = width;
    for event in events {
        let needed = event.chars().count() + 2;
        if needed > left && chunks.last().is_some_and(|chunk| !chunk.is_empty()) {
            chunks.push(Vec::new());
            left = width;
        }
        left = left.saturating_sub(needed);
        chunks.last_mut().into_iter().for_each(|chunk| chunk.push(*event));
    }
    chunks
}

/// A label without its numbers: `[Tea · 840 ₴]` and `[Tea · 1 220 ₴]` are one button.
fn general(label: &str) -> String {
    let letters: Vec<char> = label.chars().collect();
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut text = String::with_capacity(label.len());
    for (at, c) in letters.iter().enumerate() {
        let between = at > 0 && digit(at - 1) && digit(at + 1) && matches!(c, ' ' | '\u{a0}' | '.' | ',');
        if !digit(at) && !between {
            text.push(if *c == '\u{a0}' { ' ' } else { *c });
        } else if !text.ends_with('…') {
            text.push('…');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::TurnTrace;

    fn report(turns: &[(&str, &str)], shown: &[&str], tapped: &[&str]) -> Report {
        let turn = |(from, event): &(&str, &str)| TurnTrace {
            person: "Anna".to_owned(),
            from: (*from).to_owned(),
            event: (*event).to_owned(),
            to: "Menu".to_owned(),
        };
        let set = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
        Report {
            turns: turns.iter().map(turn).collect(),
            buttons_shown: set(shown),
            buttons_tapped: set(tapped),
            ..Report::default()
        }
    }

    #[test]
    fn the_table_says_what_to_write_next() {
        let mut coverage = Coverage::new(|event| event);
        let tea = ("Cafe.Adjusting", "Increased");
        coverage.add(&report(
            &[tea, tea, ("Menu", "Started")],
            &["Pay", "Tea · 1\u{a0}220 ₴", "Open"],
            &["Tea · 840 ₴"],
        ));
        coverage.add(&report(&[("Menu", "Started"), ("Menu", "Lost")], &["Pay"], &[]));
        let possible = [tea, ("Cafe.Adjusting", "Emptied"), ("Cafe.Confirming", "Emptied"), ("Menu", "Started")];
        let table = coverage.table(&["Menu", "Cafe.Adjusting", "Cafe.Confirming"], &possible);
        assert_eq!(
            table,
            "\
state            Emptied  Increased   seen
Cafe.Adjusting         ·          2    1/2
Cafe.Confirming        ·          –    0/1

state  Lost  Started   seen
Menu     1!        2    1/1

  n times seen   · possible, never seen   – not possible   n! seen, though not declared
Transitions 2/4. Never taken: Cafe.Adjusting —Emptied→; Cafe.Confirming —Emptied→.
Buttons shown but never tapped: [Open], [Pay] (2 files).
"
        );
    }

    #[test]
    fn wide_tables_are_cut() {
        let events: BTreeSet<&str> = ["aaaa", "bbbb", "cccc"].into();
        assert_eq!(chunks(&events, 12), [vec!["aaaa", "bbbb"], vec!["cccc"]]);
        assert_eq!(chunks(&BTreeSet::new(), 12), [Vec::<&str>::new()]);
    }
}
