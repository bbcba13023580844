//! Joining, confirming, choosing, leaving: everything that changes the list.
//!
//! Pages and commands call these same functions.

mod choose;
mod join;
mod leave;
mod links;

use super::Preferences;
use crate::app::App;
use crate::editions::letters::Reader;
use crate::id::SubscriberId;

pub use choose::{less_often, pause, save_preferences};
pub use join::{Added, Consent, Newcomer, SaidYes, add, keep_away, sign_up, take_over};
pub use leave::{erase, leave, leave_but_follow, suppress, suppress_dead};
pub use links::{LinkError, asked, confirm, preferences, send_link, send_link_to};

fn reader(app: &App, id: SubscriberId, wanted: &Preferences, domain_index: i64) -> Reader {
    let language = wanted.language.clone().unwrap_or_else(|| app.config.site.language.clone());
    Reader { id, language, domain_index, asked: None }
}
