//! All SQL: the store on SQLite or PostgreSQL, one file per noun.
