//! A letter as it arrives.

use chrono::TimeDelta;

use crate::buttons::Place;
use crate::machine::{Callback, InlineButton, View};
use crate::markup::{parse_html, utf16_len};
use crate::shop::{LETTER_BUTTON_LIMIT, Language, Letter, MessageBody, News, Zone, is_visible};
use crate::text;
use crate::texts::{CAPTION_LIMIT, Html, TEXT_LIMIT, Text, clip, label, say};

/// The number that the buttons of letters and reports carry: that of no screen, so that they are never taken for one.
pub const LETTER_SERIAL: u32 = u32::MAX;

/// A news item is mailed so long after its date: by then every process shows it.
pub const NEWS_DELAY: TimeDelta = TimeDelta::seconds(1);

/// A headline is cut to so many characters where it is shown.
const HEADLINE: usize = 256;

/// So many UTF-16 units of a message are left to the headline, the date below it and the markup, where there is a
/// headline.
const HEADED: usize = 300;

/// Why words cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsendable {
    /// Nothing of them would be seen.
    Blank,
    /// The body has room for so many UTF-16 units.
    TooLong { most: usize },
}

/// Why Telegram would not take these words whole; `None`: it would. Below a picture there is less room, and nothing
/// needs to be said.
pub fn unsendable(words: &MessageBody, pictured: bool) -> Option<Unsendable> {
    let most = room(words, pictured);
    if !pictured && !is_visible(&words.body) {
        return Some(Unsendable::Blank);
    }
    (utf16_len(&words.body) > most).then_some(Unsendable::TooLong { most })
}

/// For so many UTF-16 units of a body there is room.
fn room(words: &MessageBody, pictured: bool) -> usize {
    let whole = if pictured { CAPTION_LIMIT } else { TEXT_LIMIT };
    if words.headline.is_some() { whole - HEADED } else { whole }
}

/// The letter of a news item.
pub fn news_letter(news: &News) -> Letter {
    let words = MessageBody { headline: Some(news.headline.clone()), body: news.body.clone(), html: None };
    let translated = |(language, _)| {
        let headline = Some(news.headline_in(language).to_owned());
        (language, MessageBody { headline, body: news.body_in(language).to_owned(), html: None })
    };
    let translations = news.translations.iter().map(translated).collect();
    Letter { words, translations, dated: Some(news.published), ..Letter::default() }
}

/// A letter in one language, with the button that ends mailings.
pub fn letter_view(letter: &Letter, language: Language, zone: Zone) -> View {
    let words = letter.words_in(language);
    let headline = &words.headline;
    let body = formatted(words, room(words, letter.picture.is_some()));
    let text = match (headline, letter.dated) {
        (None, _) => body,
        (Some(headline), dated) => {
            let headline = clip(headline, HEADLINE);
            let date = dated.map(|date| zone.date(date));
            let text: Text = match date {
                Some(date) => text!("news-item", headline = &*headline, body = body, date = date),
                None => text!("mailing-headed", headline = &*headline, body = body),
            };
            say(language, &text)
        }
    };
    let button = letter.button.as_ref().map(|button| {
        vec![InlineButton {
            label: clip(&button.label, LETTER_BUTTON_LIMIT).into_owned(),
            button: Callback::Go(button.to),
        }]
    });
    let stop = InlineButton { label: label(language, &text!("mailing-opt-out")), button: Callback::Go(Place::OptOut) };
    let view = View { picture: letter.picture.clone(), ..View::text(text) };
    view.rows(button.into_iter().chain([vec![stop]]).collect())
}

/// The body with its formatting, if that is of this body and fits; else plain.
fn formatted(words: &MessageBody, most: usize) -> Html {
    let rich = words.html.as_ref().and_then(|html| parse_html(html).ok());
    match rich.filter(|rich| rich.text == words.body.trim() && rich.utf16_len() <= most) {
        Some(rich) => Html::of(&rich),
        None => Html::escape(&clip(&words.body, most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::telegram_takes;
    use crate::machine::Output;
    use crate::shop::PictureId;
    use crate::shop::rules::TITLE_LIMIT;

    #[test]
    fn what_can_be_sent_is_what_arrives_whole() {
        let pictures = [None, Some(PictureId("tea.jpg".to_owned()))];
        let headlines = [None, Some("茶".repeat(TITLE_LIMIT))];
        for (picture, headline) in pictures.iter().flat_map(|one| headlines.iter().map(move |other| (one, other))) {
            let of = |units: usize| MessageBody { headline: headline.clone(), body: "x".repeat(units), html: None };
            let pictured = picture.is_some();
            let Some(Unsendable::TooLong { most }) = unsendable(&of(5000), pictured) else { panic!("5000 fit") };
            assert_eq!(unsendable(&of(most), pictured), None);
            assert_eq!(unsendable(&of(most + 1), pictured), Some(Unsendable::TooLong { most }));
            let letter = Letter { words: of(most), picture: picture.clone(), ..Letter::default() };
            let view = letter_view(&letter, Language::English, Zone::default());
            assert!(view.text.as_str().ends_with(&"x".repeat(most)), "{pictured} {}: it is cut", headline.is_some());
            assert_eq!(telegram_takes(&Output::Send { view, serial: 1 }), Ok(()));
        }
    }

    #[test]
    fn formatting_arrives_where_it_is_of_these_words_and_fits() {
        let words = |body: &str, html: &str| {
            let words = MessageBody { headline: None, body: body.to_owned(), html: Some(html.to_owned()) };
            formatted(&words, 10).as_str().to_owned()
        };
        assert_eq!(words("Ten today!", "<b>Ten today!</b>"), "<b>Ten today!</b>");
        assert_eq!(words(" Today ", "<b>Today</b>"), "<b>Today</b>");
        assert_eq!(words("Tomorrow", "<b>Today</b>"), "Tomorrow", "formatting of other words");
        assert_eq!(words("Ten <today", "<b>Ten"), "Ten &lt;today", "broken formatting");
        assert_eq!(words("Eleven days", "<b>Eleven days</b>"), "Eleven…", "what is cut is plain");
    }

    #[test]
    fn only_a_picture_can_go_without_words() {
        let blank = MessageBody::plain(" \u{2800}\n");
        assert_eq!((unsendable(&blank, false), unsendable(&blank, true)), (Some(Unsendable::Blank), None));
    }
}
