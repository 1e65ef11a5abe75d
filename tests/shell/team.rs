//! The people of the shop change while it is open: who joins is told of orders, who leaves is not, and the log says who did it.

use std::process::Stdio;

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::machine::Effect;
use dialogues::shop::{
    AuditAction, AuditEntry, InvitationCode, OrderMove, OrderNumber, OrderStatus, Team, TeamChange, TeamRole,
};
use shopkeeper::bot::keep_team_commands;
use shopkeeper::mongod::Mongod;
use shopkeeper::simulator::Person;
use shopkeeper::store::{CatalogueFeed, CommitOutcome, Store};
use teloxide::prelude::*;
use teloxide::types::{BotCommandScope, Recipient};
use tokio::process::Command;

use super::owner_notices::{OLGA, Office, tried};
use super::support::{conversation, database, noon, soon, turn, until};

const BORIS: i64 = 21;
const VERA: i64 = 22;

/// The office of Olga, with Boris, whom the settings do not name.
async fn with_boris() -> Office {
    let office = Office::open().await;
    let boris = Person { id: BORIS, first_name: "Boris".into(), username: None, language_code: Some("en".into()) };
    office.shop.telegram.simulator.person(&office.shop.token, boris);
    office.starts(OLGA);
    office.starts(BORIS);
    office
}

fn entry(action: AuditAction, object: &str) -> AuditEntry {
    AuditEntry { at: noon(), by: "Olga".into(), action, object: object.into(), value: String::new() }
}

/// A turn that changes the team, and says so; what becomes of it.
async fn changed(store: &Store, chat: i64, change: TeamChange) -> CommitOutcome {
    let loaded = store.load(chat).await.unwrap();
    let effects =
        [Effect::ChangeTeam { change, by_settings: false }, Effect::Audit(entry(AuditAction::TeamJoined, ""))];
    store.commit(chat, 1, &loaded, Some(&conversation(1)), &effects).await.unwrap()
}

#[tokio::test]
async fn of_two_who_open_one_invitation_at_once_one_joins() {
    let database = database().await;
    let (code, role) = (InvitationCode::draw(1), TeamRole::Manager);
    let change = TeamChange::Invite { code, role, until: noon() + TimeDelta::days(1) };
    turn(&database, OLGA, 1, &[Effect::ChangeTeam { change, by_settings: true }]).await;
    let join = TeamChange::Join { code, role };
    let (boris, vera) = tokio::join!(changed(&database, BORIS, join), changed(&database, VERA, join));
    let mut outcomes = [boris.clone(), vera];
    outcomes.sort_by_key(|outcome| *outcome != CommitOutcome::Done);
    assert_eq!(outcomes, [CommitOutcome::Done, CommitOutcome::TeamChanged]);
    let member = if boris == CommitOutcome::Done { BORIS } else { VERA };
    let team = Team { members: vec![(member, TeamRole::Manager)], ..Team::default() };
    assert_eq!(database.team().await.unwrap(), team);
    assert_eq!(database.audit(10).await.unwrap().len(), 1, "who came too late has left no line");
    assert!(database.load(if member == BORIS { VERA } else { BORIS }).await.unwrap().snapshot.conversation.is_none());
}

/// Each of them has read that both are owners.
#[tokio::test]
async fn of_two_owners_who_dismiss_each_other_at_once_one_is_left() {
    let database = database().await;
    for member in [BORIS, VERA] {
        let add = TeamChange::Add { member, role: TeamRole::Owner };
        assert!(database.change_team_by_hand(add, &entry(AuditAction::MemberAppointed, "")).await.unwrap());
    }
    let dismiss = |member| TeamChange::Dismiss { member };
    let (boris, vera) =
        tokio::join!(changed(&database, BORIS, dismiss(VERA)), changed(&database, VERA, dismiss(BORIS)));
    let done = [boris, vera].iter().filter(|outcome| **outcome == CommitOutcome::Done).count();
    assert_eq!((done, database.team().await.unwrap().members.len()), (1, 1));
    assert_eq!(database.audit(10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn every_process_knows_the_team_from_the_start_on_and_whoever_changes_it() {
    let database = database().await;
    let running = CatalogueFeed::start(&database).await.unwrap();
    let role = |feed: &CatalogueFeed| feed.current().team().role(BORIS);
    let known = async |wanted: Option<TeamRole>| {
        let mut current = running.subscribe();
        soon(current.wait_for(|catalogue| catalogue.team().role(BORIS) == wanted)).await.unwrap();
    };
    let appointed = entry(AuditAction::MemberAppointed, "21");
    let add = TeamChange::Add { member: BORIS, role: TeamRole::Manager };
    assert!(database.change_team_by_hand(add, &appointed).await.unwrap());
    known(Some(TeamRole::Manager)).await;
    assert_eq!(role(&CatalogueFeed::start(&database).await.unwrap()), Some(TeamRole::Manager));
    // By hand; what nobody can read lets nobody in.
    let meta = database.database().collection::<Document>("meta");
    let by_hand = doc! { "$set": { "members": [{ "chat": 21, "role": "owner" }, { "chat": 22, "role": "king" }, 3] } };
    meta.update_one(doc! { "_id": "team" }, by_hand).await.unwrap();
    known(Some(TeamRole::Owner)).await;
    assert_eq!(running.current().team().members.len(), 1);
    let dismissed = entry(AuditAction::MemberDismissed, "21");
    let dismiss = TeamChange::Dismiss { member: BORIS };
    assert!(database.change_team_by_hand(dismiss, &dismissed).await.unwrap());
    known(None).await;
    assert!(!database.change_team_by_hand(dismiss, &dismissed).await.unwrap(), "they do not work here");
    assert_eq!(database.audit(10).await.unwrap(), [dismissed, appointed]);
}

/// The real program with this command: whether it did it, and what it said.
async fn shopkeeper(store: &Store, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
    command.args(arguments).env("MONGODB_URI", Mongod::shared().await.unwrap().uri());
    command.env("SHOPKEEPER_DATABASE", store.database_name()).env("SHOPKEEPER_OWNERS", OLGA.to_string());
    let done = command.stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap();
    let said = [done.stdout, done.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (done.status.success(), said)
}

#[tokio::test]
async fn the_command_line_lists_adds_and_removes_and_the_log_tells_of_it() {
    let database = database().await;
    let run = async |arguments: &[&str]| shopkeeper(&database, arguments).await;
    let olga = format!("{OLGA}\towner\t\tby SHOPKEEPER_OWNERS\n");
    assert_eq!(run(&["team", "list"]).await, (true, olga.clone()));
    let added = (true, format!("{olga}{BORIS}\tmanager\n"));
    for _ in 0..2 {
        assert_eq!(run(&["team", "add", "21", "manager", "--by", "Vera"]).await, added);
    }
    let refusals = [
        (vec!["team", "add", "21", "king"], "invalid value 'king'"),
        (vec!["team", "add", "0", "owner"], "is no person's Telegram id"),
        (vec!["team", "add", "7", "manager"], "is an owner by SHOPKEEPER_OWNERS"),
        (vec!["team", "remove", "7"], "is an owner by SHOPKEEPER_OWNERS"),
        (vec!["team", "remove", "22"], "does not work here"),
    ];
    for (arguments, words) in refusals {
        let (done, said) = run(&arguments).await;
        assert!(!done && said.contains(words), "{arguments:?}: {said}");
    }
    assert_eq!(run(&["team", "remove", "21"]).await, (true, olga.clone()));
    // An owner whom the setting names is stored, too: so they would stay one without the setting.
    let add = TeamChange::Add { member: OLGA, role: TeamRole::Owner };
    assert!(database.change_team_by_hand(add, &entry(AuditAction::MemberAppointed, "7")).await.unwrap());
    let (_, said) = run(&["team", "list"]).await;
    assert_eq!(said, format!("{OLGA}\towner\t\tby SHOPKEEPER_OWNERS, and stored\n"));
    assert_eq!(run(&["team", "remove", "7"]).await, (true, olga));
    for arguments in [vec!["pause", "--over"], vec!["pause", "--until", "2099-01-01"]] {
        run(&arguments).await;
    }
    let (done, log) = run(&["audit"]).await;
    let lines: Vec<Vec<&str>> = log.lines().map(|line| line.split('\t').skip(1).collect()).collect();
    let mut lines: Vec<String> = lines.into_iter().map(|fields| fields.join(" ")).collect();
    lines.sort();
    assert!(done, "{log}");
    assert_eq!(
        lines,
        [
            "Olga member_appointed 7",
            "Vera member_appointed 21 manager",
            "the operator member_dismissed 21",
            "the operator member_dismissed 7",
        ],
        "one line for what was done, none for what was so already, or refused"
    );
}

#[tokio::test]
async fn an_invitation_of_an_owner_whom_the_settings_name_no_longer_lets_nobody_in() {
    let database = database().await;
    let (role, until) = (TeamRole::Owner, noon() + TimeDelta::days(1));
    for (update, owner) in [(1, OLGA), (2, BORIS)] {
        let change = TeamChange::Invite { code: InvitationCode::draw(update.into()), role, until };
        turn(&database, owner, update, &[Effect::ChangeTeam { change, by_settings: true }]).await;
    }
    database.void_invitations_but_of(&[OLGA]).await.unwrap();
    let join = |fresh| TeamChange::Join { code: InvitationCode::draw(fresh), role };
    assert_eq!(changed(&database, VERA, join(2)).await, CommitOutcome::TeamChanged);
    assert_eq!(changed(&database, VERA, join(1)).await, CommitOutcome::Done);
}

#[tokio::test]
async fn whoever_joins_is_told_of_orders_and_has_their_commands_until_they_leave() {
    let office = with_boris().await;
    let (simulator, token) = (office.shop.telegram.simulator.clone(), office.shop.token.clone());
    let bot = office.bot().await;
    let told = || [OLGA, BORIS].map(|chat| simulator.chat(&token, chat).bubbles.len());
    office.place(&bot, 1).await;
    tried(&bot).await;
    assert_eq!(told(), [1, 0]);
    let (telegram, staff) = (bot.screen().bot().clone(), bot.desk().staff.clone());
    let commands = async |chat: i64| -> Vec<String> {
        let scope = BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(chat)) };
        let known = telegram.get_my_commands().scope(scope).await.unwrap();
        let ours = ["mail", "product", "pause", "team"];
        known.into_iter().map(|known| known.command).filter(|known| ours.contains(&known.as_str())).collect()
    };
    let menu = tokio::spawn({
        let telegram = telegram.clone();
        async move { keep_team_commands(&telegram, staff).await }
    });
    let add = |role| TeamChange::Add { member: BORIS, role };
    let by_hand = async |change| {
        let entry = entry(AuditAction::MemberAppointed, "21");
        assert!(office.database.change_team_by_hand(change, &entry).await.unwrap());
        bot.desk().feed.catch_up().await.unwrap();
    };
    by_hand(add(TeamRole::Manager)).await;
    office.place(&bot, 2).await;
    tried(&bot).await;
    assert_eq!(told(), [2, 1]);
    until("a manager has their commands", async || commands(BORIS).await == ["product"]).await;
    assert_eq!(commands(OLGA).await, ["mail", "product", "pause", "team"]);
    by_hand(TeamChange::Dismiss { member: BORIS }).await;
    office.place(&bot, 3).await;
    tried(&bot).await;
    assert_eq!(told(), [3, 1]);
    until("their commands are taken back", async || commands(BORIS).await.is_empty()).await;
    menu.abort();
    bot.stop().await;
}

#[tokio::test]
async fn whom_the_command_line_appoints_or_dismisses_is_told_once_whichever_process_is_there() {
    let office = with_boris().await;
    let (simulator, token) = (office.shop.telegram.simulator.clone(), office.shop.token.clone());
    let told =
        || -> Vec<String> { simulator.chat(&token, BORIS).bubbles.into_iter().map(|bubble| bubble.text).collect() };
    let by_hand = async |change| {
        let entry = entry(AuditAction::MemberAppointed, "21");
        assert!(office.database.change_team_by_hand(change, &entry).await.unwrap());
    };
    let knows = async |messages: usize| {
        until("it is told, and noted", async || {
            office.pass(5);
            told().len() == messages && office.database.team().await.unwrap().untold.is_empty()
        })
        .await;
    };
    // Nobody is there who could tell it; two changes are told as what has come of them.
    by_hand(TeamChange::Add { member: BORIS, role: TeamRole::Manager }).await;
    by_hand(TeamChange::Appoint { member: BORIS, role: TeamRole::Owner }).await;
    let bot = office.bot().await;
    knows(1).await;
    assert!(told()[0].starts_with("You are an owner of"), "{:?}", told());
    by_hand(TeamChange::Add { member: BORIS, role: TeamRole::Owner }).await;
    assert_eq!(office.database.team().await.unwrap().untold, [], "that changes nothing");
    bot.stop().await;
    let bot = office.bot().await;
    by_hand(TeamChange::Dismiss { member: BORIS }).await;
    knows(2).await;
    assert!(told()[1].starts_with("You do not work in"), "{:?}", told());
    bot.stop().await;
}

#[tokio::test]
async fn a_step_that_is_not_taken_leaves_no_line() {
    let database = database().await;
    let number = OrderNumber::draw(1);
    let taken = OrderMove { to: OrderStatus::Accepted, at: noon(), by: Some("Olga".into()), reason: None };
    let effects = [
        Effect::MoveOrder { number, from: OrderStatus::New, taken },
        Effect::Audit(entry(AuditAction::OrderAccepted, &number.to_string())),
    ];
    let loaded = database.load(OLGA).await.unwrap();
    let outcome = database.commit(OLGA, 1, &loaded, Some(&conversation(1)), &effects).await.unwrap();
    assert_eq!((outcome, database.audit(10).await.unwrap()), (CommitOutcome::OrderMoved, Vec::new()));
}
