//! One visit: what every handler needs to answer in the visitor's language.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::contexts::{Body, Card, Frame, LinkForm, Notice, Page};
use super::language::{self, Asked};
use super::{Pages, Problem};
use crate::app::App;
use crate::clock::Timestamp;
use crate::id::{EditionId, SubscriberId};
use crate::templates::{TemplateError, Templates};
use crate::vault::Token;
use crate::words::{Language, Words};

/// Who asks, and in which language.
#[derive(Clone)]
pub(super) struct Visit {
    pages: Pages,
    templates: Arc<Templates>,
    asked: Asked,
    /// The language of the mail whose link was followed.
    mailed: Option<String>,
    ip: IpAddr,
    // Pages that answer a form cannot be had again in another language.
    can_switch: bool,
    /// Whether search engines are asked to leave it out.
    hidden: bool,
}

impl Visit {
    pub(super) fn new(pages: Pages, asked_by: &axum::extract::Request, ip: IpAddr, hidden: bool) -> Self {
        let templates = pages.templates();
        let asked = Asked::of(asked_by.uri().query(), asked_by.headers(), templates.words());
        let can_switch = matches!(*asked_by.method(), Method::GET | Method::HEAD);
        Self { pages, templates, asked, mailed: None, ip, can_switch, hidden }
    }

    pub(super) fn app(&self) -> &Arc<App> {
        self.pages.app()
    }

    pub(super) fn words(&self) -> &Words {
        self.templates.words()
    }

    /// The language of this visit: the one chosen on the page, the mail's, the browser's, the site's.
    pub(super) fn language(&self) -> Language<'_> {
        let tag = self.asked.chosen.as_deref().or(self.mailed.as_deref()).or(self.asked.accepted.as_deref());
        self.words().language(tag.unwrap_or(&self.app().config.site.language))
    }

    /// Goes on in the language in which the mail with this link was written. As the mail showed it already, it tells
    /// a stranger nothing; the language that its reader wants now would.
    pub(super) async fn follow(&mut self, token: Token) {
        let (edition, subscriber) = (EditionId(token.edition), SubscriberId(token.subscriber));
        // Without it the page is still of use, and a broken store shows soon enough.
        let tag = self.app().store.mailed_language(edition, subscriber).await.ok().flatten();
        self.mailed = tag.and_then(|tag| language::known(self.words(), &tag));
    }

    /// Counts this request.
    ///
    /// # Errors
    ///
    /// When its network, or all together, have made too many.
    pub(super) fn brake(&self) -> Result<(), Problem> {
        self.pages.0.brakes.check(self.ip).map_err(Problem::TooMany)
    }

    /// A day as the site's clock has it, in words.
    pub(super) fn day(&self, at: Timestamp) -> String {
        let date = at.to_utc().with_timezone(&self.app().config.site.time_zone).date_naive();
        self.language().date(date).unwrap_or_else(|_| date.to_string())
    }

    /// The page that `body` belongs to.
    ///
    /// # Errors
    ///
    /// When its template fails.
    pub(super) fn page<B: Body>(&self, status: StatusCode, body: B) -> Result<Response, TemplateError> {
        self.carded(status, body, None)
    }

    /// As [`Visit::page`], with what other sites show of it.
    ///
    /// # Errors
    ///
    /// When its template fails.
    pub(super) fn carded<B: Body>(
        &self,
        status: StatusCode,
        body: B,
        card: Option<Card>,
    ) -> Result<Response, TemplateError> {
        let html = self.render(body, card)?;
        let language = self.language().tag().to_owned();
        Ok((status, [("content-language", language)], Html(html)).into_response())
    }

    /// What the template of `body` makes of it.
    ///
    /// # Errors
    ///
    /// When its template fails.
    pub(super) fn render<B: Body>(&self, body: B, card: Option<Card>) -> Result<String, TemplateError> {
        let language = self.language();
        let frame = Frame::new(self.app(), self.words(), &language, self.asked.chosen.as_deref(), self.can_switch);
        let frame = Frame { hidden: self.hidden, card, ..frame };
        self.templates.page(B::NAME, &Page { frame, body }, language.tag())
    }

    /// The whole address of a page, in no particular language.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.app().config.site.url.as_str().trim_end_matches('/'))
    }

    /// The whole address of a page, in the language that the visitor chose.
    pub(super) fn link(&self, path: &str) -> String {
        let query = self.asked.chosen.as_deref().map(|tag| format!("?lang={tag}")).unwrap_or_default();
        self.address(path) + &query
    }

    /// A page that only says something.
    ///
    /// # Errors
    ///
    /// When its template fails.
    pub(super) fn notice(
        &self,
        heading: &'static str,
        paragraphs: impl Into<Vec<&'static str>>,
    ) -> Result<Response, Problem> {
        Ok(self.page(StatusCode::OK, Notice { heading, paragraphs: paragraphs.into(), link: None })?)
    }

    /// The page that says what went wrong.
    ///
    /// # Errors
    ///
    /// When its template fails.
    pub(super) fn problem(&self, problem: Problem) -> Result<Response, TemplateError> {
        let (heading, paragraph) = problem.words();
        let link = problem.wants_link().then(LinkForm::default);
        self.page(problem.status(), Notice { heading, paragraphs: vec![paragraph], link })
    }
}

impl FromRequestParts<Pages> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Pages) -> Result<Self, Problem> {
        // `dress` has put it there.
        parts.extensions.get::<Self>().cloned().ok_or(Problem::Failed)
    }
}

/// The link that was followed.
pub(super) struct Followed {
    /// The token's text, for links on the page.
    pub(super) text: String,
    /// What it says.
    pub(super) token: Token,
}

impl FromRequestParts<Pages> for Followed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Problem> {
        let Ok(Path(text)) = Path::<String>::from_request_parts(parts, pages).await else {
            return Err(Problem::BadLink);
        };
        let token = pages.app().vault.read_token(&text).map_err(|_| Problem::BadLink)?;
        Ok(Self { text, token })
    }
}
