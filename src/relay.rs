//! One SMTP connection, driven by hand: what came of a message, and at which stage.
