//! Dates as people write them: the names and their order come from the words.

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeZone, Timelike};

use super::{Language, Value, WordsError};

impl Language<'_> {
    /// A date with its weekday and the month's name, such as `Monday, 28 September 2015`.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn date(&self, date: NaiveDate) -> Result<String, WordsError> {
        self.get("date-long", &date_args(date))
    }

    /// A date and a time on the clock of its zone, with the offset from UTC.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn date_time<Tz: TimeZone>(&self, at: &DateTime<Tz>) -> Result<String, WordsError> {
        let local = at.naive_local();
        let minutes = at.offset().fix().local_minus_utc() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let offset = format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
        let mut args = date_args(local.date()).to_vec();
        args.push(("hour", Value::from(format!("{:02}", local.hour()))));
        args.push(("minute", Value::from(format!("{:02}", local.minute()))));
        args.push(("offset", Value::from(offset)));
        self.get("date-time", &args)
    }
}

fn date_args(date: NaiveDate) -> [(&'static str, Value<'static>); 4] {
    [
        ("weekday", Value::from(date.weekday().number_from_monday())),
        ("day", Value::from(date.day())),
        ("month", Value::from(date.month())),
        // As a text, so that no language groups its digits.
        ("year", Value::from(date.year().to_string())),
    ]
}
