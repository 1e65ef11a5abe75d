//! One process of a bot is active: it takes updates, plays turns and shows replies. The others stand by and hand updates
//! over to it. Which one it is, a lease in MongoDB says ([`crate::lease`] decides, [`crate::mongo::leases`] stores).
//!
//! The lease keeps order; it does not keep data right: a commit is conditional on the dialogue's revision, whoever makes
//! it. Whoever does not hold the lease any more begins no turn, commits none and shows nothing ([`Active::is_active`], a
//! read of memory). What it has committed and not shown is kept with the dialogue, and shown by its successor.
//!
//! A holder that was killed need not be waited for: it keeps a socket open as long as it lives ([`crate::alive`]). One that
//! is paused still has it, and keeps the lease until that runs out. A socket means something on its own machine only, which
//! is known by its name, its boot and its network.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use tokio::sync::{Notify, watch};

use crate::alive::{Alive, is_gone};
use crate::clock::Clock;
use crate::lease::{Found, Next, Outage, ShownEpochs, TERMS, Tenancy, Terms, VIRTUAL_TERMS, Verdict};
use crate::metrics::Metrics;
use crate::mongo::leases::{Holder, Leases};
use crate::mongo::{STORE_TIMEOUT, StoreError};

/// A keeper takes no longer to hear that its lease has run out, unless the machine is busy.
const MOMENT: Duration = Duration::from_millis(20);
/// A reply that is not shown so long after it was decided is marked as owed, or its update not acknowledged: its commit may
/// take [`STORE_TIMEOUT`], the mark the rest.
const UNMARKED_FOR: TimeDelta = TimeDelta::seconds(STORE_TIMEOUT.as_secs() as i64 + 3);

/// The time in which one process is active without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tenure {
    pub(crate) epoch: i64,
    /// The epoch from which on no other process was active: an earlier one of this process, where its lease has run out, on a
    /// machine too busy to renew it, and it took it anew.
    pub(crate) unbroken_from: i64,
    /// What others have committed from then on may not be shown, although it is not marked as owed: the former holder
    /// was killed, or stands still. `None`: it left nothing behind.
    pub(crate) doubtful_from: Option<DateTime<Utc>>,
    /// What was committed in these epochs is shown, whenever that was.
    pub(crate) shown: Option<ShownEpochs>,
    /// Nobody took updates before it, or not everybody is through whom an outage concerns that ended before it.
    pub(crate) away: Option<Outage>,
}

/// Who else is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// Nobody is known.
    Nobody,
    /// A process that takes updates at this address, such as `http://127.0.0.1:8080`.
    At(String),
    /// A process that cannot be reached from here.
    OutOfReach,
}

/// Whether this process is the active one. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Active(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Our name, among the processes of the bot.
    name: String,
    began: Instant,
    /// Milliseconds since `began`; 0: not active.
    until: AtomicU64,
    tenure: watch::Sender<Option<Tenure>>,
    /// Whether another one is active.
    elsewhere: watch::Sender<Elsewhere>,
    /// Where we take updates that are handed over.
    address: Mutex<Option<String>>,
    /// Wakes the keeper of the lease.
    wake: Notify,
    /// What is done before this process is active again after another one was.
    after_others: Forget,
}

/// What a process does with what it has begun before another one was active.
#[derive(Default)]
struct Forget(OnceLock<Box<dyn Fn() + Send + Sync>>);

impl std::fmt::Debug for Forget {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Forget").field(&self.0.get().is_some()).finish()
    }
}

impl Active {
    /// A process that is not active yet.
    pub(crate) fn new(name: String) -> Self {
        Self(Arc::new(Shared {
            name,
            began: Instant::now(),
            until: AtomicU64::new(0),
            tenure: watch::Sender::new(None),
            elsewhere: watch::Sender::new(Elsewhere::Nobody),
            address: Mutex::default(),
            wake: Notify::new(),
            after_others: Forget::default(),
        }))
    }

    /// Our name, among the processes of the bot.
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether this process is active now.
    pub(crate) fn is_active(&self) -> bool {
        (self.now().as_millis() as u64) < self.0.until.load(Ordering::Acquire)
    }

    /// The current tenure, if this process is active.
    pub(crate) fn tenure(&self) -> Option<Tenure> {
        self.0.tenure.borrow().filter(|_| self.is_active())
    }

    /// Whether no other process has been active since this one was, in that epoch: then what it remembers of it is so, and its
    /// replies may be shown.
    pub(crate) fn is_unbroken_from(&self, epoch: i64) -> bool {
        self.tenure().is_some_and(|tenure| tenure.unbroken_from <= epoch)
    }

    /// The name under which this process marks what it owes, while it is active.
    pub(crate) fn mark(&self) -> Option<String> {
        self.tenure().map(|tenure| format!("{}-{}", self.0.name, tenure.epoch))
    }

    /// Resolves as soon as this process is active.
    pub(crate) async fn begun(&self) -> Tenure {
        let mut tenure = self.0.tenure.subscribe();
        loop {
            // The sender lives as long as `self`: waiting cannot fail.
            let _ = tenure.wait_for(Option::is_some).await;
            if let Some(tenure) = self.tenure() {
                return tenure;
            }
            // It has run out; its keeper ends it, or has just renewed it.
            let _ = tokio::time::timeout(MOMENT, tenure.changed()).await;
        }
    }

    /// Resolves as soon as a tenure is over.
    pub(crate) async fn ended(&self, of: Tenure) {
        let _ = self.0.tenure.subscribe().wait_for(|tenure| tenure.is_none_or(|tenure| tenure.epoch != of.epoch)).await;
    }

    /// Which other process is active.
    pub(crate) fn elsewhere(&self) -> Elsewhere {
        self.0.elsewhere.borrow().clone()
    }

    /// Resolves as soon as it is not this one any more.
    pub(crate) async fn moved_from(&self, known: &Elsewhere) {
        let _ = self.0.elsewhere.subscribe().wait_for(|elsewhere| elsewhere != known).await;
    }

    /// Tells others where this process takes updates.
    pub(crate) fn listens_at(&self, address: &str) {
        *self.0.address.lock().unwrap_or_else(PoisonError::into_inner) = Some(address.to_owned());
        self.0.wake.notify_one();
    }

    /// What is done before this process is active again after another one was: what it has begun is from before that. The first
    /// call counts.
    pub(crate) fn after_others(&self, forget: impl Fn() + Send + Sync + 'static) {
        let _ = self.0.after_others.0.set(Box::new(forget));
    }

    /// Has the lease looked at now.
    pub(crate) fn look(&self) {
        if !self.is_active() {
            self.0.wake.notify_one();
        }
    }

    /// Tells the metrics, whenever they are asked, whether this process is active.
    pub(crate) fn tell(&self, metrics: &Metrics) {
        let (shared, told) = (Arc::downgrade(&self.0), metrics.leases.clone());
        metrics.ask_when_told(move || {
            if let Some(shared) = shared.upgrade() {
                told.standing(Self(shared).is_active());
            }
        });
    }

    fn now(&self) -> Duration {
        self.0.began.elapsed()
    }

    fn lasts_until(&self, until: Duration) {
        self.0.until.store(until.as_millis() as u64, Ordering::Release);
    }

    fn begin(&self, tenure: Tenure, until: Duration) {
        if let Some(forget) = self.0.after_others.0.get()
            && tenure.unbroken_from == tenure.epoch
        {
            forget();
        }
        self.lasts_until(until);
        self.is_elsewhere(Elsewhere::Nobody);
        self.0.tenure.send_replace(Some(tenure));
    }

    fn is_elsewhere(&self, new: Elsewhere) {
        self.0.elsewhere.send_if_modified(|elsewhere| std::mem::replace(elsewhere, new.clone()) != new);
    }

    fn end(&self) -> bool {
        self.0.until.store(0, Ordering::Release);
        self.0.tenure.send_if_modified(|tenure| tenure.take().is_some())
    }
}

/// What is read anew before this process becomes active: another one may have changed it.
pub(crate) type Prepare = Box<dyn Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync>;

/// Keeps the lease, or looks whether it can be had.
pub(crate) struct Keeper {
    leases: Leases,
    active: Active,
    terms: Terms,
    tenancy: Tenancy,
    machine: Option<String>,
    /// Tells whoever asks that we live.
    alive: Option<Alive>,
    prepare: Prepare,
    clock: Clock,
    metrics: Metrics,
    /// When this process was active last.
    last: Option<Tenure>,
    /// MongoDB does not answer.
    deaf: bool,
}

impl Keeper {
    /// Takes the lease if it can be had, and returns; then [`Keeper::run`] keeps it, or goes on trying.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn start(
        leases: Leases,
        active: Active,
        prepare: Prepare,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Self, StoreError> {
        // Where none can be opened, our successor waits for the lease to run out.
        let alive = Alive::open(active.name());
        let terms = if clock.is_virtual() { VIRTUAL_TERMS } else { TERMS };
        let (tenancy, machine) = (Tenancy::new(terms), machine());
        let (last, deaf) = (None, false);
        let mut keeper = Self { leases, active, terms, tenancy, machine, alive, prepare, clock, metrics, last, deaf };
        keeper.look().await?;
        if !keeper.active.is_active() {
            tracing::info!("lease: another process of this bot is active; this one stands by");
        }
        Ok(keeper)
    }

    /// What tells others that we live, for whoever gives the lease back: it is needed until that is done.
    pub(crate) fn alive(&self) -> Option<Alive> {
        self.alive.clone()
    }

    /// Keeps the lease, for as long as the bot runs. Whoever drops this is not active any more.
    pub(crate) async fn run(&mut self) {
        let _ends = Ends(self.active.clone());
        let (active, alive) = (self.active.clone(), self.alive.clone());
        let living = async {
            if let Some(alive) = alive {
                alive.answer().await;
            }
            std::future::pending().await
        };
        let keeping = async {
            loop {
                let pause = self.tenancy.due().saturating_sub(active.now());
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = active.0.wake.notified() => {}
                }
                self.step().await;
            }
        };
        tokio::select! {
            () = living => {}
            () = keeping => {}
        }
    }

    async fn step(&mut self) {
        let done = match self.tenancy.next(self.active.now()) {
            Next::Renew(epoch) => self.renew(epoch).await,
            Next::Look => {
                self.end("it could not be renewed in time");
                self.look().await
            }
        };
        match done {
            Ok(()) if std::mem::take(&mut self.deaf) => tracing::info!("lease: MongoDB answers again"),
            Ok(()) => {}
            Err(error) => {
                self.tenancy.failed(self.active.now());
                if !std::mem::replace(&mut self.deaf, true) {
                    tracing::warn!(%error, "lease: nothing is known of it now");
                }
            }
        }
    }

    async fn renew(&mut self, epoch: i64) -> Result<(), StoreError> {
        let sent = self.active.now();
        // What is not answered by then is not worth waiting for.
        let left = self.tenancy.active_until(sent).unwrap_or_default().saturating_sub(sent);
        let ours = self.ours();
        let renewing = tokio::time::timeout(left, self.leases.renew(&ours, epoch, self.terms.lasts));
        if renewing.await.map_err(|_| StoreError::late(left))?? {
            self.tenancy.held(epoch, sent);
            if let Some(until) = self.tenancy.active_until(self.active.now()) {
                self.active.lasts_until(until);
            }
        } else {
            self.tenancy.not_held(self.active.now());
            self.end("another process holds it");
        }
        Ok(())
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let found = self.leases.look().await?;
        let (name, machine) = (&self.active.0.name, self.machine.as_deref());
        let verdict = found.as_ref().map_or(Verdict::Take, |found| found.verdict(name, machine));
        let gone = match verdict {
            Verdict::Take => false,
            Verdict::Ask if is_gone(found.as_ref().map_or("", |found| &found.holder)).await => true,
            Verdict::Ask | Verdict::Wait => {
                let elsewhere = found.map_or(Elsewhere::Nobody, |found| reached(found, machine));
                self.stand_by(elsewhere);
                return Ok(());
            }
        };
        // What the former holder kept for later is known before anything new is played.
        (self.prepare)().await?;
        let sent = self.active.now();
        let away = found.as_ref().and_then(|found| found.outage(self.clock.now()));
        let Some(epoch) = self.leases.take(&self.ours(), found.as_ref(), gone, away, self.terms.lasts).await? else {
            self.stand_by(Elsewhere::Nobody);
            return Ok(());
        };
        self.tenancy.held(epoch, sent);
        if let Some(until) = self.tenancy.active_until(self.active.now()) {
            let tenure = self.tenure(epoch, found.as_ref(), away);
            self.last = Some(tenure);
            self.active.begin(tenure, until);
            self.metrics.leases.taken(epoch);
            let again = tenure.unbroken_from < epoch;
            tracing::info!(epoch, killed = gone, again, "lease: this process is the active one");
        }
        Ok(())
    }

    /// The tenure that begins with a lease that was taken as it was found.
    fn tenure(&self, epoch: i64, former: Option<&Found>, away: Option<Outage>) -> Tenure {
        let doubtful_from = self.doubtful_from(former);
        let shown = former.and_then(|former| former.shown);
        let last = self.last.zip(former).filter(|(last, former)| {
            former.holder == self.active.0.name && former.epoch == last.epoch && epoch == last.epoch + 1
        });
        let began = Tenure { epoch, unbroken_from: epoch, doubtful_from, shown, away };
        let Some((Tenure { unbroken_from, doubtful_from: before, .. }, _)) = last else { return began };
        // What those before it may not have shown, this process has perhaps not come to yet.
        Tenure { unbroken_from, doubtful_from: before.or(doubtful_from).min(doubtful_from), ..began }
    }

    /// From when on what is stored may not be shown.
    fn doubtful_from(&self, former: Option<&Found>) -> Option<DateTime<Utc>> {
        let former = former.filter(|former| !former.settled)?;
        let silent_for = TimeDelta::from_std(former.silent_for).unwrap_or(TimeDelta::MAX);
        self.clock.now().checked_sub_signed(silent_for)?.checked_sub_signed(UNMARKED_FOR)
    }

    fn stand_by(&mut self, elsewhere: Elsewhere) {
        self.tenancy.not_held(self.active.now());
        self.active.is_elsewhere(elsewhere);
    }

    /// Whoever is not active any more says so once.
    fn end(&self, reason: &str) {
        if self.active.end() {
            tracing::warn!(reason, "lease: this process is not the active one any more");
        }
    }

    fn ours(&self) -> Holder {
        let address = self.active.0.address.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Holder {
            name: self.active.0.name.clone(),
            machine: self.machine.clone(),
            has_socket: self.alive.is_some(),
            address,
        }
    }
}

/// Gives the lease back, so that another process has it at once; `settled`: all that this process committed is shown. The keeper is
/// dropped by then.
///
/// # Errors
/// [`StoreError::Away`]: then it runs out by itself.
pub(crate) async fn give_back(
    leases: &Leases,
    active: &Active,
    tenure: Option<Tenure>,
    settled: bool,
) -> Result<(), StoreError> {
    active.end();
    let Some(Tenure { epoch, unbroken_from, shown, .. }) = tenure else { return Ok(()) };
    let shown = settled.then(|| ShownEpochs::and(shown, unbroken_from, epoch));
    leases.give_back(&active.0.name, epoch, shown).await
}

/// Ends the tenure when it is dropped.
struct Ends(Active);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// How a holder is reached from this machine.
fn reached(holder: Found, ours: Option<&str>) -> Elsewhere {
    let is_here = holder.machine.is_some() && holder.machine.as_deref() == ours;
    match holder.address {
        Some(address) if is_here || !is_of_one_machine(&address) => Elsewhere::At(address),
        Some(_) => Elsewhere::OutOfReach,
        // It is about to listen, or it polls.
        None => Elsewhere::Nobody,
    }
}

/// Whether an address means something on its own machine only, as those of the loopback network do.
fn is_of_one_machine(address: &str) -> bool {
    let url = url::Url::parse(address).ok();
    url.as_ref().and_then(url::Url::host).is_none_or(|host| match host {
        url::Host::Ipv4(ip) => ip.is_loopback(),
        url::Host::Ipv6(ip) => ip.is_loopback(),
        url::Host::Domain(name) => name == "localhost",
    })
}

/// This machine: its name, this boot of it, and the network that 127.0.0.1 belongs to (each container has its own). `None`
/// where the system does not tell.
fn machine() -> Option<String> {
    let read = |path: &str| std::fs::read_to_string(path).ok().map(|text| text.trim().replace(' ', "-"));
    let name = read("/proc/sys/kernel/hostname")?;
    let boot = read("/proc/sys/kernel/random/boot_id")?;
    let network = std::fs::read_link("/proc/self/ns/net").ok()?;
    Some(format!("{name} {boot} {}", network.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_loopback_network_is_reached_on_its_own_machine_only() {
        let holder = |machine: Option<&str>, address: Option<&str>| Found {
            holder: "a".to_owned(),
            epoch: 1,
            expired: false,
            settled: false,
            shown: None,
            silent_for: Duration::ZERO,
            away_for: Duration::ZERO,
            outage: None,
            machine: machine.map(str::to_owned),
            has_socket: false,
            address: address.map(str::to_owned),
        };
        for (near, inner) in
            [("http://127.0.0.1:8080", false), ("http://10.0.0.11:8080", true), ("http://[::1]:80", false)]
        {
            let at = || Elsewhere::At(near.to_owned());
            let abroad = if inner { at() } else { Elsewhere::OutOfReach };
            assert_eq!(reached(holder(Some("here"), Some(near)), Some("here")), at());
            assert_eq!(reached(holder(Some("there"), Some(near)), Some("here")), abroad);
            assert_eq!(reached(holder(None, Some(near)), None), abroad, "nothing is known of either machine");
        }
        assert_eq!(reached(holder(Some("here"), None), Some("here")), Elsewhere::Nobody);
    }
}
