//! A pass that is kept in batches: what is urgent goes first, and its rules hold wherever it is broken off.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

mod first;
mod meeting;
mod whole;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use handbill::config::{Config, FolderOrigin, Origin, Source};
use handbill::id::{AppealId, PostId};
use handbill::posts::PostState;
use handbill::posts::intake::{Intake, SoFar, Step, Taking, With, take_urgent};
use handbill::sources::folder::Folder;
use handbill::sources::pass::Pass;
use handbill::sources::{self, SourceReport};
use handbill::store::posts::Post;

use crate::stores::{TestStore, at};

/// A store, and folders beside it whose files have long been there.
struct Site {
    store: TestStore,
    config: Config,
}

/// A post as it stands: its file, its state, how often it was edited, whether it is listed.
type Standing = (String, PostState, i32, bool);

impl Site {
    fn new(store: TestStore) -> Self {
        store.clock.set(at("2126-03-02T09:00:00Z"));
        let text = "[site]\nname = 'Campaign'\nurl = 'https://campaign.example'\nlanguage = 'en'\n\
                    time_zone = 'Europe/London'\npostal_address = '1 Example Street'\nsender = 'news@campaign.example'\n\
                    [appeals]\nhold = '0s'\n[[source]]\nname = 'posts'\nkind = 'folder'\npath = 'posts'\nflood = 3\n";
        let mut site = Self { store, config: toml::from_str(text).unwrap() };
        site.turn_to("posts");
        site
    }

    /// Goes on with another source, in a folder of its own.
    fn turn_to(&mut self, name: &str) {
        let path = self.store.dir.path().join(name);
        fs::create_dir_all(&path).unwrap();
        let source = &mut self.config.sources[0];
        (source.name, source.origin) = (name.to_owned(), Origin::Folder(FolderOrigin { path }));
    }

    fn source(&self) -> &Source {
        &self.config.sources[0]
    }

    fn path(&self, name: &str) -> PathBuf {
        let Origin::Folder(origin) = &self.source().origin else { panic!("no folder") };
        origin.path.join(name)
    }

    /// A post whose title is that of no other, or it would look like one that was made twice.
    fn write(&self, name: &str, front: &str) {
        let title = format!("{name} of {}", self.source().name);
        fs::write(self.path(name), format!("---\ntitle: {title}\n{front}\n---\nAbout {title}.\n")).unwrap();
    }

    fn write_all(&self, names: &[&str]) {
        names.iter().for_each(|name| self.write(name, ""));
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// As the daemon makes it, all in one go.
    async fn pull(&self) -> SourceReport {
        self.pull_as(true).await
    }

    async fn pull_as(&self, baseline: bool) -> SourceReport {
        let report = sources::pull(&self.store, &self.config, &self.store.clock, baseline).await.unwrap();
        report.sources.into_iter().next().unwrap()
    }

    /// Batches of one post each.
    fn with(&self, mail_all: bool) -> With<'_> {
        With { mail_all, hold: Duration::ZERO, ..With::new(&self.store, &self.config, self.source()) }
    }

    /// What a pass over the whole folder reads.
    fn read(&self) -> Pass {
        let (mut folder, scan) = self.scan();
        folder.read(scan)
    }

    fn scan(&self) -> (Folder, sources::folder::Scan) {
        let Origin::Folder(origin) = &self.source().origin else { panic!("no folder") };
        let mut folder = Folder::new(origin, None, &self.config.site);
        let scan = folder.scan(self.store.now(), std::time::Instant::now());
        assert!(!scan.is_settling());
        (folder, scan)
    }

    /// Takes in what is urgent before the rest.
    async fn take_urgent(&self) -> SoFar {
        let (folder, scan) = self.scan();
        let urgent = folder.read_urgent(&scan);
        take_urgent(&self.with(false), &urgent, SoFar::default(), self.store.now()).await.unwrap()
    }

    /// Makes a pass that dies after so many batches; false when it came to its end before.
    async fn die_after(&self, batches: usize, mail_all: bool) -> bool {
        let (with, pass) = (self.with(mail_all), self.read());
        let mut taking = Taking::begin(&with, &pass, SoFar::default(), self.store.now()).await.unwrap();
        for _ in 0..batches {
            if taking.step().await.unwrap() == Step::Done {
                return false;
            }
        }
        true
    }

    /// Runs statements on the database itself.
    async fn execute(&self, sqlite: &str, postgres: &str) {
        use sqlx::Executor;
        if self.store.folder().is_some() {
            let pool = sqlx::SqlitePool::connect(&self.store.url).await.unwrap();
            pool.execute(sqlx::AssertSqlSafe(sqlite.to_owned())).await.unwrap();
            pool.close().await;
        } else {
            let pool = sqlx::PgPool::connect(&self.store.url).await.unwrap();
            pool.execute(sqlx::AssertSqlSafe(postgres.to_owned())).await.unwrap();
            pool.close().await;
        }
    }

    /// All posts of all sources, oldest first.
    async fn posts(&self) -> Vec<Post> {
        let mut posts = self.store.posts(None, PostId(i64::MAX), 10_000).await.unwrap();
        posts.reverse();
        posts
    }

    /// The source's posts, by their files.
    async fn standing(&self) -> Vec<Standing> {
        let name = &self.source().name;
        let posts = self.posts().await.into_iter().filter(|post| post.source == *name);
        let mut standing: Vec<Standing> = posts
            .map(|post| (post.path.clone().unwrap(), post.state, post.revision, post.listed_at.is_some()))
            .collect();
        standing.sort();
        standing
    }

    /// The files of those posts of the source that are appeals.
    async fn appeals(&self) -> Vec<String> {
        let mut appeals = Vec::new();
        for appeal in self.store.appeals(AppealId(i64::MAX), 1000).await.unwrap() {
            let post = self.store.post(appeal.post_id).await.unwrap().unwrap();
            appeals.extend(post.path.filter(|_| post.source == self.source().name));
        }
        appeals.sort();
        appeals
    }
}

/// The front matter of an appeal whose event is in so many days; two on one day would look like one made twice.
fn urgent(day: usize) -> String {
    let date = at("2126-04-01T00:00:00Z").plus(Duration::from_secs(86_400 * day as u64)).to_utc();
    format!("urgent: true\nevent: {{starts: {}, address: \"{day} Road, London\"}}", date.format("%Y-%m-%dT16:00"))
}
