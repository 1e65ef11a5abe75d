use super::*;
use crate::markup::parse_html;

/// What is found in a plain text, all of it of one kind.
#[track_caller]
fn finds(kind: &EntityKind, text: &str, parts: &[&str]) {
    let found = marks(Rich { text: text.to_owned(), entities: Vec::new() });
    let kinds: Vec<_> = found.iter().filter(|(found, _)| found == kind).map(|(_, part)| part.as_str()).collect();
    assert_eq!(kinds, parts, "{text}");
}

/// Everything marked in a text once Telegram has looked at it, with the text it is over.
fn marks(mut rich: Rich) -> Vec<(EntityKind, String)> {
    rich.find_entities();
    let units: Vec<u16> = rich.text.encode_utf16().collect();
    let over = |entity: &MessageEntity| String::from_utf16(&units[entity.offset..entity.end()]).unwrap();
    rich.entities.iter().map(|entity| (entity.kind.clone(), over(entity))).collect()
}

#[test]
fn mentions_have_four_letters_or_are_known() {
    let finds = |text, parts: &[&str]| finds(&EntityKind::Mention, text, parts);
    finds("@anna, 🍵 @Boris_1.", &["@anna", "@Boris_1"]);
    finds("@abc @gif @PIC @y", &["@gif", "@PIC"]);
    finds("no@mention чай@mention @чай @abcdчай", &[]);
    finds("@first@second", &["@first"]);
    finds(&format!("@{} @{}", "a".repeat(32), "b".repeat(33)), &[&format!("@{}", "a".repeat(32))]);
}

#[test]
fn commands_stand_at_the_start_of_any_word() {
    let finds = |text, parts: &[&str]| finds(&EntityKind::BotCommand, text, parts);
    finds("/start, then /help@tea_bot!", &["/start", "/help@tea_bot"]);
    finds("(/help)", &["/help"]);
    finds("a/b /a/b </a> /кошик 1/2 / /@bot /a@b", &[]);
}

#[test]
fn phone_numbers_begin_with_a_plus_and_have_8_to_15_digits() {
    let finds = |text, parts: &[&str]| finds(&EntityKind::Phone, text, parts);
    finds("Call +12125550123, or +380 (50) 123-45-67.", &["+12125550123", "+380 (50) 123-45-67"]);
    finds("+1234567 +1234567890123456 +0123456789 a+12125550123 1+1 +12125550123a", &[]);
}

#[test]
fn tags_have_letters() {
    let hash = |text, parts: &[&str]| finds(&EntityKind::Hashtag, text, parts);
    hash("#tea #чай_1 (#2024a)", &["#tea", "#чай_1", "#2024a"]);
    hash("#123 я#a #a# ## #", &[]);
    hash("#a#b #c", &["#c"]);
    hash("#tea@bar #tea@a", &["#tea@bar", "#tea"]);
    let cash = |text, parts: &[&str]| finds(&EntityKind::Cashtag, text, parts);
    cash("$USD, $A $1INCH", &["$USD", "$A", "$1INCH"]);
    cash("$usd $ABCDEFGHI $ABC1 1$ABC $$ABC $ABC$ $АВС", &[]);
}

#[test]
fn addresses_need_a_scheme_or_a_known_end() {
    let finds = |text, parts: &[&str]| finds(&EntityKind::Url, text, parts);
    finds("tea.org and https://Tea.house/a?b=1#c.", &["tea.org", "https://Tea.house/a?b=1#c"]);
    finds("See t.me/tea, чай.укр and TEA.ORG!", &["t.me/tea", "чай.укр", "TEA.ORG"]);
    finds("1.5 kg. Tea.Org e.g. i.e. 12.30 a.b file.txt v1.2.3", &[]);
    finds(
        "http://tea.local:8080/x http://localhost/ 127.0.0.1:80 300.1.1.1",
        &["http://tea.local:8080/x", "127.0.0.1:80"],
    );
    finds("(tea.org/a_(b)) [tea.org/c]", &["tea.org/a_(b)", "tea.org/c"]);
    finds("tg://user?id=1 ton://x/y tg:x sftp://tea.org", &["tg://user?id=1", "ton://x/y"]);
    finds("http://anna:pw@tea.org/ «tea.org/x»", &["http://anna:pw@tea.org/", "tea.org/x"]);
    finds(
        "https://a.bc@tea.com:cd.com google.com:65536 shttp://tea.org",
        &["https://a.bc@tea.com", "cd.com", "google.com"],
    );
    finds("tea.org... tea.org,cake.org tea..org", &["tea.org", "tea.org", "cake.org"]);
    finds("-.tea-.org a_b.org _a.b.org", &["_a.b.org"]);
}

#[test]
fn emails_are_told_from_addresses() {
    let finds = |text, parts: &[&str]| finds(&EntityKind::Email, text, parts);
    finds("anna@example.com, mailto:a.b@tea.co.uk.", &["anna@example.com", "a.b@tea.co.uk"]);
    finds("anna@example @example.com a@b.c anna@-tea.org", &[]);
}

#[test]
fn what_is_marked_already_stays_so() {
    let kept = |html: &str, kinds: &[(EntityKind, &str)]| {
        let kinds: Vec<_> = kinds.iter().map(|(kind, part)| (kind.clone(), (*part).to_owned())).collect();
        assert_eq!(marks(parse_html(html).unwrap()), kinds, "{html}");
    };
    kept("<code>/start</code> /help", &[(EntityKind::Code, "/start"), (EntityKind::BotCommand, "/help")]);
    kept("<a href=\"e.org\">tea.org</a>", &[(EntityKind::Link("http://e.org/".to_owned()), "tea.org")]);
    kept("<b>see @anna</b>", &[(EntityKind::Bold, "see @anna"), (EntityKind::Mention, "@anna")]);
    kept("<b>see @an</b>na", &[(EntityKind::Bold, "see "), (EntityKind::Mention, "@anna"), (EntityKind::Bold, "@an")]);
    kept("<blockquote>#tea</blockquote>", &[(EntityKind::Quote, "#tea"), (EntityKind::Hashtag, "#tea")]);
    kept("<blockquote>#t</blockquote>ea", &[(EntityKind::Quote, "#t")]);
}

#[test]
fn what_is_found_is_not_written() {
    let mut rich = parse_html("<b>@anna</b> /start tea.org").unwrap();
    rich.find_entities();
    assert_eq!(rich.entities.len(), 4);
    assert_eq!(rich.to_chat(), "**@anna** /start tea.org");
    assert_eq!(rich.to_html(), "<b>@anna</b> /start tea.org");
}

proptest::proptest! {
    #[test]
    fn found_entities_lie_within_the_text_and_nest(html in "(<b>|</b>|[@/#$.:A-Ca-c1_?)( \\-]|http://|org|🍵|ч|\u{2014}){0,30}") {
        let Ok(mut rich) = parse_html(&html) else { return Ok(()) };
        rich.find_entities();
        let length = rich.utf16_len();
        for (at, one) in rich.entities.iter().enumerate() {
            proptest::prop_assert!(one.length > 0 && one.end() <= length);
            let nests = |two: &MessageEntity| two.offset >= one.end() || two.end() <= one.end();
            proptest::prop_assert!(rich.entities[at + 1..].iter().all(nests), "{:?}", rich);
        }
    }
}
