//! One update, up to its commit.

use super::Ack;

/// What the driver has found out by doing what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Heard {
    /// [`Ask::Load`]: the customer's documents are read.
    Loaded(Before),
    /// [`Ask::Decide`] or [`Ask::Apologise`]: it is known what is to be committed.
    Decided,
    /// [`Ask::Commit`]: all of it is written.
    Committed,
    /// [`Ask::Commit`]: nothing is written, because what was loaded has changed meanwhile.
    Again,
    /// [`Ask::Bury`]: the update is among the dead letters.
    Buried,
    /// The store cannot be reached. What was asked may have been done nevertheless.
    Away,
    /// The work on the store took too long. What was asked may have been done nevertheless.
    TimedOut,
    /// A newer program has written the customer's documents.
    Newer,
    /// The store has refused for good.
    Refused,
    /// The program has panicked.
    Panicked,
    /// This process is not the active one any more. Nothing was done.
    Inactive,
}

/// What the documents say of the update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Before {
    /// It has not been committed.
    Fresh,
    /// It has been committed.
    Seen {
        /// By this process, or this process has taken its reply over: it shows it, or has shown it.
        ours: bool,
        reply: KeptReply,
    },
}

/// What the documents keep of the reply to a committed update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeptReply {
    /// The reply.
    Here,
    /// Replies, but not this one, or one behind it that this process shows or has shown: it was shown.
    Gone,
    /// No replies at all: the program that committed it kept none.
    Never,
}

/// What the driver is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Read the customer's documents.
    Load,
    /// Decide the turn from what was loaded, together with the replies that are kept with its commit.
    Decide,
    /// The turn has failed: the customer gets a word, and nothing but that is committed, with the update's id.
    Apologise,
    /// Commit what was decided, if what was loaded is still so; before that, refresh what a lost race has shown to be old.
    Commit,
    /// Put the update aside durably.
    Bury,
    /// The update is done: its reply is to be shown. See [`super::Lane::committed`].
    Reply(ReplyKind),
    /// The update is not done: Telegram must bring it again. See [`super::Lane::turned_away`].
    TurnAway(Ack),
    /// The update is not done, and another process is the active one: it is handed over to that one, or brought again.
    HandOver,
}

/// What is to be shown of an update that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplyKind {
    /// What was decided and committed.
    Decided,
    /// The reply that was kept by the process that committed it.
    Kept,
    /// The screen of the stored dialogue once more.
    Screen,
    /// Nothing: this process shows it already, or there is nothing to show.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Phase {
    Turn,
    Burial,
    Apology,
}

/// One update that is played.
///
/// It begins with [`Play::begin`]; [`Play::hear`] then says what comes next, until an ask ends it ([`Ask::Reply`],
/// [`Ask::TurnAway`], [`Ask::HandOver`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Play {
    phase: Phase,
    asked: Ask,
    /// Races lost in this phase.
    lost: u16,
    /// As many races may be lost before the turn counts as failed.
    most_lost: u16,
}

impl Play {
    /// An update of which nothing is known but that it is there. It is given up after losing `most_lost` races.
    pub fn begin(most_lost: u16) -> (Self, Ask) {
        let play = Self { phase: Phase::Turn, asked: Ask::Load, lost: 0, most_lost };
        (play, play.asked)
    }

    /// Whether the customer gets a word of apology instead of what they asked for.
    pub fn is_apology(&self) -> bool {
        self.phase == Phase::Apology
    }

    /// How many races were lost in a row.
    pub fn lost(&self) -> u16 {
        self.lost
    }

    /// What comes next. Something that answers no ask counts as a failure of the store: the update comes again.
    pub fn hear(&mut self, heard: Heard) -> Ask {
        self.asked = self.next(heard);
        self.asked
    }

    fn next(&mut self, heard: Heard) -> Ask {
        match (self.phase, heard) {
            (_, Heard::Inactive) => Ask::HandOver,
            // What cannot be put aside comes again, whatever the reason.
            (Phase::Burial, Heard::Buried) => self.enter(Phase::Apology, Ask::Load),
            (Phase::Burial, _) => Ask::TurnAway(Ack::Away),
            (_, Heard::Away | Heard::TimedOut) => Ask::TurnAway(Ack::Away),
            (_, Heard::Newer) => Ask::TurnAway(Ack::Newer),
            // One that cannot succeed, however often it is tried, is put aside: nobody may wait for it for ever.
            (Phase::Turn, Heard::Refused | Heard::Panicked) => self.enter(Phase::Burial, Ask::Bury),
            // It is in the dead letters: that must do.
            (Phase::Apology, Heard::Refused | Heard::Panicked) => Ask::Reply(ReplyKind::Nothing),
            (_, Heard::Loaded(before)) if self.asked == Ask::Load => self.loaded(before),
            (_, Heard::Decided) if matches!(self.asked, Ask::Decide | Ask::Apologise) => Ask::Commit,
            (_, Heard::Committed) if self.asked == Ask::Commit => Ask::Reply(ReplyKind::Decided),
            (_, Heard::Again) if self.asked == Ask::Commit => self.lost_race(),
            (_, Heard::Loaded(_) | Heard::Decided | Heard::Committed | Heard::Again | Heard::Buried) => {
                Ask::TurnAway(Ack::Away)
            }
        }
    }

    fn enter(&mut self, phase: Phase, ask: Ask) -> Ask {
        (self.phase, self.lost) = (phase, 0);
        ask
    }

    fn loaded(self, before: Before) -> Ask {
        match before {
            Before::Fresh if self.is_apology() => Ask::Apologise,
            Before::Fresh => Ask::Decide,
            Before::Seen { ours: false, reply: KeptReply::Here } => Ask::Reply(ReplyKind::Kept),
            Before::Seen { ours: false, reply: KeptReply::Never } => Ask::Reply(ReplyKind::Screen),
            Before::Seen { .. } => Ask::Reply(ReplyKind::Nothing),
        }
    }

    fn lost_race(&mut self) -> Ask {
        self.lost = self.lost.saturating_add(1);
        match self.phase {
            _ if self.lost < self.most_lost => Ask::Load,
            Phase::Turn => self.enter(Phase::Burial, Ask::Bury),
            Phase::Burial | Phase::Apology => Ask::Reply(ReplyKind::Nothing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRESH: Heard = Heard::Loaded(Before::Fresh);

    /// What is asked when all of this is heard, one after another; the first ask included.
    fn asked(heard: &[Heard]) -> Vec<Ask> {
        let (mut play, first) = Play::begin(3);
        std::iter::once(first).chain(heard.iter().map(|heard| play.hear(*heard))).collect()
    }

    fn last(heard: &[Heard]) -> Ask {
        *asked(heard).last().expect("the first ask")
    }

    #[test]
    fn a_turn_is_loaded_decided_committed_and_shown() {
        assert_eq!(
            asked(&[FRESH, Heard::Decided, Heard::Committed]),
            [Ask::Load, Ask::Decide, Ask::Commit, Ask::Reply(ReplyKind::Decided)]
        );
    }

    #[test]
    fn what_was_committed_is_not_decided_again() {
        let seen = |ours, reply| last(&[Heard::Loaded(Before::Seen { ours, reply })]);
        assert_eq!(seen(false, KeptReply::Here), Ask::Reply(ReplyKind::Kept));
        assert_eq!(seen(false, KeptReply::Never), Ask::Reply(ReplyKind::Screen));
        assert_eq!(seen(false, KeptReply::Gone), Ask::Reply(ReplyKind::Nothing));
        for reply in [KeptReply::Here, KeptReply::Gone, KeptReply::Never] {
            assert_eq!(seen(true, reply), Ask::Reply(ReplyKind::Nothing), "it is shown once");
        }
    }

    #[test]
    fn a_lost_race_is_run_again_until_there_were_too_many() {
        let lost = [FRESH, Heard::Decided, Heard::Again];
        assert_eq!(last(&lost), Ask::Load);
        assert_eq!(last(&[&lost[..], &lost[..]].concat()), Ask::Load);
        let all = [&lost[..], &lost[..], &lost[..]].concat();
        assert_eq!(last(&all), Ask::Bury);
        // An apology has races of its own, and is done without when it loses them.
        let buried = [&all[..], &[Heard::Buried]].concat();
        assert_eq!(last(&[&buried[..], &lost[..]].concat()), Ask::Load);
        assert_eq!(last(&[&buried[..], &all[..]].concat()), Ask::Reply(ReplyKind::Nothing));
    }

    #[test]
    fn what_fails_for_good_is_buried_and_apologised_for() {
        for failure in [Heard::Refused, Heard::Panicked] {
            for before in [&[][..], &[FRESH], &[FRESH, Heard::Decided]] {
                let buried = [before, &[failure]].concat();
                assert_eq!(last(&buried), Ask::Bury);
                let apology = [&buried[..], &[Heard::Buried, FRESH, Heard::Decided, Heard::Committed]].concat();
                assert_eq!(
                    asked(&apology)[before.len() + 2..],
                    [Ask::Load, Ask::Apologise, Ask::Commit, Ask::Reply(ReplyKind::Decided)]
                );
                let fails = [&buried[..], &[Heard::Buried, failure]].concat();
                assert_eq!(last(&fails), Ask::Reply(ReplyKind::Nothing), "the dead letter must do");
                let found = Heard::Loaded(Before::Seen { ours: false, reply: KeptReply::Here });
                let committed = [&buried[..], &[Heard::Buried, found]].concat();
                assert_eq!(last(&committed), Ask::Reply(ReplyKind::Kept), "only its answer was lost");
            }
        }
    }

    #[test]
    fn what_is_not_buried_comes_again() {
        for failure in [Heard::Away, Heard::TimedOut, Heard::Newer, Heard::Refused, Heard::Panicked] {
            assert_eq!(last(&[Heard::Refused, failure]), Ask::TurnAway(Ack::Away));
        }
    }

    #[test]
    fn whoever_cannot_commit_turns_away() {
        let apology = [Heard::Panicked, Heard::Buried];
        for before in [&[][..], &[FRESH], &[FRESH, Heard::Decided], &apology, &[Heard::Panicked, Heard::Buried, FRESH]]
        {
            let then = |heard| last(&[before, &[heard]].concat());
            assert_eq!(then(Heard::Away), Ask::TurnAway(Ack::Away));
            assert_eq!(then(Heard::TimedOut), Ask::TurnAway(Ack::Away));
            assert_eq!(then(Heard::Newer), Ask::TurnAway(Ack::Newer));
            assert_eq!(then(Heard::Inactive), Ask::HandOver);
        }
    }

    #[test]
    fn what_answers_nothing_comes_again() {
        for heard in [Heard::Decided, Heard::Committed, Heard::Again, Heard::Buried] {
            assert_eq!(last(&[heard]), Ask::TurnAway(Ack::Away));
        }
        assert_eq!(last(&[FRESH, Heard::Committed]), Ask::TurnAway(Ack::Away), "nothing was decided");
    }
}
