//! Email addresses, parsed at the edge and kept out of logs.

use std::fmt;
use std::str::FromStr;

/// The longest address that can be written in a `RCPT TO` (RFC 5321 section 4.5.3.1.3, less the brackets).
const MAX_LENGTH: usize = 254;
/// The longest local part (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// Somebody's email address, as they spelled it.
///
/// `Debug` hides it and there is no `Display`: whoever prints one has to call
/// [`Address::as_given`] and mean it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    local: String,
    domain: String,
}

/// Why a text is no address. It never quotes the text, as this is what ends up in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`, or nothing on one side of it.
    #[error("an address looks like name@example.org")]
    Shape,
    /// Longer than mail can carry.
    #[error("the address is longer than 254 characters, or its name longer than 64")]
    TooLong,
    /// A character that an unquoted local part cannot hold (RFC 5321 section 4.1.2).
    #[error("the part before the @ has a character or a dot where none may be")]
    Local,
    /// Not a domain that can be looked up.
    #[error("the part after the @ is no domain name")]
    Domain,
}

impl Address {
    /// The address mail is sent to: the local part as given, the domain as A-label.
    pub fn as_given(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// The form under which one person is recognised: lower-cased local part at A-label domain.
    pub fn canonical(&self) -> String {
        format!("{}@{}", self.local.to_lowercase(), self.domain)
    }

    /// The domain as an A-label, lower case (RFC 5890 section 2.3.2.1).
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The local part, as given.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// Whether the relay must offer SMTPUTF8 to take it (RFC 6531).
    pub fn needs_smtputf8(&self) -> bool {
        !self.local.is_ascii()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Shape)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Shape);
        }
        let atom = |c: char| {
            c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
        };
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if dots || !local.chars().all(atom) {
            return Err(AddressError::Local);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| AddressError::Domain)?;
        let labels = domain.split('.').count();
        let numeric = domain.rsplit('.').next().is_none_or(|top| top.bytes().all(|b| b.is_ascii_digit()));
        if labels < 2 || numeric {
            return Err(AddressError::Domain);
        }
        if local.len() > MAX_LOCAL || local.len() + 1 + domain.len() > MAX_LENGTH {
            return Err(AddressError::TooLong);
        }
        Ok(Self { local: local.to_owned(), domain })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

/// What somebody wrote, as an error names it: not where it may be an address in the wrong field, as errors come into logs.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains('@') { "this".to_owned() } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_whatever_the_spelling() {
        let a: Address = " Ana.Example@BÜCHER.example ".parse().unwrap();
        let b: Address = "ana.example@xn--bcher-kva.example".parse().unwrap();
        assert_eq!(a.canonical(), b.canonical());
        assert_eq!(a.as_given(), "Ana.Example@xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, error) in [
            ("nobody", AddressError::Shape),
            ("@example.org", AddressError::Shape),
            ("a..b@example.org", AddressError::Local),
            ("a b@example.org", AddressError::Local),
            ("a\r\nb@example.org", AddressError::Local),
            ("a@localhost", AddressError::Domain),
            ("a@127.0.0.1", AddressError::Domain),
            ("a@exa mple.org", AddressError::Domain),
        ] {
            assert_eq!(text.parse::<Address>(), Err(error), "{text:?}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        assert_eq!(long.parse::<Address>(), Err(AddressError::TooLong));
    }

    #[test]
    fn debug_tells_nothing() {
        let address: Address = "ana@example.org".parse().unwrap();
        assert_eq!(format!("{address:?}"), "Address(..)");
    }
}
