//! Dialogues: decoded, and their screens drawn.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use dialogues::Dialogue;
use dialogues::limits::telegram_takes;
use dialogues::machine::{Context, Conversation, Input, Output};
use dialogues::shop::{AuditEntry, Catalogue, Customer, Office, SalesPeriods};
use dialogues::snapshot::{Snapshot, Surroundings};
use dialogues::turn::{Looks, looks};
use futures::TryStreamExt;

use super::super::carts::line_faults;
use super::super::dialogues::{BESIDE, LoadedCustomer, MOST_ORDERS, NAME, Stored};
use super::super::faults::fault;
use super::super::fields::integer;
use super::super::{StoreError, orders};
use super::findings::DocumentFault;
use super::{BATCH, Preflight, PreflightProgress};

/// Nothing that was ever said: what a screen looks like does not depend on it.
const NOTHING: Input = Input::Edited;

/// What is kept of a batch's customers, by their ids.
type Known = HashMap<i64, LoadedCustomer>;

impl Preflight<'_> {
    pub(super) async fn look_at_dialogues(
        &mut self,
        catalogue: &Arc<Catalogue>,
        told: &mut impl FnMut(PreflightProgress),
    ) -> Result<(), StoreError> {
        let documents = self.database.collection::<RawDocumentBuf>(NAME);
        let of = documents.estimated_document_count().await?;
        let mut batches = documents.find(doc! {}).batch_size(BATCH as u32).await?.try_chunks(BATCH);
        let mut read = 0;
        while let Some(batch) = batches.try_next().await.map_err(|chunk| chunk.1)? {
            read += batch.len() as u64;
            let batch: Vec<Document> = batch.iter().filter_map(|raw| self.decoded(NAME, raw)).collect();
            let known = self.known(&batch).await?;
            for document in batch {
                self.look_at_dialogue(document, &known, catalogue).await?;
            }
            told(PreflightProgress { collection: NAME, read, of });
        }
        told(PreflightProgress { collection: NAME, read, of: read });
        self.findings.opened.insert(NAME, read);
        Ok(())
    }

    /// What is kept of the customers of a batch beside their dialogues. What is wrong with them was found before.
    async fn known(&self, batch: &[Document]) -> Result<Known, StoreError> {
        let ids: Vec<&Bson> = batch.iter().filter_map(|document| document.get("_id")).collect();
        let mut known = Known::default();
        for (collection, read) in &BESIDE {
            let found = self.database.collection::<Document>(collection).find(doc! { "_id": { "$in": &ids } }).await?;
            for document in found.try_collect::<Vec<Document>>().await? {
                let Ok(document) = self.store.current(collection, document) else { continue };
                let Some(id) = integer(&document, "_id").ok().flatten() else { continue };
                read(known.entry(id).or_default(), &document);
            }
        }
        Ok(known)
    }

    async fn look_at_dialogue(
        &mut self,
        document: Document,
        known: &Known,
        catalogue: &Arc<Catalogue>,
    ) -> Result<(), StoreError> {
        let chat = match integer(&document, "_id") {
            Ok(Some(chat)) => chat,
            Ok(None) => return Ok(()),
            Err(what) => {
                self.findings.add(DocumentFault::of(NAME, &document, what));
                return Ok(());
            }
        };
        let Some(document) = self.brought_up(NAME, document) else { return Ok(()) };
        let Ok(stored) = bson::deserialize_from_document::<Stored>(document.clone()) else {
            let what = fault::<Stored>(&document).unwrap_or_default();
            self.findings.add(DocumentFault::of(NAME, &document, what));
            return Ok(());
        };
        if let Ok(pending) = document.get_document("pending_cart") {
            for what in line_faults(pending) {
                self.findings.add(DocumentFault::of(NAME, &document, format!("pending_cart.{what}")));
            }
        }
        let Some(conversation) = &stored.conversation else {
            if !stored.is_whole() {
                self.findings.add(DocumentFault::of(NAME, &document, "conversation is missing".to_owned()));
            }
            return Ok(());
        };
        let context = self.context(chat, conversation, known, catalogue).await?;
        for what in unshown(conversation, &context) {
            let mut fault = DocumentFault::of(NAME, &document, what);
            fault.state = Some(conversation.dialogue.name());
            self.findings.add(fault);
        }
        Ok(())
    }

    /// What a turn of this customer would know.
    async fn context(
        &self,
        chat: i64,
        conversation: &Conversation,
        known: &Known,
        catalogue: &Arc<Catalogue>,
    ) -> Result<Context, StoreError> {
        let mut placed = Vec::new();
        let looks = looks(Some(conversation), &NOTHING);
        if looks.at_orders {
            let newest_first = doc! { "placed": -1, "_id": -1 };
            let collection = self.database.collection::<Document>(orders::NAME);
            let found = collection.find(doc! { "customer": chat }).sort(newest_first);
            let found = found.limit(i64::from(MOST_ORDERS)).await?;
            for document in found.try_collect::<Vec<Document>>().await? {
                let Ok(document) = self.store.current(orders::NAME, document) else { continue };
                placed.extend(orders::read(&document).ok().map(|stored| stored.order));
            }
        }
        let around = Surroundings {
            catalogue: Arc::clone(catalogue),
            settings: Arc::clone(&self.look.settings),
            office: self.office(chat, &looks, catalogue).await?,
            now: self.look.now,
            fresh: 0,
        };
        let snapshot = Snapshot {
            orders: Arc::new(placed),
            ..known.get(&chat).map(|known| known.snapshot.clone()).unwrap_or_default()
        };
        Ok(snapshot.context(Customer::default, around))
    }

    async fn office(&self, chat: i64, looks: &Looks, catalogue: &Catalogue) -> Result<Option<Office>, StoreError> {
        let team = catalogue.team();
        let known = team.people(&self.look.owners).find(|(member, _)| *member == chat);
        let Some((_, role)) = known else { return Ok(None) };
        let mut office = Office { role, ..Office::default() };
        if looks.at_team {
            office.team = self.store.members(team, &self.look.owners, Some(chat)).await?;
        }
        if looks.at_audit {
            office.audit = self.store.audit(AuditEntry::SHOWN).await?;
        }
        if looks.at_recipients {
            office.census = self.store.census(Some(chat)).await?;
        }
        if let Some(id) = looks.at_mailing {
            // One that cannot be read was found before.
            office.mailing = self.store.mailing(id).await.ok().flatten().map(|stored| stored.mailing);
        }
        if let Some(number) = looks.at_order {
            office.order = self.store.order(number).await.ok().flatten().map(|stored| stored.order);
        }
        if let Some(to) = looks.at_addressee {
            office.correspondent = self.store.correspondent(to).await.ok().flatten();
        }
        if let Some(query) = &looks.at_desk {
            office.orders = self.store.orders_on_desk(query).await.unwrap_or_default();
        }
        if looks.at_sales {
            let periods = SalesPeriods::of(self.store.clock().now(), self.look.settings.zone);
            office.sales = self.store.sales(periods).await.unwrap_or_default();
        }
        Ok(Some(office))
    }
}

/// What keeps a customer's screen from being shown: the present one, and that of a checkout they may go on with.
fn unshown(conversation: &Conversation, context: &Context) -> Vec<String> {
    let shown = |dialogue: &Dialogue, whose: &str| {
        let drawn = catch_unwind(AssertUnwindSafe(|| dialogue.view(context)));
        let taken = match drawn {
            Ok(view) => telegram_takes(&Output::Send { view, serial: conversation.serial }),
            Err(_) => Err("drawing it panics".to_owned()),
        };
        taken.err().map(|problem| format!("{whose} cannot be shown: {problem}"))
    };
    let parked = conversation.beside.parked.clone().map(Dialogue::Checkout);
    let present = shown(&conversation.dialogue, "its screen");
    let waiting = parked.and_then(|parked| shown(&parked, "the checkout that waits"));
    present.into_iter().chain(waiting).collect()
}
