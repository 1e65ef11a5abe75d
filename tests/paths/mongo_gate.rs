//! A gate between one process and MongoDB: the network, at which a test decides when a command arrives, and whether its
//! answer does. What is not of the turn protocol passes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use bson::{Bson, Document};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::AbortHandle;

use super::door::accept;
use super::frames::{Command, Frame};

/// Commands that wait at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// Dialogue, profile and cart are read.
    Load,
    /// The mark of a dialogue is made this process's.
    Adopt,
    /// A turn of dialogue and cart is committed.
    Commit,
    /// The first statement of the transaction by which a turn is committed.
    Begin,
    /// The cart is projected.
    Project,
    /// The update is put aside.
    Bury,
    /// Dialogues are marked as owing replies.
    Mark,
    /// Marks are taken away.
    Clear,
    /// Marks of others are looked for.
    Owed,
    /// The lease is looked at by whoever does not hold it.
    Lease,
}

/// MaxTimeMSExpired: “it took too long”, which says nothing of whether it was done.
pub(crate) const LATE: i32 = 50;
/// BadValue: it will never be done.
pub(crate) const NEVER: i32 = 2;

/// What becomes of a command.
pub(crate) enum Verdict {
    /// It arrives. `arrived` is told when MongoDB has answered; the answer goes on when `then` is told, or dropped.
    Pass { arrived: oneshot::Sender<()>, then: Option<oneshot::Receiver<()>>, answer: Option<i32> },
    /// It does not arrive, and this is the answer.
    Refuse(i32),
}

/// A command that waits.
pub(crate) struct Held {
    pub(crate) what: What,
    /// Whose it is; `None` where the command does not tell.
    pub(crate) chat: Option<i64>,
    /// Its transaction, where it is of one.
    transaction: Option<Vec<u8>>,
    verdict: oneshot::Sender<Verdict>,
}

impl Held {
    /// Lets it arrive, and its answer; resolves when MongoDB has done it.
    pub(crate) async fn pass(self) {
        self.decide(None, None).await;
    }

    /// Lets it arrive; the answer is that it took too long.
    pub(crate) async fn lose_answer(self) {
        self.decide(None, Some(LATE)).await;
    }

    /// Lets it arrive; the answer waits until what is returned is told, or dropped.
    pub(crate) async fn hold_answer(self) -> oneshot::Sender<()> {
        let (release, released) = oneshot::channel();
        self.decide(Some(released), None).await;
        release
    }

    async fn decide(self, then: Option<oneshot::Receiver<()>>, answer: Option<i32>) {
        let (arrived, arrives) = oneshot::channel();
        let _ = self.verdict.send(Verdict::Pass { arrived, then, answer });
        let _ = arrives.await;
    }

    /// It does not arrive.
    pub(crate) fn refuse(self, code: i32) {
        let _ = self.verdict.send(Verdict::Refuse(code));
    }
}

#[derive(Default)]
struct State {
    accepting: Option<AbortHandle>,
    /// Only their commands are held.
    chats: Vec<i64>,
    holds_lease: bool,
    held: Vec<Held>,
    /// Transactions whose commit's answer is lost.
    lost: BTreeSet<Vec<u8>>,
    /// How many transactions have ended.
    ended: usize,
    /// Whether the process has completed the carts that crashes have left half done.
    carts_are_mended: bool,
}

/// The gate. Clones are the same.
#[derive(Clone)]
pub(crate) struct MongoGate {
    state: Arc<Mutex<State>>,
    changed: Arc<watch::Sender<()>>,
    pub(crate) address: SocketAddr,
}

/// What happens to an answer.
struct Answer {
    arrived: Option<oneshot::Sender<()>>,
    then: Option<oneshot::Receiver<()>>,
    code: Option<i32>,
    ends: bool,
}

type Answers = Arc<Mutex<BTreeMap<i32, Answer>>>;

impl MongoGate {
    /// A gate in front of MongoDB. It holds nothing before it is told to.
    pub(crate) async fn open(mongod: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, state, changed) = (listener.local_addr().unwrap(), Arc::default(), watch::Sender::new(()));
        let gate = Self { state, changed: Arc::new(changed), address };
        let accepting = gate.clone();
        let task = accept(listener, move |client| accepting.clone().serve(client, mongod));
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

    /// From now on the commands of these chats wait, and those of no others; what waits of others passes.
    pub(crate) fn hold(&self, chats: &[i64]) {
        let mut state = self.state();
        state.chats = chats.to_vec();
        let held = std::mem::take(&mut state.held);
        for held in held {
            let is_lease = held.what == What::Lease && state.holds_lease;
            let is_of_ours = held.chat.map_or(!chats.is_empty(), |chat| chats.contains(&chat));
            if is_lease || held.what != What::Lease && is_of_ours {
                state.held.push(held);
            } else {
                let (arrived, _) = oneshot::channel();
                let _ = held.verdict.send(Verdict::Pass { arrived, then: None, answer: None });
            }
        }
    }

    /// Whether the lease can be looked at.
    pub(crate) fn hold_lease(&self, holds: bool) {
        let chats = {
            let mut state = self.state();
            state.holds_lease = holds;
            // Of several that were given up only the last one is still waited for.
            let newest = state.held.iter().rposition(|held| held.what == What::Lease);
            let mut place = 0;
            state.held.retain(|held| {
                place += 1;
                held.what != What::Lease || Some(place - 1) == newest
            });
            state.chats.clone()
        };
        self.hold(&chats);
    }

    /// What waits.
    pub(crate) fn waiting(&self) -> Vec<(What, Option<i64>)> {
        self.state().held.iter().map(|held| (held.what, held.chat)).collect()
    }

    /// How many transactions have ended.
    pub(crate) fn ended(&self) -> usize {
        self.state().ended
    }

    /// Whether the process has completed the carts that crashes have left half done: it looks for carts of nobody next.
    pub(crate) fn carts_are_mended(&self) -> bool {
        self.state().carts_are_mended
    }

    /// Told of every change.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Takes the newest such command, if one waits.
    pub(crate) fn take(&self, what: What, chat: i64) -> Option<Held> {
        let mut state = self.state();
        let place = state.held.iter().rposition(|held| held.is(what, chat))?;
        Some(state.held.remove(place))
    }

    /// The answer to the commit of this transaction is lost.
    pub(crate) fn lose_commit(&self, held: &Held) {
        self.state().lost.extend(held.transaction.clone());
    }

    async fn serve(self, client: TcpStream, mongod: SocketAddr) {
        let Ok(server) = TcpStream::connect(mongod).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (mut from_client, to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let to_client = Arc::new(tokio::sync::Mutex::new(to_client));
        let answers = Answers::default();
        let up = async {
            while let Some(frame) = Frame::read(&mut from_client).await {
                let (verdict, ends) = self.judge(&frame).await;
                let answer = match verdict {
                    None if ends => Answer { arrived: None, then: None, code: None, ends },
                    None => {
                        if to_server.write_all(&frame.0).await.is_err() {
                            return;
                        }
                        continue;
                    }
                    Some(Verdict::Refuse(code)) => {
                        let refusal = Frame::refusal(frame.id(), code);
                        let _ = to_client.lock().await.write_all(&refusal).await;
                        continue;
                    }
                    Some(Verdict::Pass { arrived, then, answer }) => {
                        Answer { arrived: Some(arrived), then, code: answer, ends }
                    }
                };
                answers.lock().unwrap().insert(frame.id(), answer);
                if to_server.write_all(&frame.0).await.is_err() {
                    return;
                }
            }
            // What a killed process has sent is still answered.
            let mut changes = self.changes();
            while !answers.lock().unwrap().is_empty() {
                let _ = changes.changed().await;
            }
        };
        let down = async {
            while let Some(frame) = Frame::read(&mut from_server).await {
                let known = answers.lock().unwrap().remove(&frame.answers());
                let Some(Answer { arrived, then, code, ends }) = known else {
                    if to_client.lock().await.write_all(&frame.0).await.is_err() {
                        return;
                    }
                    continue;
                };
                if ends {
                    self.state().ended += 1;
                }
                if let Some(arrived) = arrived {
                    let _ = arrived.send(());
                }
                self.changed.send_replace(());
                if let Some(then) = then {
                    let _ = then.await;
                }
                let answers = frame.answers();
                let bytes = code.map_or(frame.0, |code| Frame::refusal(answers, code));
                let _ = to_client.lock().await.write_all(&bytes).await;
            }
        };
        tokio::select! {
            () = up => {}
            () = down => {}
        }
    }

    /// Waits for what becomes of a command, if it is held; and whether it ends a transaction.
    async fn judge(&self, frame: &Frame) -> (Option<Verdict>, bool) {
        let Some(command) = frame.command(&NAMES) else { return (None, false) };
        let ends = matches!(command.name.as_str(), "commitTransaction" | "abortTransaction");
        let transaction = transaction(&command.body);
        if command.name == "aggregate" && command.body.get_str("aggregate").is_ok_and(|name| name == "carts") {
            self.state().carts_are_mended = true;
            self.changed.send_replace(());
        }
        let waiting = {
            let mut state = self.state();
            if ends {
                let lost = transaction.as_ref().is_some_and(|transaction| state.lost.contains(transaction));
                let (arrived, _) = oneshot::channel();
                let pass = Verdict::Pass { arrived, then: None, answer: lost.then_some(LATE) };
                return (Some(pass), true);
            }
            let Some((what, chat)) = sort(&command) else { return (None, false) };
            let holds = match (what, chat) {
                (What::Lease, _) => state.holds_lease,
                (_, Some(chat)) => state.chats.contains(&chat),
                (_, None) => !state.chats.is_empty(),
            };
            if !holds {
                return (None, false);
            }
            let (verdict, waiting) = oneshot::channel();
            state.held.push(Held { what, chat, transaction, verdict });
            waiting
        };
        self.changed.send_replace(());
        // Whoever drops it has no interest in it: it never arrives.
        (Some(waiting.await.unwrap_or(Verdict::Refuse(LATE))), false)
    }
}

impl Held {
    fn is(&self, what: What, chat: i64) -> bool {
        self.what == what && self.chat.is_none_or(|whose| whose == chat)
    }
}

const NAMES: [&str; 7] = ["aggregate", "find", "insert", "update", "delete", "commitTransaction", "abortTransaction"];

/// A transaction: its session, which is used again and again, and its number.
fn transaction(body: &Document) -> Option<Vec<u8>> {
    let number = body.get_i64("txnNumber").ok()?;
    match body.get_document("lsid").ok()?.get("id")? {
        Bson::Binary(id) => Some([&id.bytes[..], &number.to_le_bytes()].concat()),
        _ => None,
    }
}

/// What a command is of the turn protocol, and whose.
fn sort(command: &Command) -> Option<(What, Option<i64>)> {
    let Command { name, body, first } = command;
    let collection = body.get_str(name).ok()?;
    if body.get_bool("startTransaction").unwrap_or(false) {
        return Some((What::Begin, None));
    }
    if body.contains_key("autocommit") {
        return None;
    }
    let filter = first.get_document("q").cloned().unwrap_or_default();
    let listed = || filter.get_document("_id").ok()?.get_array("$in").ok()?.first()?.as_i64();
    match (name.as_str(), collection) {
        ("aggregate", "dialogues") => {
            let first = body.get_array("pipeline").ok()?.first()?.as_document()?;
            let chat = first.get_document("$match").ok()?.get_i64("_id").ok()?;
            Some((What::Load, Some(chat)))
        }
        ("aggregate", "leases") => Some((What::Lease, None)),
        ("find", "dialogues") if body.get_document("filter").is_ok_and(|filter| filter.contains_key("owed.until")) => {
            Some((What::Owed, None))
        }
        ("insert", "dialogues") => Some((What::Commit, first.get_i64("_id").ok())),
        ("update", "dialogues") if filter.contains_key("owed.by") => Some((What::Clear, listed())),
        ("update", "dialogues") if filter.contains_key("owed") => Some((What::Adopt, filter.get_i64("_id").ok())),
        ("update", "dialogues") if listed().is_some() => Some((What::Mark, listed())),
        ("update", "dialogues") => Some((What::Commit, filter.get_i64("_id").ok())),
        ("update", "carts") => Some((What::Project, filter.get_i64("_id").ok())),
        ("update", "dead_letters") => {
            let chat = first.get_document("u").ok()?.get_document("$set").ok()?.get_i64("chat").ok();
            Some((What::Bury, chat))
        }
        _ => None,
    }
}
