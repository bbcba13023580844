//! What Prometheus reads.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::real::{Real, Running};
use crate::sink::free_port;
use crate::smtp::{Act, Faulty, Script, Stage};

/// Reads until a line is there; the numbers follow the mail within moments.
fn read_until(at: SocketAddr, line: &str) -> String {
    let began = Instant::now();
    loop {
        let (status, text) = Running::get_from(at, "/metrics", "Accept: */*");
        assert_eq!(status, 200, "{text}");
        if text.lines().any(|own| own == line) {
            return text;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "no `{line}` in {text}");
    }
}

really_on_both! {
    fn a_daemon_counts_what_it_sent_and_what_waits(real) {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        // This stands in the section of the pages.
        real.configure(&format!("metrics_listen = \"{at}\"\n[appeals]\nregions = [\"London\"]"));
        let people = "email,cadence,alerts,region\nana@example.org,weekly,yes,London\nben@example.org,each,no,\n\
                      cy@example.org,weekly,yes,\n";
        real.write("people.csv", people);
        real.done(&["subscribers", "import", "people.csv", "--consent", "at a meeting"]);
        real.post("before.md", "From before");
        real.done(&["posts", "pull"]);
        let daemon = real.daemon();
        let idle = read_until(at, "handbill_relay_up{relay=\"main\"} 1");
        for line in [
            "handbill_queue_deliveries{lane=\"urgent\",state=\"due\"} 0",
            "handbill_queue_deliveries{lane=\"bulk\",state=\"later\"} 0",
            "handbill_queue_oldest_due_seconds{lane=\"bulk\"} 0",
            "handbill_appeal_mark_to_accepted_seconds_count 0",
        ] {
            assert!(idle.lines().any(|own| own == line), "no `{line}` in {idle}");
        }
        real.post("strike.md", "The strike goes on");
        real.sink.wait_for(1);
        real.done(&["appeals", "mark", "1", "--deadline", "2099-01-01T00:00:00Z", "--hold", "0s", "--yes"]);
        real.sink.wait_for(3);
        let text = read_until(at, "handbill_deliveries_total{kind=\"appeal\",outcome=\"accepted\"} 2");
        for line in [
            "handbill_deliveries_total{kind=\"digest\",outcome=\"accepted\"} 1",
            "handbill_appeal_mark_to_accepted_seconds_count 2",
            "handbill_appeal_mark_to_accepted_seconds_bucket{le=\"+Inf\"} 2",
            "# EOF",
        ] {
            assert!(text.lines().any(|own| own == line), "no `{line}` in {text}");
        }
        assert!(text.contains("application/openmetrics-text; version=1.0.0"), "{text}");
        assert!(!text.contains('@') && !text.contains("example"), "{text}");
        // The pages are for everybody, and the numbers are not.
        assert_eq!(daemon.get("/metrics", "Accept: */*").0, 404);
        assert_eq!(Running::get_from(at, "/archive", "Accept: */*").0, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_and_a_relay_that_is_away_show() {
    let gate = Arc::new(Semaphore::new(0));
    let relay = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&gate)))).await;
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let real = Real::sqlite();
    real.configure_relay(relay.address().port(), &format!("metrics_listen = \"{at}\""));
    real.people(1, "each");
    real.done(&["posts", "pull"]);
    let _daemon = real.daemon();
    real.post("strike.md", "The strike goes on");
    relay.wait_until(|seen| seen.count("DATA") == 1).await;
    let out = read_until(at, "handbill_queue_deliveries{lane=\"bulk\",state=\"leased\"} 1");
    assert!(out.lines().any(|own| own == "handbill_relay_up{relay=\"main\"} 1"), "{out}");
    relay.set(Script::default().on(Stage::Mail, Act::Reply("451 4.3.0 busy")));
    gate.add_permits(1);
    read_until(at, "handbill_queue_deliveries{lane=\"bulk\",state=\"leased\"} 0");
    real.post("victory.md", "The strike is won");
    read_until(at, "handbill_relay_up{relay=\"main\"} 0");
}

#[test]
fn numbers_are_served_on_loopback_only() {
    let real = Real::sqlite();
    real.configure("metrics_listen = \"0.0.0.0:9464\"");
    let ran = real.run(&["run"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("web.metrics_listen") && ran.err.contains("loopback"), "{}", ran.err);
}
