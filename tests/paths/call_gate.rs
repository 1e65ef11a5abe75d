//! A gate between one process and the Bot API: a test decides when a call arrives.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::AbortHandle;

use super::door::accept;

/// Calls that show something, or answer a tap.
const SHOWS: [&str; 4] = ["sendmessage", "editmessagetext", "senddocument", "answercallbackquery"];

/// A call that waits.
pub(crate) struct HeldCall {
    pub(crate) chat: i64,
    /// It answers a tap.
    pub(crate) answers: bool,
    verdict: oneshot::Sender<Option<Passed>>,
}

/// A call that may arrive.
struct Passed {
    /// Told when Telegram has answered.
    done: oneshot::Sender<()>,
    /// The answer goes on when this is told, or dropped.
    then: Option<oneshot::Receiver<()>>,
}

impl HeldCall {
    /// Lets it arrive; resolves when Telegram has answered.
    pub(crate) async fn pass(self) {
        let (done, is_done) = oneshot::channel();
        let _ = self.verdict.send(Some(Passed { done, then: None }));
        let _ = is_done.await;
    }

    /// Lets it arrive; the answer waits until what is returned is told, or dropped.
    pub(crate) async fn hold_answer(self) -> oneshot::Sender<()> {
        let ((done, is_done), (release, released)) = (oneshot::channel(), oneshot::channel());
        let _ = self.verdict.send(Some(Passed { done, then: Some(released) }));
        let _ = is_done.await;
        release
    }

    /// Telegram has no time for it now: a 429, after which it comes again at once.
    pub(crate) fn refuse(self) {
        let _ = self.verdict.send(None);
    }
}

#[derive(Default)]
struct State {
    accepting: Option<AbortHandle>,
    chats: Vec<i64>,
    held: Vec<HeldCall>,
}

/// The gate. Clones are the same.
#[derive(Clone)]
pub(crate) struct CallGate {
    state: Arc<Mutex<State>>,
    changed: Arc<watch::Sender<()>>,
    pub(crate) address: SocketAddr,
}

/// The id of a tap, in which the chat can be read.
pub(crate) fn tap_id(chat: i64, update: i64) -> String {
    format!("{chat}-{update}")
}

impl CallGate {
    /// A gate in front of the Bot API. It holds nothing before it is told to.
    pub(crate) async fn open(telegram: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, state, changed) = (listener.local_addr().unwrap(), Arc::default(), watch::Sender::new(()));
        let gate = Self { state, changed: Arc::new(changed), address };
        let accepting = gate.clone();
        let task = accept(listener, move |client| accepting.clone().serve(client, telegram));
        gate.state().accepting = Some(task);
        gate
    }

    /// Takes no new connections. What is on its way goes on.
    pub(crate) fn close(&self) {
        if let Some(accepting) = self.state().accepting.take() {
            accepting.abort();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// From now on what is shown in these chats waits, and nothing else; what waits of others passes.
    pub(crate) fn hold(&self, chats: &[i64]) {
        let mut state = self.state();
        state.chats = chats.to_vec();
        for call in std::mem::take(&mut state.held) {
            match chats.contains(&call.chat) {
                true => state.held.push(call),
                false => drop(call.verdict.send(Some(Passed { done: oneshot::channel().0, then: None }))),
            }
        }
    }

    /// What waits: the chat, and whether it answers a tap.
    pub(crate) fn waiting(&self) -> Vec<(i64, bool)> {
        self.state().held.iter().map(|call| (call.chat, call.answers)).collect()
    }

    /// Told of every change.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Takes the oldest such call, if one waits.
    pub(crate) fn take(&self, chat: i64, answers: bool) -> Option<HeldCall> {
        let mut state = self.state();
        let place = state.held.iter().position(|call| call.chat == chat && call.answers == answers)?;
        Some(state.held.remove(place))
    }

    async fn serve(self, mut client: TcpStream, telegram: SocketAddr) {
        let Ok(mut server) = TcpStream::connect(telegram).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let mut left = Vec::new();
        while let Some(call) = message(&mut client, &mut left).await {
            let mut done = None;
            if let Some(waiting) = self.judge(&call) {
                self.changed.send_replace(());
                match waiting.await {
                    Ok(Some(passed)) => done = Some(passed),
                    Ok(None) => {
                        if client.write_all(&too_many()).await.is_err() {
                            return;
                        }
                        continue;
                    }
                    // Nobody lets it pass any more.
                    Err(_) => return,
                }
            }
            if server.write_all(&addressed(&call, telegram)).await.is_err() {
                return;
            }
            let Some(answer) = message(&mut server, &mut Vec::new()).await else { return };
            if let Some(Passed { done, then }) = done {
                let _ = done.send(());
                if let Some(then) = then {
                    let _ = then.await;
                }
            }
            if client.write_all(&answer).await.is_err() {
                return;
            }
        }
    }

    fn judge(&self, call: &[u8]) -> Option<oneshot::Receiver<Option<Passed>>> {
        let end = end_of_head(call)?;
        let line = std::str::from_utf8(&call[..end]).ok()?.lines().next()?;
        let method = line.split_whitespace().nth(1)?.rsplit('/').next()?.to_ascii_lowercase();
        if !SHOWS.contains(&method.as_str()) {
            return None;
        }
        let body: Value = serde_json::from_slice(&call[end..]).ok()?;
        let answers = method == "answercallbackquery";
        let chat = match answers {
            true => body["callback_query_id"].as_str()?.split('-').next()?.parse().ok()?,
            false => body["chat_id"].as_i64().or_else(|| body["chat_id"].as_str()?.parse().ok())?,
        };
        let mut state = self.state();
        if !state.chats.contains(&chat) {
            return None;
        }
        let (verdict, waiting) = oneshot::channel();
        state.held.push(HeldCall { chat, answers, verdict });
        Some(waiting)
    }
}

fn too_many() -> Vec<u8> {
    let body = json!({ "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 0",
        "parameters": { "retry_after": 0 } });
    let body = body.to_string();
    let head = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length:";
    format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// The call with the address of whom it goes to, in place of the gate's.
fn addressed(call: &[u8], telegram: SocketAddr) -> Vec<u8> {
    let end = end_of_head(call).unwrap_or_default();
    let head = String::from_utf8_lossy(&call[..end]);
    let line = |line: &str| match line.to_ascii_lowercase().starts_with("host:") {
        true => format!("host: {telegram}\r\n"),
        false => line.to_owned(),
    };
    let mut bytes = head.split_inclusive('\n').map(line).collect::<String>().into_bytes();
    bytes.extend_from_slice(&call[end..]);
    bytes
}

/// The next request or answer; `left` is what was read beyond the one before.
async fn message(from: &mut (impl AsyncRead + Unpin), left: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut bytes = std::mem::take(left);
    loop {
        if let Some(end) = end_of_head(&bytes) {
            let head = std::str::from_utf8(&bytes[..end]).ok()?.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let whole = end + length.unwrap_or(0_usize);
            if bytes.len() >= whole {
                *left = bytes.split_off(whole);
                return Some(bytes);
            }
        }
        if from.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
