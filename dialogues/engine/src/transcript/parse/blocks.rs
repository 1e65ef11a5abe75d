//! Cuts lines into statements: one at the margin, and what is indented below it.

use super::ParseError;

/// A line at the margin with the lines that belong to it.
pub(super) struct Block<'a> {
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) head: &'a str,
    /// The lines below without their four spaces, and their numbers.
    pub(super) body: Vec<(usize, &'a str)>,
    /// How many lines it takes.
    pub(super) length: usize,
    /// Whether a blank line stands before it.
    pub(super) gap: bool,
}

impl<'a> Block<'a> {
    /// All its lines, without blank ones at the end.
    pub(super) fn text(&self) -> Vec<&'a str> {
        std::iter::once(self.head).chain(self.body.iter().map(|(_, line)| *line)).collect()
    }

    /// What stands behind `prefix` on the first line, and below. An empty first line does not count.
    pub(super) fn text_behind(&self, prefix: usize) -> Vec<&'a str> {
        let first = &self.head[prefix..];
        let mut text = vec![first.strip_prefix(' ').unwrap_or(first)];
        text.extend(self.body.iter().map(|(_, line)| *line));
        let blank = text.iter().take_while(|line| line.is_empty()).count();
        text.split_off(blank)
    }

    /// Refuses lines below a statement that has none.
    pub(super) fn alone<T>(&self, read: T) -> Result<T, String> {
        match self.body.is_empty() {
            true => Ok(read),
            false => Err("nothing belongs below this statement; move the next line to the margin".to_owned()),
        }
    }
}

/// Cuts numbered lines, their ends trimmed, into blocks.
pub(super) fn split<'a>(lines: &[(usize, &'a str)]) -> Result<Vec<Block<'a>>, ParseError> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    // Blank lines since the last one with text: they belong to a block only if more of it follows.
    let mut blank = Vec::new();
    for &(number, line) in lines {
        let refuse = |message: &str| ParseError { line: number, message: message.to_owned() };
        if line.is_empty() {
            blank.push((number, line));
        } else if !line.starts_with([' ', '\t']) {
            let gap = !blank.is_empty() && !blocks.is_empty();
            blank.clear();
            blocks.push(Block { line: number, head: line, body: Vec::new(), length: 1, gap });
        } else {
            let dedented = line.strip_prefix("    ");
            let dedented =
                dedented.ok_or_else(|| refuse("indent by four spaces what belongs to the statement above"))?;
            let block =
                blocks.last_mut().ok_or_else(|| refuse("a statement begins at the margin; take the spaces away"))?;
            block.length += blank.len() + 1;
            block.body.append(&mut blank);
            block.body.push((number, dedented));
        }
    }
    Ok(blocks)
}
