//! Shows a transcript as chats: for people who approve texts, and read no files.
//!
//! Everything is static: no script, one stylesheet, classes that say what a thing is. (Writing into a string cannot
//! fail, so that nothing is lost where its result is dropped.)

mod bubble;
mod deed;
mod notation;

use std::collections::BTreeMap;
use std::fmt::Write;

use super::ast::{Check, PersonLine, Script, ScriptStep, Statement, StatementKind};
use super::print::statement_lines;
use super::{CheckSubject, Sentences};
use crate::markup::escape;

/// How all of it looks: light and dark, from the width of a phone on.
pub const STYLE: &str = include_str!("html/style.css");

/// More people than this do not stand side by side.
const MOST_COLUMNS: usize = 4;

/// A transcript as the body of a page. `picture` knows where a picture of that name is to be found.
pub fn html<L: Sentences>(script: &Script<L>, picture: impl Fn(&str) -> Option<String>) -> String {
    let people = people(script);
    let (html, actor, shown) = Default::default();
    let mut page = Page { html, people, picture: &picture, actor, shown, in_part: false, in_chats: false };
    page.transcript(script);
    page.html
}

/// A whole page with that body.
pub fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n{body}</body>\n</html>\n"
    )
}

/// A list of transcripts as the body of a page: title, flow and address of each, those of a flow together.
pub fn index(transcripts: &[(&str, &str, &str)]) -> String {
    let mut flows: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (title, flow, href) in transcripts {
        flows.entry(flow).or_default().push((title, href));
    }
    let mut html = "<main class=\"index\">\n<h1>Transcripts</h1>\n".to_owned();
    for (flow, transcripts) in flows {
        write!(html, "<section>\n<h2>{} <small>{}</small></h2>\n<ul>\n", escape(flow), transcripts.len()).ok();
        for (title, href) in transcripts {
            writeln!(html, "<li><a href=\"{}\">{}</a></li>", escape(href), escape(title)).ok();
        }
        html.push_str("</ul>\n</section>\n");
    }
    html + "</main>\n"
}

/// Those who do something, in the order in which they begin.
fn people<L: Sentences>(script: &Script<L>) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for statement in &script.statements {
        let StatementKind::ScriptStep(step) = &statement.kind else { continue };
        for PersonLine { person, .. } in deeds(step) {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
    }
    people
}

fn deeds(step: &ScriptStep) -> &[PersonLine] {
    match step {
        ScriptStep::Person(line) => std::slice::from_ref(line),
        ScriptStep::AtOnce(lines) => lines,
        _ => &[],
    }
}

/// A page as far as it is written.
struct Page<'a> {
    html: String,
    /// One column each.
    people: Vec<String>,
    picture: &'a dyn Fn(&str) -> Option<String>,
    /// Who acted last.
    actor: String,
    /// Whose chat the turn before was in, if it was one only: whoever goes on needs no name.
    shown: String,
    in_part: bool,
    in_chats: bool,
}

impl Page<'_> {
    fn transcript<L: Sentences>(&mut self, script: &Script<L>) {
        let (layout, columns) = match self.people.len() {
            0 | 1 => ("alone", 1),
            columns @ 2..=MOST_COLUMNS => ("abreast", columns),
            _ => ("stacked", 1),
        };
        writeln!(self.html, "<main class=\"transcript {layout}\" style=\"--columns: {columns}\">").ok();
        writeln!(self.html, "<h1>{}</h1>", escape(script.title().unwrap_or("Untitled"))).ok();
        let mut statements = script.statements.as_slice();
        while let Some((first, behind)) = statements.split_first() {
            statements = match &first.kind {
                StatementKind::Given { .. } | StatementKind::Let { .. } => self.givens(statements),
                StatementKind::ScriptStep(step) => self.turn(first, step, behind),
                other => {
                    self.aside(other);
                    behind
                }
            };
        }
        self.close_chats();
        self.html.push_str(if self.in_part { "</section>\n</main>\n" } else { "</main>\n" });
    }

    /// Begins the chats, side by side, unless they have begun.
    fn open_chats(&mut self) {
        if self.in_chats {
            return;
        }
        self.in_chats = true;
        self.shown.clear();
        self.html.push_str("<div class=\"chats\">\n");
        if self.people.len() > 1 {
            let names: String = self.people.iter().map(|name| format!("<span>{}</span>", escape(name))).collect();
            writeln!(self.html, "<div class=\"names\" aria-hidden=\"true\">{names}</div>").ok();
        }
    }

    fn close_chats(&mut self) {
        self.html.push_str(if self.in_chats { "</div>\n" } else { "" });
        self.in_chats = false;
    }

    /// What is no part of any chat.
    fn aside<L: Sentences>(&mut self, kind: &StatementKind<L>) {
        match kind {
            StatementKind::Part(part) => {
                self.close_chats();
                self.html.push_str(if self.in_part { "</section>\n" } else { "" });
                self.in_part = true;
                write!(self.html, "<section class=\"part\">\n<h2>{}</h2>\n", escape(part)).ok();
            }
            StatementKind::Remark(remark) => self.remark(remark),
            StatementKind::Check(check) => self.check(check),
            // The title stands on top, and the rest is told where it belongs.
            StatementKind::Title(_)
            | StatementKind::Given { .. }
            | StatementKind::Let { .. }
            | StatementKind::ScriptStep(_)
            | StatementKind::Bot(_) => {}
        }
    }

    fn remark(&mut self, remark: &str) {
        let words = remark.trim_start_matches('(').trim_end_matches(')');
        writeln!(self.html, "<p class=\"remark\">{}</p>", escape(words)).ok();
    }

    /// Several sentences in a row as one list; what comes behind them.
    fn givens<'s, L: Sentences>(&mut self, statements: &'s [Statement<L>]) -> &'s [Statement<L>] {
        let given = |statement: &Statement<L>| {
            matches!(statement.kind, StatementKind::Given { .. } | StatementKind::Let { .. })
        };
        let end = statements.iter().position(|statement| !given(statement)).unwrap_or(statements.len());
        self.close_chats();
        self.html.push_str("<ul class=\"givens\">\n");
        for statement in &statements[..end] {
            let text = statement_lines(&statement.kind).join("\n");
            writeln!(self.html, "<li class=\"given\">{}</li>", escape(&text)).ok();
        }
        self.html.push_str("</ul>\n");
        &statements[end..]
    }

    /// A step and what the bot makes of it, in everybody's chat; what comes behind it.
    fn turn<'s, L: Sentences>(
        &mut self,
        statement: &Statement<L>,
        step: &ScriptStep,
        behind: &'s [Statement<L>],
    ) -> &'s [Statement<L>] {
        let answers =
            |statement: &Statement<L>| matches!(statement.kind, StatementKind::Bot(_) | StatementKind::Remark(_));
        let end = behind.iter().position(|statement| !answers(statement)).unwrap_or(behind.len());
        let end = behind[..end].iter().rposition(|statement| matches!(statement.kind, StatementKind::Bot(_)));
        let (answers, behind) = behind.split_at(end.map_or(0, |last| last + 1));
        self.open_chats();
        let deeds = deeds(step);
        let same = deeds.len() == 1 && deeds[0].person == self.shown;
        self.shown = deeds.first().filter(|_| deeds.len() == 1).map(|line| line.person.clone()).unwrap_or_default();
        let same = if same { " same" } else { "" };
        writeln!(self.html, "<section class=\"turn{same}\" id=\"line-{}\">", statement.line).ok();
        if !matches!(step, ScriptStep::Person(_)) {
            let words = statement_lines(&statement.kind).into_iter().next().unwrap_or_default();
            writeln!(self.html, "<p class=\"event\">{}</p>", escape(&words)).ok();
        }
        if let Some(last) = deeds.last() {
            self.actor.clone_from(&last.person);
        }
        self.chats(deeds, answers);
        self.html.push_str("</section>\n");
        behind
    }

    fn chats<L: Sentences>(&mut self, deeds: &[PersonLine], answers: &[Statement<L>]) {
        let mut chats = vec![String::new(); self.people.len().max(1)];
        let column = |person: &str| self.people.iter().position(|known| known == person);
        for line in deeds {
            chats[column(&line.person).unwrap_or(0)].push_str(&deed::html(&line.act));
        }
        for statement in answers {
            let StatementKind::Bot(line) = &statement.kind else { continue };
            let person = line.person.as_ref().unwrap_or(&self.actor);
            let seen = bubble::html(line, self.picture);
            match column(person) {
                Some(column) => chats[column].push_str(&seen),
                // Who only listens is shown beside whoever made the bot talk to them.
                None => {
                    let name = escape(person);
                    let chat = &mut chats[column(&self.actor).unwrap_or(0)];
                    write!(chat, "<div class=\"listener\">\n<h3 class=\"who\">{name}</h3>\n{seen}</div>\n").ok();
                }
            }
        }
        for (column, chat) in chats.iter().enumerate() {
            let name = self.people.get(column).filter(|_| self.people.len() > 1 && !chat.is_empty());
            let name = name.map(|name| format!("<h3 class=\"who\">{}</h3>\n", escape(name))).unwrap_or_default();
            let empty = if chat.is_empty() { " empty" } else { "" };
            write!(self.html, "<div class=\"chat{empty}\">\n{name}{chat}</div>\n").ok();
        }
        for statement in answers {
            if let StatementKind::Remark(remark) = &statement.kind {
                self.remark(remark);
            }
        }
    }

    fn check<L: Sentences>(&mut self, check: &Check<L>) {
        self.close_chats();
        write!(self.html, "<dl class=\"check\">\n<dt class=\"subject\">{}</dt>\n", escape(&check.subject.write())).ok();
        for (name, value) in &check.fields {
            writeln!(self.html, "<dt>{}</dt><dd>{}</dd>", escape(name), notation::plain(value)).ok();
        }
        self.html.push_str("</dl>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::counter::parse;

    fn shown(text: &str) -> String {
        html(&parse(text).unwrap(), |name| (name == "sencha.jpg").then(|| "pictures/sencha.jpg".to_owned()))
    }

    const PEOPLE: &str = "# T\n\nGiven Anna <i>K</i>, a customer\nGiven Boris, a customer\nGiven Olga, an owner\n\n";

    #[test]
    fn a_turn_is_what_somebody_does_and_what_the_bot_answers() {
        let html = shown(&format!(
            "{PEOPLE}Anna <i>K</i>: <b>hi</b> **you**\nBot: <photo sencha.jpg>\n    **Sencha** <3\n    [➕] [B…]\nBot toast: Done\nBot to Olga: Oh\n"
        ));
        for part in [
            "<section class=\"turn\" id=\"line-7\">",
            "<div class=\"bubble mine\"><p class=\"text\">&lt;b&gt;hi&lt;/b&gt; **you**</p></div>",
            "<img src=\"pictures/sencha.jpg\" alt=\"sencha.jpg\" loading=\"lazy\">",
            "<p class=\"text\"><strong>Sencha</strong> &lt;3</p>",
            "<span class=\"button\">➕</span><span class=\"button\">B<span class=\"any\">…</span></span>",
            "<div class=\"toast\" role=\"status\">Done</div>",
            "<div class=\"listener\">\n<h3 class=\"who\">Olga</h3>",
            "<li class=\"given\">Given Anna &lt;i&gt;K&lt;/i&gt;, a customer</li>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert!(html.contains("<main class=\"transcript alone\""), "who only listens has no column: {html}");
    }

    #[test]
    fn people_who_act_stand_side_by_side() {
        let html = shown(&format!(
            "{PEOPLE}Boris: hi\n\nAt once\n    Anna <i>K</i>: a\n    Boris: b\nBot: …\n    keyboard: none\n"
        ));
        assert!(html.contains("<main class=\"transcript abreast\" style=\"--columns: 2\">"), "{html}");
        assert!(
            html.contains("<div class=\"names\" aria-hidden=\"true\"><span>Boris</span><span>Anna &lt;i&gt;"),
            "{html}"
        );
        assert!(html.contains("<p class=\"event\">At once</p>"), "{html}");
        assert!(html.contains("The keyboard closes."), "{html}");
    }

    #[test]
    fn a_page_and_an_index_are_escaped() {
        assert!(page("a < b", "").contains("<title>a &lt; b</title>"));
        let html = index(&[("“A” & B", "menu", "menu/a.html"), ("C", "cup", "cup/c.html\"")]);
        assert!(html.contains("<li><a href=\"menu/a.html\">“A” &amp; B</a></li>"), "{html}");
        assert!(html.contains("cup/c.html&quot;"), "{html}");
        assert!(html.find("<h2>cup").unwrap() < html.find("<h2>menu").unwrap());
    }
}
