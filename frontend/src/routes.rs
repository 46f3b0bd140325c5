//! The table of contents of the site: which address shows which pair.

/// One page of the site.
pub struct Route {
    /// As poem matches it; a part after a colon becomes the variable of that name.
    pub path: &'static str,
    /// The pair: `pages/{pair}.graphql` and `pages/{pair}.html`.
    pub pair: &'static str,
    /// What must not be null, in this order: without `viewer` one is asked to sign in, without anything else there is no such page.
    pub needs: &'static [&'static str],
    /// Where an accepted form leads when it made nothing that has an address of its own.
    pub then: Option<&'static str>,
    /// Whether the address carries a secret, so that it goes into no `Referer`.
    pub secret: bool,
    /// Whether a visitor may post to it: it is kept until they have said who they are.
    pub guests: bool,
}

const fn page(path: &'static str, pair: &'static str) -> Route {
    Route { path, pair, needs: &[], then: None, secret: false, guests: false }
}

/// Every page.
pub const ROUTES: &[Route] = &[
    page("/", "home"),
    page("/library", "library/list"),
    Route { needs: &["resource"], ..page("/resources/:slug", "library/resource") },
    Route { needs: &["viewer", "resource"], ..page("/resources/:slug/edit", "library/edit") },
    page("/topics", "topics/list"),
    Route { guests: true, ..page("/topics/suggest", "topics/suggest") },
    Route { needs: &["topic"], ..page("/topics/:slug", "topics/one") },
    Route { needs: &["viewer", "topic"], ..page("/topics/:slug/edit", "topics/edit") },
    page("/discuss", "discuss"),
    Route { needs: &["comment"], ..page("/comments/:number", "comments/one") },
    Route { needs: &["viewer", "comment"], ..page("/comments/:number/edit", "comments/edit") },
    page("/members", "members/list"),
    Route { needs: &["member"], ..page("/members/:handle", "members/one") },
    page("/decisions", "decisions/list"),
    page("/decisions.atom", "decisions/feed"),
    Route { guests: true, ..page("/share", "share") },
    Route { needs: &["viewer"], ..page("/submissions", "submissions/mine") },
    Route { needs: &["viewer", "submission"], ..page("/submissions/:number", "submissions/one") },
    Route { needs: &["viewer"], ..page("/desk", "desk/queue") },
    Route { needs: &["viewer", "submission"], then: Some("/desk"), ..page("/desk/:number", "desk/review") },
    Route { then: Some("/sign-in/sent"), ..page("/join", "account/sign-in") },
    Route { then: Some("/sign-in/sent"), ..page("/sign-in", "account/sign-in") },
    page("/sign-in/sent", "account/sent"),
    // Shown with the status that fits, when a provider led back and nobody could be signed in.
    page("/sign-in/failed", "account/failed"),
    // Pressing its button sets a cookie, so posting to it is the server's.
    Route { secret: true, ..page("/sign-in/:token", "account/link") },
    Route { needs: &["viewer"], ..page("/settings", "account/settings") },
    Route { needs: &["viewer"], ..page("/settings/account", "account/access") },
    Route { needs: &["viewer"], ..page("/settings/tokens", "account/tokens") },
    Route { needs: &["viewer"], ..page("/settings/data", "account/data") },
    Route { needs: &["viewer"], then: Some("/"), ..page("/settings/leave", "account/leave") },
    Route { then: Some("/"), secret: true, ..page("/settings/address/:token", "account/address") },
    // Pressing its button hands out a file, so posting to it is the server's.
    Route { needs: &["viewer"], secret: true, ..page("/settings/data/:token", "account/fetch") },
    Route { needs: &["viewer"], ..page("/letters", "letters/list") },
    Route { secret: true, ..page("/letters/stop/:token", "letters/stop") },
    page("/about", "community/about"),
    page("/guidelines", "community/guidelines"),
    page("/privacy", "community/privacy"),
];
