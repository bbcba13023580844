//! Addresses in Russian and Kazakh: `г. Алматы, ул. Абая, 10`, `Невский проспект, 28`, `Абай даңғылы, 44`, `площадь Республики`.

use super::super::tokens::Text;
use super::Address;
use super::parts::{house, is_name, separator};

/// Titles in the names of streets, which are not capitalised.
const HONOURS: [&str; 7] = ["би", "батыра", "хана", "ата", "акына", "батыр", "хан"];

/// An address whose street starts at `at`, with the town before it and after it.
pub(super) fn at(text: &Text<'_>, at: usize) -> Option<Address> {
    let (street, square) = street(text, at)?;
    let numbered = building(text, street);
    if numbered.is_none() && !square {
        return None;
    }
    let mut to = numbered.unwrap_or(street);
    while let Some(after) = separator(text, to).and_then(|next| room(text, next)) {
        to = after;
    }
    let (from, before) = town_before(text, at);
    let mut towns = usize::from(before);
    for _ in 0..3 {
        let Some(next) = separator(text, to) else { break };
        let index = text.number(next).filter(|(_, digits)| *digits == 6).map(|_| next + 1);
        let Some(after) = index.or_else(|| town(text, next)) else { break };
        to = after;
        towns += 1;
    }
    let sure = match (numbered.is_some(), towns > 0) {
        (true, true) => 0.96,
        (true, false) => 0.85,
        (false, true) => 0.8,
        (false, false) => 0.6,
    };
    Some(Address { tokens: from..to, sure })
}

fn dotted(text: &Text<'_>, at: usize) -> usize {
    at + usize::from(text.is_glued(at, '.'))
}

/// The token after a word for `street` at `at`, and whether it is a square.
fn marker(text: &Text<'_>, at: usize) -> Option<(usize, bool)> {
    let hyphened =
        |tail: &[&str]| text.is_glued(at + 1, '-') && text.glued_word(at + 2).is_some_and(|word| tail.contains(&word));
    match text.word(at)? {
        "ул" | "пер" | "просп" | "бул" | "наб" | "мкр" | "ш" => Some((dotted(text, at + 1), false)),
        "пр" if hyphened(&["т", "кт"]) => Some((dotted(text, at + 3), false)),
        "б" if hyphened(&["р"]) => Some((dotted(text, at + 3), false)),
        "пр" => Some((dotted(text, at + 1), false)),
        "пл" => Some((dotted(text, at + 1), true)),
        "площадь" | "площади" | "алаңы" | "алаңында" => Some((at + 1, true)),
        "улица"
        | "улице"
        | "улицы"
        | "проспект"
        | "проспекте"
        | "проспекта"
        | "переулок"
        | "переулке"
        | "бульвар"
        | "бульваре"
        | "шоссе"
        | "набережная"
        | "набережной"
        | "микрорайон"
        | "микрорайоне"
        | "проезд"
        | "проезде"
        | "тракт" => Some((at + 1, false)),
        _ => None,
    }
}

fn street(text: &Text<'_>, at: usize) -> Option<(usize, bool)> {
    if let Some((after, square)) = marker(text, at) {
        // After an adjective (`Невский проспект`) the name has begun before.
        if at > 0 && is_adjective(text, at - 1) && text.get(at).is_some_and(|token| token.lower.chars().count() > 3) {
            return None;
        }
        return street_name(text, after).map(|to| (to, square));
    }
    if !is_name(text, at) || (at > 0 && is_name(text, at - 1)) {
        return None;
    }
    for to in at + 1..at + 4 {
        if text.is_one(to, &["көшесі", "даңғылы", "даңғ", "көш", "көшесінде"]) {
            return Some((dotted(text, to + 1), false));
        }
        if let Some((after, square)) = marker(text, to)
            && (is_adjective(text, to - 1) || text.is_one(to, &["алаңы", "алаңында"]))
        {
            return Some((after, square));
        }
        if !is_name(text, to) && !text.is_glued(to, '-') && !text.is_one(to, &HONOURS) {
            return None;
        }
    }
    None
}

fn is_adjective(text: &Text<'_>, at: usize) -> bool {
    is_name(text, at)
        && text.word(at).is_some_and(|word| {
            ["кий", "ный", "кая", "ная", "кой", "ной", "ком", "ном", "вый", "вая", "вой", "ная", "ое"]
                .iter()
                .any(|ending| word.ends_with(ending))
        })
}

/// `Абая`, `Карла Маркса`, `40 лет Победы`, `8 Марта`, `Б. Момышулы`.
fn street_name(text: &Text<'_>, at: usize) -> Option<usize> {
    let mut to = at;
    if text.number(to).is_some_and(|(value, _)| value < 200) {
        to += 1 + usize::from(text.is_one(to + 1, &["лет"]));
        to += if text.is_glued(to, '-') && text.glued_word(to + 1).is_some() { 2 } else { 0 };
        if !text.get(to).is_some_and(|token| token.is_word() && token.capital) {
            // `мкр. 5, дом 12`
            return (to == at + 1).then_some(to);
        }
    }
    let from = to;
    let month_name = text.get(to).is_some_and(|token| token.is_word() && token.capital) && to > at;
    if text.is_one(to, &["имени", "им"]) {
        to = dotted(text, to + 1);
    }
    for _ in 0..3 {
        let named = is_name(text, to) || (to == from && month_name);
        if !named {
            break;
        }
        to += 1;
        while text.is_glued(to, '-')
            && text.get(to + 1).is_some_and(|next| (next.is_word() || next.number().is_some()) && !next.spaced)
        {
            to += 2;
        }
        if text.is_glued(to, '.')
            && is_name(text, to + 1)
            && text.get(to - 1).is_some_and(|token| token.lower.chars().count() == 1)
        {
            to += 1;
        }
        to += usize::from(text.is_one(to, &HONOURS));
    }
    (to > from).then_some(to)
}

/// `10`, `, 10`, `, д. 10`, `дом 10а`.
fn building(text: &Text<'_>, at: usize) -> Option<usize> {
    let next = at + usize::from(text.is_mark(at, ','));
    let (said, next) = if text.is_one(next, &["д", "дом", "здание", "зд"]) {
        (true, dotted(text, next + 1))
    } else {
        (false, next)
    };
    let next = next + usize::from(text.is_mark(next, '№'));
    let to = house(text, next)?;
    // `ул. Абая, 10 апреля`, `ул. Абая, 15 человек`
    let counted = text.get(to).is_some_and(|token| {
        token.is_word()
            && token.spaced
            && token.cyrillic()
            && !token.capital
            && !text.is_one(
                to,
                &[
                    "в",
                    "и",
                    "у",
                    "с",
                    "кв",
                    "корп",
                    "корпус",
                    "офис",
                    "состоится",
                    "пройдет",
                    "на",
                    "к",
                    "стр",
                    "начало",
                    "около",
                ],
            )
    });
    (said || !counted).then_some(to)
}

/// `кв. 5`, `офис 12`, `корп. 2`, `3 этаж`.
fn room(text: &Text<'_>, at: usize) -> Option<usize> {
    if text.is_one(
        at,
        &[
            "кв",
            "офис",
            "оф",
            "корп",
            "корпус",
            "стр",
            "строение",
            "каб",
            "кабинет",
            "подъезд",
            "этаж",
            "зал",
            "аудитория",
            "ауд",
        ],
    ) {
        return house(text, dotted(text, at + 1));
    }
    (text.number(at).is_some() && text.is_one(at + 1, &["этаж"])).then_some(at + 2)
}

/// `г. Алматы`, `город Астана`, `Алматы`, `Казахстан`.
fn town(text: &Text<'_>, at: usize) -> Option<usize> {
    let said = text.is_one(at, &["г", "город", "пос", "с", "село", "поселок"])
        && (text.is_glued(at + 1, '.') || text.word(at).is_some_and(|word| word.len() > 4));
    let from = if said { dotted(text, at + 1) } else { at };
    if !is_name(text, from) {
        return None;
    }
    let mut to = from + 1;
    while text.is_glued(to, '-') && text.get(to + 1).is_some_and(|next| next.is_word() && !next.spaced) {
        to += 2;
    }
    if is_name(text, to) && said {
        to += 1;
    }
    let open = text.get(to).is_none_or(|next| !next.is_word() || !next.capital) && !text.is_mark(to, ':');
    open.then_some(to)
}

/// Where the address starts when its town and postal code stand before the street, and whether one does.
fn town_before(text: &Text<'_>, at: usize) -> (usize, bool) {
    let mut from = at;
    let mut found = false;
    for _ in 0..3 {
        if !text.is_mark(from.wrapping_sub(1), ',') {
            break;
        }
        let end = from - 1;
        // The longest town that ends at the comma.
        let start = (end.saturating_sub(6)..end).find(|start| {
            town(text, *start) == Some(end)
                && !text.is_one(start.wrapping_sub(1), &["г", "город"])
                && !text.is_glued(start.wrapping_sub(1), '-')
                && !(declined(text, *start))
        });
        let index = (end >= 1 && text.number(end - 1).is_some_and(|(_, digits)| digits == 6)).then(|| end - 1);
        match start.or(index) {
            Some(start) => {
                from = start;
                found = true;
            }
            None => break,
        }
    }
    // `г. Алматы ул. Абая`
    (from, found)
}

/// Whether the town follows `в` in a case that no address has: `в Москве, ул. Лесная`.
fn declined(text: &Text<'_>, at: usize) -> bool {
    text.is_one(at.wrapping_sub(1), &["в", "из", "по"]) && text.word(at).is_some_and(|word| word.ends_with('е'))
}
