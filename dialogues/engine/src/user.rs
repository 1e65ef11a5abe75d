//! Who a person is to Telegram.

/// The id of the first person of a transcript; the others follow. It is as long as Telegram's own ids are: a short one
/// is found in what is nobody's, such as the second half of an order's number.
pub const FIRST_ID: i64 = 100_000_001;

/// Who a person is to Telegram (<https://core.telegram.org/bots/api#user>), as far as a bot needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    /// Empty where Telegram says nothing.
    pub first_name: String,
    pub username: Option<String>,
    /// The tag of the language of the person's app: <https://www.rfc-editor.org/info/bcp47>.
    pub language_code: Option<String>,
}
