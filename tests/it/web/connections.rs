//! What connections may take: time and room.

use std::time::Duration;

use handbill::web::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::site::Site;
use crate::stores::TestStore;

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(20);
/// Long after the test.
const LONG: Duration = Duration::from_secs(600);
const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Reads one whole answer of `/healthz`, after which the connection stays open.
async fn answer(stream: &mut TcpStream) -> String {
    let (mut text, mut bytes) = (String::new(), [0; 1024]);
    while !text.ends_with("ok\n") {
        let count = timeout(PATIENCE, stream.read(&mut bytes)).await.unwrap().unwrap();
        assert!(count > 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    text
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off_while_others_are_served() {
    let limits = Limits { head: Duration::from_millis(100), ..Limits::default() };
    let site = Site::within(limits, TestStore::sqlite().await, "").await;
    for begin in ["", "GET / HTTP/1.1\r\nHost: local"] {
        let mut slow = TcpStream::connect(site.at).await.unwrap();
        slow.write_all(begin.as_bytes()).await.unwrap();
        assert_eq!(site.get("/healthz").await.status, 200);
        let mut said = Vec::new();
        // Some systems say that it was reset, which is an end as well.
        let _ = timeout(PATIENCE, slow.read_to_end(&mut said)).await.unwrap();
        assert!(!String::from_utf8_lossy(&said).contains(" 200 "), "{said:?}");
    }
}

#[tokio::test]
async fn a_connection_too_many_waits_for_the_end_of_another() {
    let limits = Limits { connections: 2, head: LONG, life: LONG };
    let site = Site::within(limits, TestStore::sqlite().await, "").await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(site.at).await.unwrap();
        stream.write_all(ASK).await.unwrap();
        answer(&mut stream).await;
        open.push(stream);
    }
    let mut third = TcpStream::connect(site.at).await.unwrap();
    third.write_all(ASK).await.unwrap();
    let early = timeout(Duration::from_millis(200), third.read_u8()).await;
    assert!(early.is_err(), "the third was served beside two");
    // Those that have a place are served meanwhile.
    open[0].write_all(ASK).await.unwrap();
    answer(&mut open[0]).await;
    drop(open.pop());
    assert!(answer(&mut third).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_connection_ends_when_it_has_lived_its_time_and_when_all_is_to_end() {
    let limits = Limits { connections: 2, head: LONG, life: Duration::from_millis(100) };
    let site = Site::within(limits, TestStore::sqlite().await, "").await;
    let mut idle = TcpStream::connect(site.at).await.unwrap();
    idle.write_all(ASK).await.unwrap();
    answer(&mut idle).await;
    assert_eq!(timeout(PATIENCE, idle.read(&mut [0])).await.unwrap().unwrap(), 0);

    let site = Site::within(Limits { head: LONG, ..Limits::default() }, TestStore::sqlite().await, "").await;
    let mut idle = TcpStream::connect(site.at).await.unwrap();
    idle.write_all(ASK).await.unwrap();
    answer(&mut idle).await;
    site.shutdown.cancel();
    timeout(PATIENCE, site.serving).await.unwrap().unwrap().unwrap();
    assert_eq!(timeout(PATIENCE, idle.read(&mut [0])).await.unwrap().unwrap(), 0);
}
