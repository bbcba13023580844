//! What addresses of all countries are made of: names, house numbers, separators.

use super::super::tokens::Text;
use super::super::vocabulary;

/// Words that are capitalised at the start of a line or sentence and are no names of places.
const NO_NAMES: [&str; 44] = [
    "join",
    "bring",
    "come",
    "meet",
    "we",
    "at",
    "on",
    "from",
    "the",
    "a",
    "please",
    "time",
    "date",
    "when",
    "where",
    "venue",
    "all",
    "then",
    "and",
    "for",
    "to",
    "more",
    "contact",
    "tel",
    "phone",
    "email",
    "this",
    "our",
    "it",
    "nearest",
    "сбор",
    "начало",
    "мы",
    "приходите",
    "тел",
    "вход",
    "организатор",
    "приглашаем",
    "телефон",
    "время",
    "дата",
    "в",
    "на",
    "с",
];

/// Whether the token at `at` may be part of a name: a capitalised word that is no weekday, month or call.
pub(super) fn is_name(text: &Text<'_>, at: usize) -> bool {
    text.get(at).is_some_and(|token| {
        token.is_word()
            && token.capital
            && super::english::postcode(text, at).is_none()
            && !NO_NAMES.contains(&token.lower.as_str())
            && vocabulary::weekday(&token.lower).is_none()
            && (vocabulary::month(&token.lower).is_none() || vocabulary::is_doubtful_month(&token.lower))
    })
}

/// The token after a name of at most `most` capitalised words at `at`, with `of`, `upon`, hyphens and the like inside.
pub(super) fn name(text: &Text<'_>, at: usize, most: usize) -> Option<usize> {
    let mut to = at;
    for _ in 0..most {
        if !is_name(text, to) {
            break;
        }
        to += 1;
        while text.is_glued(to, '-') && text.get(to + 1).is_some_and(|next| next.is_word() && !next.spaced) {
            to += 2;
        }
        if text.is_glued(to, '.')
            && text.get(to - 1).is_some_and(|token| token.end - token.start <= 3)
            && is_name(text, to + 1)
        {
            to += 1;
        }
        let inside = text.is_one(to, &["of", "upon", "on", "the", "am", "an", "der", "de", "la"]);
        if inside && is_name(text, to + 1) {
            to += 2;
        }
    }
    (to > at).then_some(to)
}

/// The token after a separator of an address's parts: a comma, a line's end, or both.
pub(super) fn separator(text: &Text<'_>, at: usize) -> Option<usize> {
    let comma = text.is_mark(at, ',');
    let after = at + usize::from(comma);
    let line = text.get(after).is_some_and(|token| token.kind == super::super::tokens::Kind::Line);
    (comma || line).then_some(after + usize::from(line))
}

/// Whether a part can end before `at`: at a mark, a break, a lower-case word or the text's end.
pub(super) fn ends(text: &Text<'_>, at: usize) -> bool {
    text.get(at).is_none_or(|token| !(token.is_word() && (token.capital || !token.spaced)) && token.number().is_none())
}

/// A house number at `at`: `10`, `12a`, `63-65`, `127/1`; the token after it.
pub(super) fn house(text: &Text<'_>, at: usize) -> Option<usize> {
    let (value, digits) = text.number(at)?;
    if value == 0 || digits > 4 || text.get(at + 1).is_some_and(|next| !next.spaced && next.is_mark(':')) {
        return None;
    }
    let mut to = letter(text, at + 1);
    if (text.is_glued(to, '-') || text.is_glued(to, '/'))
        && text.glued_number(to + 1).is_some_and(|(_, digits)| digits <= 4)
    {
        to = letter(text, to + 2);
    }
    // `10th`, `4pm`, `16.00`
    let odd = text.glued_word(to).is_some()
        || ((text.is_glued(to, '.') || text.is_glued(to, ':')) && text.glued_number(to + 1).is_some());
    (!odd).then_some(to)
}

fn letter(text: &Text<'_>, at: usize) -> usize {
    let single = text.glued_word(at).is_some_and(|word| word.chars().count() == 1);
    at + usize::from(single)
}
