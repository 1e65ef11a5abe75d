//! Diagrams: the atlas, drawn. One picture for each flow, and one of how the flows lead to each other.
//!
//! A picture shows what a flow decides itself, and where the buttons on its screens lead. What can be done
//! from everywhere is said once below it, in words: drawn, it would be a line from every state to every place.
//!
//! [`Diagram::svg`] draws for pages, [`Diagram::mermaid`] for Markdown, [`Diagram::dot`] for Graphviz.

mod dot;
mod layout;
mod mermaid;
mod svg;

use engine::route::WROTE_IN_GROUP;
use std::collections::{BTreeMap, BTreeSet};

use crate::Dialogue;
use crate::atlas::Atlas;
use crate::turn::is_place;
use engine::route::TAPPED_OLDER;

/// One picture: states, and how they lead to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagram {
    /// The flow's name, such as `Cart`; `Overview` for the picture of all flows.
    pub name: String,
    /// The flow's own states first, in the order of their declaration, then those of other flows.
    pub states: Vec<Node>,
    /// In the order of the states that they lead from, then of those that they lead to.
    pub edges: Vec<Edge>,
    /// Sentences for below the picture: what is left out because it can be done from everywhere.
    pub everywhere: Vec<String>,
}

/// One state in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Such as `Cart.Adjusting`; in the overview the flow alone.
    pub name: String,
    /// Belongs to another flow: the picture ends there.
    pub foreign: bool,
    /// The events by which one comes here from another flow, going to a place.
    pub entered_by: Vec<&'static str>,
}

/// How one state leads to another, or to itself: all the events that do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub events: Vec<&'static str>,
}

/// Whoever has not been here, or was forgotten.
const STRANGER: &str = "Stranger";
/// Goes to no place: gives up what is being asked, which leads from each state somewhere else.
const CANCEL: &str = "/cancel";

/// One diagram per flow, in the order of their declaration.
pub fn flows(atlas: &Atlas) -> Vec<Diagram> {
    names_of_flows().iter().map(|flow| of_flow(atlas, flow)).collect()
}

/// How the flows lead to each other.
pub fn overview(atlas: &Atlas) -> Diagram {
    let mut order = vec![STRANGER.to_owned()];
    order.extend(names_of_flows());
    let between = drawn(atlas).map(|(from, event, to)| (flow(from), event, flow(to)));
    let begins =
        atlas.transitions().filter(|(from, event, _)| *from == STRANGER && matches!(*event, "/start" | WROTE_IN_GROUP));
    let begins = begins.map(|(from, event, to)| (from, event, flow(to)));
    let edges = joined(between.chain(begins).filter(|(from, _, to)| from != to), &order);
    let node = |name: String| Node { name, foreign: false, entered_by: Vec::new() };
    let everywhere = everywhere(atlas, |_| true);
    Diagram { name: "Overview".to_owned(), states: order.into_iter().map(node).collect(), edges, everywhere }
}

/// The overview and the flows: all that is committed beside the code.
pub fn all(atlas: &Atlas) -> Vec<Diagram> {
    std::iter::once(overview(atlas)).chain(flows(atlas)).collect()
}

/// The files of some diagrams, as name and content: `cart.mmd` and `cart.svg` for `Cart`.
pub fn files(diagrams: &[Diagram]) -> Vec<(String, String)> {
    let both = |diagram: &Diagram| {
        let name = diagram.name.to_lowercase();
        [(format!("{name}.mmd"), diagram.mermaid()), (format!("{name}.svg"), diagram.svg())]
    };
    diagrams.iter().flat_map(both).collect()
}

impl Diagram {
    /// Such as `Adjusting` in the diagram of its own flow, `Cart.Adjusting` in another.
    fn label<'a>(&self, node: &'a Node) -> &'a str {
        let own = node.name.strip_prefix(self.name.as_str()).and_then(|rest| rest.strip_prefix('.'));
        own.unwrap_or(&node.name)
    }
}

fn of_flow(atlas: &Atlas, name: &str) -> Diagram {
    let own = atlas.states.iter().filter(|state| flow(state) == name).cloned();
    let mut order = declared(own.collect());
    let leaving = || drawn(atlas).filter(|(from, ..)| flow(from) == name);
    let foreign = leaving().filter(|(.., to)| flow(to) != name).map(|(.., to)| to.to_owned());
    let foreign = declared(foreign.collect());
    order.extend(foreign);
    let edges = joined(leaving(), &order);
    let node = |name: &String, foreign| Node {
        name: name.clone(),
        foreign,
        entered_by: if foreign { Vec::new() } else { entries(atlas, name) },
    };
    Diagram {
        name: name.to_owned(),
        states: order.iter().map(|state| node(state, flow(state) != name)).collect(),
        edges,
        everywhere: everywhere(atlas, |state| flow(state) == name),
    }
}

/// The transitions but those by which an older message becomes the screen: they lead from everywhere to everywhere.
fn transitions(atlas: &Atlas) -> impl Iterator<Item = (&str, &'static str, &str)> {
    atlas.transitions().filter(|(_, event, _)| *event != TAPPED_OLDER)
}

/// The transitions that a picture shows.
fn drawn(atlas: &Atlas) -> impl Iterator<Item = (&str, &'static str, &str)> {
    transitions(atlas).filter(|(from, event, to)| match *event {
        _ if *from == STRANGER => false,
        event if is_own(event) => true,
        CANCEL => from != to,
        event if is_place(event) => atlas.offered.contains(&((*from).to_owned(), event, (*to).to_owned())),
        // Where the turn itself leads elsewhere.
        _ => from != to,
    })
}

/// Whether the event is a flow's, not one that the turn knows before any flow is asked.
fn is_own(event: &str) -> bool {
    event.starts_with(char::is_uppercase)
}

/// The events by which one comes from other flows into a state, going to the place that it is.
fn entries(atlas: &Atlas, state: &str) -> Vec<&'static str> {
    let comes = |from: &str, event: &str| {
        flow(from) != flow(state) && (is_place(event) && event != CANCEL || event == WROTE_IN_GROUP)
    };
    let into = transitions(atlas).filter(|(from, event, to)| *to == state && comes(from, event));
    into.map(|(_, event, _)| event).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What can be done in all of the states, and is not drawn.
fn everywhere(atlas: &Atlas, within: impl Fn(&str) -> bool) -> Vec<String> {
    let met = |wanted: &dyn Fn(&str) -> bool| -> Vec<&str> {
        let met = transitions(atlas).filter(|(from, event, _)| within(from) && !is_own(event) && wanted(event));
        met.map(|(_, event, _)| event).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let places = met(&|event| is_place(event) && event != CANCEL);
    let stays = met(&|event| !is_place(event) && event != WROTE_IN_GROUP);
    if places.is_empty() {
        return Vec::new();
    }
    vec![
        format!("From everywhere, by old buttons too, one goes to the places of {}.", listed(&places)),
        format!("Where no line says otherwise, {} and {CANCEL} lead nowhere.", stays.join(", ")),
    ]
}

/// `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => words.concat(),
    }
}

/// One edge for each pair of states, with all its events.
fn joined<'a>(transitions: impl Iterator<Item = (&'a str, &'static str, &'a str)>, order: &[String]) -> Vec<Edge> {
    let place = |name: &str| order.iter().position(|state| state == name).unwrap_or(usize::MAX);
    let mut pairs: BTreeMap<(usize, usize), (&str, &str, BTreeSet<&'static str>)> = BTreeMap::new();
    for (from, event, to) in transitions {
        pairs.entry((place(from), place(to))).or_insert((from, to, BTreeSet::new())).2.insert(event);
    }
    let edge = |(from, to, events): (&str, &str, BTreeSet<&'static str>)| Edge {
        from: from.to_owned(),
        to: to.to_owned(),
        events: events.into_iter().collect(),
    };
    pairs.into_values().map(edge).collect()
}

/// States in the order in which the code declares them; those that it declares nowhere last.
fn declared(states: BTreeSet<String>) -> Vec<String> {
    let names = Dialogue::names();
    let mut order: Vec<String> = states.into_iter().collect();
    order.sort_by_key(|state| names.iter().position(|name| name == state).unwrap_or(names.len()));
    order
}

fn names_of_flows() -> Vec<String> {
    let mut flows: Vec<String> = Dialogue::names().iter().map(|state| flow(state).to_owned()).collect();
    flows.dedup();
    flows
}

/// The flow of a state, which is the part of its name before the point.
fn flow(state: &str) -> &str {
    state.split_once('.').map_or(state, |(flow, _)| flow)
}
