//! Which steps of the model a run can be made to take from outside of the processes.

use dialogue_model::driver::Outcome;
use dialogue_model::model::{Model, Step};
use dialogue_model::world::{Place, Process, Stage, Up, World};

/// Whether a run can be made to take a step from outside of its processes, so that nothing else happens.
pub(crate) fn is_steered(model: &Model, world: &World, step: Step, next: &World) -> bool {
    if is_read_torn(world, step, next) {
        return false;
    }
    match step {
        // Only the program itself can panic, and a process stands still by the machine's will.
        Step::Arrive { outcome: Outcome::Panicked, .. }
        | Step::Pause { .. }
        | Step::Wake { .. }
        | Step::Lapse { .. } => false,
        // Two transactions of one process cannot be told apart before they write.
        Step::Arrive { p, .. } => is_one_transaction(world, p),
        // What has changed on the shelf reaches a process by itself: it is no matter when, where nothing hangs on it.
        Step::Work { p, c } => {
            let mut fresh = world.clone();
            fresh.processes[usize::from(p)].shelf = world.store.shelf;
            let tasks = |world: &World| world.processes[usize::from(p)].tasks[usize::from(c)].clone();
            tasks(&model.after(&fresh, step)) == tasks(next)
        }
        // Of a transaction only the last command can arrive after its process is killed, and the others before.
        Step::Limbo { lands: true } => world.limbo.first().is_some_and(|(_, _, commit)| commit.own),
        // The lease calls settled whatever was decided some time before: it is a time that passes, and makes older what is
        // decided and not committed, too.
        Step::Renew { .. } => {
            let mut replies = next.store.dialogues.iter().flatten().flat_map(|document| &document.replies);
            let mut tasks = world.processes.iter().flat_map(|process| process.tasks.iter().flatten());
            let is_sent = tasks.any(|task| matches!(task.stage, Stage::Sent(_))) || !world.limbo.is_empty();
            replies.all(|kept| kept.settled) && !is_sent
        }
        _ => true,
    }
}

/// A load is one command: nothing that it reads changes while it is under way.
fn is_read_torn(world: &World, step: Step, next: &World) -> bool {
    let is_read = |p: u8, c: u8| matches!(step, Step::Work { p: q, c: d } if (p, c) == (q, d));
    let (before, after) = (&world.store, &next.store);
    world.processes.iter().enumerate().any(|(p, process)| {
        process.tasks.iter().enumerate().any(|(c, task)| {
            let reads = task.as_ref().is_some_and(|task| matches!(task.stage, Stage::Read(_)));
            let changes = before.dialogues[c] != after.dialogues[c]
                || before.carts[c] != after.carts[c]
                || before.people[c] != after.people[c]
                || before.orders != after.orders;
            reads && process.up == Up::Awake && changes && !is_read(p as u8, c as u8)
        })
    })
}

fn is_one_transaction(world: &World, p: u8) -> bool {
    let tasks = world.processes[usize::from(p)].tasks.iter().flatten();
    let together = tasks.filter(|task| matches!(&task.stage, Stage::Sent(commit) if !commit.own));
    together.count() < 2
}

/// What a state is, in a few words, for whoever reads a failure.
pub(crate) fn told(world: &World) -> String {
    let process = |process: &Process| {
        let tasks: Vec<_> = process.tasks.iter().map(|task| task.as_ref().map(|task| stage(&task.stage))).collect();
        let showing: Vec<_> = process.showing.iter().map(Option::is_some).collect();
        format!(
            "{:?} active={} epoch={} tasks={tasks:?} showing={showing:?} answers={:?} marking={} settled={}",
            process.up, process.active, process.epoch, process.answers, process.marking, process.settled
        )
    };
    let places: Vec<Place> = world.updates.iter().map(|update| update.place).collect();
    let processes: Vec<String> = world.processes.iter().map(process).collect();
    format!("updates {places:?}\n    {}", processes.join("\n    "))
}

fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Ask(_) => "is asked",
        Stage::Read(_) => "loads",
        Stage::Sent(_) => "commits",
        Stage::StockTaken(_) => "has taken stock",
        Stage::Projecting(..) => "projects",
    }
}
