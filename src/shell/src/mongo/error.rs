//! What can go wrong with the store.
//!
//! A driver's message may quote the document that it is about, and with it a customer's address.
//! So of what a server answered only code and name are kept, never the text.

use std::path::PathBuf;
use std::time::Duration;

use mongodb::error::{Error, ErrorKind, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure};

/// Duplicate key.
const DUPLICATE: i32 = 11_000;

/// Codes of a server that is not the primary, is stopping, or took too long: WriteConcernFailed,
/// HostUnreachable, HostNotFound, MaxTimeMSExpired, NetworkTimeout, ShutdownInProgress,
/// PrimarySteppedDown, ExceededTimeLimit, SocketException, NotWritablePrimary,
/// InterruptedAtShutdown, InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk,
/// NotPrimaryOrSecondary; and of one that is in no state to serve anybody until an operator has mended it:
/// Unauthorized, AuthenticationFailed, ReadConcernMajorityNotAvailableYet, Interrupted, OutOfDiskSpace.
const AWAY: [i32; 19] =
    [64, 6, 7, 50, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436, 13, 18, 134, 11_601, 14_031];

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A turn lost every race that it ran; it comes again.
    #[error("a turn could not be committed against others: {0}")]
    Contended(String),
    /// Worth trying again later: see [`StoreError::is_away`].
    #[error("MongoDB cannot be reached or is changing its primary: {0}")]
    Away(String),
    #[error("the MongoDB URI cannot be used: {0}. It looks like mongodb://127.0.0.1:27017/?replicaSet=rs0")]
    Uri(String),
    #[error(
        "this MongoDB is no replica set, so it has neither transactions nor change streams. Start mongod with \
         `--replSet rs0` and run `rs.initiate()` once in mongosh; a set of one is enough"
    )]
    NoReplicaSet,
    #[error(
        "a backup is being restored into this database, or was, and was interrupted: wait for it, or drop the database \
         and restore the backup again"
    )]
    HalfRestored,
    #[error("MongoDB refused: {name} (code {code})")]
    Refused { code: i32, name: String, duplicate: Option<String> },
    #[error("the MongoDB driver failed: {0}")]
    Driver(&'static str),
    #[error("a document cannot be written as BSON")]
    Unwritable,
    /// Counts as away: a newer program can read it, and will.
    #[error(
        "{collection}: a document was written in version {found} by a newer program, and this one knows {known}: let \
         the newer one work, and stop this one"
    )]
    Newer { collection: &'static str, found: i32, known: i32 },
    #[error("{collection}: a stored document cannot be read: {problem}")]
    Unreadable { collection: &'static str, problem: String },
    #[error("{}: {problem}", path.display())]
    File { path: PathBuf, problem: String },
    /// What the application has found wrong with what it was to store.
    #[error(transparent)]
    Application(Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// What the application has found wrong with what it was to store.
    pub fn application(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Application(Box::new(error))
    }

    /// Whether MongoDB is not reachable, has no primary now, or did not answer in time, or what is stored is for a newer
    /// program: the caller
    /// answers 503 or waits, and tries again. What was asked may have been done nevertheless.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Newer { .. })
    }

    /// Whether the server itself could not be asked, or is not the primary: apart from that, a transaction that fails in passing was
    /// in the way of another one.
    pub fn is_of_server(error: &Error) -> bool {
        match error.kind.as_ref() {
            ErrorKind::Io(_) | ErrorKind::ServerSelection { .. } | ErrorKind::ConnectionPoolCleared { .. } => true,
            ErrorKind::Command(command) => AWAY.contains(&command.code),
            _ => false,
        }
    }

    /// The name of the unique index that had the key already.
    pub fn duplicate(&self) -> Option<&str> {
        match self {
            Self::Refused { duplicate, .. } => duplicate.as_deref(),
            _ => None,
        }
    }

    /// No answer within `limit`.
    pub fn late(limit: Duration) -> Self {
        Self::Away(format!("no answer within {} s", limit.as_secs()))
    }

    /// What a server answered.
    pub(super) fn refused(code: i32, name: &str, message: &str) -> Self {
        match code {
            code if AWAY.contains(&code) => Self::Away(format!("{name} (code {code})")),
            code => {
                let duplicate = (code == DUPLICATE).then(|| index_of(message).to_owned());
                let name = if code == DUPLICATE { "DuplicateKey" } else { name };
                Self::Refused { code, name: name.to_owned(), duplicate }
            }
        }
    }
}

/// `… collection: tea.orders index: number dup key: { … }` names the index; no field of the error does.
fn index_of(message: &str) -> &str {
    message.split_once(" index: ").and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or("unknown")
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        if let Some(Self::Newer { collection, found, known }) = error.get_custom::<Self>() {
            return Self::Newer { collection, found: *found, known: *known };
        }
        let passing = error.contains_label(TRANSIENT_TRANSACTION_ERROR)
            || error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
            || error.contains_label("RetryableWriteError");
        let told = match error.kind.as_ref() {
            ErrorKind::Io(_)
            | ErrorKind::ServerSelection { .. }
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::DnsResolve { .. } => Self::Away(error.to_string()),
            ErrorKind::Command(command) => Self::refused(command.code, &command.code_name, &command.message),
            ErrorKind::Write(WriteFailure::WriteError(write)) => {
                Self::refused(write.code, write.code_name.as_deref().unwrap_or("WriteError"), &write.message)
            }
            ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => {
                Self::Away(format!("{} (code {})", concern.code_name, concern.code))
            }
            ErrorKind::InsertMany(many) => match many.write_errors.as_ref().and_then(|errors| errors.first()) {
                Some(write) => {
                    Self::refused(write.code, write.code_name.as_deref().unwrap_or("WriteError"), &write.message)
                }
                None => Self::Away("the write concern was not met".into()),
            },
            ErrorKind::InvalidArgument { message, .. } | ErrorKind::Authentication { message, .. } => {
                Self::Uri(message.clone())
            }
            ErrorKind::Bson(_) | ErrorKind::InvalidResponse { .. } => Self::Driver("an answer could not be decoded"),
            ErrorKind::GridFs(_) => Self::Driver("a stored picture is incomplete"),
            ErrorKind::Transaction { .. } => Self::Driver("a transaction was used in the wrong order"),
            ErrorKind::SessionsNotSupported => Self::NoReplicaSet,
            _ => Self::Driver("an unexpected kind of error"),
        };
        match told {
            Self::Refused { code, name, .. } if passing => Self::Away(format!("{name} (code {code})")),
            Self::Driver(what) if passing => Self::Away(what.to_owned()),
            told => told,
        }
    }
}

impl From<bson::error::Error> for StoreError {
    fn from(_: bson::error::Error) -> Self {
        Self::Unwritable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_document_is_not_quoted() {
        let message =
            r#"E11000 duplicate key error collection: tea.orders index: number dup key: { number: "482-7391" }"#;
        let error = StoreError::refused(DUPLICATE, "", message);
        assert_eq!(error.duplicate(), Some("number"));
        assert!(!error.to_string().contains("482"));
    }

    #[test]
    fn a_server_that_steps_down_is_away() {
        assert!(StoreError::refused(189, "PrimarySteppedDown", "").is_away());
        assert!(!StoreError::refused(121, "DocumentValidationFailure", "").is_away());
    }
}
