//! What a variant says, rendered and encoded once for all who get it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use tokio::sync::OnceCell;

use super::{Composer, Reader, urgent};
use crate::config;
use crate::editions::Lane;
use crate::editions::items::{Form, Items};
use crate::id::{EditionId, VariantId};
use crate::message::{self, Content, SharedBody};
use crate::posts::pictures::Inline;
use crate::store::editions::{Edition, Variant};
use crate::store::revisions::Revision;
use crate::subscribers::Cadence;
use crate::templates::Templates;
use crate::templates::contexts::{Digest, Frame, Item, Posts, Site};
use crate::vault::{Token, TokenPurpose};
use crate::words::Language;

/// How many variants are kept at hand; most editions have a handful.
const KEPT: usize = 256;

/// Variants with the templates that they were made with.
pub(super) type Kept = HashMap<VariantId, (Arc<Templates>, Arc<OnceCell<Arc<Prepared>>>)>;

/// What is the same for everybody who gets a variant.
pub(super) struct Prepared {
    pub(super) language: String,
    pub(super) said: Said,
    /// The templates with which the posts were found to fit.
    pub(super) templates: Arc<Templates>,
    /// What its mails share, where nothing but the token of their links tells one from another.
    pub(super) once: Option<Once>,
}

/// A mail that was rendered and encoded once for all who get it.
pub(super) struct Once {
    /// As rendered with some other token.
    pub(super) content: Content,
    pub(super) body: SharedBody,
}

/// What a variant says.
pub(super) enum Said {
    Posts(Posts),
    Urgent(Box<urgent::Shared>),
}

impl Prepared {
    /// The pictures that its mail brings along: a post of which only the beginning is shown brings no more than that does.
    pub(super) fn pictures(&self, content: &Content) -> Vec<Inline> {
        let posts = match &self.said {
            Said::Urgent(shared) => std::slice::from_ref(&shared.post),
            Said::Posts(posts) => posts.items(),
        };
        let all = posts.iter().flat_map(|post| &post.inline);
        all.filter(|picture| content.html.contains(&picture.id)).cloned().collect()
    }
}

/// A post as mail shows it.
pub(super) fn item(config: &config::Config, words: &Language<'_>, post: Revision) -> anyhow::Result<Item> {
    let topics: Vec<String> = crate::topics::Topics::parse(&post.topics).iter().map(str::to_owned).collect();
    let date = words.date(post.published_at.to_utc().with_timezone(&config.site.time_zone).date_naive())?;
    let item = Item::new(&post.title, post.url.as_deref(), date, &topics, post.html, post.text);
    let fitted = crate::posts::pictures::fit(config, &item.html);
    Ok(Item { excerpt: post.excerpt, ..item }.with_pictures(fitted))
}

impl Composer {
    pub(super) async fn prepared(&self, edition: &Edition, id: VariantId) -> anyhow::Result<Arc<Prepared>> {
        let templates = self.templates.borrow().clone();
        let cell = self.cell(id, &templates);
        let prepared = cell.get_or_try_init(|| async { self.prepare(edition, id, templates).await.map(Arc::new) });
        Ok(Arc::clone(prepared.await?))
    }

    /// Where a variant is kept as these templates have it. Workers that want one at the same time share a cell, and it is
    /// made once.
    fn cell(&self, id: VariantId, templates: &Arc<Templates>) -> Arc<OnceCell<Arc<Prepared>>> {
        let mut kept = self.kept();
        if let Some((_, cell)) = kept.get(&id).filter(|(of, _)| Arc::ptr_eq(of, templates)) {
            return Arc::clone(cell);
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        let cell = Arc::default();
        kept.insert(id, (Arc::clone(templates), Arc::clone(&cell)));
        cell
    }

    async fn prepare(&self, edition: &Edition, id: VariantId, templates: Arc<Templates>) -> anyhow::Result<Prepared> {
        let variant: Variant =
            self.app.store.variant(id).await?.ok_or_else(|| anyhow::anyhow!("variant {id} is not in the store"))?;
        let Variant { language, items, .. } = variant;
        // What the mail is written in, which is another where there are no words for the one that was chosen.
        let language = templates.words().language(&language).tag().to_owned();
        let said = if edition.lane == Lane::Urgent {
            Said::Urgent(Box::new(urgent::Shared::read(&self.app, &templates, edition, &language, &items).await?))
        } else {
            let items = self.items(&templates, &language, &items.parse()?, Some(edition.id)).await?;
            Said::Posts(match edition.kind.is_letter() {
                true => items.into(),
                false => {
                    let cadence = edition.cadence.unwrap_or(Cadence::Weekly);
                    self.fitting(&templates, &language, cadence, items, Some(edition.id))?
                }
            })
        };
        let mut prepared = Prepared { language, said, templates, once: None };
        if !edition.kind.is_letter() {
            prepared.once = self.once(edition, &prepared)?;
        }
        Ok(prepared)
    }

    /// Renders and encodes a variant of a mail to the list for all who get it; nothing where its template makes more of
    /// the token than links, so that each needs a rendering of its own.
    fn once(&self, edition: &Edition, prepared: &Prepared) -> anyhow::Result<Option<Once>> {
        // No subscriber has these numbers, and the tokens look like all others.
        let token = |subscriber| {
            self.app.vault.write_token(Token { purpose: TokenPurpose::Mail, subscriber, edition: edition.id.0 })
        };
        let (one, other) = (token(-1)?, token(-2)?);
        let content = self.list_mail(edition, prepared, &one)?;
        let again = self.list_mail(edition, prepared, &other)?;
        let to = &self.app.config.site.sender.address;
        let reader = |token| Reader { to, name: None, message_id: "", thread: &[], token };
        let (pictures, others) = (prepared.pictures(&content), prepared.pictures(&again));
        let body = self.draft(edition, prepared, &reader(&one), &content, &pictures, |draft| {
            self.draft(edition, prepared, &reader(&other), &again, &others, |again| {
                SharedBody::new(draft, &one, again, &other)
            })
        });
        Ok(body.map(|body| Once { content, body }))
    }

    /// As much of the posts as a mail can show.
    pub(super) fn fitting(
        &self,
        templates: &Templates,
        language: &str,
        cadence: Cadence,
        items: Vec<Item>,
        edition: Option<EditionId>,
    ) -> anyhow::Result<Posts> {
        let frame = Frame::new(Site::of(&self.app.config), &templates.words().language(language));
        // As long as the tokens of mails.
        let links = self.links(&"T".repeat(64), edition);
        Posts::fitting(items, |posts| {
            let digest = Digest::new(frame.clone(), cadence, posts.clone(), links.clone());
            Ok(message::html_size(&templates.mail(&digest, language)?))
        })
    }

    pub(super) async fn items(
        &self,
        templates: &Templates,
        language: &str,
        items: &Items,
        edition: Option<EditionId>,
    ) -> anyhow::Result<Vec<Item>> {
        let words = templates.words().language(language);
        let mut shown = Vec::with_capacity(items.0.len());
        for wanted in &items.0 {
            let revision = self.app.store.revision(wanted.revision).await?;
            let post = revision.ok_or_else(|| anyhow::anyhow!("revision {} is not in the store", wanted.revision))?;
            let appeal = self.app.store.appeal_of(post.original_id).await?;
            let archived = format!("{}#post-{}", self.issue(edition), post.original_id);
            let mut item = item(&self.app.config, &words, post)?.archived(archived);
            if let Some(appeal) = appeal {
                let now = self.app.clock.now();
                item = urgent::in_digest(&self.app, templates, language, item, appeal.id, now).await?;
            }
            shown.push(if wanted.form == Form::Line { item.as_line() } else { item });
        }
        Ok(shown)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
