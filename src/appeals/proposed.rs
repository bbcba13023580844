//! What an edited source proposes for an appeal: only what was edited in it, so that what was amended by command stays.

use super::amend::{self, AmendError, Checked};
use super::declared::Declared;
use super::event::{DEFAULT_LENGTH, Event, EventDraft, EventError, Moment, Rules};
use super::{Version, VersionKind, edited, mark};
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::id::AppealId;
use crate::store::StoreError;
use crate::store::proposals::Proposal;

/// A proposal that was checked and can be carried out.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The change.
    pub checked: Checked,
    /// Whether it takes the source for the whole of the appeal, and so undoes what was amended by command.
    pub takes_back: bool,
}

/// What edited sources say of appeals that are not over: the appeal, and its mark as it is declared now, if it is.
///
/// # Errors
///
/// When the database fails.
pub async fn waiting(app: &App) -> Result<Vec<(AppealId, Option<String>)>, StoreError> {
    let mut waiting = Vec::new();
    for (appeal, declared) in app.store.proposals().await? {
        let present = app.store.current_version(appeal).await?;
        if present.is_some_and(|present| !present.is_over(app.clock.now())) {
            waiting.push((appeal, declared));
        }
    }
    Ok(waiting)
}

/// Checks what is proposed for an appeal, and writes nothing.
///
/// # Errors
///
/// When nothing is, or the appeal cannot be changed like this.
pub async fn check(app: &App, id: AppealId) -> Result<Proposed, AmendError> {
    let before = amend::present(app, id).await?;
    let proposal = app.store.proposal(id).await?.ok_or(AmendError::NotProposed(id))?;
    of(&app.config, before, &proposal, app.clock.now())
}

/// Whether a proposal would still change anything about an appeal, or cannot be carried out as it is.
pub(super) fn changes(config: &Config, present: Version, proposal: &Proposal, now: Timestamp) -> bool {
    !matches!(of(config, present, proposal, now), Err(AmendError::Unchanged(_)))
}

/// What a proposal makes of an appeal as it is now.
fn of(config: &Config, before: Version, proposal: &Proposal, now: Timestamp) -> Result<Proposed, AmendError> {
    let read = |text: &Option<String>| {
        let mark = text.as_deref().map(Declared::from_text).transpose();
        mark.map_err(|error| AmendError::Unreadable(error.to_string()))
    };
    let Some(is) = read(&proposal.declared)? else { return Err(AmendError::NoMore(before.appeal)) };
    let was = read(&proposal.base)?;
    let count = is.events.len();
    // With an event more or less on either side, nobody can tell which is which.
    if let Some(was) = was.as_ref().filter(|was| was.events.len() == count && before.events.len() == count) {
        return Ok(Proposed { checked: edit(config, before, was, &is, now)?, takes_back: false });
    }
    let takes_back = match &was {
        Some(was) => !matches!(whole(config, before.clone(), was, now), Err(AmendError::Unchanged(_))),
        None => before.kind == VersionKind::Amended,
    };
    Ok(Proposed { checked: whole(config, before, &is, now)?, takes_back })
}

/// All that the source says takes the place of all there is.
fn whole(config: &Config, before: Version, is: &Declared, now: Timestamp) -> Result<Checked, AmendError> {
    let deadline = is.deadline().map_err(AmendError::Unreadable)?;
    let events = edited::events(config, &before.events, &is.events, now).map_err(AmendError::marking)?;
    let regions = mark::regions(config, &events, is.region.as_deref()).map_err(AmendError::marking)?;
    amend::checked(before, events, Some(regions), deadline, now)
}

/// Only what differs between what the source said and says.
fn edit(
    config: &Config,
    before: Version,
    was: &Declared,
    is: &Declared,
    now: Timestamp,
) -> Result<Checked, AmendError> {
    let mut events = before.events.clone();
    let pairs = pairs(&was.events, &is.events);
    for (number, (at, is)) in (1..).zip(pairs.iter().zip(&is.events)) {
        if let (Some(event), Some(was)) = (events.get_mut(*at), was.events.get(*at))
            && was != is
        {
            *event = edit_event(config, event, was, is, now).map_err(|error| AmendError::Event { number, error })?;
        }
    }
    let regions = match was.region == is.region {
        true => None,
        false => Some(mark::regions(config, &events, is.region.as_deref()).map_err(AmendError::marking)?),
    };
    let deadline = is.deadline().map_err(AmendError::Unreadable)?.filter(|_| was.deadline != is.deadline);
    amend::checked(before, events, regions, deadline, now)
}

/// For each event of the source now, the place of what it was before: what is the same, the others in order.
fn pairs(was: &[EventDraft], is: &[EventDraft]) -> Vec<usize> {
    let mut free: Vec<usize> = (0..was.len()).collect();
    let mut take = |which: &dyn Fn(usize) -> bool| {
        let place = free.iter().position(|at| which(*at))?;
        Some(free.remove(place))
    };
    let same: Vec<_> = is.iter().map(|event| take(&|at| was.get(at) == Some(event))).collect();
    same.into_iter().filter_map(|same| same.or_else(|| take(&|_| true))).collect()
}

/// An event with those fields changed that differ between what the source said of it and says.
fn edit_event(
    config: &Config,
    event: &Event,
    was: &EventDraft,
    is: &EventDraft,
    now: Timestamp,
) -> Result<Event, EventError> {
    let present = event.draft();
    let pick = |was: &Option<String>, is: &Option<String>, present: Option<String>| {
        if was == is { present } else { is.clone() }
    };
    let ends = match &is.ends {
        _ if was.ends != is.ends => is.ends.clone(),
        // An hour without a day is one on the day of the start.
        Some(end) if !end.contains('-') && event.starts.local.date() == event.ends.local.date() => {
            Some(event.ends.local.format("%H:%M").to_string())
        }
        Some(_) => present.ends,
        None => None,
    };
    let draft = EventDraft {
        starts: pick(&was.starts, &is.starts, present.starts),
        ends: ends.filter(|_| was.starts != is.starts || was.ends != is.ends),
        time_zone: pick(&was.time_zone, &is.time_zone, present.time_zone),
        place: pick(&was.place, &is.place, present.place),
        // Another address is another point.
        geo: if was.address == is.address { pick(&was.geo, &is.geo, present.geo) } else { is.geo.clone() },
        address: pick(&was.address, &is.address, present.address),
        online: pick(&was.online, &is.online, present.online),
        region: pick(&was.region, &is.region, present.region),
    };
    let rules = Rules { time_zone: config.site.time_zone, regions: &config.appeals.regions, now };
    draft.check_until(&rules, event.uid.clone(), |starts, zone| match was.ends == is.ends {
        true => event.end_from(starts, zone),
        false => Moment::at(starts.at.plus(DEFAULT_LENGTH), zone),
    })
}
