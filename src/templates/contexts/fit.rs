//! How much of its posts a digest shows: less and less, until mail programs show all of the mail.

use super::{Item, excerpt};
use crate::posts::cut;

/// The longest HTML part of a mail, in bytes as it is sent. Beyond 90 KB some mail programs cut it off; what differs from
/// reader to reader, such as the length of a number in a link, is well within the rest.
pub const MAX_HTML: usize = 88_000;

/// How much of its posts a digest shows.
#[derive(Clone, Copy, Debug)]
struct Fit {
    /// How much of a body, in bytes.
    body: usize,
    /// How much of a post that is shown by its beginning, in words.
    words: usize,
    /// How many posts are shown with more than their title.
    told: usize,
    /// How many posts are shown at all; the others are in the archive.
    listed: usize,
}

/// From as it should be to what fits whatever the posts are like.
const FITS: [Fit; 12] = {
    const ALL: usize = usize::MAX;
    const fn fit(body: usize, words: usize, told: usize, listed: usize) -> Fit {
        Fit { body, words, told, listed }
    }
    [
        fit(55_000, 60, ALL, ALL),
        fit(27_000, 60, ALL, ALL),
        fit(13_000, 60, ALL, ALL),
        fit(6_000, 60, ALL, ALL),
        fit(2_000, 30, ALL, ALL),
        fit(0, 30, ALL, ALL),
        fit(0, 30, 30, ALL),
        fit(0, 30, 10, 200),
        fit(0, 30, 10, 100),
        fit(0, 30, 10, 50),
        fit(0, 15, 5, 20),
        fit(0, 15, 3, 5),
    ]
};

/// The posts of a digest, each with as much of it as is shown.
#[derive(Clone, Debug)]
pub struct Posts {
    pub(super) items: Vec<Item>,
    /// How many there are in all, without those that are one line.
    pub(super) count: usize,
    /// How many are not among them: only the archive shows those.
    pub(super) left: usize,
}

impl From<Vec<Item>> for Posts {
    /// As much as should be shown, however long it is.
    fn from(items: Vec<Item>) -> Self {
        let [first, ..] = FITS;
        first.of(items)
    }
}

impl Posts {
    /// The posts that are shown.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The most of these posts with which `size`, the length of the HTML part as it is sent, is at most [`MAX_HTML`].
    ///
    /// # Errors
    ///
    /// When `size` fails.
    pub fn fitting<E>(items: Vec<Item>, mut size: impl FnMut(&Self) -> Result<usize, E>) -> Result<Self, E> {
        let mut posts = Self::from(items.clone());
        for fit in FITS.into_iter().skip(1) {
            if size(&posts)? <= MAX_HTML {
                break;
            }
            posts = fit.of(items.clone());
        }
        Ok(posts)
    }
}

impl Fit {
    fn of(&self, mut items: Vec<Item>) -> Posts {
        let (all, single, count) = (items.len(), items.len() == 1, items.iter().filter(|item| !item.line).count());
        // What the reader had already stands below what is new. The order is else the same.
        items.sort_by_key(|item| item.line);
        items.truncate(self.listed);
        for (at, item) in items.iter_mut().enumerate() {
            item.whole = (single || item.url.is_none()) && self.show_body(item);
            // When and where to come is always said.
            item.brief = at >= self.told && item.events.is_empty();
            item.excerpt = excerpt(&item.excerpt, self.words);
        }
        Posts { count, left: all.saturating_sub(items.len()), items }
    }

    /// Leaves of a body what fits; false when that is nothing.
    fn show_body(&self, item: &mut Item) -> bool {
        if item.html.len() <= self.body || item.read_url.is_none() {
            return true;
        }
        let Some(beginning) = cut::beginning(&item.html, self.body) else { return false };
        (item.html, item.text, item.cut) = (beginning.html, beginning.text, true);
        true
    }
}
