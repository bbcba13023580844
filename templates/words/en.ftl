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
date-long = { date-weekday }, { $day } { date-month } { $year }
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
digest-read-on-site = Read it on the website

## The foot of every mail to the list

footer-why = { $cadence ->
    [daily] You get this because you asked { $site } for news once a day.
    [weekly] You get this because you asked { $site } for news once a week.
    [monthly] You get this because you asked { $site } for news once a month.
   *[each] You get this because you asked { $site } for each new post.
}
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
confirmation-topics = only about these topics: { $topics }
confirmation-button = Yes, subscribe me
confirmation-ignore = If it was not you, do nothing. Without your click you will get no more mail.

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
