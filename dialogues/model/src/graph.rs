//! The state graph of a configuration as a whole, and paths that together have its edges.

use std::collections::{HashMap, VecDeque};

use crate::model::{Model, Step};
use crate::world::World;

/// A path is no longer, whatever it could still cover.
const LONGEST: usize = 400;

/// A step from one state to another, by their numbers.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub step: Step,
    pub to: usize,
    /// Paths may have it.
    pub is_steered: bool,
}

/// A path from the first state: the number of each state, and the place of the edge among those of that state.
pub type Path = Vec<(usize, usize)>;

/// All states and all edges.
#[derive(Debug)]
pub struct Graph {
    pub model: Model,
    /// The first one is that in which every run begins.
    pub worlds: Vec<World>,
    /// By state.
    pub edges: Vec<Vec<Edge>>,
}

impl Graph {
    /// Explores a configuration, breadth first. `is_steered` says of a step from one state to another whether a path may have
    /// it.
    pub fn of(model: Model, is_steered: impl Fn(&Model, &World, Step, &World) -> bool) -> Self {
        let first = model.first_world();
        let mut numbers = HashMap::from([(first.clone(), 0)]);
        let (mut worlds, mut edges) = (vec![first], Vec::new());
        while edges.len() < worlds.len() {
            let world = worlds[edges.len()].clone();
            let mut out = Vec::new();
            for step in model.steps(&world) {
                let next = model.after(&world, step);
                let is_steered = is_steered(&model, &world, step, &next);
                let to = *numbers.entry(next).or_insert_with_key(|next| {
                    worlds.push(next.clone());
                    worlds.len() - 1
                });
                out.push(Edge { step, to, is_steered });
            }
            edges.push(out);
        }
        Self { model, worlds, edges }
    }

    /// How many edges there are, and how many of them paths may have.
    pub fn count(&self) -> (usize, usize) {
        let all = || self.edges.iter().flatten();
        (all().count(), all().filter(|edge| edge.is_steered).count())
    }

    /// Paths from the first state that together have every steered edge that can be reached by steered edges. Each goes on
    /// with an edge that no path has had, or the shortest way to one.
    pub fn paths(&self) -> Vec<Path> {
        let mut left: Vec<Vec<bool>> =
            self.edges.iter().map(|out| out.iter().map(|edge| edge.is_steered).collect()).collect();
        let mut into = vec![Vec::new(); self.edges.len()];
        for (from, out) in self.edges.iter().enumerate() {
            out.iter().filter(|edge| edge.is_steered).for_each(|edge| into[edge.to].push(from));
        }
        let mut paths = Vec::new();
        loop {
            let far = distances(&left, &into);
            let (mut at, mut path) = (0, Path::new());
            let mut is_new = false;
            while path.len() < LONGEST {
                let steered = (0..self.edges[at].len()).filter(|place| self.edges[at][*place].is_steered);
                // An edge that is left, or else the way to one. What was left when this path began may be its own by now.
                let next = steered.min_by_key(|place| match left[at][*place] {
                    true => (0, 0),
                    false => (1, far[self.edges[at][*place].to]),
                });
                let Some(place) = next.filter(|place| left[at][*place] || far[self.edges[at][*place].to] < usize::MAX)
                else {
                    break;
                };
                is_new |= std::mem::take(&mut left[at][place]);
                path.push((at, place));
                at = self.edges[at][place].to;
            }
            if !is_new {
                return paths;
            }
            paths.push(path);
        }
    }
}

/// From each state, how many steps it is to an edge that is left.
fn distances(left: &[Vec<bool>], into: &[Vec<usize>]) -> Vec<usize> {
    let mut far = vec![usize::MAX; left.len()];
    let mut queue: VecDeque<usize> = (0..left.len()).filter(|at| left[*at].contains(&true)).collect();
    queue.iter().for_each(|at| far[*at] = 0);
    while let Some(at) = queue.pop_front() {
        for from in &into[at] {
            if far[*from] == usize::MAX {
                far[*from] = far[at] + 1;
                queue.push_back(*from);
            }
        }
    }
    far
}
