//! Outgoing webhooks: events (`store/events.rs`), delivered to the owner's other programs. Telegram's own webhook, by which
//! updates come in, is the shell's.
//!
//! ```text
//! a turn ── events, in its transaction ── worker: positions ── one delivery for each endpoint ── POST, signed
//!                                           └ tried up to ten times, later and later
//! ```
//!
//! A delivery may come twice (a process was killed before it could write down that it had arrived): both have the same
//! `webhook-id`. Deliveries of one endpoint may overtake each other, since one that fails waits: a receiver compares `revision`,
//! or reads the order.
//!
//! Each endpoint is served by a task of its own, so that one that is slow or away holds up only itself. One that is away, or asks
//! to wait, is left alone for a while as a whole: what waits for it has not been tried, and loses no try. Then one delivery finds
//! out whether it is back.

mod message;
mod sender;
mod sign;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::Id;
use tokio::task::JoinSet;

pub use self::message::{EventMessage, ObjectName};
use self::sender::{Sender, Verdict};
pub use self::sign::{new_secret, signature};
use crate::clock::Clock;
use crate::store::{DeliveryState, Store, StoreError, WebhookDelivery, WebhookEndpoint};

/// How often is looked for what nobody has called for: what another process or program has done.
const LOOK: TimeDelta = TimeDelta::seconds(5);

/// Events of this time are planned together: where orders come by the hundred, each plan costs MongoDB more than an order.
const TOGETHER: Duration = Duration::from_millis(100);

/// So many endpoints the API makes.
pub const MOST_ENDPOINTS: u32 = 50;

/// So many deliveries of one endpoint are on their way at a time.
const AT_A_TIME: usize = 4;

/// How long a delivery waits after each failure, in seconds; after the last one it is given up.
const PAUSES: [i64; 9] = [5, 30, 2 * 60, 10 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600];

/// How long an endpoint is left alone that is away: the first time, and at most.
const FIRST_REST: i64 = 5;
const LONGEST_REST: i64 = 10 * 60;

/// How long it is left alone at most if it asks for longer; the delivery that was told so waits for as long as that.
const LONGEST_WISH: i64 = 3600;

/// Delivers events, for as long as the bot runs. Clones do the same work.
#[derive(Clone)]
pub struct WebhookWorker {
    store: Store,
    clock: Clock,
    sender: Arc<Sender>,
}

/// An endpoint that this process knows.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    is_served: bool,
    /// It is left alone until then.
    rests: Option<DateTime<Utc>>,
    /// How often in a row it was away.
    failures: u32,
    /// When somebody has last enabled it, or begun a delivery anew: then it is tried at once.
    changed: DateTime<Utc>,
}

impl Known {
    /// Notes when somebody has last changed the endpoint, and lets it be tried at once. Of one that is being served, later: it may
    /// be about to be left alone for what came before the change.
    fn notice(&mut self, modified: DateTime<Utc>) {
        if self.changed != modified && !self.is_served {
            *self = Self { changed: modified, ..Self::default() };
        }
    }
}

/// Which endpoints have work to be done at once, and when there is more.
struct Plan {
    /// Whether anybody wants to be told of events.
    is_wanted: bool,
    due: Vec<WebhookEndpoint>,
    next: DateTime<Utc>,
}

/// How the serving of an endpoint has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Served {
    /// Nothing is due any more.
    Idle,
    /// It is away, or asks to wait at least for so long.
    Away(TimeDelta),
    /// MongoDB was away.
    Failed,
}

/// What a delivery says of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Settled,
    /// Not before this time is over.
    Away(TimeDelta),
    /// Nothing was due, or the endpoint is not enabled.
    Nothing,
}

impl WebhookWorker {
    /// A worker on a store.
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), clock: store.clock().clone(), sender: Arc::default() }
    }

    /// Works for ever.
    pub async fn run(&self) {
        let mut tasks = JoinSet::new();
        let mut known: HashMap<Id, Known> = HashMap::new();
        loop {
            let plan = match self.plan(&mut known).await {
                Ok(plan) => plan,
                Err(error) => {
                    tracing::warn!(%error, "webhooks: events wait for now");
                    Plan { is_wanted: true, due: Vec::new(), next: after(self.clock.now(), LOOK) }
                }
            };
            for endpoint in plan.due {
                known.entry(endpoint.id).or_default().is_served = true;
                let worker = self.clone();
                tasks.spawn(async move { (endpoint.id, worker.serve(endpoint.id).await) });
            }
            tokio::select! {
                Some(ended) = tasks.join_next() => {
                    // Those that end at about the same time are noted together: each plan looks at all endpoints.
                    tokio::time::sleep(TOGETHER).await;
                    let others = std::iter::from_fn(|| tasks.try_join_next());
                    for ended in std::iter::once(ended).chain(others) {
                        match ended {
                            Ok((endpoint, served)) => self.note(known.entry(endpoint).or_default(), served),
                            // It panicked. Whoever supervises this task begins anew, and the others go with it.
                            Err(error) => return tracing::error!(%error, "webhooks: an endpoint could not be served"),
                        }
                    }
                }
                () = self.store.webhooks_called() => {}
                () = self.store.event_written(), if plan.is_wanted => tokio::time::sleep(TOGETHER).await,
                () = self.clock.until(plan.next) => {}
            }
        }
    }

    /// Notes how an endpoint has ended, and until when it is left alone.
    fn note(&self, endpoint: &mut Known, served: Served) {
        endpoint.is_served = false;
        let rest = match served {
            Served::Idle => {
                (endpoint.failures, endpoint.rests) = (0, None);
                return;
            }
            Served::Failed => LOOK,
            Served::Away(least) => {
                let rest = FIRST_REST.saturating_mul(1 << endpoint.failures.min(10)).min(LONGEST_REST);
                endpoint.failures += 1;
                TimeDelta::seconds(rest).max(least.min(TimeDelta::seconds(LONGEST_WISH)))
            }
        };
        endpoint.rests = Some(after(self.clock.now(), rest));
    }

    /// Gives events their positions, makes deliveries of them, and finds out what is due; of endpoints that are being served, or
    /// are left alone, nothing.
    async fn plan(&self, known: &mut HashMap<Id, Known>) -> Result<Plan, StoreError> {
        self.store.number_events().await?;
        let endpoints = self.store.webhook_endpoints(None, u32::MAX).await?;
        known.retain(|id, known| known.is_served || endpoints.iter().any(|endpoint| endpoint.id == *id));
        let is_wanted = endpoints.iter().any(|endpoint| endpoint.enabled);
        let mut plan = Plan { is_wanted, due: Vec::new(), next: after(self.clock.now(), LOOK) };
        for endpoint in endpoints.into_iter().filter(|endpoint| endpoint.enabled) {
            let known = known.entry(endpoint.id).or_default();
            known.notice(endpoint.stamps.modified);
            let Known { is_served, rests, .. } = *known;
            let rests = rests.filter(|until| *until > self.clock.now());
            match self.next(&endpoint).await {
                Ok(Some(time)) if rests.is_none() && !is_served && time <= self.clock.now() => plan.due.push(endpoint),
                Ok(Some(time)) if !is_served => plan.next = plan.next.min(time.max(rests.unwrap_or(time))),
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, endpoint = %endpoint.id, "webhooks: events of an endpoint wait for now");
                }
            }
        }
        Ok(plan)
    }

    /// Makes deliveries of events for an endpoint; when the next one is due, or there are more to be made.
    async fn next(&self, endpoint: &WebhookEndpoint) -> Result<Option<DateTime<Utc>>, StoreError> {
        let are_more = self.store.plan_deliveries(endpoint).await?;
        if are_more {
            // With the next plan, so that the others are not held up.
            self.store.call_webhooks();
        }
        self.store.next_delivery(endpoint.id).await
    }

    /// Sends whatever is due to an endpoint: one first, to find out whether it is there, then several at a time.
    async fn serve(&self, endpoint: Id) -> Served {
        let lane = async || {
            loop {
                match self.send_next(endpoint).await? {
                    Sent::Settled => {}
                    ended => return Ok::<_, StoreError>(ended),
                }
            }
        };
        let all = async {
            match self.send_next(endpoint).await? {
                Sent::Settled => futures::future::try_join_all((0..AT_A_TIME).map(|_| lane())).await,
                ended => Ok(vec![ended]),
            }
        };
        match all.await {
            Ok(ended) => {
                let away = ended.into_iter().filter_map(|sent| match sent {
                    Sent::Away(least) => Some(least),
                    Sent::Settled | Sent::Nothing => None,
                });
                away.max().map_or(Served::Idle, Served::Away)
            }
            Err(error) => {
                // What it has claimed is due again in a minute.
                tracing::warn!(%error, %endpoint, "webhooks: an endpoint waits for now");
                Served::Failed
            }
        }
    }

    /// Sends the next delivery that is due to an endpoint, as long as it is enabled.
    async fn send_next(&self, endpoint: Id) -> Result<Sent, StoreError> {
        let endpoint = self.store.webhook_endpoint(endpoint).await?.filter(|endpoint| endpoint.enabled);
        let Some(endpoint) = endpoint else { return Ok(Sent::Nothing) };
        match self.store.claim_delivery(endpoint.id).await? {
            Some(delivery) => self.deliver(&endpoint, &delivery).await,
            None => Ok(Sent::Nothing),
        }
    }

    /// Sends one delivery, and writes down what has come of it.
    async fn deliver(&self, endpoint: &WebhookEndpoint, delivery: &WebhookDelivery) -> Result<Sent, StoreError> {
        let (attempt, verdict) = match self.store.event(delivery.event).await? {
            Some(event) => self.sender.send(endpoint, &event, &self.clock).await,
            None => self.sender.nothing_to_send(self.clock.now()),
        };
        let ((state, due), sent) = self.verdict(&verdict, delivery);
        if verdict == Verdict::Gone {
            self.store.enable_webhook_endpoint(endpoint.id, false).await?;
            tracing::warn!(
                endpoint = %endpoint.id,
                "webhooks: an endpoint has answered 410, and is told of nothing until POST …/enable"
            );
        }
        self.store.note_attempt(delivery, &attempt, (state, due)).await?;
        self.store.metrics().events.tried(&state.to_string());
        let (id, position, status) = (endpoint.id, delivery.position, attempt.status);
        match state {
            DeliveryState::Delivered => tracing::debug!(endpoint = %id, position, "webhooks: an event was delivered"),
            DeliveryState::Waiting => {
                tracing::info!(endpoint = %id, position, status, "webhooks: an event is tried again")
            }
            DeliveryState::Failed => tracing::warn!(
                endpoint = %id, position, status,
                "webhooks: an event could not be delivered, and is not tried any more; POST …/redeliver sends it again"
            ),
        }
        Ok(sent)
    }

    /// What becomes of a delivery, and of the next one.
    fn verdict(&self, verdict: &Verdict, delivery: &WebhookDelivery) -> ((DeliveryState, DateTime<Utc>), Sent) {
        let now = self.clock.now();
        let again = |least: TimeDelta| match usize::try_from(delivery.tries).ok().and_then(|tries| PAUSES.get(tries)) {
            // Not all at the same moment.
            Some(pause) => {
                let pause = TimeDelta::milliseconds(pause * rand::random_range(900..1100));
                (DeliveryState::Waiting, after(now, pause.max(least)))
            }
            None => (DeliveryState::Failed, now),
        };
        match verdict {
            Verdict::Arrived => ((DeliveryState::Delivered, now), Sent::Settled),
            // It is told once it wants to know again.
            Verdict::Gone => ((DeliveryState::Waiting, now), Sent::Nothing),
            Verdict::Refused => (again(TimeDelta::zero()), Sent::Settled),
            Verdict::Later(least) => (again(*least), Sent::Away(*least)),
            Verdict::Unreachable => (again(TimeDelta::zero()), Sent::Away(TimeDelta::zero())),
            Verdict::NothingToSend => ((DeliveryState::Failed, now), Sent::Settled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_while_an_endpoint_is_served_ends_its_rest_all_the_same() {
        let asked = DateTime::UNIX_EPOCH + TimeDelta::seconds(1);
        let mut known = Known { is_served: true, ..Known::default() };
        known.notice(asked);
        // Then the attempt before that comes to its end.
        (known.is_served, known.rests, known.failures) = (false, Some(asked + TimeDelta::minutes(2)), 1);
        known.notice(asked);
        assert_eq!((known.rests, known.failures), (None, 0));
        known.rests = Some(asked);
        known.notice(asked);
        assert_eq!(known.rests, Some(asked), "nobody has asked again");
    }
}
