//! The catalogue: a tree of categories in one message, and lists of products, one message each.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::buttons::{List, Origin, Place};
use crate::flow::{Flow, Shop};
use crate::machine::{Callback, Context, InlineButton, Input, Outcome, SideMessage, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::product;
use crate::search;
use crate::shop::{Category, CategoryId, Cursor, Language, Product, ProductId, behind};
use crate::text;
use crate::texts::{Html, TITLE_LIMIT, Text, clip, label, say};

/// Products sent at a time.
const PAGE: usize = 5;
/// Categories on one screen at most: with titles of full length in any script they fit into a keyboard
/// (see [`crate::limits::MARKUP_LIMIT`]).
const SHELVES: usize = 24;

/// Where the customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CatalogueState {
    /// Looks at the shelves of a category, or at those of the root.
    Browsing {
        category: Option<CategoryId>,
        /// How many of the first are on the pages before.
        #[serde(default, skip_serializing_if = "is_first")]
        skip: u16,
    },
    /// Has a page of products above, and the way on below. The cursor is the last product shown.
    Listing { list: List, until: Option<Cursor> },
    /// Looks at what was found by what they wrote.
    Found { words: String },
}

/// The root of the tree.
pub fn enter_root() -> Outcome<CatalogueState> {
    Outcome::stay(CatalogueState::Browsing { category: None, skip: 0 })
}

/// A page of the shelves of a category, or of the root. Behind the last page is the last one.
pub fn enter_shelves(category: Option<CategoryId>, skip: u16, context: &Context) -> Outcome<CatalogueState> {
    if category.is_some_and(|id| is_gone(List::Category(id), context)) {
        return root_instead();
    }
    let last = context.catalogue.subcategories(category).len().saturating_sub(1) / SHELVES * SHELVES;
    let skip = skip.min(u16::try_from(last).unwrap_or(u16::MAX));
    Outcome::stay(CatalogueState::Browsing { category, skip })
}

/// Whether the list is that of a category that is not there any more.
fn is_gone(list: List, context: &Context) -> bool {
    matches!(list, List::Category(id) if context.catalogue.category(id).is_none())
}

/// Where whoever wants to a category gets to that is gone.
fn root_instead() -> Outcome<CatalogueState> {
    enter_root().note(SideMessage::Toast(text!("category-gone")))
}

fn is_first(skip: &u16) -> bool {
    *skip == 0
}

/// A category: its shelves where it has some, its products where it has none.
pub fn enter_category(id: CategoryId, context: &Context) -> Outcome<CatalogueState> {
    if is_gone(List::Category(id), context) {
        return root_instead();
    }
    if context.catalogue.subcategories(Some(id)).is_empty() {
        return enter_list(List::Category(id), None, context);
    }
    Outcome::stay(CatalogueState::Browsing { category: Some(id), skip: 0 })
}

/// The next products of a list, each as its own message.
pub fn enter_list(list: List, after: Option<Cursor>, context: &Context) -> Outcome<CatalogueState> {
    if is_gone(list, context) {
        return root_instead();
    }
    let outcome = Outcome::stay(CatalogueState::Listing { list, until: end(list, after, context) });
    // What was the way on becomes a heading, so that nobody pages from the middle of the chat.
    let outcome = match after {
        Some(_) => outcome.note(SideMessage::Replace(heading(list, context))),
        None => outcome,
    };
    with_page(outcome, list, after, context)
}

/// The page of a list on which a product stands; the first one where it does not stand there any more.
pub fn enter_page_of(list: List, product: ProductId, context: &Context) -> Outcome<CatalogueState> {
    if is_gone(list, context) {
        return root_instead();
    }
    let all = products(list, context);
    let place = all.iter().position(|listed| listed.id == product).unwrap_or_default();
    let after = all[..place / PAGE * PAGE].last().map(|last| cursor(last));
    let outcome = Outcome::stay(CatalogueState::Listing { list, until: end(list, after, context) });
    with_page(outcome, list, after, context)
}

fn cursor(product: &Product) -> Cursor {
    Cursor { position: product.position, product: product.id }
}

/// The products of the page behind `after`.
fn page(list: List, after: Option<Cursor>, context: &Context) -> &[Arc<Product>] {
    let rest = behind(products(list, context), after);
    &rest[..rest.len().min(PAGE)]
}

/// The last product of the page behind `after`; where nothing is behind it, `after` itself.
fn end(list: List, after: Option<Cursor>, context: &Context) -> Option<Cursor> {
    page(list, after, context).last().map(|last| cursor(last)).or(after)
}

fn with_page(
    outcome: Outcome<CatalogueState>,
    list: List,
    after: Option<Cursor>,
    context: &Context,
) -> Outcome<CatalogueState> {
    let shown = page(list, after, context).iter();
    shown.fold(outcome, |outcome, product| outcome.note(SideMessage::Show(title(product, list, context))))
}

/// Whether the page behind `after` has just been sent: “Show more”, tapped twice.
pub(crate) fn has_just_sent(state: &CatalogueState, list: List, after: Cursor, context: &Context) -> bool {
    let CatalogueState::Listing { list: shown, until } = state else { return false };
    let sent = page(list, Some(after), context).last().map(|last| cursor(last));
    *shown == list && sent.is_some() && *until == sent
}

impl Flow<Shop> for CatalogueState {
    type Event = MenuEvent;

    fn interpret(&self, input: &Input) -> Option<MenuEvent> {
        // Every button here leads somewhere and works for ever; no tap is bound to the screen.
        small_talk(input)
    }

    fn transition(self, event: MenuEvent, _: &Context) -> Outcome<Self> {
        match self {
            Self::Browsing { .. } | Self::Listing { .. } | Self::Found { .. } => {
                Outcome::keep(self).note(answer_small_talk(&event))
            }
        }
    }

    fn view(&self, context: &Context) -> View {
        match self {
            Self::Browsing { category, skip } => {
                shelves(category.and_then(|id| context.catalogue.category(id)), usize::from(*skip), context)
            }
            Self::Listing { list, until } => footer(*list, *until, context),
            Self::Found { words } => search::found(words, context),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

fn products(list: List, context: &Context) -> &[Arc<Product>] {
    match list {
        List::Category(category) => context.catalogue.products_in(category),
        List::Sale => context.catalogue.sale(),
    }
}

/// One product of a list: its title, its price, and the way to its card.
fn title(product: &Arc<Product>, list: List, context: &Context) -> View {
    let language = context.customer.language;
    let from = match list {
        List::Category(_) => Origin::List,
        List::Sale => Origin::Sale,
    };
    let open = InlineButton {
        label: label(language, &text!("product-open")),
        button: Callback::Go(Place::ProductFrom { product: product.id, from }),
    };
    let title = clip(product.title_in(language), TITLE_LIMIT).into_owned();
    let price = say(language, &product::price(product, context));
    let text = match product.stock.most() {
        Some(_) => text!("product-row", title = title, price = price),
        None => text!("product-row-sold-out", title = title, price = price),
    };
    View::text(say(language, &text)).rows(vec![vec![open]])
}

fn shelves(category: Option<&Arc<Category>>, skip: usize, context: &Context) -> View {
    let language = context.customer.language;
    let below = context.catalogue.subcategories(category.map(|category| category.id));
    let go = |label: String, go| InlineButton { label, button: Callback::Go(go) };
    let shelf = |shelf: &Arc<Category>| vec![go(name(shelf, language), Place::Category(shelf.id))];
    let mut rows: Vec<Vec<InlineButton>> = below.iter().skip(skip).take(SHELVES).map(shelf).collect();
    rows.extend(turning(category.map(|category| category.id), skip, below.len(), context));
    let Some(category) = category else {
        let text = if below.is_empty() { text!("catalogue-empty") } else { text!("catalogue") };
        let rows = if rows.is_empty() { vec![vec![go(label(language, &text!("to-menu")), Place::Menu)]] } else { rows };
        return View::text(say(language, &text)).rows(rows);
    };
    let loose = context.catalogue.products_in(category.id).len();
    if loose > 0 {
        let list = Place::Products { category: category.id, after: None };
        rows.push(vec![go(label(language, &text!("category-loose", count = loose)), list)]);
    }
    rows.push(vec![back(category.parent, context)]);
    let path = say(language, &heading(List::Category(category.id), context));
    View::text(Html::paragraphs([path, Html::escape(&clip(category.description_in(language), 1024))])).rows(rows)
}

/// The way to the pages before and behind, where there are any.
fn turning(category: Option<CategoryId>, skip: usize, all: usize, context: &Context) -> Option<Vec<InlineButton>> {
    let key = |text: Text, skip: usize| {
        let skip = u16::try_from(skip).ok()?;
        let button = Callback::Go(Place::Shelves { category, skip });
        Some(InlineButton { label: label(context.customer.language, &text), button })
    };
    let before = (skip > 0).then(|| key(text!("shelves-before"), skip.saturating_sub(SHELVES))).flatten();
    let behind = (skip + SHELVES < all).then(|| key(text!("shelves-behind"), skip + SHELVES)).flatten();
    let keys: Vec<InlineButton> = before.into_iter().chain(behind).collect();
    (!keys.is_empty()).then_some(keys)
}

/// What stands on a shelf's button: Telegram refuses a whole screen for one button without a label.
fn name(shelf: &Category, language: Language) -> String {
    let title = if shelf.title.trim().is_empty() { "…" } else { shelf.title_in(language) };
    clip(title, TITLE_LIMIT).into_owned()
}

/// The end of a page: how many more there are, and the way back.
fn footer(list: List, until: Option<Cursor>, context: &Context) -> View {
    let language = context.customer.language;
    let all = products(list, context);
    let more = behind(all, until).len();
    let mut rows = Vec::new();
    if more > 0 {
        let next = Callback::Go(Place::list(list, until));
        rows.push(vec![InlineButton { label: label(language, &text!("show-more", count = more)), button: next }]);
    }
    let shelf = match list {
        List::Category(id) => context.catalogue.shelf_of(id),
        List::Sale => None,
    };
    rows.push(vec![back(shelf.map(|shelf| shelf.id), context)]);
    let state = match (all.is_empty(), more) {
        (true, _) => text!("list-empty"),
        (false, 0) => text!("list-complete"),
        (false, more) => text!("list-more", count = more),
    };
    View::text(Html::lines([say(language, &heading(list, context)), say(language, &state)])).rows(rows)
}

/// The way from the root to a category, or the name of the sale.
fn heading(list: List, context: &Context) -> Text {
    let List::Category(id) = list else { return text!("sale") };
    let language = context.customer.language;
    let path = context.catalogue.path(id);
    let path: Vec<_> = path.iter().map(|category| clip(category.title_in(language), TITLE_LIMIT)).collect();
    match path.split_last() {
        None => text!("category-gone"),
        Some((last, [])) => text!("path", here = &**last),
        // Deeper than this, only the nearest shelves are named: a message has its limit.
        Some((last, above)) => {
            let above = above[above.len().saturating_sub(6)..].join(" › ");
            text!("path-below", above = above, here = &**last)
        }
    }
}

fn back(parent: Option<CategoryId>, context: &Context) -> InlineButton {
    // Whose parent is gone stands at the root.
    let parent = parent.filter(|parent| context.catalogue.category(*parent).is_some());
    let go = parent.map_or(Place::Catalogue, Place::Category);
    InlineButton { label: label(context.customer.language, &text!("back")), button: Callback::Go(go) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::telegram_takes;
    use crate::machine::{Keyboard, Output};
    use crate::shop::{Catalogue, Change};
    use crate::snapshot::Surroundings;

    /// A shop whose root has so many shelves, with titles as long as can be.
    fn crowded(shelves: u32) -> Context {
        let shelf = |number: u32| {
            let id = CategoryId::of_key(&format!("shelf-{number}"));
            let title = format!("{number:04} {}", "茶".repeat(200));
            Change::Category(Category { id, title, position: number, ..Category::default() })
        };
        let around = Surroundings {
            catalogue: Arc::new(Catalogue::default().changed((0..shelves).map(shelf))),
            settings: Arc::new(crate::world::settings()),
            office: None,
            now: crate::world::beginning(),
            fresh: 0,
        };
        around.for_anybody()
    }

    fn buttons(outcome: &Outcome<CatalogueState>, context: &Context) -> Vec<Place> {
        let crate::machine::Next::Stay(state) = &outcome.next else { panic!("it leads elsewhere") };
        let view = state.view(context);
        assert_eq!(telegram_takes(&Output::Send { view: view.clone(), serial: u32::MAX }), Ok(()));
        let Keyboard::Inline(rows) = view.keys else { panic!("no buttons") };
        let go = |key: InlineButton| if let Callback::Go(go) = key.button { Some(go) } else { None };
        rows.into_iter().flatten().filter_map(go).collect()
    }

    #[test]
    fn every_shelf_can_be_reached_however_many_there_are() {
        for count in [1, 24, 25, 91, 200] {
            let context = crowded(count);
            let (mut reached, mut page) = (Vec::new(), enter_root());
            loop {
                let buttons = buttons(&page, &context);
                reached.extend(buttons.iter().filter(|go| matches!(go, Place::Category(_))).copied());
                let at = reached.len();
                let next = buttons.into_iter().find_map(|go| match go {
                    Place::Shelves { category, skip } if usize::from(skip) == at => Some((category, skip)),
                    _ => None,
                });
                let Some((category, skip)) = next else { break };
                page = enter_shelves(category, skip, &context);
            }
            assert_eq!(reached.len(), count as usize);
        }
    }

    #[test]
    fn a_page_is_read_back_as_it_was_stored_and_the_first_is_stored_without_a_number() {
        for (skip, numbered) in [(0, false), (24, true)] {
            let state = CatalogueState::Browsing { category: None, skip };
            let stored = serde_json::to_value(&state).unwrap();
            assert_eq!(stored.get("skip").is_some(), numbered, "{stored}");
            assert_eq!(serde_json::from_value::<CatalogueState>(stored).unwrap(), state);
        }
    }

    #[test]
    fn a_page_that_is_gone_is_the_last_one_and_leads_back() {
        let context = crowded(30);
        let buttons = buttons(&enter_shelves(None, 240, &context), &context);
        assert_eq!(buttons.iter().filter(|go| matches!(go, Place::Category(_))).count(), 6);
        assert!(buttons.contains(&Place::Shelves { category: None, skip: 0 }));
    }
}
