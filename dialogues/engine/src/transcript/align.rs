//! Which line of a transcript goes with which thing seen, when they do not all agree.

use super::ast::{BotLine, Verb};
use super::matching::Context;
use super::screens::Seen;

/// A line of the transcript, a thing seen, or the two of them side by side. Both are places in their lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) expected: Option<usize>,
    pub(crate) seen: Option<usize>,
    /// Whether they agree.
    pub(crate) exact: bool,
}

/// Agreement is worth more than two lines that only are of one kind.
const EXACT: u32 = 5;
const ALIKE: u32 = 2;

/// Pairs all lines and all things seen, in the order of the lines.
pub(crate) fn pair(expected: &[&BotLine], seen: &[Seen<'_>], context: &mut Context) -> Vec<Pair> {
    let partners = partners(expected, seen, context);
    let mut pairs = Vec::new();
    let mut left: Vec<usize> = (0..seen.len()).filter(|at| !partners.contains(&Some(*at))).collect();
    for (place, partner) in partners.iter().enumerate() {
        if let Some(at) = *partner {
            // What came unexpectedly before it in the same chat is told before it.
            left.retain(|&other| {
                let before = other < at && context.may_fit(expected[place], &seen[other]);
                if before {
                    pairs.push(Pair { expected: None, seen: Some(other), exact: false });
                }
                !before
            });
        }
        let exact = partner.is_some_and(|at| context.fits(expected[place], &seen[at]));
        if let Some(at) = *partner {
            context.name(expected[place], &seen[at]);
        }
        let agreed_silence = expected[place].verb == Verb::Silent && seen.is_empty();
        pairs.push(Pair { expected: Some(place), seen: *partner, exact: exact || agreed_silence });
    }
    // What fades comes first, as people notice it.
    left.sort_by_key(|&at| !seen[at].act.verb().fades());
    pairs.extend(left.into_iter().map(|at| Pair { expected: None, seen: Some(at), exact: false }));
    pairs
}

/// For each line, what was seen of it.
fn partners(expected: &[&BotLine], seen: &[Seen<'_>], context: &mut Context) -> Vec<Option<usize>> {
    let mut partners = vec![None; expected.len()];
    let mut done = vec![false; expected.len()];
    for first in 0..expected.len() {
        if done[first] || expected[first].verb == Verb::Silent {
            continue;
        }
        // One chat at a time, what fades apart from what stays: between these there is no order.
        let alike = |line: &BotLine| {
            line.verb != Verb::Silent
                && line.verb.fades() == expected[first].verb.fades()
                && context.person(line) == context.person(expected[first])
        };
        let lines: Vec<usize> = (first..expected.len()).filter(|&at| alike(expected[at])).collect();
        let things: Vec<usize> = (0..seen.len()).filter(|&at| context.may_fit(expected[first], &seen[at])).collect();
        lines.iter().for_each(|&at| done[at] = true);
        for (line, thing) in best(expected, seen, &lines, &things, context) {
            partners[line] = Some(thing);
        }
    }
    partners
}

/// The pairs, in order, that are worth most together.
fn best(
    expected: &[&BotLine],
    seen: &[Seen<'_>],
    lines: &[usize],
    things: &[usize],
    context: &mut Context,
) -> Vec<(usize, usize)> {
    let mut worth = vec![vec![0; things.len()]; lines.len()];
    for (row, &line) in lines.iter().enumerate() {
        for (column, &thing) in things.iter().enumerate() {
            let mark = context.captures.mark();
            let alike = expected[line].verb == seen[thing].act.verb();
            let exact = alike && context.fits(expected[line], &seen[thing]);
            context.captures.undo(mark);
            worth[row][column] = if exact { EXACT } else { u32::from(alike) * ALIKE };
        }
    }
    // total[row][column]: the most that can be had of the lines from `row` on and the things from `column` on.
    let mut total = vec![vec![0; things.len() + 1]; lines.len() + 1];
    for row in (0..lines.len()).rev() {
        for column in (0..things.len()).rev() {
            let paired = worth[row][column] + total[row + 1][column + 1];
            total[row][column] = paired.max(total[row + 1][column]).max(total[row][column + 1]);
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while row < lines.len() && column < things.len() {
        if worth[row][column] > 0 && total[row][column] == worth[row][column] + total[row + 1][column + 1] {
            pairs.push((lines[row], things[column]));
            (row, column) = (row + 1, column + 1);
        } else if total[row][column] == total[row + 1][column] {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}
