use tokio::net::TcpListener;

use super::*;

#[test]
fn only_a_name_or_an_ip_address_is_said_in_ehlo() {
    for (hello, said) in [
        ("mail.example.org", "mail.example.org"),
        ("192.0.2.1", "[192.0.2.1]"),
        ("[2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("", "[127.0.0.1]"),
        ("a\r\nMAIL FROM:<evil@example.org>", "[127.0.0.1]"),
        ("a b", "[127.0.0.1]"),
    ] {
        assert_eq!(client_id(hello).to_string(), said);
    }
}

#[test]
fn a_password_goes_in_plain_to_this_machine_only() {
    for (peer, here) in [
        ("127.0.0.1", true),
        ("127.8.9.10", true),
        ("::1", true),
        ("::ffff:127.0.0.1", true),
        ("192.168.0.1", false),
        ("::ffff:192.0.2.1", false),
        ("2001:db8::1", false),
    ] {
        assert_eq!(is_here(peer.parse().unwrap()), here, "{peer}");
    }
}

#[test]
fn a_ca_file_that_holds_nothing_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let told = |file: &Path| trusted_roots(Some(file)).unwrap_err().to_string();
    assert!(told(&file).contains("ca.pem"), "{}", told(&file));
    std::fs::write(&file, "nothing\n").unwrap();
    assert!(told(&file).contains("no certificate in it"), "{}", told(&file));
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    assert!(matches!(trusted_roots(Some(&file)), Err(Problem::Roots(_))));
}

#[tokio::test]
async fn a_connection_does_not_wait_for_acknowledgements() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = dial("127.0.0.1", listener.local_addr().unwrap().port()).await.unwrap();
    assert!(tcp.nodelay().unwrap());
}
