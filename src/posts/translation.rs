//! Which language version of a post somebody gets.

use unic_langid::LanguageIdentifier;

/// Of `versions`, the original first, the one for somebody who reads the languages of `wanted`, the best first: one in that
/// language, be it of another region, else the original.
pub fn choose<'v, V>(versions: &'v [V], language: impl Fn(&V) -> &str, wanted: &[&str]) -> Option<&'v V> {
    let primary = |tag: &str| tag.parse::<LanguageIdentifier>().ok().map(|tag| tag.language);
    let in_language = |tag: &&str| {
        let exact = versions.iter().find(|version| language(version).eq_ignore_ascii_case(tag));
        let spoken = primary(tag);
        exact.or_else(|| versions.iter().find(|version| spoken.is_some() && primary(language(version)) == spoken))
    };
    wanted.iter().find_map(in_language).or_else(|| versions.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gets_theirs_then_the_sites_then_the_original() {
        let of = |versions: &[&'static str], wanted: &[&str]| *choose(versions, |tag| tag, wanted).unwrap();
        assert_eq!(of(&["de", "ru", "en"], &["ru", "en"]), "ru");
        assert_eq!(of(&["de", "ru", "en"], &["fr", "en"]), "en");
        assert_eq!(of(&["de", "ru"], &["fr", "en"]), "de");
        assert_eq!(of(&["en", "pt-BR", "pt"], &["pt"]), "pt");
        assert_eq!(of(&["en", "pt-BR"], &["pt-PT"]), "pt-BR");
        assert_eq!(of(&["en", "ru"], &["no tag"]), "en");
        assert!(choose::<&str>(&[], |tag| tag, &["en"]).is_none());
    }
}
