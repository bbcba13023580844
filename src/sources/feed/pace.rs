//! How soon a feed is asked again.

use std::time::Duration;

use crate::clock::Timestamp;

/// The longest pause that failures lead to.
const LONGEST: Duration = Duration::from_secs(3 * 3600);

/// How long to wait for the next pass over a feed that is read each `interval`, after so many failures in a row: each
/// but the first doubles the pause, to three hours or the interval. A fifth more or less by `dice`, so that not all of a host's feeds
/// are asked for at once. Never before `retry_at`, which the server named, and up to a minute after it, again by `dice`.
pub(in crate::sources) fn next_pass(
    interval: Duration,
    failures: u32,
    retry_at: Option<Timestamp>,
    now: Timestamp,
    dice: u16,
) -> Duration {
    let share = f64::from(dice) / f64::from(u16::MAX);
    let pause = match failures {
        0 => interval,
        _ => interval
            .saturating_mul(2_u32.saturating_pow(failures - 1))
            .min(LONGEST.max(interval))
            .mul_f64(0.8 + 0.4 * share),
    };
    match retry_at {
        Some(at) => pause.max(at.since(now) + Duration::from_secs(60).mul_f64(share)),
        None => pause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_772_442_000_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn pauses_grow_with_failures_up_to_a_limit_and_vary() {
        let pause = |failures, dice| next_pass(MINUTE * 5, failures, None, NOW, dice);
        assert_eq!([0, u16::MAX].map(|dice| pause(0, dice)), [MINUTE * 5; 2]);
        assert_eq!([0, u16::MAX].map(|dice| pause(1, dice)), [MINUTE * 4, MINUTE * 6]);
        assert_eq!(pause(4, 0), MINUTE * 32);
        assert_eq!([10, 99, u32::MAX].map(|failures| pause(failures, u16::MAX)), [LONGEST.mul_f64(1.2); 3]);
        let daily = Duration::from_secs(86_400);
        assert_eq!(next_pass(daily, 4, None, NOW, 0), daily.mul_f64(0.8));
    }

    #[test]
    fn a_server_that_names_a_time_is_not_asked_before_it() {
        let at = NOW.plus(MINUTE * 60);
        assert_eq!(next_pass(MINUTE * 5, 1, Some(at), NOW, 0), MINUTE * 60);
        assert_eq!(next_pass(MINUTE * 5, 1, Some(at), NOW, u16::MAX), MINUTE * 61);
        assert_eq!(next_pass(MINUTE * 5, 1, Some(NOW), NOW, 0), MINUTE * 4);
    }
}
