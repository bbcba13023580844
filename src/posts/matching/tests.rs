use super::*;
use crate::id::PostId;
use crate::posts::PostState;

pub(super) const NOW: Timestamp = Timestamp(1_772_442_000_000_000);

pub(super) fn names(guid: &str, url: &str, path: &str, text: u8) -> Names {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Names { guid: some(guid), url: some(url), path: some(path), text: [text; 32] }
}

pub(super) fn known(names: Names, age: Duration) -> Known {
    Known {
        id: PostId(1),
        state: PostState::Live,
        guid: names.guid,
        canonical_url: names.url,
        path: names.path,
        text_hash: names.text.to_vec(),
        first_seen_at: NOW.minus(age),
        last_seen_at: NOW.minus(age),
        published_at: NOW.minus(age),
        hash: vec![],
        number: 1,
        declared: None,
    }
}

/// What `found` are, all their files being there and those of `others` as well.
fn matches(known: &[Known], found: &[Names], others: &[&str]) -> Vec<Match> {
    let present = found.iter().filter_map(|names| names.path.clone()).chain(others.iter().map(|s| s.to_string()));
    recognise(known, found, &present.collect(), NOW)
}

#[test]
fn each_name_recognises_alone_and_the_first_of_them_decides() {
    let day = Duration::from_secs(86_400);
    let posts = [
        known(names("g", "", "a.md", 1), day),
        known(names("", "u", "b.md", 2), day),
        known(names("", "", "c.md", 3), day),
        known(names("", "", "d.md", 4), day * 30),
        known(names("", "", "e.md", 5), day * 31),
    ];
    for (found, is) in [
        (names("g", "u", "c.md", 4), Match::Known(0)),
        (names("x", "u", "c.md", 4), Match::Known(1)),
        (names("", "x", "c.md", 4), Match::Known(2)),
        (names("", "", "x.md", 4), Match::Known(3)),
        (names("", "", "x.md", 5), Match::New),
        (names("", "", "x.md", 9), Match::New),
    ] {
        assert_eq!(matches(&posts, std::slice::from_ref(&found), &[]), [is], "{found:?}");
    }
}

#[test]
fn a_copy_does_not_take_the_post_and_a_renamed_file_does() {
    let posts = [known(names("", "", "a.md", 1), Duration::ZERO)];
    let copy = names("", "", "0-copy.md", 1);
    assert_eq!(matches(&posts, std::slice::from_ref(&copy), &["a.md"]), [Match::Copy]);
    assert_eq!(matches(&posts, &[copy.clone(), names("", "", "a.md", 1)], &[]), [Match::Copy, Match::Known(0)]);
    assert_eq!(matches(&posts, &[copy], &[]), [Match::Known(0)]);
}

#[test]
fn files_that_trade_places_keep_their_posts() {
    let posts = [known(names("g", "", "a.md", 1), Duration::ZERO), known(names("h", "", "b.md", 2), Duration::ZERO)];
    let found = [names("h", "", "a.md", 2), names("g", "", "b.md", 1)];
    assert_eq!(matches(&posts, &found, &[]), [Match::Known(1), Match::Known(0)]);
}

#[test]
fn of_two_new_ones_alike_one_is_new() {
    for (one, two, second) in [
        (names("g", "", "a.md", 1), names("g", "", "b.md", 2), Match::Copy),
        (names("", "u", "a.md", 1), names("", "u", "b.md", 2), Match::Copy),
        (names("", "", "a.md", 1), names("", "", "b.md", 1), Match::Copy),
        (names("g", "u", "a.md", 1), names("h", "u", "b.md", 1), Match::New),
        (names("", "", "a.md", 1), names("", "", "b.md", 2), Match::New),
    ] {
        assert_eq!(matches(&[], &[one, two.clone()], &[]), [Match::New, second], "{two:?}");
    }
}

#[test]
fn another_guid_on_the_same_page_is_another_post_while_the_first_is_there() {
    let posts = [known(names("g", "u", "a.md", 1), Duration::ZERO)];
    let other = names("h", "u", "b.md", 2);
    assert_eq!(matches(&posts, std::slice::from_ref(&other), &["a.md"]), [Match::New]);
    assert_eq!(matches(&posts, &[other], &[]), [Match::Known(0)]);
}

#[test]
fn a_post_that_is_there_goes_before_a_withdrawn_one() {
    let gone = Known { id: PostId(9), state: PostState::Withdrawn, ..known(names("", "u", "a.md", 1), Duration::ZERO) };
    let here = known(names("", "u", "b.md", 1), Duration::ZERO);
    assert_eq!(matches(&[here, gone.clone()], &[names("", "u", "b.md", 3)], &[]), [Match::Known(0)]);
    assert_eq!(matches(&[gone], &[names("", "", "x.md", 1)], &["a.md"]), [Match::Known(0)]);
}
