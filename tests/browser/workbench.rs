//! The workbench: the map, the turns, the recorder.

use std::path::Path;
use std::process::Command;

use super::stage::{DESK, in_browser};

pub(crate) fn the_map_follows() {
    in_browser(DESK, async |page| {
        page.open(&[3201]).await;
        page.until("one('#workbench h2').textContent.includes('Stranger')").await;
        let person = page.chat(3201);
        person.start().await;
        page.until("one('.drawing .current').dataset.state.startsWith('Menu.')").await;
        person.press("Catalogue").await;
        page.until("one('.drawing .current').dataset.state === 'Catalogue.Browsing'").await;
        page.until("one('.flows [aria-selected=true]').textContent === 'Catalogue'").await;
        person.tap("Tea").await;
        page.until("one('.drawing .edge.taken')").await;
        page.until("/^[1-9]\\d* of \\d+ transitions taken$/.test(one('.count').textContent)").await;

        // The turn as it happened: its steps, its commands, its calls, and what is stored.
        page.until(
            "all('.timeline .step').map((one) => one.firstChild.textContent).join() === 'load,decide,commit,show'",
        )
        .await;
        page.until("one('.timeline .command') && all('.timeline .call').length >= 2").await;
        page.click("one('.stored summary')").await;
        page.until("one('.json').textContent.includes('state: \"browsing\"')").await;

        // Another flow can be looked at, and the next turn leads back.
        page.click("all('.flows button').find((one) => one.textContent === 'Checkout')").await;
        page.until("one('.drawing [data-state=\"Checkout.Reviewing\"]')").await;
        person.press("Cart").await;
        page.until("one('.drawing .current').dataset.state.startsWith('Cart.')").await;
        page.shot("map").await;
    });
}

pub(crate) fn a_recording_replays_green() {
    in_browser(DESK, async |page| {
        page.open(&[3301]).await;
        let person = page.chat(3301);
        page.click("one('.record')").await;
        page.until("one('.record').textContent === '■ Stop (0)'").await;
        person.start().await;
        person.press("Catalogue").await;
        person.tap("Tea").await;
        person.tap("Green tea").await;
        page.until("one('.record').textContent === '■ Stop (4)'").await;
        page.click("one('.record')").await;
        page.until("one('.verdict.green')").await;
        page.shot("recorded").await;
        let text = page.until("one('dialog .text').textContent").await;
        replays_green("recorded.chat", text.as_str().unwrap());
        page.click("all('dialog button').find((one) => one.textContent === 'Close')").await;

        // The last steps are there without having been asked for in time.
        person.tap("Japan").await;
        person.sees("Sencha").await;
        page.click("one('.last')").await;
        page.until("one('.verdict.green')").await;
        let text = page.until("one('dialog .text').textContent").await;
        assert!(text.as_str().unwrap().contains("Sencha"));
        replays_green("last.chat", text.as_str().unwrap());
    });
}

/// Whether the program itself, given the file, agrees.
fn replays_green(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_shopkeeper"));
    let replayed = Command::new(program).args(["replay", "--core"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&replayed.stdout);
    assert!(replayed.status.success(), "{text}\n{said}");
}

pub(crate) fn an_older_turn_shows_what_was_seen_then() {
    in_browser(DESK, async |page| {
        page.open(&[3401]).await;
        let person = page.chat(3401);
        person.start().await;
        person.press("Catalogue").await;
        person.tap("Tea").await;
        page.until("all('.strip button').length === 4").await;
        page.click("all('.strip button')[0]").await;
        page.until("one('.pane.past .then').textContent.includes('As Person 3401 saw it')").await;
        page.until("says(3401, 'Welcome') && !says(3401, 'Which shelf')").await;
        page.until("one('.drawing .current').dataset.state.startsWith('Menu.')").await;
        page.shot("then").await;

        // What was a button then is none now.
        person.press("Catalogue").await;
        person.hears("This is the past").await;
        page.click("all('.then button').find((one) => one.textContent === 'Back to now')").await;
        page.until("!one('.pane.past') && buttons(3401).some((one) => fits(one, 'Green tea'))").await;
        page.until("one('.drawing .current').dataset.state === 'Catalogue.Browsing'").await;
        person.press("Cart").await;
        person.sees("Your cart is empty").await;
    });
}
