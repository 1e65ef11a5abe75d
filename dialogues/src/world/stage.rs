//! Transcripts played in memory.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use engine::memory::{input, state};
use engine::{App, moment, outage};

use super::post::Refusal;
use super::{Resident, World, named_catalogue, titled};
use crate::app::Shop;
use crate::chat::Chat;
use crate::machine::Input;
use crate::shop::{
    Cart, Catalogue, CatalogueTranslations, CategoryId, Change, CheckoutId, Contact, Customer, Money, News, NewsId,
    Order, OrderLine, OrderNumber, OrderStatus, Product, Quantity, Stock,
};
use crate::snapshot::Snapshot;
use crate::transcript::{Given, Stage, StepResult, Subject, UserAction, set_field};

impl World {
    /// Plays what happens in dialogues by itself until then, each at its time, or now where that is over.
    fn pass_deadlines(&mut self, end: DateTime<Utc>) -> Result<(), String> {
        let deadline = |resident: &Resident| resident.kept.conversation.as_ref()?.deadline;
        let next = |world: &Self| {
            let all = world.residents.iter().filter_map(|(name, resident)| Some((deadline(resident)?, name.clone())));
            all.min().filter(|(at, _)| *at <= end)
        };
        while let Some((at, name)) = next(self) {
            self.now = at.max(self.now);
            self.play(&name, &Input::DeadlinePassed, None)?;
        }
        Ok(())
    }
}

impl Stage<Shop> for World {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        match given {
            Given::Catalogue(name) => {
                self.catalogue =
                    named_catalogue(name).ok_or(format!("there is no catalogue “{name}”; there is: tea-house"))?;
            }
            Given::Time(time) => self.now = *time,
            Given::NoEmail => std::sync::Arc::make_mut(&mut self.settings).asks_email = false,
            Given::Receipts => std::sync::Arc::make_mut(&mut self.settings).sends_receipts = true,
            Given::Reminders { hours } => {
                std::sync::Arc::make_mut(&mut self.settings).remind_after = Some(TimeDelta::hours((*hours).into()));
            }
            Given::Person(person) => self.settle_in(person)?,
            Given::Ordered { person, items, status } => {
                let fresh = self.draws.draw();
                let (catalogue, now) = (std::sync::Arc::clone(&self.catalogue), self.now);
                let resident = self.resident(person)?;
                let order = past_order(items, *status, resident.kept.customer.as_ref(), &catalogue, now, fresh)?;
                std::sync::Arc::make_mut(&mut resident.kept.orders).insert(0, order);
            }
            other => {
                if let (Given::News { headline, .. }, true) = (other, self.opened) {
                    self.unmailed.push(NewsId::of_key(headline));
                }
                let changes = changes(other, &self.catalogue, self.now)?;
                self.change(changes);
                self.tell_who_waits();
            }
        }
        Ok(())
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        self.opened = true;
        for (person, deed) in deeds {
            let now = self.now;
            let resident = self.resident(person)?;
            resident.last = Some(now);
            resident.window.hear(deed);
            self.play(person, &input(deed)?, deed.tapped())?;
        }
        self.deliver();
        Ok(std::mem::take(&mut self.happened))
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let end = moment::after(self.now, time);
        self.pass_deadlines(end)?;
        self.now = end;
        self.deliver();
        Ok(std::mem::take(&mut self.happened))
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        self.opened = true;
        Ok(StepResult::default())
    }

    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let since = self.now;
        self.now = moment::after(since, time);
        self.opened = true;
        self.pass_deadlines(self.now)?;
        if outage::loses_taps(time) {
            let is_concerned = |resident: &Resident| {
                let asked = resident.kept.conversation.as_ref().is_some_and(|its| Shop::asks(&its.dialogue));
                let recent = resident.last.is_some_and(|last| outage::was_in_the_middle(last, since));
                asked && recent && resident.kept.active
            };
            let mut concerned: Vec<_> = self.residents.values().filter(|resident| is_concerned(resident)).collect();
            concerned.sort_by_key(|resident| std::cmp::Reverse(resident.last));
            let names: Vec<String> = concerned.into_iter().map(|resident| resident.first_name.clone()).collect();
            names.iter().try_for_each(|name| self.play(name, &Input::BotIsBack, None))?;
        }
        self.deliver();
        Ok(std::mem::take(&mut self.happened))
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        // What the shell must make true, and the model says: nothing happens.
        Ok(StepResult::default())
    }

    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String> {
        let letter = !["getUpdates", "answerCallbackQuery"].contains(&method) && self.expects_mail();
        if letter {
            let (method, person) = (method.to_owned(), person.to_owned());
            self.refusals.push(Refusal { method, person, code, retry_after });
        }
        Ok(letter)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.refusals.iter().map(|refusal| (refusal.method.clone(), refusal.person.clone())).collect()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        self.residents.get(person).map(|resident| Cow::Borrowed(&resident.window.chat)).unwrap_or_default()
    }

    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        let fields = match subject {
            Subject::Cart(person) => {
                cart_fields(&self.resident(person)?.kept.cart.clone(), |cart| cart.total(&self.catalogue))
            }
            Subject::Orders(person) => order_fields(&self.resident(person)?.kept.orders),
            Subject::Profile(person) => profile_fields(self.resident(person)?.kept.customer.as_ref()),
            Subject::State(person) => state_fields(&self.resident(person)?.kept),
            Subject::Stock(title) => vec![("stock".to_owned(), stock_field(titled(title, &self.catalogue)?.stock))],
            Subject::Rest { .. } => return Ok(None),
        };
        Ok(Some(fields))
    }
}

/// Where somebody is, and whether messages reach them, as `Then` sentences name it.
pub fn state_fields(kept: &Snapshot) -> Vec<(String, String)> {
    let active = if kept.active { "yes" } else { "no" };
    vec![("state".to_owned(), state(kept.conversation.as_ref())), ("active".to_owned(), active.to_owned())]
}

/// The changes of the catalogue that make a Given true; none for those that do not speak of it.
pub fn changes(given: &Given, catalogue: &Catalogue, now: DateTime<Utc>) -> Result<Vec<Change>, String> {
    let product_with = |title: &str, change: &dyn Fn(&mut Product)| {
        let mut product = Product::clone(&*titled(title, catalogue)?);
        change(&mut product);
        Ok::<_, String>(vec![Change::Product(product)])
    };
    match given {
        Given::Catalogue(_) | Given::Time(_) | Given::Reminders { .. } | Given::NoEmail | Given::Receipts => {
            Ok(Vec::new())
        }
        Given::Person(_) | Given::Ordered { .. } => Ok(Vec::new()),
        Given::NoNews => {
            Ok(catalogue.news(DateTime::<Utc>::MAX_UTC, usize::MAX).map(|news| Change::NewsGone(news.id)).collect())
        }
        Given::News { headline, body } => {
            let (headline, body) = (headline.clone(), body.clone());
            let (id, translations) = (NewsId::of_key(&headline), CatalogueTranslations::default());
            Ok(vec![Change::News(News { id, headline, body, published: now, translations })])
        }
        Given::Deleted { title } => Ok(vec![Change::ProductGone(titled(title, catalogue)?.id)]),
        Given::Moved { title, category } => {
            let category = shelf(category, catalogue)?;
            product_with(title, &|product| product.category = category)
        }
        Given::InStock { title, count } => product_with(title, &|product| product.stock = Stock::Count(*count)),
        Given::Costs { title, price } => product_with(title, &|product| product.price = *price),
        Given::Discounted { title, discount } => product_with(title, &|product| product.discount = *discount),
        Given::Hidden { title, hidden } => product_with(title, &|product| product.hidden = *hidden),
        Given::Field { title, field, value } => product_with(title, &|product| set_field(product, field, value)),
    }
}

/// A category by its title, with or without its emoji.
fn shelf(title: &str, catalogue: &Catalogue) -> Result<CategoryId, String> {
    let mut categories = catalogue.categories();
    let found = categories.find(|category| category.title == title || category.title.ends_with(&format!(" {title}")));
    found.map(|category| category.id).ok_or_else(|| format!("there is no category “{title}” in the catalogue"))
}

/// The order of `Given Anna has an order of …`, for whatever stage: placed now, at today's prices. Its contact is
/// what the customer's profile says; there is none where that is not enough to deliver to.
pub fn past_order(
    items: &[(String, u16)],
    status: OrderStatus,
    customer: Option<&Customer>,
    catalogue: &Catalogue,
    now: DateTime<Utc>,
    fresh: u64,
) -> Result<Order, String> {
    let line = |(title, quantity): &(String, u16)| {
        let product = titled(title, catalogue)?;
        let quantity = Quantity::new(*quantity).ok_or_else(|| format!("{quantity} is no quantity"))?;
        Ok(OrderLine { product: product.id, title: title.clone(), quantity, price: product.unit_price(), left: None })
    };
    let lines = items.iter().map(line).collect::<Result<Vec<_>, String>>()?;
    let contact = customer.and_then(|customer| {
        let Customer { name, email, phone, address, .. } = customer.clone();
        Some(Contact { name, email: Some(email?), phone: phone?, address: address? })
    });
    Ok(Order {
        number: OrderNumber::draw(fresh),
        checkout: CheckoutId(fresh),
        contact,
        total: lines.iter().map(|line| line.price.times(line.quantity)).sum(),
        lines,
        status,
        placed: now,
        moves: Vec::new(),
        is_forgotten: false,
        customer: None,
    })
}

/// The fields of `Check the cart of …`, from whatever stage.
pub fn cart_fields(cart: &Cart, total: impl FnOnce(&Cart) -> Money) -> Vec<(String, String)> {
    let items: Vec<_> = cart.lines.iter().map(|line| format!("{} × {}", line.title, line.quantity)).collect();
    vec![("items".to_owned(), items.join(", ")), ("total".to_owned(), short(total(cart)))]
}

/// The fields of `Check orders of …`: those of the newest, and how many there are.
pub fn order_fields(orders: &[Order]) -> Vec<(String, String)> {
    let newest = orders.first();
    let contact = newest.and_then(|order| order.contact.as_ref());
    let of = |value: Option<String>| value.unwrap_or_default();
    let items = newest.map(|order| {
        order.lines.iter().map(|line| format!("{} × {}", line.title, line.quantity)).collect::<Vec<_>>().join(", ")
    });
    let field = |name: &str, value: Option<String>| (name.to_owned(), of(value));
    vec![
        field("count", Some(orders.len().to_string())),
        field("number", newest.map(|order| order.number.to_string())),
        field("status", newest.map(|order| order.status.to_string())),
        field("name", contact.and_then(|contact| contact.name.as_ref()).map(|name| name.as_str().to_owned())),
        field("email", contact.and_then(|contact| contact.email.as_ref()).map(|email| email.as_str().to_owned())),
        field("phone", contact.map(|contact| contact.phone.as_str().to_owned())),
        field("address", contact.map(|contact| contact.address.as_str().to_owned())),
        field("items", items),
        field("total", newest.map(|order| short(order.total))),
        field("placed", newest.map(|order| order.placed.format("%Y-%m-%d %H:%M").to_string())),
    ]
}

/// The fields of `Check the profile of …`.
pub fn profile_fields(customer: Option<&crate::shop::Customer>) -> Vec<(String, String)> {
    let field = |name: &str, value: Option<&str>| (name.to_owned(), value.unwrap_or_default().to_owned());
    vec![
        field("name", customer.and_then(|customer| customer.name.as_ref()).map(|name| name.as_str())),
        field("email", customer.and_then(|customer| customer.email.as_ref()).map(|email| email.as_str())),
        field("phone", customer.and_then(|customer| customer.phone.as_ref()).map(|phone| phone.as_str())),
        field("address", customer.and_then(|customer| customer.address.as_ref()).map(|address| address.as_str())),
        field("language", customer.map(|customer| customer.language.code())),
        field("mailings", customer.map(|customer| if customer.subscribed { "yes" } else { "no" })),
    ]
}

/// The field of `Check the stock of …`.
pub fn stock_field(stock: Stock) -> String {
    match stock {
        Stock::Always => "always".to_owned(),
        Stock::Count(count) => count.to_string(),
    }
}

/// `1040`, or `1040.50` where there are minor units.
fn short(amount: Money) -> String {
    let plain = amount.plain();
    plain.strip_suffix(".00").map(str::to_owned).unwrap_or(plain)
}
