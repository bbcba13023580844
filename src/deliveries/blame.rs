//! Who is to blame when a relay does not take a message, and what it means for the person and for their domain.
//!
//! The enhanced code decides where there is one (RFC 3463), else the reply's own code, its stage and its words. That a code
//! begins with 5 proves nothing: more than half of such replies are about us, our mail or a full mailbox, not about an
//! address that is dead.

use crate::relay::{Outcome, Reply, Stage};
use crate::text_enum::text_enum;

text_enum! {
    /// What a reply is about.
    pub enum Blame {
        /// The recipient's address: it is unknown, closed, or cannot be right.
        Address = "address",
        /// The recipient's mailbox, which has no room (x.2.2).
        Mailbox = "mailbox",
        /// The message.
        Content = "content",
        /// A rule at the recipient's side about who may send to it (x.7.x). It says nothing of the person.
        Policy = "policy",
        /// The relay, or us who use it.
        Relay = "relay",
    }
}

/// The codes by which an address is dead for good: no such mailbox, domain or syntax, moved, no mail for the domain
/// (RFC 7505), mailbox closed.
const DEAD: [(u16, u16); 6] = [(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)];

/// Words by which a relay says that it does not carry our mail for anybody.
const NOT_OURS: [&str; 6] = [
    "relay access denied",
    "relaying denied",
    "relay not permitted",
    "unable to relay",
    "not allowed to relay",
    "authentication required",
];

/// Words of a policy, for relays that give no enhanced code.
const POLICY: [&str; 10] = [
    "policy",
    "spam",
    "blocked",
    "blacklist",
    "blocklist",
    "block list",
    "reputation",
    "dmarc",
    "rate limit",
    "too many messages",
];

/// What a reply that did not take a message is about.
pub fn blame(stage: Stage, reply: &Reply) -> Blame {
    let text = reply.text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let about_us = !matches!(stage, Stage::Rcpt | Stage::Data | Stage::Body | Stage::Dot);
    // A relay that hangs up speaks of itself, if not of a rule: that may be one domain's, and must not stop the others.
    let hangs_up = reply.code == 421 && reply.enhanced.is_none_or(|(_, subject, _)| subject != 7);
    if about_us || hangs_up || denies_us(reply) {
        return Blame::Relay;
    }
    if let Some((class, subject, detail)) = reply.enhanced {
        match (subject, detail) {
            // The sender's address, and a relay that cannot carry this one (RFC 6531).
            (1, 7..=9) | (6, 7) => return Blame::Relay,
            (2, 2) => return Blame::Mailbox,
            (2, 3) | (3, 4) | (6, _) => return Blame::Content,
            (1 | 2, _) => return Blame::Address,
            // Asking everybody to come back later is how some keep robots out, and no block.
            (7, _) if class == 4 && says(&["greylist", "graylist", "grey list"]) => return Blame::Address,
            (7, _) => return Blame::Policy,
            (3..=5, _) => return Blame::Relay,
            // x.0.x says nothing.
            _ => {}
        }
    }
    match (stage, reply.code) {
        _ if says(&POLICY) => Blame::Policy,
        (Stage::Rcpt, 552) => Blame::Mailbox,
        (Stage::Rcpt, 450 | 550 | 551 | 553) => Blame::Address,
        (Stage::Rcpt, _) | (_, 400..=499 | 500..=504 | 530..=539) => Blame::Relay,
        _ => Blame::Content,
    }
}

/// Whether a relay carries our mail for nobody, whoever it was asked for.
pub fn denies_us(reply: &Reply) -> bool {
    let text = reply.text.to_lowercase();
    NOT_OURS.iter().any(|word| text.contains(word))
}

/// What a reply is about, where an outcome has one that did not take the message.
pub fn of(outcome: &Outcome) -> Option<Blame> {
    match outcome {
        Outcome::Deferred { stage, reply } | Outcome::Refused { stage, reply } => Some(blame(*stage, reply)),
        Outcome::Lost { .. } => Some(Blame::Relay),
        Outcome::Accepted { .. } | Outcome::Unknown { .. } => None,
    }
}

/// Whether the address is to be suppressed at once: only where the code says plainly that it is dead.
pub fn is_dead(stage: Stage, reply: &Reply) -> bool {
    let plain = reply.enhanced.is_some_and(|(class, subject, detail)| class == 5 && DEAD.contains(&(subject, detail)));
    plain && blame(stage, reply) == Blame::Address
}

#[cfg(test)]
mod tests;
