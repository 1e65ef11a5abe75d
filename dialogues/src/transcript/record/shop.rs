//! What has changed in a shop, as `Given`s.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::shop::{Catalogue, News, Product, ProductId, Stock};
use crate::transcript::Given;
use crate::transcript::givens::fields;

/// The sentences that make the one shop into the other, as far as there are sentences for it: deleted, and every field of
/// a product but its picture, its characteristics and its translations; news, each published when it was. The caller sets the time again
/// after those.
pub fn differences(from: &Catalogue, to: &Catalogue) -> Vec<Given> {
    let mut givens = Vec::new();
    for before in by_id(from).into_values() {
        match to.product(before.id) {
            None => givens.push(Given::Deleted { title: before.title.clone() }),
            Some(after) if Arc::ptr_eq(before, after) => {}
            Some(after) => givens.extend(product(before, after, to)),
        }
    }
    givens.extend(news(from, to));
    givens
}

/// In an order that is the same every time.
fn by_id(catalogue: &Catalogue) -> BTreeMap<ProductId, &Arc<Product>> {
    catalogue.products().map(|product| (product.id, product)).collect()
}

fn product(before: &Product, after: &Product, shop: &Catalogue) -> Vec<Given> {
    let title = || before.title.clone();
    let mut givens = Vec::new();
    if let Stock::Count(count) = after.stock
        && after.stock != before.stock
    {
        givens.push(Given::InStock { title: title(), count });
    }
    if after.price != before.price {
        givens.push(Given::Costs { title: title(), price: after.price });
    }
    if after.discount != before.discount {
        givens.push(Given::Discounted { title: title(), discount: after.discount });
    }
    if after.hidden != before.hidden {
        givens.push(Given::Hidden { title: title(), hidden: after.hidden });
    }
    if let Some(category) = shop.category(after.category).filter(|_| after.category != before.category) {
        givens.push(Given::Moved { title: title(), category: category.title.clone() });
    }
    givens.extend(fields::differences(before, after));
    givens
}

fn news(from: &Catalogue, to: &Catalogue) -> Vec<Given> {
    let all = |shop: &Catalogue| shop.news(DateTime::<Utc>::MAX_UTC, usize::MAX).cloned().collect::<Vec<_>>();
    let (before, after) = (all(from), all(to));
    let told = |news: &Arc<News>| {
        let published = Given::Time(news.published);
        [published, Given::News { headline: news.headline.clone(), body: news.body.clone() }]
    };
    let kept = before.iter().all(|news| after.contains(news));
    let fresh = after.iter().rev().filter(|news| !kept || !before.contains(news)).flat_map(told);
    (!kept).then_some(Given::NoNews).into_iter().chain(fresh).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{Change, FieldValue, Language, Translation};
    use crate::transcript::givens::tests::parse;
    use crate::world::{changes, named_catalogue};
    use engine::transcript::GivenSentence;

    /// Fields that no sentence can tell.
    const UNTOLD: [&str; 3] = ["characteristics", "picture", "translations"];

    /// Another value of the same kind.
    fn change(value: FieldValue<'_>, shop: &Catalogue) {
        match value {
            FieldValue::Line(text, _) | FieldValue::Prose(text, _) => "Another text".clone_into(text),
            FieldValue::Category(category) => *category = shop.subcategories(None).last().unwrap().id,
            FieldValue::Price(price) => *price = *price + *price,
            FieldValue::Percent(percent) => *percent = 99.try_into().unwrap(),
            FieldValue::Stock(stock) => *stock = Stock::Count(77),
            FieldValue::Flag(flag) => *flag = !*flag,
            FieldValue::Position(position) => *position += 1,
            FieldValue::Whole(number, most) => *number = Some(number.map_or(most, |number| number - 1)),
            FieldValue::Characteristics(rows) => *rows = [("Name", "value")].into_iter().collect(),
            FieldValue::Picture(picture) => *picture = None,
            FieldValue::Translations(all) => {
                *all = [(Language::Russian, Translation::default())].into_iter().collect();
            }
        }
    }

    #[test]
    fn another_value_of_any_field_of_a_product_is_told() {
        let shop = named_catalogue("tea-house").unwrap();
        let before = shop.products().find(|product| product.title == "Sencha").unwrap();
        for place in 0..Product::default().fields().count() {
            let mut after = Product::clone(before);
            let (field, value) = after.fields().nth(place).unwrap();
            change(value, &shop);
            let told = differences(&shop, &shop.changed([Change::Product(after.clone())]));
            if UNTOLD.contains(&field) {
                assert_eq!(told, [], "{field} is told: it need not stand in UNTOLD");
                continue;
            }
            let again = made(&shop, &told);
            assert_eq!(**again.product(before.id).unwrap(), after, "a recording does not tell of {field}: {told:?}");
        }
    }

    /// The shop after some sentences.
    fn made(shop: &Catalogue, givens: &[Given]) -> Catalogue {
        let mut now = DateTime::UNIX_EPOCH;
        givens.iter().fold(shop.clone(), |shop, given| {
            if let Given::Time(time) = given {
                now = *time;
            }
            shop.changed(changes(given, &shop, now).unwrap())
        })
    }

    #[test]
    fn what_makes_a_difference_is_told() {
        let shop = named_catalogue("tea-house").unwrap();
        for (sentences, told) in [
            (&["3 of Sencha in stock"][..], &["3 of Sencha in stock"][..]),
            (&["Sencha costs 500.00", "Sencha costs 420.00"], &[]),
            (&["Gyokuro has no discount", "Gyokuro is hidden"], &["Gyokuro has no discount", "Gyokuro is hidden"]),
            (&["Sencha is moved to China", "Matcha is deleted"], &["Matcha is deleted", "Sencha is moved to 🇨🇳 China"]),
            (&["the news \"Tea\": It is hot."], &["the time is 1970-01-01 00:00", "the news \"Tea\": It is hot."]),
            (&["no news"], &["no news"]),
        ] {
            let givens: Vec<Given> = sentences.iter().map(|sentence| parse(sentence).unwrap()).collect();
            let after = made(&shop, &givens);
            let mut found: Vec<String> = differences(&shop, &after).iter().map(GivenSentence::write).collect();
            if !told.iter().any(|told| told.starts_with("the time")) {
                found.sort();
            }
            assert_eq!(found, told, "{sentences:?}");
        }
    }

    #[test]
    fn the_differences_make_the_difference() {
        let shop = named_catalogue("tea-house").unwrap();
        let sentences =
            ["Sencha costs 1.00", "0 of Assam in stock", "Matcha is hidden", "no news", "the news \"A\": b"];
        let givens: Vec<Given> = sentences.iter().map(|sentence| parse(sentence).unwrap()).collect();
        let after = made(&shop, &givens);
        let again = made(&shop, &differences(&shop, &after));
        assert_eq!(differences(&after, &again), []);
        assert_eq!(differences(&shop, &shop), []);
    }
}
