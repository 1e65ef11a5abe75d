//! All interleavings of the last item: two buyers, a dearer price, a deletion.

use std::collections::HashMap;

use dialogue_model::config::{Budget, Fault};
use dialogue_model::invariants::{NO_CHEAPER, OFFERED, STOCK};
use dialogue_model::model::Model;
use dialogue_model::world::World;
use stateright::Model as _;

use super::runs::{NOTHING, breaks, holds, last_item};

const CHANGES: Budget = Budget { rises: 1, deletions: 1, ..NOTHING };

/// In how many ways a world can go on to its end. The worlds form no circle: every step uses something up.
fn ways(model: &Model, world: &World, known: &mut HashMap<World, u128>) -> u128 {
    if let Some(ways) = known.get(world) {
        return *ways;
    }
    let mut steps = Vec::new();
    model.actions(world, &mut steps);
    let next = steps.into_iter().filter_map(|step| model.next_state(world, step));
    let ways = match next.map(|next| ways(model, &next, known)).sum() {
        0 => 1,
        ways => ways,
    };
    known.insert(world.clone(), ways);
    ways
}

#[test]
fn all_interleavings_of_the_last_item() {
    holds("last item, a dearer price and a deletion", 3_000, last_item(CHANGES));
    let model = Model::new(last_item(CHANGES));
    let mut known = HashMap::new();
    let ways: u128 = model.init_states().iter().map(|first| ways(&model, first, &mut known)).sum();
    let sold = known.keys().map(|world| world.memory.sold).max();
    println!(
        "last item: {ways} interleavings of two buyers, a dearer price and a deletion, over {} states",
        known.len()
    );
    assert_eq!(sold, Some(1), "somebody gets it, and nobody else");
    assert!(ways > 1_000_000, "{ways} interleavings");
}

#[test]
fn each_condition_of_the_sale_is_needed() {
    for (fault, rule) in [
        (Fault::NoStockCondition, STOCK),
        (Fault::NoPriceCondition, NO_CHEAPER),
        (Fault::NoOfferCondition, OFFERED),
        (Fault::StockApart, STOCK),
    ] {
        let budget = Budget { crashes: u8::from(fault == Fault::StockApart), ..CHANGES };
        breaks(&format!("last item, {fault:?}"), rule, last_item(budget).with(fault));
    }
}
