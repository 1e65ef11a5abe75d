//! One receipt to the mail server.

use std::fmt;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use dialogues::receipt::OrderReceipt;
use dialogues::shop::{Email, OrderNumber};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Host;

use crate::config::MailServer;

/// How long the mail server may take for one message, from the connection to its last answer.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// Sends receipts by a mail server: one connection each.
#[derive(Clone)]
pub struct ReceiptSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

/// What to do with a receipt that was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It will never be taken.
    Refused,
    /// It may be taken later.
    Later,
    /// None is taken at the moment.
    Away,
}

/// Why an e-mail was not sent. What is shown of it may be logged: of the mail server's answer only the numbers, since its words
/// repeat the address.
#[derive(Debug)]
pub enum MailError {
    /// The mail server has answered with this number; it says that the recipient's mailbox is the reason, by an enhanced status
    /// code of RFC 3463.
    Answered { code: u16, is_of_recipient: bool },
    /// No message can be made of it: the address is one that no message may have.
    Unwritable,
    /// The mail server lacks what we need, such as STARTTLS, a way to authenticate, or SMTPUTF8 for this address.
    Unsupported(String),
    /// It could not be reached, or speaks otherwise: what is known of that.
    Unreachable(String),
}

impl From<Error> for MailError {
    fn from(error: Error) -> Self {
        let words = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        match error.status() {
            Some(code) => Self::Answered { code: code.into(), is_of_recipient: is_of_recipient(&words) },
            None if error.is_client() => Self::Unsupported(words),
            // What cannot be read may be an answer that quotes the address.
            None if error.is_response() => Self::Unreachable("its answers are not those of SMTP".to_owned()),
            None => Self::Unreachable(reason(&error)),
        }
    }
}

/// Whether an answer has an enhanced status code that is about the recipient: 5.1 (addressing) or 5.2 (mailbox). 5.1.7 and 5.1.8
/// are about the sender.
fn is_of_recipient(words: &str) -> bool {
    let about = |word: &str| word.starts_with("5.1.") || word.starts_with("5.2.");
    words.split_whitespace().any(|word| about(word) && !["5.1.7", "5.1.8"].contains(&word))
}

/// The innermost cause: what the network or TLS reports.
fn reason(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => reason(source),
        None => error.to_string(),
    }
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { code, .. } => write!(f, "the mail server answers {code}"),
            Self::Unwritable => f.write_str("the address cannot stand in a message"),
            Self::Unsupported(what) => write!(f, "the mail server cannot take it: {what}"),
            Self::Unreachable(problem) => write!(f, "the mail server cannot be reached: {problem}"),
        }
    }
}

impl MailError {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Unwritable => Verdict::Refused,
            Self::Unreachable(_) => Verdict::Away,
            // RFC 4954: it wants us to authenticate, or not so; 421: it is closing.
            Self::Answered { code: 421 | 454 | 530 | 534 | 535 | 538, .. } => Verdict::Away,
            Self::Answered { code: 500.., is_of_recipient: true } => Verdict::Refused,
            // A sender that is not allowed, a limit, a list of bad addresses: somebody may change that.
            Self::Answered { .. } | Self::Unsupported(_) => Verdict::Later,
        }
    }
}

impl ReceiptSender {
    /// A sender by this mail server; it is not asked yet.
    ///
    /// # Errors
    /// The URL of the server cannot be used.
    pub fn new(server: &MailServer) -> Result<Self, Error> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.url.expose())?.build();
        Ok(Self { transport, from: server.from.clone(), timeout: SEND_TIMEOUT })
    }

    /// The same sender, which waits so long for a message to be taken.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Asks the mail server whether it accepts our user and password.
    ///
    /// # Errors
    /// [`MailError`]
    pub async fn test(&self) -> Result<(), MailError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailError::Unreachable("it does not answer NOOP".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn send(
        &self,
        to: &Email,
        receipt: &OrderReceipt,
        order: OrderNumber,
        now: DateTime<Utc>,
    ) -> Result<(), MailError> {
        let message = self.message(to, receipt, order, now).ok_or(MailError::Unwritable)?;
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(sent) => sent.map(drop).map_err(MailError::from),
            Err(_) => Err(MailError::Unreachable(format!("no answer within {} s", self.timeout.as_secs()))),
        }
    }

    fn message(&self, to: &Email, receipt: &OrderReceipt, order: OrderNumber, now: DateTime<Utc>) -> Option<Message> {
        let id = format!("<order-{order}.receipt@{}>", self.from.email.domain());
        let (local, domain) = to.as_str().rsplit_once('@')?;
        // Names of hosts in other letters are written in punycode, which every mail server takes.
        let to = format!("{local}@{}", Host::parse(domain).ok()?);
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse().ok()?))
            .subject(&receipt.subject)
            .date(SystemTime::from(now))
            // The same for each try, so that the reader's program can tell one that came twice.
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(receipt.text.clone())
            .ok()?;
        // RFC 3834: programs that answer for somebody who is absent do not answer it.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_recipient_is_refused_for_good() {
        let verdict =
            |code, words: &str| MailError::Answered { code, is_of_recipient: is_of_recipient(words) }.verdict();
        for (code, words, is) in [
            (550, "5.1.1 <anna@example.com>: no such user", Verdict::Refused),
            (552, "5.2.2 mailbox full", Verdict::Refused),
            (550, "relaying denied", Verdict::Later),
            (553, "5.1.8 <orders@tea.example>: sender not allowed", Verdict::Later),
            (553, "5.7.1 sender not allowed", Verdict::Later),
            (554, "your address is on a list", Verdict::Later),
            (451, "4.7.1 greylisted", Verdict::Later),
            (421, "closing", Verdict::Away),
            (535, "5.7.8 bad credentials", Verdict::Away),
        ] {
            assert_eq!(verdict(code, words), is, "{code} {words}");
        }
        assert_eq!(MailError::Unsupported("STARTTLS is not supported".to_owned()).verdict(), Verdict::Later);
        assert_eq!(MailError::Unwritable.verdict(), Verdict::Refused);
    }
}
