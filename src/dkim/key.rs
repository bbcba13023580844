//! A private key in a PEM file, as `openssl` makes them too.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use super::DkimError;

/// The longest RSA key that verifiers have to take, in bytes of its modulus (RFC 8301 section 3.2).
const MAX_RSA: usize = 4096 / 8;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// RSA with SHA-256 (RFC 8301), which every verifier knows.
    Rsa,
    /// Ed25519 with SHA-256 (RFC 8463), which some know.
    Ed25519,
}

impl Algorithm {
    /// What keys of this kind are called in a DNS record (RFC 6376 section 3.6.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The key of the config that names the file.
    pub(super) const fn option(self) -> &'static str {
        match self {
            Self::Rsa => "dkim.key_file",
            Self::Ed25519 => "dkim.ed25519_key_file",
        }
    }

    const fn flag(self) -> &'static str {
        match self {
            Self::Rsa => "",
            Self::Ed25519 => " --ed25519",
        }
    }
}

/// A private key. `Debug` says nothing of it.
pub struct Key(Pair);

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

impl Key {
    /// Reads the key of this kind at `path`: PKCS#8, or for RSA PKCS#1 too.
    ///
    /// # Errors
    ///
    /// When there is none, everybody may read it, it is of another kind, or RSA of less than 2048 or more than 4096 bits.
    pub fn read(algorithm: Algorithm, path: &Path) -> Result<Self, DkimError> {
        let unusable = |why: String| DkimError::Key { option: algorithm.option(), why };
        let shown = path.display();
        let pem = std::fs::read(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                unusable(format!("{shown} is not there; make it with: handbill keys dkim{}", algorithm.flag()))
            }
            _ => unusable(format!("cannot read {shown}: {error}")),
        })?;
        let mode = std::fs::metadata(path).map_err(|error| unusable(format!("cannot read {shown}: {error}")))?;
        // A group may share it: other programs sign with the same key.
        if mode.permissions().mode() & 0o007 != 0 {
            return Err(unusable(format!("everybody may read {shown}, and sign with it; run: chmod o= {shown}")));
        }
        Self::parse(algorithm, &pem).map_err(|why| unusable(format!("{shown} {why}")))
    }

    /// The key in a PEM file's text; else what is wrong with that, which holds nothing of it.
    pub(super) fn parse(algorithm: Algorithm, pem: &[u8]) -> Result<Self, &'static str> {
        const UNREADABLE: &str = "holds no private key that can be read: it has to be PEM, without a passphrase";
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| UNREADABLE)?;
        let rsa = |pair: Result<RsaKeyPair, aws_lc_rs::error::KeyRejected>| match pair {
            Ok(pair) if pair.public_modulus_len() > MAX_RSA => Err("is an RSA key of more than 4096 bits"),
            Ok(pair) => Ok(Self(Pair::Rsa(Box::new(pair)))),
            Err(error) if error.to_string() == "TooSmall" => Err("is an RSA key of less than 2048 bits"),
            Err(_) => Err(UNREADABLE),
        };
        let ed25519 = |der: &[u8]| Ed25519KeyPair::from_pkcs8(der).map(|pair| Self(Pair::Ed25519(pair)));
        match (algorithm, &der) {
            (Algorithm::Rsa, PrivateKeyDer::Pkcs1(der)) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der())),
            (Algorithm::Rsa, PrivateKeyDer::Pkcs8(der)) => {
                let der = der.secret_pkcs8_der();
                if ed25519(der).is_ok() {
                    return Err("is an Ed25519 key; it is for dkim.ed25519_key_file, beside one of RSA here");
                }
                rsa(RsaKeyPair::from_pkcs8(der))
            }
            (Algorithm::Ed25519, PrivateKeyDer::Pkcs8(der)) => {
                ed25519(der.secret_pkcs8_der()).map_err(|_| "holds no Ed25519 key")
            }
            (Algorithm::Ed25519, _) => Err("holds no Ed25519 key"),
            (Algorithm::Rsa, _) => Err("holds no RSA key"),
        }
    }

    /// Makes a new key at `path` that only its owner may read, RSA of 2048 bits; never replaces a file.
    ///
    /// # Errors
    ///
    /// When there is a file already, or none can be made.
    pub fn create(algorithm: Algorithm, path: &Path) -> Result<Self, DkimError> {
        let pem = generate(algorithm).map_err(|Unspecified| DkimError::Library("make a key"))?;
        let io = |source| DkimError::Write { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
        file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        Self::read(algorithm, path)
    }

    /// How it signs.
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Pair::Rsa(_) => Algorithm::Rsa,
            Pair::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// What it is, for people.
    pub fn kind(&self) -> String {
        match &self.0 {
            Pair::Rsa(pair) => format!("RSA of {} bits", pair.public_modulus_len() * 8),
            Pair::Ed25519(_) => "Ed25519".to_owned(),
        }
    }

    /// The public key as a DNS record carries it, before base64.
    pub(super) fn public(&self) -> Result<Vec<u8>, Unspecified> {
        Ok(match &self.0 {
            Pair::Rsa(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())?.as_ref().to_vec(),
            // RFC 8463 section 4.2: as it is, without ASN.1 around it.
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        })
    }

    /// The signature of the signed headers in their relaxed form.
    pub(super) fn sign(&self, headers: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), headers, &mut signature)?;
                Ok(signature)
            }
            // RFC 8463 section 3: what is signed is the hash.
            Pair::Ed25519(pair) => Ok(pair.try_sign(digest(&SHA256, headers).as_ref())?.as_ref().to_vec()),
        }
    }
}

/// A new key as PEM (RFC 7468 section 10).
fn generate(algorithm: Algorithm) -> Result<String, Unspecified> {
    let der: Pkcs8V1Der<'_> = match algorithm {
        Algorithm::Rsa => RsaKeyPair::generate(KeySize::Rsa2048)?.as_der()?,
        Algorithm::Ed25519 => Ed25519KeyPair::generate()?.as_der()?,
    };
    let text = STANDARD.encode(der.as_ref());
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}
