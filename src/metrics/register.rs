//! Makes metrics, and puts them into a registry.

use prometheus::core::Collector;
use prometheus::{
    Counter, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, Result,
};

use super::BUCKETS;

/// A registry that is being filled.
pub(super) struct Register<'a>(pub(super) &'a Registry);

impl Register<'_> {
    fn put<T: Collector + Clone + 'static>(&self, name: &str, made: Result<T>) -> T {
        let put = made.and_then(|metric| self.0.register(Box::new(metric.clone())).map(|()| metric));
        // A name that is wrong, or there twice: the first test that makes a bot finds it.
        put.unwrap_or_else(|error| unreachable!("{name}: {error}"))
    }

    pub(super) fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.put(name, IntCounter::new(name, help))
    }

    /// A counter of seconds, which are not whole.
    pub(super) fn seconds(&self, name: &str, help: &str) -> Counter {
        self.put(name, Counter::new(name, help))
    }

    pub(super) fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.put(name, IntCounterVec::new(Opts::new(name, help), labels))
    }

    pub(super) fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.put(name, IntGauge::new(name, help))
    }

    pub(super) fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.put(name, IntGaugeVec::new(Opts::new(name, help), labels))
    }

    /// A gauge of what is not counted in whole numbers, such as seconds.
    pub(super) fn measure(&self, name: &str, help: &str) -> Gauge {
        self.put(name, Gauge::new(name, help))
    }

    /// The same, where there may be none.
    pub(super) fn measures(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        self.put(name, GaugeVec::new(Opts::new(name, help), labels))
    }

    pub(super) fn time(&self, name: &str, help: &str) -> Histogram {
        self.put(name, Histogram::with_opts(opts(name, help)))
    }

    pub(super) fn times(&self, name: &str, help: &str, labels: &[&str]) -> HistogramVec {
        self.put(name, HistogramVec::new(opts(name, help), labels))
    }
}

fn opts(name: &str, help: &str) -> HistogramOpts {
    HistogramOpts::new(name, help).buckets(BUCKETS.to_vec())
}
