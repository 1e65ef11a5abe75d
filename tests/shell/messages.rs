//! Personal messages: what a turn has committed is brought, whatever happens meanwhile, and to nobody who was forgotten.

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::machine::Effect;
use dialogues::shop::{Addressee, Direction, OrderNumber, PersonalMessage};
use futures::TryStreamExt;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::simulator::{Disturbance, HoldPoint, Release};
use shopkeeper::store::CommitOutcome;

use super::owner_notices::{OLEH, OLGA, Office, tried};
use super::support::poll::until;
use super::support::shop::ANNA;
use super::support::{conversation, customer, database, message, order, soon, turn};

fn question(number: u32, text: &str) -> PersonalMessage {
    message(number, Direction::ToShop, "Anna", text)
}

fn answer(number: u32, to: Addressee, text: &str) -> PersonalMessage {
    message(number, Direction::ToCustomer(to), "Olga", text)
}

/// Both owners are there, and Anna is known.
async fn opened() -> Office {
    let office = Office::open().await;
    office.starts(OLGA);
    office.starts(OLEH);
    turn(&office.database.store, ANNA, 1, &[Effect::keep(customer())]).await;
    office
}

async fn writes(office: &Office, bot: Option<&Shopkeeper>, chat: i64, update: u32, message: PersonalMessage) {
    turn(&office.database.store, chat, update, &[Effect::Write(message)]).await;
    if let Some(bot) = bot {
        bot.desk().notices.bring();
        tried(bot).await;
    }
}

fn texts(office: &Office, id: i64) -> Vec<String> {
    let chat = office.shop.telegram.simulator.chat(&office.shop.token, id);
    chat.bubbles.iter().map(|bubble| bubble.text.clone()).collect()
}

/// How many messages are on their way.
async fn pending(office: &Office) -> u64 {
    let messages = office.database.store.database().collection::<Document>("personal_messages");
    messages.count_documents(doc! { "pending": true }).await.unwrap()
}

/// Lets time pass until everything is brought.
async fn brought(office: &Office) {
    until("all messages are brought", async || {
        office.pass(1);
        pending(office).await == 0
    })
    .await;
}

#[tokio::test]
async fn what_was_committed_before_a_crash_is_brought_in_its_order_by_the_next_process() {
    let office = opened().await;
    for (number, text) in (2..).zip(["one", "two", "three"]) {
        let sent = PersonalMessage {
            at: office.database.store.clock().now() + TimeDelta::seconds(number.into()),
            ..question(number, text)
        };
        writes(&office, None, ANNA, number, sent).await;
    }
    let bot = office.bot().await;
    brought(&office).await;
    for owner in [OLGA, OLEH] {
        let got = texts(&office, owner);
        let ends: Vec<&str> = got.iter().filter_map(|text| text.lines().last()).collect();
        assert_eq!(ends, ["one", "two", "three"]);
    }
    bot.stop().await;
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_brings_costs_one_repeated_message() {
    let office = opened().await;
    let bot = office.bot().await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    // Delivered to the first owner, and the process does not learn of it.
    let hold = simulator.hold(token, "sendMessage", Some(OLGA), HoldPoint::After);
    turn(&office.database.store, ANNA, 2, &[Effect::Write(question(2, "Hello?"))]).await;
    bot.desk().notices.bring();
    soon(simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    drop(bot);
    simulator.release(token, hold, Release::Discard);
    office.pass(120);
    let bot = office.bot().await;
    brought(&office).await;
    assert_eq!((texts(&office, OLGA).len(), texts(&office, OLEH).len()), (2, 1), "one repeat for one crash");
    bot.stop().await;
}

#[tokio::test]
async fn a_question_waits_until_an_owner_can_be_reached_and_for_no_other_one() {
    let office = Office::open().await;
    let bot = office.bot().await;
    writes(&office, Some(&bot), ANNA, 1, question(1, "Is anybody there?")).await;
    assert_eq!(pending(&office).await, 1, "nobody has pressed /start");
    office.starts(OLGA);
    brought(&office).await;
    assert_eq!((texts(&office, OLGA).len(), texts(&office, OLEH).len()), (1, 0));
    // Whom Telegram slows down gets it later, and whoever has it does not get it again.
    office.starts(OLEH);
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(OLEH), 429, Some(30)));
    writes(&office, Some(&bot), ANNA, 2, question(2, "And now?")).await;
    assert_eq!((texts(&office, OLGA).len(), texts(&office, OLEH).len()), (2, 0));
    brought(&office).await;
    assert_eq!((texts(&office, OLGA).len(), texts(&office, OLEH).len()), (2, 1));
    bot.stop().await;
}

#[tokio::test]
async fn an_answer_waits_where_telegram_asks_for_it_and_comes_back_where_the_customer_has_blocked_the_bot() {
    let office = opened().await;
    let bot = office.bot().await;
    let asked = question(2, "Do you ship?");
    writes(&office, Some(&bot), ANNA, 2, asked.clone()).await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(ANNA), 429, Some(30)));
    simulator.disturb(token, Disturbance::refusal("editMessageText", Some(OLEH), 429, Some(90)));
    let to = Addressee::OfMessage(asked.id);
    let now = office.database.store.clock().now();
    for (number, text) in (3..).zip(["No.", "Sorry: yes."]) {
        let at = now + TimeDelta::milliseconds(number.into());
        writes(&office, Some(&bot), OLGA, number, PersonalMessage { at, ..answer(number, to, text) }).await;
    }
    assert_eq!(texts(&office, ANNA).len(), 0, "the second one does not overtake the first one");
    brought(&office).await;
    let got = texts(&office, ANNA);
    assert!(got.len() == 2 && got[0].ends_with("No.") && got[1].ends_with("Sorry: yes."), "{got:?}");
    let is_answered = |owner| {
        let shown = texts(&office, owner).remove(0);
        shown.contains("Olga") && shown.ends_with("Sorry: yes.")
    };
    until("both owners see the newest answer", async || {
        office.pass(1);
        is_answered(OLGA) && is_answered(OLEH)
    })
    .await;
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(ANNA), 403, None));
    writes(&office, Some(&bot), OLGA, 5, answer(5, to, "Are you there?")).await;
    brought(&office).await;
    let returned = texts(&office, OLGA).pop().unwrap();
    assert!(returned.contains("did not reach") && returned.ends_with("Are you there?"), "{returned}");
    assert_eq!(texts(&office, ANNA).len(), 2);
    assert!(is_answered(OLGA), "what she has not got is no answer");
    assert!(!office.database.store.load(ANNA).await.unwrap().active);
    bot.stop().await;
}

#[tokio::test]
async fn nothing_is_written_to_whoever_was_forgotten_while_an_owner_was_writing() {
    let office = opened().await;
    let store = &office.database.store;
    let (asked, placed) = (question(2, "Do you ship?"), order(1, 1));
    turn(store, ANNA, 2, &[Effect::Write(asked.clone())]).await;
    turn(store, ANNA, 3, &[Effect::PlaceOrder(placed.clone())]).await;
    let number: OrderNumber = placed.number;
    for to in [Addressee::OfMessage(asked.id), Addressee::OfOrder(number)] {
        assert_eq!(store.correspondent(to).await.unwrap().map(|known| known.addressee), Some(to));
    }
    assert_eq!(store.messages_of(ANNA).await.unwrap(), std::slice::from_ref(&asked));
    let loaded = store.load(ANNA).await.unwrap();
    store.commit(ANNA, 9, &loaded, None, &[Effect::Forget]).await.unwrap();
    for (update, to) in (10..).zip([Addressee::OfMessage(asked.id), Addressee::OfOrder(number)]) {
        let loaded = store.load(OLGA).await.unwrap();
        let effects = [Effect::Write(answer(update, to, "Yes."))];
        let written = store.commit(OLGA, update.into(), &loaded, Some(&conversation(1)), &effects).await.unwrap();
        assert_eq!(written, CommitOutcome::AddresseeGone, "{to:?}");
        assert_eq!(store.correspondent(to).await.unwrap(), None);
    }
    assert_eq!(store.messages_of(ANNA).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_answering_somebody_and_forgetting_them_at_once_nothing_is_left() {
    let database = database().await;
    let messages = database.database().collection::<Document>("personal_messages");
    for round in 1..=20_u32 {
        let chat = 1_000 + i64::from(round);
        let asked = question(round, "Hello?");
        turn(&database, chat, 1, &[Effect::Write(asked.clone())]).await;
        let (customer, owner) = (database.load(chat).await.unwrap(), database.load(OLGA).await.unwrap());
        let effects = [Effect::Write(answer(1_000 + round, Addressee::OfMessage(asked.id), "Yes."))];
        let next = conversation(round);
        let (forgotten, answered) = tokio::join!(
            database.commit(chat, 2, &customer, None, &[Effect::Forget]),
            database.commit(OLGA, i64::from(round), &owner, Some(&next), &effects)
        );
        assert_eq!(forgotten.unwrap(), CommitOutcome::Done);
        let answered = answered.unwrap();
        assert!(matches!(answered, CommitOutcome::Done | CommitOutcome::AddresseeGone), "{answered:?}");
        assert_eq!(messages.count_documents(doc! { "customer": chat }).await.unwrap(), 0, "{answered:?}");
    }
}

/// Telegram's gateways are out of order, so nobody knows whether a message has arrived.
#[tokio::test]
async fn what_may_not_have_arrived_is_sent_again_and_does_not_come_back() {
    let office = opened().await;
    let bot = office.bot().await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(OLGA), 502, None));
    let asked = question(2, "Do you ship?");
    writes(&office, Some(&bot), ANNA, 2, asked.clone()).await;
    assert_eq!((texts(&office, OLGA).len(), texts(&office, OLEH).len(), pending(&office).await), (0, 1, 1));
    brought(&office).await;
    assert_eq!((texts(&office, OLGA).len(), texts(&office, OLEH).len()), (1, 1));
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(ANNA), 502, None));
    writes(&office, Some(&bot), OLGA, 3, answer(3, Addressee::OfMessage(asked.id), "Yes.")).await;
    assert_eq!((texts(&office, ANNA).len(), pending(&office).await), (0, 1));
    brought(&office).await;
    assert_eq!((texts(&office, ANNA).len(), texts(&office, OLGA).len()), (1, 1), "nothing came back");
    bot.stop().await;
}

/// The worker looks every few seconds: that must not read all that was ever written.
#[tokio::test]
async fn messages_are_looked_for_by_their_indexes() {
    let office = opened().await;
    let store = &office.database.store;
    let bot = office.bot().await;
    store.database().run_command(doc! { "profile": 2 }).await.unwrap();
    for number in 2..22 {
        writes(&office, Some(&bot), ANNA, number, question(number, "Hello?")).await;
    }
    brought(&office).await;
    store.messages_of(ANNA).await.unwrap();
    bot.stop().await;
    store.database().run_command(doc! { "profile": 0 }).await.unwrap();
    let profile = store.database().collection::<Document>("system.profile");
    for (command, most) in [
        (doc! { "command.findAndModify": "personal_messages", "command.query.pending": true }, 2),
        (doc! { "command.find": "personal_messages" }, 20),
    ] {
        let plans: Vec<Document> = profile.find(command.clone()).await.unwrap().try_collect().await.unwrap();
        let read = plans.iter().map(|plan| plan.get_i32("docsExamined").unwrap_or_default()).max();
        let plans: Vec<&str> = plans.iter().map(|plan| plan.get_str("planSummary").unwrap()).collect();
        assert!(
            !plans.is_empty() && plans.iter().all(|plan| plan.contains("IXSCAN") || *plan == "IDHACK"),
            "{command}: {plans:?}"
        );
        // All of a customer's, or the one that is on its way.
        assert!(read.is_some_and(|read| read <= most), "{command}: {read:?}");
    }
    profile.drop().await.unwrap();
}
