//! The pages: signing up, confirming, choosing, leaving, and the archive with its feed. Plain HTML without scripts or cookies.
//!
//! Nothing changes on GET or HEAD. Pages call the same functions as commands do and hold no SQL.

mod archive;
mod brakes;
mod client;
mod confirm;
pub mod contexts;
mod dress;
mod events;
mod fields;
mod health;
mod language;
mod leave;
mod preferences;
mod problem;
mod serve;
mod sign_up;
mod visit;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tokio::sync::watch;

use crate::app::App;
use crate::templates::Templates;

use brakes::Brakes;
use problem::Problem;

pub use serve::{Limits, serve, serve_router, serve_within};

/// What the pages work with. Clones share everything.
#[derive(Clone)]
pub struct Pages(Arc<Shared>);

struct Shared {
    app: Arc<App>,
    templates: watch::Receiver<Arc<Templates>>,
    brakes: Brakes,
    ready: AtomicBool,
}

impl Pages {
    /// Pages over `app`; a template set sent through `templates` is used from the next request on.
    pub fn new(app: Arc<App>, templates: watch::Receiver<Arc<Templates>>) -> Self {
        let web = &app.config.web;
        let brakes = Brakes::new(web.requests_per_network, web.requests_overall);
        Self(Arc::new(Shared { app, templates, brakes, ready: AtomicBool::new(true) }))
    }

    /// Says through `/readyz` whether requests should come here.
    pub fn set_ready(&self, ready: bool) {
        self.0.ready.store(ready, Ordering::SeqCst);
    }

    fn app(&self) -> &Arc<App> {
        &self.0.app
    }

    fn templates(&self) -> Arc<Templates> {
        Arc::clone(&self.0.templates.borrow())
    }
}

/// Every route. It has to be served with the peer's address at hand, as [`serve()`] does.
pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(sign_up::home))
        .route("/subscribe", post(sign_up::subscribe))
        .route("/link", post(sign_up::link))
        .route("/confirm/{token}", get(confirm::show).post(confirm::confirm))
        .route("/preferences/{token}", get(preferences::show).post(preferences::change))
        .route("/unsubscribe/{token}", get(leave::show).post(leave::leave))
        .route("/archive", get(archive::list))
        .route("/archive.atom", get(archive::feed))
        .route("/archive/{id}", get(archive::show))
        .route("/events.ics", get(events::feed))
        .route("/events/{file}", get(events::one))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/style.css", get(style))
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::Method)
        .layer(middleware::from_fn_with_state(pages.clone(), dress::dress))
        .with_state(pages)
}

/// The style sheet of all pages; the site's colours are filled in.
const STYLE: &str = include_str!("../templates/pages/style.css");

async fn style(State(pages): State<Pages>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, pages.0.templates.borrow().look().fill(STYLE))
}
