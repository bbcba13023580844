//! `config.toml`, overridden by `HANDBILL_SECTION__KEY`, checked as a whole before anything runs.

mod load;
mod sections;

pub use load::{ConfigError, load};
pub use sections::{
    Config, Digests, Images, Mail, Relay, Secret, Sender, Site, Source, SourceKind, Store, Tls, Vault, Web,
};
