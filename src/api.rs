//! The shop over HTTP, for the owner's programs: news, users, orders, categories, products, mailings, events, webhooks.
//!
//! | part | does |
//! |---|---|
//! | `products`, `pictures`, `categories`, `news`, `users`, `orders`, `mailings`, `events`, `webhooks` | one resource each, each exporting `stage()` |
//! | `health`, `metrics`, `openapi`, `docs` | whether we live and are ready, and how we do; the API's description, and a manual made of it |
//! | `resource` | products, categories and news: one body for each verb |
//! | `ask`, `permit`, `scope`, `keys` | who asks, and who may what: a guard in every handler's signature |
//! | `address`, `params`, `body`, `json`, `read_only` | what comes in: names, queries and bodies, all mistakes told at once |
//! | `reply`, `page`, `etag`, `problem` | what goes out: one shape for successes, one for everything else |
//! | `shelf`, `index` | lists out of the catalogue's snapshot, without a command to MongoDB |
//! | `change`, `repeat` | one change that overwrites nobody's; a POST that may come twice |
//! | `observe`, `cors` | request ids and the log; browsers from elsewhere |
//!
//! What is read of products, categories and news comes from the same snapshot that the bot sells from. Whoever
//! changes something is answered once that snapshot shows it: so the next read does, too, and so does the bot.

mod address;
mod ask;
mod batch;
mod body;
mod categories;
mod change;
mod characteristics;
mod cors;
mod docs;
mod etag;
mod events;
mod health;
mod index;
mod json;
pub mod keys;
mod language;
mod mailings;
mod metrics;
mod money;
mod news;
pub(crate) mod observe;
mod openapi;
mod orders;
mod page;
mod params;
mod permit;
mod pictures;
mod problem;
mod products;
mod read_only;
mod repeat;
mod reply;
mod resource;
pub mod scope;
mod shape;
mod sorted_index;
mod translations;
mod users;
mod webhooks;

use std::sync::Arc;

use dialogues::machine::Settings;
use dialogues::shop::{Country, Currency, Zone};
use rocket::{Build, Rocket};
use tokio::sync::{Mutex, Semaphore};

use self::index::Index;
use self::keys::Keys;
use crate::store::{CatalogueFeed, Store};

/// Where everything stands.
pub(crate) const ROOT: &str = "/api/v1";

/// What the API works with.
pub struct Api {
    store: Store,
    feed: CatalogueFeed,
    currency: Currency,
    country: Country,
    /// Times in tables are those of the shop's clock.
    zone: Zone,
    origins: Vec<String>,
    keys: Keys,
    index: Index,
    /// Whoever moves or removes a category is alone.
    tree: Mutex<()>,
    /// Whoever writes a table is alone, too.
    exporting: Arc<Semaphore>,
    description: String,
}

impl Api {
    /// An API on a store and its snapshot. Pages from `origins` may call it from a browser.
    pub fn new(store: Store, feed: CatalogueFeed, settings: &Settings, origins: Vec<String>) -> Self {
        let Settings { currency, country, zone, .. } = *settings;
        let description = openapi::describe(currency);
        let (keys, index, tree) = (Keys::default(), Index::default(), Mutex::default());
        Self {
            store,
            feed,
            currency,
            country,
            zone,
            origins,
            keys,
            index,
            tree,
            exporting: Arc::new(Semaphore::new(1)),
            description,
        }
    }

    /// Puts the API on a server.
    pub fn mount(self, rocket: Rocket<Build>) -> Rocket<Build> {
        rocket
            .manage(self)
            .register("/", problem::catchers())
            .attach(observe::Observe)
            .attach(cors::Cors)
            .attach(products::stage())
            .attach(pictures::stage())
            .attach(categories::stage())
            .attach(news::stage())
            .attach(users::stage())
            .attach(orders::stage())
            .attach(mailings::stage())
            .attach(events::stage())
            .attach(webhooks::stage())
            .attach(health::stage())
            .attach(metrics::stage())
            .attach(openapi::stage())
            .attach(docs::stage())
    }
}
