//! Faults that are planted into the protocol, or into the model's MongoDB: each breaks a rule that is named here.

use dialogue_model::config::{Budget, Config, Fault};
use dialogue_model::invariants::{
    ACKNOWLEDGED, CART, COUNTED_ONCE, DONE, IN_ORDER, NEWEST_SCREEN, NO_CHEAPER, NO_DEARER, OFFERED, ONE_ORDER,
    ONE_SHOWS, REPEATED, SHOWN, SHOWN_IN_ORDER, STOCK,
};

use super::runs::{
    NOTHING, breaks, cart, double_tap, forgetting, is_large, last_item, patiently, processes, text_and_tap, two_more,
};

/// Each fault, the rule that it breaks, and where.
fn planted() -> Vec<(Fault, &'static str, Config)> {
    let crash = Budget { crashes: 1, ..NOTHING };
    let lapse = Budget { lapses: 1, ..NOTHING };
    let pause = Budget { pauses: 1, ..NOTHING };
    let both = Budget { pauses: 1, crashes: 1, ..NOTHING };
    let late = Budget { delays: 1, ..crash };
    let failures = Budget { failures: 2, ..NOTHING };
    vec![
        (Fault::AcknowledgedBeforeCommit, DONE, text_and_tap(crash)),
        (Fault::AcknowledgedBeforeShowing, SHOWN, text_and_tap(crash)),
        (Fault::MarkedAfterReceipt, SHOWN, text_and_tap(late)),
        (Fault::ClearedEarly, SHOWN, text_and_tap(late)),
        (Fault::NotAskedWhetherSeen, COUNTED_ONCE, text_and_tap(crash)),
        (Fault::NoRevision, COUNTED_ONCE, processes(2, text_and_tap(pause))),
        (Fault::StockApart, STOCK, last_item(crash)),
        (Fault::NoStockCondition, STOCK, last_item(NOTHING)),
        (Fault::NoPriceCondition, NO_CHEAPER, last_item(Budget { rises: 1, ..NOTHING })),
        (Fault::NoOfferCondition, OFFERED, last_item(Budget { deletions: 1, ..NOTHING })),
        (Fault::PriceOfTheMoment, NO_DEARER, last_item(Budget { rises: 1, ..NOTHING })),
        (Fault::UnconditionalProjection, CART, processes(2, two_more(pause))),
        (Fault::PendingCartDropped, CART, cart(crash)),
        (Fault::RememberedBeforeShowing, SHOWN, text_and_tap(crash)),
        (Fault::ReplyNotKept, SHOWN, text_and_tap(crash)),
        (Fault::EarlierRepliesDropped, SHOWN, text_and_tap(crash)),
        (Fault::NothingTakenOver, SHOWN, text_and_tap(late)),
        (Fault::ReceiptForgottenOnPanic, ACKNOWLEDGED, text_and_tap(failures)),
        (Fault::NotBuried, DONE, text_and_tap(failures)),
        (Fault::DoneWithoutStore, DONE, text_and_tap(Budget { outages: 1, ..NOTHING })),
        (Fault::ShownWhileInactive, ONE_SHOWS, processes(2, text_and_tap(pause))),
        (Fault::NoLease, IN_ORDER, processes(2, text_and_tap(NOTHING))),
        (Fault::NewestFirst, IN_ORDER, text_and_tap(Budget { repeats: 1, ..NOTHING })),
        (Fault::EarlierByNumber, SHOWN, text_and_tap(crash)),
        (Fault::RepeatedBehindNewer, NEWEST_SCREEN, text_and_tap(crash)),
        (Fault::RepeatedAlone, NEWEST_SCREEN, text_and_tap(Budget { repeats: 1, ..crash })),
        (Fault::TakenOverEarly, SHOWN, text_and_tap(late)),
        (Fault::OldLanes, SHOWN, processes(2, text_and_tap(Budget { lapses: 2, delays: 1, ..NOTHING }))),
        (Fault::OldMemory, NEWEST_SCREEN, processes(2, text_and_tap(Budget { lapses: 3, ..NOTHING }))),
        (Fault::OwnMemoryForgotten, REPEATED, patiently(lapse)),
        (Fault::OldTurns, SHOWN, text_and_tap(lapse)),
        (Fault::LeftRepliesRemembered, SHOWN, text_and_tap(lapse)),
        (Fault::EpochAfterLoad, NEWEST_SCREEN, processes(2, patiently(both))),
        (Fault::SettledEarly, SHOWN, text_and_tap(crash)),
        (Fault::ForgottenUpdatesForgotten, COUNTED_ONCE, forgetting(Budget { repeats: 1, ..NOTHING })),
        (Fault::CheckoutsNotUnique, ONE_ORDER, processes(2, double_tap(pause))),
    ]
}

#[test]
fn every_planted_fault_breaks_its_rule() {
    let planted = planted();
    assert!(planted.len() > 30, "{} faults", planted.len());
    for (fault, rule, config) in planted {
        breaks(&format!("{fault:?}"), rule, config.with(fault));
    }
    if is_large() {
        let both = Budget { pauses: 1, crashes: 1, ..NOTHING };
        let config = processes(2, text_and_tap(both)).with(Fault::ShownInLaterTenure);
        breaks("ShownInLaterTenure", SHOWN_IN_ORDER, config);
    }
}
