//! Requests to the API.

use std::time::Duration;

use prometheus::HistogramVec;
use shell::metrics::Register;

/// Requests to the API, by how they ended.
pub struct ApiMetrics {
    requests: HistogramVec,
}

impl ApiMetrics {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let labels = ["route", "method", "status"];
        let help = "Requests to the API by route, method and class of status.";
        Self { requests: register.times("api_request_seconds", help, &labels) }
    }

    /// The API has answered a request; `route` is a template, such as `/api/v1/users/<id>`.
    pub fn requested(&self, route: &str, method: &str, status: u16, took: Duration) {
        let class = match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.with_label_values(&[route, method, class]).observe(took.as_secs_f64());
    }
}
