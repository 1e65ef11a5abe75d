//! ETags and conditions.
//!
//! A tag is the hash of what is shown. Where a part of that comes from other documents (a category's path), the
//! tag is `own-whole`: `If-Match` compares only what a writer would overwrite, `If-None-Match` all.

use rocket::request::{FromRequest, Outcome, Request};
use sha2::{Digest, Sha256};

use super::problem::{Code, Problem};

/// The tag of a content, without quotes.
pub(crate) fn tag(content: impl AsRef<[u8]>) -> String {
    Sha256::digest(content)[..10].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tag of several things in order.
pub(crate) fn tag_of_all<'a>(tags: impl Iterator<Item = &'a str>) -> String {
    // A list is tagged on every request: a hash that is quick, and need keep nobody from forging.
    let bytes = tags.flat_map(|tag| tag.bytes().chain([0]));
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

/// `If-Match` and `If-None-Match` of a request.
pub(crate) struct Conditions {
    must: Option<String>,
    must_not: Option<String>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Conditions {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let all = |name| {
            let values: Vec<&str> = request.headers().get(name).collect();
            (!values.is_empty()).then(|| values.join(","))
        };
        Outcome::Success(Self { must: all("If-Match"), must_not: all("If-None-Match") })
    }
}

impl Conditions {
    /// Of a request that has none.
    pub(crate) fn none() -> Self {
        Self { must: None, must_not: None }
    }

    /// The header of one of them, if there is any.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let (must, must_not) =
            (self.must.is_some().then_some("If-Match"), self.must_not.is_some().then_some("If-None-Match"));
        must.or(must_not)
    }

    /// Refuses a change of what is no longer as the caller has seen it (`If-Match`), or of what the caller wants to
    /// change only if it is not there, or is another one (`If-None-Match`).
    pub(crate) fn allow_change(&self, tag: &str) -> Result<(), Problem> {
        let own = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
        let matches = |names_of: &String| names(names_of).any(|name| name == "*" || own(name) == own(tag));
        let refused = |detail| Err(Problem::new(Code::PreconditionFailed, detail));
        match (&self.must, &self.must_not) {
            (Some(must), _) if !matches(must) => {
                refused("it is no longer as If-Match says; read it again, then decide")
            }
            (_, Some(must_not)) if matches(must_not) => {
                refused("it is what If-None-Match excludes; nothing was changed")
            }
            _ => Ok(()),
        }
    }

    /// Whether the caller has this already.
    pub(crate) fn is_known(&self, tag: &str) -> bool {
        self.must_not.as_ref().is_some_and(|known| names(known).any(|name| name == "*" || name == tag))
    }
}

/// The tags in a header's value; weak ones count as what they stand for.
fn names(value: &str) -> impl Iterator<Item = &str> {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").len();
    value.split(',').map(move |tag| {
        let tag = tag.trim();
        tag[tag.len() - bare(tag)..].trim_matches('"')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(must: Option<&str>, must_not: Option<&str>) -> Conditions {
        Conditions { must: must.map(str::to_owned), must_not: must_not.map(str::to_owned) }
    }

    #[test]
    fn a_change_needs_the_own_part_only() {
        for fine in [None, Some("*"), Some("\"a-b\""), Some("\"a-c\""), Some("\"x\", W/\"a\"")] {
            assert!(conditions(fine, None).allow_change("a-b").is_ok(), "{fine:?}");
        }
        for lost in ["\"b\"", "", "b, c", "\"-\""] {
            assert!(conditions(Some(lost), None).allow_change("a-b").is_err(), "{lost:?}");
        }
        for (must, must_not, fine) in [
            (None, "*", false),
            (Some("*"), "*", false),
            (None, "\"x\", W/\"a-c\"", false),
            (Some("\"a-b\""), "\"x\"", true),
            (Some("\"x\""), "\"y\"", false),
        ] {
            assert_eq!(conditions(must, Some(must_not)).allow_change("a-b").is_ok(), fine, "{must:?} {must_not}");
        }
    }

    #[test]
    fn a_known_content_is_known_whole() {
        assert!(conditions(None, Some("\"x\", \"a-b\"")).is_known("a-b"));
        assert!(!conditions(None, Some("\"a-c\"")).is_known("a-b"));
        assert!(!conditions(None, None).is_known("a-b"));
    }
}
