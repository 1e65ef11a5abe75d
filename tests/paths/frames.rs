//! MongoDB's wire protocol, as far as a gate has to read it: one message is one frame (`OP_MSG`).

use bson::{Document, RawDocument, doc};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The header of every message.
const HEADER: usize = 16;
/// The only kind of message that a driver of today sends.
const OP_MSG: i32 = 2013;
/// Far more than any message here.
const MOST_BYTES: usize = 48 << 20;

/// One message.
pub(crate) struct Frame(pub(crate) Vec<u8>);

/// A command, and the first of the documents that it carries beside itself.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) body: Document,
    /// The first statement of an `insert`, `update` or `delete`.
    pub(crate) first: Document,
}

impl Frame {
    /// The next message; `None` where the connection has ended.
    pub(crate) async fn read(from: &mut (impl AsyncRead + Unpin)) -> Option<Self> {
        let mut bytes = vec![0; HEADER];
        from.read_exact(&mut bytes).await.ok()?;
        let length = usize::try_from(number(&bytes, 0)?).ok()?;
        if !(HEADER..MOST_BYTES).contains(&length) {
            return None;
        }
        bytes.resize(length, 0);
        from.read_exact(&mut bytes[HEADER..]).await.ok()?;
        Some(Self(bytes))
    }

    /// The number that its answer names.
    pub(crate) fn id(&self) -> i32 {
        number(&self.0, 4).unwrap_or_default()
    }

    /// The message that it answers.
    pub(crate) fn answers(&self) -> i32 {
        number(&self.0, 8).unwrap_or_default()
    }

    /// The command, if it is one of these names.
    pub(crate) fn command(&self, names: &[&str]) -> Option<Command> {
        if number(&self.0, 12)? != OP_MSG {
            return None;
        }
        let (mut body, mut first) = (None, None);
        let mut at = HEADER + 4;
        while at + 5 < self.0.len() {
            let (kind, length) = (self.0[at], usize::try_from(number(&self.0, at + 1)?).ok()?);
            let section = self.0.get(at + 1..at + 1 + length)?;
            at += 1 + length;
            if kind == 0 {
                body = Some(RawDocument::from_bytes(section).ok()?);
            } else {
                let name = section[4..].iter().position(|byte| *byte == 0)? + 5;
                let length = usize::try_from(number(section, name)?).ok()?;
                first = Some(RawDocument::from_bytes(section.get(name..name + length)?).ok()?);
            }
        }
        let body = body?;
        let (name, _) = body.iter().next()?.ok()?;
        let name = name.to_string();
        if !names.contains(&name.as_str()) {
            return None;
        }
        let body = Document::try_from(body).ok()?;
        let first = match first {
            Some(first) => Document::try_from(first).ok()?,
            None => ["updates", "documents", "deletes"]
                .iter()
                .find_map(|list| body.get_array(list).ok()?.first()?.as_document().cloned())
                .unwrap_or_default(),
        };
        Some(Command { name, body, first })
    }

    /// The answer of a MongoDB that refuses a command with this code.
    pub(crate) fn refusal(of: i32, code: i32) -> Vec<u8> {
        let body = doc! { "ok": 0, "errmsg": "as the test wants it", "code": code, "codeName": format!("Code{code}") };
        let body = body.to_vec().unwrap();
        let length = i32::try_from(HEADER + 5 + body.len()).unwrap();
        let mut bytes: Vec<u8> = [length, 1, of, OP_MSG, 0].iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.push(0);
        bytes.extend(body);
        bytes
    }
}

fn number(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
