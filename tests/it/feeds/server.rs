//! A web server that answers as a test tells it to, and remembers what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use axum::http::{HeaderValue, Response, StatusCode};
use tokio::net::TcpListener;

/// One answer, given each time a path is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn redirect(to: impl Into<String>) -> Self {
        Self::of(302, "").with("location", to)
    }

    /// What a server says that keeps `etag` and `last-modified`, to somebody who may have this already.
    fn known_as(&self, name: &str, asked: &HeaderMap, condition: &HeaderName) -> bool {
        let ours = self.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_bytes());
        ours.is_some() && ours == asked.get(condition).map(HeaderValue::as_bytes)
    }
}

#[derive(Debug, Default)]
struct Told {
    replies: HashMap<String, Reply>,
    asked: Vec<(String, HeaderMap, Vec<u8>)>,
}

/// A running server; it ends with the test.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    told: Arc<Mutex<Told>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), told: Arc::default() };
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on `path` is answered so.
    pub(crate) fn tell(&self, path: &str, reply: Reply) {
        self.told.lock().unwrap().replies.insert(path.to_owned(), reply);
    }

    /// The paths that were asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.told.lock().unwrap().asked.iter().map(|(path, ..)| path.clone()).collect()
    }

    /// A header of the last request.
    pub(crate) fn last_header(&self, name: &str) -> Option<String> {
        let told = self.told.lock().unwrap();
        Some(told.asked.last()?.1.get(name)?.to_str().unwrap().to_owned())
    }

    /// The body of the last request.
    pub(crate) fn last_body(&self) -> String {
        String::from_utf8(self.told.lock().unwrap().asked.last().unwrap().2.clone()).unwrap()
    }
}

async fn answer(State(server): State<Server>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec();
    let path = parts.uri.path().to_owned();
    let mut told = server.told.lock().unwrap();
    told.asked.push((path.clone(), parts.headers.clone(), body));
    let reply = told.replies.get(&path).cloned().unwrap_or_else(|| Reply::of(404, "no such page"));
    let same = reply.known_as("etag", &parts.headers, &IF_NONE_MATCH)
        || reply.known_as("last-modified", &parts.headers, &IF_MODIFIED_SINCE);
    let status = if same { 304 } else { reply.status };
    let mut response = Response::new(if same { Body::empty() } else { Body::from(reply.body) });
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in reply.headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}
