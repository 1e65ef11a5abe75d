//! What stands before the processes of a bot: one webhook address for all of them, as a proxy with several upstreams is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_server::{LaunchError, Running};
use rocket::data::{Data, ToByteUnit};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Build, Rocket, State, post, routes};

use crate::webhook::SECRET;

/// The path of the webhook, here and at each process.
const PATH: &str = "/telegram";
/// A process that does not answer within so long hangs. It is more than an update is held by a process that waits for an
/// active one.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// An update is far smaller.
const MOST_BYTES: u64 = 1;

/// Gives the calls of Telegram to the processes by turns, and to the next one where one is away, hangs, or says *later*.
pub struct Front {
    processes: Arc<Mutex<Processes>>,
    server: Running,
}

#[derive(Default)]
struct Processes {
    /// Where they listen, such as `http://127.0.0.1:8080`.
    addresses: Vec<String>,
    calls: usize,
}

struct Proxy {
    processes: Arc<Mutex<Processes>>,
    client: reqwest::Client,
}

impl Front {
    /// A front without processes, on any free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port is free.
    pub async fn open() -> Result<Self, LaunchError> {
        let processes = Arc::<Mutex<Processes>>::default();
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build().unwrap_or_default();
        let proxy = Proxy { processes: Arc::clone(&processes), client };
        let mount = |rocket: Rocket<Build>| rocket.manage(proxy).mount("/", routes![pass]);
        Ok(Self { processes, server: http_server::launch(mount, 0).await? })
    }

    /// The address that Telegram calls.
    pub fn url(&self) -> String {
        format!("{}{PATH}", self.server.base_url)
    }

    /// Has a further process behind it, which listens at `address`, such as `http://127.0.0.1:8080`. One that has ended may stay:
    /// it is passed over.
    pub fn add(&self, address: &str) {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner).addresses.push(address.to_owned());
    }
}

impl Proxy {
    /// Where this call is tried, one after another.
    fn order(&self) -> Vec<String> {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut addresses = processes.addresses.clone();
        let first = processes.calls % addresses.len().max(1);
        processes.calls += 1;
        addresses.rotate_left(first);
        addresses
    }
}

struct Secret(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Secret {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(request.headers().get_one(SECRET).unwrap_or_default().to_owned()))
    }
}

#[post("/telegram", data = "<body>")]
async fn pass(secret: Secret, proxy: &State<Proxy>, body: Data<'_>) -> Status {
    let Ok(body) = body.open(MOST_BYTES.mebibytes()).into_string().await else { return Status::BadRequest };
    let mut status = Status::BadGateway;
    for address in proxy.order() {
        let call = proxy.client.post(format!("{address}{PATH}")).header(SECRET, &secret.0).body(body.value.clone());
        match call.send().await {
            Ok(answer) if answer.status() != 503 => return Status::new(answer.status().as_u16()),
            Ok(_) => status = Status::ServiceUnavailable,
            Err(_) => {}
        }
    }
    status
}
