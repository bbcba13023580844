//! Feeds under the daemon, and as commands show them.

use std::time::Duration;

use handbill::clock::Clock;
use handbill::posts::PostState::{Baseline, Live};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::real::Real;

on_both! {
    async fn the_daemon_reads_a_feed_again_and_again_and_outlives_its_failures(store) {
        let mut it = Campaign::new(store).await;
        it.origin().interval = Duration::from_millis(20);
        it.site.tell("/feed", Reply::of(404, ""));
        let (changed, mut changes) = mpsc::unbounded_channel();
        let shutdown = CancellationToken::new();
        let watching = {
            let (store, config, shutdown) = (it.store.store.clone(), it.config.clone(), shutdown.clone());
            tokio::spawn(async move {
                let on_change = move || changed.send(()).unwrap_or_default();
                sources::watch(&store, &config, &Clock::System, on_change, &shutdown).await
            })
        };
        let mut seen = async || tokio::time::timeout(Duration::from_secs(20), changes.recv()).await.unwrap().unwrap();
        while it.site.asked().len() < 2 {
            tokio::task::yield_now().await;
        }
        it.show(rss(&[item("march")]));
        seen().await;
        assert_eq!(it.titles(Baseline).await, ["march"]);
        // The same bytes are asked for and not taken in.
        let asked = it.site.asked().len();
        while it.site.asked().len() < asked + 3 {
            tokio::task::yield_now().await;
        }
        it.show("<rss");
        it.show(rss(&[item("strike"), item("march")]));
        seen().await;
        assert_eq!(it.titles(Live).await, ["strike"]);
        assert!(changes.try_recv().is_err());
        shutdown.cancel();
        watching.await.unwrap().unwrap();
    }
}

/// A config for the binary whose second source is a feed of this site.
fn configure(real: &Real, site: &Server) {
    let source =
        format!("[[source]]\nname = \"news\"\nkind = \"feed\"\nurl = \"{}\"\nallow_private = true", site.url("/feed"));
    real.configure(&source);
}

#[test]
fn a_feed_that_fails_is_named_wherever_somebody_looks() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(Server::start());
    let real = Real::sqlite();
    configure(&real, &site);
    real.post("before.md", "From before");
    let ran = real.run(&["posts", "pull"]);
    assert_eq!(ran.code, Some(1));
    let remedy = "127.0.0.1 answered 404 Not Found; correct source.url to where the feed is now";
    assert!(ran.err.contains("could not read source news") && ran.err.contains(remedy), "{}", ran.err);
    for command in ["status", "doctor"] {
        let ran = real.run(&[command]);
        assert_eq!(ran.code, Some(1), "{command}: {}", ran.err);
        assert!(ran.out.contains("source news") && ran.out.contains(remedy), "{command}: {}", ran.out);
    }
    // The daemon goes on without it, and has the other source.
    let mut daemon = real.daemon();
    let log = daemon.log.wait_for("the source cannot be read");
    assert!(log.lines().any(|line| line.contains("news") && line.contains(remedy)), "{log}");
    assert_eq!(daemon.terminate().code(), Some(0), "{}", daemon.log.text());

    site.tell("/feed", Reply::of(200, rss(&[item("march")])));
    real.done(&["posts", "pull"]);
    let listed = real.done(&["posts", "list"]);
    assert!(listed.contains("march") && listed.contains("news"), "{listed}");
    let ran = real.run(&["doctor"]);
    assert!(ran.out.contains("the feed can be read; 1 items are in it"), "{}", ran.out);
}
