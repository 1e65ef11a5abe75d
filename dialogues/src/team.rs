//! The people of the shop: an owner sees who they are, invites others by a link that works once, gives them another role or
//! dismisses them, and reads who has done what lately.
//!
//! Whom the settings name are owners always: only the settings can change that.

mod log;

pub(crate) use log::audited;

use serde::{Deserialize, Serialize};

use crate::buttons::{Action, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Callback, Context, Effect, InlineButton, Input, Outcome, SideMessage, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::{
    Direction, Invitation, InvitationCode, Member, PersonName, PersonalMessage, PersonalMessageId, TeamChange, TeamRole,
};
use crate::text;
use crate::texts::{Html, Text, clip, label, say};

/// So much of a name is shown.
const NAME: usize = 48;

/// Where the owner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TeamState {
    /// Sees who works in the shop.
    Viewing,
    /// Sees one of them, by their Telegram id.
    ViewingMember { member: i64 },
    /// Reads who has done what lately.
    ReadingLog,
    /// Has joined the team.
    Joined { role: TeamRole },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum TeamEvent {
    Invited(TeamRole),
    WithdrewInvitations,
    Appointed { member: i64, role: TeamRole },
    Dismissed { member: i64 },
    Chatted(MenuEvent),
}

/// One of the team; the whole team where they do not work here any more.
pub(crate) fn enter_member(member: i64, context: &Context) -> Outcome<TeamState> {
    match known(member, context) {
        Some(_) => Outcome::stay(TeamState::ViewingMember { member }),
        None => Outcome::stay(TeamState::Viewing).note(SideMessage::Toast(text!("team-member-gone"))),
    }
}

/// Accepts an invitation, or says why it cannot be accepted.
pub(crate) fn accept(code: InvitationCode, context: &Context) -> Result<Outcome<TeamState>, Text> {
    match context.catalogue.team().invitation(code, context.now) {
        // It stays open for whom it is meant.
        Some(Invitation { role, .. }) if context.may(role) => Err(text!("team-already")),
        Some(Invitation { role, .. }) => {
            let joined = Outcome::stay(TeamState::Joined { role });
            Ok(joined.with(changed(TeamChange::Join { code, role }, context)).with(Effect::Write(news(role, context))))
        }
        None => Err(text!("team-invitation-over")),
    }
}

impl Flow<Shop> for TeamState {
    type Event = TeamEvent;

    fn interpret(&self, input: &Input) -> Option<TeamEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::Invite(role) => Some(TeamEvent::Invited(*role)),
                Action::WithdrawInvitations => Some(TeamEvent::WithdrewInvitations),
                Action::Appoint { member, role } => Some(TeamEvent::Appointed { member: *member, role: *role }),
                Action::Dismiss(member) => Some(TeamEvent::Dismissed { member: *member }),
                _ => None,
            },
            other => small_talk(other).map(TeamEvent::Chatted),
        }
    }

    fn transition(self, event: TeamEvent, context: &Context) -> Outcome<Self> {
        match (event, self) {
            (TeamEvent::Chatted(talk), state) => Outcome::keep(state).note(answer_small_talk(&talk)),
            // Whom they look at may have gone meanwhile: then it is the team that they see.
            (TeamEvent::Invited(role), Self::Viewing | Self::ViewingMember { .. }) => invited(role, context),
            (TeamEvent::WithdrewInvitations, Self::Viewing | Self::ViewingMember { .. }) => {
                let withdrawn = Outcome::stay(Self::Viewing).note(SideMessage::Toast(text!("team-withdrawn")));
                match context.catalogue.team().open_invitations(context.now) {
                    0 => withdrawn,
                    _ => withdrawn.with(changed(TeamChange::Withdraw, context)),
                }
            }
            (TeamEvent::Appointed { member, role }, Self::ViewingMember { .. }) => {
                let Some(known) = known(member, context).filter(|known| known.can_be_changed()) else {
                    return enter_member(member, context);
                };
                let said = text!("team-appointed", name = called(known), role = is(role));
                let appointed = Outcome::stay(Self::ViewingMember { member }).note(SideMessage::Toast(said));
                match known.role == role {
                    true => appointed,
                    false => appointed.with(changed(TeamChange::Appoint { member, role }, context)),
                }
            }
            (TeamEvent::Dismissed { member }, Self::ViewingMember { .. }) => {
                match known(member, context).filter(|known| known.can_be_changed()) {
                    Some(known) => Outcome::stay(Self::Viewing)
                        .with(changed(TeamChange::Dismiss { member }, context))
                        .note(SideMessage::Toast(text!("team-dismissed", name = called(known)))),
                    None => enter_member(member, context),
                }
            }
            (_, state) => out_of_date(state),
        }
    }

    fn view(&self, context: &Context) -> View {
        match self {
            Self::Viewing => viewing(context),
            Self::ViewingMember { member } => match known(*member, context) {
                Some(member) => viewing_member(member, context),
                None => viewing(context),
            },
            Self::ReadingLog => log::view(context),
            Self::Joined { role } => joined(*role, context),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// The effect of a change that whoever is here makes.
fn changed(change: TeamChange, context: &Context) -> Effect {
    let members = context.office.as_ref().map(|office| &office.team[..]).unwrap_or_default();
    let by_settings = members.iter().any(|member| member.is_reader && member.is_fixed);
    Effect::ChangeTeam { change, by_settings }
}

/// What the others read of whoever joins: as if they had written it.
fn news(role: TeamRole, context: &Context) -> PersonalMessage {
    let text = match role {
        TeamRole::Owner => text!("team-news-owner"),
        TeamRole::Manager => text!("team-news-manager"),
    };
    PersonalMessage {
        id: PersonalMessageId::draw(context.fresh),
        direction: Direction::ToShop,
        order: None,
        name: context.customer.name.as_ref().map(PersonName::in_one_line),
        text: label(context.customer.language, &text),
        at: context.now,
    }
}

/// What somebody reads to whom an owner, or the command line, has given a role, or who was dismissed.
pub fn role_notice(role: Option<TeamRole>, context: &Context) -> View {
    let shop = context.settings.shop_name.as_str();
    let text = match role {
        Some(TeamRole::Owner) => text!("team-told-owner", shop = shop),
        Some(TeamRole::Manager) => text!("team-told-manager", shop = shop),
        None => text!("team-told-gone", shop = shop),
    };
    View::text(say(context.customer.language, &text))
}

/// A link, in a message of its own to be forwarded.
fn invited(role: TeamRole, context: &Context) -> Outcome<TeamState> {
    let (code, until) = (InvitationCode::draw(context.fresh), context.now + Invitation::LASTS);
    let bot = context.office.as_ref().map(|office| office.bot.as_str()).unwrap_or_default();
    let link = format!("https://t.me/{bot}?start={}", code.argument());
    let (shop, ends) = (context.settings.shop_name.as_str(), context.settings.zone.minute(until));
    let invitation = match role {
        TeamRole::Owner => text!("team-invitation-owner", shop = shop, link = link, until = ends),
        TeamRole::Manager => text!("team-invitation-manager", shop = shop, link = link, until = ends),
    };
    Outcome::stay(TeamState::Viewing)
        .with(changed(TeamChange::Invite { code, role, until }, context))
        .say(text!("team-forward"))
        .say(invitation)
}

/// The member of this id, if they work in the shop.
fn known(chat: i64, context: &Context) -> Option<&Member> {
    context.office.as_ref()?.team.iter().find(|member| member.chat == chat)
}

/// How a member is called, in plain text.
pub(crate) fn called(member: &Member) -> String {
    match &member.name {
        Some(name) => clip(name, NAME).into_owned(),
        None => member.chat.to_string(),
    }
}

/// A role in a word.
fn is(role: TeamRole) -> Text {
    match role {
        TeamRole::Owner => text!("role-owner"),
        TeamRole::Manager => text!("role-manager"),
    }
}

fn go(text: Text, place: Place, context: &Context) -> InlineButton {
    InlineButton { label: label(context.customer.language, &text), button: Callback::Go(place) }
}

fn act(text: Text, act: Action, context: &Context) -> InlineButton {
    InlineButton { label: label(context.customer.language, &text), button: Callback::Action(act) }
}

fn viewing(context: &Context) -> View {
    let language = context.customer.language;
    let team = context.office.as_ref().map(|office| &office.team[..]).unwrap_or_default();
    let lines = |of: TeamRole, head: Text| {
        let of: Vec<&Member> = team.iter().filter(|member| member.role == of).collect();
        let line = |member: &&Member| match (member.is_reader, member.is_fixed) {
            (true, _) => text!("team-line-you", name = called(member)),
            (false, true) => text!("team-line-fixed", name = called(member)),
            (false, false) => text!("team-line", name = called(member)),
        };
        let lines = of.iter().map(line);
        match of.is_empty() {
            true => Html::default(),
            false => Html::lines([head].into_iter().chain(lines).map(|line| say(language, &line))),
        }
    };
    let open = context.catalogue.team().open_invitations(context.now);
    let waiting = (open > 0).then(|| say(language, &text!("team-invitations", count = open)));
    let paragraphs = [
        say(language, &text!("team-head", shop = context.settings.shop_name.as_str())),
        lines(TeamRole::Owner, text!("team-owners")),
        lines(TeamRole::Manager, text!("team-managers")),
    ];
    let mut rows: Vec<Vec<InlineButton>> = team
        .iter()
        .filter(|member| member.can_be_changed())
        .map(|member| {
            let row = text!("team-row", name = called(member), role = is(member.role));
            vec![go(row, Place::Member(member.chat), context)]
        })
        .collect();
    rows.push(vec![
        act(text!("team-invite-manager"), Action::Invite(TeamRole::Manager), context),
        act(text!("team-invite-owner"), Action::Invite(TeamRole::Owner), context),
    ]);
    if open > 0 {
        rows.push(vec![act(text!("team-withdraw"), Action::WithdrawInvitations, context)]);
    }
    rows.push(vec![go(text!("audit-open"), Place::AuditLog, context)]);
    View::text(Html::paragraphs(paragraphs.into_iter().chain(waiting))).rows(rows)
}

fn viewing_member(member: &Member, context: &Context) -> View {
    let text = text!("team-member", name = called(member), role = is(member.role));
    let (other, make) = match member.role {
        TeamRole::Owner => (TeamRole::Manager, text!("team-make-manager")),
        TeamRole::Manager => (TeamRole::Owner, text!("team-make-owner")),
    };
    let member = member.can_be_changed().then_some(member.chat);
    let appoint = member.map(|member| vec![act(make, Action::Appoint { member, role: other }, context)]);
    let dismiss = member.map(|member| vec![act(text!("team-dismiss"), Action::Dismiss(member), context)]);
    let back = vec![go(text!("team-back"), Place::Team, context)];
    View::text(say(context.customer.language, &text)).rows(appoint.into_iter().chain(dismiss).chain([back]).collect())
}

fn joined(role: TeamRole, context: &Context) -> View {
    let shop = context.settings.shop_name.as_str();
    let text = match role {
        TeamRole::Owner => text!("team-joined-owner", shop = shop),
        TeamRole::Manager => text!("team-joined-manager", shop = shop),
    };
    View::text(say(context.customer.language, &text)).menu()
}
