//! Orders of a month as a file in the chat.

use std::io::Error;

use dialogues::shop::{Month, Zone};
use shell::MadeFile;
use tokio::sync::Semaphore;

use crate::export::{TableFormat, in_full, table};
use crate::store::{OrderQuery, Store};

/// One table is made at a time: it takes memory and time that turns need.
static ALONE: Semaphore = Semaphore::const_new(1);

/// What a spreadsheet program tells UTF-8 by.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A workbook of these orders; CSV of so many that a workbook would take too much memory.
///
/// # Errors
/// MongoDB does not answer; there are too many orders for CSV, too; the name is of no month.
pub(super) async fn orders_of(store: &Store, zone: Zone, month: &str, name: &str) -> Result<MadeFile, Error> {
    let (from, until) = month.parse::<Month>().map_err(Error::other)?.bounds(zone);
    let query = OrderQuery { from: Some(from), until: Some(until), oldest_first: true, ..OrderQuery::default() };
    let mut format = TableFormat::Xlsx;
    if store.are_more_orders(&query, format.most_orders()).await.map_err(Error::other)? {
        format = TableFormat::Csv;
        if store.are_more_orders(&query, format.most_orders()).await.map_err(Error::other)? {
            return Err(Error::other(format!("there are more than {} orders in {month}", format.most_orders())));
        }
    }
    let alone = ALONE.acquire().await.map_err(Error::other)?;
    let orders = store.all_orders(query).await.map_err(Error::other)?;
    let written = tokio::task::spawn_blocking(move || {
        let written = table(&orders, zone, format, in_full);
        // Also where nobody waits for it any more.
        drop(alone);
        written
    });
    let mut content = written.await.map_err(Error::other)?.map_err(Error::other)?;
    if format == TableFormat::Csv {
        content.splice(..0, BYTE_ORDER_MARK.bytes());
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Ok(MadeFile { name: format!("{stem}.{}", format.extension()), content })
}
