//! Row numbers, one type per table, so that a subscriber's is never taken for a post's.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx_macros::Type, serde::Serialize, serde::Deserialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A watched post store.
    SourceId,
    /// A post, whatever its revisions.
    PostId,
    /// One state of a post's content; never changed once written.
    RevisionId,
    /// One mailing.
    EditionId,
    /// An edition as rendered for one language and one choice of posts.
    VariantId,
    /// A person on the list.
    SubscriberId,
    /// The urgent mark on a post.
    AppealId,
    /// An appeal as marked, amended or cancelled.
    VersionId,
    /// Something that staff are told.
    NoticeId,
}
