use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const NOW: Timestamp = Timestamp(1_772_442_000_000_000);

fn answer(url: &str, status: u16, headers: &[(&str, &str)]) -> Answer {
    let pairs = headers.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()));
    let (status, url) = (StatusCode::from_u16(status).unwrap(), url.parse().unwrap());
    Answer { status, url, headers: pairs.collect(), body: Vec::new() }
}

#[test]
fn a_wish_to_be_left_alone_is_read_in_both_its_forms() {
    let wish = |value| answer("https://campaign.example/", 429, &[("retry-after", value)]).retry_after(NOW);
    assert_eq!(wish("120"), Some(NOW.plus(Duration::from_secs(120))));
    assert_eq!(wish("Mon, 02 Mar 2026 10:00:00 GMT"), "2026-03-02T10:00:00Z".parse().ok());
    assert_eq!(wish("18446744073709551615"), Some(Timestamp(i64::MAX)));
    assert_eq!(wish("-1"), None);
    assert_eq!(wish("soon"), None);
}

#[test]
fn a_redirect_leads_to_web_addresses_only_and_never_back_to_http() {
    let lead = |from, to| redirect(&answer(from, 302, &[("location", to)])).map(|to| to.map(String::from));
    assert_eq!(lead("http://a.example/x/", "../y").unwrap().as_deref(), Some("http://a.example/y"));
    assert_eq!(lead("http://a.example/", "https://b.example/").unwrap().as_deref(), Some("https://b.example/"));
    assert!(matches!(lead("https://a.example/", "http://a.example/"), Err(HttpError::Downgrade { .. })));
    for to in ["file:///etc/passwd", "ftp://a.example/", "http://me:secret@a.example/", "http://[broken"] {
        let error = lead("http://a.example/", to).unwrap_err().to_string();
        assert_eq!(error, "a.example redirects to what is no web address", "{to}");
    }
    assert!(redirect(&answer("http://a.example/", 200, &[("location", "/y")])).unwrap().is_none());
    assert!(redirect(&answer("http://a.example/", 302, &[])).unwrap().is_none());
}

#[tokio::test]
async fn a_redirect_into_the_network_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let inside = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let (from, to) = (listener.local_addr().unwrap(), inside.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = format!("HTTP/1.1 302 Found\r\nLocation: http://{to}/admin\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    // One loopback address stands for everybody's network here, and the other for ours.
    let client = Client { is_public: |ip| ip == IpAddr::from([127, 0, 0, 1]), ..Client::new(Limits::default()) };
    let url = format!("http://{from}/feed").parse().unwrap();
    let error = client.get(&url, &HeaderMap::new(), Reach::Public).await.unwrap_err();
    assert!(matches!(&error, HttpError::Private { ip, .. } if *ip == to.ip()), "{error}");
    // Nobody knocked there: what is accepted first is our own connection.
    let own = tokio::net::TcpStream::connect(to).await.unwrap();
    assert_eq!(inside.accept().await.unwrap().1, own.local_addr().unwrap());
}
