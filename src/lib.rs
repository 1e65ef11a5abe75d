//! Everything of the shop that touches the world, and no rule of the shop. What any bot needs of it (doors, queue,
//! turns, screens) is the package `dialogue-shell`, which is [`shell`] here.
//!
//! | module | does |
//! |---|---|
//! | [`config`], [`telemetry`] | settings, logs |
//! | [`api`] | the shop over HTTP, for programs |
//! | [`bot`] | the shop behind the shell of every bot: what a turn looks at, how it is committed; owners, mailings |
//! | [`export`] | orders as a table: CSV and XLSX |
//! | [`metrics`] | what is counted and timed of the shop, for Prometheus, beside the shell's own |
//! | [`check`] | one page that shows whether all is well, with remedies |
//! | [`mailing`] | one letter to many: pace, lease, ledger, reports |
//! | [`receipts`] | receipts of orders by e-mail: a durable queue, and the way to the mail server |
//! | [`staff`] | who works in the shop now |
//! | [`webhooks`] | events, delivered to the owner's other programs: signed, and tried again |
//! | [`store`] | MongoDB: one file per collection, one turn committed atomically |
//! | [`pictures`] | whether a picture is one, decoded from end to end |
//! | [`supervisor`] | reports to systemd that we are ready, that we live, and that we are leaving |
//! | [`workbench`] | what goes on inside the bot, beside the chat; the recorder |
//! | [`replay`], [`tea_house`] | transcripts, played in memory and end to end; the demo shop |
//! | [`clock`], [`tasks`], [`mongod`] | the shell's: time, supervised tasks, a MongoDB for the demo and the tests |
//! | [`server`], [`simulator`] | packages: the one HTTP server; a Bot API server on this machine, and the chat page |
//!
//! What the shop decides is in the crate `dialogues`.

pub mod api;
pub mod bot;
pub mod check;
pub mod config;
pub mod export;
pub mod mailing;
pub mod metrics;
pub mod pictures;
pub mod receipts;
pub mod replay;
pub mod staff;
pub mod store;
pub mod supervisor;
pub mod tea_house;
pub mod telemetry;
pub mod webhooks;
pub mod workbench;

pub use shell::{clock, mongod, tasks};
pub use {http_server as server, telegram_simulator as simulator};
