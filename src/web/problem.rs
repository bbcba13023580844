//! What can go wrong with a request. A handler returns it bare; [`super::dress`] makes a page of it.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::store::StoreError;
use crate::subscribers::LinkError;
use crate::templates::TemplateError;

/// Why there is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// Nothing is here.
    NotFound,
    /// A link that is not complete or not from here.
    BadLink,
    /// A link that was used or is too old.
    DeadLink,
    /// The page is there, but not for this method.
    Method,
    /// More was sent than any form holds.
    TooLarge,
    /// Too many requests; how long to wait.
    TooMany(Duration),
    /// It took too long.
    Late,
    /// Our own fault.
    Failed,
}

impl Problem {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::BadLink => StatusCode::NOT_FOUND,
            Self::DeadLink => StatusCode::GONE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Late => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The words of its page: `page-problem-NAME-heading` and `page-problem-NAME`.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("page-problem-missing-heading", "page-problem-missing"),
            Self::BadLink => ("page-problem-link-heading", "page-problem-link-broken"),
            Self::DeadLink => ("page-problem-link-heading", "page-problem-link-dead"),
            Self::Method => ("page-problem-method-heading", "page-problem-method"),
            Self::TooLarge => ("page-problem-large-heading", "page-problem-large"),
            Self::TooMany(_) => ("page-problem-many-heading", "page-problem-many"),
            Self::Late | Self::Failed => ("page-problem-failed-heading", "page-problem-failed"),
        }
    }

    /// Whether a fresh link is what helps.
    pub(super) fn wants_link(self) -> bool {
        matches!(self, Self::BadLink | Self::DeadLink)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a page failed");
        Self::Failed
    }
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Dead => Self::DeadLink,
            LinkError::Store(error) => error.into(),
        }
    }
}

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        tracing::error!(%error, "a page's template failed");
        Self::Failed
    }
}
