//! A stored shape does not change without a new version.
//!
//! `tests/documents/dialogues-<version>-<state>.json` of the newest version is decoded and encoded again; what comes out
//! must have the same fields, of the same types. So a field that is renamed, added, taken away or retyped is noticed
//! also where it would still decode (by a default or an alias): programs of before could not read what is written.

use std::collections::BTreeMap;

use bson::{Bson, Document, doc};
use dialogues::Dialogue;
use dialogues::machine::Conversation;

use super::{documents, kebab};

pub(super) const REMEDY: &str = "A stored shape has changed. If that is meant, give it a version of its own: add a migration to MIGRATIONS in \
                      src/store/migrations.rs (its head says how), leave this file as it is, and write one of the new version \
                      beside it.";

/// What is stored under each path, and of which type.
pub(super) type Shape = BTreeMap<String, String>;

/// The shape of a value that stands under this name.
pub(super) fn shape(at: &str, value: &Bson) -> Shape {
    fn walk(at: &str, value: &Bson, shape: &mut Shape) {
        match value {
            Bson::Document(inside) => {
                inside.iter().for_each(|(name, value)| walk(&format!("{at}.{name}"), value, shape));
            }
            Bson::Array(items) => {
                shape.insert(at.to_owned(), "a list".to_owned());
                items.iter().for_each(|item| walk(&format!("{at}[]"), item, shape));
            }
            // Numbers are read whatever their width.
            Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) => {
                drop(shape.insert(at.to_owned(), "a number".to_owned()))
            }
            other => drop(shape.insert(at.to_owned(), format!("{:?}", other.element_type()))),
        }
    }
    let mut all = Shape::new();
    walk(at, value, &mut all);
    all
}

/// What has changed since a conversation was stored; `None`: nothing.
fn changed(stored: &Document) -> Option<String> {
    let decoded = match bson::deserialize_from_document::<Conversation>(stored.clone()) {
        Ok(decoded) => decoded,
        Err(error) => return Some(format!("it does not decode: {}", error.message.unwrap_or_default())),
    };
    let (before, after) = (
        shape("conversation", &Bson::Document(stored.clone())),
        shape("conversation", &bson::serialize_to_bson(&decoded).unwrap()),
    );
    let gone = before.iter().filter(|(path, _)| !after.contains_key(*path)).map(|(path, _)| format!("{path} is gone"));
    let new = after.iter().filter(|(path, _)| !before.contains_key(*path)).map(|(path, _)| format!("{path} is new"));
    let retyped = before.iter().filter_map(|(path, before)| {
        let after = after.get(path).filter(|after| *after != before)?;
        Some(format!("{path} was {before} and is {after}"))
    });
    let all: Vec<String> = gone.chain(new).chain(retyped).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn newest() -> impl Iterator<Item = (String, Document)> {
    let newest = |(name, document): (String, Document)| {
        // What is kept of whoever is forgotten has none.
        let conversation = document.get_document("conversation").ok()?.clone();
        (document.get_i32("version").unwrap() == shopkeeper::store::migrations::newest("dialogues"))
            .then_some((name, conversation))
    };
    documents("dialogues").into_iter().filter_map(newest)
}

#[test]
fn every_state_is_written_as_its_file_says() {
    let mut states = Vec::new();
    for (name, conversation) in newest() {
        if let Some(what) = changed(&conversation) {
            panic!("tests/documents/{name}.json: {what}. {REMEDY}");
        }
        let decoded: Conversation = bson::deserialize_from_document(conversation).unwrap();
        assert!(name.ends_with(&kebab(&decoded.dialogue.name())), "{name} holds {}", decoded.dialogue.name());
        states.push(decoded.dialogue.name());
    }
    for state in Dialogue::stored_names() {
        assert!(states.contains(&state), "{state} has no file of the newest version in tests/documents");
    }
}

#[test]
fn a_file_has_every_field_that_its_state_may_have() {
    // What may be missing must be in some file, or nobody would notice that it is called otherwise.
    let all: Vec<Shape> =
        newest().map(|(_, conversation)| shape("conversation", &Bson::Document(conversation))).collect();
    for path in [
        "conversation.parked.state",
        "conversation.adopted",
        "conversation.dialogue.skip",
        "conversation.reshown",
        "conversation.parked.form.email",
        "conversation.dialogue.lowered[].before",
        "conversation.dialogue.form.address",
        "conversation.dialogue.form.email",
        "conversation.dialogue.form.phone",
        "conversation.dialogue.shown",
        "conversation.dialogue.from",
        "conversation.searched",
        "conversation.dialogue.letter.picture",
        "conversation.dialogue.letter.words.html",
        "conversation.dialogue.album.id",
    ] {
        assert!(all.iter().any(|shape| shape.contains_key(path)), "{path} is in no file");
    }
}

#[test]
fn a_planted_change_is_told() {
    let card = |name: &str, quantity: Bson| {
        let mut card =
            doc! { "flow": "product", "state": "choosing", "product": "a1a1a1a1a1a1a1a1a1a1a1a1", "shown": 1 };
        card.insert(name, quantity);
        doc! { "dialogue": card, "serial": 3, "keyboard": "menu" }
    };
    assert_eq!(changed(&card("quantity", Bson::Int64(2))), None);
    assert!(changed(&card("count", Bson::Int64(2))).unwrap().contains("missing field `quantity`"));
    assert!(changed(&card("quantity", "2".into())).unwrap().contains("does not decode"));
    // A default makes this decode; written it is no longer.
    let mut optional = card("quantity", Bson::Int64(2));
    optional.insert("mood", "good");
    assert_eq!(changed(&optional).unwrap(), "conversation.mood is gone");
    let mut unshown = card("quantity", Bson::Int64(2));
    unshown.get_document_mut("dialogue").unwrap().remove("shown");
    assert_eq!(changed(&unshown).unwrap(), "conversation.dialogue.shown is new");
}
