use std::collections::BTreeSet;
use std::time::Duration;

use super::super::recognise;
use super::super::tests::{NOW, known, memory, names};
use super::*;
use crate::store::posts::Known;

const DAY: Duration = Duration::from_secs(86_400);

fn item(guid: &str, url: &str, text: u8) -> Names {
    names(guid, url, "", text)
}

fn posts(of: &[(&str, &str, u8)]) -> Vec<Known> {
    of.iter().map(|(guid, url, text)| known(item(guid, url, *text), DAY)).collect()
}

/// What the items of a pass are: the number of a known post, `new` or `copy`.
fn are(known: &[Known], found: &[(&str, &str, u8)]) -> Vec<String> {
    are_of(&memory(known, &[]), found)
}

fn are_of(memory: &Memory, found: &[(&str, &str, u8)]) -> Vec<String> {
    let found: Vec<_> = found.iter().map(|(guid, url, text)| item(guid, url, *text)).collect();
    let matches = recognise(memory, &found, &BTreeSet::new(), NOW).into_iter();
    let words = matches.map(|is| match is {
        Match::Known(place) => place.to_string(),
        Match::New => "new".to_owned(),
        Match::Copy => "copy".to_owned(),
    });
    words.collect()
}

#[test]
fn names_that_change_make_nothing_new() {
    let posts = posts(&[("g", "u", 1), ("h", "v", 2)]);
    for (what, found) in [
        ("nothing", [("g", "u", 1), ("h", "v", 2)]),
        ("guids", [("x", "u", 1), ("y", "v", 2)]),
        ("guids and texts", [("x", "u", 3), ("y", "v", 4)]),
        ("urls", [("g", "x", 1), ("h", "y", 2)]),
        ("urls and texts", [("g", "x", 3), ("h", "y", 4)]),
        ("guids and urls", [("x", "y", 1), ("z", "w", 2)]),
        ("guids, which trade places", [("h", "u", 1), ("g", "v", 2)]),
        ("guids that are gone", [("", "u", 3), ("", "v", 4)]),
        ("all but the texts", [("", "", 1), ("", "", 2)]),
    ] {
        assert_eq!(are(&posts, &found), ["0", "1"], "{what}");
        let [first, second] = found;
        assert_eq!(are(&posts, &[second, first]), ["1", "0"], "{what}, in another order");
    }
    assert_eq!(are(&posts, &[("x", "y", 3), ("z", "w", 4)]), ["new", "new"]);
}

#[test]
fn a_feed_that_counts_its_items_anew_brings_the_new_one_alone() {
    // The newest is always number 1.
    let posts = posts(&[("1", "u", 1), ("2", "v", 2)]);
    assert_eq!(are(&posts, &[("1", "w", 3), ("2", "u", 1), ("3", "v", 2)]), ["new", "0", "1"]);
}

#[test]
fn a_guid_goes_before_the_page_of_another_item() {
    let posts = posts(&[("g", "u", 1)]);
    assert_eq!(are(&posts, &[("h", "u", 2), ("g", "x", 1)]), ["new", "0"]);
}

#[test]
fn a_page_that_all_items_link_to_tells_nothing() {
    let posts = posts(&[("g", "home", 1), ("h", "home", 2)]);
    assert_eq!(are(&posts, &[("i", "home", 3), ("h", "home", 2), ("g", "home", 1)]), ["new", "1", "0"]);
    assert_eq!(are(&posts, &[("", "home", 3), ("", "home", 2), ("", "home", 1)]), ["new", "1", "0"]);
    assert_eq!(are(&posts, &[("x", "home", 1), ("y", "home", 2)]), ["0", "1"]);
    assert_eq!(are(&posts[..1], &[("", "home", 5), ("", "home", 6)]), ["0", "new"], "the first was edited");
}

#[test]
fn of_two_items_alike_one_is_new() {
    for (one, two, second) in [
        (("g", "", 1), ("g", "", 2), "copy"),
        (("", "u", 1), ("", "u", 1), "copy"),
        (("", "", 1), ("", "", 1), "copy"),
        (("g", "u", 1), ("h", "u", 1), "copy"),
        (("g", "u", 1), ("h", "u", 2), "new"),
        (("g", "u", 1), ("h", "v", 1), "new"),
        (("", "u", 1), ("", "v", 2), "new"),
        (("", "", 1), ("", "", 2), "new"),
    ] {
        assert_eq!(are(&[], &[one, two]), ["new", second], "{two:?}");
        assert_eq!(are(&posts(&[one]), &[one, two]), ["0", second], "{two:?}, the first being known");
    }
}

#[test]
fn a_text_is_known_for_30_days_after_it_was_last_there() {
    let seen = |last_seen: u32| Known { last_seen_at: NOW.minus(DAY * last_seen), ..known(item("", "", 1), DAY * 400) };
    assert_eq!(are(&[seen(30)], &[("", "", 1)]), ["0"]);
    assert_eq!(are(&[seen(31)], &[("", "", 1)]), ["new"]);
}

#[test]
fn names_that_change_back_make_nothing_new() {
    use NameKind::{Guid, Url};
    let posts = posts(&[("g2", "u2", 1), ("h2", "v2", 2)]);
    let former = [(0, Guid, "g"), (0, Url, "u"), (1, Guid, "h"), (1, Url, "v")];
    let memory = memory(&posts, &former);
    for (what, found) in [
        ("both names, and new texts", [("g", "u", 3), ("h", "v", 4)]),
        ("guids alone", [("g", "", 3), ("h", "", 4)]),
        ("guids, with other pages", [("g", "x", 3), ("h", "y", 4)]),
        ("pages alone", [("", "u", 3), ("", "v", 4)]),
        ("pages, with other guids", [("x", "u", 3), ("y", "v", 4)]),
        ("one of them", [("g", "u", 3), ("h2", "v2", 2)]),
    ] {
        assert_eq!(are_of(&memory, &found), ["0", "1"], "{what}");
        let [first, second] = found;
        assert_eq!(are_of(&memory, &[second, first]), ["1", "0"], "{what}, in another order");
    }
}

#[test]
fn posts_that_traded_names_and_take_them_back_stay_themselves() {
    use NameKind::{Guid, Url};
    // They have traded their guids.
    let guids = memory(&posts(&[("h", "u", 1), ("g", "v", 2)]), &[(0, Guid, "g"), (1, Guid, "h")]);
    assert_eq!(are_of(&guids, &[("g", "u", 1), ("h", "v", 2)]), ["0", "1"]);
    assert_eq!(are_of(&guids, &[("g", "u", 3), ("h", "v", 4)]), ["0", "1"], "with new texts");
    // Their pages.
    let pages = memory(&posts(&[("g", "v", 1), ("h", "u", 2)]), &[(0, Url, "u"), (1, Url, "v")]);
    assert_eq!(are_of(&pages, &[("g", "u", 3), ("h", "v", 4)]), ["0", "1"]);
    // Both, and then went by others: the names they had both tell nothing, and what is left of them does.
    let former = [(0, Guid, "g"), (0, Guid, "h"), (1, Guid, "g"), (1, Guid, "h")];
    let both = memory(&posts(&[("i", "u", 1), ("j", "v", 2)]), &former);
    assert_eq!(are_of(&both, &[("g", "v", 3), ("h", "x", 1)]), ["1", "0"]);
    assert_eq!(are_of(&both, &[("g", "x", 3)]), ["new"]);
}

#[test]
fn a_feed_that_counts_its_items_anew_brings_what_is_new_however_often_it_did() {
    use NameKind::Guid;
    // The newest is always number 1, and only two are shown.
    let posts = posts(&[("2", "t", 1), ("2", "u", 2), ("1", "v", 3)]);
    let memory = memory(&posts, &[(0, Guid, "1"), (1, Guid, "1")]);
    assert_eq!(are_of(&memory, &[("1", "w", 4), ("2", "v", 3)]), ["new", "2"]);
    // Nor is it what had the number once, and is not shown, when another has it now.
    let memory = super::super::tests::memory(&posts[1..], &[(0, Guid, "1")]);
    assert_eq!(are_of(&memory, &[("1", "w", 4), ("2", "v", 3)]), ["new", "1"]);
}
