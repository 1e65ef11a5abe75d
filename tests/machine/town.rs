//! A town: many customers who have been here before, and a shop with many products.

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use dialogues::machine::Effect;
use dialogues::shop::{Cart, Category, CategoryId, Change, Customer, Language, Product, ProductId, ShopFolder, Stock};
use shopkeeper::replay::shop_folder;
use shopkeeper::store::Store;

/// The id of the first customer; the others follow.
pub(crate) const FIRST: i64 = 1_000_000;
/// So much of everything is there at first.
pub(crate) const STOCK: u32 = 900_000;

const CATEGORIES: u32 = 100;
/// Documents that are written with one command.
const AT_ONCE: i64 = 5_000;
/// A dialogue remembers its last updates; whoever has been here for long has as many as there is room for.
const REMEMBERED: i64 = 64;

/// Fills the shelves with products like those of the tea house, over and over. Returns their ids.
pub(crate) async fn fill_shelves(store: &Store, products: u32) -> Vec<ProductId> {
    let text = std::fs::read_to_string(shop_folder("tea-house").unwrap().join("shop.yaml")).unwrap();
    let shop = ShopFolder::parse(&text).unwrap();
    let category = |number: u32| CategoryId::of_key(&format!("town-{}", number % CATEGORIES));
    for number in 0..CATEGORIES {
        let title = format!("Category {number}");
        let (id, description) = (category(number), String::new());
        store
            .save_change(Change::Category(Category { id, title, description, position: number, ..Category::default() }))
            .await
            .unwrap();
    }
    let collection = store.database().collection::<Document>("products");
    let mut models = Vec::new();
    for model in &shop.products {
        let id = ProductId::of_key(&format!("model of {}", model.title));
        let (stock, category) = (Stock::Count(STOCK), category(0));
        store
            .save_change(Change::Product(Product {
                id,
                category,
                stock,
                picture: None,
                hidden: false,
                ..model.clone()
            }))
            .await
            .unwrap();
        models
            .push(collection.find_one_and_delete(doc! { "_id": ObjectId::from_bytes(id.0.0) }).await.unwrap().unwrap());
    }
    let ids: Vec<ProductId> = (0..products).map(|number| ProductId::of_key(&format!("town-{number}"))).collect();
    let copy = |number: u32| {
        let mut copy = models[number as usize % models.len()].clone();
        let title = format!("{} {number}", copy.get_str("title").unwrap());
        copy.extend(doc! {
            "_id": ObjectId::from_bytes(ids[number as usize].0.0),
            "title": title,
            "category": ObjectId::from_bytes(category(number).0.0),
            "price": i64::from(number % 900 + 1) * 100,
            "discount": (number % 50) as i32,
            "position": i64::from(number),
        });
        copy
    };
    for first in (0..products).step_by(AT_ONCE as usize) {
        let copies = (first..products.min(first + AT_ONCE as u32)).map(copy);
        collection.insert_many(copies).ordered(false).await.unwrap();
    }
    ids
}

/// Lets so many customers have been here before: each has a profile, a dialogue, an empty cart.
pub(crate) async fn settle(store: &Store, customers: i64) {
    let model = FIRST - 1;
    let mut customer = Customer::met("Anna", None, Language::default());
    customer.email = "anna@example.com".to_owned().try_into().ok();
    customer.phone = "+380671112233".to_owned().try_into().ok();
    customer.address = "Kyiv, Khreshchatyk 1".to_owned().try_into().ok();
    let loaded = store.load(model).await.unwrap();
    let effects = [Effect::keep(customer), Effect::keep(Cart::default())];
    let conversation = dialogues::world::known_conversation();
    store.commit(model, 0, &loaded, Some(&conversation), &effects).await.unwrap();
    for collection in ["users", "carts", "dialogues"] {
        let collection = store.database().collection::<Document>(collection);
        let mut like = collection.find_one(doc! { "_id": model }).await.unwrap().unwrap();
        if like.contains_key("updates") {
            like.insert("updates", (1..=REMEMBERED).collect::<Vec<i64>>());
        }
        for first in (0..customers).step_by(AT_ONCE as usize) {
            let copy = |id: i64| {
                let mut copy = like.clone();
                copy.insert("_id", Bson::Int64(FIRST + id));
                copy
            };
            let copies = (first..customers.min(first + AT_ONCE)).map(copy);
            collection.insert_many(copies).ordered(false).await.unwrap();
        }
        collection.delete_one(doc! { "_id": model }).await.unwrap();
    }
}
