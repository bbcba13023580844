//! The built-in templates: the one list that a new file is added to.

macro_rules! embedded {
    ($($path:literal),* $(,)?) => { [$(($path, include_str!(concat!("../../templates/", $path)))),*] };
}

/// The path of each template under `templates/`, and what it says.
pub(super) const TEMPLATES: &[(&str, &str)] = &embedded![
    "mail/confirmation/html.hbs",
    "mail/confirmation/subject.hbs",
    "mail/confirmation/text.hbs",
    "mail/digest/html.hbs",
    "mail/digest/subject.hbs",
    "mail/digest/text.hbs",
    "mail/goodbye/html.hbs",
    "mail/goodbye/subject.hbs",
    "mail/goodbye/text.hbs",
    "mail/link/html.hbs",
    "mail/link/subject.hbs",
    "mail/link/text.hbs",
    "mail/partials/button.hbs",
    "mail/partials/choices-text.hbs",
    "mail/partials/choices.hbs",
    "mail/partials/footer-letter-text.hbs",
    "mail/partials/footer-letter.hbs",
    "mail/partials/footer-list-text.hbs",
    "mail/partials/footer-list.hbs",
    "mail/partials/layout.hbs",
    "pages/archive.hbs",
    "pages/confirm.hbs",
    "pages/home.hbs",
    "pages/issue.hbs",
    "pages/leave.hbs",
    "pages/less.hbs",
    "pages/manage.hbs",
    "pages/notice.hbs",
    "pages/partials/choices.hbs",
    "pages/partials/layout.hbs",
    "pages/partials/link-form.hbs",
    "pages/partials/trap.hbs",
];
