use aws_lc_rs::digest::digest;

use super::*;

const KEYS: [(&str, &[u8]); 3] = [
    ("1024", include_bytes!("../../tests/data/dkim/rsa-1024.pem")),
    ("passphrase", include_bytes!("../../tests/data/dkim/rsa-2048-passphrase.pem")),
    ("pkcs1", include_bytes!("../../tests/data/dkim/rsa-2048-pkcs1.pem")),
];
/// The key of RFC 8463 appendix A.2, which is that of the first test in RFC 8032 section 7.1.
const ED25519: &[u8] = b"-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

fn key(name: &str) -> &'static [u8] {
    KEYS.iter().find(|(named, _)| *named == name).unwrap().1
}

fn relaxed_header(name: &str, value: &str) -> String {
    let mut to = Vec::new();
    relaxed::header(name.as_bytes(), value.as_bytes(), &mut to);
    String::from_utf8(to).unwrap()
}

fn relaxed_body(body: &str) -> String {
    let mut to = Vec::new();
    relaxed::body(body.as_bytes(), |stretch| to.extend_from_slice(stretch));
    String::from_utf8(to).unwrap()
}

#[test]
fn headers_and_bodies_are_relaxed_as_the_rfc_has_it() {
    // The example of RFC 6376 section 3.4.5.
    assert_eq!(relaxed_header("A", " X\r\n"), "a:X");
    assert_eq!(relaxed_header("B ", " Y\t\r\n\tZ  \r\n"), "b:Y Z");
    assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
    for (body, relaxed) in [
        ("", ""),
        ("\r\n", ""),
        (" \t\r\n\r\n", ""),
        ("a", "a\r\n"),
        ("a\r\n", "a\r\n"),
        ("\r\n\r\na\r\n", "\r\n\r\na\r\n"),
        ("a\r\n \t \r\nb\t\r\n", "a\r\n\r\nb\r\n"),
        // What one library hashes wrongly.
        ("a\r\n  ", "a\r\n"),
        ("a\r\n  \r\n", "a\r\n"),
        ("a  ", "a\r\n"),
        ("\t\ta\t b", " a b\r\n"),
        ("a \tb\t c  \td \t", "a b c d\r\n"),
        (" a b \r\n  c\t\r\n d", " a b\r\n c\r\n d\r\n"),
    ] {
        assert_eq!(relaxed_body(body), relaxed, "{body:?}");
    }
    assert_eq!(relaxed_header("Subject", ""), "subject:");
    assert_eq!(relaxed_header("SUBJECT\t", "\r\n \r\n a\t\t b"), "subject:a b");
}

#[test]
fn an_ed25519_signature_is_that_of_the_rfc() {
    // RFC 8463 appendix A.3.
    let body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    let hash = STANDARD.encode(digest(&SHA256, relaxed_body(body).as_bytes()));
    assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    let mut signed = Vec::new();
    for (name, value) in [
        ("From", " Joe SixPack <joe@football.example.com>"),
        ("To", " Suzie Q <suzie@shopping.example.net>"),
        ("Subject", " Is dinner ready?"),
        ("Date", " Fri, 11 Jul 2003 21:00:37 -0700 (PDT)"),
        ("Message-ID", " <20030712040037.46341.5F8J@football.example.com>"),
    ] {
        relaxed::header(name.as_bytes(), value.as_bytes(), &mut signed);
        signed.extend(b"\r\n");
    }
    let header = format!(
        " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; \
         s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh={hash};\r\n b="
    );
    relaxed::header(b"DKIM-Signature", header.as_bytes(), &mut signed);
    let key = Key::parse(Algorithm::Ed25519, ED25519).unwrap();
    assert_eq!(
        STANDARD.encode(key.sign(&signed).unwrap()),
        "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    );
    let record = Record::of(&key, "brisbane", "football.example.com").unwrap();
    assert_eq!(record.name, "brisbane._domainkey.football.example.com");
    assert_eq!(record.value, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

#[test]
fn a_record_is_cut_into_strings_that_dns_takes() {
    let record = Record::of(&Key::parse(Algorithm::Rsa, key("pkcs1")).unwrap(), "s", "campaign.example").unwrap();
    let strings = record.strings();
    assert_eq!((strings.len(), strings[0].len()), (2, 255));
    assert_eq!(strings.concat(), record.value);
    let line = format!("s._domainkey.campaign.example. IN TXT ( \"{}\" \"{}\" )", strings[0], strings[1]);
    assert_eq!(record.zone_line(), line);
}

#[test]
fn a_key_that_cannot_sign_says_why() {
    let why = |algorithm, pem: &[u8]| Key::parse(algorithm, pem).unwrap_err();
    for (algorithm, pem, said) in [
        (Algorithm::Rsa, key("1024"), "less than 2048 bits"),
        (Algorithm::Rsa, key("passphrase"), "without a passphrase"),
        (Algorithm::Rsa, ED25519, "is for dkim.ed25519_key_file"),
        (Algorithm::Rsa, b"p=MIIB", "no private key"),
        (Algorithm::Ed25519, key("pkcs1"), "holds no Ed25519 key"),
        (Algorithm::Ed25519, key("1024"), "holds no Ed25519 key"),
    ] {
        let why = why(algorithm, pem);
        assert!(why.contains(said), "{why}");
    }
    assert_eq!(Key::parse(Algorithm::Rsa, key("pkcs1")).unwrap().kind(), "RSA of 2048 bits");
}

#[test]
fn each_header_is_named_and_what_counts_once_more() {
    let head = b"To: b@example.org\r\nX-Two: 1\r\nSubject: a\r\n  b\r\nX-Two: 2\r\n";
    let (names, signed) = headers(head).unwrap();
    let (own, sealed) = names.split_at(4);
    assert_eq!(own, ["X-Two", "Subject", "X-Two", "To"]);
    assert_eq!(sealed, SEALED);
    assert_eq!(String::from_utf8(signed).unwrap(), "x-two:2\r\nsubject:a b\r\nx-two:1\r\nto:b@example.org\r\n");
    for broken in [&b"no header\r\n"[..], b" : \r\nx", b"\xff: a\r\n"] {
        assert!(matches!(headers(broken), Err(DkimError::Message)), "{broken:?}");
    }
}

#[test]
fn what_is_added_is_folded_and_nothing_else_is_changed() {
    let keys = vec![
        ("handbill".to_owned(), Key::parse(Algorithm::Rsa, key("pkcs1")).unwrap()),
        ("handbill-ed25519".to_owned(), Key::parse(Algorithm::Ed25519, ED25519).unwrap()),
    ];
    let signer = Signer::new("campaign.example", keys);
    let message = b"From: a@campaign.example\r\nSubject: x\r\n\r\nHello\r\n";
    let at = Timestamp(1_443_420_000_999_999);
    let signed = String::from_utf8(signer.sign(message, at).unwrap()).unwrap();
    let added = signed.strip_suffix(std::str::from_utf8(message).unwrap()).unwrap();
    assert!(added.lines().all(|line| line.len() <= 78), "{added}");
    assert_eq!(added.matches("DKIM-Signature: v=1; ").count(), 2, "{added}");
    assert_eq!(added.matches("t=1443420000;").count(), 2, "{added}");
    assert!(added.is_ascii() && added.ends_with("\r\n") && !added.contains("\r\n\r\n"), "{added}");
    // The same message at the same time has the same signatures.
    assert_eq!(signer.sign(message, at).unwrap(), signed.as_bytes());
    assert!(matches!(signer.sign(b"no message", at), Err(DkimError::Message)));
}
