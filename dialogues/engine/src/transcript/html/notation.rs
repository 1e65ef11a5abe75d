//! Chat notation as HTML: `**bold**`, `__italic__`, `~~struck~~`, `` `code` ``, and the gaps of a transcript.

use crate::markup::escape;
use crate::transcript::template::{Piece, Template};

/// A mark of the notation, and the element for it.
const MARKS: [(&str, &str); 4] = [("**", "strong"), ("__", "em"), ("~~", "s"), ("`", "code")];

/// A text in which marks are nothing but signs: what people write, and what buttons say.
pub(super) fn plain(text: &Template) -> String {
    text.pieces().iter().map(gap).collect()
}

/// A line of `…`, or a part of one.
pub(super) const ANY: &str = "<span class=\"any\">…</span>";

fn gap(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => escape(text).into_owned(),
        Piece::Any => ANY.to_owned(),
        Piece::Capture(name) => format!("<var>{}</var>", escape(name)),
    }
}

/// One thing in a text.
enum Token {
    Html(String),
    /// Its place among the marks.
    Mark(usize),
}

/// The lines of a message, `None` for any lines.
pub(super) fn lines(lines: &[Option<&Template>]) -> String {
    let mut tokens = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            tokens.push(Token::Html("\n".to_owned()));
        }
        match line {
            None => tokens.push(Token::Html(ANY.to_owned())),
            Some(line) => line.pieces().iter().for_each(|piece| match piece {
                Piece::Text(text) => read(text, &mut tokens),
                other => tokens.push(Token::Html(gap(other))),
            }),
        }
    }
    write(&tokens)
}

fn read(text: &str, tokens: &mut Vec<Token>) {
    let mark_at = |text: &str| MARKS.iter().position(|(mark, _)| text.starts_with(mark));
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(mark) = mark_at(rest) {
            tokens.push(Token::Mark(mark));
            rest = &rest[MARKS[mark].0.len()..];
        } else if let Some(mark) = rest.strip_prefix('\\').and_then(mark_at) {
            // A backslash takes the meaning from a mark.
            let sign = MARKS[mark].0;
            tokens.push(Token::Html(sign.to_owned()));
            rest = &rest[1 + sign.len()..];
        } else {
            let text = &rest[..first.len_utf8()];
            match tokens.last_mut() {
                Some(Token::Html(html)) => html.push_str(&escape(text)),
                _ => tokens.push(Token::Html(escape(text).into_owned())),
            }
            rest = &rest[first.len_utf8()..];
        }
    }
}

fn write(tokens: &[Token]) -> String {
    let mut html = String::new();
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let mark = match token {
            Token::Html(text) => {
                html.push_str(text);
                continue;
            }
            Token::Mark(mark) => *mark,
        };
        let (sign, element) = MARKS[mark];
        let closed = || tokens[at + 1..].iter().any(|token| matches!(token, Token::Mark(other) if *other == mark));
        if let Some(depth) = open.iter().position(|known| *known == mark) {
            // What was opened later is closed, too, and opened again behind it.
            let inner = open.split_off(depth);
            inner.iter().rev().for_each(|mark| html.push_str(&format!("</{}>", MARKS[*mark].1)));
            for mark in inner.into_iter().skip(1) {
                html.push_str(&format!("<{}>", MARKS[mark].1));
                open.push(mark);
            }
        } else if closed() {
            html.push_str(&format!("<{element}>"));
            open.push(mark);
        } else {
            html.push_str(sign);
        }
    }
    open.iter().rev().for_each(|mark| html.push_str(&format!("</{}>", MARKS[*mark].1)));
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::template::Dots;

    fn shown(text: &str) -> String {
        let templates: Vec<Template> = text.lines().map(|line| Template::parse(line, Dots::Any)).collect();
        lines(&templates.iter().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn marks_become_elements_and_signs_stay_signs() {
        assert_eq!(shown("**Order {order}** is <b>"), "<strong>Order <var>order</var></strong> is &lt;b&gt;");
        assert_eq!(shown("__a ~~b~~__ `c` d…"), "<em>a <s>b</s></em> <code>c</code> d<span class=\"any\">…</span>");
        assert_eq!(shown(r"\**a\** 2 ** 3 \…"), "**a** 2 ** 3 …");
        assert_eq!(shown("**a\nb**"), "<strong>a\nb</strong>");
    }

    #[test]
    fn elements_are_always_closed_in_their_order() {
        assert_eq!(shown("**a __b** c__"), "<strong>a <em>b</em></strong><em> c</em>");
        assert_eq!(shown("**a"), "**a");
    }
}
