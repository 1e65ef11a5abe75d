//! The diagrams: those beside the code are drawn from it, and show what there is.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use dialogues::Dialogue;
use dialogues::atlas::{Atlas, atlas};
use dialogues::diagram::{Diagram, all, files, flows};

/// One walk is enough for all tests of a process.
static ATLAS: LazyLock<Atlas> = LazyLock::new(atlas);

#[test]
fn the_committed_diagrams_are_what_the_code_does() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("diagrams");
    let names = fs::read_dir(&home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let committed: BTreeMap<String, String> =
        names.map(|name| (name.clone(), fs::read_to_string(home.join(&name)).unwrap())).collect();
    let drawn: BTreeMap<String, String> = files(&all(&ATLAS)).into_iter().collect();
    let missing = drawn.keys().filter(|name| !committed.contains_key(*name));
    let superfluous = committed.keys().filter(|name| !drawn.contains_key(*name));
    let stale = drawn.iter().filter(|(name, text)| committed.get(*name).is_some_and(|committed| committed != *text));
    let wrong: Vec<String> = missing.map(|name| format!("{name} is missing")).collect();
    let wrong = wrong.into_iter().chain(superfluous.map(|name| format!("{name} is of no flow")));
    let wrong: Vec<_> = wrong.chain(stale.map(|(name, _)| format!("{name} is stale"))).collect();
    assert!(wrong.is_empty(), "run `cargo run -- flows --write`, and look at what has changed: {wrong:?}");
}

#[test]
fn every_flow_is_drawn_with_all_its_states_and_all_its_events() {
    let flows = flows(&ATLAS);
    let drawn: BTreeSet<String> = flows.iter().flat_map(own).collect();
    assert_eq!(drawn, Dialogue::stored_names().into_iter().collect());
    for (from, event, to) in ATLAS.transitions().filter(|(_, event, _)| event.starts_with(char::is_uppercase)) {
        let diagram = flows.iter().find(|diagram| own(diagram).any(|state| state == from)).unwrap();
        let edge = diagram.edges.iter().find(|edge| edge.from == from && edge.to == to);
        let name = &diagram.name;
        assert!(edge.is_some_and(|edge| edge.events.contains(&event)), "{from} —{event}→ {to} is not in {name}");
    }
    flows.iter().for_each(can_be_walked);
}

/// In its picture every state is reached from where one enters, and no two lines join the same two.
fn can_be_walked(diagram: &Diagram) {
    let pairs: BTreeSet<_> = diagram.edges.iter().map(|edge| (&edge.from, &edge.to)).collect();
    assert_eq!(pairs.len(), diagram.edges.len(), "{}", diagram.name);
    let entered = diagram.states.iter().filter(|state| !state.entered_by.is_empty());
    let mut reached: BTreeSet<&str> = entered.map(|state| state.name.as_str()).collect();
    for _ in &diagram.states {
        let steps = diagram.edges.iter().filter(|edge| reached.contains(edge.from.as_str()));
        let further: Vec<&str> = steps.map(|edge| edge.to.as_str()).collect();
        reached.extend(further);
    }
    let states: BTreeSet<&str> = diagram.states.iter().map(|state| state.name.as_str()).collect();
    assert_eq!(reached, states, "{}", diagram.name);
}

#[test]
fn every_notation_names_every_state_and_edge() {
    for diagram in all(&ATLAS) {
        let (svg, mermaid, dot) = (diagram.svg(), diagram.mermaid(), diagram.dot());
        let id = |name: &str| name.replace('.', "_");
        for state in &diagram.states {
            assert!(svg.contains(&format!("data-state=\"{}\"", state.name)), "{svg}");
            assert!(mermaid.contains(&format!(" as {}\n", id(&state.name))), "{mermaid}");
            assert!(dot.contains(&format!("    \"{}\" [label=", state.name)), "{dot}");
        }
        for edge in &diagram.edges {
            let marks = format!("data-from=\"{}\" data-to=\"{}\" data-events=", edge.from, edge.to);
            assert!(svg.contains(&marks), "{svg}");
            assert!(mermaid.contains(&format!("    {} --> {} : ", id(&edge.from), id(&edge.to))), "{mermaid}");
            assert!(dot.contains(&format!("    \"{}\" -> \"{}\" [label=", edge.from, edge.to)), "{dot}");
        }
    }
}

#[test]
fn labels_fit_into_a_narrow_panel_and_lie_on_no_state() {
    for diagram in all(&ATLAS) {
        let svg = diagram.svg();
        let width = number(svg.lines().next().unwrap(), "width");
        assert!(width <= 450, "{} is {width} pixels wide", diagram.name);
        let boxes = svg.lines().filter(|line| line.contains("<rect"));
        let boxes: Vec<_> = boxes.map(|line| ["x", "y", "width", "height"].map(|key| number(line, key))).collect();
        assert_eq!(boxes.len(), diagram.states.len());
        let labels =
            svg.split("<g class=\"edge\"").skip(1).map(|edge| edge.lines().find(|line| line.contains("<text")));
        for label in labels.flatten() {
            let lines = label.split(['<', '>']).filter(|part| !part.contains('='));
            let length = lines.map(|line| line.chars().count() as i32 * 6).max().unwrap();
            let (x, y) = (number(label, "x"), number(label, "y"));
            let (from, to) = if label.contains("before") { (x - length, x) } else { (x, x + length) };
            let bottom = y + 13 * label.matches("<tspan").count() as i32;
            let lies_on = |[left, top, width, height]: &[i32; 4]| {
                from < left + width && to > *left && y - 9 < top + height && bottom > *top
            };
            assert!(!boxes.iter().any(lies_on), "{}: {label}", diagram.name);
            assert!(from >= 0 && to <= width, "{}: {label}", diagram.name);
        }
    }
}

fn own(diagram: &Diagram) -> impl Iterator<Item = String> {
    diagram.states.iter().filter(|state| !state.foreign).map(|state| state.name.clone())
}

/// The value of an attribute that is a number.
fn number(tag: &str, attribute: &str) -> i32 {
    let (_, behind) = tag.split_once(&format!(" {attribute}=\"")).unwrap();
    behind.split('"').next().unwrap().parse().unwrap()
}
