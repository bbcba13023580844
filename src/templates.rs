//! Handlebars templates of mail and pages: built in, overridable, strict.
