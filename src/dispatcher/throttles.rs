//! The recipients' domains that are written to only so fast. What is claimed for one and has no turn yet goes back, until about
//! its turn, so that it stands before nobody else.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::config::Domain;
use crate::editions::Lane;
use crate::store::Tx;
use crate::store::queue::Claimed;
use crate::store::tallies::Limits;
use crate::store::turns::Wanted;
use crate::vault::Vault;

/// How long before its turn a message may go, as what is due is looked for once a second only.
const AHEAD: Duration = Duration::from_secs(2);
/// The same for urgent mail, which so is always a turn or more before all else.
const URGENT_AHEAD: Duration = Duration::from_secs(4);

/// From one turn of a provider to the next; nothing where it has no rate a minute.
fn period(domain: &Domain) -> Duration {
    Duration::from_secs(60).checked_div(domain.rate).unwrap_or_default()
}

/// Within how long a row that waits for a turn of a rate a minute comes due, as long as there are any; nothing where none has one.
pub(super) fn next_turn(domains: &[Domain]) -> Duration {
    let longest = domains.iter().map(period).max().unwrap_or_default();
    if longest.is_zero() { longest } else { longest.max(AHEAD) }
}

/// The domains of the config that have limits.
#[derive(Debug, Default)]
pub(super) struct Throttles {
    providers: Vec<Provider>,
    /// By the domains' keyed hashes.
    by_domain: HashMap<i64, usize>,
}

#[derive(Debug)]
struct Provider {
    /// What it is called in the store, where no name is kept.
    subject: String,
    period: Duration,
    all: Limits,
    /// Of that, what mail may take that is not urgent.
    ordinary: Limits,
}

impl Throttles {
    pub(super) fn of(domains: &[Domain], vault: &Vault) -> Self {
        let mut throttles = Self::default();
        for domain in domains {
            let mut indexes =
                domain.addresses().flatten().flat_map(|address| vault.domain_indexes(&address)).peekable();
            let Some(first) = indexes.peek() else { continue };
            let all = domain.limits();
            // An eighth is kept, as of the connections by default.
            let part = |limit: u32| limit - limit / 8;
            throttles.providers.push(Provider {
                subject: format!("domain {first:016x}"),
                period: period(domain),
                all,
                ordinary: Limits { hour: part(all.hour), day: part(all.day) },
            });
            let number = throttles.providers.len() - 1;
            throttles.by_domain.extend(indexes.map(|index| (index, number)));
        }
        // Two nodes take their locks in the same order.
        throttles
    }

    /// Puts off those of a claim that have no turn yet, and leaves the others in `claimed`.
    pub(super) async fn put_off(
        &self,
        tx: &mut Tx,
        claimed: &mut Vec<Claimed>,
        lane: Lane,
        now: Timestamp,
    ) -> crate::store::Result<()> {
        let provider = |row: &Claimed| self.by_domain.get(&row.domain_index).copied();
        let urgent = lane == Lane::Urgent;
        let mut later = Vec::new();
        for (number, limits) in self.providers.iter().enumerate() {
            let count = claimed.iter().filter(|row| provider(row) == Some(number)).count();
            if count == 0 {
                continue;
            }
            let wanted = Wanted {
                subject: &limits.subject,
                period: limits.period,
                limits: if urgent { limits.all } else { limits.ordinary },
                ahead: if urgent { URGENT_AHEAD } else { AHEAD },
                // Letters are few, and somebody waits for each.
                queue_up: lane == Lane::Bulk,
            };
            let turns = tx.take_turns(wanted, count, now).await?;
            let (mut first, mut times) = (turns.now, turns.later());
            claimed.retain(|row| {
                if provider(row) != Some(number) {
                    return true;
                }
                if let Some(less) = first.checked_sub(1) {
                    first = less;
                    return true;
                }
                later.extend(times.next().map(|at| (row.lease, row.subscriber_id, at)));
                false
            });
        }
        if let Some((lease, ..)) = later.first().copied() {
            let rows: Vec<_> = later.into_iter().map(|(_, subscriber, at)| (subscriber, at)).collect();
            tx.put_off(lease, &rows).await?;
        }
        Ok(())
    }
}
