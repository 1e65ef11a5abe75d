//! Polls: what is asked, and who has voted.

use std::collections::BTreeMap;

use engine::markup::Rich;
use serde_json::{Value, json};

use super::entities::entities_json;

/// A poll or quiz that the bot has sent.
#[derive(Debug, Clone)]
pub(crate) struct Poll {
    pub(crate) id: String,
    pub(crate) question: Rich,
    pub(crate) options: Vec<Rich>,
    pub(crate) is_anonymous: bool,
    pub(crate) multiple: bool,
    pub(crate) revoting: bool,
    pub(crate) members_only: bool,
    /// The right answers, if it is a quiz.
    pub(crate) correct: Option<Vec<usize>>,
    pub(crate) explanation: Rich,
    /// Seconds.
    pub(crate) open_period: Option<i64>,
    /// Unix time.
    pub(crate) close_date: Option<i64>,
    pub(crate) is_closed: bool,
    /// Places of options, by person.
    pub(crate) votes: BTreeMap<i64, Vec<usize>>,
}

/// Why a vote does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    #[error("the poll is closed")]
    Closed,
    #[error("the poll has no such option: they are numbered from 0")]
    NoSuchOption,
    #[error("one option can be chosen in this poll")]
    OneOnly,
    #[error("a vote in this poll cannot be changed")]
    Final,
}

impl Poll {
    /// Whether nobody can vote any more.
    pub(crate) fn has_ended(&self, now: i64) -> bool {
        self.is_closed || self.close_date.is_some_and(|close| close <= now)
    }

    /// Counts a vote, or takes it back where no option is chosen.
    pub(crate) fn vote(&mut self, person: i64, options: &[usize], now: i64) -> Result<(), VoteError> {
        let is_final = self.correct.is_some() || !self.revoting;
        if self.has_ended(now) {
            return Err(VoteError::Closed);
        }
        if options.iter().any(|option| *option >= self.options.len()) {
            return Err(VoteError::NoSuchOption);
        }
        if options.len() > 1 && !self.multiple {
            return Err(VoteError::OneOnly);
        }
        if is_final && self.votes.contains_key(&person) {
            return Err(VoteError::Final);
        }
        match options.is_empty() {
            true => self.votes.remove(&person),
            false => self.votes.insert(person, options.to_vec()),
        };
        Ok(())
    }

    /// A `Poll`, as its sender sees it.
    pub(crate) fn json(&self, now: i64) -> Value {
        let count = |option: usize| self.votes.values().filter(|chosen| chosen.contains(&option)).count();
        let option = |(place, text): (usize, &Rich)| {
            let mut option =
                json!({ "persistent_id": place.to_string(), "text": text.text, "voter_count": count(place) });
            add_entities(&mut option, "text_entities", text);
            option
        };
        let mut poll = json!({
            "id": self.id, "question": self.question.text, "options": self.options.iter().enumerate().map(option).collect::<Vec<_>>(),
            "total_voter_count": self.votes.len(), "is_closed": self.has_ended(now), "is_anonymous": self.is_anonymous,
            "type": if self.correct.is_some() { "quiz" } else { "regular" }, "allows_multiple_answers": self.multiple,
            "allows_revoting": self.revoting, "members_only": self.members_only,
        });
        add_entities(&mut poll, "question_entities", &self.question);
        if let Some(correct) = &self.correct {
            poll["correct_option_ids"] = json!(correct);
            // Before quizzes could have several right answers.
            poll["correct_option_id"] = json!(correct.first());
        }
        if !self.explanation.text.is_empty() {
            poll["explanation"] = self.explanation.text.as_str().into();
            add_entities(&mut poll, "explanation_entities", &self.explanation);
        }
        if let Some(seconds) = self.open_period {
            poll["open_period"] = seconds.into();
        }
        if let Some(close) = self.close_date {
            poll["close_date"] = close.into();
        }
        poll
    }

    /// What a person sees of it: a line for each option, with its votes.
    pub(crate) fn shown(&self) -> String {
        let count = |option: usize| self.votes.values().filter(|chosen| chosen.contains(&option)).count();
        let options = self.options.iter().enumerate().map(|(place, text)| format!("{} · {}", text.text, count(place)));
        let closed = if self.is_closed { " (closed)" } else { "" };
        format!("📊 {}{closed}\n{}", self.question.text, options.collect::<Vec<_>>().join("\n"))
    }
}

fn add_entities(object: &mut Value, field: &str, rich: &Rich) {
    let list = entities_json(rich);
    if !list.is_empty() {
        object[field] = list.into();
    }
}
