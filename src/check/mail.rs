//! Whether the mail server takes receipts.

use super::{Finding, Part, limited};
use crate::config::Config;
use crate::receipts::{MailError, ReceiptSender};

const SUBJECT: &str = "receipts";

/// Asks the mail server; nothing where no receipts are sent.
pub(super) fn part(config: &Config) -> Option<Part<'_>> {
    let server = config.receipts.as_ref()?;
    Some(limited(SUBJECT, async move {
        let asked = match ReceiptSender::new(server) {
            Ok(sender) => sender.test().await,
            Err(error) => Err(error.into()),
        };
        vec![match asked {
            Ok(()) => Finding::fine(SUBJECT, format!("the mail server takes messages from {}", server.from.email)),
            Err(error) => Finding::failure(SUBJECT, error.to_string(), remedy(&error)),
        }]
    }))
}

fn remedy(error: &MailError) -> &'static str {
    match error {
        MailError::Answered(530 | 534 | 535 | 538) => {
            "it does not know this user and password: set SHOPKEEPER_SMTP_URL anew; many providers want a password made for \
             programs (“app password”)"
        }
        MailError::Answered(_) | MailError::Unwritable => {
            "ask whoever runs the mail server what this number means; receipts wait for three days"
        }
        MailError::Unreachable(_) => {
            "see whether this machine reaches it: the host and port of SHOPKEEPER_SMTP_URL (465 with smtps://, 587 with \
             ?tls=required), a firewall, the certificate; receipts wait for three days"
        }
    }
}
