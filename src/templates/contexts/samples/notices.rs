//! Samples of what staff are told about the machinery.

use super::{Context, Language, Mail, Say, frame};
use crate::clock::Timestamp;
use crate::id::NoticeId;
use crate::notify::NoticeKind;
use crate::store::notices::Notice;
use crate::templates::contexts::StaffNotice;

/// Monday, 28 September 2015, at half past three in the morning in London.
const NIGHT: Timestamp = Timestamp(1_443_407_400_000_000);

impl Context for StaffNotice {
    const TEMPLATE: &'static str = "mail/notice";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let about = [
            (NoticeKind::Stall, "7", ""),
            (NoticeKind::Relay, "main", "no answer within 30s"),
            (NoticeKind::Domain, "00c0ffee00c0ffee", "550 5.7.1 blocked"),
            (NoticeKind::Expired, "7", "12"),
            (NoticeKind::Source, "posts", "the folder is gone"),
            (NoticeKind::Disk, "node-1", "312 MB / 20000 MB"),
            (NoticeKind::Test, "test", ""),
        ];
        let minutes = |count: i64| Timestamp(NIGHT.0 + count * 60_000_000);
        let mut samples = Vec::new();
        for (kind, subject, detail) in about {
            for closed_at in [None, Some(minutes(42))] {
                if closed_at.is_some() && kind.is_final() {
                    continue;
                }
                let notice = Notice {
                    id: NoticeId(3),
                    kind,
                    subject: say(subject),
                    detail: say(detail),
                    opened_at: NIGHT,
                    told_at: None,
                    closed_at,
                    pending: Default::default(),
                    attempts: 0,
                };
                samples.extend(Self::new(frame(language), *language, &notice, chrono_tz::Europe::London));
            }
        }
        samples
    }
}

impl Mail for StaffNotice {}
