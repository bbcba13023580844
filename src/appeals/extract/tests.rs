use chrono::NaiveDate;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn found(text: &str, published: &str) -> Vec<String> {
    let context = Context { language: "en", published: day(published), time_zone: chrono_tz::Europe::London };
    suggest(text, &context)
        .events
        .iter()
        .map(|event| {
            format!("{:?} {:?} {:?} {:?} {}", event.starts, event.ends, event.place, event.address, event.confidence)
        })
        .collect()
}

#[test]
fn smoke() {
    for (published, text) in [
        (
            "2015-09-20",
            "On Monday 28 September 2015 at 4pm, a protest will take place outside the London office of Kaz Minerals Plc, demanding action to alleviate the suffering. 100 Victoria Street, London, SW1E 5JL   A letter has been sent",
        ),
        ("2015-04-01", "7 апреля в 15:00"),
        ("2015-04-01", "завтра в полдень"),
        ("2015-04-01", "Thursday from 6 till 8"),
        ("2015-04-01", "Митинг состоится 7 апреля в 15:00, г. Алматы, ул. Абая, 10"),
    ] {
        println!("{:?}", found(text, published));
    }
}
