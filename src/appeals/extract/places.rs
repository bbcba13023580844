//! Places that have a name and no postal address: `outside the Town Hall`, `Venue: Conway Hall`, `на площади Республики`.

use std::ops::Range;

use super::tokens::Text;
use super::vocabulary::is_in;

/// Words that venues' names have.
const VENUES: &str = "hall centre center church library square park embassy theatre theater university house museum station school club pub cinema \
    arena stadium gallery chapel cathedral college institute green court gardens cafe bridge mosque market courthouse plaza";
/// Words after which a venue stands.
const LABELS: [&str; 9] = ["venue", "where", "place", "location", "место", "где", "адрес", "ort", "treffpunkt"];

/// The place named in `within`, for an event whose date and time end before `when`: after a label, just before the address, after `outside`, `at`, `у`, or after the time.
pub(super) fn place(
    text: &Text<'_>,
    within: &Range<usize>,
    when: usize,
    address: Option<&Range<usize>>,
    taken: &[bool],
) -> Option<Range<usize>> {
    labelled(text, within, taken)
        .or_else(|| address.and_then(|address| before(text, address, taken)))
        .or_else(|| after(text, when, within.end, taken))
        .or_else(|| said(text, within, taken))
        .filter(|place| text.slice(place).chars().count() <= 120)
}

fn is_venue(text: &Text<'_>, at: usize) -> bool {
    text.word(at).is_some_and(|word| is_in(VENUES, word))
}

/// `2pm, Trafalgar Square`: a venue's name between two commas.
fn after(text: &Text<'_>, when: usize, limit: usize, taken: &[bool]) -> Option<Range<usize>> {
    let from = when + 1;
    let marked = text.is_mark(when, ',') || text.is_mark(when, '-');
    let place = until(text, from, limit, 8, taken).filter(|_| marked)?;
    let named = place.clone().all(|at| {
        text.get(at).is_some_and(|token| token.capital || !token.is_word()) || text.is_one(at, &["of", "the"])
    });
    let venue = place.clone().any(|at| is_venue(text, at));
    (named && venue).then_some(place)
}

fn is_free(at: usize, taken: &[bool]) -> bool {
    !taken.get(at).copied().unwrap_or_default()
}

fn labelled(text: &Text<'_>, within: &Range<usize>, taken: &[bool]) -> Option<Range<usize>> {
    let label = within
        .clone()
        .find(|at| text.is_one(*at, &LABELS) && (text.is_mark(at + 1, ':') || text.is_mark(at + 1, '-')))?;
    until(text, label + 2, within.end, 12, taken)
}

/// The capitalised name before an address: `Conway Hall, 25 Red Lion Square`.
fn before(text: &Text<'_>, address: &Range<usize>, taken: &[bool]) -> Option<Range<usize>> {
    let mut end = address.start;
    if text.get(end.wrapping_sub(1)).is_some_and(|token| token.kind == super::tokens::Kind::Line) {
        end -= 1;
    }
    if text.is_mark(end.wrapping_sub(1), ',') {
        end -= 1;
    }
    if end == address.start {
        return None;
    }
    let mut start = end;
    while start > 0 && is_free(start - 1, taken) && end - start < 8 {
        let token = text.get(start - 1)?;
        let inside = token.is_word()
            && (token.capital || text.is_one(start - 1, &["of", "the", "and", "for", "имени", "им"]))
            || token.is_mark('\'')
            || (token.is_mark('-') && !token.spaced);
        if !inside || text.is_one(start - 1, &["at", "in", "outside", "join", "meet", "to"]) {
            break;
        }
        start -= 1;
    }
    while start < end
        && text.is_one(start, &["the", "of", "and", "for", "at"])
        && !text.get(start).is_some_and(|token| token.capital)
    {
        start += 1;
    }
    let named = (start..end).any(|at| is_venue(text, at)) || end - start >= 2;
    (start < end && named).then_some(start..end)
}

/// `outside the London office of …`, `at the Town Hall`, `у здания …`.
fn said(text: &Text<'_>, within: &Range<usize>, taken: &[bool]) -> Option<Range<usize>> {
    within.clone().filter(|at| is_free(*at, taken)).find_map(|at| match text.word(at)? {
        "outside" | "opposite" | "напротив" | "возле" | "перед" | "около" => {
            until(text, at, within.end, 14, taken)
        }
        "in" if text.is_one(at + 1, &["front"]) && text.is_one(at + 2, &["of"]) => {
            until(text, at, within.end, 14, taken)
        }
        "у" if text.is_one(
            at + 1,
            &["здания", "входа", "памятника", "посольства", "офиса", "метро", "ворот", "фонтана", "стен"],
        ) =>
        {
            until(text, at, within.end, 10, taken)
        }
        "на" if text.is_one(at + 1, &["площади"]) => until(text, at, within.end, 6, taken),
        "в" if text.is_one(
            at + 1,
            &[
                "доме",
                "клубе",
                "центре",
                "зале",
                "театре",
                "парке",
                "сквере",
                "кафе",
                "библиотеке",
                "офисе",
                "здании",
                "кинотеатре",
            ],
        ) =>
        {
            until(text, at, within.end, 10, taken)
        }
        "at" | "in" => {
            let place = until(text, at + 1, within.end, 10, taken)?;
            let capital = place.clone().any(|at| is_venue(text, at) && text.get(at).is_some_and(|token| token.capital));
            capital.then_some(place)
        }
        _ => None,
    })
}

/// From `from` up to a comma, a break, something taken or a word that goes on with something else.
fn until(text: &Text<'_>, from: usize, limit: usize, most: usize, taken: &[bool]) -> Option<Range<usize>> {
    let mut to = from;
    while to < limit && to - from < most && is_free(to, taken) {
        let Some(token) = text.get(to) else { break };
        let stops = token.is_break()
            || ",;()!?:".chars().any(|mark| token.is_mark(mark))
            || (token.is_mark('.') && text.get(to + 1).is_none_or(|next| next.spaced))
            || (to > from
                && text.is_one(
                    to,
                    &[
                        "on",
                        "at",
                        "from",
                        "to",
                        "will",
                        "where",
                        "demanding",
                        "against",
                        "and",
                        "in",
                        "с",
                        "чтобы",
                        "состоится",
                        "пройдет",
                        "против",
                        "when",
                        "while",
                        "is",
                        "до",
                        "who",
                        "until",
                        "for",
                    ],
                ))
            || (token.is_mark('-') && token.spaced);
        if stops {
            break;
        }
        to += 1;
    }
    (to > from + usize::from(most > 12 && text.is_one(from, &["outside", "opposite"]))).then_some(from..to)
}
