//! The shell of the shop: everything that touches the world, and no rule of the shop. What any bot needs of it is the
//! package `dialogue-shell`.
//!
//! | module | does |
//! |---|---|
//! | [`config`], [`telemetry`], [`clock`] | settings, logs, time |
//! | [`api`] | the shop over HTTP, for programs |
//! | [`bot`] | the shop behind the shell of every bot: what a turn looks at, how it is committed; owners, mailings |
//! | [`metrics`] | what is counted and timed, for Prometheus |
//! | [`check`] | one page that tells whether all is well, with remedies |
//! | [`mailing`] | one letter to many: pace, lease, ledger, reports |
//! | [`store`] | MongoDB: one file per collection, one turn committed atomically |
//! | [`mongod`] | finds or fetches a MongoDB for the demo and the tests |
//! | [`pictures`] | whether a picture is one, decoded from end to end |
//! | [`server`] | the one HTTP server: webhook, API, simulator |
//! | [`supervisor`] | tells systemd that we are ready, that we live, and that we are leaving |
//! | [`simulator`] | a Bot API server on this machine, and the chat page |
//! | [`workbench`] | what goes on inside the bot, beside the chat; the recorder |
//! | [`replay`] | transcripts, played in memory and end to end |
//!
//! What the shop decides is in the crate `dialogues`.

pub mod api;
pub mod bot;
pub mod check;
pub mod config;
pub mod mailing;
pub mod metrics;
pub mod pictures;
pub mod replay;
pub mod store;
pub mod supervisor;
pub mod tea_house;
pub mod telemetry;
pub mod workbench;

pub use shell::{clock, mongod, tasks};
pub use {http_server as server, telegram_simulator as simulator};
