//! What holds, and in which configurations.

use dialogue_model::config::Budget;

use super::runs::{
    NOTHING, cart, double_tap, forgetting, holds, is_large, last_item, patiently, processes, text_and_tap, two_more,
};

#[test]
fn a_text_and_a_tap_of_one_customer() {
    holds("text and tap", 100, text_and_tap(NOTHING));
    let failures = Budget { outages: 1, failures: 2, ..NOTHING };
    holds("text and tap, MongoDB refuses", 3_000, text_and_tap(failures));
    let crash = Budget { crashes: 1, ..NOTHING };
    holds("text and tap, a kill and a repeat", 20_000, text_and_tap(Budget { repeats: 1, ..crash }));
    holds("text and tap, a kill and a lost answer", 10_000, text_and_tap(Budget { lost_answers: 1, ..crash }));
    holds("text and tap, two kills", 40_000, text_and_tap(Budget { crashes: 2, ..crash }));
    holds("text and tap, a kill of a slow lane", 40_000, text_and_tap(Budget { delays: 1, ..crash }));
    holds("text and tap, a pause", 40_000, processes(2, text_and_tap(Budget { pauses: 1, ..NOTHING })));
    let lapse = Budget { lapses: 1, ..NOTHING };
    holds("text and tap, a lease that runs out", 5_000, processes(2, text_and_tap(lapse)));
    holds("text and tap, two leases that run out", 1_000, processes(1, text_and_tap(Budget { lapses: 2, ..lapse })));
    let late = Budget { delays: 1, ..lapse };
    holds("text and tap, a lease that runs out over a slow lane", 1_000, processes(1, text_and_tap(late)));
    if is_large() {
        let pause = Budget { pauses: 1, ..NOTHING };
        holds(
            "text and tap, a pause of a slow lane",
            1_000_000,
            processes(2, text_and_tap(Budget { delays: 1, ..pause })),
        );
        holds(
            "text and tap, a pause and a kill",
            1_000_000,
            processes(2, text_and_tap(Budget { crashes: 1, ..pause })),
        );
        holds(
            "text and tap, a pause and a lease that runs out",
            1_000_000,
            processes(2, text_and_tap(Budget { lapses: 1, ..pause })),
        );
        let late = Budget { lapses: 2, delays: 1, ..NOTHING };
        holds("text and tap, two leases that run out over a slow lane", 5_000_000, processes(2, text_and_tap(late)));
        let all = Budget { crashes: 1, repeats: 1, delays: 1, lost_answers: 1, outages: 1, failures: 1, ..NOTHING };
        holds("text and tap, one of each", 1_000_000, text_and_tap(all));
    }
}

#[test]
fn a_customer_who_waits_for_answers() {
    let kills = Budget { crashes: 2, repeats: 1, ..NOTHING };
    holds("patient, two kills and a repeat", 50_000, patiently(kills));
    let both = Budget { pauses: 1, crashes: 1, ..NOTHING };
    holds("patient, a pause and a kill", 200_000, processes(2, patiently(both)));
    if is_large() {
        let late = Budget { pauses: 1, delays: 1, crashes: 1, ..NOTHING };
        holds("patient, a pause and a kill of slow lanes", 500_000, processes(2, patiently(late)));
    }
}

#[test]
fn one_order_however_often_it_is_confirmed() {
    let both = Budget { pauses: 1, crashes: 1, ..NOTHING };
    holds("double tap, a pause and a kill", 50_000, processes(2, double_tap(both)));
    let lost = Budget { lost_answers: 2, repeats: 1, crashes: 1, ..NOTHING };
    holds("double tap, lost answers", 5_000, double_tap(lost));
}

#[test]
fn the_cart_is_projected() {
    holds("cart, a kill and a lost answer", 10_000, cart(Budget { crashes: 1, lost_answers: 1, ..NOTHING }));
    holds("cart, a pause", 10_000, processes(2, cart(Budget { pauses: 1, ..NOTHING })));
    holds("cart, three turns, a pause", 5_000, processes(2, two_more(Budget { pauses: 1, ..NOTHING })));
    if is_large() {
        let both = Budget { pauses: 1, crashes: 1, ..NOTHING };
        holds("cart, three turns, a pause and a kill", 500_000, processes(2, two_more(both)));
    }
}

#[test]
fn whoever_is_forgotten_is_not_stored_again() {
    holds("forgotten", 50, forgetting(NOTHING));
    holds("forgotten, two repeats", 1_000, forgetting(Budget { repeats: 2, ..NOTHING }));
    holds("forgotten, a kill", 1_000, forgetting(Budget { crashes: 1, ..NOTHING }));
    holds("forgotten, a lost answer", 100, forgetting(Budget { lost_answers: 1, ..NOTHING }));
    holds("forgotten, a late lane and a kill", 1_000, forgetting(Budget { crashes: 1, delays: 1, ..NOTHING }));
}

#[test]
fn two_customers_side_by_side() {
    holds("last item, a kill", 5_000, last_item(Budget { crashes: 1, ..NOTHING }));
    let lost = Budget { lost_answers: 1, rises: 1, repeats: 1, ..NOTHING };
    holds("last item, a lost answer, a repeat and a dearer price", 5_000, last_item(lost));
    holds("last item, a pause", 20_000, processes(2, last_item(Budget { pauses: 1, ..NOTHING })));
    if is_large() {
        let both = Budget { pauses: 1, crashes: 1, rises: 1, ..NOTHING };
        holds("last item, a pause, a kill and a dearer price", 500_000, processes(2, last_item(both)));
    }
}
