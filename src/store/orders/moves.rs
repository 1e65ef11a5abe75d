//! Orders that come further: the step itself, and telling customer and owners of it.
//!
//! A step is conditional on the status that its turn has seen, so of two owners who take one, or an owner and the customer, one
//! wins. What a step changes is `announced` behind `status`; so is what another program writes into `status`. Whoever finds an
//! order with a status that is not announced, tells of it, one process at a time. What another program has written becomes an event
//! (`events.rs`) then; what the shop writes is one in the same transaction.

use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::{AuditEntry, Order, OrderLine, OrderMove, OrderNumber, OrderStatus};
use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};
use mongodb::options::ReturnDocument;
use shell::mongo::transaction::{finish, pause};
use strum::IntoEnumIterator;

use super::super::document::{date, saved};
use super::super::events::EventKind;
use super::super::fields::{Problem, integer, required, text, time};
use super::super::{STORE_TIMEOUT, Store, StoreError, within};
use super::{NAME, StoredOrder, parsed, read as read_order, serialized};

/// How long a process that tells of a step may be silent before another one does.
const ANNOUNCING: TimeDelta = TimeDelta::seconds(60);

pub(super) fn read(document: &Document) -> Result<Vec<OrderMove>, Problem> {
    let moves = document.get_array("moves").map(Vec::as_slice).unwrap_or_default();
    moves.iter().map(|taken| read_one(taken).map_err(|problem| format!("moves: {problem}"))).collect()
}

fn read_one(taken: &Bson) -> Result<OrderMove, Problem> {
    let taken = taken.as_document().ok_or("one is no document")?;
    Ok(OrderMove {
        to: parsed::<OrderStatus>(taken, "to").ok_or("to is no status")?,
        at: required("at", time(taken, "at")?)?,
        by: text(taken, "by")?,
        reason: text(taken, "reason")?,
    })
}

fn write(taken: &OrderMove) -> Result<Document, bson::error::Error> {
    let mut document = doc! { "to": serialized(&taken.to)?, "at": date(taken.at) };
    let texts = [("by", &taken.by), ("reason", &taken.reason)];
    document.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into()))));
    Ok(document)
}

/// The messages that the owners have got; one that cannot be read is left out.
pub(in crate::store) fn notices(document: &Document) -> Vec<(i64, i32)> {
    let notices = document.get_array("notices").map(Vec::as_slice).unwrap_or_default();
    let notice = |notice: &Bson| {
        let notice = notice.as_document()?;
        let message = integer(notice, "message").ok()??;
        Some((integer(notice, "owner").ok()??, i32::try_from(message).ok()?))
    };
    notices.iter().filter_map(notice).collect()
}

/// Orders whose status is not the one that was announced. Of orders from before there was such a thing nothing is known.
fn unannounced() -> Result<Vec<Document>, bson::error::Error> {
    let other = |status: OrderStatus| {
        let others: Vec<Bson> = OrderStatus::iter()
            .filter(|other| *other != status)
            .map(|other| serialized(&other))
            .collect::<Result<_, _>>()?;
        Ok(doc! { "status": serialized(&status)?, "announced": { "$in": others } })
    };
    OrderStatus::iter().map(other).collect()
}

/// The statuses of orders with which something is left to do, or of the others.
pub(in crate::store) fn statuses(open: bool) -> Result<Vec<Bson>, bson::error::Error> {
    OrderStatus::iter().filter(|status| status.is_open() == open).map(|status| serialized(&status)).collect()
}

/// What an order loses that has no customer any more, and comes to this status, in the pipeline of an update.
fn not_needed(status: OrderStatus) -> Document {
    let kept = |field: &str| doc! { "$cond": [{ "$gt": ["$customer", null] }, field, "$$REMOVE"] };
    match status.is_open() {
        true => Document::new(),
        false => doc! { "contact": kept("$contact"), "moves": kept("$moves") },
    }
}

/// A stage of a pipeline that sets these fields, where there are any.
fn without(fields: Document) -> Option<Document> {
    (!fields.is_empty()).then(|| doc! { "$set": fields })
}

/// The revision of an order that changes, in the pipeline of an update. Orders from before there was such a thing have that of
/// their moves.
fn next_revision() -> Document {
    let moves = doc! { "$size": { "$ifNull": ["$moves", []] } };
    doc! { "$add": [{ "$ifNull": ["$revision", { "$add": [1_i64, moves] }] }, 1_i64] }
}

fn revision_in(order: &Document) -> i64 {
    integer(order, "revision").ok().flatten().unwrap_or(1)
}

impl Store {
    /// Takes an order on inside of a transaction; `false` if its status is no longer `from`. A cancelled order gives its stock
    /// back.
    pub(in crate::store) async fn move_order(
        &self,
        session: &mut ClientSession,
        (number, from): (OrderNumber, OrderStatus),
        taken: &OrderMove,
    ) -> Result<bool, Error> {
        let from = serialized(&from).map_err(Error::custom)?;
        let filter = doc! { "number": number.to_string(), "status": from.clone() };
        let fields = doc! {
            "status": serialized(&taken.to).map_err(Error::custom)?,
            // A reason may begin with a dollar sign.
            "moves": { "$concatArrays": [{ "$ifNull": ["$moves", []] }, [{ "$literal": write(taken).map_err(Error::custom)? }]] },
            "announced": { "$ifNull": ["$announced", from] },
            "revision": next_revision(),
            "recorded": serialized(&taken.to).map_err(Error::custom)?,
        };
        let mut update = vec![saved(fields, self.clock().now())];
        update.extend(without(not_needed(taken.to)));
        let orders = self.collection(NAME);
        let moved = orders.find_one_and_update(filter, update).return_document(ReturnDocument::After);
        let Some(order) = moved.session(&mut *session).await? else { return Ok(false) };
        self.record_step(session, taken.to, number, &order).await?;
        if taken.to == OrderStatus::Cancelled {
            let lines = order.get_array("lines").map(Vec::as_slice).unwrap_or_default();
            let lines: Vec<OrderLine> = lines.iter().filter_map(|line| super::read_line(line).ok()).collect();
            self.return_stock(session, &lines).await?;
        }
        Ok(true)
    }

    /// Takes an order on for somebody who has no dialogue: the order as it is then, and whether `step` has moved it; `None` if
    /// there is no such order.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub async fn take_order_on(
        &self,
        number: OrderNumber,
        step: impl Fn(&Order) -> Option<OrderMove>,
    ) -> Result<Option<(Order, bool)>, StoreError> {
        within(STORE_TIMEOUT, async {
            let mut session = self.inner.client.start_session().await?;
            for attempt in 0.. {
                let Some(stored) = self.order(number).await? else { return Ok(None) };
                let Some(taken) = step(&stored.order) else { return Ok(Some((stored.order, false))) };
                session.start_transaction().await?;
                let entry = AuditEntry::of_step(number, &taken);
                let step = async {
                    let moved = self.move_order(&mut session, (number, stored.order.status), &taken).await?;
                    if let (true, Some(entry)) = (moved, &entry) {
                        self.write_audit(&mut session, entry).await?;
                    }
                    Ok(moved)
                };
                let moved = match step.await {
                    Ok(true) => finish(&mut session).await.map(|()| true),
                    other => {
                        let _ = session.abort_transaction().await;
                        other
                    }
                };
                match moved {
                    Ok(true) => {
                        self.call_for_event();
                        return Ok(Some((stored.order.moved(taken), true)));
                    }
                    Ok(false) => {}
                    Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => {}
                    Err(error) => return Err(error.into()),
                }
                tokio::time::sleep(pause(attempt)).await;
            }
            Ok(None)
        })
        .await
    }

    /// An order whose status customer and owners do not know of, or whose notices do not say that its customer was forgotten; this
    /// process tells them, and no other one.
    pub(crate) async fn claim_announcement(&self) -> Result<Option<StoredOrder>, StoreError> {
        // What has become of orders comes first: somebody waits for it.
        for wanted in [doc! { "$or": unannounced()? }, doc! { "stale": true }] {
            let now = self.clock().now();
            let free = [doc! { "announcing": null }, doc! { "announcing": { "$lte": date(now) } }];
            let filter = doc! { "$and": [wanted, { "$or": free }] };
            let update = doc! { "$set": { "announcing": date(after(now, ANNOUNCING)) } };
            let claimed = async { Ok(self.raw(NAME).find_one_and_update(filter, update).await?) };
            let claimed = within(STORE_TIMEOUT, claimed).await?;
            if let Some(order) = claimed.and_then(|document| self.usable(NAME, &document, read_order)) {
                return Ok(Some(order));
            }
        }
        Ok(None)
    }

    /// Lets it be tried again at this time.
    pub(crate) async fn put_announcement_off(
        &self,
        number: OrderNumber,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.update_order(number, doc! { "$set": { "announcing": date(until) } }).await
    }

    /// Notes that customer and owners know of the order as it was claimed.
    pub(crate) async fn mark_announced(&self, stored: &StoredOrder) -> Result<(), StoreError> {
        let StoredOrder { order, is_stale, .. } = stored;
        let mut update = saved(doc! { "announced": serialized(&order.status)? }, self.clock().now());
        let mut done = doc! { "announcing": "" };
        // Of one whose customer was forgotten meanwhile, the notices are edited once more.
        if *is_stale {
            done.insert("stale", "");
        }
        update.insert("$unset", done);
        self.update_order(order.number, update).await
    }

    /// Makes an event of a status that another program has written.
    pub(crate) async fn record_foreign(&self, stored: &StoredOrder) -> Result<(), StoreError> {
        if stored.recorded == stored.order.status {
            return Ok(());
        }
        within(STORE_TIMEOUT, async {
            let mut session = self.inner.client.start_session().await?;
            for attempt in 0.. {
                session.start_transaction().await?;
                let recorded = match self.record_status(&mut session, &stored.order).await {
                    Ok(()) => finish(&mut session).await,
                    failed => {
                        let _ = session.abort_transaction().await;
                        failed
                    }
                };
                match recorded {
                    Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => {}
                    recorded => return Ok(recorded?),
                }
                tokio::time::sleep(pause(attempt)).await;
            }
            Ok(())
        })
        .await?;
        self.call_for_event();
        Ok(())
    }

    /// The same inside of a transaction: once, and only as long as the order has this status.
    async fn record_status(&self, session: &mut ClientSession, order: &Order) -> Result<(), Error> {
        let status = serialized(&order.status).map_err(Error::custom)?;
        let unrecorded = doc! {
            "number": order.number.to_string(), "status": status.clone(), "recorded": { "$ne": status.clone() },
        };
        let mut update = vec![doc! { "$set": { "revision": next_revision(), "recorded": status } }];
        update.extend(without(not_needed(order.status)));
        let orders = self.collection(NAME);
        let recorded = orders.find_one_and_update(unrecorded, update).return_document(ReturnDocument::After);
        let Some(recorded) = recorded.session(&mut *session).await? else { return Ok(()) };
        self.record_step(session, order.status, order.number, &recorded).await
    }

    /// The event of a step; and where the delivery was the last to need something of a customer, the event that it is gone.
    async fn record_step(
        &self,
        session: &mut ClientSession,
        to: OrderStatus,
        number: OrderNumber,
        order: &Document,
    ) -> Result<(), Error> {
        let gone = !to.is_open() && !order.contains_key("customer");
        let kinds = [Some(EventKind::from(to)), gone.then_some(EventKind::OrderAnonymized)];
        let events = kinds.into_iter().flatten().map(|kind| (kind, number.to_string(), revision_in(order)));
        self.record_events(session, events.collect::<Vec<_>>()).await
    }

    /// Clears orders that have no customer any more, and need none: another program has delivered them that did not know of such
    /// orders, or they were never delivered.
    ///
    /// # Errors
    /// [`StoreError`], as any command.
    pub(in crate::store) async fn clear_orders_of_nobody(&self) -> Result<(), StoreError> {
        let now = self.clock().now();
        let old = doc! { "placed": { "$lt": date(now - Order::DELIVERED_WITHIN) } };
        let over = [doc! { "status": { "$in": statuses(false)? } }, old];
        let closed = doc! { "customer": null, "contact": { "$type": "object" }, "$or": over };
        let mut cleared = saved(doc! { "stale": true }, now);
        cleared.insert("$unset", doc! { "contact": "", "moves": "" });
        self.collection(NAME).update_many(closed, cleared).await?;
        Ok(())
    }

    /// The orders of whoever is forgotten change, and say so. Those that are not delivered yet lose their customer here, and no more;
    /// the others are cleared behind this, as the descriptor says.
    pub(in crate::store) async fn anonymize_orders(
        &self,
        session: &mut ClientSession,
        customer: i64,
    ) -> Result<(), Error> {
        let (orders, theirs) = (self.collection(NAME), doc! { "customer": customer });
        let notices = doc! { "$size": { "$ifNull": ["$notices", []] } };
        // Also of those that are being told of.
        let stale = doc! { "$cond": [{ "$and": ["$told", { "$eq": [notices, 0] }] }, "$$REMOVE", true] };
        let counted = vec![doc! { "$set": { "revision": next_revision(), "stale": stale } }];
        if orders.update_many(theirs.clone(), counted).session(&mut *session).await?.matched_count == 0 {
            return Ok(());
        }
        let mut found =
            orders.find(theirs).projection(doc! { "number": 1, "revision": 1 }).session(&mut *session).await?;
        let mut events = Vec::new();
        while let Some(order) = found.next(session).await.transpose()? {
            let Ok(number) = order.get_str("number") else { continue };
            events.push((EventKind::OrderAnonymized, number.to_owned(), revision_in(&order)));
        }
        let awaited = doc! {
            "customer": customer,
            "status": { "$in": statuses(true).map_err(Error::custom)? },
            "placed": { "$gte": date(self.clock().now() - Order::DELIVERED_WITHIN) },
        };
        let parted = doc! { "$unset": { "customer": "", "contact.email": "" } };
        orders.update_many(awaited, parted).session(&mut *session).await?;
        self.record_events(session, events).await
    }
}
