//! Two messages, line by line: for the reader of a failure, and for blessing.

use super::ast::{Line, Message};
use super::captures::Captures;
use super::matching::Shown;
use super::print::line_text;
use super::suggest::common;
use super::template::Template;

/// What became of a line. Numbers are places in the two messages' [`units`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The expected line stands as it is.
    Kept(usize),
    Gone(usize),
    New(usize),
}

/// What a difference costs. An ellipsis takes lines in cheaply, but never in exchange for a line that stands beside its like.
const TAKEN_IN: usize = 10;
const DIFFERENT: usize = 30;
/// What is taken off for a line that was replaced by one with the same letters.
const RESEMBLING: usize = 9;

/// The lines of a message, those of its keyboard last and marked.
pub(crate) fn units(message: &Message) -> Vec<(bool, &Line)> {
    let body = message.lines.iter().map(|line| (false, line));
    body.chain(message.keyboard.iter().map(|line| (true, line))).collect()
}

/// The least change that makes `expected` read like `seen`, which has no gaps. Captures what the kept lines show.
pub(crate) fn changes(expected: &[(bool, &Line)], seen: &[(bool, &Line)], captures: &mut Captures) -> Vec<Change> {
    let costs = costs(expected, seen, captures);
    let (mut row, mut column, mut changes) = (0, 0, Vec::new());
    while row < expected.len() || column < seen.len() {
        let cost = costs[row][column];
        let next =
            |rows: usize, columns: usize| costs.get(row + rows).and_then(|row| row.get(column + columns)).copied();
        let (here, there) = (expected.get(row), seen.get(column));
        if let (Some(here), Some(there)) = (here, there) {
            let any = *here.1 == Line::Any;
            if any && here.0 == there.0 && next(0, 1).is_some_and(|rest| rest + TAKEN_IN == cost) {
                column += 1;
                continue;
            }
            if next(1, 1) == Some(cost) && fits(*here, *there, captures) {
                changes.push(Change::Kept(row));
                (row, column) = (row + 1, column + 1);
                continue;
            }
            if alike(*here, *there) && next(1, 1).is_some_and(|rest| rest + replaced(here.1, there.1) == cost) {
                changes.extend([Change::Gone(row), Change::New(column)]);
                (row, column) = (row + 1, column + 1);
                continue;
            }
        }
        if here.is_some_and(|here| *here.1 == Line::Any) && next(1, 0) == Some(cost) {
            changes.push(Change::Kept(row));
            row += 1;
        } else if here.is_some() && next(1, 0).is_some_and(|rest| rest + DIFFERENT == cost) {
            changes.push(Change::Gone(row));
            row += 1;
        } else {
            changes.push(Change::New(column));
            column += 1;
        }
    }
    sorted(changes)
}

/// Puts what is gone before what is new wherever they stand together.
fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    for block in changes.chunk_by_mut(|a, b| !matches!(a, Change::Kept(_)) && !matches!(b, Change::Kept(_))) {
        block.sort_by_key(|change| matches!(change, Change::New(_)));
    }
    changes
}

/// `costs[row][column]`: what it costs to turn the expected lines from `row` on into the seen ones from `column` on.
fn costs(expected: &[(bool, &Line)], seen: &[(bool, &Line)], captures: &mut Captures) -> Vec<Vec<usize>> {
    let mut costs = vec![vec![0; seen.len() + 1]; expected.len() + 1];
    for row in (0..=expected.len()).rev() {
        for column in (0..=seen.len()).rev() {
            let (here, there) = (expected.get(row), seen.get(column));
            let mut ways = Vec::with_capacity(4);
            if let Some(here) = here {
                ways.push(costs[row + 1][column] + if *here.1 == Line::Any { 0 } else { DIFFERENT });
            }
            if there.is_some() {
                let any = here.is_some_and(|here| *here.1 == Line::Any && there.is_some_and(|there| here.0 == there.0));
                ways.push(costs[row][column + 1] + if any { TAKEN_IN } else { DIFFERENT });
            }
            if let (Some(here), Some(there)) = (here, there) {
                let mark = captures.mark();
                if fits(*here, *there, captures) {
                    ways.push(costs[row + 1][column + 1]);
                } else if alike(*here, *there) {
                    ways.push(costs[row + 1][column + 1] + replaced(here.1, there.1));
                }
                captures.undo(mark);
            }
            costs[row][column] = ways.into_iter().min().unwrap_or(0);
        }
    }
    costs
}

/// What it costs to replace a line by another one of its kind: less the more letters they share.
fn replaced(before: &Line, after: &Line) -> usize {
    let letters = |line: &Line| line_text(line).chars().collect::<Vec<_>>();
    let (before, after) = (letters(before), letters(after));
    DIFFERENT - 2 * RESEMBLING * common(&before, &after) / (before.len() + after.len()).max(1)
}

fn alike(a: (bool, &Line), b: (bool, &Line)) -> bool {
    a.0 == b.0 && std::mem::discriminant(a.1) == std::mem::discriminant(b.1)
}

fn fits(expected: (bool, &Line), seen: (bool, &Line), captures: &mut Captures) -> bool {
    if !alike(expected, seen) {
        return false;
    }
    let plain: Vec<_> = match seen.1 {
        Line::Photo(text) | Line::File(text) | Line::Text(text) => vec![text.plain()],
        Line::Row(labels) => labels.iter().map(Template::plain).collect(),
        Line::Any | Line::NoKeyboard => Vec::new(),
    };
    let first = plain.first().map_or("", |text| text.as_ref());
    let shown = match seen.1 {
        Line::Photo(_) => Shown::Photo(first),
        Line::File(_) => Shown::File(first),
        Line::Row(_) => Shown::Row(plain.iter().map(AsRef::as_ref).collect()),
        Line::NoKeyboard => Shown::NoKeyboard,
        Line::Text(_) | Line::Any => Shown::Text(first),
    };
    expected.1.fits(&shown, captures)
}
