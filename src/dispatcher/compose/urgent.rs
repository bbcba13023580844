//! Mail about an appeal: what all its readers share, and how it reads.

use crate::app::App;
use crate::appeals::calendar::{self, Entry, Organizer};
use crate::appeals::event::Event;
use crate::appeals::follow::Since;
use crate::appeals::{Appeal as Marked, AppealState, Version};
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::id::{AppealId, RevisionId};
use crate::message::Content;
use crate::posts::translation;
use crate::store::editions::Edition;
use crate::store::translations::Translation;
use crate::templates::contexts::{
    Appeal, AppealLinks, Call, Called, Cancellation, Correction, Frame, Item, Notice, Reminder, Site, Version as Told,
};
use crate::templates::{TemplateError, Templates};

/// How much of a post stands in a calendar entry, in words.
const DESCRIPTION_WORDS: usize = 60;

/// A mailing about an appeal in one language, for those who had the same of it before.
#[derive(Debug)]
pub(super) struct Shared {
    kind: EditionKind,
    /// The appeal as this mailing has it.
    version: Version,
    /// The events that it is about.
    events: Vec<Event>,
    /// What those who are corrected had.
    before: Option<Version>,
    /// The event that a reminder is about.
    next: Option<Event>,
    pub(super) post: Item,
    /// The calendar entries that come with it.
    pub(super) calendar: Option<String>,
}

impl Shared {
    /// Reads what a variant of `edition` says; `items` is the text of the variant.
    pub(super) async fn read(
        app: &App,
        templates: &Templates,
        edition: &Edition,
        language: &str,
        items: &str,
    ) -> anyhow::Result<Self> {
        let missing = |what: &str| anyhow::anyhow!("edition {}: its {what} is not in the store", edition.id);
        let version = edition.appeal_version_id.ok_or_else(|| missing("version"))?;
        let version = app.store.version(version).await?.ok_or_else(|| missing("version"))?;
        let before = match items.parse::<Since>()?.0 {
            Some(id) => Some(app.store.version(id).await?.ok_or_else(|| missing("earlier version"))?),
            None => None,
        };
        let marked = app.store.appeal(version.appeal).await?.ok_or_else(|| missing("appeal"))?;
        let post = post(app, templates, language, version.revision).await?;
        let next = version.events.iter().find(|event| Some(event.starts.at) == edition.slot_at).cloned();
        let entries = Entries { app, marked: &marked, version: &version, before: before.as_ref(), post: &post };
        let calendar = entries.write(templates, language)?;
        Ok(Self { kind: edition.kind, events: version.events_told(), version, before, next, post, calendar })
    }

    /// The events that it is about.
    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    /// How it reads with these links.
    pub(super) fn content(
        &self,
        app: &App,
        templates: &Templates,
        language: &str,
        links: AppealLinks,
    ) -> anyhow::Result<Content> {
        let (site_zone, now) = (app.config.site.time_zone, app.clock.now());
        let words = templates.words().language(language);
        let deadline = |version: &Version| Some(version.deadline).filter(|_| version.events.is_empty());
        let call = Call {
            frame: Frame::new(Site::of(&app.config), &words),
            language: words,
            post: self.post.clone(),
            events: &self.events,
            deadline: deadline(&self.version),
            time_zone: site_zone,
            links,
        };
        Ok(match (self.kind, &self.before, &self.next) {
            (EditionKind::Correction, Some(before), _) => {
                let before = Told { events: &before.events, deadline: deadline(before) };
                templates.mail(&Correction::new(call, before, now)?, language)?
            }
            (EditionKind::Cancellation, ..) => {
                templates.mail(&Cancellation::new(call, self.version.reason.as_deref())?, language)?
            }
            (EditionKind::Reminder, _, Some(next)) => templates.mail(&Reminder::new(call, next)?, language)?,
            _ => templates.mail(&Appeal::new(call, now)?, language)?,
        })
    }
}

/// A version's events as calendar entries.
struct Entries<'a> {
    app: &'a App,
    marked: &'a Marked,
    version: &'a Version,
    before: Option<&'a Version>,
    post: &'a Item,
}

impl Entries<'_> {
    fn write(&self, templates: &Templates, language: &str) -> anyhow::Result<Option<String>> {
        let description = crate::templates::excerpt(&self.post.text, DESCRIPTION_WORDS);
        let entry = |event, cancelled| Entry {
            event,
            title: &self.post.title,
            description: &description,
            url: self.post.url.as_deref(),
            sequence: self.version.number.saturating_sub(1),
            created: self.marked.created_at,
            modified: self.version.created_at,
            cancelled,
        };
        let version = self.version;
        let mut entries: Vec<Entry<'_>> =
            version.events.iter().map(|event| entry(event, version.calls_off(event))).collect();
        // What was in their calendar and is no more has to go from it.
        let dropped = self.before.iter().flat_map(|before| &before.events);
        let dropped = dropped.filter(|old| !version.events.iter().any(|event| event.uid == old.uid));
        entries.extend(dropped.map(|event| entry(event, true)));
        let organizer = Organizer::from(&self.app.config.site.sender);
        Ok(calendar::invitation(&entries, &organizer, templates.words().language(language))?)
    }
}

/// A revision as an appeal shows it: the translation for this language, where the post has one.
async fn post(app: &App, templates: &Templates, language: &str, id: RevisionId) -> anyhow::Result<Item> {
    let read = async |id| {
        let revision = app.store.revision(id).await?;
        revision.ok_or_else(|| anyhow::anyhow!("revision {id} is not in the store"))
    };
    let mut post = read(id).await?;
    let mut versions = vec![Translation { revision_id: id, language: post.language.clone() }];
    versions.extend(app.store.translations(id).await?);
    let languages = [language, app.config.site.language.as_str()];
    let theirs = translation::choose(&versions, |version| &version.language, &languages);
    if let Some(theirs) = theirs.filter(|theirs| theirs.revision_id != id) {
        post = read(theirs.revision_id).await?;
    }
    super::variants::item(&app.config, &templates.words().language(language), post)
}

/// Where the calendar entry of each event is.
pub(super) fn calendar_links(app: &App, events: &[Event]) -> Vec<String> {
    events.iter().map(|event| calendar::links::file(&app.config.site.url, &event.uid)).collect()
}

/// The post of an appeal as a digest shows it: with its events, or marked as over.
pub(super) async fn in_digest(
    app: &App,
    templates: &Templates,
    language: &str,
    item: Item,
    appeal: AppealId,
    now: Timestamp,
) -> anyhow::Result<Item> {
    let (Some(marked), Some(version)) = (app.store.appeal(appeal).await?, app.store.current_version(appeal).await?)
    else {
        return Ok(item);
    };
    let notice = match marked.state {
        AppealState::Stopped => return Ok(item),
        _ if version.is_off() => Notice::Cancelled,
        _ if !version.is_over(now) => Notice::Ahead,
        _ if version.events.is_empty() => Notice::Closed,
        _ => Notice::TookPlace,
    };
    let called = Called {
        notice,
        events: &version.events,
        at: if version.is_off() { version.created_at } else { now },
        deadline: Some(version.deadline),
        time_zone: app.config.site.time_zone,
        calendar: &calendar_links(app, &version.events),
    };
    Ok(item.of_appeal(templates.words().language(language), &called)?)
}

/// What is to be shown before it is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample<'a> {
    pub(super) revision: RevisionId,
    pub(super) events: &'a [Event],
    pub(super) deadline: Timestamp,
    pub(super) before: Option<&'a Version>,
}

impl Sample<'_> {
    /// How it would read, with links that lead nowhere.
    pub(super) async fn content(
        &self,
        app: &App,
        templates: &Templates,
        language: &str,
        links: AppealLinks,
    ) -> anyhow::Result<Content> {
        let words = templates.words().language(language);
        let deadline = Some(self.deadline).filter(|_| self.events.is_empty());
        let call = Call {
            frame: Frame::new(Site::of(&app.config), &words),
            language: words,
            post: post(app, templates, language, self.revision).await?,
            events: self.events,
            deadline,
            time_zone: app.config.site.time_zone,
            links,
        };
        let now = app.clock.now();
        let content: Result<Content, TemplateError> = match self.before {
            Some(before) => {
                let deadline = Some(before.deadline).filter(|_| before.events.is_empty());
                templates.mail(&Correction::new(call, Told { events: &before.events, deadline }, now)?, language)
            }
            None => templates.mail(&Appeal::new(call, now)?, language),
        };
        Ok(content?)
    }
}
