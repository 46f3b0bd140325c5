//! What the code promises about itself: who imports whom, what is committed, what is nowhere.

use std::{collections::BTreeSet, fs, path::PathBuf};

use server::Community;

use crate::harness::root;

/// What each room may not depend on. The table is in ARCHITECTURE.md.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    ("migrations", &["schema", "frontend", "server", "sea-orm", "async-graphql", "poem", "minijinja", "oauth2"]),
    ("schema", &["poem", "minijinja", "oauth2", "frontend", "server", "migrations", "lettre", "clap"]),
    ("frontend", &["sea-orm", "sea-orm-migration", "schema", "server", "migrations", "oauth2", "lettre"]),
    ("server", &["sea-orm", "minijinja", "comrak", "ammonia"]),
    ("tests", &["schema", "frontend", "sea-orm"]),
];

#[test]
fn rooms_import_what_the_table_allows() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let members: BTreeSet<&str> =
        manifest["workspace"]["members"].as_array().expect("a list").iter().filter_map(|member| member.as_str()).collect();
    assert_eq!(members, FORBIDDEN.iter().map(|(room, _)| *room).collect(), "a new room needs its row");
    for (room, forbidden) in FORBIDDEN {
        let manifest: toml::Table = fs::read_to_string(root().join(room).join("Cargo.toml")).expect("a manifest").parse().expect("TOML");
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, how) in manifest.get(section).and_then(|section| section.as_table()).into_iter().flatten() {
                assert!(!forbidden.contains(&name.as_str()), "{room} imports {name}");
                assert_eq!(how.get("workspace").and_then(|it| it.as_bool()), Some(true), "{room} takes {name} as the workspace pins it");
            }
        }
    }
}

fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                let text = fs::read_to_string(&path).expect("text");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has .{extension} files");
    found
}

#[test]
fn the_librarys_own_error_stays_in_one_file() {
    for (path, text) in files("schema/src", "rs") {
        let leaks =
            ["async_graphql::Error", "async_graphql::Result", "async_graphql::{Error", "async_graphql::{Result", " Error, ErrorExtensions"];
        let excused = path.ends_with("error.rs");
        assert!(excused || !leaks.iter().any(|leak| text.contains(leak)), "{}: a bare text would reach strangers", path.display());
    }
}

#[test]
fn only_the_forums_own_sources_give_time_and_chance() {
    // clippy.toml bans the calls; here is held that nobody excuses themselves elsewhere.
    for room in ["schema/src", "frontend/src", "server/src"] {
        for (path, text) in files(room, "rs") {
            let allowed = path.ends_with("forum.rs") || path.ends_with("error.rs");
            assert!(allowed || !text.contains("allow(clippy::disallowed_methods)"), "{}", path.display());
        }
    }
}

/// What scripts do for a page; each is whole without it.
const MODULES: [&str; 7] = ["copy", "filter", "keep", "preview", "queue", "review", "times"];

#[test]
fn a_script_is_small_and_known() {
    for (path, text) in files("frontend/scripts", "js") {
        assert!(MODULES.contains(&path.file_stem().and_then(|name| name.to_str()).expect("a name")), "{}", path.display());
        assert!(text.len() < 4096, "{}: {} bytes", path.display(), text.len());
    }
}

#[test]
fn templates_have_no_way_around_escaping() {
    for (path, text) in
        files("frontend/pages", "html").into_iter().chain(files("frontend/pages", "xml")).chain(files("frontend/letters", "txt"))
    {
        let at = path.display();
        // A script is a file of ours, and nothing stands in its element.
        let text = MODULES.iter().fold(text, |text, name| {
            text.replace(&format!("<script type=\"module\" src=\"{{{{ asset(\"{name}.js\") }}}}\"></script>"), "")
        });
        for way in ["|safe", "| safe", "autoescape", "<script", "<style", " style=", " onclick="] {
            assert!(!text.contains(way), "{at} has {way}");
        }
        let unquoted = text.find("={{").map(|index| &text[index.saturating_sub(20)..index + 3]);
        assert_eq!(unquoted, None, "{at} has an unquoted attribute");
        // Only fields of the type Html may become markup.
        for call in text.split("html(").skip(1) {
            let named = call.split(')').next().unwrap_or("");
            let field = named.rsplit('.').next().unwrap_or("");
            let known = ["about", "guidelines", "privacy", "description", "preview", "body", "html"].contains(&field);
            assert!(known || ["resource.match.title", "resource.match.excerpt"].contains(&named), "{at}: html({named})");
        }
    }
}

#[test]
fn every_word_is_there_and_is_said() {
    let words = fs::read_to_string(root().join("frontend/words/en.ftl")).expect("words");
    let known: BTreeSet<&str> = words
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split(" =").next())
        .collect();
    let templates: Vec<_> =
        files("frontend/pages", "html").into_iter().chain(files("frontend/pages", "xml")).chain(files("frontend/letters", "txt")).collect();
    let mut said = BTreeSet::new();
    for (path, text) in &templates {
        for (index, _) in text.match_indices("t(\"") {
            if text[..index].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_') {
                continue;
            }
            let call = &text[index + 3..];
            let key = call.split('"').next().unwrap_or("");
            if key.ends_with('-') || key.is_empty() {
                said.extend(known.iter().filter(|known| known.starts_with(key)).copied());
            } else if call[key.len() + 1..].starts_with([')', ',']) {
                assert!(known.contains(key) || key.contains("::"), "{} says {key}", path.display());
                said.extend(known.get(key));
            }
        }
        said.extend(known.iter().filter(|key| text.contains(&format!("\"{key}\""))).copied());
    }
    // Said by the program: dates, refusals, and what their key is put together from.
    let prefixes = ["date", "ago-", "language-", "locale", "refusal-", "done-", "hint-", "problem-", "decide-hint-", "field-"];
    let unsaid: Vec<_> =
        known.iter().filter(|key| !said.contains(**key) && !prefixes.iter().any(|prefix| key.starts_with(prefix))).collect();
    assert!(unsaid.is_empty(), "nothing says {unsaid:?}");
}

#[test]
fn words_keep_their_length() {
    let count = |line: &str| line.split(" = ").nth(1).unwrap_or("").split_whitespace().count();
    for (path, words) in files("frontend/words", "ftl") {
        for line in words.lines() {
            let limit = match line {
                _ if line.starts_with("hint-") || line.starts_with("decide-hint-") => 12,
                _ if line.starts_with("done-") || line.starts_with("refusal-") || line.starts_with("next-") => 25,
                _ => 60,
            };
            assert!(count(line) <= limit, "{limit} words at most in {}: {line}", path.display());
        }
    }
}

#[test]
fn the_committed_schema_is_the_schema() {
    let path = root().join("schema.graphql");
    let now = format!("{}\n", server::commands::sdl());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &now).expect("the schema is written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "schema.graphql is out of date: run `cargo run -- schema > schema.graphql`, and look at the difference");
}

#[test]
fn the_built_in_community_has_its_lists() {
    let community = Community::built_in();
    macro_rules! names {
        ($list:ident) => {
            community.$list.iter().map(|term| term.name.clone()).collect::<Vec<_>>()
        };
    }
    assert_eq!(names!(sectors), ["Academia", "Community organisation", "Government", "Philanthropy", "Private sector"]);
    assert_eq!(names!(strategic_areas), ["Champion Policy", "Transform Narratives", "Amplify Grassroots", "Foster Connections"]);
    let focus = names!(focus_areas).join("; ").to_lowercase();
    for area in ["equitable development", "transportation", "housing", "food systems", "prevention and health systems"] {
        assert!(focus.contains(area), "{focus} has {area}");
    }
    let strategies = names!(strategies).join("; ").to_lowercase();
    for strategy in ["advocacy", "investments", "partnerships", "network development", "strategic communications", "strategic assessments"]
    {
        assert!(strategies.contains(strategy), "{strategies} has {strategy}");
    }
    let themes = names!(themes).join("; ").to_lowercase();
    let expected = [
        "advocacy and activism",
        "politics of health equity",
        "anti-racism",
        "art as activism",
        "mental health in times of crisis",
        "people with intellectual and developmental disabilities",
        "the role of philanthropy",
        "reproductive justice",
        "overcoming threats to health equity",
        "design justice",
        "mobilising communities",
    ];
    assert_eq!(community.themes.len(), expected.len());
    for theme in expected {
        assert!(themes.contains(theme), "{themes} has {theme}");
    }
    let kinds: Vec<_> = community.kinds.iter().map(|kind| kind.id.as_str()).collect();
    let expected = "article report guide toolkit policy dataset tool website organization book course video podcast blog webinar event funding map standard";
    assert_eq!(kinds, expected.split(' ').collect::<Vec<_>>());
    let reasons: Vec<_> = community.reasons.iter().map(|reason| reason.id.as_str()).collect();
    assert_eq!(reasons, ["OUT_OF_SCOPE", "DUPLICATE", "NOT_ENOUGH_INFORMATION", "INACCURATE", "PROMOTIONAL", "UNSAFE", "PRIVACY", "OTHER"]);
    assert!(community.reasons.iter().all(|reason| reason.words.split_whitespace().count() <= 60));
}

#[test]
fn a_community_file_that_does_not_read_says_where() {
    let error = Community::parse("name = 5").err().expect("an error");
    assert!(error.contains("line 1"), "{error}");
    assert!(Community::parse("nmae = \"x\"").err().expect("an error").contains("nmae"));
}

/// What the program is told to do, it does itself: no file of anybody's reaches a shell or another program.
#[test]
fn the_program_starts_no_other() {
    for room in ["frontend/src", "migrations/src", "schema/src", "server/src"] {
        for (path, text) in files(room, "rs") {
            assert!(!text.contains("Command::new("), "{} starts a program", path.display());
        }
    }
}
