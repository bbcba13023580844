//! HTTP as a client, over TLS and with documents to post.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::net::SocketAddr;
use std::sync::Arc;

use handbill::http::{Client, HttpError, Limits, Reach};
use hyper::HeaderMap;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::feeds::server::{Reply, Server};

/// A server that answers each connection with `answer` over TLS, and the certificate to trust.
async fn tls_server(answer: &'static str) -> (SocketAddr, RootCertStore) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key.into())
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // One who does not trust the certificate hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (address, roots)
}

#[tokio::test]
async fn https_is_answered_to_those_who_trust_the_certificate() {
    let (address, roots) = tls_server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await;
    let url = format!("https://localhost:{}/x?y=1", address.port()).parse().unwrap();
    let trusting = Client::trusting(Limits::default(), roots);
    let answer = trusting.get(&url, &HeaderMap::new(), Reach::Anywhere).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (200, &b"hello"[..]));
    let error = trusting.get(&url, &HeaderMap::new(), Reach::Public).await.unwrap_err();
    assert!(matches!(error, HttpError::Private { .. }), "{error}");
    let stranger = Client::trusting(Limits::default(), RootCertStore::empty());
    let error = stranger.get(&url, &HeaderMap::new(), Reach::Anywhere).await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error}");
    let other = format!("https://127.0.0.1:{}/", address.port()).parse().unwrap();
    let error = trusting.get(&other, &HeaderMap::new(), Reach::Anywhere).await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "the certificate is another's: {error}");
}

#[tokio::test]
async fn https_does_not_lead_back_to_http() {
    let (address, roots) =
        tls_server("HTTP/1.1 301 Moved\r\nLocation: http://localhost/\r\nContent-Length: 0\r\n\r\n").await;
    let url = format!("https://localhost:{}/", address.port()).parse().unwrap();
    let error =
        Client::trusting(Limits::default(), roots).get(&url, &HeaderMap::new(), Reach::Anywhere).await.unwrap_err();
    assert!(matches!(error, HttpError::Downgrade { .. }), "{error}");
}

#[tokio::test]
async fn a_document_is_posted_once_and_must_be_welcome() {
    let server = Server::start().await;
    server.tell("/hook", Reply::of(204, ""));
    let client = Client::new(Limits::default());
    client.post_json(&server.url("/hook").parse().unwrap(), "{\"a\":1}".to_owned()).await.unwrap();
    assert_eq!(server.last_header("content-type").as_deref(), Some("application/json"));
    assert_eq!(server.last_body(), "{\"a\":1}");
    for (reply, status) in [(Reply::of(500, ""), 500), (Reply::redirect("/hook"), 302)] {
        server.tell("/refuses", reply);
        let error =
            client.post_json(&server.url("/refuses?token=secret").parse().unwrap(), "{}".to_owned()).await.unwrap_err();
        assert!(matches!(&error, HttpError::Status { status: code, .. } if code.as_u16() == status), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert_eq!(server.asked(), ["/hook", "/refuses", "/refuses"]);
}

#[tokio::test]
async fn one_that_hangs_up_is_said_without_the_path() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/secret", listener.local_addr().unwrap()).parse().unwrap();
    let hanging_up = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    let error = Client::new(Limits::default()).get(&url, &HeaderMap::new(), Reach::Anywhere).await.unwrap_err();
    hanging_up.await.unwrap();
    assert!(matches!(error, HttpError::Broken { .. }) && !error.to_string().contains("secret"), "{error}");
    // Nobody listens there any more.
    let error = Client::new(Limits::default()).get(&url, &HeaderMap::new(), Reach::Anywhere).await.unwrap_err();
    assert!(matches!(error, HttpError::Unreachable { .. }), "{error}");
}
