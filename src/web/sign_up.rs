//! Signing up, and asking for a fresh link: both send a mail to an address that somebody typed in, and both answer
//! the same whoever is or is not on the list.

use axum::http::StatusCode;
use axum::response::Response;

use super::Problem;
use super::contexts::{Choices, Home, LinkForm};
use super::fields::Fields;
use super::visit::Visit;
use crate::address::{Address, AddressError};
use crate::regions;
use crate::subscribers::{Cadence, Newcomer, Preferences, list};
use crate::topics::Topics;

/// The longest name, in characters.
const MAX_NAME: usize = 200;
/// A field that people do not see. Programs that fill in everything they find fill it in too.
const HONEYPOT: &str = "website";

/// `GET /`: both forms.
pub(super) async fn home(visit: Visit) -> Result<Response, Problem> {
    let topics = visit.app().store.topics().await?;
    Ok(visit.page(StatusCode::OK, blank(&visit, &Preferences::default(), &topics))?)
}

/// `POST /subscribe`: has a confirmation mail sent.
pub(super) async fn subscribe(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    visit.brake()?;
    let topics = visit.app().store.topics().await?;
    let (preferences, topics_error) = wanted(&visit, &fields, &topics, Preferences::default());
    let name = fields.get("name");
    let name_error =
        (name.chars().count() > MAX_NAME || name.chars().any(char::is_control)).then_some("page-error-name");
    let address = fields.get("email").parse::<Address>();
    match address {
        Ok(address) if name_error.is_none() && topics_error.is_none() => {
            let name = (!name.is_empty()).then(|| name.to_owned());
            if fields.get(HONEYPOT).is_empty() {
                list::sign_up(visit.app(), &Newcomer { address, name, preferences }).await?;
            }
            sent(&visit)
        }
        address => {
            let blank = blank(&visit, &preferences, &topics);
            let body = Home {
                email: fields.get("email").to_owned(),
                email_error: address.err().map(email_error),
                name: name.to_owned(),
                name_error,
                wrong: true,
                choices: Choices { topics_error, ..blank.choices },
                link: blank.link,
            };
            Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, body)?)
        }
    }
}

/// `POST /link`: has a fresh link sent.
pub(super) async fn link(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    visit.brake()?;
    match fields.get("email").parse::<Address>() {
        Ok(address) => {
            if fields.get(HONEYPOT).is_empty() {
                list::send_link(visit.app(), &address).await?;
            }
            visit.notice("page-link-asked-heading", ["page-link-asked", "page-sent-spam"])
        }
        Err(error) => {
            let topics = visit.app().store.topics().await?;
            let link = LinkForm { email: fields.get("email").to_owned(), error: Some(email_error(error)) };
            let body = Home { link, wrong: true, ..blank(&visit, &Preferences::default(), &topics) };
            Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, body)?)
        }
    }
}

fn sent(visit: &Visit) -> Result<Response, Problem> {
    visit.notice("page-sent-heading", ["page-sent", "page-sent-spam"])
}

/// What a form chose, over what was wanted before; and the word for what is wrong with its topics.
///
/// Only the site's own topics count: a visitor's words must not get into a mail that goes to whatever address they
/// typed in. One that is gone since the form was shown is an error, as without it all the others might be wanted.
pub(super) fn wanted(
    visit: &Visit,
    fields: &Fields,
    topics: &Topics,
    before: Preferences,
) -> (Preferences, Option<&'static str>) {
    let unknown = fields.all("topics").any(|topic| !topics.contains(topic));
    let language = super::language::known(visit.words(), fields.get("language"));
    let preferences = Preferences {
        cadence: fields.get("cadence").parse::<Cadence>().unwrap_or(before.cadence),
        alerts: !fields.get("alerts").is_empty(),
        // As the site spells them.
        topics: Topics::new(topics.iter().filter(|own| fields.all("topics").any(|topic| is_same(own, topic)))),
        language: language.or(before.language),
        region: wanted_region(visit, fields, before.region),
        ..before
    };
    (preferences, unknown.then_some("page-error-topics"))
}

/// The region that a form chose; empty is none. What was not offered changes nothing.
fn wanted_region(visit: &Visit, fields: &Fields, before: Option<String>) -> Option<String> {
    match fields.first("region") {
        Some("") => None,
        Some(name) => regions::find(&visit.app().config.appeals.regions, name).map(str::to_owned).or(before),
        None => before,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn email_error(error: AddressError) -> &'static str {
    match error {
        AddressError::Shape => "page-error-email-shape",
        AddressError::TooLong => "page-error-email-long",
        AddressError::Local => "page-error-email-local",
        AddressError::Domain => "page-error-email-domain",
    }
}

fn blank(visit: &Visit, wanted: &Preferences, topics: &Topics) -> Home {
    Home {
        email: String::new(),
        email_error: None,
        name: String::new(),
        name_error: None,
        wrong: false,
        choices: Choices::new(wanted, topics, visit.words(), visit.language().tag())
            .with_regions(wanted, &visit.app().config.appeals.regions),
        link: LinkForm::default(),
    }
}
