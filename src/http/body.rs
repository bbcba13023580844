//! Bodies, as long as they may be, unpacked.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{self, HeaderMap};
use url::Url;

use super::error::{HttpError, host};

/// Reads a body of at most `limit` bytes, and unpacks it to at most as many.
pub(super) async fn read(
    mut body: Incoming,
    headers: &HeaderMap,
    url: &Url,
    limit: usize,
) -> Result<Vec<u8>, HttpError> {
    let too_large = || HttpError::TooLarge { host: host(url), limit };
    if usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX) > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| HttpError::broken(url, &error))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&data);
    }
    let broken = |why: String| HttpError::Broken { host: host(url), why };
    match headers.get(header::CONTENT_ENCODING).map(|coding| coding.as_bytes().to_ascii_lowercase()).as_deref() {
        None | Some(b"" | b"identity") => Ok(bytes),
        Some(b"gzip" | b"x-gzip") => {
            let unpacking = tokio::task::spawn_blocking(move || unpack(&bytes, limit));
            let unpacked = unpacking.await.map_err(|error| broken(error.to_string()))?;
            unpacked.map_err(|error| broken(format!("its gzip cannot be unpacked: {error}")))?.ok_or_else(too_large)
        }
        Some(_) => Err(broken("it packs in a way that was not asked for".to_owned())),
    }
}

/// What is packed in `bytes`; nothing where it is longer than `limit`.
fn unpack(bytes: &[u8], limit: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut unpacked = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(bytes).take(most).read_to_end(&mut unpacked)?;
    Ok((unpacked.len() <= limit).then_some(unpacked))
}
