//! The people of the shop in the model.

use super::{Resident, World};
use crate::shop::{Actor, AuditEntry, Change, Member, PersonName, RoleNotice, Team, TeamChange, TeamRole};
use crate::team::role_notice;
use crate::turn::Looks;

/// What the model's bot is called, for links to it.
pub(super) const USERNAME: &str = "tea_house_bot";

impl World {
    /// What somebody may do; `None`: they are a customer.
    pub(super) fn role(&self, resident: &Resident) -> Option<TeamRole> {
        match resident.owner {
            true => Some(TeamRole::Owner),
            false => self.catalogue.team().role(resident.id()),
        }
    }

    /// All whom messages reach that may do this, by name.
    pub(super) fn team(&self, role: TeamRole) -> Vec<String> {
        let may = |resident: &&Resident| resident.kept.active && self.role(resident) >= Some(role);
        self.residents.values().filter(may).map(|resident| resident.first_name.clone()).collect()
    }

    /// The team, as an owner's turn sees it.
    pub(super) fn members(&self, reader: &str, looks: &Looks) -> Vec<Member> {
        if !looks.at_team {
            return Vec::new();
        }
        let member = |resident: &Resident| {
            let known = resident.kept.customer.as_ref().and_then(|customer| customer.name.as_ref());
            let name = known.map(PersonName::in_one_line);
            let (role, is_reader) = (self.role(resident)?, resident.first_name == reader);
            Some(Member { chat: resident.id(), role, name, is_fixed: resident.owner, is_reader })
        };
        // Those of the settings come as they were named, the others as they have joined.
        let joined = |resident: &Resident| {
            let members = &self.catalogue.team().members;
            members.iter().position(|(chat, _)| *chat == resident.id()).unwrap_or(resident.place)
        };
        let mut residents: Vec<&Resident> = self.residents.values().collect();
        residents.sort_by_key(|resident| joined(resident));
        Member::in_order(residents.into_iter().filter_map(member).collect())
    }

    /// The newest lines of the log.
    pub(super) fn newest_audit(&self, looks: &Looks) -> Vec<AuditEntry> {
        let shown = if looks.at_audit { AuditEntry::SHOWN } else { 0 };
        self.audit.iter().rev().take(shown).cloned().collect()
    }

    pub(super) fn change_team(&mut self, name: &str, change: TeamChange, is_fixed: bool) -> Result<(), String> {
        let by = Actor { chat: self.resident(name)?.id(), is_fixed };
        let changed = self.catalogue.team().changed(by, change, self.now);
        let changed = changed.ok_or_else(|| format!("the team has changed before {name} could change it"))?;
        self.change([Change::Team(changed)]);
        Ok(())
    }
}

impl World {
    /// Tells whom somebody else has given another role, or dismissed.
    pub(super) fn tell_roles(&mut self) {
        let team = self.catalogue.team().clone();
        if team.untold.is_empty() {
            return;
        }
        let around = self.around();
        for RoleNotice { chat, role } in &team.untold {
            let told = self.residents.values().find(|resident| resident.id() == *chat && resident.kept.active);
            let Some((name, language)) = told.map(|told| (told.first_name.clone(), told.language_now())) else {
                continue;
            };
            self.bring(&name, &role_notice(*role, &around.clone().for_reader(language)));
        }
        self.change([Change::Team(Team { untold: Vec::new(), ..team })]);
    }
}

impl Resident {
    /// Their Telegram id, in the model.
    fn id(&self) -> i64 {
        i64::try_from(self.place).unwrap_or(i64::MAX)
    }
}
