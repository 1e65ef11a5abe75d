//! Lists that are read from the catalogue's snapshot: every row written as JSON once, sorted once, and shown as
//! often as it is asked for, until the snapshot changes. A row that has not changed is taken over from the
//! snapshot before.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use dialogues::shop::Id;

use super::page::{Cursor, Key};

/// What a shelf must know of a thing.
pub(crate) trait Shelved {
    /// How many ways there are to sort, numbered from 0.
    const SORTS: usize;

    /// What it is sorted by in one of these ways.
    fn key(&self, sort: usize) -> Key;

    /// What is searched in it, folded.
    fn words(&self) -> &str;

    /// The group in which it is looked for first.
    fn group(&self) -> Option<Id> {
        None
    }
}

/// One thing, and how it is shown.
pub(crate) struct Row<T> {
    pub(crate) id: Id,
    pub(crate) thing: T,
    pub(crate) json: String,
    pub(crate) tag: String,
    keys: Vec<Key>,
}

impl<T: Shelved> Row<T> {
    pub(crate) fn new(id: Id, thing: T, json: String, tag: String) -> Self {
        let keys = (0..T::SORTS).map(|sort| thing.key(sort)).collect();
        Self { id, thing, json, tag, keys }
    }

    fn place(&self, sort: usize) -> (&Key, Id) {
        (&self.keys[sort], self.id)
    }

    fn cursor(&self, sort: usize) -> Cursor {
        Cursor { key: self.keys[sort].clone(), id: self.id.to_string() }
    }
}

type Rows<T> = Vec<Arc<Row<T>>>;

/// All things of a kind.
pub(crate) struct SortedIndex<T> {
    by_id: HashMap<Id, Arc<Row<T>>>,
    groups: HashMap<Id, Rows<T>>,
    sorted: Vec<OnceLock<Rows<T>>>,
}

/// Which part of a list, and in which order.
pub(crate) struct ListQuery {
    pub(crate) sort: usize,
    pub(crate) descending: bool,
    pub(crate) after: Option<Cursor>,
    pub(crate) limit: usize,
}

impl<T: Shelved> SortedIndex<T> {
    pub(crate) fn new(rows: impl IntoIterator<Item = Arc<Row<T>>>) -> Self {
        let by_id: HashMap<Id, Arc<Row<T>>> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut groups: HashMap<Id, Rows<T>> = HashMap::new();
        for row in by_id.values() {
            if let Some(group) = row.thing.group() {
                groups.entry(group).or_default().push(Arc::clone(row));
            }
        }
        Self { by_id, groups, sorted: (0..T::SORTS).map(|_| OnceLock::new()).collect() }
    }

    pub(crate) fn row(&self, id: Id) -> Option<&Arc<Row<T>>> {
        self.by_id.get(&id)
    }

    /// The rows of a page, and the cursor behind them if there are more. With `groups`, only what is in these.
    pub(crate) fn list(
        &self,
        wish: &ListQuery,
        groups: Option<&[Id]>,
        fits: impl Fn(&T) -> bool,
    ) -> (Vec<&Arc<Row<T>>>, Option<Cursor>) {
        let ListQuery { sort, descending, after, limit } = wish;
        let behind = |row: &Row<T>| match after {
            None => true,
            Some(cursor) => {
                let order = compare(row, *sort, cursor);
                if *descending { order == Ordering::Less } else { order == Ordering::Greater }
            }
        };
        let mut rows: Vec<&Arc<Row<T>>> = Vec::with_capacity(limit + 1);
        match groups {
            Some(groups) => {
                let mut all: Vec<_> = groups.iter().filter_map(|group| self.groups.get(group)).flatten().collect();
                all.retain(|row| behind(row) && fits(&row.thing));
                all.sort_unstable_by(|a, b| a.place(*sort).cmp(&b.place(*sort)));
                if *descending {
                    all.reverse();
                }
                rows.extend(all.into_iter().take(limit + 1));
            }
            None => {
                let sorted = self.sorted(*sort);
                let wanted = |row: &&Arc<Row<T>>| fits(&row.thing);
                // Whatever stands before the cursor is skipped at once.
                match (descending, after) {
                    (false, None) => rows.extend(sorted.iter().filter(wanted).take(limit + 1)),
                    (true, None) => rows.extend(sorted.iter().rev().filter(wanted).take(limit + 1)),
                    (false, Some(cursor)) => {
                        let start = sorted.partition_point(|row| compare(row, *sort, cursor) != Ordering::Greater);
                        rows.extend(sorted[start..].iter().filter(wanted).take(limit + 1));
                    }
                    (true, Some(cursor)) => {
                        let end = sorted.partition_point(|row| compare(row, *sort, cursor) == Ordering::Less);
                        rows.extend(sorted[..end].iter().rev().filter(wanted).take(limit + 1));
                    }
                }
            }
        }
        let more = rows.len() > *limit;
        rows.truncate(*limit);
        let next = if more { rows.last().map(|row| row.cursor(*sort)) } else { None };
        (rows, next)
    }

    fn sorted(&self, sort: usize) -> &Rows<T> {
        self.sorted[sort].get_or_init(|| {
            let mut rows: Rows<T> = self.by_id.values().cloned().collect();
            rows.sort_unstable_by(|a, b| a.place(sort).cmp(&b.place(sort)));
            rows
        })
    }
}

/// Where a row stands, as seen from a cursor.
fn compare<T: Shelved>(row: &Row<T>, sort: usize, cursor: &Cursor) -> Ordering {
    let id = cursor.id.parse().unwrap_or(Id([0; 12]));
    row.place(sort).cmp(&(&cursor.key, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Number(i64);

    impl Shelved for Number {
        const SORTS: usize = 1;

        fn key(&self, _: usize) -> Key {
            Key::Number(self.0)
        }

        fn words(&self) -> &str {
            ""
        }

        fn group(&self) -> Option<Id> {
            Some(Id([(self.0 % 2) as u8; 12]))
        }
    }

    fn shelf(numbers: impl IntoIterator<Item = u8>) -> SortedIndex<Number> {
        let row = |number: u8| {
            Arc::new(Row::new(Id([number; 12]), Number(i64::from(number)), number.to_string(), String::new()))
        };
        SortedIndex::new(numbers.into_iter().map(row))
    }

    fn walk(shelf: &SortedIndex<Number>, descending: bool, groups: Option<&[Id]>) -> Vec<i64> {
        let mut wish = ListQuery { sort: 0, descending, after: None, limit: 2 };
        let mut seen = Vec::new();
        loop {
            let (rows, next) = shelf.list(&wish, groups, |number| number.0 != 4);
            seen.extend(rows.iter().map(|row| row.thing.0));
            wish.after = next;
            if wish.after.is_none() {
                return seen;
            }
        }
    }

    #[test]
    fn pages_show_every_row_once() {
        let shelf = shelf(1..=8);
        assert_eq!(walk(&shelf, false, None), [1, 2, 3, 5, 6, 7, 8]);
        assert_eq!(walk(&shelf, true, None), [8, 7, 6, 5, 3, 2, 1]);
        assert_eq!(walk(&shelf, false, Some(&[Id([0; 12])])), [2, 6, 8]);
        assert_eq!(walk(&shelf, true, Some(&[Id([1; 12]), Id([0; 12])])), [8, 7, 6, 5, 3, 2, 1]);
    }

    #[test]
    fn a_cursor_holds_while_rows_come_and_go() {
        let wish = |after| ListQuery { sort: 0, descending: false, after, limit: 2 };
        let (_, next) = shelf([1, 3, 5, 7]).list(&wish(None), None, |_| true);
        let other = shelf([1, 2, 4, 7]);
        let (rows, _) = other.list(&wish(next), None, |_| true);
        assert_eq!(rows.iter().map(|row| row.thing.0).collect::<Vec<_>>(), [4, 7]);
    }
}
