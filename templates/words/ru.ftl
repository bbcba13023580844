# The words of Handbill in Russian.
# Not reviewed by a native speaker yet: corrections are welcome.

text-direction = ltr
language-name = Русский

## Dates

date-weekday = { $weekday ->
    [1] понедельник
    [2] вторник
    [3] среда
    [4] четверг
    [5] пятница
    [6] суббота
   *[7] воскресенье
}
date-month = { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
}
date-long = { date-weekday }, { $day } { date-month } { $year } г.
date-time = { date-long }, { $hour }:{ $minute } ({ $offset })

## Digests

digest-subject = { $others ->
    [one] { $title } и ещё { $others } публикация
    [few] { $title } и ещё { $others } публикации
   *[many] { $title } и ещё { $others } публикаций
}
digest-heading = Новости: { $site }
digest-intro = { $count ->
    [one] Вышла { $count } новая публикация.
    [few] Вышли { $count } новые публикации.
   *[many] Вышло { $count } новых публикаций.
}
digest-topics = Темы: { $topics }
digest-read-more = Читать дальше
digest-read-on-site = Читать на сайте

## The foot of every mail to the list

footer-why = { $cadence ->
    [daily] Вы получили это письмо, потому что подписались на ежедневные новости: { $site }.
    [weekly] Вы получили это письмо, потому что подписались на еженедельные новости: { $site }.
    [monthly] Вы получили это письмо, потому что подписались на ежемесячные новости: { $site }.
   *[each] Вы получили это письмо, потому что подписались на каждую новую публикацию: { $site }.
}
footer-unsubscribe = Отписаться
footer-preferences = Изменить подписку
footer-archive = Прежние рассылки
footer-letter = Письмо отправлено от имени { $site }, потому что кто-то запросил его, указав этот адрес.

## Confirmation: asks somebody whether they meant to subscribe

confirmation-subject = Подтвердите подписку: { $site }
confirmation-heading = Подтвердите подписку
confirmation-preheader = Одно нажатие, и вы подписаны.
confirmation-body = Кто-то, надеемся, что вы, попросил присылать на этот адрес рассылку { $site }:
confirmation-cadence = { $cadence ->
    [daily] новости раз в день
    [weekly] новости раз в неделю
    [monthly] новости раз в месяц
   *[each] каждая новая публикация сразу после выхода
}
confirmation-alerts = срочные призывы, как только они появятся
confirmation-topics = только на эти темы: { $topics }
confirmation-button = Да, подписаться
confirmation-ignore = Если это были не вы, ничего не делайте. Без вашего подтверждения писем больше не будет.

## Link: brings somebody a fresh link to their preferences

link-subject = Ваша ссылка: { $site }
link-heading = Вот ваша ссылка
link-preheader = Она действует один раз, в течение часа.
link-body = По этой ссылке можно посмотреть и изменить то, что присылает вам { $site }.
link-valid = Она действует один раз, в течение часа. Никому её не передавайте: по ней можно изменить вашу подписку.
link-button = Моя подписка
link-ignore = Если вы её не запрашивали, ничего не делайте. Ничего не изменилось.

## Goodbye: tells somebody that they have left

goodbye-subject = Вы отписались: { $site }
goodbye-heading = До свидания, и спасибо
goodbye-preheader = Писем от нас больше не будет.
goodbye-body = Вас больше нет в списке рассылки { $site }. Новости и призывы на этот адрес приходить не будут.
goodbye-return = Если это ошибка, вы можете вернуться в любое время:
goodbye-button = Вернуться
