//! Who works in the shop: owners, and managers who look after orders, messages and goods. Beside those whom the settings
//! name, who are owners always, owners invite people by a link that works once.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What somebody may do; whoever may do more comes later.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    strum::EnumIter,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TeamRole {
    /// Takes orders on, answers customers, changes goods.
    #[default]
    Manager,
    /// May do everything: also mailings, the pause, totals, and the team itself.
    Owner,
}

/// What an invitation is known by: so many digits, drawn at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationCode(u64);

/// How the argument of `/start` begins that accepts an invitation.
const JOINS: &str = "join_";

impl InvitationCode {
    /// So many digits.
    pub const DIGITS: usize = 18;
    const ALL: u64 = 1_000_000_000_000_000_000;

    /// The code of a random number.
    pub fn draw(fresh: u64) -> Self {
        Self(fresh % Self::ALL)
    }

    /// The code that a link's argument carries, such as `join_012345678901234567`.
    pub fn of_argument(argument: &str) -> Option<Self> {
        let digits = argument.strip_prefix(JOINS)?;
        let is_code = digits.len() == Self::DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse().ok().filter(|_| is_code).map(Self)
    }

    /// What a link to the bot carries: `https://t.me/<bot>?start=<argument>`.
    pub fn argument(self) -> String {
        format!("{JOINS}{self}")
    }
}

impl std::fmt::Display for InvitationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:018}", self.0)
    }
}

impl std::str::FromStr for InvitationCode {
    type Err = ();

    fn from_str(digits: &str) -> Result<Self, ()> {
        Self::of_argument(&format!("{JOINS}{digits}")).ok_or(())
    }
}

/// Whoever opens its link first belongs to the team from then on, as long as whoever invites them is an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    pub code: InvitationCode,
    pub role: TeamRole,
    pub until: DateTime<Utc>,
    /// Who invites.
    pub by: Actor,
}

/// Who changes the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    pub chat: i64,
    /// The settings name them as an owner; or it is the command line.
    pub is_fixed: bool,
}

impl Invitation {
    /// For so long it can be accepted.
    pub const LASTS: TimeDelta = TimeDelta::hours(24);
    /// So many can be open at a time: the oldest ones give way.
    pub const MOST: usize = 20;
}

/// The team as it is stored; whom the settings name is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    /// Telegram ids and roles, in the order of joining; each is there once.
    pub members: Vec<(i64, TeamRole)>,
    /// Those that nobody has accepted; some may be over, until the team changes next.
    pub invitations: Vec<Invitation>,
    /// What is still to be told; for each one at most.
    pub untold: Vec<RoleNotice>,
}

/// That somebody else has given them another role, or dismissed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleNotice {
    pub chat: i64,
    /// `None`: they do not work here any more.
    pub role: Option<TeamRole>,
}

/// How a team changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamChange {
    /// Somebody may join.
    Invite { code: InvitationCode, role: TeamRole, until: DateTime<Utc> },
    /// All invitations that nobody has accepted are void.
    Withdraw,
    /// Whoever does this joins by the invitation of this code, which is for this role.
    Join { code: InvitationCode, role: TeamRole },
    /// Somebody works here from now on, in this role, whether they did or not: by the command line.
    Add { member: i64, role: TeamRole },
    /// Somebody who works here has another role from now on.
    Appoint { member: i64, role: TeamRole },
    /// Somebody works here no longer.
    Dismiss { member: i64 },
}

impl Team {
    /// What somebody may do; `None`: they are not of the team.
    pub fn role(&self, chat: i64) -> Option<TeamRole> {
        self.members.iter().find(|(member, _)| *member == chat).map(|(_, role)| *role)
    }

    /// Everybody who works in the shop where the settings name these owners, who come first: whatever is stored of those, they are
    /// owners.
    pub fn people<'a>(&'a self, fixed: &'a [i64]) -> impl Iterator<Item = (i64, TeamRole)> + 'a {
        let of_settings = fixed.iter().map(|chat| (*chat, TeamRole::Owner));
        of_settings.chain(self.members.iter().copied().filter(|(chat, _)| !fixed.contains(chat)))
    }

    fn put(&mut self, chat: i64, role: TeamRole) {
        match self.members.iter_mut().find(|(member, _)| *member == chat) {
            Some(member) => member.1 = role,
            None => self.members.push((chat, role)),
        }
    }

    /// Whoever has another role than in the team before is to be told, as it is now.
    fn note_role(&mut self, chat: i64, before: &Self) {
        self.untold.retain(|notice| notice.chat != chat);
        let role = self.role(chat);
        if role != before.role(chat) || before.untold.iter().any(|notice| notice.chat == chat) {
            self.untold.push(RoleNotice { chat, role });
        }
    }

    /// Whether somebody is an owner now.
    fn is_owner(&self, actor: Actor) -> bool {
        actor.is_fixed || self.role(actor.chat) == Some(TeamRole::Owner)
    }

    /// The invitation of this code, if it can be accepted at this time.
    pub fn invitation(&self, code: InvitationCode, now: DateTime<Utc>) -> Option<Invitation> {
        let found = self.invitations.iter().copied().find(|invitation| invitation.code == code)?;
        (now < found.until && self.is_owner(found.by)).then_some(found)
    }

    /// How many invitations can be accepted at this time.
    pub fn open_invitations(&self, now: DateTime<Utc>) -> usize {
        self.invitations.iter().filter(|invitation| self.invitation(invitation.code, now).is_some()).count()
    }

    /// The same team after somebody changes it; `None`: it has changed meanwhile so that they cannot do this any more.
    pub fn changed(&self, by: Actor, change: TeamChange, now: DateTime<Utc>) -> Option<Self> {
        let mut next = self.clone();
        match change {
            TeamChange::Join { code, .. } => {
                let role = self.invitation(code, now)?.role;
                next.invitations.retain(|invitation| invitation.code != code);
                next.put(by.chat, self.role(by.chat).map_or(role, |has| has.max(role)));
                // They are told where they accept it.
                next.untold.retain(|notice| notice.chat != by.chat);
                return Some(next);
            }
            _ if !self.is_owner(by) => return None,
            TeamChange::Invite { code, role, until } => {
                next.invitations.push(Invitation { code, role, until, by });
                let surplus = next.invitations.len().saturating_sub(Invitation::MOST);
                next.invitations.drain(..surplus);
            }
            TeamChange::Withdraw => next.invitations.clear(),
            TeamChange::Add { member, role } => {
                next.put(member, role);
                next.note_role(member, self);
            }
            TeamChange::Appoint { member, role } => {
                next.role(member)?;
                next.put(member, role);
                next.note_role(member, self);
            }
            TeamChange::Dismiss { member } => {
                next.role(member)?;
                next.members.retain(|(chat, _)| *chat != member);
                next.note_role(member, self);
            }
        }
        // Nobody comes back by an invitation of their own, whatever they are made later.
        let left = next.clone();
        next.invitations.retain(|invitation| now < invitation.until && left.is_owner(invitation.by));
        Some(next)
    }
}

/// Somebody of the team, as owners see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub chat: i64,
    pub role: TeamRole,
    /// What they call themselves; `None` where they have never been here, or were forgotten.
    pub name: Option<String>,
    /// The settings name them: the chat cannot change that.
    pub is_fixed: bool,
    /// They are who looks at it. So that an owner is left, nobody dismisses themselves.
    pub is_reader: bool,
}

impl Member {
    /// Whether whoever looks at it can give them another role, or dismiss them.
    pub fn can_be_changed(&self) -> bool {
        !self.is_fixed && !self.is_reader
    }

    /// Owners first, of whom those of the settings; apart from that in the order in which they came.
    pub fn in_order(mut members: Vec<Self>) -> Vec<Self> {
        members.sort_by_key(|member| std::cmp::Reverse((member.role, member.is_fixed)));
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::beginning;

    const OLGA: Actor = Actor { chat: 1, is_fixed: true };

    fn actor(chat: i64) -> Actor {
        Actor { chat, is_fixed: false }
    }

    fn invite(fresh: u64, role: TeamRole) -> TeamChange {
        TeamChange::Invite { code: InvitationCode::draw(fresh), role, until: beginning() + Invitation::LASTS }
    }

    fn join(fresh: u64, role: TeamRole) -> TeamChange {
        TeamChange::Join { code: InvitationCode::draw(fresh), role }
    }

    /// What becomes of a team when these change it, one after the other.
    fn after(team: Team, changes: &[(Actor, TeamChange)]) -> Option<Team> {
        changes.iter().try_fold(team, |team, (by, change)| team.changed(*by, *change, beginning()))
    }

    fn of(members: &[(i64, TeamRole)]) -> Team {
        Team { members: members.to_vec(), ..Team::default() }
    }

    #[test]
    fn a_code_is_read_as_it_is_written_and_no_other_is() {
        let code = InvitationCode::draw(u64::MAX);
        assert_eq!(code.argument(), "join_446744073709551615");
        assert_eq!(InvitationCode::of_argument(&code.argument()), Some(code));
        assert_eq!(InvitationCode::of_argument("join_000000000000000007"), Some(InvitationCode::draw(7)));
        for none in
            ["", "join_", "join_7", "join_+00000000000000007", "p_446744073709551615", "join_4467440737095516150"]
        {
            assert_eq!(InvitationCode::of_argument(none), None, "{none}");
        }
    }

    #[test]
    fn an_invitation_is_accepted_once_and_in_time_and_lowers_nobody() {
        let (manager, owner) = (TeamRole::Manager, TeamRole::Owner);
        let invited = after(Team::default(), &[(OLGA, invite(1, manager)), (OLGA, invite(2, owner))]).unwrap();
        let open = |now| invited.invitation(InvitationCode::draw(1), now).map(|invitation| invitation.role);
        assert_eq!((open(beginning()), open(beginning() + Invitation::LASTS)), (Some(manager), None));
        assert_eq!(invited.changed(actor(7), join(1, manager), beginning() + Invitation::LASTS), None);
        let joined = after(invited.clone(), &[(actor(7), join(1, manager))]).unwrap();
        assert_eq!((joined.role(7), joined.open_invitations(beginning())), (Some(manager), 1));
        assert_eq!(after(joined.clone(), &[(actor(8), join(1, manager))]), None);
        let risen = after(joined, &[(actor(7), join(2, owner))]).unwrap();
        assert_eq!((risen.role(7), risen.invitations.len()), (Some(owner), 0));
        let both = after(invited, &[(actor(7), join(2, owner)), (actor(7), join(1, manager))]).unwrap();
        assert_eq!(both.role(7), Some(owner));
    }

    #[test]
    fn only_who_is_there_can_be_appointed_or_dismissed_and_only_by_an_owner() {
        let team = of(&[(7, TeamRole::Manager), (9, TeamRole::Owner)]);
        let appoint = |member| TeamChange::Appoint { member, role: TeamRole::Owner };
        let dismiss = |member| TeamChange::Dismiss { member };
        for by in [OLGA, actor(9)] {
            assert_eq!(after(team.clone(), &[(by, appoint(7))]).unwrap().role(7), Some(TeamRole::Owner));
            let left = Team { untold: vec![RoleNotice { chat: 7, role: None }], ..of(&[(9, TeamRole::Owner)]) };
            assert_eq!(after(team.clone(), &[(by, dismiss(7))]), Some(left));
            assert_eq!(
                (after(team.clone(), &[(by, appoint(8))]), after(team.clone(), &[(by, dismiss(8))])),
                (None, None)
            );
        }
        for by in [actor(7), actor(8)] {
            for change in [appoint(7), dismiss(9), TeamChange::Withdraw, invite(1, TeamRole::Manager)] {
                assert_eq!(after(team.clone(), &[(by, change)]), None);
            }
        }
    }

    #[test]
    fn of_two_owners_who_dismiss_each_other_one_is_left() {
        let team = of(&[(7, TeamRole::Owner), (9, TeamRole::Owner)]);
        let first = after(team, &[(actor(7), TeamChange::Dismiss { member: 9 })]).unwrap();
        assert_eq!(after(first, &[(actor(9), TeamChange::Dismiss { member: 7 })]), None);
    }

    #[test]
    fn nobody_comes_back_by_an_invitation_of_their_own() {
        let invited = after(of(&[(7, TeamRole::Owner)]), &[(actor(7), invite(1, TeamRole::Owner))]).unwrap();
        let lowered = TeamChange::Appoint { member: 7, role: TeamRole::Manager };
        for change in [TeamChange::Dismiss { member: 7 }, lowered] {
            let risen = TeamChange::Add { member: 7, role: TeamRole::Owner };
            let after_it = after(invited.clone(), &[(OLGA, change), (OLGA, risen)]).unwrap();
            assert_eq!(after(after_it, &[(actor(8), join(1, TeamRole::Owner))]), None);
        }
        // By hand, in MongoDB.
        let by_hand = Team { members: Vec::new(), ..invited };
        assert_eq!(by_hand.invitation(InvitationCode::draw(1), beginning()), None);
    }

    #[test]
    fn the_oldest_invitations_give_way() {
        let many: Vec<_> = (0..50).map(|fresh| (OLGA, invite(fresh, TeamRole::Manager))).collect();
        let many = after(Team::default(), &many).unwrap();
        assert_eq!(many.invitations.len(), Invitation::MOST);
        assert!(many.invitation(InvitationCode::draw(49), beginning()).is_some());
    }

    #[test]
    fn whoever_is_given_another_role_is_told_the_last_one_and_nobody_else_is() {
        let (owner, manager) = (TeamRole::Owner, TeamRole::Manager);
        let told = |changes: &[(Actor, TeamChange)]| {
            let team = after(of(&[(7, manager)]), changes).expect("it can be changed");
            team.untold.into_iter().map(|notice| (notice.chat, notice.role)).collect::<Vec<_>>()
        };
        let appoint = |role| (OLGA, TeamChange::Appoint { member: 7, role });
        let add = |role| (OLGA, TeamChange::Add { member: 8, role });
        assert_eq!(told(&[appoint(manager)]), []);
        assert_eq!(told(&[appoint(owner), add(manager)]), [(7, Some(owner)), (8, Some(manager))]);
        assert_eq!(told(&[appoint(owner), (OLGA, TeamChange::Dismiss { member: 7 })]), [(7, None)]);
        // They may have been told of the first one by then.
        assert_eq!(told(&[appoint(owner), appoint(manager)]), [(7, Some(manager))]);
        let joins = [(OLGA, invite(1, owner)), (actor(8), join(1, owner))];
        assert_eq!(told(&joins), []);
        assert_eq!(told(&[&[add(manager)], &joins[..]].concat()), []);
    }
}
