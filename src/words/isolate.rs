//! What is filled into a text that is written from right to left.
//!
//! A name or an address in other letters would pull its neighbours out of their order, so Fluent puts marks around all
//! that it fills in (Unicode Standard Annex 9, section 2.4.2). Around anything else they do harm: the hour and the minute
//! of `16:05`, each isolated, would be shown as `05:16`, and a text of which every piece is isolated has no letters left
//! that say in which direction it runs.

const OPENS: char = '\u{2068}';
const CLOSES: char = '\u{2069}';

/// The text without the marks around pieces that have no letters from the left.
pub(super) fn ease(text: &str) -> String {
    let mut eased = String::with_capacity(text.len());
    // Where a mark was opened, and whether a letter from the left has followed it, not counting those inside of further
    // marks.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for c in text.chars() {
        match c {
            OPENS => {
                open.push((eased.len(), false));
                eased.push(c);
            }
            CLOSES => match open.pop() {
                Some((at, false)) => {
                    eased.remove(at);
                }
                Some((_, true)) => eased.push(c),
                // It closes nothing of ours, and would close what is around this text.
                None => {}
            },
            _ => {
                if c.is_alphabetic()
                    && !from_the_right(c)
                    && let Some((_, letters)) = open.last_mut()
                {
                    *letters = true;
                }
                eased.push(c);
            }
        }
    }
    // What was opened in here must not reach beyond it.
    eased.extend(open.iter().map(|_| CLOSES));
    eased
}

/// Whether a letter is of a script that is written from right to left, such as Hebrew, Arabic or N'Ko.
const fn from_the_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// A text with marks around it, as Fluent would put them.
pub fn isolated(text: &str) -> String {
    ease(&format!("{OPENS}{text}{CLOSES}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stay_around_letters_from_the_left_only() {
        assert_eq!(ease("\u{2068}16\u{2069}:\u{2068}05\u{2069}"), "16:05");
        assert_eq!(ease("(\u{2068}UTC+01:00\u{2069})"), "(\u{2068}UTC+01:00\u{2069})");
        assert_eq!(
            ease("\u{2068}\u{2068}16\u{2069}:\u{2068}05\u{2069}, London\u{2069}"),
            "\u{2068}16:05, London\u{2069}"
        );
        assert_eq!(ease("\u{2068}\u{2068}London\u{2069} 1\u{2069}"), "\u{2068}London\u{2069} 1");
        assert_eq!(ease("\u{2068}الاثنين\u{2069}، \u{2068}16:05\u{2069}"), "الاثنين، 16:05");
        assert_eq!(ease("plain"), "plain");
    }

    #[test]
    fn marks_that_do_not_match_reach_no_further() {
        assert_eq!(ease("a\u{2069}b"), "ab");
        assert_eq!(ease("\u{2068}a"), "\u{2068}a\u{2069}");
    }
}
