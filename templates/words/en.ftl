# The words of Handbill in English: the language that has to be complete.

text-direction = ltr
language-name = English

## Dates

date-weekday = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
date-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
date-month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] June
    [7] July
    [8] Aug
    [9] Sept
    [10] Oct
    [11] Nov
   *[12] Dec
}
date-long = { date-weekday }, { $day } { date-month } { $year }
date-short = { date-weekday }, { $day } { date-month }
date-time = { date-long }, { $hour }:{ $minute } ({ $offset })

## Digests

digest-subject = { $others ->
    [one] { $title }, and one more post
   *[other] { $title }, and { $others } more posts
}
digest-heading = News from { $site }
digest-intro = { $count ->
    [one] There is one new post.
   *[other] There are { $count } new posts.
}
digest-topics = Topics: { $topics }
digest-read-more = Read more
digest-read-on = Read on
digest-left = { $count ->
    [one] One more post is in the archive
   *[other] { $count } more posts are in the archive
}
digest-read-on-site = Read it on the website

## Events: of appeals, and of posts that were appeals

time-short = { $hour }:{ $minute }
event-day-time = { $date }, { $time }
event-time = { $starts } to { $ends }
event-until = until { $date }, { $time }
event-zone = { $city } time ({ $offset })
event-map = Map
event-online = Join online
event-calendar = Add to calendar
event-calendar-google = Google Calendar
event-calendar-outlook = Outlook.com
event-calendar-file = Other calendars (.ics)
event-many = { $count ->
    [one] There is one event.
   *[other] There are { $count } events.
}
event-open-until = Open until { $until }
event-attached = The calendar entry is attached to this mail: open it to add it to your calendar.
event-attached-replace = The calendar entry with the change is attached to this mail: open to replace your entry.
event-attached-cancelled = A cancelled calendar entry is attached to this mail: open to replace your entry.

## Appeals

appeal-kind = Urgent appeal
appeal-by = by { $date }
appeal-several = { $others ->
    [one] { $when }, and one more event
   *[other] { $when }, and { $others } more events
}
appeal-subject = { $title }: { $when }
reminder-kind = Reminder
reminder-subject = Reminder for { $when }: { $title }
correction-kind = This has changed
correction-subject = { $changes } | { $title }
correction-now = Now
correction-was = Was
correction-none = none
correction-all = All that holds now:
change-what = { $what ->
    [time] Time changed
    [end] End changed
    [zone] Time zone changed
    [place] Place changed
    [address] Address changed
    [online] Online link changed
    [deadline] Deadline changed
    [added] Event added
    [dropped] Event cancelled
   *[details] Details changed
}
change-short = { $what }: now { $now }, was { $was }
change-short-new = { $what }: { $now }
change-short-gone = { $what }: was { $was }
cancellation-kind = Cancelled
cancellation-subject = Cancelled: { $title }
cancellation-subject-when = Cancelled: { $title } ({ $when })
cancellation-body = This does not take place.
cancellation-body-petition = This appeal is withdrawn.
cancellation-reason = Reason: { $reason }

## Appeals in a digest

notice = { $notice ->
    [took-place] This has taken place.
    [closed] The deadline has passed.
    [cancelled] This was cancelled.
   *[ahead] Urgent appeal
}
digest-had = You have had this from us before:

## Result: tells whoever marked an appeal how a mailing about it ended

result-kind = { $kind ->
    [reminder] The reminder
    [correction] The correction
    [cancellation] The cancellation
   *[appeal] The appeal
}
result-subject = Sent to { $accepted } of { $total }: { $title }
result-heading-all = It has gone out to everybody
result-heading-some = It has gone out, but not to everybody
result-heading-none = It has not gone out to anybody
result-body = { result-kind } “{ $title }” was meant for { $total ->
    [one] one person
   *[other] { $total } people
}. Nothing of it is waiting any more.
result-state = { $state ->
    [accepted] Accepted by the mail server
    [refused] Refused by the mail server
    [suppressed] Left out, as they have left or must not be mailed
    [expired] Not sent before the deadline
    [cancelled] Stopped before they were sent
    [unknown] Unknown, as the reply was lost
   *[queued] Not yet sent
}
result-deadline = Deadline: { $until }
result-expired = { $expired ->
    [one] One person was not sent it before the deadline and will not get it any more.
   *[other] { $expired } people were not sent it before the deadline and will not get it any more.
}
result-show = To see who was left out, and why:

## Notices: tell staff that something is wrong, and when it is over. They are also read by programs, so they are plain.

notice-staff-heading = { $kind ->
    [stall] An appeal is not getting out
    [relay] A relay takes no mail
    [domain] A mail domain blocks our mail
    [expired] An appeal did not reach everybody
    [source] A source cannot be read
    [disk] The disk is nearly full
   *[test] This is a test
}
notice-staff-heading-over = { $kind ->
    [stall] The appeal is moving again
    [relay] The relay takes mail again
    [domain] The mail domain takes our mail again
    [source] The source can be read again
    [disk] There is room on the disk again
   *[other] This is over
}
notice-staff-body = { $kind ->
    [stall] Mailing { $subject } is due, and for a minute nothing of it was taken by a relay.
    [relay] Relay “{ $subject }” cannot be reached or turns us away, and its mail waits: { $detail }
    [domain] A domain of people on the list (number { $subject }) blocks our mail. Theirs waits and is tried again with growing pauses, and nobody is taken off the list. It says: { $detail }
    [expired] Mails of mailing { $subject } that were not sent before its deadline: { $detail }. They will not be sent any more.
    [source] Source “{ $subject }” could not be read for an hour, so new posts are not found: { $detail }
    [disk] On { $subject }, where the store lies, there is little room left: { $detail }. Without room nothing is sent.
   *[test] Somebody tried out how staff are told. Nothing is wrong.
}
notice-staff-body-over = { $kind ->
    [stall] Mailing { $subject } is moving again, or is over.
    [relay] Relay “{ $subject }” works again, and what waited goes out.
    [domain] The domain with number { $subject } takes our mail again, or nothing was left to send to it.
    [source] Source “{ $subject }” can be read again.
    [disk] On { $subject } there is enough room again.
   *[other] { $subject } is well again.
}
notice-staff-since = Since: { $since }
notice-staff-ended = Until: { $ended }
notice-staff-look = To see how things stand:

## The foot of every mail to the list

footer-why = { $cadence ->
    [daily] You get this because you asked { $site } for news once a day.
    [weekly] You get this because you asked { $site } for news once a week.
    [monthly] You get this because you asked { $site } for news once a month.
   *[each] You get this because you asked { $site } for each new post.
}
footer-appeal = You get this because you asked { $site } for urgent appeals.
footer-told = You get this because { $site } sent you this appeal before.
footer-result = You get this because you sent this mailing of { $site }.
footer-notice = You get this because you are told when something is wrong with the mail of { $site }.
footer-unsubscribe = Unsubscribe
footer-preferences = Change what you get
footer-archive = Earlier mailings
footer-letter = This letter was sent by { $site } because somebody asked for it with this address.

## Confirmation: asks somebody whether they meant to subscribe

confirmation-subject = Please confirm your subscription to { $site }
confirmation-heading = Please confirm
confirmation-preheader = One click, and you are on the list.
confirmation-body = Somebody, we hope it was you, asked { $site } to send mail to this address:
confirmation-cadence = { $cadence ->
    [daily] news once a day
    [weekly] news once a week
    [monthly] news once a month
   *[each] each new post as it comes out
}
confirmation-alerts = urgent appeals, as soon as they are made
confirmation-alerts-region = urgent appeals as soon as they are made: those in { $region }, and those for everybody
confirmation-topics = only about these topics: { $topics }
confirmation-button = Yes, subscribe me
confirmation-ignore = If it was not you, do nothing. Without your click you will get no more mail.

## Welcome: greets somebody who has just confirmed

welcome-subject = Welcome to { $site }
welcome-heading = Welcome, and thank you
welcome-preheader = What you get from now on, and when it comes.
welcome-body = You are on the list of { $site } now. This is what you get:
welcome-next = The next news is due on { $next }, if there is something new by then.
welcome-change = With the links at the foot you can change that or leave, at any time. They are in every mail.
welcome-earlier = To read meanwhile:
footer-welcome = You get this because you have just subscribed to { $site }.

## Link: brings somebody a fresh link to their preferences

link-subject = Your link to { $site }
link-heading = Here is your link
link-preheader = It works once, within one hour.
link-body = With this link you can see and change what { $site } sends you.
link-valid = It works once, within one hour. Keep it to yourself: who has it can change your choices.
link-button = See my choices
link-ignore = If you did not ask for it, do nothing. Nothing has changed.

## Goodbye: tells somebody that they have left

goodbye-subject = You have left { $site }
goodbye-heading = Goodbye, and thank you
goodbye-preheader = You will get no more mail from us.
goodbye-body = You are no longer on the list of { $site }. No more news or appeals will come to this address.
goodbye-return = If that was a mistake, you can come back at any time:
goodbye-button = Come back

## Calendar entries

calendar-cancelled = Cancelled: { $title }

## Pages: all of them

page-skip = Skip to the content
page-home-link = Subscribe
page-archive-link = Earlier mailings
page-email-label = Email address
page-error-title = Error:
page-error-heading = Please check the form
page-error-email-shape = Enter an email address like name@example.org
page-error-email-long = This email address is too long for any mailbox. Please check it
page-error-email-local = There is a character or a dot before the @ that cannot be there
page-error-email-domain = Check what stands after the @. It should look like example.org
page-error-name = Enter a name of at most 200 characters, on one line
page-error-topics = The topics have changed. Please choose again

## Pages: signing up

page-home-title = Subscribe
page-home-heading = Get news from { $site }
page-home-intro = News by email, as often as you like, and urgent appeals when it counts. You can leave with one click at any time.
page-name-label = Your name (you can leave this empty)
page-cadence-legend = How often do you want news?
page-cadence = { $cadence ->
    [daily] At most once a day
    [weekly] At most once a week
    [monthly] At most once a month
   *[each] With each new post
}
page-alerts-legend = Urgent appeals
page-alerts = Send me urgent appeals at once
page-alerts-hint = Such as a protest today, or a petition that closes soon.
page-region-label = Where do you live?
page-region-hint = Then you are called to what happens near you, and not to what happens far away.
page-region-all = Not said: call me to everything
page-topics-legend = Which topics?
page-topics-hint = Choose none to get all of them.
page-language-label = Language of our mail
page-zone-label = Time zone
page-zone-hint = News comes at the usual hour there.
page-zone-site = Ours ({ $zone })
page-home-promise = We keep your address sealed, use it for this mail only, and pass it on to nobody.
page-subscribe-button = Subscribe
page-trap-label = Leave this field empty
page-sent-heading = Look into your mailbox
page-sent = We have sent a mail to the address you gave. Follow the link in it to finish.
page-sent-spam = If it does not come within a few minutes, look into your spam folder.

## Pages: a fresh link

page-link-heading = Already subscribed?
page-link-fresh-heading = Get a fresh link
page-link-intro = We send a link to your address. With it you can see and change what you get, or leave.
page-link-button = Send me my link
page-link-asked-heading = Look into your mailbox
page-link-asked = If this address is on our list, a mail with a link is on its way to it.
page-link-sent-heading = Look into your mailbox
page-link-sent = A mail with a fresh link is on its way to the address on our list.

## Pages: confirming

page-confirm-heading = Please confirm
page-confirm-intro = You are about to get this from { $site }:
page-confirm-language = language: { $language }
page-confirm-ignore = If you did not ask for it, close this page. You will get no more mail.
page-confirmed-heading = You are subscribed
page-confirmed = Thank you. You are on the list of { $site } now.
page-confirmed-change = Every mail has a link at its foot to change what you get, and one to leave.

## Pages: choosing

page-manage-heading = What you get
page-manage-intro = This is what { $site } sends to { $address }.
page-manage-paused = News is paused until { $day }. Saving ends the pause.
page-manage-button = Save
page-saved-heading = Saved
page-saved = From now on you get what you have just chosen.
page-saved-used = The link is used up. To change something again, ask for a fresh one.
page-less-heading = Too much mail?
page-less-intro = Here you can get less from { $site }. Every button takes effect at once.
page-less-button = Less often
page-pause-month-button = Pause for a month
page-pause-quarter-button = Pause for three months
page-less-all-heading = See and change everything
page-less-all = To keep your choices private, we show them only through a fresh link, which we send to your address.
page-less-done-heading = You will get less
page-less-done = News comes less often from now on. Once a month is the least.
page-paused-heading = Paused
page-paused-month = You will get no news for a month.
page-paused-quarter = You will get no news for three months.
page-paused-alerts = Urgent appeals still come, if you asked for them.

## Pages: leaving

page-leave-heading = Leave the list
page-leave-intro = You will get no more mail from { $site }.
page-leave-button = Unsubscribe
page-leave-follow = Still tell me if this event changes or is called off: { $event }
page-left-heading = You have left the list
page-left = You will get no more mail from { $site }, but for a last one that says so.
page-left-follow = We will write again only if the event changes or is called off.
page-left-return = If that was a mistake, you can subscribe again at any time.

## Pages: earlier mailings

page-archive-heading = Earlier mailings
page-archive-cadence = { $cadence ->
    [daily] Daily news
    [weekly] Weekly news
    [monthly] Monthly news
   *[each] News as it came out
}
page-archive-empty = There are no mailings yet.
page-archive-older = Older mailings
page-archive-years = Years
page-archive-feed = As a feed (Atom)
page-feed-title = { $site }: earlier mailings
page-issue-heading = News of { $day }
page-issue-empty = The posts of this mailing have been withdrawn.
page-issue-since = { $since ->
    [cancelled] This has been called off since.
   *[changed] This has changed since.
}
page-issue-newer = What holds now

## Pages: what can go wrong

page-problem-missing-heading = This page does not exist
page-problem-missing = Check the address, or start from the page to subscribe.
page-problem-link-heading = This link does not work
page-problem-link-broken = It is not complete, or not from here. If you copied it, check that you have all of it.
page-problem-link-dead = It has been used already, or it is too old. Nothing has changed.
page-problem-method-heading = That does not work here
page-problem-method = Please start again from the page to subscribe.
page-problem-large-heading = That was too much
page-problem-large = The form was larger than we can take. Nothing has changed.
page-problem-many-heading = Please wait a little
page-problem-many = There have been too many requests. Nothing has changed. Please try again later.
page-problem-failed-heading = Something went wrong
page-problem-failed = The fault is ours. Please try again in a few minutes.
