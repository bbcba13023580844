use super::*;

fn source(text: &str) -> Result<Source, String> {
    toml::from_str(text).map_err(|error| error.message().to_owned())
}

#[test]
fn a_feed_has_its_own_keys_and_their_defaults() {
    let read = source("name = 'news'\nkind = 'feed'\nurl = 'https://campaign.example/feed/'").unwrap();
    let Origin::Feed(feed) = &read.origin else { panic!("{read:?}") };
    assert_eq!((feed.interval, feed.allow_private, read.flood), (Duration::from_secs(300), false, 20));
    let read = source("name = 'n'\nkind = 'feed'\nurl = 'file:///srv/f.xml'\ninterval = '1h'\nallow_private = true");
    let Origin::Feed(feed) = read.unwrap().origin else { panic!() };
    assert_eq!((feed.url.path(), feed.interval, feed.allow_private), ("/srv/f.xml", Duration::from_secs(3600), true));
}

#[test]
fn each_kind_says_which_key_it_lacks_or_does_not_know() {
    for (text, said) in [
        ("kind = 'folder'", "source.path: a source of kind \"folder\" needs it"),
        ("kind = 'folder'\npath = 'posts'\nurl = 'https://campaign.example/feed/'", "source.url: this key is not for"),
        ("kind = 'folder'\npath = 'posts'\ninterval = '5m'", "source.interval: this key is not for kind \"folder\""),
        ("kind = 'feed'", "source.url: a source of kind \"feed\" needs it; add url = \"https://"),
        ("kind = 'feed'\nurl = 'https://campaign.example/'\npath = 'posts'", "source.path: this key is not for"),
        ("kind = 'feed'\nurl = 'https://campaign.example/'\ninterval = '10s'", "source.interval: a feed is read"),
        ("kind = 'feed'\nurl = 'campaign.example/feed'", "source.url: this is no address"),
        ("kind = 'feed'\nurl = 'ftp://campaign.example/feed'", "source.url: a feed is read by http"),
        ("kind = 'feed'\nurl = 'file:feed.xml'", "source.url: name the file from the root on"),
        ("kind = 'feed'\nurl = 'https://me:secret@campaign.example/feed'", "source.url: a user or password"),
    ] {
        let error = source(&format!("name = 'news'\n{text}")).unwrap_err();
        assert!(error.starts_with(said), "{text}: {error}");
        assert!(!error.contains("secret"));
    }
}
