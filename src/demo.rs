//! A whole working campaign in a scratch folder.
