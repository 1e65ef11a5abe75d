//! A letter as it arrives.

use chrono::TimeDelta;

use crate::buttons::{Button, Go};
use crate::machine::{Key, View};
use crate::markup::parse_html;
use crate::shop::{Language, Letter, News, Words, Zone};
use crate::text;
use crate::texts::{CAPTION_LIMIT, Html, TEXT_LIMIT, Text, clip, label, say};

/// The number that the buttons of letters and reports carry: that of no screen, so that they are never taken for one.
pub const LETTER_SERIAL: u32 = u32::MAX;

/// A news item is mailed so long after its date: by then every process shows it.
pub const NEWS_DELAY: TimeDelta = TimeDelta::seconds(1);

/// The letter of a news item.
pub fn news_letter(news: &News) -> Letter {
    let words = Words { headline: Some(news.headline.clone()), body: news.body.clone(), html: None };
    Letter { words, dated: Some(news.published), ..Letter::default() }
}

/// A letter in one language, with the button that ends mailings.
pub fn letter_view(letter: &Letter, language: Language, zone: Zone) -> View {
    let words = letter.words_in(language);
    let headline = &words.headline;
    let most = if letter.picture.is_some() { CAPTION_LIMIT } else { TEXT_LIMIT };
    let text = match (headline, letter.dated) {
        (None, _) => formatted(words, most),
        (Some(headline), dated) => {
            let headline = clip(headline, 256);
            // The date and the markup take less than the room left here.
            let body = formatted(words, most - 300);
            let date = dated.map(|date| zone.date(date));
            let text: Text = match date {
                Some(date) => text!("news-item", headline = &*headline, body = body, date = date),
                None => text!("mailing-headed", headline = &*headline, body = body),
            };
            say(language, &text)
        }
    };
    let button = letter
        .button
        .as_ref()
        .map(|button| vec![Key { label: clip(&button.label, 64).into_owned(), button: Button::Go(button.to) }]);
    let stop = Key { label: label(language, &text!("mailing-opt-out")), button: Button::Go(Go::OptOut) };
    let view = View { picture: letter.picture.clone(), ..View::text(text) };
    view.rows(button.into_iter().chain([vec![stop]]).collect())
}

/// The body with its formatting, if that is of this body and fits; else plain.
fn formatted(words: &Words, most: usize) -> Html {
    let rich = words.html.as_ref().and_then(|html| parse_html(html).ok());
    match rich.filter(|rich| rich.text == words.body.trim() && rich.utf16_len() <= most) {
        Some(rich) => Html::of(&rich),
        None => Html::escape(&clip(&words.body, most)),
    }
}
