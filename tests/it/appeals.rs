//! Appeals: whom they call, and that a change reaches exactly those who were told.

mod amending;
mod declared;
pub(crate) mod desk;
mod interleaved;
mod lane;
mod late;
mod model_case;
mod reminding;
mod rules;
mod stopping;
