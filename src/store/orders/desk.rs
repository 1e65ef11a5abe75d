//! Orders as owners look through them in the chat.

use bson::{Bson, Document, doc};
use dialogues::shop::{DESK_PAGE, DeskQuery, Order, digits};

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

impl Store {
    /// The orders that an owner looks at, newest first: a page, and one more where others follow.
    pub async fn orders_on_desk(&self, query: &DeskQuery) -> Result<Vec<Order>, StoreError> {
        let newest_first = doc! { "placed": -1, "number": -1 };
        let most = u32::try_from(query.skip() + DESK_PAGE + 1).unwrap_or(u32::MAX);
        let found = self.list(NAME, filter(query)?, newest_first, most, |document| read(document).map(|it| it.order));
        let found: Vec<Order> = within(STORE_TIMEOUT, found).await?;
        Ok(found.into_iter().skip(query.skip()).collect())
    }
}
