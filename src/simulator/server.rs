//! The simulator on a Rocket: mounted on one that is there, or on one of its own.

use rocket::fairing::AdHoc;

use super::{Simulator, api, web};
use crate::server::{self, LaunchError, Running};

/// Mounts the simulator: the Bot API at `/bot<token>/…` and `/file/…`, people at `/sim/v1/…`, the chat page at `/`.
pub fn stage(sim: Simulator) -> AdHoc {
    AdHoc::on_ignite("the Telegram simulator", |rocket| async {
        let rocket = rocket.manage(sim).register("/", web::catchers());
        rocket.mount("/", api::routes()).mount("/", web::routes())
    })
}

/// Listens on 127.0.0.1; port 0 is any free one.
pub async fn launch(sim: Simulator, port: u16) -> Result<Running, LaunchError> {
    server::launch(|rocket| rocket.attach(stage(sim)), port).await
}
