//! `config.toml`, overridden by `HANDBILL_SECTION__KEY`, checked as a whole before anything runs.

mod color;
mod dkim;
mod domain;
mod load;
mod notify;
mod relay;
mod sections;
mod source;
mod whole;

pub use color::{Color, DARK_GROUND, READABLE};
pub use dkim::{Dkim, check_selector};
pub use domain::Domain;
pub use load::{ConfigError, folder, load};
pub use notify::{Notify, NotifyMail};
pub use relay::{Relay, Secret, Tls};
pub use sections::{Config, Digests, Images, Mail, Sender, Site, Store, Vault, Web, length_of_time};
pub use source::{FeedOrigin, FolderOrigin, Origin, SHORTEST_INTERVAL, Source, SourceKind};
