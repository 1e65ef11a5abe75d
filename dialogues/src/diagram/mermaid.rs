//! Mermaid's `stateDiagram-v2`, which GitHub draws in Markdown and from `.mmd` files.

use std::fmt::Write;

use super::{Diagram, Node};

impl Diagram {
    /// The diagram in Mermaid's language. Ids are letters and underscores; states of other flows have the class `foreign`.
    pub fn mermaid(&self) -> String {
        let mut text = format!("---\ntitle: {}\n---\nstateDiagram-v2\n", self.name);
        // Writing into a string cannot fail.
        if !self.everywhere.is_empty() {
            let _ = writeln!(text, "    accDescr: {}", self.everywhere.join(" "));
        }
        text.push_str("    direction TB\n    classDef foreign stroke-dasharray: 4 3\n");
        for node in &self.states {
            let _ = writeln!(text, "    state \"{}\" as {}", self.label(node), id(&node.name));
        }
        for node in self.states.iter().filter(|node| !node.entered_by.is_empty()) {
            let _ = writeln!(text, "    [*] --> {} : {}", id(&node.name), node.entered_by.join(", "));
        }
        for edge in &self.edges {
            let _ = writeln!(text, "    {} --> {} : {}", id(&edge.from), id(&edge.to), edge.events.join(", "));
        }
        let foreign: Vec<String> =
            self.states.iter().filter(|node| node.foreign).map(|Node { name, .. }| id(name)).collect();
        if !foreign.is_empty() {
            let _ = writeln!(text, "    class {} foreign", foreign.join(","));
        }
        text
    }
}

/// A name that is legal as an id.
fn id(name: &str) -> String {
    name.replace('.', "_")
}
