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
    recognise(&memory(known, &[]), found, &present.collect(), NOW)
}

/// Posts with what they were once called, each by its place.
pub(super) fn memory(known: &[Known], former: &[(usize, NameKind, &str)]) -> Memory {
    let numbered = known.iter().enumerate().map(|(place, post)| Known { id: number(place), ..post.clone() });
    let name = |(place, kind, name): &(usize, NameKind, &str)| FormerName {
        kind: *kind,
        name: (*name).to_owned(),
        post_id: number(*place),
    };
    Memory { known: numbered.collect(), former: former.iter().map(name).collect() }
}

fn number(place: usize) -> PostId {
    PostId(i64::try_from(place).unwrap() + 1)
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
fn what_shares_a_page_with_another_post_may_say_the_same_as_a_third() {
    let posts = [known(names("g", "u", "a.md", 1), Duration::ZERO), known(names("", "", "b.md", 2), Duration::ZERO)];
    assert_eq!(matches(&posts, &[names("h", "u", "c.md", 2)], &["a.md"]), [Match::Known(1)]);
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
    let gone = Known { state: PostState::Withdrawn, ..known(names("", "u", "a.md", 1), Duration::ZERO) };
    let here = known(names("", "u", "b.md", 1), Duration::ZERO);
    assert_eq!(matches(&[here, gone.clone()], &[names("", "u", "b.md", 3)], &[]), [Match::Known(0)]);
    assert_eq!(matches(&[gone], &[names("", "", "x.md", 1)], &["a.md"]), [Match::Known(0)]);
}

#[test]
fn a_name_of_former_times_recognises_as_well_and_one_of_now_goes_before_it() {
    use NameKind::{Guid, Path, Url};
    let posts = [
        known(names("g2", "u2", "a2.md", 1), Duration::ZERO),
        known(names("h", "v", "b.md", 2), Duration::ZERO),
        known(names("i", "w", "c.md", 3), Duration::ZERO),
    ];
    let former =
        [(0, Guid, "g"), (0, Url, "u"), (0, Path, "a.md"), (1, Guid, "h1"), (1, Guid, "both"), (2, Guid, "both")];
    let memory = memory(&posts, &former);
    // Their files are gone, but for the last.
    for (found, is) in [
        (names("g", "", "x.md", 9), Match::Known(0)),
        (names("x", "u", "x.md", 9), Match::Known(0)),
        (names("", "", "a.md", 9), Match::Known(0)),
        (names("h1", "u", "a.md", 9), Match::Known(1)),
        (names("g", "v", "x.md", 9), Match::Known(1)),
        (names("g", "", "b.md", 9), Match::Known(1)),
        (names("g", "", "x.md", 2), Match::Known(0)),
        (names("both", "", "x.md", 9), Match::New),
        (names("both", "", "x.md", 2), Match::Known(1)),
    ] {
        let present = BTreeSet::from([found.path.clone().unwrap(), "c.md".to_owned()]);
        assert_eq!(recognise(&memory, std::slice::from_ref(&found), &present, NOW), [is], "{found:?}");
        assert!(!Index::new(&memory, NOW).is_unheard_of(&found), "{found:?}");
    }
    assert!(Index::new(&memory, NOW).is_unheard_of(&names("x", "x", "x.md", 9)));
}

#[test]
fn a_name_that_was_given_to_something_new_makes_it_no_copy() {
    use NameKind::{Guid, Path};
    let archived = [known(names("march", "", "2026-03.md", 1), Duration::ZERO)];
    let memory = memory(&archived, &[(0, Path, "latest.md"), (0, Guid, "latest")]);
    let is = |found: &[Names], others: &[&str]| {
        let present = found.iter().filter_map(|names| names.path.clone()).chain(others.iter().map(|s| s.to_string()));
        recognise(&memory, found, &present.collect(), NOW)
    };
    let next = names("", "", "latest.md", 2);
    assert_eq!(is(std::slice::from_ref(&next), &["2026-03.md"]), [Match::New]);
    assert_eq!(is(&[names("latest", "", "latest.md", 2)], &["2026-03.md"]), [Match::New]);
    assert_eq!(is(&[next.clone(), names("march", "", "2026-03.md", 3)], &[]), [Match::New, Match::Known(0)]);
    // Who still goes by a name has it, whoever did once; also where that one was found already.
    let taken = [archived[0].clone(), known(names("latest", "", "latest.md", 2), Duration::ZERO)];
    let memory = super::tests::memory(&taken, &[(0, Path, "latest.md"), (0, Guid, "latest")]);
    let found = [names("latest", "", "latest.md", 5), names("latest", "", "x.md", 6)];
    let present = BTreeSet::from(["latest.md", "x.md"].map(str::to_owned));
    assert_eq!(recognise(&memory, &found, &present, NOW), [Match::Known(1), Match::Copy]);
}

#[test]
fn a_sure_sign_goes_before_a_weak_one_of_an_earlier_file() {
    let posts = [known(names("g", "", "gone.md", 1), Duration::ZERO)];
    let found = [names("", "", "a.md", 1), names("g", "", "b.md", 2)];
    assert_eq!(matches(&posts, &found, &[]), [Match::Copy, Match::Known(0)]);
}
