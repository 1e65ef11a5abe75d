//! Whom a mailing is for, and how many they are.

use serde::{Deserialize, Serialize};

use super::Language;

/// Which customers get it; what is not asked for leaves nobody out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segment {
    /// Only who speaks this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Only who has ordered something.
    #[serde(default)]
    pub ordered: bool,
    /// Only who has been here in the last so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_days: Option<u16>,
}

impl Segment {
    /// Whether somebody who speaks this and has, or has not, ordered is in it, whenever they were here last.
    pub fn has(self, language: Language, ordered: bool) -> bool {
        self.language.is_none_or(|wanted| wanted == language) && (ordered || !self.ordered)
    }
}

/// How many customers a mailing would reach, by what a segment asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AudienceCounts(Vec<(Language, bool, u32)>);

impl AudienceCounts {
    /// Counts so many who speak a language and have, or have not, ordered.
    pub fn add(&mut self, language: Language, ordered: bool, count: u32) {
        self.0.push((language, ordered, count));
    }

    /// The same, where those who have ordered were counted twice: alone, and among all.
    pub fn with_ordered_among_all(self) -> Self {
        let ordered = |language| -> u32 {
            self.0.iter().filter(|(spoken, ordered, _)| *spoken == language && *ordered).map(|(.., count)| count).sum()
        };
        let apart = |(language, among, count): &(Language, bool, u32)| {
            let rest = if *among { *count } else { count.saturating_sub(ordered(*language)) };
            (*language, *among, rest)
        };
        Self(self.0.iter().map(apart).collect())
    }

    /// How many are in a segment, whenever they were here last.
    pub fn count(&self, segment: Segment) -> u32 {
        let fits = |(language, ordered, _): &&(Language, bool, u32)| segment.has(*language, *ordered);
        self.0.iter().filter(fits).map(|(_, _, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_census_counts_by_language_and_orders() {
        let mut census = AudienceCounts::default();
        census.add(Language::English, true, 2);
        census.add(Language::English, false, 3);
        census.add(Language::Ukrainian, false, 5);
        let of = |language, ordered| census.count(Segment { language, ordered, active_days: None });
        assert_eq!((of(None, false), of(None, true)), (10, 2));
        assert_eq!((of(Some(Language::English), false), of(Some(Language::Ukrainian), true)), (5, 0));
    }
}
