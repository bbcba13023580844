//! Appeals, their versions and events, and who heard of which.

use super::{Result, Store, StoreError, Tx, on, on_tx};
use crate::appeals::event::{Event, Moment, Point};
use crate::appeals::{Appeal, AppealState, Version, VersionKind};
use crate::clock::Timestamp;
use crate::id::{AppealId, PostId, RevisionId, VersionId};
use crate::posts::PostState;
use crate::vault::{AddressIndex, KeyId};

/// A version to be made; its number follows from those before it.
#[derive(Clone, Debug)]
pub struct NewVersion<'a> {
    /// Of which appeal.
    pub appeal: AppealId,
    /// What it is.
    pub kind: VersionKind,
    /// The post as it is.
    pub revision: RevisionId,
    /// Whom it is for; empty for everybody who wants alerts.
    pub regions: &'a [String],
    /// Nobody is called to it after this.
    pub deadline: Timestamp,
    /// Why it was called off.
    pub reason: Option<&'a str>,
    /// By whom.
    pub by: &'a str,
    /// Its events, in order.
    pub events: &'a [Event],
}

/// Who is told how an appeal went: an address, sealed.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct ReportTo {
    /// The key that sealed it.
    #[sqlx(rename = "report_key")]
    pub key_id: KeyId,
    /// What it is bound to.
    #[sqlx(rename = "report_index")]
    pub index: AddressIndex,
    /// The sealed address.
    #[sqlx(rename = "report_to")]
    pub address: Vec<u8>,
}

/// What an edited source says of an appeal that is out: urgent marks as [`crate::appeals::declared::Declared`] writes them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Proposal {
    /// The mark as the source made it when it and the appeal went together last; nothing where it made none.
    pub base: Option<String>,
    /// The mark as it is now; nothing where it makes none any more.
    pub declared: Option<String>,
}

#[derive(sqlx_macros::FromRow)]
struct VersionRow {
    id: VersionId,
    appeal_id: AppealId,
    number: i32,
    kind: VersionKind,
    revision_id: RevisionId,
    regions: Option<String>,
    deadline_at: Timestamp,
    reason: Option<String>,
    created_at: Timestamp,
    created_by: String,
}

#[derive(sqlx_macros::FromRow)]
struct EventRow {
    version_id: VersionId,
    uid: String,
    starts_local: String,
    ends_local: String,
    time_zone: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    place: Option<String>,
    address: Option<String>,
    online_url: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    region: Option<String>,
}

/// How wall-clock times are kept.
const LOCAL: &str = "%Y-%m-%dT%H:%M:%S";

impl EventRow {
    fn event(self) -> Result<Event> {
        let wrong = |column| StoreError::Value { table: "events", column, row: self.version_id.0 };
        let local = |text: &str, column| chrono::NaiveDateTime::parse_from_str(text, LOCAL).map_err(|_| wrong(column));
        Ok(Event {
            starts: Moment { local: local(&self.starts_local, "starts_local")?, at: self.starts_at },
            ends: Moment { local: local(&self.ends_local, "ends_local")?, at: self.ends_at },
            time_zone: self.time_zone.parse().map_err(|_| wrong("time_zone"))?,
            point: self.latitude.zip(self.longitude).map(|(latitude, longitude)| Point { latitude, longitude }),
            uid: self.uid,
            place: self.place,
            address: self.address,
            online_url: self.online_url,
            region: self.region,
        })
    }
}

impl VersionRow {
    fn version(self, events: Vec<EventRow>) -> Result<Version> {
        let regions = self.regions.unwrap_or_default();
        Ok(Version {
            id: self.id,
            appeal: self.appeal_id,
            number: self.number,
            kind: self.kind,
            revision: self.revision_id,
            regions: regions.split(';').filter(|region| !region.is_empty()).map(str::to_owned).collect(),
            deadline: self.deadline_at,
            reason: self.reason,
            created_at: self.created_at,
            created_by: self.created_by,
            events: events.into_iter().map(EventRow::event).collect::<Result<_>>()?,
        })
    }
}

const APPEALS: &str = "SELECT id, post_id, state, created_at, created_by FROM appeals ";
const VERSIONS: &str = "SELECT id, appeal_id, number, kind, revision_id, regions, deadline_at, reason, created_at, \
                        created_by FROM appeal_versions ";
const EVENTS: &str = "SELECT version_id, uid, starts_local, ends_local, time_zone, starts_at, ends_at, place, address, \
                      online_url, latitude, longitude, region FROM events WHERE version_id = $1 ORDER BY position";
/// The last version of an appeal.
const CURRENT: &str = "WHERE appeal_id = $1 ORDER BY number DESC LIMIT 1";

const PROPOSAL: &str = "SELECT base, declared FROM proposals WHERE appeal_id = $1";

fn sql(what: &str, rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only constants of this file are joined here.
    sqlx::AssertSqlSafe(format!("{what}{rest}"))
}

impl Store {
    /// One appeal.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal(&self, id: AppealId) -> Result<Option<Appeal>> {
        on!(self, db => Ok(sqlx::query_as(sql(APPEALS, "WHERE id = $1")).bind(id).fetch_optional(db).await?))
    }

    /// The appeal that a post is, if it is one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal_of(&self, post: PostId) -> Result<Option<Appeal>> {
        on!(self, db => Ok(sqlx::query_as(sql(APPEALS, "WHERE post_id = $1")).bind(post).fetch_optional(db).await?))
    }

    /// The newest `limit` appeals before `before`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeals(&self, before: AppealId, limit: i64) -> Result<Vec<Appeal>> {
        const PAGE: &str = "WHERE id < $1 ORDER BY id DESC LIMIT $2";
        on!(self, db => Ok(sqlx::query_as(sql(APPEALS, PAGE)).bind(before).bind(limit).fetch_all(db).await?))
    }

    /// One version, with its events.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn version(&self, id: VersionId) -> Result<Option<Version>> {
        let rows: Vec<VersionRow> = on!(self, db => {
            sqlx::query_as(sql(VERSIONS, "WHERE id = $1")).bind(id).fetch_all(db).await?
        });
        Ok(self.versions(rows).await?.pop())
    }

    /// An appeal as it is now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn current_version(&self, appeal: AppealId) -> Result<Option<Version>> {
        let rows: Vec<VersionRow> = on!(self, db => {
            sqlx::query_as(sql(VERSIONS, CURRENT)).bind(appeal).fetch_all(db).await?
        });
        Ok(self.versions(rows).await?.pop())
    }

    /// The appeals, open or called off, that have or had an event which ends at `since` or later, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeals_with_events(&self, since: Timestamp) -> Result<Vec<Appeal>> {
        const WITH: &str = "WHERE state IN ('open', 'cancelled') AND id IN (SELECT v.appeal_id FROM events e \
                            JOIN appeal_versions v ON v.id = e.version_id WHERE e.ends_at >= $1) ORDER BY id";
        on!(self, db => Ok(sqlx::query_as(sql(APPEALS, WITH)).bind(since).fetch_all(db).await?))
    }

    /// The present versions of open appeals with an event that starts after `now` and up to `until`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn versions_to_remind(&self, now: Timestamp, until: Timestamp) -> Result<Vec<Version>> {
        // From the few events that are near, which the index on their start finds: this is asked every second.
        const NEAR: &str = "WHERE id IN (SELECT version_id FROM events WHERE starts_at > $1 AND starts_at <= $2) \
             AND number = (SELECT max(number) FROM appeal_versions o WHERE o.appeal_id = appeal_versions.appeal_id) \
             AND EXISTS (SELECT 1 FROM appeals a WHERE a.id = appeal_versions.appeal_id AND a.state = 'open') ORDER BY id";
        let rows: Vec<VersionRow> = on!(self, db => {
            sqlx::query_as(sql(VERSIONS, NEAR)).bind(now).bind(until).fetch_all(db).await?
        });
        self.versions(rows).await
    }

    /// Who is told how an appeal went, where somebody is to be.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn report_to(&self, appeal: AppealId) -> Result<Option<ReportTo>> {
        const ONE: &str =
            "SELECT report_key, report_index, report_to FROM appeals WHERE id = $1 AND report_to IS NOT NULL";
        on!(self, db => Ok(sqlx::query_as(ONE).bind(appeal).fetch_optional(db).await?))
    }

    /// What edited sources say of appeals that are out: the appeal, and its mark as it is declared now, if it is.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn proposals(&self) -> Result<Vec<(AppealId, Option<String>)>> {
        const ALL: &str = "SELECT p.appeal_id, p.declared FROM proposals p JOIN appeals a ON a.id = p.appeal_id \
                           WHERE a.state = 'open' ORDER BY p.appeal_id";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }

    /// What is proposed for an appeal.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn proposal(&self, appeal: AppealId) -> Result<Option<Proposal>> {
        on!(self, db => Ok(sqlx::query_as(PROPOSAL).bind(appeal).fetch_optional(db).await?))
    }

    /// The appeal that has an event with this calendar name, in any of its versions.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal_with_event(&self, uid: &str) -> Result<Option<AppealId>> {
        const ONE: &str = "SELECT v.appeal_id FROM events e JOIN appeal_versions v ON v.id = e.version_id \
                           WHERE e.uid = $1 ORDER BY v.id DESC LIMIT 1";
        on!(self, db => Ok(sqlx::query_scalar(ONE).bind(uid).fetch_optional(db).await?))
    }

    /// Posts whose source marks them as urgent in a way that could not be carried out, and why.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn refused_marks(&self) -> Result<Vec<(PostId, String)>> {
        const ALL: &str = "SELECT id, declared_problem FROM posts WHERE declared_problem IS NOT NULL \
                           AND state NOT IN ('dropped', 'withdrawn') ORDER BY id";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }

    /// Open appeals whose posts were withdrawn from their source.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeals_of_withdrawn(&self) -> Result<Vec<(AppealId, PostId)>> {
        const ALL: &str = "SELECT a.id, a.post_id FROM appeals a JOIN posts p ON p.id = a.post_id \
                           WHERE a.state = 'open' AND p.state = 'withdrawn' ORDER BY a.id";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }

    /// These versions with their events.
    async fn versions(&self, rows: Vec<VersionRow>) -> Result<Vec<Version>> {
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows {
            let events: Vec<EventRow> = on!(self, db => sqlx::query_as(EVENTS).bind(row.id).fetch_all(db).await?);
            versions.push(row.version(events)?);
        }
        Ok(versions)
    }
}

impl Tx {
    /// Marks a post as urgent, or again after its appeal was stopped; the appeal's number, or nothing when it is one.
    /// Who was to be told how an earlier mark of it went is forgotten. `former` is where the post stands without it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn make_appeal(
        &mut self,
        post: PostId,
        former: PostState,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<AppealId>> {
        const MAKE: &str = "INSERT INTO appeals (post_id, state, created_at, created_by, former_state) \
             VALUES ($1, 'open', $2, $3, $4) ON CONFLICT (post_id) DO UPDATE SET state = 'open', \
             created_at = excluded.created_at, created_by = excluded.created_by, former_state = excluded.former_state, \
             report_to = NULL, report_index = NULL, report_key = NULL WHERE appeals.state = 'stopped' RETURNING id";
        on_tx!(self, db => {
            let query = sqlx::query_scalar(MAKE).bind(post).bind(now).bind(by).bind(former);
            Ok(query.fetch_optional(db).await?)
        })
    }

    /// Puts the post of an appeal that was stopped back where it stood before the mark, unless a person has moved it
    /// since; one whose file is gone goes there when it is back.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn unmark_post(&mut self, appeal: AppealId) -> Result<()> {
        const FORMER: &str = "SELECT post_id, former_state FROM appeals WHERE id = $1 AND former_state <> 'live'";
        const BACK: &str = "UPDATE posts SET state = $2 WHERE id = $1 AND state = 'live'";
        const BACK_LATER: &str =
            "UPDATE posts SET former_state = $2 WHERE id = $1 AND state = 'withdrawn' AND former_state = 'live'";
        let former: Option<(PostId, PostState)> =
            on_tx!(self, db => sqlx::query_as(FORMER).bind(appeal).fetch_optional(db).await?);
        let Some((post, former)) = former else { return Ok(()) };
        for back in [BACK, BACK_LATER] {
            on_tx!(self, db => sqlx::query(back).bind(post).bind(former).execute(db).await?.rows_affected());
        }
        self.forget_listing(post).await
    }

    /// Says who is told how an appeal went.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_report_to(&mut self, appeal: AppealId, to: &ReportTo) -> Result<()> {
        const SET: &str = "UPDATE appeals SET report_key = $2, report_index = $3, report_to = $4 WHERE id = $1";
        on_tx!(self, db => {
            let query = sqlx::query(SET).bind(appeal).bind(to.key_id).bind(&to.index).bind(&to.address);
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// The appeal that a post is, as it is within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal_of(&mut self, post: PostId) -> Result<Option<Appeal>> {
        on_tx!(self, db => Ok(sqlx::query_as(sql(APPEALS, "WHERE post_id = $1")).bind(post).fetch_optional(db).await?))
    }

    /// The urgent mark that a post's source made when it was read last.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn declared(&mut self, post: PostId) -> Result<Option<String>> {
        const ONE: &str = "SELECT declared FROM posts WHERE id = $1";
        let declared: Option<Option<String>> =
            on_tx!(self, db => sqlx::query_scalar(ONE).bind(post).fetch_optional(db).await?);
        Ok(declared.flatten())
    }

    /// Keeps the urgent mark that a post's source makes, or why it could not be carried out.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_declared(&mut self, post: PostId, declared: Option<&str>, problem: Option<&str>) -> Result<()> {
        const SET: &str = "UPDATE posts SET declared = $2, declared_problem = $3 WHERE id = $1";
        on_tx!(self, db => sqlx::query(SET).bind(post).bind(declared).bind(problem).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Forgets why a source's mark could not be carried out, as the post is an appeal now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn clear_declared_problem(&mut self, post: PostId) -> Result<()> {
        const CLEAR: &str = "UPDATE posts SET declared_problem = NULL WHERE id = $1 AND declared_problem IS NOT NULL";
        on_tx!(self, db => sqlx::query(CLEAR).bind(post).execute(db).await?.rows_affected());
        Ok(())
    }

    /// An appeal, its row locked until the end of the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lock_appeal(&mut self, id: AppealId) -> Result<Option<Appeal>> {
        const LOCK: &str =
            "UPDATE appeals SET state = state WHERE id = $1 RETURNING id, post_id, state, created_at, created_by";
        on_tx!(self, db => Ok(sqlx::query_as(LOCK).bind(id).fetch_optional(db).await?))
    }

    /// An appeal's present version, as it is within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn current_version(&mut self, appeal: AppealId) -> Result<Option<Version>> {
        let rows: Vec<VersionRow> = on_tx!(self, db => {
            sqlx::query_as(sql(VERSIONS, CURRENT)).bind(appeal).fetch_all(db).await?
        });
        Ok(self.versions(rows).await?.pop())
    }

    /// The present versions of the open appeals that were marked at `since` or later.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn versions_marked_since(&mut self, since: Timestamp) -> Result<Vec<Version>> {
        const MARKED: &str = "WHERE number = (SELECT max(number) FROM appeal_versions o WHERE o.appeal_id = \
             appeal_versions.appeal_id) AND appeal_id IN (SELECT id FROM appeals WHERE state = 'open' AND created_at >= $1) \
             ORDER BY id";
        let rows: Vec<VersionRow> = on_tx!(self, db => {
            sqlx::query_as(sql(VERSIONS, MARKED)).bind(since).fetch_all(db).await?
        });
        self.versions(rows).await
    }

    /// One version with its events, as it is within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn version(&mut self, id: VersionId) -> Result<Option<Version>> {
        let rows: Vec<VersionRow> = on_tx!(self, db => {
            sqlx::query_as(sql(VERSIONS, "WHERE id = $1")).bind(id).fetch_all(db).await?
        });
        Ok(self.versions(rows).await?.pop())
    }

    /// These versions with their events.
    async fn versions(&mut self, rows: Vec<VersionRow>) -> Result<Vec<Version>> {
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows {
            let events: Vec<EventRow> = on_tx!(self, db => sqlx::query_as(EVENTS).bind(row.id).fetch_all(db).await?);
            versions.push(row.version(events)?);
        }
        Ok(versions)
    }

    /// Puts an appeal into `state`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_appeal_state(&mut self, id: AppealId, state: AppealState) -> Result<()> {
        const SET: &str = "UPDATE appeals SET state = $2 WHERE id = $1";
        on_tx!(self, db => sqlx::query(SET).bind(id).bind(state).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Adds a version with its events.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_version(&mut self, new: &NewVersion<'_>, now: Timestamp) -> Result<VersionId> {
        const ADD: &str = "INSERT INTO appeal_versions (appeal_id, number, kind, revision_id, regions, deadline_at, \
             reason, created_at, created_by) SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 \
             FROM appeal_versions WHERE appeal_id = $1 RETURNING id";
        const EVENT: &str = "INSERT INTO events (version_id, position, uid, starts_local, ends_local, time_zone, starts_at, \
             ends_at, place, address, online_url, latitude, longitude, region) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let regions = (!new.regions.is_empty()).then(|| new.regions.join(";"));
        let id: VersionId = on_tx!(self, db => {
            let query = sqlx::query_scalar(ADD).bind(new.appeal).bind(new.kind.as_str()).bind(new.revision);
            let query = query.bind(&regions).bind(new.deadline).bind(new.reason).bind(now).bind(new.by);
            query.fetch_one(db).await?
        });
        for (position, event) in (0_i32..).zip(new.events) {
            on_tx!(self, db => {
                let query = sqlx::query(EVENT).bind(id).bind(position).bind(&event.uid);
                let query = query.bind(event.starts.local.format(LOCAL).to_string());
                let query = query.bind(event.ends.local.format(LOCAL).to_string()).bind(event.time_zone.name());
                let query = query.bind(event.starts.at).bind(event.ends.at).bind(&event.place).bind(&event.address);
                let query = query.bind(&event.online_url).bind(event.point.map(|point| point.latitude));
                let query = query.bind(event.point.map(|point| point.longitude)).bind(&event.region);
                query.execute(db).await?.rows_affected()
            });
        }
        Ok(id)
    }

    /// Keeps what an edited source says of an appeal, for a person to decide; the latest word counts.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn propose(&mut self, appeal: AppealId, proposal: &Proposal, now: Timestamp) -> Result<()> {
        const PROPOSE: &str = "INSERT INTO proposals (appeal_id, base, declared, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (appeal_id) DO UPDATE SET base = excluded.base, declared = excluded.declared, \
             created_at = excluded.created_at";
        on_tx!(self, db => {
            let query = sqlx::query(PROPOSE).bind(appeal).bind(&proposal.base).bind(&proposal.declared).bind(now);
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// As [`Store::proposal`], within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn proposal(&mut self, appeal: AppealId) -> Result<Option<Proposal>> {
        on_tx!(self, db => Ok(sqlx::query_as(PROPOSAL).bind(appeal).fetch_optional(db).await?))
    }

    /// Drops what was proposed for an appeal, as it was taken up, or not; false when nothing was.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn drop_proposal(&mut self, appeal: AppealId) -> Result<bool> {
        const DROP: &str = "DELETE FROM proposals WHERE appeal_id = $1";
        Ok(on_tx!(self, db => sqlx::query(DROP).bind(appeal).execute(db).await?.rows_affected()) > 0)
    }
}
