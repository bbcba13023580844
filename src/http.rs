//! HTTP as a client: feeds are fetched with it, and messages posted.
//!
//! Each request has a connection of its own. Its host is looked up once, and one of the very addresses that were checked
//! is connected to, on each redirect anew: no name can show one address to the check and another to the connection. A
//! proxy from the environment is not used, as it would look names up itself.

mod body;
mod connect;
mod error;
mod guard;

use std::net::IpAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use tokio_util::task::AbortOnDropHandle;
use url::{Position, Url};

pub use self::error::HttpError;
use crate::clock::Timestamp;

/// Who is asking.
const AGENT: &str = concat!("Handbill/", env!("CARGO_PKG_VERSION"));

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long all of it may take: looking up, connecting, each redirect, the whole body.
    pub time: Duration,
    /// The largest body in bytes, packed and unpacked.
    pub size: usize,
    /// How many redirects are followed.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(30), size: 10 * 1024 * 1024, redirects: 5 }
    }
}

/// Where a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To addresses that everybody can reach.
    Public,
    /// Inside of the network as well: to loopback, private ranges and the like.
    Anywhere,
}

/// What a server answered in the end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status; no redirect that could be followed.
    pub status: StatusCode,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, unpacked; empty unless the status is a success.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, where it is there and plain text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The instant before which the server does not want to be asked again (RFC 9110 section 10.2.3).
    pub fn retry_after(&self, now: Timestamp) -> Option<Timestamp> {
        let text = self.header(&header::RETRY_AFTER)?.trim();
        match text.parse() {
            Ok(seconds) => Some(now.plus(Duration::from_secs(seconds))),
            Err(_) => {
                let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
                Some(date.to_utc().into())
            }
        }
    }
}

/// Makes requests within its limits.
#[derive(Clone, Debug)]
pub struct Client {
    limits: Limits,
    roots: Option<RootCertStore>,
    /// What [`Reach::Public`] includes; tests, which have nothing but loopback, say otherwise.
    is_public: fn(IpAddr) -> bool,
}

impl Client {
    /// A client that trusts the system's certificates.
    pub fn new(limits: Limits) -> Self {
        Self { limits, roots: None, is_public: guard::is_public }
    }

    /// A client that trusts these certificates alone.
    pub fn trusting(limits: Limits, roots: RootCertStore) -> Self {
        Self { roots: Some(roots), ..Self::new(limits) }
    }

    /// Gets `url` with these headers besides its own, and follows redirects. Any status is an answer.
    ///
    /// # Errors
    ///
    /// When there is no answer within the limits, or the way leads where `reach` does not.
    pub async fn get(&self, url: &Url, headers: &HeaderMap, reach: Reach) -> Result<Answer, HttpError> {
        let mut headers = headers.clone();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        self.in_time(url, async {
            let mut at = url.clone();
            for _ in 0..=self.limits.redirects {
                let answer = self.exchange(&at, Method::GET, &headers, Bytes::new(), reach).await?;
                match redirect(&answer)? {
                    Some(next) => at = next,
                    None => return Ok(answer),
                }
            }
            Err(HttpError::Redirects { host: error::host(url), limit: self.limits.redirects })
        })
        .await
    }

    /// Posts a JSON document to an address that an admin configured, so that it may lie anywhere. Redirects are not
    /// followed.
    ///
    /// # Errors
    ///
    /// When there is no answer within the limits, or it is no success.
    pub async fn post_json(&self, url: &Url, json: String) -> Result<(), HttpError> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let post = self.exchange(url, Method::POST, &headers, json.into(), Reach::Anywhere);
        match self.in_time(url, post).await? {
            answer if answer.status.is_success() => Ok(()),
            answer => Err(HttpError::Status { host: error::host(url), status: answer.status }),
        }
    }

    async fn in_time<T>(&self, url: &Url, request: impl Future<Output = Result<T, HttpError>>) -> Result<T, HttpError> {
        let limit = self.limits.time;
        let silent = || HttpError::Silent { host: error::host(url), limit };
        tokio::time::timeout(limit, request).await.unwrap_or_else(|_| Err(silent()))
    }

    /// One request over a connection of its own.
    async fn exchange(
        &self,
        url: &Url,
        method: Method,
        headers: &HeaderMap,
        body: Bytes,
        reach: Reach,
    ) -> Result<Answer, HttpError> {
        let broken = |error: hyper::Error| HttpError::broken(url, &error);
        let allows: fn(IpAddr) -> bool = if reach == Reach::Anywhere { |_| true } else { self.is_public };
        let stream = connect::connect(url, allows, self.roots.as_ref()).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let _driver = AbortOnDropHandle::new(tokio::spawn(connection));
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(header::HOST, format!("{}{port}", url.host_str().unwrap_or_default()))
            .header(header::USER_AGENT, AGENT)
            .body(Full::new(body))
            .map_err(|_| HttpError::Address("it cannot be written into a request"))?;
        request.headers_mut().extend(headers.clone());
        let (parts, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
        let body = match parts.status.is_success() {
            true => body::read(body, &parts.headers, url, self.limits.size).await?,
            false => Vec::new(),
        };
        Ok(Answer { status: parts.status, url: url.clone(), headers: parts.headers, body })
    }
}

/// Where an answer leads on to.
fn redirect(answer: &Answer) -> Result<Option<Url>, HttpError> {
    let host = || error::host(&answer.url);
    let code = answer.status.as_u16();
    let Some(to) = answer.headers.get(header::LOCATION).filter(|_| matches!(code, 301 | 302 | 303 | 307 | 308)) else {
        return Ok(None);
    };
    let to = std::str::from_utf8(to.as_bytes()).ok().and_then(|to| answer.url.join(to).ok());
    let to = to.filter(|to| matches!(to.scheme(), "http" | "https") && to.username().is_empty());
    let to = to.ok_or_else(|| HttpError::RedirectTarget { host: host() })?;
    if answer.url.scheme() == "https" && to.scheme() == "http" {
        return Err(HttpError::Downgrade { host: host() });
    }
    Ok(Some(to))
}

#[cfg(test)]
mod tests;
