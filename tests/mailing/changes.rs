//! People and letters that change while a mailing runs, and after it.

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::machine::Effect;
use dialogues::shop::{
    Customer, Language, Letter, Mailing, MailingId, MailingStatus, MessageBody, ReceivedLetter, Segment, Steering,
};
use shopkeeper::simulator::{HoldPoint, Release};
use shopkeeper::store::LedgerOutcome;

use super::town::{FIRST, Town};
use crate::shell::support::{conversation, customer, order, turn};

fn words(body: &str) -> MessageBody {
    MessageBody::plain(body)
}

#[tokio::test]
async fn who_wants_no_more_mailings_while_one_runs_gets_none_and_who_joins_gets_it() {
    let town = Town::of(30).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    let id = town.mail(Letter::plain("New harvest!")).await;
    let hold = simulator.hold(token, "sendMessage", Some(FIRST + 10), HoldPoint::Before);
    let (_mailer, _signal) = town.worker(None).await;
    town.live(1, simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    let none = Customer { subscribed: false, ..customer() };
    turn(&town.store(), FIRST + 11, 1, &[Effect::keep(none)]).await;
    turn(&town.store(), FIRST + 12, 1, &[Effect::Forget]).await;
    // Before and behind those who are waiting.
    town.settle(FIRST - 5..FIRST).await;
    town.settle(FIRST + 100..FIRST + 105).await;
    simulator.release(token, hold, Release::Proceed);
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!(town.inbox(FIRST + 11), Vec::<String>::new());
    assert_eq!(town.inbox(FIRST + 12), Vec::<String>::new());
    for joined in (FIRST - 5..FIRST).chain(FIRST + 100..FIRST + 105) {
        assert_eq!(town.inbox(joined).len(), 1, "{joined} joined while it ran");
    }
    let ledger = town.ledger(id).await;
    assert_eq!(ledger.len(), 39, "of who was forgotten there is no row");
    let row = ledger.iter().find(|row| row.user == FIRST + 11).unwrap();
    assert_eq!(row.outcome, Some(LedgerOutcome::OptedOut));
    assert_eq!((mailing.tally.sent, mailing.tally.opted_out), (38, 2));
    assert_eq!(mailing.tally.handled(), mailing.tally.recipients);
}

#[tokio::test]
async fn who_changes_their_mind_before_a_scheduled_mailing_begins_gets_it_and_who_is_forgotten_is_not_remembered() {
    let town = Town::of(3).await;
    let id = MailingId::draw(17);
    let now = town.clock().now();
    let mailing = Mailing::new(id, Letter::plain("New harvest!"), Segment::default(), 3, now);
    let mailing = Mailing { starts: now + TimeDelta::days(7), ..mailing };
    assert!(town.store().create_mailing(&mailing, None).await.unwrap());
    let none = Customer { subscribed: false, ..customer() };
    turn(&town.store(), FIRST, 1, &[Effect::keep(none)]).await;
    turn(&town.store(), FIRST, 2, &[Effect::keep(customer())]).await;
    turn(&town.store(), FIRST + 1, 1, &[Effect::Forget]).await;
    let stored = town.store().database().collection::<Document>("mailings");
    let stored = stored.find_one(doc! {}).await.unwrap().unwrap();
    assert!(stored.get_array("excluded").unwrap().is_empty(), "whoever is forgotten is not in a mailing of next week");
    town.clock().advance(TimeDelta::days(7));
    let (_mailer, _signal) = town.worker(None).await;
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.sent, mailing.tally.opted_out), (2, 0));
    assert_eq!((town.inbox(FIRST).len(), town.inbox(FIRST + 1).len()), (1, 0));
}

#[tokio::test]
async fn a_dialogue_does_not_notice_a_mailing() {
    let town = Town::of(3).await;
    turn(&town.store(), FIRST, 7, &[Effect::keep(customer())]).await;
    let before = town.store().stored_dialogue(FIRST).await.unwrap();
    let id = town.mail(Letter::plain("New harvest!")).await;
    let (_mailer, _signal) = town.worker(None).await;
    town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!(town.inbox(FIRST).len(), 1);
    assert_eq!(town.store().stored_dialogue(FIRST).await.unwrap(), before);
    assert_eq!(town.store().load(FIRST).await.unwrap().snapshot.conversation, Some(conversation(7)));
}

#[tokio::test]
async fn who_blocked_the_bot_is_marked_and_passed_over_next_time() {
    let town = Town::of(4).await;
    town.telegram.simulator.block(&town.token, FIRST + 2).unwrap();
    let first = town.mail(Letter::plain("One")).await;
    let (_mailer, _signal) = town.worker(None).await;
    let mailing = town.live(1, town.comes_to(first, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.sent, mailing.tally.blocked), (3, 1));
    assert!(!town.store().load(FIRST + 2).await.unwrap().snapshot.active);
    let second = town.mail(Letter::plain("Two")).await;
    let mailing = town.live(1, town.comes_to(second, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.recipients, mailing.tally.blocked), (3, 0));
}

#[tokio::test]
async fn what_was_sent_is_corrected_and_taken_back_once_each() {
    let town = Town::of(25).await;
    let letter =
        Letter { translations: [(Language::Ukrainian, words("Друге"))].into(), ..Letter::plain("Sceond") };
    let id = town.mail(letter).await;
    let (_mailer, _signal) = town.worker(None).await;
    town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    let copied = async |language| town.store().letters_of(FIRST + 4, language).await.unwrap();
    let [ReceivedLetter { words: copy, at }] = &copied(Language::Ukrainian).await[..] else { panic!("one letter") };
    assert!(*copy == words("Друге") && *at <= town.clock().now(), "{copy:?} at {at}");
    town.telegram.simulator.block(&town.token, FIRST + 3).unwrap();
    let corrected = town.store().steer_mailing(id, &Steering::Correct(words("Second"))).await.unwrap().unwrap();
    assert_eq!(corrected.mailing.status, MailingStatus::Running);
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.changed, mailing.tally.missed, mailing.tally.sent), (24, 1, 25));
    assert_eq!(town.inbox(FIRST + 4), ["Second"]);
    assert_eq!(copied(Language::English).await[0].words, words("Second"));
    town.clock().advance(TimeDelta::hours(47));
    town.store().steer_mailing(id, &Steering::Recall).await.unwrap();
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.changed, mailing.tally.missed), (24, 1));
    assert!((0..25).filter(|nth| *nth != 3).all(|nth| town.inbox(FIRST + nth).is_empty()));
    assert_eq!(copied(Language::English).await, [], "what was taken back is not among them");
    let again = town.store().steer_mailing(id, &Steering::Correct(words("Third"))).await.unwrap().unwrap();
    assert_eq!(again.mailing.status, MailingStatus::Done, "there is nothing left to correct");
    assert_eq!(town.messages(), 25);
}

#[tokio::test]
async fn after_two_days_nothing_is_taken_back() {
    let town = Town::of(2).await;
    let id = town.mail(Letter::plain("To stay")).await;
    let (_mailer, _signal) = town.worker(None).await;
    town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    town.clock().advance(TimeDelta::hours(48));
    town.store().steer_mailing(id, &Steering::Recall).await.unwrap();
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.changed, mailing.tally.missed), (0, 2));
    assert_eq!(town.inbox(FIRST), ["To stay"]);
}

#[tokio::test]
async fn a_segment_is_counted_and_reached_alike() {
    let town = Town::of(6).await;
    let spoken = |language| Customer { language, ..customer() };
    turn(&town.store(), FIRST, 1, &[Effect::keep(spoken(Language::Ukrainian))]).await;
    turn(&town.store(), FIRST + 1, 1, &[Effect::keep(spoken(Language::Ukrainian))]).await;
    town.store().keep_past_order(&order(1, 1), FIRST + 1).await.unwrap();
    town.store().keep_past_order(&order(2, 1), FIRST + 2).await.unwrap();
    town.store().keep_past_order(&order(3, 1), FIRST + 2).await.unwrap();
    let census = town.store().census(Some(FIRST + 5)).await.unwrap();
    let (_mailer, _signal) = town.worker(None).await;
    let segments = [
        (Segment::default(), 5),
        (Segment { ordered: true, ..Segment::default() }, 2),
        (Segment { language: Some(Language::Ukrainian), ..Segment::default() }, 2),
        (Segment { language: Some(Language::Ukrainian), ordered: true, active_days: None }, 1),
    ];
    for (segment, count) in segments {
        assert_eq!(census.count(segment), count, "{segment:?}");
        assert_eq!(town.store().count_recipients(segment, Some(FIRST + 5)).await.unwrap(), count);
        let id = MailingId::draw(rand::random());
        let mailing = Mailing::new(id, Letter::plain("x"), segment, count, town.clock().now());
        town.store().create_mailing(&mailing, Some(FIRST + 5)).await.unwrap();
        let done = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
        assert_eq!(done.tally.recipients, count, "{segment:?}");
    }
    let active = Segment { active_days: Some(1), ..Segment::default() };
    assert_eq!(town.store().count_recipients(active, None).await.unwrap(), 2, "two have been here today");
}

#[tokio::test]
async fn a_picture_is_uploaded_once_and_texts_go_out_in_each_language() {
    let town = Town::of(5).await;
    let spoken = Customer { language: Language::Ukrainian, ..customer() };
    turn(&town.store(), FIRST, 1, &[Effect::keep(spoken)]).await;
    let picture = std::fs::read("dialogues/shops/tea-house/pictures/sencha.jpg").unwrap();
    let picture = town.store().put_picture(&picture).await.unwrap();
    let letter = Letter {
        picture: Some(picture.clone()),
        translations: [(Language::Ukrainian, words("Новий <врожай>"))].into(),
        ..Letter::plain("New <harvest>")
    };
    let id = town.mail(letter).await;
    let (_mailer, _signal) = town.worker(None).await;
    town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!(
        (town.inbox(FIRST), town.inbox(FIRST + 1)),
        (vec!["Новий <врожай>".into()], vec!["New <harvest>".into()])
    );
    let bot: i64 = town.token.split(':').next().unwrap().parse().unwrap();
    assert!(town.store().file_ids(bot).await.unwrap().contains_key(&picture));
    let shown = town.telegram.simulator.chat(&town.token, FIRST + 4).bubbles.remove(0);
    assert_eq!(shown.picture.as_deref(), Some("sencha.jpg"));
}
