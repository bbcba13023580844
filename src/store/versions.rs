//! The versions of appeals, with their events.

use super::{Result, Store, StoreError, Tx, on, on_tx};
use crate::appeals::event::{Event, Moment, Point};
use crate::appeals::{Version, VersionKind};
use crate::clock::Timestamp;
use crate::id::{AppealId, RevisionId, VersionId};

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

const VERSIONS: &str = "SELECT id, appeal_id, number, kind, revision_id, regions, deadline_at, reason, created_at, \
                        created_by FROM appeal_versions ";

const EVENTS: &str = "SELECT version_id, uid, starts_local, ends_local, time_zone, starts_at, ends_at, place, address, \
                      online_url, latitude, longitude, region FROM events WHERE version_id = $1 ORDER BY position";

/// The last version of an appeal.
const CURRENT: &str = "WHERE appeal_id = $1 ORDER BY number DESC LIMIT 1";

fn sql(rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only constants of this file are joined here.
    sqlx::AssertSqlSafe(format!("{VERSIONS}{rest}"))
}

impl Store {
    /// One version, with its events.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn version(&self, id: VersionId) -> Result<Option<Version>> {
        let rows: Vec<VersionRow> = on!(self, db => {
            sqlx::query_as(sql("WHERE id = $1")).bind(id).fetch_all(db).await?
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
            sqlx::query_as(sql(CURRENT)).bind(appeal).fetch_all(db).await?
        });
        Ok(self.versions(rows).await?.pop())
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
            sqlx::query_as(sql(NEAR)).bind(now).bind(until).fetch_all(db).await?
        });
        self.versions(rows).await
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
    /// An appeal's present version, as it is within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn current_version(&mut self, appeal: AppealId) -> Result<Option<Version>> {
        let rows: Vec<VersionRow> = on_tx!(self, db => {
            sqlx::query_as(sql(CURRENT)).bind(appeal).fetch_all(db).await?
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
            sqlx::query_as(sql(MARKED)).bind(since).fetch_all(db).await?
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
            sqlx::query_as(sql("WHERE id = $1")).bind(id).fetch_all(db).await?
        });
        Ok(self.versions(rows).await?.pop())
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

    /// These versions with their events.
    async fn versions(&mut self, rows: Vec<VersionRow>) -> Result<Vec<Version>> {
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows {
            let events: Vec<EventRow> = on_tx!(self, db => sqlx::query_as(EVENTS).bind(row.id).fetch_all(db).await?);
            versions.push(row.version(events)?);
        }
        Ok(versions)
    }
}
