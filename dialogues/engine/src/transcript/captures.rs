//! What `Let` declares and the first sight binds: order numbers, dates.

/// All names of one transcript, and their values as far as they were seen.
#[derive(Debug, Clone, Default)]
pub struct Captures {
    lets: Vec<Let>,
    /// Which were bound, in that order: what a failed match takes back.
    trail: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Let {
    name: String,
    /// `#` is a digit, `@` a letter, everything else itself.
    shape: String,
    value: Option<String>,
}

impl Captures {
    /// `Let {order} look like ###-####`.
    pub fn declare(&mut self, name: &str, shape: &str) {
        self.lets.push(Let { name: name.to_owned(), shape: shape.to_owned(), value: None });
    }

    /// How far the trail goes, to come back to with [`Captures::undo`].
    pub fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Forgets all that was bound since the mark.
    pub fn undo(&mut self, mark: usize) {
        for at in self.trail.drain(mark..) {
            self.lets[at].value = None;
        }
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Result<&str, String> {
        let found = self.lets.iter().rev().find(|known| known.name == name);
        let value = found.and_then(|known| known.value.as_deref());
        value.ok_or_else(|| format!("{{{name}}} has not been seen yet; let the bot show it in an earlier line"))
    }

    /// Takes a value off the beginning of `text`: its length in bytes.
    pub fn take(&mut self, name: &str, text: &str) -> Option<usize> {
        let at = self.lets.iter().rposition(|known| known.name == name)?;
        if let Some(value) = &self.lets[at].value {
            return strip(text, value).map(|rest| text.len() - rest.len());
        }
        let length = shaped(&self.lets[at].shape, text)?;
        self.bind(at, &text[..length]);
        Some(length)
    }

    /// The name whose value stands, as a whole word, at the beginning of `text`, and its length. Binds it.
    pub fn find_at(&mut self, text: &str) -> Option<(String, usize)> {
        for at in 0..self.lets.len() {
            let known = &self.lets[at];
            let length = match &known.value {
                Some(value) => strip(text, value).map(|rest| text.len() - rest.len()),
                None => shaped(&known.shape, text),
            };
            let whole = |length: &usize| !text[*length..].starts_with(char::is_alphanumeric);
            if let Some(length) = length.filter(whole) {
                let name = known.name.clone();
                if known.value.is_none() {
                    self.bind(at, &text[..length]);
                }
                return Some((name, length));
            }
        }
        None
    }

    /// Only what has been seen already: looking with these binds nothing.
    pub fn bound(&self) -> Self {
        Self { lets: self.lets.iter().filter(|known| known.value.is_some()).cloned().collect(), trail: Vec::new() }
    }

    fn bind(&mut self, at: usize, value: &str) {
        self.lets[at].value = Some(value.to_owned());
        self.trail.push(at);
    }
}

/// Everything in a text that has that shape and is a word of its own.
pub fn sights<'a>(shape: &str, text: &'a str) -> Vec<&'a str> {
    let mut before = ' ';
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        let length = shaped(shape, rest).filter(|_| !before.is_alphanumeric());
        found.extend(length.filter(|end| !rest[*end..].starts_with(char::is_alphanumeric)).map(|end| &rest[..end]));
        before = c;
    }
    found
}

/// The length in bytes of what stands at the beginning of `text` and has that shape.
fn shaped(shape: &str, text: &str) -> Option<usize> {
    let mut rest = text.chars();
    for mark in shape.chars() {
        let c = rest.next()?;
        let fits = match mark {
            '#' => c.is_ascii_digit(),
            '@' => c.is_alphabetic(),
            _ => same(mark, c),
        };
        if !fits {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// Takes `part` off the beginning of `text`; any white space equals any other, since people type plain spaces.
pub fn strip<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    if let Some(rest) = text.strip_prefix(part) {
        return Some(rest);
    }
    let mut rest = text.chars();
    part.chars().all(|expected| rest.next().is_some_and(|c| same(expected, c))).then_some(rest.as_str())
}

fn same(a: char, b: char) -> bool {
    a == b || (a.is_whitespace() && b.is_whitespace())
}
