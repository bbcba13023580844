//! Arguments that several commands share.

use std::fmt;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::failure::Usage;
use crate::address::Address;
use crate::app::App;
use crate::id::SubscriberId;
use crate::store::subscribers::SubscriberRow;

/// How a result is printed.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Format {
    /// Print one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

/// Reads one of a fixed set of words, which the help then lists.
pub(super) fn choices<T>(all: &'static [T], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Clone + Send + Sync + FromStr<Err = String> + 'static,
{
    PossibleValuesParser::new(all.iter().map(|value| word(*value))).try_map(|text| text.parse::<T>())
}

/// Somebody, by address or by number.
#[derive(Clone)]
pub(super) enum Who {
    Id(SubscriberId),
    Address(Address),
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "Who({id})"),
            Self::Address(_) => f.write_str("Who(..)"),
        }
    }
}

/// Reads an address. It is no parser of clap's, as that would quote what it cannot read.
pub(super) fn address(text: &str) -> anyhow::Result<Address> {
    Ok(text.parse().map_err(|error| Usage(format!("this is no address: {error}")))?)
}

impl Who {
    /// Reads an address or a number.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        match text.trim().parse::<SubscriberId>() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) if text.contains('@') => Ok(Self::Address(address(text)?)),
            Err(_) => Err(Usage("name somebody by address, like ana@example.org, or by number".to_owned()).into()),
        }
    }

    /// Their row, if they are on the list.
    pub(super) async fn find(&self, app: &App) -> anyhow::Result<Option<SubscriberRow>> {
        Ok(match self {
            Self::Id(id) => app.store.subscriber(*id).await?,
            Self::Address(address) => app.store.subscriber_by_address(&app.vault.address_indexes(address)).await?,
        })
    }

    /// Their row.
    pub(super) async fn must_find(&self, app: &App) -> anyhow::Result<SubscriberRow> {
        self.find(app).await?.ok_or_else(|| match self {
            Self::Id(id) => anyhow::anyhow!("there is no subscriber {id}"),
            Self::Address(_) => anyhow::anyhow!("nobody on the list has this address"),
        })
    }

    /// Their address; nothing when their row is erased.
    pub(super) async fn address(&self, app: &App) -> anyhow::Result<Option<Address>> {
        match self {
            Self::Address(address) => Ok(Some(address.clone())),
            Self::Id(_) => Ok(self.must_find(app).await?.open(&app.vault)?.address),
        }
    }
}
