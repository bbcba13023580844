//! Dates as people write them: the names and their order come from the words.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Offset, TimeZone, Timelike};

use super::{Language, Value, WordsError};

impl Language<'_> {
    /// A date with its weekday and the month's name, such as `Monday, 28 September 2015`.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn date(&self, date: NaiveDate) -> Result<String, WordsError> {
        self.get("date-long", &date_args(date))
    }

    /// A date with its weekday and without its year, for where space is short.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn short_date(&self, date: NaiveDate) -> Result<String, WordsError> {
        self.get("date-short", &date_args(date))
    }

    /// The name of a date's month in a few letters.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn short_month(&self, date: NaiveDate) -> Result<String, WordsError> {
        self.get("date-month-short", &[("month", Value::from(date.month()))])
    }

    /// A time of day, such as `16:00`.
    ///
    /// # Errors
    /// When the words of the language are not those of a time.
    pub fn time(&self, time: NaiveTime) -> Result<String, WordsError> {
        self.get("time-short", &time_args(time))
    }

    /// A date and a time on the clock of its zone, with the offset from UTC.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn date_time<Tz: TimeZone>(&self, at: &DateTime<Tz>) -> Result<String, WordsError> {
        let local = at.naive_local();
        let mut args = date_args(local.date()).to_vec();
        args.extend(time_args(local.time()));
        args.push(("offset", Value::from(Self::offset(at))));
        self.get("date-time", &args)
    }

    /// A date without its year and a time on the clock of its zone, for where space is short.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn short_date_time<Tz: TimeZone>(&self, at: &DateTime<Tz>) -> Result<String, WordsError> {
        let local = at.naive_local();
        let (date, time) = (self.short_date(local.date())?, self.time(local.time())?);
        self.get("event-day-time", &[("date", date.into()), ("time", time.into())])
    }

    /// How far a clock is from UTC, such as `UTC+01:00`.
    pub fn offset<Tz: TimeZone>(at: &DateTime<Tz>) -> String {
        let minutes = at.offset().fix().local_minus_utc() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

fn time_args(time: NaiveTime) -> [(&'static str, Value<'static>); 2] {
    // As texts, so that the noughts stay.
    [("hour", Value::from(format!("{:02}", time.hour()))), ("minute", Value::from(format!("{:02}", time.minute())))]
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
