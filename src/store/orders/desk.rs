//! Orders as owners look through them in the chat.

use bson::{Bson, Document, doc};
use dialogues::shop::{
    BEST_SELLERS, BestSeller, DESK_PAGE, DeskQuery, Money, Order, OrderStatus, ProductId, Sales, SalesPeriods, Takings,
    digits,
};
use futures::TryStreamExt;

use super::super::document::{date, id};
use super::super::fields::whole;
use super::super::{STORE_TIMEOUT, Store, StoreError, within};
use super::{NAME, read, serialized};

fn filter(query: &DeskQuery) -> Result<Document, bson::error::Error> {
    Ok(match query {
        DeskQuery::Page { of, .. } => {
            let statuses = of.statuses().iter().map(serialized).collect::<Result<Vec<Bson>, _>>()?;
            doc! { "status": { "$in": statuses } }
        }
        DeskQuery::Words(words) => {
            // As it is written, whatever signs are in it.
            let quoted = format!("\\Q{}\\E", words.replace("\\E", ""));
            let mut ways = vec![doc! { "contact.name": { "$regex": quoted, "$options": "i" } }];
            let digits = digits(words);
            if !digits.is_empty() {
                ways.push(doc! { "contact.phone": { "$regex": digits } });
            }
            doc! { "$or": ways }
        }
    })
}

fn takings_in(document: &Document) -> Takings {
    let number = |name: &str| document.get(name).and_then(whole).unwrap_or_default();
    let total = Money::sum_from_minor(number("total")).unwrap_or_default();
    Takings { orders: usize::try_from(number("orders")).unwrap_or_default(), total }
}

fn best_seller_in(document: &Document) -> Option<BestSeller> {
    let product = ProductId(id(document.get_object_id("_id").ok()?));
    let title = document.get_str("title").ok()?.to_owned();
    Some(BestSeller { product, title, quantity: usize::try_from(document.get("quantity").and_then(whole)?).ok()? })
}

impl Store {
    /// The orders that an owner looks at, newest first: a page, and one more where others follow.
    pub async fn orders_on_desk(&self, query: &DeskQuery) -> Result<Vec<Order>, StoreError> {
        let newest_first = doc! { "placed": -1, "number": -1 };
        let most = u32::try_from(query.skip() + DESK_PAGE + 1).unwrap_or(u32::MAX);
        let found =
            self.list(NAME, filter(query)?, newest_first, most, |document| read(document).map(|it| it.for_team()));
        let found: Vec<Order> = within(STORE_TIMEOUT, found).await?;
        Ok(found.into_iter().skip(query.skip()).collect())
    }

    /// What was sold, in the currency of the shop: [`Sales::sum`] of those orders.
    pub async fn sales(&self, periods: SalesPeriods) -> Result<Sales, StoreError> {
        let sold = doc! {
            "placed": { "$gte": date(periods.month) },
            "status": { "$ne": serialized(&OrderStatus::Cancelled)? },
            "currency": self.inner.currency.code(),
        };
        let takings = |also: Document| {
            let all = doc! { "_id": null, "orders": { "$sum": 1 }, "total": { "$sum": "$total" } };
            vec![doc! { "$match": also }, doc! { "$group": all }]
        };
        let (title, quantity) = (doc! { "$first": "$lines.title" }, doc! { "$sum": "$lines.quantity" });
        let product = doc! { "_id": "$lines.product", "title": title, "quantity": quantity };
        let best = vec![
            doc! { "$sort": { "placed": 1, "number": 1 } },
            doc! { "$unwind": "$lines" },
            doc! { "$group": product },
            doc! { "$sort": { "quantity": -1, "_id": 1 } },
            doc! { "$limit": BEST_SELLERS as i64 },
        ];
        let facets = doc! {
            "today": takings(doc! { "placed": { "$gte": date(periods.today) } }),
            "month": takings(doc! {}),
            "best": best,
        };
        let summing = async {
            let pipeline = [doc! { "$match": sold }, doc! { "$facet": facets }];
            let mut summed = self.collection(NAME).aggregate(pipeline).await?;
            Ok(summed.try_next().await?.unwrap_or_default())
        };
        let summed: Document = within(STORE_TIMEOUT, summing).await?;
        let facet = |name: &str| summed.get_array(name).map(Vec::as_slice).unwrap_or_default();
        let takings = |name: &str| facet(name).first().and_then(Bson::as_document).map(takings_in).unwrap_or_default();
        let best = facet("best").iter().filter_map(Bson::as_document).filter_map(best_seller_in).collect();
        Ok(Sales { today: takings("today"), month: takings("month"), best })
    }
}
