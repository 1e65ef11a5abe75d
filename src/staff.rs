//! Who works in the shop now: the owners whom the settings name, and the team that is stored, as the catalogue's feed follows
//! it.

use std::sync::Arc;

use dialogues::shop::{Catalogue, Team, TeamRole};
use tokio::sync::watch;

/// Who works in the shop. Clones see the same people.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Owners by the settings.
    fixed: Arc<[i64]>,
    catalogue: Option<watch::Receiver<Arc<Catalogue>>>,
    /// As it was when somebody waited for a change last.
    seen: Team,
}

impl Staff {
    /// Those whom the settings name, and whoever is of the team of this catalogue.
    pub fn following(fixed: impl Into<Arc<[i64]>>, catalogue: watch::Receiver<Arc<Catalogue>>) -> Self {
        let seen = catalogue.borrow().team().clone();
        Self { fixed: fixed.into(), catalogue: Some(catalogue), seen }
    }

    /// Nobody but these owners.
    pub fn fixed(owners: impl Into<Arc<[i64]>>) -> Self {
        Self { fixed: owners.into(), catalogue: None, seen: Team::default() }
    }

    /// Whom the settings name.
    pub fn of_settings(&self) -> &[i64] {
        &self.fixed
    }

    /// Everybody with their role, those of the settings first.
    pub fn people(&self) -> Vec<(i64, TeamRole)> {
        match &self.catalogue {
            Some(catalogue) => catalogue.borrow().team().people(&self.fixed).collect(),
            None => Team::default().people(&self.fixed).collect(),
        }
    }

    /// What somebody may do; `None`: they are a customer.
    pub fn role(&self, chat: i64) -> Option<TeamRole> {
        self.people().into_iter().find(|(member, _)| *member == chat).map(|(_, role)| role)
    }

    /// Everybody who may do at least this, those of the settings first.
    pub fn who_may(&self, role: TeamRole) -> Vec<i64> {
        self.people().into_iter().filter(|(_, has)| *has >= role).map(|(chat, _)| chat).collect()
    }

    /// Returns once the team is another one than when this returned last, or this was made; never where it cannot change.
    pub async fn changed(&mut self) {
        let Some(catalogue) = &mut self.catalogue else { return std::future::pending().await };
        // Most changes of the catalogue are none of the team.
        let Ok(now) =
            catalogue.wait_for(|catalogue| *catalogue.team() != self.seen).await.map(|now| now.team().clone())
        else {
            return std::future::pending().await;
        };
        self.seen = now;
    }
}

#[cfg(test)]
mod tests {
    use dialogues::shop::Change;

    use super::*;

    #[test]
    fn whom_the_settings_name_is_an_owner_whatever_is_stored() {
        let members = vec![(1, TeamRole::Manager), (2, TeamRole::Manager), (3, TeamRole::Owner)];
        let team = Team { members, ..Team::default() };
        let (sender, receiver) = watch::channel(Arc::new(Catalogue::default().changed([Change::Team(team)])));
        let staff = Staff::following([1, 9], receiver);
        assert_eq!(staff.who_may(TeamRole::Owner), [1, 9, 3]);
        assert_eq!(staff.who_may(TeamRole::Manager), [1, 9, 2, 3]);
        let roles = [1, 2, 3, 4].map(|chat| staff.role(chat));
        assert_eq!(roles, [Some(TeamRole::Owner), Some(TeamRole::Manager), Some(TeamRole::Owner), None]);
        sender.send_replace(Arc::default());
        assert_eq!(staff.who_may(TeamRole::Manager), [1, 9]);
    }

    #[tokio::test]
    async fn only_another_team_is_a_change() {
        let (sender, receiver) = watch::channel(Arc::<Catalogue>::default());
        let mut staff = Staff::following([], receiver);
        sender.send_replace(Arc::default());
        assert_eq!(futures::poll!(std::pin::pin!(staff.changed())), std::task::Poll::Pending);
        let team = Team { members: vec![(2, TeamRole::Manager)], ..Team::default() };
        sender.send_replace(Arc::new(Catalogue::default().changed([Change::Team(team)])));
        staff.changed().await;
        assert_eq!(futures::poll!(std::pin::pin!(staff.changed())), std::task::Poll::Pending);
    }
}
