//! Link tokens: what a link in a mail says, sealed so that it shows and tells nothing.
//!
//! A token is its key's number and the sealed purpose, subscriber and edition, in URL-safe base64 (RFC 4648 section 5):
//! 47 characters, always. Sealing draws no nonce, so one link has one token however often its mail is made;
//! AES-GCM-SIV allows that (RFC 8452 section 1), as equal tokens then only say that they are equal.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{KeyId, Vault, VaultError};

/// What a link may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenPurpose {
    /// In every list mail: leave, less often, pause, or ask for a fresh link. Works for years.
    Mail = 1,
    /// In a confirmation mail: become a subscriber. Once, within days.
    Confirm = 2,
    /// In a fresh-link mail: see and change preferences. Once, within the hour.
    Preferences = 3,
}

/// What stands in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What its link may be used for.
    pub purpose: TokenPurpose,
    /// Whose it is.
    pub subscriber: i64,
    /// The edition whose mail brought it.
    pub edition: i64,
}

/// The text is no token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this link is not complete or not from here")]
pub struct TokenError;

const PLAIN: usize = 1 + 8 + 8;
const TAG: usize = 16;

impl Vault {
    /// The text of a token.
    ///
    /// # Errors
    ///
    /// When the crypto library fails.
    pub fn write_token(&self, token: Token) -> Result<String, VaultError> {
        let mut sealed = Vec::with_capacity(PLAIN + TAG);
        sealed.push(token.purpose as u8);
        sealed.extend(token.subscriber.to_be_bytes());
        sealed.extend(token.edition.to_be_bytes());
        let id = self.current_key().to_be_bytes();
        self.key(self.current_key())?
            .token
            .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; NONCE_LEN]), Aad::from(id), &mut sealed)
            .map_err(|_| VaultError::Library("seal a token"))?;
        Ok(URL_SAFE_NO_PAD.encode([id.as_slice(), &sealed].concat()))
    }

    /// Reads a token, whichever of the keys made it.
    ///
    /// # Errors
    ///
    /// When the text was not made by [`Vault::write_token`] with one of the keys.
    pub fn read_token(&self, text: &str) -> Result<Token, TokenError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError)?;
        let (id, sealed) = bytes.split_first_chunk::<2>().ok_or(TokenError)?;
        let key = self.key(KeyId::from_be_bytes(*id)).map_err(|_| TokenError)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let plain: &[u8] = key.token.open_in_place(nonce, Aad::from(*id), &mut sealed).map_err(|_| TokenError)?;
        let plain: [u8; PLAIN] = plain.try_into().map_err(|_| TokenError)?;
        let (purpose, ids) = plain.split_first().ok_or(TokenError)?;
        let number = |at: usize| -> Result<i64, TokenError> {
            let bytes = ids.get(at..at + 8).ok_or(TokenError)?;
            bytes.try_into().map(i64::from_be_bytes).map_err(|_| TokenError)
        };
        let purpose = match purpose {
            1 => TokenPurpose::Mail,
            2 => TokenPurpose::Confirm,
            3 => TokenPurpose::Preferences,
            _ => return Err(TokenError),
        };
        Ok(Token { purpose, subscriber: number(0)?, edition: number(8)? })
    }
}
