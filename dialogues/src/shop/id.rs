//! Names of things that live in MongoDB.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The twelve bytes of a MongoDB `ObjectId`, written as 24 hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(pub [u8; 12]);

impl Id {
    /// The id of a thing that a shop folder calls `key`: the same in every shop, so that seeding
    /// again finds what it put there before. (FNV-1a, 96 bits of it: names, not secrets.)
    pub fn of_key(kind: &str, key: &str) -> Self {
        const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let bytes = kind.bytes().chain([0]).chain(key.bytes());
        let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
        let mut id = [0; 12];
        id.copy_from_slice(&hash.to_be_bytes()[4..]);
        Self(id)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is no id of 24 hexadecimal digits");
        if text.len() != 24 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut id = [0; 12];
        for (place, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(id))
    }
}

impl TryFrom<String> for Id {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Id);

        impl $name {
            /// The id of what a shop folder calls `key`.
            pub fn of_key(key: &str) -> Self {
                Self(Id::of_key($kind, key))
            }
        }
    };
}

id!(
    /// A product's `_id`.
    ProductId,
    "product"
);
id!(
    /// A category's `_id`.
    CategoryId,
    "category"
);
id!(
    /// A news item's `_id`.
    NewsId,
    "news"
);

/// The name of a picture: the hash of its content in the shop, the file's name in the core's world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PictureId(pub String);

/// Before Telegram's own name of a picture that somebody has sent to the bot.
const TELEGRAMS: &str = "telegram:";

impl PictureId {
    /// A picture that Telegram keeps, by its `file_id`: good for the bot that it was sent to.
    pub fn of_telegram(file_id: &str) -> Self {
        Self(format!("{TELEGRAMS}{file_id}"))
    }

    /// The `file_id` of a picture that Telegram keeps.
    pub fn telegram_file(&self) -> Option<&str> {
        self.0.strip_prefix(TELEGRAMS)
    }
}
