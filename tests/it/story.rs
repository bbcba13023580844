//! One person's story from beginning to end, after which no trace of who it was is left anywhere (promise 6).
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

mod search;

use std::path::PathBuf;
use std::process::Command;

use handbill::store::Store;

use crate::real::Real;
use search::{Haystack, planted};

/// As she types it, and as it is kept.
const ADDRESS: &str = "Quirina.Wanderfalke+news@Mailbox.Example.org";
const NAME: &str = "Quirina Wanderfalke";

/// Every byte that the store keeps at present, by file.
fn stored(real: &Real) -> Vec<(String, Vec<u8>)> {
    if real.url.starts_with("sqlite:") {
        let files = std::fs::read_dir(real.path()).unwrap().map(|file| file.unwrap().path());
        let files = files.filter(|file| file.file_name().unwrap().to_str().unwrap().starts_with("handbill.db"));
        let files: Vec<_> = files.map(|file| (file.display().to_string(), std::fs::read(file).unwrap())).collect();
        assert!(!files.is_empty());
        return files;
    }
    let dump = Command::new(pg_dump()).arg(&real.url).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    assert!(String::from_utf8_lossy(&dump.stdout).contains("COPY public.subscribers"));
    vec![("pg_dump".to_owned(), dump.stdout)]
}

/// The newest `pg_dump`, which is no older than the newest server.
fn pg_dump() -> PathBuf {
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = packaged
        .map(|version| version.unwrap().path())
        .max_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()).unwrap_or_default());
    newest.map(|path| path.join("bin/pg_dump")).filter(|path| path.exists()).unwrap_or_else(|| "pg_dump".into())
}

/// Fails, naming the place and the form, where any part of who she is can be read.
fn closed(what: &str, bytes: &[u8]) {
    let haystack = Haystack::new(bytes);
    for secret in [ADDRESS, "quirina.wanderfalke", "wanderfalke+news", NAME] {
        if let Some(form) = haystack.find(secret) {
            panic!("{what} holds {secret:?}, {form}");
        }
    }
}

really_on_both! {
    fn a_person_comes_leaves_returns_and_is_erased_without_a_trace(real) {
        real.post("before.md", "From before");
        real.done(&["posts", "pull"]);
        let mut daemon = real.daemon();
        let form = format!(
            "email={}&name={}&cadence=each",
            ADDRESS.replace('+', "%2B").replace('@', "%40"),
            NAME.replace(' ', "+")
        );
        let sign_up = || {
            let (status, page) = daemon.post("/subscribe", &form);
            assert_eq!(status, 200, "{page}");
        };
        sign_up();
        real.sink.wait_for(1);
        let confirm = format!("/confirm/{}", real.sink.mails()[0].token("confirm"));
        assert_eq!(daemon.post(&confirm, "").0, 200);
        real.post("one.md", "The first appeal");
        let one = real.sink.mails_about(3, "The first appeal");
        assert_eq!((one.len(), one[0].rcpt.to_lowercase()), (1, ADDRESS.to_lowercase()));

        let (status, page) =
            daemon.post(&format!("/unsubscribe/{}", one[0].unsubscribe), "List-Unsubscribe=One-Click");
        assert_eq!(status, 200, "{page}");
        assert_ne!(daemon.post(&confirm, "").0, 200, "what was used brings nobody back");
        sign_up();
        real.sink.wait_for(4);
        let mut letters: Vec<_> = real.sink.mails().into_iter().filter(|mail| mail.unsubscribe.is_empty()).collect();
        letters.retain(|letter| !confirm.ends_with(&letter.token("confirm")));
        assert_eq!(letters.len(), 1, "a letter with a link of its own");
        assert_eq!(daemon.post(&format!("/confirm/{}", letters[0].token("confirm")), "").0, 200);
        real.post("two.md", "The second appeal");
        assert_eq!(real.sink.mails_about(5, "The second appeal").len(), 1);

        // While she is on the list it is closed, too, and SQLite's log is still beside its file.
        let sqlite = real.url.starts_with("sqlite:");
        let kept = stored(&real);
        assert!(!sqlite || kept.iter().any(|(file, bytes)| file.ends_with("-wal") && !bytes.is_empty()));
        kept.iter().for_each(|(what, bytes)| closed(what, bytes));

        real.done(&["subscribers", "erase", ADDRESS, "--yes"]);
        let gone = real.run(&["subscribers", "show", ADDRESS]);
        assert_eq!(gone.code, Some(1));
        stored(&real).iter().for_each(|(what, bytes)| closed(what, bytes));
        assert_eq!(daemon.terminate().code(), Some(0));
        stored(&real).iter().for_each(|(what, bytes)| closed(what, bytes));
        closed("the daemon's log", daemon.log.text().as_bytes());
        closed("the daemon's output", daemon.out.text().as_bytes());
        closed("what commands wrote on stderr", real.errors().as_bytes());
        assert!(daemon.log.text().contains("DEBUG"), "the log says too little to prove anything");

        // The search would have found her.
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let url = match sqlite {
            true => format!("sqlite://{}", real.path().join("handbill.db").display()),
            false => real.url.clone(),
        };
        for (form, bytes) in planted(ADDRESS) {
            runtime.block_on(plant(&url, &bytes));
            let found = stored(&real).iter().any(|(_, bytes)| Haystack::new(bytes).find(ADDRESS).is_some());
            assert!(found, "it is not found, {form}");
        }
    }
}

/// Leaves `bytes`, and nothing else, in a table of their own.
async fn plant(url: &str, bytes: &[u8]) {
    let store = Store::connect(url).await.unwrap();
    macro_rules! plant {
        ($pool:expr, $kind:literal) => {{
            let pool = $pool;
            sqlx::query("DROP TABLE IF EXISTS planted").execute(pool).await.unwrap();
            let table = concat!("CREATE TABLE planted (value ", $kind, ")");
            sqlx::query(table).execute(pool).await.unwrap();
            sqlx::query("INSERT INTO planted VALUES ($1)").bind(bytes).execute(pool).await.unwrap();
        }};
    }
    if url.starts_with("sqlite:") {
        let pool = sqlx::SqlitePool::connect(url).await.unwrap();
        // So that what was planted before is not what is found.
        sqlx::query("PRAGMA secure_delete = ON").execute(&pool).await.unwrap();
        plant!(&pool, "BLOB");
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await.unwrap();
        pool.close().await;
    } else {
        let Store::Postgres(pool) = &store else { unreachable!() };
        plant!(pool, "BYTEA");
    }
    store.close().await;
}
