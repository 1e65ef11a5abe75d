//! Where everything in a picture stands, in pixels.
//!
//! The states stand below each other. What leads to the next one, or to the one before, runs in the gap between
//! them; what leads further down leaves on the right, what leads further up on the left. There each line has
//! a row of the state's box to itself, with its label above it, and runs on in a lane beyond all labels; the lines
//! to one state share a lane. So no label can ever lie on a box, on another label or on a line.

use std::collections::BTreeMap;

use super::{Diagram, Edge};

/// Height of a line of small text.
pub(super) const LINE: i32 = 13;
/// From the picture's edge to what is drawn.
const MARGIN: i32 = 8;
/// Between two lanes.
const LANE: i32 = 10;
/// From a box to the furthest point of a loop.
const LOOP: i32 = 16;
/// Labels longer than this, in letters, are broken between two words.
const WIDEST: usize = 16;
/// No picture is narrower: the words below it need room.
const NARROWEST: i32 = 340;

/// A picture, laid out.
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// One for each state.
    pub(super) boxes: Vec<Rect>,
    /// One for each edge.
    pub(super) lines: Vec<Line>,
    /// Lines that begin at a dot, each with the number of the state that it enters.
    pub(super) entries: Vec<(usize, Line)>,
    /// The words below the picture, and where the first of them stands.
    pub(super) words: Vec<String>,
    pub(super) words_at: i32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A line with an arrow at its end, and the label beside it.
pub(super) struct Line {
    pub(super) points: Vec<(i32, i32)>,
    pub(super) label: Vec<String>,
    /// Where the label's first line begins; where it ends, if `ends_there`.
    pub(super) at: (i32, i32),
    pub(super) ends_there: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// What happens in a row at the side of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Lines from a lane arrive.
    In,
    /// One comes here from another flow.
    Entry,
    /// An edge leaves for a lane.
    Out(usize),
    /// An edge leads back to its state.
    Loop(usize),
}

struct Row {
    r#use: Use,
    label: Vec<String>,
    height: i32,
    /// Its upper end, from the top of the first row on.
    top: i32,
}

impl Row {
    /// Where its line runs; a loop begins here, and ends below.
    fn line(&self) -> i32 {
        match self.r#use {
            Use::In => self.height / 2,
            Use::Loop(_) => 5,
            Use::Entry | Use::Out(_) => self.height - 5,
        }
    }
}

/// The number of a lane, by the side and the state to which it leads.
type Lanes = BTreeMap<(Side, usize), usize>;

/// Lays a diagram out.
pub(super) fn layout(diagram: &Diagram) -> Layout {
    let ends = ends(diagram);
    let lanes = lanes(&ends);
    let rows: Vec<[Vec<Row>; 2]> = (0..diagram.states.len()).map(|state| rows(diagram, state, &ends, &lanes)).collect();
    let frame = Frame::new(diagram, &ends, &lanes, &rows);
    let boxes = frame.boxes(&rows, diagram, &ends);
    let bottom = boxes.last().map_or(MARGIN, |last| last.y + last.height);
    let words = diagram.everywhere.iter().flat_map(|sentence| wrapped(sentence, frame.width)).collect::<Vec<_>>();
    let words_at = bottom + 2 * LINE;
    let height = if words.is_empty() { bottom } else { words_at + LINE * (words.len() as i32 - 1) } + MARGIN;
    let pen = Pen { ends: &ends, lanes: &lanes, rows: &rows, frame: &frame, boxes: &boxes };
    let lines = (0..diagram.edges.len()).map(|edge| pen.line(edge, &diagram.edges[edge])).collect();
    let entries = (0..boxes.len()).filter_map(|state| Some((state, pen.entry(state)?))).collect();
    Layout { width: frame.width, height, boxes, lines, entries, words, words_at }
}

/// The numbers of the states that each edge joins.
fn ends(diagram: &Diagram) -> Vec<(usize, usize)> {
    let place = |name: &str| diagram.states.iter().position(|state| state.name == name).unwrap_or_default();
    diagram.edges.iter().map(|edge| (place(&edge.from), place(&edge.to))).collect()
}

/// The side on which an edge leaves; none where it stays, or runs in the gap.
fn side((from, to): (usize, usize)) -> Option<Side> {
    match from.abs_diff(to) {
        0 | 1 => None,
        _ if to > from => Some(Side::Right),
        _ => Some(Side::Left),
    }
}

/// Gives each state that is reached from afar a lane, the shorter ones nearer to the boxes.
fn lanes(ends: &[(usize, usize)]) -> Lanes {
    let mut spans: BTreeMap<(Side, usize), (usize, usize)> = BTreeMap::new();
    for &(from, to) in ends {
        let Some(side) = side((from, to)) else { continue };
        let span = spans.entry((side, to)).or_insert((to, to));
        *span = (span.0.min(from), span.1.max(from));
    }
    let mut spans: Vec<_> = spans.into_iter().collect();
    spans.sort_by_key(|(_, (first, last))| last - first);
    let mut taken: BTreeMap<(Side, usize), Vec<(usize, usize)>> = BTreeMap::new();
    let mut lanes = Lanes::new();
    for ((side, to), (first, last)) in spans {
        let free = |lane: &usize| {
            let there = taken.get(&(side, *lane));
            there.is_none_or(|spans| spans.iter().all(|(from, to)| last < *from || first > *to))
        };
        let lane = (0..).find(free).unwrap_or_default();
        taken.entry((side, lane)).or_default().push((first, last));
        lanes.insert((side, to), lane);
    }
    lanes
}

/// The rows on both sides of a state, in the order in which their lines do not cross.
fn rows(diagram: &Diagram, state: usize, ends: &[(usize, usize)], lanes: &Lanes) -> [Vec<Row>; 2] {
    let leaving = |on: Side| {
        let leaves = |(edge, &(from, to)): (usize, &(usize, usize))| {
            (from == state && side((from, to)) == Some(on)).then(|| (lanes.get(&(on, to)).copied(), edge))
        };
        let mut leaving: Vec<_> = ends.iter().enumerate().filter_map(leaves).collect();
        leaving.sort();
        leaving.into_iter().map(|(_, edge)| Use::Out(edge))
    };
    let arrives = |on: Side| lanes.contains_key(&(on, state)).then_some(Use::In);
    let enters = !diagram.states[state].entered_by.is_empty();
    let left = enters.then_some(Use::Entry).into_iter().chain(leaving(Side::Left)).chain(arrives(Side::Left));
    let right = arrives(Side::Right).into_iter().chain(leaving(Side::Right).rev());
    let row = |r#use: Use| {
        let events: &[&str] = match r#use {
            Use::In => &[],
            Use::Entry => &diagram.states[state].entered_by,
            Use::Out(edge) | Use::Loop(edge) => &diagram.edges[edge].events,
        };
        let label = broken(events);
        let height = (label.len() as i32 * LINE + 9).max(16);
        Row { r#use, label, height, top: 0 }
    };
    let mut sides = [left.map(row).collect::<Vec<_>>(), right.map(row).collect()];
    if let Some(own) = ends.iter().position(|ends| *ends == (state, state)) {
        let [left, right] = &mut sides;
        let calmer = if height(left) < height(right) { left } else { right };
        calmer.push(row(Use::Loop(own)));
    }
    for rows in &mut sides {
        let mut top = 0;
        for row in rows {
            row.top = top;
            top += row.height;
        }
    }
    sides
}

fn height(rows: &[Row]) -> i32 {
    rows.iter().map(|row| row.height).sum()
}

/// What all boxes have in common.
struct Frame {
    /// Of the whole picture.
    width: i32,
    /// Both sides of all boxes.
    left: i32,
    right: i32,
    /// Where the innermost lane runs, on each side.
    lanes: [i32; 2],
}

impl Frame {
    fn new(diagram: &Diagram, ends: &[(usize, usize)], lanes: &Lanes, rows: &[[Vec<Row>; 2]]) -> Self {
        let own = diagram.states.iter().map(|state| name_width(diagram.label(state), state.foreign)).max();
        let inner = own.unwrap_or_default() + 24;
        // In a gap, the label of what leads down stands on the left, of what leads up on the right.
        let gap = |on: Side| {
            let labels = ends.iter().zip(&diagram.edges).filter(|(ends, _)| gap_side(**ends) == Some(on));
            labels.map(|(_, edge)| label_width(&broken(&edge.events)) + 24 - inner / 2).max().unwrap_or_default()
        };
        let beside = |on: usize| {
            let room = |row: &Row| match row.r#use {
                Use::In => 24,
                Use::Entry => label_width(&row.label) + 24,
                Use::Out(_) => label_width(&row.label) + 16,
                Use::Loop(_) => label_width(&row.label) + LOOP + 8,
            };
            rows.iter().flat_map(|sides| &sides[on]).map(room).max().unwrap_or_default()
        };
        let [left, right] = [beside(0).max(gap(Side::Left)), beside(1).max(gap(Side::Right))];
        let lanes_on = |on: Side| {
            let on = lanes.iter().filter(|((side, _), _)| *side == on);
            on.map(|(_, lane)| *lane as i32 + 1).max().unwrap_or_default() * LANE
        };
        let (outer_left, outer_right) = (lanes_on(Side::Left), lanes_on(Side::Right));
        let drawn = outer_left + left + inner + right + outer_right + 2 * MARGIN;
        let width = drawn.max(NARROWEST);
        let left_side = MARGIN + outer_left + left + (width - drawn) / 2;
        let right_side = left_side + inner;
        Self {
            width,
            left: left_side,
            right: right_side,
            lanes: [left_side - left - LANE / 2, right_side + right + LANE / 2],
        }
    }

    fn boxes(&self, rows: &[[Vec<Row>; 2]], diagram: &Diagram, ends: &[(usize, usize)]) -> Vec<Rect> {
        let mut y = MARGIN;
        let mut boxes = Vec::with_capacity(rows.len());
        for (state, [left, right]) in rows.iter().enumerate() {
            let height = height(left).max(height(right)).max(20) + 8;
            boxes.push(Rect { x: self.left, y, width: self.right - self.left, height });
            let in_gap = |(from, to): (usize, usize)| from.abs_diff(to) == 1 && from.min(to) == state;
            let labels = ends.iter().zip(&diagram.edges).filter(|(ends, _)| in_gap(**ends));
            let lines = labels.map(|(_, edge)| broken(&edge.events).len() as i32).max();
            y += height + lines.map_or(16, |lines| lines * LINE + 20);
        }
        boxes
    }

    fn middle(&self) -> i32 {
        (self.left + self.right) / 2
    }
}

/// On which side of the gap an edge between neighbours runs.
fn gap_side((from, to): (usize, usize)) -> Option<Side> {
    match (from.abs_diff(to), to > from) {
        (1, true) => Some(Side::Left),
        (1, false) => Some(Side::Right),
        _ => None,
    }
}

/// Draws the lines, once everything has its place.
struct Pen<'a> {
    ends: &'a [(usize, usize)],
    lanes: &'a Lanes,
    rows: &'a [[Vec<Row>; 2]],
    frame: &'a Frame,
    boxes: &'a [Rect],
}

impl Pen<'_> {
    fn line(&self, edge: usize, Edge { events, .. }: &Edge) -> Line {
        let (from, to) = self.ends[edge];
        match side((from, to)) {
            Some(side) => self.far(edge, side),
            None if from == to => self.around(edge, from),
            None => self.between(from, to, broken(events)),
        }
    }

    /// The row of a state that is used so, on which side it is, and the height at which it begins.
    fn row(&self, state: usize, wanted: Use) -> Option<(Side, &Row, i32)> {
        let [left, right] = &self.rows[state];
        let sides = [(Side::Left, left), (Side::Right, right)];
        sides.into_iter().find_map(|(side, rows)| {
            let row = rows.iter().find(|row| row.r#use == wanted)?;
            let space = &self.boxes[state];
            Some((side, row, space.y + (space.height - height(rows)) / 2 + row.top))
        })
    }

    /// Out of its row, along the lane, and in where the lane ends.
    fn far(&self, edge: usize, side: Side) -> Line {
        let (from, to) = self.ends[edge];
        let lane = self.lanes.get(&(side, to)).map_or(0, |lane| *lane as i32 * LANE);
        let (x, lane) = match side {
            Side::Left => (self.frame.left, self.frame.lanes[0] - lane),
            Side::Right => (self.frame.right, self.frame.lanes[1] + lane),
        };
        let out = self.row(from, Use::Out(edge));
        let height = |found: Option<(Side, &Row, i32)>| found.map_or(0, |(_, row, top)| top + row.line());
        let (start, end) = (height(out), height(self.row(to, Use::In)));
        let label = out.map(|(_, row, _)| row.label.clone()).unwrap_or_default();
        let at = (if side == Side::Left { x - 8 } else { x + 8 }, start - 5 - (label.len() as i32 - 1) * LINE);
        Line {
            points: vec![(x, start), (lane, start), (lane, end), (x, end)],
            label,
            at,
            ends_there: side == Side::Left,
        }
    }

    fn around(&self, edge: usize, state: usize) -> Line {
        let Some((side, row, top)) = self.row(state, Use::Loop(edge)) else {
            return Line { points: Vec::new(), label: Vec::new(), at: (0, 0), ends_there: false };
        };
        let (x, out) = if side == Side::Left { (self.frame.left, -LOOP) } else { (self.frame.right, LOOP) };
        let (start, end) = (top + row.line(), top + row.height - 5);
        let at = (x + out + out.signum() * 5, top + LINE);
        let points = vec![(x, start), (x + out, start), (x + out, end), (x, end)];
        Line { points, label: row.label.clone(), at, ends_there: side == Side::Left }
    }

    /// Straight through the gap between two neighbours.
    fn between(&self, from: usize, to: usize, label: Vec<String>) -> Line {
        let (upper, lower) = (&self.boxes[from.min(to)], &self.boxes[from.max(to)]);
        let (top, bottom) = (upper.y + upper.height, lower.y);
        let down = to > from;
        let x = self.frame.middle() + if down { -12 } else { 12 };
        let points = if down { vec![(x, top), (x, bottom)] } else { vec![(x, bottom), (x, top)] };
        let first = (top + bottom) / 2 - (label.len() as i32 - 1) * LINE / 2 + 3;
        Line { points, label, at: (if down { x - 7 } else { x + 7 }, first), ends_there: down }
    }

    fn entry(&self, state: usize) -> Option<Line> {
        let (_, row, top) = self.row(state, Use::Entry)?;
        let (x, y) = (self.frame.left, top + row.line());
        let points = vec![(x - label_width(&row.label) - 16, y), (x, y)];
        let at = (x - 10, y - 5 - (row.label.len() as i32 - 1) * LINE);
        Some(Line { points, label: row.label.clone(), at, ends_there: true })
    }
}

/// Events as a label, broken into lines.
fn broken(events: &[&str]) -> Vec<String> {
    if events.is_empty() { Vec::new() } else { filled(&events.join(", "), WIDEST) }
}

/// A sentence in lines that fit into the picture.
fn wrapped(sentence: &str, width: i32) -> Vec<String> {
    let fits = usize::try_from((width - 2 * MARGIN) * 10 / 61).unwrap_or_default();
    filled(sentence, fits)
}

/// Words in lines of at most so many letters, unless a word is longer.
fn filled(sentence: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// How wide a label is, in pixels; rather too much than too little.
fn label_width(label: &[String]) -> i32 {
    label.iter().map(|line| line.chars().count() as i32 * 61 / 10).max().unwrap_or_default()
}

fn name_width(name: &str, foreign: bool) -> i32 {
    name.chars().count() as i32 * if foreign { 66 } else { 84 } / 10
}
