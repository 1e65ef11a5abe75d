//! Query parameters: each read once, all mistakes told at once, unknown ones refused.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use dialogues::moment::kept;
use dialogues::shop::SearchWords;
use rocket::request::{FromRequest, Outcome, Request};
use url::form_urlencoded;

use super::etag::tag;
use super::problem::{Code, FieldError, Problem, shortened};

/// The most that a page holds, and what it holds if nothing is said.
pub(crate) const MOST: usize = 100;
const USUAL: usize = 20;

/// How many hexadecimal digits of a hash tell lists apart.
const LIST_TAG_DIGITS: usize = 8;

/// The parameters of a request that have not been read yet.
pub(crate) struct Params {
    path: String,
    all: Vec<(String, String)>,
    left: Vec<(String, String)>,
    /// How the list is sorted if nothing is said.
    usual_sort: Option<&'static str>,
    errors: Vec<FieldError>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Params {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let query = request.uri().query().map(|query| query.as_str()).unwrap_or_default();
        Outcome::Success(Self::read(request.uri().path().as_str(), query))
    }
}

impl Params {
    fn read(path: &str, query: &str) -> Self {
        let all: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { path: path.to_owned(), left: all.clone(), all, usual_sort: None, errors: Vec::new() }
    }

    /// The text of a parameter.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let place = self.left.iter().position(|(given, _)| given == name)?;
        let (_, value) = self.left.remove(place);
        if self.left.iter().any(|(given, _)| given == name) {
            self.left.retain(|(given, _)| given != name);
            self.wrong(name, "repeated", "it stands twice");
            return None;
        }
        Some(value)
    }

    /// A parameter that is read by `read`, which says what it should have been.
    pub(crate) fn read_with<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        read(&text).map_err(|detail| self.wrong(name, "malformed", detail)).ok()
    }

    pub(crate) fn parse<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        self.read_with(name, |text| text.parse().map_err(|_| format!("it must be {wanted}")))
    }

    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        self.parse(name, "true or false")
    }

    pub(crate) fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        self.read_with(name, |text| {
            let time = DateTime::parse_from_rfc3339(text).map(|time| kept(time.to_utc()));
            time.map_err(|_| "it must be a time in RFC 3339, such as 2026-03-14T12:00:00Z".to_owned())
        })
    }

    /// One of some words.
    pub(crate) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        self.read_with(name, |text| {
            let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
            found.ok_or_else(|| {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                format!("it must be one of {}", words.join(", "))
            })
        })
    }

    /// Words to search for.
    pub(crate) fn search(&mut self) -> Option<SearchWords> {
        self.read_with("q", |text| match text.chars().count() {
            1..=100 => Ok(SearchWords::new(text)),
            _ => Err("it must have 1 to 100 characters".to_owned()),
        })
    }

    /// What a list is sorted by: one of these, the first if nothing is said.
    pub(crate) fn sort<T: Copy>(&mut self, sorts: &[(&'static str, T)]) -> T {
        let (usual, value) = sorts[0];
        self.usual_sort = Some(usual);
        self.word("sort", sorts).unwrap_or(value)
    }

    /// The tag of the list that is asked for, whichever page of it: its address, its filters and its order.
    pub(crate) fn list_tag(&self) -> String {
        let paging = |name: &str| ["cursor", "limit", "fields", "expand"].contains(&name);
        let usual = |name: &str, value: &str| name == "sort" && self.usual_sort == Some(value);
        let mut said: Vec<_> = self.all.iter().filter(|(name, value)| !paging(name) && !usual(name, value)).collect();
        said.sort_unstable();
        tag(format!("{} {said:?}", self.path))[..LIST_TAG_DIGITS].to_owned()
    }

    /// How many rows a page has.
    pub(crate) fn limit(&mut self) -> usize {
        let limit = self.read_with("limit", |text| match text.parse() {
            Ok(limit @ 1..=MOST) => Ok(limit),
            _ => Err(format!("it must be a whole number from 1 to {MOST}")),
        });
        limit.unwrap_or(USUAL)
    }

    /// Which fields are wanted; `None` is all.
    pub(crate) fn fields(&mut self, all: &[&'static str]) -> Option<Vec<&'static str>> {
        self.some_of("fields", all)
    }

    /// Some of these words, apart by commas.
    pub(crate) fn some_of(&mut self, name: &str, all: &[&'static str]) -> Option<Vec<&'static str>> {
        self.read_with(name, |text| {
            let known = |name: &str| all.iter().find(|known| **known == name).copied();
            let wanted: Option<Vec<&'static str>> = text.split(',').map(known).collect();
            wanted.ok_or_else(|| format!("it must be some of {}, apart by commas", all.join(",")))
        })
    }

    fn wrong(&mut self, name: &str, code: &str, detail: impl Into<String>) {
        let detail = format!("{}: {}", shortened(name), detail.into());
        self.errors.push(FieldError::parameter(name, code, detail));
    }

    /// All mistakes, those parameters among them that nobody has read. Else what leads to the next page.
    pub(crate) fn finish(mut self) -> Result<Way, Problem> {
        for (name, _) in std::mem::take(&mut self.left) {
            self.wrong(&name, "unknown", "there is no such parameter here");
        }
        if self.errors.is_empty() {
            return Ok(Way { list_tag: self.list_tag(), path: self.path, all: self.all });
        }
        Err(Problem::with_errors(Code::InvalidParameter, self.errors))
    }
}

/// The way to the same list from another place on.
pub(crate) struct Way {
    list_tag: String,
    path: String,
    all: Vec<(String, String)>,
}

impl Way {
    /// What the cursors of the list begin with.
    pub(crate) fn list_tag(&self) -> &str {
        &self.list_tag
    }

    /// The address of the page that begins behind a cursor.
    pub(crate) fn from(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix(format!("{}?", self.path), self.path.len() + 1);
        query.extend_pairs(self.all.iter().filter(|(name, _)| name != "cursor"));
        query.append_pair("cursor", cursor);
        query.finish()
    }
}

/// No parameters at all.
pub(crate) struct NoParams;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for NoParams {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let query = request.uri().query().map(|query| query.as_str()).unwrap_or_default();
        match Params::read("", query).finish() {
            Ok(_) => Outcome::Success(Self),
            Err(problem) => Outcome::Error(problem.refuse(request)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_told() {
        let mut params = Params::read("/x", "limit=0&hidden=perhaps&limit=7&colour=red&a=1&a=2");
        assert_eq!(params.limit(), USUAL);
        assert_eq!(params.flag("hidden"), None);
        let problem = format!("{:?}", params.finish().err().unwrap());
        for told in ["repeated", "hidden: it must be true or false", "colour: there is no such parameter"] {
            assert!(problem.contains(told), "{told}: {problem}");
        }
    }

    #[test]
    fn the_way_on_keeps_all_but_the_cursor() {
        let mut params = Params::read("/x", "q=зелений чай&cursor=old&limit=3");
        let read = (params.search(), params.text("cursor"), params.limit());
        assert_eq!(read, (Some(SearchWords::new("зелений чай")), Some("old".to_owned()), 3));
        let way = params.finish().unwrap_or_else(|_| unreachable!());
        assert!(way.from("new").starts_with("/x?q=%D0%B7"));
        assert!(way.from("new").ends_with("&limit=3&cursor=new"));
        let bare = Params::read("/x", "").finish().unwrap_or_else(|_| unreachable!());
        assert_eq!(bare.from("new"), "/x?cursor=new");
    }
}
