//! Gifts, which the bot pays by its stars.

use serde_json::{Value, json};

use super::members::subject;
use super::{Call, Outcome, business, content};
use crate::payments::OwnedGift;
use crate::refusal::Refusal;
use crate::stickers;

/// Gifts that there are: the identifier, what it costs, and what it can be converted to, in stars.
const GIFTS: &[(&str, i64, i64)] =
    &[("5170145012310081615", 15, 13), ("5170233102089322756", 15, 13), ("5170250947678437525", 25, 21)];
/// What it costs to make one of them unique, in stars.
const UPGRADE: i64 = 25;
/// Characters of the words at a gift (<https://core.telegram.org/bots/api#sendgift>).
const WORDS: usize = 128;
/// What months of Telegram Premium cost (<https://core.telegram.org/bots/api#giftpremiumsubscription>), in stars.
const PREMIUM: &[(i64, i64)] = &[(3, 1000), (6, 1500), (12, 2500)];

fn gift(call: &mut Call<'_>, id: &str, stars: i64) -> Value {
    json!({ "id": id, "sticker": stickers::sample(&mut call.bot.files), "star_count": stars, "upgrade_star_count": UPGRADE })
}

pub(super) fn available(call: &mut Call<'_>) -> Outcome {
    Ok(json!({ "gifts": GIFTS.iter().map(|(id, stars, _)| gift(call, id, *stars)).collect::<Vec<_>>() }))
}

/// Takes stars from the bot.
fn spend(call: &mut Call<'_>, stars: i64) -> Result<(), Refusal> {
    if call.bot.payments.balance < stars {
        return Err(Refusal::bad("BALANCE_TOO_LOW"));
    }
    call.bot.payments.balance -= stars;
    Ok(())
}

/// A person, or a channel.
fn receiver(call: &Call<'_>) -> Result<i64, Refusal> {
    if call.params.text("user_id").is_some_and(|id| !id.is_empty()) {
        return subject(call);
    }
    let chat = call.chat_id()?;
    if call.bot.chats.contains_key(&chat) { Ok(chat) } else { Err(Refusal::chat_not_found()) }
}

pub(super) fn send(call: &mut Call<'_>) -> Outcome {
    let owner = receiver(call)?;
    let id = call.params.text("gift_id").unwrap_or_default().into_owned();
    let words = content::rich_of(call, "text", "text_parse_mode", "text_entities")?;
    if words.characters() > WORDS {
        return Err(Refusal::bad("STARGIFT_MESSAGE_TOO_LONG"));
    }
    let known = GIFTS.iter().find(|(known, ..)| *known == id);
    let (_, stars, worth) = known.ok_or_else(|| Refusal::bad("STARGIFT_INVALID"))?;
    let is_prepaid = call.params.truth("pay_for_upgrade");
    spend(call, *stars + if is_prepaid { UPGRADE } else { 0 })?;
    call.bot.serial += 1;
    let gift = OwnedGift {
        id: format!("{}{:06}", call.bot.id, call.bot.serial),
        owner,
        gift: gift(call, &id, *stars),
        worth: *worth,
        words: words.text,
        date: call.bot.unix_now(),
        is_prepaid,
        unique: None,
    };
    call.bot.payments.gifts.push(gift);
    Ok(true.into())
}

pub(super) fn send_premium(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    let (months, stars) = (call.params.integer("month_count"), call.params.integer("star_count"));
    let known = PREMIUM.iter().find(|(known, _)| Some(*known) == months);
    let (_, price) = known.ok_or_else(|| Refusal::bad("invalid number of months specified"))?;
    if stars != Some(*price) {
        return Err(Refusal::bad("invalid number of Telegram Stars specified"));
    }
    spend(call, *price)?;
    Ok(true.into())
}

/// `OwnedGifts` of somebody.
fn owned(call: &Call<'_>, owner: i64) -> Value {
    let bot = call.bot.user_json();
    let told = |gift: &OwnedGift| {
        if let Some(unique) = &gift.unique {
            return json!({
                "type": "unique", "gift": unique, "owned_gift_id": gift.id, "sender_user": bot, "send_date": gift.date,
                "can_be_transferred": true,
            });
        }
        let mut told = json!({
            "type": "regular", "gift": gift.gift, "owned_gift_id": gift.id, "sender_user": bot, "send_date": gift.date,
            "convert_star_count": gift.worth, "can_be_upgraded": true,
        });
        if gift.is_prepaid {
            told["prepaid_upgrade_star_count"] = UPGRADE.into();
        }
        if !gift.words.is_empty() {
            told["text"] = gift.words.as_str().into();
        }
        told
    };
    let gifts: Vec<Value> = call.bot.payments.gifts.iter().filter(|gift| gift.owner == owner).map(told).collect();
    json!({ "total_count": gifts.len(), "gifts": gifts })
}

pub(super) fn of_user(call: &mut Call<'_>) -> Outcome {
    let owner = subject(call)?;
    Ok(owned(call, owner))
}

pub(super) fn of_chat(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    if call.bot.chats.contains_key(&chat) { Ok(owned(call, chat)) } else { Err(Refusal::chat_not_found()) }
}

pub(super) fn of_business(call: &mut Call<'_>) -> Outcome {
    let owner = business::allowing(call, "can_view_gifts_and_stars")?;
    Ok(owned(call, owner))
}

/// A gift of a business account.
fn place(call: &Call<'_>, owner: i64) -> Result<usize, Refusal> {
    let id = call.params.text("owned_gift_id").unwrap_or_default();
    let found = call.bot.payments.gifts.iter().position(|gift| gift.owner == owner && gift.id == id);
    found.ok_or_else(|| Refusal::bad("STARGIFT_NOT_FOUND"))
}

/// The account gets the stars that the gift is worth.
pub(super) fn convert(call: &mut Call<'_>) -> Outcome {
    let owner = business::allowing(call, "can_convert_gifts_to_stars")?;
    let place = place(call, owner)?;
    if call.bot.payments.gifts[place].unique.is_some() {
        return Err(Refusal::bad("STARGIFT_ALREADY_UPGRADED"));
    }
    let gift = call.bot.payments.gifts.remove(place);
    *call.bot.payments.accounts.entry(owner).or_default() += gift.worth;
    Ok(true.into())
}

/// Makes a unique gift of one, which is paid by who gave it, or by the account.
pub(super) fn upgrade(call: &mut Call<'_>) -> Outcome {
    let owner = business::allowing(call, "can_transfer_and_upgrade_gifts")?;
    let place = place(call, owner)?;
    let gift = call.bot.payments.gifts[place].clone();
    if gift.unique.is_some() {
        return Err(Refusal::bad("STARGIFT_ALREADY_UPGRADED"));
    }
    let stars = call.params.integer("star_count").unwrap_or_default();
    if stars != if gift.is_prepaid { 0 } else { UPGRADE } {
        return Err(Refusal::bad("invalid number of Telegram Stars specified"));
    }
    if stars > 0 {
        business::allowing(call, "can_transfer_stars")?;
        take(call, owner, stars)?;
    }
    let number = 1 + call.bot.payments.gifts.iter().filter(|gift| gift.unique.is_some()).count();
    let unique = unique(call, &gift.gift, number);
    call.bot.payments.gifts[place].unique = Some(unique);
    Ok(true.into())
}

/// A `UniqueGift`: they all look alike here.
fn unique(call: &mut Call<'_>, gift: &Value, number: usize) -> Value {
    let sticker = stickers::sample(&mut call.bot.files);
    let (dark, light) = (0x1c_2733, 0xff_ffff);
    json!({
        "gift_id": gift["id"], "base_name": "Gift", "name": format!("Gift-{number}"), "number": number,
        "model": { "name": "Plain", "sticker": sticker, "rarity_per_mille": 1000 },
        "symbol": { "name": "Star", "sticker": sticker, "rarity_per_mille": 1000 },
        "backdrop": {
            "name": "Night", "rarity_per_mille": 1000,
            "colors": { "center_color": dark, "edge_color": dark, "symbol_color": light, "text_color": light },
        },
    })
}

pub(super) fn transfer(call: &mut Call<'_>) -> Outcome {
    let owner = business::allowing(call, "can_transfer_and_upgrade_gifts")?;
    let place = place(call, owner)?;
    let to = call.chat_named("new_owner_chat_id")?;
    if !call.bot.chats.contains_key(&to) {
        return Err(Refusal::chat_not_found());
    }
    call.bot.payments.gifts[place].owner = to;
    Ok(true.into())
}

/// Stars go from the account to the bot.
pub(super) fn transfer_stars(call: &mut Call<'_>) -> Outcome {
    let owner = business::allowing(call, "can_transfer_stars")?;
    let stars = call.params.integer("star_count").filter(|stars| (1..=10_000).contains(stars));
    let stars = stars.ok_or_else(|| Refusal::bad("invalid number of Telegram Stars specified"))?;
    take(call, owner, stars)?;
    call.bot.payments.balance += stars;
    Ok(true.into())
}

/// Takes stars from the account of a business.
fn take(call: &mut Call<'_>, owner: i64, stars: i64) -> Result<(), Refusal> {
    let account = call.bot.payments.accounts.entry(owner).or_default();
    if *account < stars {
        return Err(Refusal::bad("BALANCE_TOO_LOW"));
    }
    *account -= stars;
    Ok(())
}
