//! MongoDB, and what of it stands in memory.

use std::time::Duration;

use prometheus::{Gauge, HistogramVec, IntCounter, IntGauge, IntGaugeVec};

use shell::metrics::Register;

/// The store and the catalogue's snapshot.
pub struct Database {
    commands: HistogramVec,
    connections: IntGauge,
    busy: IntGauge,
    disk: IntGaugeVec,
    catalogue_age: Gauge,
    products: IntGauge,
    categories: IntGauge,
    catalogue_restarts: IntCounter,
    archived: IntCounter,
    refused_pictures: IntGauge,
    skipped: IntGaugeVec,
    flawed: IntGaugeVec,
    misplaced: IntGaugeVec,
}

impl Database {
    /// So many pictures are refused by Telegram.
    pub fn refused_pictures(&self, count: usize) {
        self.refused_pictures.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    pub(super) fn new(register: &Register<'_>) -> Self {
        let connections = register.gauges(
            "mongodb_connections",
            "Connections to MongoDB by state: open (all of them), in_use.",
            &["state"],
        );
        Self {
            commands: register.times(
                "mongodb_command_seconds",
                "MongoDB commands by name and outcome (ok, failed), without the waiting of change streams.",
                &["command", "outcome"],
            ),
            connections: connections.with_label_values(&["open"]),
            busy: connections.with_label_values(&["in_use"]),
            disk: register.gauges(
                "mongodb_disk_bytes",
                "The disk that MongoDB keeps its data on: total, used. It is looked at once a minute, when asked.",
                &["kind"],
            ),
            catalogue_age: register.measure(
                "catalogue_age_seconds",
                "Since when the catalogue's snapshot is not known to be current; it is known anew each second.",
            ),
            products: register.gauge("catalogue_products", "Products in the catalogue's snapshot."),
            categories: register.gauge("catalogue_categories", "Categories in the catalogue's snapshot."),
            catalogue_restarts: register.counter(
                "catalogue_restarts_total",
                "How often the stream that the catalogue follows has ended and was opened anew.",
            ),
            refused_pictures: register.gauge(
                "pictures_refused",
                "Pictures that Telegram does not take; their cards are shown without. Counted once an hour.",
            ),
            archived: register
                .counter("dialogues_archived_total", "Dialogues that could not be read, and went to the archive."),
            skipped: register.gauges(
                "documents_skipped",
                "Documents that cannot be used and are left out, by collection; the log has their ids.",
                &["collection"],
            ),
            flawed: register.gauges(
                "documents_flawed",
                "Documents that are used although they break a rule, by collection; the log has their ids.",
                &["collection"],
            ),
            misplaced: register.gauges(
                "catalogue_misplaced",
                "What the catalogue cannot show where its document says, by kind: cycle, no_parent, no_category.",
                &["kind"],
            ),
        }
    }

    /// MongoDB has answered a command, or not.
    pub fn commanded(&self, command: &str, failed: bool, took: Duration) {
        let outcome = if failed { "failed" } else { "ok" };
        self.commands.with_label_values(&[command, outcome]).observe(took.as_secs_f64());
    }

    /// So many connections more are open.
    pub fn connected(&self, more: i64) {
        self.connections.add(more);
    }

    /// So many connections more are in use.
    pub fn used(&self, more: i64) {
        self.busy.add(more);
    }

    /// The disk that MongoDB keeps its data on, in bytes.
    pub fn disk(&self, used: i64, total: i64) {
        self.disk.with_label_values(&["used"]).set(used);
        self.disk.with_label_values(&["total"]).set(total);
    }

    /// How the catalogue's snapshot is now.
    pub fn catalogue(&self, age: Duration, products: usize, categories: usize) {
        self.catalogue_age.set(age.as_secs_f64());
        self.products.set(products as i64);
        self.categories.set(categories as i64);
    }

    /// The catalogue's stream is opened anew.
    pub fn catalogue_restarted(&self) {
        self.catalogue_restarts.inc();
    }

    /// So many documents more of a collection are left out.
    pub fn skipped(&self, collection: &str, more: i64) {
        self.skipped.with_label_values(&[collection]).add(more);
    }

    /// So many documents more of a collection break a rule.
    pub fn flawed(&self, collection: &str, more: i64) {
        self.flawed.with_label_values(&[collection]).add(more);
    }

    /// So many categories or products have no place of their own.
    pub fn misplaced(&self, kind: &str, count: i64) {
        self.misplaced.with_label_values(&[kind]).set(count);
    }

    /// A dialogue went to the archive.
    pub fn archived(&self) {
        self.archived.inc();
    }
}
