//! The Bot API as data: which methods Telegram's server has, so that one that the simulator does not have is told from a
//! slip of the pen.
//!
//! `bot-api-10.3.json` is `{bot_api, methods: {name: {params: {name: {required, type}}, returns}}, types: {name: {fields}}}`, made of
//! <https://core.telegram.org/bots/api>. A new version of the Bot API is a new file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The data.
pub(crate) const TEXT: &str = include_str!("../bot-api-10.3.json");

/// The Bot API.
#[derive(Default, Deserialize)]
struct BotApi {
    bot_api: String,
    methods: BTreeMap<String, Signature>,
    types: BTreeMap<String, Object>,
}

/// What a method takes.
#[derive(Deserialize)]
struct Signature {
    params: BTreeMap<String, Field>,
}

/// What an object consists of.
#[derive(Deserialize)]
struct Object {
    fields: BTreeMap<String, Field>,
}

/// A parameter, or a field of an object.
#[derive(Deserialize)]
pub(crate) struct Field {
    pub(crate) required: bool,
    /// A name, `{"array": type}`, `{"const": [value]}`, or a list of types of which it is one.
    #[serde(rename = "type")]
    pub(crate) kind: Value,
}

static BOT_API: LazyLock<BotApi> = LazyLock::new(|| {
    // A test reads it.
    serde_json::from_str(TEXT).unwrap_or_default()
});

/// The version of the Bot API.
pub fn bot_api_version() -> &'static str {
    &BOT_API.bot_api
}

/// The names of all methods.
pub(crate) fn methods() -> impl Iterator<Item = &'static str> {
    BOT_API.methods.keys().map(String::as_str)
}

/// The method of this name, in any case, as the documentation writes it.
pub(crate) fn spelled(method: &str) -> Option<&'static str> {
    methods().find(|name| name.eq_ignore_ascii_case(method))
}

/// The parameters of a method, by name.
pub(crate) fn parameters(method: &str) -> impl Iterator<Item = (&'static str, &'static Field)> {
    let signature = BOT_API.methods.get(method).into_iter();
    signature.flat_map(|method| method.params.iter().map(|(name, field)| (name.as_str(), field)))
}

/// The fields of an object, by name; none for a type that is no object, such as `String`.
pub(crate) fn fields(object: &str) -> Option<&'static BTreeMap<String, Field>> {
    BOT_API.types.get(object).map(|object| &object.fields)
}

/// The object of a family, such as `RichText`, whose `type` is always this one: `bold` is that of `RichTextBold`.
pub(crate) fn object_of(family: &str, kind: &str) -> Option<&'static str> {
    let of_family = BOT_API.types.range(family.to_owned()..).take_while(|(name, _)| name.starts_with(family));
    let is_it = |object: &Object| {
        let all = object.fields.get("type").and_then(|field| field.kind.get("const")?.as_array());
        all.is_some_and(|all| all.iter().any(|one| one == kind))
    };
    of_family.into_iter().find(|(_, object)| is_it(object)).map(|(name, _)| name.as_str())
}

/// The fields of an object that are true or false, such as the rights of an administrator.
pub(crate) fn flags(object: &str) -> impl Iterator<Item = (&'static str, &'static Field)> {
    let all = fields(object).into_iter().flatten();
    all.filter(|(_, field)| field.kind == "Boolean").map(|(name, field)| (name.as_str(), field))
}
