//! The goods of the shop, for the people who work in it: a product is found by its name, or among those that customers cannot buy now, and its
//! price, discount, stock, description, picture and visibility are changed; or a new one is begun.

mod new;

use serde::{Deserialize, Serialize};

use crate::buttons::{Action, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{
    Callback, Context, Effect, InlineButton, Input, Next, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::product::price;
use crate::search;
use crate::shop::rules::DESCRIPTION_LIMIT;
use crate::shop::text::{is_visible, one_line};
use crate::shop::{
    CategoryId, Hit, Percent, PictureId, Product, ProductChange, ProductId, ProductValue, Stock, folded,
};
use crate::text;
use crate::texts::{Html, Label, TITLE_LIMIT, Text, clip, label, say};

/// So many products are listed.
const MOST: usize = 20;
/// So much of a title stands on a button.
const BUTTON_TITLE: usize = 48;
/// So much of a description is shown where it is changed.
const DESCRIPTION_SHOWN: usize = 3000;
/// So much of what was written is looked for.
const WORDS: usize = 100;

/// Where the owner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum GoodsState {
    /// Is asked what the new product costs, after where it stands and what it is called.
    AskingNewPrice {
        category: CategoryId,
        title: String,
    },
    AskingTitle {
        category: CategoryId,
    },
    /// Begins a product.
    AskingCategory {
        /// What was written, where it names several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    },
    /// Looks for a product by these words; without any, sees those that customers cannot buy.
    Finding {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    },
    /// Sees what can be changed of a product.
    Viewing {
        product: ProductId,
        /// The album that the product's picture is of, or whose pictures were refused: the rest of it is not answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        album: Option<String>,
    },
    AskingPrice {
        product: ProductId,
    },
    AskingDiscount {
        product: ProductId,
    },
    AskingStock {
        product: ProductId,
    },
    /// Is asked for the description.
    AskingText {
        product: ProductId,
    },
    AskingPicture {
        product: ProductId,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum GoodsEvent {
    PickedPrice,
    PickedDiscount,
    PickedStock,
    PickedText,
    PickedPicture,
    Hid,
    Revealed,
    Wrote(String),
    /// A picture, perhaps of an album.
    SentPicture(PictureId, Option<String>),
    /// It shall have none.
    Cleared,
    /// The stock never runs out.
    SaidUnlimited,
    Cancelled,
    Chatted(MenuEvent),
}

/// Looks for a product at once, where words stand behind the command.
pub(crate) fn enter(said: &str, context: &Context) -> Outcome<GoodsState> {
    let finding = GoodsState::Finding { words: None };
    match said.trim().is_empty() {
        true => Outcome::stay(finding),
        false => finding.transition(GoodsEvent::Wrote(said.to_owned()), context),
    }
}

pub(crate) use new::{enter as enter_new, is_offered};

impl Flow<Shop> for GoodsState {
    type Event = GoodsEvent;

    fn interpret(&self, input: &Input) -> Option<GoodsEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::AskPrice(product) if self.is_of(*product) => Some(GoodsEvent::PickedPrice),
                Action::AskDiscount(product) if self.is_of(*product) => Some(GoodsEvent::PickedDiscount),
                Action::AskStock(product) if self.is_of(*product) => Some(GoodsEvent::PickedStock),
                Action::AskText(product) if self.is_of(*product) => Some(GoodsEvent::PickedText),
                Action::AskPicture(product) if self.is_of(*product) => Some(GoodsEvent::PickedPicture),
                Action::Hide(product) if self.is_of(*product) => Some(GoodsEvent::Hid),
                Action::Reveal(product) if self.is_of(*product) => Some(GoodsEvent::Revealed),
                _ => None,
            },
            Input::Said(said) | Input::Formatted { text: said, .. } => Some(match (Label::read(said), self) {
                (_, Self::Viewing { .. }) => GoodsEvent::Chatted(MenuEvent::Chatted(said.clone())),
                (Some(Label::Cancel | Label::Back), _) => GoodsEvent::Cancelled,
                (Some(Label::Unlimited), Self::AskingStock { .. }) => GoodsEvent::SaidUnlimited,
                (Some(Label::Clear), Self::AskingText { .. } | Self::AskingPicture { .. }) => GoodsEvent::Cleared,
                _ => GoodsEvent::Wrote(said.clone()),
            }),
            Input::SentPicture { picture, album, .. }
                if matches!(self, Self::Viewing { .. } | Self::AskingPicture { .. }) =>
            {
                Some(GoodsEvent::SentPicture(picture.clone(), album.clone()))
            }
            other => small_talk(other).map(GoodsEvent::Chatted),
        }
    }

    fn transition(self, event: GoodsEvent, context: &Context) -> Outcome<Self> {
        match self {
            Self::Finding { .. } => match event {
                GoodsEvent::Wrote(said) => {
                    let words = clip(&one_line(&said), WORDS).into_owned();
                    match found(Some(&words), context).is_empty() {
                        true => Outcome::keep(self).say(text!("goods-nothing", words = words)),
                        false => Outcome::stay(Self::Finding { words: Some(words) }),
                    }
                }
                GoodsEvent::Cancelled => Outcome::exit(Place::Menu),
                GoodsEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
                _ => out_of_date(self),
            },
            Self::Viewing { product, .. } if context.catalogue.product(product).is_none() => match event {
                GoodsEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
                _ => Outcome::stay(self).note(SideMessage::Alert(text!("product-gone"))),
            },
            Self::Viewing { product, ref album } => match event {
                GoodsEvent::PickedPrice => Outcome::stay(Self::AskingPrice { product }),
                GoodsEvent::PickedDiscount => Outcome::stay(Self::AskingDiscount { product }),
                GoodsEvent::PickedStock => Outcome::stay(Self::AskingStock { product }),
                GoodsEvent::PickedText => match context.catalogue.product(product) {
                    Some(known) if known.translations.values().any(|words| is_visible(&words.text)) => {
                        let title = clip(known.title_in(context.customer.language), TITLE_LIMIT).into_owned();
                        Outcome::keep(self).note(SideMessage::Alert(text!("goods-translated", title = title)))
                    }
                    _ => Outcome::stay(Self::AskingText { product }),
                },
                GoodsEvent::PickedPicture => Outcome::stay(Self::AskingPicture { product }),
                GoodsEvent::SentPicture(picture, sent) if !has_picture(product, context) => {
                    pictured(product, picture, sent, context)
                }
                GoodsEvent::SentPicture(_, Some(sent)) if *album == Some(sent.clone()) => Outcome::keep(self),
                GoodsEvent::SentPicture(_, sent) => {
                    Outcome::keep(Self::Viewing { product, album: sent }).say(text!("goods-one-picture"))
                }
                GoodsEvent::Hid => changed(product, ProductValue::Hidden(true), context),
                GoodsEvent::Revealed => changed(product, ProductValue::Hidden(false), context),
                GoodsEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
                GoodsEvent::Wrote(_) | GoodsEvent::SaidUnlimited | GoodsEvent::Cleared => out_of_date(self),
                GoodsEvent::Cancelled => out_of_date(self),
            },
            Self::AskingPrice { product } => match event {
                GoodsEvent::Wrote(said) => answered(self, product, ProductValue::price(&said), context),
                other => asked(self, product, other, context),
            },
            Self::AskingDiscount { product } => match event {
                GoodsEvent::Wrote(said) => answered(self, product, ProductValue::discount(&said), context),
                other => asked(self, product, other, context),
            },
            Self::AskingStock { product } => match event {
                GoodsEvent::SaidUnlimited => changed(product, ProductValue::Stock(Stock::Always), context),
                GoodsEvent::Wrote(said) => answered(self, product, ProductValue::stock(&said), context),
                other => asked(self, product, other, context),
            },
            Self::AskingText { product } => match event {
                GoodsEvent::Cleared => changed(product, ProductValue::Description(String::new()), context),
                GoodsEvent::Wrote(said) => answered(self, product, ProductValue::description(&said), context),
                other => asked(self, product, other, context),
            },
            Self::AskingPicture { product } => match event {
                GoodsEvent::Cleared => changed(product, ProductValue::Picture(None), context),
                GoodsEvent::SentPicture(picture, album) => pictured(product, picture, album, context),
                GoodsEvent::Wrote(_) => answered(self, product, None, context),
                other => asked(self, product, other, context),
            },
            Self::AskingCategory { .. } | Self::AskingTitle { .. } | Self::AskingNewPrice { .. } => {
                new::transition(self, event, context)
            }
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let id = match self {
            Self::Finding { words } => return finding(words.as_deref(), context),
            Self::Viewing { product, .. } | Self::AskingPrice { product } => *product,
            Self::AskingDiscount { product } | Self::AskingStock { product } => *product,
            Self::AskingText { product } | Self::AskingPicture { product } => *product,
            Self::AskingCategory { .. } | Self::AskingTitle { .. } | Self::AskingNewPrice { .. } => {
                return new::view(self, context);
            }
        };
        let ask = |text: Text, keys: &[Label]| {
            let key = |key: &Label| vec![ReplyButton { label: key.show(language), contact: false }];
            View::text(say(language, &text)).answers(keys.iter().map(key).collect())
        };
        let Some(product) = context.catalogue.product(id) else {
            return if self.asks() { ask(text!("product-gone"), &[Label::Cancel]) } else { gone(context) };
        };
        let title = clip(product.title_in(context.customer.language), TITLE_LIMIT).into_owned();
        match self {
            Self::Finding { .. } | Self::Viewing { .. } => viewing(product, context),
            Self::AskingCategory { .. } | Self::AskingTitle { .. } | Self::AskingNewPrice { .. } => {
                viewing(product, context)
            }
            Self::AskingPrice { .. } => {
                ask(text!("goods-ask-price", title = title, price = context.show(product.price)), &[Label::Cancel])
            }
            Self::AskingDiscount { .. } if product.discount == Percent::ZERO => {
                ask(text!("goods-ask-first-discount", title = title), &[Label::Cancel])
            }
            Self::AskingDiscount { .. } => {
                let percent = i64::from(product.discount.get());
                ask(text!("goods-ask-discount", title = title, percent = percent), &[Label::Cancel])
            }
            Self::AskingStock { .. } => {
                let asked = text!("goods-ask-stock", title = title, stock = stock(product.stock));
                ask(asked, &[Label::Unlimited, Label::Cancel])
            }
            Self::AskingText { .. } if product.description.is_empty() => {
                ask(text!("goods-ask-description", title = title), &[Label::Cancel])
            }
            Self::AskingText { .. } => {
                let now = clip(&product.description, DESCRIPTION_SHOWN).into_owned();
                let asked = text!("goods-ask-another-description", title = title, description = now);
                ask(asked, &[Label::Clear, Label::Cancel])
            }
            Self::AskingPicture { .. } if product.picture.is_none() => {
                ask(text!("goods-ask-picture", title = title), &[Label::Cancel])
            }
            Self::AskingPicture { .. } => {
                let asked = ask(text!("goods-ask-another-picture", title = title), &[Label::Clear, Label::Cancel]);
                View { picture: product.picture.clone(), ..asked }
            }
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

impl GoodsState {
    /// The page of a product.
    pub(crate) fn viewing(product: ProductId) -> Self {
        Self::Viewing { product, album: None }
    }

    /// Whether the owner is being asked for a value.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Finding { .. } | Self::Viewing { .. } => false,
            Self::AskingPrice { .. } | Self::AskingDiscount { .. } | Self::AskingStock { .. } => true,
            Self::AskingText { .. } | Self::AskingPicture { .. } => true,
            Self::AskingCategory { .. } | Self::AskingTitle { .. } | Self::AskingNewPrice { .. } => true,
        }
    }

    /// Whether what is written is looked for among the goods.
    pub(crate) fn is_searched(&self) -> bool {
        matches!(self, Self::Finding { .. })
    }

    /// Whether this product is on the screen.
    fn is_of(&self, id: ProductId) -> bool {
        matches!(self, Self::Viewing { product, .. } if *product == id)
    }
}

/// The product is changed, unless it is gone. Also where it seems to be so already: others may have changed it a moment ago.
fn changed(product: ProductId, to: ProductValue, context: &Context) -> Outcome<GoodsState> {
    let viewing = Outcome::stay(GoodsState::viewing(product));
    let Some(before) = context.catalogue.product(product) else { return viewing };
    viewing
        .note(SideMessage::Toast(done(&to, before, context)))
        .with(Effect::ChangeProduct(ProductChange { product, to }))
}

fn has_picture(product: ProductId, context: &Context) -> bool {
    context.catalogue.product(product).is_some_and(|product| product.picture.is_some())
}

/// The product has another picture. What else its album has is no picture of the product.
fn pictured(product: ProductId, picture: PictureId, album: Option<String>, context: &Context) -> Outcome<GoodsState> {
    let mut outcome = changed(product, ProductValue::Picture(Some(picture)), context);
    outcome.next = Next::Stay(GoodsState::Viewing { product, album });
    outcome
}

/// A value was written, or something that is none.
fn answered(
    state: GoodsState,
    product: ProductId,
    read: Option<ProductValue>,
    context: &Context,
) -> Outcome<GoodsState> {
    match read {
        Some(to) => changed(product, to, context),
        None => Outcome::keep(state.clone()).say(again(&state)),
    }
}

/// What else can happen at a question.
fn asked(state: GoodsState, product: ProductId, event: GoodsEvent, context: &Context) -> Outcome<GoodsState> {
    match event {
        GoodsEvent::Cancelled => Outcome::stay(GoodsState::viewing(product))
            .note(SideMessage::Say(text!("nothing-changed"), ReplyKeyboard::Menu)),
        GoodsEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(state).say(text!("edited-message")),
        GoodsEvent::Chatted(_) if context.catalogue.product(product).is_none() => {
            Outcome::stay(GoodsState::viewing(product))
        }
        GoodsEvent::Chatted(_) => Outcome::keep(state.clone()).say(again(&state)),
        _ => out_of_date(state),
    }
}

/// What is said to an answer that is none.
fn again(state: &GoodsState) -> Text {
    match state {
        GoodsState::AskingDiscount { .. } => text!("goods-again-discount"),
        GoodsState::AskingStock { .. } => text!("goods-again-stock"),
        GoodsState::AskingText { .. } => {
            text!("goods-again-description", most = i64::try_from(DESCRIPTION_LIMIT).unwrap_or(i64::MAX))
        }
        GoodsState::AskingPicture { .. } => text!("goods-again-picture"),
        GoodsState::AskingCategory { .. } => text!("goods-again-category"),
        GoodsState::AskingTitle { .. } => text!("goods-again-title"),
        GoodsState::AskingPrice { .. } | GoodsState::AskingNewPrice { .. } => text!("goods-again-price"),
        GoodsState::Finding { .. } | GoodsState::Viewing { .. } => text!("goods-again-price"),
    }
}

/// What is said when a product is changed.
fn done(to: &ProductValue, product: &Product, context: &Context) -> Text {
    let title = clip(product.title_in(context.customer.language), TITLE_LIMIT).into_owned();
    match to {
        ProductValue::Price(_) | ProductValue::Discount(_) => {
            text!("goods-costs", title = title, price = context.show(to.of(product).unit_price()))
        }
        ProductValue::Stock(left) => text!("goods-stocked", title = title, stock = stock(*left)),
        ProductValue::Description(words) if words.is_empty() => text!("goods-undescribed", title = title),
        ProductValue::Description(_) => text!("goods-described", title = title),
        ProductValue::Picture(Some(_)) => text!("goods-pictured", title = title),
        ProductValue::Picture(None) => text!("goods-unpictured", title = title),
        ProductValue::Hidden(true) => text!("goods-hidden", title = title),
        ProductValue::Hidden(false) => text!("goods-shown", title = title),
    }
}

/// How much is left, in a word.
fn stock(stock: Stock) -> Text {
    match stock {
        Stock::Always => text!("goods-stock-unlimited"),
        Stock::Count(left) => text!("goods-stock-count", left = i64::from(left)),
    }
}

fn viewing(product: &Product, context: &Context) -> View {
    let language = context.customer.language;
    let key = |text: Text, button| InlineButton { label: label(language, &text), button };
    let act = |text, act| key(text, Callback::Action(act));
    let text = text!(
        "goods-product",
        title = clip(product.title_in(context.customer.language), TITLE_LIMIT).into_owned(),
        price = price(product, context),
        stock = stock(product.stock),
        hidden = if product.hidden { text!("goods-is-hidden") } else { text!("goods-is-shown") }
    );
    let mut lines = vec![say(language, &text)];
    if product.picture.is_none() {
        lines.push(say(language, &text!("goods-no-picture")));
    }
    if product.description.is_empty() {
        lines.push(say(language, &text!("goods-no-description")));
    }
    let visibility = match product.hidden {
        true => act(text!("goods-key-show"), Action::Reveal(product.id)),
        false => act(text!("goods-key-hide"), Action::Hide(product.id)),
    };
    View::text(Html::lines(lines)).rows(vec![
        vec![
            act(text!("goods-key-price"), Action::AskPrice(product.id)),
            act(text!("goods-key-discount"), Action::AskDiscount(product.id)),
        ],
        vec![act(text!("goods-key-stock"), Action::AskStock(product.id)), visibility],
        vec![
            act(text!("goods-key-picture"), Action::AskPicture(product.id)),
            act(text!("goods-key-description"), Action::AskText(product.id)),
        ],
        vec![key(text!("goods-key-another"), Callback::Go(Place::Goods))],
    ])
}

fn gone(context: &Context) -> View {
    let language = context.customer.language;
    let another =
        InlineButton { label: label(language, &text!("goods-key-another")), button: Callback::Go(Place::Goods) };
    View::text(say(language, &text!("product-gone"))).rows(vec![vec![another]])
}

fn finding(words: Option<&str>, context: &Context) -> View {
    let language = context.customer.language;
    let products = found(words, context);
    let head = match words {
        Some(words) if products.is_empty() => text!("goods-nothing", words = words),
        Some(words) => text!("goods-found", words = words),
        None if products.is_empty() => text!("goods-find"),
        None => text!("goods-find-or-unsold"),
    };
    let add = InlineButton { label: label(language, &text!("goods-key-new")), button: Callback::Go(Place::AddProduct) };
    let rows = products.into_iter().map(|product| {
        let title = clip(product.title_in(context.customer.language), BUTTON_TITLE).into_owned();
        let text = match (product.hidden, product.stock.most()) {
            (true, _) => text!("goods-row-hidden", title = title),
            (false, None) => text!("goods-row-sold-out", title = title),
            (false, Some(_)) => text!("goods-row", title = title, price = context.show(product.unit_price())),
        };
        vec![InlineButton { label: label(language, &text), button: Callback::Go(Place::EditProduct(product.id)) }]
    });
    View::text(say(language, &head)).rows(rows.chain([vec![add]]).collect())
}

/// Hidden products whose titles have these words, and then those that the words lead to, the best first; without words, those
/// that customers cannot buy.
fn found<'a>(words: Option<&str>, context: &'a Context) -> Vec<&'a Product> {
    let catalogue = &context.catalogue;
    let by_title = |is_wanted: &dyn Fn(&Product) -> bool| {
        let mut wanted: Vec<&Product> =
            catalogue.products().map(|product| &**product).filter(|product| is_wanted(product)).collect();
        wanted.sort_by(|one, other| (&one.title, one.id).cmp(&(&other.title, other.id)));
        wanted.truncate(MOST);
        wanted
    };
    let Some(words) = words else {
        return by_title(&|product| product.hidden || product.stock.most().is_none());
    };
    let parts: Vec<String> = words.split_whitespace().map(folded).filter(|part| !part.is_empty()).collect();
    let has_words = |product: &Product| {
        let has_all = |title: &str| {
            let title = folded(title);
            parts.iter().all(|part| title.contains(part.trim()))
        };
        !parts.is_empty() && product.titles().any(has_all)
    };
    // A search of customers finds no hidden ones, and guesses what else is meant.
    let hidden = by_title(&|product| product.hidden && has_words(product));
    let hits = catalogue.search(&search::query(words)).hits;
    let known = hits.into_iter().filter_map(|(hit, _)| match hit {
        Hit::Product(id) => catalogue.product(id).map(|product| &**product),
        Hit::Category(_) => None,
    });
    hidden.into_iter().chain(known).take(MOST).collect()
}

#[cfg(test)]
mod tests;
