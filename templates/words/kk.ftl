# The words of Handbill in Kazakh, in Cyrillic letters.
# not reviewed by a native speaker; corrections are welcome (docs/languages.md)

text-direction = ltr
language-name = Қазақша

## Dates

date-weekday = { $weekday ->
    [1] дүйсенбі
    [2] сейсенбі
    [3] сәрсенбі
    [4] бейсенбі
    [5] жұма
    [6] сенбі
   *[7] жексенбі
}
date-month = { $month ->
    [1] қаңтар
    [2] ақпан
    [3] наурыз
    [4] сәуір
    [5] мамыр
    [6] маусым
    [7] шілде
    [8] тамыз
    [9] қыркүйек
    [10] қазан
    [11] қараша
   *[12] желтоқсан
}
date-month-short = { $month ->
    [1] қаң
    [2] ақп
    [3] нау
    [4] сәу
    [5] мам
    [6] мау
    [7] шіл
    [8] там
    [9] қыр
    [10] қаз
    [11] қар
   *[12] жел
}
date-long = { $year } ж. { $day } { date-month }, { date-weekday }
date-short = { $day } { date-month }, { date-weekday }
date-time = { date-long }, { $hour }:{ $minute } ({ $offset })

## Digests

digest-subject = { $others ->
    [one] { $title } және тағы бір жарияланым
   *[other] { $title } және тағы { $others } жарияланым
}
digest-heading = { $site } жаңалықтары
digest-intro = { $count ->
    [one] Бір жаңа жарияланым шықты.
   *[other] { $count } жаңа жарияланым шықты.
}
digest-topics = Тақырыптар: { $topics }
digest-read-more = Толығырақ оқу
digest-read-on = Жалғасын оқу
digest-left = { $count ->
    [one] Мұрағатта тағы бір жарияланым бар
   *[other] Мұрағатта тағы { $count } жарияланым бар
}
digest-read-on-site = Сайттан оқу

## Events: of appeals, and of posts that were appeals

time-short = { $hour }:{ $minute }
event-day-time = { $date }, { $time }
event-time = { $starts } – { $ends }
event-until = аяқталуы: { $date }, { $time }
event-zone = { $city ->
    [London] Лондон уақыты
    [Moscow] Мәскеу уақыты
    [Almaty] Алматы уақыты
    [Aqtau] Ақтау уақыты
    [Aqtobe] Ақтөбе уақыты
    [Atyrau] Атырау уақыты
    [Oral] Орал уақыты
    [Qostanay] Қостанай уақыты
    [Qyzylorda] Қызылорда уақыты
    [Berlin] Берлин уақыты
   *[other] { $city } уақыты
} ({ $offset })
event-map = Карта
event-online = Онлайн қосылу
event-calendar = Күнтізбеге қосу
event-calendar-google = Google Күнтізбе
event-calendar-outlook = Outlook.com
event-calendar-file = Басқа күнтізбелер (.ics)
event-many = { $count ->
    [one] Бір іс-шара болады.
   *[other] { $count } іс-шара болады.
}
event-open-until = Соңғы мерзімі: { $until }
event-attached = Хатқа күнтізбе жазбасы тіркелген: күнтізбеңізге қосу үшін оны ашыңыз.
event-attached-replace = Хатқа өзгерген күнтізбе жазбасы тіркелген: бұрынғысын ауыстыру үшін оны ашыңыз.
event-attached-cancelled = Хатқа бас тартылған күнтізбе жазбасы тіркелген: бұрынғысын ауыстыру үшін оны ашыңыз.

## Appeals

appeal-kind = Шұғыл үндеу
appeal-by = соңғы мерзімі – { $date }
appeal-several = { $others ->
    [one] { $when } және тағы бір іс-шара
   *[other] { $when } және тағы { $others } іс-шара
}
appeal-subject = { $title }: { $when }
reminder-kind = Еске салу
reminder-subject = Еске саламыз, { $when }: { $title }
correction-kind = Өзгеріс бар
correction-subject = { $changes } | { $title }
correction-now = Енді
correction-was = Бұрын
correction-none = жоқ
correction-all = Қазір мыналар күшінде:
change-what = { $what ->
    [time] Уақыты өзгерді
    [end] Аяқталу уақыты өзгерді
    [zone] Уақыт белдеуі өзгерді
    [place] Өтетін орны өзгерді
    [address] Мекенжайы өзгерді
    [online] Онлайн сілтемесі өзгерді
    [deadline] Соңғы мерзімі өзгерді
    [added] Іс-шара қосылды
    [dropped] Іс-шара болмайды
   *[details] Мәліметтері өзгерді
}
change-short = { $what }: енді { $now }, бұрын { $was }
change-short-new = { $what }: { $now }
change-short-gone = { $what }: бұрын { $was }
cancellation-kind = Болмайды
cancellation-subject = Болмайды: { $title }
cancellation-subject-when = Болмайды: { $title } ({ $when })
cancellation-body = Бұл іс-шара өтпейді.
cancellation-body-petition = Бұл үндеу кері қайтарып алынды.
cancellation-reason = Себебі: { $reason }

## Appeals in a digest

notice = { $notice ->
    [took-place] Бұл өтіп кетті.
    [closed] Мерзімі аяқталды.
    [cancelled] Бұл болмайтын болды.
   *[ahead] Шұғыл үндеу
}
digest-had = Бұл туралы сізге бұрын жазғанбыз:

## Result: tells whoever marked an appeal how a mailing about it ended

result-kind = { $kind ->
    [reminder] Еске салу хаты
    [correction] Өзгеріс туралы хат
    [cancellation] Болмайтыны туралы хат
   *[appeal] Үндеу
}
result-subject = { $total } хаттың { $accepted } данасы жіберілді: { $title }
result-heading-all = Барлығына жіберілді
result-heading-some = Жіберілді, бірақ барлығына емес
result-heading-none = Ешкімге жіберілген жоқ
result-body = { result-kind } «{ $title }»: алушылар саны – { $total }. Кезекте ештеңе қалған жоқ.
result-state = { $state ->
    [accepted] Пошта сервері қабылдады
    [refused] Пошта сервері қабылдамады
    [suppressed] Жіберілмеді: алушы тізімнен шыққан немесе оған жазуға болмайды
    [expired] Соңғы мерзімге дейін жіберілмеді
    [cancelled] Жіберілмей тұрып тоқтатылды
    [unknown] Белгісіз: сервердің жауабы жоғалды
   *[queued] Әлі жіберілген жоқ
}
result-deadline = Соңғы мерзімі: { $until }
result-expired = { $expired ->
    [one] Соңғы мерзімге дейін бір хат жіберілмеді. Ол енді жіберілмейді.
   *[other] Соңғы мерзімге дейін { $expired } хат жіберілмеді. Олар енді жіберілмейді.
}
result-show = Кімге және неге жетпегенін көру үшін:

## Notices: tell staff that something is wrong, and when it is over. They are also read by programs, so they are plain.

notice-staff-heading = { $kind ->
    [stall] Үндеу жіберілмей жатыр
    [relay] Пошта сервері хат қабылдамай жатыр
    [domain] Бір пошта домені хаттарымызды бұғаттап тұр
    [expired] Үндеу барлығына жеткен жоқ
    [source] Дереккөзді оқу мүмкін емес
    [disk] Дискіде орын таусылып барады
   *[test] Бұл тексеру
}
notice-staff-heading-over = { $kind ->
    [stall] Үндеу қайтадан жіберіліп жатыр
    [relay] Пошта сервері хатты қайтадан қабылдап жатыр
    [domain] Пошта домені хаттарымызды қайта қабылдап тұр
    [source] Дереккөз қайтадан оқылып жатыр
    [disk] Дискіде орын қайтадан жеткілікті
   *[other] Бұл аяқталды
}
notice-staff-body = { $kind ->
    [stall] { $subject } таратылымын жіберетін уақыт келді, бірақ пошта сервері бір минут бойы одан ештеңе қабылдаған жоқ.
    [relay] «{ $subject }» сервері қолжетімсіз немесе бізге бас тартып тұр, оның хаттары кезекте күтіп тұр: { $detail }
    [domain] Тізімдегі адамдардың бір домені ({ $subject } нөмірі) хаттарымызды бұғаттап тұр. Олардың хаттары күтіп тұр, біз барған сайын ұзағырақ үзіліспен қайта жібереміз, тізімнен ешкім шығарылмайды. Сервердің жауабы: { $detail }
    [expired] { $subject } таратылымынан соңғы мерзімге дейін жіберілмеген хаттар: { $detail }. Олар енді жіберілмейді.
    [source] «{ $subject }» дереккөзі бір сағат бойы оқылмады, сондықтан жаңа жарияланымдар табылмай жатыр: { $detail }
    [disk] Дерекқор орналасқан { $subject } машинасында орын аз қалды: { $detail }. Орын болмаса, ештеңе жіберілмейді.
   *[test] Біреу хабарламалардың қалай келетінін тексерді. Бәрі дұрыс.
}
notice-staff-body-over = { $kind ->
    [stall] { $subject } таратылымы қайтадан жіберіліп жатыр немесе аяқталды.
    [relay] «{ $subject }» сервері қайтадан жұмыс істеп тұр, күткен хаттар жіберіліп жатыр.
    [domain] { $subject } нөмірлі домен хаттарымызды қайта қабылдап тұр немесе оған жіберетін ештеңе қалған жоқ.
    [source] «{ $subject }» дереккөзі қайтадан оқылып жатыр.
    [disk] { $subject } машинасында орын қайтадан жеткілікті.
   *[other] { $subject }: бәрі қайтадан дұрыс.
}
notice-staff-since = Басталуы: { $since }
notice-staff-ended = Аяқталуы: { $ended }
notice-staff-look = Жағдайды көру үшін:

## The foot of every mail to the list

footer-why = { $cadence ->
    [daily] Бұл хат сізге { $site } жаңалықтарын күніне бір рет алуға жазылғаныңыз үшін келді.
    [weekly] Бұл хат сізге { $site } жаңалықтарын аптасына бір рет алуға жазылғаныңыз үшін келді.
    [monthly] Бұл хат сізге { $site } жаңалықтарын айына бір рет алуға жазылғаныңыз үшін келді.
   *[each] Бұл хат сізге { $site } сайтының әр жаңа жарияланымын алуға жазылғаныңыз үшін келді.
}
footer-appeal = Бұл хат сізге { $site } шұғыл үндеулеріне жазылғаныңыз үшін келді.
footer-told = Бұл хат сізге { $site } осы үндеуді бұрын жібергені үшін келді.
footer-result = Бұл хат сізге { $site } атынан осы таратылымды жібергеніңіз үшін келді.
footer-notice = Бұл хат сізге { $site } поштасының ақаулары туралы хабар алатыныңыз үшін келді.
footer-unsubscribe = Жазылымнан бас тарту
footer-preferences = Жазылымды өзгерту
footer-archive = Бұрынғы хаттар
footer-letter = Бұл хатты { $site } жіберді, өйткені біреу осы мекенжайды көрсетіп, оны сұраған.

## Confirmation: asks somebody whether they meant to subscribe

confirmation-subject = Жазылымыңызды растаңыз: { $site }
confirmation-heading = Жазылымыңызды растаңыз
confirmation-preheader = Бір рет бассаңыз болғаны, тізімге қосыласыз.
confirmation-body = Біреу, бәлкім өзіңіз, { $site } хаттарын осы мекенжайға жіберуді сұрады:
confirmation-cadence = { $cadence ->
    [daily] күніне бір рет жаңалықтар
    [weekly] аптасына бір рет жаңалықтар
    [monthly] айына бір рет жаңалықтар
   *[each] әр жаңа жарияланым шыққан бойда
}
confirmation-alerts = шұғыл үндеулер жарияланған бойда
confirmation-alerts-region = жарияланған бойда шұғыл үндеулер: «{ $region }» өңіріне және баршаға арналғандары
confirmation-topics = тек мына тақырыптар бойынша: { $topics }
confirmation-button = Иә, жазыламын
confirmation-ignore = Егер бұл сіз болмасаңыз, ештеңе істемеңіз. Растамасаңыз, басқа хат келмейді.

## Welcome: greets somebody who has just confirmed

welcome-subject = Қош келдіңіз: { $site }
welcome-heading = Қош келдіңіз, рақмет сізге
welcome-preheader = Бұдан былай не және қашан алатыныңыз.
welcome-body = Енді сіз { $site } тізіміндесіз. Сізге мыналар келеді:
welcome-next = Келесі жаңалықтардың уақыты, егер оған дейін жаңа нәрсе шықса: { $next }.
welcome-change = Төмендегі сілтемелер арқылы жазылымды кез келген уақытта өзгерте аласыз немесе одан бас тарта аласыз. Олар әр хатта бар.
welcome-earlier = Әзірше мыналарды оқи аласыз:
footer-welcome = Бұл хат сізге { $site } жаңалықтарына жаңа ғана жазылғаныңыз үшін келді.

## Link: brings somebody a fresh link to their preferences

link-subject = Сіздің сілтемеңіз: { $site }
link-heading = Міне, сіздің сілтемеңіз
link-preheader = Ол бір сағат ішінде бір рет қана жұмыс істейді.
link-body = Осы сілтеме арқылы { $site } сізге не жіберетінін көріп, өзгерте аласыз.
link-valid = Ол бір сағат ішінде бір рет қана жұмыс істейді. Оны ешкімге бермеңіз: сілтемесі бар адам таңдауыңызды өзгерте алады.
link-button = Таңдауымды көру
link-ignore = Егер оны сұрамаған болсаңыз, ештеңе істемеңіз. Ештеңе өзгерген жоқ.

## Goodbye: tells somebody that they have left

goodbye-subject = Сіз тізімнен шықтыңыз: { $site }
goodbye-heading = Сау болыңыз, рақмет сізге
goodbye-preheader = Бізден енді хат келмейді.
goodbye-body = Сіз енді { $site } тізімінде жоқсыз. Бұл мекенжайға жаңалықтар да, үндеулер де келмейді.
goodbye-return = Егер бұл қателік болса, кез келген уақытта қайта орала аласыз:
goodbye-button = Қайта оралу

## Calendar entries

calendar-cancelled = Болмайды: { $title }

## Pages: all of them

page-skip = Мазмұнға өту
page-home-link = Жазылу
page-archive-link = Бұрынғы хаттар
page-email-label = Электрондық пошта мекенжайы
page-error-title = Қате:
page-error-heading = Форманы тексеріңіз
page-error-email-shape = Мекенжайды name@example.org үлгісімен жазыңыз
page-error-email-long = Бұл мекенжай тым ұзын. Оны тексеріңіз
page-error-email-local = @ белгісінің алдында артық нүкте немесе жарамсыз таңба тұр
page-error-email-domain = @ белгісінен кейінгі бөлікті тексеріңіз. Ол example.org сияқты болуы керек
page-error-name = Атыңызды бір жолға, 200 таңбадан асырмай жазыңыз
page-error-topics = Тақырыптар тізімі өзгерді. Қайта таңдаңыз

## Pages: signing up

page-home-title = Жазылу
page-home-heading = { $site } жаңалықтарын алыңыз
page-home-intro = Жаңалықтар поштаңызға қалағаныңызша жиі келеді, ал маңызды сәтте шұғыл үндеулер келеді. Кез келген уақытта бір рет басып, бас тарта аласыз.
page-name-label = Атыңыз (жазбасаңыз да болады)
page-cadence-legend = Жаңалықтарды қаншалықты жиі алғыңыз келеді?
page-cadence = { $cadence ->
    [daily] Күніне бір реттен жиі емес
    [weekly] Аптасына бір реттен жиі емес
    [monthly] Айына бір реттен жиі емес
   *[each] Әр жаңа жарияланым шыққанда
}
page-alerts-legend = Шұғыл үндеулер
page-alerts = Шұғыл үндеулерді маған бірден жіберіңіз
page-alerts-hint = Мысалы, бүгін өтетін наразылық акциясы немесе жақында жабылатын петиция туралы.
page-region-label = Қай жерде тұрасыз?
page-region-hint = Сонда біз сізді маңайыңызда болатын іске шақырамыз, алыстағысына шақырмаймыз.
page-region-all = Айтылмаған: барлығына шақырыңыз
page-topics-legend = Қай тақырыптар?
page-topics-hint = Ешқайсысын таңдамасаңыз, барлығы келеді.
page-language-label = Хаттардың тілі
page-zone-label = Уақыт белдеуі
page-zone-hint = Жаңалықтар сол жердің уақытымен әдеттегі сағатта келеді.
page-zone-site = Біздікі ({ $zone })
page-home-promise = Мекенжайыңызды шифрлап сақтаймыз, тек осы хаттар үшін пайдаланамыз және ешкімге бермейміз.
page-subscribe-button = Жазылу
page-trap-label = Бұл өрісті бос қалдырыңыз
page-sent-heading = Поштаңызды тексеріңіз
page-sent = Көрсетілген мекенжайға хат жібердік. Аяқтау үшін хаттағы сілтемеге өтіңіз.
page-sent-spam = Хат бірнеше минут ішінде келмесе, «Спам» қалтасын қараңыз.

## Pages: a fresh link

page-link-heading = Жазылып қойғансыз ба?
page-link-fresh-heading = Жаңа сілтеме алу
page-link-intro = Мекенжайыңызға сілтеме жібереміз. Сол арқылы не алатыныңызды көріп, өзгерте аласыз немесе тізімнен шыға аласыз.
page-link-button = Сілтемемді жіберіңіз
page-link-asked-heading = Поштаңызды тексеріңіз
page-link-asked = Егер бұл мекенжай тізімімізде болса, сілтемесі бар хат жіберілді.
page-link-sent-heading = Поштаңызды тексеріңіз
page-link-sent = Тізімдегі мекенжайға жаңа сілтемесі бар хат жіберілді.

## Pages: confirming

page-confirm-heading = Жазылымыңызды растаңыз
page-confirm-intro = { $site } сізге мыналарды жібереді:
page-confirm-language = тілі: { $language }
page-confirm-ignore = Егер мұны сұрамаған болсаңыз, бетті жабыңыз. Басқа хат келмейді.
page-confirmed-heading = Сіз жазылдыңыз
page-confirmed = Рақмет. Енді сіз { $site } тізіміндесіз.
page-confirmed-change = Әр хаттың соңында жазылымды өзгертетін және одан бас тартатын сілтемелер бар.

## Pages: choosing

page-manage-heading = Сіздің жазылымыңыз
page-manage-intro = { $site } мына мекенжайға жіберетін хаттар: { $address }.
page-manage-paused = Жаңалықтар мына күнге дейін тоқтатылған: { $day }. Сақтасаңыз, олар қайтадан келе бастайды.
page-manage-button = Сақтау
page-saved-heading = Сақталды
page-saved = Бұдан былай сізге жаңа ғана таңдағаныңыз келеді.
page-saved-used = Сілтеме пайдаланылып қойды. Тағы бірдеңе өзгерту үшін жаңасын сұраңыз.
page-less-heading = Хат тым көп пе?
page-less-intro = Мұнда { $site } хаттарын азайта аласыз. Әр түйме бірден іске қосылады.
page-less-button = Сирегірек
page-pause-month-button = Бір айға тоқтату
page-pause-quarter-button = Үш айға тоқтату
page-less-all-heading = Барлығын көру және өзгерту
page-less-all = Таңдауыңызды бөтен адам көрмеуі үшін, біз оны мекенжайыңызға жіберетін жаңа сілтеме арқылы ғана көрсетеміз.
page-less-done-heading = Хат азаяды
page-less-done = Бұдан былай жаңалықтар сирегірек келеді. Айына бір реттен сирек болмайды.
page-paused-heading = Тоқтатылды
page-paused-month = Бір ай бойы жаңалықтар келмейді.
page-paused-quarter = Үш ай бойы жаңалықтар келмейді.
page-paused-alerts = Шұғыл үндеулерді таңдаған болсаңыз, олар келе береді.

## Pages: leaving

page-leave-heading = Тізімнен шығу
page-leave-intro = { $site } сізге бұдан былай хат жібермейді.
page-leave-button = Жазылымнан бас тарту
page-leave-follow = Бұл іс-шара өзгерсе немесе болмайтын болса, маған бәрібір хабарлаңыз: { $event }
page-left-heading = Сіз тізімнен шықтыңыз
page-left = { $site } сізге бұдан былай хат жібермейді, тек осыны растайтын соңғы хат келеді.
page-left-follow = Тек іс-шара өзгерсе немесе болмайтын болса ғана қайта жазамыз.
page-left-return = Егер бұл қателік болса, кез келген уақытта қайта жазыла аласыз.

## Pages: earlier mailings

page-archive-heading = Бұрынғы хаттар
page-archive-cadence = { $cadence ->
    [daily] Күнделікті жаңалықтар
    [weekly] Апталық жаңалықтар
    [monthly] Айлық жаңалықтар
   *[each] Шыққан бойдағы жаңалықтар
}
page-archive-empty = Әзірге хат жоқ.
page-archive-older = Одан бұрынғы хаттар
page-archive-years = Жылдар
page-archive-feed = Жаңалықтар таспасы (Atom)
page-feed-title = { $site }: бұрынғы хаттар
page-issue-heading = Жаңалықтар: { $day }
page-issue-empty = Бұл хаттың жарияланымдары алынып тасталды.
page-issue-since = { $since ->
    [cancelled] Кейін бұл болмайтын болды.
   *[changed] Кейін бұл өзгерді.
}
page-issue-newer = Қазіргі мәлімет

## Pages: what can go wrong

page-problem-missing-heading = Мұндай бет жоқ
page-problem-missing = Мекенжайды тексеріңіз немесе жазылу бетінен бастаңыз.
page-problem-link-heading = Бұл сілтеме жұмыс істемейді
page-problem-link-broken = Ол толық емес немесе бізден шықпаған. Көшіріп алған болсаңыз, толық көшіргеніңізді тексеріңіз.
page-problem-link-dead = Ол пайдаланылып қойған немесе ескірген. Ештеңе өзгерген жоқ.
page-problem-method-heading = Бұлай істеуге болмайды
page-problem-method = Жазылу бетінен қайта бастаңыз.
page-problem-large-heading = Дерек тым көп
page-problem-large = Форма біз қабылдай алатыннан үлкен болды. Ештеңе өзгерген жоқ.
page-problem-many-heading = Сәл күте тұрыңыз
page-problem-many = Сұраныс тым көп болды. Ештеңе өзгерген жоқ. Кейінірек қайталап көріңіз.
page-problem-failed-heading = Бірдеңе дұрыс болмады
page-problem-failed = Кінә бізден. Бірнеше минуттан кейін қайталап көріңіз.
