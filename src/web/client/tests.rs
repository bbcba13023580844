use super::*;

fn asked(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
    let mut headers = HeaderMap::new();
    for line in forwarded {
        headers.append(FORWARDED, line.parse().unwrap());
    }
    let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
    client(peer.parse().unwrap(), &headers, &trusted).to_string()
}

#[test]
fn nobody_is_believed_by_default() {
    assert_eq!(asked("192.0.2.1", &["198.51.100.9"], &[]), "192.0.2.1");
    assert_eq!(asked("192.0.2.1", &["198.51.100.9"], &["10.0.0.0/8"]), "192.0.2.1");
}

#[test]
fn the_last_one_that_no_trusted_proxy_is_asks() {
    let proxies = &["10.0.0.0/8", "::1/128"];
    assert_eq!(asked("10.0.0.1", &["198.51.100.9"], proxies), "198.51.100.9");
    assert_eq!(asked("10.0.0.1", &["203.0.113.5, 198.51.100.9"], proxies), "198.51.100.9");
    assert_eq!(asked("10.0.0.1", &["203.0.113.5", "198.51.100.9, 10.0.0.2"], proxies), "198.51.100.9");
    assert_eq!(asked("::1", &["[2001:db8::1]:443"], proxies), "2001:db8::1");
    assert_eq!(asked("::ffff:10.0.0.1", &["198.51.100.9:1234"], proxies), "198.51.100.9");
}

#[test]
fn what_is_no_address_ends_the_way_back() {
    assert_eq!(asked("10.0.0.1", &["198.51.100.9, unknown"], &["10.0.0.0/8"]), "10.0.0.1");
    assert_eq!(asked("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
}
