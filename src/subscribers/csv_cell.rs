//! Cells of a CSV file that a spreadsheet may open.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, quoted or not, so a stranger's name
//! could run one on the admin's machine. An apostrophe before it makes it text, and is taken away again on import.

use std::borrow::Cow;

/// The cell with an apostrophe before it, where a spreadsheet would take it for a formula.
pub(super) fn guarded(cell: &str) -> Cow<'_, str> {
    if needs_guard(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before [`guarded`].
pub(super) fn unguarded(cell: &str) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if needs_guard(rest) => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

/// Apostrophes before the sign are counted in, so that one who has them in their name keeps them.
fn needs_guard(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_each_comes_back() {
        for cell in ["=1+1", "+44 20", "-x", "@cmd", "'=x", "''+", "'t Hooft", "Ana", "", "'", "\t=x"] {
            let guarded = guarded(cell);
            assert!(!guarded.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
            assert_eq!(unguarded(&guarded), cell);
        }
        assert_eq!(guarded("'t Hooft"), "'t Hooft");
    }
}
