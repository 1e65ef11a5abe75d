//! Screens: narrow ones, and dark ones.

use super::stage::{DESK, PHONE, Window, in_browser};

/// Nothing sticks out at the side.
const FITS: &str = "document.documentElement.scrollWidth <= innerWidth \
    && all('button, select, textarea, .bubble').every((one) => one.closest('.flows, .strip, .drawing, [hidden]') \
        || (one.getBoundingClientRect().left >= 0 && one.getBoundingClientRect().right <= innerWidth + 0.5))";

/// What is there for fingers is large enough for them.
const TAPPABLE: &str = "all('.pane button:not(.quote, .failed), .pane select, #people button').every((one) => { \
    const { width, height } = one.getBoundingClientRect(); return width >= 36 && height >= 36; })";

pub(crate) fn narrow_screens_lose_nothing() {
    in_browser(PHONE, async |page| {
        page.meet(3501, "Clara").await;
        page.open(&[3501, 1002]).await;
        let person = page.chat(3501);
        person.start().await;
        person.press("Catalogue").await;
        person.tap("Tea").await;
        person.tap("Green tea").await;
        person.tap("Japan").await;
        person.tap_under("Gyokuro", "Take a look").await;
        person.tap("➕").await;
        person.tap("Add to cart").await;
        person.hears("in your cart").await;
        page.until(FITS).await;
        page.until(TAPPABLE).await;
        page.shot("phone").await;

        // The other chat, the map, and the rest of the menu are a tap away.
        page.click("all('#people button').find((one) => one.textContent.startsWith('Olga'))").await;
        page.until("pane(1002) && !pane(3501)").await;
        page.click("all('#people button').find((one) => one.textContent.startsWith('Clara'))").await;
        page.click("one('[aria-label=\"The map\"]', pane(3501))").await;
        page.until("one('.drawing .current').dataset.state.startsWith('Product.')").await;
        page.until(FITS).await;
        page.shot("phone-map").await;
        page.click("one('[aria-label=\"Hide the workbench\"]')").await;
        page.until("!one('#workbench')").await;
        page.click("one('[aria-label=\"More\"]', pane(3501))").await;
        page.until("all('.deeds button').some((one) => one.textContent === 'Close this chat')").await;
        page.until(FITS).await;
    });
}

/// WCAG's contrast between an element's text and the ground that it stands on.
const CONTRAST: &str = "(() => { \
    const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => { const share = part / 255; \
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; }; \
    const ground = (one) => { const colour = getComputedStyle(one).backgroundColor; \
        return /, 0\\)$/.test(colour) ? ground(one.parentElement) : colour; }; \
    return all('.bubble .text, .pane h2, .keyboard button, .field').every((one) => { \
        const [text, below] = [light(getComputedStyle(one).color), light(ground(one))]; \
        return (Math.max(text, below) + 0.05) / (Math.min(text, below) + 0.05) >= 4.5; }); })()";

pub(crate) fn dark_screens_are_dark_and_readable() {
    in_browser(Window { dark: true, ..DESK }, async |page| {
        page.open(&[3701]).await;
        let person = page.chat(3701);
        person.start().await;
        person.press("Catalogue").await;
        person.tap("Tea").await;
        page.until("getComputedStyle(one('.pane header')).backgroundColor === 'rgb(23, 33, 43)'").await;
        page.until(CONTRAST).await;
        page.shot("dark").await;
    });
}

pub(crate) fn light_screens_are_readable() {
    in_browser(DESK, async |page| {
        page.open(&[3801]).await;
        page.chat(3801).start().await;
        page.until(CONTRAST).await;
    });
}
