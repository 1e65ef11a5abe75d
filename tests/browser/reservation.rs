//! The chat page before a bot that is not the shop.

use std::sync::mpsc;
use std::thread;

use reservation::house::Restaurant;
use shell::Names;
use shell::demo::Demo;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::stage::{DESK, in_browser_at};

const NAMES: Names = Names { program: "reservation", settings: "RESERVATION" };
const ANNA: i64 = 1001;
const OLENA: i64 = 1002;

pub(crate) fn another_bot_is_talked_to_in_the_same_page() {
    let (opened, address) = mpsc::channel();
    let (close, closed) = oneshot::channel::<()>();
    // The bot lives on threads of its own, as it does in a program of its own.
    let bot = thread::spawn(move || {
        Runtime::new().unwrap().block_on(async {
            let people = [("Anna", "en"), ("Олена", "uk")];
            let demo = Demo::<Restaurant>::open(NAMES, 0, &people).await.unwrap();
            opened.send(demo.pages()[0].1.split("/?").next().unwrap().to_owned()).unwrap();
            let _ = closed.await;
            demo.close().await;
        });
    });
    let address = address.recv().unwrap();
    in_browser_at(DESK, Some(&address), async |page| {
        page.open(&[ANNA, OLENA]).await;
        let (anna, olena) = (page.chat(ANNA), page.chat(OLENA));
        anna.start().await;
        anna.tap("Book a table").await;
        anna.sees("Which day would you like to come?").await;
        page.click(&format!("one('.start', pane({OLENA}))")).await;
        olena.sees("Вітаю, Олена!").await;
        page.shot("reservation").await;
    });
    close.send(()).unwrap();
    bot.join().unwrap();
}
