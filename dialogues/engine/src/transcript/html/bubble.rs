//! What the bot does, as bubbles, keyboards and toasts.

use std::fmt::Write;

use super::notation::{self, ANY};
use crate::markup::escape;
use crate::transcript::ast::{BotLine, Line, Verb};
use crate::transcript::template::Template;

/// One line of the bot.
pub(super) fn html(line: &BotLine, picture: &dyn Fn(&str) -> Option<String>) -> String {
    match line.verb {
        Verb::Silent => "<p class=\"silence\">The bot is silent.</p>\n".to_owned(),
        Verb::Deletes => "<p class=\"event\">The bot deletes a message.</p>\n".to_owned(),
        Verb::Toast => format!("<div class=\"toast\" role=\"status\">{}</div>\n", text(line)),
        Verb::Alert => {
            format!("<div class=\"toast alert\" role=\"alert\">{}<span class=\"ok\">OK</span></div>\n", text(line))
        }
        Verb::Says | Verb::Edits => message(line, picture),
    }
}

fn message(line: &BotLine, picture: &dyn Fn(&str) -> Option<String>) -> String {
    let said = text(line);
    let attached: String = line.message.lines.iter().map(|line| attachment(line, picture)).collect();
    let rows: Vec<&Line> = line.message.lines.iter().filter(|line| matches!(line, Line::Row(_))).collect();
    let keyed = if rows.is_empty() { "" } else { " keyed" };
    let edited = line.verb == Verb::Edits;
    let mut class = if edited { "bubble edited" } else { "bubble" }.to_owned();
    class.push_str(if attached.is_empty() && said == ANY { " open" } else { "" });
    let mut html = format!("<div class=\"post{keyed}\">\n<div class=\"{class}\">{attached}");
    if !said.is_empty() {
        write!(html, "<p class=\"text\">{said}</p>").ok();
    }
    html.push_str(if edited { "<small class=\"mark\">edited</small>" } else { "" });
    write!(html, "</div>\n{}</div>\n", keys("buttons", &rows)).ok();
    html + &keys("keyboard", &line.message.keyboard.iter().collect::<Vec<_>>())
}

/// A picture or a file at the top of a bubble.
fn attachment(line: &Line, picture: &dyn Fn(&str) -> Option<String>) -> String {
    match line {
        Line::Photo(name) => {
            let name = name.plain();
            match picture(&name) {
                Some(source) => {
                    format!("<img src=\"{}\" alt=\"{}\" loading=\"lazy\">", escape(&source), escape(&name))
                }
                None => format!("<span class=\"picture\">{}</span>", escape(&name)),
            }
        }
        Line::File(name) => format!("<span class=\"file\">{}</span>", notation::plain(name)),
        Line::Text(_) | Line::Row(_) | Line::Any | Line::NoKeyboard => String::new(),
    }
}

/// The words of a message. Any lines that stand for buttons only are shown as well.
fn text(line: &BotLine) -> String {
    let lines = line.message.lines.iter().filter_map(|line| match line {
        Line::Text(text) => Some(Some(text)),
        Line::Any => Some(None),
        Line::Photo(_) | Line::File(_) | Line::Row(_) | Line::NoKeyboard => None,
    });
    let mut lines: Vec<Option<&Template>> = lines.collect();
    // Any text, and then any buttons: once is enough.
    lines.dedup_by(|a, b| a.is_none() && b.is_none());
    notation::lines(&lines)
}

/// Rows of buttons, under a message or in place of the letters.
fn keys(class: &str, rows: &[&Line]) -> String {
    match rows {
        [] => return String::new(),
        [Line::Any] => return format!("<p class=\"open\">⌨ {ANY}</p>\n"),
        [Line::NoKeyboard] => return "<p class=\"silence\">The keyboard closes.</p>\n".to_owned(),
        _ => {}
    }
    let mut html = format!("<div class=\"{class}\">\n");
    for row in rows {
        match row {
            Line::Row(labels) => {
                let keys =
                    labels.iter().map(|label| format!("<span class=\"button\">{}</span>", notation::plain(label)));
                writeln!(html, "<div class=\"row\">{}</div>", keys.collect::<String>()).ok();
            }
            Line::Any => html.push_str(&format!("<div class=\"row\">{ANY}</div>\n")),
            Line::NoKeyboard | Line::Photo(_) | Line::File(_) | Line::Text(_) => {}
        }
    }
    html + "</div>\n"
}
