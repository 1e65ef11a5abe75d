//! Many things of one kind in one request: each row is changed, or made where there is none, by itself, and has a result of
//! its own.
//!
//! A row names its thing by an id that the caller has chosen. So the same request can be sent again, and does what is left.

use dialogues::shop::Id;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Api;
use super::ask::{Answer, Ask};
use super::body::{Fields, Json, Read, below, id, read_body, wrong};
use super::change::ATTEMPTS;
use super::etag::Conditions;
use super::params::NoParams;
use super::problem::{Code, FieldError, Problem, RowProblem};
use super::reply::{Reply, written};
use super::resource::{Resource, Rewrite};
use crate::store::WriteOutcome;

/// The most rows of one request.
const MOST_ROWS: usize = 500;
/// The most KiB of one request: 8 for each row.
const MOST_KIB: u64 = 4_096;

/// The body of a request.
pub(crate) type ManyRows = Json<MOST_KIB>;

/// Some fields of a thing, and which it is. `openapi/conventions.rs` gives it its shape.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `rows` reads")]
pub(crate) struct Row<T> {
    whole: T,
}

/// The rows of a request.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `rows` reads")]
pub(crate) struct Batch<T> {
    /// Taken in this order.
    #[schema(min_items = 1, max_items = 500)]
    rows: Vec<Row<T>>,
}

/// What became of the rows.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchResult {
    /// How many were made.
    created: usize,
    /// How many are no longer as they were.
    changed: usize,
    /// How many were so already.
    unchanged: usize,
    /// How many are as they were because of a problem.
    refused: usize,
    /// In the order of the request.
    rows: Vec<RowResult>,
}

/// What became of a row.
#[derive(Serialize, ToSchema)]
pub(crate) struct RowResult {
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    outcome: RowOutcome,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<RowProblem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowOutcome {
    Created,
    Changed,
    Unchanged,
    Refused,
}

/// Reads which thing each row is about, and what it says of it.
fn rows(body: &Value) -> Read<Vec<(Id, Value)>> {
    let mut fields = Fields::of(body)?;
    let rows = fields.required("rows", |rows| {
        let Some(rows) = rows.as_array() else { return wrong("wrong_type", "it must be a list") };
        if rows.is_empty() || rows.len() > MOST_ROWS {
            return wrong("out_of_range", format!("it must have from 1 to {MOST_ROWS} rows"));
        }
        let read: Vec<_> = rows.iter().map(row).collect();
        let wrong = read.iter().enumerate().filter_map(|(at, row)| Some((at, row.as_ref().err()?)));
        let wrong: Vec<_> = wrong
            .flat_map(|(at, errors)| errors.iter().map(move |error| below(&at.to_string(), error.clone())))
            .collect();
        if wrong.is_empty() { Ok(read.into_iter().flatten().collect()) } else { Err(wrong) }
    });
    fields.finish(rows)
}

fn row(row: &Value) -> Read<(Id, Value)> {
    let Some(mut members) = row.as_object().cloned() else { return wrong("wrong_type", "it must be an object") };
    let which: Map<String, Value> = members.remove("id").map(|id| ("id".to_owned(), id)).into_iter().collect();
    let mut fields = Fields::of(&Value::Object(which))?;
    let which = fields.required("id", id);
    Ok((fields.finish(which)?, Value::Object(members)))
}

impl<P> Ask<'_, P, NoParams> {
    /// Changes many things, and makes those that are not there.
    pub(crate) async fn upsert<T: Resource>(self, body: ManyRows) -> Answer {
        if let Some(header) = self.conditions.given() {
            let error = FieldError::header(header, "unknown", format!("{header}: many things have no tag together"));
            return Err(Problem::with_errors(Code::InvalidHeader, vec![error]));
        }
        let rows = read_body(&body.value()?, rows)?;
        let mut result = BatchResult { created: 0, changed: 0, unchanged: 0, refused: 0, rows: Vec::new() };
        let mut outage = None;
        for (id, row) in rows {
            let done = match &outage {
                // Each row would wait for as long as the one before.
                Some(problem) => Err(Problem::clone(problem)),
                None => self.api.upsert_one::<T>(id, row).await,
            };
            if let Err(problem) = &done
                && problem.is_outage()
            {
                outage = Some(problem.clone());
            }
            result.count(id, done);
        }
        let is_done = result.created + result.changed > 0;
        let caught_up = if is_done { self.api.feed.catch_up().await } else { Ok(()) };
        match (outage, caught_up) {
            (Some(problem), _) if result.says_nothing_else() => return Err(problem),
            // What is left is asked again anyway, and read then.
            (Some(_), _) => {}
            (None, caught_up) => caught_up?,
        }
        Ok(Reply::json(written(&result)?))
    }
}

impl BatchResult {
    /// Whether each row says that MongoDB did not answer.
    fn says_nothing_else(&self) -> bool {
        self.rows.iter().all(|row| row.problem.as_ref().is_some_and(RowProblem::is_unavailable))
    }

    fn count(&mut self, id: Id, done: Result<RowOutcome, Problem>) {
        let (outcome, problem) = match done {
            Ok(outcome) => (outcome, None),
            Err(problem) => (RowOutcome::Refused, Some(problem.of_row())),
        };
        *match outcome {
            RowOutcome::Created => &mut self.created,
            RowOutcome::Changed => &mut self.changed,
            RowOutcome::Unchanged => &mut self.unchanged,
            RowOutcome::Refused => &mut self.refused,
        } += 1;
        self.rows.push(RowResult { id: id.to_string(), outcome, problem });
    }
}

impl Api {
    /// Changes a thing as a row says, or makes it. What customers see of it catches up later.
    async fn upsert_one<T: Resource>(&self, id: Id, row: Value) -> Result<RowOutcome, Problem> {
        let rewrite = Rewrite::<T>::merge(id, row);
        let mut is_there = false;
        for _ in 0..ATTEMPTS {
            match self.rewritten(&rewrite, &Conditions::none()).await {
                Err(problem) if problem.is(Code::NotFound) && is_there => {
                    let detail = "there is a document with this id that this program cannot use: `shopkeeper preflight` tells why";
                    return Err(Problem::new(Code::Unusable, detail));
                }
                Err(problem) if problem.is(Code::NotFound) => {}
                done => {
                    let is_changed = done?.is_changed;
                    return Ok(if is_changed { RowOutcome::Changed } else { RowOutcome::Unchanged });
                }
            }
            let thing = rewrite.made(self)?;
            match self.store.add(&thing, self.store.first_stamps(), None).await? {
                WriteOutcome::Done => return Ok(RowOutcome::Created),
                WriteOutcome::NoCategory(category) => return Err(Problem::no_category(category)),
                // Somebody else has just made it, or it can be seen by nobody.
                WriteOutcome::LostRace | WriteOutcome::NotEmpty => is_there = true,
            }
        }
        Err(Problem::contended())
    }
}
