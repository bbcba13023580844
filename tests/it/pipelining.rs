//! Several commands at once (RFC 2920), before a relay that answers none of them until it has all.

use handbill::config;
use handbill::relay::{Connection, Outcome, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::smtp::{Faulty, Script};

const MESSAGE: &[u8] = b"Subject: Strike\r\n\r\nToday.\r\n";

/// Reads until `end` has come.
async fn until(tcp: &mut TcpStream, end: &str) -> String {
    let mut heard = String::new();
    let mut bytes = [0; 1024];
    while !heard.ends_with(end) {
        let count = tcp.read(&mut bytes).await.unwrap();
        assert!(count > 0, "it hung up after {heard:?}");
        heard.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    heard
}

/// A relay for one conversation: all that is said up to DATA is answered with `replies` at once, and a message where they
/// ask for one. It returns what it heard behind that, to the end.
async fn relay(replies: &'static str, takes: bool) -> (config::Relay, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        tcp.write_all(b"220 relay.example\r\n").await.unwrap();
        until(&mut tcp, "\r\n").await;
        tcp.write_all(b"250-relay.example\r\n250-pipelining\r\n250 8BITMIME\r\n").await.unwrap();
        let commands = until(&mut tcp, "DATA\r\n").await;
        assert_eq!(commands, "MAIL FROM:<news@campaign.example>\r\nRCPT TO:<ana@example.org>\r\nDATA\r\n");
        tcp.write_all(replies.as_bytes()).await.unwrap();
        let mut rest = String::new();
        if takes {
            rest = until(&mut tcp, "\r\n.\r\n").await;
            tcp.write_all(b"250 queued\r\n").await.unwrap();
        }
        tcp.read_to_string(&mut rest).await.unwrap();
        rest
    });
    let faulty = Faulty::start(Script::default()).await;
    (config::Relay { port: Some(port), ..faulty.config() }, heard)
}

/// What came of a message, whether another may follow, and what the relay heard behind DATA.
async fn send(replies: &'static str, takes: bool) -> (Outcome, bool, String) {
    let (config, heard) = relay(replies, takes).await;
    let mut connection = Connection::open(&config, "campaign.example").await.unwrap();
    let (from, to) = ("news@campaign.example".parse().unwrap(), "ana@example.org".parse().unwrap());
    let outcome = connection.send(&from, &to, MESSAGE).await;
    let usable = connection.is_usable();
    drop(connection);
    (outcome, usable, heard.await.unwrap())
}

#[tokio::test]
async fn mail_rcpt_and_data_are_said_without_waiting_for_answers() {
    let (outcome, usable, heard) = send("250 ok\r\n250 ok\r\n354 go ahead\r\n", true).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert!(usable);
    assert_eq!(heard, "Subject: Strike\r\n\r\nToday.\r\n.\r\n");
}

#[tokio::test]
async fn a_relay_that_takes_data_for_a_refused_recipient_gets_nothing() {
    let (outcome, usable, heard) = send("250 ok\r\n550 5.1.1 nobody\r\n354 go ahead\r\n", false).await;
    assert!(matches!(outcome, Outcome::Refused { stage: Stage::Rcpt, .. }), "{outcome:?}");
    assert!(!usable, "what is said next would be the message");
    assert_eq!(heard, "");
}

#[tokio::test]
async fn a_refused_sender_is_told_by_its_own_reply() {
    let (outcome, _, heard) =
        send("451 4.3.0 later\r\n503 no sender\r\n554 no recipients\r\n250 reset\r\n", false).await;
    assert!(matches!(outcome, Outcome::Deferred { stage: Stage::Mail, .. }), "{outcome:?}");
    assert_eq!(heard, "", "the relay spoke out of turn, so nothing more is said");
}
