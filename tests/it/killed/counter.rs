//! A relay that counts: who took part in which acceptance, with which Message-ID, and by which life of which node.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::sink::PATIENCE;

/// A message that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Acceptance {
    pub(crate) rcpt: String,
    pub(crate) message_id: String,
    /// Which life of a node brought it.
    pub(crate) life: usize,
}

/// What one node may do, and does.
#[derive(Debug, Default)]
struct Door {
    /// The life whose connections come in now.
    life: usize,
    /// How many more messages are taken; the others wait at their dot.
    permits: usize,
}

#[derive(Debug, Default)]
struct State {
    doors: Vec<Door>,
    taken: Vec<Acceptance>,
    /// How many connections of each life are open.
    open: Vec<usize>,
    /// How many messages each life has begun.
    begun: Vec<usize>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The running relay, with a port for each node.
#[derive(Debug, Default)]
pub(crate) struct Counter(Arc<Shared>);

impl Counter {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Opens a door for one more node; returns its port.
    pub(crate) fn listen(&self) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let door = self.state().doors.len();
        self.state().doors.push(Door::default());
        let shared = Arc::clone(&self.0);
        // It ends with the process: a listener cannot be woken.
        std::thread::spawn(move || {
            for tcp in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                let life = {
                    let mut state = shared.state.lock().unwrap();
                    let life = state.doors[door].life;
                    state.open[life] += 1;
                    life
                };
                std::thread::spawn(move || {
                    // A client that was killed is what this is about.
                    let _ = converse(&tcp, &shared, door, life);
                    shared.state.lock().unwrap().open[life] -= 1;
                    shared.changed.notify_all();
                });
            }
        });
        port
    }

    /// A new life begins behind this door; returns its number.
    pub(crate) fn begin(&self, door: usize) -> usize {
        let mut state = self.state();
        state.open.push(0);
        state.begun.push(0);
        state.doors[door].life = state.open.len() - 1;
        state.doors[door].life
    }

    /// From now on so many messages are taken at this door.
    pub(crate) fn permit(&self, door: usize, permits: usize) {
        self.state().doors[door].permits = permits;
        self.0.changed.notify_all();
    }

    /// Waits until a life has begun so many messages.
    pub(crate) fn wait_for_begun(&self, life: usize, count: usize) {
        self.wait("it begins no more", |state| state.begun[life] >= count);
    }

    /// How many messages a life has begun.
    pub(crate) fn begun(&self, life: usize) -> usize {
        self.state().begun[life]
    }

    /// Everything that was taken so far.
    pub(crate) fn taken(&self) -> Vec<Acceptance> {
        self.state().taken.clone()
    }

    /// Waits until this holds of what was taken.
    pub(crate) fn wait_until(&self, what: &str, condition: impl Fn(&[Acceptance]) -> bool) {
        self.wait(what, |state| condition(&state.taken));
    }

    /// Waits until nothing more can come from a life that is over.
    pub(crate) fn drain(&self, life: usize) {
        self.wait("its connections stay open", |state| state.open[life] == 0);
    }

    fn wait(&self, what: &str, condition: impl Fn(&State) -> bool) {
        let wait = self.0.changed.wait_timeout_while(self.state(), PATIENCE, |state| !condition(state)).unwrap();
        assert!(!wait.1.timed_out(), "{what}; {} were taken", wait.0.taken.len());
    }
}

fn converse(tcp: &TcpStream, shared: &Shared, door: usize, life: usize) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let say = |text: &str| (&mut &*tcp).write_all(format!("{text}\r\n").as_bytes());
    let mut lines = BufReader::new(tcp).split(b'\n');
    let mut rcpt = String::new();
    say("220 counter.example ESMTP")?;
    while let Some(line) = lines.next() {
        let line = String::from_utf8_lossy(&line?).trim_end().to_owned();
        match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => say("250-counter.example\r\n250-PIPELINING\r\n250 8BITMIME")?,
            "RCPT" => {
                rcpt = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                say("250 ok")?;
            }
            "MAIL" => {
                shared.state.lock().unwrap().begun[life] += 1;
                say("250 ok")?;
            }
            "DATA" => {
                say("354 go on")?;
                shared.changed.notify_all();
                let mut message_id = String::new();
                loop {
                    let Some(line) = lines.next() else { return Ok(()) };
                    let line = line?;
                    if line == b".\r" {
                        break;
                    }
                    if message_id.is_empty() && line.starts_with(b"Message-ID:") {
                        message_id = String::from_utf8_lossy(&line).trim().to_owned();
                    }
                }
                take(shared, door, Acceptance { rcpt: rcpt.clone(), message_id, life });
                say("250 2.0.0 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
    Ok(())
}

/// Takes a message as soon as one may be.
fn take(shared: &Shared, door: usize, acceptance: Acceptance) {
    let state = shared.state.lock().unwrap();
    let mut state = shared.changed.wait_while(state, |state| state.doors[door].permits == 0).unwrap();
    state.doors[door].permits -= 1;
    state.taken.push(acceptance);
    drop(state);
    shared.changed.notify_all();
}
