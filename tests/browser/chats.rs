//! Chats: buying by clicking, people side by side, the keyboard.

use super::page::{DOWN, ENTER, ESCAPE};
use super::stage::{DESK, OLGA, in_browser};

pub(crate) fn a_stranger_buys_by_clicking() {
    in_browser(DESK, async |page| {
        page.meet(3001, "Boris").await;
        page.open(&[3001, OLGA]).await;
        let stranger = page.chat(3001);
        stranger.start().await;
        stranger.press("Catalogue").await;
        stranger.tap("Tea").await;
        stranger.tap("Green tea").await;
        stranger.tap("Japan").await;
        stranger.tap_under("Sencha", "Take a look").await;
        stranger.tap("➕").await;
        stranger.tap("Add to cart").await;
        stranger.hears("Sencha × 2 is in your cart").await;
        stranger.tap("Cart").await;
        stranger.tap("Complete the order").await;
        stranger.sees("which e-mail").await;
        stranger.write("stranger@example.com").await;
        stranger.press("Share my phone").await;
        stranger.agree().await;
        stranger.sees("where shall we deliver").await;
        stranger.write("Kyiv, Khreshchatyk 1").await;
        stranger.tap("Confirm").await;
        let number = stranger.ordered().await;
        page.chat(OLGA).sees(&number).await;
        page.until("!one('.toast')").await;
        page.shot("chat-and-map").await;
    });
}

pub(crate) fn two_people_in_one_page() {
    in_browser(DESK, async |page| {
        page.open(&[3101]).await;
        page.chat(3101).start().await;
        page.click("one('[aria-label=\"Add a person beside\"]', pane(3101))").await;
        page.click("all('.beside button').find((one) => one.textContent.includes('New person'))").await;
        page.keys("one('.veil input', pane(3101))", &format!("Zoe{ENTER}")).await;
        page.click("one('.veil button:last-child', pane(3101))").await;
        let id = page.until("document.querySelectorAll('.pane').length === 2 && all('.pane')[1].dataset.person").await;
        let zoe = page.chat(id.as_str().unwrap().parse().unwrap());
        zoe.start().await;
        zoe.press("Catalogue").await;
        zoe.sees("Which shelf").await;
        page.until("!says(3101, 'Which shelf')").await;

        // What concerns one of them lies over that chat alone.
        page.click("one('[aria-label=\"More\"]', all('.pane')[1])").await;
        page.click("all('.deeds button', all('.pane')[1]).find((one) => one.textContent === 'Forward a text')").await;
        page.until("one('.veil', all('.pane')[1]) && !one('.veil', pane(3101))").await;
        page.chat(3101).press("Cart").await;
        page.chat(3101).sees("Your cart is empty").await;
        page.keys("one('.veil input', all('.pane')[1])", ESCAPE).await;
        page.until("!one('.veil')").await;

        page.click("one('[aria-label=\"Close this chat\"]', all('.pane')[1])").await;
        page.until("document.querySelectorAll('.pane').length === 1 && location.search.endsWith('person=3101')").await;
    });
}

pub(crate) fn a_keyboard_is_enough() {
    in_browser(DESK, async |page| {
        page.open(&[3601]).await;
        let person = page.chat(3601);
        person.start().await;
        // Of the commands that fit, the first is /catalogue.
        person.keys(&format!("/cat{DOWN}{ENTER}")).await;
        person.sees("Which shelf").await;
        page.keys("buttons(3601).find((one) => fits(one, 'Tea'))", ENTER).await;
        page.until("buttons(3601).some((one) => fits(one, 'Green tea'))").await;
        // The message was edited under the finger; the finger stays on it.
        page.until("pane(3601).querySelector('.post:last-child').contains(document.activeElement)").await;
        page.keys("one('.write .menu', pane(3601))", DOWN).await;
        page.until("document.activeElement.getAttribute('role') === 'menuitem'").await;
        page.keys("document.activeElement", ESCAPE).await;
        page.until("!one('.popup') && document.activeElement.textContent === 'Menu'").await;
    });
}
