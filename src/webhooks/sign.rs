//! Signatures as Standard Webhooks has them (<https://www.standardwebhooks.com>), for which there are libraries in most
//! languages: a receiver knows that a webhook is ours, and that it is of now.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What all secrets begin with.
const PREFIX: &str = "whsec_";

/// A secret that nobody can guess: `whsec_` and 32 random bytes in Base64.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", BASE64_STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// The value of the header `webhook-signature`, for `webhook-id`, `webhook-timestamp` (seconds since 1970) and a body. `None`: the
/// secret is none of ours.
pub fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
    /// gives these values.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(signature("whsec_?", "a", 1, "b"), None);
        assert_eq!(signature("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a", 1, "b"), None);
    }

    #[test]
    fn no_two_secrets_are_alike() {
        let (one, other) = (new_secret(), new_secret());
        assert_ne!(one, other);
        assert!(signature(&one, "a", 1, "b").is_some() && one.len() == PREFIX.len() + 44);
    }
}
