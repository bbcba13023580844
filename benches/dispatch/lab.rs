//! A Handbill in a scratch folder with a store of its own, a relay that takes everything, and a meter on its processes.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;

/// How many connections both sides use.
pub(crate) const CONNECTIONS: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A server of the tests' that runs until this is dropped.
pub(crate) struct Server {
    child: Child,
    /// Its first line.
    pub(crate) said: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its standard input ends, and it cleans up behind itself.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(script: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers").join(script);
        let mut command = Command::new(path);
        let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut out = BufReader::new(child.stdout.take().context("no output")?);
        let mut said = String::new();
        out.read_line(&mut said)?;
        // Nobody reads on, but it must not find its output closed.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        let said = said.trim().to_owned();
        ensure!(!said.is_empty(), "{script} did not start: run `make servers`");
        Ok(Self { child, said })
    }

    /// PostgreSQL as it would run at work: with its own memory, and every commit on the disk.
    pub(crate) fn postgres() -> anyhow::Result<Self> {
        Self::start("postgres", &["-c", "fsync=on", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB"])
    }
}

/// Postfix's smtp-sink.
pub(crate) struct Sink {
    server: Server,
    pub(crate) port: u16,
}

impl Sink {
    /// One that keeps nothing.
    pub(crate) fn start() -> anyhow::Result<Self> {
        Self::with(&["discard"])
    }

    /// One that keeps each message in a file.
    pub(crate) fn keeping() -> anyhow::Result<Self> {
        Self::with(&[])
    }

    /// Where it keeps them.
    pub(crate) fn folder(&self) -> &str {
        &self.server.said
    }

    fn with(more: &[&str]) -> anyhow::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let port_given = port.to_string();
        let server = Server::start("smtp-sink", &[&[port_given.as_str()], more].concat())?;
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            ensure!(began.elapsed() < Duration::from_secs(10), "smtp-sink does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { server, port })
    }
}

/// What a process took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Processor time, of user and system.
    pub(crate) cpu: Duration,
    /// The most memory it ever held, in KiB.
    pub(crate) peak: u64,
}

/// A folder with a config, posts and a store.
pub(crate) struct Lab {
    dir: TempDir,
    database: Database,
    url: String,
    port: u16,
    /// What the config says besides.
    more: String,
}

impl Lab {
    /// An empty one; `server` is where PostgreSQL's databases are made, each under a name of its own.
    pub(crate) fn new(database: Database, server: Option<&Server>, port: u16) -> anyhow::Result<Self> {
        let url = match server.filter(|_| database == Database::Postgres) {
            Some(server) => create_database(&server.said, None)?,
            None => "sqlite://handbill.db".to_owned(),
        };
        let lab = Self { dir: tempfile::tempdir()?, database, url, port, more: String::new() };
        std::fs::create_dir(lab.path().join("posts"))?;
        lab.configure()?;
        Ok(lab)
    }

    /// A copy with a copy of the store.
    pub(crate) fn copy(&self) -> anyhow::Result<Self> {
        let url = match self.database {
            Database::Sqlite => self.url.clone(),
            Database::Postgres => create_database(&self.url, Some(&self.url))?,
        };
        let (dir, more) = (tempfile::tempdir()?, self.more.clone());
        let copy = Self { dir, database: self.database, url, port: self.port, more };
        let status = Command::new("cp").arg("-a").arg(self.path().join(".")).arg(copy.path()).status()?;
        ensure!(status.success(), "cannot copy the scratch folder");
        copy.configure()?;
        Ok(copy)
    }

    fn configure(&self) -> anyhow::Result<()> {
        let Self { url, port, more, .. } = self;
        let config = format!(
            r#"[site]
name = "Campaign"
url = "http://127.0.0.1:8080"
language = "en"
time_zone = "Europe/London"
sender = "Campaign <news@campaign.example>"
postal_address = "1 Example Street, London"
[store]
url = "{url}"
[web]
listen = "127.0.0.1:0"
[[source]]
name = "posts"
kind = "folder"
path = "posts"
[[relay]]
name = "sink"
host = "127.0.0.1"
port = {port}
tls = "none"
connections = {CONNECTIONS}
[appeals]
regions = ["London"]
{more}"#
        );
        Ok(std::fs::write(self.path().join("config.toml"), config)?)
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Has mail signed by RSA from now on.
    pub(crate) fn sign(&mut self) -> anyhow::Result<()> {
        self.done(&["keys", "dkim", "--key-file", "dkim.pem"])?;
        self.more = "[dkim]\nselector = \"handbill\"\nkey_file = \"dkim.pem\"\n".to_owned();
        self.configure()
    }

    /// Has mail go out without signatures again.
    pub(crate) fn leave_unsigned(&mut self) -> anyhow::Result<()> {
        self.more.clear();
        self.configure()
    }

    /// Posts for a digest of a little over 30 KB.
    pub(crate) fn posts(&self) -> anyhow::Result<()> {
        for number in 0..12 {
            let mut body = String::new();
            for paragraph in 0..8 {
                write!(
                    body,
                    "Paragraph {paragraph} of post {number}: those who were locked out of the bakery have been at its \
                     gate since {number}am, and the union asks everybody who can to bring bread, tea and a neighbour. \
                     The firm has said that it will talk once, and not what about.\n\n"
                )?;
            }
            let post = format!("---\ntitle: News from the gate, part {number}\ntopics: [Reports]\n---\n{body}");
            std::fs::write(self.path().join(format!("posts/{number}.md")), post)?;
        }
        self.done(&["posts", "pull", "--no-baseline"])?;
        Ok(())
    }

    /// Imports `count` people who get the weekly digest and no appeals, and `alerted` of London who get both.
    pub(crate) fn people(&self, count: usize, alerted: usize) -> anyhow::Result<Cost> {
        let mut rows = "email,cadence,alerts,region\n".to_owned();
        for number in 0..count + alerted {
            let (alerts, region) = if number < count { ("no", "") } else { ("yes", "London") };
            writeln!(rows, "person{number}@place{}.example,weekly,{alerts},{region}", number % 50)?;
        }
        std::fs::write(self.path().join("people.csv"), rows)?;
        let cost = self.metered(&["subscribers", "import", "people.csv", "--consent", "at a meeting"])?;
        std::fs::remove_file(self.path().join("people.csv"))?;
        Ok(cost)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        command.args(arguments).current_dir(self.path()).env("HANDBILL_LOG", "warn").stdin(Stdio::null());
        command
    }

    pub(crate) fn done(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.command(arguments).stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "handbill {} failed", arguments.join(" "));
        Ok(String::from_utf8(output.stdout)?)
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.done(arguments)?)?)
    }

    /// Opens the weekly digest, and gives its number.
    pub(crate) fn digest(&self) -> anyhow::Result<String> {
        Ok(self.json(&["digests", "send", "weekly", "--json"])?[0]["edition"].to_string())
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> anyhow::Result<Metered> {
        let errors = std::fs::File::create(self.path().join("errors"))?;
        let child = self.command(arguments).stdout(Stdio::piped()).stderr(errors).spawn()?;
        Ok(Metered { child, began: Instant::now(), peak: 0 })
    }

    pub(crate) fn metered(&self, arguments: &[&str]) -> anyhow::Result<Cost> {
        let cost = self.start(arguments)?.wait();
        cost.with_context(|| std::fs::read_to_string(self.path().join("errors")).unwrap_or_default())
    }

    /// How many of an edition's deliveries were accepted.
    pub(crate) fn accepted(&self, edition: &str) -> anyhow::Result<usize> {
        let shown = self.json(&["editions", "show", edition, "--json"])?;
        Ok(shown["deliveries"]["accepted"].as_u64().unwrap_or(0) as usize)
    }
}

/// A process whose memory and processor time are read from `/proc`, as nothing else tells both of one child.
pub(crate) struct Metered {
    child: Child,
    began: Instant,
    peak: u64,
}

impl Metered {
    /// Waits for its end.
    pub(crate) fn wait(mut self) -> anyhow::Result<Cost> {
        let proc = format!("/proc/{}", self.child.id());
        loop {
            // A process that has ended and was not waited for still tells what it used.
            let stat = std::fs::read_to_string(format!("{proc}/stat"))?;
            let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
            if fields.first() == Some(&"Z") {
                let wall = self.began.elapsed();
                let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
                // A tick is a hundredth of a second on every Linux.
                let cpu = Duration::from_millis((ticks(11) + ticks(12)) * 10);
                ensure!(self.child.wait()?.success(), "a process failed");
                return Ok(Cost { wall, cpu, peak: self.peak });
            }
            let status = std::fs::read_to_string(format!("{proc}/status")).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            self.peak = self.peak.max(peak.unwrap_or(0));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it says its first line.
    pub(crate) fn ready(&mut self) -> anyhow::Result<()> {
        let mut line = String::new();
        let mut out = BufReader::new(self.child.stdout.as_mut().context("no output")?);
        out.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the daemon did not start");
        Ok(())
    }

    /// Ends it at once, in the middle of whatever it does.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// Makes a database on the server of `url`, empty or a copy of `template`'s.
fn create_database(url: &str, template: Option<&str>) -> anyhow::Result<String> {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let (server, _) = url.rsplit_once('/').context("no PostgreSQL URL")?;
    let name = format!("bench_{number}");
    let template = template.and_then(|url| url.rsplit('/').next());
    let template = template.map(|name| format!(" TEMPLATE {name}")).unwrap_or_default();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}{template}"))).execute(&pool).await?;
        pool.close().await;
        anyhow::Ok(())
    })?;
    Ok(format!("{server}/{name}"))
}
