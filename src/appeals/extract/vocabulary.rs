//! The words for months, weekdays, numbers and abbreviations, in English and Russian, in lower case with `е` for `ё`.

use chrono::Weekday;

/// Whether `word` is in `list`, where a `*` stands for any ending.
pub(super) fn is_in(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|entry| match entry.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => entry == word,
    })
}

/// Which of the words in `list` it is, from 1.
fn position(list: &str, word: &str) -> Option<u32> {
    list.split_ascii_whitespace().position(|entry| entry == word).and_then(|at| u32::try_from(at + 1).ok())
}

/// The month, 1 to 12, that `word` names in full or shortened.
pub(super) fn month(word: &str) -> Option<u32> {
    const LISTS: [&str; 6] = [
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sept oct nov dec",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре",
        "янв фев мар апр май июн июл авг сен окт ноя дек",
    ];
    match word {
        "sep" | "сент" => Some(9),
        "февр" => Some(2),
        "нояб" => Some(11),
        _ => LISTS.iter().find_map(|list| position(list, word)),
    }
}

/// Whether `word` is also something else than a month when it is not capitalised.
pub(super) fn is_doubtful_month(word: &str) -> bool {
    matches!(word, "may" | "march" | "mar" | "dec" | "мар" | "сен" | "дек")
}

/// Whether a street may be named after a day of this German month.
pub(super) fn is_german_month(word: &str) -> bool {
    matches!(word, "juni" | "oktober" | "märz" | "mai" | "november" | "juli")
}

/// The weekday that `word` names, in any case of its declension.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" | "понедельник" | "понедельника" | "понедельнику" | "пн" => {
            Weekday::Mon
        }
        "tuesday" | "tue" | "tues" | "вторник" | "вторника" | "вторнику" | "вт" => {
            Weekday::Tue
        }
        "wednesday" | "wed" | "weds" | "среда" | "среду" | "среды" | "ср" => Weekday::Wed,
        "thursday" | "thu" | "thur" | "thurs" | "четверг" | "четверга" | "четвергу" | "чт" => {
            Weekday::Thu
        }
        "friday" | "fri" | "пятница" | "пятницу" | "пятницы" | "пт" => Weekday::Fri,
        "saturday" | "sat" | "суббота" | "субботу" | "субботы" | "сб" => Weekday::Sat,
        "sunday" | "sun" | "воскресенье" | "воскресенья" | "воскресенью" | "воскресение" | "вс" => {
            Weekday::Sun
        }
        _ => return None,
    })
}

/// Whether `word` is a weekday only when it is capitalised and beside a date or time: `sat`, `sun`.
pub(super) fn is_short_weekday(word: &str) -> bool {
    matches!(
        word,
        "mon"
            | "tue"
            | "tues"
            | "wed"
            | "weds"
            | "thu"
            | "thur"
            | "thurs"
            | "fri"
            | "sat"
            | "sun"
            | "пн"
            | "вт"
            | "ср"
            | "чт"
            | "пт"
            | "сб"
            | "вс"
    )
}

/// Whether `word` means a weekday again and again: `Mondays`, `по понедельникам`.
pub(super) fn is_every_weekday(word: &str) -> bool {
    word.strip_suffix('s').is_some_and(|day| day.ends_with("day") && weekday(day).is_some())
        || matches!(
            word,
            "понедельникам"
                | "вторникам"
                | "средам"
                | "четвергам"
                | "пятницам"
                | "субботам"
                | "воскресеньям"
        )
        || matches!(word, "weekdays" | "weekends" | "будням" | "выходным" | "будни")
}

/// The number, 1 to 12, that `word` is; `час` is one o'clock.
pub(super) fn small_number(word: &str) -> Option<u32> {
    position("one two three four five six seven eight nine ten eleven twelve", word)
        .or_else(|| position("час два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать", word))
}

/// The hour that is under way in `половине седьмого`, which is half past six.
pub(super) fn hour_under_way(word: &str) -> Option<u32> {
    let hours = "первого второго третьего четвертого пятого шестого седьмого восьмого девятого десятого одиннадцатого двенадцатого";
    position(hours, word)
}

/// The day of a month that a word such as `fifth` or `пятого` names; compounds like `twenty-fifth` are put together by
/// the caller.
pub(super) fn ordinal(word: &str) -> Option<u32> {
    let english = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth \
        fifteenth sixteenth seventeenth eighteenth nineteenth twentieth";
    let teens =
        "тринадцатого четырнадцатого пятнадцатого шестнадцатого семнадцатого восемнадцатого девятнадцатого двадцатого";
    match word {
        "thirtieth" | "тридцатого" => Some(30),
        _ => position(english, word)
            .or_else(|| hour_under_way(word))
            .or_else(|| position(teens, word).map(|day| day + 12)),
    }
}

/// The tens of a compound ordinal: `twenty-fifth`, `двадцать пятого`.
pub(super) fn tens(word: &str) -> Option<u32> {
    match word {
        "twenty" | "двадцать" => Some(20),
        "thirty" | "тридцать" => Some(30),
        _ => None,
    }
}

/// Whether a full stop after `word` does not end a sentence.
pub(super) fn is_abbreviation(word: &str) -> bool {
    const LISTS: [&str; 4] = [
        "st rd ave blvd dr mr mrs ms no prof sq str nr ste apt gdns pl ln",
        "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed weds thu thur thurs fri sat sun",
        "ул пр пл пер просп бул наб мкр им стр корп кв оф каб тел обл пос ст м проф гр",
        "янв фев февр апр июн июл авг сен сент окт нояб ноя дек пн вт ср чт пт сб вс",
    ];
    LISTS.iter().any(|list| position(list, word).is_some())
}
