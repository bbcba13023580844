//! Choosing: everything with a fresh link, and only less with the link of any mail.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use chrono_tz::Tz;

use super::Problem;
use super::contexts::{Choices, Less, Manage};
use super::fields::Fields;
use super::sign_up;
use super::visit::{Followed, Visit};
use crate::id::SubscriberId;
use crate::store::subscribers::SubscriberRow;
use crate::subscribers::{Preferences, list};
use crate::topics::Topics;
use crate::vault::TokenPurpose;

const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
const QUARTER: Duration = Duration::from_secs(91 * 24 * 3600);

/// `GET /preferences/{token}`.
pub(super) async fn show(mut visit: Visit, followed: Followed) -> Result<Response, Problem> {
    visit.follow(followed.token).await;
    match followed.token.purpose {
        TokenPurpose::Mail => Ok(visit.page(StatusCode::OK, Less { token: followed.text })?),
        TokenPurpose::Preferences => {
            let row = list::preferences(visit.app(), &followed.token).await?;
            let topics = offered(&visit, &row.preferences()).await?;
            manage(&visit, followed.text, &row, &row.preferences(), &topics, None)
        }
        TokenPurpose::Confirm => Err(Problem::BadLink),
    }
}

/// `POST /preferences/{token}`.
pub(super) async fn change(mut visit: Visit, followed: Followed, fields: Fields) -> Result<Response, Problem> {
    visit.follow(followed.token).await;
    match followed.token.purpose {
        TokenPurpose::Mail => less(&visit, followed, &fields).await,
        TokenPurpose::Preferences => save(&visit, followed, &fields).await,
        TokenPurpose::Confirm => Err(Problem::BadLink),
    }
}

/// What a mail's link may ask for. The answer is the same whatever the reader's choices are, and whether or not they
/// are still on the list.
async fn less(visit: &Visit, followed: Followed, fields: &Fields) -> Result<Response, Problem> {
    let (id, text) = (SubscriberId(followed.token.subscriber), followed.text);
    let (app, now) = (visit.app(), visit.app().clock.now());
    match fields.get("do") {
        "less" => {
            list::less_often(app, id).await?;
            visit.notice("page-less-done-heading", ["page-less-done"])
        }
        "pause-month" => {
            list::pause(app, id, now.plus(MONTH)).await?;
            visit.notice("page-paused-heading", ["page-paused-month", "page-paused-alerts"])
        }
        "pause-quarter" => {
            list::pause(app, id, now.plus(QUARTER)).await?;
            visit.notice("page-paused-heading", ["page-paused-quarter", "page-paused-alerts"])
        }
        "link" => {
            visit.brake()?;
            list::send_link_to(app, id).await?;
            visit.notice("page-link-sent-heading", ["page-link-sent", "page-sent-spam"])
        }
        _ => Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, Less { token: text })?),
    }
}

async fn save(visit: &Visit, followed: Followed, fields: &Fields) -> Result<Response, Problem> {
    let row = list::preferences(visit.app(), &followed.token).await?;
    let before = row.preferences();
    let topics = offered(visit, &before).await?;
    let zone = wanted_zone(visit, fields, before.time_zone);
    let (wanted, topics_error) = sign_up::wanted(visit, fields, &topics, before);
    let wanted = Preferences { time_zone: zone, ..wanted };
    if topics_error.is_some() {
        return manage(visit, followed.text, &row, &wanted, &topics, topics_error);
    }
    list::save_preferences(visit.app(), &followed.token, &wanted).await?;
    visit.notice("page-saved-heading", ["page-saved", "page-saved-used"])
}

/// The zone that a form chose; empty is the site's. What is no zone, or was not offered, changes nothing.
fn wanted_zone(visit: &Visit, fields: &Fields, before: Option<Tz>) -> Option<Tz> {
    match fields.first("time_zone") {
        Some("") if visit.app().config.digests.local_time => None,
        Some(name) if visit.app().config.digests.local_time => name.parse().ok().or(before),
        _ => before,
    }
}

/// The site's topics, and those chosen earlier that no post has any more.
async fn offered(visit: &Visit, chosen: &Preferences) -> Result<Topics, Problem> {
    let known = visit.app().store.topics().await?;
    Ok(Topics::new(known.iter().chain(chosen.topics.iter())))
}

fn manage(
    visit: &Visit,
    token: String,
    row: &SubscriberRow,
    wanted: &Preferences,
    topics: &Topics,
    topics_error: Option<&'static str>,
) -> Result<Response, Problem> {
    let app = visit.app();
    let address = row.open(&app.vault)?.address.ok_or(Problem::DeadLink)?;
    let choices = Choices::new(wanted, topics, visit.words(), &app.config.site.language)
        .with_regions(wanted, &app.config.appeals.regions)
        .with_zones(wanted, app.config.local_time());
    let body = Manage {
        address: address.as_given(),
        choices: Choices { topics_error, ..choices },
        paused: row.paused_until.filter(|until| *until > app.clock.now()).map(|until| visit.day(until)),
        token,
    };
    let status = if topics_error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(visit.page(status, body)?)
}
