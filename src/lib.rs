//! Handbill: email newsletters and urgent appeals for campaign groups.
//!
//! The modules stand in the order in which data passes them:
//!
//! ```text
//! source -> post -> edition -> variant -> delivery -> message -> relay -> outcome -> ledger
//! ```

// What everything stands on.
pub mod address;
pub mod app;
pub mod clock;
pub mod config;
pub mod http;
pub mod id;
pub mod regions;
pub mod store;
pub mod telemetry;
mod text_enum;
mod tls;
pub mod topics;
pub mod vault;
pub mod wake;

// In: what is watched, and what was found.
pub mod posts;
pub mod sources;

// Who gets it, and when.
pub mod appeals;
pub mod editions;
pub mod schedule;
pub mod subscribers;

// How it is written.
pub mod dkim;
pub mod message;
pub mod templates;
pub mod words;

// Out: how it is brought.
pub mod deliveries;
pub mod dispatcher;
pub mod relay;

// What staff are told when it is not, and what can be read of it.
pub mod metrics;
pub mod notify;

// What people touch.
pub mod cli;
pub mod daemon;
pub mod demo;
pub mod web;
