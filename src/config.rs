//! `config.toml`, overridden by `HANDBILL_SECTION__KEY`, checked as a whole before anything runs.

mod color;
mod load;
mod notify;
mod sections;
mod source;

pub use color::{Color, DARK_GROUND, READABLE};
pub use load::{ConfigError, load};
pub use notify::{Notify, NotifyMail};
pub use sections::{Config, Digests, Images, Mail, Relay, Secret, Sender, Site, Store, Tls, Vault, Web};
pub use source::{FeedOrigin, FolderOrigin, Origin, SHORTEST_INTERVAL, Source, SourceKind};
