//! Regions: the places of `appeals.regions`, for appeals that call only those who live there.

/// The region of that name as the config spells it. Case tells no two regions apart.
pub fn find<'a>(regions: &'a [String], name: &str) -> Option<&'a str> {
    let name = name.trim().to_lowercase();
    regions.iter().map(String::as_str).find(|region| region.trim().to_lowercase() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_found_however_it_is_written() {
        let regions = ["London".to_owned(), "Алматы".to_owned()];
        assert_eq!(find(&regions, " LONDON"), Some("London"));
        assert_eq!(find(&regions, "алматы"), Some("Алматы"));
        assert_eq!(find(&regions, "Lond"), None);
        assert_eq!(find(&[], "London"), None);
    }
}
