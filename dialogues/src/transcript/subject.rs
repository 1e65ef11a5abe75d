//! What a `Check` of the shop looks at, read and written.

use engine::transcript::CheckSubject;
use strum::IntoEnumIterator;

use super::{Caller, Subject};

impl CheckSubject for Subject {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        if let Some((what, of)) = sentence.split_once(" of ") {
            let of = of.to_owned();
            match what {
                "the cart" => return Some(Ok(Self::Cart(of))),
                "orders" => return Some(Ok(Self::Orders(of))),
                "the profile" => return Some(Ok(Self::Profile(of))),
                "the state" => return Some(Ok(Self::State(of))),
                "the stock" => return Some(Ok(Self::Stock(of))),
                _ => {}
            }
        }
        let (request, caller) = sentence.rsplit_once(" as ")?;
        let (method, path) = request.split_once(' ').filter(|(_, path)| path.starts_with('/'))?;
        Some(request_of(method, path, caller))
    }

    fn write(&self) -> String {
        match self {
            Self::Cart(person) => format!("the cart of {person}"),
            Self::Orders(person) => format!("orders of {person}"),
            Self::Profile(person) => format!("the profile of {person}"),
            Self::State(person) => format!("the state of {person}"),
            Self::Stock(title) => format!("the stock of {title}"),
            Self::Rest { path, caller } => format!("GET {path} as {caller}"),
        }
    }

    fn person(&self) -> Option<&str> {
        match self {
            Self::Cart(person) | Self::Orders(person) | Self::Profile(person) | Self::State(person) => Some(person),
            Self::Stock(_) | Self::Rest { .. } => None,
        }
    }

    /// Its path may have `{captures}`.
    fn template(&mut self) -> Option<&mut String> {
        if let Self::Rest { path, .. } = self { Some(path) } else { None }
    }

    /// An answer of the REST API leaves out what is not there.
    fn leaves_out(&self) -> bool {
        matches!(self, Self::Rest { .. })
    }
}

fn request_of(method: &str, path: &str, caller: &str) -> Result<Subject, String> {
    if method != "GET" {
        return Err(format!("a check only looks; write “Check GET {path} as {caller}”"));
    }
    let known = || Caller::iter().map(|caller| caller.to_string()).collect::<Vec<_>>().join(" or as ");
    let caller = caller.parse().map_err(|_| format!("“{caller}” has no key; ask as {}", known()))?;
    Ok(Subject::Rest { path: path.to_owned(), caller })
}
