//! The daemon: watcher, scheduler, dispatcher and pages under one shutdown.
