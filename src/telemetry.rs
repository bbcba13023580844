//! Logs on stderr, without addresses.
