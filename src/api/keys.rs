//! Keys: made, checked, and limited in how often they may ask.
//!
//! A key is `shop_<id>_<secret>`. The id is no secret and names the key in lists and logs; of the secret, 32 random
//! bytes, only the SHA-256 is stored. What was found in MongoDB is believed for two seconds, so that a revoked
//! key is refused everywhere soon, and a read costs no command.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rocket::request::Request;
use sha2::{Digest, Sha256};

use super::Api;
use super::observe::AskedBy;
use super::problem::{Code, Problem};
use super::scope::Scope;
use crate::store::{Store, StoreError, StoredKey};

/// How long what was found is believed.
const FRESH: Duration = Duration::from_secs(2);

/// How long it is believed while somebody asks anew, or MongoDB does not answer.
const STALE: Duration = Duration::from_secs(30);

/// Requests a second of a key that says nothing else.
pub const DEFAULT_RATE: u32 = 100;

/// So many unknown ids are remembered; an attacker must not fill the memory.
const MOST_REMEMBERED: usize = 10_000;

/// What all keys begin with, so that people and scanners recognise one.
const PREFIX: &str = "shop_";

/// Makes a key and keeps its hash; returns its id and the key itself, which nobody can show again.
pub async fn create(
    store: &Store,
    name: &str,
    scopes: &[Scope],
    rate: Option<u32>,
) -> Result<(String, String), StoreError> {
    let id = hexadecimal(&rand::random::<[u8; 6]>());
    let secret = hexadecimal(&rand::random::<[u8; 32]>());
    let key = StoredKey {
        id: id.clone(),
        name: name.to_owned(),
        hash: hash(&secret),
        scopes: scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        rate,
        created: DateTime::<Utc>::default(),
        revoked: None,
    };
    store.add_key(&key).await?;
    Ok((id.clone(), format!("{PREFIX}{id}_{secret}")))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn hash(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret))
}

/// Whoever asks, with a key that is good.
#[derive(Clone)]
pub(crate) struct Caller(Arc<Key>);

struct Key {
    stored: StoredKey,
    scopes: Vec<Scope>,
    bucket: Arc<Mutex<Bucket>>,
}

impl Caller {
    /// The caller of a request, once the key is known to be good and has not asked too often.
    pub(super) async fn of(request: &Request<'_>) -> Result<Self, Problem> {
        let unauthorized = |detail: &str| {
            Problem::new(Code::Unauthorized, detail).header("WWW-Authenticate", r#"Bearer realm="shopkeeper""#)
        };
        let Some(header) = request.headers().get_one("Authorization") else {
            return Err(unauthorized("there is no key: send it as “Authorization: Bearer shop_…”"));
        };
        let bad = || unauthorized("this key is not good; `shopkeeper keys list` tells which are");
        let (id, secret) = parse(header).ok_or_else(bad)?;
        let api = request.rocket().state::<Api>().ok_or_else(bad)?;
        let key = api.keys.find(&api.store, id).await?.ok_or_else(bad)?;
        if !equal(hash(secret).as_bytes(), key.stored.hash.as_bytes()) || key.stored.revoked.is_some() {
            return Err(bad());
        }
        request.local_cache(|| AskedBy(Some(key.stored.id.clone())));
        let wait = key.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now());
        match wait {
            None => Ok(Self(key)),
            Some(wait) => Err(Problem::new(
                Code::RateLimited,
                format!("this key may ask {} times a second", key.stored.rate.unwrap_or(DEFAULT_RATE)),
            )
            .header("Retry-After", wait.as_secs().max(1).to_string())),
        }
    }

    pub(super) fn may(&self, scope: Scope) -> bool {
        self.0.scopes.contains(&scope)
    }

    /// Whether contact data is shown in full.
    pub(super) fn sees_contacts(&self) -> bool {
        self.may(Scope::ReadContacts)
    }

    /// The key's id.
    pub(super) fn id(&self) -> &str {
        &self.0.stored.id
    }
}

fn parse(header: &str) -> Option<(&str, &str)> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let (id, secret) = token.trim().strip_prefix(PREFIX)?.split_once('_')?;
    let word = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (scheme.eq_ignore_ascii_case("bearer") && word(id, 12) && word(secret, 64)).then_some((id, secret))
}

/// Compares in a time that depends on the lengths alone.
fn equal(sent: &[u8], kept: &[u8]) -> bool {
    sent.len() == kept.len() && sent.iter().zip(kept).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// The keys that were asked for lately.
#[derive(Default)]
pub(super) struct Keys(Mutex<HashMap<String, Found>>);

/// What was found under an id.
#[derive(Clone)]
struct Found {
    key: Option<Arc<Key>>,
    found: Instant,
    /// When somebody has last gone to look.
    asked: Instant,
}

impl Keys {
    async fn find(&self, store: &Store, id: &str) -> Result<Option<Arc<Key>>, StoreError> {
        let known = self.with(|known| {
            let found = known.get_mut(id)?;
            let good = found.asked.elapsed() < FRESH && found.found.elapsed() < STALE;
            if !good {
                // One goes to look; the others go on with what is known.
                found.asked = Instant::now();
            }
            Some((good, found.key.clone()))
        });
        let bucket = match known {
            Some((true, key)) => return Ok(key),
            Some((false, key)) => key.map(|key| Arc::clone(&key.bucket)),
            None => None,
        };
        let key = store.key(id).await?.map(|stored| Arc::new(Key::new(stored, bucket)));
        let now = Instant::now();
        self.with(|known| {
            if known.len() >= MOST_REMEMBERED {
                known.retain(|_, found| found.key.is_some() && found.found.elapsed() < STALE);
            }
            known.insert(id.to_owned(), Found { key: key.clone(), found: now, asked: now });
        });
        Ok(key)
    }

    fn with<R>(&self, look: impl FnOnce(&mut HashMap<String, Found>) -> R) -> R {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Key {
    fn new(stored: StoredKey, bucket: Option<Arc<Mutex<Bucket>>>) -> Self {
        let scopes = stored.scopes.iter().filter_map(|name| name.parse().ok()).collect();
        let bucket = bucket
            .unwrap_or_else(|| Arc::new(Mutex::new(Bucket::new(stored.rate.unwrap_or(DEFAULT_RATE), Instant::now()))));
        Self { stored, scopes, bucket }
    }
}

/// Lets so many requests a second pass, and twice as many at once after a pause.
struct Bucket {
    rate: f64,
    left: f64,
    since: Instant,
}

impl Bucket {
    fn new(rate: u32, now: Instant) -> Self {
        let rate = f64::from(rate.max(1));
        Self { rate, left: 2.0 * rate, since: now }
    }

    /// Takes one; how long to wait if none is left.
    fn take(&mut self, now: Instant) -> Option<Duration> {
        let earned = now.saturating_duration_since(self.since).as_secs_f64() * self.rate;
        self.left = (self.left + earned).min(2.0 * self.rate);
        self.since = now;
        if self.left >= 1.0 {
            self.left -= 1.0;
            return None;
        }
        Some(Duration::from_secs_f64((1.0 - self.left) / self.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_fills_as_fast_as_its_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(2, start);
        for _ in 0..4 {
            assert_eq!(bucket.take(start), None);
        }
        assert_eq!(bucket.take(start), Some(Duration::from_millis(500)));
        assert_eq!(bucket.take(start + Duration::from_millis(500)), None);
        assert!(bucket.take(start + Duration::from_millis(501)).is_some());
    }

    #[test]
    fn only_what_looks_like_a_key_is_looked_up() {
        let key = format!("Bearer shop_{}_{}", "0a".repeat(6), "1b".repeat(32));
        assert!(parse(&key).is_some());
        for wrong in ["", "Bearer", "Basic YWJj", "Bearer shop_1_2", &key[7..], &key[..key.len() - 1]] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
