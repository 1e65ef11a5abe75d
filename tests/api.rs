//! The API from outside: real HTTP, a real MongoDB. One binary, so that all tests share one server.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

mod api {
    mod batch;
    mod categories;
    mod conduct;
    mod events;
    mod exports;
    mod keys;
    mod mailings;
    mod news;
    mod observe;
    mod openapi;
    mod orders;
    mod pictures;
    mod problem;
    mod products;
    mod repeat;
    mod support;
    mod translations;
    mod users;
    mod webhooks;
}
#[path = "support/poll.rs"]
mod poll;
#[path = "support/receiver.rs"]
mod receiver;
