//! Takes what a pass found into the store: new, edited, moved, withdrawn, returned.

use std::collections::HashSet;

use serde::Serialize;

use super::PostState;
use super::content::Content;
use super::matching::{Match, Names, recognise};
use crate::appeals::declared::{self, Refusal, Seen};
use crate::clock::Timestamp;
use crate::config::{self, Config};
use crate::id::PostId;
use crate::sources::pass::{Found, Pass};
use crate::sources::problem::Problem;
use crate::store::posts::{Known, NewPost};
use crate::store::{Result, Store, Tx};

/// What became of one pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Intake {
    /// New, and to go into digests.
    pub new: usize,
    /// There at the source's first pass; never mailed.
    pub baseline: usize,
    /// New in a flood; wait for a person.
    pub held: usize,
    /// Known, with another content.
    pub edited: usize,
    /// Known, under another path.
    pub moved: usize,
    /// Withdrawn before, and there again.
    pub returned: usize,
    /// Known, and their file was deleted.
    pub withdrawn: usize,
    /// Read again, and the same.
    pub unchanged: usize,
    /// New urgent marks, and known ones that were changed.
    pub marks: usize,
    /// Second copies of a post, which are left alone.
    #[serde(skip)]
    pub copies: Vec<Problem>,
    /// Urgent marks that could not be carried out; their posts are ordinary ones.
    #[serde(skip)]
    pub refused: Vec<Problem>,
}

impl Intake {
    /// Whether anything was changed that a digest or a person may care about.
    pub fn is_change(&self) -> bool {
        let listed = self.new + self.baseline + self.held + self.edited + self.moved + self.returned + self.withdrawn;
        listed + self.marks > 0
    }

    /// The files to read again next time: a copy becomes the post once the first one goes.
    pub fn again(&self) -> Vec<String> {
        self.copies.iter().map(|copy| copy.path.clone()).collect()
    }
}

/// Takes one pass over `source` in, in one transaction. With `mail_all`, because a person asked for it, what is there
/// at the first pass counts as new, and a flood is not held.
///
/// # Errors
///
/// When the database fails; then nothing of the pass is kept.
pub async fn take_in(
    store: &Store,
    config: &Config,
    source: &config::Source,
    pass: &Pass,
    mail_all: bool,
    now: Timestamp,
) -> Result<Intake> {
    let mut intake = Intake::default();
    let mut tx = store.begin().await?;
    if !pass.readable {
        let why = pass.problems.first().map(ToString::to_string).unwrap_or_default();
        tx.source_failed(&source.name, source.kind(), &why, pass.retry_at, now).await?;
        tx.commit().await?;
        return Ok(intake);
    }
    let row = tx.begin_pass(&source.name, source.kind(), now).await?;
    let is_baseline = row.baseline_at.is_none() && !mail_all;
    if pass.changed || !pass.found.is_empty() {
        let known = tx.known_posts(row.id).await?;
        let names: Vec<_> = pass.found.iter().map(Names::of).collect();
        let mut matches = recognise(&known, &names, &pass.present, now);
        if is_baseline {
            // The same text twice in an archive: were the second one left out, it would be new when the month is over.
            let only_text =
                matches.iter_mut().zip(&names).filter(|(_, names)| names.guid.is_none() && names.url.is_none());
            only_text.filter(|(is, _)| **is == Match::Copy).for_each(|(is, _)| *is = Match::New);
        }
        let new = count_new(&pass.found, &names, &matches);
        let state = match () {
            () if is_baseline => PostState::Baseline,
            () if !mail_all && new >= source.flood => PostState::Held,
            () => PostState::Live,
        };
        // In a flood, one urgent post is somebody's call for help; two or more may be a mistake of the source.
        let is_urgent = |found: &Found| found.urgent.as_ref().is_some_and(|mark| mark.check(config, now).is_ok());
        let urgent =
            pass.found.iter().zip(&matches).filter(|(found, is)| **is == Match::New && is_urgent(found)).count();
        let mut here = vec![false; known.len()];
        for ((found, names), is) in pass.found.iter().zip(&names).zip(matches) {
            match is {
                Match::New => {
                    let passes = state == PostState::Held && urgent == 1 && is_urgent(found);
                    let state = if passes { PostState::Live } else { state };
                    let post =
                        tx.add_post(&NewPost { source: row.id, state, names, content: &found.content }, now).await?;
                    let seen = seen(found, post, state, true, None);
                    take_mark(&mut tx, store, config, found, &seen, &mut intake, now).await?;
                    match state {
                        PostState::Baseline => intake.baseline += 1,
                        PostState::Held => intake.held += 1,
                        _ => intake.new += 1,
                    }
                }
                Match::Known(place) => {
                    if let Some(is_here) = here.get_mut(place) {
                        *is_here = true;
                    }
                    if let Some(post) = known.get(place) {
                        see_again(&mut tx, post, found, names, &mut intake, now).await?;
                        let before = post.declared.as_deref();
                        let state = if post.is_withdrawn() { PostState::Withdrawn } else { post.state };
                        let seen = seen(found, post.id, state, false, before);
                        take_mark(&mut tx, store, config, found, &seen, &mut intake, now).await?;
                    }
                }
                // A feed that shows an item twice is no problem of anybody's.
                Match::Copy => intake.copies.extend(found.path.as_ref().map(|path| {
                    let message = "the same post is in another file, or has the same guid or url; \
                                   remove one, or give this one a url of its own";
                    Problem::new(path, message)
                })),
            }
        }
        if pass.complete {
            for (post, _) in known.iter().zip(here).filter(|(_, is_here)| !is_here) {
                let is_gone = post.path.as_ref().is_some_and(|path| !pass.present.contains(path));
                if is_gone && !post.is_withdrawn() {
                    tx.withdraw_post(post.id).await?;
                    intake.withdrawn += 1;
                }
            }
        }
    }
    if let Some(validators) = &pass.validators {
        tx.keep_validators(row.id, validators, now).await?;
    }
    // What is still being written when a source is first seen belongs to its baseline.
    if row.baseline_at.is_none() && !pass.settling {
        tx.set_baseline(row.id, now).await?;
    }
    if intake.is_change() {
        tx.link_translations().await?;
        tx.list_live_posts(now).await?;
        tx.wake().await?;
    }
    tx.commit().await?;
    Ok(intake)
}

/// How many posts are new: one and its translations that come with it are one, however many languages there are.
fn count_new(found: &[Found], names: &[Names], matches: &[Match]) -> usize {
    let new = || found.iter().zip(names).zip(matches).filter(|(_, is)| **is == Match::New).map(|(new, _)| new);
    let originals: HashSet<&str> = new()
        .filter(|(found, _)| found.content.translation_of.is_none())
        .flat_map(|(_, names)| [&names.guid, &names.url, &names.path])
        .filter_map(|name| name.as_deref())
        .collect();
    new().filter(|(found, _)| !found.content.translation_of.as_deref().is_some_and(|of| originals.contains(of))).count()
}

/// A post as it was read, for what its mark comes to.
fn seen<'a>(found: &'a Found, post: PostId, state: PostState, is_new: bool, before: Option<&'a str>) -> Seen<'a> {
    let (title, text) = (&found.content.title, &found.content.text);
    let (language, published) = (found.content.language.as_str(), found.content.published_at);
    Seen { post, state, is_new, title, text, language, published, before, now: found.urgent.as_ref() }
}

/// Carries out the urgent mark of a post that was read, or says why not.
async fn take_mark(
    tx: &mut Tx,
    store: &Store,
    config: &Config,
    found: &Found,
    seen: &Seen<'_>,
    intake: &mut Intake,
    now: Timestamp,
) -> Result<()> {
    let refusal = declared::take_in(tx, store, config, seen, now).await?;
    let line = found.urgent.as_ref().and_then(|mark| mark.line);
    let path = found.path.clone().unwrap_or_default();
    intake.refused.extend(refusal.map(|Refusal { field, message }| {
        let message = format!("not taken as urgent: {message}");
        Problem { path, line, field: Some(field), message }
    }));
    intake.marks += usize::from(seen.now.map(declared::Declared::to_text).as_deref() != seen.before);
    Ok(())
}

/// A known post was read: keeps what is new about it.
async fn see_again(
    tx: &mut Tx,
    post: &Known,
    found: &Found,
    names: &Names,
    intake: &mut Intake,
    now: Timestamp,
) -> Result<()> {
    let edited = is_edited(post, found);
    let moved = names.path.is_some() && post.path != names.path;
    if names.path.is_none() {
        tx.see_post(post.id, now).await?;
    }
    if edited {
        tx.add_revision(post.id, post.number.saturating_add(1), &found.content, post.first_seen_at, now).await?;
        tx.set_translation(post.id, found.content.translation_of.as_deref()).await?;
        intake.edited += 1;
    }
    if edited || moved || (names.guid.is_some() && post.guid != names.guid) {
        tx.rename_post(post.id, names).await?;
    }
    if post.is_withdrawn() {
        tx.return_post(post.id).await?;
        intake.returned += 1;
    } else if moved {
        intake.moved += 1;
    } else if !edited {
        intake.unchanged += 1;
    }
    Ok(())
}

/// Whether a known post says something else now. A date alone is not taken from a feed: some date all their items by
/// the minute at which they are asked.
fn is_edited(post: &Known, found: &Found) -> bool {
    let dated = |published_at| Content { published_at, ..found.content.clone() }.hash();
    let differs = post.hash != found.content.hash();
    differs && (found.path.is_some() || [Some(post.published_at), None].into_iter().all(|at| post.hash != dated(at)))
}
