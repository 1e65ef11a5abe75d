//! The characteristics of a product: names and values.

use std::fmt;

/// Names and values, in the order in which they are shown. They are set as a whole.
///
/// All of them are one text: a catalogue has hundreds of thousands, and a piece of memory for each would take more room than
/// what it says.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Characteristics {
    /// Each name and behind it its value.
    text: Box<str>,
    /// Where each of them ends in the text, in bytes: below 4 GB, since a document of MongoDB has at most 16 MB, and what the
    /// API and `shop.yaml` bring is limited, too.
    ends: Box<[u32]>,
}

impl Characteristics {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len() / 2
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each name with its value.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        (0..self.len()).map(|row| (self.piece(2 * row), self.piece(2 * row + 1)))
    }

    /// Every name and every value.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|place| self.piece(place))
    }

    fn piece(&self, place: usize) -> &str {
        let end = |place: usize| self.ends.get(place).map_or(0, |end| *end as usize);
        let start = place.checked_sub(1).map_or(0, end);
        self.text.get(start..end(place)).unwrap_or_default()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Characteristics {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for (name, value) in pairs {
            for piece in [name.as_ref(), value.as_ref()] {
                text.push_str(piece);
                ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
            }
        }
        Self { text: text.into(), ends: ends.into() }
    }
}

impl fmt::Debug for Characteristics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_together_comes_apart_again(pairs: Vec<(String, String)>) {
            let all: Characteristics = pairs.iter().map(|(name, value)| (name, value)).collect();
            let apart: Vec<_> = all.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            prop_assert_eq!(&apart, &pairs);
            prop_assert_eq!((all.len(), all.is_empty()), (pairs.len(), pairs.is_empty()));
            let texts: Vec<_> = pairs.iter().flat_map(|(name, value)| [name.as_str(), value]).collect();
            prop_assert_eq!(all.texts().collect::<Vec<_>>(), texts);
        }
    }

    #[test]
    fn a_name_and_its_value_are_told_apart() {
        let all: Characteristics = [("ab", "c")].into_iter().collect();
        assert_ne!(all, [("a", "bc")].into_iter().collect());
    }
}
