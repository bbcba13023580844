//! What mail to staff about the machinery is given.

use chrono_tz::Tz;
use serde::Serialize;

use super::changes::until;
use super::{Frame, MAX_TEXT};
use crate::message::one_line;
use crate::notify::NoticeKind;
use crate::store::notices::Notice;
use crate::words::{Language, WordsError};

/// Tells staff that something is wrong, or that it is over. It names nobody on the list.
#[derive(Clone, Debug, Serialize)]
pub struct StaffNotice {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// What it is.
    pub kind: NoticeKind,
    /// What it is in a few words.
    pub heading: String,
    /// What it is in a sentence or two.
    pub body: String,
    /// Whether it is over.
    pub over: bool,
    /// Since when it was so.
    pub since: String,
    /// When it was over, if it is.
    pub ended: Option<String>,
}

impl StaffNotice {
    /// What a notice says, its times on the clock of `time_zone`.
    ///
    /// # Errors
    /// When the words of the language are not those of a notice or a date.
    pub fn new(frame: Frame, language: Language<'_>, notice: &Notice, time_zone: Tz) -> Result<Self, WordsError> {
        let over = notice.closed_at.is_some();
        let args = [
            ("kind", notice.kind.as_str().into()),
            ("subject", one_line(&notice.subject, MAX_TEXT).into()),
            ("detail", one_line(&notice.detail, MAX_TEXT).into()),
        ];
        let say = |now: &str, then: &str| language.get(if over { then } else { now }, &args);
        Ok(Self {
            kind: notice.kind,
            heading: say("notice-staff-heading", "notice-staff-heading-over")?,
            body: say("notice-staff-body", "notice-staff-body-over")?,
            over,
            since: until(language, notice.opened_at, time_zone)?,
            ended: notice.closed_at.map(|at| until(language, at, time_zone)).transpose()?,
            frame,
        })
    }
}
