//! Leaving: a button for people, one click for mail programs (RFC 8058). Nobody is braked here.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Problem;
use super::contexts::Leave;
use super::fields::{self, Fields};
use super::visit::{Followed, Visit};
use crate::appeals::public::{self, Public};
use crate::id::{EditionId, SubscriberId};
use crate::subscribers::list;

/// The field that only the page's own button sends.
const BUTTON: &str = "leave";
/// The box for those who still want to hear if the event changes.
const FOLLOW: &str = "follow";

/// `GET /unsubscribe/{token}`: the button.
pub(super) async fn show(mut visit: Visit, followed: Followed) -> Result<Response, Problem> {
    visit.follow(followed.token).await;
    // Without it the button is still of use, and a broken store shows when it is pressed.
    let event = event(&visit, &followed).await.ok().flatten().map(|public| public.title);
    Ok(visit.page(StatusCode::OK, Leave { event })?)
}

/// The appeal that the mail with this link was about, if its event is still ahead. The mail said as much, so it tells
/// nothing to whoever was passed it.
async fn event(visit: &Visit, followed: &Followed) -> Result<Option<Public>, Problem> {
    let app = visit.app();
    let edition = app.store.edition(EditionId(followed.token.edition)).await?;
    let Some(appeal) = edition.and_then(|edition| edition.appeal_id) else { return Ok(None) };
    let public = public::appeal(app, appeal).await?.filter(|public| !public.is_off());
    Ok(public.filter(|public| !public.version.events.is_empty() && !public.version.is_over(app.clock.now())))
}

/// `POST /unsubscribe/{token}`: leaves. Any link will do, whatever else it is for and however old it is.
///
/// The page's button gets a page, and a goodbye mail goes out, as somebody to whom the mail was passed on may have
/// pressed it. Anything else, readable or not, is a mail program's one click: it gets 200 and nothing more.
pub(super) async fn leave(mut visit: Visit, followed: Followed, request: Request) -> Result<Response, Problem> {
    let form = is_form(request.headers());
    let body = fields::read(request.into_body()).await;
    let fields = body.filter(|_| form).map(|body| Fields::parse(&body)).unwrap_or_default();
    let is_set = |name| fields.all(name).next().is_some();
    let button = is_set(BUTTON);
    // Leaving counts most: what cannot be looked up now is not followed.
    let follow = if button && is_set(FOLLOW) { event(&visit, &followed).await.ok().flatten() } else { None };
    let follow = follow.map(|public| public.appeal.id);
    let (app, id) = (Arc::clone(visit.app()), SubscriberId(followed.token.subscriber));
    // On its own, so that it ends even when whoever asked hangs up.
    let left = tokio::spawn(async move {
        match follow {
            Some(appeal) => list::leave_but_follow(&app, id, appeal, "subscriber", button).await,
            None => list::leave(&app, id, "subscriber", button).await,
        }
    });
    left.await.map_err(|_| Problem::Failed)??;
    if !button {
        return Ok((StatusCode::OK, "ok\n").into_response());
    }
    visit.follow(followed.token).await;
    let mut said = vec!["page-left", "page-left-return"];
    if follow.is_some() {
        said.insert(1, "page-left-follow");
    }
    visit.notice("page-left-heading", said)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
