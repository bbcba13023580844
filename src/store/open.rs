//! Opening a store by its URL.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tracing::log::LevelFilter;

use super::{Result, Sqlite, Store, StoreError};

/// How long to wait for another process's write.
const BUSY: Duration = Duration::from_secs(10);
/// How many connections read at once.
const READERS: u32 = 4;
/// How many connections one node keeps to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;
/// PostgreSQL's code for a database that there is not: invalid_catalog_name.
const NO_DATABASE: &str = "3D000";
/// A statement slower than this is logged, without its parameters.
const SLOW: Duration = Duration::from_millis(500);

impl Store {
    /// Opens the store at `url` and brings its tables up to date; a SQLite file that is not there is made, mode 0600.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, written or brought up to date.
    pub async fn open(url: &str) -> Result<Self> {
        let store = Self::connect(url).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Opens the store at `url` without looking at its tables.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") { sqlite(url).await } else { postgres(url).await }
    }

    /// Opens the store at `url` if there is one, without looking at how old its tables are. A look makes none.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub async fn find(url: &str) -> Result<Option<Self>> {
        const BEGUN: &str = "SELECT count(*) FROM _sqlx_migrations";
        if let Some(file) = url.strip_prefix("sqlite://")
            && !Path::new(file.split('?').next().unwrap_or(file)).exists()
        {
            return Ok(None);
        }
        let store = Self::connect(url).await?;
        let begun: std::result::Result<i64, _> =
            super::on!(&store, db => sqlx::query_scalar(BEGUN).fetch_one(db).await);
        match begun {
            Ok(1..) => Ok(Some(store)),
            Ok(_) => {
                store.close().await;
                Ok(None)
            }
            // Without the table that says what was made, nothing ever was: PostgreSQL's undefined_table, or SQLite's
            // general error.
            Err(sqlx::Error::Database(said)) if said.code().is_some_and(|code| code == "42P01" || code == "1") => {
                store.close().await;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes and alters tables up to this version's.
    ///
    /// # Errors
    ///
    /// When a statement fails, or the store is from a newer version.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite(pools) => sqlx_macros::migrate!("migrations/sqlite").run(&pools.write).await?,
            Self::Postgres(pool) => sqlx_macros::migrate!("migrations/postgres").run(pool).await?,
        }
        Ok(())
    }

    /// Whether the tables are those of this version, without touching them.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn is_up_to_date(&self) -> Result<bool> {
        const DONE: &str = "SELECT count(*) FROM _sqlx_migrations WHERE success";
        let wanted = match self {
            Self::Sqlite(_) => sqlx_macros::migrate!("migrations/sqlite").iter().count(),
            Self::Postgres(_) => sqlx_macros::migrate!("migrations/postgres").iter().count(),
        };
        let done: std::result::Result<i64, _> = super::on!(self, db => sqlx::query_scalar(DONE).fetch_one(db).await);
        match done {
            Ok(done) => Ok(usize::try_from(done).is_ok_and(|done| done >= wanted)),
            // Without the table that says so, nothing was ever made.
            Err(sqlx::Error::Database(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Closes all connections, so that SQLite folds its log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// The folder of a SQLite file; nothing on PostgreSQL.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(pools) => pools.file.parent(),
            Self::Postgres(_) => None,
        }
    }
}

async fn sqlite(url: &str) -> Result<Store> {
    let failed = |error: sqlx::Error| StoreError::Open { what: url.to_owned(), why: error.to_string(), remedy: "" };
    let options = SqliteConnectOptions::from_str(url).map_err(failed)?;
    let file: PathBuf = options.get_filename().to_owned();
    // Made here and not by SQLite, so that nobody else may read it, nor the log that takes its mode from it.
    let made = (|| {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            other => other.map(drop),
        }
    })();
    made.map_err(|source| StoreError::File { path: file.clone(), source })?;
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        // An unsubscribe that was acknowledged must outlive a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY);
    let options = quiet(options);
    let open = |source: sqlx::Error| match StoreError::from(source) {
        StoreError::Query(source) => failed(source),
        other => other,
    };
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        // Where writing fails, as on a full disk, SQLite may end the transaction by itself; sqlx then takes it for open, for
        // ever. Such a connection is given up.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await
        .map_err(open)?;
    let read =
        SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await.map_err(open)?;
    Ok(Store::Sqlite(Sqlite { write, read, file }))
}

async fn postgres(url: &str) -> Result<Store> {
    const CHECK: &str = "; check store.url, and that the server runs and lets this user in";
    let unread = |error: sqlx::Error| StoreError::Open {
        what: "postgres:..".to_owned(),
        why: error.to_string(),
        remedy: "; write store.url like postgres://user@host:5432/database",
    };
    let options = PgConnectOptions::from_str(url).map_err(unread)?.application_name("handbill");
    // Where the URL leaves something out, what is connected to is told all the same.
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let what = format!("postgres://{place}/{}", options.get_database().unwrap_or_default());
    let failed = |error: sqlx::Error| match &error {
        // In full it would end in a line of the server's own source.
        sqlx::Error::Database(said) => {
            let is_missing = said.code().is_some_and(|code| code == NO_DATABASE);
            let remedy = if is_missing { "; make it with createdb, or check store.url" } else { CHECK };
            StoreError::Open { what: what.clone(), why: said.message().to_owned(), remedy }
        }
        _ => StoreError::Open { what: what.clone(), why: error.to_string(), remedy: CHECK },
    };
    let options = quiet(options);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(BUSY)
        .connect_with(options.clone())
        .await;
    let pool = match pool {
        // The pool waits for a server that is just starting, and then keeps to itself what it waited for.
        Err(sqlx::Error::PoolTimedOut) => {
            let direct = tokio::time::timeout(BUSY, sqlx::PgConnection::connect_with(&options)).await;
            return Err(failed(direct.ok().and_then(std::result::Result::err).unwrap_or(sqlx::Error::PoolTimedOut)));
        }
        pool => pool.map_err(failed)?,
    };
    Ok(Store::Postgres(pool))
}

fn quiet<O: sqlx::ConnectOptions>(options: O) -> O {
    options.log_statements(LevelFilter::Off).log_slow_statements(LevelFilter::Warn, SLOW)
}
