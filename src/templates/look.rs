//! The one table of how mail looks: `{{css "title"}}` writes a style into a tag, where mail programs find it.
//!
//! Mail programs drop style sheets, or parts of them, so that every tag has to carry its own style. A template says
//! what a thing is, and this table how that looks. Colours come in pairs, text and ground; those of the dark scheme
//! are in the style sheet of `mail/partials/layout.hbs`.

/// What a name stands for. In a style, `{accent}`, `{on-accent}` and the other names of [`COLOURS`] are colours.
const STYLES: &[(&str, &str)] = &[
    // The page and the card on it.
    ("page", "margin:0; padding:0; background-color:{page}; -webkit-text-size-adjust:100%;"),
    ("ground", "background-color:{page};"),
    ("outer", "padding:24px 12px;"),
    ("hidden", "display:none; max-height:0; overflow:hidden; mso-hide:all;"),
    (
        "card",
        "max-width:600px; background-color:{paper}; color:{ink}; font-family:{font}; font-size:16px; \
         line-height:1.5; text-align:start; overflow-wrap:anywhere; word-break:break-word;",
    ),
    ("brand", "padding:18px 32px; border-top:6px solid {accent}; border-bottom:1px solid {rule};"),
    ("brand-name", "color:{ink}; font-size:18px; line-height:1.3; font-weight:bold; text-decoration:none;"),
    ("logo", "display:block; border:0; height:40px; width:auto; max-width:100%;"),
    ("section", "padding:24px 32px;"),
    ("first", "padding:28px 32px 24px;"),
    ("next", "padding:28px 32px; border-top:1px solid {rule};"),
    ("foot", "padding:24px 32px 32px; border-top:1px solid {rule}; color:{soft}; font-size:14px; line-height:1.5;"),
    // Text.
    (
        "kind",
        "margin:0 0 8px; color:{accent}; font-size:14px; line-height:1.4; font-weight:bold; letter-spacing:0.02em;",
    ),
    ("title", "margin:0 0 12px; color:{ink}; font-size:28px; line-height:1.2; font-weight:bold;"),
    ("heading", "margin:0 0 6px; color:{ink}; font-size:22px; line-height:1.25; font-weight:bold;"),
    ("paragraph", "margin:0 0 16px;"),
    ("last", "margin:0;"),
    ("close", "margin:0 0 12px;"),
    ("soft", "margin:0 0 12px; color:{soft}; font-size:14px;"),
    ("soft-last", "margin:0; color:{soft}; font-size:14px;"),
    ("list", "margin:0 0 16px; padding-inline-start:24px;"),
    ("link", "color:{accent};"),
    ("link-strong", "color:{accent}; font-weight:bold;"),
    ("notice", "margin:0 0 12px; color:{ink}; font-weight:bold;"),
    // Buttons.
    ("button-table", "margin:24px 0;"),
    ("button", "background-color:{accent}; border-radius:4px;"),
    (
        "button-link",
        "display:inline-block; padding:12px 24px; color:{on-accent}; font-size:16px; font-weight:bold; \
         text-decoration:none;",
    ),
    // An event.
    ("event", "margin:0 0 16px; background-color:{tint}; border-collapse:separate;"),
    ("event-leaf", "width:72px; padding:16px 0 16px 16px; vertical-align:top;"),
    ("leaf", "width:72px; background-color:{paper}; border:2px solid {accent}; text-align:center;"),
    (
        "leaf-month",
        "padding:4px 2px; background-color:{accent}; color:{on-accent}; font-size:12px; line-height:1.3; font-weight:bold;",
    ),
    ("leaf-day", "padding:4px 2px 6px; color:{ink}; font-size:32px; line-height:1.1; font-weight:bold;"),
    ("event-facts", "padding:16px; vertical-align:top;"),
    ("event-date", "margin:0; color:{ink}; font-size:18px; line-height:1.35; font-weight:bold;"),
    ("event-time", "margin:0 0 12px; color:{ink}; font-size:18px; line-height:1.35;"),
    ("event-zone", "color:{soft}; font-size:14px;"),
    ("event-place", "margin:0; color:{ink}; font-weight:bold;"),
    ("event-address", "margin:0; color:{ink};"),
    ("event-links", "margin:12px 0 0; font-weight:bold;"),
    ("event-off", "margin:0 0 6px; color:{ink}; font-size:14px; font-weight:bold;"),
    // What changed.
    ("changes", "margin:0 0 20px; border:2px solid {accent};"),
    ("change", "padding:14px 16px;"),
    ("change-next", "padding:14px 16px; border-top:1px solid {rule};"),
    ("change-what", "margin:0 0 4px; color:{ink}; font-weight:bold;"),
    ("change-now", "margin:0; color:{ink}; font-size:18px; line-height:1.35; font-weight:bold;"),
    ("change-was", "margin:4px 0 0; color:{soft};"),
    // Numbers.
    ("numbers", "margin:0 0 16px; border-top:1px solid {rule};"),
    ("number-name", "padding:10px 16px 10px 0; border-bottom:1px solid {rule}; text-align:start; font-weight:normal;"),
    ("number", "padding:10px 0; border-bottom:1px solid {rule}; text-align:end; font-weight:bold; white-space:nowrap;"),
    ("code", "font-family:Menlo,Consolas,monospace; font-size:14px;"),
];

/// The colours of the light scheme, and the fonts, by their names in styles.
const COLOURS: &[(&str, &str)] = &[
    ("{page}", "#f2f1ed"),
    ("{paper}", "#ffffff"),
    ("{tint}", "#f7f5f0"),
    ("{ink}", "#1d1d1b"),
    ("{soft}", "#57574f"),
    ("{rule}", "#d8d7d0"),
    ("{accent}", "#9b1c1c"),
    ("{on-accent}", "#ffffff"),
    ("{font}", "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"),
];

/// The style of that name; nothing when there is none.
pub(super) fn style(name: &str) -> Option<String> {
    let (_, style) = STYLES.iter().find(|(known, _)| *known == name)?;
    Some(COLOURS.iter().fold((*style).to_owned(), |style, (name, value)| style.replace(name, value)))
}
