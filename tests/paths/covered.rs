//! Every edge of the state graph that can be brought about from outside is on some path that is run.
//!
//! `PATHS=600` runs at most so many paths of each configuration, those first that add most; `PATHS=all` runs all of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use dialogue_model::book::product_id;
use dialogue_model::config::{Budget, Config, Customer, Deed, NOTHING, Start};
use dialogue_model::graph::{Graph, Path};
use dialogue_model::model::Model;
use dialogues::buttons::Action;
use tokio::sync::Mutex;

use super::run::Run;
use super::stage::Stage;
use super::steered::{is_steered, told};

/// So many stages are played on at a time: most of the time each of them waits.
const STAGES: usize = 6;
/// So many paths of a configuration are run by a short test.
const FEW: usize = 6;

/// So many are run by a long one.
const MANY: usize = 700;
/// What a short test runs at least: paths and edges; and what a long one.
const LEAST_OF_FEW: (usize, usize) = (50, 400);
const LEAST_OF_MANY: (usize, usize) = (2_000, 10_000);

fn config(stock: i8, start: Start, deeds: &[Deed], budget: Budget) -> Config {
    // As many unshown replies as the shell keeps before it coalesces them.
    Config { budget, coalesced_above: 8, ..Config::new(stock, vec![Customer::new(start, deeds)]) }
}

/// Somebody reviews their order, asks for the cart in words, and taps "Confirm".
fn text_and_tap(budget: Budget) -> Config {
    config(1, Start::Review, &[Deed::Say("/cart"), Deed::Tap(Action::Confirm)], budget)
}

/// "Confirm" is tapped.
fn tapped(budget: Budget) -> Config {
    config(1, Start::Review, &[Deed::Tap(Action::Confirm)], budget)
}

/// One more of the product is put into the cart.
fn cart(budget: Budget) -> Config {
    config(3, Start::Cart, &[Deed::Tap(Action::LineMore(product_id()))], budget)
}

/// The same, and something is said.
fn cart_and_text(budget: Budget) -> Config {
    config(3, Start::Cart, &[Deed::Tap(Action::LineMore(product_id())), Deed::Say("/start")], budget)
}

/// Somebody confirms that they want to be forgotten. They do not come back: a stranger's screens have random numbers.
fn forgetting(budget: Budget) -> Config {
    config(1, Start::Forgetting, &[Deed::Tap(Action::Forget)], budget)
}

/// Two customers confirm orders of the last item.
fn last_item(budget: Budget) -> Config {
    let one = tapped(budget);
    Config { customers: vec![one.customers[0].clone(), one.customers[0].clone()], ..one }
}

/// What has come of some paths.
struct Covered {
    paths: usize,
    steps: usize,
    edges: usize,
}

/// Runs paths of a configuration: all of them, or a few.
async fn run(name: &str, config: Config, stages: &mut Vec<Stage>) -> Covered {
    let started = Instant::now();
    let graph = Arc::new(Graph::of(Model::new(config), is_steered));
    let paths = graph.paths();
    let reachable = edges(&paths).len();
    let paths = best(paths, most());
    let paths = Arc::new(paths);
    let (next, failure) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None)));
    let workers = std::mem::take(stages).into_iter().map(|mut stage| {
        let (graph, paths, next, failure) = (graph.clone(), paths.clone(), next.clone(), failure.clone());
        tokio::spawn(async move {
            loop {
                let place = next.fetch_add(1, Ordering::SeqCst);
                let Some(path) = paths.get(place).filter(|_| place < paths.len()) else { break };
                if failure.lock().await.is_some() {
                    break;
                }
                if let Err(words) = follow(&graph, path, &mut stage, place % 2 == 1).await {
                    *failure.lock().await = Some(format!("path {place}: {words}"));
                    break;
                }
            }
            stage
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        stages.push(worker.await.unwrap());
    }
    let failure = failure.lock().await.take();
    assert!(failure.is_none(), "{name}, {}", failure.unwrap_or_default());
    let steps = paths.iter().map(Vec::len).sum();
    let covered = Covered { paths: paths.len(), steps, edges: edges(&paths).len() };
    let (edges, steered) = graph.count();
    println!(
        "{name}: {} states, {edges} edges, of which {steered} can be brought about and {reachable} be reached; \
         {} paths with {steps} steps have {} of them, {:.1?}",
        graph.worlds.len(),
        covered.paths,
        covered.edges,
        started.elapsed()
    );
    covered
}

/// How many paths of a configuration are run.
fn most() -> usize {
    match std::env::var("PATHS") {
        Ok(all) if all == "all" => usize::MAX,
        Ok(most) => most.parse().expect("PATHS is a number, or all"),
        Err(_) => FEW,
    }
}

/// So many of the paths: those that have the most edges that the ones before them do not have.
fn best(mut paths: Vec<Path>, most: usize) -> Vec<Path> {
    let mut known = BTreeSet::new();
    let new = |path: &Path| path.iter().filter(|edge| known.insert(**edge)).count();
    let counts: Vec<usize> = paths.iter().map(new).collect();
    let mut places: Vec<usize> = (0..paths.len()).collect();
    places.sort_by_key(|place| Reverse(counts[*place]));
    places.into_iter().take(most).map(|place| std::mem::take(&mut paths[place])).collect()
}

fn edges(paths: &[Path]) -> BTreeSet<(usize, usize)> {
    paths.iter().flatten().copied().collect()
}

async fn follow(graph: &Graph, path: &Path, stage: &mut Stage, refuses: bool) -> Result<(), String> {
    let mut run = Run::begin(&graph.model, stage, refuses).await?;
    let mut at = 0;
    for (taken, (from, place)) in path.iter().enumerate() {
        let edge = graph.edges[*from][*place];
        let (before, after) = (&graph.worlds[*from], &graph.worlds[edge.to]);
        if let Err(words) = run.take(before, edge.step, after).await {
            run.leave().await;
            let steps: Vec<String> = path[..=taken]
                .iter()
                .map(|(from, place)| format!("    {:?}", graph.edges[*from][*place].step))
                .collect();
            let (number, step) = (taken + 1, edge.step);
            let state = told(after);
            return Err(format!(
                "after step {number}, {step:?}: {words}\n  model: {state}\n  path:\n{}",
                steps.join("\n")
            ));
        }
        at = edge.to;
    }
    run.end(&graph.worlds[at]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shell_does_what_the_model_does_on_every_path() {
    let started = Instant::now();
    let telegram = Arc::new(shopkeeper::replay::telegram(0).await.unwrap());
    let crash = Budget { crashes: 1, ..NOTHING };
    let lost = Budget { lost_answers: 1, ..NOTHING };
    let mut sum = Covered { paths: 0, steps: 0, edges: 0 };
    let configs = [
        ("a tap, nothing goes wrong", tapped(NOTHING)),
        ("a tap, a kill, a lost answer", tapped(Budget { lost_answers: 1, ..crash })),
        ("a text and a tap, a repeat", text_and_tap(Budget { repeats: 1, ..NOTHING })),
        ("a cart, a kill, a lost answer", cart(Budget { lost_answers: 1, ..crash })),
        ("a cart and a text, a lost answer", cart_and_text(lost)),
        ("a tap, a dearer price, a deletion", tapped(Budget { rises: 1, deletions: 1, ..NOTHING })),
        ("two customers and the last item", last_item(NOTHING)),
        (
            "whoever is forgotten, a kill, a repeat, a lost answer",
            forgetting(Budget { repeats: 1, lost_answers: 1, ..crash }),
        ),
        ("a tap, a kill, two processes", Config { processes: 2, ..tapped(crash) }),
        ("a tap, a kill of a slow lane", tapped(Budget { delays: 1, ..crash })),
        ("a cart, a lost answer, a refusal and an outage", cart(Budget { failures: 1, outages: 1, ..lost })),
        ("a text and a tap, a kill", text_and_tap(crash)),
    ];
    let only = std::env::var("PATHS_OF").ok();
    let opening = (0..STAGES).map(|number| Stage::open(number, telegram.clone()));
    let mut stages = futures::future::join_all(opening).await;
    for (name, config) in configs {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let covered = run(name, config, &mut stages).await;
        sum.paths += covered.paths;
        sum.steps += covered.steps;
        sum.edges += covered.edges;
    }
    for stage in stages {
        stage.close().await;
    }
    let least = if most() >= MANY { LEAST_OF_MANY } else { LEAST_OF_FEW };
    let enough = sum.paths >= least.0 && sum.edges >= least.1;
    assert!(only.is_some() || enough, "{} paths with {} edges are too few to prove anything", sum.paths, sum.edges);
    println!("{} paths, {} steps, {} edges, {:.1?}", sum.paths, sum.steps, sum.edges, started.elapsed());
}
