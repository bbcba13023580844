//! Claims deliveries, hands them to a relay, records what came of them.
