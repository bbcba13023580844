//! For those who watch over the process.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use super::Pages;

/// How long the store may take to answer.
const STORE_FOR: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: requests should come here, and the store answers.
pub(super) async fn ready(State(pages): State<Pages>) -> (StatusCode, &'static str) {
    if !pages.0.ready.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready\n");
    }
    match tokio::time::timeout(STORE_FOR, pages.app().store.wake_count()).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}
