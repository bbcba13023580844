//! The integration tests: one binary, as linking dominates a test build on two cores.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

#[macro_use]
mod stores;
#[macro_use]
mod real;
mod accessible;
mod app;
mod appeals;
mod arabic;
mod brakes;
mod checklist;
mod cli;
mod daemon;
mod demo;
mod dispatch;
mod dkim;
mod feeds;
mod http;
mod import;
mod killed;
mod languages;
mod listing;
mod mail;
mod metrics;
mod names;
mod nodes;
mod notices;
mod outcomes;
mod passes;
mod pipelining;
mod posts;
mod relay;
mod relays;
mod returning;
mod sink;
mod size;
mod smtp;
mod store;
mod story;
mod suggest;
mod takes_hold;
mod throttles;
mod translations;
mod trouble;
mod web;
mod zones;
