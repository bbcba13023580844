//! Earlier mailings, for everybody to read.

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::Problem;
use super::contexts::{Archive, Article, Issue, Mailing};
use super::visit::Visit;
use crate::editions::archive;
use crate::id::EditionId;
use crate::templates::contexts::safe_url;
use crate::topics::Topics;

/// How long others may keep these pages.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// `GET /archive`: the list, or with `?before=` what is older.
pub(super) async fn list(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let before = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "before")
        .and_then(|(_, id)| id.parse().ok());
    let before = before.unwrap_or(EditionId(i64::MAX));
    let (issues, more) = archive::list(&visit.app().store, before).await?;
    let older = issues.last().filter(|_| more).map(|issue| issue.id.0);
    let mailings =
        issues.iter().map(|issue| Mailing { id: issue.id.0, day: visit.day(issue.sent_at), cadence: issue.cadence });
    kept(visit.page(StatusCode::OK, Archive { mailings: mailings.collect(), older })?)
}

/// `GET /archive/{id}`: the posts of one.
pub(super) async fn show(
    visit: Visit,
    path: Result<Path<EditionId>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(id)) = path else { return Err(Problem::NotFound) };
    let languages = [visit.language().tag(), visit.app().config.site.language.as_str()];
    let Some((issue, posts)) = archive::show(&visit.app().store, id, &languages).await? else {
        return Err(Problem::NotFound);
    };
    let articles = posts.into_iter().map(|post| Article {
        id: post.original_id.0,
        day: visit.day(post.published_at),
        topics: Topics::parse(&post.topics).iter().map(str::to_owned).collect(),
        title: post.title,
        url: post.url.as_deref().and_then(safe_url).filter(|url| url.starts_with("http")),
        post_language: post.language,
        html: post.html,
    });
    kept(visit.page(StatusCode::OK, Issue { day: visit.day(issue.sent_at), articles: articles.collect() })?)
}

fn kept(mut response: Response) -> Result<Response, Problem> {
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    Ok(response)
}
