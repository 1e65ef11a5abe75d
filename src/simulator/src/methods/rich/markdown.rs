//! Rich Markdown as rich HTML: what GitHub's Markdown has, and Telegram's own `==marked==` and `||spoiler||`.

use std::collections::HashMap;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream, html};
use pulldown_cmark_escape::escape_html;

/// Marks that Markdown does not know, with their tags.
const MARKS: [(&str, &str); 2] = [("==", "mark"), ("||", "tg-spoiler")];

/// Markdown as HTML that `html.rs` reads. HTML in it stays as it is.
pub(super) fn to_html(text: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH;
    let events = marked(footnoted(TextMergeStream::new(Parser::new_ext(text, options))));
    let mut rendered = String::new();
    html::push_html(&mut rendered, events.into_iter());
    rendered
}

fn tag(name: &str, attributes: &str, inside: &str) -> String {
    let mut tag = format!("<{name}{attributes}>");
    // Writing into a string cannot fail.
    let _ = escape_html(&mut tag, inside);
    tag + "</" + name + ">"
}

fn attribute(name: &str, value: &str) -> String {
    let mut attribute = format!(" {name}=\"");
    let _ = escape_html(&mut attribute, value);
    attribute + "\""
}

/// Formulas and footnotes in Telegram's tags: a footnote is a text that its number leads to.
fn footnoted<'t>(events: impl Iterator<Item = Event<'t>>) -> Vec<Event<'t>> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut is_in_footnote = false;
    let mut seen = Vec::new();
    for event in events {
        seen.push(match event {
            // “Details blocks can contain Markdown content”, and so can what stands above them.
            Event::Html(html) => Event::Html(summarised(&html).into()),
            Event::InlineMath(formula) => Event::InlineHtml(tag("tg-math", "", &formula).into()),
            Event::DisplayMath(formula) => Event::InlineHtml(tag("tg-math-block", "", &formula).into()),
            Event::FootnoteReference(name) => {
                let next = numbers.len() + 1;
                let number = *numbers.entry(name.to_string()).or_insert(next);
                let href = attribute("href", &format!("#{name}"));
                Event::InlineHtml(format!("<sup>{}</sup>", tag("a", &href, &number.to_string())).into())
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                is_in_footnote = true;
                Event::Html(format!("<p><tg-reference{}>", attribute("name", &name)).into())
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                is_in_footnote = false;
                Event::Html("</tg-reference></p>".into())
            }
            // A reference is one text.
            Event::Start(Tag::Paragraph) if is_in_footnote => continue,
            Event::End(TagEnd::Paragraph) if is_in_footnote => Event::InlineHtml("<br>".into()),
            event => event,
        });
    }
    seen
}

/// A line of HTML, with the Markdown in a summary read.
fn summarised(html: &str) -> String {
    const BEGIN: &str = "<summary>";
    let parts = html.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once("</summary>")?)));
    let Some((before, (summary, after))) = parts else { return html.to_owned() };
    let read = to_html(summary.trim());
    let read = read.trim().trim_start_matches("<p>").trim_end_matches("</p>");
    format!("{before}{BEGIN}{read}</summary>{after}")
}

/// A mark that was begun: where, and inside of how many tags.
struct Begun {
    mark: &'static str,
    at: usize,
    depth: usize,
}

/// Marks in Telegram's tags, where a second one ends them inside of the same tag. Others stay as they are written.
fn marked(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut seen: Vec<Event<'_>> = Vec::new();
    let mut begun: Vec<Begun> = Vec::new();
    let (mut depth, mut is_code) = (0_usize, false);
    for event in events {
        match &event {
            Event::Start(tag) => {
                depth += 1;
                is_code = matches!(tag, Tag::CodeBlock(_));
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                is_code = false;
                begun.retain(|begun| begun.depth <= depth);
            }
            Event::Text(text) if !is_code => {
                let text = text.to_string();
                mark_text(&text, depth, &mut begun, &mut seen);
                continue;
            }
            _ => {}
        }
        seen.push(event);
    }
    seen
}

fn mark_text(text: &str, depth: usize, begun: &mut Vec<Begun>, seen: &mut Vec<Event<'_>>) {
    let places =
        |(mark, tag): (&'static str, &'static str)| text.match_indices(mark).map(move |(at, _)| (at, mark, tag));
    let mut places: Vec<_> = MARKS.into_iter().flat_map(places).collect();
    places.sort_unstable();
    let mut from = 0;
    for (at, mark, tag) in places {
        if at > from {
            seen.push(Event::Text(text[from..at].to_owned().into()));
        }
        from = at + mark.len();
        let start = begun.iter().rposition(|begun| begun.mark == mark && begun.depth == depth);
        // Two marks with nothing between them mark nothing.
        match start.filter(|start| begun[*start].at + 1 < seen.len()) {
            Some(start) => {
                seen[begun[start].at] = Event::InlineHtml(format!("<{tag}>").into());
                seen.push(Event::InlineHtml(format!("</{tag}>").into()));
                begun.truncate(start);
            }
            None => {
                // An older one of the same kind in the same tag can end no more.
                begun.retain(|begun| begun.mark != mark || begun.depth != depth);
                begun.push(Begun { mark, at: seen.len(), depth });
                seen.push(Event::Text(mark.into()));
            }
        }
    }
    if from < text.len() {
        seen.push(Event::Text(text[from..].to_owned().into()));
    }
}
