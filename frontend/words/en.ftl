# English. A hint is at most 12 words, a notice 25. People never read the system's own words.

## The frame

# What the language calls itself, and the place after whose custom it writes dates and numbers.
language-name = English
locale = en-GB
skip = Skip to the content
demonstration-label = Demonstration
demonstration = This is a demonstration: the people, the resources and their addresses are made up.
nav-main = Main
nav-you = You
nav-library = Library
nav-about = About
nav-desk = Desk
nav-submissions = My submissions
nav-settings = Settings
nav-sign-in = Sign in
nav-share = Share
nav-share-what = a resource
nav-guidelines = Guidelines
nav-privacy = Privacy
nav-graphql = GraphQL
foot = Lyceum, the library of the { $community }. Everything here was read by a volunteer first.
pages = Pages
page-next = Next page
page-previous = Previous page
page-first = To the first page
page-past-the-end = There is nothing further on.

## Dates

date-time = { $date }, { $time } UTC
ago-now = just now
ago-minutes = { $count ->
    [one] a minute ago
   *[other] { $count } minutes ago
}
ago-hours = { $count ->
    [one] an hour ago
   *[other] { $count } hours ago
}
ago-days = { $count ->
    [one] yesterday
   *[other] { $count } days ago
}

## What was just done

done-Submit = Kept. This page always shows where it stands.
done-Revise = Kept. This page shows where it stands now.
done-sent = Sent for review. This page always shows where it stands.
done-Withdraw = Taken back. Nobody will review it.
done-Decide = Decided. The author gets a letter.
done-Save = Saved.
done-joined = Welcome. You can share a resource now; four fields, about a minute.
done-signed-in = You are signed in.
done-signed-out = You are signed out.
done-first = Sign in first; then you are back where you were.

## Home

home-title = Home
home-open = Open the library
home-about = Who we are
home-shelf = The library by kind
home-new = Newest
home-topics = Topics we work on
home-all = { $count ->
    [one] The one resource
   *[other] All { $count } resources
}
home-part = Take part
home-part-share = Four fields, about a minute. You see where it stands at every step.
home-part-join-title = Join by e-mail
home-part-join = One address, one link, no password. Reading never needs an account.
home-part-guidelines = What belongs here, how it is decided, and what to do if you disagree.

## Library

library-count = { $count ->
    [0] No resources
    [one] 1 resource
   *[other] { $count } resources
}
sorted-newest = Newest first.
sorted-title = Sorted by title.
sort-newest = Newest first
sort-title = By title
filters-active = Active filters
filter-remove = Remove filter:
narrow = Narrow these
narrow-show = { $count ->
    [one] Show the 1 resource
   *[other] Show the { $count } resources
}
filter-wait = One moment
library-none = Nothing in the library fits all of these. Take one away, or look at everything.
library-all = Show the whole library
library-empty-title = The library is empty
library-empty = Nothing has been put into the library yet. Share the first resource, and a moderator will read it.
in-library-since = in the library since
open-it = Open it
cite = Cite
cite-title = Cite this
cite-copy = Copy this
copied = Copied
no-description = Nobody has described this yet.
facts = Facts
shared-by = Shared by
more-of-kind = More of this kind: { $kind }

## Fields

field-title = Title
field-url = Link
field-kind = Kind
field-description = What it is, and what one can do with it
field-authors = Authors
field-publisher = Publisher
field-publishedOn = Date
field-keywords = Keywords
field-focusAreas = Focus area
field-strategies = Strategy
field-language = Language
field-licence = Licence
field-source = Source
field-email = E-mail
field-name = Name
field-handle = Handle
field-sector = Sector
field-organisation = Organisation
field-reason = Reason
field-takeDownReason = Reason
field-message = Words for the author

hint-title = As it stands on the thing itself.
hint-url = The page or file itself, not a search result.
hint-description = Two or three sentences, for someone who has never seen it.
hint-authors = One a line.
hint-publishedOn = 2026, 2026-10 or 2026-10-05, as far as you know.
hint-keywords = Words to find it by, one a line, ten at most.
hint-language = A language tag, such as en or es.
hint-licence = Such as CC BY 4.0. Leave it empty if unsure.
hint-source = Where you found it, if not at the link.
hint-email = We use it to reach you, and show it to nobody.
hint-name = As others will read it.
hint-handle = 3 to 20 letters, digits and hyphens. It cannot be changed.
hint-organisation = Where you work or live. You may leave it empty.
hint-reason = Needed when it is not included.
hint-takeDownReason = Needed when it is taken down.
hint-message = They go into the letter, and stay on its page.
choose-one = Choose one
language-ar = Arabic
language-de = German
language-en = English
language-es = Spanish
language-fa = Persian
language-fr = French
language-hi = Hindi
language-ht = Haitian Creole
language-ja = Japanese
language-ko = Korean
language-nv = Navajo
language-pt = Portuguese
language-ru = Russian
language-so = Somali
language-tl = Tagalog
language-uk = Ukrainian
language-vi = Vietnamese
language-zh = Chinese
more-details = More details
more-details-hint = All optional. A moderator may ask for what is missing.
not-duplicate = It is something else: send it all the same

## Sharing

share-title = Share a resource
share-lead = Something others could use: a guide, a recording, figures, a call for money. About a minute.
share-send = Send for review
share-draft = Keep as draft
share-then = What happens next
share-then-1 = A volunteer reads it. You see where it stands at any time.
share-then-2 = If something needs mending, they say what, field by field. You mend it and send it again.
share-then-3 = You get a letter when it is in the library, or the reason why not.
share-belongs = What belongs here
share-another = Share another
kept-here = Kept in this browser:
kept-back = Put it back
kept-away = Throw it away
preview = How it will look
preview-nothing = Write something above, and it shows here.
preview-late = It cannot be shown right now. What you typed stays.
preview-refused = Too long, or nested too deeply, to be shown or sent.
drafts-stay = Drafts stay here until you send them or take them back.

## My submissions

submissions-count = { $count ->
    [one] One so far.
   *[other] { $count } altogether.
}
submissions-empty = You have not shared anything yet. It takes four fields, and about a minute.
submissions-yours = Yours to do
submissions-desk = With the moderators
submissions-settled = Settled
untitled = Without a title yet
state-DRAFT = Draft
state-PENDING = Waiting for review
state-CHANGES_REQUESTED = Changes needed
state-PUBLISHED = In the library
state-DECLINED = Not included
state-WITHDRAWN = Taken back
next-DRAFT = Only you see this. Send it when it is ready.
next-PENDING = Nothing to do. A volunteer will read it, and you get a letter.
next-CHANGES_REQUESTED = Mend what is asked for, and send it back.
next-PUBLISHED = Everyone can find it.
next-DECLINED = The reason is on its page. You may share something else at any time.
next-WITHDRAWN = Nobody will review it.
see-it = { $of ->
    [RESOURCE] See it in the library
   *[other] See it
}
kept = kept
changed = changed
sent = sent
version-n = { $number ->
    [1] first version
    [2] second version
    [3] third version
   *[other] version { $number }
}
number-n = Number { $number }
asks = What is asked for
asked-here = A moderator asks:
answered-it = I have done this
answered-in = Done in the { $number ->
    [2] second version
    [3] third version
   *[other] version { $number }
}
not-answered = Not ticked off
change-DRAFT = Finish it
change-PENDING = Change it while it waits
change-CHANGES_REQUESTED = Mend it
send-DRAFT = Send for review
send-PENDING = Send the new version
send-CHANGES_REQUESTED = Send back for review
what-you-sent = What you sent
history = What happened so far
take-back = Take it back
take-back-hint = It leaves the desk and cannot be sent again. You can share it anew.
take-back-now = Yes, take it back
event-DRAFT = Draft kept
event-SUBMIT = Sent for review
event-REVISE = Sent again
event-WITHDRAW = Taken back
event-APPROVE = { $of ->
    [RESOURCE] Put into the library
   *[other] Published
}
event-REQUEST_CHANGES = Changes asked for
event-DECLINE = Not included
by = by
moderation-team = the moderation team

## Desk

queue-PENDING = { $count ->
    [0] Nothing is waiting.
    [one] One is waiting.
   *[other] { $count } are waiting, oldest first.
}
queue-CHANGES_REQUESTED = { $count ->
    [one] One is with its author.
   *[other] { $count } are with their authors.
}
queue-PUBLISHED = { $count ->
    [one] One was put into the library.
   *[other] { $count } were put into the library.
}
queue-DECLINED = { $count ->
    [one] One was not included.
   *[other] { $count } were not included.
}
queue-WITHDRAWN = { $count ->
    [one] One was taken back.
   *[other] { $count } were taken back.
}
queue-start = Start with the oldest
queue-show = Show
queue-news = The queue has changed since you opened this page.
queue-news-show = Show what is there now
queue-empty = The desk is clear. Everything that came has been answered.
queue-none = Nothing here.
new-member = new member
member-since = member since
review-title = Review { $number }: { $title }
review-next = Next:
review-own = This one is yours: somebody else decides on it.
review-look = As it will look
review-text = What was sent
review-typed = What you typed, in case you need it:
review-asked = What was asked for
review-ask = Ask for changes, field by field
review-ask-hint = The author sees each beside its field and ticks it off.
review-ask-field = What should change?
review-decide = Decide
review-send = Send decision, open next
review-who = Who sent it
keys = Keys
keys-title = Keys on this page
keys-queue-j = The next one
keys-queue-k = The one before
keys-queue-Enter = Open it
keys-queue-x = Choose it, or not
keys-queue-b = Decide on those chosen
keys-queue-help = Show this list, or close it
keys-review-j = The next one
keys-review-k = Back to the desk
keys-review-Enter = Send it, from the button or from the reason
keys-review-Ctrl-Enter = Send, from any text
keys-review-Esc = Leave a text or a list
keys-review-help = Show this list, or close it
keys-single = Single keys are on
keys-close = Close
hint-keys = Turn them off if something else of yours uses them.
decide-APPROVE = { $of ->
    [RESOURCE] Put it in the library
    [EDIT] Put it in place of the old text
   *[other] Publish it
}
decide-REQUEST_CHANGES = Ask for changes
decide-DECLINE = Do not include it
decide-hint-REQUEST_CHANGES = Say what, in the fields of “Ask for changes”.
decide-hint-DECLINE = Needs a reason.

## Account

sign-in-title = Sign in or join
sign-in-lead = The same door for both. Give your e-mail and we send a link; there is no password to forget.
sign-in-send = Send me a link
sign-in-why = What members do
sign-in-why-1 = Share resources, and follow each through review. Reading and filtering need no account.
sign-in-why-2 = Everything is read by a volunteer before it appears.
signed-in-as = You are signed in as
sent-title = Look into your mail
sent-lead = If the address can receive mail, a link is on its way. It works once, for 15 minutes.
sent-where = Nothing after a minute? Look among unwanted mail, or check the address for a slip.
sent-demonstration = This demonstration has no mail server: the terminal names the file that the letter was written to.
sent-again = Send another link
link-title = Sign in
link-lead = Press the button to sign in as
link-press = Sign in
link-gone-title = This link has done its work
link-gone = A link works once, for 15 minutes. Ask for another; it takes a moment.
link-another = Send me another link
join-title = Join
join-lead = You are new here. A few answers, and you can share.
join-as = You join with
join-agrees = I agree to the guidelines
join-read = Read the guidelines (opens beside this page)
join-press = Join
settings-save = Save
sign-out = Sign out
sign-out-hint = On a shared computer, sign out when you are done.

## About

about-title = { $community }
about-graphql-title = For programs
about-graphql = Everything on these pages can be asked for at /graphql, by POST with JSON. This is a first question:
about-graphql-query = {"{"} library(first: 5) {"{"} totalCount nodes {"{"} title path kind publishedAt {"}"} {"}"} {"}"}

## What is wrong

error-in-title = Error:{" "}
error-label = Error:
problems-title = { $count ->
    [one] One thing to mend first
   *[other] { $count } things to mend first
}
problems-late = Nothing was changed
problems-kept = What you typed is still here.
problem-current = Number { $number }, “{ $title }”: { $state }
refusal-REQUIRED = Fill this in
refusal-TOO_LONG = This is too long: at most { $limit }
refusal-TOO_SHORT = This is too short: at least { $limit }
refusal-INVALID = This cannot be read here; see the hint above the field
refusal-DUPLICATE = This is taken already
refusal-NOT_FOUND = There is no such thing, or not any more
refusal-FORBIDDEN = This is not yours to change
refusal-STALE_VERSION = Somebody was faster. Below is what is there now; look at it and decide again if you need to
refusal-STALE_REVISION = There is a newer version than the one you read. It is below; read it before you decide
refusal-INVALID_TRANSITION = This was settled already. Below is what is there now
refusal-CONFLICT_OF_INTEREST = This one is yours: somebody else decides on it
refusal-IDEMPOTENCY_MISMATCH = This form was sent already. Look under “My submissions”, or open a fresh form
refusal-title-REQUIRED = Give it the title that it carries
refusal-title-TOO_LONG = Shorten the title to { $limit } characters
refusal-url-REQUIRED = Give the whole address, beginning with https://
refusal-url-INVALID = Give the whole address, beginning with https://
refusal-url-DUPLICATE = This address is here already, or waiting for review
refusal-kind-REQUIRED = Choose what kind of thing it is
refusal-description-REQUIRED = Describe it in two or three sentences
refusal-description-INVALID = Too many quotes or lists inside each other; flatten them
refusal-publishedOn-INVALID = Give a date like 2026, 2026-10 or 2026-10-05
refusal-language-INVALID = Give a language tag like en, es or pt-BR
refusal-keywords-TOO_LONG = Ten keywords at most, each of 50 characters at most
refusal-email-REQUIRED = Give your e-mail address
refusal-email-INVALID = Give an address like name@example.org
refusal-email-DUPLICATE = An account has this address already; sign in to it by letter instead
refusal-name-REQUIRED = Give a name
refusal-name-INVALID = A name is one line: no web address, no @, and not that of those who run this
refusal-handle-REQUIRED = Choose a handle
refusal-handle-TOO_SHORT = At least { $limit } characters
refusal-handle-TOO_LONG = At most { $limit } characters
refusal-handle-INVALID = Letters a to z, digits and hyphens only
refusal-handle-DUPLICATE = Somebody has this handle already; choose another
refusal-sector-REQUIRED = Choose where you come from
refusal-agrees-REQUIRED = Read the guidelines, and say that you agree
refusal-token-FORBIDDEN = This account is suspended; nobody can sign in to it now
refusal-token-NOT_FOUND = This link has done its work; ask for another
refusal-decision-REQUIRED = Choose what should become of it
refusal-reason-REQUIRED = Choose a reason, or write one: it is kept with what you do
refusal-requests-REQUIRED = Say what should change, in at least one field
problem-400 = This address does not work
problem-400-lead = Something in it is not as it should be. Nothing of yours was lost.
problem-401 = You were signed out meanwhile
problem-401-lead = Nothing is lost: what you typed is on this page.
problem-403 = This is not open to you
problem-403-lead = Your account may not do this, or this form is no longer yours to send. Nothing was changed.
problem-404 = There is no page here
problem-404-lead = The address may have a typo, or the link that brought you is old. Nothing of yours was lost.
problem-405 = This cannot be done here
problem-405-lead = The address exists, but not for this kind of request. Nothing was changed.
problem-414 = This address is too long
problem-414-lead = What it asks for does not fit into an address. Shorten it and try again.
problem-413 = That was too much at once
problem-413-lead = What you sent is larger than a form may be. Go back, shorten it, and send it again.
problem-415 = This form cannot be read
problem-415-lead = It came in a form that browsers do not send. Nothing was changed.
problem-500 = Something broke here
problem-500-lead = It is not your doing, and it has been noted. Nothing half done was kept. Try again in a minute.
problem-408 = That took too long
problem-408-lead = What you sent did not arrive in time. Go back and send it again.
problem-421 = This site has another name
problem-421-lead = It does not answer at this address. Nothing was lost: check what stands before the first slash.
problem-503 = The library is out of reach for a moment
problem-503-lead = Wait a few seconds and try again. Nothing half done was kept.
problem-other = This did not work
problem-other-lead = Nothing was changed. Go back and try again.
problem-kept = What you typed is kept in this page. Send it again when you are ready.
problem-send-again = Send it again
problem-try-again = Try again
problem-sign-in-elsewhere = Sign in (opens beside this page)

## Letters

letter-sign-in-subject = Your link to { $community }
letter-sign-in = Open this link and press the button to sign in to the library of the { $community }, or to join it:
letter-sign-in-end = It works once, for 15 minutes. If you did not ask for it, do nothing: without the link nobody gets in.
letter-published-subject = { $of ->
    [RESOURCE] In the library: { $title }
   *[other] Published: { $title }
}
letter-published = { $of ->
    [RESOURCE] “{ $title }” is in the library of the { $community } now. Thank you. Everyone can find it here:
   *[other] “{ $title }” is open to everyone at the { $community } now. Thank you. It is here:
}
letter-words = The moderator adds:
letter-changes-subject = Changes needed: { $title }
letter-changes = A moderator of the { $community } read “{ $title }” and asks for this, before it goes into the library:
letter-changes-where = Mend it and send it back here; what you wrote is still there:
letter-declined-subject = Not included: { $title }
letter-declined = { $of ->
    [RESOURCE] A moderator of the { $community } read “{ $title }” and decided not to include it in the library.
   *[other] A moderator of the { $community } read “{ $title }” and decided not to publish it.
}
letter-declined-where = The decision and its reason stay on this page:
letter-end = The moderation team of the { $community }

## The frame (topics and discussion)

nav-topics = Topics
nav-discuss = Discussion

## What was just done (topics and discussion)

done-Comment = Sent. This page always shows where your comment stands.
done-Edit = Sent. What is there now stays until a volunteer has read your edit.
done-Vote = Noted. You can change your mind at any time.
done-Status = Saved. Everyone can see it.

## Topics

topics-lead = What the community works on, or should. Vote for what you want next.
topics-suggest = Suggest a topic
topics-show = Show
topics-count = { $count ->
    [0] No topics
    [one] 1 topic
   *[other] { $count } topics
}
topics-sorted-votes = Most votes first.
topics-sorted-newest = Newest first.
topics-sorted-name = Sorted by name.
topics-sort-votes = By votes
topics-sort-newest = By newest
topics-sort-name = By name
topics-none = No topic stands there now. Look at all of them, and vote for what should.
topics-all = Show all topics
topics-what = A topic is a question that the community works on together. Members suggest topics, vote, and see what came of them.
topics-empty = Nobody has suggested a topic yet. Suggest the first one; a volunteer will read it.
topic-status-ALL = All
topic-status-OPEN = Open
topic-status-PLANNED = Planned
topic-status-DONE = Done
topic-votes = { $count ->
    [0] No votes yet
    [one] 1 vote
   *[other] { $count } votes
}
topic-suggested-by = Suggested by
topic-since = here since
topic-led-to = Led to { $count ->
    [one] one resource
   *[other] { $count } resources
}
topic-all-resources = All in the library
topic-no-resources = Nothing in the library is about this yet. Share what you know of.
topic-votes-title = Votes
topic-wanted = { $count ->
    [one] member wants this
   *[other] members want this
}
topic-vote = Vote for it
topic-vote-hint = One vote each. You can take it back.
topic-vote-is = Your vote is among them.
topic-vote-back = Take my vote back
topic-vote-sign-in = Sign in to vote
topic-set = Set where it stands
on-desk = On the desk

## Suggesting a topic

topics-suggest-lead = What should the community work on next? A name and a few sentences are enough.
topics-then-1 = A volunteer reads it. You see where it stands at any time.
topics-then-2 = Once it is here, members vote for it, talk about it, and add resources.
topics-then-3 = When it is planned or done, the topic says so, and what it led to.
topics-look-first = See what is here already

field-topicName = Name
field-topicDescription = What it is about
field-why = Why it matters now
field-keyword = The keyword it grows out of
field-status = Where it stands
field-ledTo = What it led to
hint-topicName = A few words, as others will read them.
hint-topicDescription = Two or three sentences: the question, and whom it concerns.
hint-why = Whom it would help. You may leave it empty.
hint-keyword = Records with this keyword join the topic.
hint-ledTo = Addresses of resources in the library, one a line.
refusal-status-REQUIRED = Choose where it stands
refusal-ledTo-NOT_FOUND = One of these is not in the library; give addresses like /resources/its-name
refusal-ledTo-INVALID = One of these is not in the library; give addresses like /resources/its-name

## Suggesting an edit

edit-title = Suggest an edit
edit-lead = Change what should be better. A volunteer reads it before it shows.
edit-waiting = An edit is waiting for review already. Once it is decided, you can suggest another.
edit-back = Back to the page

## Discussion

field-body = Your comment
hint-body = Everyone can read it. Plain text or Markdown.
refusal-body-REQUIRED = Write something first
talk-count = { $count ->
    [0] No comments yet
    [one] 1 comment
   *[other] { $count } comments
}
talk-replies = { $count ->
    [0] No replies yet
    [one] 1 reply
   *[other] { $count } replies
}
talk-more = { $count ->
    [one] 1 more reply
   *[other] { $count } more replies
}
talk-empty = Say the first word: a question, or what you know.
talk-join = Join the discussion
talk-pages = Pages of the discussion
talk-start = To the first comments
talk-next = More comments
talk-former = A former member
talk-level = Reply, level { $level }:
talk-removed = A comment that stood here was taken down, or taken back by its author.
talk-removed-why = Why
talk-reply = Reply
talk-reply-to = to { $name }
talk-send = Send comment
talk-sign-in = Sign in to comment
talk-one = Comment { $number } on “{ $title }”
talk-title = Comment
talk-by = Comment by
talk-about-RESOURCE = On the resource
talk-about-TOPIC = On the topic
talk-in-answer = In answer to
talk-too-deep = This thread can go no deeper. Answer an earlier comment instead.
talk-edit = Change your comment
talk-edit-leave = Leave it as it is
talk-edit-other = Only its author can change a comment. You can answer it instead.
discuss-lead = The latest comments on everything, newest first.
discuss-read = Read it in its thread
discuss-empty = Nobody has said anything yet. Open a topic or a resource, and say the first word.

## What is gone

gone-down = This was taken down
gone-back = This was taken back
gone-down-lead = It stood here once. It does not any more, and this page stays to say why.
gone-back-lead = It stood here once. Its author took it back.
gone-told = This is what its author was told:
gone-on = Since
gone-decisions = All decisions
gone-instead = Go on from here

## What was just done (beside the other done- words)

done-Letters = Saved. Letters about what becomes of your own contributions come either way.
done-Stop = Stopped. No more letters about replies will come.

## The log of decisions

log-title = Decisions
log-lead = Everything that is decided stands here, with its reason. Reasons are public; the words to authors are not.
log-count = { $count ->
    [0] No decisions
    [one] 1 decision
   *[other] { $count } decisions
}
log-feed-link = Feed of these
log-feed-title = Decisions of the { $community }
log-kind = What it was about
log-decision = What was decided
log-month = Month
log-month-hint = Year and month, such as 2026-03.
log-all = All
log-show = Show these
log-whole = Show all decisions
log-none = Nothing was decided that fits all of these. Take one away, or look at everything.
log-empty = Nothing has been decided yet. The guidelines say how it is done, and for which reasons.
log-of-RESOURCE = Resource
log-of-TOPIC = Topic
log-of-COMMENT = Comment
log-APPROVE = { $of ->
    [RESOURCE] Put into the library
    [TOPIC] Put among the topics
    [COMMENT] Put into the discussion
   *[other] Published
}
log-REQUEST_CHANGES = Changes asked for
log-DECLINE = Not included
log-REMOVE = Taken down
log-ARCHIVE = Past
log-edit-APPROVE = Edit: put in place
log-edit-REQUEST_CHANGES = Edit: changes asked for
log-edit-DECLINE = Edit: not included
log-edit-REMOVE = Edit: taken down
log-edit-ARCHIVE = Edit: past
log-comment-on = Comment on
log-by-itself = by itself, its date passed
log-date-passed = Its date passed.
log-number = number { $number }

## Searching the library

search-label = Search the library
search-hint = A few words are enough. Capitals and accents do not matter.
search-press = Search
search-title = “{ $query }”: { $count ->
    [0] no resources
    [one] 1 resource
   *[other] { $count } resources
}
search-quoted = “{ $query }”
search-none = Nothing in the library was found for
search-none-fewer = Check the spelling, or try fewer words. If you know of something, share it.
search-none-narrowed = Check the spelling, try fewer words, or take filters off. If you know of something, share it.
search-everywhere = Take the filters off
search-refused-title = Not searched
search-refused = Change the words above, or look at the library without them.
search-without = Show without searching
sorted-relevance = Best matches first.
sorted-soonest = Soonest first.
sort-relevance = Best matches first
facet-topic = Topic
facet-more = { $count ->
    [one] One more
   *[other] { $count } more
}
thing-past = Past
refusal-query-TOO_LONG = Search for less at once: { $limit } characters at most
refusal-query-INVALID = Give at least one word, of letters or digits

## Home

home-soon = Coming up
home-open-until = open until
home-said = Being discussed
home-quote = “{ $words }”
home-quote-on = on
home-said-all = { $count ->
    [one] The one comment
   *[other] All { $count } comments
}
home-part-topics-title = Suggest a topic
home-part-topics = Ask for what nobody has made yet, vote, and see what came of it.

## The outbox

letters-title = Letters
letters-WAITING = { $count ->
    [0] No letter is waiting.
    [one] One letter is waiting.
   *[other] { $count } letters are waiting.
}
letters-SENT = { $count ->
    [0] No letter was sent.
    [one] One letter was sent.
   *[other] { $count } letters were sent.
}
letters-CANCELLED = { $count ->
    [0] No letter was given up.
    [one] One letter will not be sent any more.
   *[other] { $count } letters will not be sent any more.
}
letters-empty-WAITING = Everything has gone out. If somebody misses a letter, look among those sent.
letters-empty-SENT = A letter stands here once the mail server has taken it. Until then it waits.
letters-empty-CANCELLED = A letter stands here when it is no longer needed, or could not be sent.
letter-state-WAITING = Waiting
letter-state-SENT = Sent
letter-state-CANCELLED = Not sent any more
letter-to = To
letter-since = Written
letter-tries = Tries
letter-next = Next try
letter-sent = Sent
letter-cancelled = Given up
letter-failure = What went wrong
letter-is-sign-in = Link to sign in
letter-is-published = Published
letter-is-changes-requested = Changes needed
letter-is-declined = Not included
letter-is-removed = Taken down
letter-is-edit-published = Edit put in place
letter-is-edit-declined = Edit not included
letter-is-reply = Somebody replied
letter-is-topic-status = What becomes of a topic

## Stopping letters

stop-title = Letters about replies
stop-lead = Press the button, and we no longer write when somebody replies to you.
stop-press = Stop letters about replies
stop-again = You can have them again at any time: the box is in your settings.
stop-settings = Open settings
stop-bad-title = This link does not work here
stop-bad = It may have lost a piece on its way. Copy it whole from the letter, or open your settings.

## Settings

settings-letters = Letters
settings-wanted = Write to me when somebody replies to me
settings-wanted-hint = Answers to your comments, and comments on what you brought.
settings-letters-save = Save this choice

## Letters

letter-reply-answer-subject = { $name } answered you: { $title }
letter-reply-answer = { $name } answered your comment on “{ $title }” at the { $community }. Read it, and answer, here:
letter-reply-comment-subject = { $name } commented on { $title }
letter-reply-comment = { $name } commented on “{ $title }”, which you brought to the { $community }. Read it, and answer, here:
letter-reply-somebody = Somebody
letter-reply-stop = To get no more letters about replies, open this page and press its button:
letter-topic-OPEN-subject = Open again: { $name }
letter-topic-OPEN = “{ $name }”, the topic that you suggested to the { $community }, is open again: members can vote for it.
letter-topic-PLANNED-subject = Planned: { $name }
letter-topic-PLANNED = The { $community } plans something on “{ $name }”, the topic that you suggested. Thank you.
letter-topic-DONE-subject = Done: { $name }
letter-topic-DONE = Something came of “{ $name }”, the topic that you suggested to the { $community }. Thank you.
letter-topic-led = It led to:
letter-topic-where = The topic, and what belongs to it:
letter-removed-subject = { $of ->
    [COMMENT] Taken down: your comment on { $title }
   *[other] Taken down: { $title }
}
letter-removed = { $of ->
    [RESOURCE] A moderator of the { $community } took “{ $title }” out of the library.
    [TOPIC] A moderator of the { $community } took your topic “{ $title }” down.
    [COMMENT] A moderator of the { $community } took your comment on “{ $title }” down.
   *[other] A moderator of the { $community } took “{ $title }” down.
}
letter-edit-published-subject = { $of ->
    [COMMENT] Your edit is in place: comment on { $title }
   *[other] Your edit is in place: { $title }
}
letter-edit-published = { $of ->
    [COMMENT] A moderator of the { $community } read your edit of a comment on “{ $title }”. Everyone reads the new text now. Thank you.
   *[other] A moderator of the { $community } read your edit of “{ $title }”. Everyone reads the new text now. Thank you.
}
letter-edit-published-where = It is here:
letter-edit-declined-subject = { $of ->
    [COMMENT] Edit not included: comment on { $title }
   *[other] Edit not included: { $title }
}
letter-edit-declined = { $of ->
    [COMMENT] A moderator of the { $community } read your edit of a comment on “{ $title }” and decided to leave the comment as it is.
   *[other] A moderator of the { $community } read your edit of “{ $title }” and decided to leave it as it is.
}

## Dates, edits and claims

field-topics = Topics
field-startsAt = Begins
field-endsAt = Ends
field-place = Place
field-closesAt = Closes
hint-startsAt = For events. Date and time, in UTC.
hint-endsAt = For events. Date and time, in UTC.
hint-place = For events. Where it is; then it needs no link.
hint-closesAt = For funding. The last moment to apply, in UTC.
dates-title = Dates, for events and funding
refusal-startsAt-REQUIRED = Say when the event begins
refusal-startsAt-INVALID = Only events have a beginning: change the kind, or clear this
refusal-endsAt-INVALID = An event ends after it begins, and only events end; check both
refusal-place-INVALID = Only events have a place: change the kind, or clear this
refusal-closesAt-INVALID = Only funding closes: change the kind, or clear this
refusal-topics-INVALID = One of these topics is not there any more
refusal-topics-TOO_LONG = Ten topics at most
refusal-id-DUPLICATE = An edit of this is waiting already; one at a time
refusal-id-NOT_FOUND = What you wanted to change is not there any more
refusal-id-FORBIDDEN = Only its author can change a comment
refusal-on-NOT_FOUND = What this answers was taken down meanwhile; your words are still here
refusal-on-TOO_LONG = This thread is { $limit } answers deep; answer an earlier comment instead
refusal-name-DUPLICATE = A topic of this name is there already
refusal-body-TOO_LONG = This is too long: at most { $limit } characters
refusal-body-INVALID = Too many quotes or lists inside each other; flatten them
refusal-name-TOO_LONG = Shorten the name to { $limit } characters
refusal-CLAIMED_BY_OTHER = A colleague is on it. It is free again once they decide, or after 15 minutes
refusal-decisions-REQUIRED = Choose at least one
refusal-decisions-TOO_LONG = { $limit } at most at once
state-ARCHIVED = Past
state-REMOVED = Taken down
next-ARCHIVED = It is over, and stays in the library for reference.
next-REMOVED = The reason is on its page.
next-edit-PENDING = Everyone reads the old text until a volunteer has read yours.
next-edit-PUBLISHED = Everyone reads your text now.
next-edit-DECLINED = The text stays as it was. The reason is on this page.
take-back-PUBLISHED = Take it out of the library
take-back-PUBLISHED-hint = It disappears from the library, with everything said about it. A note stays that you took it back.
event-REMOVE = Taken down
event-ARCHIVE = Moved to Past
event-FOUND = Brought by the community itself
event-BREAK_CLAIM = Claim broken by an administrator
done-Claim = You are on it for 15 minutes. Working on it prolongs that.
done-Release = It is free again.
done-DecideMany = Done. What could not be decided is named below.
claim-mine = You are on it until
claim-other = { $name } is on it until
claim-by = { $name } is on it
claim-author = A moderator is reading it now.
claim-take = I’m on it
claim-keep = Prolong
claim-let = Let it go
claim-break = Break the claim
claim-break-hint = The log keeps your reason.
field-claimReason = Why
review-changes = What changes
review-changes-PUBLISHED = Against what everyone reads now
review-changes-REVISION = Since the version before
review-no-changes = Nothing in its text.
review-compare = Compare the newest version with
review-compare-PUBLISHED = what everyone reads
review-key = Underlined is new, struck out is gone.
review-edit-of = An edit of
review-why = Why
review-keyword = Grows out of the keyword
review-on = On
review-answers = In answer to
review-take-down = Take down, or move to Past
decide-REMOVE = Take it down
decide-ARCHIVE = Move it to Past
decide-hint-REMOVE = Needs a reason. A note with it stays at the address.
decide-hint-ARCHIVE = It is over or superseded, and stays readable.
queue-kind = Kind
queue-all-kinds = Everything
queue-ARCHIVED = { $count ->
    [one] One is past.
   *[other] { $count } are past.
}
queue-REMOVED = { $count ->
    [one] One was taken down.
   *[other] { $count } were taken down.
}
queue-choose = Choose { $title }
queue-many = Decide on those chosen
queue-many-hint = Each is decided for itself; what changed meanwhile is left alone.
queue-many-approve = Put them in the library
queue-many-decline = Do not include them
many-results = What became of each
many-done = { $count ->
    [one] One was decided.
   *[other] { $count } were decided.
}
many-not = { $count ->
    [0] Nothing was refused.
    [one] One was not:
   *[other] { $count } were not:
}
kind-RESOURCE = Resource
kind-TOPIC = Topic
kind-COMMENT = Comment
is-edit = Edit
past-note = This is over. It stays here for reference.
make-topic = Make it a topic
when = When
nav-letters = Letters
nav-decisions = Decisions

## What was just done (accounts)

done-drafted = You are signed in, and here is what you wrote. Send it for review when it is ready.
done-linked = Added. You can sign in with it from now on.
done-kept = What you wrote is kept for a day. Sign in or join, and you find it again.
done-ChangeEmail = A letter went to the new address. Until you press the button in it, nothing changes.
done-Confirm = Confirmed. Letters reach you at the new address from now on.
done-RemoveIdentity = Removed. Nobody signs in to your account that way any more.
done-EndSession = Ended. That browser has to sign in again.
done-EndOthers = Ended. You are signed in here, and nowhere else.
done-RevokeToken = Revoked. No program gets in with it any more.
done-RequestExport = Asked for. You get a letter with a link as soon as it is packed.
done-Leave = Your account is deleted, and a letter confirms it. Thank you for what you brought.

## Signing in by a provider, and again

sign-in-ways = With an account that you have
sign-in-with = Continue with { $name }
sign-in-or-email = Or by e-mail
confirm-title = Confirm that it is you
confirm-lead = Sign in once more. For ten minutes after that, you can change what matters most.
confirm-why = Why again?
confirm-why-1 = Your address, your ways to sign in, tokens and your data deserve a second look: a browser that was left open gives nobody a way to them.
confirm-why-2 = Nothing has changed so far, and nothing is lost.
confirm-first = Confirm that it is you first; it takes a minute.
confirm-press = Confirm it now
join-from = { $name } has told us that it is you.
join-known = If you are a member already, sign in as you did before; then add this way in your settings:
link-suspended-title = This account is suspended
link-suspended = You cannot sign in for now. Nothing of yours was deleted.
link-suspended-until = Until
link-suspended-open = an administrator restores it
link-suspended-write = If you think that this is a mistake, the guidelines say what to do:
failed-title = Signing in did not work
failed-title-added = This could not be added
failed-refused = We were not told who you are: you said no there, or turned back.
failed-state = This attempt was too old, was finished already, or began in another browser.
failed-unavailable = The other side does not answer at the moment. It is not your doing.
failed-untrusted = The answer of the other side did not hold when we checked it, so nobody was let in.
failed-suspended = Your account is suspended, so you cannot sign in for now.
failed-taken = That account belongs to another member here already.
failed-unlinked = To add a way to sign in, confirm that it is you first.
failed-other = Something went wrong between here and the other side.
failed-nothing-lost = Nothing was changed, and nothing of yours was lost.
failed-instead = Begin anew, or have a link sent by e-mail: that works without the other side.
failed-press = Sign in another way

## The pages of the settings

settings-pages = Pages of the settings
settings-page-profile = Profile and letters
settings-page-account = Address and sign-in
settings-page-tokens = Tokens for programs
settings-page-data = Your data
settings-see = See your profile
settings-restricted = For now you can read everything, but not contribute.
settings-restricted-until = It ends by itself on
profile-part-DIRECTORY = My entry in the list of members
profile-part-PRONOUNS = My pronouns
profile-part-SECTOR = My sector
profile-part-ORGANISATION = My organisation
profile-part-REGION = My region
profile-part-ABOUT = What I say about myself
profile-part-LINKS = My links
field-pronouns = Pronouns
field-region = Region
field-about = About you
field-links = Links
field-hidden = What visitors do not see
hint-pronouns = Such as she/her or they/them. You may leave it empty.
hint-region = Town, region or country, as closely as you like.
hint-about = What you do, and what people may ask you. Markdown works.
hint-links = One a line, each beginning with https://.
hint-hidden = Tick what only members who are signed in should see.
refusal-about-INVALID = Too many quotes or lists inside each other; flatten them
refusal-links-INVALID = Give whole addresses, one a line, each beginning with https://

## Address, ways to sign in, sessions

access-title = Address and sign-in
access-lead = Where letters reach you, how you sign in, and where you are signed in.
access-address = Your address
access-address-is = Letters go to
access-address-none = We know no address of yours. Give one, so that letters reach you.
access-pending = We wait for
access-pending-then = Press the button in the letter that went there. Until then, nothing changes.
access-address-send = Send a letter there
access-ways = Ways to sign in
access-way-email = A link by e-mail
access-added = added
access-used = last used
access-remove = Remove
access-keep = It is your only way in, so it stays.
access-add = Add { $name }
access-sessions = Where you are signed in
access-sessions-lead = If you do not know one of these, end it. Nothing that you wrote is lost.
access-unknown = Unknown browser
access-this = This browser
access-since = since
access-seen = last seen
access-end = End
access-end-others = Sign out everywhere else
field-newEmail = New address
hint-newEmail = A letter goes there. It counts once you press its button.
address-title = Confirm your new address
address-lead = Press the button, and from now on letters go to
address-press = Confirm this address
address-gone = A link like this works once, for a day. Your settings say which address counts now.
refusal-SIGN_IN_AGAIN = Confirm that it is you first, then send this again; nothing was changed
refusal-SILENCED = For now you can read, but not contribute. Your settings say until when, and why
refusal-identityId-INVALID_TRANSITION = This is your only way in. Add another one first

## Tokens for programs

tokens-title = Tokens for programs
tokens-lead = With a token, a program of yours uses the library in your name, over GraphQL.
tokens-made = Your new token
tokens-secret = Token
tokens-copy = Copy it
tokens-once = Copy it now; it is shown once.
tokens-use = Your program sends it along with each request:
tokens-list = Your tokens
tokens-empty = You have none. To read, a program needs none; to act in your name, it does. Make one below.
tokens-ending = ends in …{ $ending }
tokens-until = works until
tokens-unused = not used yet
tokens-revoke = Revoke
tokens-make = Make a token
tokens-make-press = Make it
scope-READ = Read what you can read
scope-CONTRIBUTE = Share, comment and vote as you
scope-MODERATE = Review and decide as you
token-days = { $count ->
    [365] One year
   *[other] { $count } days
}
field-tokenName = Name
field-scopes = What it may do
field-days = How long it works
hint-tokenName = Such as the program it is for. Only you read it.
hint-scopes = As little as the program needs.
refusal-scopes-REQUIRED = Choose at least one thing that it may do
refusal-days-REQUIRED = Choose how long it works
refusal-days-INVALID = Choose one of these

## Taking one's data along, and leaving

data-title = Your data
data-lead = What we keep about you is yours: take a copy along, or have it deleted.
data-copy = Take a copy
data-holds = It holds your profile, your settings, and what you shared, suggested and said, with what was decided about it.
data-how = We pack it into one file and write to you when it is ready. The link in the letter works once, for a day.
data-packing = Asked for on
data-packing-then = It is being packed, and a letter comes when it is ready. You can leave this page.
data-ready = Packed on
data-ready-then = The letter to you has the link. It works once, for a day.
data-ask = Pack my data
data-again = Pack it anew
data-leave = You choose what becomes of what you contributed. Nothing happens before you confirm it.
data-leave-open = Go on to delete it
fetch-title = Your data is ready
fetch-lead = Press the button to download it. This works once; keep the file where nobody else finds it.
fetch-press = Download
fetch-gone = A link like this works once, for a day. Nothing was lost: have your data packed anew, and another letter comes.
fetch-again = Pack my data anew
leave-title = Delete your account
leave-lead = Your name, address and profile are deleted, and you are signed out everywhere. It cannot be undone.
leave-record = What was decided here stays on record, without your name.
leave-copy = Take a copy of your data first
leave-last = You are the only administrator. Make another member one first, so that the community is not left alone; then you can go.
leave-last-members = Choose one of the members
leave-KEEP = Keep it, without my name
leave-KEEP-hint = Others still find it, as by a former member.
leave-REMOVE = Take it down
leave-REMOVE-hint = Others no longer find it. A note stays in its place.
leave-handle = Your handle is
leave-press = Delete my account
field-contributions = What you contributed
field-leaveHandle = Your handle, to confirm
hint-leaveHandle = Type it exactly as it stands above.
refusal-contributions-REQUIRED = Choose what becomes of what you contributed
refusal-handle-NOT_FOUND = This is not your handle; type it as it stands above

## What is wrong (limits)

problem-429 = That was too often in a short time
problem-429-lead = Wait a few minutes; newcomers, who may share three things a day, until tomorrow. Nothing was changed, and nothing of yours was lost.

## The outbox (accounts)

letter-is-confirm-email = Confirm an address
letter-is-email-changed = Address has changed
letter-is-data-export = Data is packed
letter-is-role-changed = Role has changed
letter-is-silenced = Cannot contribute for now
letter-is-suspended = Account suspended
letter-is-restored = Account restored
letter-is-left = Account deleted

## Letters (accounts)

letter-confirm-email-subject = Confirm your address for the { $community }
letter-confirm-email = Open this link and press the button, and from then on letters of the { $community } go to this address:
letter-confirm-email-end = It works once, for a day. If you did not ask for it, do nothing: nothing changes without it.
letter-email-changed-subject = Your address at the { $community } has changed
letter-email-changed = Letters of the { $community }, and links to sign in, go to { $email } from now on. This is the last one to the old address.
letter-not-you = If it was not you, the guidelines say whom to write to:
letter-data-export-subject = Your data from the { $community }
letter-data-export = Your data from the { $community } is packed. Open this link, sign in if you are asked to, and press the button to download it:
letter-data-export-end = It works once, for a day. If you did not ask for it, do nothing: only you can open it.
letter-role-subject = Your role at the { $community }
letter-role-MEMBER = You are a member of the { $community } as others are from now on: you no longer review or decide.
letter-role-MODERATOR = You are a moderator of the { $community } from now on. Sign in, and you find what waits for review on the desk.
letter-role-ADMIN = You are an administrator of the { $community } from now on. Sign in, and you find what comes with it.
letter-silenced-subject = You can read, but not contribute for now: { $community }
letter-silenced = An administrator of the { $community } decided that you can read everything, but not contribute, until { $until }. After that, everything is open to you again.
letter-suspended-subject = Your account is suspended: { $community }
letter-suspended = An administrator of the { $community } suspended your account until { $until }. You cannot sign in until then. Nothing of yours was deleted.
letter-suspended-open = An administrator of the { $community } suspended your account. You cannot sign in until it is restored. Nothing of yours was deleted.
letter-restored-subject = Everything is open to you again: { $community }
letter-restored = An administrator of the { $community } restored your account. You can sign in and contribute as before.
letter-left-subject = Your account at the { $community } is deleted
letter-left = Your account at the { $community } is deleted, with your name, your address and your profile. This is the last letter. Thank you for what you brought.
letter-given-reason = The reason that was given:
letter-appeal = If you think that this is a mistake, the guidelines say what to do:
## Members

nav-members = Members
members-lead = Everybody who is here. Visitors do not see those who chose not to be listed.
members-lead-visitor = Some members are seen by members alone. Once you join, you see everybody.
members-search = Find a member
members-search-hint = Part of a name or an organisation is enough.
members-all-sectors = All sectors
members-count = { $count ->
    [0] No members
    [one] 1 member
   *[other] { $count } members
}
members-none = Nobody listed here fits this. Try part of a name, another sector, or look at everybody.
members-everybody = Show everybody
members-empty = Nobody is listed here yet. Members choose in their settings whether visitors see them.

## One member

role-MEMBER = Member
role-MODERATOR = Moderator
role-ADMIN = Administrator
person-edit = Edit your profile
person-edit-hint = There you also choose what visitors see.
person-about = About
person-region = Region
person-since = Member since
person-links = Elsewhere
person-brought = Brought into the library
person-brought-none = Nothing yet. What this member shares will stand here once it is in the library.
person-brought-none-own = Nothing yet. Share something, and it stands here once it is in the library.
restriction-SILENCED = Contributions are paused
restriction-SUSPENDED = This account is suspended
restriction-until = Until
restriction-open = No end is set.
restriction-own = You can read everything meanwhile, and nothing that you brought is lost.
restriction-who = Only this member, moderators and administrators see this.

## For administrators

administer = For administrators
administer-confirm-why = These changes need a fresh proof of who you are.
administer-confirm = Confirm that it is you first
administer-SetRole = Change the role
administer-Silence = Pause contributions
administer-Suspend = Suspend the account
administer-Restore = Lift the restriction
administer-what-SetRole = Moderators decide on what others share; administrators also run the site. The member signs in anew.
administer-what-Silence = Until then the member can read everything, and contribute nothing.
administer-what-Suspend = The member is signed out, and cannot sign in. What they brought stays.
administer-what-Restore = The member can do everything again, at once.
field-role = Role
field-until = Until
field-suspendUntil = Until
field-changeReason = Reason
field-restrictionReason = Reason
hint-until = Date and time, in UTC.
hint-suspendUntil = In UTC. Leave it empty to set no end.
hint-changeReason = It goes into the letter to the member, and is kept.
hint-restrictionReason = It goes into the letter to the member, and stands here.
refusal-role-REQUIRED = Choose a role
refusal-role-INVALID = Choose a role
refusal-until-REQUIRED = Say until when: a date and a time
refusal-until-INVALID = Give a date and a time that are still to come
refusal-until-INVALID_TRANSITION = What was decided before ends later; give it back first
refusal-role-INVALID_TRANSITION = That is the role already; choose another
refusal-memberId-NOT_FOUND = This member is not here any more
refusal-memberId-FORBIDDEN = You cannot change this member; nothing was changed
refusal-memberId-INVALID_TRANSITION = There is no restriction any more
done-SetRole = Done. The member gets a letter, and signs in anew with the new role.
done-Silence = Contributions are paused. The member gets a letter; the reason and the end stand below.
done-Suspend = The account is suspended. The member gets a letter; you can lift this below at any time.
done-Restore = Lifted. The member gets a letter, and can do everything again.

## The community in numbers

numbers-title = The community in numbers
numbers-sectors = Where members come from
numbers-sectors-what = Members by sector
numbers-sectors-told = The largest group is { $sector }, with { $count ->
    [one] 1 member
   *[other] { $count } members
}.
numbers-growth = Growth over twelve months
numbers-growth-what = Members by the end of each month
numbers-growth-told = { $begin }: { $few }. { $end }: { $many }.
numbers-table = The figures as a table
numbers-directory = Look through the members
numbers-none = Nobody has joined yet. Be the first: one address, one link, about a minute.

## Sharing without an account

share-visitor = You can begin without an account. When you send, we ask who you are, and keep what you wrote meanwhile.
