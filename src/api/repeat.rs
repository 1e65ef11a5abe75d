//! `Idempotency-Key`: a POST that may come twice, and is done once.
//!
//! The first success is kept for 24 hours, in the same transaction as what it made, and is answered again. What is
//! refused makes nothing and is not kept: the key can be used again. Another request under the same key is a
//! mistake, and refused.

use dialogues::shop::Mailing;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use super::Api;
use super::etag;
use super::keys::Caller;
use super::problem::{Code, FieldError, Problem};
use super::reply::Reply;
use crate::store::{Managed, Receipt, StoreError, Timestamps, WebhookEndpoint, WriteOutcome};

const HEADER: &str = "Idempotency-Key";

/// The name that the client gives to a request, if any; and where it is sent.
pub(crate) struct IdempotencyKey {
    name: Option<String>,
    path: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IdempotencyKey {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let path = request.uri().path().to_string();
        let Some(name) = request.headers().get_one(HEADER) else {
            return Outcome::Success(Self { name: None, path });
        };
        if (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Outcome::Success(Self { name: Some(name.to_owned()), path });
        }
        let error = FieldError::header(HEADER, "malformed", "Idempotency-Key: 1 to 255 visible ASCII characters");
        Outcome::Error(Problem::with_errors(Code::InvalidHeader, vec![error]).refuse(request))
    }
}

impl IdempotencyKey {
    /// What the request is known by among all that its caller has sent.
    fn fingerprint(&self, body: &[u8]) -> String {
        etag::tag([self.path.as_bytes(), &[0], body].concat())
    }

    /// The answer to this request, if it was answered before.
    pub(crate) async fn answered(&self, api: &Api, caller: &Caller, body: &[u8]) -> Result<Option<Reply>, Problem> {
        let Some(name) = &self.name else { return Ok(None) };
        match api.store.receipt(caller.id(), name).await? {
            None => Ok(None),
            Some(receipt) if receipt.request == self.fingerprint(body) => Ok(Some(again(receipt))),
            Some(_) => Err(Problem::new(
                Code::IdempotencyMismatch,
                "this Idempotency-Key was used for another request; use a new one for each",
            )),
        }
    }

    /// Adds a thing and keeps the answer, both or none; if the same request was answered meanwhile, its answer.
    pub(crate) async fn add<T: Managed>(
        &self,
        api: &Api,
        caller: &Caller,
        body: &[u8],
        thing: &T,
        stamps: Timestamps,
        reply: Reply,
    ) -> Result<Reply, Problem> {
        let receipt = self.receipt(caller, body, &reply);
        match api.store.add(thing, stamps, receipt.as_ref()).await? {
            WriteOutcome::Done => {
                api.feed.catch_up().await?;
                return Ok(reply);
            }
            WriteOutcome::NoCategory(category) => return Err(Problem::no_category(category)),
            WriteOutcome::LostRace | WriteOutcome::NotEmpty => {}
        }
        self.answered(api, caller, body).await?.ok_or_else(Problem::contended)
    }

    /// The same of a mailing, which no catalogue shows.
    pub(crate) async fn add_mailing(
        &self,
        api: &Api,
        caller: &Caller,
        body: &[u8],
        mailing: &Mailing,
        stamps: Timestamps,
        reply: Reply,
    ) -> Result<Reply, Problem> {
        let add = async |receipt: Option<&Receipt>| api.store.add_mailing(mailing, stamps, receipt).await;
        self.add_with(api, caller, body, reply, add).await
    }

    /// The same of a webhook's endpoint.
    pub(crate) async fn add_webhook_endpoint(
        &self,
        api: &Api,
        caller: &Caller,
        body: &[u8],
        endpoint: &WebhookEndpoint,
        reply: Reply,
    ) -> Result<Reply, Problem> {
        let add = async |receipt: Option<&Receipt>| api.store.add_webhook_endpoint(endpoint, receipt).await;
        self.add_with(api, caller, body, reply, add).await
    }

    async fn add_with(
        &self,
        api: &Api,
        caller: &Caller,
        body: &[u8],
        reply: Reply,
        add: impl AsyncFnOnce(Option<&Receipt>) -> Result<WriteOutcome, StoreError>,
    ) -> Result<Reply, Problem> {
        let receipt = self.receipt(caller, body, &reply);
        if add(receipt.as_ref()).await? == WriteOutcome::Done {
            return Ok(reply);
        }
        self.answered(api, caller, body).await?.ok_or_else(Problem::contended)
    }

    /// What is kept of an answer, if the request has a name.
    fn receipt(&self, caller: &Caller, body: &[u8], reply: &Reply) -> Option<Receipt> {
        Some(Receipt {
            key: caller.id().to_owned(),
            name: self.name.clone()?,
            request: self.fingerprint(body),
            status: reply.status.code,
            headers: reply.headers.clone(),
            body: String::from_utf8_lossy(&reply.body).into_owned(),
        })
    }
}

fn again(receipt: Receipt) -> Reply {
    let mut reply = Reply::json(receipt.body);
    reply.status = Status::new(receipt.status);
    reply.headers = receipt.headers;
    reply.header("Idempotency-Replayed", "true")
}
