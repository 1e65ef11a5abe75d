//! The proof by exploration: whoever walks the pure core over every button that is shown, and says
//! everything that can be said, is always answered, never trapped, and never cheated.

#![expect(clippy::print_stdout, reason = "the walk tells how far it got")]

mod exploration {
    pub(crate) mod check;
    pub(crate) mod inputs;
    pub(crate) mod node;
    mod planted;
    mod promises;
    pub(crate) mod shops;
    pub(crate) mod walk;
}

use std::sync::Arc;
use std::time::Instant;

use dialogues::machine::{Input, Keyboard, Output, ShownKeyboard};
use dialogues::shop::{
    Actor, CatalogueTranslations, Change, Invitation, InvitationCode, Language, Mailing, MailingStatus, Order,
    OrderStatus, Product, Team, TeamRole,
};
use dialogues::snapshot::Snapshot;
use dialogues::turn::turn;
use dialogues::world::{beginning, known_conversation};
use strum::IntoEnumIterator;

use exploration::node::Node;
use exploration::shops::{Worlds, empty, full_cart, hundred_orders, small_cart, talkative, tea_house};
use exploration::walk::{Bounds, Walk};

#[test]
fn a_stranger_is_answered_everywhere_in_a_good_shop() {
    let catalogues = [tea_house(), empty()].map(Arc::new);
    let worlds = Worlds { catalogues: catalogues.to_vec(), later: vec![Some(1), None] };
    let starts =
        Language::iter().map(|language| ("a stranger", Node::stranger(Arc::clone(&catalogues[0]), 0, language)));
    let walk = explore(worlds, Bounds { alike: 3, everything: 1 }, starts.collect());
    assert!(walk.count() > 1000, "{} states are too few to prove anything", walk.count());
}

#[test]
fn a_stranger_is_answered_everywhere_in_the_worst_of_shops() {
    let shop = Worlds::worst();
    let start = shop.catalogues[0].clone();
    let lost = Node {
        kept: Snapshot { customer: Some(talkative(Language::Ukrainian)), undecodable: true, ..Snapshot::default() },
        ..Node::stranger(start.clone(), 0, Language::Ukrainian)
    };
    let mut full = lost.clone();
    full.kept.cart = small_cart(&start);
    let starts = vec![
        ("a stranger", Node::stranger(start, 0, Language::Russian)),
        ("somebody whose dialogue is lost", lost),
        ("somebody whose dialogue is lost, but not the cart", full),
    ];
    let walk = explore(shop, Bounds { alike: 1, everything: 1 }, starts);
    assert!(walk.count() > 4000, "{} states are too few to prove anything", walk.count());
    assert!(walk.buttons.len() > 100, "{} buttons are too few to prove anything", walk.buttons.len());
}

#[test]
fn whoever_has_a_full_cart_and_a_hundred_orders_is_answered_in_the_worst_of_shops() {
    let shop = Worlds { later: vec![None; 4], ..Worlds::worst() };
    let mut starts = Vec::new();
    for language in Language::iter() {
        let full = Node {
            kept: Snapshot {
                conversation: Some(known_conversation()),
                customer: Some(talkative(language)),
                cart: full_cart(&shop.catalogues[0]),
                orders: Arc::new(hundred_orders(&shop.catalogues[0])),
                ..Snapshot::default()
            },
            standing: ShownKeyboard::Menu,
            ..Node::stranger(shop.catalogues[0].clone(), 0, language)
        };
        // The same person, back when the shop is another one.
        let back = [1, 2].map(|world| Node {
            world,
            catalogue: shop.catalogues[world].clone(),
            changed: true,
            ..full.clone()
        });
        starts.push(("somebody with a full cart", full));
        starts.extend(back.map(|node| ("somebody whose full cart is old", node)));
    }
    let walk = explore(shop, Bounds { alike: 1, everything: 1 }, starts);
    assert!(walk.count() > 2000, "{} states are too few to prove anything", walk.count());
    assert!(walk.orders > 10, "{} orders are too few to prove anything", walk.orders);
}

#[test]
fn the_people_of_the_shop_are_answered_everywhere_and_do_what_they_may() {
    let shop = tea_house();
    // What is sold out is offered at once, and can be described here if it is so in one language only.
    let unsold = shop.products().find(|product| product.stock.most().is_none()).expect("something is sold out");
    let unsold = Product { translations: CatalogueTranslations::default(), ..Product::clone(unsold) };
    let shop = shop.changed([Change::Team(team()), Change::Product(unsold)]);
    let worlds = Worlds { catalogues: vec![Arc::new(shop)], later: vec![None] };
    let shop = Arc::clone(&worlds.catalogues[0]);
    let mut starts = Vec::new();
    for language in Language::iter() {
        let stranger = Node { role: Some(TeamRole::Owner), ..Node::stranger(Arc::clone(&shop), 0, language) };
        starts.push(("a manager", Node { role: Some(TeamRole::Manager), ..stranger.clone() }));
        // Somebody who has a link that an owner has sent them.
        starts.push(("somebody invited", Node { role: None, ..stranger.clone() }));
        // The same owner with a mailing that is under way, paused, and over.
        for status in MailingStatus::iter() {
            let mailing = Mailing { status, ..stranger.mailing.clone() };
            starts.push(("an owner", Node { mailing, ..stranger.clone() }));
        }
        // The same owner with an order that has come so far, of a customer and of one who was forgotten.
        for (status, is_forgotten) in OrderStatus::iter().flat_map(|status| [(status, false), (status, true)]) {
            let order = Order { status, is_forgotten, ..stranger.order.clone() };
            starts.push(("an owner", Node { order, ..stranger.clone() }));
        }
    }
    let walk = explore(worlds, Bounds { alike: 1, everything: 2 }, starts);
    let states = |flow: &str| walk.states.keys().filter(|name| name.starts_with(flow)).count();
    assert_eq!(
        (states("Mailing."), states("Desk."), states("Talk."), states("Pause."), states("Goods."), states("Team.")),
        (8, 6, 4, 3, 10, 4),
        "{:?}",
        walk.states
    );
}

/// Two people, and two invitations.
fn team() -> Team {
    let (until, by) = (beginning() + Invitation::LASTS, Actor { chat: 9, is_fixed: true });
    let invited = [(5, TeamRole::Manager), (6, TeamRole::Owner)];
    Team {
        members: vec![(2, TeamRole::Manager), (3, TeamRole::Owner)],
        invitations: invited
            .map(|(code, role)| Invitation { code: InvitationCode::draw(code), role, until, by })
            .into(),
        ..Team::default()
    }
}

#[test]
fn a_group_is_answered_once_and_left_alone() {
    let worlds = Worlds::worst();
    for (language, undecodable) in Language::iter().flat_map(|language| [(language, false), (language, true)]) {
        let kept = Snapshot { undecodable, ..Snapshot::default() };
        let group = Node { kept, ..Node::stranger(worlds.catalogues[0].clone(), 0, language) };
        let input = Input::InGroup;
        let first = turn(None, &input, &group.context(&input));
        let [Output::Send { view, .. }] = &first.show[..] else { panic!("not one message, but {:?}", first.show) };
        assert_eq!(
            (&view.keys, first.effects.len()),
            (&Keyboard::None, 0),
            "keyboards and effects are for private chats"
        );
        let (group, _) = group.after(&first);
        let second = turn(group.kept.conversation.as_ref(), &input, &group.context(&input));
        assert_eq!(
            (&second.show[..], second.conversation),
            (&[][..], group.kept.conversation),
            "the second message is passed over"
        );
    }
}

fn explore(worlds: Worlds, bounds: Bounds, starts: Vec<(&str, Node)>) -> Walk {
    #[expect(clippy::disallowed_methods, reason = "how long it took is told to people only")]
    let started = Instant::now();
    let walk = Walk::new(worlds, bounds).from(starts);
    println!(
        "{} states in {} kinds, {} edges, {} buttons, {} events, {} messages, {} orders, {:?}",
        walk.count(),
        walk.states.len(),
        walk.edges,
        walk.buttons.len(),
        walk.events.len(),
        walk.messages,
        walk.orders,
        started.elapsed(),
    );
    println!("{:?}", walk.states);
    if let Some(failures) = walk.failures() {
        panic!("{failures}");
    }
    walk
}
