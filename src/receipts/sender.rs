//! One receipt to the mail server.

use std::fmt;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use dialogues::receipt::OrderReceipt;
use dialogues::shop::{Email, OrderNumber};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::config::MailServer;

/// How long the mail server may take for each of its answers.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Sends receipts by a mail server.
#[derive(Clone)]
pub struct ReceiptSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// What to do with a receipt now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Sent,
    /// It will never be taken.
    Refused,
    /// It may be taken later.
    Later,
    /// None is taken at the moment.
    Away,
}

/// What has come of a receipt, in words that may be logged: of the mail server's answer only its number, since it repeats the
/// address.
#[derive(Debug)]
pub(super) struct Sent(Option<MailError>);

/// Why an e-mail was not sent.
#[derive(Debug)]
pub enum MailError {
    /// The mail server has answered with this number.
    Answered(u16),
    /// No message can be made of it, such as where the address is one that no message may have.
    Unwritable,
    /// It could not be reached, or speaks otherwise: what is known of that.
    Unreachable(String),
}

impl From<Error> for MailError {
    fn from(error: Error) -> Self {
        match error.status() {
            Some(code) => Self::Answered(code.into()),
            None if error.is_client() => Self::Unwritable,
            None => Self::Unreachable(reason(&error)),
        }
    }
}

/// The innermost cause: what the network or TLS has said.
fn reason(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => reason(source),
        None => error.to_string(),
    }
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(code) => write!(f, "the mail server answers {code}"),
            Self::Unwritable => f.write_str("the address cannot stand in a message"),
            Self::Unreachable(problem) => write!(f, "the mail server cannot be reached: {problem}"),
        }
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(error) => error.fmt(f),
            None => f.write_str("sent"),
        }
    }
}

impl Sent {
    pub(super) fn verdict(&self) -> Verdict {
        match &self.0 {
            None => Verdict::Sent,
            Some(MailError::Unwritable) => Verdict::Refused,
            Some(MailError::Unreachable(_)) => Verdict::Away,
            // RFC 4954: it wants us to authenticate, or not so; 421: it is closing.
            Some(MailError::Answered(421 | 454 | 530 | 534 | 535 | 538)) => Verdict::Away,
            Some(MailError::Answered(500..)) => Verdict::Refused,
            Some(MailError::Answered(_)) => Verdict::Later,
        }
    }
}

impl ReceiptSender {
    /// A sender by this mail server; it is not asked yet.
    ///
    /// # Errors
    /// The address of the server is none.
    pub fn new(server: &MailServer) -> Result<Self, Error> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.url.expose())?
            .timeout(Some(ANSWER_TIMEOUT))
            .pool_config(PoolConfig::new().max_size(1))
            .build();
        Ok(Self { transport, from: server.from.clone() })
    }

    /// Asks the mail server whether it takes messages of ours.
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
    ) -> Sent {
        let Some(message) = self.message(to, receipt, order, now) else { return Sent(Some(MailError::Unwritable)) };
        Sent(self.transport.send(message).await.err().map(MailError::from))
    }

    fn message(&self, to: &Email, receipt: &OrderReceipt, order: OrderNumber, now: DateTime<Utc>) -> Option<Message> {
        let id = format!("<order-{order}.receipt@{}>", self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.as_str().parse().ok()?))
            .subject(&receipt.subject)
            .date(SystemTime::from(now))
            // The same for each try, so that the reader's program can tell one that came twice.
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(receipt.text.clone())
            .ok()?;
        // RFC 3834: absent people's programs do not answer it.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Some(message)
    }
}
