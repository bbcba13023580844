//! When two things found are the same post.

use url::Url;

/// Query parameters that say how a reader came, not where to.
const TRACKING: &[&str] =
    &["fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "yclid", "igshid", "mc_cid", "mc_eid"];
/// What the names of such parameters begin with.
const TRACKING_PREFIXES: &[&str] = &["utm_", "mtm_", "pk_"];

/// A URL in the form in which two spellings of one page are equal: `http` is `https`, the host is lower case and
/// without `www.`, and there is no default port, no fragment, no trailing slash and no tracking parameter. Only for comparing, never to be opened.
pub fn canonical_url(url: &Url) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(&host);
    let port = url.port().filter(|port| ![80, 443].contains(port)).map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let wanted = |name: &str| {
        let name = name.to_lowercase();
        !TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !TRACKING.contains(&name.as_str())
    };
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
