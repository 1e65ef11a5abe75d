//! Makes metrics, names them after the program, and puts them into a registry.

use prometheus::core::Collector;
use prometheus::{
    Counter, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, Result,
};

use super::BUCKETS;

/// A registry that is being filled. Names are given without the program's, which is put before them; those of Prometheus'
/// own conventions (`process_…`) stay as they are.
#[derive(Clone, Copy)]
pub struct Register<'a> {
    pub(super) registry: &'a Registry,
    pub(super) program: &'a str,
}

impl Register<'_> {
    fn put<T: Collector + Clone + 'static>(&self, name: &str, made: Result<T>) -> T {
        let put = made.and_then(|metric| self.registry.register(Box::new(metric.clone())).map(|()| metric));
        // A name that is wrong, or there twice: the first test that makes a bot finds it.
        put.unwrap_or_else(|error| unreachable!("{name}: {error}"))
    }

    fn name(&self, name: &str) -> String {
        match name.starts_with("process_") {
            true => name.to_owned(),
            // Prometheus has no dashes in names.
            false => format!("{}_{name}", self.program.replace(|c: char| !c.is_ascii_alphanumeric(), "_")),
        }
    }

    /// A counter of events.
    pub fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.put(name, IntCounter::new(self.name(name), help))
    }

    /// A counter of seconds, which are not whole.
    pub fn seconds(&self, name: &str, help: &str) -> Counter {
        self.put(name, Counter::new(self.name(name), help))
    }

    /// A counter for each combination of labels.
    pub fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.put(name, IntCounterVec::new(Opts::new(self.name(name), help), labels))
    }

    /// A gauge of what is counted in whole numbers.
    pub fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.put(name, IntGauge::new(self.name(name), help))
    }

    /// The same for each combination of labels.
    pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.put(name, IntGaugeVec::new(Opts::new(self.name(name), help), labels))
    }

    /// A gauge of what is not counted in whole numbers, such as seconds.
    pub fn measure(&self, name: &str, help: &str) -> Gauge {
        self.put(name, Gauge::new(self.name(name), help))
    }

    /// The same, where there may be none.
    pub fn measures(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        self.put(name, GaugeVec::new(Opts::new(self.name(name), help), labels))
    }

    /// A histogram of seconds.
    pub fn time(&self, name: &str, help: &str) -> Histogram {
        self.put(name, Histogram::with_opts(opts(&self.name(name), help)))
    }

    /// The same for each combination of labels.
    pub fn times(&self, name: &str, help: &str, labels: &[&str]) -> HistogramVec {
        self.put(name, HistogramVec::new(opts(&self.name(name), help), labels))
    }
}

fn opts(name: &str, help: &str) -> HistogramOpts {
    HistogramOpts::new(name, help).buckets(BUCKETS.to_vec())
}
