//! What somebody asked for on the page, waiting at the link of the letter that names it.

use super::subscribers::{Chosen, NewSubscriber};
use super::{Result, Store, Tx, on, on_tx};
use crate::id::{EditionId, SubscriberId};
use crate::subscribers::Preferences;

const FIND: &str = "SELECT cadence, alerts, topics, region, language, time_zone FROM asked \
                    WHERE edition_id = $1 AND subscriber_id = $2";

impl Store {
    /// What waits at the link that `edition` brings to `subscriber`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn asked(&self, edition: EditionId, subscriber: SubscriberId) -> Result<Option<Preferences>> {
        let found: Option<Chosen> = on!(self, db => {
            sqlx::query_as(FIND).bind(edition).bind(subscriber).fetch_optional(db).await?
        });
        Ok(found.map(|chosen| chosen.preferences()))
    }
}

impl Tx {
    /// Lets what `row` asks for wait at the link that `edition` brings to `subscriber`.
    ///
    /// # Errors
    ///
    /// When the database fails, or the link is not there.
    pub async fn keep_asked(
        &mut self,
        edition: EditionId,
        subscriber: SubscriberId,
        row: &NewSubscriber,
    ) -> Result<()> {
        const KEEP: &str = "INSERT INTO asked (edition_id, subscriber_id, key_id, address_index, domain_index, address, \
             name, consent_source, cadence, alerts, topics, region, language, time_zone) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        on_tx!(self, db => {
            let wanted = &row.preferences;
            let query = sqlx::query(KEEP).bind(edition).bind(subscriber).bind(row.key_id).bind(&row.address_index);
            let query = query.bind(row.domain_index).bind(&row.address).bind(&row.name).bind(row.consent_source);
            let query = query.bind(wanted.cadence).bind(wanted.alerts).bind(wanted.topics.to_string());
            let query = query.bind(&wanted.region).bind(&wanted.language).bind(wanted.time_zone.map(|zone| zone.name()));
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// Gives a subscriber the address as spelled, the name and the consent that wait at this link, and returns the
    /// preferences that do; nothing where nothing waits.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn apply_asked(&mut self, edition: EditionId, subscriber: SubscriberId) -> Result<Option<Preferences>> {
        const APPLY: &str = "UPDATE subscribers SET key_id = a.key_id, address_index = a.address_index, \
             domain_index = a.domain_index, address = a.address, name = a.name, consent_note = NULL, \
             consent_source = a.consent_source FROM asked a \
             WHERE subscribers.id = $2 AND a.edition_id = $1 AND a.subscriber_id = $2";
        let found: Option<Chosen> = on_tx!(self, db => {
            sqlx::query_as(FIND).bind(edition).bind(subscriber).fetch_optional(&mut *db).await?
        });
        if found.is_some() {
            on_tx!(self, db => sqlx::query(APPLY).bind(edition).bind(subscriber).execute(db).await?.rows_affected());
        }
        Ok(found.map(|chosen| chosen.preferences()))
    }
}
