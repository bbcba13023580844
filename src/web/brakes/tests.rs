use governor::clock::FakeRelativeClock;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_network_has_its_quota_and_gets_it_back() {
    let clock = FakeRelativeClock::default();
    let brakes = Brakes::with_clock(2, 100, clock.clone());
    assert_eq!(brakes.check(ip("192.0.2.1")), Ok(()));
    assert_eq!(brakes.check(ip("192.0.2.200")), Ok(()));
    // The same /24, also when written as IPv6.
    let wait = brakes.check(ip("::ffff:192.0.2.7")).unwrap_err();
    assert!(wait > Duration::ZERO && wait <= HOUR / 2, "{wait:?}");
    assert_eq!(brakes.check(ip("192.0.3.1")), Ok(()));
    clock.advance(wait);
    assert_eq!(brakes.check(ip("192.0.2.1")), Ok(()));
}

#[test]
fn an_ipv6_network_is_a_56() {
    let brakes = Brakes::with_clock(1, 100, FakeRelativeClock::default());
    assert_eq!(brakes.check(ip("2001:db8:1:100::1")), Ok(()));
    assert!(brakes.check(ip("2001:db8:1:1ff::9")).is_err());
    assert_eq!(brakes.check(ip("2001:db8:1:200::1")), Ok(()));
}

#[test]
fn who_is_over_their_own_limit_uses_up_nobody_elses() {
    let brakes = Brakes::with_clock(1, 3, FakeRelativeClock::default());
    assert_eq!(brakes.check(ip("192.0.2.1")), Ok(()));
    for _ in 0..50 {
        assert!(brakes.check(ip("192.0.2.1")).is_err());
    }
    assert_eq!(brakes.check(ip("198.51.100.1")), Ok(()));
    assert_eq!(brakes.check(ip("203.0.113.1")), Ok(()));
    assert!(brakes.check(ip("203.0.114.1")).is_err());
}

#[test]
fn a_quota_of_none_lets_nothing_through() {
    assert_eq!(Brakes::with_clock(0, 9, FakeRelativeClock::default()).check(ip("192.0.2.1")), Err(CLOSED_FOR));
    assert_eq!(Brakes::with_clock(9, 0, FakeRelativeClock::default()).check(ip("192.0.2.1")), Err(CLOSED_FOR));
}

#[test]
fn networks_are_forgotten() {
    let clock = FakeRelativeClock::default();
    let brakes = Brakes::with_clock(1, 1_000_000, clock.clone());
    let networks = brakes.networks.as_ref().unwrap();
    for number in 0..u32::try_from(MAX_NETWORKS).unwrap() + 100 {
        assert_eq!(brakes.check(IpAddr::V4(Ipv4Addr::from_bits(number << 8))), Ok(()));
    }
    assert!(networks.len() <= MAX_NETWORKS, "{}", networks.len());
    clock.advance(2 * HOUR);
    for _ in 0..CLEAN_EVERY {
        let _ = brakes.check(ip("192.0.2.1"));
    }
    assert!(networks.len() <= 1, "{}", networks.len());
}
