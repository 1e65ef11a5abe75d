//! The shell from outside, against a real MongoDB. One binary, so that all tests share one server.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

mod shell {
    mod active;
    mod back_in_stock;
    mod backup;
    mod bot_crash;
    mod bot_input;
    mod bot_storage;
    mod bot_turn;
    mod check;
    mod collections;
    mod deadlines;
    mod delivery;
    mod drain;
    mod events;
    mod goods;
    mod letters;
    mod messages;
    mod metrics;
    mod migrations;
    mod one_customer;
    mod order_moves;
    mod outage;
    mod owner_mail;
    mod owner_notices;
    mod preflight;
    mod receipts;
    mod retention;
    mod server;
    mod slow_clients;
    mod store_catalogue;
    mod store_commit;
    mod store_documents;
    mod store_failures;
    mod store_mongod;
    mod store_orders;
    mod store_pictures;
    mod store_seed;
    mod store_skipped;
    mod store_together;
    mod supervised;
    pub(crate) mod support;
    mod tables;
    mod team;
    mod transcripts;
    mod webhook;
    mod webhooks;
}
