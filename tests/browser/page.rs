//! The chat page as a person sees it: what is there, and what can be clicked.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::{Value, json};

use super::webdriver::{Element, Session};

pub(crate) const ENTER: &str = "\u{E007}";
pub(crate) const ESCAPE: &str = "\u{E00C}";
pub(crate) const DOWN: &str = "\u{E015}";

/// The pictures that the README shows; they are renewed on demand only.
const SHOWN: [(&str, &str); 4] = [
    ("chat-and-map", "src/simulator/page"),
    ("phone", "src/simulator/page"),
    ("owners-desk", "src"),
    ("reservation", "dialogues/reservation"),
];

/// Looks until an expression is true, at every frame, and gives its value. The functions are there for expressions.
const UNTIL: &str = r#"
    const [expression, patience, done] = arguments;
    const seen = (element) => element && element.checkVisibility() ? element : null;
    const all = (selector, within = document) => [...within.querySelectorAll(selector)].filter(seen);
    const one = (selector, within = document) => all(selector, within)[0];
    const pane = (person) => one(`.pane[data-person="${person}"]`);
    const bare = (text) => text.replace(/^[^\p{L}\p{N}]+/u, "").trim();
    const fits = (element, label) => {
        const text = element.textContent;
        return text === label || bare(text) === label || bare(text).startsWith(`${label} ·`);
    };
    const says = (person, text) => pane(person).querySelector(".log").textContent.includes(text);
    const buttons = (person) => all(".inline button", pane(person)).reverse();
    const check = new Function("seen", "all", "one", "pane", "fits", "says", "buttons", `return (${expression})`);
    const ends = performance.now() + patience;
    (function look() {
        let value;
        try { value = check(seen, all, one, pane, fits, says, buttons); } catch (error) { value = null; }
        if (value) done({ value });
        else if (performance.now() > ends) done({ late: document.body.innerText.slice(0, 4000) });
        else setTimeout(look, 10);
    })();
"#;

/// How long, in milliseconds, a condition may take to come true.
const ANSWER_TIMEOUT_MS: u32 = 45_000;

/// The page in its browser.
#[derive(Clone)]
pub(crate) struct Page {
    session: Rc<Session>,
    demo: String,
}

impl Page {
    pub(crate) fn new(session: Session, demo: &str) -> Page {
        Page { session: Rc::new(session), demo: demo.to_owned() }
    }

    /// Makes a person known by name before their chat is opened.
    pub(crate) async fn meet(&self, person: i64, name: &str) {
        let path = format!("{}/sim/v1/bots/1000:demo/people/{person}", self.demo);
        let body = json!({ "first_name": name, "language_code": "en" }).to_string();
        let request = reqwest::Client::new().put(path).header("Content-Type", "application/json").body(body);
        assert!(request.send().await.unwrap().status().is_success());
    }

    /// The demo's address, without a slash at the end.
    pub(crate) fn demo(&self) -> &str {
        &self.demo
    }

    /// Goes to an address, which need not be the demo's.
    pub(crate) async fn visit(&self, url: &str) {
        self.session.go(url).await;
    }

    /// Runs a script that calls its last argument when it is done.
    pub(crate) async fn run(&self, script: &str, args: &[Value]) -> Value {
        self.session.run(script, args).await.unwrap()
    }

    /// Opens the chats of people, and waits until they are there.
    pub(crate) async fn open(&self, people: &[i64]) {
        let ids: Vec<String> = people.iter().map(i64::to_string).collect();
        self.session.go(&format!("{}/?bot=1000:demo&person={}", self.demo, ids.join(","))).await;
        self.until(&format!("document.querySelectorAll('.pane header p:not(:empty)').length === {}", people.len()))
            .await;
    }

    /// Waits until a JavaScript expression is true, and gives its value.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        let found = self.session.run(UNTIL, &[json!(expression), json!(ANSWER_TIMEOUT_MS)]).await.unwrap();
        let late = found["late"].as_str();
        assert!(late.is_none(), "this did not come true: {expression}\nThe page says:\n{}", late.unwrap_or_default());
        found["value"].clone()
    }

    /// Waits for an element, and clicks it as a person would: it has to be in sight, with nothing before it.
    pub(crate) async fn click(&self, element: &str) {
        self.with(element, async |found| self.session.click(&found).await).await;
    }

    /// Types into an element.
    pub(crate) async fn keys(&self, element: &str, text: &str) {
        self.with(element, async |found| self.session.keys(&found, text).await).await;
    }

    /// The page may draw an element anew between looking and doing, or still be moving it: then both are done again.
    async fn with(&self, element: &str, act: impl AsyncFn(Element) -> Result<(), super::webdriver::Refused>) {
        let passing = ["stale element reference", "element click intercepted", "element not interactable"];
        let mut last = String::new();
        for _ in 0..50 {
            let value = self.until(element).await;
            let found = Element::from_value(&value).unwrap_or_else(|| panic!("{element} is no element"));
            match act(found).await {
                Ok(()) => return,
                Err(refused) if passing.contains(&refused.error.as_str()) => last = refused.message,
                Err(refused) => panic!("{element}: {}: {}", refused.error, refused.message),
            }
        }
        panic!("{element} could not be used: {last}");
    }

    /// The chat of one person.
    pub(crate) fn chat(&self, person: i64) -> Chat<'_> {
        Chat { page: self, person }
    }

    /// Keeps a picture of the page under `target/screenshots`.
    pub(crate) async fn shot(&self, name: &str) {
        let png = base64(&self.session.screenshot().await);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let keep = |folder: PathBuf| {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{name}.png")), &png).unwrap();
        };
        keep(Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots"));
        let shown = SHOWN.iter().find(|(shown, _)| *shown == name);
        if let (Some(_), Some((_, folder))) = (std::env::var_os("SHOPKEEPER_SCREENSHOTS"), shown) {
            keep(root.join(folder));
        }
    }

    pub(crate) async fn log(&self) -> Vec<(String, String)> {
        self.session.log().await
    }

    pub(crate) async fn close(self) {
        if let Some(session) = Rc::into_inner(self.session) {
            session.close().await;
        }
    }
}

/// One chat on the page.
pub(crate) struct Chat<'a> {
    page: &'a Page,
    person: i64,
}

impl Chat<'_> {
    /// Presses START, and waits for the greeting.
    pub(crate) async fn start(&self) {
        self.page.click(&format!("one('.start', pane({}))", self.person)).await;
        self.sees("Welcome").await;
    }

    /// Taps the newest inline button of that label; an emoji before it, and a sum after it, need not be named.
    pub(crate) async fn tap(&self, label: &str) {
        self.to_the_end().await;
        self.page.click(&format!("buttons({}).find((one) => fits(one, {}))", self.person, json!(label))).await;
    }

    /// Presses “↓” where it is offered: it lies over what is below.
    async fn to_the_end(&self) {
        let down = format!("one('.down', pane({}))", self.person);
        self.page.until(&format!("!{down} || ({down}.click(), false)")).await;
    }

    /// Taps an inline button below the newest message that says something.
    pub(crate) async fn tap_under(&self, text: &str, label: &str) {
        let post = format!(
            "all('.post', pane({})).reverse().find((one) => one.querySelector('.bubble').textContent.includes({}))",
            self.person,
            json!(text)
        );
        self.page.click(&format!("all('.inline button', {post}).find((one) => fits(one, {}))", json!(label))).await;
    }

    /// Presses a button of the reply keyboard.
    pub(crate) async fn press(&self, label: &str) {
        let keys = format!("all('.keyboard button', pane({}))", self.person);
        self.page.click(&format!("{keys}.find((one) => fits(one, {}))", json!(label))).await;
    }

    /// Writes a text and sends it.
    pub(crate) async fn write(&self, text: &str) {
        self.keys(&format!("{text}{ENTER}")).await;
    }

    /// Types into the field for messages.
    pub(crate) async fn keys(&self, text: &str) {
        self.page.keys(&format!("one('.field', pane({}))", self.person), text).await;
    }

    /// Answers the question that lies over the chat with what it suggests.
    pub(crate) async fn agree(&self) {
        self.page.click(&format!("one('.veil button:last-child', pane({}))", self.person)).await;
    }

    /// Waits until a text stands in the chat.
    pub(crate) async fn sees(&self, text: &str) {
        self.page.until(&format!("says({}, {})", self.person, json!(text))).await;
    }

    /// Waits until an order is placed; its number.
    pub(crate) async fn ordered(&self) -> String {
        let log = format!("pane({}).querySelector('.log').textContent", self.person);
        let number = self.page.until(&format!("{log}.match(/Order (\\d{{3}}-\\d{{4}}) is placed/)?.[1]")).await;
        number.as_str().unwrap().to_owned()
    }

    /// Waits until a toast says something.
    pub(crate) async fn hears(&self, toast: &str) {
        let found = format!("one('.toast', pane({}))?.textContent.includes({})", self.person, json!(toast));
        self.page.until(&found).await;
    }
}

/// Bytes from base64, as WebDriver sends pictures.
fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let letters: Vec<u8> = text.bytes().filter_map(value).collect();
    let bytes = |four: &[u8]| {
        let whole = four.iter().fold(0u32, |sum, six| sum << 6 | u32::from(*six)) << (6 * (4 - four.len()));
        whole.to_be_bytes()[1..four.len()].to_vec()
    };
    letters.chunks(4).flat_map(bytes).collect()
}
