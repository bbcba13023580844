//! The pages, over HTTP.
