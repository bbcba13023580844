//! What real replies are about.

use super::*;

#[test]
fn each_reply_is_about_what_its_code_stage_and_words_say() {
    use Blame::{Address, Content, Mailbox, Policy, Relay};
    for (stage, code, text, about, dead) in [
        (Stage::Rcpt, 550, "5.1.1 no such user", Address, true),
        (Stage::Rcpt, 550, "5.1.10 null MX", Address, true),
        (Stage::Dot, 550, "5.2.1 mailbox disabled", Address, true),
        (Stage::Rcpt, 450, "4.1.1 not verified yet", Address, false),
        (Stage::Rcpt, 550, "5.1.0 rejected", Address, false),
        (Stage::Rcpt, 550, "no such user here", Address, false),
        (Stage::Rcpt, 550, "5.0.0 no such user here", Address, false),
        (Stage::Rcpt, 553, "5.1.8 sender's domain has no MX", Relay, false),
        (Stage::Rcpt, 553, "5.6.7 needs SMTPUTF8", Relay, false),
        (Stage::Rcpt, 552, "5.2.2 over quota", Mailbox, false),
        (Stage::Rcpt, 452, "4.2.2 over quota", Mailbox, false),
        (Stage::Rcpt, 552, "over quota", Mailbox, false),
        (Stage::Dot, 552, "too large", Content, false),
        (Stage::Dot, 552, "5.3.4 too large", Content, false),
        (Stage::Dot, 554, "transaction failed", Content, false),
        (Stage::Dot, 554, "5.6.0 not MIME", Content, false),
        (Stage::Rcpt, 550, "5.7.1 refused", Policy, false),
        (Stage::Dot, 550, "5.7.515 not authenticated", Policy, false),
        (Stage::Rcpt, 451, "4.7.1 slow down", Policy, false),
        (Stage::Rcpt, 451, "4.7.1 Greylisted, come back", Address, false),
        (Stage::Rcpt, 550, "listed at a blocklist", Policy, false),
        (Stage::Dot, 554, "looks like spam", Policy, false),
        (Stage::Rcpt, 554, "5.7.1 <address>: Relay access denied", Relay, false),
        (Stage::Rcpt, 530, "5.7.0 Authentication required", Relay, false),
        (Stage::Mail, 550, "5.7.1 you are blocked", Relay, false),
        (Stage::Mail, 550, "5.1.1 who are you", Relay, false),
        (Stage::Rcpt, 421, "4.3.2 closing", Relay, false),
        (Stage::Rcpt, 421, "4.7.0 too many connections for this domain", Policy, false),
        (Stage::Mail, 421, "4.7.0 too many", Relay, false),
        (Stage::Rcpt, 452, "no space", Relay, false),
        (Stage::Rcpt, 503, "bad sequence", Relay, false),
        (Stage::Dot, 451, "4.3.0 later", Relay, false),
    ] {
        let reply = Reply::new(code, text);
        assert_eq!((blame(stage, &reply), is_dead(stage, &reply)), (about, dead), "{stage}: {code} {text}");
    }
}
