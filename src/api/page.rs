//! Pages of lists, and cursors: “behind this one”, which stays true while rows come and go.

use std::fmt::Write;

use utoipa::ToSchema;

use super::ask::Answer;
use super::etag::{Conditions, tag_of_all};
use super::params::{Params, Way};
use super::problem::Problem;
use super::reply::{Rendered, Reply, picked};

/// A page of a list.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Listing::page` writes")]
pub(crate) struct Page<T> {
    /// The rows, in the order that was asked for.
    data: Vec<T>,
    /// Whether there are more behind them.
    has_more: bool,
    /// The address of the next page; also in the header `Link`.
    #[schema(required = true, format = "uri-reference")]
    next: Option<String>,
}

/// What a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Number(i64),
    Text(String),
}

/// The place behind a row: its key and its id. Written `n<16 digits>.<id>` or `t<digits>.<id>`, behind the tag of the
/// list that it is a place of; whether a row is there does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) key: Key,
    pub(crate) id: String,
}

/// Keys are cut to so many bytes in a cursor, so that it fits into an address.
const MOST_KEY_BYTES: usize = 120;

impl Cursor {
    pub(crate) fn write(&self, list: &str) -> String {
        let mut text = format!("{list}.");
        match &self.key {
            Key::Number(number) => {
                let _ = write!(text, "n{:016x}", number.cast_unsigned());
            }
            Key::Text(key) => {
                text.push('t');
                for byte in key.bytes().take(MOST_KEY_BYTES) {
                    let _ = write!(text, "{byte:02x}");
                }
            }
        }
        let _ = write!(text, ".{}", self.id);
        text
    }

    fn parse(text: &str) -> Option<(&str, Self)> {
        let (list, place) = text.split_once('.')?;
        let (key, id) = place.split_once('.')?;
        let lower = |digits: &str| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let key = match key.split_at_checked(1)? {
            ("n", digits) if digits.len() == 16 && lower(digits) => {
                Key::Number(u64::from_str_radix(digits, 16).ok()?.cast_signed())
            }
            ("t", digits) if digits.len() % 2 == 0 && digits.len() <= 2 * MOST_KEY_BYTES && lower(digits) => {
                let byte = |place: usize| u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).ok();
                let bytes = (0..digits.len() / 2).map(byte).collect::<Option<Vec<u8>>>()?;
                Key::Text(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => return None,
        };
        Some((list, Self { key, id: id.to_owned() }))
    }

    /// The cursor of a request, whose id `fits` knows. One of another list is refused: it names a place of an order in
    /// which this list is not.
    pub(crate) fn read(params: &mut Params, fits: fn(&str) -> bool) -> Option<Self> {
        let ours = params.list_tag();
        params.read_with("cursor", |text| {
            let cursor = Self::parse(text).filter(|(_, cursor)| fits(&cursor.id));
            let (list, cursor) = cursor.ok_or_else(|| "it must be the cursor of a page's “next”".to_owned())?;
            match list == ours {
                true => Ok(cursor),
                false => {
                    Err("it is of another list: keep sort and filters while paging, or begin without it".to_owned())
                }
            }
        })
    }
}

/// A key as a cursor carries it.
pub(crate) fn cut(key: &str) -> &str {
    &key[..key.floor_char_boundary(MOST_KEY_BYTES)]
}

/// One row of a page: what is shown of it, and its tag.
pub(crate) struct Shown<'a> {
    pub(crate) json: &'a str,
    pub(crate) tag: &'a str,
}

/// Which fields of a thing are wanted; the first of all, which is its name, always is.
pub(crate) struct Chosen {
    fields: Option<Vec<&'static str>>,
    name: &'static str,
}

impl Chosen {
    fn of(params: &mut Params, all: &[&'static str]) -> Self {
        Self { fields: params.fields(all), name: all.first().copied().unwrap_or_default() }
    }

    /// Reads what is left of the parameters of a request for one thing.
    pub(crate) fn read(mut params: Params, all: &[&'static str]) -> Result<Self, Problem> {
        let chosen = Self::of(&mut params, all);
        params.finish()?;
        Ok(chosen)
    }

    /// The answer with the thing, for who does not have it yet.
    pub(crate) fn shown(&self, json: &str, tag: &str, conditions: &Conditions) -> Reply {
        Reply::json(picked(json, &self.fields, self.name)).unless_known(conditions, tag)
    }
}

/// Which page of a list is asked for.
pub(crate) struct Listing {
    chosen: Chosen,
    pub(crate) limit: usize,
    pub(crate) after: Option<Cursor>,
    way: Way,
}

impl Listing {
    /// Reads what is left of the parameters when filters and order are read. `fits` knows the ids of the list's cursors.
    pub(crate) fn read(mut params: Params, all: &[&'static str], fits: fn(&str) -> bool) -> Result<Self, Problem> {
        let chosen = Chosen::of(&mut params, all);
        let (limit, after) = (params.limit(), Cursor::read(&mut params, fits));
        Ok(Self { chosen, limit, after, way: params.finish()? })
    }

    /// How many rows to look for: one more than the page has, which tells whether there is another page.
    pub(crate) fn most(&self) -> u32 {
        u32::try_from(self.limit + 1).unwrap_or(u32::MAX)
    }

    /// The answer with what was found when [`Self::most`] were looked for.
    pub(crate) fn found<T>(
        &self,
        mut found: Vec<T>,
        conditions: &Conditions,
        render: impl Fn(&T) -> Result<Rendered, Problem>,
        cursor: impl Fn(&T) -> Cursor,
    ) -> Answer {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let rendered = found.iter().map(render).collect::<Result<Vec<_>, Problem>>()?;
        let rows: Vec<_> = rendered.iter().map(|(json, tag)| Shown { json, tag }).collect();
        let next = found.last().filter(|_| more).map(cursor);
        Ok(self.page(&rows, next.as_ref(), conditions))
    }

    /// The answer with a page. `next` is the cursor behind the last row, if there are more.
    pub(crate) fn page(&self, rows: &[Shown<'_>], next: Option<&Cursor>, conditions: &Conditions) -> Reply {
        let Self { chosen: Chosen { fields, name }, way, .. } = self;
        let next = next.map(|cursor| way.from(&cursor.write(way.list_tag())));
        let mut body = String::with_capacity(64 + rows.iter().map(|row| row.json.len() + 1).sum::<usize>());
        body.push_str("{\"data\":[");
        for (place, row) in rows.iter().enumerate() {
            if place > 0 {
                body.push(',');
            }
            match fields {
                None => body.push_str(row.json),
                fields => body.push_str(&picked(row.json, fields, name)),
            }
        }
        let _ = write!(body, "],\"has_more\":{},\"next\":", next.is_some());
        match &next {
            // An address has nothing that JSON must escape.
            Some(next) => drop(write!(body, "\"{next}\"")),
            None => body.push_str("null"),
        }
        body.push('}');
        let shown = fields.as_ref().map(|fields| fields.join(",")).unwrap_or_default();
        let tags = rows.iter().map(|row| row.tag).chain([next.as_deref().unwrap_or_default(), &shown]);
        let tag = tag_of_all(tags);
        let mut reply = Reply::json(body).unless_known(conditions, &tag);
        if let Some(next) = next {
            reply = reply.header("Link", format!("<{next}>; rel=\"next\""));
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_is_written() {
        for key in [Key::Number(-5), Key::Number(i64::MAX), Key::Text("сенча".into()), Key::Text(String::new())] {
            let cursor = Cursor { key, id: "0a".repeat(12) };
            assert_eq!(Cursor::parse(&cursor.write("0f")), Some(("0f", cursor)));
        }
        for wrong in ["", "a.n1.x", "a.t0.x", "a.x00.y", "a.n000000000000000G.x", "n0000000000000000.x"] {
            assert_eq!(Cursor::parse(wrong), None, "{wrong}");
        }
    }
}
