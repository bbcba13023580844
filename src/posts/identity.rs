//! When two things found are the same post.

use url::Url;

/// Query parameters that say how a reader came, not where to.
const TRACKING: &[&str] = &["fbclid", "gclid", "msclkid", "mc_cid", "mc_eid"];

/// A URL in the form in which two spellings of one page are equal: `http` is `https`, the host is lower case, and there
/// is no default port, no fragment, no trailing slash and no tracking parameter. Only for comparing, never to be opened.
pub fn canonical_url(url: &Url) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.').to_lowercase();
    let port = url.port().filter(|port| ![80, 443].contains(port)).map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let wanted = |name: &str| !name.to_lowercase().starts_with("utm_") && !TRACKING.contains(&name);
    let query: Vec<_> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && wanted(pair.split('=').next().unwrap_or_default()))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Some(format!("https://{host}{port}{path}{mark}{}", query.join("&")))
}

#[cfg(test)]
mod tests;
