//! The bot, to be talked to in a browser: `cargo run -p reservation --example reservation [PORT]`.

// A command line speaks on stdout.
#![allow(clippy::print_stdout)]

use reservation::house::Restaurant;
use shell::Names;
use shell::demo::Demo;

const NAMES: Names = Names { program: "reservation", settings: "RESERVATION" };

#[tokio::main]
async fn main() -> Result<(), String> {
    let port = std::env::args().nth(1).map_or(Ok(8090), |port| port.parse());
    let port = port.map_err(|_| "usage: reservation [PORT of the chat page, 8090 if none is given]")?;
    println!("Starting MongoDB …");
    let demo = Demo::<Restaurant>::open(NAMES, port, &[("Anna", "en"), ("Олена", "uk")]).await?;
    for (name, page) in demo.pages() {
        println!("{name}: {page}");
    }
    println!("Ctrl-C closes it.");
    demo.until_ctrl_c().await
}
