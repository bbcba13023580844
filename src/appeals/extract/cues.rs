//! What the words around a time say: a call to come, a report of what was, or something else that has a time.

mod words;

use std::ops::Range;

use super::tokens::{Text, Token};
use super::vocabulary::{self, is_in};

/// What the words of a segment say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cues {
    /// People are asked to come.
    pub(super) call: bool,
    /// A protest, a rally, a screening: something that is announced to be attended.
    pub(super) strong: bool,
    /// A meeting, a hearing, a debate, which may be others'.
    pub(super) weak: bool,
    /// It takes place, will be held.
    pub(super) takes_place: bool,
    /// Those who write count themselves in.
    pub(super) ours: bool,
    /// Some verb says how things are, and not that anything is to come.
    pub(super) states: bool,
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

impl Cues {
    /// What both say.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            call: self.call || other.call,
            strong: self.strong || other.strong,
            weak: self.weak || other.weak,
            takes_place: self.takes_place || other.takes_place,
            ours: self.ours || other.ours,
            states: self.states || other.states,
            officials: self.officials || other.officials,
            past: self.past || other.past,
            future: self.future || other.future,
            off: self.off || other.off,
            words: self.words.max(other.words),
        }
    }
}

/// Reads the words of `segment` that are not `taken` by dates, times and addresses; `near` are the tokens of the date and time.
pub(super) fn cues(text: &Text<'_>, segment: Range<usize>, near: &Range<usize>, taken: &[bool]) -> Cues {
    let mut cues = Cues::default();
    let mut nearest: Option<(usize, bool)> = None;
    let is_taken = |at: usize| taken.get(at).copied().unwrap_or_default();
    for at in segment.filter(|at| !is_taken(*at)) {
        let Some(word) = text.word(at) else { continue };
        cues.words += usize::from(!is_in(words::SMALL, word));
        cues.call |= is_call(text, at, word);
        cues.strong |= is_strong(text, at, word);
        cues.weak |= is_weak(text, at, word);
        cues.takes_place |= takes_place(text, at, word);
        cues.officials |= is_official(text, at, word);
        cues.ours |= is_in(words::OURS, word);
        cues.off |= rules_out(text, at, word);
        let over = if is_future(text, at, word) {
            false
        } else if is_past(text, at, word) {
            true
        } else {
            cues.states |= is_in(words::STATES, word);
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

fn before_is_in(text: &Text<'_>, at: usize, list: &str) -> bool {
    text.word_before(at).is_some_and(|before| is_in(list, before))
}

fn next_is_in(text: &Text<'_>, at: usize, list: &str) -> bool {
    text.word(at + 1).is_some_and(|next| is_in(list, next))
}

fn is_call(text: &Text<'_>, at: usize, word: &str) -> bool {
    if is_in(words::CALLS, word) {
        return true;
    }
    if is_in(words::IMPERATIVES, word) {
        let opens = text.word_before(at).is_none() || before_is_in(text, at, words::LEADS);
        let of_others = matches!(
            (text.word_before(at), word),
            (Some("to"), "meet" | "support" | "make") | (Some("and"), "support" | "make")
        );
        return opens && !of_others && (word != "make" || text.is_one(at + 1, &["it"]));
    }
    match word {
        "we" => next_is_in(text, at, words::WE),
        "мы" => text.word(at + 1).is_some_and(|next| next.ends_with("ем") || next.ends_with("им")),
        "see" => text.is_one(at + 1, &["you"]),
        "be" => text.is_one(at + 1, &["there"]),
        "don't" => text.is_one(at + 1, &["miss"]),
        _ => false,
    }
}

fn is_strong(text: &Text<'_>, at: usize, word: &str) -> bool {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let hyphened = matches!(word, "sit" | "teach" | "мастер") && text.is_glued(at + 1, '-');
    is_in(words::STRONG, word) || is_in(words::STRONG, singular) || hyphened
}

fn is_weak(text: &Text<'_>, at: usize, word: &str) -> bool {
    let tried = word == "суд" && text.is_one(at + 1, &["над"]);
    // `Climate strikers gather`: others do, or we.
    let done = is_in("gather assemble march rally picket protest demonstrate", word)
        && text.word_before(at).is_some_and(|before| before.ends_with('s'));
    tried || done || is_in(words::WEAK, word) || (word == "пресс" && text.is_glued(at + 1, '-'))
}

fn takes_place(text: &Text<'_>, at: usize, word: &str) -> bool {
    match word {
        "takes" | "take" | "taking" => text.is_one(at + 1, &["place"]),
        "held" => text.is_one(at.wrapping_sub(1), &["be", "being", "is", "are"]),
        _ => is_in(words::TAKES_PLACE, word),
    }
}

fn is_official(text: &Text<'_>, at: usize, word: &str) -> bool {
    // `Southwark Crown Court` is a place, and so is what people stand outside of.
    let named = word == "court" && text.get(at).is_some_and(|token| token.capital);
    let place =
        (1..=3).any(|back| text.word(at.wrapping_sub(back)).is_some_and(|before| is_in(words::BEFORE_PLACES, before)));
    let site = next_is_in(text, at, "steps square office offices building house chambers hall gate gardens park")
        || (1..=2).any(|back| {
            text.is_one(at.wrapping_sub(back), &["парк", "парке", "площадь", "площади", "имени", "сквер", "сквере"])
        });
    is_in(words::OFFICIALS, word) && !named && !place && !site && !is_weak(text, at, word)
}

fn rules_out(text: &Text<'_>, at: usize, word: &str) -> bool {
    let before = |list: &str| before_is_in(text, at, list);
    let next = |list: &str| next_is_in(text, at, list);
    let number_next = text.get(at + 1).is_some_and(|token| token.number().is_some() || token.is_mark('+'));
    let announced = |at: usize| text.word(at).is_some_and(|word| is_strong(text, at, word) || is_weak(text, at, word));
    match word {
        "open" => {
            at == 0 || text.is_mark(at + 1, ':') || before("is are be we're phones lines stay remain office shop")
        }
        "closing" => next("date"),
        "instead" => next("of"),
        "rather" => next("than"),
        "moved" => next("from"),
        "into" | "comes" => next("force into"),
        "no" => before("be is are with") || announced(at + 1),
        "off" => before("is are called put"),
        "not" => before("will is are does do would has") || next("take happen going on at"),
        "не" => next("состоится состоятся будет пройдет пройдут проводим собираемся придем работает ждем приходите"),
        "часы" | "график" | "режим" => next("работы"),
        "on" => next("sale air tv television"),
        "call" | "phone" | "ring" | "tel" => number_next || next("us the this"),
        "photo" | "фото" => text.is_mark(at + 1, ':'),
        "due" | "supposed" => before("was were"),
        "had" => next("been planned"),
        _ => is_in(words::RULED_OUT, word),
    }
}

fn is_future(text: &Text<'_>, at: usize, word: &str) -> bool {
    match word {
        "be" => text.is_one(at.wrapping_sub(1), &["to"]),
        "is" | "are" | "we're" | "i'm" => {
            text.word(at + 1).is_some_and(|next| next.ends_with("ing") || is_in(words::IS_TO_COME, next))
        }
        "takes" | "take" => takes_place(text, at, word),
        _ => is_in(words::FUTURE, word) || (is_in(words::IMPERATIVES, word) && is_call(text, at, word)),
    }
}

fn is_past(text: &Text<'_>, at: usize, word: &str) -> bool {
    if text.get(at).is_some_and(Token::cyrillic) {
        return is_in(words::PAST, word) || is_russian_past(word);
    }
    if is_in(words::PAST, word) {
        return !(word == "held" && takes_place(text, at, word));
    }
    if is_in(words::PAST_AFTER_PERSON, word) {
        return before_is_in(text, at, "they he she police");
    }
    if matches!(word, "has" | "have") {
        let been = text.is_one(at + 1, &["been"]);
        let called = been && next_is_in(text, at + 1, words::ANNOUNCED);
        return (been && !called) || text.word(at + 1).is_some_and(|next| next.ends_with("ed"));
    }
    // `Kings United` is a name.
    let name =
        text.get(at).is_some_and(|token| token.capital) && text.word_before(at).is_some_and(|before| before != "the");
    word.len() > 3
        && word.ends_with("ed")
        && !is_in(words::NO_PAST, word)
        && !name
        && !text.is_glued(at + 1, '-')
        && !next_is_in(text, at, "by for to")
        && !before_is_in(text, at, words::BEFORE_PARTICIPLES)
}

fn is_russian_past(word: &str) -> bool {
    // `жители`, `водители`
    let people = word.ends_with("тели") && !word.ends_with("хотели") && !word.ends_with("летели");
    word.chars().count() >= 4
        && !people
        && words::PAST_ENDINGS.iter().any(|ending| word.ends_with(ending))
        && !is_in(words::NO_RUSSIAN_PAST, word)
        && vocabulary::month(word).is_none()
}
