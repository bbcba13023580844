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
