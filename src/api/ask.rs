//! What a handler is asked with, beside the address and the body: one guard for all of it.

use std::marker::PhantomData;

use dialogues::shop::Language;
use rocket::State;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};

use super::Api;
use super::etag::Conditions;
use super::keys::Caller;
use super::language::asked_for;
use super::params::Params;
use super::permit::{Allowed, Permit};
use super::problem::Problem;
use super::reply::Reply;

/// What a handler answers.
pub(crate) type Answer = Result<Reply, Problem>;

/// A request of somebody who may do `P`. `M` is what the handler reads beside: `Params`, `NoParams` or `Repeat`.
pub(crate) struct Ask<'r, P, M = Params> {
    pub(crate) api: &'r Api,
    pub(crate) caller: Caller,
    pub(crate) conditions: Conditions,
    pub(crate) more: M,
    /// In which things are read that are translated.
    pub(crate) language: Option<Language>,
    permit: PhantomData<P>,
}

#[rocket::async_trait]
impl<'r, P: Permit, M: FromRequest<'r, Error = ()> + Send> FromRequest<'r> for Ask<'r, P, M> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Allowed { caller, .. } = try_outcome!(request.guard::<Allowed<P>>().await);
        let conditions = try_outcome!(request.guard::<Conditions>().await);
        let more = try_outcome!(request.guard::<M>().await);
        let api = try_outcome!(request.guard::<&State<Api>>().await);
        let language = asked_for(request.headers());
        Outcome::Success(Self { api: api.inner(), caller, conditions, more, language, permit: PhantomData })
    }
}
