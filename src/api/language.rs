//! `Accept-Language`: products, categories and news in the language that is asked for. Where nothing is translated, the answer
//! is the same as without it. What is read so has a tag of its own, which no `If-Match` takes: a program that sends it back
//! would put the translation in place of the shop's own words. `resource` puts the words into the answers.

use dialogues::shop::Language;
use rocket::http::HeaderMap;
use strum::IntoEnumIterator;
use utoipa::IntoParams;

use super::reply::Reply;

const HEADER: &str = "Accept-Language";

/// The language in which things are read.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `asked_for` reads")]
pub(crate) struct InLanguage {
    /// What is translated is in the first of these languages that the shop speaks: en, uk, ru. `ETag` is then of what is
    /// shown, and `Content-Language` names the language if anything is translated. Such a tag is no `If-Match`: read what you mean
    /// to change without this header, or, from a web page, with `*`. Lists are sorted by the shop's own words
    #[param(rename = "Accept-Language", example = "uk, en;q=0.5")]
    languages: Option<String>,
}

/// The first language that is asked for and that the shop speaks.
pub(crate) fn asked_for(headers: &HeaderMap<'_>) -> Option<Language> {
    let wanted = headers.get(HEADER).collect::<Vec<_>>().join(",");
    let speaks = |tag: &str| {
        let primary = tag.split('-').next().unwrap_or(tag).to_lowercase();
        Language::iter().find(|language| language.code() == primary)
    };
    let weighed = |wish: &'_ str| -> Option<(String, f32)> {
        let (tag, weight) = wish.split_once(';').unwrap_or((wish, "q=1"));
        let weight = weight.trim().strip_prefix("q=")?.parse::<f32>().ok()?;
        (weight > 0.0).then(|| (tag.trim().to_owned(), weight))
    };
    let mut wishes: Vec<(String, f32)> = wanted.split(',').filter_map(weighed).collect();
    wishes.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    wishes.iter().find_map(|(tag, _)| speaks(tag))
}

/// Says to caches that the answer depends on the language, and names that of its words where any is translated.
pub(crate) fn by_language(reply: Reply, translated: Option<Language>) -> Reply {
    let mut reply = match translated {
        Some(language) => reply.header("Content-Language", language.code()),
        None => reply,
    };
    let Some((_, vary)) = reply.headers.iter_mut().find(|(name, _)| name == "Vary") else {
        return reply.header("Vary", HEADER);
    };
    vary.push_str(", ");
    vary.push_str(HEADER);
    reply
}

#[cfg(test)]
mod tests {
    use rocket::http::Header;

    use super::*;

    #[test]
    fn the_first_language_that_the_shop_speaks_is_taken() {
        for (wanted, language) in [
            ("uk", Some(Language::Ukrainian)),
            ("uk-UA,uk;q=0.9,en-US;q=0.8", Some(Language::Ukrainian)),
            ("de, RU;q=0.3, en;q=0.7", Some(Language::English)),
            ("de", None),
            ("*", None),
            ("", None),
            (";;q=,", None),
            ("uk;q=0, ru;q=NaN", None),
            ("ru;q=0.2,\tuk;q=0.3", Some(Language::Ukrainian)),
        ] {
            let mut headers = HeaderMap::new();
            headers.add(Header::new(HEADER, wanted));
            assert_eq!(asked_for(&headers), language, "{wanted}");
        }
        assert_eq!(asked_for(&HeaderMap::new()), None);
    }
}
