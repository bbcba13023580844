# The words of Handbill in Russian.
# not reviewed by a native speaker; corrections are welcome (docs/languages.md)

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
date-month-short = { $month ->
    [1] янв
    [2] фев
    [3] мар
    [4] апр
    [5] мая
    [6] июня
    [7] июля
    [8] авг
    [9] сен
    [10] окт
    [11] ноя
   *[12] дек
}
date-long = { date-weekday }, { $day } { date-month } { $year } г.
date-short = { date-weekday }, { $day } { date-month }
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
digest-read-on = Читать дальше
digest-left = { $count ->
    [one] В архиве ещё { $count } публикация
    [few] В архиве ещё { $count } публикации
   *[many] В архиве ещё { $count } публикаций
}
digest-read-on-site = Читать на сайте

## Events: of appeals, and of posts that were appeals

time-short = { $hour }:{ $minute }
event-day-time = { $date }, { $time }
event-time = с { $starts } до { $ends }
event-until = до { $time }, { $date }
event-zone = { $city ->
    [London] время Лондона
    [Moscow] московское время
    [Almaty] время Алматы
    [Aqtau] время Актау
    [Aqtobe] время Актобе
    [Atyrau] время Атырау
    [Oral] время Уральска
    [Qostanay] время Костаная
    [Qyzylorda] время Кызылорды
    [Berlin] время Берлина
   *[other] часовой пояс { $city }
} ({ $offset })
event-map = Карта
event-online = Присоединиться онлайн
event-calendar = Добавить в календарь
event-calendar-google = Google Календарь
event-calendar-outlook = Outlook.com
event-calendar-file = Другие календари (.ics)
event-many = { $count ->
    [one] { $count } событие.
    [few] { $count } события.
   *[many] { $count } событий.
}
event-open-until = Открыто до: { $until }
event-attached = К письму приложена запись для календаря: откройте её, чтобы добавить в свой календарь.
event-attached-replace = К письму приложена запись для календаря с изменениями: откройте её, чтобы заменить прежнюю.
event-attached-cancelled = К письму приложена запись для календаря с пометкой об отмене: откройте её, чтобы заменить прежнюю.

## Appeals

appeal-kind = Срочный призыв
appeal-by = до { $date }
appeal-several = { $others ->
    [one] { $when } и ещё { $others } событие
    [few] { $when } и ещё { $others } события
   *[many] { $when } и ещё { $others } событий
}
appeal-subject = { $title }: { $when }
reminder-kind = Напоминание
reminder-subject = Напоминание, { $when }: { $title }
correction-kind = Есть изменения
correction-subject = { $changes } | { $title }
correction-now = Теперь
correction-was = Было
correction-none = нет
correction-all = Что верно сейчас:
change-what = { $what ->
    [time] Изменилось время
    [end] Изменилось время окончания
    [zone] Изменился часовой пояс
    [place] Изменилось место
    [address] Изменился адрес
    [online] Изменилась ссылка
    [deadline] Изменился срок
    [added] Добавлено событие
    [dropped] Отменено событие
   *[details] Изменились подробности
}
change-short = { $what }: теперь { $now }, было { $was }
change-short-new = { $what }: { $now }
change-short-gone = { $what }: было { $was }
cancellation-kind = Отменено
cancellation-subject = Отменено: { $title }
cancellation-subject-when = Отменено: { $title } ({ $when })
cancellation-body = Это не состоится.
cancellation-body-petition = Этот призыв отозван.
cancellation-reason = Причина: { $reason }

## Appeals in a digest

notice = { $notice ->
    [took-place] Это уже прошло.
    [closed] Срок истёк.
    [cancelled] Это отменено.
   *[ahead] Срочный призыв
}
digest-had = Об этом мы вам уже писали:

## Result: tells whoever marked an appeal how a mailing about it ended

result-kind = { $kind ->
    [reminder] Напоминание
    [correction] Сообщение об изменении
    [cancellation] Сообщение об отмене
   *[appeal] Призыв
}
result-subject = Отправлено { $accepted } из { $total }: { $title }
result-heading-all = Отправлено всем
result-heading-some = Отправлено, но не всем
result-heading-none = Не отправлено никому
result-body = { result-kind } «{ $title }»: получателей { $total }. В очереди больше ничего нет.
result-state = { $state ->
    [accepted] Принято почтовым сервером
    [refused] Отклонено почтовым сервером
    [suppressed] Не отправлено: человек отписался или ему нельзя писать
    [expired] Не отправлено до крайнего срока
    [cancelled] Остановлено до отправки
    [unknown] Неизвестно: ответ сервера потерян
   *[queued] Ещё не отправлено
}
result-deadline = Крайний срок: { $until }
result-expired = { $expired ->
    [one] До крайнего срока не отправлено { $expired } письмо. Оно уже не уйдёт.
    [few] До крайнего срока не отправлено { $expired } письма. Они уже не уйдут.
   *[many] До крайнего срока не отправлено { $expired } писем. Они уже не уйдут.
}
result-show = Кто не получил письмо и почему:

## Notices: tell staff that something is wrong, and when it is over. They are also read by programs, so they are plain.

notice-staff-heading = { $kind ->
    [stall] Призыв не уходит
    [relay] Почтовый сервер не принимает письма
    [domain] Почтовый домен не принимает наши письма
    [expired] Призыв дошёл не до всех
    [source] Источник не читается
    [disk] Диск почти заполнен
   *[test] Это проверка
}
notice-staff-heading-over = { $kind ->
    [stall] Призыв снова уходит
    [relay] Почтовый сервер снова принимает письма
    [domain] Почтовый домен снова принимает наши письма
    [source] Источник снова читается
    [disk] На диске снова есть место
   *[other] Это позади
}
notice-staff-body = { $kind ->
    [stall] Рассылку { $subject } пора отправлять, но уже минуту почтовый сервер ничего из неё не принял.
    [relay] Сервер «{ $subject }» недоступен или отказывает нам, и письма ждут: { $detail }
    [domain] Домен, на котором есть почта наших подписчиков (номер { $subject }), не принимает наши письма. Они ждут, попытки повторяются с растущими паузами, из списка никто не исключён. Ответ: { $detail }
    [expired] Письма рассылки { $subject }, не отправленные до крайнего срока: { $detail }. Они уже не уйдут.
    [source] Источник «{ $subject }» не удаётся прочитать уже час, новые публикации не видны: { $detail }
    [disk] На машине { $subject }, где лежит база, осталось мало места: { $detail }. Без места ничего не отправляется.
   *[test] Кто-то проверил, как приходят уведомления. Всё в порядке.
}
notice-staff-body-over = { $kind ->
    [stall] Рассылка { $subject } снова уходит или уже закончена.
    [relay] Сервер «{ $subject }» снова работает, и то, что ждало, отправляется.
    [domain] Домен с номером { $subject } снова принимает наши письма, или отправлять туда больше нечего.
    [source] Источник «{ $subject }» снова читается.
    [disk] На машине { $subject } снова достаточно места.
   *[other] { $subject }: снова всё в порядке.
}
notice-staff-since = Начало: { $since }
notice-staff-ended = Конец: { $ended }
notice-staff-look = Посмотреть, как обстоят дела:

## The foot of every mail to the list

footer-why = { $cadence ->
    [daily] Вы получили это письмо, потому что подписались на ежедневные новости: { $site }.
    [weekly] Вы получили это письмо, потому что подписались на еженедельные новости: { $site }.
    [monthly] Вы получили это письмо, потому что подписались на ежемесячные новости: { $site }.
   *[each] Вы получили это письмо, потому что подписались на каждую новую публикацию: { $site }.
}
footer-appeal = Вы получили это письмо, потому что подписались на срочные призывы: { $site }.
footer-told = Вы получили это письмо, потому что раньше получили этот призыв: { $site }.
footer-result = Вы получили это письмо, потому что отправили эту рассылку: { $site }.
footer-notice = Вы получили это письмо, потому что следите за работой рассылки: { $site }.
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
confirmation-alerts-region = срочные призывы, как только они появятся: общие и для региона «{ $region }»
confirmation-topics = только на эти темы: { $topics }
confirmation-button = Да, подписаться
confirmation-ignore = Если это были не вы, ничего не делайте. Без вашего подтверждения писем больше не будет.

## Welcome: greets somebody who has just confirmed

welcome-subject = Добро пожаловать: { $site }
welcome-heading = Добро пожаловать, и спасибо
welcome-preheader = Что и когда вы будете получать.
welcome-body = Вы в списке рассылки { $site }. Вот что вы будете получать:
welcome-next = Следующие новости, если к тому времени они появятся: { $next }.
welcome-change = По ссылкам внизу можно изменить подписку или отписаться в любое время. Они есть в каждом письме.
welcome-earlier = А пока можно почитать:
footer-welcome = Вы получили это письмо, потому что только что подписались: { $site }.

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

## Calendar entries

calendar-cancelled = Отменено: { $title }

## Pages: all of them

page-skip = Перейти к содержанию
page-home-link = Подписка
page-archive-link = Прежние рассылки
page-email-label = Адрес электронной почты
page-error-title = Ошибка:
page-error-heading = Проверьте форму
page-error-email-shape = Введите адрес вида name@example.org
page-error-email-long = Адрес слишком длинный. Проверьте его
page-error-email-local = Перед знаком @ стоит лишняя точка или недопустимый символ
page-error-email-domain = Проверьте часть после знака @. Она должна выглядеть как example.org
page-error-name = Введите имя в одну строку, не длиннее 200 знаков
page-error-topics = Список тем изменился. Выберите, пожалуйста, ещё раз

## Pages: signing up

page-home-title = Подписка
page-home-heading = Новости: { $site }
page-home-intro = Новости по почте так часто, как вам удобно, и срочные призывы, когда это важно. Отписаться можно в любое время одним нажатием.
page-name-label = Ваше имя (можно не указывать)
page-cadence-legend = Как часто присылать новости?
page-cadence = { $cadence ->
    [daily] Не чаще раза в день
    [weekly] Не чаще раза в неделю
    [monthly] Не чаще раза в месяц
   *[each] Каждую новую публикацию
}
page-alerts-legend = Срочные призывы
page-alerts = Присылать срочные призывы сразу
page-alerts-hint = Например, об акции сегодня или о петиции, которая скоро закроется.
page-region-label = Где вы живёте?
page-region-hint = Тогда мы позовём вас на то, что рядом, и не позовём на то, что далеко.
page-region-all = Не указано: звать на всё
page-topics-legend = Какие темы?
page-topics-hint = Если не выбрать ни одной, придут все.
page-language-label = Язык писем
page-zone-label = Часовой пояс
page-zone-hint = Новости приходят в обычный час по этому времени.
page-zone-site = Наш ({ $zone })
page-home-promise = Ваш адрес хранится в зашифрованном виде, нужен только для этой рассылки и никому не передаётся.
page-subscribe-button = Подписаться
page-trap-label = Оставьте это поле пустым
page-sent-heading = Проверьте почту
page-sent = Мы отправили письмо на указанный адрес. Чтобы закончить, перейдите по ссылке из него.
page-sent-spam = Если письмо не придёт в течение нескольких минут, загляните в папку «Спам».

## Pages: a fresh link

page-link-heading = Уже подписаны?
page-link-fresh-heading = Получить новую ссылку
page-link-intro = Мы пришлём ссылку на ваш адрес. По ней можно посмотреть и изменить подписку или отписаться.
page-link-button = Прислать ссылку
page-link-asked-heading = Проверьте почту
page-link-asked = Если этот адрес есть в нашем списке, письмо со ссылкой уже в пути.
page-link-sent-heading = Проверьте почту
page-link-sent = Письмо с новой ссылкой отправлено на адрес из нашего списка.

## Pages: confirming

page-confirm-heading = Подтвердите подписку
page-confirm-intro = Вот что вам будет присылать { $site }:
page-confirm-language = язык: { $language }
page-confirm-ignore = Если вы об этом не просили, просто закройте страницу. Писем больше не будет.
page-confirmed-heading = Вы подписаны
page-confirmed = Спасибо. Теперь вы в списке рассылки { $site }.
page-confirmed-change = В конце каждого письма есть ссылка, чтобы изменить подписку, и ссылка, чтобы отписаться.

## Pages: choosing

page-manage-heading = Ваша подписка
page-manage-intro = Вот что { $site } присылает на адрес { $address }.
page-manage-paused = Новости приостановлены до даты: { $day }. Если сохранить изменения, они снова начнут приходить.
page-manage-button = Сохранить
page-saved-heading = Сохранено
page-saved = Теперь вам будет приходить то, что вы выбрали.
page-saved-used = Ссылка использована. Чтобы снова что-то изменить, запросите новую.
page-less-heading = Слишком много писем?
page-less-intro = Здесь можно получать меньше писем от { $site }. Каждая кнопка действует сразу.
page-less-button = Реже
page-pause-month-button = Пауза на месяц
page-pause-quarter-button = Пауза на три месяца
page-less-all-heading = Посмотреть и изменить всё
page-less-all = Чтобы ваш выбор не увидел посторонний, мы показываем его только по новой ссылке, которую пришлём на ваш адрес.
page-less-done-heading = Писем станет меньше
page-less-done = Теперь новости будут приходить реже. Реже раза в месяц не бывает.
page-paused-heading = Пауза
page-paused-month = Месяц новостей не будет.
page-paused-quarter = Три месяца новостей не будет.
page-paused-alerts = Срочные призывы будут приходить, если вы их выбрали.

## Pages: leaving

page-leave-heading = Отписаться
page-leave-intro = { $site } больше не будет присылать вам писем.
page-leave-button = Отписаться
page-leave-follow = Всё же сообщить мне, если это событие изменится или будет отменено: { $event }
page-left-heading = Вы отписались
page-left = { $site } больше не будет присылать вам писем, кроме одного, которое это подтвердит.
page-left-follow = Мы напишем ещё раз, только если событие изменится или будет отменено.
page-left-return = Если это ошибка, вы можете подписаться снова в любое время.

## Pages: earlier mailings

page-archive-heading = Прежние рассылки
page-archive-cadence = { $cadence ->
    [daily] Ежедневные новости
    [weekly] Еженедельные новости
    [monthly] Ежемесячные новости
   *[each] Новости по мере выхода
}
page-archive-empty = Рассылок пока не было.
page-archive-older = Более ранние рассылки
page-archive-years = Годы
page-archive-feed = Лента новостей (Atom)
page-feed-title = { $site }: прежние рассылки
page-issue-heading = Новости: { $day }
page-issue-empty = Публикации этой рассылки отозваны.
page-issue-since = { $since ->
    [cancelled] С тех пор это отменено.
   *[changed] С тех пор это изменилось.
}
page-issue-newer = Что действует сейчас

## Pages: what can go wrong

page-problem-missing-heading = Такой страницы нет
page-problem-missing = Проверьте адрес или начните со страницы подписки.
page-problem-link-heading = Эта ссылка не действует
page-problem-link-broken = Она неполная или не отсюда. Если вы её копировали, проверьте, что скопировали целиком.
page-problem-link-dead = Она уже использована или устарела. Ничего не изменилось.
page-problem-method-heading = Так не получится
page-problem-method = Начните, пожалуйста, со страницы подписки.
page-problem-large-heading = Слишком много данных
page-problem-large = Форма больше, чем мы можем принять. Ничего не изменилось.
page-problem-many-heading = Подождите немного
page-problem-many = Слишком много запросов. Ничего не изменилось. Попробуйте, пожалуйста, позже.
page-problem-failed-heading = Что-то пошло не так
page-problem-failed = Это наша ошибка. Попробуйте ещё раз через несколько минут.
