//! Sealed addresses, keyed blind indexes, link tokens, and the keys for them.
