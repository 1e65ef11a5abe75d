//! The Bot API as data: which methods Telegram's server has, so that one that the simulator does not have is told from a
//! slip of the pen.
//!
//! `bot-api-10.3.json` is `{bot_api, methods: {name: {params: {name: {required, type}}, returns}}, types: {name: {fields}}}`, made of
//! <https://core.telegram.org/bots/api>. A new version of the Bot API is a new file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::methods;

/// The data.
pub(crate) const TEXT: &str = include_str!("../bot-api-10.3.json");

/// The Bot API.
#[derive(Deserialize)]
struct BotApi {
    bot_api: String,
    /// By name. What they take and return is read by tests only.
    methods: BTreeMap<String, IgnoredAny>,
}

static BOT_API: LazyLock<BotApi> = LazyLock::new(|| {
    let unread = || BotApi { bot_api: String::new(), methods: BTreeMap::new() };
    // A test reads it.
    serde_json::from_str(TEXT).unwrap_or_else(|_| unread())
});

/// A method of the Bot API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BotApiMethod {
    /// As the Bot API's documentation writes it.
    pub name: &'static str,
    /// Whether the simulator does what it says. The others it refuses with 501.
    pub is_simulated: bool,
}

/// The version of the Bot API.
pub fn bot_api_version() -> &'static str {
    &BOT_API.bot_api
}

/// All methods of the Bot API, by name.
pub fn all_methods() -> impl Iterator<Item = BotApiMethod> {
    let known = |name: &'static str| BotApiMethod { name, is_simulated: methods::find(name).is_some() };
    BOT_API.methods.keys().map(String::as_str).map(known)
}

/// The method of this name, in any case, as the documentation writes it.
pub(crate) fn spelled(method: &str) -> Option<&'static str> {
    BOT_API.methods.keys().map(String::as_str).find(|name| name.eq_ignore_ascii_case(method))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_method_that_is_simulated_is_one_of_the_bot_api() {
        assert_eq!(bot_api_version(), "10.3");
        let all: BTreeSet<&str> = all_methods().map(|method| method.name).collect();
        assert_eq!(all.len(), 185);
        let foreign: Vec<&str> = methods::names().filter(|name| !all.contains(name)).collect();
        assert!(foreign.is_empty(), "Telegram has no {foreign:?}");
        assert_eq!(all_methods().filter(|method| method.is_simulated).count(), methods::names().count());
        let (_, told) =
            include_str!("../README.md").split_once(&format!("**{} methods:**", methods::names().count())).unwrap();
        let (told, _) = told.split_once(". Parameters").unwrap();
        let told: BTreeSet<&str> = told.split('`').skip(1).step_by(2).collect();
        assert_eq!(told, methods::names().collect(), "the README lists what is simulated");
        assert_eq!((spelled("SENDPOLL"), spelled("sendPol")), (Some("sendPoll"), None));
    }
}
