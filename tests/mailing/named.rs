//! A mailing names the customers whom it works on for as long as it works on them, and no longer.

use bson::oid::ObjectId;
use bson::{Document, doc};
use dialogues::machine::Effect;
use dialogues::shop::{Letter, MailingId, MailingStatus, MessageBody, Steering};
use shopkeeper::simulator::{HoldPoint, Release};
use shopkeeper::store::LedgerOutcome;

use super::town::{FIRST, Town};
use crate::shell::support::{turn, until};

fn mailings(town: &Town) -> mongodb::Collection<Document> {
    town.database.database().collection("mailings")
}

async fn stored(town: &Town, id: MailingId) -> Document {
    mailings(town).find_one(doc! { "_id": ObjectId::from_bytes(id.0.0) }).await.unwrap().unwrap()
}

/// The fields of a mailing's document that name customers.
async fn naming(town: &Town, id: MailingId) -> Vec<String> {
    let stored = stored(town, id).await;
    let named = |field: &&str| !stored.get_array(field).unwrap().is_empty();
    ["excluded", "in_flight", "done"].iter().filter(|field| named(field)).map(|field| (*field).to_owned()).collect()
}

/// Resolves when its status has been reported.
async fn reported(town: &Town, id: MailingId) {
    until("the mailing is reported", async || stored(town, id).await.get_bool("reported").unwrap()).await;
}

/// How many rows of the ledger say that the letter was sent.
async fn sent(town: &Town, id: MailingId) -> usize {
    town.ledger(id).await.iter().filter(|row| row.outcome == Some(LedgerOutcome::Sent)).count()
}

#[tokio::test]
async fn a_mailing_that_is_cancelled_while_a_letter_is_on_its_way_names_nobody() {
    let town = Town::of(30).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    let id = town.mail(Letter::plain("Sceond")).await;
    let hold = simulator.hold(token, "sendMessage", Some(FIRST + 10), HoldPoint::Before);
    let (_mailer, signal) = town.worker(None).await;
    town.live(1, simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    turn(&town.store(), FIRST + 12, 1, &[Effect::Forget]).await;
    assert_eq!(naming(&town, id).await, ["excluded", "in_flight", "done"], "it works on them");
    town.store().steer_mailing(id, &Steering::Cancel).await.unwrap();
    assert_eq!(naming(&town, id).await, ["done"], "the ledger has not got those who had their turn");
    simulator.release(token, hold, Release::Proceed);
    town.live(1, signal.silence()).await;
    assert_eq!(naming(&town, id).await, Vec::<String>::new());
    assert_eq!(sent(&town, id).await, 11, "the one that was on its way, too");
    // So what was sent can still be corrected.
    town.store().steer_mailing(id, &Steering::Correct(MessageBody::plain("Second"))).await.unwrap();
    let corrected = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((corrected.tally.changed, town.inbox(FIRST + 10)), (11, vec!["Second".to_owned()]));
    assert_eq!(naming(&town, id).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_mailing_that_is_cancelled_while_nobody_works_on_it_names_nobody_once_it_is_reported() {
    let town = Town::of(30).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    let id = town.mail(Letter::plain("New harvest!")).await;
    let hold = simulator.hold(token, "sendMessage", Some(FIRST + 10), HoldPoint::Before);
    let (first, _signal) = town.worker(None).await;
    town.live(1, simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    first.kill().await;
    simulator.release(token, hold, Release::Discard);
    town.store().steer_mailing(id, &Steering::Pause).await.unwrap();
    turn(&town.store(), FIRST + 12, 1, &[Effect::Forget]).await;
    assert_eq!(naming(&town, id).await, ["excluded", "in_flight", "done"], "it may go on with them");
    town.store().steer_mailing(id, &Steering::Cancel).await.unwrap();
    let (_second, _signal) = town.worker(None).await;
    // It waits until the lease of the one that was killed has expired.
    town.live(1, reported(&town, id)).await;
    assert_eq!((naming(&town, id).await, sent(&town, id).await), (Vec::new(), 10));
}

#[tokio::test]
async fn whom_an_earlier_program_left_in_a_mailing_that_is_over_goes_when_a_worker_starts() {
    let town = Town::of(1).await;
    let (over, open) = (town.mail(Letter::plain("One")).await, town.mail(Letter::plain("Two")).await);
    let people =
        doc! { "excluded": [FIRST], "in_flight": [FIRST + 1], "done": [{ "user": FIRST + 2, "outcome": "sent" }] };
    for (id, status) in [(over, "cancelled"), (open, "paused")] {
        let mut fields = people.clone();
        fields.extend(doc! { "status": status, "reported": true });
        let this = doc! { "_id": ObjectId::from_bytes(id.0.0) };
        mailings(&town).update_one(this, doc! { "$set": fields }).await.unwrap();
    }
    let (_mailer, signal) = town.worker(None).await;
    town.live(1, signal.silence()).await;
    assert_eq!(naming(&town, over).await, Vec::<String>::new());
    assert_eq!(naming(&town, open).await, ["excluded", "in_flight", "done"], "it may go on");
}

#[tokio::test]
async fn a_mailing_that_was_cancelled_is_not_paused_by_whoever_read_it_before() {
    let town = Town::of(1).await;
    for round in 0..20 {
        let id = town.mail(Letter::plain("New harvest!")).await;
        let (one, two) = (town.store(), town.store());
        let (paused, cancelled) =
            tokio::join!(one.try_steering(id, &Steering::Pause), two.try_steering(id, &Steering::Cancel));
        assert!(cancelled.unwrap(), "{round}: whether it is paused or not, it can be cancelled");
        paused.unwrap();
        let stored = town.store().mailing(id).await.unwrap().unwrap();
        assert_eq!(stored.mailing.status, MailingStatus::Cancelled, "{round}");
    }
}
