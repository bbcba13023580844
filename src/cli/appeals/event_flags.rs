//! `--starts`, `--place`, `--address` and so on: each `--starts` begins another event, and the others belong to the last.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::appeals::event::EventDraft;

/// Events as flags.
#[derive(Clone, Debug, Default)]
pub(super) struct EventFlags {
    pub(super) events: Vec<EventDraft>,
}

/// A flag: its name, the name of its value, its help.
type Flag = (&'static str, &'static str, &'static str);

const STARTS: Flag = ("starts", "LOCAL", "When an event starts, like 2026-09-28T16:00; again for each further event");
const OTHERS: &[Flag] = &[
    ("ends", "LOCAL", "When it ends; default: three hours after it starts"),
    ("time-zone", "TZ", "The zone of its clock, like Europe/London; default: the site's"),
    ("place", "PLACE", "What the place is called"),
    ("address", "ADDRESS", "Where it is, on one line"),
    ("online", "URL", "Where to join it over the network"),
    (
        "region",
        "REGION",
        "One of appeals.regions: only those who live there, or chose no region, are called; or everybody",
    ),
    ("geo", "LAT,LON", "Where it is on a map, like 51.4975,-0.1357"),
];

impl clap::Args for EventFlags {
    fn augment_args(command: Command) -> Command {
        std::iter::once(&STARTS).chain(OTHERS).fold(command, |command, (name, value, help)| {
            let flag = Arg::new(*name).long(*name).value_name(*value).help(*help).action(ArgAction::Append);
            command.arg(flag.allow_hyphen_values(*name == "geo"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for EventFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let mut given = Vec::new();
        for (name, ..) in std::iter::once(&STARTS).chain(OTHERS) {
            let (Some(places), Some(values)) = (matches.indices_of(name), matches.get_many::<String>(name)) else {
                continue;
            };
            given.extend(places.zip(values).map(|(place, value)| (place, *name, value.clone())));
        }
        given.sort();
        for (_, name, value) in given {
            if self.events.is_empty()
                || (name == "starts" && self.events.last().is_some_and(|last| last.starts.is_some()))
            {
                self.events.push(EventDraft::default());
            }
            let Some(event) = self.events.last_mut() else { continue };
            let field = match name {
                "starts" => &mut event.starts,
                "ends" => &mut event.ends,
                "time-zone" => &mut event.time_zone,
                "place" => &mut event.place,
                "address" => &mut event.address,
                "online" => &mut event.online,
                "region" => &mut event.region,
                _ => &mut event.geo,
            };
            *field = Some(value);
        }
        Ok(())
    }
}

impl EventFlags {
    /// The events; a region alone, without any event, is the appeal's own.
    pub(super) fn split(&self) -> (Vec<EventDraft>, Option<String>) {
        let alone = self.events.first().filter(|_| self.events.len() == 1).and_then(EventDraft::only_region);
        alone.map_or_else(|| (self.events.clone(), None), |region| (Vec::new(), Some(region.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        events: EventFlags,
    }

    fn read(line: &[&str]) -> EventFlags {
        Line::parse_from([&["appeal"], line].concat()).events
    }

    #[test]
    fn each_start_begins_an_event() {
        let flags = read(&[
            "--place",
            "Gate 1",
            "--starts",
            "2026-09-28T16:00",
            "--starts",
            "2026-09-29T16:00",
            "--place",
            "Gate 2",
        ]);
        let seen: Vec<_> = flags.events.iter().map(|event| (event.starts.as_deref(), event.place.as_deref())).collect();
        assert_eq!(seen, [(Some("2026-09-28T16:00"), Some("Gate 1")), (Some("2026-09-29T16:00"), Some("Gate 2"))]);
    }

    #[test]
    fn a_region_alone_is_no_event() {
        assert_eq!(read(&["--region", "London"]).split(), (Vec::new(), Some("London".to_owned())));
        assert_eq!(read(&[]).split(), (Vec::new(), None));
        let (events, region) = read(&["--region", "London", "--starts", "2026-09-28T16:00"]).split();
        assert_eq!((events.len(), region), (1, None));
    }

    #[test]
    fn a_point_may_lie_in_the_south() {
        assert_eq!(read(&["--geo", "-33.86,151.2"]).events[0].geo.as_deref(), Some("-33.86,151.2"));
    }
}
