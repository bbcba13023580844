//! What all answers have in common: a time limit, headers, a page for each problem, and a line in the log.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::client::client;
use super::visit::Visit;
use super::{Pages, Problem};
use crate::config::Images;

/// How long an answer may take.
const ANSWER_FOR: Duration = Duration::from_secs(20);

/// Wraps every request.
pub(super) async fn dress(State(pages): State<Pages>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = word(request.method());
    // Never the path itself: tokens stand in it.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let ip = client(peer, request.headers(), &pages.app().config.web.trusted_proxies);
    let visit = Visit::new(pages.clone(), &request, ip, hidden(&pages, &route));
    request.extensions_mut().insert(visit.clone());

    let answered = tokio::time::timeout(ANSWER_FOR, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| Problem::Late.into_response());
    if let Some(problem) = response.extensions().get::<Problem>().copied() {
        response = page_of(&visit, problem, &response);
    }
    headers(&pages, &route, &mut response);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    tracing::info!(method, route, status, duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "request");
    response
}

/// The method, if it is a usual one: others are the visitor's own text.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn page_of(visit: &Visit, problem: Problem, bare: &Response) -> Response {
    let mut page = match visit.problem(problem) {
        Ok(page) => page,
        Err(error) => {
            tracing::error!(%error, "the page of a problem failed");
            (problem.status(), "Something went wrong. Please try again later.\n").into_response()
        }
    };
    if let Some(allow) = bare.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    if let Problem::TooMany(wait) = problem {
        // Rounded up: whoever waits as long gets through.
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
    }
    page
}

/// Whether search engines are asked to leave out what is there: always where a token stands in the address.
fn hidden(pages: &Pages, route: &str) -> bool {
    let archive = route.starts_with("/archive") || route.starts_with("/events");
    route.contains("{token}") || (archive && !pages.app().config.web.index_archive)
}

fn headers(pages: &Pages, route: &str, response: &mut Response) {
    let config = &pages.app().config;
    let archive = route == "/archive/{id}" && config.mail.images == Images::Site;
    let images = if archive {
        format!("'self' {}", config.site.url.origin().ascii_serialization())
    } else {
        "'self'".to_owned()
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src {images}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Tokens stand in addresses: no other site is told where its visitor came from.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::VARY).or_insert(HeaderValue::from_static("accept-language"));
    if hidden(pages, route) {
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
}
