//! Graphviz's DOT.

use std::fmt::Write;

use super::{Diagram, Node};

impl Diagram {
    /// The diagram in Graphviz's language: `dot -Tsvg` draws it.
    pub fn dot(&self) -> String {
        let mut text = format!("digraph {} {{\n", quoted(&self.name));
        text.push_str("    node [shape=box, style=rounded, fontname=\"sans-serif\"]\n");
        text.push_str("    edge [fontname=\"sans-serif\", fontsize=10]\n");
        // Writing into a string cannot fail.
        for node @ Node { name, foreign, entered_by } in &self.states {
            let style = if *foreign { ", style=\"rounded,dashed\"" } else { "" };
            let _ = writeln!(text, "    {} [label={}{style}]", quoted(name), quoted(self.label(node)));
            if !entered_by.is_empty() {
                let dot = quoted(&format!("to {name}"));
                let _ = writeln!(text, "    {dot} [shape=point, width=0.12]");
                let _ = writeln!(text, "    {dot} -> {} [label={}]", quoted(name), lines(entered_by));
            }
        }
        for edge in &self.edges {
            let _ =
                writeln!(text, "    {} -> {} [label={}]", quoted(&edge.from), quoted(&edge.to), lines(&edge.events));
        }
        text.push_str("}\n");
        text
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A label with one event a line.
fn lines(events: &[&str]) -> String {
    quoted(&events.join("\n")).replace('\n', "\\n")
}
