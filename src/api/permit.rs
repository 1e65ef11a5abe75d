//! Who may call a handler, as the types of its arguments.

use rocket::request::{FromRequest, Outcome, Request};

use super::keys::Caller;
use super::problem::Problem;
use super::scope::Scope;

/// A scope as a type, so that a handler's signature says who may call it.
pub(crate) trait Permit {
    const SCOPE: Scope;
}

macro_rules! permits {
    ($($name:ident),*) => {
        $(
            pub(crate) struct $name;

            impl Permit for $name {
                const SCOPE: Scope = Scope::$name;
            }
        )*
    };
}

permits!(
    ReadProducts,
    WriteProducts,
    DeleteProducts,
    ReadCategories,
    WriteCategories,
    DeleteCategories,
    ReadNews,
    WriteNews,
    DeleteNews,
    ReadUsers,
    WriteUsers,
    DeleteUsers,
    ReadOrders,
    ReadMailings,
    WriteMailings,
    ReadEvents,
    ReadWebhooks,
    WriteWebhooks
);

/// Whoever called with a key that has the scope.
pub(crate) struct Allowed<P> {
    pub(crate) caller: Caller,
    permit: std::marker::PhantomData<P>,
}

#[rocket::async_trait]
impl<'r, P: Permit> FromRequest<'r> for Allowed<P> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let refused = |problem: Problem| Outcome::Error(problem.refuse(request));
        match Caller::of(request).await {
            Ok(caller) if caller.may(P::SCOPE) => Outcome::Success(Self { caller, permit: std::marker::PhantomData }),
            Ok(_) => refused(Problem::missing_scope(P::SCOPE)),
            Err(problem) => refused(problem),
        }
    }
}
