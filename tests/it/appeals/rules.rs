//! The rules on marking, holds, digests and reminders.
