# The words of Handbill in Arabic, for the tests only: they show that what is written from right to left works.
# not reviewed by a native speaker; not for use in real mail

text-direction = rtl
language-name = العربية

## Dates

date-weekday = { $weekday ->
    [1] الاثنين
    [2] الثلاثاء
    [3] الأربعاء
    [4] الخميس
    [5] الجمعة
    [6] السبت
   *[7] الأحد
}
date-month = { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
}
date-month-short = { date-month }
date-long = { date-weekday }، { $day } { date-month } { $year }
date-short = { date-weekday }، { $day } { date-month }
date-time = { date-long }، { $hour }:{ $minute } ({ $offset })

## Digests

digest-subject = { $others ->
    [one] { $title }، ومنشور آخر
    [two] { $title }، ومنشوران آخران
    [few] { $title }، و{ $others } منشورات أخرى
    [many] { $title }، و{ $others } منشورًا آخر
   *[other] { $title }، و{ $others } منشور آخر
}
digest-heading = أخبار { $site }
digest-intro = { $count ->
    [zero] لا توجد منشورات جديدة.
    [one] هناك منشور جديد واحد.
    [two] هناك منشوران جديدان.
    [few] هناك { $count } منشورات جديدة.
    [many] هناك { $count } منشورًا جديدًا.
   *[other] هناك { $count } منشور جديد.
}
digest-topics = المواضيع: { $topics }
digest-read-more = اقرأ المزيد
digest-read-on = تابع القراءة
digest-left = { $count ->
    [one] منشور آخر في الأرشيف
    [two] منشوران آخران في الأرشيف
    [few] { $count } منشورات أخرى في الأرشيف
    [many] { $count } منشورًا آخر في الأرشيف
   *[other] { $count } منشور آخر في الأرشيف
}
digest-read-on-site = اقرأه على الموقع

## Events: of appeals, and of posts that were appeals

time-short = { $hour }:{ $minute }
event-day-time = { $date }، { $time }
event-time = من { $starts } إلى { $ends }
event-until = حتى { $date }، { $time }
event-zone = { $city ->
    [London] توقيت لندن
    [Almaty] توقيت ألماتي
   *[other] توقيت { $city }
} ({ $offset })
event-map = الخريطة
event-online = انضم عبر الإنترنت
event-calendar = أضف إلى التقويم
event-calendar-google = تقويم Google
event-calendar-outlook = Outlook.com
event-calendar-file = تقاويم أخرى (.ics)
event-many = { $count ->
    [one] هناك فعالية واحدة.
    [two] هناك فعاليتان.
    [few] هناك { $count } فعاليات.
    [many] هناك { $count } فعالية.
   *[other] هناك { $count } فعالية.
}
event-open-until = مفتوح حتى { $until }
event-attached = مدخل التقويم مرفق بهذه الرسالة: افتحه لإضافته إلى تقويمك.
event-attached-replace = مدخل التقويم مع التغيير مرفق بهذه الرسالة: افتحه ليحل محل السابق.
event-attached-cancelled = مدخل تقويم ملغى مرفق بهذه الرسالة: افتحه ليحل محل السابق.

## Appeals

appeal-kind = نداء عاجل
appeal-by = قبل { $date }
appeal-subject = { $title }: { $when }
reminder-kind = تذكير
reminder-subject = تذكير بموعد { $when }: { $title }
correction-kind = حدث تغيير
correction-subject = { $changes } | { $title }
correction-now = الآن
correction-was = سابقًا
correction-none = لا شيء
correction-all = كل ما يسري الآن:
change-what = { $what ->
    [time] تغير الوقت
    [end] تغير وقت الانتهاء
    [zone] تغيرت المنطقة الزمنية
    [place] تغير المكان
    [address] تغير العنوان
    [online] تغير الرابط
    [deadline] تغير الموعد النهائي
    [added] أضيفت فعالية
    [dropped] ألغيت فعالية
   *[details] تغيرت التفاصيل
}
change-short = { $what }: الآن { $now }، سابقًا { $was }
change-short-new = { $what }: { $now }
change-short-gone = { $what }: سابقًا { $was }
cancellation-kind = ألغي
cancellation-subject = ألغي: { $title }
cancellation-subject-when = ألغي: { $title } ({ $when })
cancellation-body = لن تقام هذه الفعالية.
cancellation-body-petition = سُحب هذا النداء.
cancellation-reason = السبب: { $reason }

## Appeals in a digest

notice = { $notice ->
    [took-place] انتهت هذه الفعالية.
    [closed] انقضى الموعد النهائي.
    [cancelled] ألغي هذا.
   *[ahead] نداء عاجل
}
digest-had = سبق أن وصلك هذا منا:

## Result: tells whoever marked an appeal how a mailing about it ended

result-kind = { $kind ->
    [reminder] التذكير
    [correction] التصحيح
    [cancellation] الإلغاء
   *[appeal] النداء
}
result-subject = أُرسل إلى { $accepted } من { $total }: { $title }
appeal-several = { $others ->
    [one] { $when }، وفعالية أخرى
    [two] { $when }، وفعاليتان أخريان
    [few] { $when }، و{ $others } فعاليات أخرى
    [many] { $when }، و{ $others } فعالية أخرى
   *[other] { $when }، و{ $others } فعالية أخرى
}
result-heading-none = لم يصل إلى أحد
result-heading-all = أُرسل إلى الجميع
result-heading-some = أُرسل، ولكن ليس إلى الجميع
result-body = { result-kind } «{ $title }»: عدد المستلمين { $total }. لا شيء ينتظر الآن.
result-state = { $state ->
    [accepted] قبله خادم البريد
    [refused] رفضه خادم البريد
    [suppressed] استُبعد لأن صاحبه غادر أو لا تجوز مراسلته
    [expired] لم يُرسل قبل الموعد النهائي
    [cancelled] أوقف قبل الإرسال
    [unknown] غير معروف لأن الرد فُقد
   *[queued] لم يُرسل بعد
}
result-deadline = الموعد النهائي: { $until }
result-expired = { $expired ->
    [one] شخص واحد لم يصله قبل الموعد النهائي ولن يصله.
    [two] شخصان لم يصلهما قبل الموعد النهائي ولن يصلهما.
    [few] { $expired } أشخاص لم يصلهم قبل الموعد النهائي ولن يصلهم.
    [many] { $expired } شخصًا لم يصلهم قبل الموعد النهائي ولن يصلهم.
   *[other] { $expired } شخص لم يصلهم قبل الموعد النهائي ولن يصلهم.
}
result-show = لمعرفة من استُبعد ولماذا:

## Notices: tell staff that something is wrong, and when it is over. They are also read by programs, so they are plain.

notice-staff-heading = { $kind ->
    [stall] نداء لا يخرج
    [relay] خادم البريد لا يقبل الرسائل
    [domain] نطاق بريد يحجب رسائلنا
    [expired] نداء لم يصل إلى الجميع
    [source] مصدر لا يمكن قراءته
    [disk] القرص يكاد يمتلئ
   *[test] هذا اختبار
}
notice-staff-heading-over = { $kind ->
    [stall] النداء يخرج من جديد
    [relay] خادم البريد يقبل الرسائل من جديد
    [domain] نطاق البريد يقبل رسائلنا من جديد
    [source] المصدر يُقرأ من جديد
    [disk] في القرص متسع من جديد
   *[other] انتهى هذا
}
notice-staff-body = { $kind ->
    [stall] حان وقت الإرسال { $subject } ومنذ دقيقة لم يقبل الخادم منه شيئًا.
    [relay] الخادم «{ $subject }» لا يمكن الوصول إليه أو يرفضنا، وبريده ينتظر: { $detail }
    [domain] نطاق بريد لأشخاص في القائمة (رقم { $subject }) يحجب رسائلنا. رسائلهم تنتظر وتعاد المحاولة بفواصل متزايدة، ولا يُحذف أحد من القائمة. يقول الخادم: { $detail }
    [expired] رسائل الإرسال { $subject } التي لم تُرسل قبل الموعد النهائي: { $detail }. لن تُرسل بعد الآن.
    [source] المصدر «{ $subject }» لم يُقرأ منذ ساعة، فلا تُكتشف المنشورات الجديدة: { $detail }
    [disk] على { $subject } حيث توجد قاعدة البيانات لم يبق متسع كبير: { $detail }. دون متسع لا يُرسل شيء.
   *[test] جرّب أحدهم كيف يصل التنبيه. لا مشكلة.
}
notice-staff-body-over = { $kind ->
    [stall] الإرسال { $subject } يخرج من جديد أو انتهى.
    [relay] الخادم «{ $subject }» يعمل من جديد، وما كان ينتظر يخرج.
    [domain] النطاق رقم { $subject } يقبل رسائلنا من جديد، أو لم يبق ما يُرسل إليه.
    [source] المصدر «{ $subject }» يُقرأ من جديد.
    [disk] على { $subject } متسع كاف من جديد.
   *[other] { $subject }: كل شيء على ما يرام.
}
notice-staff-since = منذ: { $since }
notice-staff-ended = حتى: { $ended }
notice-staff-look = لمعرفة الحالة:

## The foot of every mail to the list

footer-why = { $cadence ->
    [daily] تصلك هذه الرسالة لأنك طلبت من { $site } الأخبار مرة في اليوم.
    [weekly] تصلك هذه الرسالة لأنك طلبت من { $site } الأخبار مرة في الأسبوع.
    [monthly] تصلك هذه الرسالة لأنك طلبت من { $site } الأخبار مرة في الشهر.
   *[each] تصلك هذه الرسالة لأنك طلبت من { $site } كل منشور جديد.
}
footer-appeal = تصلك هذه الرسالة لأنك طلبت من { $site } النداءات العاجلة.
footer-told = تصلك هذه الرسالة لأن { $site } أرسلت إليك هذا النداء من قبل.
footer-result = تصلك هذه الرسالة لأنك أرسلت هذا البريد باسم { $site }.
footer-notice = تصلك هذه الرسالة لأنك تُبلَّغ حين يتعطل بريد { $site }.
footer-unsubscribe = إلغاء الاشتراك
footer-preferences = غيّر ما يصلك
footer-archive = الرسائل السابقة
footer-letter = أرسلت { $site } هذه الرسالة لأن أحدهم طلبها بهذا العنوان.

## Confirmation: asks somebody whether they meant to subscribe

confirmation-subject = يرجى تأكيد اشتراكك في { $site }
confirmation-heading = يرجى التأكيد
confirmation-preheader = نقرة واحدة وتصبح في القائمة.
confirmation-body = طلب أحدهم، ونأمل أنه أنت، من { $site } إرسال البريد إلى هذا العنوان:
confirmation-cadence = { $cadence ->
    [daily] الأخبار مرة في اليوم
    [weekly] الأخبار مرة في الأسبوع
    [monthly] الأخبار مرة في الشهر
   *[each] كل منشور جديد عند صدوره
}
confirmation-alerts = النداءات العاجلة فور صدورها
confirmation-alerts-region = النداءات العاجلة فور صدورها: ما يخص { $region } وما يخص الجميع
confirmation-topics = هذه المواضيع فقط: { $topics }
confirmation-button = نعم، اشترك
confirmation-ignore = إن لم تكن أنت، فلا تفعل شيئًا. دون نقرتك لن يصلك بريد آخر.

## Welcome: greets somebody who has just confirmed

welcome-subject = مرحبًا بك في { $site }
welcome-heading = مرحبًا وشكرًا
welcome-preheader = ما يصلك من الآن ومتى يصل.
welcome-body = أنت الآن في قائمة { $site }. هذا ما يصلك:
welcome-next = موعد الأخبار القادمة { $next } إن جدّ شيء حتى ذلك الحين.
welcome-change = بالروابط في الأسفل يمكنك تغيير ذلك أو المغادرة في أي وقت. وهي في كل رسالة.
welcome-earlier = للقراءة في هذه الأثناء:
footer-welcome = تصلك هذه الرسالة لأنك اشتركت للتو في { $site }.

## Link: brings somebody a fresh link to their preferences

link-subject = رابطك إلى { $site }
link-heading = هذا رابطك
link-preheader = يعمل مرة واحدة خلال ساعة.
link-body = بهذا الرابط ترى ما ترسله { $site } إليك وتغيّره.
link-valid = يعمل مرة واحدة خلال ساعة. احتفظ به لنفسك: من يملكه يستطيع تغيير اختياراتك.
link-button = أرني اختياراتي
link-ignore = إن لم تطلبه، فلا تفعل شيئًا. لم يتغير شيء.

## Goodbye: tells somebody that they have left

goodbye-subject = لقد غادرت { $site }
goodbye-heading = وداعًا وشكرًا
goodbye-preheader = لن يصلك منا بريد آخر.
goodbye-body = لم تعد في قائمة { $site }. لن تصل أخبار أو نداءات إلى هذا العنوان.
goodbye-return = إن كان ذلك خطأ، يمكنك العودة في أي وقت:
goodbye-button = العودة

## Calendar entries

calendar-cancelled = ألغي: { $title }

## Pages: all of them

page-skip = انتقل إلى المحتوى
page-home-link = اشترك
page-archive-link = الرسائل السابقة
page-email-label = عنوان البريد الإلكتروني
page-error-title = خطأ:
page-error-heading = يرجى مراجعة الاستمارة
page-error-email-shape = أدخل عنوانًا مثل ⁦name@example.org⁩
page-error-email-long = هذا العنوان أطول من أي صندوق بريد. يرجى مراجعته
page-error-email-local = هناك حرف أو نقطة قبل ⁦@⁩ لا يمكن أن تكون هناك
page-error-email-domain = راجع ما بعد ⁦@⁩. يجب أن يشبه ⁦example.org⁩
page-error-name = أدخل اسمًا من 200 حرف على الأكثر في سطر واحد
page-error-topics = تغيرت المواضيع. يرجى الاختيار من جديد

## Pages: signing up

page-home-title = اشترك
page-home-heading = احصل على أخبار { $site }
page-home-intro = أخبار بالبريد بقدر ما تشاء، ونداءات عاجلة حين يلزم. يمكنك المغادرة بنقرة واحدة في أي وقت.
page-name-label = اسمك (يمكنك تركه فارغًا)
page-cadence-legend = كم مرة تريد الأخبار؟
page-cadence = { $cadence ->
    [daily] مرة في اليوم على الأكثر
    [weekly] مرة في الأسبوع على الأكثر
    [monthly] مرة في الشهر على الأكثر
   *[each] مع كل منشور جديد
}
page-alerts-legend = النداءات العاجلة
page-alerts = أرسلوا إليّ النداءات العاجلة فورًا
page-alerts-hint = مثل احتجاج اليوم أو عريضة تُغلق قريبًا.
page-region-label = أين تسكن؟
page-region-hint = عندئذ ندعوك إلى ما يجري قربك، لا إلى ما يجري بعيدًا.
page-region-all = لم يُذكر: ادعوني إلى كل شيء
page-topics-legend = أي مواضيع؟
page-topics-hint = إن لم تختر شيئًا وصلتك كلها.
page-language-label = لغة بريدنا
page-zone-label = المنطقة الزمنية
page-zone-hint = تصل الأخبار في الساعة المعتادة هناك.
page-zone-site = منطقتنا ({ $zone })
page-home-promise = نحفظ عنوانك مختومًا، ونستعمله لهذا البريد فقط، ولا نعطيه أحدًا.
page-subscribe-button = اشترك
page-trap-label = اترك هذا الحقل فارغًا
page-sent-heading = انظر في صندوق بريدك
page-sent = أرسلنا رسالة إلى العنوان الذي أعطيته. اتبع الرابط فيها للإكمال.
page-sent-spam = إن لم تصل خلال دقائق، فانظر في مجلد البريد غير المرغوب.

## Pages: a fresh link

page-link-heading = هل أنت مشترك بالفعل؟
page-link-fresh-heading = احصل على رابط جديد
page-link-intro = نرسل رابطًا إلى عنوانك. به ترى ما يصلك وتغيّره، أو تغادر.
page-link-button = أرسلوا رابطي
page-link-asked-heading = انظر في صندوق بريدك
page-link-asked = إن كان هذا العنوان في قائمتنا، فرسالة فيها رابط في طريقها إليه.
page-link-sent-heading = انظر في صندوق بريدك
page-link-sent = رسالة فيها رابط جديد في طريقها إلى العنوان في قائمتنا.

## Pages: confirming

page-confirm-heading = يرجى التأكيد
page-confirm-intro = سيصلك هذا من { $site }:
page-confirm-language = اللغة: { $language }
page-confirm-ignore = إن لم تطلب ذلك، فأغلق هذه الصفحة. لن يصلك بريد آخر.
page-confirmed-heading = لقد اشتركت
page-confirmed = شكرًا. أنت الآن في قائمة { $site }.
page-confirmed-change = في أسفل كل رسالة رابط لتغيير ما يصلك، ورابط للمغادرة.

## Pages: choosing

page-manage-heading = ما يصلك
page-manage-intro = هذا ما ترسله { $site } إلى { $address }.
page-manage-paused = الأخبار متوقفة حتى { $day }. الحفظ ينهي التوقف.
page-manage-button = احفظ
page-saved-heading = حُفظ
page-saved = من الآن يصلك ما اخترته للتو.
page-saved-used = استُعمل الرابط. لتغيير شيء آخر اطلب رابطًا جديدًا.
page-less-heading = بريد كثير؟
page-less-intro = هنا يمكنك أن تتلقى أقل من { $site }. كل زر يعمل فورًا.
page-less-button = أقل
page-pause-month-button = توقف لشهر
page-pause-quarter-button = توقف لثلاثة أشهر
page-less-all-heading = شاهد كل شيء وغيّره
page-less-all = لإبقاء اختياراتك خاصة، لا نعرضها إلا عبر رابط جديد نرسله إلى عنوانك.
page-less-done-heading = سيصلك أقل
page-less-done = ستصل الأخبار بمعدل أقل من الآن. مرة في الشهر هي الأقل.
page-paused-heading = متوقف
page-paused-month = لن تصلك أخبار لمدة شهر.
page-paused-quarter = لن تصلك أخبار لمدة ثلاثة أشهر.
page-paused-alerts = تظل النداءات العاجلة تصل إن طلبتها.

## Pages: leaving

page-leave-heading = غادر القائمة
page-leave-intro = لن يصلك بريد آخر من { $site }.
page-leave-button = إلغاء الاشتراك
page-leave-follow = أخبروني مع ذلك إن تغيرت هذه الفعالية أو ألغيت: { $event }
page-left-heading = لقد غادرت القائمة
page-left = لن يصلك بريد آخر من { $site } سوى رسالة أخيرة تقول ذلك.
page-left-follow = لن نكتب ثانية إلا إن تغيرت الفعالية أو ألغيت.
page-left-return = إن كان ذلك خطأ، يمكنك الاشتراك ثانية في أي وقت.

## Pages: earlier mailings

page-archive-heading = الرسائل السابقة
page-archive-cadence = { $cadence ->
    [daily] أخبار يومية
    [weekly] أخبار أسبوعية
    [monthly] أخبار شهرية
   *[each] أخبار عند صدورها
}
page-archive-empty = لا توجد رسائل بعد.
page-archive-older = رسائل أقدم
page-archive-years = السنوات
page-archive-feed = خلاصة (Atom)
page-feed-title = { $site }: رسائل سابقة
page-issue-heading = أخبار { $day }
page-issue-empty = سُحبت منشورات هذه الرسالة.
page-issue-since = { $since ->
    [cancelled] أُلغي هذا بعد ذلك.
   *[changed] تغيّر هذا بعد ذلك.
}
page-issue-newer = الوضع الآن

## Pages: what can go wrong

page-problem-missing-heading = هذه الصفحة غير موجودة
page-problem-missing = راجع العنوان أو ابدأ من صفحة الاشتراك.
page-problem-link-heading = هذا الرابط لا يعمل
page-problem-link-broken = ليس كاملًا أو ليس من هنا. إن نسخته فتحقق من أنك نسخته كله.
page-problem-link-dead = استُعمل من قبل أو هو قديم جدًا. لم يتغير شيء.
page-problem-method-heading = هذا لا يعمل هنا
page-problem-method = يرجى البدء من جديد من صفحة الاشتراك.
page-problem-large-heading = كان ذلك كثيرًا
page-problem-large = كانت الاستمارة أكبر مما نستطيع قبوله. لم يتغير شيء.
page-problem-many-heading = يرجى الانتظار قليلًا
page-problem-many = كانت الطلبات كثيرة. لم يتغير شيء. يرجى المحاولة لاحقًا.
page-problem-failed-heading = حدث خطأ
page-problem-failed = الخطأ من جانبنا. يرجى المحاولة بعد بضع دقائق.
