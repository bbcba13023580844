//! Feeds: from a web server to posts that digests count.

mod fetching;
mod identity;
pub(crate) mod server;
mod watching;

use handbill::config::{Config, FeedOrigin, Origin};
use handbill::id::PostId;
use handbill::posts::PostState;
use handbill::posts::intake::Intake;
use handbill::sources::{self, PullReport, SourceReport};
use handbill::store::posts::Post;
use handbill::store::sources::SourceStatus;

use self::server::{Reply, Server};
use crate::stores::TestStore;

/// A store, and a site with a feed.
struct Campaign {
    store: TestStore,
    site: Server,
    config: Config,
}

impl Campaign {
    /// With the source `news` at `/feed` of the site, three new posts being a flood.
    async fn new(store: TestStore) -> Self {
        let site = Server::start().await;
        let config = config(&format!("url = '{}'\nallow_private = true\nflood = 3", site.url("/feed")));
        Self { store, site, config }
    }

    /// As [`Campaign::new`], with two posts that came after the baseline, as these items show them.
    async fn with_two(store: TestStore) -> (Self, [Item; 2]) {
        let it = Self::new(store).await;
        it.show(rss(&[]));
        it.pull().await;
        let items = [item("strike"), item("picket")];
        it.show(rss(&items));
        assert_eq!(it.pull().await.new, 2);
        (it, items)
    }

    /// The source's own keys.
    fn origin(&mut self) -> &mut FeedOrigin {
        let Origin::Feed(origin) = &mut self.config.sources[0].origin else { panic!("no feed") };
        origin
    }

    fn show(&self, feed: impl Into<Vec<u8>>) {
        self.site.tell("/feed", Reply::of(200, feed));
    }

    fn later(&self, hours: u64) {
        self.store.clock.set(self.store.now().plus(std::time::Duration::from_secs(hours * 3600)));
    }

    async fn report(&self, baseline: bool) -> SourceReport {
        let report: PullReport = sources::pull(&self.store, &self.config, &self.store.clock, baseline).await.unwrap();
        report.sources.into_iter().next().unwrap()
    }

    /// What became of a pass that must be able to read the feed.
    async fn pull(&self) -> Intake {
        let report = self.report(true).await;
        assert!(report.readable, "{:?}", report.problems);
        report.intake
    }

    /// What is said of a feed that cannot be read; the store says the same.
    async fn failure(&self) -> String {
        let report = self.report(true).await;
        assert!(!report.readable && report.problems.len() == 1, "{report:?}");
        let said = report.problems[0].to_string();
        assert_eq!(self.status().await.last_error.as_deref(), Some(said.as_str()));
        said
    }

    async fn status(&self) -> SourceStatus {
        self.store.sources().await.unwrap().remove(0)
    }

    /// All posts, oldest first.
    async fn posts(&self) -> Vec<Post> {
        let mut posts = self.store.posts(None, PostId(i64::MAX), 1000).await.unwrap();
        posts.reverse();
        posts
    }

    async fn titles(&self, state: PostState) -> Vec<String> {
        self.posts().await.into_iter().filter(|post| post.state == state).map(|post| post.title).collect()
    }
}

fn config(source: &str) -> Config {
    let text = format!(
        "[site]\nname = 'Campaign'\nurl = 'https://campaign.example'\nlanguage = 'en'\ntime_zone = 'Europe/London'\n\
         postal_address = '1 Example Street'\nsender = 'news@campaign.example'\n\
         [[source]]\nname = 'news'\nkind = 'feed'\n{source}\n"
    );
    toml::from_str(&text).unwrap()
}

/// An item as a feed has it.
#[derive(Clone)]
struct Item {
    guid: String,
    link: String,
    date: String,
    text: String,
}

/// An item about `title`, with all that an item can have.
fn item(title: &str) -> Item {
    Item {
        guid: format!("guid of {title}"),
        link: format!("http://campaign.example/{title}/"),
        date: "Mon, 02 Mar 2026 08:00:00 GMT".to_owned(),
        text: format!("What happened about {title}."),
    }
}

/// A feed of these items, in RSS.
fn rss(items: &[Item]) -> String {
    let items = items.iter().map(|Item { guid, link, date, text }| {
        let tag = |name: &str, value: &str| {
            if value.is_empty() { String::new() } else { format!("<{name}>{value}</{name}>") }
        };
        let title = text.trim_start_matches("What happened about ").trim_end_matches('.');
        let [guid, link, date] = [("guid", guid), ("link", link), ("pubDate", date)]
            .map(|(name, value)| tag(name, &value.replace('&', "&amp;")));
        format!("<item><title>{title}</title>{guid}{link}{date}<description>{text}</description></item>")
    });
    format!("<rss version='2.0'><channel><title>Campaign</title>{}</channel></rss>", items.collect::<String>())
}
