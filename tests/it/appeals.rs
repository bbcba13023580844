//! Appeals: whom they call, and that a change reaches exactly those who were told.

mod amending;
mod calling_off;
mod declared;
pub(crate) mod desk;
mod interleaved;
mod lane;
mod late;
mod model_case;
mod proposing;
mod reminding;
mod removing;
mod rules;
mod stopping;

#[path = "../../src/appeals/calendar/tests/reader.rs"]
#[expect(dead_code, reason = "not all of an entry is looked at here")]
mod reader;
