//! The simulator on a Rocket: mounted on one that is there, or on one of its own.

use rocket::fairing::AdHoc;

use super::{Simulator, api, web};
use http_server::guard::{Guard, PublicName};
use http_server::{LaunchError, Running};

/// Mounts the simulator: the Bot API at `/bot<token>/…` and `/file/…`, people at `/sim/v1/…`, the chat page at `/`. It
/// answers no web page but its own; see [`Guard`]. `names` are further names by which it is reached.
pub fn stage(sim: Simulator, names: Vec<PublicName>) -> AdHoc {
    let guard = Guard::new(names).pages(&["/"]).json_below(&["/sim", "/workbench"]);
    AdHoc::on_ignite("the Telegram simulator", |rocket| async {
        let rocket = rocket.manage(sim).register("/", web::catchers()).attach(guard);
        rocket.mount("/", api::routes()).mount("/", web::routes())
    })
}

/// Listens on 127.0.0.1; port 0 is any free one.
pub async fn launch(sim: Simulator, port: u16) -> Result<Running, LaunchError> {
    launch_as(sim, port, Vec::new()).await
}

/// The same, for a server that is also reached by these names.
pub async fn launch_as(sim: Simulator, port: u16, names: Vec<PublicName>) -> Result<Running, LaunchError> {
    http_server::launch(|rocket| rocket.attach(stage(sim, names)), port).await
}
