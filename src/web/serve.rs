//! Serving: how many connections there may be, and how slow they may be. One that is idle or never finishes what it says
//! must not keep the others from leaving the list.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{Pages, router};

/// How long requests that are under way may take once their connection is to end.
const STOP_GRACE: Duration = Duration::from_secs(10);
/// How long to wait where the system has no more connections to give.
const BREATHER: Duration = Duration::from_secs(1);

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many there may be at once; one too many waits for another's end.
    pub connections: u32,
    /// How long a request's head may take to arrive, and how long a connection may be idle.
    pub head: Duration,
    /// How long a connection may live, whatever it does; a request that is under way may end.
    pub life: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 512, head: Duration::from_secs(10), life: Duration::from_secs(300) }
    }
}

/// Serves the pages until `shutdown`; requests that are under way then have ten seconds to end.
///
/// # Errors
///
/// When the pages cannot be served at all.
pub async fn serve(listener: TcpListener, pages: Pages, shutdown: CancellationToken) -> anyhow::Result<()> {
    serve_within(Limits::default(), listener, pages, shutdown).await
}

/// As [`serve`], within limits of one's own.
///
/// # Errors
///
/// As those of [`serve`].
pub async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    pages: Pages,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let router = router(pages.clone());
    serve_router(limits, listener, router, shutdown, || pages.set_ready(false)).await
}

/// Serves any routes, within `limits`, until `shutdown`; `closed` is called when nobody new is let in any more.
///
/// # Errors
///
/// When they cannot be served at all.
pub async fn serve_router(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    closed: impl FnOnce(),
) -> anyhow::Result<()> {
    let places = Arc::new(Semaphore::new(usize::try_from(limits.connections)?));
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = accept(&places, &listener) => accepted,
        };
        let (place, stream, peer) = accepted.context("serving the pages")?;
        let connection = converse(limits, stream, peer, router.clone(), shutdown.clone());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    closed();
    // Each connection sees to its own end: when all places are free, all have ended.
    let _ = places.acquire_many(limits.connections).await;
    Ok(())
}

/// The next connection, once there is a place for it: until then it waits in the system's queue.
async fn accept(
    places: &Arc<Semaphore>,
    listener: &TcpListener,
) -> anyhow::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = Arc::clone(places).acquire_owned().await?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Ok((place, stream, peer)),
            // They hung up while they waited.
            Err(error) if is_theirs(&error) => {}
            Err(error) => {
                tracing::error!(%error, "the pages cannot take a connection; trying again");
                tokio::time::sleep(BREATHER).await;
            }
        }
    }
}

fn is_theirs(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers the requests of one connection until it ends, has lived its time, or all is to end.
async fn converse(limits: Limits, stream: TcpStream, peer: SocketAddr, router: Router, shutdown: CancellationToken) {
    // Small answers go out at once. Without it they come all the same.
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // How a connection ends, by whomever, is of no consequence to anybody else.
        _ = connection.as_mut() => return,
        () = shutdown.cancelled() => {}
        () = tokio::time::sleep(limits.life) => {}
    }
    connection.as_mut().graceful_shutdown();
    if tokio::time::timeout(STOP_GRACE, connection).await.is_err() {
        tracing::warn!("a request that was still under way was cut off");
    }
}
