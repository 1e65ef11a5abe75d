use super::*;

#[track_caller]
fn reads(html: &str, text: &str, chat: &str) {
    let rich = parse_html(html).unwrap();
    assert_eq!((rich.text.as_str(), rich.to_chat().as_str()), (text, chat), "{html}");
    assert_eq!(parse_html(&rich.to_html()).unwrap(), rich, "{html} is written and read again");
}

#[track_caller]
fn refuses(html: &str, words: &str) {
    assert_eq!(parse_html(html).unwrap_err().to_string(), format!("can't parse entities: {words}"));
}

#[test]
fn marks_become_chat_notation() {
    reads("<b>Tea</b> and <i>cake</i>", "Tea and cake", "**Tea** and __cake__");
    reads("<s>500</s> <code>A-1</code>", "500 A-1", "~~500~~ `A-1`");
    reads("<strong>a</strong><em>b</em><del>c</del><strike>d</strike>", "abcd", "**a**__b__~~c~~~~d~~");
    reads("<u>a</u><tg-spoiler>b</tg-spoiler><blockquote>c</blockquote>", "abc", "abc");
    reads("<a href=\"https://e.org/?a=1&amp;b=2\">here</a>", "here", "here");
    reads("<b>bold <i>both</i></b>", "bold both", "**bold __both__**");
}

#[test]
fn offsets_count_utf16_units() {
    let rich = parse_html("🍵 <b>чай</b> 🍰<i>x</i>").unwrap();
    let places: Vec<_> = rich.entities.iter().map(|entity| (entity.offset, entity.length)).collect();
    assert_eq!(places, [(3, 3), (9, 1)]);
    assert_eq!(rich.utf16_len(), 10);
    assert_eq!(rich.to_chat(), "🍵 **чай** 🍰__x__");
}

#[test]
fn a_message_is_trimmed_and_its_marks_with_it() {
    reads("\n <b> Tea</b> \n", "Tea", "**Tea**");
    reads("a<b> \n</b>", "a", "a");
}

#[test]
fn entities_are_read_and_unknown_ones_kept() {
    reads("&lt;b&gt; &amp; &quot;x&quot; &#128075; &#x1F44B;", "<b> & \"x\" 👋 👋", "<b> & \"x\" 👋 👋");
    reads("a & b &nbsp; &apos", "a & b &nbsp; &apos", "a & b &nbsp; &apos");
}

#[test]
fn literal_notation_gets_a_backslash() {
    reads("2 ** 3 __x__ ~~ ` * _", "2 ** 3 __x__ ~~ ` * _", "2 \\** 3 \\__x\\__ \\~~ \\` * _");
}

#[test]
fn nothing_is_marked_inside_of_code() {
    reads("<b>a <code>b</code> c</b>", "a b c", "**a **`b`** c**");
    reads("<code><b>x</b></code>", "x", "`x`");
    let rich = parse_html("<pre><code class=\"language-rust\">fn</code></pre>").unwrap();
    assert_eq!(rich.entities, [MessageEntity { kind: EntityKind::Pre("rust".into()), offset: 0, length: 2 }]);
}

#[test]
fn malformed_html_is_refused_in_telegrams_words() {
    refuses("1 < 2", "Unsupported start tag \"\" at byte offset 2");
    refuses("<p>x</p>", "Unsupported start tag \"p\" at byte offset 0");
    refuses("<b>x", "Can't find end tag corresponding to start tag \"b\"");
    refuses("чай</b>", "Unexpected end tag at byte offset 6");
    refuses("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"");
    refuses("a <b", "Unclosed start tag at byte offset 2");
    refuses("<b>x</b", "Unclosed end tag at byte offset 4");
    refuses("<a href>x</a>", "Expected equal sign in declaration of an attribute of the tag \"a\" at byte offset 0");
    refuses("<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0");
}

#[test]
fn escaped_text_is_read_back_as_it_was() {
    let nasty = "<b>&amp;\"</b> & 'x' > y";
    assert_eq!(parse_html(&escape(nasty)).unwrap().text, nasty);
    assert!(matches!(escape("Зелений чай"), Cow::Borrowed(_)));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(html in "[<>/&;#=\"' abiuprecod🍵\\-x0-9]{0,40}") {
        if let Ok(rich) = parse_html(&html) {
            proptest::prop_assert_eq!(parse_html(&rich.to_html()).map(|again| again.text), Ok(rich.text.clone()));
            rich.to_chat();
        }
    }

    #[test]
    fn whatever_is_escaped_comes_back(text in "\\PC{0,40}") {
        proptest::prop_assert_eq!(parse_html(&escape(&text)).unwrap(), Rich::plain(&text));
    }
}

#[test]
fn quotes_people_and_emoji_are_read_and_written() {
    reads("<blockquote expandable>a <code>b</code></blockquote>", "a b", "a `b`");
    reads("<a href=\"tg://user?id=7\">Anna</a> <tg-emoji emoji-id=\"25\">👍</tg-emoji>", "Anna 👍", "Anna 👍");
    let kinds = |html| parse_html(html).unwrap().entities.into_iter().map(|entity| entity.kind).collect::<Vec<_>>();
    assert_eq!(kinds("<blockquote cite expandable >a</blockquote>"), [EntityKind::ExpandableQuote]);
    assert_eq!(kinds("<blockquote cite=\"x\" expandable=false>a</blockquote>"), [EntityKind::ExpandableQuote]);
    assert_eq!(kinds("<b><blockquote>a</blockquote></b>"), [EntityKind::Quote, EntityKind::Bold]);
    assert_eq!(kinds("<a href=\"tg://user?id=7\">a</a>"), [EntityKind::TextMention(7)]);
    assert_eq!(kinds("<tg-emoji emoji-id=\"25\">a</tg-emoji>"), [EntityKind::CustomEmoji("25".to_owned())]);
    refuses("<tg-emoji emoji-id=\"x\">a</tg-emoji>", "Invalid custom emoji identifier specified");
}

proptest::proptest! {
    #[test]
    fn entities_of_a_bot_are_refused_or_lie_within_the_text_and_nest(
        text in "[a🍵\r\u{202e} \u{200e}\n]{0,12}",
        places in proptest::collection::vec((0_usize..9, 0_usize..14, 0_usize..8), 0..8),
    ) {
        use EntityKind::{Bold, Code, Italic, Pre, Quote, TextMention};
        let kinds = [Bold, Italic, Code, Pre("rust".to_owned()), Quote, TextMention(7), Bold, Italic, Quote];
        let entity = |(kind, offset, length): (usize, usize, usize)| MessageEntity { kind: kinds[kind].clone(), offset, length };
        let Ok(rich) = Rich::new(text, places.into_iter().map(entity).collect()) else { return Ok(()) };
        let edges: Vec<usize> = rich.text.chars().scan(0, |unit, letter| {
            *unit += letter.len_utf16();
            Some(*unit)
        }).collect();
        let on_an_edge = |unit: usize| unit == 0 || edges.contains(&unit);
        for (at, one) in rich.entities.iter().enumerate() {
            proptest::prop_assert!(one.length > 0 && on_an_edge(one.offset) && on_an_edge(one.end()), "{:?}", rich);
            for two in &rich.entities[at + 1..] {
                let apart = two.offset >= one.end();
                let inside = two.end() <= one.end() && !one.kind.is_verbatim();
                proptest::prop_assert!(apart || inside, "{:?}", rich);
            }
        }
    }
}

#[test]
fn overlapping_entities_are_cut_so_that_they_nest() {
    use EntityKind::{Bold, Code, Italic, Quote, TextMention};
    let entity = |(kind, offset, length): &(EntityKind, usize, usize)| MessageEntity {
        kind: kind.clone(),
        offset: *offset,
        length: *length,
    };
    let keeps = |given: &[(EntityKind, usize, usize)], kept: &[(EntityKind, usize, usize)]| {
        let rich = Rich::new("abcdefghij".to_owned(), given.iter().map(entity).collect()).unwrap();
        assert_eq!(rich.entities, kept.iter().map(entity).collect::<Vec<_>>(), "{given:?}");
    };
    keeps(&[(Italic, 3, 5), (Bold, 0, 5)], &[(Bold, 0, 3), (Italic, 3, 5), (Bold, 3, 2)]);
    keeps(&[(Bold, 0, 3), (Bold, 2, 4)], &[(Bold, 0, 6)]);
    keeps(&[(Bold, 0, 10), (Code, 2, 3)], &[(Bold, 0, 2), (Code, 2, 3), (Bold, 5, 5)]);
    keeps(&[(Bold, 0, 9), (Quote, 0, 5), (Code, 3, 2)], &[(Quote, 0, 5), (Bold, 0, 3), (Code, 3, 2), (Bold, 5, 4)]);
    keeps(
        &[(Italic, 0, 9), (Code, 3, 2), (Quote, 5, 3)],
        &[(Italic, 0, 3), (Code, 3, 2), (Quote, 5, 3), (Italic, 5, 3), (Italic, 8, 1)],
    );
    keeps(&[(TextMention(7), 0, 5), (Code, 3, 5)], &[(TextMention(7), 0, 5)]);
    keeps(&[(Quote, 0, 5), (TextMention(7), 3, 5)], &[(Quote, 0, 5)]);
    keeps(&[(Quote, 0, 5), (Quote, 3, 5)], &[(Quote, 0, 5)]);
}
