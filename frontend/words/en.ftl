# English. A hint is at most 12 words, a notice 25. People never read the system's own words.

## The frame

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

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date = { $day } { $month } { $year }
date-month = { $month } { $year }
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
done-Withdraw = Taken back. Nobody will review it.
done-Decide = Decided. The author gets a letter.
done-Save = Saved.
done-joined = Welcome. You can share a resource now; four fields, about a minute.
done-signed-in = You are signed in.
done-signed-out = You are signed out.
done-first = Sign in first; then choose the page again.

## Home

home-title = Home
home-open = Open the library
home-about = Who we are
home-shelf = The library by kind
home-new = Newest
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
library-none = Nothing in the library fits all of these. Take one away, or look at everything.
library-all = Show the whole library
library-empty-title = The library is empty
library-empty = Nothing has been put into the library yet. Share the first resource, and a moderator will read it.
in-library-since = in the library since
open-it = Open it
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
hint-message = They go into the letter, and stay on its page.
choose-one = Choose one
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
see-it = See it in the library
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
event-APPROVE = Put into the library
event-REQUEST_CHANGES = Changes asked for
event-DECLINE = Not included
by = by
moderation-team = Moderation team

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
decide-APPROVE = Put it in the library
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
join-lead = You are new here. Four answers, and you can share.
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
refusal-description-REQUIRED = Say what it is and what one can do with it
refusal-description-INVALID = Too many quotes or lists inside each other; flatten them
refusal-publishedOn-INVALID = Give a date like 2026, 2026-10 or 2026-10-05
refusal-language-INVALID = Give a language tag like en, es or pt-BR
refusal-keywords-TOO_LONG = Ten keywords at most, each of 50 characters at most
refusal-email-REQUIRED = Give your e-mail address
refusal-email-INVALID = Give an address like name@example.org
refusal-email-DUPLICATE = Somebody has this address already; sign in with it instead
refusal-name-REQUIRED = Say what others should call you
refusal-name-INVALID = A name is one line, without control characters
refusal-handle-REQUIRED = Choose a handle
refusal-handle-TOO_SHORT = At least { $limit } characters
refusal-handle-TOO_LONG = At most { $limit } characters
refusal-handle-INVALID = Letters a to z, digits and hyphens only
refusal-handle-DUPLICATE = Somebody has this handle already; choose another
refusal-sector-REQUIRED = Choose where you come from
refusal-agrees-REQUIRED = Read the guidelines, and say that you agree
refusal-token-NOT_FOUND = This link has done its work; ask for another
refusal-decision-REQUIRED = Choose what should become of it
refusal-reason-REQUIRED = Choose a reason: the author will read it
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
problem-405-lead = The address exists, but not for this kind of request.
problem-413 = That was too much at once
problem-413-lead = What you sent is larger than a form may be. Go back, shorten it, and send it again.
problem-415 = This form cannot be read
problem-415-lead = It came in a form that browsers do not send. Nothing was changed.
problem-500 = Something broke here
problem-500-lead = It is not your doing, and it has been noted. Nothing half done was kept.
problem-other = This did not work
problem-other-lead = Nothing was changed. Go back and try again.
problem-kept = What you typed is kept in this page. Send it again when you are ready.
problem-send-again = Send it again
problem-sign-in-elsewhere = Sign in (opens beside this page)

## Letters

letter-sign-in-subject = Your link to { $community }
letter-sign-in = Open this link and press the button to sign in to the library of the { $community }, or to join it:
letter-sign-in-end = It works once, for 15 minutes. If you did not ask for it, do nothing: without the link nobody gets in.
letter-published-subject = In the library: { $title }
letter-published = “{ $title }” is in the library of the { $community } now. Thank you. Everyone can find it here:
letter-words = The moderator adds:
letter-changes-subject = Changes needed: { $title }
letter-changes = A moderator of the { $community } read “{ $title }” and asks for this, before it goes into the library:
letter-changes-where = Mend it and send it back here; what you wrote is still there:
letter-declined-subject = Not included: { $title }
letter-declined = A moderator of the { $community } read “{ $title }” and decided not to include it in the library.
letter-declined-where = The decision and its reason stay on this page:
letter-end = The moderation team of the { $community }
