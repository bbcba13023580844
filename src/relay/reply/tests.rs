use proptest::prelude::*;

use super::*;

#[test]
fn an_address_is_cut_in_every_form_relays_use() {
    for (said, kept) in [
        ("no ana@example.org here", "no <address> here"),
        ("<ana@example.org>: unknown", "<<address>>: unknown"),
        ("<ana@example.org>... User unknown", "<<address>>... User unknown"),
        ("rcpt to:ana@example.org", "rcpt to:<address>"),
        ("see https://help.example.net/?to=ana%40example.org now", "see https:<address> now"),
        ("see <https://help.example.net/?to=ana%2540example.org>", "see <https:<address>>"),
        ("\"ana von \\\"x\\\" sample\"@example.org unknown", "<address> unknown"),
        ("ana @ example.org unknown", "<address> unknown"),
        ("ana@\r\nexample.org unknown", "<address> unknown"),
        ("ANA+tag=x@EXAMPLE.ORG", "<address>"),
        ("ana&#64;example.org, bob@example.net; end", "<address>, <address>; end"),
        ("(ana@[192.0.2.1])", "(<address>[192.0.2.1])"),
        ("żółw@example.org!", "<address>"),
    ] {
        assert_eq!(Reply::new(550, said).text, kept, "{said:?}");
    }
}

#[test]
fn a_name_that_is_quoted_alone_is_cut_too() {
    let ana: Address = "Ana.Sample@example.org".parse().unwrap();
    let reply = Reply::new(550, "5.1.1 no mailbox 'ana.sample' here, ana.sampler is another").hiding(&ana);
    assert_eq!(reply.text, "5.1.1 no mailbox '<address>' here, ana.sampler is another");
    assert_eq!(reply.enhanced, Some((5, 1, 1)));
}

#[test]
fn the_enhanced_code_must_agree_with_the_reply() {
    for (code, text, wanted) in [
        (550, "5.1.1 unknown", Some((5, 1, 1))),
        (550, "#5.1.10 Address rejected.", Some((5, 1, 10))),
        (452, "[4.2.2] full", Some((4, 2, 2))),
        (250, "2.0.0 Ok: queued", Some((2, 0, 0))),
        (550, "4.1.1 unknown", None),
        (550, "5.1 unknown", None),
        (550, "5.1.1.1 unknown", None),
        (550, "5.1.1000 unknown", None),
        (550, "192.0.2.1 is blocked", None),
        (550, "", None),
    ] {
        assert_eq!(Reply::new(code, text).enhanced, wanted, "{text:?}");
    }
}

#[test]
fn a_text_is_one_short_line() {
    let reply = Reply::new(250, &format!("a\r\n\u{1b}[31m b\t\0{}", "ü".repeat(500)));
    assert!(reply.text.starts_with("a [31m b ü"), "{}", reply.text);
    assert_eq!(reply.text.chars().count(), 200);
}

proptest! {
    #[test]
    fn no_name_before_a_sign_survives(
        before in "[ -?A-pr-y{-~]{0,20}", gap in "[ <(,;]", after in "[ >),;][ -?A-pr-y{-~]{0,20}",
        sign in "@|%40|&#64;|=40",
    ) {
        let text = Reply::new(550, &format!("{before}{gap}zoe.quill{sign}zzz.example{after}")).text;
        prop_assert!(!text.contains("quill") && !text.contains("zzz"), "{}", text);
    }

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,300}", raw in prop::collection::vec(any::<char>(), 0..50)) {
        let raw: String = raw.into_iter().collect();
        for text in [text, raw] {
            prop_assert!(!Reply::new(451, &text).text.contains('@'));
        }
    }
}
