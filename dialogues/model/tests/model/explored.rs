use dialogue_model::config::{Budget, Config, Customer, Deed, ShownFirst, Start};
use dialogues::buttons::Act;

use super::runs::explore;

fn double_tap() -> Customer {
    Customer::new(Start::Review, &[Deed::Tap(Act::Confirm), Deed::Tap(Act::Confirm)])
}
fn mixed() -> Customer {
    Customer::new(Start::Review, &[Deed::Say("/cart"), Deed::Tap(Act::Confirm)])
}

#[test]
fn try_out() {
    let none = Budget::default();
    let forget = |budget| Config { budget, ..Config::new(1, vec![Customer::new(Start::Forgetting, &[Deed::Say("hello"), Deed::Tap(Act::Forget)])]) };
    explore("forget", forget(none));
    explore("forget repeat", forget(Budget { repeats: 1, ..none }));
    explore("forget crash", forget(Budget { crashes: 1, ..none }));
    let cart = |budget| Config { budget, ..Config::new(3, vec![Customer::new(Start::Cart, &[Deed::Tap(Act::LineMore(dialogue_model::book::product_id())), Deed::Say("/start")])]) };
    explore("cart crash", cart(Budget { crashes: 1, lost_answers: 1, ..none }));
    explore("cart pause", Config { processes: 2, ..cart(Budget { pauses: 1, ..none }) });
    let pat = |budget| Config { budget, ..Config::new(1, vec![Customer::patient(Start::Review, &[Deed::Say("/cart"), Deed::Tap(Act::Confirm)])]) };
    explore("patient crash repeat", pat(Budget { crashes: 2, repeats: 1, ..none }));
    explore("patient pause crash", Config { processes: 2, ..pat(Budget { pauses: 1, crashes: 1, ..none }) });
}
#[test]
fn big() {
    let none = Budget::default();
    let mixed = |budget| Config { budget, ..Config::new(1, vec![mixed()]) };
    explore("pause crash", Config { processes: 2, ..mixed(Budget { pauses: 1, crashes: 1, ..none }) });
}
