//! SVG for pages and for Markdown: it draws itself, in light and in dark.
//!
//! A page may give the custom properties `--map-ink` (frames, and what is lit up), `--map-line` (lines),
//! `--map-paper` (grounds) and `--map-text`. It finds states by `data-state`, edges by `data-from` and `data-to`, and
//! adds the classes `current` and `visited` to states, `taken` to edges. The rules here weigh nothing,
//! so that any rule of the page wins.

use std::fmt::Write;

use super::layout::{LINE, Layout, Line, Rect, layout};
use super::{Diagram, Edge, Node};
use crate::markup::escape;

/// How far from a corner its curve begins.
const ROUND: i32 = 6;

const STYLE: &str = "\
    :where(.map){--ink:var(--map-ink,#1f6f54);--line:var(--map-line,#7a8794);--paper:var(--map-paper,#fff);--text:var(--map-text,#1d2733);max-width:100%;height:auto}
    @media (prefers-color-scheme:dark){:where(.map){--ink:var(--map-ink,#6fcfa6);--line:var(--map-line,#8593a0);--paper:var(--map-paper,#17212b);--text:var(--map-text,#e8edf2)}}
    :where(.map text){font:10.5px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:var(--text)}
    :where(.map .state text){font-size:13px;font-weight:600;text-anchor:middle}
    :where(.map .foreign text){font-size:11.5px;font-weight:400}
    :where(.map rect){fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
    :where(.map .foreign rect){stroke:var(--line);stroke-dasharray:4 3}
    :where(.map path){fill:none;stroke:var(--line);stroke-width:1.3;stroke-linecap:round;stroke-linejoin:round}
    :where(.map circle){fill:var(--line)}
    :where(.map .edge text,.map .entry text){paint-order:stroke;stroke:var(--paper);stroke-width:2px;stroke-linejoin:round}
    :where(.map .before){text-anchor:end}
    :where(.map .words){opacity:.75}
    :where(.map .visited rect){stroke-width:2.5}
    :where(.map .current rect){fill:var(--ink)}
    :where(.map .current text){fill:var(--paper)}
    :where(.map .taken path){stroke:var(--ink);stroke-width:2.2}
";

impl Diagram {
    /// The diagram as an SVG document that may also stand inside HTML.
    pub fn svg(&self) -> String {
        let places = layout(self);
        let Layout { width, height, .. } = places;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"map\" role=\"graphics-document\" data-flow=\"{0}\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n  <title>{0}</title>\n  \
             <style>\n{STYLE}  </style>\n",
            escape(&self.name)
        );
        for (edge, line) in self.edges.iter().zip(&places.lines) {
            push_edge(&mut svg, edge, line);
        }
        for (state, line) in &places.entries {
            push_entry(&mut svg, &self.states[*state], line);
        }
        for (state, rect) in self.states.iter().zip(&places.boxes) {
            push_state(&mut svg, state, self.label(state), rect);
        }
        push_words(&mut svg, &places);
        svg + "</svg>\n"
    }
}

// Writing into a string cannot fail: the results are of no interest.

fn push_edge(svg: &mut String, edge: &Edge, line: &Line) {
    let (from, to) = (escape(&edge.from), escape(&edge.to));
    // Between the events stand spaces, so there can be none inside of them.
    let events: Vec<String> = edge.events.iter().map(|event| event.replace(' ', "_")).collect();
    let _ = writeln!(
        svg,
        "  <g class=\"edge\" role=\"graphics-symbol\" data-from=\"{from}\" data-to=\"{to}\" data-events=\"{}\">\n    \
         <title>{from} → {to}: {}</title>\n    <path d=\"{}\"/>\n    {}\n  </g>",
        escape(&events.join(" ")),
        escape(&edge.events.join(", ")),
        path(&line.points),
        label(line)
    );
}

fn push_entry(svg: &mut String, state: &Node, line: &Line) {
    let Some((x, y)) = line.points.first() else { return };
    let _ = writeln!(
        svg,
        "  <g class=\"entry\" role=\"graphics-symbol\" data-to=\"{0}\">\n    <title>From elsewhere → {0}: {1}</title>\n    \
         <path d=\"{2}\"/>\n    <circle cx=\"{x}\" cy=\"{y}\" r=\"4\"/>\n    {3}\n  </g>",
        escape(&state.name),
        escape(&state.entered_by.join(", ")),
        path(&line.points),
        label(line)
    );
}

fn push_state(svg: &mut String, state: &Node, label: &str, rect: &Rect) {
    let Rect { x, y, width, height } = *rect;
    let class = if state.foreign { "state foreign" } else { "state" };
    let _ = writeln!(
        svg,
        "  <g class=\"{class}\" role=\"graphics-symbol\" data-state=\"{0}\">\n    <title>{0}</title>\n    \
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n    \
         <text x=\"{1}\" y=\"{2}\">{3}</text>\n  </g>",
        escape(&state.name),
        x + width / 2,
        y + height / 2 + 4,
        escape(label)
    );
}

fn push_words(svg: &mut String, places: &Layout) {
    for (at, words) in places.words.iter().enumerate() {
        let y = places.words_at + LINE * at as i32;
        let _ = writeln!(svg, "  <text class=\"words\" x=\"8\" y=\"{y}\">{}</text>", escape(words));
    }
}

fn label(Line { label, at: (x, y), ends_there, .. }: &Line) -> String {
    let class = if *ends_there { " class=\"before\"" } else { "" };
    let mut text = format!("<text{class} x=\"{x}\" y=\"{y}\">");
    for (at, line) in label.iter().enumerate() {
        match at {
            0 => text.push_str(&escape(line)),
            _ => {
                let _ = write!(text, "<tspan x=\"{x}\" dy=\"{LINE}\">{}</tspan>", escape(line));
            }
        }
    }
    text + "</text>"
}

/// A line with round corners, and an arrow at its end.
fn path(points: &[(i32, i32)]) -> String {
    let [first, .., last] = points else { return String::new() };
    let mut d = format!("M{} {}", first.0, first.1);
    for corner in points.windows(3) {
        let [before, here, after] = corner else { continue };
        let ((ax, ay), (bx, by)) = (towards(*here, *before), towards(*here, *after));
        let _ = write!(d, "L{ax} {ay}Q{} {} {bx} {by}", here.0, here.1);
    }
    let before = points[points.len() - 2];
    let (dx, dy) = ((last.0 - before.0).signum(), (last.1 - before.1).signum());
    let (x, y) = (last.0 - dx, last.1 - dy);
    let (one, two) = ((x - 6 * dx + 4 * dy, y - 6 * dy + 4 * dx), (x - 6 * dx - 4 * dy, y - 6 * dy - 4 * dx));
    let _ = write!(d, "L{x} {y}M{} {}L{x} {y}L{} {}", one.0, one.1, two.0, two.1);
    d
}

/// The point a little way from one towards another; at most half of it, so that two curves never meet.
fn towards(from: (i32, i32), to: (i32, i32)) -> (i32, i32) {
    let step = |from: i32, to: i32| (to - from).signum() * ROUND.min((to - from).abs() / 2);
    (from.0 + step(from.0, to.0), from.1 + step(from.1, to.1))
}
