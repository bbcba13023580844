//! Earlier mailings, for everybody to read: the list by years, and each as a page.

mod feed;
mod issue;

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::Problem;
use super::contexts::{Archive, Card, Mailing, Year};
use super::visit::Visit;
use crate::editions::archive;
use crate::id::EditionId;
use crate::store::archive::Stretch;
use crate::words::WordsError;

pub(super) use feed::feed;

/// How long others may keep these pages.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// `GET /archive`: the list, with `?year=` that of one year, with `?before=` what is older.
pub(super) async fn list(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let asked = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse::<i64>().ok())
    };
    let (store, zone) = (&visit.app().store, visit.app().config.site.time_zone);
    let only = asked("year").and_then(|year| i32::try_from(year).ok());
    let only = only.and_then(|year| Some((year, archive::of_year(year, zone)?)));
    let stretch = only.map_or(Stretch::ALL, |(_, stretch)| stretch);
    let before = asked("before").map_or(stretch.before, EditionId);
    let (issues, more) = archive::list(store, Stretch { before, ..stretch }).await?;
    let older = issues.last().filter(|_| more).map(|issue| issue.id.0);
    let mut years: Vec<Year> = Vec::new();
    for issue in issues {
        let year = archive::year(issue.sent_at, zone).to_string();
        let mailing = Mailing {
            id: issue.id.0,
            day: visit.day(issue.sent_at),
            cadence: issue.cadence,
            kind: issue::word(issue.kind),
            title: issue.title.filter(|title| !title.is_empty()),
            title_language: issue.language,
        };
        match years.last_mut().filter(|last| last.year == year) {
            Some(last) => last.mailings.push(mailing),
            None => years.push(Year { year, mailings: vec![mailing] }),
        }
    }
    let all_years = archive::years(store, zone).await?.iter().map(ToString::to_string).collect();
    let only = only.map(|(year, _)| year.to_string());
    let card = card(&visit).map_err(wrong_words)?;
    kept(visit.carded(StatusCode::OK, Archive { years, all_years, only, older }, Some(card))?)
}

fn card(visit: &Visit) -> Result<Card, WordsError> {
    let (language, site) = (visit.language(), visit.app().config.site.name.as_str());
    Ok(Card {
        kind: "website",
        title: language.get("page-feed-title", &[("site", site.into())])?,
        url: visit.address("archive"),
        description: language.get("page-home-intro", &[])?,
        locale: issue::locale(language.tag()),
        image: None,
    })
}

/// `GET /archive/{id}`: one mailing.
pub(super) async fn show(
    visit: Visit,
    path: Result<Path<EditionId>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(id)) = path else { return Err(Problem::NotFound) };
    let languages = [visit.language().tag(), visit.app().config.site.language.as_str()];
    let shown = archive::show(visit.app(), id, &languages).await?.ok_or(Problem::NotFound)?;
    let card = issue::card(&visit, &shown).map_err(wrong_words)?;
    let issue = issue::issue(&visit, shown).map_err(wrong_words)?;
    kept(visit.carded(StatusCode::OK, issue, Some(card))?)
}

fn wrong_words(error: WordsError) -> Problem {
    tracing::error!(%error, "a page of the archive could not be written; put the word right that it names");
    Problem::Failed
}

fn kept(mut response: Response) -> Result<Response, Problem> {
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    Ok(response)
}
