//! The integration tests: one binary, as linking dominates a test build on two cores.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

#[macro_use]
mod stores;
mod app;
mod brakes;
mod checklist;
mod cli;
mod demo;
mod dispatch;
mod import;
mod mail;
mod nodes;
mod posts;
mod relay;
mod smtp;
mod store;
mod web;
