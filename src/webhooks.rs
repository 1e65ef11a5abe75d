//! Outgoing webhooks: events (`store/events.rs`), delivered to the owner's other programs. Telegram's own webhook, by which
//! updates come in, is the shell's.
//!
//! ```text
//! a turn ── events, in its transaction ── worker: positions ── one delivery for each endpoint ── POST, signed
//!                                           └ tried again, later and later, for two days
//! ```
//!
//! A delivery may come twice (a process was killed before it could write down that it had arrived): both have the same
//! `webhook-id`. Deliveries of one endpoint may overtake each other, since one that fails waits: a receiver compares `revision`,
//! or reads the order. Each endpoint is served beside the others, so that one that is slow or away holds up only itself.

mod message;
mod sender;
mod sign;

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::Id;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

pub use self::message::EventMessage;
use self::sender::{Sender, Verdict};
pub use self::sign::{new_secret, signature};
use crate::clock::Clock;
use crate::store::{DeliveryState, Store, StoreError, WebhookDelivery, WebhookEndpoint};

/// How often is looked for what nobody has called for: what another process or program has done.
const LOOK: TimeDelta = TimeDelta::seconds(5);

/// So many endpoints are served.
const MOST_ENDPOINTS: u32 = 1000;

/// So many deliveries of one endpoint are on their way at a time.
const AT_A_TIME: usize = 4;

/// How long is waited after each failure, in seconds; after the last one it is given up.
const PAUSES: [i64; 9] = [5, 30, 2 * 60, 10 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600];

/// Delivers events, for as long as the bot runs.
pub struct WebhookWorker {
    store: Store,
    clock: Clock,
    sender: Sender,
}

/// Which endpoints have work to be done at once, and when there is more.
struct Plan {
    due: Vec<WebhookEndpoint>,
    next: DateTime<Utc>,
}

impl WebhookWorker {
    /// A worker on a store.
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), clock: store.clock().clone(), sender: Sender::default() }
    }

    /// Works for ever.
    pub async fn run(&self) {
        let mut serving = FuturesUnordered::new();
        let mut served: HashSet<Id> = HashSet::new();
        loop {
            let plan = match self.plan(&served).await {
                Ok(plan) => plan,
                Err(error) => {
                    tracing::warn!(%error, "webhooks: events wait for now");
                    Plan { due: Vec::new(), next: after(self.clock.now(), LOOK) }
                }
            };
            for endpoint in plan.due {
                served.insert(endpoint.id);
                serving.push(async move {
                    let result = self.serve(&endpoint).await;
                    (endpoint.id, result)
                });
            }
            tokio::select! {
                Some((endpoint, result)) = serving.next(), if !serving.is_empty() => {
                    served.remove(&endpoint);
                    if let Err(error) = result {
                        // What it has claimed is due again in a minute.
                        tracing::warn!(%error, %endpoint, "webhooks: an endpoint waits for now");
                    }
                }
                () = self.store.webhooks_called() => {}
                () = self.clock.until(plan.next) => {}
            }
        }
    }

    /// Gives events their positions, makes deliveries of them, and finds out what is due; of endpoints that are being served
    /// nothing.
    async fn plan(&self, served: &HashSet<Id>) -> Result<Plan, StoreError> {
        self.store.number_events().await?;
        let mut endpoints = self.store.webhook_endpoints(None, MOST_ENDPOINTS).await?;
        endpoints.retain(|endpoint| endpoint.enabled && !served.contains(&endpoint.id));
        let (mut due, soon) = (Vec::new(), after(self.clock.now(), LOOK));
        let mut next = soon;
        for endpoint in endpoints {
            self.store.plan_deliveries(&endpoint).await?;
            match self.store.next_delivery(&[endpoint.id]).await? {
                Some(time) if time <= self.clock.now() => due.push(endpoint),
                Some(time) => next = next.min(time),
                None => {}
            }
        }
        Ok(Plan { due, next })
    }

    /// Sends whatever is due to an endpoint.
    async fn serve(&self, endpoint: &WebhookEndpoint) -> Result<(), StoreError> {
        let lane = async || {
            while let Some(delivery) = self.store.claim_delivery(endpoint.id).await? {
                if self.deliver(endpoint, &delivery).await? == Outcome::Away {
                    // The others find out when they are tried.
                    break;
                }
            }
            Ok::<_, StoreError>(())
        };
        futures::future::try_join_all((0..AT_A_TIME).map(|_| lane())).await.map(drop)
    }

    /// Sends one delivery, and writes down what has come of it.
    async fn deliver(&self, endpoint: &WebhookEndpoint, delivery: &WebhookDelivery) -> Result<Outcome, StoreError> {
        let Some(event) = self.store.event(delivery.event).await? else {
            let attempt = self.sender.nothing_to_send(self.clock.now());
            let given_up = (DeliveryState::Failed, self.clock.now());
            self.store.note_attempt(delivery, &attempt, given_up).await?;
            return Ok(Outcome::Settled);
        };
        let (attempt, verdict) = self.sender.send(endpoint, &event, &self.clock).await;
        let (next, outcome) = self.verdict(&verdict, delivery);
        self.store.note_attempt(delivery, &attempt, next).await?;
        let (id, position, status) = (endpoint.id, delivery.position, attempt.status);
        self.store.metrics().events.tried(&next.0.to_string());
        match next.0 {
            DeliveryState::Delivered => tracing::debug!(endpoint = %id, position, "webhooks: an event was delivered"),
            DeliveryState::Waiting => {
                tracing::info!(endpoint = %id, position, status, "webhooks: an event is tried again")
            }
            DeliveryState::Failed => tracing::warn!(
                endpoint = %id, position, status,
                "webhooks: an event could not be delivered, and is not tried any more; POST …/redeliver sends it again"
            ),
        }
        if matches!(verdict, Verdict::Gone) {
            tracing::warn!(endpoint = %id, "webhooks: an endpoint has answered 410, and is told of nothing until it is enabled");
            self.store.enable_webhook_endpoint(endpoint.id, false).await?;
        }
        Ok(outcome)
    }

    /// What becomes of a delivery.
    fn verdict(&self, verdict: &Verdict, delivery: &WebhookDelivery) -> ((DeliveryState, DateTime<Utc>), Outcome) {
        let now = self.clock.now();
        let again = |least: TimeDelta| {
            let pause = usize::try_from(delivery.tries).ok().and_then(|tries| PAUSES.get(tries));
            match pause {
                // Not all at the same moment.
                Some(pause) => {
                    let pause = TimeDelta::milliseconds(pause * rand::random_range(900..1100));
                    (DeliveryState::Waiting, after(now, pause.max(least)))
                }
                None => (DeliveryState::Failed, now),
            }
        };
        match verdict {
            Verdict::Arrived => ((DeliveryState::Delivered, now), Outcome::Settled),
            Verdict::Gone => ((DeliveryState::Failed, now), Outcome::Away),
            Verdict::Refused => (again(TimeDelta::zero()), Outcome::Settled),
            Verdict::Later(least) => (again(*least), Outcome::Away),
            Verdict::Unreachable => (again(TimeDelta::zero()), Outcome::Away),
        }
    }
}

/// Whether the next one is worth a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Settled,
    Away,
}
