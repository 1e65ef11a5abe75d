//! The demo and a chromedriver, started once for all tests of a process, and a browser for each test.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::json;
use tokio::task::LocalSet;

use super::page::Page;
use super::webdriver::Session;
use crate::programs::{CHROMEDRIVER, CHROMIUM};

/// What the tests run against.
struct Stage {
    /// The demo's address, without a slash at the end.
    demo: String,
    driver: String,
    chromium: String,
    /// Held until the process ends: then their pipes close, which is how they learn that it is over.
    _running: [Started; 2],
}

struct Started {
    _guard: Child,
    /// A program whose output nobody holds fails when it next says something.
    output: BufReader<ChildStdout>,
}

/// What a window looks like.
pub(crate) struct Window {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
}

/// Olga, the demo's owner.
pub(crate) const OLGA: i64 = 1002;

pub(crate) const DESK: Window = Window { width: 1440, height: 900, dark: false };
pub(crate) const PHONE: Window = Window { width: 360, height: 740, dark: false };

/// Plays a test in a browser of its own, one at a time: the recorder hears everybody. Afterwards the browser's console
/// must be free of errors.
pub(crate) fn in_browser<F: Future<Output = ()> + 'static>(window: Window, test: impl FnOnce(Page) -> F) {
    in_browser_at(window, None, test);
}

/// The same before another page than the demo's, at this address without a slash at the end.
pub(crate) fn in_browser_at<F: Future<Output = ()> + 'static>(
    window: Window,
    address: Option<&str>,
    test: impl FnOnce(Page) -> F,
) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let stage = stage();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let session = Session::open(&stage.driver, &stage.chromium).await;
        let Window { width, height, dark } = window;
        // Windows of Chromium are at least 500 pixels wide; screens of phones are not.
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        session.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        // Without motion every picture is of something that has arrived.
        let features = json!([
            { "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        session.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        let page = Page::new(session, address.unwrap_or(&stage.demo));
        let result = tokio::task::spawn_local(test(page.clone())).await;
        if result.is_err() {
            let name = std::thread::current().name().unwrap_or_default().replace("::", "-");
            page.shot(&format!("failed-{name}")).await;
        }
        let errors: Vec<_> = page.log().await.into_iter().filter(|(level, _)| level == "SEVERE").collect();
        page.close().await;
        if let Err(failed) = result {
            std::panic::resume_unwind(failed.into_panic());
        }
        assert!(errors.is_empty(), "the browser's console has errors: {errors:#?}");
    });
}

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(open)
}

fn open() -> Stage {
    let address = |line: &str| {
        let at = line.find("http://")?;
        line[at..].split("/?").next().map(str::to_owned)
    };
    let (demo, shop) = start(Path::new(env!("CARGO_BIN_EXE_shopkeeper")), &["demo", "--port", "0"], address);
    let port = |line: &str| {
        let port = line.split("started successfully on port ").nth(1)?;
        Some(format!("http://127.0.0.1:{}", port.trim_end_matches('.')))
    };
    let (driver, browser) = start(&CHROMEDRIVER.path(), &["--port=0"], port);
    let chromium = CHROMIUM.path().display().to_string();
    Stage { demo, driver, chromium, _running: [shop, browser] }
}

/// Starts a program, and reads what it says up to its address. It is stopped when this process ends, however that
/// comes about: a shell waits at the other end of a pipe. Nobody reads farewells by then, and the demo's MongoDB ends in
/// the same way.
fn start(program: &Path, args: &[&str], address: impl Fn(&str) -> Option<String>) -> (String, Started) {
    let script = r#""$0" "$@" & read -r _; kill -KILL $!"#;
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(program).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut guard = command.spawn().unwrap();
    let output = BufReader::new(guard.stdout.take().unwrap());
    let mut started = Started { _guard: guard, output };
    let mut said = String::new();
    loop {
        let mut line = String::new();
        let read = started.output.read_line(&mut line).unwrap();
        assert!(read > 0, "{} ended before it told its address:\n{said}", program.display());
        if let Some(address) = address(line.trim_end()) {
            return (address, started);
        }
        said.push_str(&line);
    }
}
