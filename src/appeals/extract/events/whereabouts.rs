//! Which address belongs to which event.

use super::super::addresses::Address;
use super::{Draft, Found};

/// How many sentences or lines after an event its address may stand.
const ADDRESS_AFTER: usize = 6;
/// How many before it.
const ADDRESS_BEFORE: usize = 2;

impl Found<'_> {
    /// The address that belongs to an event: in its sentence, after it and before the next event, or just before it.
    pub(super) fn address_of(&self, number: usize, drafts: &[Draft]) -> Option<usize> {
        let span = &drafts.get(number)?.span;
        let own = self.text.segment_of(span.start)..=self.text.segment_of(span.end.saturating_sub(1));
        let next = drafts.get(number + 1).map(|next| next.span.start);
        let previous = number.checked_sub(1).and_then(|before| drafts.get(before)).map(|before| before.span.end);
        let usable = |address: &Address| !self.is_for_letters(address);
        let segment_of = |address: &Address| self.text.segment_of(address.tokens.start);
        let after = self.addresses.iter().position(|address| {
            usable(address)
                && address.tokens.start >= span.start
                && next.is_none_or(|next| address.tokens.start < next)
                && segment_of(address) <= own.end() + ADDRESS_AFTER
        });
        let before = self.addresses.iter().rposition(|address| {
            usable(address)
                && address.tokens.end <= span.end
                && previous
                    .is_none_or(|previous| address.tokens.start >= previous && own.contains(&segment_of(address)))
                && segment_of(address) + ADDRESS_BEFORE >= *own.start()
        });
        let in_own =
            |address: usize| self.addresses.get(address).is_some_and(|address| own.contains(&segment_of(address)));
        match (after, before) {
            (Some(after), Some(before)) if !in_own(after) && in_own(before) => Some(before),
            (after, before) => after.or(before),
        }
    }

    /// Whether the words before an address say that letters go there, not people.
    fn is_for_letters(&self, address: &Address) -> bool {
        let segment = self.text.segment(self.text.segment_of(address.tokens.start));
        let words = [
            "write",
            "letter",
            "letters",
            "send",
            "cheques",
            "cheque",
            "registered",
            "contact",
            "donations",
            "donate",
            "headquartered",
            "email",
            "post",
            "пишите",
            "письма",
            "письмо",
            "пожертвования",
            "реквизиты",
            "зарегистрирован",
            "направить",
            "отправляйте",
            "postal",
            "published",
            "printed",
        ];
        (segment.start..address.tokens.start).any(|at| self.text.is_one(at, &words))
    }
}
