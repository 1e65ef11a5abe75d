//! Configurations, runs of the checker, and what they tell.

use std::collections::BTreeSet;

use dialogue_model::book::product_id;
pub(crate) use dialogue_model::config::NOTHING;
use dialogue_model::config::{Budget, Config, Customer, Deed, Start};
use dialogue_model::model::{Model, Step};
use dialogues::buttons::Action;
use stateright::{Checker, HasDiscoveries, Model as _};

/// Somebody reviews their order, asks for the cart in words, and taps "Confirm": a text and a tap, of which either may come
/// first.
pub(crate) fn text_and_tap(budget: Budget) -> Config {
    let deeds = [Deed::Say("/cart"), Deed::Tap(Action::Confirm)];
    Config { budget, ..Config::new(1, vec![Customer::new(Start::Review, &deeds)]) }
}

/// The same by somebody who waits for each answer.
pub(crate) fn patiently(budget: Budget) -> Config {
    let deeds = [Deed::Say("/cart"), Deed::Tap(Action::Confirm)];
    Config { budget, ..Config::new(1, vec![Customer::patient(Start::Review, &deeds)]) }
}

/// "Confirm" is tapped twice.
pub(crate) fn double_tap(budget: Budget) -> Config {
    let deeds = [Deed::Tap(Action::Confirm), Deed::Tap(Action::Confirm)];
    Config { budget, ..Config::new(2, vec![Customer::new(Start::Review, &deeds)]) }
}

/// One more of the product is put into the cart, and something is said.
pub(crate) fn cart(budget: Budget) -> Config {
    let deeds = [Deed::Tap(Action::LineMore(product_id())), Deed::Say("/start")];
    Config { budget, ..Config::new(3, vec![Customer::new(Start::Cart, &deeds)]) }
}

/// One more of the product is put into the cart, and one more, and something is said.
pub(crate) fn two_more(budget: Budget) -> Config {
    let more = Deed::Tap(Action::LineMore(product_id()));
    Config { budget, ..Config::new(3, vec![Customer::patient(Start::Cart, &[more, more, Deed::Say("/help")])]) }
}

/// Something is said while somebody confirms that they want to be forgotten.
pub(crate) fn forgetting(budget: Budget) -> Config {
    let deeds = [Deed::Say("hello"), Deed::Tap(Action::Forget)];
    Config { budget, ..Config::new(1, vec![Customer::new(Start::Forgetting, &deeds)]) }
}

/// Two customers confirm orders of the last item.
pub(crate) fn last_item(budget: Budget) -> Config {
    let buyer = Customer::new(Start::Review, &[Deed::Tap(Action::Confirm)]);
    Config { budget, ..Config::new(1, vec![buyer.clone(), buyer]) }
}

/// The same with this many processes.
pub(crate) fn processes(count: u8, config: Config) -> Config {
    Config { processes: count, ..config }
}

/// What a run has found.
pub(crate) struct Explored {
    pub(crate) states: usize,
    /// Broken rules, each with the steps to it.
    pub(crate) broken: Vec<(&'static str, Vec<Step>)>,
}

impl Explored {
    /// The steps to where a rule is broken.
    pub(crate) fn path(&self, rule: &str) -> Option<&[Step]> {
        self.broken.iter().find(|(broken, _)| *broken == rule).map(|(_, path)| &path[..])
    }
}

/// Explores a configuration until everything is seen, or a rule is broken; with `rule`: that one. Paths are shortest with
/// one thread.
fn check(config: Config, rule: Option<&'static str>, threads: usize, name: &str) -> Explored {
    #[expect(clippy::disallowed_methods, reason = "how long it took is told to people only")]
    let started = std::time::Instant::now();
    let until = rule.map_or(HasDiscoveries::AnyFailures, |rule| HasDiscoveries::AnyOf(BTreeSet::from([rule])));
    let checker = Model::new(config).checker().threads(threads).finish_when(until).spawn_bfs().join();
    let broken = checker.discoveries().into_iter().map(|(rule, path)| (rule, path.into_actions())).collect();
    let explored = Explored { states: checker.unique_state_count(), broken };
    let (depth, steps, rules) = (checker.max_depth(), checker.state_count(), checker.model().properties().len());
    let (states, decisions, took) = (explored.states, checker.model().book.decisions(), started.elapsed());
    println!("{name}: {states} states, depth {depth}, {steps} steps, {decisions} decisions, {rules} rules, {took:.1?}");
    explored
}

/// Explores a configuration in which no rule may be broken, and which has at least so many states.
pub(crate) fn holds(name: &str, least: usize, config: Config) {
    let explored = check(config, None, 2, name);
    assert!(explored.broken.is_empty(), "{name}: {:#?}", explored.broken);
    assert!(explored.states >= least, "{name}: {} states are too few to prove anything", explored.states);
}

/// Explores a configuration in which this rule is broken; the steps to where it is.
pub(crate) fn breaks(name: &str, rule: &'static str, config: Config) -> Vec<Step> {
    let explored = check(config, Some(rule), 1, name);
    let others: Vec<_> = explored.broken.iter().map(|(rule, _)| rule).collect();
    let path =
        explored.path(rule).unwrap_or_else(|| panic!("{name}: nobody finds that “{rule}” is broken: {others:?}"));
    println!("  {name} breaks “{rule}” in {} steps", path.len());
    path.to_vec()
}

/// Whether the larger configurations are explored as well.
pub(crate) fn is_large() -> bool {
    std::env::var("MODEL").is_ok_and(|bounds| bounds == "large")
}
