//! A whole working campaign in a scratch folder. Nothing in it leaves the machine.

pub mod catcher;
mod folder;
pub mod mailbox;
mod people;
