//! Numbers for Prometheus and its kin: what this process sent, and how the queue and the relays stand.
//!
//! They name mailings' kinds, lanes and relays, and nobody. The format is OpenMetrics 1.0.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use tokio::net::TcpListener;

use crate::app::App;
use crate::dispatcher::Progress;
use crate::editions::Lane;
use crate::relay::RelayState;
use crate::store::Result;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Binds `web.metrics_listen`, where it is set, so that an address that is taken shows before any work.
///
/// # Errors
///
/// When the address is taken.
pub async fn bind(listen: Option<SocketAddr>) -> anyhow::Result<Option<TcpListener>> {
    let Some(listen) = listen else { return Ok(None) };
    let listener = TcpListener::bind(listen).await;
    let listener = listener.with_context(|| {
        format!("cannot serve the metrics on {listen}; is it taken? Set web.metrics_listen to another")
    })?;
    Ok(Some(listener))
}

/// `GET /metrics`.
pub fn router(app: Arc<App>, progress: Arc<Progress>) -> Router {
    Router::new().route("/metrics", get(show)).with_state((app, progress))
}

async fn show(State((app, progress)): State<(Arc<App>, Arc<Progress>)>) -> Response {
    match render(&app, &progress).await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            tracing::warn!(%error, "cannot count for the metrics");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

/// The numbers as they are now.
///
/// # Errors
///
/// When the store fails.
pub async fn render(app: &App, progress: &Progress) -> Result<String> {
    let mut registry = Registry::with_prefix("handbill");
    let counted = progress.outcomes.clone();
    registry.register("deliveries", "Outcomes recorded by this process; a deferred one is tried again", counted);
    registry.register_with_unit(
        "appeal_mark_to_accepted",
        "From an appeal's mark, hold and all, to the relay's taking it for one subscriber",
        Unit::Seconds,
        progress.mark_to_accepted.clone(),
    );
    queue(app, &mut registry).await?;
    relays(app, &mut registry).await?;
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = encode(&mut text, &registry);
    Ok(text)
}

async fn queue(app: &App, registry: &mut Registry) -> Result<()> {
    let now = app.clock.now();
    let waiting: Family<[(&str, &str); 2], Gauge> = Family::default();
    let age: Family<[(&str, &str); 1], Gauge> = Family::default();
    for lane in [Lane::Urgent, Lane::Letter, Lane::Bulk] {
        // An empty lane is a nought and not a gap.
        for state in ["due", "later", "leased"] {
            waiting.get_or_create(&[("lane", name(lane)), ("state", state)]).set(0);
        }
        age.get_or_create(&[("lane", name(lane))]).set(0);
    }
    for row in app.store.queue_by_lane(now).await? {
        for (state, count) in [("due", row.due), ("later", row.later), ("leased", row.leased)] {
            waiting.get_or_create(&[("lane", name(row.lane)), ("state", state)]).set(count);
        }
        let oldest = row.oldest_due.map_or(0, |due| now.since(due).as_secs());
        age.get_or_create(&[("lane", name(row.lane))]).set(i64::try_from(oldest).unwrap_or(i64::MAX));
    }
    registry.register("queue_deliveries", "Deliveries of open mailings that have not ended", waiting);
    let help = "For how long the delivery has been due that has waited the longest";
    registry.register_with_unit("queue_oldest_due", help, Unit::Seconds, age);
    Ok(())
}

async fn relays(app: &App, registry: &mut Registry) -> Result<()> {
    let up: Family<[(&str, String); 1], Gauge> = Family::default();
    let known = app.store.relays().await?;
    for relay in &app.config.relays {
        let stopped = known.iter().any(|known| known.name == relay.name && known.state == RelayState::Stopped);
        up.get_or_create(&[("relay", relay.name.clone())]).set(i64::from(!stopped));
    }
    registry.register("relay_up", "1 while a relay takes mail or was not tried yet, 0 while it is stopped", up);
    Ok(())
}

const fn name(lane: Lane) -> &'static str {
    match lane {
        Lane::Urgent => "urgent",
        Lane::Letter => "letter",
        Lane::Bulk => "bulk",
    }
}
