//! What the loops over all kinds of sources do alike: take a pass in, and say what came of it.

use std::collections::HashSet;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::{Config, Source, SourceKind};
use crate::posts::intake::{Intake, SoFar, Taken, With, take_in, take_urgent};
use crate::sources::pass::{Pass, Urgent};
use crate::sources::problem::Problem;
use crate::store::Store;

/// Takes the passes over one source in.
pub(super) struct Taker {
    pub(super) store: Store,
    config: Arc<Config>,
    pub(super) source: Source,
    pub(super) clock: Clock,
    on_change: Arc<dyn Fn() + Send + Sync>,
    /// What is wrong at present and was said.
    said: HashSet<Problem>,
    /// Whether the source could be read at the last pass.
    was_readable: bool,
    store_failed: bool,
}

impl Taker {
    pub(super) fn new(
        store: Store,
        config: Arc<Config>,
        source: Source,
        clock: Clock,
        on_change: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        Self { store, config, source, clock, on_change, said: HashSet::new(), was_readable: true, store_failed: false }
    }

    /// Takes in what is urgent before the rest of a pass is read.
    pub(super) async fn take_urgent(&mut self, urgent: &Urgent) -> SoFar {
        let with = With::new(&self.store, &self.config, &self.source);
        // Where the store fails, the pass says so.
        let so_far = take_urgent(&with, urgent, SoFar::default(), self.clock.now()).await.unwrap_or_default();
        if so_far.intake.is_change() {
            let Intake { new, marks, .. } = so_far.intake;
            tracing::info!(source = %self.source.name, new, marks, "took in what is urgent, before the rest");
            (self.on_change)();
        }
        so_far
    }

    /// Takes a pass in, and says what is new and what is wrong. Nothing where it has to be made anew: because another
    /// process was faster, or because the store failed, which is said, too.
    pub(super) async fn take(&mut self, pass: &Pass, so_far: SoFar) -> Option<Intake> {
        let (mut problems, mut refused) = (pass.problems.clone(), Vec::new());
        let with = With::new(&self.store, &self.config, &self.source);
        let taken = match take_in(&with, pass, so_far, self.clock.now()).await {
            Ok(Taken::Whole(intake)) => {
                self.store_failed = false;
                self.log(&intake);
                if intake.is_change() {
                    (self.on_change)();
                }
                problems.extend(intake.copies.iter().cloned());
                refused.extend(intake.refused.iter().cloned());
                Some(intake)
            }
            Ok(Taken::Overtaken(_)) => return None,
            Err(error) => {
                self.store_failed(&error);
                None
            }
        };
        self.say(problems, refused, pass.readable);
        taken
    }

    /// Says once, until it is over, that the store fails.
    pub(super) fn store_failed(&mut self, error: &crate::store::StoreError) {
        if !std::mem::replace(&mut self.store_failed, true) {
            tracing::error!(source = %self.source.name, %error, "cannot take in posts; trying again");
        }
    }

    /// Logs each problem once, until it is over.
    fn say(&mut self, problems: Vec<Problem>, refused: Vec<Problem>, readable: bool) {
        let source = &self.source.name;
        if readable && !self.was_readable {
            tracing::info!(%source, "the source can be read again");
        }
        let refused: HashSet<_> = refused.into_iter().collect();
        let problems: HashSet<_> = problems.into_iter().chain(refused.iter().cloned()).collect();
        for problem in problems.difference(&self.said) {
            if refused.contains(problem) {
                tracing::warn!(%source, %problem, "a post calls itself urgent and is taken as an ordinary one");
            } else if problem.path.is_empty() && readable {
                tracing::warn!(%source, %problem, "the source is read, and is not as it should be");
            } else if problem.path.is_empty() {
                tracing::error!(%source, %problem, "the source cannot be read");
            } else {
                match self.source.kind() {
                    SourceKind::Folder => tracing::warn!(%source, %problem, "a file is left out"),
                    SourceKind::Feed => tracing::warn!(%source, %problem, "an item is left out"),
                }
            }
        }
        self.was_readable = readable;
        if !readable {
            // What was wrong with single posts is still so when the source comes back.
            self.said.extend(problems);
        } else {
            self.said = problems;
        }
    }

    fn log(&self, intake: &Intake) {
        let source = &self.source.name;
        let Intake { new, baseline, held, edited, moved, returned, withdrawn, .. } = intake;
        if intake.is_change() {
            tracing::info!(%source, new, baseline, held, edited, moved, returned, withdrawn, "took in posts");
        }
        if *held > 0 {
            tracing::warn!(%source, held, "a flood of posts waits for a person; see `posts list`");
        }
    }
}
