//! Postfix's smtp-sink: a relay that takes everything and keeps each message in a file of its own.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use mail_parser::MessageParser;

/// How long a test waits before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

/// What a process writes, as it comes.
#[derive(Clone, Default)]
pub(crate) struct Spoken(Arc<(Mutex<String>, Condvar)>);

impl Spoken {
    /// Listens to `pipe` for as long as it is open.
    pub(crate) fn listen(mut pipe: impl Read + Send + 'static) -> Self {
        let spoken = Self::default();
        let heard = spoken.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut bytes) {
                let (text, changed) = &*heard.0;
                text.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
                changed.notify_all();
            }
        });
        spoken
    }

    /// Everything so far.
    pub(crate) fn text(&self) -> String {
        self.0.0.lock().unwrap().clone()
    }

    /// Waits until `condition` holds for everything so far, and returns that.
    pub(crate) fn wait_until(&self, condition: impl Fn(&str) -> bool) -> String {
        let (text, changed) = &*self.0;
        let wait = changed.wait_timeout_while(text.lock().unwrap(), PATIENCE, |text| !condition(text));
        let (text, late) = wait.unwrap();
        assert!(!late.timed_out(), "this never came; so far: {}", *text);
        text.clone()
    }

    /// Waits until `part` was said.
    pub(crate) fn wait_for(&self, part: &str) -> String {
        self.wait_until(|text| text.contains(part))
    }
}

/// A message that the sink took.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// The envelope's recipient.
    pub(crate) rcpt: String,
    /// The address in To.
    pub(crate) to: String,
    pub(crate) subject: String,
    /// The plain text.
    pub(crate) text: String,
    /// The token in List-Unsubscribe; empty in a letter.
    pub(crate) unsubscribe: String,
}

impl Mail {
    fn read(bytes: &[u8]) -> Self {
        let message = MessageParser::new().parse(bytes).unwrap();
        let raw = |name: &str| {
            let found = message.headers_raw().find(|(found, _)| found.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.replace(['\r', '\n', '\t'], "").trim().to_owned()).unwrap_or_default()
        };
        let to = message.to().unwrap();
        assert_eq!((to.clone().into_list().len(), raw("X-Rcpt-Args").matches('<').count()), (1, 1), "one recipient");
        Self {
            rcpt: raw("X-Rcpt-Args").split(['<', '>']).nth(1).unwrap().to_owned(),
            to: to.first().unwrap().address().unwrap().to_owned(),
            subject: message.subject().unwrap().to_owned(),
            text: message.body_text(0).unwrap().into_owned(),
            unsubscribe: token(&raw("List-Unsubscribe"), "unsubscribe"),
        }
    }

    /// The token of the first link to `page` in the text.
    pub(crate) fn token(&self, page: &str) -> String {
        let token = token(&self.text, page);
        assert!(!token.is_empty(), "no {page} link in {}", self.text);
        token
    }
}

fn token(text: &str, page: &str) -> String {
    let rest = text.split_once(&format!("/{page}/")).map_or("", |(_, rest)| rest);
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// The running sink. It ends with this, or with the test's process.
pub(crate) struct Sink {
    child: Child,
    pub(crate) port: u16,
    dir: PathBuf,
    counters: Spoken,
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Its standard input ends, and it then cleans up behind itself.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl Sink {
    pub(crate) fn start() -> Self {
        Self::on(free_port())
    }

    /// Starts on this port, which must be free.
    pub(crate) fn on(port: u16) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/smtp-sink");
        let mut command = Command::new(script);
        let mut child = command.arg(port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut dir = String::new();
        out.read_line(&mut dir).unwrap();
        assert!(!dir.is_empty(), "smtp-sink did not start; see above");
        let began = Instant::now();
        // It does not say when it listens.
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(began.elapsed() < PATIENCE && child.try_wait().unwrap().is_none(), "smtp-sink does not answer");
            std::thread::park_timeout(Duration::from_millis(10));
        }
        Self { child, port, dir: PathBuf::from(dir.trim()), counters: Spoken::listen(out) }
    }

    /// Waits until `count` messages were taken.
    pub(crate) fn wait_for(&self, count: usize) {
        self.counters.wait_until(|text| counted(text) >= count);
    }

    /// Waits for a session of our own, behind whatever a client that is gone now had sent before.
    pub(crate) fn drain(&self) {
        let mut tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        tcp.write_all(b"QUIT\r\n").unwrap();
        let mut replies = String::new();
        tcp.read_to_string(&mut replies).unwrap();
        assert!(replies.contains("221"), "{replies}");
    }

    /// Every message, in no order.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.drain();
        let files = std::fs::read_dir(&self.dir).unwrap();
        files.map(|file| Mail::read(&std::fs::read(file.unwrap().path()).unwrap())).collect()
    }

    /// Waits for the `count`th message, and returns those of all whose subject holds `subject`.
    pub(crate) fn mails_about(&self, count: usize, subject: &str) -> Vec<Mail> {
        self.wait_for(count);
        self.mails().into_iter().filter(|mail| mail.subject.contains(subject)).collect()
    }
}

/// The last whole counter: `mesg=12`, before the next `sess=` or at the end.
fn counted(text: &str) -> usize {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    text.rsplit("mesg=").take(2).filter_map(|rest| digits(rest).parse().ok()).max().unwrap_or(0)
}
