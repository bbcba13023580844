//! The events of appeals as calendars: one to subscribe to, and each event by itself.

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Problem;
use super::visit::Visit;
use crate::appeals::calendar::{self, Entry, Feed, Organizer};
use crate::appeals::event::{Event, known_region};
use crate::appeals::public::{self, Public};

/// How long others may keep a calendar: a change should be seen soon.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// `GET /events.ics`: all events, or with `?region=` those of one region and those for everybody.
pub(super) async fn feed(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let app = visit.app();
    let query = query.unwrap_or_default();
    let wanted = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "region");
    let region = wanted.map(|(_, region)| known_region(&region, &app.config.appeals.regions)).transpose();
    let Ok(region) = region else { return Err(Problem::NotFound) };
    let appeals = public::all(app).await?;
    let is_wanted = |event: &Event| region.is_none() || event.region.is_none() || event.region == region;
    let entries: Vec<_> = appeals.iter().flat_map(|public| entries(public, &is_wanted)).collect();
    let site = &app.config.site;
    let base = site.url.as_str().trim_end_matches('/');
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(region.iter().map(|region| ("region", region)))
        .finish();
    let source = if query.is_empty() { format!("{base}/events.ics") } else { format!("{base}/events.ics?{query}") };
    let name = region.map_or_else(|| site.name.clone(), |region| format!("{}: {region}", site.name));
    let feed = Feed { name: &name, source: &source };
    let organizer = Organizer::from(&site.sender);
    let calendar = calendar::feed(&entries, &feed, &organizer, visit.language()).map_err(|error| {
        tracing::error!(%error, "the calendar of events could not be written");
        Problem::Failed
    })?;
    Ok(served(calendar, calendar::FEED_CONTENT_TYPE, "events.ics"))
}

/// `GET /events/{file}`: one event, as `UID.ics`.
pub(super) async fn one(
    visit: Visit,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(file)) = path else { return Err(Problem::NotFound) };
    let uid = file.strip_suffix(".ics").ok_or(Problem::NotFound)?;
    let public = public::with_event(visit.app(), uid).await?.ok_or(Problem::NotFound)?;
    let entries = entries(&public, &|event| event.uid == uid);
    let organizer = Organizer::from(&visit.app().config.site.sender);
    let calendar = calendar::invitation(&entries, &organizer, visit.language()).map_err(|error| {
        tracing::error!(%error, "the calendar of an event could not be written");
        Problem::Failed
    })?;
    let calendar = calendar.ok_or(Problem::NotFound)?;
    Ok(served(calendar, calendar::MAIL_CONTENT_TYPE, "event.ics"))
}

fn entries<'a>(public: &'a Public, is_wanted: &dyn Fn(&Event) -> bool) -> Vec<Entry<'a>> {
    let on = public.version.events.iter().map(|event| (event, public.version.calls_off(event)));
    let off = public.dropped.iter().map(|event| (event, true));
    on.chain(off)
        .filter(|(event, _)| is_wanted(event))
        .map(|(event, cancelled)| Entry {
            event,
            title: &public.title,
            description: &public.excerpt,
            url: public.url.as_deref(),
            sequence: public.version.number.saturating_sub(1),
            created: public.appeal.created_at,
            modified: public.version.created_at,
            cancelled,
        })
        .collect()
}

fn served(calendar: String, kind: &'static str, file: &str) -> Response {
    let name = format!("inline; filename=\"{file}\"");
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, KEEP)];
    let mut response = (StatusCode::OK, headers, calendar).into_response();
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
