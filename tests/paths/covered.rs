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

use super::pulse::Pulse;
use super::run::{Done, Run};
use super::stage::Stage;
use super::steered::{is_steered, told};

/// So often a path is run at most: again where the machine has stood still, and the path was not followed.
const RUNS: usize = 5;
/// One run may be repeated for so many paths. If there are more of them, the machine proves nothing.
const RUN_AGAIN: usize = 5;

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
    /// How many runs were not of their path, because the machine stood still.
    again: usize,
}

/// Runs paths of a configuration: all of them, or a few.
async fn run(name: &str, config: Config, stages: &mut Vec<Stage>, pulse: &Arc<Pulse>) -> Covered {
    let started = Instant::now();
    let graph = Arc::new(Graph::of(Model::new(config), is_steered));
    let paths = graph.paths();
    let reachable = edges(&paths).len();
    let paths = best(paths, most());
    let paths = Arc::new(paths);
    let (next, failure) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None)));
    let again = Arc::new(AtomicUsize::new(0));
    let workers = std::mem::take(stages).into_iter().map(|mut stage| {
        let (graph, paths, next, failure) = (graph.clone(), paths.clone(), next.clone(), failure.clone());
        let (pulse, again) = (pulse.clone(), again.clone());
        tokio::spawn(async move {
            loop {
                let place = next.fetch_add(1, Ordering::SeqCst);
                let Some(path) = paths.get(place).filter(|_| place < paths.len()) else { break };
                if failure.lock().await.is_some() {
                    break;
                }
                if let Err(words) = follow(&graph, path, &mut stage, place % 2 == 1, &pulse, &again).await {
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
    let again = again.load(Ordering::SeqCst);
    let covered = Covered { paths: paths.len(), steps, edges: edges(&paths).len(), again };
    let (edges, steered) = graph.count();
    println!(
        "{name}: {} states, {edges} edges, of which {steered} can be brought about and {reachable} be reached; \
         {} paths with {steps} steps have {} of them, {again} run again, {:.1?}",
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

/// Runs a path. That the machine stands still is no step of it: then the path is run again.
async fn follow(
    graph: &Graph,
    path: &Path,
    stage: &mut Stage,
    refuses: bool,
    pulse: &Pulse,
    again: &AtomicUsize,
) -> Result<(), String> {
    let mut runs = 1;
    loop {
        let started = Instant::now();
        let followed = follow_once(graph, path, stage, refuses).await;
        if followed.is_ok() || runs == RUNS || !pulse.has_stopped_since(started) {
            return followed;
        }
        runs += 1;
        again.fetch_add(1, Ordering::SeqCst);
    }
}

async fn follow_once(graph: &Graph, path: &Path, stage: &mut Stage, refuses: bool) -> Done {
    let mut run = match Run::begin(&graph.model, stage, refuses).await {
        Ok(run) => run,
        Err(words) => {
            stage.clear().await;
            return Err(format!("before the first step: {words}"));
        }
    };
    let followed = steps(&mut run, graph, path).await;
    run.leave().await;
    followed
}

async fn steps(run: &mut Run<'_>, graph: &Graph, path: &Path) -> Done {
    let mut at = 0;
    for (taken, (from, place)) in path.iter().enumerate() {
        step(run, graph, path, taken).await?;
        at = graph.edges[*from][*place].to;
    }
    run.compare_all(&graph.worlds[at]).await.map_err(|words| format!("at the end: {words}"))
}

/// Takes a step of a path.
async fn step(run: &mut Run<'_>, graph: &Graph, path: &Path, taken: usize) -> Done {
    let (from, place) = path[taken];
    let edge = graph.edges[from][place];
    let (before, after) = (&graph.worlds[from], &graph.worlds[edge.to]);
    run.take(before, edge.step, after).await.map_err(|words| {
        let taken_steps = path[..=taken].iter().map(|(from, place)| graph.edges[*from][*place].step);
        let steps: Vec<String> = taken_steps.map(|step| format!("    {step:?}")).collect();
        let (number, step, state) = (taken + 1, edge.step, told(after));
        format!("after step {number}, {step:?}: {words}\n  model: {state}\n  path:\n{}", steps.join("\n"))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shell_does_what_the_model_does_on_every_path() {
    let started = Instant::now();
    let telegram = Arc::new(shopkeeper::replay::telegram(0).await.unwrap());
    let pulse = Arc::new(Pulse::start().await);
    let crash = Budget { crashes: 1, ..NOTHING };
    let lost = Budget { lost_answers: 1, ..NOTHING };
    let mut sum = Covered { paths: 0, steps: 0, edges: 0, again: 0 };
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
        let covered = run(name, config, &mut stages, &pulse).await;
        sum.paths += covered.paths;
        sum.steps += covered.steps;
        sum.edges += covered.edges;
        sum.again += covered.again;
    }
    for stage in stages {
        stage.close().await;
    }
    pulse.end().await;
    let least = if most() >= MANY { LEAST_OF_MANY } else { LEAST_OF_FEW };
    let enough = sum.paths >= least.0 && sum.edges >= least.1;
    assert!(only.is_some() || enough, "{} paths with {} edges are too few to prove anything", sum.paths, sum.edges);
    let Covered { paths, steps, edges, again } = sum;
    assert!(
        again <= 1 + paths / RUN_AGAIN,
        "{again} runs of {paths} paths were repeated: the machine stands still too often"
    );
    println!("{paths} paths, {steps} steps, {edges} edges, {again} run again, {:.1?}", started.elapsed());
}
