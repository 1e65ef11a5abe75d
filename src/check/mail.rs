//! Whether the mail server takes receipts.

use super::{Finding, Part, limited, unusable};
use crate::config::{Config, ConfigError, MAIL_FROM, SMTP_URL};
use crate::receipts::{MailError, ReceiptSender};

const SUBJECT: &str = "receipts";

/// Asks the mail server; nothing where no receipts are sent.
pub(super) fn part<'a>(config: &'a Config, problems: &[ConfigError]) -> Option<Part<'a>> {
    let server = config.receipts.as_ref()?;
    if let Some(name) = unusable(problems, &[SMTP_URL, MAIL_FROM]) {
        let skipped = Finding::warning(SUBJECT, format!("not asked: {name} cannot be used"), "set it first");
        return Some(Box::pin(async { vec![skipped] }));
    }
    Some(limited(SUBJECT, async move {
        let asked = match ReceiptSender::new(server) {
            Ok(sender) => sender.test().await,
            Err(error) => Err(error.into()),
        };
        vec![match asked {
            Ok(()) => {
                Finding::fine(SUBJECT, format!("the mail server lets us in; they come from {}", server.from.email))
            }
            Err(error) => Finding::failure(SUBJECT, error.to_string(), remedy(&error)),
        }]
    }))
}

fn remedy(error: &MailError) -> &'static str {
    match error {
        MailError::Answered { code: 530 | 534 | 535 | 538, .. } => {
            "it does not know this user and password: set SHOPKEEPER_SMTP_URL anew; many providers want a password made for \
             programs (“app password”)"
        }
        MailError::Answered { .. } | MailError::Unwritable | MailError::Unsupported(_) => {
            "ask whoever runs the mail server what this means; receipts wait for three days"
        }
        MailError::Unreachable(_) => {
            "see whether this machine reaches it: the host and port of SHOPKEEPER_SMTP_URL (465 with smtps://, 587 with \
             ?tls=required), a firewall, the certificate; receipts wait for three days"
        }
    }
}
