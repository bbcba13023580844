//! Text as tokens with their places in it, and as segments: sentences, or the lines of a block such as `Time: 6pm`.

use std::ops::Range;

/// Lines as long as this, in bytes, are wrapped prose: their breaks say nothing.
const WRAPPED: usize = 60;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of ASCII digits; its value, if it has at most nine.
    Number(u32),
    /// A run of letters, with apostrophes inside.
    Word,
    /// Anything else that is neither white space nor decoration; all dashes are `-`.
    Mark(char),
    /// The end of a line.
    Line,
    /// One or more empty lines.
    Paragraph,
}

/// A piece of the text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// In lower case, with `ё` as `е` and one kind of apostrophe.
    pub(super) lower: String,
    /// Whether it starts with a capital.
    pub(super) capital: bool,
    /// Where it starts, in bytes.
    pub(super) start: usize,
    /// Where it ends, in bytes.
    pub(super) end: usize,
    /// Whether white space or decoration stands before it.
    pub(super) spaced: bool,
}

impl Token {
    pub(super) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }

    pub(super) fn is_break(&self) -> bool {
        matches!(self.kind, Kind::Line | Kind::Paragraph)
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(super) fn number(&self) -> Option<u32> {
        match self.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn cyrillic(&self) -> bool {
        self.is_word() && self.lower.chars().next().is_some_and(|c| ('\u{400}'..='\u{52f}').contains(&c))
    }
}

/// A text and its tokens.
#[derive(Debug)]
pub(super) struct Text<'a> {
    /// The text itself.
    pub(super) source: &'a str,
    /// Its tokens, in order.
    pub(super) tokens: Vec<Token>,
    /// Its segments, as ranges of tokens, in order.
    pub(super) segments: Vec<Range<usize>>,
}

impl<'a> Text<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let tokens = unwrap_lines(tokens(source));
        let segments = segments(&tokens);
        Self { source, tokens, segments }
    }

    /// The token at `at`, if there is one.
    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The word at `at`, in lower case.
    pub(super) fn word(&self, at: usize) -> Option<&str> {
        self.get(at).filter(|token| token.is_word()).map(|token| token.lower.as_str())
    }

    /// The word before `at`, in lower case.
    pub(super) fn word_before(&self, at: usize) -> Option<&str> {
        at.checked_sub(1).and_then(|before| self.word(before))
    }

    /// Whether the word at `at` is one of `words`.
    pub(super) fn is_one(&self, at: usize, words: &[&str]) -> bool {
        self.word(at).is_some_and(|word| words.contains(&word))
    }

    /// Whether `mark` stands at `at`.
    pub(super) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.get(at).is_some_and(|token| token.is_mark(mark))
    }

    /// Whether `mark` stands at `at` without a space before it.
    pub(super) fn is_glued(&self, at: usize, mark: char) -> bool {
        self.get(at).is_some_and(|token| token.is_mark(mark) && !token.spaced)
    }

    /// The number at `at` and how many digits it has.
    pub(super) fn number(&self, at: usize) -> Option<(u32, usize)> {
        let token = self.get(at)?;
        Some((token.number()?, token.end - token.start))
    }

    /// The number at `at`, if no space stands before it.
    pub(super) fn glued_number(&self, at: usize) -> Option<(u32, usize)> {
        self.get(at).filter(|token| !token.spaced)?;
        self.number(at)
    }

    /// The word at `at`, in lower case, if no space stands before it.
    pub(super) fn glued_word(&self, at: usize) -> Option<&str> {
        self.get(at).filter(|token| !token.spaced)?;
        self.word(at)
    }

    /// The text of the tokens in `range`.
    pub(super) fn slice(&self, range: &Range<usize>) -> &'a str {
        let start = self.get(range.start).map_or(0, |token| token.start);
        let end = range.end.checked_sub(1).and_then(|last| self.get(last)).map_or(start, |token| token.end);
        self.source.get(start..end.max(start)).unwrap_or_default()
    }

    /// The number of the segment that has the token at `at`.
    pub(super) fn segment_of(&self, at: usize) -> usize {
        self.segments.partition_point(|segment| segment.end <= at).min(self.segments.len().saturating_sub(1))
    }

    /// The segment with that number; empty where there is none.
    pub(super) fn segment(&self, number: usize) -> Range<usize> {
        self.segments.get(number).cloned().unwrap_or(0..0)
    }
}

fn tokens(source: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut chars = source.char_indices().peekable();
    let mut spaced = true;
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        let kind = if c.is_ascii_digit() {
            while let Some((at, _)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
                end = at + 1;
            }
            Kind::Number(source.get(start..end).and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX))
        } else if c.is_alphabetic() {
            while let Some((at, c)) = chars.peek().copied() {
                let inside = c.is_alphabetic()
                    || is_accent(c)
                    || (is_apostrophe(c)
                        && source
                            .get(at + c.len_utf8()..)
                            .and_then(|rest| rest.chars().next())
                            .is_some_and(char::is_alphabetic));
                if !inside {
                    break;
                }
                end = at + c.len_utf8();
                chars.next();
            }
            Kind::Word
        } else if c == '\n' {
            match tokens.last_mut() {
                Some(last) if last.is_break() => {
                    last.kind = Kind::Paragraph;
                    continue;
                }
                _ => Kind::Line,
            }
        } else if c.is_whitespace() || is_decoration(c) {
            spaced = true;
            continue;
        } else {
            Kind::Mark(plain(c))
        };
        let text = source.get(start..end).unwrap_or_default();
        tokens.push(Token { kind, lower: lower(text), capital: c.is_uppercase(), start, end, spaced });
        spaced = matches!(kind, Kind::Line);
    }
    tokens
}

fn lower(text: &str) -> String {
    let fold = |c: char| match c {
        'ё' => Some('е'),
        '’' | 'ʼ' | '‘' => Some('\''),
        _ if is_accent(c) => None,
        _ => Some(c),
    };
    text.chars().flat_map(char::to_lowercase).filter_map(fold).collect()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

/// Stress marks and soft hyphens inside words.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}')
}

/// What says nothing about time and place: emphasis, headings, emoji and invisible characters.
fn is_decoration(c: char) -> bool {
    matches!(c, '*' | '_' | '`' | '#' | '\u{200b}'..='\u{200f}' | '\u{fe0f}' | '\u{feff}' | '\u{ad}')
        || ('\u{2190}'..='\u{2bff}').contains(&c)
        || c.is_control()
}

fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '−' => '-',
        // Emoji stand where others put commas.
        '|' | '•' | '·' | '\u{1f000}'..='\u{1faff}' => ',',
        _ => c,
    }
}

/// Leaves out the line breaks of wrapped prose: those after long lines, and before lower case.
fn unwrap_lines(tokens: Vec<Token>) -> Vec<Token> {
    let mut line = tokens.first().map_or(0, |token| token.start);
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if token.kind == Kind::Line {
            let long = token.start.saturating_sub(line) >= WRAPPED;
            line = token.end;
            if long || tokens.peek().is_some_and(|next| next.is_word() && !next.capital) {
                continue;
            }
        } else if token.kind == Kind::Paragraph {
            line = token.end;
        }
        kept.push(token);
    }
    kept
}

fn segments(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    let mut from = 0;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let ends = match token.kind {
            Kind::Paragraph | Kind::Line => true,
            Kind::Mark('!' | '?' | '…') => next.is_none_or(|next| next.spaced),
            Kind::Mark('.') => next.is_none_or(|next| next.spaced && !goes_on(tokens, at, next)),
            _ => false,
        };
        if ends {
            segments.push(from..at + 1);
            from = at + 1;
        }
    }
    if from < tokens.len() {
        segments.push(from..tokens.len());
    }
    segments
}

/// Whether the full stop at `at` is that of an abbreviation, and the sentence goes on.
fn goes_on(tokens: &[Token], at: usize, next: &Token) -> bool {
    let Some(last) = at.checked_sub(1).and_then(|before| tokens.get(before)) else { return false };
    if next.is_word() && !next.capital {
        return true;
    }
    if last.number().is_some() {
        // `Straße des 17. Juni`, but not `at 16.00. Bring banners`.
        let decimal = at >= 2 && tokens.get(at - 2).is_some_and(|token| token.is_mark('.') || token.is_mark(':'));
        return last.end - last.start <= 2 && !decimal && super::vocabulary::is_german_month(&next.lower);
    }
    if !last.is_word() {
        return false;
    }
    let single = last.lower.chars().count() == 1;
    // `p.m. Bring banners` ends a sentence, `S. Sadykov` does not.
    let meridiem = last.lower == "m" && at >= 2 && tokens.get(at - 2).is_some_and(|token| token.is_mark('.'));
    if meridiem {
        return next.number().is_some()
            || super::vocabulary::month(&next.lower).is_some()
            || super::vocabulary::weekday(&next.lower).is_some();
    }
    single || super::vocabulary::is_abbreviation(&last.lower)
}
