//! Confirming: the second half of double opt-in.

use axum::http::StatusCode;
use axum::response::Response;

use super::Problem;
use super::contexts::Confirm;
use super::visit::{Followed, Visit};
use crate::subscribers::list;
use crate::vault::TokenPurpose;

/// `GET /confirm/{token}`: what was chosen, and a button. Programs that look at every link in a mail confirm nothing.
pub(super) async fn show(mut visit: Visit, followed: Followed) -> Result<Response, Problem> {
    visit.follow(followed.token).await;
    is_for_this(&followed)?;
    let wanted = list::asked(visit.app(), &followed.token).await?;
    let mail_language = wanted.language.as_deref().unwrap_or(&visit.app().config.site.language);
    let mail_language = visit.words().language(mail_language);
    let body = Confirm {
        cadence: wanted.cadence,
        alerts: wanted.alerts,
        region: wanted.region,
        topics: wanted.topics.iter().map(str::to_owned).collect(),
        mail_language: mail_language.get("language-name", &[]).unwrap_or_else(|_| mail_language.tag().to_owned()),
    };
    Ok(visit.page(StatusCode::OK, body)?)
}

/// `POST /confirm/{token}`: confirms.
pub(super) async fn confirm(mut visit: Visit, followed: Followed) -> Result<Response, Problem> {
    visit.follow(followed.token).await;
    is_for_this(&followed)?;
    list::confirm(visit.app(), &followed.token).await?;
    visit.notice("page-confirmed-heading", ["page-confirmed", "page-confirmed-change"])
}

/// A link of another kind is no link here.
fn is_for_this(followed: &Followed) -> Result<(), Problem> {
    if followed.token.purpose == TokenPurpose::Confirm { Ok(()) } else { Err(Problem::BadLink) }
}
