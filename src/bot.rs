//! The bot of the shop: what the shell needs of it, and what it does beside turns.
//!
//! ```text
//! updates ── shell: queue, turn, commit, screen ──┬ desk ── store, catalogue
//!                                                 ├ owners: notices of new orders
//!                                                 ├ announcer: how far orders have come
//!                                                 ├ messenger: what customers and owners write to each other
//!                                                 ├ back_in_stock: products that customers wait for
//!                                                 ├ role_notices: whom an owner has appointed or dismissed
//!                                                 ├ photos: pictures that the people of the shop have sent
//!                                                 ├ receipts: by e-mail, where the owner has set a mail server
//!                                                 ├ webhooks: events, for the owner's other programs
//!                                                 └ post: letters of mailings
//! ```
//!
//! [`desk`] is the shop behind the shell: it loads what a turn looks at, and commits it. [`owners`] are told of orders
//! beside the customers' lanes, and mailings leave by [`post`]. Only this folder, the shell and the simulator's tests know
//! teloxide.

mod announcer;
mod back_in_stock;
mod beside;
mod commands;
pub mod desk;
mod messenger;
mod names;
mod notices;
pub mod owners;
mod photos;
pub mod pictures;
pub mod post;
mod role_notices;
mod tables;

use std::sync::Arc;
use std::time::Duration;

use dialogues::machine::Settings;
use dialogues::shop::PictureId;
pub use shell::dispatcher::{Dispatcher, StartError, Transport};
use shell::identity::identify as identify_bot;
use shell::webhook::watch::WebhookState;
use teloxide::Bot;
use tokio::sync::watch;

use self::announcer::OrderAnnouncer;
use self::back_in_stock::RestockNotifier;
pub use self::commands::keep_team_commands;
use self::desk::{Records, ShopHost};
use self::messenger::Messenger;
pub use self::names::{Screen, ShopSchema};
use self::notices::Notices;
use self::owners::OwnerNotifier;
use self::photos::PhotoKeeper;
use self::pictures::FileIds;
use self::post::TelegramGateway;
use self::role_notices::RoleNotifier;
use crate::clock::Clock;
use crate::mailing::{Mailer, MailerParts, MailingOptions, RateLimiter, WorkSignal};
use crate::metrics::NAMES;
use crate::receipts::{ReceiptSender, ReceiptWorker};
use crate::server::{Listen, Mount};
use crate::staff::Staff;
use crate::store::{CatalogueFeed, Store};
use crate::tasks::{Ended, Task, supervise};
use crate::webhooks::WebhookWorker;

/// Asks Telegram who we are, to know that it answers, and knows us.
///
/// # Errors
/// [`StartError::Unknown`], [`StartError::Unreachable`].
pub async fn identify(bot: &Bot) -> Result<(), StartError> {
    identify_bot(bot, NAMES.settings).await.map(drop)
}

/// What a bot is made of.
pub struct ShopParts {
    pub bot: Bot,
    pub store: Store,
    pub settings: Settings,
    pub clock: Clock,
    /// Owners by the settings; others are of the stored team.
    pub owners: Vec<i64>,
    /// Told about every turn.
    pub records: Option<Records>,
    pub schema: ShopSchema,
    pub mailing: MailingOptions,
    /// How receipts are sent by e-mail; `None`: none are. The store and the settings say the same.
    pub receipts: Option<ReceiptSender>,
}

/// A running bot. Dropping it stops nothing: call [`Shopkeeper::stop`].
pub struct Shopkeeper {
    dispatcher: Dispatcher<ShopHost>,
    desk: Arc<ShopHost>,
    screen: Arc<Screen>,
    /// What runs beside turns until the bot stops.
    tasks: Vec<Task>,
    mailer: Mailer,
    mended: watch::Receiver<bool>,
    _mend: Task,
}

impl Shopkeeper {
    /// Starts the bot behind a transport. `port` is for the webhook's HTTP server.
    pub async fn start(parts: ShopParts, transport: Transport, port: u16) -> Result<Self, StartError> {
        Self::start_beside(parts, transport, port, |_, _| None).await
    }

    /// The same, with something beside it on the HTTP server, made of the store and the catalogue that the bot
    /// sells from. Then there is a server also where the bot polls.
    pub async fn start_beside(
        parts: ShopParts,
        transport: Transport,
        listen: impl Into<Listen>,
        beside: impl FnOnce(&Store, &CatalogueFeed) -> Option<Mount>,
    ) -> Result<Self, StartError> {
        let ShopParts { bot, store, settings, clock, owners, records, schema, mailing, receipts } = parts;
        let identity = identify_bot(&bot, NAMES.settings).await?;
        let bot_id = identity.id;
        let metrics = store.metrics().shell().clone();
        let feed = CatalogueFeed::start(&store).await?;
        let beside = beside(&store, &feed);
        let files = Arc::new(FileIds::open(store.clone(), bot_id, settings.zone).await?);
        let pictures: Arc<dyn shell::Pictures<PictureId>> = Arc::clone(&files) as _;
        let screen = Arc::new(Screen::new(bot.clone(), metrics.clone(), pictures));
        let pace = Arc::new(RateLimiter::new(store.clock().clone(), mailing.speed));
        let (notices, inboxes) = Notices::new();
        let settings = Arc::new(settings);
        let signal = WorkSignal::default();
        let staff = Staff::following(owners, feed.subscribe());
        let username = identity.username;
        let photos = Arc::default();
        let clock_of_desk = clock.clone();
        let desk =
            ShopHost { store, feed, settings, clock: clock_of_desk, staff, username, notices, photos, pace, signal };
        let desk = Arc::new(desk);
        let (mend, mended) = mend(&desk.store);
        // What a crash has kept from the owners.
        desk.store.unreported_orders().await?.into_iter().for_each(|stored| desk.notices.enqueue(stored.for_team()));
        let teller = Arc::new(OwnerNotifier::at(&desk, Arc::clone(&screen)));
        let owners =
            supervise(&metrics, "owner_notices", move || owners::run(Arc::clone(&teller), Arc::clone(&inboxes.orders)));
        let swept = desk.store.clone();
        let pictures = supervise(&metrics, "pictures", move || {
            let store = swept.clone();
            async move { store.sweep_pictures().await }
        });
        let keeper = Arc::new(PhotoKeeper::at(&desk, bot.clone(), files));
        let photos = supervise(&metrics, "photos", move || photos::run(Arc::clone(&keeper)));
        let (expiring, staff) = (desk.store.clone(), desk.staff.clone());
        let retention = supervise(&metrics, "retention", move || {
            let (store, staff) = (expiring.clone(), staff.clone());
            async move { store.expire_regularly(|chat| staff.role(chat).is_some()).await }
        });
        refresh_gauges_on_scrape(&desk);
        let (host, shown_by) = (Arc::clone(&desk), Arc::clone(&screen));
        let parts = shell::Parts { bot, bot_id, host, screen: shown_by, schema, clock, metrics, records };
        let mut dispatcher = Dispatcher::start(parts).await?;
        let announcer = Arc::new(OrderAnnouncer::at(&desk, gateway(&screen, &dispatcher)));
        let orders = supervise(&desk.store.metrics().shell().clone(), "order_announcements", move || {
            announcer::run(Arc::clone(&announcer), Arc::clone(&inboxes.moves))
        });
        let messenger = Arc::new(Messenger::at(&desk, gateway(&screen, &dispatcher)));
        let messages = supervise(&desk.store.metrics().shell().clone(), "personal_messages", move || {
            messenger::run(Arc::clone(&messenger), Arc::clone(&inboxes.messages))
        });
        let restocks = Arc::new(RestockNotifier::at(&desk, gateway(&screen, &dispatcher)));
        let stock = supervise(&desk.store.metrics().shell().clone(), "back_in_stock", move || {
            back_in_stock::run(Arc::clone(&restocks), Arc::clone(&inboxes.stock))
        });
        let roles = Arc::new(RoleNotifier::at(&desk, gateway(&screen, &dispatcher)));
        let roles = supervise(&desk.store.metrics().shell().clone(), "role_notices", move || {
            role_notices::run(Arc::clone(&roles), Arc::clone(&inboxes.roles))
        });
        let worker = Arc::new(WebhookWorker::new(&desk.store));
        let webhooks = supervise(&desk.store.metrics().shell().clone(), "webhooks", move || {
            let worker = Arc::clone(&worker);
            async move { worker.run().await }
        });
        let receipts = receipts.map(|sender| {
            let (feed, settings, placed) = (desk.feed.clone(), Arc::clone(&desk.settings), desk.notices.placed());
            let worker = Arc::new(ReceiptWorker::new(&desk.store, feed, settings, sender, placed));
            supervise(&desk.store.metrics().shell().clone(), "receipts", move || {
                let worker = Arc::clone(&worker);
                async move { worker.run().await }
            })
        });
        let mailer = Mailer::start(mailer(&desk, &screen, &dispatcher, mailing)).await?;
        dispatcher.open(transport, listen, beside).await?;
        Ok(Self {
            dispatcher,
            desk,
            screen,
            tasks: [owners, orders, messages, stock, roles, webhooks, pictures, photos, retention]
                .into_iter()
                .chain(receipts)
                .collect(),
            mailer,
            mended,
            _mend: mend,
        })
    }

    /// What the bot works with, for tests that look inside: the catalogue, the store.
    pub fn desk(&self) -> &ShopHost {
        &self.desk
    }

    /// The way to customers.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Where our server listens, such as `http://127.0.0.1:8080`; `None` when we poll, and nothing is beside.
    pub fn address(&self) -> Option<&str> {
        self.dispatcher.address()
    }

    /// What is known of the webhook, as often as it is looked at; `None` when we poll.
    pub fn webhook(&self) -> Option<watch::Receiver<WebhookState>> {
        self.dispatcher.webhook()
    }

    /// Whether our server still listens; `true` where there is none.
    pub fn serves(&self) -> impl Fn() -> bool + Send + 'static {
        self.dispatcher.serves()
    }

    /// Resolves when everything is played and shown that happens by itself until now.
    pub async fn deadlines_met(&self) {
        self.dispatcher.deadlines_met().await;
    }

    /// How many updates are lined up or running.
    pub fn in_flight(&self) -> watch::Receiver<usize> {
        self.dispatcher.in_flight()
    }

    /// Resolves when everybody is asked again whom the outage concerns that has ended when this process became the active
    /// one.
    pub async fn outage_questions_sent(&self) {
        self.dispatcher.outage_questions_sent().await;
    }

    /// Resolves when everything is completed that crashes have left half done. Nobody has to wait for it.
    pub async fn mended(&self) {
        let _ = self.mended.clone().wait_for(|mended| *mended).await;
    }

    /// Takes no new updates, lets open turns end, and leaves. Within ten seconds, whatever happens.
    pub async fn stop(self) {
        let Self { dispatcher, desk, tasks, mailer, .. } = self;
        let last = async {
            let mut telling = desk.notices.waiting();
            // Whatever is not told by then is told at the next start.
            let _ = tokio::time::timeout(Duration::from_millis(500), telling.wait_for(|count| *count == 0)).await;
        };
        // A mailing goes on where it was, here or elsewhere.
        dispatcher.stop(mailer.stop(), last).await;
        tasks.iter().for_each(Task::abort);
        // What was on its way is told at the next start, or by another process, at once.
        let released = desk.store.release_notices(desk.notices.name());
        if !tokio::time::timeout(Duration::from_millis(500), released).await.is_ok_and(|released| released.is_ok()) {
            tracing::warn!("owners: the claims on notices could not be released, and expire by themselves");
        }
    }
}

/// Completes what crashes have left half done, while the bot answers already: it looks at all customers.
fn mend(store: &Store) -> (Task, watch::Receiver<bool>) {
    let (done, mended) = watch::channel(false);
    let (metrics, store) = (store.metrics().shell().clone(), store.clone());
    let mend = supervise(&metrics, "mend", move || {
        let (store, done) = (store.clone(), done.clone());
        async move {
            match store.mend().await {
                Ok(carts) => {
                    tracing::debug!(carts, "mend: what crashes have left is completed");
                    done.send_replace(true);
                    Ended::Done
                }
                Err(error) => {
                    tracing::warn!(%error, "mend: some carts are not completed yet");
                    Ended::Failed
                }
            }
        }
    });
    (mend, mended)
}

/// A way to customers beside replies.
fn gateway(screen: &Arc<Screen>, dispatcher: &Dispatcher<ShopHost>) -> TelegramGateway {
    TelegramGateway::beside(Arc::clone(screen), dispatcher.in_flight(), dispatcher.active())
}

/// The worker that sends mailings for this bot.
fn mailer(
    desk: &ShopHost,
    screen: &Arc<Screen>,
    dispatcher: &Dispatcher<ShopHost>,
    options: MailingOptions,
) -> MailerParts<TelegramGateway> {
    MailerParts {
        store: desk.store.clone(),
        post: Arc::new(gateway(screen, dispatcher)),
        pace: Arc::clone(&desk.pace),
        staff: desk.staff.clone(),
        zone: desk.settings.zone,
        options,
        signal: desk.signal.clone(),
        catalogue: Some(desk.feed.subscribe()),
    }
}

/// What the metrics ask of a desk whenever they are told.
fn refresh_gauges_on_scrape(desk: &Arc<ShopHost>) {
    let asked = Arc::downgrade(desk);
    desk.store.metrics().ask_when_told(move |groups| {
        let Some(desk) = asked.upgrade() else { return };
        let catalogue = desk.feed.current();
        groups.database.catalogue(desk.feed.age(), catalogue.products().count(), catalogue.categories().count());
        groups.orders.notices_waiting(*desk.notices.waiting().borrow() as i64);
        groups.mailings.look(desk.clock.now().timestamp_millis());
    });
}
