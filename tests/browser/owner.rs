//! The owner's desk: an order comes in, is taken on, and a letter is scheduled, by clicking.

use super::page::Page;
use super::stage::{DESK, OLGA, in_browser};

const CLARA: i64 = 3951;

pub(crate) fn an_owner_takes_an_order_on_and_schedules_a_letter() {
    in_browser(DESK, async |page| {
        page.meet(CLARA, "Clara").await;
        page.open(&[CLARA, OLGA]).await;
        let number = orders(&page).await;
        let (clara, olga) = (page.chat(CLARA), page.chat(OLGA));
        olga.sees(&number).await;
        olga.tap_under(&number, "Accept").await;
        olga.sees("accepted").await;
        clara.sees("We have accepted").await;
        olga.tap_under(&number, "Ship").await;
        clara.sees("on its way").await;
        page.until("!one('.toast')").await;
        page.shot("owners-desk").await;
        olga.write("/mail").await;
        olga.sees("What shall I send?").await;
        olga.write("New harvest: the first tea of the year").await;
        olga.sees("Send it?").await;
        olga.tap("Later").await;
        olga.sees("When shall I send it?").await;
        // The latest time that is offered: it is hours away, whatever the clock shows.
        page.click(&format!("all('.keyboard button', pane({OLGA}))[2]")).await;
        olga.sees("Schedule it?").await;
        olga.tap("Schedule").await;
        olga.sees("It goes out on").await;
        olga.tap("Cancel").await;
        olga.sees("Cancelled before it was sent").await;
    });
}

/// Lets Clara order something; the number of her order.
async fn orders(page: &Page) -> String {
    let clara = page.chat(CLARA);
    clara.start().await;
    clara.write("sencha").await;
    clara.sees("Add to cart").await;
    clara.write("2").await;
    clara.tap("Add to cart").await;
    clara.hears("Sencha × 2 is in your cart").await;
    clara.tap("Cart").await;
    clara.tap("Complete the order").await;
    clara.sees("which e-mail").await;
    clara.write("clara@example.com").await;
    clara.press("Share my phone").await;
    clara.agree().await;
    clara.sees("where shall we deliver").await;
    clara.write("Kyiv, Khreshchatyk 1").await;
    clara.tap("Confirm").await;
    clara.ordered().await
}
