//! What a config file may say, and how it is told what is wrong with it.

use super::*;

const MINIMAL: &str = r#"[site]
name = "Campaign"
url = "http://127.0.0.1:8080"
language = "en"
time_zone = "Europe/London"
sender = "Campaign <news@campaign.example>"
postal_address = "1 Example Street, London"
[[relay]]
name = "main"
host = "127.0.0.1"
port = 2525
tls = "none"
"#;

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    load(&path, environment).map_err(|error| error.to_string().replace(&dir.path().display().to_string(), "DIR"))
}

#[test]
fn the_minimal_config_is_enough() {
    let config = read(MINIMAL, &[]).unwrap();
    assert_eq!(config.relays[0].connections, 16);
    assert!(config.store.url.ends_with("/data/handbill.db"), "{}", config.store.url);
}

#[test]
fn the_shipped_config_is_valid() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.toml");
    load(&path, std::iter::empty()).unwrap();
}

#[test]
fn who_is_told_can_be_set_in_many_ways() {
    let config = read(&format!("{MINIMAL}[notify]\ncommand = [\"./page\", \"./this\"]\n"), &[]).unwrap();
    let command = &config.notify.command;
    assert!(command[0].starts_with('/') && command[0].ends_with("page"), "{command:?}");
    assert_eq!(command[1], "./this");
    let set = [("HANDBILL_NOTIFY__COMMAND", "[\"page\"]"), ("HANDBILL_NOTIFY__MAIL__TO", "duty@campaign.example")];
    let config = read(MINIMAL, &set).unwrap();
    assert_eq!(config.notify.command, ["page"]);
    assert_eq!(config.notify_relays()[0].name, "main");
    let debug = format!("{config:?}");
    assert!(!debug.contains("duty") && !debug.contains("page"), "{debug}");
    let relay = "[notify.relay]\nname = \"second\"\nhost = \"127.0.0.1\"\n";
    assert_eq!(read(&format!("{MINIMAL}{relay}"), &[]).unwrap().notify_relays()[0].name, "second");
    let (alone, _) = MINIMAL.split_once("[[relay]]").unwrap();
    let error = read(&format!("{alone}[notify.mail]\nto = \"duty@campaign.example\"\n"), &[]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:9: notify.mail.to: there is nothing"), "{error}");
}

#[test]
fn the_environment_wins() {
    let set = [("HANDBILL_RELAY__0__PORT", "26"), ("HANDBILL_SITE__NAME", "Other"), ("HANDBILL_CONFIG", "x")];
    let config = read(MINIMAL, &set).unwrap();
    assert_eq!((config.relays[0].port(), config.site.name.as_str()), (26, "Other"));
}

#[test]
fn colours_have_to_be_readable_and_the_logo_the_sites_own() {
    for (key, value, said) in [
        ("COLOR", "#ff9d94", "#ff9d94 cannot be read on white"),
        ("COLOR_DARK", "#9b1c1c", "#9b1c1c cannot be read on #2a2a27"),
        ("LOGO", "https://elsewhere.example/logo.png", "`https://elsewhere.example/logo.png` is not on the"),
        ("LOGO", "data:image/png;base64,x", "`data:image/png;base64,x` is"),
    ] {
        let error = read(MINIMAL, &[(&format!("HANDBILL_SITE__{key}"), value)]).unwrap_err();
        assert!(error.starts_with(&format!("the variable HANDBILL_SITE__{key}: {said}")), "{error}");
    }
    let config = read(MINIMAL, &[("HANDBILL_SITE__LOGO", "img/logo.png")]).unwrap();
    assert_eq!(config.site.logo_url().unwrap().unwrap().as_str(), "http://127.0.0.1:8080/img/logo.png");
}

#[test]
fn each_mistake_names_its_line() {
    for (from, to, said) in [
        ("port = 2525", "prot = 2525", "DIR/config.toml:11: unknown field `prot`"),
        ("port = 2525", "port = \"x\"", "DIR/config.toml:11: relay.port: invalid type"),
        (
            "Europe/London",
            "Europe/Lundon",
            "DIR/config.toml:5: site.time_zone: `Europe/Lundon` is no time zone; write it",
        ),
        ("http://127.0.0.1:8080", "http://campaign.example", "DIR/config.toml:3: site.url: "),
        ("news@campaign.example", "news", "DIR/config.toml:6: "),
        (
            "language = \"en\"",
            "language = \"en\"\ncolor = \"red\"",
            "DIR/config.toml:5: site.color: `red` is no colour",
        ),
    ] {
        let error = read(&MINIMAL.replace(from, to), &[]).unwrap_err();
        assert!(error.starts_with(said), "{error}");
    }
    let error = read(&format!("{MINIMAL}[digests]\nweekly = \"8:00 Mon\"\n"), &[]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:14: digests.weekly: "), "{error}");
}

#[test]
fn a_mistake_in_the_environment_is_named_too() {
    let error = read(MINIMAL, &[("HANDBILL_SITE__NAEM", "x")]).unwrap_err();
    assert!(error.contains("naem"), "{error}");
    let source = format!("{MINIMAL}[[source]]\nname = \"news\"\nkind = \"feed\"\nurl = \"https://a.example/\"\n");
    for (name, value, said) in [
        ("RELAY__0__PORT", "smtp", "expected u16; write a whole number up to 65535, without quotes"),
        ("RELAY__0__PORT", "70000", "expected u16; write a whole number up to 65535, without quotes"),
        ("DIGESTS__LOCAL_TIME", "maybe", "expected a boolean; write true or false, without quotes"),
        ("SITE__TIME_ZONE", "Mars/X", "`Mars/X` is no time zone; write it like Europe/London"),
        ("SITE__URL", "http://campaign.example", "https"),
        ("SOURCE__0__INTERVAL", "1s", "a feed is read at most once a minute"),
        ("RELAY__7__PORT", "25", "the numbers must follow on from 0"),
        ("RELAY__1__HOST", "x", "it sets a key of a section that has no `name`; set HANDBILL_RELAY__1__NAME as well"),
        ("SITE__NAEM", "x", "unknown field `naem`"),
        ("STIE__NAME", "x", "unknown field `stie`"),
        ("APPEALS__HOLD", "60", "`60` is no length of time; write it like 90s, 5m or 24h"),
        ("SOURCE__0__INTERVAL", "60", "`60` is no length of time; write it like 90s, 5m or 24h"),
        ("WEB__TRUSTED_PROXIES", "10.0.0.0/8", "expected a sequence; write a list like [\"one\", \"two\"]"),
        ("WEB__TRUSTED_PROXIES", "[\"banana\"]", "`banana` is no network; write it like 10.0.0.0/8"),
        ("WEB__TRUSTED_PROXIES", "[7]", "expected a string"),
        ("WEB__LISTEN", "8080", "write it like 127.0.0.1:8080"),
    ] {
        let name = format!("HANDBILL_{name}");
        let error = read(&source, &[("HANDBILL_SITE__NAME", "x"), (&name, value)]).unwrap_err();
        assert!(error.starts_with(&format!("the variable {name}: ")) && error.contains(said), "{error}");
    }
    let error = read(&MINIMAL.replace("2525", "\"x\""), &[]).unwrap_err();
    assert!(error.ends_with("expected u16; write a whole number up to 65535, without quotes"), "{error}");
    let error = read(&MINIMAL.replace("port", "prot"), &[("HANDBILL_SITE__NAME", "x")]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:11: "), "{error}");
}

#[test]
fn a_variable_that_sets_nothing_is_a_mistake() {
    for (name, said) in [
        ("STORE_URL", "write HANDBILL_STORE__URL, with two underscores"),
        ("SITE_POSTAL_ADDRESS", "write HANDBILL_SITE__POSTAL_ADDRESS, with"),
        ("RELAY_0_PORT", "write HANDBILL_RELAY__0__PORT, with"),
        ("RELAY_HOST", "write HANDBILL_RELAY__0__HOST, with"),
        ("STORE", "write HANDBILL_STORE__KEY, with"),
        ("LOGFORMAT", "write HANDBILL_LOG_FORMAT, or"),
        ("LOG_LEVEL", "write HANDBILL_LOG, or"),
        ("FOO", "unset it, or write it like HANDBILL_STORE__URL; those that are no keys are HANDBILL_CONFIG"),
        ("_STORE__URL", "write HANDBILL_STORE__URL, with two underscores"),
        ("STORE__", "it sets nothing"),
        ("PORT", "it sets nothing"),
    ] {
        let error = read(MINIMAL, &[(&format!("HANDBILL_{name}"), "80")]).unwrap_err();
        assert!(error.starts_with(&format!("the variable HANDBILL_{name}: it sets nothing; ")), "{error}");
        assert!(error.contains(said), "{error}");
    }
    // What is no key, and what comes with a service of our name in a cluster.
    let set = [
        ("HANDBILL_CONFIG", "x"),
        ("HANDBILL_LOG", "info"),
        ("HANDBILL_LOG_FORMAT", "json"),
        ("HANDBILL_NOTICE_KIND", "relay"),
        ("HANDBILL_PORT", "tcp://10.0.0.1:80"),
        ("HANDBILL_SERVICE_HOST", "10.0.0.1"),
        ("HANDBILL_SERVICE_PORT_HTTP", "80"),
        ("HANDBILL_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("HANDBILL_STORE_SERVICE_HOST", "10.0.0.2"),
        ("HANDBILLS", "x"),
    ];
    read(MINIMAL, &set).unwrap();
}

#[test]
fn all_sections_are_known_to_the_remedies() {
    let error = read(&format!("{MINIMAL}[nosuch]\n"), &[]).unwrap_err();
    let named: Vec<_> = error.split('`').skip(3).step_by(2).collect();
    assert_eq!(named, variables::SECTIONS.iter().map(|(section, _)| *section).collect::<Vec<_>>(), "{error}");
}

#[test]
fn a_text_in_the_environment_may_look_like_a_number() {
    let config = read(MINIMAL, &[("HANDBILL_SITE__NAME", "1917"), ("HANDBILL_RELAY__0__USER", "true")]).unwrap();
    assert_eq!((config.site.name.as_str(), config.relays[0].user.as_deref()), ("1917", Some("true")));
}

#[test]
fn a_length_of_time_has_a_unit() {
    let error = read(&format!("{MINIMAL}[appeals]\nhold = 60\n"), &[]).unwrap_err();
    let said = "DIR/config.toml:14: appeals.hold: invalid type: integer `60`, expected a length of time; write it in \
                quotes with its unit, like \"90s\", \"5m\" or \"24h\"";
    assert_eq!(error, said);
    let error = read(&format!("{MINIMAL}[appeals]\nhold = \"60\"\n"), &[]).unwrap_err();
    assert!(error.ends_with("appeals.hold: `60` is no length of time; write it like 90s, 5m or 24h"), "{error}");
}

#[test]
fn a_key_of_another_kind_is_named_with_its_line() {
    let sources = "[[source]]\nname = \"posts\"\nkind = \"folder\"\npath = \"posts\"\n\
                   [[source]]\nname = \"news\"\nkind = \"feed\"\npath = \"posts\"\n[digests]\n";
    let error = read(&format!("{MINIMAL}{sources}"), &[]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:20: source.path: this key is not for kind \"feed\""), "{error}");
    let error = read(&format!("{MINIMAL}{sources}"), &[("HANDBILL_SITE__NAME", "x")]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:20: source.path: "), "{error}");
    let missing = sources.replace("kind = \"feed\"\npath = \"posts\"\n", "kind = \"feed\"\n");
    let error = read(&format!("{MINIMAL}{missing}"), &[]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:17: source.url: "), "{error}");
    let often = sources
        .replace("\npath = \"posts\"\n[digests]", "\nurl = \"https://a.example/\"\ninterval = \"1s\"\n[digests]");
    let error = read(&format!("{MINIMAL}{often}"), &[]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:21: source.interval: "), "{error}");
}

#[test]
fn mail_is_signed_by_a_domain_that_counts_as_the_senders() {
    let own = "[dkim]\nselector = \"handbill\"\nkey_file = \"dkim.pem\"\n";
    let config = read(&format!("{MINIMAL}{own}"), &[]).unwrap();
    assert_eq!(config.dkim_domain(), "campaign.example");
    let dkim = config.dkim.unwrap();
    assert!(dkim.key_file.is_absolute() && dkim.keys().count() == 1, "{dkim:?}");
    let second = "ed25519_selector = \"second\"\ned25519_key_file = \"keys/second.pem\"\n";
    let config = read(&format!("{MINIMAL}{own}{second}"), &[("HANDBILL_DKIM__DOMAIN", "campaign.example")]).unwrap();
    let files: Vec<_> = config.dkim.iter().flat_map(|dkim| dkim.keys()).map(|(_, _, file)| file.to_owned()).collect();
    assert!(files[1].is_absolute() && files[1].ends_with("keys/second.pem"), "{files:?}");

    let above = MINIMAL.replace("news@campaign.example", "news@lists.campaign.example");
    for domain in ["campaign.example", "lists.campaign.example", "a.lists.campaign.example"] {
        read(&format!("{above}{own}domain = \"{domain}\"\n"), &[]).unwrap();
    }
    for (key, line, said) in [
        (
            "domain",
            "domain = \"elsewhere.example\"",
            "mail of campaign.example (site.sender) signed by elsewhere.example does",
        ),
        ("domain", "domain = \"paign.example\"", "mail of campaign.example (site.sender) signed by paign.example does"),
        ("domain", "domain = \"example\"", "write a domain like campaign.example"),
        ("domain", "domain = \"Campaign.example\"", "write a domain like campaign.example, in small letters"),
        ("ed25519_selector", "ed25519_selector = \"second\"", "set dkim.ed25519_key_file too"),
        ("ed25519_key_file", "ed25519_key_file = \"second.pem\"", "set dkim.ed25519_selector too"),
        ("ed25519_selector", "ed25519_selector = \"handbill\"", "two keys cannot be published under one"),
        ("ed25519_selector", "ed25519_selector = \"_\"", "a selector is small letters, digits and dashes"),
    ] {
        let error = read(&format!("{MINIMAL}{own}{line}\n"), &[]).unwrap_err();
        assert!(error.starts_with(&format!("DIR/config.toml:16: dkim.{key}: {said}")), "{error}");
    }
    for (selector, said) in [("a..b", "a selector is"), ("-a", "a selector is"), (&"a.".repeat(125), "a selector is")] {
        let error = read(&format!("{MINIMAL}{own}"), &[("HANDBILL_DKIM__SELECTOR", selector)]).unwrap_err();
        assert!(error.starts_with(&format!("the variable HANDBILL_DKIM__SELECTOR: {said}")), "{error}");
    }
    let long = "a.".repeat(120) + "a";
    let error = read(&format!("{MINIMAL}{own}"), &[("HANDBILL_DKIM__SELECTOR", &long)]).unwrap_err();
    assert!(error.ends_with("the name of its DNS record would be too long; take a shorter one"), "{error}");
    let error = read(&format!("{MINIMAL}[dkim]\nselector = \"handbill\"\n"), &[]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:13: missing field `key_file`"), "{error}");
}

#[test]
fn relays_have_names_of_their_own_and_not_all_of_them_stand_by() {
    let other = "[[relay]]\nname = \"other\"\nhost = \"127.0.0.1\"\n";
    let relays = read(&format!("{MINIMAL}{other}weight = 0\n"), &[]).unwrap().relays;
    assert_eq!((relays[0].weight, relays[1].is_standby(), relays[1].messages_per_connection), (1, true, 1000));
    let twice = format!("{MINIMAL}{}", other.replace("other", "main"));
    let error = read(&twice, &[]).unwrap_err();
    assert!(error.contains("relay.name: two relays are called `main`; give each a name of its own"), "{error}");
    let idle = MINIMAL.replace("port = 2525", "port = 2525\nweight = 0");
    let error = read(&format!("{idle}{other}weight = 0\n"), &[]).unwrap_err();
    assert!(error.contains("relay.weight: ") && error.contains("at least one relay needs"), "{error}");
    let error = read(&format!("{MINIMAL}{other}messages_per_connection = 0\n"), &[]).unwrap_err();
    assert!(error.starts_with("DIR/config.toml:16: relay.messages_per_connection: relay `other`"), "{error}");
}

#[test]
fn providers_have_domains_and_a_limit() {
    let domains = |text: &str| read(&format!("{MINIMAL}[[domain]]\n{text}\n"), &[]);
    let config = domains("names = [\"Example.net\", \"пример.рф\"]\nrate_per_hour = 10").unwrap();
    let names: Vec<_> = config.domains[0].addresses().flatten().map(|address| address.domain().to_owned()).collect();
    assert_eq!((names[0].as_str(), names.len()), ("example.net", 2));
    for (text, said) in [
        ("names = []\nrate = 1", "domain.names: name at least one domain"),
        ("names = [\"example.net\"]", "domain.names: `example.net` has no limit"),
        ("names = [\"a@b.example\"]\nrate = 1", "domain.names: `a@b.example` is no domain"),
        ("names = [\"a.example\", \"A.example\"]\nrate = 1", "domain.names: `A.example` is there twice"),
        ("name = [\"example.net\"]\nrate = 1", "unknown field `name`"),
    ] {
        let error = domains(text).unwrap_err();
        assert!(error.starts_with("DIR/config.toml:1") && error.contains(said), "{error}");
    }
}
