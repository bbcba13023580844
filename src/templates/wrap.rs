//! Plain text in lines that fit, and the beginnings of long texts.

/// How wide the text part is, in characters.
pub const COLUMNS: usize = 72;

/// Breaks lines that are too long at spaces, keeping their indentation; a word that is too long, such as an address,
/// stays whole. Of several empty lines one is kept, and none at the start or the end.
pub fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 32);
    for line in text.trim().lines() {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        if words.is_empty() {
            if !wrapped.is_empty() && !wrapped.ends_with("\n\n") {
                wrapped.push('\n');
            }
            continue;
        }
        // Deep indentation would leave no room for words.
        let indent = line.get(..indent.min(8)).unwrap_or_default();
        wrap_line(&mut wrapped, indent, words);
    }
    wrapped
}

fn wrap_line(wrapped: &mut String, indent: &str, words: &str) {
    let indent_width = indent.chars().count();
    let mut column = 0;
    for word in words.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width <= COLUMNS {
            wrapped.push(' ');
            column += 1 + width;
        } else {
            if column > 0 {
                wrapped.push('\n');
            }
            wrapped.push_str(indent);
            column = indent_width + width;
        }
        wrapped.push_str(word);
    }
    wrapped.push('\n');
}

/// The first `words` words of a text on one line, with an ellipsis when there are more, and no longer than ten
/// characters for each of them, whatever the words are like.
pub fn excerpt(text: &str, words: usize) -> String {
    let most = words.saturating_mul(10);
    let mut all = text.split_whitespace();
    let start: Vec<&str> = all.by_ref().take(words).collect();
    let start = start.join(" ");
    match start.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", start.get(..end).unwrap_or_default().trim_end()),
        None if all.next().is_some() => format!("{} …", start.trim_end_matches([',', ';', ':'])),
        None => start,
    }
}
