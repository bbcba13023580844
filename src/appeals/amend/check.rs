//! What an amendment may change.

use super::AmendError;
use crate::app::App;
use crate::appeals::event::{Event, EventDraft, EventError, Rules, last_end, last_start};
use crate::appeals::mark::{self, MarkError};
use crate::appeals::{AppealState, Version, regions_of};
use crate::clock::Timestamp;
use crate::id::AppealId;

/// What is to change; what is empty stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Which event, from 1; may be left out where there is one.
    pub event: Option<usize>,
    /// Whether the draft is a further event, whole.
    pub add: bool,
    /// Whether the event is off, and the others are not.
    pub remove: bool,
    /// Its fields that change; of an appeal without events, only the region.
    pub draft: EventDraft,
    /// Another deadline.
    pub deadline: Option<Timestamp>,
}

/// A change that was checked and can be carried out.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The appeal as it is.
    pub before: Version,
    /// Its events as they will be.
    pub events: Vec<Event>,
    /// Whom it will be for.
    pub regions: Vec<String>,
    /// Nobody is called to it after this.
    pub deadline: Timestamp,
}

impl Checked {
    /// Those of its events that are off.
    pub fn removed(&self) -> impl Iterator<Item = &Event> {
        self.before.events.iter().filter(|old| !self.events.iter().any(|event| event.uid == old.uid))
    }

    /// Until when a correction is worth sending: also to whoever would still go where nothing takes place any more.
    pub fn told_until(&self) -> Timestamp {
        let end = last_end(&self.events).unwrap_or(self.deadline);
        self.removed().map(|event| event.ends.at).fold(end, Timestamp::max)
    }
}

/// Checks a change and writes nothing.
///
/// # Errors
///
/// When the appeal cannot be changed like this.
pub async fn check(app: &App, id: AppealId, change: &Change) -> Result<Checked, AmendError> {
    let before = present(app, id).await?;
    let (mut events, mut regions) = (before.events.clone(), None);
    let count = events.len();
    if change.add {
        let mut draft = change.draft.clone();
        // The first event of what was for one region is for that one, where nobody says otherwise.
        if let ([], [region], None) = (events.as_slice(), before.regions.as_slice(), &draft.region) {
            draft.region = Some(region.clone());
        }
        let added = mark::events(&app.config, &[draft], app.clock.now());
        let numbered = added.map_err(|error| match error {
            MarkError::Event { error, .. } => AmendError::Event { number: count + 1, error },
            other => AmendError::marking(other),
        });
        events.extend(numbered?);
    } else if change.remove {
        let number = which(id, change.event, count)?;
        if events.get(number - 1).is_some_and(|event| event.is_over(app.clock.now())) {
            return Err(AmendError::EventOver(id, number));
        }
        events.remove(number - 1);
        if events.is_empty() {
            return Err(AmendError::LastEvent(id));
        }
    } else if let (true, Some(region)) = (events.is_empty(), change.draft.only_region()) {
        let region = mark::regions(&app.config, &events, Some(region)).map_err(AmendError::marking)?;
        regions = Some(region);
    } else if change.draft != EventDraft::default() {
        let number = which(id, change.event, count)?;
        let event = events.get_mut(number - 1).ok_or(AmendError::NoEvent(id, number, count))?;
        *event = amended(app, event, &change.draft).map_err(|error| AmendError::Event { number, error })?;
    }
    checked(before, events, regions, change.deadline, app.clock.now())
}

/// The number of the event that is meant, of `count`.
fn which(id: AppealId, named: Option<usize>, count: usize) -> Result<usize, AmendError> {
    match named {
        Some(number) if (1..=count).contains(&number) => Ok(number),
        Some(_) | None if count == 0 => Err(AmendError::NoEvents(id)),
        Some(number) => Err(AmendError::NoEvent(id, number, count)),
        None if count == 1 => Ok(1),
        None => Err(AmendError::Which(id, count)),
    }
}

pub(in crate::appeals) fn checked(
    before: Version,
    events: Vec<Event>,
    regions: Option<Vec<String>>,
    deadline: Option<Timestamp>,
    now: Timestamp,
) -> Result<Checked, AmendError> {
    let end = last_end(&events);
    // A deadline of its own stays, unless all would be over by then; one that followed from the events follows them.
    let own = Some(before.deadline).filter(|own| last_start(&before.events) != Some(*own));
    let own = own.filter(|own| end.is_none_or(|end| *own <= end));
    if let Some(passed) = deadline.filter(|deadline| *deadline <= now) {
        return Err(AmendError::Deadline(passed));
    }
    if let (Some(deadline), Some(end)) = (deadline, end)
        && deadline > end
    {
        return Err(AmendError::LateDeadline { deadline, end });
    }
    let deadline = deadline.or(own).or_else(|| last_start(&events)).unwrap_or(before.deadline);
    let regions = match regions {
        Some(regions) => regions,
        None if events.is_empty() => before.regions.clone(),
        None => regions_of(&events),
    };
    if events == before.events && regions == before.regions && deadline == before.deadline {
        return Err(AmendError::Unchanged(before.appeal));
    }
    // What is left of it would be over, and nothing said of it but that.
    if end.is_some_and(|end| end <= now) {
        return Err(AmendError::LastEvent(before.appeal));
    }
    Ok(Checked { before, events, regions, deadline })
}

pub(in crate::appeals) async fn present(app: &App, id: AppealId) -> Result<Version, AmendError> {
    let appeal = app.store.appeal(id).await?.ok_or(AmendError::Missing(id))?;
    if appeal.state != AppealState::Open {
        return Err(AmendError::Closed(id, appeal.state));
    }
    let version = app.store.current_version(id).await?.ok_or(AmendError::Missing(id))?;
    if version.is_over(app.clock.now()) { Err(AmendError::Over(id)) } else { Ok(version) }
}

/// An event with some fields changed. One whose start moves and whose end nobody names stays as long as it was.
fn amended(app: &App, event: &Event, draft: &EventDraft) -> Result<Event, EventError> {
    let known = event.draft();
    let or = |new: &Option<String>, old: Option<String>| new.clone().or(old);
    let rules =
        Rules { time_zone: app.config.site.time_zone, regions: &app.config.appeals.regions, now: app.clock.now() };
    let whole = EventDraft {
        starts: or(&draft.starts, known.starts),
        ends: draft.ends.clone(),
        time_zone: or(&draft.time_zone, known.time_zone),
        place: or(&draft.place, known.place),
        address: or(&draft.address, known.address),
        online: or(&draft.online, known.online),
        region: or(&draft.region, known.region),
        // Another address is another point.
        geo: or(&draft.geo, known.geo.filter(|_| draft.address.is_none())),
    };
    whole.check_until(&rules, event.uid.clone(), |starts, zone| event.end_from(starts, zone))
}
