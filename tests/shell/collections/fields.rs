//! Every field of a collection with data of people is decided about: it is personal, as the collection's `DESCRIPTOR`
//! says, or it is listed here as one that says nothing of anybody.
//!
//! The other tests of this folder find known people in unknown fields. They do not find what they do not look for, such
//! as a birthday, which is no text that they know.

use std::collections::BTreeSet;

use bson::{Bson, Document};
use shopkeeper::store::collections;

use super::super::store_documents::every_document;
use super::traces::Place;

/// What all documents have.
const STAMPS: [&str; 4] = ["version", "created", "modified", "revision"];

/// Fields that say nothing of anybody, as paths like those of `DESCRIPTOR`. A path stands for all that is inside of it.
const OF_NOBODY: &[(&str, &[&str])] = &[
    ("archive", &["_id.revision"]),
    ("audit", &["_id", "at", "action", "value"]),
    ("carts", &["lines"]),
    ("dead_letters", &["_id", "what", "replays"]),
    ("dialogues", &["updates", "pending_cart", "forgotten", "alarm"]),
    ("ledger", &["_id.mailing", "again", "at", "message", "outcome", "round"]),
    (
        "mailings",
        &[
            "_id",
            "began",
            "done.again",
            "done.message",
            "done.outcome",
            "enrolled",
            "letter",
            "reported",
            "reports.message",
            "round",
            "segment",
            "starts",
            "status",
            "tally",
            "task",
            "token",
            "waits_until",
        ],
    ),
    (
        "orders",
        &[
            "_id",
            "announced",
            "checkout",
            "currency",
            "lines",
            "messages",
            "notices.message",
            "number",
            "placed",
            "receipt",
            "recorded",
            "stale",
            "status",
            "told",
            "total",
        ],
    ),
    (
        "personal_messages",
        &[
            "_id",
            "answered",
            "answers",
            "at",
            "bringing",
            "direction",
            "notices.message",
            "order",
            "pending",
            "returned",
        ],
    ),
    ("postponed", &["_id"]),
    ("users", &["active", "awaited", "language", "subscribed"]),
];

/// The paths of all values in a document.
fn paths(value: &Bson, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Bson::Document(fields) => {
            for (name, inside) in fields {
                let here = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                paths(inside, &here, found);
            }
        }
        Bson::Array(items) => items.iter().for_each(|item| paths(item, path, found)),
        _ => drop(found.insert(path.to_owned())),
    }
}

/// The places in some documents that nobody has decided about.
fn undecided(documents: impl IntoIterator<Item = (String, Document)>) -> Vec<String> {
    let mut all = BTreeSet::new();
    for (collection, document) in documents {
        let personal = collections::named(&collection).map(collections::Descriptor::personal).unwrap_or_default();
        let of_nobody = OF_NOBODY.iter().find(|(of, _)| *of == collection).map(|(_, fields)| *fields);
        let decided: Vec<&str> = [personal, of_nobody.unwrap_or_default(), &STAMPS].concat();
        let mut found = BTreeSet::new();
        paths(&Bson::Document(document), "", &mut found);
        let places = found.into_iter().map(|path| Place { collection: collection.clone(), path });
        // Where nothing is personal, no document is anybody's.
        all.extend(places.filter(|it| !personal.is_empty() && !decided.iter().any(|field| it.is_in(field))));
    }
    all.iter().map(ToString::to_string).collect()
}

#[test]
fn every_field_beside_data_of_people_is_personal_or_of_nobody() {
    let undecided = undecided(every_document());
    assert!(
        undecided.is_empty(),
        "{undecided:?}: what says something of a person stands in `personal` of the collection's DESCRIPTOR \
         (src/store/), and in `remaining`, if it stays when they are forgotten; what does not stands in OF_NOBODY here"
    );
}

#[test]
fn what_is_of_nobody_is_in_some_document() {
    for (collection, fields) in OF_NOBODY.iter().copied() {
        let mut found = BTreeSet::new();
        let documents = every_document().into_iter().filter(|(of, _)| of == collection);
        documents.for_each(|(_, document)| paths(&Bson::Document(document), "", &mut found));
        for field in fields {
            let is_there = |path: &String| Place { collection: collection.to_owned(), path: path.clone() }.is_in(field);
            assert!(found.iter().any(is_there), "{collection}.{field} is in no file of tests/documents");
        }
    }
}

#[test]
fn a_planted_field_is_named() {
    let mut users = every_document().into_iter().filter(|(of, _)| of == "users");
    let (collection, mut user) = users.next().unwrap();
    user.insert("birthday", "1990-04-01");
    user.insert("family", vec![bson::doc! { "first_name": "Boris" }]);
    assert_eq!(undecided([(collection, user)]), ["users.birthday", "users.family.first_name"]);
}
