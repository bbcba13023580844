//! Connecting: looking a host up, checking each address, and TLS.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use super::error::{HttpError, host};
use crate::tls;

/// How long one of several addresses may take, so that a dead one does not use up the time.
const DIAL_LIMIT: Duration = Duration::from_secs(10);

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to the host of `url`, at an address that `allows` says yes to.
pub(super) async fn connect(
    url: &Url,
    allows: fn(IpAddr) -> bool,
    roots: Option<&RootCertStore>,
) -> Result<Box<dyn Stream>, HttpError> {
    let tcp = dial(url, &allowed(url, look_up(url).await?, allows)?).await?;
    if url.scheme() == "http" {
        return Ok(Box::new(tcp));
    }
    let no_tls = |why: String| HttpError::Tls { host: host(url), why };
    let name = match url.host() {
        Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()).map_err(|error| no_tls(error.to_string()))?,
        Some(Host::Ipv4(ip)) => ServerName::from(IpAddr::from(ip)),
        Some(Host::Ipv6(ip)) => ServerName::from(IpAddr::from(ip)),
        None => return Err(HttpError::Address("it names no host")),
    };
    let roots = match roots {
        Some(roots) => roots.clone(),
        None => tokio::task::spawn_blocking(|| tls::system_roots().clone())
            .await
            .map_err(|error| no_tls(error.to_string()))?,
    };
    let connector = tls::connector(roots).map_err(|error| no_tls(error.to_string()))?;
    match connector.connect(name, tcp).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(no_tls(error.to_string())),
    }
}

/// All addresses of the host. One that is written as a number is an address like any other.
async fn look_up(url: &Url) -> Result<Vec<SocketAddr>, HttpError> {
    let port = match (url.scheme(), url.port_or_known_default()) {
        ("http" | "https", Some(port)) => port,
        _ => return Err(HttpError::Address("it is neither http nor https")),
    };
    match url.host() {
        Some(Host::Domain(name)) => match lookup_host((name, port)).await {
            Ok(found) => Ok(found.collect()),
            Err(error) => Err(HttpError::Unreachable { host: host(url), why: error.to_string() }),
        },
        Some(Host::Ipv4(ip)) => Ok(vec![(ip, port).into()]),
        Some(Host::Ipv6(ip)) => Ok(vec![(ip, port).into()]),
        None => Err(HttpError::Address("it names no host")),
    }
}

/// The addresses among `found` that `allows` says yes to.
fn allowed(url: &Url, found: Vec<SocketAddr>, allows: fn(IpAddr) -> bool) -> Result<Vec<SocketAddr>, HttpError> {
    let (allowed, inside): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| allows(address.ip()));
    match (allowed.is_empty(), inside.first()) {
        (true, Some(address)) => Err(HttpError::Private { host: host(url), ip: address.ip() }),
        _ => Ok(allowed),
    }
}

async fn dial(url: &Url, addresses: &[SocketAddr]) -> Result<TcpStream, HttpError> {
    let mut why = "it has no IP address".to_owned();
    for address in addresses {
        match timeout(DIAL_LIMIT, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => why = format!("no answer within {DIAL_LIMIT:?}"),
        }
    }
    Err(HttpError::Unreachable { host: host(url), why })
}

#[cfg(test)]
mod tests {
    use super::super::guard::is_public;
    use super::*;

    #[test]
    fn of_several_addresses_only_public_ones_are_left() {
        let url = "https://campaign.example/".parse().unwrap();
        let found: Vec<SocketAddr> = ["127.0.0.1:443", "1.1.1.1:443", "[::1]:443"].map(|a| a.parse().unwrap()).into();
        assert_eq!(allowed(&url, found.clone(), is_public).unwrap(), found[1..2]);
        assert_eq!(allowed(&url, found.clone(), |_| true).unwrap(), found);
        let error = allowed(&url, found[..1].to_vec(), is_public).unwrap_err();
        assert!(matches!(&error, HttpError::Private { ip, .. } if ip.is_loopback()), "{error}");
    }
}
