//! Why a request has no answer.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use hyper::StatusCode;
use url::Url;

/// Why a request has no answer. It names the host and never the path, which may hold a secret.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is none that can be asked.
    #[error("the address cannot be asked for: {0}")]
    Address(&'static str),
    /// The host lies where the request may not go.
    #[error("{host} lies inside of the network (at {ip})")]
    Private {
        /// The host.
        host: String,
        /// One of its addresses.
        ip: IpAddr,
    },
    /// The host is not known, or nobody answers there.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// What the system said.
        why: String,
    },
    /// No TLS with this host.
    #[error("no trustworthy connection to {host}: {why}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong, mostly with its certificate.
        why: String,
    },
    /// It took too long.
    #[error("{host} did not answer in full within {limit:?}")]
    Silent {
        /// The host.
        host: String,
        /// How long it had.
        limit: Duration,
    },
    /// What came is no HTTP, or ended in the middle.
    #[error("the connection to {host} broke: {why}")]
    Broken {
        /// The host.
        host: String,
        /// How.
        why: String,
    },
    /// The body is too long, as it came or unpacked.
    #[error("{host} sends more than {} MB", limit / 1024 / 1024)]
    TooLarge {
        /// The host.
        host: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// One redirect after another.
    #[error("{host} leads on through more than {limit} redirects")]
    Redirects {
        /// The first host.
        host: String,
        /// How many are followed.
        limit: usize,
    },
    /// A redirect to what is no web address.
    #[error("{host} redirects to what is no web address")]
    RedirectTarget {
        /// The host that redirects.
        host: String,
    },
    /// A redirect from https to http, where anybody on the way could write the answer.
    #[error("{host} redirects from https to http, where others could change what it sends")]
    Downgrade {
        /// The host that redirects.
        host: String,
    },
    /// A status that is no success, where one is needed.
    #[error("{host} answered {status}")]
    Status {
        /// The host.
        host: String,
        /// Its status.
        status: StatusCode,
    },
}

impl HttpError {
    pub(super) fn broken(url: &Url, error: &dyn Error) -> Self {
        let mut why = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            why = format!("{why}: {error}");
            cause = error.source();
        }
        Self::Broken { host: host(url), why }
    }
}

/// The host of an address, as errors name it.
pub(super) fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or("the address without a host"))
}
