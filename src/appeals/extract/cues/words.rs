//! The words that tell what a sentence is about, in English and Russian, in lower case with `е` for `ё`; a `*` stands for any ending.

/// People are asked to come.
pub(super) const CALLS: &str = "join rsvp assemble invited welcome venue where when date time save location doors \
    сбор где когда место дата время начало адрес приходи* присоединя* приглаша* пригла* зовем ждем собираемся встречаемся встретимся увидимся поддержите \
    выходите выходи приезжайте соберемся участвуйте приводите зажжем почтим вспомним проведем устроим покажем обсудим расскажем споем посмотрим \
    пообщаемся помянем поговорим передадим";

/// Verbs that ask people to come where they open a sentence or follow `we`, `please`, `to` and the like.
pub(super) const IMPERATIVES: &str = "come meet gather leaflet help celebrate hear watch demand tell attend bring support march rally stand turn make picket walk";

/// What makes an imperative of the verb after it.
pub(super) const LEADS: &str = "we us we'll please and to let's so then you now";

/// What `we` do when we announce something.
pub(super) const WE: &str = "will are start begin hold picket protest demonstrate walk occupy rally set leave shall form light show sing fill mark \
    return open celebrate remember deliver hand present run cycle ride line block plant paint clean read screen host organise organize";

/// What is announced to be attended.
pub(super) const STRONG: &str = "protest rally rallies demonstration demo picket vigil gathering flashmob leafleting leafletting screening concert gig \
    fundraiser workshop procession carnival parade blockade festival fair bookfair picnic exhibition webinar hustings event bloc seminar lecture bazaar \
    ceilidh meetup march mobilisation mobilization canvassing choir potluck walkout speakout \
    митинг* пикет* шестви* демонстраци* протест* акция акции акцию акцией голодовк* марш* показ концерт* лекци* флешмоб* семинар* мастер-* кинопоказ* субботник* \
    презентаци* выставк* дискусси* вебинар* караул* манифестаци* сход спектакл* вечеринк* репетици* тренинг* фестивал* мероприяти* ярмарк*";

/// What is announced as well, and may as well be others' business.
pub(super) const WEAK: &str = "meeting meetings conference congress debate hearing trial tribunal session forum discussion service ceremony appeal meets \
    reception panel course class agm solidarity tour assembly training party launch commemoration lobby banner stall stalls talk quiz supper \
    briefing reading strike film celebration action actions memorial dinner lunch breakfast drinks social premiere rehearsal rehearsals \
    inquiry inquest performance recital unveiling barbecue bbq brunch cleanup ride masterclass reunion gala cabaret \
    собрани* встреч* заседани* слушани* форум* съезд* конференц* пресс-* совещани* круглый суда суде апелляци* фильм праздник ужин чаепитие экскурсия \
    забастовка дебаты обсуждени* открытие премьера занятие урок тренировка чтения вечер поддержк*";

/// It takes place, for all that the word says; or people are told where to stand.
pub(super) const TAKES_PLACE: &str = "assembles assembling organising organizing holding hosting hosts outside scheduled \
    состоится состоятся пройдет пройдут проводим проведем проводится организуем планируется выйдем возле напротив перед";

/// Those whose appointments are news and no invitations.
pub(super) const OFFICIALS: &str = "president minister ministers parliament government mps senate cabinet council committee commission directors \
    shareholders investors results earnings shares profits figures officials leaders talks tv markets exchange ambassador delegation court judge police executives bbc channel voting vote votes election \
    elections referendum \
    президент* министр* правительств* парламент* депутат* акимат* мажилис* сенат* премьер* губернатор* акционер* суд прокурор* выборы референдум*";

/// Words after which an official's or a court's name tells where people stand.
pub(super) const BEFORE_PLACES: &str =
    "outside opposite near front at around у около перед возле напротив здания зданием против against";

/// Deadlines, opening hours, departures, broadcasts, bylines, cancellations.
pub(super) const RULED_OUT: &str = "cancel* postpone* deadline* embargo* televis* curfew* broadcast* maintenance outage* unavailable flight* timetable* \
    newsletter* published updated posted daily weekly monthly every each airs aired opening hours polls polling recorded edited modified deliver delivery \
    departs departure arrives trains bus buses collapsed earthquake forecast weather sunset sunrise tide price tickets checkout effect expires expire \
    rescheduled ago anniversary originally submissions submitted comment comments closed close closes won't isn't aren't cannot can't nobody booked \
    interview photograph \
    отмен* отлож* комендантск* рейс* опубликова* обновлен* трансляци* дедлайн* эфир* поезд* отправлени* перенесен* перенос* ежедневн* еженедельн* \
    расписани* прием подписан* комментари* каждый каждую каждое каждые годовщина билеты вступит вступает истекает голосование участки работает работаем \
    открыт открыта открыто открыты закрыт закрыта закрыты закроют закроется телевидению телеканале вылетает вылетит прилетает прибывает прибудет звоните \
    автор";

/// The verb is about what is to come.
pub(super) const FUTURE: &str = "will we'll shall join come invite invited please planned scheduled it'll they'll you'll upcoming expected starts begins opens \
    assembles resumes leaves \
    состоит* состоят* пройдет* пройдут* будет будут начнет* начнут* приглаша* приходи* присоединя* собираемся встречаемся ждем планиру* запланиров* выйдем \
    выйдут проведем проведут проводим назначен* соберемся соберутся намерен* зовем готовится";

/// Those who write count themselves in.
pub(super) const OURS: &str = "we our us we'll we're мы наш наша наше наши нашу нашем нашей нас нам";

/// Verbs of sentences that say how things are.
pub(super) const STATES: &str = "is are has have does do can could may might would should cannot";

/// What follows `is` or `are` when it is about what is to come.
pub(super) const IS_TO_COME: &str = "on at being invited planned scheduled called due this";

/// Past forms that do not end in `-ed`.
pub(super) const PAST: &str = "was were had did took went met came said told saw stood began ran spoke sent led gave made left got brought broke heard \
    wrote won lost fell found fought held shot beat drove struck rose burst sang sat kept yesterday wasn't weren't didn't hadn't became paid sold knew \
    chose blew drew threw swept spent вчера назад прошел* задержан* арестован* избит*";

/// Past forms that are present ones too, unless somebody stands before them.
pub(super) const PAST_AFTER_PERSON: &str = "set put cut read";

/// Words in `-ed` that are no past forms.
pub(super) const NO_PAST: &str = "need red united speed indeed hundred feed seed wed weed shed bed ted fred reed bleed exceed succeed proceed sacred naked \
    limited breed";

/// What stands before a participle that describes something.
pub(super) const BEFORE_PARTICIPLES: &str = "be is are the a an being those all and our";

/// What a past participle is of when something to come `has been called`.
pub(super) const ANNOUNCED: &str = "called organi* planned announced scheduled arranged invited fixed";

/// Endings of Russian past forms and participles.
pub(super) const PAST_ENDINGS: [&str; 20] = [
    "ал",
    "ел",
    "ил",
    "ыл",
    "ул",
    "ял",
    "шел",
    "ла",
    "ло",
    "ли",
    "лся",
    "лась",
    "лось",
    "лись",
    "вшая",
    "вший",
    "вшие",
    "вшийся",
    "вшаяся",
    "вшиеся",
];

/// Words that end like Russian past forms and are none.
pub(super) const NO_RUSSIAN_PAST: &str = "цели земли зала залы зал вокзал вокзала стол стола угол отдел раздел начала начало футбол финал журнал канал \
    материал филиал капитал скандал сигнал квартал персонал недели если или рубли роли соли модели число тепло дело тело мало около село школа сила \
    дела числа тыла генерал пола петли протокол стекло правила правило кинозал спортзал автовокзал подвал портал мемориал сериал потенциал терминал карнавал \
    металл ритуал причал привал перевал провал обвал интервал предел узел котел орел караул аул тыл стул скала игла пчела похвала стрела шкала масло \
    горло кресло зло мысли капли короли туфли";

/// Words that join others and say nothing themselves.
pub(super) const SMALL: &str = "on at the a in of from and this to for в с на к и у по";
