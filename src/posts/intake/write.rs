//! Writes one item of a pass: a post that is new, or what is new about a known one.

use crate::appeals::declared::{self, Declared, Refusal, Seen};
use crate::clock::Timestamp;
use crate::id::{PostId, SourceId};
use crate::posts::PostState;
use crate::posts::content::Content;
use crate::posts::matching::{Match, Names};
use crate::sources::pass::Found;
use crate::sources::problem::Problem;
use crate::store::posts::{Known, NewPost};
use crate::store::{Result, Tx};

use super::{Intake, With};

/// An item, and what it was found to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    pub(super) found: &'a Found,
    pub(super) names: &'a Names,
    pub(super) is: Match,
    /// Where it stands if it is new.
    pub(super) state: PostState,
}

/// Writes items within a transaction, and counts them.
pub(super) struct Writer<'a> {
    pub(super) tx: &'a mut Tx,
    pub(super) with: &'a With<'a>,
    pub(super) source: SourceId,
    pub(super) known: &'a [Known],
    pub(super) intake: &'a mut Intake,
    pub(super) now: Timestamp,
}

impl Writer<'_> {
    pub(super) async fn write(&mut self, item: Item<'_>) -> Result<()> {
        let Item { found, names, is, state } = item;
        match is {
            Match::New => {
                let new = NewPost { source: self.source, state, names, content: &found.content };
                let post = self.tx.add_post(&new, self.now).await?;
                self.take_mark(found, &seen(found, post, state, true, None)).await?;
                match state {
                    PostState::Baseline => self.intake.baseline += 1,
                    PostState::Held => self.intake.held += 1,
                    _ => self.intake.new += 1,
                }
            }
            Match::Known(place) => {
                let known = self.known;
                if let Some(post) = known.get(place) {
                    self.see_again(post, found, names).await?;
                    self.take_changed_mark(post, found).await?;
                }
            }
            // A feed that shows an item twice is no problem of anybody's.
            Match::Copy => self.intake.copies.extend(found.path.as_ref().map(|path| {
                let message = "the same post is in another file, or has the same guid or url; \
                               remove one, or give this one a url of its own";
                Problem::new(path, message)
            })),
        }
        Ok(())
    }

    /// Keeps what is new about a known post that was read.
    async fn see_again(&mut self, post: &Known, found: &Found, names: &Names) -> Result<()> {
        let edited = is_edited(post, found);
        let moved = names.path.is_some() && post.path != names.path;
        if names.path.is_none() {
            self.tx.see_post(post.id, self.now).await?;
        }
        if edited {
            let number = post.number.saturating_add(1);
            self.tx.add_revision(post.id, number, &found.content, post.first_seen_at, self.now).await?;
            self.tx.set_translation(post.id, found.content.translation_of.as_deref()).await?;
            self.intake.edited += 1;
        }
        if edited || moved || (names.guid.is_some() && post.guid != names.guid) {
            self.tx.rename_post(post.id, names).await?;
        }
        if post.is_withdrawn() {
            self.tx.return_post(post.id).await?;
            self.intake.returned += 1;
        } else if moved {
            self.intake.moved += 1;
        } else if !edited {
            self.intake.unchanged += 1;
        }
        Ok(())
    }

    /// Carries out the urgent mark of a known post, if it is another one than before.
    async fn take_changed_mark(&mut self, post: &Known, found: &Found) -> Result<()> {
        let mark = found.urgent.as_ref().map(Declared::to_text);
        if mark == post.declared {
            return Ok(());
        }
        // A person may have let it go, or kept it out, since the pass began; one that was withdrawn stands where it stood.
        let state = self.tx.lock_post(post.id).await?.unwrap_or(post.state);
        let before = self.tx.declared(post.id).await?;
        self.take_mark(found, &seen(found, post.id, state, false, before.as_deref())).await
    }

    /// Carries out the urgent mark of a post that was read, or says why not.
    async fn take_mark(&mut self, found: &Found, seen: &Seen<'_>) -> Result<()> {
        let refusal = declared::take_in(self.tx, self.with.config, seen, self.now).await?;
        let line = found.urgent.as_ref().and_then(|mark| mark.line);
        let path = found.path.clone().unwrap_or_default();
        self.intake.refused.extend(refusal.map(|Refusal { field, message }| {
            let message = format!("not taken as urgent: {message}");
            Problem { path, line, field: Some(field), message }
        }));
        self.intake.marks += usize::from(seen.now.map(Declared::to_text).as_deref() != seen.before);
        Ok(())
    }
}

/// A post as it was read, for what its mark comes to.
fn seen<'a>(found: &'a Found, post: PostId, state: PostState, is_new: bool, before: Option<&'a str>) -> Seen<'a> {
    let (title, text) = (&found.content.title, &found.content.text);
    let (language, published) = (found.content.language.as_str(), found.content.published_at);
    Seen { post, state, is_new, title, text, language, published, before, now: found.urgent.as_ref() }
}

/// Whether a known post says something else now. A date alone is not taken from a feed: some date all their items by
/// the minute at which they are asked.
fn is_edited(post: &Known, found: &Found) -> bool {
    let dated = |published_at| Content { published_at, ..found.content.clone() }.hash();
    let differs = post.hash != found.content.hash();
    differs && (found.path.is_some() || [Some(post.published_at), None].into_iter().all(|at| post.hash != dated(at)))
}
