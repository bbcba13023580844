//! The real binary in a folder of its own, with smtp-sink for its relay.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use crate::app::config_text;
use crate::sink::{PATIENCE, Sink, Spoken};

/// As `on_both`, with the real binary on a fresh database.
macro_rules! really_on_both {
    ($(#[$attribute:meta])* fn $name:ident($real:ident) $body:block) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "some bodies name everything in full")]
            use super::*;

            fn body($real: crate::real::Real) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                body(crate::real::Real::sqlite());
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                body(crate::real::Real::postgres());
            }
        }
    };
}

pub(crate) struct Real {
    pub(crate) sink: Sink,
    pub(crate) url: String,
    dir: TempDir,
    /// Everything that commands wrote on stderr.
    errors: Mutex<String>,
}

/// How a command ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Real {
    pub(crate) fn sqlite() -> Self {
        Self::new("sqlite://handbill.db".to_owned())
    }

    pub(crate) fn postgres() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        Self::new(runtime.block_on(crate::stores::postgres_database()))
    }

    fn new(url: String) -> Self {
        let real = Self { sink: Sink::start(), url, dir: tempfile::tempdir().unwrap(), errors: Mutex::default() };
        std::fs::create_dir(real.path().join("posts")).unwrap();
        real.configure("");
        real
    }

    /// Writes the config anew, with `more` at its end.
    pub(crate) fn configure(&self, more: &str) {
        self.configure_relay(self.sink.port, more);
    }

    /// As [`Real::configure`], with the relay on another port.
    pub(crate) fn configure_relay(&self, port: u16, more: &str) {
        // The pages take a free port and say which.
        let more = format!("[web]\nlisten = \"127.0.0.1:0\"\n{more}");
        self.write("config.toml", &config_text(&self.url, port, &more));
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    /// Writes a post, complete from the moment it is there.
    pub(crate) fn post(&self, file: &str, title: &str) {
        self.write("posts/.new", &format!("---\ntitle: {title}\ndate: 2026-03-01T09:00:00Z\n---\nAbout {title}.\n"));
        std::fs::rename(self.path().join("posts/.new"), self.path().join("posts").join(file)).unwrap();
    }

    /// Imports `count` people with consent: `person0@example.org` and on.
    pub(crate) fn people(&self, count: usize, cadence: &str) {
        let rows: String = (0..count).map(|number| format!("person{number}@example.org,{cadence}\n")).collect();
        self.write("people.csv", &format!("email,cadence\n{rows}"));
        self.done(&["subscribers", "import", "people.csv", "--consent", "at a meeting"]);
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        command.args(arguments).current_dir(self.path()).env_clear().env("HANDBILL_LOG", "debug").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        self.errors.lock().unwrap().push_str(&ran.err);
        ran
    }

    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
        ran.out
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(arguments)).unwrap()
    }

    /// What all commands so far wrote on stderr.
    pub(crate) fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }

    /// Starts a command that goes on beside the test.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, &[])
    }

    /// As [`Real::start`], with more environment.
    pub(crate) fn start_with(&self, arguments: &[&str], environment: &[(&str, String)]) -> Running {
        Self::spawn(self.command(arguments), environment)
    }

    /// As [`Real::start_with`], by a shell that ignores that a file may not grow: to write into it is an error then.
    pub(crate) fn start_stubborn(&self, arguments: &[&str], environment: &[(&str, String)]) -> Running {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_handbill")]).args(arguments);
        command.current_dir(self.path()).env_clear().env("HANDBILL_LOG", "debug").stdin(Stdio::null());
        Self::spawn(command, environment)
    }

    fn spawn(mut command: Command, environment: &[(&str, String)]) -> Running {
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = Spoken::listen(child.stdout.take().unwrap());
        let log = Spoken::listen(child.stderr.take().unwrap());
        Running { child, out, log }
    }

    /// Starts the daemon and waits until it serves its pages and has made its first pass over the posts.
    pub(crate) fn daemon(&self) -> Running {
        let running = self.start(&["run"]);
        running.ready();
        running
    }
}

/// A process that is killed with this.
pub(crate) struct Running {
    child: Child,
    pub(crate) out: Spoken,
    pub(crate) log: Spoken,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status().unwrap();
        assert!(sent.success(), "cannot send {name}");
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        // The end of its output is the event; after that, it is a matter of moments.
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end: {}", self.log.text());
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
    }

    /// Waits until it serves its pages: one that is told to end before that just ends.
    pub(crate) fn ready(&self) {
        self.out.wait_for("\n");
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended()
    }

    /// Where the daemon serves its pages.
    fn address(&self) -> SocketAddr {
        let line = self.out.wait_for("\n");
        line.lines().next().unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Posts a form; returns the status and the page.
    pub(crate) fn post(&self, path: &str, form: &str) -> (u16, String) {
        let address = self.address();
        assert_eq!(address.ip(), Ipv4Addr::LOCALHOST);
        let tcp = TcpStream::connect(address).unwrap();
        let (length, kind) = (form.len(), "application/x-www-form-urlencoded");
        let body = format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{form}");
        Self::ask(tcp, &format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{body}"))
    }

    /// Gets a page, with a header; returns the status and the page.
    pub(crate) fn get(&self, path: &str, header: &str) -> (u16, String) {
        Self::get_from(self.address(), path, header)
    }

    /// As [`Running::get`], from wherever it serves something else.
    pub(crate) fn get_from(address: SocketAddr, path: &str, header: &str) -> (u16, String) {
        let tcp = TcpStream::connect(address).unwrap();
        Self::ask(tcp, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{header}\r\n\r\n"))
    }

    fn ask(mut tcp: TcpStream, request: &str) -> (u16, String) {
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        tcp.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }
}
