use std::net::SocketAddr;

use tokio::io::AsyncReadExt;
use tokio::task::JoinHandle;

use super::*;

struct Running {
    address: SocketAddr,
    caught: mpsc::Receiver<Caught>,
    shutdown: CancellationToken,
    server: JoinHandle<()>,
}

async fn running() -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sink, caught) = mpsc::channel(4);
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(serve(listener, sink, shutdown.clone()));
    Running { address, caught, shutdown, server }
}

/// Writes `input` at once, and returns all replies until the server closes.
async fn converse(address: SocketAddr, input: &[u8]) -> String {
    let mut tcp = TcpStream::connect(address).await.unwrap();
    let (mut read, mut write) = tcp.split();
    let mut replies = String::new();
    let (written, read) = tokio::join!(write.write_all(input), read.read_to_string(&mut replies));
    written.unwrap();
    read.unwrap();
    replies
}

fn codes(replies: &str) -> Vec<&str> {
    replies.lines().filter(|line| line.get(3..4) == Some(" ")).filter_map(|line| line.get(..3)).collect()
}

#[tokio::test]
async fn a_pipelined_conversation_is_answered_in_order() {
    let mut running = running().await;
    let input = b"EHLO me\r\nMAIL FROM:<a@example.org> BODY=8BITMIME\r\nRCPT TO:<b@example.org>\r\n\
        RCPT TO:<c@example.org>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<d@example.org>\r\n\
        DATA\r\n.\r\nNOOP\r\nQUIT\r\n";
    let replies = converse(running.address, input).await;
    assert_eq!(
        codes(&replies),
        ["220", "250", "250", "250", "250", "354", "250", "250", "250", "354", "250", "250", "221"]
    );
    for offer in ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10000000"] {
        assert!(replies.contains(offer), "{offer}");
    }
    let first = running.caught.recv().await.unwrap();
    assert_eq!(first.from, "a@example.org");
    assert_eq!(first.to, ["b@example.org", "c@example.org"]);
    assert_eq!(String::from_utf8(first.data).unwrap(), "Subject: x\r\n\r\n.dot\r\n");
    let second = running.caught.recv().await.unwrap();
    assert_eq!((second.from.as_str(), second.data.len()), ("", 0));
    assert!(!format!("{second:?}").contains("example.org"));
}

#[tokio::test]
async fn a_dot_after_a_bare_line_feed_is_text() {
    let mut running = running().await;
    let input = b"HELO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n\
        one\n.\r\nMAIL FROM:<evil@example.org>\r\n.\r\nQUIT\r\n";
    let replies = converse(running.address, input).await;
    assert_eq!(codes(&replies), ["220", "250", "250", "250", "354", "250", "221"]);
    assert_eq!(running.caught.recv().await.unwrap().data, b"one\n.\r\nMAIL FROM:<evil@example.org>\r\n");
}

#[tokio::test]
async fn commands_out_of_order_are_refused() {
    let running = running().await;
    let input =
        b"RCPT TO:<b@example.org>\r\nDATA\r\nMAIL FROM:a@example.org\r\nMAIL FROM:<a@example.org> SIZE=10000001\r\n\
        MAIL FROM:<a@example.org>\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<>\r\nRSET\r\nRCPT TO:<b@example.org>\r\n\
        VRFY b\r\nQUIT\r\n";
    let replies = converse(running.address, input).await;
    assert_eq!(codes(&replies), ["220", "503", "503", "501", "552", "250", "503", "501", "250", "503", "502", "221"]);
}

#[tokio::test]
async fn what_is_too_long_is_refused_and_the_next_is_taken() {
    let mut running = running().await;
    let mut input = b"NOOP ".to_vec();
    input.extend_from_slice(&[b'x'; 5_000]);
    input.extend_from_slice(b"\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
    // Once as a single endless line, once as many.
    input.extend_from_slice(&vec![b'y'; MAX_MESSAGE + 100]);
    input.extend_from_slice(b"\r\n.\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
    for _ in 0..=MAX_MESSAGE / 1_000 {
        input.extend_from_slice(&[b'z'; 998]);
        input.extend_from_slice(b"\r\n");
    }
    input
        .extend_from_slice(b".\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n");
    let replies = converse(running.address, &input).await;
    assert_eq!(
        codes(&replies),
        ["220", "500", "250", "250", "354", "552", "250", "250", "354", "552", "250", "250", "354", "250", "221"]
    );
    assert_eq!(running.caught.recv().await.unwrap().data, b"hi\r\n");
}

#[tokio::test]
async fn a_closed_sink_makes_clients_try_later() {
    let mut running = running().await;
    running.caught.close();
    let input = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n";
    assert_eq!(codes(&converse(running.address, input).await), ["220", "250", "250", "354", "451", "221"]);
}

#[tokio::test]
async fn shutdown_says_goodbye_and_ends() {
    let running = running().await;
    let mut tcp = TcpStream::connect(running.address).await.unwrap();
    let mut greeting = [0; 4];
    tcp.read_exact(&mut greeting).await.unwrap();
    running.shutdown.cancel();
    let mut rest = String::new();
    tcp.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("421 4.3.2"), "{rest}");
    running.server.await.unwrap();
}
