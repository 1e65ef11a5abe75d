//! Rich messages: what bots write as HTML, Markdown or blocks, and what becomes of it.

use super::*;

fn rich(message: Value) -> Value {
    json!({ "chat_id": ANNA, "rich_message": message })
}

/// The blocks of a message that is sent.
async fn blocks(world: &World, message: Value) -> Value {
    world.call("sendRichMessage", rich(message)).await["rich_message"]["blocks"].clone()
}

async fn refused(world: &World, message: Value) -> String {
    world.refusal("sendRichMessage", rich(message)).await
}

pub(in crate::tests) async fn scenario(world: &World) {
    let sent = world.call("sendRichMessage", rich(json!({ "html": "<h1>Tea</h1>" }))).await;
    let changed = with(rich(json!({ "markdown": "*Coffee*" })), json!({ "message_id": sent["message_id"] }));
    world.call("editMessageText", changed).await;
    let thinking = json!({ "html": "<tg-thinking>One moment…</tg-thinking>" });
    world.call("sendRichMessageDraft", with(rich(thinking), json!({ "draft_id": 7 }))).await;
}

#[tokio::test]
async fn html_becomes_blocks() {
    let world = World::new().await;
    let inline = "<b>bold</b> and <em>italic</em>,\n <u>under</u><s>struck</s> <code>a@b.org</code> <mark>m</mark>\
        <sub>1</sub><sup>2</sup> <tg-spoiler>s</tg-spoiler><br/>next &lt;line&gt;";
    assert_eq!(
        blocks(&world, json!({ "html": inline })).await,
        json!([{ "type": "paragraph", "text": [
            { "type": "bold", "text": "bold" }, " and ", { "type": "italic", "text": "italic" }, ", ",
            { "type": "underline", "text": "under" }, { "type": "strikethrough", "text": "struck" }, " ",
            { "type": "code", "text": "a@b.org" }, " ", { "type": "marked", "text": "m" },
            { "type": "subscript", "text": "1" }, { "type": "superscript", "text": "2" }, " ",
            { "type": "spoiler", "text": "s" }, "\nnext <line>",
        ] }])
    );
    let links = "<a href='#n'>ref</a> <a href='#c'>in</a> <a href='https://t.me/'>out</a> <a href='mailto:a@b.org'>mail</a> \
        <a href='tel:+123'>call</a> <a href='tg://user?id=1001'>Anna</a> <a href='tg://user?id=5'>nobody</a> \
        <a href='javascript:x()'>nowhere</a> <tg-reference name='n'>text</tg-reference>";
    let anna = json!({ "id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "uk" });
    assert_eq!(
        blocks(&world, json!({ "html": links })).await,
        json!([{ "type": "paragraph", "text": [
            { "type": "reference_link", "reference_name": "n", "text": "ref" }, " ",
            { "type": "anchor_link", "anchor_name": "c", "text": "in" }, " ",
            { "type": "url", "url": "https://t.me/", "text": "out" }, " ",
            { "type": "email_address", "email_address": "a@b.org", "text": "mail" }, " ",
            { "type": "phone_number", "phone_number": "+123", "text": "call" }, " ",
            { "type": "text_mention", "user": anna, "text": "Anna" }, " nobody nowhere ",
            { "type": "reference", "name": "n", "text": "text" },
        ] }])
    );
    let symbols = "<tg-emoji emoji-id='5368324170671202286'>👍</tg-emoji><img src='tg://emoji?id=5368324170671202286' alt='👍'/>\
        <tg-time unix='1647531900' format='wDT'>22:45</tg-time><tg-math>x^2</tg-math>";
    let emoji = json!({ "type": "custom_emoji", "custom_emoji_id": "5368324170671202286", "alternative_text": "👍" });
    assert_eq!(
        blocks(&world, json!({ "html": symbols })).await[0]["text"],
        json!([emoji, emoji,
            { "type": "date_time", "unix_time": 1_647_531_900, "date_time_format": "wDT", "text": "22:45" },
            { "type": "mathematical_expression", "expression": "x^2" }])
    );
}

#[tokio::test]
async fn every_block_of_html_is_known() {
    let world = World::new().await;
    let html = "<a name='top'></a><h2>Title</h2>loose <i>text</i><p>Para</p><pre><code class='language-rust'>  fn\n</code></pre>\
        <footer>Foot</footer><hr><ul><li>one</li><li><input type='checkbox' checked>done</ul><ol start='3' type='a' reversed>\
        <li>c</li><li value='7' type='i'>seven<ul><li>deep</li></ul></li></ol><blockquote>q<cite>A</cite></blockquote>\
        <blockquote expandable>long</blockquote><aside>pull</aside><details open><summary>More</summary><p>in</p></details>\
        <tg-math-block>E = mc^2</tg-math-block><tg-map lat='41.9' long='12.5' zoom='14'/><script>no()</script>\
        <table bordered striped compact><caption>T</caption><thead><tr><th colspan='2' align='right'>H</th></tr></thead>\
        <tr><td valign='top'>1</td><td>2</td></tr></table>";
    let paragraph = |text: &str| json!([{ "type": "paragraph", "text": text }]);
    assert_eq!(
        blocks(&world, json!({ "html": html })).await,
        json!([
            { "type": "anchor", "name": "top" },
            { "type": "heading", "size": 2, "text": "Title" },
            { "type": "paragraph", "text": ["loose ", { "type": "italic", "text": "text" }] },
            { "type": "paragraph", "text": "Para" },
            { "type": "pre", "text": "  fn", "language": "rust" },
            { "type": "footer", "text": "Foot" },
            { "type": "divider" },
            { "type": "list", "items": [
                { "label": "•", "blocks": paragraph("one") },
                { "label": "•", "blocks": paragraph("done"), "has_checkbox": true, "is_checked": true },
            ] },
            { "type": "list", "items": [
                { "label": "c.", "value": 3, "type": "a", "blocks": paragraph("c") },
                { "label": "vii.", "value": 7, "type": "i", "blocks": [
                    { "type": "paragraph", "text": "seven" },
                    { "type": "list", "items": [{ "label": "•", "blocks": paragraph("deep") }] },
                ] },
            ] },
            { "type": "blockquote", "blocks": paragraph("q"), "credit": "A" },
            { "type": "expandable_blockquote", "text": "long" },
            { "type": "pullquote", "text": "pull" },
            { "type": "details", "summary": "More", "is_open": true, "blocks": paragraph("in") },
            { "type": "mathematical_expression", "expression": "E = mc^2" },
            { "type": "map", "location": { "latitude": 41.9, "longitude": 12.5 }, "zoom": 14, "width": 600, "height": 400 },
            { "type": "table", "caption": "T", "is_bordered": true, "is_striped": true, "is_compact": true, "cells": [
                [{ "text": "H", "is_header": true, "colspan": 2, "align": "right", "valign": "middle" }],
                [{ "text": "1", "align": "left", "valign": "top" }, { "text": "2", "align": "left", "valign": "middle" }],
            ] },
        ])
    );
}

#[tokio::test]
async fn markdown_is_what_github_has_and_telegrams_own() {
    let world = World::new().await;
    let markdown = "# One\n\n**b** _i_ ~~s~~ ==m **x**== ||s|| `c==d` a==b $x^2$ <u>*u*</u>[^n]\n\n- [ ] open\n- [x] done\n\n\
        | A | B |\n|:--|:-:|\n| 1 | ||2|| |\n\n> quote\n\n```math\nE\n```\n\n$$F$$\n\n---\n\n\
        <details open><summary>More *raw*</summary>\n\n### In\n\n</details>\n\n![](https://t.me/a.png \"Tea\")\n\n\
        ![22:45](tg://time?unix=1647531900&format=wDT) ![👍](tg://emoji?id=5)\n\n[^n]: Foot _note_\n";
    let sent = blocks(&world, json!({ "markdown": markdown })).await;
    let text = |text: Value| json!({ "type": "paragraph", "text": text });
    assert_eq!(sent[0], json!({ "type": "heading", "size": 1, "text": "One" }));
    assert_eq!(
        sent[1],
        text(json!([
            { "type": "bold", "text": "b" }, " ", { "type": "italic", "text": "i" }, " ",
            { "type": "strikethrough", "text": "s" }, " ",
            { "type": "marked", "text": ["m ", { "type": "bold", "text": "x" }] }, " ",
            { "type": "spoiler", "text": "s" }, " ", { "type": "code", "text": "c==d" }, " a==b ",
            { "type": "mathematical_expression", "expression": "x^2" }, " ",
            { "type": "underline", "text": { "type": "italic", "text": "u" } },
            { "type": "superscript", "text": { "type": "reference_link", "reference_name": "n", "text": "1" } },
        ]))
    );
    assert_eq!(sent[2]["items"][0], json!({ "label": "•", "has_checkbox": true, "blocks": [text(json!("open"))] }));
    assert_eq!(sent[2]["items"][1]["is_checked"], true);
    assert_eq!(
        sent[3]["cells"][0][1],
        json!({ "text": "B", "is_header": true, "align": "center", "valign": "middle" })
    );
    assert_eq!(sent[4], json!({ "type": "blockquote", "blocks": [text(json!("quote"))] }));
    assert_eq!(sent[5], json!({ "type": "mathematical_expression", "expression": "E" }));
    assert_eq!(sent[6], json!({ "type": "mathematical_expression", "expression": "F" }));
    assert_eq!(sent[7], json!({ "type": "divider" }));
    assert_eq!(
        sent[8],
        json!({ "type": "details", "is_open": true, "summary": ["More ", { "type": "italic", "text": "raw" }], "blocks": [
            { "type": "heading", "size": 3, "text": "In" },
        ] })
    );
    assert_eq!((&sent[9]["type"], &sent[9]["caption"]), (&json!("photo"), &json!({ "text": "Tea" })));
    assert_eq!(sent[10]["text"][0]["type"], "date_time");
    assert_eq!(sent[10]["text"][2]["alternative_text"], "👍");
    assert_eq!(
        sent[11],
        text(json!({ "type": "reference", "name": "n", "text": ["Foot ", { "type": "italic", "text": "note" }] }))
    );
}

#[tokio::test]
async fn telegram_finds_addresses_and_names_unless_it_is_told_not_to() {
    let world = World::new().await;
    let words = "#tea $USD /start @anna https://t.me a@b.org";
    let found = json!([{ "type": "paragraph", "text": [
        { "type": "hashtag", "hashtag": "tea", "text": "#tea" }, " ",
        { "type": "cashtag", "cashtag": "USD", "text": "$USD" }, " ",
        { "type": "bot_command", "bot_command": "start", "text": "/start" }, " ",
        { "type": "mention", "username": "anna", "text": "@anna" }, " ",
        { "type": "url", "url": "https://t.me", "text": "https://t.me" }, " ",
        { "type": "email_address", "email_address": "a@b.org", "text": "a@b.org" },
    ] }]);
    assert_eq!(blocks(&world, json!({ "html": words })).await, found);
    let plain = json!([{ "type": "paragraph", "text": words }]);
    assert_eq!(blocks(&world, json!({ "html": words, "skip_entity_detection": true })).await, plain);
    assert_eq!(blocks(&world, json!({ "blocks": plain })).await, found);
}

#[tokio::test]
async fn media_stand_in_blocks_of_their_own() {
    let world = World::new().await;
    let html = "<tg-collage><img src='https://t.me/a.jpg' tg-spoiler/><video src='https://t.me/b.mp4'></video>\
        <figcaption>Two<cite>Anna</cite></figcaption></tg-collage><figure><audio src='https://t.me/c.ogg'></audio>\
        <figcaption>Voice</figcaption></figure><video src='https://t.me/d.gif'></video><img src='tg://photo?id=x'>";
    let own = json!([{ "id": "x", "media": { "type": "photo", "media": "attach://f" } }]);
    let message = json!({ "html": html, "media": own }).to_string();
    let fields = [("chat_id", "1001"), ("rich_message", message.as_str())];
    let sent = world.upload("sendRichMessage", &fields, "f", &png(20, 10, "x")).await;
    let sent = &sent["rich_message"]["blocks"];
    assert_eq!(sent[0]["caption"], json!({ "text": "Two", "credit": "Anna" }));
    assert_eq!((&sent[0]["blocks"][0]["has_spoiler"], &sent[0]["blocks"][1]["type"]), (&json!(true), &json!("video")));
    assert_eq!((&sent[1]["type"], &sent[1]["caption"]["text"]), (&json!("voice_note"), &json!("Voice")));
    assert_eq!(sent[2]["type"], "animation");
    assert_eq!(sent[3]["photo"][0]["width"], 20);
    for src in ["tg://photo?id=y", "ftp://t.me/a.jpg", "attach://f"] {
        let html = json!({ "html": format!("<img src='{src}'>") });
        assert_eq!(refused(&world, html).await, "Bad Request: RICH_MESSAGE_MEDIA_INVALID", "{src}");
    }
}

#[tokio::test]
async fn buttons_inside_of_a_message_are_tapped_like_others() {
    let world = World::new().await;
    let html = "<p>Take <tg-button type='callback_data' style='link' data='one'>one</tg-button></p><tg-button-row align='center'>\
        <tg-button type='callback_data' data='two'>two</tg-button><tg-button type='url' url='https://t.me'>site</tg-button>\
        <tg-button type='disabled'>No</tg-button></tg-button-row>";
    let sent = blocks(&world, json!({ "html": html })).await;
    assert_eq!(
        sent[0]["text"],
        json!(["Take ", { "type": "button", "button": { "text": "one", "style": "link", "callback_data": "one" } }])
    );
    assert_eq!(sent[1]["buttons"][2], json!({ "text": "No", "disabled": {} }));
    for (label, data) in [("one", "one"), ("two", "two")] {
        world.sim.tap_label(TOKEN, ANNA, label).expect("tapped");
        let tap = updates(&world, "callback_query").await.pop().expect("told");
        assert_eq!(tap["data"], data);
        assert!(tap["message"]["rich_message"].is_object());
    }
    let labels: Vec<Vec<String>> = world
        .chat()
        .bubbles
        .last()
        .expect("a message")
        .rows
        .iter()
        .map(|row| row.iter().map(|button| button.label.clone()).collect())
        .collect();
    assert_eq!(labels, [vec!["one"], vec!["two", "site", "No"]]);
    let wrong =
        json!({ "html": "<tg-button-row><tg-button type='callback_data' data=''>x</tg-button></tg-button-row>" });
    assert_eq!(refused(&world, wrong).await, "Bad Request: BUTTON_DATA_INVALID");
}

#[tokio::test]
async fn a_rich_message_is_edited_and_read_as_text() {
    let world = World::new().await;
    let html = "<h1>Tea</h1><ul><li>green</li><li><input type='checkbox'>black</li></ul><table><tr><th>A</th><td>1</td></tr></table>\
        <details><summary>More</summary>in</details><img src='https://t.me/a.jpg'/>";
    let sent = world.call("sendRichMessage", rich(json!({ "html": html, "is_rtl": true }))).await;
    assert_eq!(sent["rich_message"]["is_rtl"], true);
    let shown = || world.chat().bubbles.last().map(|bubble| bubble.text.clone()).expect("a message");
    assert_eq!(shown(), "**Tea**\n• green\n☐ black\nA | 1\n▸ More\n  in\n🖼");
    let edit = |fields: Value| with(json!({ "chat_id": ANNA, "message_id": sent["message_id"] }), fields);
    let same = edit(json!({ "rich_message": { "html": html, "is_rtl": true } }));
    assert!(world.refusal("editMessageText", same).await.starts_with("Bad Request: message is not modified"));
    assert_eq!(world.call("editMessageText", edit(json!({ "text": "plain" }))).await["text"], "plain");
    world.call("editMessageText", edit(json!({ "rich_message": { "markdown": "_rich_" } }))).await;
    assert_eq!(shown(), "__rich__");
    let copy = json!({ "chat_id": ANNA, "from_chat_id": ANNA, "message_id": sent["message_id"] });
    world.call("sendMessage", json!({ "chat_id": ANNA, "text": "between" })).await;
    world.call("copyMessage", copy.clone()).await;
    assert_eq!(shown(), "__rich__");
    assert!(world.call("forwardMessage", copy).await["rich_message"].is_object());
}

#[tokio::test]
async fn what_is_too_much_or_nothing_is_refused() {
    let world = World::new().await;
    let html = |html: String| json!({ "html": html });
    let level = |count: usize| format!("{}x{}", "<b>".repeat(count), "</b>".repeat(count));
    let row = |count: usize| format!("<table><tr>{}</tr></table>", "<td>x</td>".repeat(count));
    for (message, words) in [
        (json!({}), "rich message must be non-empty"),
        (json!({ "markdown": " " }), "RICH_MESSAGE_MARKDOWN_INVALID"),
        (html("<hr>".repeat(60)), "RICH_MESSAGE_EMPTY"),
        (html("<p> </p>".into()), "RICH_MESSAGE_EMPTY"),
        (html("x".repeat(32_769)), "RICH_MESSAGE_TOO_LONG"),
        (html("<p>x</p>".repeat(501)), "RICH_MESSAGE_INVALID"),
        (html("<img src='https://t.me/a.png'>".repeat(51)), "RICH_MESSAGE_INVALID"),
        (html(row(21)), "RICH_MESSAGE_INVALID"),
        (html(level(16)), "RICH_MESSAGE_INVALID"),
        (html("<b>".repeat(10_000)), "RICH_MESSAGE_INVALID"),
        (
            html(format!("<table><tr>{}</tr></table>", "<td colspan='9223372036854775807'>x</td>".repeat(3))),
            "RICH_MESSAGE_INVALID",
        ),
        (
            html("<tg-map lat='1' long='1' width='9223372036854775807' height='9223372036854775807'/>".into()),
            "invalid map properties specified",
        ),
        (json!({ "markdown": "==".repeat(250_000) }), "RICH_MESSAGE_TOO_LONG"),
        (html("x".repeat(1_100_000)), "RICH_MESSAGE_TOO_LONG"),
        (html("<tg-time unix='4000000000' format='r'>x</tg-time>".into()), "RICH_MESSAGE_DATE_INVALID"),
        (html("<tg-thinking>x</tg-thinking>".into()), "block is not allowed"),
        (html("<tg-collage><p>x</p></tg-collage>".into()), "block is not allowed"),
        (html("<tg-map lat='x'/>".into()), "invalid location specified"),
        (html("<tg-map lat='1' long='1' zoom='25'/>".into()), "invalid map properties specified"),
        (
            json!({ "blocks": [{ "type": "heading", "size": 7, "text": "x" }] }),
            "invalid section heading size specified",
        ),
        (json!({ "blocks": [{ "type": "list", "items": [] }] }), "list must be non-empty"),
        (json!({ "blocks": [{ "type": "paragraph" }] }), "can't parse InputRichBlock: Can't find field \"text\""),
        (json!({ "blocks": [{ "type": "strange" }] }), "can't parse InputRichBlock: Unsupported type specified"),
    ] {
        assert_eq!(refused(&world, message.clone()).await, format!("Bad Request: {words}"), "{message:.100}");
    }
    for fits in [html("x".repeat(32_768)), html("<p>x</p>".repeat(500)), html(row(20)), html(level(15))] {
        blocks(&world, fits).await;
    }
}

#[tokio::test]
async fn tags_that_are_not_closed_keep_their_words_apart() {
    let world = World::new().await;
    let html = "<table><tr><td>1<td>2<tr><td><p>3</p><p>4</p></table><ul><li><p>a<li><p>b</ul><p>one<p>two<b>x<ul><li>c</li><li>d</li></ul></b>\
        <video src='https://t.me/a.mp4'>behind";
    let sent = blocks(&world, json!({ "html": html })).await;
    let text = |text: &str| json!({ "type": "paragraph", "text": text });
    let cell = |text: &str| json!({ "text": text, "align": "left", "valign": "middle" });
    assert_eq!(sent[0]["cells"], json!([[cell("1"), cell("2")], [cell("3\n4")]]));
    let items: Vec<&Value> =
        sent[1]["items"].as_array().expect("items").iter().map(|item| &item["blocks"][0]).collect();
    assert_eq!(items, [&text("a"), &text("b")]);
    assert_eq!(sent[2], text("one"));
    assert_eq!(sent[3]["text"], json!(["two", { "type": "bold", "text": "x" }]));
    assert_eq!(sent[4]["items"][1]["blocks"], json!([text("d")]));
    assert_eq!((&sent[5]["type"], &sent[6]), (&json!("video"), &text("behind")));
}

#[tokio::test]
async fn a_picture_in_a_text_stands_beside_it_and_needs_the_right_to_send_it() {
    let world = World::new().await;
    let html = "<h1>T<img src='https://t.me/a.png'></h1><b>x<img src='https://t.me/b.png'></b>";
    let kinds = async |message: Value| -> Vec<Value> {
        let sent = blocks(&world, message).await;
        sent.as_array().expect("blocks").iter().map(|block| block["type"].clone()).collect()
    };
    assert_eq!(kinds(json!({ "html": html })).await, ["heading", "photo", "paragraph", "photo"]);
    let badge = json!({ "markdown": "[![](https://t.me/a.png)](https://t.me)" });
    assert_eq!(kinds(badge).await, ["photo"]);
    friends(&world);
    world.call("setChatPermissions", in_group(json!({ "permissions": { "can_send_messages": true } }))).await;
    let message = in_group(json!({ "rich_message": { "html": html } }));
    world.call("sendRichMessage", message.clone()).await;
    let member = NewGroup { title: "Friends".into(), bot: Some(crate::BotStatus::Member), ..NewGroup::default() };
    world.sim.group(TOKEN, GROUP, &member).expect("no administrator any more");
    let refused = world.refusal("sendRichMessage", message).await;
    assert_eq!(refused, "Bad Request: not enough rights to send photos to the chat");
}

#[tokio::test]
async fn what_a_bot_brings_is_read_leniently_and_told_exactly() {
    let world = World::new().await;
    let bold = json!({ "type": "bold", "text": "x", "zzz": 1, "button": { "text": "Hidden", "callback_data": "z" } });
    let math = json!({ "type": "mathematical_expression", "expression": 5 });
    let time = json!({ "type": "date_time", "unix_time": "1647531900", "date_time_format": "r", "text": "then" });
    let cell = json!([[{ "text": null, "align": "left", "valign": "top" }, { "text": "x", "align": "left", "valign": "top" }]]);
    let sent = blocks(&world, json!({ "blocks": [
        { "type": "paragraph", "text": [bold, time, math], "strange": true }, { "type": "heading", "size": "2", "text": "T" },
        { "type": "table", "cells": cell },
    ] })).await;
    assert_eq!(
        sent[0],
        json!({ "type": "paragraph", "text": [
            { "type": "bold", "text": "x" },
            { "type": "date_time", "unix_time": 1_647_531_900, "date_time_format": "r", "text": "then" },
            { "type": "mathematical_expression", "expression": "5" },
        ] })
    );
    assert_eq!(sent[1]["size"], 2);
    assert!(world.sim.tap_label(TOKEN, ANNA, "Hidden").is_err());
    for (button, words) in [
        (json!({ "text": "x" }), "BUTTON_INVALID"),
        (json!({ "text": "x", "url": "https://t.me", "callback_data": "y" }), "BUTTON_INVALID"),
        (json!({ "text": "x", "pay": true }), "BUTTON_INVALID"),
        (json!({ "text": { "type": "bold", "text": "x" }, "callback_data": "y" }), "BUTTON_TEXT_INVALID"),
    ] {
        let row = |count: usize| json!({ "blocks": [{ "type": "buttons", "buttons": vec![&button; count] }] });
        assert_eq!(refused(&world, row(1)).await, format!("Bad Request: {words}"), "{button}");
    }
    let many =
        json!({ "blocks": [{ "type": "buttons", "buttons": vec![json!({ "text": "x", "callback_data": "y" }); 9] }] });
    assert_eq!(refused(&world, many).await, "Bad Request: BUTTON_INVALID");
}

#[tokio::test]
async fn a_draft_is_seen_until_the_message_comes_or_the_person_stops_it() {
    let world = World::new().await;
    let draft = |fields: Value| with(json!({ "chat_id": ANNA, "draft_id": 7 }), fields);
    let view = || {
        let url = format!("{}/sim/v1/bots/{TOKEN}/people/{ANNA}", world.server.base_url);
        world.send(world.http.get(url))
    };
    let seen = async || view().await["draft"].clone();
    world.call("sendMessageDraft", draft(json!({ "text": "<b>On</b>", "parse_mode": "HTML" }))).await;
    assert_eq!((&seen().await["text"], &seen().await["entities"][0]["type"]), (&json!("On"), &json!("bold")));
    assert!(world.sim.stop_draft(TOKEN, ANNA).is_err(), "it does not let itself be stopped");
    world.call("sendMessageDraft", draft(json!({}))).await;
    assert_eq!(seen().await["text"], "Thinking…");
    let rich = json!({ "rich_message": { "html": "<h1>Tea</h1>" }, "can_stop": true, "keep_on_stop": true });
    world.call("sendRichMessageDraft", draft(rich.clone())).await;
    assert_eq!(seen().await["rich_message"]["blocks"][0]["text"], "Tea");
    world.sim.stop_draft(TOKEN, ANNA).expect("stopped");
    let told = updates(&world, "stopped_message_generation").await.pop().expect("told");
    assert_eq!((&told["draft_id"], &told["chat"]["id"]), (&json!(7), &json!(ANNA)));
    assert_eq!((&seen().await["can_stop"], world.sim.stop_draft(TOKEN, ANNA).is_err()), (&json!(false), true));
    world.call("sendRichMessageDraft", draft(with(rich, json!({ "keep_on_stop": false })))).await;
    world.sim.stop_draft(TOKEN, ANNA).expect("stopped");
    assert_eq!(seen().await, Value::Null);
    world.call("sendMessageDraft", draft(json!({ "text": "On" }))).await;
    world.call("sendMessage", json!({ "chat_id": ANNA, "text": "Done" })).await;
    assert_eq!(seen().await, Value::Null);
}
