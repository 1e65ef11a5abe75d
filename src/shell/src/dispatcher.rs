//! The life of a bot: it starts the queue, opens the transport that updates come in by, and closes in steps.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_server::{self as server, ClientLimits, Closing, LaunchError, Listen, Mount, Running};
use teloxide::prelude::*;
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle};
use url::Url;

use crate::active::{self, Active, Keeper, Prepare};
use crate::alive::Alive;
use crate::clock::Clock;
use crate::deadlines::{Alarms, Doors};
use crate::entrance::Entrance;
use crate::host::Host;
use crate::jobs::{self, Job, UpdateQueue};
use crate::marks::{Marks, show_owed};
use crate::metrics::Metrics;
use crate::mongo::StoreError;
use crate::mongo::leases::Leases;
use crate::queue::{Queue, QueueLimits};
use crate::record::Records;
use crate::refusals::described;
use crate::retry::with_retries;
use crate::returning::Returning;
use crate::schema::Schema;
use crate::screen::Screen;
use crate::tasks::{Ended, Task, supervise};
use crate::turn::Player;
use crate::waiting::{self, WaitingRoom};
use crate::webhook::watch::{Hook, WebhookState};
use crate::webhook::{self, Webhook};
use crate::{Secret, polling};

/// Open turns have so long to end when the bot stops.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(6500);
/// Requests to our server that are open then have so long to end, in seconds.
const LAST_REQUESTS_TIMEOUT: u32 = 1;
/// The transport has so long to close.
const CLOSING_TIMEOUT: Duration = Duration::from_millis(2500);
/// Deadlines that were shown have so long to be written down as passed.
const PASSED_TIMEOUT: Duration = Duration::from_millis(500);
/// The lease has so long to be given back.
const RELEASE_TIMEOUT: Duration = Duration::from_millis(500);
/// Our port may be another's for so long: longer than a process takes to stop.
const PORT_TIMEOUT: Duration = Duration::from_secs(15);

/// How Telegram's updates come in.
#[derive(Debug, Clone)]
pub enum Transport {
    /// We ask (`getUpdates`).
    Polling,
    /// Telegram calls us.
    Webhook {
        /// `…_WEBHOOK_URL`: the public https address that Telegram calls, path included.
        url: Url,
        /// `…_WEBHOOK_SECRET`: 1–256 of `A-Z a-z 0-9 _ -`, sent back by Telegram with every call.
        secret: Secret,
        /// `…_WEBHOOK_CERTIFICATE`: a self-signed certificate (PEM) that Telegram is to trust. Default none.
        certificate: Option<PathBuf>,
        /// `…_WEBHOOK_CONNECTIONS`: how many calls Telegram may make at a time, 1–100. Default 20.
        connections: u8,
    },
}

/// Why a bot does not start. `settings` is what the names of its settings begin with.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("Telegram does not know this bot ({reason}); check {settings}_TOKEN and {settings}_API_URL")]
    Unknown { reason: String, settings: &'static str },
    #[error("{reason}; check the network and {settings}_API_URL, and start again")]
    Unreachable { reason: String, settings: &'static str },
    #[error("the webhook could not be set: {reason}; check {settings}_WEBHOOK_URL")]
    Webhook { reason: String, settings: &'static str },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the HTTP server could not start: {reason}; is {settings}_PORT free?")]
    Server { reason: String, settings: &'static str },
}

impl StartError {
    /// Whether it may succeed later, if nobody changes anything.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Store(error) => error.is_away(),
            Self::Unknown { .. } | Self::Webhook { .. } | Self::Server { .. } => false,
        }
    }
}

/// What a dispatcher is made of.
pub struct Parts<H: Host> {
    pub bot: Bot,
    /// The bot's own id, as [`crate::identity::identify`] returns it: its processes share one lease.
    pub bot_id: i64,
    pub host: Arc<H>,
    /// Shows what turns say; the host may send beside it.
    pub screen: Arc<Screen<H::App>>,
    pub schema: Schema<H::App>,
    pub clock: Clock,
    pub metrics: Metrics,
    /// Told about every turn.
    pub records: Option<Records<H>>,
}

/// A bot whose queue runs. Dropping it stops nothing: call [`Dispatcher::stop`].
pub struct Dispatcher<H: Host> {
    bot: Bot,
    clock: Clock,
    metrics: Metrics,
    line: Arc<UpdateQueue<H>>,
    entrance: Entrance,
    room: Arc<WaitingRoom>,
    waiting: Task,
    /// Takes over dialogues that owe a reply.
    owed: Task,
    /// Who is asked again after an outage, and the task that does it.
    returning: Arc<Returning>,
    asking: Task,
    /// What happens in dialogues by itself, and the task that lets it.
    alarms: Arc<Alarms>,
    deadlines: Task,
    /// Keeps the lease by which this process is the active one, or tries to have it.
    keeper: Task,
    /// Tells others that we live, until the lease is given back.
    alive: Option<Alive>,
    leases: Leases,
    active: Active,
    /// Tells the transport to close.
    stop: watch::Sender<bool>,
    /// Tells requests for readiness that we are about to close.
    closing: watch::Sender<bool>,
    open: Option<Open>,
}

/// A transport that is open.
struct Open {
    task: JoinHandle<()>,
    polls: bool,
    /// Where our server is, if there is one.
    address: Option<String>,
    webhook: Option<watch::Receiver<WebhookState>>,
    server: Option<AbortHandle>,
    /// Where we poll: resolves when we do not any more.
    polled: Option<oneshot::Receiver<()>>,
}

impl<H: Host> Dispatcher<H> {
    /// Takes the lease if no other process of the bot is active, starts the queue, and plays what was kept for later.
    /// Nothing comes in before [`Dispatcher::open`].
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn start(parts: Parts<H>) -> Result<Self, StoreError> {
        let Parts { bot, bot_id, host, screen, schema, clock, metrics, records } = parts;
        let room = WaitingRoom::open(host.postponed(), metrics.clone()).await?;
        let (leases, debts) = (host.leases(bot_id), host.debts());
        let name = format!("{:016x}", rand::random::<u64>());
        let active = Active::new(name.clone());
        let (leased, timed) = (leases.clone(), clock.clone());
        let reloaded = Arc::clone(&room);
        let prepare: Prepare = Box::new(move || {
            let room = Arc::clone(&reloaded);
            Box::pin(async move { room.reload().await })
        });
        let keeper = Keeper::start(leased, active.clone(), prepare, timed, metrics.clone()).await?;
        let alive = keeper.alive();
        let keeper = Arc::new(tokio::sync::Mutex::new(keeper));
        let returning = Returning::new(host.recent(), leases.clone(), clock.clone(), metrics.clone());
        let keeper = supervise(&metrics, "lease", move || {
            let keeper = Arc::clone(&keeper);
            async move { keeper.lock().await.run().await }
        });
        active.tell(&metrics);
        let alarms = Alarms::new(host.deadlines(), clock.clone());
        let player = Player {
            host: Arc::clone(&host),
            screen: Arc::new(screen.of_replies(active.clone())),
            active: active.clone(),
            schema,
            metrics: metrics.clone(),
            records,
            clock: clock.clone(),
            returning: Arc::clone(&returning),
            alarms: Arc::clone(&alarms),
            ours: Mutex::default(),
            shown: Mutex::default(),
            unheard: Mutex::default(),
            remembered_from: Mutex::default(),
        };
        let marks = Arc::new(Marks { debts: debts.clone(), active: active.clone(), name });
        let line = Queue::new(QueueLimits::default(), metrics.clone(), marks, jobs::run(Arc::new(player)));
        let standing = Arc::downgrade(&line);
        active.after_others(move || {
            if let Some(line) = standing.upgrade() {
                line.stand_down();
            }
        });
        let (owed_line, owing) = (Arc::clone(&line), active.clone());
        let owed = supervise(&metrics, "owed", move || {
            let line = Arc::clone(&owed_line);
            show_owed(debts.clone(), owing.clone(), move |chat| drop(line.push_owed(chat, Job::Debts(chat))))
        });
        let ringing = (Arc::clone(&line), Arc::clone(&alarms), active.clone(), Arc::clone(&returning));
        let deadlines = supervise(&metrics, "deadlines", move || {
            let (line, alarms, active, returning) = ringing.clone();
            async move {
                // Behind all updates that wait in the lane.
                let line_up = |chat, at| line.push(chat, i64::MAX, Job::Deadline(chat, at));
                let (active, returning, in_flight) = (&active, &returning, line.in_flight());
                alarms.run(Doors { active, returning, in_flight, line_up }).await;
            }
        });
        let (asking_line, asker, asking) = (Arc::clone(&line), Arc::clone(&returning), active.clone());
        let asking = supervise(&metrics, "outage", move || {
            let (line, asker, active) = (Arc::clone(&asking_line), Arc::clone(&asker), asking.clone());
            async move {
                // Behind all updates that wait in the lane.
                let line_up = |chat, outage| line.push(chat, i64::MAX, Job::AskAgain(chat, outage));
                asker.run(&active, line.in_flight(), line_up).await;
            }
        });
        let (waited_in, waiting_line) = (Arc::clone(&room), Arc::clone(&line));
        let playing = active.clone();
        let waiting = supervise(&metrics, "postponed", move || {
            waiting::run(Arc::clone(&waited_in), Arc::clone(&host), Arc::clone(&waiting_line), playing.clone())
        });
        let (stop, closing) = (watch::Sender::new(false), watch::Sender::new(false));
        let entrance = Entrance::new(clock.clone(), metrics.clone());
        Ok(Self {
            bot,
            clock,
            metrics,
            line,
            entrance,
            room,
            waiting,
            owed,
            returning,
            asking,
            alarms,
            deadlines,
            keeper,
            alive,
            leases,
            active,
            stop,
            closing,
            open: None,
        })
    }

    /// Opens the transport that updates come in by. `beside` is served beside the webhook; then there is a server also where the
    /// bot polls.
    ///
    /// # Errors
    /// [`StartError::Webhook`], [`StartError::Server`].
    pub async fn open(
        &mut self,
        transport: Transport,
        listen: impl Into<Listen>,
        beside: Option<Mount>,
    ) -> Result<(), StartError> {
        let serving = Serving {
            listen: listen.into(),
            beside,
            closing: Closing::when(self.closing.subscribe()),
            settings: self.metrics.names().settings,
        };
        self.open = Some(match transport {
            Transport::Polling => self.poll(serving).await?,
            Transport::Webhook { url, secret, certificate, connections } => {
                self.listen(serving, Hook { url, secret, certificate, connections }).await?
            }
        });
        Ok(())
    }

    async fn poll(&self, serving: Serving) -> Result<Open, StartError> {
        let settings = serving.settings;
        // A webhook that is still set would keep every update from us.
        with_retries(|| async { self.bot.delete_webhook().await })
            .await
            .map_err(|error| StartError::Webhook { reason: described(&error), settings })?;
        let server = match serving.beside.is_some() {
            true => Some(serving.launch(None).await?),
            false => None,
        };
        let address = server.as_ref().map(|server| server.base_url.clone());
        let listens = server.as_ref().map(Running::handle);
        let (bot, line, room) = (self.bot.clone(), Arc::clone(&self.line), Arc::clone(&self.room));
        let (entrance, returning) = (self.entrance.clone(), Arc::clone(&self.returning));
        let (by, active, stop) =
            ((self.clock.clone(), self.metrics.clone()), self.active.clone(), self.stop.subscribe());
        let mut polling = supervise(&self.metrics, "polling", move || {
            let doors = (Arc::clone(&line), entrance.clone(), Arc::clone(&room), Arc::clone(&returning));
            let polled = polling::run(bot.clone(), doors, active.clone(), by.clone(), stop.clone());
            async move {
                polled.await;
                Ended::Done
            }
        });
        let closes = stop_requested(self.stop.subscribe());
        let (ended, polled) = oneshot::channel();
        let task = tokio::spawn(async move {
            // It ends when it is told to stop, and says its last word to Telegram then.
            let _ = polling.ended().await;
            drop(ended);
            closes.await;
            if let Some(server) = server {
                server.stop().await;
            }
        });
        Ok(Open { task, polls: true, address, webhook: None, server: listens, polled: Some(polled) })
    }

    async fn listen(&self, serving: Serving, hook: Hook) -> Result<Open, StartError> {
        let settings = serving.settings;
        let path = hook.url.path().to_owned();
        let (at, closing) = ((path.clone(), hook.secret.clone()), self.closing.subscribe());
        let doors = (Arc::clone(&self.line), self.entrance.clone(), Arc::clone(&self.room));
        let webhook = Webhook::new(doors, self.active.clone(), at, closing, self.metrics.clone());
        let webhook = webhook.map_err(|reason| StartError::Server { reason, settings })?;
        let server = serving.launch(Some(Box::new(move |rocket| webhook::mount(rocket, &path, webhook)))).await?;
        self.active.listens_at(&server.base_url);
        hook.set(&self.bot).await.map_err(|reason| StartError::Webhook { reason, settings })?;
        let (state, webhook) = watch::channel(WebhookState::default());
        let (address, listens) = (Some(server.base_url.clone()), server.handle());
        let (bot, clock, metrics) = (self.bot.clone(), self.clock.clone(), self.metrics.clone());
        let watching = supervise(&self.metrics, "webhook", move || {
            webhook::watch::run(bot.clone(), hook.clone(), clock.clone(), metrics.clone(), state.clone())
        });
        let (returning, active) = (Arc::clone(&self.returning), self.active.clone());
        let following = supervise(&self.metrics, "outage-webhook", move || {
            let (returning, active) = (Arc::clone(&returning), active.clone());
            async move { returning.follow(&active).await }
        });
        let closes = stop_requested(self.stop.subscribe());
        let task = tokio::spawn(async move {
            closes.await;
            drop((watching, following));
            server.stop().await;
        });
        Ok(Open { task, polls: false, address, webhook: Some(webhook), server: Some(listens), polled: None })
    }

    /// Where our server listens, such as `http://127.0.0.1:8080`; `None` when we poll, and nothing is beside.
    pub fn address(&self) -> Option<&str> {
        self.open.as_ref()?.address.as_deref()
    }

    /// What is known of the webhook, as often as it is looked at; `None` when we poll.
    pub fn webhook(&self) -> Option<watch::Receiver<WebhookState>> {
        self.open.as_ref()?.webhook.clone()
    }

    /// Whether our server still listens; `true` where there is none.
    pub fn serves(&self) -> impl Fn() -> bool + Send + 'static {
        let server = self.open.as_ref().and_then(|open| open.server.clone());
        move || server.as_ref().is_none_or(|server| !server.is_finished())
    }

    /// Whether this process is the active one of its bot, whenever it is asked.
    pub fn active(&self) -> impl Fn() -> bool + Send + Sync + 'static {
        let active = self.active.clone();
        move || active.is_active()
    }

    /// How many updates are lined up or running, or have a reply that is not shown.
    pub fn in_flight(&self) -> watch::Receiver<usize> {
        self.line.in_flight()
    }

    /// Resolves when everybody is asked again whom the outage concerns that has ended when this process became the active
    /// one.
    pub async fn outage_questions_sent(&self) {
        self.returning.completed(&self.active).await;
    }

    /// Resolves when everything is played and shown that happens by itself until now.
    pub async fn deadlines_met(&self) {
        self.alarms.settled(&self.active).await;
    }

    /// Takes no new updates, lets open turns end, and leaves. Within ten seconds, whatever happens. `beside` is stopped
    /// while open turns end, `last` while the transport closes.
    pub async fn stop(mut self, beside: impl Future<Output = ()>, last: impl Future<Output = ()>) {
        // Requests for readiness hear it first, so that nobody is sent here any more.
        self.closing.send_replace(true);
        if self.open.as_ref().is_some_and(|open| open.polls) {
            // The poller must not fetch what nobody will take.
            self.stop.send_replace(true);
        }
        let polled = self.open.as_mut().and_then(|open| open.polled.take());
        let drained = async {
            self.line.close().await;
            // The next process must not be given what has just been confirmed.
            if let Some(polled) = polled {
                let _ = polled.await;
            }
        };
        let (ended, ()) = tokio::join!(tokio::time::timeout(DRAIN_TIMEOUT, drained), beside);
        if ended.is_err() {
            log_what_is_left(&self.line);
        }
        // What still waits is played by the next process, and what is owed is shown by it.
        self.waiting.abort();
        self.owed.abort();
        self.asking.abort();
        // What is shown is written down as passed, so that the next process does not show it again.
        let _ = tokio::time::timeout(PASSED_TIMEOUT, self.alarms.rested()).await;
        self.deadlines.abort();
        self.give_back().await;
        // A webhook hears of its updates' ack first; what comes meanwhile is told to come later.
        self.stop.send_replace(true);
        let Some(Open { task, .. }) = self.open else { return last.await };
        let abort = task.abort_handle();
        let ((), closed) = tokio::join!(last, tokio::time::timeout(CLOSING_TIMEOUT, task));
        if closed.is_err() {
            abort.abort();
        }
    }

    /// Gives the lease back, so that another process is active at once.
    async fn give_back(&mut self) {
        let tenure = self.active.tenure();
        let settled = self.line.left() == (0, 0);
        // Not active from here on, and nothing is renewed any more.
        self.keeper.abort();
        let given = active::give_back(&self.leases, &self.active, tenure, settled);
        if !tokio::time::timeout(RELEASE_TIMEOUT, given).await.is_ok_and(|given| given.is_ok()) {
            tracing::warn!("closing: the lease could not be given back, and runs out by itself");
        }
        // Not before that: a successor would take this process for killed, and show again what it has shown.
        self.alive = None;
    }
}

async fn stop_requested(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// What was not ended in time, and what becomes of it.
fn log_what_is_left<H: Host>(line: &UpdateQueue<H>) {
    let (uncommitted, unshown) = line.left();
    if uncommitted > 0 {
        tracing::warn!(
            updates = uncommitted,
            "closing: updates were not committed in time; Telegram brings them again"
        );
    }
    if unshown > 0 {
        tracing::warn!(
            replies = unshown,
            "closing: replies to committed updates were not shown in time; the next process shows them"
        );
    }
}

/// What is served, and where.
struct Serving {
    listen: Listen,
    beside: Option<Mount>,
    closing: Closing,
    settings: &'static str,
}

impl Serving {
    /// Serves what is beside the webhook, and the webhook. The process before us may still be closing: its port is
    /// waited for.
    async fn launch(self, webhook: Option<Mount>) -> Result<Running, StartError> {
        let Self { listen, beside, closing, settings } = self;
        let failed = |error: LaunchError| StartError::Server { reason: error.to_string(), settings };
        server::free(listen, PORT_TIMEOUT).await.map_err(failed)?;
        let mount = |rocket| {
            let mounts = [beside, webhook].into_iter().flatten();
            let rocket = mounts.fold(rocket, |rocket, mount| mount(rocket));
            server::patient(rocket, LAST_REQUESTS_TIMEOUT).manage(closing)
        };
        server::launch_limited(mount, listen, ClientLimits::default()).await.map_err(failed)
    }
}
