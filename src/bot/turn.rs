//! One update, from load to show.
//!
//! `load → interpret → transition → commit → show`. The commit is conditional on the revision that
//! was loaded: whoever loses the race loads and plays again, and no customer ever sees a conflict.
//! Once committed, an update is not played again, however often Telegram brings it: a repeat shows
//! the screen again, unless this very process has shown it already.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dialogues::Dialogue;
use dialogues::machine::{Acquaintance, Context, Conversation, Effect, Settings, Show, Turn};
use dialogues::mailing::{Office, concerned};
use dialogues::shop::{Language, Order};
use dialogues::text;
use dialogues::texts::say;
use dialogues::transcript::TurnTrace;
use dialogues::turn::{needs_office, needs_orders};
use futures::FutureExt;
use rand::Rng;

use super::input::{Arrived, Incoming};
use super::owners::Notices;
use super::queue::Rest;
use super::record::{OpenRecord, Records, Stopwatch, words};
use super::reply::{Played, TurnReply};
use super::schema::{Scene, Schema, decide};
use super::screen::Screen;
use crate::clock::Clock;
use crate::mailing::{Bell, Pace};
use crate::metrics::turns::Turns;
use crate::store::{CatalogueFeed, Committed, Loaded, MOST_ORDERS, Store, StoreError, watched};

/// Races are lost to another process of ours, or to a changed catalogue: rarely, and hardly twice.
const RACE_RETRIES: usize = 32;
/// A turn's whole work on the store.
const TURN_TIMEOUT: Duration = Duration::from_secs(20);
/// Updates whose screens this process has shown, or is about to show.
const REMEMBERED: usize = 1024;

/// Everything that a turn needs.
pub struct Desk {
    pub store: Store,
    pub feed: CatalogueFeed,
    pub settings: Arc<Settings>,
    pub screen: Arc<Screen>,
    pub schema: Schema,
    pub clock: Clock,
    pub owners: Vec<i64>,
    pub notices: Notices,
    /// Told about every turn.
    pub records: Option<Records>,
    pub shown: Mutex<VecDeque<i64>>,
    /// What is shown takes its place before the letters of mailings.
    pub pace: Arc<Pace>,
    /// Calls whoever sends mailings.
    pub bell: Bell,
}

impl Desk {
    /// Plays an update up to its commit; what is left is to show it.
    pub(super) async fn play(self: Arc<Self>, arrived: Arrived) -> Rest<TurnReply> {
        match self.commit_or_bury(&arrived.incoming).await {
            Ok(played) => {
                // From here on this process answers for showing it.
                self.remember(arrived.incoming.update);
                self.metrics().placed(played.placed.len());
                played.placed.iter().for_each(|order| self.notices.tell(order.clone()));
                Rest::Show(TurnReply::new(self, arrived, played))
            }
            Err(error @ StoreError::Newer { .. }) => {
                self.metrics().ended("newer");
                tracing::warn!(%error, "this customer waits for the newer program");
                Rest::Newer
            }
            Err(error) => {
                self.metrics().ended("away");
                tracing::error!(%error, "a turn could not be committed; it comes again");
                Rest::Away
            }
        }
    }

    /// Commits the turn. One that cannot succeed, however often it is tried, is put aside: neither
    /// this customer nor the others may wait for it for ever. What cannot be put aside comes again.
    async fn commit_or_bury(&self, incoming: &Incoming) -> Result<Played, StoreError> {
        let outcome = match within(self.commit(incoming)).await {
            Some(Ok(played)) => return Ok(played),
            Some(Err(error)) if error.is_away() => return Err(error),
            Some(Err(error)) => {
                tracing::error!(%error, "a turn cannot be committed");
                "buried"
            }
            None => {
                tracing::error!("a turn panicked");
                "panicked"
            }
        };
        self.store.bury(incoming.update, Some(incoming.chat), "the turn failed").await?;
        self.metrics().ended(outcome);
        match within(self.apologise(incoming)).await {
            Some(Ok(played)) => Ok(played),
            Some(Err(error)) if error.is_away() => Err(error),
            // It is in the dead letters: that must do.
            _ => Ok(Played {
                language: incoming.met.language,
                show: Vec::new(),
                placed: Vec::new(),
                lasting: false,
                record: None,
            }),
        }
    }

    pub(super) fn metrics(&self) -> &Turns {
        &self.store.metrics().turns
    }

    fn remember(&self, update: i64) {
        let mut remembered = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.push_back(update);
        if remembered.len() > REMEMBERED {
            remembered.pop_front();
        }
    }

    async fn commit(&self, incoming: &Incoming) -> Result<Played, StoreError> {
        if self.records.is_none() {
            return self.commit_timed(incoming).await;
        }
        let (played, commands) = watched(self.commit_timed(incoming)).await;
        let mut played = played?;
        if let Some(record) = &mut played.record {
            record.commands = commands;
        }
        Ok(played)
    }

    async fn commit_timed(&self, incoming: &Incoming) -> Result<Played, StoreError> {
        let mut watch = Stopwatch::start();
        let mut last = None;
        for _ in 0..RACE_RETRIES {
            watch.again();
            let loaded = self.store.load(incoming.chat).await?;
            let context = self.context(incoming, &loaded).await?;
            watch.lap("load");
            if loaded.has_seen(incoming.update) {
                return Ok(self.repeat(incoming, &loaded, context));
            }
            let from = state_name(loaded.conversation.as_ref());
            let (language, catalogue) = (context.customer.language, Arc::clone(&context.catalogue));
            let scene = Scene { before: loaded.conversation.clone(), input: incoming.input.clone(), context };
            let Turn { conversation, effects, show, event } = decide(&self.schema, Arc::new(scene)).await;
            watch.lap("decide");
            match self.store.commit(incoming.chat, incoming.update, &loaded, conversation.as_ref(), &effects).await? {
                Committed::Done => {
                    watch.lap("commit");
                    let to = state_name(conversation.as_ref());
                    let trace = TurnTrace { person: String::new(), from, event: event.to_owned(), to };
                    note(&trace, watch.elapsed());
                    self.metrics().committed(&trace.from, event, &trace.to);
                    watch.steps().iter().for_each(|step| self.metrics().stepped(step.name, step.took));
                    if mails(&effects) {
                        // Before the update counts as done: whoever waits for quiet must not miss it.
                        self.bell.ring();
                    }
                    let language = spoken(&effects, language);
                    let record = self.records.is_some().then(|| OpenRecord {
                        trace,
                        effects: words(&effects),
                        commands: Vec::new(),
                        catalogue,
                        before: loaded,
                        watch,
                    });
                    let lasting = is_lasting(&effects, conversation.as_ref());
                    return Ok(Played { language, show, placed: placed(effects), lasting, record });
                }
                Committed::StockChanged(products) => {
                    self.metrics().lost_race("stock");
                    self.feed.refresh(&products).await?;
                }
                other => {
                    self.metrics().lost_race(match other {
                        Committed::NumberTaken => "number",
                        Committed::CheckoutTaken => "checkout",
                        _ => "revision",
                    });
                    last = Some(other);
                }
            }
        }
        Err(StoreError::Contended(format!("{last:?}")))
    }

    async fn context(&self, incoming: &Incoming, loaded: &Loaded) -> Result<Context, StoreError> {
        let orders = if needs_orders(loaded.conversation.as_ref(), &incoming.input) {
            self.store.orders_of(incoming.chat, MOST_ORDERS).await?
        } else {
            Vec::new()
        };
        let acquaintance = match &loaded.customer {
            _ if loaded.undecodable => Acquaintance::LostThread,
            None => Acquaintance::Stranger,
            Some(_) if !loaded.active => Acquaintance::Returning,
            Some(_) => Acquaintance::Known,
        };
        Ok(Context {
            catalogue: self.feed.current(),
            settings: Arc::clone(&self.settings),
            customer: loaded.customer.clone().unwrap_or_else(|| incoming.met.clone()),
            acquaintance,
            cart: loaded.cart.clone(),
            orders,
            office: self.office(incoming, loaded).await?,
            now: self.clock.now(),
            fresh: rand::rng().random(),
        })
    }

    /// What an owner's turn sees of mailings; what it does not look at is not read.
    async fn office(&self, incoming: &Incoming, loaded: &Loaded) -> Result<Option<Office>, StoreError> {
        if !self.owners.contains(&incoming.chat) {
            return Ok(None);
        }
        let mut office = Office::default();
        if needs_office(loaded.conversation.as_ref()) {
            office.census = self.store.census(Some(incoming.chat)).await?;
        }
        let before = loaded.conversation.as_ref().map(|conversation| &conversation.dialogue);
        if let Some(id) = before.and_then(|before| concerned(before, &incoming.input)) {
            office.mailing = self.store.mailing(id).await?.map(|stored| stored.mailing);
        }
        Ok(Some(office))
    }

    /// The update was committed before: its screen once more, unless we have shown it.
    fn repeat(&self, incoming: &Incoming, loaded: &Loaded, context: Context) -> Played {
        let language = context.customer.language;
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).contains(&incoming.update);
        let show = match &loaded.conversation {
            Some(conversation) if !shown => {
                let (view, serial) = (conversation.dialogue.view(&context), conversation.serial);
                // A tap edits its message, to the same effect however often; else a message is sent again.
                vec![if incoming.tap.is_some() { Show::Edit { view, serial } } else { Show::Send { view, serial } }]
            }
            _ => Vec::new(),
        };
        self.metrics().ended("repeated");
        tracing::info!(shown, "an update came again");
        Played { language, show, placed: Vec::new(), lasting: false, record: None }
    }

    /// The update is done, nothing else has changed, and the customer gets a word.
    async fn apologise(&self, incoming: &Incoming) -> Result<Played, StoreError> {
        for _ in 0..RACE_RETRIES {
            let loaded = self.store.load(incoming.chat).await?;
            let language = loaded.customer.as_ref().map_or(incoming.met.language, |customer| customer.language);
            let conversation = loaded.conversation.clone().unwrap_or_default();
            if loaded.has_seen(incoming.update) {
                // It was committed after all, and only the answer was lost.
                let context = self.context(incoming, &loaded).await?;
                return Ok(self.repeat(incoming, &loaded, context));
            }
            let done = self.store.commit(incoming.chat, incoming.update, &loaded, Some(&conversation), &[]).await?;
            if done == Committed::Done {
                let view = dialogues::machine::View::text(say(language, &text!("failed"))).menu();
                return Ok(Played {
                    language,
                    show: vec![Show::Send { view, serial: conversation.serial }],
                    placed: Vec::new(),
                    lasting: true,
                    record: None,
                });
            }
        }
        Err(StoreError::Contended("while a failed turn was put aside".to_owned()))
    }
}

/// The line that is logged of a turn when it is committed.
fn note(trace: &TurnTrace, took: Duration) {
    let duration_ms = took.as_millis() as u64;
    let flow = trace.to.split('.').next().unwrap_or_default();
    let (from, event, to) = (&trace.from, &trace.event, &trace.to);
    tracing::info!(flow, event, state.from = from, state.to = to, duration_ms, "turn");
}

/// Bounds a turn's work on the store: a server that has frozen would hold up everybody. `None`: it panicked.
async fn within(work: impl Future<Output = Result<Played, StoreError>>) -> Option<Result<Played, StoreError>> {
    let bounded = tokio::time::timeout(TURN_TIMEOUT, work);
    match AssertUnwindSafe(bounded).catch_unwind().await {
        Ok(Ok(result)) => Some(result),
        Ok(Err(_)) => Some(Err(StoreError::Away("it took too long".to_owned()))),
        Err(_) => None,
    }
}

fn state_name(conversation: Option<&Conversation>) -> String {
    conversation.map_or_else(|| "Stranger".to_owned(), |conversation| Dialogue::name(&conversation.dialogue))
}

/// The language of the keyboard that is shown: the one that has just been chosen, if one has.
fn spoken(effects: &[Effect], before: Language) -> Language {
    let chosen = effects.iter().find_map(|effect| match effect {
        Effect::KeepCustomer(customer) => Some(customer.language),
        _ => None,
    });
    chosen.unwrap_or(before)
}

/// Whether a turn's screens say what no later screen says again: that an order was placed, that somebody is forgotten,
/// what becomes of a mailing.
fn is_lasting(effects: &[Effect], conversation: Option<&Conversation>) -> bool {
    let mails = conversation.is_some_and(|conversation| matches!(conversation.dialogue, Dialogue::Mailing(_)));
    mails
        || effects.iter().any(|effect| match effect {
            Effect::PlaceOrder(_) | Effect::Forget | Effect::StartMailing(_) | Effect::SteerMailing(..) => true,
            Effect::KeepCustomer(_) | Effect::KeepCart(_) | Effect::SetActive(_) => false,
        })
}

/// Whether whoever sends mailings must know.
fn mails(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| match effect {
        Effect::StartMailing(_) | Effect::SteerMailing(..) => true,
        Effect::KeepCustomer(_) | Effect::KeepCart(_) | Effect::PlaceOrder(_) | Effect::Forget => false,
        Effect::SetActive(_) => false,
    })
}

fn placed(effects: Vec<Effect>) -> Vec<Order> {
    let order = |effect| match effect {
        Effect::PlaceOrder(order) => Some(order),
        _ => None,
    };
    effects.into_iter().filter_map(order).collect()
}
