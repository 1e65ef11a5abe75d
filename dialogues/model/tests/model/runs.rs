//! Runs of the checker, and what they tell.

use dialogue_model::config::Config;
use dialogue_model::model::{Model, Step};
use stateright::{Checker, HasDiscoveries, Model as _, Path};

/// What a run has found.
pub(crate) struct Explored {
    pub(crate) states: usize,
    pub(crate) depth: usize,
    /// Broken rules, each with the steps to it.
    pub(crate) broken: Vec<(&'static str, Vec<Step>)>,
    pub(crate) decisions: usize,
}

/// Explores a configuration until all is seen, or a rule is broken.
pub(crate) fn explore(name: &str, config: Config) -> Explored {
    #[expect(clippy::disallowed_methods, reason = "how long it took is told to people only")]
    let started = std::time::Instant::now();
    let checker = Model::new(config).checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let broken = checker.discoveries().into_iter().map(|(rule, path): (_, Path<_, _>)| (rule, path.into_actions()));
    let explored = Explored {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        broken: broken.collect(),
        decisions: checker.model().book.decisions(),
    };
    println!(
        "{name}: {} states, depth {}, {} steps tried, {} decisions by the real turn, {} rules, {:?}",
        explored.states,
        explored.depth,
        checker.state_count(),
        explored.decisions,
        checker.model().properties().len(),
        started.elapsed(),
    );
    for (rule, path) in &explored.broken {
        println!("  broken: {rule}, after {} steps: {path:?}", path.len());
    }
    explored
}
