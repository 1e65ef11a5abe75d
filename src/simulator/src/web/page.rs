//! The chat page: files that are part of the program.

use rocket::http::{ContentType, Header};
use rocket::{Responder, Route, get, routes};

pub(super) fn routes() -> Vec<Route> {
    routes![page, asset, no_workbench]
}

/// The page's scripts and styles, by name. Browsers load them as they are: there is no build step.
macro_rules! assets {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("../../page/", $name)))),*] };
}

const ASSETS: [(&str, &str); 27] = assets![
    "api.js",
    "app.js",
    "blocks.js",
    "chat.css",
    "chat.js",
    "composer.js",
    "deeds.js",
    "dialogs.js",
    "document.js",
    "dom.js",
    "inline.js",
    "log.js",
    "map.js",
    "menus.js",
    "message.css",
    "message.js",
    "page.css",
    "page.js",
    "places.js",
    "recorder.js",
    "rich.js",
    "suggestions.js",
    "tabs.js",
    "turn.js",
    "turns.js",
    "workbench.css",
    "workbench.js",
];

/// What the page may load: only what is served here. Its diagrams bring their styles with them, and its pictures may be
/// made on the spot. Mini Apps are framed; no other page may frame this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
    img-src 'self' data: blob:; frame-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Responder)]
struct Page {
    html: &'static str,
    kind: ContentType,
    policy: Header<'static>,
}

#[get("/")]
fn page() -> Page {
    let policy = Header::new("Content-Security-Policy", POLICY);
    Page { html: include_str!("../../page/page.html"), kind: ContentType::HTML, policy }
}

#[get("/sim/<name>")]
fn asset(name: &str) -> Option<(ContentType, &'static str)> {
    let (name, text) = ASSETS.iter().find(|asset| asset.0 == name)?;
    let kind = if name.ends_with(".css") { ContentType::CSS } else { ContentType::JavaScript };
    Some((kind, text))
}

/// The page asks whether there is a workbench; where there is one, its own route answers.
#[get("/workbench/v1")]
fn no_workbench() -> (ContentType, &'static str) {
    (ContentType::JSON, "{}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/page");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".js") || name.ends_with(".css"))
            .collect();
        names.sort();
        assert_eq!(names, ASSETS.map(|asset| asset.0));
    }
}
