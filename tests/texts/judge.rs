//! The judge: reads a page as a browser does, and says what has no place in it.

use std::sync::LazyLock;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::*;

/// What the forum may make of somebody's text.
#[rustfmt::skip] // A list.
const RENDERED: &[&str] = &[
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
];
/// What no page of ours has.
#[rustfmt::skip] // A list.
const NEVER: &[&str] = &[
    "applet", "audio", "base", "embed", "foreignobject", "foreignObject", "frame", "frameset", "iframe", "image", "img", "object", "style",
    "template", "video",
];
/// Attributes that hold an address.
#[rustfmt::skip] // A list.
const ADDRESSES: &[&str] = &[
    "action", "archive", "background", "cite", "codebase", "data", "formaction", "href", "longdesc", "manifest", "ping", "poster", "src",
    "srcset",
];
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
const HTML: &str = "http://www.w3.org/1999/xhtml";
const MATH: &str = "http://www.w3.org/1998/Math/MathML";

/// How often each element and each of its attributes stands in a page, outside of what was made of somebody's text.
pub type Bag = BTreeMap<String, usize>;

/// Where in a page an element stands.
#[derive(Clone, Copy)]
enum Place {
    /// In what the templates say.
    Page,
    /// Between the pages of a list: only cursors stand there, and not on every page.
    Pager,
    /// In what was made of somebody's text, which holds these elements and no others.
    Text(&'static [&'static str]),
}

impl Place {
    /// Where the children of an element stand that stands here.
    fn below(self, element: ElementRef) -> Place {
        let Place::Page = self else { return self };
        let parent = element.parent().and_then(ElementRef::wrap);
        // Only what people wrote finds its direction by itself.
        match element.value().name() {
            "div" if is(element, "prose") && element.attr("dir").is_some() => Place::Text(RENDERED),
            "p" if is(element, "prose") && element.attr("dir").is_some() => Place::Text(&["mark"]),
            "dd" if parent.is_some_and(|list| is(list, "diff")) => Place::Text(&["del", "ins"]),
            _ => Place::Page,
        }
    }
}

fn is(element: ElementRef, class: &str) -> bool {
    element.value().classes().any(|one| one == class)
}

/// What was found in a piece of HTML.
#[derive(Default)]
struct Found {
    bag: Bag,
    wrong: Vec<String>,
}

impl Found {
    fn in_page(text: &str) -> Found {
        let html = Html::parse_document(text);
        Found::default().read(vec![(html.root_element(), Place::Page)])
    }

    fn in_text(text: &str) -> Found {
        let html = Html::parse_fragment(text);
        Found::default().read(html.root_element().child_elements().map(|element| (element, Place::Text(RENDERED))).collect())
    }

    fn read(mut self, mut rest: Vec<(ElementRef, Place)>) -> Found {
        while let Some((element, place)) = rest.pop() {
            let place = if element.value().name() == "nav" && is(element, "pager") { Place::Pager } else { place };
            self.judge(element, place);
            let below = place.below(element);
            rest.extend(element.child_elements().map(|child| (child, below)));
        }
        self
    }

    fn judge(&mut self, element: ElementRef, place: Place) {
        let (name, space) = (element.value().name(), &*element.value().name.ns);
        let has_attributes = element.value().attrs().next().is_some();
        let is_ours =
            element.attr("src").is_some_and(|source| source.starts_with("/assets/")) && element.text().all(|it| it.trim().is_empty());
        let is_foreign = matches!(place, Place::Text(allowed) if space != HTML || !allowed.contains(&name));
        let redirects = name == "meta" && element.attr("http-equiv").is_some();
        if (name == "script" && !is_ours) || is_foreign || redirects || NEVER.contains(&name) || space == MATH {
            self.wrong.push(format!("<{name}>"));
        }
        // What a search found is marked wherever a title stands.
        let counts = matches!(place, Place::Page) && (name != "mark" || has_attributes);
        if counts {
            *self.bag.entry(name.to_owned()).or_default() += 1;
        }
        for (attribute, value) in element.value().attrs() {
            let fits = !matches!(place, Place::Text(_)) || fits_text(name, attribute, value);
            let acts = attribute.starts_with("on") || ["style", "srcdoc"].contains(&attribute);
            if !fits || acts || (ADDRESSES.contains(&attribute) && !leads_well(name, attribute, value)) {
                self.wrong.push(format!("<{name} {attribute}={value:?}>"));
            }
            if counts {
                *self.bag.entry(format!("{name} {attribute}")).or_default() += 1;
            }
        }
    }
}

/// Whether an attribute may stand in what was made of somebody's text.
fn fits_text(name: &str, attribute: &str, value: &str) -> bool {
    match (name, attribute) {
        ("a", "href") => Url::parse(value).is_ok_and(|url| SCHEMES.contains(&url.scheme())),
        ("a", "rel") => value == "ugc nofollow noopener",
        ("ol", "start") => value.parse::<u32>().is_ok(),
        _ => false,
    }
}

/// Whether an address is one that a page may hold: a link leads to the web or to a mailbox, everything else stays here.
fn leads_well(name: &str, attribute: &str, value: &str) -> bool {
    static HERE: LazyLock<Url> = LazyLock::new(|| Url::parse(ORIGIN).expect("a URL"));
    let Ok(url) = HERE.join(value) else { return false };
    match (name, attribute) {
        ("a", "href") => SCHEMES.contains(&url.scheme()),
        _ => url.origin() == HERE.origin(),
    }
}

/// Passes a page that holds nothing which it never may. Answers what it is made of.
#[track_caller]
pub fn sound(page: &Page) -> Bag {
    let mut found = Found::in_page(&page.text);
    // Whatever a browser makes of them, comments and sections are no text.
    found.wrong.extend(["<!--", "<![CDATA["].into_iter().filter(|mark| page.text.contains(mark)).map(String::from));
    assert!(found.wrong.is_empty(), "{:.80}: {:?} in {:.500}", page.path, found.wrong, page.words());
    found.bag
}

/// What has no place in what the forum made of a text.
pub fn wrong_in(html: &str) -> Vec<String> {
    let mut wrong = Found::in_text(html).wrong;
    wrong.extend(html.contains("<!--").then(|| "<!--".to_owned()));
    wrong
}

/// Knows what pages are made of when nobody has typed anything but words.
#[derive(Default)]
pub struct Judge(BTreeMap<String, (Bag, Bag)>);

impl Judge {
    /// Learns from a page with harmless words.
    #[track_caller]
    pub fn knows(&mut self, what: &str, page: &Page) {
        let usual = &mut self.0.entry(what.to_owned()).or_default().0;
        for (part, count) in sound(page) {
            let most = usual.entry(part).or_default();
            *most = count.max(*most);
        }
    }

    /// Learns from a list of one thing, and from the same list of two, by how much each more makes it grow.
    #[track_caller]
    pub fn knows_list(&mut self, what: &str, one: &Page, two: &Page) {
        let one = sound(one);
        let grown = sound(two).into_iter().map(|(part, count)| (part.clone(), count.saturating_sub(one.get(&part).copied().unwrap_or(0))));
        self.0.insert(what.to_owned(), (one.clone(), grown.collect()));
    }

    /// Passes a page on which no element and no attribute stands more often than harmless words would have it.
    #[track_caller]
    pub fn passes(&self, what: &str, things: usize, page: &Page) {
        let (usual, more) = self.0.get(what).unwrap_or_else(|| panic!("nobody learned what a {what} looks like"));
        let count_of = |bag: &Bag, part: &str| bag.get(part).copied().unwrap_or(0);
        let grown = sound(page).into_iter().filter_map(|(part, count)| {
            let most = count_of(usual, &part) + count_of(more, &part) * things.saturating_sub(1);
            (count > most).then(|| format!("{count} {part}, not {most}"))
        });
        let grown: Vec<String> = grown.collect();
        assert!(grown.is_empty(), "{what} {:.80}: {grown:?} in {:.500}", page.path, page.words());
    }
}

/// The texts of all elements that fit a selector, as they are.
pub fn texts(page: &Page, css: &str) -> Vec<String> {
    let html = Html::parse_document(&page.text);
    let selector = Selector::parse(css).expect("a selector");
    html.select(&selector).map(|element| element.text().collect()).collect()
}

/// The first value of an attribute among the elements that fit a selector.
pub fn attribute(page: &Page, css: &str, name: &str) -> Option<String> {
    let html = Html::parse_document(&page.text);
    let selector = Selector::parse(css).expect("a selector");
    html.select(&selector).find_map(|element| element.attr(name).map(String::from))
}

/// The pages of a list, one after the other.
pub async fn pages_from(person: &Person, path: &str) -> Vec<Page> {
    let mut pages = vec![person.opens(path).await.is(StatusCode::OK)];
    while let Some(next) = attribute(&pages[pages.len() - 1], "nav.pager a[rel=next]", "href") {
        pages.push(person.opens(next.split('#').next().unwrap_or_default()).await.is(StatusCode::OK));
    }
    pages
}

/// The judge itself is judged: what it is for, it finds.
#[test]
fn the_judge_sees_what_a_browser_sees() {
    for page in [
        "<script>alert(1)</script>",
        "<script src=https://evil.example/x.js></script>",
        "<p onclick=alert(1)>x</p>",
        "<html onload=alert(1)>",
        "<p style=color:red>x</p>",
        "<style>p{}</style>",
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href=' javascript:alert(1)'>x</a>",
        "<a href=data:text/html,x>x</a>",
        "<form action=//evil.example/></form>",
        "<button formaction=https://evil.example/>x</button>",
        "<img src=/x.png>",
        "<svg><use href=https://evil.example/x.svg /></svg>",
        "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<math><mi>x</mi></math>",
        "<base href=/x>",
        "<iframe srcdoc=x></iframe>",
        "<meta http-equiv=refresh content=0>",
        "<div class=prose dir=auto><b>x</b></div>",
        "<div class=prose dir=auto><p id=csrf>x</p></div>",
        "<div class=prose dir=auto><p class=button>x</p></div>",
        "<div class=prose dir=auto><a href=/settings>x</a></div>",
        "<div class=prose dir=auto><svg></svg></div>",
        "<p class=prose dir=auto><em>x</em></p>",
        "<dl class=diff><dd dir=auto><b>x</b></dd></dl>",
    ] {
        assert!(!Found::in_page(page).wrong.is_empty(), "{page}");
    }
    let fine = "<a href=/x>x</a><a href=mailto:ada@example.org>x</a><script type=module src=/assets/x/desk.js></script>
        <div class=prose dir=auto><h3>x</h3><ol start=3><li><a href=https://a.example rel='ugc nofollow noopener'>x</a></ol></div>
        <h3><a href=/x><mark>x</mark></a></h3><dl class=diff><dd dir=auto><del>x</del><ins>y</ins></dd></dl>";
    assert_eq!(Found::in_page(fine).wrong, NOTHING);
    assert!(!wrong_in("<p>x</p><script>x</script>").is_empty() && wrong_in("<p>x <em>y</em></p>").is_empty());
}
