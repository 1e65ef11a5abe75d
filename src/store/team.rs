//! Who works in the shop, beside those whom the settings name: `{_id: "team", members: [{chat: Int64, role: "owner" |
//! "manager"}], invitations: [{code, role, until: Date, by: Int64, by_settings: Bool}], untold: [{chat: Int64, role}]}` in `meta`; `by` is
//! who invites, and `untold` who is to be told of their role, or, without one, that they do not work here any more. The catalogue's
//! change stream follows it.
//!
//! Whoever changes the team reads it first, in the same transaction: of two who change it at once, one comes after the other.
//! The code of an invitation lets whoever has it into the team: it stands in no log.

use bson::raw::RawDocument;
use bson::{Bson, Document, doc};
use dialogues::shop::{
    Actor, AuditEntry, Change, Invitation, InvitationCode, Member, PersonName, RoleNotice, Team, TeamChange, TeamRole,
};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Error;

use super::admin::Seen;
use super::document::{date, saved, upserted};
use super::fields::{Problem, flag, integer, required, text, time};
use super::meta::{META, TEAM};
use super::optimistic::Work;
use super::{STORE_TIMEOUT, Store, StoreError, WriteOutcome, users, within};

const MEMBERS: &str = "members";
const INVITATIONS: &str = "invitations";
const UNTOLD: &str = "untold";

/// What is stored of a team.
#[derive(Debug, Default)]
struct Stored {
    team: Team,
    /// Members, invitations and notices that this program cannot read: a newer one, or a person, has written them, and they stay.
    others: [Vec<Bson>; 3],
    /// Why.
    problems: Vec<Problem>,
}

fn read(document: &Document) -> Stored {
    let mut stored = Stored::default();
    let [members, invitations, untold] = &mut stored.others;
    for entry in entries(document, MEMBERS) {
        match read_member(entry) {
            Ok((chat, _)) if stored.team.role(chat).is_some() => {
                stored.problems.push(format!("{MEMBERS}: one is there twice"));
            }
            Ok(member) => stored.team.members.push(member),
            Err(problem) => {
                stored.problems.push(format!("{MEMBERS}: {problem}"));
                members.push(entry.clone());
            }
        }
    }
    for entry in entries(document, INVITATIONS) {
        match read_invitation(entry) {
            Ok(invitation) => stored.team.invitations.push(invitation),
            Err(problem) => {
                stored.problems.push(format!("{INVITATIONS}: {problem}"));
                invitations.push(entry.clone());
            }
        }
    }
    for entry in entries(document, UNTOLD) {
        match read_notice(entry) {
            Ok(notice) => stored.team.untold.push(notice),
            Err(problem) => {
                stored.problems.push(format!("{UNTOLD}: {problem}"));
                untold.push(entry.clone());
            }
        }
    }
    stored
}

fn read_notice(notice: &Bson) -> Result<RoleNotice, Problem> {
    let notice = notice.as_document().ok_or("one is no document")?;
    let chat = required("chat", integer(notice, "chat")?)?;
    Ok(RoleNotice { chat, role: text(notice, "role")?.map(|_| role(notice)).transpose()? })
}

fn write_notice(RoleNotice { chat, role }: &RoleNotice) -> Document {
    let mut notice = doc! { "chat": *chat };
    notice.extend(role.map(|role| ("role".to_owned(), role.to_string().into())));
    notice
}

fn entries<'a>(document: &'a Document, field: &str) -> impl Iterator<Item = &'a Bson> {
    document.get_array(field).map(Vec::as_slice).unwrap_or_default().iter()
}

fn read_member(member: &Bson) -> Result<(i64, TeamRole), Problem> {
    let member = member.as_document().ok_or("one is no document")?;
    Ok((required("chat", integer(member, "chat")?)?, role(member)?))
}

fn read_invitation(invitation: &Bson) -> Result<Invitation, Problem> {
    let invitation = invitation.as_document().ok_or("one is no document")?;
    let code: InvitationCode =
        required("code", text(invitation, "code")?)?.parse().map_err(|()| "code is none of ours".to_owned())?;
    let is_fixed = flag(invitation, "by_settings")?.unwrap_or_default();
    let by = Actor { chat: required("by", integer(invitation, "by")?)?, is_fixed };
    Ok(Invitation { code, role: role(invitation)?, until: required("until", time(invitation, "until")?)?, by })
}

fn role(document: &Document) -> Result<TeamRole, Problem> {
    required("role", text(document, "role")?)?.parse().map_err(|_| "role is neither owner nor manager".to_owned())
}

fn write(team: &Team, others: [Vec<Bson>; 3]) -> Document {
    let members = team.members.iter().map(|(chat, role)| doc! { "chat": *chat, "role": role.to_string() });
    let invitations = team.invitations.iter().map(|Invitation { code, role, until, by: Actor { chat, is_fixed } }| {
        let (code, role, until) = (code.to_string(), role.to_string(), date(*until));
        doc! { "code": code, "role": role, "until": until, "by": *chat, "by_settings": *is_fixed }
    });
    let [other_members, other_invitations, other_notices] = others;
    let untold: Vec<Bson> = team.untold.iter().map(|notice| write_notice(notice).into()).chain(other_notices).collect();
    let members: Vec<Bson> = members.map(Bson::from).chain(other_members).collect();
    let invitations: Vec<Bson> = invitations.map(Bson::from).chain(other_invitations).collect();
    doc! { MEMBERS: members, INVITATIONS: invitations, UNTOLD: untold }
}

/// What the document of the team means. What cannot be read of it is left out.
pub(super) fn seen(document: Option<&RawDocument>) -> Seen {
    let document = document.and_then(|document| Document::try_from(document).ok()).unwrap_or_default();
    let Stored { team, problems, .. } = read(&document);
    for problem in problems {
        tracing::warn!(collection = META, problem, "a part of the team cannot be used");
    }
    Change::Team(team).into()
}

impl Store {
    /// The team as it is stored now.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(super) async fn team_now(&self) -> Result<Seen, StoreError> {
        let found = self.raw(META).find_one(doc! { "_id": TEAM }).await?;
        Ok(seen(found.as_deref()))
    }

    /// Changes the team as somebody wants it, inside of a transaction; whether it is another one than before, where somebody else may
    /// have done the same. `None`: it has changed so that they cannot do this any more.
    pub(super) async fn change_team(
        &self,
        session: &mut ClientSession,
        by: Actor,
        change: TeamChange,
    ) -> Result<Option<bool>, Error> {
        let found = self.collection(META).find_one(doc! { "_id": TEAM }).session(&mut *session).await?;
        let Stored { team, others, .. } = read(&found.unwrap_or_default());
        match team.changed(by, change, self.clock().now()) {
            None => Ok(None),
            Some(changed) if changed == team => Ok(Some(false)),
            Some(changed) => {
                self.write_team(session, write(&changed, others)).await?;
                Ok(Some(true))
            }
        }
    }

    pub(super) async fn put_team(&self, session: &mut ClientSession, team: &Team) -> Result<(), Error> {
        self.write_team(session, write(team, Default::default())).await
    }

    async fn write_team(&self, session: &mut ClientSession, fields: Document) -> Result<(), Error> {
        let update = upserted(fields, Document::new(), self.stamp(META));
        self.collection(META).update_one(doc! { "_id": TEAM }, update).upsert(true).session(session).await.map(drop)
    }

    /// Notes that somebody knows of their role.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn mark_role_told(&self, notice: &RoleNotice) -> Result<(), StoreError> {
        let told = doc! { "chat": notice.chat, "role": notice.role.map(|role| role.to_string()) };
        let update = doc! { "$pull": { UNTOLD: told } };
        let pulled = async { Ok(self.collection(META).update_one(doc! { "_id": TEAM }, update).await?) };
        within(STORE_TIMEOUT, pulled).await.map(drop)
    }

    /// Lets nobody join by an invitation of before, and tells nobody of what was changed then.
    pub(super) async fn void_invitations(&self) -> Result<(), StoreError> {
        let update = saved(doc! { INVITATIONS: [], UNTOLD: [] }, self.clock().now());
        self.collection(META).update_one(doc! { "_id": TEAM }, update).await?;
        Ok(())
    }

    /// Lets nobody join by an invitation of an owner whom the settings name no longer.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn void_invitations_but_of(&self, owners: &[i64]) -> Result<(), StoreError> {
        let others = doc! { "by_settings": true, "by": { "$nin": owners } };
        let (this, update) = (doc! { "_id": TEAM }, doc! { "$pull": { INVITATIONS: others } });
        within(STORE_TIMEOUT, async { Ok(self.collection(META).update_one(this, update).await?) }).await.map(drop)
    }

    /// The team that is stored.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn team(&self) -> Result<Team, StoreError> {
        let found = async { Ok(self.collection(META).find_one(doc! { "_id": TEAM }).await?) };
        Ok(read(&within(STORE_TIMEOUT, found).await?.unwrap_or_default()).team)
    }

    /// Changes the team for somebody who has no dialogue; `false` if that cannot be done. Running processes follow within a
    /// second.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn change_team_by_hand(&self, change: TeamChange, entry: &AuditEntry) -> Result<bool, StoreError> {
        Ok(self.transact(&Work::ChangeTeam { change, entry }).await? == WriteOutcome::Done)
    }

    /// The people of these ids and roles, as one of them sees them, or as somebody who is none of them.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn members(&self, team: &Team, fixed: &[i64], reader: Option<i64>) -> Result<Vec<Member>, StoreError> {
        let all: Vec<(i64, TeamRole)> = team.people(fixed).collect();
        let ids: Vec<i64> = all.iter().map(|(chat, _)| *chat).collect();
        let named = async {
            let users = self.collection(users::NAME);
            let found = users.find(doc! { "_id": { "$in": ids } }).projection(doc! { "name": 1 }).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        };
        let named = within(STORE_TIMEOUT, named).await?;
        let name = |chat: i64| {
            let user = named.iter().find(|user| integer(*user, "_id").ok().flatten() == Some(chat))?;
            let name: PersonName = text(user, "name").ok().flatten()?.try_into().ok()?;
            Some(name.in_one_line())
        };
        let member = |(chat, role)| {
            let (is_fixed, is_reader) = (fixed.contains(&chat), reader == Some(chat));
            Member { chat, role, name: name(chat), is_fixed, is_reader }
        };
        Ok(Member::in_order(all.into_iter().map(member).collect()))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_team_is_read_as_it_is_written_and_what_nobody_can_read_is_left_as_it_is() {
        let until = DateTime::from_timestamp(1_773_482_400, 0).unwrap();
        let by = Actor { chat: 7, is_fixed: true };
        let invitation = Invitation { code: InvitationCode::draw(7), role: TeamRole::Owner, until, by };
        let untold = [(7, Some(TeamRole::Manager)), (8, None)].map(|(chat, role)| RoleNotice { chat, role });
        let team = Team { members: vec![(7, TeamRole::Manager)], invitations: vec![invitation], untold: untold.into() };
        let mut document = write(&team, Default::default());
        assert_eq!((read(&document).team, read(&document).problems), (team.clone(), Vec::new()));
        let king = Bson::Document(doc! { "chat": 9_i64, "role": "king" });
        let unreadable = [Bson::Int32(9), Bson::Document(doc! { "chat": 9_i64 }), king];
        let twice = Bson::Document(doc! { "chat": 7, "role": "owner" });
        document.get_array_mut(MEMBERS).unwrap().extend([twice].into_iter().chain(unreadable.clone()));
        let old = Bson::Document(doc! { "code": "7" });
        document.get_array_mut(INVITATIONS).unwrap().push(old.clone());
        let new = Bson::Document(doc! { "chat": 8_i64, "role": "king" });
        document.get_array_mut(UNTOLD).unwrap().push(new.clone());
        let Stored { team: known, others, problems } = read(&document);
        assert_eq!((&known, &others), (&team, &[unreadable.to_vec(), vec![old], vec![new]]));
        assert_eq!(read(&write(&known, others.clone())).others, others, "what a newer program has written stays");
        assert_eq!(
            problems,
            [
                "members: one is there twice",
                "members: one is no document",
                "members: role is missing",
                "members: role is neither owner nor manager",
                "invitations: code is none of ours",
                "untold: role is neither owner nor manager",
            ]
        );
    }
}
