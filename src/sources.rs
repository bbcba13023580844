//! Sources: where posts come from.
