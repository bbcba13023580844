//! Subscribers as kept: sealed.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::SubscriberId;
use crate::subscribers::{Cadence, Preferences, Subscriber, SubscriberState, SuppressionReason};
use crate::topics::Topics;
use crate::vault::{AddressIndex, Column, KeyId, Vault};

/// How many new rows go into one statement; well under SQLite's limit of 32,766 parameters.
pub const INSERT_ROWS: usize = 500;

/// A subscriber to be written.
#[derive(Clone, Debug)]
pub struct NewSubscriber {
    /// Pending or active.
    pub state: SubscriberState,
    /// The key that sealed and indexed the row.
    pub key_id: KeyId,
    /// The address's blind index.
    pub address_index: AddressIndex,
    /// The domain's keyed hash.
    pub domain_index: i64,
    /// The sealed address.
    pub address: Vec<u8>,
    /// The sealed name.
    pub name: Option<Vec<u8>>,
    /// The sealed note on consent.
    pub consent_note: Option<Vec<u8>>,
    /// Where consent came from.
    pub consent_source: &'static str,
    /// When they confirmed; empty while pending.
    pub confirmed_at: Option<Timestamp>,
    /// When the row is made.
    pub created_at: Timestamp,
    /// What they asked for.
    pub preferences: Preferences,
    /// The suppression of their address, if there is one.
    pub suppression_id: Option<i64>,
}

/// A subscriber as kept.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct SubscriberRow {
    /// The row's number.
    pub id: SubscriberId,
    /// Where they stand.
    pub state: SubscriberState,
    /// The key that sealed and indexed the row.
    pub key_id: KeyId,
    /// The address's blind index; empty once erased.
    pub address_index: Option<AddressIndex>,
    address: Option<Vec<u8>>,
    name: Option<Vec<u8>>,
    consent_note: Option<Vec<u8>>,
    consent_source: String,
    created_at: Timestamp,
    /// When they confirmed.
    pub confirmed_at: Option<Timestamp>,
    #[sqlx(flatten)]
    chosen: Chosen,
    /// No digests before this.
    pub paused_until: Option<Timestamp>,
    /// Why they get no mail, if so.
    pub suppression: Option<SuppressionReason>,
    /// The row of that suppression.
    pub suppression_id: Option<i64>,
}

/// Preferences as kept.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub(super) struct Chosen {
    cadence: Cadence,
    alerts: bool,
    topics: String,
    region: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
}

impl Chosen {
    /// As the program uses them.
    pub(super) fn preferences(&self) -> Preferences {
        Preferences {
            cadence: self.cadence,
            alerts: self.alerts,
            topics: Topics::parse(&self.topics),
            region: self.region.clone(),
            language: self.language.clone(),
            time_zone: self.time_zone.as_deref().and_then(|zone| chrono_tz::Tz::from_str(zone).ok()),
        }
    }
}

/// What a list of subscribers is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubscriberFilter {
    /// Only those in this state.
    pub state: Option<SubscriberState>,
    /// Only those with this cadence.
    pub cadence: Option<Cadence>,
}

const COLUMNS: &str = "SELECT s.id, s.state, s.key_id, s.address_index, s.address, s.name, s.consent_note, \
     s.consent_source, s.created_at, s.confirmed_at, s.cadence, s.alerts, s.topics, s.region, s.language, s.time_zone, \
     s.paused_until, p.reason AS suppression, s.suppression_id \
     FROM subscribers s LEFT JOIN suppressions p ON p.id = s.suppression_id ";

fn sql(rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only constants of this program are joined here.
    sqlx::AssertSqlSafe(format!("{COLUMNS}{rest}"))
}

impl SubscriberRow {
    /// What they asked for.
    pub fn preferences(&self) -> Preferences {
        self.chosen.preferences()
    }

    /// The row with its sealed values opened.
    ///
    /// # Errors
    ///
    /// When a sealed value does not open.
    pub fn open(&self, vault: &Vault) -> Result<Subscriber> {
        let open = |column, sealed: &Option<Vec<u8>>| -> Result<Option<String>> {
            let (Some(sealed), Some(index)) = (sealed, &self.address_index) else { return Ok(None) };
            Ok(Some(vault.open(self.key_id, column, index, sealed)?))
        };
        Ok(Subscriber {
            id: self.id,
            address: open(Column::Address, &self.address)?.and_then(|text| text.parse().ok()),
            name: open(Column::Name, &self.name)?,
            state: self.state,
            suppression: self.suppression,
            preferences: self.preferences(),
            paused_until: self.paused_until,
            created_at: self.created_at,
            confirmed_at: self.confirmed_at,
            consent_source: self.consent_source.clone(),
            consent_note: open(Column::ConsentNote, &self.consent_note)?,
        })
    }
}

impl Store {
    /// One subscriber by number.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn subscriber(&self, id: SubscriberId) -> Result<Option<SubscriberRow>> {
        on!(self, db => Ok(sqlx::query_as(sql("WHERE s.id = $1")).bind(id).fetch_optional(db).await?))
    }

    /// One subscriber by address, whichever key it was indexed with.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn subscriber_by_address(&self, indexes: &[(KeyId, AddressIndex)]) -> Result<Option<SubscriberRow>> {
        for (_, index) in indexes {
            let found = on!(self, db => {
                sqlx::query_as(sql("WHERE s.address_index = $1")).bind(index).fetch_optional(db).await?
            });
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Up to `limit` subscribers after `after`, in order of number.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn subscribers(
        &self,
        filter: SubscriberFilter,
        after: SubscriberId,
        limit: i64,
    ) -> Result<Vec<SubscriberRow>> {
        // Each choice has a text of its own, whose words stand in it: so the indexes of those who are active, or are not,
        // are known to fit.
        let state = filter.state.map_or(String::new(), |state| match state {
            SubscriberState::Active => "AND s.state = 'active' ".to_owned(),
            other => format!("AND s.state = '{other}' AND s.state <> 'active' "),
        });
        let cadence = filter.cadence.map_or(String::new(), |cadence| format!("AND s.cadence = '{cadence}' "));
        let page = sql(&format!("WHERE s.id > $1 {state}{cadence}ORDER BY s.id LIMIT $2"));
        on!(self, db => Ok(sqlx::query_as(page).bind(after).bind(limit).fetch_all(db).await?))
    }

    /// How many subscribers there are in each state, those who are suppressed apart.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn subscriber_counts(&self) -> Result<Vec<(SubscriberState, bool, i64)>> {
        // Each part is read from an index that holds nothing else. The first two count those who are suppressed as well.
        const COUNT: &str = "SELECT 'active', FALSE, count(*) FROM subscribers WHERE state = 'active' \
             UNION ALL SELECT state, FALSE, count(*) FROM subscribers WHERE state <> 'active' GROUP BY state \
             UNION ALL SELECT state, TRUE, count(*) FROM subscribers WHERE suppression_id IS NOT NULL GROUP BY state";
        let rows: Vec<(SubscriberState, bool, i64)> = on!(self, db => sqlx::query_as(COUNT).fetch_all(db).await?);
        let mut counts: BTreeMap<(&str, bool), (SubscriberState, i64)> = BTreeMap::new();
        for (state, suppressed, count) in rows {
            counts.entry((state.as_str(), suppressed)).or_insert((state, 0)).1 += count;
            if suppressed {
                counts.entry((state.as_str(), false)).or_insert((state, 0)).1 -= count;
            }
        }
        counts.retain(|_, (_, count)| *count != 0);
        Ok(counts.into_iter().map(|((_, suppressed), (state, count))| (state, suppressed, count)).collect())
    }
}

impl Tx {
    /// As [`Store::subscriber_by_address`], within this transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn subscriber_by_address(&mut self, indexes: &[(KeyId, AddressIndex)]) -> Result<Option<SubscriberRow>> {
        for (_, index) in indexes {
            let found = on_tx!(self, db => {
                sqlx::query_as(sql("WHERE s.address_index = $1")).bind(index).fetch_optional(db).await?
            });
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// As [`Store::subscriber`], within this transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn subscriber(&mut self, id: SubscriberId) -> Result<Option<SubscriberRow>> {
        on_tx!(self, db => Ok(sqlx::query_as(sql("WHERE s.id = $1")).bind(id).fetch_optional(db).await?))
    }

    /// Which of `indexes` belong to somebody on the list.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn known_among(&mut self, indexes: &[AddressIndex]) -> Result<Vec<AddressIndex>> {
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new("SELECT address_index FROM subscribers WHERE address_index IN (");
            let mut list = query.separated(", ");
            for index in indexes {
                list.push_bind(index);
            }
            query.push(")");
            Ok(query.build_query_scalar().fetch_all(db).await?)
        })
    }

    /// Adds those of `rows` whose address is new, at most [`INSERT_ROWS`]; returns number and address index of each added.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_subscribers(&mut self, rows: &[NewSubscriber]) -> Result<Vec<(SubscriberId, AddressIndex)>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "INSERT INTO subscribers (state, key_id, address_index, domain_index, address, name, consent_note, \
                 consent_source, consent_at, created_at, confirmed_at, cadence, alerts, topics, region, language, \
                 time_zone, digest_mark, suppression_id) ",
            );
            query.push_values(rows, |mut values, row| {
                let wanted = &row.preferences;
                values
                    .push_bind(row.state)
                    .push_bind(row.key_id)
                    .push_bind(&row.address_index)
                    .push_bind(row.domain_index)
                    .push_bind(&row.address)
                    .push_bind(&row.name)
                    .push_bind(&row.consent_note)
                    .push_bind(row.consent_source)
                    .push_bind(row.confirmed_at)
                    .push_bind(row.created_at)
                    .push_bind(row.confirmed_at)
                    .push_bind(wanted.cadence)
                    .push_bind(wanted.alerts)
                    .push_bind(wanted.topics.to_string())
                    .push_bind(&wanted.region)
                    .push_bind(&wanted.language)
                    .push_bind(wanted.time_zone.map(|zone| zone.name()))
                    // Digests bring what is listed after they confirmed; after they came here, where that was elsewhere.
                    .push_bind(row.confirmed_at.map_or(Timestamp(0), |at| at.max(row.created_at)))
                    .push_bind(row.suppression_id);
            });
            query.push(" ON CONFLICT (address_index) DO NOTHING RETURNING id, address_index");
            Ok(query.build_query_as().fetch_all(db).await?)
        })
    }

    /// Replaces what a subscriber asked for.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_preferences(&mut self, id: SubscriberId, wanted: &Preferences) -> Result<()> {
        const SET: &str = "UPDATE subscribers SET cadence = $2, alerts = $3, topics = $4, region = $5, language = $6, \
                           time_zone = $7 WHERE id = $1";
        on_tx!(self, db => {
            let query = sqlx::query(SET).bind(id).bind(wanted.cadence).bind(wanted.alerts).bind(wanted.topics.to_string());
            let query = query.bind(&wanted.region).bind(&wanted.language).bind(wanted.time_zone.map(|zone| zone.name()));
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// Makes a subscriber active: digests bring what is listed from `now` on, pauses end.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn activate(&mut self, id: SubscriberId, now: Timestamp) -> Result<()> {
        const SET: &str = "UPDATE subscribers SET state = 'active', confirmed_at = $2, consent_at = $2, \
                           digest_mark = CASE WHEN digest_mark < $2 THEN $2 ELSE digest_mark END, paused_until = NULL \
                           WHERE id = $1";
        on_tx!(self, db => sqlx::query(SET).bind(id).bind(now).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Sets or ends a subscriber's pause.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_pause(&mut self, id: SubscriberId, until: Option<Timestamp>) -> Result<()> {
        const SET: &str = "UPDATE subscribers SET paused_until = $2 WHERE id = $1";
        on_tx!(self, db => sqlx::query(SET).bind(id).bind(until).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Empties a subscriber's row; its number stays for the ledger.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn erase_subscriber(&mut self, id: SubscriberId) -> Result<()> {
        const ERASE: &str = "UPDATE subscribers SET state = 'erased', address_index = NULL, domain_index = 0, \
             address = NULL, name = NULL, consent_note = NULL, consent_source = '', consent_at = NULL, \
             confirmed_at = NULL, cadence = 'monthly', alerts = $2, topics = '', region = NULL, language = NULL, \
             time_zone = NULL, paused_until = NULL, digest_mark = 0, suppression_id = NULL WHERE id = $1";
        const DOMAIN: &str = "UPDATE deliveries SET domain_index = 0, reply = NULL WHERE subscriber_id = $1";
        on_tx!(self, db => sqlx::query(ERASE).bind(id).bind(false).execute(db).await?.rows_affected());
        on_tx!(self, db => sqlx::query(DOMAIN).bind(id).execute(db).await?.rows_affected());
        Ok(())
    }
}
