//! What a form sends: names and values, some of them several times.

use std::time::Duration;

use axum::body::{self, Body, Bytes};
use axum::extract::{FromRequest, Request};

use super::problem::Problem;

/// The longest form, in bytes.
pub(super) const MAX_BODY: usize = 16 * 1024;
/// How long a form may take to arrive.
const READ_FOR: Duration = Duration::from_secs(10);

/// A form's fields in their order (the URL standard's `application/x-www-form-urlencoded`).
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The first value of that name, trimmed; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value of that name, trimmed, also where it is empty; nothing where the form has no such field.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.trim())
    }

    /// All values of that name that say something.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(own, _)| own == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }
}

/// The body, if all of it came in time and it is not too long.
pub(super) async fn read(body: Body) -> Option<Bytes> {
    tokio::time::timeout(READ_FOR, body::to_bytes(body, MAX_BODY)).await.ok()?.ok()
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        match read(request.into_body()).await {
            Some(bytes) => Ok(Self::parse(&bytes)),
            None => Err(Problem::TooLarge),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_more_than_once_or_not_at_all() {
        let fields = Fields::parse(b"topics=a&topics=&topics=b+c%3B&email=%20x%40example.org%0A");
        assert_eq!(fields.all("topics").collect::<Vec<_>>(), ["a", "b c;"]);
        assert_eq!(fields.get("email"), "x@example.org");
        assert_eq!((fields.get("name"), fields.first("name"), fields.first("topics")), ("", None, Some("a")));
        assert_eq!(Fields::parse(b"zone=").first("zone"), Some(""));
    }
}
