//! Which posts a variant shows, and how: as text, so that equal choices are one variant.

use std::fmt;
use std::str::FromStr;

use crate::id::RevisionId;
use crate::text_enum::text_enum;

text_enum! {
    /// How a post is shown in a digest.
    pub enum Form {
        /// As what it is.
        Full = "full",
        /// As one line, to those who had its appeal.
        Line = "line",
    }
}

/// One post of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// The post's content as it was when planned.
    pub revision: RevisionId,
    /// How it is shown.
    pub form: Form,
}

/// The posts of a variant, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Items(pub Vec<Item>);

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, item) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { ";" };
            write!(f, "{separator}{}.{}", item.revision, item.form)?;
        }
        Ok(())
    }
}

/// The stored text does not list posts.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` in variants.items is no `REVISION.FORM`")]
pub struct ItemsError(String);

impl FromStr for Items {
    type Err = ItemsError;

    fn from_str(text: &str) -> Result<Self, ItemsError> {
        let item = |part: &str| {
            let (revision, form) = part.split_once('.')?;
            Some(Item { revision: revision.parse().ok()?, form: form.parse().ok()? })
        };
        text.split(';')
            .filter(|part| !part.is_empty())
            .map(|part| item(part).ok_or_else(|| ItemsError(part.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_survive_their_text() {
        let items: Items = "12.full;9.line".parse().unwrap();
        assert_eq!(items.0.len(), 2);
        assert_eq!(items.to_string(), "12.full;9.line");
        assert_eq!("".parse::<Items>().unwrap(), Items::default());
        assert!("12".parse::<Items>().is_err());
    }
}
