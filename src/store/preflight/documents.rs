//! What is wrong with a document that is no dialogue. The bot makes do with a profile whose phone cannot be read, and
//! with a cart that lacks a line; here each of these is a fault. Each function looks at a document of the newest version.

use bson::{Bson, Document};
use dialogues::shop::{
    Address, CheckoutId, Contact, Currency, Email, Language, Letter, MailingStatus, MailingTask, OrderNumber,
    OrderStatus, PersonName, Phone, Refusal, Segment, Tally,
};
use serde::de::DeserializeOwned;
use strum::IntoEnumIterator;

use super::super::fields::{Problem, flag, integer, required, text, time, whole};
use super::super::ledger::{Entry, LedgerOutcome};
use super::super::{carts, idempotency, ledger, mailings, orders};
use super::words::field_fault;

pub(in super::super) fn postponed_update(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.check(integer(document, "_id").and_then(|id| required("_id", id)));
    faults.check(integer(document, "chat").and_then(|chat| required("chat", chat)));
    faults.check(text(document, "update").and_then(|update| required("update", update)));
    faults.0
}

/// Collects what is wrong from several looks at one document.
#[derive(Default)]
struct Faults(Vec<Problem>);

impl Faults {
    fn check<T>(&mut self, look: Result<T, Problem>) {
        self.0.extend(look.err());
    }

    fn read<T: DeserializeOwned>(&mut self, document: &Document, name: &str) {
        self.0.extend(field_fault::<T>(document, name));
    }

    /// The same of a field that must be there.
    fn must<T: DeserializeOwned>(&mut self, document: &Document, name: &str) {
        self.check(required(name, document.get(name)));
        self.read::<T>(document, name);
    }

    /// What only the reader itself has found, unless something better was said already.
    fn or<T>(mut self, read: Result<T, Problem>) -> Vec<Problem> {
        if self.0.is_empty() {
            self.check(read);
        }
        self.0
    }
}

pub(in super::super) fn user(document: &Document) -> Vec<Problem> {
    fn parsed<T>(document: &Document, name: &str, parse: fn(&str) -> Result<T, Refusal>) -> Result<(), Problem> {
        let refused = |_| format!("{name} is one that this program does not allow");
        text(document, name)?.map_or(Ok(()), |typed| parse(&typed).map(drop).map_err(refused))
    }
    let mut faults = Faults::default();
    faults.check(integer(document, "_id").and_then(|id| required("_id", id)));
    faults.check(parsed(document, "name", PersonName::stored));
    faults.check(parsed(document, "email", Email::stored));
    faults.check(parsed(document, "phone", Phone::stored));
    faults.check(parsed(document, "address", Address::stored));
    faults.check(text(document, "nickname"));
    faults.check(flag(document, "subscribed"));
    faults.check(flag(document, "active"));
    faults.check(text(document, "language").and_then(|code| match code {
        Some(code) if Language::iter().all(|language| language.code() != code) => {
            Err("language is none that this program speaks".to_owned())
        }
        _ => Ok(()),
    }));
    faults.0
}

pub(in super::super) fn cart(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.check(integer(document, "_id").and_then(|id| required("_id", id)));
    faults.check(integer(document, "revision").and_then(|revision| required("revision", revision)));
    faults.0.extend(lines(document));
    faults.0
}

/// What is wrong with the lines of a cart, also of one that waits in a dialogue.
pub(super) fn lines(document: &Document) -> Vec<Problem> {
    let Ok(lines) = document.get_array("lines") else { return vec!["lines is missing, or no list".to_owned()] };
    let faults = lines.iter().enumerate().filter_map(|(place, line)| {
        let problem = carts::read_line(line).err().or_else(|| snapshot(line, &["title"]))?;
        Some(format!("lines.{place}: {problem}"))
    });
    faults.collect()
}

/// What a line must have kept of its product.
fn snapshot(line: &Bson, names: &[&str]) -> Option<Problem> {
    let line = line.as_document()?;
    names.iter().find(|name| !line.contains_key(**name)).map(|name| format!("{name} is missing"))
}

pub(in super::super) fn order(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.must::<OrderNumber>(document, "number");
    faults.must::<CheckoutId>(document, "checkout");
    faults.read::<Contact>(document, "contact");
    faults.must::<OrderStatus>(document, "status");
    faults.must::<Currency>(document, "currency");
    faults.check(time(document, "placed").and_then(|placed| required("placed", placed)));
    faults.check(integer(document, "total").and_then(|total| required("total", total)));
    let lines = document.get_array("lines").map(Vec::as_slice).unwrap_or_default();
    for (place, line) in lines.iter().enumerate() {
        let problem = orders::read_line(line).err().or_else(|| snapshot(line, &["title"]));
        faults.0.extend(problem.map(|problem| format!("lines.{place}: {problem}")));
    }
    faults.or(orders::read(document))
}

pub(in super::super) fn mailing(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.must::<Letter>(document, "letter");
    faults.must::<MailingStatus>(document, "status");
    faults.must::<MailingTask>(document, "task");
    faults.read::<Segment>(document, "segment");
    faults.read::<Tally>(document, "tally");
    faults.read::<Vec<i64>>(document, "in_flight");
    let done = document.get_array("done").map(Vec::as_slice).unwrap_or_default();
    let is_read = |entry: &Bson| entry.as_document().and_then(Entry::read).is_some();
    if !done.iter().all(is_read) {
        faults.0.push("done has an entry that cannot be read".to_owned());
    }
    faults.or(mailings::read(document))
}

pub(in super::super) fn row(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    let key = document.get_document("_id").cloned().unwrap_or_default();
    if key.get_object_id("mailing").is_err() {
        faults.0.push("_id is not {mailing: an ObjectId, user: a whole number}".to_owned());
    }
    faults.check(ledger::read(document));
    faults.check(integer(document, "round").and_then(|round| required("round", round)));
    faults.read::<LedgerOutcome>(document, "outcome");
    faults.check(integer(document, "message"));
    faults.check(time(document, "at"));
    faults.check(flag(document, "again"));
    faults.0
}

pub(in super::super) fn key(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.must::<String>(document, "_id");
    faults.must::<String>(document, "hash");
    faults.must::<Vec<String>>(document, "scopes");
    faults.check(text(document, "name"));
    faults.check(integer(document, "rate"));
    faults.check(time(document, "revoked"));
    faults.0
}

pub(in super::super) fn file(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    let key = document.get_document("_id").cloned().unwrap_or_default();
    if key.get("bot").and_then(whole).is_none() || key.get_str("picture").is_err() {
        faults.0.push("_id is not {bot: a number, picture: a text}".to_owned());
    }
    faults.must::<String>(document, "file_id");
    faults.0
}

pub(in super::super) fn receipt(document: &Document) -> Vec<Problem> {
    let unreadable = idempotency::read("", "", document).is_none();
    unreadable.then(|| "the kept answer cannot be read".to_owned()).into_iter().collect()
}
