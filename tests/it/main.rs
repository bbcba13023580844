//! The integration tests: one binary, as linking dominates a test build on two cores.

#[macro_use]
mod stores;
mod app;
mod brakes;
mod checklist;
mod cli;
mod dispatch;
mod import;
mod mail;
mod posts;
mod relay;
mod smtp;
mod store;
mod web;
