//! The id of a request, and when it has come.

use std::time::Instant;

use rocket::Request;

/// The header that carries a request's id.
pub const REQUEST_ID: &str = "X-Request-Id";

/// What the server notes of a request when it comes.
pub struct Received {
    pub id: String,
    pub since: Instant,
}

/// The id of a request: the caller's, if it is a short word of letters, digits and `-_.:`; else one of ours.
pub fn request_id<'r>(request: &'r Request<'_>) -> &'r str {
    &received(request).id
}

/// What was noted of a request, at its first look.
pub fn received<'r>(request: &'r Request<'_>) -> &'r Received {
    request.local_cache(|| {
        let fits = |id: &&str| {
            (1..=128).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
        };
        let theirs = request.headers().get_one(REQUEST_ID).filter(fits).map(str::to_owned);
        let id = theirs.unwrap_or_else(|| format!("{:016x}", rand::random::<u64>()));
        Received { id, since: Instant::now() }
    })
}
