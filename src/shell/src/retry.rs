//! When a call of the Bot API is made again.

use std::time::Duration;

use teloxide::RequestError;

use crate::refusals::is_outage;

/// A 429 is waited out so many times before a message is given up.
const FLOOD_RETRIES: u32 = 5;

/// The longest time that a screen waits: the customer will have tapped again by then.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Waits out what Telegram asks to wait, and tries once more what failed at Telegram's side. What may
/// have arrived is not sent again: `sendMessage` has no key.
pub async fn with_retries<T, F: Future<Output = Result<T, RequestError>>>(
    request: impl Fn() -> F,
) -> Result<T, RequestError> {
    for _ in 0..FLOOD_RETRIES {
        match request().await {
            Err(RequestError::RetryAfter(seconds)) if seconds.duration() <= LONGEST_WAIT => {
                tokio::time::sleep(seconds.duration()).await;
            }
            Err(RequestError::Network(error)) if error.is_connect() => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            // teloxide has waited ten seconds by then.
            Err(RequestError::InvalidJson { .. }) => break,
            Err(RequestError::Api(error)) if is_outage(&error) => break,
            other => return other,
        }
    }
    request().await
}
