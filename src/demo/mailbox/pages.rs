//! The mailbox in the browser: who got what, and each mail as HTML, text, calendar, headers and source. Without scripts.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::extract::{Form, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http};
use chrono_tz::Tz;
use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Mail, Mailbox, Piece};
use crate::clock::Timestamp;

/// How many mails one page of the list shows.
const PAGE: usize = 100;

/// The policy of the mailbox's own pages.
const OWN_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";
/// The policy of a mail's HTML: it runs nothing, fetches nothing and sends nothing; its links open beside it.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
     style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// What all pages say.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// The group's name.
    pub site_name: String,
    /// Where the group's own pages are.
    pub site_url: String,
    /// The zone in which times are shown.
    #[serde(skip)]
    pub time_zone: Tz,
}

#[derive(Clone)]
struct Pages {
    mailbox: Arc<Mailbox>,
    look: Arc<Look>,
    templates: Arc<Handlebars<'static>>,
}

/// Serves the mailbox on `listener` until `shutdown`.
///
/// # Errors
///
/// When a template is broken, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    mailbox: Arc<Mailbox>,
    look: Look,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let pages = Pages { mailbox, look: Arc::new(look), templates: Arc::new(templates()?) };
    let router = Router::new()
        .route("/", get(list).post(search))
        .route("/mail/{id}", get(html))
        .route("/mail/{id}/text", get(text))
        .route("/mail/{id}/calendar", get(calendar))
        .route("/mail/{id}/event.ics", get(calendar_file))
        .route("/mail/{id}/headers", get(headers))
        .route("/mail/{id}/source", get(source))
        .route("/mail/{id}/body", get(body))
        .route("/mail/{id}/download", get(download))
        .route("/style.css", get(style))
        .layer(middleware::from_fn(guard))
        .with_state(pages);
    let serving = axum::serve(listener, router).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    tokio::select! {
        served = serving.into_future() => served.context("serving the mailbox"),
        // A browser that keeps its connection open must not keep the demo.
        () = shutdown.cancelled() => Ok(()),
    }
}

fn templates() -> anyhow::Result<Handlebars<'static>> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    for (name, text) in [
        ("layout", include_str!("../templates/layout.hbs")),
        ("list", include_str!("../templates/list.hbs")),
        ("mail", include_str!("../templates/mail.hbs")),
    ] {
        templates.register_template_string(name, text).with_context(|| format!("the mailbox's template {name}"))?;
    }
    Ok(templates)
}

/// Answers only those who call the mailbox by a name of this machine, so that no web site can have its own name point
/// here and read along; and gives every answer its headers.
async fn guard(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.and_then(|host| host.parse().ok()).is_some_and(|host| is_here(&host)) {
        return (StatusCode::FORBIDDEN, "open the mailbox by its address on this machine\n").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(OWN_POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn is_here(host: &http::uri::Authority) -> bool {
    let name = host.host().trim_matches(['[', ']']);
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A line of the list.
#[derive(Serialize)]
struct Line {
    id: u64,
    to: String,
    subject: String,
    kind: String,
    language: String,
    time: String,
    has_calendar: bool,
}

#[derive(Serialize)]
struct List<'a> {
    look: &'a Look,
    title: &'static str,
    refresh: bool,
    search: &'a str,
    mails: Vec<Line>,
    caught: u64,
    /// The number before which older ones are found; 0 when there are none.
    older: u64,
    newer: bool,
}

#[derive(Deserialize)]
struct Before {
    before: Option<u64>,
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    to: String,
}

async fn list(State(pages): State<Pages>, Query(before): Query<Before>) -> Response {
    pages.list(before.before, "", PAGE)
}

/// Addresses stand in no URL, hence a POST.
async fn search(State(pages): State<Pages>, Form(search): Form<Search>) -> Response {
    pages.list(None, search.to.trim(), usize::MAX)
}

#[derive(Serialize)]
struct View<'a> {
    look: &'a Look,
    title: &'a str,
    refresh: bool,
    mail: Line,
    tabs: Vec<Tab>,
    /// The mail that it follows, and those that follow it.
    follows: Option<Line>,
    followers: Vec<Line>,
    has_html: bool,
    is_html: bool,
    pieces: Vec<Piece>,
    calendar: String,
    headers: Vec<(String, String)>,
    source: String,
}

#[derive(Serialize)]
struct Tab {
    name: &'static str,
    /// What follows the mail's own path.
    path: &'static str,
    here: bool,
}

async fn html(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    pages.show(id, "HTML", |view, mail| {
        view.is_html = true;
        view.has_html = mail.html().is_some();
    })
}

async fn text(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    pages.show(id, "Text", |view, mail| view.pieces = mail.pieces())
}

/// What the calendar part says, word for word.
async fn calendar(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    pages.show(id, "Calendar", |view, mail| view.calendar = mail.calendar().unwrap_or_default())
}

/// The calendar part as a file, for a calendar program.
async fn calendar_file(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    let Some(calendar) = pages.mailbox.get(id).and_then(|mail| mail.calendar()) else { return gone() };
    let head = [
        (header::CONTENT_TYPE, crate::appeals::calendar::MAIL_CONTENT_TYPE),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"event.ics\""),
    ];
    (head, calendar).into_response()
}

async fn headers(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    pages.show(id, "Headers", |view, mail| view.headers = mail.headers())
}

async fn source(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    pages.show(id, "Source", |view, mail| view.source = mail.source().into_owned())
}

/// The mail's own HTML, for the frame.
async fn body(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    let Some(html) = pages.mailbox.get(id).and_then(|mail| mail.html()) else { return gone() };
    // In the frame itself no other page may be shown.
    let html = match html.find("<head>").and_then(|at| html.split_at_checked(at + "<head>".len())) {
        Some((before, after)) => format!("{before}<base target=\"_blank\">{after}"),
        None => html,
    };
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL_POLICY));
    response
}

async fn download(State(pages): State<Pages>, Path(id): Path<u64>) -> Response {
    let Some(mail) = pages.mailbox.get(id) else { return gone() };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("message/rfc822"));
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"mail-{id}.eml\"")) {
        headers.insert(HeaderName::from_static("content-disposition"), name);
    }
    (headers, mail.source.clone()).into_response()
}

async fn style() -> impl IntoResponse {
    let css = concat!(include_str!("../../../templates/pages/style.css"), include_str!("../templates/style.css"));
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css)
}

impl Pages {
    fn list(&self, before: Option<u64>, search: &str, limit: usize) -> Response {
        let (mails, more) = self.mailbox.list(before.unwrap_or(u64::MAX), search, limit);
        let list = List {
            look: &self.look,
            title: "Mailbox",
            // An older page or a search stays as it is while it is being read.
            refresh: before.is_none() && search.is_empty(),
            search,
            older: mails.last().filter(|_| more).map_or(0, |mail| mail.id),
            newer: before.is_some(),
            mails: mails.iter().map(|mail| self.line(mail)).collect(),
            caught: self.mailbox.caught(),
        };
        self.page("list", &list)
    }

    fn show(&self, id: u64, tab: &'static str, fill: impl FnOnce(&mut View<'_>, &Mail)) -> Response {
        let Some(mail) = self.mailbox.get(id) else { return gone() };
        let calendar = mail.has_calendar.then_some(("Calendar", "/calendar"));
        let tabs = [("HTML", ""), ("Text", "/text")].into_iter().chain(calendar);
        let tabs = tabs.chain([("Headers", "/headers"), ("Source", "/source")]);
        let mut view = View {
            look: &self.look,
            title: &mail.subject,
            refresh: false,
            mail: self.line(&mail),
            tabs: tabs.map(|(name, path)| Tab { name, path, here: name == tab }).collect(),
            follows: self.mailbox.with_message_id(&mail.follows).map(|mail| self.line(&mail)),
            followers: self.mailbox.followers(&mail.message_id).iter().map(|mail| self.line(mail)).collect(),
            has_html: false,
            is_html: false,
            pieces: Vec::new(),
            calendar: String::new(),
            headers: Vec::new(),
            source: String::new(),
        };
        fill(&mut view, &mail);
        self.page("mail", &view)
    }

    fn line(&self, mail: &Mail) -> Line {
        let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
        Line {
            id: mail.id,
            to: mail.to.join(", "),
            subject: or(&mail.subject, "(no subject)"),
            kind: or(&mail.kind, "–"),
            language: or(&mail.language, "–"),
            time: self.time(mail.at),
            has_calendar: mail.has_calendar,
        }
    }

    fn time(&self, at: Timestamp) -> String {
        at.to_utc().with_timezone(&self.look.time_zone).format("%-d %b %H:%M:%S").to_string()
    }

    fn page(&self, name: &str, data: &impl Serialize) -> Response {
        match self.templates.render(name, data) {
            Ok(page) => Html(page).into_response(),
            Err(error) => {
                tracing::error!(%error, page = name, "a page of the mailbox failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "this page is broken\n").into_response()
            }
        }
    }
}

fn gone() -> Response {
    let page = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Not here</title>\
                <link rel=\"stylesheet\" href=\"/style.css\"><main><h1>That mail is not here</h1>\
                <p>Mails are kept until the demo ends. <a href=\"/\">Back to the mailbox</a></p></main></html>";
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}
