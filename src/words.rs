//! Every word a reader sees, one file per language.
