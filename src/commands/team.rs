//! `shopkeeper team`: who works in the shop.

use anyhow::bail;
use chrono::Utc;
use clap::{Args, Subcommand};
use dialogues::shop::{AuditAction, AuditEntry, Member, TeamChange, TeamRole};
use shopkeeper::store::Store;
use shopkeeper::telemetry;

use super::{OPERATOR, Shop};

/// Lists, adds and removes the people of the shop, beside the owners whom SHOPKEEPER_OWNERS names. The running bot follows
/// within a second; owners do the same in the chat with /team.
#[derive(Args)]
pub(crate) struct Team {
    #[command(flatten)]
    shop: Shop,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List them: Telegram id, role, name
    List,
    /// Let somebody work here, or give them another role
    Add {
        /// Their Telegram id; they must have pressed /start to be told of orders
        member: i64,
        /// What they may do: owner or manager
        role: TeamRole,
        /// Who does it, as owners read it in the audit log
        #[arg(long, default_value = OPERATOR)]
        by: String,
    },
    /// Let somebody work here no longer
    Remove {
        /// Their Telegram id
        member: i64,
        /// Who does it, as owners read it in the audit log
        #[arg(long, default_value = OPERATOR)]
        by: String,
    },
}

impl Team {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let fixed = self.shop.owners()?;
        let store = &self.shop.open().await?;
        let is_stored = |member| async move { Ok::<_, anyhow::Error>(store.team().await?.role(member).is_some()) };
        match self.action {
            Action::List => {}
            Action::Add { member, .. } if fixed.contains(&member) => bail!("{member} {BY_SETTING}"),
            Action::Remove { member, .. } if fixed.contains(&member) && !is_stored(member).await? => {
                bail!("{member} {BY_SETTING}")
            }
            Action::Add { member, role, by } => {
                if member <= 0 {
                    bail!("{member} is no person's Telegram id: those are above zero");
                }
                let entry = entry(by, AuditAction::MemberAppointed, member, role.to_string());
                store.change_team_by_hand(TeamChange::Add { member, role }, &entry).await?;
            }
            Action::Remove { member, by } => {
                let entry = entry(by, AuditAction::MemberDismissed, member, String::new());
                if !store.change_team_by_hand(TeamChange::Dismiss { member }, &entry).await? {
                    bail!("{member} does not work here: `shopkeeper team list` shows who does");
                }
            }
        }
        list(store, &fixed).await
    }
}

/// What to do about an owner whom the settings name.
const BY_SETTING: &str = "is an owner by SHOPKEEPER_OWNERS: change that setting, and start the bot again";

fn entry(by: String, action: AuditAction, member: i64, value: String) -> AuditEntry {
    AuditEntry { at: Utc::now(), by, action, object: member.to_string(), value }
}

async fn list(store: &Store, fixed: &[i64]) -> anyhow::Result<()> {
    let team = store.team().await?;
    let members = store.members(&team, fixed, None).await?;
    if members.is_empty() {
        println!("Nobody works here: nobody is told about orders.");
    }
    for Member { chat, role, name, is_fixed, .. } in members {
        let name = name.unwrap_or_default().replace(char::is_control, " ");
        let by = match (is_fixed, team.role(chat)) {
            (true, Some(_)) => "by SHOPKEEPER_OWNERS, and stored",
            (true, None) => "by SHOPKEEPER_OWNERS",
            (false, _) => "",
        };
        println!("{}", format!("{chat}\t{role}\t{name}\t{by}").trim_end());
    }
    Ok(())
}
