use super::*;

fn canonical(url: &str) -> Option<String> {
    canonical_url(&url.parse().unwrap())
}

#[test]
fn spellings_of_one_page_are_equal() {
    let page = Some("https://campaign.example/protest?id=7".to_owned());
    for url in [
        "https://campaign.example/protest?id=7",
        "http://campaign.example/protest?id=7",
        "http://Campaign.Example:80/protest/?id=7#top",
        "https://www.campaign.example/protest?pk_campaign=x&id=7",
        "https://campaign.example:443/protest?utm_source=x&id=7&UTM_medium=y&fbclid=z&gclid=1",
    ] {
        assert_eq!(canonical(url), page, "{url}");
    }
}

#[test]
fn other_pages_stay_apart() {
    let urls = [
        "https://campaign.example/",
        "https://campaign.example/a",
        "https://campaign.example/A",
        "https://campaign.example/a?id=1",
        "https://campaign.example/a?id=2",
        "https://campaign.example:8080/a",
        "https://news.campaign.example/a",
        "https://www.example/a",
    ];
    let all: std::collections::HashSet<_> = urls.iter().map(|url| canonical(url).unwrap()).collect();
    assert_eq!(all.len(), urls.len());
    assert_eq!(canonical("https://campaign.example"), canonical("https://campaign.example/"));
}

#[test]
fn what_is_no_page_has_no_canonical_url() {
    assert_eq!(canonical("mailto:ana@example.org"), None);
    assert_eq!(canonical("file:///tmp/x"), None);
}
