//! Markdown: what becomes of markup, links and images, and what is refused because it costs too much.

use proptest::{prelude::*, test_runner::TestRunner};

use super::{
    judge::{attribute, sound, texts, wrong_in},
    *,
};

/// Attack strings of our own: for where the corpus is not at hand, and always for what is rendered.
#[rustfmt::skip] // A list.
pub const VECTORS: &[&str] = &[
    "<script>alert(1)</script>", "<ScRiPt src=//evil.example/x.js></sCrIpT>", "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>",
    "\" autofocus onfocus=alert(1) x=\"", "' onmouseover='alert(1)", "<img src=x onerror=alert(1)>",
    "<img src=\"x\" onerror=\"&#97;lert(1)\">", "<svg onload=alert(1)>", "<svg/onload=alert`1`>", "<body onload=alert(1)>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>", "<iframe src=javascript:alert(1)>",
    "<object data=data:text/html,x></object>", "<embed src=//evil.example/x.swf>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=\"0;url=//evil.example\">", "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>", "<p style=\"background:url(//evil.example)\">x</p>",
    "<form action=//evil.example><input name=csrf><button>Sign in</button></form>", "<button formaction=javascript:alert(1)>x</button>",
    "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>", "<marquee onstart=alert(1)>",
    "<input autofocus onfocus=alert(1)>", "<a id=csrf name=body>x</a>", "<img name=getElementById>",
    "<form id=attributes><input name=action>", "<a href=\"javascript:alert(1)\">x</a>", "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><script>alert(1)</script>", "<![CDATA[<script>alert(1)</script>]]>", "<?xml version=\"1.0\"?><script>x</script>",
    "<<script>script>alert(1)<</script>/script>", "<scr\0ipt>alert(1)</scr\0ipt>",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "<plaintext>", "<xmp><script>alert(1)</script></xmp>",
    "<template><script>alert(1)</script></template>",
    // What sanitisers were caught with: RUSTSEC-2021-0074, 2022-0003, 2025-0071, and those after them.
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><iframe><a title=\"</iframe><img src onerror=alert(1)>\">test",
    "<svg><annotation-xml><foreignobject><style><!--</style><p id=\"--><img src='x' onerror='alert(1)'>\">",
    "<svg><title><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<svg><foreignObject><table><path><xmp><!--</xmp><img title'--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mtext><table><mglyph><xmp><!--</xmp><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><annotation-xml encoding='text/html'><xmp><!--</xmp><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<svg><a><animate attributeName=href values=javascript:alert(1) /><text>x</text></a>",
    "<svg><set attributeName=onmouseover to=alert(1)>", "<math><mi xlink:href=\"data:x,<script>alert(1)</script>\">x</mi></math>",
    "<select><noscript><style></select><img src=x onerror=alert(1)>",
    "<table><td><svg><desc><table><td></table><style><img src=x onerror=alert(1)></style>",
    "<a style=\"background:URL(//evil.example)\">x</a>",
    // Through Markdown itself.
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java&#9;script:alert(1))", "[x](&#106;avascript:alert(1))",
    "[x](\u{1}javascript:alert(1))", "[x](<javascript:alert(1)>)", "[x](vbscript:x)", "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](//evil.example)", "[x](\\\\evil.example)", "[x](file:///etc/passwd)", "<javascript:alert(1)>", "<data:text/html,x>",
    "![x](javascript:alert(1))", "![x](data:image/svg+xml,x)", "![](https://evil.example/p.png)",
    "[x](https://a.example \"onmouseover=alert(1)\")", "[x](https://a.example/\"onmouseover=\"alert(1))",
    "[x](https://a.example/'><script>alert(1)</script>)", "[x]: javascript:alert(1)\n\n[x]",
    "[<script>alert(1)</script>](https://a.example)", "[![x](https://a.example/x.png)](javascript:alert(1))",
    "```js\" onmouseover=alert(1) \"\nx\n```", "```\n<script>alert(1)</script>\n```", "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>", "# <img src=x onerror=alert(1)>", "# x {#csrf .button onclick=alert(1)}",
    "> <script>\n> alert(1)\n> </script>", "| <script> |\n|:-:|\n| <img src=x onerror=alert(1)> |",
    "https://a.example/\"onmouseover=alert(1)", "https://a.example/<script>alert(1)</script>",
    "mailto:a@b.example?subject=\"><script>x</script>", "x@y.example\"onmouseover=alert(1)", "<https://a.example/\"onmouseover=alert(1)>",
    "[^1]\n\n[^1]: <script>x</script>", "- [x] <script>x</script>", "~~<del onclick=x>~~",
];

/// What the forum makes of a description, or why it refuses it; both by way of a draft, which is cheap.
async fn previews(person: &Person, text: &str) -> Result<String, Vec<String>> {
    let query = "mutation Preview($input: SubmitResourceInput!) { submitResource(input: $input) {
        submission { resource { preview } } userErrors { code field } } }";
    let input = with(resource("A draft"), json!({ "description": text, "draft": true }));
    let answer = person.asks(query, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{text:.80}: {answer}");
    let payload = &answer["data"]["submitResource"];
    match payload["submission"]["resource"]["preview"].as_str() {
        Some(html) => Ok(html.to_owned()),
        None => Err(refusals(payload)),
    }
}

#[tokio::test]
async fn what_sanitisers_were_caught_with_finds_nothing_here() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let together = VECTORS.chunks(10).map(|some| some.join("\n\n"));
    for text in VECTORS.iter().map(|vector| (*vector).to_owned()).chain(together) {
        let html = previews(&ada, &text).await.expect("nothing that is refused");
        assert_eq!(wrong_in(&html), NOTHING, "{text}: {html}");
        // What comes out goes in again, as it would from a copied page.
        let again = previews(&ada, &html).await.expect("nothing that is refused");
        assert_eq!(wrong_in(&again), NOTHING, "{html}: {again}");
    }
}

/// Pieces that attacks are made of.
#[rustfmt::skip] // A list.
const PIECES: &[&str] = &[
    "<", ">", "</", "/>", "\"", "'", "`", "```", "&", "&lt;", "&#60;", "&#x3c;", "&colon;", "=", " ", "\n", "\n\n", "\t", "\\", "\0",
    "\u{b}", "\u{202e}", "é", "x", "script", "style", "svg", "math", "mglyph", "annotation-xml", "foreignObject", "xmp", "noscript",
    "title", "textarea", "img", "a", "p", "table", "td", "!--", "-->", "![CDATA[", "]]>", "onerror=x", " href=", "src=x", "id=x",
    "javascript:", "data:", "//evil.example", "https://a.example", "a@b.example", "mailto:", "[", "]", "](", ")", "!", "[x]: ", "*", "**",
    "_", "~~", "#", "> ", "- ", "1. ", "|", "|-|", "---", "    ", "{", "}", "{{", "}}",
];

#[test]
fn whatever_is_rendered_and_rendered_again_holds_nothing_new() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _inside = runtime.enter();
    let (_forum, ada) = runtime.block_on(async {
        let forum = Forum::open().await;
        let ada = forum.member("ada").await;
        (forum, ada)
    });
    let cases = if all() { 5_000 } else { 60 };
    let config = ProptestConfig { cases, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() };
    let text = prop::collection::vec(prop::sample::select(PIECES), 1..40).prop_map(|pieces| pieces.concat());
    let outcome = TestRunner::new(config).run(&text, |text| {
        // What is nested too deeply is refused, and that is well.
        let Ok(html) = runtime.block_on(previews(&ada, &text)) else { return Ok(()) };
        prop_assert_eq!(wrong_in(&html), Vec::<String>::new(), "{}", html);
        let Ok(again) = runtime.block_on(previews(&ada, &html)) else { return Ok(()) };
        prop_assert_eq!(wrong_in(&again), Vec::<String>::new(), "{}", again);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Addresses that lead neither to the web nor to a mailbox.
#[rustfmt::skip] // A list.
const NOWHERE: &[&str] = &[
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#9;script:alert(1)", "java&Tab;script:alert(1)", "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)", "\u{1}javascript:alert(1)", "vbscript:x", "data:text/html,x", "data:image/png;base64,x",
    "file:///etc/passwd", "ftp://a.example", "blob:https://a.example/x", "//evil.example", "/settings", "settings", "#main", "?x",
    "\\\\evil.example", "/\\evil.example", "javascript://a.example/%0Aalert(1)", "view-source:https://a.example", "tel:1",
    "ws://a.example", "https:", "https://",
];
/// Addresses with something in them that a browser would not see.
const HIDDEN: [&str; 6] = [
    "https://a.exa\nmple",
    "https://a.exa\tmple",
    "https://a.example/\u{200b}",
    "https://\u{202e}a.example",
    "ht\u{ad}tps://a.example",
    "https://a.example/ x",
];

#[tokio::test]
async fn links_lead_to_the_web_and_to_mailboxes() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    for address in NOWHERE {
        for text in ["[x](<ADDRESS>)", "[x](ADDRESS)", "![x](<ADDRESS>)", "<ADDRESS>", "[x]: <ADDRESS>\n\n[x]"] {
            let text = text.replace("ADDRESS", address);
            let html = previews(&ada, &text).await.expect("nothing that is refused");
            assert!(wrong_in(&html).is_empty() && !html.contains("href="), "{text}: {html}");
        }
        let refused = refusals(&ada.mutates("submitResource", with(resource("x"), json!({ "url": address }))).await);
        assert_eq!(refused, ["INVALID url"], "{address}");
        let profile = json!({ "name": "Ada", "sector": "academia", "links": [address] });
        assert_eq!(refusals(&ada.mutates("updateProfile", profile).await), ["INVALID links.0"], "{address}");
    }
    // A parser would drop what cannot be seen, and so make one address out of another.
    for hidden in HIDDEN {
        let refused = refusals(&ada.mutates("submitResource", with(resource("x"), json!({ "url": hidden }))).await);
        assert_eq!(refused, ["INVALID url"], "{hidden:?}");
    }
    for (address, text) in [
        ("https://a.example/?a=1&b=2", "[x](https://a.example/?a=1&b=2)"),
        ("http://a.example", "<http://a.example>"),
        ("mailto:a@b.example", "a@b.example"),
    ] {
        let made = ada.brings("suggestTopic", json!({ "name": text, "description": text })).await;
        let page = forum.visitor().opens(&at(&grace.publishes(&made).await, "path")).await.is(StatusCode::OK);
        assert_eq!(attribute(&page, ".prose a", "href").as_deref(), Some(address));
        assert_eq!(attribute(&page, ".prose a", "rel").as_deref(), Some("ugc nofollow noopener"));
    }
}

#[tokio::test]
async fn nobody_names_an_element_and_no_image_is_fetched() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let text = "# Heading\n\n<a id=csrf name=body class=button>x</a>\n\n![A chart](https://evil.example/p.png)\n\n\
        ![](https://evil.example/q.png)\n\n[![Both](https://evil.example/r.png)](https://a.example)\n\n\
        ```js\nlet x;\n```\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |";
    let record = grace.publishes(&ada.brings("submitResource", with(resource("Rota"), json!({ "description": text }))).await).await;
    let comment = grace.publishes(&ada.comments(&record, text).await).await;
    for path in [at(&record, "path"), at(&comment, "path"), "/discuss".to_owned()] {
        let page = forum.visitor().opens(&path).await.is(StatusCode::OK);
        sound(&page);
        assert_eq!(texts(&page, ".prose [id], .prose [name], .prose [class], .prose [align], .prose [style], .prose img"), NOTHING);
        let links = texts(&page, ".prose a[href='https://evil.example/p.png']");
        assert!(!links.is_empty() && links.iter().all(|words| words == "A chart"), "an image becomes a link: {links:?}");
        page.shows("<a id=csrf name=body class=button>x</a>");
    }
}

/// A table of so many columns and rows, its head included.
fn table(columns: usize, rows: usize) -> String {
    format!("{}|\n{}|\n{}", "|a".repeat(columns), "|-".repeat(columns), "|b|\n".repeat(rows - 1))
}

/// What costs too much to render. At most 10,000 characters, so that they fit into a comment.
fn bombs() -> Vec<(&'static str, String)> {
    let indented = |mark: &str| -> String { (0..40).map(|depth| format!("{}{mark} x\n", " ".repeat(depth * (mark.len() + 1)))).collect() };
    vec![
        ("quotes", ">".repeat(10_000)),
        ("quotes apart", "> ".repeat(5_000) + "x"),
        ("lists", "- ".repeat(4_000) + "x"),
        ("numbered lists", "1. ".repeat(3_000) + "x"),
        ("lists in quotes", "> - ".repeat(2_000) + "x"),
        ("lists line by line", indented("-")),
        ("numbered lists line by line", indented("1.")),
        ("lists with tabs", (0..40).map(|depth| format!("{}- x\n", "\t".repeat(depth))).collect()),
        ("quotes line by line", (1..40).map(|depth| format!("{} x\n", ">".repeat(depth))).collect()),
        ("quotes behind a word", format!("x\n\n   {}x", ">".repeat(100))),
        ("stars", format!("{}x{}", "*".repeat(400), "*".repeat(400))),
        ("emphasis", "*a ".repeat(400) + &"b* ".repeat(400)),
        ("emphasis in emphasis", "*a **b ".repeat(200) + &"c** d* ".repeat(200)),
        ("links", format!("{}x{}", "![".repeat(100), "](https://a.example)".repeat(100))),
        ("a wide table", table(51, 2)),
        ("a long table", table(1, 202)),
        ("4 KB of table", format!("{}|\n{}|\n{}", "|a".repeat(400), "|-".repeat(400), "x\n".repeat(1_200))),
    ]
}

/// What no check of nesting finds: it is little to type and much to send.
fn swellings() -> Vec<(&'static str, String)> {
    vec![("many tables", format!("{}\n\n", table(50, 190)).repeat(6)), ("many quotes", ">\n\n".repeat(11_000))]
}

/// Passes when each text is refused wherever it is rendered in the end, while its author is there to mend it, and nothing of it is kept.
async fn is_refused_everywhere(texts: Vec<(&str, String)>) {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let record = grace.publishes(&ada.shares("Rota").await).await;
    let topic = grace.publishes(&ada.suggests("Compost").await).await;
    let said = grace.publishes(&ada.comments(&record, "Works.").await).await;
    let waiting = ada.shares("Waiting").await;
    let revised = json!({ "submissionId": waiting["id"], "version": waiting["version"] });
    let before = forum.everything().await;
    for (what, text) in texts {
        let whole = with(resource("Heavy"), json!({ "description": text }));
        let named = json!({ "name": "Heavy", "description": text });
        let ways = [
            ("submitResource", whole.clone(), "description"),
            ("submitResource", with(whole.clone(), json!({ "draft": true })), "description"),
            ("reviseSubmission", with(json!({ "resource": whole }), revised.clone()), "resource.description"),
            ("editPublished", json!({ "id": record["id"], "resource": whole }), "resource.description"),
            ("suggestTopic", named.clone(), "description"),
            ("editPublished", json!({ "id": topic["id"], "topic": named }), "topic.description"),
            ("writeComment", json!({ "on": record["id"], "body": text }), "body"),
            ("editPublished", json!({ "id": said["id"], "comment": { "body": text } }), "comment.body"),
            ("updateProfile", json!({ "name": "Ada", "sector": "academia", "about": text }), "about"),
        ];
        for (mutation, input, field) in ways {
            let refused = refusals(&ada.mutates(mutation, input).await);
            let expected = [format!("INVALID {field}"), format!("TOO_LONG {field}")];
            let is_expected = !refused.is_empty() && refused.iter().all(|one| expected.contains(one));
            assert!(is_expected, "{what}, {mutation} {field}: {refused:?}");
        }
    }
    assert_eq!(forum.everything().await, before);
    assert_eq!(forum.count("member WHERE about <> ''").await, 0);
}

#[tokio::test]
async fn what_costs_too_much_to_render_is_refused_where_it_is_typed() {
    is_refused_everywhere(bombs()).await;
}

/// Found out only when somebody renders it, it would keep a moderator out of the page on which they decide about it.
#[tokio::test]
async fn what_grows_too_large_is_refused_where_it_is_typed() {
    is_refused_everywhere(swellings()).await;
}

#[tokio::test]
async fn a_form_says_beside_the_field_what_costs_too_much() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let quotes = ">".repeat(10_000);
    let typed = [("title", "x"), ("url", "https://a.example"), ("kind", "guide"), ("description", quotes.as_str())];
    let page = ada.submits("/share", &typed).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!page.error_of("description").is_empty());
    assert_eq!(page.value_of("description"), quotes);
    // What is short enough for what one says about oneself.
    for text in [">".repeat(40), format!("{}x{}", "*".repeat(100), "*".repeat(100)), table(51, 2)] {
        let refused = refusals(&ada.mutates("updateProfile", json!({ "name": "Ada", "sector": "academia", "about": text })).await);
        assert_eq!(refused, ["INVALID about"], "{text}");
    }
    // A form holds more than any field: what is too long is refused for that.
    let path = at(&grace.publishes(&ada.shares("Rota").await).await, "path");
    for piece in [">", "![", "*a_ ", "- ", "|a", "<!-- "] {
        let text = piece.repeat(180_000 / piece.len());
        let page = ada.does(&path, "Comment", &[("body", text.as_str())]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!page.error_of("body").is_empty(), "{piece}");
    }
    // Words to an author are no Markdown: they are shown as they are.
    let (waiting, words) = (ada.shares("Waiting").await, ">".repeat(2_000));
    let payload = grace.decides("DECLINE", &waiting, json!({ "reason": "OTHER", "message": words })).await;
    assert_eq!(refusals(&payload), NOTHING);
    ada.opens(&at(&waiting, "path")).await.shows(&words);
}

#[tokio::test]
async fn what_people_write_is_far_from_the_limits() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let list: String = (0..6).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    for (what, text) in [
        ("quotes", ">".repeat(8) + " x"),
        ("a list", list),
        ("emphasis", "*a **b ~~c `d`~~** e*".to_owned()),
        ("emphasis again and again", "**a** *b* ".repeat(2_000)),
        ("images", "![x](https://a.example/x.png) ".repeat(50)),
        ("a table", table(50, 190)),
        ("tables", format!("{}\n\n", table(5, 20)).repeat(10)),
        ("code of a list", format!("```\n{}```", "  - x\n".repeat(300))),
        ("indented code", (0..40).map(|depth| format!("    {}x\n", " ".repeat(depth))).collect()),
        ("a rule", format!("x\n\n{}\n\ny", "-".repeat(200))),
        ("arithmetic", "1 * 2 * 3 > 4 > 5 _ 6 ".repeat(500)),
        ("much", "word ".repeat(9_999)),
    ] {
        let html = previews(&ada, &text).await.unwrap_or_else(|refused| panic!("{what}: {refused:?}"));
        assert!(!html.is_empty() && wrong_in(&html).is_empty(), "{what}");
    }
}

/// The figure of SECURITY, row X5, is 20 ms for a release build. The best of five, since others use the machine, too.
#[tokio::test]
async fn what_is_refused_costs_next_to_nothing() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    for (what, text) in bombs() {
        let mut best = std::time::Duration::MAX;
        for _ in 0..5 {
            let began = std::time::Instant::now();
            assert!(previews(&ada, &text).await.is_err(), "{what}");
            best = best.min(began.elapsed());
        }
        assert!(best < std::time::Duration::from_millis(1_000), "{what}: {best:?}");
    }
}
