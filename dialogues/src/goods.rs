//! The goods of the shop, for the people who work in it: a product is found by its name, or among those that customers cannot buy now, and its
//! price, discount, stock and visibility are changed.

use serde::{Deserialize, Serialize};

use crate::buttons::{Action, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{
    Callback, Context, Effect, InlineButton, Input, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::product::price;
use crate::search;
use crate::shop::text::one_line;
use crate::shop::{Hit, Percent, Product, ProductChange, ProductId, ProductValue, Stock, folded};
use crate::text;
use crate::texts::{Label, TITLE_LIMIT, Text, clip, label, say};

/// So many products are listed.
const MOST: usize = 20;
/// So much of a title stands on a button.
const BUTTON_TITLE: usize = 48;
/// So much of what was written is looked for.
const WORDS: usize = 100;

/// Where the owner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum GoodsState {
    /// Looks for a product by these words; without any, sees those that customers cannot buy.
    Finding {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    },
    /// Sees what can be changed of a product.
    Viewing {
        product: ProductId,
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
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum GoodsEvent {
    AskedForPrice,
    AskedForDiscount,
    AskedForStock,
    Hid,
    Revealed,
    Wrote(String),
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

impl Flow<Shop> for GoodsState {
    type Event = GoodsEvent;

    fn interpret(&self, input: &Input) -> Option<GoodsEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::AskPrice(product) if self.is_of(*product) => Some(GoodsEvent::AskedForPrice),
                Action::AskDiscount(product) if self.is_of(*product) => Some(GoodsEvent::AskedForDiscount),
                Action::AskStock(product) if self.is_of(*product) => Some(GoodsEvent::AskedForStock),
                Action::Hide(product) if self.is_of(*product) => Some(GoodsEvent::Hid),
                Action::Reveal(product) if self.is_of(*product) => Some(GoodsEvent::Revealed),
                _ => None,
            },
            Input::Said(said) | Input::Formatted { text: said, .. } => Some(match (Label::read(said), self) {
                (_, Self::Viewing { .. }) => GoodsEvent::Chatted(MenuEvent::Chatted(said.clone())),
                (Some(Label::Cancel | Label::Back), _) => GoodsEvent::Cancelled,
                (Some(Label::Unlimited), Self::AskingStock { .. }) => GoodsEvent::SaidUnlimited,
                _ => GoodsEvent::Wrote(said.clone()),
            }),
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
            Self::Viewing { product } if context.catalogue.product(product).is_none() => match event {
                GoodsEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
                _ => Outcome::stay(self).note(SideMessage::Alert(text!("product-gone"))),
            },
            Self::Viewing { product } => match event {
                GoodsEvent::AskedForPrice => Outcome::stay(Self::AskingPrice { product }),
                GoodsEvent::AskedForDiscount => Outcome::stay(Self::AskingDiscount { product }),
                GoodsEvent::AskedForStock => Outcome::stay(Self::AskingStock { product }),
                GoodsEvent::Hid => changed(product, ProductValue::Hidden(true), context),
                GoodsEvent::Revealed => changed(product, ProductValue::Hidden(false), context),
                GoodsEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
                GoodsEvent::Wrote(_) | GoodsEvent::SaidUnlimited | GoodsEvent::Cancelled => out_of_date(self),
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
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let id = match self {
            Self::Finding { words } => return finding(words.as_deref(), context),
            Self::Viewing { product } | Self::AskingPrice { product } => *product,
            Self::AskingDiscount { product } | Self::AskingStock { product } => *product,
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
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

impl GoodsState {
    /// Whether the owner is being asked for a value.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Finding { .. } | Self::Viewing { .. } => false,
            Self::AskingPrice { .. } | Self::AskingDiscount { .. } | Self::AskingStock { .. } => true,
        }
    }

    /// Whether what is written is looked for among the goods.
    pub(crate) fn is_searched(&self) -> bool {
        matches!(self, Self::Finding { .. })
    }

    /// Whether this product is on the screen.
    fn is_of(&self, id: ProductId) -> bool {
        matches!(self, Self::Viewing { product } if *product == id)
    }
}

/// The product is changed, unless it is gone. Also where it seems to be so already: others may have changed it a moment ago.
fn changed(product: ProductId, to: ProductValue, context: &Context) -> Outcome<GoodsState> {
    let viewing = Outcome::stay(GoodsState::Viewing { product });
    let Some(before) = context.catalogue.product(product) else { return viewing };
    viewing
        .note(SideMessage::Toast(done(&to, before, context)))
        .with(Effect::ChangeProduct(ProductChange { product, to }))
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
        GoodsEvent::Cancelled => Outcome::stay(GoodsState::Viewing { product })
            .note(SideMessage::Say(text!("nothing-changed"), ReplyKeyboard::Menu)),
        GoodsEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(state).say(text!("edited-message")),
        GoodsEvent::Chatted(_) if context.catalogue.product(product).is_none() => {
            Outcome::stay(GoodsState::Viewing { product })
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
        GoodsState::AskingPrice { .. } | GoodsState::Finding { .. } | GoodsState::Viewing { .. } => {
            text!("goods-again-price")
        }
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
    let visibility = match product.hidden {
        true => act(text!("goods-key-show"), Action::Reveal(product.id)),
        false => act(text!("goods-key-hide"), Action::Hide(product.id)),
    };
    View::text(say(language, &text)).rows(vec![
        vec![
            act(text!("goods-key-price"), Action::AskPrice(product.id)),
            act(text!("goods-key-discount"), Action::AskDiscount(product.id)),
        ],
        vec![act(text!("goods-key-stock"), Action::AskStock(product.id)), visibility],
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
    let view = View::text(say(language, &head));
    if products.is_empty() {
        return view;
    }
    let rows = products.into_iter().map(|product| {
        let title = clip(product.title_in(context.customer.language), BUTTON_TITLE).into_owned();
        let text = match (product.hidden, product.stock.most()) {
            (true, _) => text!("goods-row-hidden", title = title),
            (false, None) => text!("goods-row-sold-out", title = title),
            (false, Some(_)) => text!("goods-row", title = title, price = context.show(product.unit_price())),
        };
        vec![InlineButton { label: label(language, &text), button: Callback::Go(Place::EditProduct(product.id)) }]
    });
    view.rows(rows.collect())
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
