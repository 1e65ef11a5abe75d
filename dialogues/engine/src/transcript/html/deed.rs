//! What people do, as bubbles on the right.

use super::notation::plain;
use crate::markup::escape;
use crate::transcript::ast::{PersonAction, TapTarget, Whose, Words};

/// One deed of somebody.
pub(super) fn html(act: &PersonAction) -> String {
    let mine = |class: &str, inner: &str| {
        format!("<div class=\"post mine\">\n<div class=\"bubble mine{class}\">{inner}</div>\n</div>\n")
    };
    let deed = |inner: &str| mine(" deed", &format!("<p class=\"text\">{inner}</p>"));
    match act {
        PersonAction::Says(text) => mine("", &words(text)),
        PersonAction::Taps(tap) => mine(" tap", &tapped(tap)),
        PersonAction::SharesContact { phone, whose } => {
            let whose = match whose {
                Whose::Own => "own".to_owned(),
                Whose::Of(person) => format!("{}’s", escape(person)),
                Whose::SomebodyElse => "somebody else’s".to_owned(),
            };
            deed(&format!("👤 shares {whose} contact <b>{}</b>", escape(phone)))
        }
        PersonAction::SendsPicture { name, caption } => {
            let picture = format!("<span class=\"picture\">{}</span>", escape(name));
            mine("", &if caption.is_empty() { picture } else { picture + &words(caption) })
        }
        PersonAction::Sends(attachment) => deed(&format!("sends a {attachment}")),
        PersonAction::EditsLast { words: text, .. } => {
            mine(" edited", &format!("{}<small class=\"mark\">edited</small>", words(text)))
        }
        PersonAction::Forwards(text) => mine("", &format!("<small class=\"mark\">forwarded</small>{}", words(text))),
        PersonAction::Blocks => deed("🚫 blocks the bot"),
        PersonAction::Unblocks => deed("unblocks the bot"),
        PersonAction::SaysInGroup(text) => {
            mine("", &format!("<small class=\"mark\">in a group</small>{}", words(text)))
        }
    }
}

fn words(words: &Words) -> String {
    format!("<p class=\"text\">{}</p>", words.iter().map(plain).collect::<Vec<_>>().join("\n"))
}

/// `taps ➕ ×2 beside Sencha × 2`
fn tapped(tap: &TapTarget) -> String {
    let times = if tap.times == 1 { String::new() } else { format!(" <b class=\"times\">×{}</b>", tap.times) };
    let beside = tap.beside.as_ref().map(|beside| format!(" <small>beside {}</small>", plain(beside)));
    let under = tap.under.as_ref().map(|under| format!(" <small>under “{}”</small>", plain(under)));
    let (beside, under) = (beside.unwrap_or_default(), under.unwrap_or_default());
    format!(
        "<p class=\"text\"><small>taps</small> <span class=\"button\">{}</span>{times}{beside}{under}</p>",
        plain(&tap.label)
    )
}
