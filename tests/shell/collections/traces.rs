//! Where people can be found in a database: every value of every document, held against what is known of them.

use std::collections::BTreeSet;
use std::fmt;

use bson::{Bson, Document, doc};
use dialogues::shop::{Address, Customer, Email, PersonName, Phone};
use futures::TryStreamExt;
use shopkeeper::store::Store;

/// What gives somebody away: ids of chats, and texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traces {
    chats: BTreeSet<i64>,
    texts: BTreeSet<String>,
}

/// A field of a collection, as a path with dots and without the places of lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) collection: String,
    pub(crate) path: String,
}

impl Traces {
    /// Those of one person.
    pub(crate) fn of(chat: i64, customer: &Customer) -> Self {
        // Without `..`: whoever adds a field decides here whether it gives somebody away.
        let Customer { name, email, phone, address, nickname, language: _, subscribed: _, awaited: _ } = customer;
        let texts = [
            name.as_ref().map(PersonName::as_str),
            email.as_ref().map(Email::as_str),
            phone.as_ref().map(Phone::as_str),
            address.as_ref().map(Address::as_str),
            nickname.as_deref(),
        ];
        Self { chats: [chat].into(), texts: texts.into_iter().flatten().map(str::to_owned).collect() }
    }

    /// Those of everybody who has a profile, and of the contacts in their orders.
    pub(crate) async fn of_everybody(store: &Store) -> Self {
        let mut traces = Self::default();
        let fields = ["name", "email", "phone", "address", "nickname"];
        let mut add = |document: &Document| {
            let texts = fields.iter().filter_map(|field| document.get_str(field).ok());
            traces.texts.extend(texts.filter(|text| !text.is_empty()).map(str::to_owned));
        };
        let users = documents(store, "users").await;
        let chats: BTreeSet<i64> = users.iter().map(|user| user.get_i64("_id").unwrap()).collect();
        users.iter().for_each(&mut add);
        for order in documents(store, "orders").await {
            let is_theirs = order.get_i64("customer").is_ok_and(|customer| chats.contains(&customer));
            order.get_document("contact").ok().filter(|_| is_theirs).into_iter().for_each(&mut add);
        }
        traces.chats = chats;
        traces
    }

    /// These and some chats.
    pub(crate) fn and(mut self, chats: impl IntoIterator<Item = i64>) -> Self {
        self.chats.extend(chats);
        self
    }

    fn are_in(&self, value: &Bson) -> bool {
        match value {
            Bson::Int32(number) => self.chats.contains(&i64::from(*number)),
            Bson::Int64(number) => self.chats.contains(number),
            Bson::Double(number) => self.chats.iter().any(|chat| *chat as f64 == *number),
            Bson::String(text) => self.are_said(text),
            _ => false,
        }
    }

    fn are_said(&self, text: &str) -> bool {
        let chats = self.chats.iter().map(ToString::to_string);
        self.texts.iter().any(|trace| says(text, trace)) || chats.into_iter().any(|chat| says(text, &chat))
    }
}

/// Whether a text has these words, and not as a part of longer ones.
fn says(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + words.len()..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    })
}

impl Place {
    /// Whether it is this field, or stands inside of it.
    pub(crate) fn is_in(&self, field: &str) -> bool {
        self.path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.collection, self.path)
    }
}

/// All places in all collections of a database where somebody can be found.
pub(crate) async fn places(store: &Store, traces: &Traces) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    for collection in store.database().list_collection_names().await.unwrap() {
        for document in documents(store, &collection).await {
            let mut paths = BTreeSet::new();
            look(&Bson::Document(document), "", traces, &mut paths);
            places.extend(paths.into_iter().map(|path| Place { collection: collection.clone(), path }));
        }
    }
    places
}

fn look(value: &Bson, path: &str, traces: &Traces, found: &mut BTreeSet<String>) {
    match value {
        Bson::Document(fields) => {
            for (name, inside) in fields {
                let here = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if traces.are_said(name) {
                    found.insert(here.clone());
                }
                look(inside, &here, traces, found);
            }
        }
        Bson::Array(items) => items.iter().for_each(|item| look(item, path, traces, found)),
        leaf if traces.are_in(leaf) => drop(found.insert(path.to_owned())),
        _ => {}
    }
}

async fn documents(store: &Store, collection: &str) -> Vec<Document> {
    // The content of pictures is nobody's, and long.
    let without = if collection == "pictures.chunks" {
        doc! { "data": 0 }
    } else {
        doc! {}
    };
    let stored = store.database().collection::<Document>(collection);
    stored.find(doc! {}).projection(without).await.unwrap().try_collect().await.unwrap()
}

#[test]
fn somebody_is_found_in_any_value_and_not_in_what_only_looks_alike() {
    let traces = Traces { chats: [1001].into(), texts: ["Anna".to_owned()].into() };
    for found in [
        doc! { "a": 1001 },
        doc! { "a": 1001_i64 },
        doc! { "a": 1001.0 },
        doc! { "a": "{\"id\":1001}" },
        doc! { "a": "for Anna." },
        doc! { "a": [{ "b": [1001] }] },
        doc! { "1001": true },
    ] {
        let mut paths = BTreeSet::new();
        look(&Bson::Document(found.clone()), "", &traces, &mut paths);
        assert_eq!(paths.len(), 1, "{found}");
    }
    // Why people in transcripts have long ids: this one is found in an order's number.
    assert!(traces.are_said("482-1001"));
    for fine in [doc! { "a": 10_010 }, doc! { "a": "Annabel" }, doc! { "a": "e1001f" }, doc! { "a": true }] {
        let mut paths = BTreeSet::new();
        look(&Bson::Document(fine.clone()), "", &traces, &mut paths);
        assert!(paths.is_empty(), "{fine}");
    }
}
