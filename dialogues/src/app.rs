//! The shop as an application of the engine.

use chrono::{DateTime, Utc};
use engine::route::{BOT_IS_BACK, CAME_BACK, LEFT, WROTE_IN_GROUP};
use engine::{App, File, FileBody, Place as _, ReplyButton};
use serde::{Deserialize, Serialize};

use crate::buttons::{Action, Place};
use crate::catalogue::CatalogueState;
use crate::checkout::CheckoutState;
use crate::goods::GoodsState;
use crate::machine::{
    Attached, Context, Conversation, CustomerData, CustomerStatus, Draft, Effect, Input, Outcome, ReplyKeyboard, Route,
    ShownKeyboard, SideMessage, Step,
};
use crate::menu::{MenuState, menu_keyboard, welcome};
use crate::reminder::{self, REMINDED, reminder};
use crate::search::{Heard, SEARCHED, hear, known_order, look_for, nothing_for};
use crate::shop::{InvitationCode, Language, OrderFilter, PictureId, ProductId, TeamRole};
use crate::texts::{Label, Text, say};
use crate::turn::LOST_ROLE;
use crate::visit::visit;
use crate::{Dialogue, goods, group, older, privacy, product, search, team, text};

pub use crate::machine::Shop;

/// The commands that are registered with Telegram, in the order in which its menu shows them.
pub const COMMANDS: &[(&str, Place)] = Place::COMMANDS;

/// The commands that only the people of the shop have, in the order in which Telegram's menu shows them to whoever may go
/// there: see [`Place::is_for`].
pub const TEAM_COMMANDS: &[(&str, Place)] =
    &[("mail", Place::Mail), ("product", Place::Goods), ("pause", Place::Pause), ("team", Place::Team)];

/// What is kept beside the dialogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// A checkout that was left half-way, to be gone on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<CheckoutState>,
    /// They were reminded of what is in the cart, or nothing of it could be ordered when it was time to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reminded: bool,
    /// What they last looked for and found: the way back from the card of a product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<String>,
}

impl App for Shop {
    type Dialogue = Dialogue;
    type Place = Place;
    type Action = Action;
    type Context = Context;
    type Effect = Effect;
    type Beside = Beside;
    type Picture = PictureId;
    type Document = Attached;
    type Language = Language;

    fn beginning() -> Dialogue {
        Dialogue::Menu(MenuState::Choosing)
    }

    fn language(context: &Context) -> Language {
        context.customer.language
    }

    fn fresh(context: &Context) -> u64 {
        context.fresh
    }

    fn route(proposal: Route, before: &Conversation, input: &Input, context: &Context) -> Route {
        let answer = |step| Route::Answer(Box::new(step));
        let ours = match input {
            Input::Command { name, .. } => team_place(name, context),
            _ => None,
        };
        let route = match (input, ours.map_or(proposal, Route::Go)) {
            (Input::InGroup, _) => {
                return match &before.dialogue {
                    Dialogue::Group(_) => Route::Flow,
                    _ => answer(Step { outcome: group::enter().map(Dialogue::Group), event: WROTE_IN_GROUP }),
                };
            }
            (Input::Left | Input::CameBack, _) => return answer(presence(before, input == &Input::CameBack)),
            // Who has blocked the bot cannot be shown anything; who has lost the role for it is not asked once more.
            (Input::BotIsBack, _)
                if context.acquaintance == CustomerStatus::Returning || !is_open(&before.dialogue, context) =>
            {
                return answer(Step { outcome: Outcome::keep(before.dialogue.clone()), event: BOT_IS_BACK });
            }
            (Input::BotIsBack, proposal) => return proposal,
            (Input::DeadlinePassed, proposal) => {
                let reminder = reminder(before, context);
                let outcome = |note| Outcome::keep(before.dialogue.clone()).note(note);
                return reminder.map_or(proposal, |note| answer(Step { outcome: outcome(note), event: REMINDED }));
            }
            (Input::Command { name, argument }, proposal) if name == "start" => {
                if let Some(code) = InvitationCode::of_argument(argument) {
                    let refused = |said| Outcome::keep(before.dialogue.clone()).say(said);
                    let outcome = team::accept(code, context).map_or_else(refused, |joined| joined.map(Dialogue::from));
                    return answer(Step { outcome, event: Place::Start.event() });
                }
                linked(argument).map_or(proposal, Route::Go)
            }
            (Input::Command { argument, .. }, Route::Go(Place::Goods)) => {
                let outcome = goods::enter(argument, context).map(Dialogue::from);
                return answer(Step { outcome, event: Place::Goods.event() });
            }
            (Input::Command { name, argument }, _) if name == "search" && !argument.trim().is_empty() => {
                let found = known_order(argument, context).or_else(|| look_for(argument, context));
                answer(found.map_or_else(|| found_nothing(argument, before), |heard| led(heard, before, context)))
            }
            (Input::Said(said) | Input::Formatted { text: said, .. }, proposal) => {
                let key =
                    menu_key(said).filter(|_| !is_answer(said, &before.dialogue, context)).map(|place| match place {
                        // Whoever sells looks through what was sold.
                        Place::Orders { .. } if context.may(TeamRole::Manager) => DESK,
                        other => other,
                    });
                key.map_or(proposal, Route::Go)
            }
            (_, Route::Go(go)) if go.is_for().is_some_and(|role| !context.may(role)) => Route::OutOfDate,
            (_, Route::Older(_)) if context.acquaintance == CustomerStatus::Stranger => Route::OutOfDate,
            (_, proposal) => proposal,
        };
        let route = match route {
            Route::Older(home) if !is_open(&home, context) => Route::OutOfDate,
            route => route,
        };
        match (context.acquaintance, route) {
            // They have lost the role that this was for.
            (_, Route::Flow | Route::OutOfDate | Route::UnknownCommand(_) | Route::Go(Place::Cancel))
                if !is_open(&before.dialogue, context) =>
            {
                let outcome = Outcome::stay(Self::beginning()).say(text!("team-no-more"));
                answer(Step { outcome, event: LOST_ROLE })
            }
            (CustomerStatus::UndecodableState, Route::Flow | Route::OutOfDate | Route::Older(_)) => {
                answer(Step { outcome: Outcome::stay(Self::beginning()), event: "lost thread" })
            }
            (status, Route::Flow) => {
                let heard = said(&before.dialogue, input, context).and_then(|said| hear(said, context));
                let led = heard.map(|heard| led(heard, before, context));
                // Who begins with a word is greeted like who begins with /start, and gets what they ask for.
                match status == CustomerStatus::Stranger && before.keyboard == ShownKeyboard::Nothing {
                    true => led.map_or(Route::Go(Place::Start), |step| answer(welcomed(step, context))),
                    false => led.map_or(Route::Flow, answer),
                }
            }
            (_, route) => route,
        }
    }

    fn visit(go: Place, before: &Conversation, context: &Context) -> Outcome<Dialogue> {
        visit(go, before, context)
    }

    fn picture_name(PictureId(name): &PictureId) -> String {
        name.clone()
    }

    fn picture(name: &str) -> Option<PictureId> {
        Some(PictureId(name.to_owned()))
    }

    fn sent_picture(file_id: &str) -> Option<PictureId> {
        Some(PictureId::of_telegram(file_id))
    }

    fn asks(dialogue: &Dialogue) -> bool {
        dialogue.asks()
    }

    fn deadline(conversation: &Conversation, context: &Context) -> Option<DateTime<Utc>> {
        reminder::due(conversation, context)
    }

    fn shares_screen(one: &Dialogue, other: &Dialogue) -> bool {
        one.shares_screen(other)
    }

    fn apply(context: &mut Context, effect: &Effect) {
        context.apply(effect);
    }

    fn changes(effect: &Effect, context: &Context) -> bool {
        match effect {
            Effect::Keep(data) => data.changes(context),
            Effect::PlaceOrder(_) | Effect::Forget | Effect::SetActive(_) => true,
            Effect::StartMailing(_) | Effect::SteerMailing(..) | Effect::MoveOrder { .. } => true,
            Effect::Write(_) | Effect::PauseOrders(_) | Effect::ChangeProduct(_) | Effect::AddProduct(_) => true,
            Effect::ChangeTeam { .. } | Effect::Audit(_) => true,
        }
    }

    fn older(act: Action, before: &Conversation) -> Option<Dialogue> {
        older::home(act, before)
    }

    fn redrawn(dialogue: &Dialogue) -> Option<Dialogue> {
        match dialogue {
            // Nothing there can be tapped, and news are sent once.
            Dialogue::News(_) => None,
            // A customer is welcomed once.
            Dialogue::Menu(_) => Some(Self::beginning()),
            other => Some(other.clone()),
        }
    }

    fn finish(draft: &mut Draft<'_>) {
        see_prices(draft);
        draft.beside.parked = parked(draft);
        draft.beside.reminded = was_reminded(draft);
        if let Dialogue::Catalogue(CatalogueState::Found { words }) = &draft.dialogue {
            draft.beside.searched = Some(words.clone());
        }
        let private = !matches!(draft.dialogue, Dialogue::Group(_));
        if draft.context.acquaintance == CustomerStatus::UndecodableState && draft.needs_keyboard {
            draft.opening.push(SideMessage::Say(text!("lost-thread"), ReplyKeyboard::Menu));
        }
        if draft.leaves_screen()
            && !draft.abandoned
            && let Some(farewell) = draft.before.dialogue.farewell()
        {
            draft.opening.push(SideMessage::Say(farewell, ReplyKeyboard::Menu));
        }
        draft.forgets = draft.effects.contains(&Effect::Forget);
        let effects = std::mem::take(&mut draft.effects);
        draft.effects = if draft.forgets { vec![Effect::Forget] } else { whole(effects, draft, private) };
    }

    fn menu(context: &Context) -> Vec<Vec<ReplyButton>> {
        menu_keyboard(context.customer.language)
    }

    fn menu_is_here(context: &Context) -> Text {
        text!("menu-here", shop = context.settings.shop_name.as_str())
    }

    fn file(attached: &Attached, before: &Conversation, context: &Context) -> File {
        match attached {
            Attached::MyData => File {
                name: "my-data.json".to_owned(),
                content: FileBody::Text(my_data(before, context)),
                caption: say(context.customer.language, &text!("privacy-file")),
            },
            Attached::Orders(month) => {
                let of = month.of(context.now, context.settings.zone);
                let caption = text!("desk-table", month = of.to_string());
                File {
                    name: format!("orders-{of}.xlsx"),
                    content: FileBody::Made {
                        by: of.to_string(),
                        otherwise: say(context.customer.language, &text!("desk-no-table")),
                    },
                    caption: say(context.customer.language, &caption),
                }
            }
        }
    }
}

/// Whether somebody may go on with this dialogue.
fn is_open(dialogue: &Dialogue, context: &Context) -> bool {
    dialogue.is_for().is_none_or(|role| context.may(role))
}

/// Where owners look through orders.
const DESK: Place = Place::Desk { of: OrderFilter::Open, skip: 0 };

/// Where a command leads the people of the shop, and nobody else.
fn team_place(command: &str, context: &Context) -> Option<Place> {
    let known = TEAM_COMMANDS.iter().find(|(name, _)| *name == command).map(|(_, place)| *place);
    // Whoever sells looks through what was sold.
    let place = known.or((command == "orders").then_some(DESK));
    place.filter(|place| place.is_for().is_some_and(|role| context.may(role)))
}

/// The product that a deep link opens: `t.me/<bot>?start=p_<id>`.
fn linked(argument: &str) -> Option<Place> {
    argument.strip_prefix("p_").and_then(|id| id.parse().ok()).map(|id| Place::Product(ProductId(id)))
}

/// The menu's buttons say their label; they lead somewhere whatever is being asked.
fn menu_key(said: &str) -> Option<Place> {
    let id: &str = Label::read(said)?.into();
    Place::keyed(|label| label == id)
}

/// Whether a text answers what is asked, though the menu has a key of these words: the title of a new product, unless it is the
/// key itself, with its sign; a category of this name.
fn is_answer(said: &str, dialogue: &Dialogue, context: &Context) -> bool {
    match dialogue {
        Dialogue::Goods(GoodsState::AskingTitle { .. }) => !Label::is_tapped(said),
        Dialogue::Goods(state) => goods::is_offered(state, said, context),
        _ => false,
    }
}

/// Whether it is the number of what is on the card.
fn is_count(said: &str, before: &Dialogue) -> bool {
    matches!(before, Dialogue::Product(_)) && search::count(said).is_some()
}

/// What is said where the customer is not asked anything, and is no key's label.
fn said<'a>(before: &Dialogue, input: &'a Input, context: &Context) -> Option<&'a str> {
    let is_over = matches!(before, Dialogue::Talk(state) if state.is_over(context));
    match input {
        Input::Said(said) | Input::Formatted { text: said, .. }
            if (is_over || !before.listens()) && Label::read(said).is_none() && !is_count(said, before) =>
        {
            Some(said)
        }
        _ => None,
    }
}

/// Where something that was understood leads.
fn led(heard: Heard, before: &Conversation, context: &Context) -> Step<Dialogue> {
    let outcome = match heard {
        Heard::Place(place) => return Step { outcome: visit(place, before, context), event: place.event() },
        Heard::Product(product) => product::enter(product, None, context).map(Dialogue::from),
        Heard::Found(words) => Outcome::stay(CatalogueState::Found { words }.into()),
    };
    Step { outcome, event: SEARCHED }
}

/// The same for a stranger, who is welcomed before.
fn welcomed(step: Step<Dialogue>, context: &Context) -> Step<Dialogue> {
    let Step { outcome, event } = step;
    Step { outcome: outcome.note(SideMessage::Say(welcome(context), ReplyKeyboard::Menu)), event }
}

/// The command leads nowhere: what is asked is asked on, with its own keyboard.
fn found_nothing(said: &str, before: &Conversation) -> Step<Dialogue> {
    Step { outcome: Outcome::keep(before.dialogue.clone()).say(nothing_for(said)), event: SEARCHED }
}

/// Blocking the bot and coming back are noted, and not answered.
fn presence(before: &Conversation, active: bool) -> Step<Dialogue> {
    let outcome = Outcome::keep(before.dialogue.clone()).with(Effect::SetActive(active));
    Step { outcome, event: if active { CAME_BACK } else { LEFT } }
}

/// A price that is shown is seen, and cannot rise again in silence.
fn see_prices(draft: &mut Draft<'_>) {
    if !draft.redraws {
        return;
    }
    let (dialogue, seen) = draft.dialogue.clone().drawn(&draft.context);
    draft.dialogue = dialogue;
    if let Some(cart) = seen {
        draft.context.cart.clone_from(&cart);
        draft.effects.push(Effect::keep(cart));
    }
}

/// Whether the time to remind them of this cart is over.
fn was_reminded(draft: &Draft<'_>) -> bool {
    let is_now = || *draft.input == Input::DeadlinePassed && reminder::has_come(draft.before, &draft.context);
    !draft.context.cart.is_empty() && (draft.before.beside.reminded || is_now())
}

fn my_data(before: &Conversation, context: &Context) -> String {
    let Beside { parked, reminded: _, searched } = &before.beside;
    privacy::my_data(before.dialogue.open_checkout(parked.as_ref()), searched.as_deref(), context)
}

/// The checkout that waits to be gone on with.
fn parked(draft: &Draft<'_>) -> Option<CheckoutState> {
    if draft.abandoned || matches!(draft.dialogue, Dialogue::Checkout(_)) {
        return None;
    }
    draft.before.dialogue.open_checkout(draft.before.beside.parked.as_ref()).cloned()
}

/// The effects, the last one of a kind only, and what acquaintance adds to them. A tap introduces
/// nobody: it may be one on a message from before somebody was forgotten.
fn whole(effects: Vec<Effect>, draft: &Draft<'_>, private: bool) -> Vec<Effect> {
    let mut all: Vec<Effect> = Vec::new();
    for effect in effects {
        all.retain(|earlier| std::mem::discriminant(earlier) != std::mem::discriminant(&effect));
        all.push(effect);
    }
    let (context, input) = (&draft.context, draft.input);
    // One line for what somebody of the shop has done; a turn does one such thing.
    let audited = all.iter().find_map(|effect| team::audited(effect, draft.found));
    all.extend(audited.map(Effect::Audit));
    let introduced = all.iter().any(|effect| matches!(effect, Effect::Keep(CustomerData::Customer(_))));
    // Neither of these says anything of the customer.
    let absent = input.is_presence() || input.is_by_itself();
    match context.acquaintance {
        CustomerStatus::Stranger if private && !introduced && !absent && !input.is_tap() => {
            all.push(Effect::keep(context.customer.clone()));
        }
        CustomerStatus::Returning if !absent => all.push(Effect::SetActive(true)),
        _ => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use strum::IntoEnumIterator;

    use super::*;
    use crate::shop::Customer;
    use crate::snapshot::{Snapshot, Surroundings};

    #[test]
    fn every_key_of_the_menu_leads_somewhere_and_no_other_does() {
        let (catalogue, settings) = (Arc::default(), Arc::new(crate::world::settings()));
        let around = Surroundings { catalogue, settings, office: None, now: crate::world::beginning(), fresh: 0 };
        for language in Language::iter() {
            let context = Snapshot::default().context(|| Customer::met("Anna", None, language), around.clone());
            let menu: Vec<String> = Shop::menu(&context).concat().into_iter().map(|answer| answer.label).collect();
            for label in Label::iter() {
                let said = label.show(language);
                assert_eq!(menu_key(&said).is_some(), menu.contains(&said), "{said}");
            }
        }
    }
}
