//! An amendment against everything that can be under way: nobody ends with only the old version, nobody hears of one
//! change twice, and who heard of nothing gets no correction.

use std::collections::BTreeMap;

use handbill::appeals::mark::Marking;
use handbill::appeals::{AppealState, amend};
use handbill::id::{AppealId, SubscriberId};
use handbill::subscribers::list;
use handbill::vault::random_bytes;

use super::desk::{Desk, InHand, protest};

/// How many mails a relay has taken for sure.
async fn arrived(desk: &Desk, appeal: AppealId, who: SubscriberId) -> usize {
    let told = desk.told(appeal).await.remove(&who).unwrap_or_default();
    told.iter().filter(|text| !text.ends_with('?')).count()
}

const NAMES: [&str; 6] = ["ana", "ben", "cem", "dia", "eli", "fay"];

/// Six people who want alerts.
async fn six(desk: &Desk) -> Vec<SubscriberId> {
    let mut people = Vec::new();
    for name in NAMES {
        people.push(desk.reader(name, None, true).await);
    }
    people
}

async fn erase(desk: &Desk, who: usize) {
    list::erase(&desk.app.app, &format!("{}@example.org", NAMES[who]).parse().unwrap(), "cli").await.unwrap();
}

/// Leaves, and still wants to hear if the event changes.
async fn follow(desk: &Desk, appeal: AppealId, who: SubscriberId) {
    list::leave_but_follow(&desk.app.app, who, appeal, "subscriber", false).await.unwrap();
}

async fn told(desk: &Desk, appeal: AppealId, who: SubscriberId) -> String {
    desk.told(appeal).await.remove(&who).unwrap_or_default().join(" ")
}

on_both! {
    async fn amended_before_the_claim_everybody_gets_the_new_one(store) {
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.amend(marked.appeal, 17).await;
        // Nothing of the old one can be claimed any more.
        assert!(desk.claim(marked.edition, 10).await.people().is_empty());
        desk.finish().await;
        for who in people {
            assert_eq!(told(&desk, marked.appeal, who).await, "appeal2");
        }
    }
}

on_both! {
    async fn amended_while_in_a_relays_hands_the_outcome_decides(store) {
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        let marked = desk.mark().await;
        desk.plan().await;
        let taken = desk.claim(marked.edition, 1).await;
        let later = desk.claim(marked.edition, 1).await;
        let lost = desk.claim(marked.edition, 1).await;
        let back = desk.claim(marked.edition, 1).await;
        let dead = desk.claim(marked.edition, 1).await;
        let who = |hand: &InHand| hand.people()[0];
        let (t, l, u, b, d) = (who(&taken), who(&later), who(&lost), who(&back), who(&dead));
        desk.amend(marked.appeal, 17).await;
        // The new version is planned to its end before any of the outcomes is known.
        desk.plan().await;
        desk.accept(taken).await;
        desk.defer(later).await;
        desk.lose(lost).await;
        desk.put_back(back).await;
        desk.crash(dead).await;
        desk.finish().await;
        assert_eq!(told(&desk, marked.appeal, t).await, "appeal1 correction2");
        assert_eq!(told(&desk, marked.appeal, l).await, "appeal2", "it was not taken: no correction");
        assert_eq!(told(&desk, marked.appeal, u).await, "appeal1? correction2");
        assert_eq!(told(&desk, marked.appeal, b).await, "appeal2");
        assert_eq!(told(&desk, marked.appeal, d).await, "appeal1? correction2", "it may have been sent");
        let rest = people.iter().find(|id| ![t, l, u, b, d].contains(id)).unwrap();
        assert_eq!(told(&desk, marked.appeal, *rest).await, "appeal2");
    }
}

on_both! {
    async fn after_several_amendments_one_correction_from_what_somebody_had(store) {
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 2).await).await;
        let second = desk.amend(marked.appeal, 17).await;
        desk.plan().await;
        // One of the two is corrected; the other one's correction is in the relay's hands when the next change comes.
        let correction = second.correction.unwrap();
        desk.accept(desk.claim(correction, 1).await).await;
        let slow = desk.claim(correction, 1).await;
        let slow_one = slow.people()[0];
        let third = desk.amend(marked.appeal, 18).await;
        desk.plan().await;
        desk.defer(slow).await;
        desk.finish().await;
        assert_eq!(told(&desk, marked.appeal, people[0]).await, "appeal1 correction2 correction3");
        assert_eq!(slow_one, people[1]);
        assert_eq!(told(&desk, marked.appeal, slow_one).await, "appeal1 correction3");
        for who in &people[2..] {
            assert_eq!(told(&desk, marked.appeal, *who).await, "appeal3");
        }
        let variants = desk.store.variants(third.correction.unwrap()).await.unwrap();
        let mut since: Vec<_> = variants.iter().map(|variant| variant.items.clone()).collect();
        since.sort();
        let mut expected = vec![format!("since.{}", marked.version), format!("since.{}", second.version)];
        expected.sort();
        assert_eq!(since, expected, "each from what they had");
    }
}

on_both! {
    async fn who_left_or_was_erased_hears_nothing_more(store) {
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 3).await).await;
        desk.leave(people[0]).await;
        erase(&desk, 1).await;
        let done = desk.amend(marked.appeal, 17).await;
        desk.plan().await;
        // The third one leaves with the correction queued, the fourth one before anything was sent.
        desk.leave(people[2]).await;
        desk.leave(people[3]).await;
        desk.finish().await;
        for who in &people[..3] {
            assert_eq!(told(&desk, marked.appeal, *who).await, "appeal1");
        }
        assert_eq!(told(&desk, marked.appeal, people[3]).await, "");
        assert_eq!(told(&desk, marked.appeal, people[4]).await, "appeal2");
        assert!(done.correction.is_some());
    }
}

on_both! {
    async fn called_off_exactly_those_who_were_told_are_told(store) {
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 2).await).await;
        let slow = desk.claim(marked.edition, 1).await;
        let late = desk.claim(marked.edition, 1).await;
        let (slow_one, late_one) = (slow.people()[0], late.people()[0]);
        let done = amend::cancel(&desk.app.app, marked.appeal, "The street is closed.", "test").await.unwrap();
        assert_eq!(done.replacement, None);
        desk.plan().await;
        desk.accept(slow).await;
        desk.defer(late).await;
        desk.finish().await;
        for who in [people[0], people[1], slow_one] {
            assert_eq!(told(&desk, marked.appeal, who).await, "appeal1 cancellation2");
        }
        assert_eq!(told(&desk, marked.appeal, late_one).await, "");
        assert_eq!(desk.told(marked.appeal).await.len(), 3);
        let again = amend::cancel(&desk.app.app, marked.appeal, "Again.", "test").await.unwrap_err();
        assert!(again.to_string().contains("cancelled"), "{again}");
    }
}

on_both! {
    async fn who_goes_while_the_old_mail_is_under_way_hears_nothing_more(store) {
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        let marked = desk.mark().await;
        desk.plan().await;
        // Each of them is in a relay's hands; two of them may have been sent already.
        let mut hands = Vec::new();
        for _ in 0..6 {
            hands.push(desk.claim(marked.edition, 1).await);
        }
        let by_number = |hand: &InHand| people.iter().position(|id| *id == hand.people()[0]).unwrap();
        hands.sort_by_key(by_number);
        for hand in hands.drain(4..).rev() {
            desk.lose(hand).await;
        }
        desk.leave(people[0]).await;
        erase(&desk, 1).await;
        follow(&desk, marked.appeal, people[2]).await;
        desk.leave(people[4]).await;
        desk.amend(marked.appeal, 17).await;
        desk.plan().await;
        // After the change, too: one is in hand, one may have been sent and waits for another attempt.
        erase(&desk, 3).await;
        erase(&desk, 5).await;
        for hand in hands {
            desk.accept(hand).await;
        }
        desk.finish().await;
        for who in [people[0], people[1], people[3]] {
            assert_eq!(told(&desk, marked.appeal, who).await, "appeal1", "they had it, and left");
        }
        assert_eq!(told(&desk, marked.appeal, people[2]).await, "appeal1 correction2", "they asked to hear of it");
        for who in [people[4], people[5]] {
            assert_eq!(told(&desk, marked.appeal, who).await, "appeal1?");
        }
    }
}

on_both! {
    async fn who_leaves_with_the_correction_under_way_gets_that_and_no_other(store) {
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        let marked = desk.mark().await;
        desk.finish().await;
        let done = desk.amend(marked.appeal, 17).await;
        desk.plan().await;
        let correction = done.correction.unwrap();
        let (left, erased) = (desk.claim(correction, 1).await, desk.claim(correction, 1).await);
        let (unsure, back) = (desk.claim(correction, 1).await, desk.claim(correction, 1).await);
        assert_eq!([&left, &erased, &unsure, &back].map(|hand| hand.people()[0]), people[..4]);
        desk.lose(unsure).await;
        desk.leave(people[0]).await;
        erase(&desk, 1).await;
        desk.leave(people[2]).await;
        erase(&desk, 3).await;
        desk.accept(left).await;
        desk.accept(erased).await;
        desk.defer(back).await;
        desk.amend(marked.appeal, 18).await;
        desk.finish().await;
        for (who, heard) in [
            (0, "appeal1 correction2"),
            (1, "appeal1 correction2"),
            (2, "appeal1 correction2?"),
            (3, "appeal1"),
            (4, "appeal1 correction3"),
        ] {
            assert_eq!(told(&desk, marked.appeal, people[who]).await, heard, "{who}");
        }
    }
}

/// Chance from a printed seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // Knuth's MMIX generator; its high bits are good enough for drawing moves.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

on_both! {
    async fn whatever_comes_in_between_nobody_ends_with_an_old_version(store) {
        let seed = match std::env::var("HANDBILL_TEST_SEED") {
            Ok(seed) => seed.parse().unwrap(),
            Err(_) => u64::from_be_bytes(random_bytes().unwrap()),
        };
        println!("HANDBILL_TEST_SEED={seed}");
        let mut dice = Dice(seed);
        let desk = Desk::new(store, 2525).await;
        let people = six(&desk).await;
        // Half of them begin in the hold, which ends some time.
        let mark = async |hold| {
            let hold = std::time::Duration::from_secs(hold);
            desk.marking(Marking { events: vec![protest()], hold, ..Marking::default() }).await.unwrap().appeal
        };
        let appeal = mark(60 * dice.roll(2)).await;
        let mut silent = BTreeMap::new();
        let (mut hands, mut gone, mut version, mut called_off) = (Vec::new(), BTreeMap::new(), 1, false);
        for _ in 0..60 {
            match dice.roll(11) {
                0 => desk.plan().await,
                1..=3 => {
                    let open = desk.store.open_editions().await.unwrap();
                    if let Some(edition) = open.get(usize::try_from(dice.roll(3)).unwrap()) {
                        let hand = desk.claim(edition.id, 1 + i64::try_from(dice.roll(2)).unwrap()).await;
                        if !hand.people().is_empty() {
                            hands.push(hand);
                        }
                    }
                }
                4..=6 if !hands.is_empty() => {
                    let pick = usize::try_from(dice.roll(hands.len() as u64)).unwrap();
                    let hand = hands.swap_remove(pick);
                    match dice.roll(5) {
                        0 | 1 => desk.accept(hand).await,
                        2 => desk.defer(hand).await,
                        3 => desk.lose(hand).await,
                        _ => desk.put_back(hand).await,
                    }
                }
                7 if version < 5 && !called_off && dice.roll(2) == 0 => {
                    version += 1;
                    desk.amend(appeal, 16 + version).await;
                }
                7 if !called_off && dice.roll(8) == 0 => {
                    version += 1;
                    called_off = true;
                    amend::cancel(&desk.app.app, appeal, "Rain.", "test").await.unwrap();
                }
                8 if dice.roll(5) == 0 => {
                    let who = usize::try_from(dice.roll(6)).unwrap();
                    let way = dice.roll(4);
                    match way {
                        0 => erase(&desk, who).await,
                        1 => desk.leave(people[who]).await,
                        _ => follow(&desk, appeal, people[who]).await,
                    }
                    // Who was erased cannot ask for anything more.
                    let way = if gone.get(&people[who]) == Some(&0) { 0 } else { way };
                    gone.insert(people[who], way);
                    silent.remove(&people[who]);
                    // What is in a relay's hands may still arrive; nothing else may.
                    if way < 2 && !hands.iter().any(|hand: &InHand| hand.people().contains(&people[who])) {
                        silent.insert(people[who], arrived(&desk, appeal, people[who]).await);
                    }
                }
                9 if dice.roll(3) == 0 => desk.app.pass(60),
                10 if called_off && desk.store.appeal(appeal).await.unwrap().unwrap().state == AppealState::Stopped => {
                    // Nobody had heard of it; it is marked anew.
                    version += 1;
                    called_off = false;
                    assert_eq!(mark(60).await, appeal);
                }
                _ => {
                    handbill::appeals::follow::settle(&desk.app.app, 2).await.unwrap();
                }
            }
        }
        // Whoever still held something died, and then all goes its way.
        if let Some(hand) = hands.pop() {
            desk.crash(hand).await;
        }
        desk.app.pass(60);
        desk.finish().await;
        let told = desk.told(appeal).await;
        for who in &people {
            let heard = told.get(who).cloned().unwrap_or_default();
            let number = |text: &String| text.trim_end_matches('?').chars().last().unwrap().to_digit(10).unwrap();
            assert!(heard.windows(2).all(|pair| number(&pair[0]) < number(&pair[1])), "twice: {heard:?}");
            assert!(heard.iter().skip(1).all(|text| !text.starts_with("appeal")), "called twice: {heard:?}");
            if let Some(first) = heard.first() {
                assert!(first.starts_with("appeal"), "a correction of nothing: {heard:?}");
            }
            // Who went wants no more, but for those who asked to hear what changes, if they have heard of it at all.
            let (there, follows) = (!gone.contains_key(who), gone.get(who).is_some_and(|way| *way > 1));
            match heard.last() {
                Some(last) if there || follows => assert_eq!(number(last), version, "left with an old version: {heard:?}"),
                None if there => assert!(called_off, "nobody told them"),
                _ => {}
            }
        }
        for (who, before) in silent {
            assert_eq!(arrived(&desk, appeal, who).await, before, "more, although they had left: {:?}", told.get(&who));
        }
        for (kind, state) in desk.editions(appeal).await {
            assert!(!matches!(state.as_str(), "planning" | "sending"), "{kind} is {state}");
        }
    }
}
