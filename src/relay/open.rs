//! Opening a connection: TCP, greeting, TLS, EHLO, AUTH.

use std::fs::File;
use std::io::{self, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::{ClientId, Extension, ServerInfo};
use lettre::transport::smtp::response::Response;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::open_error::{OpenError, Problem};
use super::reply::{cut_addresses, one_line};
use super::stream::{Aside, Stream};
use super::{Failure, Reply, Stage};
use crate::config::{self, Secret, Tls};
use crate::tls;

/// How long all of it may take.
const OPEN_LIMIT: Duration = Duration::from_secs(30);
/// How long one of several addresses of a host may take, so that a dead one does not use up the time.
const DIAL_LIMIT: Duration = Duration::from_secs(10);

/// Opens a connection; with it comes what its stream tells of it.
pub(super) async fn open(relay: &config::Relay, hello: &str) -> Result<(AsyncSmtpConnection, Arc<Aside>), OpenError> {
    let limit = OPEN_LIMIT.min(relay.timeout);
    let mut stage = Stage::Connect;
    let result = timeout(limit, steps(relay, &client_id(hello), &mut stage)).await;
    result.unwrap_or(Err(Problem::Silent(limit))).map_err(|problem| OpenError {
        host: relay.host.clone(),
        port: relay.port(),
        stage,
        problem,
    })
}

async fn steps(
    relay: &config::Relay,
    hello: &ClientId,
    stage: &mut Stage,
) -> Result<(AsyncSmtpConnection, Arc<Aside>), Problem> {
    let tcp = dial(host(relay), relay.port()).await?;
    let peer = tcp.peer_addr().map_err(|error| Problem::Broken(error.to_string()))?.ip();
    let mut stream = match relay.tls {
        Tls::Implicit => {
            *stage = Stage::Tls;
            encrypt(relay, tcp).await?
        }
        Tls::Starttls | Tls::None => Stream::plain(tcp),
    };
    *stage = Stage::Greeting;
    positive(stream.read_reply().await)?;
    if relay.tls == Tls::Starttls {
        *stage = Stage::Hello;
        let offer = positive(stream.ask(&format!("EHLO {hello}\r\n")).await)?;
        *stage = Stage::Tls;
        if !ServerInfo::from_response(&offer).is_ok_and(|info| info.supports_feature(Extension::StartTls)) {
            return Err(Problem::NoStarttls);
        }
        positive(stream.ask("STARTTLS\r\n").await)?;
        let tcp = stream.into_silent_tcp().ok_or(Problem::Injected)?;
        stream = encrypt(relay, tcp).await?;
    }
    *stage = Stage::Hello;
    // Past this line the stream is lettre's, which wants a greeting first; the true one has been read.
    stream.replay_greeting();
    let aside = stream.aside();
    let password_is_safe = stream.is_encrypted() || is_here(peer);
    let mut smtp = AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello).await.map_err(broken)?;
    if let Some(user) = &relay.user {
        *stage = Stage::Auth;
        if !password_is_safe {
            return Err(Problem::PlainPassword);
        }
        log_in(&mut smtp, user, relay.password.as_ref().ok_or(Problem::NoPassword)?).await?;
    }
    Ok((smtp, aside))
}

/// Whether what is sent to `peer` stays on this machine.
fn is_here(peer: IpAddr) -> bool {
    peer.to_canonical().is_loopback()
}

/// The host without the brackets that some write around an IPv6 address.
fn host(relay: &config::Relay) -> &str {
    let host = relay.host.trim();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// The name to say in EHLO. It ends up in a command line, so anything but a name or an IP address is left out.
fn client_id(hello: &str) -> ClientId {
    match hello.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
        Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
        Err(_) => {
            let is_name = !hello.is_empty() && hello.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
            if is_name { ClientId::Domain(hello.to_owned()) } else { ClientId::default() }
        }
    }
}

async fn dial(host: &str, port: u16) -> Result<TcpStream, Problem> {
    let unreachable = |error: io::Error| Problem::Unreachable(one_line(&cut_addresses(&error.to_string())));
    let addresses: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(unreachable)?.collect();
    let mut last = Problem::Unreachable("the host has no IP address".to_owned());
    for address in addresses {
        match timeout(DIAL_LIMIT, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // With Nagle's algorithm on, the last packet of a message would wait for the other side's delayed
                // acknowledgement, 40 ms for each message.
                tcp.set_nodelay(true).map_err(unreachable)?;
                return Ok(tcp);
            }
            Ok(Err(error)) => last = unreachable(error),
            Err(_) => last = Problem::Silent(DIAL_LIMIT),
        }
    }
    Err(last)
}

async fn encrypt(relay: &config::Relay, tcp: TcpStream) -> Result<Stream, Problem> {
    let name = ServerName::try_from(host(relay).to_owned())
        .map_err(|_| Problem::Certificate("relay.host is no name that a certificate could carry".to_owned()))?;
    let ca_file = relay.ca_file.clone();
    // Reading the system's certificates can take a tenth of a second.
    let roots = tokio::task::spawn_blocking(move || trusted_roots(ca_file.as_deref()))
        .await
        .map_err(|error| Problem::Broken(error.to_string()))??;
    let connector = tls::connector(roots).map_err(|error| Problem::Handshake(error.to_string()))?;
    connector.connect(name, tcp).await.map(Stream::tls).map_err(tls_problem)
}

fn tls_problem(error: io::Error) -> Problem {
    let text = one_line(&cut_addresses(&error.to_string()));
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            Problem::Certificate(text)
        }
        Some(_) => Problem::Handshake(text),
        None => Problem::Broken(text),
    }
}

/// The system's certificates, read once, and those of `ca_file`, read each time as it may be replaced.
fn trusted_roots(ca_file: Option<&Path>) -> Result<RootCertStore, Problem> {
    let mut roots = tls::system_roots().clone();
    if let Some(path) = ca_file {
        let wrong = |why: String| Problem::Roots(format!("relay.ca_file {}: {why}", path.display()));
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        let mut found = 0;
        for certificate in CertificateDer::pem_reader_iter(BufReader::new(file)) {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(wrong("no certificate in it".to_owned()));
        }
    }
    if roots.is_empty() {
        return Err(Problem::Roots("the system has none".to_owned()));
    }
    Ok(roots)
}

async fn log_in(smtp: &mut AsyncSmtpConnection, user: &str, password: &Secret) -> Result<(), Problem> {
    let known = [Mechanism::Plain, Mechanism::Login];
    if smtp.server_info().get_auth_mechanism(&known).is_none() {
        return Err(Problem::NoMechanism);
    }
    let credentials = Credentials::new(user.to_owned(), password.expose().to_owned());
    let response = smtp.auth(&known, &credentials).await.map_err(broken)?;
    let reply = Reply::from_response(&response);
    if reply.code / 100 == 2 { Ok(()) } else { Err(Problem::Broken(format!("the relay answered AUTH with {reply}"))) }
}

fn broken(error: lettre::transport::smtp::Error) -> Problem {
    match Failure::from(error) {
        Failure::Said(reply) | Failure::OutOfStep(reply) => Problem::Said(reply),
        Failure::Broken(error) => Problem::Broken(error),
    }
}

/// A reply before lettre takes over, which must be a good one.
fn positive(response: io::Result<Response>) -> Result<Response, Problem> {
    let response = response.map_err(|error| Problem::Broken(one_line(&cut_addresses(&error.to_string()))))?;
    let reply = Reply::from_response(&response);
    match reply.code / 100 {
        2 => Ok(response),
        4 | 5 => Err(Problem::Said(reply)),
        _ => Err(Problem::Broken(format!("the relay answered {reply}"))),
    }
}

#[cfg(test)]
mod tests;
