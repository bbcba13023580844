//! Leaving: a button for people, one click for mail programs (RFC 8058). Nobody is braked here.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Problem;
use super::contexts::Leave;
use super::fields::{self, Fields};
use super::visit::{Followed, Visit};
use crate::id::SubscriberId;
use crate::subscribers::list;

/// The field that only the page's own button sends.
const BUTTON: &str = "leave";

/// `GET /unsubscribe/{token}`: the button.
pub(super) async fn show(mut visit: Visit, followed: Followed) -> Result<Response, Problem> {
    visit.follow(followed.token).await;
    Ok(visit.page(StatusCode::OK, Leave {})?)
}

/// `POST /unsubscribe/{token}`: leaves. Any link will do, whatever else it is for and however old it is.
///
/// The page's button gets a page, and a goodbye mail goes out, as somebody to whom the mail was passed on may have
/// pressed it. Anything else, readable or not, is a mail program's one click: it gets 200 and nothing more.
pub(super) async fn leave(mut visit: Visit, followed: Followed, request: Request) -> Result<Response, Problem> {
    let form = is_form(request.headers());
    let body = fields::read(request.into_body()).await;
    let button = form && body.is_some_and(|body| Fields::parse(&body).all(BUTTON).next().is_some());
    let (app, id) = (Arc::clone(visit.app()), SubscriberId(followed.token.subscriber));
    // On its own, so that it ends even when whoever asked hangs up.
    let left = tokio::spawn(async move { list::leave(&app, id, "subscriber", button).await });
    left.await.map_err(|_| Problem::Failed)??;
    if !button {
        return Ok((StatusCode::OK, "ok\n").into_response());
    }
    visit.follow(followed.token).await;
    visit.notice("page-left-heading", ["page-left", "page-left-return"])
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
