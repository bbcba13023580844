//! `keys dkim` and `doctor`, by the real binary.

use std::os::unix::fs::PermissionsExt;

use handbill::clock::Timestamp;
use handbill::dkim::{Algorithm, Key, Record, Signer};
use serde_json::Value;

use super::verify;
use crate::real::Real;

const SECTION: &str = "[dkim]\nselector = \"handbill\"\nkey_file = \"dkim-handbill.pem\"\n";
const SECOND: &str = "ed25519_selector = \"handbill-ed25519\"\ned25519_key_file = \"dkim-handbill-ed25519.pem\"\n";

/// What the doctor says of signing.
fn finding(real: &Real) -> (bool, String) {
    let found: Vec<Value> = serde_json::from_str(&real.run(&["doctor", "--json"]).out).unwrap();
    let found = found.iter().find(|finding| finding["check"] == "dkim").unwrap();
    (found["ok"].as_bool().unwrap(), found["detail"].as_str().unwrap().to_owned())
}

#[test]
fn a_key_is_made_once_and_its_record_is_what_verifiers_need() {
    let real = Real::sqlite();
    let out = real.done(&["keys", "dkim"]);
    let file = real.path().join("dkim-handbill.pem");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = std::fs::read_to_string(&file).unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n") && key.lines().all(|line| line.len() <= 64), "its shape");
    assert!(out.contains("dkim-handbill.pem: made (RSA of 2048 bits)"), "{out}");
    assert!(out.contains("\nhandbill._domainkey.campaign.example. IN TXT ( \"v=DKIM1; k=rsa; p=MII"), "{out}");
    assert!(out.contains(SECTION), "{out}");
    assert!(!out.contains(key.lines().nth(1).unwrap()), "the key itself");

    // The config as it was told to be.
    real.configure(SECTION);
    let again = real.done(&["keys", "dkim"]);
    assert!(again.contains("was there already, and is kept") && !again.contains("[dkim]"), "{again}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
    let second = real.done(&["keys", "dkim", "--ed25519"]);
    assert!(second.contains("dkim-handbill-ed25519.pem: made (Ed25519)"), "{second}");
    let wanted = format!("write into [dkim] of the config:\n\n{SECOND}");
    assert!(second.contains(&wanted), "{second}");

    real.configure(&format!("{SECTION}{SECOND}"));
    let keys = real.json(&["keys", "dkim", "--json"]);
    let records: Vec<Record> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|key| {
            let text = |name: &str| key[name].as_str().unwrap().to_owned();
            assert_eq!((&key["made"], &key["type"]), (&false.into(), &"TXT".into()));
            let strings: Vec<&str> =
                key["strings"].as_array().unwrap().iter().map(|string| string.as_str().unwrap()).collect();
            assert!(strings.concat() == text("value") && strings.iter().all(|string| string.len() <= 255), "{key}");
            Record { name: text("name"), value: text("value") }
        })
        .collect();
    let key = |algorithm, selector: &str| {
        let file = real.path().join(format!("dkim-{selector}.pem"));
        (selector.to_owned(), Key::read(algorithm, &file).unwrap())
    };
    let keys = vec![key(Algorithm::Rsa, "handbill"), key(Algorithm::Ed25519, "handbill-ed25519")];
    let message = b"From: news@campaign.example\r\nSubject: A strike\r\n\r\nToday.\r\n";
    let signed = Signer::new("campaign.example", keys).sign(message, Timestamp(1_443_420_000_000_000)).unwrap();
    assert_eq!(verify(&records, &[signed]), [["good", "good"]]);
}

#[test]
fn a_key_takes_another_ones_place_under_another_name() {
    let real = Real::sqlite();
    real.configure(SECTION);
    real.done(&["keys", "dkim"]);
    let made = real.json(&["keys", "dkim", "--selector", "autumn26", "--json"]);
    assert_eq!((&made[0]["made"], &made[0]["name"]), (&true.into(), &"autumn26._domainkey.campaign.example".into()));
    assert!(real.path().join("dkim-autumn26.pem").is_file());
    let made = real.json(&["keys", "dkim", "--ed25519", "--key-file", "keys/second.pem", "--json"]);
    assert_eq!((&made[0]["algorithm"], &made[0]["selector"]), (&"ed25519".into(), &"handbill-ed25519".into()));
    assert!(real.path().join("keys/second.pem").is_file());
    // One of another kind is not taken for it.
    let wrong = real.run(&["keys", "dkim", "--ed25519", "--key-file", "dkim-autumn26.pem"]);
    assert!(wrong.code == Some(1) && wrong.err.contains("dkim-autumn26.pem holds no Ed25519 key"), "{}", wrong.err);
    let wrong = real.run(&["keys", "dkim", "--selector", "a b"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("--selector: a selector is small letters"), "{}", wrong.err);
    assert!(wrong.out.is_empty() && !real.path().join("dkim-a b.pem").exists());
}

#[test]
fn the_doctor_signs_and_says_what_has_to_be_published() {
    let real = Real::sqlite();
    let (ok, detail) = finding(&real);
    assert!(ok && detail.contains("mail is not signed here"), "{detail}");

    real.configure(SECTION);
    let (ok, detail) = finding(&real);
    assert!(
        !ok && detail.contains("dkim.key_file: ") && detail.ends_with("make it with: handbill keys dkim"),
        "{detail}"
    );
    let ran = real.run(&["dispatch", "--until-empty"]);
    assert!(ran.code == Some(1) && ran.err.contains("dkim.key_file: "), "{}", ran.err);
    let mut daemon = real.start(&["run"]);
    assert_eq!(daemon.ended().code(), Some(1));
    assert_eq!(daemon.out.text(), "", "it served pages before it looked");

    real.done(&["keys", "dkim"]);
    let (ok, detail) = finding(&real);
    assert!(ok && detail.starts_with("can sign for campaign.example (RSA of 2048 bits); "), "{detail}");
    assert!(detail.contains("handbill._domainkey.campaign.example"), "{detail}");

    // Others may share it by their group, but not everybody.
    let file = real.path().join("dkim-handbill.pem");
    for (mode, well) in [(0o640, true), (0o604, false), (0o644, false), (0o400, true)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let ran = real.run(&["keys", "dkim"]);
        assert_eq!(ran.code == Some(0), well, "{mode:o}: {}", ran.err);
        assert!(well || ran.err.contains("chmod o= "), "{}", ran.err);
    }
}
