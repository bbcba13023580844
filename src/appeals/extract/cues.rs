//! What the words around a time say: a call to come, a report of what was, or something else that has a time.

use std::ops::Range;

use super::tokens::Text;
use super::vocabulary;

/// What the words of a segment say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cues {
    /// People are asked to come.
    pub(super) call: bool,
    /// A protest, a rally, a screening: something that is announced to be attended.
    pub(super) strong: bool,
    /// A meeting, a hearing, a debate, which may be others'.
    pub(super) weak: bool,
    /// It starts, takes place, will be held.
    pub(super) takes_place: bool,
    /// Those who hold office are named.
    pub(super) officials: bool,
    /// The verb that stands nearest says that it is over.
    pub(super) past: bool,
    /// Some verb says that it is to come.
    pub(super) future: bool,
    /// The words rule an event out: a deadline, opening hours, a cancellation, a byline.
    pub(super) off: bool,
    /// How many words there are besides.
    pub(super) words: usize,
}

/// Reads the words of `segment` that are not `taken` by dates, times and addresses; `near` are the tokens of the date and time.
pub(super) fn cues(text: &Text<'_>, segment: Range<usize>, near: &Range<usize>, taken: &[bool]) -> Cues {
    let mut cues = Cues::default();
    let mut nearest: Option<(usize, bool)> = None;
    let is_taken = |at: usize| taken.get(at).copied().unwrap_or_default();
    for at in segment.filter(|at| !is_taken(*at)) {
        let Some(word) = text.word(at) else { continue };
        cues.words += usize::from(!is_small(word));
        cues.call |= is_call(text, at, word);
        cues.strong |= is_strong(text, at, word);
        cues.weak |= is_weak(text, at, word);
        cues.takes_place |= takes_place(text, at, word);
        cues.officials |= is_official(text, at, word);
        cues.off |= rules_out(text, at, word);
        let over = if is_future(text, at, word) {
            false
        } else if is_past(text, at, word) {
            true
        } else {
            continue;
        };
        cues.future |= !over;
        let distance = if at < near.start { near.start - at } else { (at + 1).saturating_sub(near.end) };
        if nearest.is_none_or(|(least, _)| distance < least) {
            nearest = Some((distance, over));
        }
    }
    cues.past = nearest.is_some_and(|(_, over)| over);
    cues
}

/// Whether the word joins others and says nothing itself.
fn is_small(word: &str) -> bool {
    matches!(
        word,
        "on" | "at"
            | "the"
            | "a"
            | "in"
            | "of"
            | "from"
            | "and"
            | "this"
            | "to"
            | "for"
            | "в"
            | "с"
            | "на"
            | "к"
            | "и"
            | "у"
            | "по"
            | "g"
    )
}

fn starts_with(word: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| word.starts_with(stem))
}

fn is_call(text: &Text<'_>, at: usize, word: &str) -> bool {
    let russian = [
        "приходи",
        "присоединя",
        "приглаша",
        "приглаш",
        "зовем",
        "ждем",
        "собираемся",
        "встречаемся",
        "встретимся",
        "увидимся",
        "поддержите",
        "выходите",
        "выходи",
        "приезжайте",
        "соберемся",
        "зажжем",
        "почтим",
        "вспомним",
        "проведем",
        "устроим",
        "покажем",
        "обсудим",
        "расскажем",
        "споем",
        "посмотрим",
        "пообщаемся",
        "помянем",
        "поговорим",
        "передадим",
        "участвуйте",
        "приводите",
    ];
    if starts_with(word, &russian) {
        return true;
    }
    match word {
        "join" | "rsvp" | "assemble" | "invited" | "welcome" | "venue" | "where" | "when" | "date" | "time"
        | "save" | "сбор" | "где" | "когда" | "место" | "дата" | "время" | "начало" | "адрес" | "location"
        | "doors" => true,
        "come" | "meet" | "gather" | "leaflet" | "help" | "celebrate" | "hear" | "watch" | "demand" | "tell"
        | "attend" | "bring" | "support" | "march" | "rally" | "stand" | "turn" => {
            let before = text.word_before(at);
            matches!(
                before,
                None | Some("we" | "us" | "we'll" | "please" | "and" | "to" | "let's" | "so" | "then" | "you" | "now")
            ) && !matches!((before, word), (Some("to"), "meet" | "support"))
                && !matches!((before, word), (Some("and"), "support"))
        }
        "we" => text.is_one(
            at + 1,
            &[
                "will",
                "are",
                "start",
                "begin",
                "hold",
                "picket",
                "protest",
                "demonstrate",
                "walk",
                "occupy",
                "rally",
                "set",
                "leave",
                "shall",
            ],
        ),
        "мы" => text.word(at + 1).is_some_and(|next| next.ends_with("ем") || next.ends_with("им")),
        "see" => text.is_one(at + 1, &["you"]),
        "be" => text.is_one(at + 1, &["there"]),
        "don't" => text.is_one(at + 1, &["miss"]),
        _ => false,
    }
}

fn is_strong(text: &Text<'_>, at: usize, word: &str) -> bool {
    let russian = [
        "митинг",
        "пикет",
        "шестви",
        "демонстраци",
        "протест",
        "акци",
        "голодовк",
        "марш",
        "показ",
        "концерт",
        "лекци",
        "флешмоб",
        "семинар",
        "мастер",
        "кинопоказ",
        "субботник",
        "презентаци",
        "выставк",
        "дискусси",
        "вебинар",
        "караул",
        "манифестаци",
        "сход",
        "спектакл",
        "вечеринк",
        "репетици",
        "тренинг",
        "фестивал",
        "праздник",
        "мероприяти",
    ];
    if starts_with(word, &russian) && word != "мастера" {
        return true;
    }
    let english = [
        "protest",
        "rally",
        "rallies",
        "demonstration",
        "demo",
        "picket",
        "vigil",
        "gathering",
        "flashmob",
        "leafleting",
        "leafletting",
        "screening",
        "concert",
        "gig",
        "fundraiser",
        "workshop",
        "procession",
        "carnival",
        "parade",
        "blockade",
        "festival",
        "fair",
        "picnic",
        "exhibition",
        "webinar",
        "hustings",
        "event",
        "bloc",
        "seminar",
        "lecture",
        "bazaar",
        "ceilidh",
        "meetup",
        "march",
        "sit",
        "mobilisation",
        "mobilization",
        "canvassing",
        "choir",
        "potluck",
        "walkout",
        "speakout",
        "teach",
    ];
    let singular = word.strip_suffix('s').unwrap_or(word);
    (english.contains(&word) || english.contains(&singular))
        && !(matches!(word, "sit" | "teach") && !text.is_glued(at + 1, '-'))
}

fn is_weak(text: &Text<'_>, at: usize, word: &str) -> bool {
    (word == "суд" && text.is_one(at + 1, &["над"]))
        || starts_with(
            word,
            &["собрани", "встреч", "заседани", "слушани", "форум", "съезд", "конференц", "совещани", "круглый"],
        )
        || matches!(
            word,
            "meeting"
                | "meetings"
                | "conference"
                | "congress"
                | "debate"
                | "hearing"
                | "trial"
                | "session"
                | "forum"
                | "discussion"
                | "service"
                | "ceremony"
                | "суда"
                | "суде"
                | "appeal"
                | "meets"
                | "reception"
                | "panel"
                | "call"
                | "course"
                | "class"
                | "agm"
                | "solidarity"
                | "tour"
                | "assembly"
                | "training"
                | "party"
                | "launch"
                | "commemoration"
                | "lobby"
                | "banner"
                | "stall"
                | "walk"
                | "talk"
                | "quiz"
                | "supper"
                | "briefing"
                | "reading"
                | "strike"
                | "film"
                | "celebration"
                | "action"
                | "actions"
                | "memorial"
                | "stalls"
                | "dinner"
                | "lunch"
                | "breakfast"
                | "drinks"
                | "social"
                | "q&a"
                | "premiere"
                | "фильм"
                | "праздник"
                | "ужин"
                | "чаепитие"
                | "экскурсия"
                | "забастовка"
        )
}

fn takes_place(text: &Text<'_>, at: usize, word: &str) -> bool {
    match word {
        "takes" | "take" | "taking" => text.is_one(at + 1, &["place"]),
        "held" => text.is_one(at.wrapping_sub(1), &["be", "being", "is", "are"]),
        "assembles" | "assembling" | "organising" | "organizing" | "holding" | "hosting" | "hosts" | "outside"
        | "scheduled" => true,
        "состоится"
        | "состоятся"
        | "пройдет"
        | "пройдут"
        | "проводим"
        | "проведем"
        | "проводится"
        | "организуем"
        | "планируется"
        | "выйдем" => true,
        "возле" | "напротив" | "перед" => true,
        _ => false,
    }
}

fn is_official(text: &Text<'_>, at: usize, word: &str) -> bool {
    // `Southwark Crown Court` is a place.
    let named = word == "court" && text.get(at).is_some_and(|token| token.capital);
    // `outside the parliament`, `у здания суда`
    if (1..=3).any(|back| {
        text.is_one(
            at.wrapping_sub(back),
            &[
                "outside",
                "opposite",
                "near",
                "front",
                "at",
                "около",
                "у",
                "перед",
                "возле",
                "напротив",
                "здания",
                "зданием",
                "против",
                "against",
            ],
        )
    }) {
        return false;
    }
    let over = word == "суд" && text.is_one(at + 1, &["над"]);
    starts_with(
        word,
        &[
            "президент",
            "министр",
            "правительств",
            "парламент",
            "депутат",
            "акимат",
            "мажилис",
            "сенат",
            "премьер",
            "губернатор",
        ],
    ) || (!named
        && !over
        && matches!(
            word,
            "voting"
                | "vote"
                | "votes"
                | "election"
                | "elections"
                | "referendum"
                | "выборы"
                | "референдум"
                | "суд"
                | "прокурор"
                | "president"
                | "minister"
                | "ministers"
                | "parliament"
                | "government"
                | "mps"
                | "senate"
                | "cabinet"
                | "council"
                | "committee"
                | "commission"
                | "directors"
                | "shareholders"
                | "officials"
                | "leaders"
                | "talks"
                | "tv"
                | "markets"
                | "exchange"
                | "ambassador"
                | "delegation"
                | "court"
                | "judge"
                | "police"
                | "executives"
                | "bbc"
                | "channel"
        ))
}

fn rules_out(text: &Text<'_>, at: usize, word: &str) -> bool {
    let stems = [
        "cancel",
        "postpone",
        "deadline",
        "embargo",
        "televis",
        "curfew",
        "broadcast",
        "maintenance",
        "outage",
        "unavailable",
        "flight",
        "timetable",
        "newsletter",
        "published",
        "updated",
        "posted",
        "отмен",
        "отлож",
        "комендантск",
        "рейс",
        "опубликова",
        "обновлен",
        "трансляци",
        "дедлайн",
        "эфир",
        "поезд",
        "отправлени",
        "перенесен",
        "перенос",
        "ежедневн",
        "еженедельн",
        "расписани",
        "прием",
        "подписан",
        "комментари",
    ];
    if starts_with(word, &stems) {
        return true;
    }
    match word {
        "daily"
        | "weekly"
        | "monthly"
        | "every"
        | "each"
        | "airs"
        | "aired"
        | "opening"
        | "hours"
        | "polls"
        | "polling"
        | "recorded"
        | "edited"
        | "modified"
        | "deliver"
        | "delivery"
        | "departs"
        | "departure"
        | "arrives"
        | "trains"
        | "bus"
        | "flights"
        | "collapsed"
        | "earthquake"
        | "forecast"
        | "weather"
        | "sunset"
        | "sunrise"
        | "tide"
        | "price"
        | "tickets"
        | "checkout"
        | "effect"
        | "expires"
        | "expire"
        | "rescheduled"
        | "ago"
        | "anniversary"
        | "каждый"
        | "каждую"
        | "каждое"
        | "каждые"
        | "годовщина"
        | "билеты"
        | "originally"
        | "вступит"
        | "вступает"
        | "истекает"
        | "голосование"
        | "участки"
        | "submissions"
        | "submitted"
        | "comment"
        | "comments" => true,
        "open" => {
            text.is_one(
                at.wrapping_sub(1),
                &["is", "are", "be", "we're", "phones", "lines", "stay", "remain", "office", "shop"],
            ) || at == 0
                || text.is_mark(at + 1, ':')
        }
        "closed" | "close" | "closes" => true,
        "closing" => text.is_one(at + 1, &["date"]),
        "instead" => text.is_one(at + 1, &["of"]),
        "rather" => text.is_one(at + 1, &["than"]),
        "moved" => text.is_one(at + 1, &["from"]),
        "comes" | "into" => text.is_one(at + 1, &["force", "into"]),
        "не" => text.is_one(
            at + 1,
            &[
                "состоится",
                "будет",
                "пройдет",
                "состоятся",
                "проводим",
                "собираемся",
                "придем",
                "работает",
                "ждем",
                "приходите",
            ],
        ),
        "no" => {
            text.is_one(at.wrapping_sub(1), &["be", "is", "are", "with"])
                || text.word(at + 1).is_some_and(|_| {
                    is_strong(text, at + 1, text.word(at + 1).unwrap_or_default())
                        || is_weak(text, at + 1, text.word(at + 1).unwrap_or_default())
                })
        }
        "won't" | "isn't" | "aren't" | "cannot" | "can't" | "nobody" => true,
        "off" => text.is_one(at.wrapping_sub(1), &["is", "are", "called", "put"]),
        "not" => text.is_one(at + 1, &["take", "be", "happen", "going", "on", "at"]),
        "часы" | "график" | "режим" => text.is_one(at + 1, &["работы"]),
        "работает" | "работаем" | "открыт" | "открыта" | "открыто" | "закрыт" | "закрыта" => {
            true
        }
        "телевидению" | "телеканале" | "вылетает" | "вылетит" | "прилетает" | "прибывает" | "прибудет" => {
            true
        }
        "on" => text.is_one(at + 1, &["sale", "air", "tv", "television"]),
        "call" | "phone" | "ring" | "tel" | "звоните" => {
            text.get(at + 1).is_some_and(|next| next.number().is_some() || next.is_mark('+'))
                || text.is_one(at + 1, &["us", "the", "on", "this"])
        }
        "due" | "supposed" => text.is_one(at.wrapping_sub(1), &["was", "were"]),
        "had" => text.is_one(at + 1, &["been", "planned"]),
        _ => false,
    }
}

fn is_future(text: &Text<'_>, at: usize, word: &str) -> bool {
    match word {
        "will" | "we'll" | "shall" | "join" | "come" | "invite" | "invited" | "please" | "planned" | "scheduled"
        | "it'll" | "they'll" | "you'll" | "upcoming" | "expected" => true,
        "meet" | "gather" | "attend" | "bring" | "assemble" => is_call(text, at, word),
        "be" => text.is_one(at.wrapping_sub(1), &["to"]),
        "is" | "are" | "we're" | "i'm" => text.word(at + 1).is_some_and(|next| {
            next.ends_with("ing")
                || matches!(
                    next,
                    "on" | "at" | "being" | "invited" | "planned" | "scheduled" | "called" | "due" | "this"
                )
        }),
        "takes" | "take" => takes_place(text, at, word),
        "starts" | "begins" | "opens" | "assembles" | "resumes" | "leaves" => true,
        _ => starts_with(
            word,
            &[
                "состоит",
                "состоят",
                "пройдет",
                "пройдут",
                "будет",
                "будут",
                "начнет",
                "приглаша",
                "приходи",
                "присоединя",
                "собираемся",
                "встречаемся",
                "ждем",
                "планиру",
                "запланиров",
                "выйдем",
                "выйдут",
                "проведем",
                "проведут",
                "проводим",
                "назначен",
                "соберемся",
                "соберутся",
                "намерен",
                "зовем",
                "готовится",
            ],
        ),
    }
}

fn is_past(text: &Text<'_>, at: usize, word: &str) -> bool {
    if text.get(at).is_some_and(super::tokens::Token::cyrillic) {
        return is_russian_past(word);
    }
    let irregular = [
        "was",
        "were",
        "had",
        "did",
        "took",
        "went",
        "met",
        "came",
        "said",
        "told",
        "saw",
        "stood",
        "began",
        "ran",
        "spoke",
        "sent",
        "led",
        "gave",
        "made",
        "left",
        "got",
        "brought",
        "broke",
        "began",
        "heard",
        "read",
        "wrote",
        "won",
        "lost",
        "fell",
        "found",
        "fought",
        "held",
        "shot",
        "beat",
        "drove",
        "set",
        "put",
        "cut",
        "struck",
        "rose",
        "burst",
        "sang",
        "sat",
        "kept",
        "yesterday",
        "ago",
        "wasn't",
        "weren't",
        "didn't",
        "hadn't",
        "became",
        "paid",
        "sold",
        "knew",
        "chose",
        "blew",
        "drew",
        "threw",
        "swept",
        "spent",
    ];
    if irregular.contains(&word) {
        return !(word == "held" && takes_place(text, at, word))
            && !(matches!(word, "set" | "put" | "cut" | "read")
                && !text.is_one(at.wrapping_sub(1), &["they", "he", "she", "police"]));
    }
    if matches!(word, "has" | "have") {
        let called = text.is_one(at + 1, &["been"])
            && text.word(at + 2).is_some_and(|word| {
                starts_with(
                    word,
                    &["called", "organi", "planned", "announced", "scheduled", "arranged", "invited", "fixed"],
                )
            });
        return (text.is_one(at + 1, &["been"]) && !called)
            || text.word(at + 1).is_some_and(|next| next.ends_with("ed"));
    }
    let exceptions = [
        "need", "red", "united", "speed", "indeed", "hundred", "feed", "seed", "wed", "weed", "shed", "bed", "ted",
        "fred", "reed", "bleed", "exceed", "succeed", "proceed", "sacred", "naked", "limited", "breed",
    ];
    word.len() > 3
        && word.ends_with("ed")
        && !exceptions.contains(&word)
        && !text.get(at).is_some_and(|token| {
            token.capital
                && !text.is_one(at.wrapping_sub(1), &["the"])
                && at > 0
                && text.get(at - 1).is_some_and(super::tokens::Token::is_word)
        })
        && !text.is_one(at + 1, &["by", "for", "to"])
        && !text
            .is_one(at.wrapping_sub(1), &["be", "is", "are", "the", "a", "an", "being", "those", "all", "and", "our"])
}

fn is_russian_past(word: &str) -> bool {
    let nouns = [
        "цели",
        "земли",
        "зала",
        "залы",
        "зал",
        "вокзал",
        "вокзала",
        "стол",
        "стола",
        "угол",
        "отдел",
        "раздел",
        "начала",
        "начало",
        "футбол",
        "финал",
        "журнал",
        "канал",
        "материал",
        "филиал",
        "капитал",
        "скандал",
        "сигнал",
        "квартал",
        "персонал",
        "недели",
        "если",
        "или",
        "рубли",
        "роли",
        "соли",
        "модели",
        "число",
        "тепло",
        "дело",
        "тело",
        "мало",
        "около",
        "село",
        "школа",
        "сила",
        "дела",
        "числа",
        "тыла",
        "генерал",
        "пола",
        "ли",
        "сели",
        "петли",
        "апрели",
        "протокол",
        "стекло",
        "правила",
        "правило",
        "похоронили",
    ];
    let endings = ["ал", "ел", "ил", "ыл", "ул", "ял", "шел", "ла", "ло", "ли", "лся", "лась", "лось", "лись"];
    word == "вчера"
        || word == "назад"
        || (word.chars().count() >= 4
            && endings.iter().any(|ending| word.ends_with(ending))
            && !nouns.contains(&word)
            && vocabulary::month(word).is_none())
        || ["вшая", "вшийся", "вшаяся", "вшееся", "вшиеся", "вший", "вшие", "вшей", "вшего", "вших"]
            .iter()
            .any(|ending| word.ends_with(ending))
        || starts_with(word, &["прошел", "задержан", "арестован", "избит"])
}
