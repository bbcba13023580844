//! A whole working campaign in a scratch folder.

pub mod catcher;
