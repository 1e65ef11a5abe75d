use super::*;

/// Kind, offset and length of each entity.
type Marks<'a> = &'a [(EntityKind, usize, usize)];

#[track_caller]
fn reads(read: Result<Rich, MarkupError>, text: &str, marks: Marks<'_>) {
    let rich = read.unwrap();
    let found: Vec<_> = rich.entities.into_iter().map(|entity| (entity.kind, entity.offset, entity.length)).collect();
    assert_eq!((rich.text.as_str(), found.as_slice()), (text, marks));
}

#[track_caller]
fn reads_v2(markdown: &str, text: &str, marks: Marks<'_>) {
    reads(parse_markdown_v2(markdown), text, marks);
}

#[track_caller]
fn refuses(markdown: &str, words: &str) {
    let refusal = parse_markdown_v2(markdown).unwrap_err().to_string();
    assert_eq!(refusal, format!("can't parse entities: {words}"), "{markdown}");
}

fn pre(language: &str) -> EntityKind {
    EntityKind::Pre(language.to_owned())
}

fn link(url: &str) -> EntityKind {
    EntityKind::Link(url.to_owned())
}

use EntityKind::{Bold, Code, ExpandableQuote, Italic, Quote, Spoiler, Struck, TextMention, Underline};

#[test]
fn marks_may_stand_inside_of_marks() {
    reads_v2(
        "*tea* _cake_ __both__ ~500~ ||no||",
        "tea cake both 500 no",
        &[(Bold, 0, 3), (Italic, 4, 4), (Underline, 9, 4), (Struck, 14, 3), (Spoiler, 18, 2)],
    );
    reads_v2(
        "*a _b ~c ||d||~ __e___ f*",
        "a b c d e f",
        &[(Bold, 0, 11), (Italic, 2, 7), (Struck, 4, 3), (Spoiler, 6, 1), (Underline, 8, 1)],
    );
    reads_v2("`_a*` *`b`*", "_a* b", &[(Code, 0, 3), (Code, 4, 1)]);
}

#[test]
fn two_underscores_are_an_underline_wherever_they_can_be() {
    reads_v2("_a __b___", "a b", &[(Italic, 0, 3), (Underline, 2, 1)]);
    reads_v2("__a _b_ __", "a b", &[(Underline, 0, 3), (Italic, 2, 1)]);
    refuses("🍵__a _b___", "Can't find end of Italic entity at byte offset 12");
    reads_v2("a____", "a", &[]);
}

#[test]
fn offsets_count_utf16_units_in_the_text_and_bytes_in_refusals() {
    reads_v2("🍵 чай_🍰 2\\._", "🍵 чай🍰 2.", &[(Italic, 6, 5)]);
    refuses("🍵 🍵_чай", "Can't find end of Italic entity at byte offset 9");
    refuses("🍵 🍵_чай *cake ", "Can't find end of Bold entity at byte offset 17");
}

#[test]
fn reserved_characters_need_a_backslash() {
    for reserved in "]()>#+-=|{}.!".chars() {
        let words = format!("Character '{reserved}' is reserved and must be escaped with the preceding '\\'");
        refuses(&format!("a{reserved}"), &words);
        reads_v2(&format!("a\\{reserved}"), &format!("a{reserved}"), &[]);
    }
    reads_v2("\\a \\\\ \\ч \\", "a \\ \\ч \\", &[]);
    refuses("10 - 5", "Character '-' is reserved and must be escaped with the preceding '\\'");
}

#[test]
fn a_mark_without_an_end_is_refused() {
    refuses("*", "Can't find end of Bold entity at byte offset 0");
    refuses("`a", "Can't find end of Code entity at byte offset 0");
    refuses("a ```b", "Can't find end of Pre entity at byte offset 2");
    refuses("a ```b c", "Can't find end of PreCode entity at byte offset 2");
    refuses("```rust fn`", "Can't find end of Code entity at byte offset 10");
    refuses("||a\\|", "Can't find end of Spoiler entity at byte offset 0");
    refuses("~a", "Can't find end of Strikethrough entity at byte offset 0");
    refuses("[a", "Can't find end of TextUrl entity at byte offset 0");
    refuses("[a](b\\)", "Can't find end of a URL at byte offset 4");
}

#[test]
fn a_block_of_code_may_name_its_language() {
    reads_v2("```\nfn main```", "fn main", &[(pre(""), 0, 7)]);
    reads_v2("```rust\r\nfn main() {}```", "fn main() {}", &[(pre("rust"), 0, 12)]);
    reads_v2("```rust fn```", "fn", &[(pre("rust"), 0, 2)]);
    reads_v2("```fn```", "fn", &[(pre(""), 0, 2)]);
    reads_v2("```a \\` \\\\ b```", "` \\ b", &[(pre("a"), 0, 5)]);
    reads_v2("a``````", "a", &[]);
}

#[test]
fn links_lead_to_addresses_and_to_people() {
    reads_v2("[tea](https://e.org/?a\\=\\(1\\))", "tea", &[(link("https://e.org/?a=(1)"), 0, 3)]);
    reads_v2("[tea\\.org]", "tea.org", &[(link("http://tea.org/"), 0, 7)]);
    reads_v2("[*tea* now](tg://user?id=123456)", "tea now", &[(TextMention(123_456), 0, 7), (Bold, 0, 3)]);
    reads_v2("[tea](HTTPS://Tea.org?A\\=B)", "tea", &[(link("https://tea.org/?A=B"), 0, 3)]);
    reads_v2("[tea](nowhere)", "tea", &[]);
    reads_v2("[tea](http://localhost/a.b)", "tea", &[]);
    reads_v2("[](tea.org)", "", &[]);
}

#[test]
fn an_emoji_is_named_by_its_address() {
    reads_v2("a![👍](TG://EMoJI/?x=1&id=25#id=32)b", "a👍b", &[(EntityKind::CustomEmoji("25".to_owned()), 1, 2)]);
    refuses("a![👍", "Can't find end of CustomEmoji entity at byte offset 1");
    refuses("![👍]", "Custom emoji entity must contain a tg://emoji URL");
    refuses("![👍](tg://emoji?id=12", "Can't find end of a custom emoji URL at byte offset 8");
    refuses("![👍](t://emoji?id=1234)", "Custom emoji URL must have scheme tg");
    refuses("![👍](tg:emojis?id=1234)", "Custom emoji URL must have host \"emoji\"");
    refuses("![👍](tg://emoji#test)", "Custom emoji URL must have an emoji identifier");
    refuses("![👍](tg://emoji?test=1#&id=25)", "Custom emoji URL must have an emoji identifier");
    refuses("![👍](tg://emoji?test=1231&id=025)", "Invalid custom emoji identifier specified");
}

#[test]
fn a_quote_goes_on_from_line_to_line() {
    reads_v2("a\n>b\n>c\nd", "a\nb\nc\nd", &[(Quote, 2, 4)]);
    reads_v2(">*b\n>c*", "b\nc", &[(Quote, 0, 3), (Bold, 0, 3)]);
    reads_v2("*a\n>b\nc*", "a\nb\nc", &[(Bold, 0, 5), (Quote, 2, 2)]);
    reads_v2(">`b\n>c\nd`\n>e\nf", "b\n>c\nd\ne\nf", &[(Quote, 0, 9), (Code, 0, 6)]);
    reads_v2(">a\n**>b", "a\nb", &[(Quote, 0, 2), (Quote, 2, 1)]);
    refuses(">*b\nc*", "Can't find end of Bold entity at byte offset 1");
    refuses(">\n*a*>b", "Character '>' is reserved and must be escaped with the preceding '\\'");
}

#[test]
fn two_bars_at_its_end_make_a_quote_expandable() {
    reads_v2(">a\n>b||c||d||\ne", "a\nbcd\ne", &[(ExpandableQuote, 0, 6), (Spoiler, 3, 1)]);
    reads_v2("**>a\n>b||", "a\nb", &[(ExpandableQuote, 0, 3)]);
    reads_v2(">a\r\n>b||\r\nc", "a\nb\nc", &[(ExpandableQuote, 0, 4)]);
    reads_v2(">a||b||\nc", "ab\nc", &[(Quote, 0, 3), (Spoiler, 1, 1)]);
    refuses(">a||b\n||c", "Can't find end of Spoiler entity at byte offset 2");
    refuses(">a||b||__\nc", "Can't find end of Underline entity at byte offset 7");
    refuses(">a*b||\nc", "Can't find end of Bold entity at byte offset 2");
}

#[test]
fn in_the_old_mode_marks_do_not_nest() {
    reads(
        parse_markdown("*tea* _ca*ke_ `a_b` \\*\\a"),
        "tea ca*ke a_b *\\a",
        &[(Bold, 0, 3), (Italic, 4, 5), (Code, 10, 3)],
    );
    reads(
        parse_markdown("```rust\nfn\n``` [tea](tea.org) 1.5!"),
        "fn\n tea 1.5!",
        &[(pre("rust"), 0, 3), (link("http://tea.org/"), 4, 3)],
    );
    reads(parse_markdown("[Anna](tg://user?id=7"), "Anna", &[(TextMention(7), 0, 4)]);
    reads(parse_markdown("[](tea.org)**"), "(tea.org)", &[]);
    for (unended, at) in [("🍵 *tea", 5), ("[tea", 0), ("a ```b``", 2), ("it's_", 4)] {
        let refusal = parse_markdown(unended).unwrap_err().to_string();
        assert_eq!(refusal, format!("can't parse entities: Can't find end of the entity starting at byte offset {at}"));
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_escaped_comes_back(text in "[ -~\\n🍵ч]{0,40}") {
        let rich = parse_markdown_v2(&escape_markdown_v2(&text)).unwrap();
        proptest::prop_assert_eq!(rich, Rich::plain(&text));
    }

    #[test]
    fn marks_lie_within_the_text(markdown in "[*_~`|>\\[\\]()!\\\\\n\r a🍵ч]{0,40}") {
        for rich in [parse_markdown_v2(&markdown), parse_markdown(&markdown)].into_iter().flatten() {
            let length = rich.utf16_len();
            proptest::prop_assert!(rich.entities.iter().all(|entity| entity.length > 0 && entity.end() <= length));
            rich.to_chat();
            proptest::prop_assert_eq!(crate::markup::parse_html(&rich.to_html()).map(|again| again.text), Ok(rich.text));
        }
    }
}
