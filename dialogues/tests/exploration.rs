//! The proof by exploration: whoever walks the pure core over every button that is shown, and says
//! everything that can be said, is always answered, never trapped, and never cheated.

mod exploration {
    pub(crate) mod check;
    pub(crate) mod inputs;
    pub(crate) mod node;
    pub(crate) mod shops;
    pub(crate) mod walk;
}

use std::sync::Arc;
use std::time::Instant;

use dialogues::machine::Standing;
use dialogues::shop::Language;
use dialogues::world::known_conversation;
use strum::IntoEnumIterator;

use exploration::node::Node;
use exploration::shops::{Worlds, empty, full_cart, hundred_orders, small_cart, talkative, tea_house, worst, worst_last, worst_later};
use exploration::walk::{Bounds, Walk};

#[test]
fn a_stranger_is_answered_everywhere_in_a_good_shop() {
    let catalogues = [tea_house(), empty()].map(Arc::new);
    let worlds = Worlds { catalogues: catalogues.to_vec(), later: vec![Some(1), None] };
    let starts = Language::iter().map(|language| ("a stranger", Node::stranger(Arc::clone(&catalogues[0]), 0, language)));
    let walk = explore(worlds, Bounds { alike: 3, everything: 1 }, starts.collect());
    assert!(walk.count() > 1000, "{} states are too few to prove anything", walk.count());
}

#[test]
fn everybody_is_answered_everywhere_in_the_worst_of_shops() {
    let catalogues = [worst(), worst_later(), worst_last(), empty()].map(Arc::new);
    let worlds = Worlds { catalogues: catalogues.to_vec(), later: vec![Some(1), Some(2), Some(3), None] };
    let shop = &catalogues[0];
    let orders = Arc::new(hundred_orders(shop));
    let mut starts = vec![("a stranger", Node::stranger(Arc::clone(shop), 0, Language::Ukrainian))];
    for language in Language::iter() {
        let here = Some(known_conversation());
        let known = Node { customer: Some(talkative(language)), ..Node::stranger(Arc::clone(shop), 0, language) };
        let full = Node { conversation: here, standing: Standing::Menu, cart: full_cart(shop), orders: Arc::clone(&orders), ..known.clone() };
        let lost = Node { cart: small_cart(shop), lost: true, ..known };
        // The same person, back when the shop is another one.
        let back = [1, 2].map(|world| Node { world, catalogue: Arc::clone(&catalogues[world]), changed: true, ..full.clone() });
        starts.extend(back.map(|node| ("somebody whose full cart is old", node)));
        starts.extend([("somebody with a full cart and a hundred orders", full), ("somebody whose dialogue is lost", lost)]);
    }
    let walk = explore(worlds, Bounds { alike: 2, everything: 1 }, starts);
    assert!(walk.count() > 2000, "{} states are too few to prove anything", walk.count());
    assert!(walk.orders > 10, "{} orders are too few to prove anything", walk.orders);
}

fn explore(worlds: Worlds, bounds: Bounds, starts: Vec<(&str, Node)>) -> Walk {
    let started = Instant::now();
    let walk = Walk::new(worlds, bounds).from(starts);
    println!(
        "{} states in {} kinds, {} edges, {} buttons, {} events, {} messages, {} orders, {:?}",
        walk.count(), walk.states.len(), walk.edges, walk.buttons.len(), walk.events.len(), walk.messages, walk.orders,
        started.elapsed(),
    );
    println!("{:?}", walk.states);
    if let Some(failures) = walk.failures() {
        panic!("{failures}");
    }
    walk
}
