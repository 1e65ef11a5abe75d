//! A mailing as it is ordered, and what a correction says instead.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dialogues::buttons::Place;
use dialogues::mailing::{Unsendable, unsendable};
use dialogues::shop::rules::TITLE_LIMIT;
use dialogues::shop::{
    CategoryId, LETTER_BUTTON_LIMIT, Language, Letter, LetterButton, MessageBody, PictureId, ProductId, Segment,
};
use dialogues::texts::TEXT_LIMIT;
use serde_json::Value;
use strum::IntoEnumIterator;
use utoipa::ToSchema;

use super::super::body::{Fields, Read, flag, language, line, number, or_null, prose, text, time, wrong};
use super::super::problem::FieldError;
use crate::store::pictures::is_name;

const MOST_DAYS: i64 = 3650;

/// Where a button can lead, beside products and categories.
const PLACES: [(&str, Place); 6] = [
    ("menu", Place::Menu),
    ("catalogue", Place::Catalogue),
    ("news", Place::News),
    ("cart", Place::Cart),
    ("orders", Place::Orders { skip: 0 }),
    ("profile", Place::Profile),
];

/// A mailing as it is ordered.
#[derive(Debug, Clone, ToSchema)]
#[expect(dead_code, reason = "describes what `read` reads")]
pub(crate) struct MailingInput {
    #[schema(
        required = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Spring teas are here"
    )]
    headline: Option<String>,
    /// Plain text, for everybody in whose language it is not written. A message has room for 4096 UTF-16 units, one
    /// with a picture for 1024; a headline takes 300 of them.
    #[schema(
        min_length = 1,
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        example = "Sencha of the first harvest, 15 % off until Sunday."
    )]
    text: String,
    /// What it says instead, by language.
    #[schema(required = false)]
    translations: Option<TranslationsInput>,
    /// The `picture.name` of a product, or of any picture that there is.
    #[schema(required = false, pattern = "^[0-9a-f]{32}$")]
    picture: Option<String>,
    #[schema(required = false)]
    button: Option<ButtonInput>,
    #[schema(required = false)]
    segment: Option<SegmentInput>,
    /// Not before this time; null, left out or past is at once.
    #[schema(required = false)]
    starts: Option<DateTime<Utc>>,
}

/// What a letter says, by language.
#[derive(Debug, Clone, ToSchema)]
#[expect(dead_code, reason = "describes what `translations` reads")]
pub(crate) struct TranslationsInput {
    #[schema(required = false)]
    en: Option<WordsInput>,
    #[schema(required = false)]
    uk: Option<WordsInput>,
    #[schema(required = false)]
    ru: Option<WordsInput>,
}

/// What a letter says. In a correction, a headline that is left out stays as it is.
#[derive(Debug, Clone, ToSchema)]
#[expect(dead_code, reason = "describes what `words` reads")]
pub(crate) struct WordsInput {
    #[schema(
        required = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Весняні чаї вже тут"
    )]
    headline: Option<String>,
    #[schema(
        min_length = 1,
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        example = "Сенча першого збору, −15 % до неділі."
    )]
    text: String,
}

/// A button under a letter.
#[derive(Debug, Clone, ToSchema)]
#[expect(dead_code, reason = "describes what `button` reads")]
pub(crate) struct ButtonInput {
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Look at it"
    )]
    label: String,
    /// `menu`, `catalogue`, `news`, `cart`, `orders`, `profile`, `products/{id}` or `categories/{id}`.
    #[schema(
        pattern = "^(menu|catalogue|news|cart|orders|profile|(products|categories)/[0-9a-f]{24})$",
        example = "catalogue"
    )]
    to: String,
}

/// Which customers get it; what is left out leaves nobody out.
#[derive(Debug, Clone, ToSchema)]
#[expect(dead_code, reason = "describes what `segment` reads")]
pub(crate) struct SegmentInput {
    /// Only who speaks this (ISO 639-1).
    #[schema(required = false, pattern = "^(en|uk|ru)$", example = "uk")]
    language: Option<String>,
    /// Only who has ordered something.
    #[schema(required = false, default = false)]
    ordered: bool,
    /// Only who has been here in the last so many days.
    #[schema(required = false, minimum = 1, maximum = 3650, example = 90)]
    active_days: Option<u16>,
}

/// What is ordered.
pub(crate) struct Wanted {
    pub(crate) letter: Letter,
    pub(crate) segment: Segment,
    pub(crate) starts: Option<DateTime<Utc>>,
}

impl MailingInput {
    pub(crate) fn read(value: &Value) -> Read<Wanted> {
        let mut fields = Fields::of(value)?;
        let headline = fields.optional("headline", or_null(line(TITLE_LIMIT))).flatten();
        let body = fields.required("text", not_blank);
        let translations = fields.optional("translations", or_null(translations)).flatten().unwrap_or_default();
        let picture = fields.optional("picture", or_null(picture)).flatten();
        let button = fields.optional("button", or_null(button)).flatten();
        let segment = fields.optional("segment", or_null(segment)).flatten().unwrap_or_default();
        let starts = fields.optional("starts", or_null(time)).flatten();
        let words = body.map(|body| MessageBody { headline, body, html: None });
        let letter = words.map(|words| Letter { words, translations, picture, button, dated: None });
        let wanted = fields.finish(letter.map(|letter| Wanted { letter, segment, starts }))?;
        let Letter { words, translations, picture, .. } = &wanted.letter;
        let mut errors: Vec<FieldError> = too_long(words, picture.is_some(), "").into_iter().collect();
        for (language, words) in translations {
            errors.extend(too_long(words, picture.is_some(), &format!("/translations/{}", language.code())));
        }
        if errors.is_empty() { Ok(wanted) } else { Err(errors) }
    }
}

impl WordsInput {
    pub(crate) fn read(value: &Value) -> Read<MessageBody> {
        let mut fields = Fields::of(value)?;
        let headline = fields.optional("headline", or_null(line(TITLE_LIMIT))).flatten();
        let body = fields.required("text", not_blank);
        fields.finish(body.map(|body| MessageBody { headline, body, html: None }))
    }
}

/// Why Telegram would not take these words whole. That they are not blank was read.
pub(crate) fn too_long(words: &MessageBody, pictured: bool, below: &str) -> Option<FieldError> {
    let Some(Unsendable::TooLong { most }) = unsendable(words, pictured) else { return None };
    let detail = format!("there is room for {most} UTF-16 units in such a message");
    Some(FieldError::field(format!("{below}/text"), "out_of_range", detail))
}

/// The address of a place, as a button carries it; `None` of one that is not for letters.
pub(crate) fn address(place: &Place) -> Option<String> {
    match place {
        Place::Product(ProductId(id)) => Some(format!("products/{id}")),
        Place::Category(CategoryId(id)) => Some(format!("categories/{id}")),
        place => PLACES.iter().find(|(_, known)| known == place).map(|(name, _)| (*name).to_owned()),
    }
}

fn not_blank(value: &Value) -> Read<String> {
    let text = prose(TEXT_LIMIT)(value)?;
    if text.is_empty() { wrong("out_of_range", "it must not be blank") } else { Ok(text) }
}

fn translations(value: &Value) -> Read<BTreeMap<Language, MessageBody>> {
    let mut fields = Fields::of(value)?;
    let mut of = |language: Language| {
        let words = fields.optional(language.code(), or_null(WordsInput::read)).flatten()?;
        Some((language, words))
    };
    let read = Language::iter().filter_map(&mut of).collect();
    fields.finish(Some(read))
}

fn picture(value: &Value) -> Read<PictureId> {
    let name = text(value)?;
    if is_name(name) {
        return Ok(PictureId(name.to_owned()));
    }
    wrong("malformed", "it must be the name of a picture: 32 hexadecimal digits")
}

fn button(value: &Value) -> Read<LetterButton> {
    let mut fields = Fields::of(value)?;
    let label = fields.required("label", line(LETTER_BUTTON_LIMIT));
    let to = fields.required("to", place);
    fields.finish(label.zip(to).map(|(label, to)| LetterButton { label, to }))
}

fn place(value: &Value) -> Read<Place> {
    let name = text(value)?;
    if let Some((_, place)) = PLACES.into_iter().find(|(known, _)| *known == name) {
        return Ok(place);
    }
    let found = match name.split_once('/') {
        Some(("products", id)) => id.parse().map(|id| Place::Product(ProductId(id))).ok(),
        Some(("categories", id)) => id.parse().map(|id| Place::Category(CategoryId(id))).ok(),
        _ => None,
    };
    let known = PLACES.map(|(name, _)| name).join(", ");
    found.map_or_else(|| wrong("malformed", format!("it must be {known}, products/… or categories/…")), Ok)
}

fn segment(value: &Value) -> Read<Segment> {
    let mut fields = Fields::of(value)?;
    let language = fields.optional("language", or_null(language)).flatten();
    let ordered = fields.optional("ordered", flag).unwrap_or(false);
    let days = fields.optional("active_days", or_null(number(1, MOST_DAYS))).flatten();
    let active_days = days.and_then(|days| u16::try_from(days).ok());
    fields.finish(Some(Segment { language, ordered, active_days }))
}
