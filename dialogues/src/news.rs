//! News: the latest five, each as its own message, the newest last. An owner can write to all customers from there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::buttons::Place;
use crate::flow::{Flow, Shop};
use crate::machine::{Callback, Context, InlineButton, Input, Outcome, SideMessage, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::{News, TeamRole};
use crate::text;
use crate::texts::{Html, TEXT_LIMIT, clip, label, say};

/// How many items are shown.
pub const LATEST: usize = 5;

/// Where the customer is.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames, strum::EnumIter,
)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NewsState {
    /// Has the latest items before them; the newest is the screen.
    Reading,
}

/// The latest items: all but the newest as notes, the newest as the screen.
pub fn enter(context: &Context) -> Outcome<NewsState> {
    let latest: Vec<_> = context.catalogue.news(context.now, LATEST).skip(1).collect();
    let older = latest.into_iter().rev();
    older.fold(Outcome::stay(NewsState::Reading), |outcome, news| outcome.note(SideMessage::Show(item(news, context))))
}

impl Flow<Shop> for NewsState {
    type Event = MenuEvent;

    fn interpret(&self, input: &Input) -> Option<MenuEvent> {
        small_talk(input)
    }

    fn transition(self, event: MenuEvent, _: &Context) -> Outcome<Self> {
        match self {
            Self::Reading => Outcome::keep(self).note(answer_small_talk(&event)),
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let view = match (self, context.catalogue.news(context.now, 1).next()) {
            (Self::Reading, Some(newest)) => item(newest, context),
            (Self::Reading, None) => View::text(say(language, &text!("news-none"))),
        };
        let writes = context.office.as_ref().is_some_and(|office| office.role == TeamRole::Owner);
        let write = || InlineButton { label: label(language, &text!("news-write")), button: Callback::Go(Place::Mail) };
        if writes { view.rows(vec![vec![write()]]) } else { view }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

fn item(news: &Arc<News>, context: &Context) -> View {
    let language = context.customer.language;
    let headline = clip(news.headline_in(language), 256);
    // The date and the markup take less than the room left here.
    let body = clip(news.body_in(language), TEXT_LIMIT - 512);
    let date = context.date(news.published);
    let text = text!("news-item", headline = &*headline, body = Html::escape(&body), date = date);
    View::text(say(language, &text))
}
