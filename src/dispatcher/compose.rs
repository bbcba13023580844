//! From a claimed delivery to the bytes of its message.

mod urgent;
mod variants;

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::address::Address;
use crate::app::App;
use crate::appeals::{Version, event::Event};
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::editions::items::Items;
use crate::id::{EditionId, RevisionId, SubscriberId};
use crate::message::{self, Content, Draft, List, ListId};
use crate::posts::pictures::Inline;
use crate::schedule::Schedule;
use crate::store::archive::Stretch;
use crate::store::editions::Edition;
use crate::store::queue::Claimed;
use crate::subscribers::{Cadence, Preferences};
use crate::templates::Templates;
use crate::templates::contexts::{
    AppealLinks, Confirmation, Digest, Earlier, Frame, Goodbye, Link, Links, Site, Welcome,
};
use crate::vault::{Column, Token, TokenPurpose, VaultError};

use variants::{Kept, Prepared, Said};

/// How many earlier mailings a welcome names.
const EARLIER: i64 = 3;

/// A message and whom it goes to.
#[derive(Debug)]
pub(super) struct Composed {
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// Whom a mail goes to.
struct Reader<'a> {
    to: &'a Address,
    name: Option<&'a str>,
    message_id: &'a str,
    thread: &'a [String],
    token: &'a str,
}

/// Makes messages, and remembers what their variants share.
pub struct Composer {
    app: Arc<App>,
    templates: watch::Receiver<Arc<Templates>>,
    list_id: ListId,
    prepared: Mutex<Kept>,
}

impl std::fmt::Debug for Composer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Composer").finish_non_exhaustive()
    }
}

impl Composer {
    /// A composer that uses whichever templates are current.
    pub fn new(app: Arc<App>, templates: watch::Receiver<Arc<Templates>>) -> Self {
        let list_id = ListId::of(&app.config.site.sender);
        Self { app, templates, list_id, prepared: Mutex::default() }
    }

    /// The message of a claimed delivery; nothing when its subscriber was erased.
    pub(super) async fn compose(&self, edition: &Edition, claimed: &Claimed) -> anyhow::Result<Option<Composed>> {
        let open = |column, sealed: &Option<Vec<u8>>| match (sealed, &claimed.address_index) {
            (Some(sealed), Some(index)) => self.app.vault.open(claimed.key_id, column, index, sealed).map(Some),
            _ => Ok(None),
        };
        let Some(address) = open(Column::Address, &claimed.address)? else { return Ok(None) };
        let to: Address = address.parse()?;
        let name = open(Column::Name, &claimed.name)?;
        let prepared = self.prepared(edition, claimed.variant_id).await?;
        let thread = self.thread(edition, claimed.subscriber_id).await?;
        let message_id = self.message_id(claimed.edition_id, claimed.subscriber_id)?;
        let token = self.token(claimed, TokenPurpose::Mail)?;
        let reader = Reader { to: &to, name: name.as_deref(), message_id: &message_id, thread: &thread, token: &token };
        let bytes = match &prepared.once {
            Some(once) => self.draft(edition, &prepared, &reader, &once.content, &[], |draft| {
                message::build_shared(draft, &once.body, &token)
            }),
            None => {
                let content = match edition.kind.is_letter() {
                    true => self.letter(edition, claimed, &prepared).await?,
                    false => self.list_mail(edition, &prepared, &token)?,
                };
                self.draft(edition, &prepared, &reader, &content, &prepared.pictures(&content), message::build)
            }
        };
        Ok(Some(Composed { to, bytes: bytes? }))
    }

    /// Writes a mail to a reader.
    fn draft<T>(
        &self,
        edition: &Edition,
        prepared: &Prepared,
        reader: &Reader<'_>,
        content: &Content,
        images: &[Inline],
        write: impl FnOnce(&Draft<'_>) -> T,
    ) -> T {
        let unsubscribe_url = self.url(&format!("unsubscribe/{}", reader.token));
        let (help_url, archive_url) = (self.url(""), self.url("archive"));
        let list = edition.kind.is_list_mail().then(|| List {
            id: &self.list_id,
            name: &self.app.config.site.name,
            unsubscribe_url: &unsubscribe_url,
            help_url: &help_url,
            archive_url: &archive_url,
        });
        let site = &self.app.config.site;
        let calendar = match &prepared.said {
            Said::Urgent(shared) => shared.calendar.as_deref(),
            Said::Posts(_) => None,
        };
        write(&Draft {
            sender: &site.sender,
            reply_to: site.reply_to.as_ref(),
            to: reader.to,
            to_name: reader.name,
            message_id: reader.message_id,
            date: self.app.clock.now(),
            time_zone: site.time_zone,
            kind: edition.kind,
            edition: edition.id,
            content,
            language: &prepared.language,
            list,
            thread: reader.thread,
            calendar,
            images,
        })
    }

    /// How a mail to the list reads with this token in its links.
    fn list_mail(&self, edition: &Edition, prepared: &Prepared, token: &str) -> anyhow::Result<Content> {
        let (templates, language) = (&prepared.templates, prepared.language.as_str());
        let links = self.links(token, Some(edition.id));
        match &prepared.said {
            Said::Urgent(shared) => {
                let links = self.appeal_links(links, shared.events());
                shared.content(&self.app, templates, language, links)
            }
            Said::Posts(posts) => {
                let frame = Frame::new(Site::of(&self.app.config), &templates.words().language(language));
                let cadence = edition.cadence.unwrap_or(Cadence::Weekly);
                Ok(templates.mail(&Digest::new(frame, cadence, posts.clone(), links), language)?)
            }
        }
    }

    async fn letter(&self, edition: &Edition, claimed: &Claimed, prepared: &Prepared) -> anyhow::Result<Content> {
        let (templates, language) = (&prepared.templates, prepared.language.as_str());
        let token = |purpose| self.token(claimed, purpose);
        let frame = Frame::new(Site::of(&self.app.config), &templates.words().language(language));
        Ok(match edition.kind {
            EditionKind::Confirmation => {
                let wanted = match self.app.store.asked(edition.id, claimed.subscriber_id).await? {
                    Some(asked) => Some(asked),
                    None => self.app.store.subscriber(claimed.subscriber_id).await?.map(|row| row.preferences()),
                };
                let wanted = wanted.unwrap_or_default();
                let url = self.url(&format!("confirm/{}", token(TokenPurpose::Confirm)?));
                let regions = &self.app.config.appeals.regions;
                templates.mail(&Confirmation::new(frame, &wanted, regions, url), language)?
            }
            EditionKind::Welcome => {
                let wanted = self.app.store.subscriber(claimed.subscriber_id).await?.map(|row| row.preferences());
                let links = self.links(&token(TokenPurpose::Mail)?, None);
                let welcome = self.welcome(templates, language, &wanted.unwrap_or_default(), links).await?;
                templates.mail(&welcome, language)?
            }
            EditionKind::Link => {
                let preferences_url = self.url(&format!("preferences/{}", token(TokenPurpose::Preferences)?));
                templates.mail(&Link { frame, preferences_url }, language)?
            }
            EditionKind::Goodbye => templates.mail(&Goodbye { frame, return_url: self.url("") }, language)?,
            other => anyhow::bail!("edition {}: a {other} is no letter", edition.id),
        })
    }

    /// The token of the links in somebody's mail.
    fn token(&self, claimed: &Claimed, purpose: TokenPurpose) -> Result<String, VaultError> {
        let (subscriber, edition) = (claimed.subscriber_id.0, claimed.edition_id.0);
        self.app.vault.write_token(Token { purpose, subscriber, edition })
    }

    /// What greets somebody who wants this.
    async fn welcome(
        &self,
        templates: &Templates,
        language: &str,
        wanted: &Preferences,
        links: Links,
    ) -> anyhow::Result<Welcome> {
        let words = templates.words().language(language);
        let (config, now) = (&self.app.config, self.app.clock.now());
        let own = config.digests.local_time.then_some(wanted.time_zone).flatten();
        let zone = own.unwrap_or(config.site.time_zone);
        let next = match config.digests.line(wanted.cadence) {
            Some(line) => Schedule::parse(line)?.next(now, zone),
            None => None,
        };
        let next = next.map(|at| words.date_time(&at.to_utc().with_timezone(&zone))).transpose()?;
        let mut earlier = Vec::new();
        let digests = Stretch { urgent: false, ..Stretch::ALL };
        for issue in self.app.store.archived_editions(digests, EARLIER).await? {
            let day = issue.sent_at.to_utc().with_timezone(&config.site.time_zone).date_naive();
            earlier.push(Earlier { day: words.date(day)?, url: self.issue(Some(issue.id)) });
        }
        let frame = Frame::new(Site::of(config), &words);
        Ok(Welcome::new(frame, wanted, &config.appeals.regions, next, earlier, links))
    }

    fn links(&self, token: &str, edition: Option<EditionId>) -> Links {
        Links {
            unsubscribe: self.url(&format!("unsubscribe/{token}")),
            preferences: self.url(&format!("preferences/{token}")),
            archive: self.url("archive"),
            issue: self.issue(edition),
        }
    }

    fn appeal_links(&self, links: Links, events: &[Event]) -> AppealLinks {
        let Links { unsubscribe, preferences, archive, .. } = links;
        AppealLinks { unsubscribe, preferences, archive, calendar: urgent::calendar_links(&self.app, events) }
    }

    fn message_id(&self, edition: EditionId, subscriber: SubscriberId) -> Result<String, VaultError> {
        self.app.vault.message_id(edition.0, subscriber.0)
    }

    /// The mails about the same appeal that this reader has already, the first one first.
    async fn thread(&self, edition: &Edition, reader: SubscriberId) -> anyhow::Result<Vec<String>> {
        let Some(appeal) = edition.appeal_id.filter(|_| edition.kind != EditionKind::Appeal) else {
            return Ok(Vec::new());
        };
        let earlier = self.app.store.thread(appeal, reader, edition.id).await?;
        Ok(earlier.into_iter().map(|earlier| self.message_id(earlier, reader)).collect::<Result<_, _>>()?)
    }

    /// What an appeal would read like, with links that lead nowhere: for a look before it is sent.
    ///
    /// # Errors
    ///
    /// When the post is missing or a template fails.
    pub async fn sample_appeal(
        &self,
        revision: RevisionId,
        events: &[Event],
        deadline: Timestamp,
        language: &str,
    ) -> anyhow::Result<Content> {
        self.sample_urgent(&urgent::Sample { revision, events, deadline, before: None }, language).await
    }

    /// What a correction would read like to those who have `before`.
    ///
    /// # Errors
    ///
    /// When the post is missing or a template fails.
    pub async fn sample_correction(
        &self,
        revision: RevisionId,
        before: &Version,
        events: &[Event],
        deadline: Timestamp,
        language: &str,
    ) -> anyhow::Result<Content> {
        self.sample_urgent(&urgent::Sample { revision, events, deadline, before: Some(before) }, language).await
    }

    async fn sample_urgent(&self, sample: &urgent::Sample<'_>, language: &str) -> anyhow::Result<Content> {
        let templates = self.templates.borrow().clone();
        let links = self.appeal_links(self.links("TOKEN", None), sample.events);
        sample.content(&self.app, &templates, language, links).await
    }

    /// What a digest of these items would read like, with links that lead nowhere: for a look before it is sent.
    ///
    /// # Errors
    ///
    /// When a post is missing or a template fails.
    pub async fn sample(&self, cadence: Cadence, language: &str, items: &Items) -> anyhow::Result<Content> {
        let templates = self.templates.borrow().clone();
        let items = self.items(&templates, language, items, None).await?;
        let posts = self.fitting(&templates, language, cadence, items, None)?;
        let frame = Frame::new(Site::of(&self.app.config), &templates.words().language(language));
        Ok(templates.mail(&Digest::new(frame, cadence, posts, self.links("TOKEN", None)), language)?)
    }

    /// The page of a mailing in the archive; before there is a mailing, the archive's own.
    fn issue(&self, edition: Option<EditionId>) -> String {
        edition.map_or_else(|| self.url("archive"), |edition| self.url(&format!("archive/{edition}")))
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.app.config.site.url.as_str().trim_end_matches('/'))
    }
}
