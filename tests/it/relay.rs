//! What comes of a message when the relay behaves, and when it does not.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::io::Write;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use handbill::address::Address;
use handbill::config::{self, Secret, Tls};
use handbill::relay::{Connection, Outcome, Problem, Stage};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::smtp::{Act, Faulty, Script, Stage as At};

const HELLO: &str = "sender.example.org";
/// For replies that come; and for those that never do.
const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(500);
const MESSAGE: &[u8] = b"Subject: Protest\r\n\r\nOn Monday at 4pm.\r\n.dotted\r\n";

fn ana() -> Address {
    "ana.sample@example.org".parse().unwrap()
}

fn group() -> Address {
    "bounces@campaign.example".parse().unwrap()
}

async fn open(config: &config::Relay) -> Connection {
    Connection::open(config, HELLO).await.unwrap()
}

/// More than all the buffers on the way can hold.
fn huge() -> Vec<u8> {
    b"0123456789012345678901234567890123456789012345678901234567890\r\n".repeat(100_000)
}

/// Sends one message over a new connection to a relay that behaves like `script`.
async fn send(script: Script) -> (Faulty, Connection, Outcome) {
    send_within(LONG, script).await
}

async fn send_within(timeout: Duration, script: Script) -> (Faulty, Connection, Outcome) {
    let relay = Faulty::start(script).await;
    let mut connection = open(&config::Relay { timeout, ..relay.config() }).await;
    let outcome = connection.send(&group(), &ana(), MESSAGE).await;
    (relay, connection, outcome)
}

#[tokio::test]
async fn a_message_arrives_as_it_was_and_the_next_goes_the_same_way() {
    let (relay, mut connection, outcome) = send(Script::default()).await;
    let Outcome::Accepted { reply } = outcome else { panic!("{outcome:?}") };
    assert_eq!((reply.code, reply.enhanced, reply.text.as_str()), (250, Some((2, 0, 0)), "2.0.0 queued"));
    assert!(connection.check().await);
    assert!(matches!(connection.send(&group(), &ana(), MESSAGE).await, Outcome::Accepted { .. }));
    assert_eq!(connection.messages(), 2);
    connection.quit().await;
    let seen = relay.wait_until(|seen| seen.count("QUIT") == 1).await;
    assert_eq!(seen.connections, 1);
    assert_eq!(seen.commands[0], "EHLO sender.example.org");
    assert_eq!(seen.taken[1].from, "bounces@campaign.example");
    assert_eq!(seen.taken[1].to, ["ana.sample@example.org"]);
    assert_eq!(seen.taken[1].data, "Subject: Protest\r\n\r\nOn Monday at 4pm.\r\n..dotted\r\n");
}

#[tokio::test]
async fn a_refusal_names_its_stage_and_leaves_the_connection_usable() {
    for (at, stage) in
        [(At::Mail, Stage::Mail), (At::Rcpt, Stage::Rcpt), (At::Data, Stage::Data), (At::Dot, Stage::Dot)]
    {
        let (relay, mut connection, outcome) = send(Script::default().once(at, Act::Reply("550 5.7.1 no"))).await;
        let Outcome::Refused { stage: told, reply } = outcome else { panic!("{outcome:?}") };
        assert_eq!((told, reply.code, reply.enhanced), (stage, 550, Some((5, 7, 1))));
        relay.set(Script::default().once(at, Act::Reply("451 4.3.0 later")));
        let outcome = connection.send(&group(), &ana(), MESSAGE).await;
        let Outcome::Deferred { stage: told, reply } = outcome else { panic!("{outcome:?}") };
        assert_eq!((told, reply.code, reply.text.as_str()), (stage, 451, "4.3.0 later"));
        assert!(connection.is_usable());
        assert!(matches!(connection.send(&group(), &ana(), MESSAGE).await, Outcome::Accepted { .. }));
        let seen = relay.seen();
        assert_eq!((seen.connections, seen.taken.len()), (1, 1), "{stage}");
        assert_eq!(seen.count("RSET"), if at == At::Dot { 0 } else { 2 }, "{stage}");
    }
}

#[tokio::test]
async fn an_address_is_cut_out_of_what_the_relay_says() {
    let script = Script::default().on(
        At::Rcpt,
        Act::Reply(
            "550-5.1.1 <{to}>: no such user\r\n550-5.1.1 mailto:{to} ANA.SAMPLE\r\n550 5.1.1 see ?x=ana%40b.example",
        ),
    );
    let (_relay, _connection, outcome) = send(script).await;
    let Outcome::Refused { stage: Stage::Rcpt, reply } = outcome else { panic!("{outcome:?}") };
    assert_eq!(reply.text, "5.1.1 <<address>>: no such user mailto:<address> <address> see <address>");
}

#[tokio::test]
async fn a_421_closes_the_connection_at_every_stage() {
    for (at, stage) in
        [(At::Mail, Stage::Mail), (At::Rcpt, Stage::Rcpt), (At::Data, Stage::Data), (At::Dot, Stage::Dot)]
    {
        let (_relay, mut connection, outcome) =
            send(Script::default().on(at, Act::ReplyAndClose("421 4.3.2 closing"))).await;
        assert!(
            matches!(&outcome, Outcome::Deferred { stage: told, reply } if *told == stage && reply.code == 421),
            "{outcome:?}"
        );
        assert!(!connection.is_usable());
        let again = connection.send(&group(), &ana(), MESSAGE).await;
        assert!(matches!(again, Outcome::Lost { stage: Stage::Connect, .. }), "{again:?}");
    }
}

#[tokio::test]
async fn what_fails_before_the_dot_is_lost_and_after_it_unknown() {
    for (at, stage) in
        [(At::Mail, Stage::Mail), (At::Rcpt, Stage::Rcpt), (At::Data, Stage::Data), (At::Dot, Stage::Dot)]
    {
        for (act, why) in [
            (Act::Stall, "no answer within 500ms"),
            (Act::Close, "the relay closed the connection"),
            (Act::Garbage, "the relay's reply is no SMTP"),
            (Act::Reply("221 2.0.0 what"), if at == At::Data { "where 3xx was due" } else { "-" }),
            (Act::Reply("354 what"), if at == At::Data { "-" } else { "where 2xx was due" }),
        ] {
            if why == "-" {
                continue;
            }
            let limit = if matches!(act, Act::Stall) { SHORT } else { LONG };
            let (_relay, connection, outcome) = send_within(limit, Script::default().on(at, act)).await;
            let error = match &outcome {
                Outcome::Unknown { error } if stage == Stage::Dot => error,
                Outcome::Lost { stage: told, error } if *told == stage && stage != Stage::Dot => error,
                _ => panic!("{at:?}: {outcome:?}"),
            };
            assert!(error.contains(why), "{at:?}: {error}");
            assert!(!connection.is_usable(), "{at:?}");
        }
    }
}

#[tokio::test]
async fn a_message_that_was_not_written_to_its_end_is_lost() {
    let (folder, ca) = certificates();
    for tls in [Tls::None, Tls::Implicit] {
        for act in [Act::Stall, Act::Close] {
            let script = Script::default().on(At::Body, act);
            let script = if tls == Tls::Implicit { script.implicit_tls(Arc::clone(&ca)) } else { script };
            let relay = Faulty::start(script).await;
            let mut connection = open(&config::Relay { timeout: SHORT, ..trusting(&relay, tls, &folder) }).await;
            let outcome = connection.send(&group(), &ana(), &huge()).await;
            assert!(matches!(outcome, Outcome::Lost { stage: Stage::Body, .. }), "{outcome:?}");
            assert!(!connection.is_usable());
            assert_eq!(relay.seen().taken, []);
        }
    }
}

#[tokio::test]
async fn a_relay_that_hangs_up_on_a_message_has_the_last_word() {
    for code in ["552 5.3.4 too large", "452 4.3.1 no space"] {
        let relay = Faulty::start(Script::default().on(At::Body, Act::ReplyAndClose(code))).await;
        let mut connection = open(&relay.config()).await;
        let outcome = connection.send(&group(), &ana(), &huge()).await;
        let (Outcome::Refused { stage, reply } | Outcome::Deferred { stage, reply }) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!((stage, reply.to_string().as_str()), (Stage::Body, code));
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn a_dropped_send_takes_the_connection_with_it() {
    let relay = Faulty::start(Script::default().on(At::Rcpt, Act::Stall)).await;
    let mut connection = open(&relay.config()).await;
    let (from, to) = (group(), ana());
    tokio::select! {
        outcome = connection.send(&from, &to, MESSAGE) => panic!("{outcome:?}"),
        _ = relay.wait_until(|seen| seen.count("RCPT") == 1) => {}
    }
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_reply_in_pieces_or_without_text_is_read() {
    let script = Script::default()
        .on(At::Mail, Act::Pieces("250-2.1.0 on\r\n250 2.1.0 we go"))
        .on(At::Rcpt, Act::Reply("250"))
        .on(At::Dot, Act::Reply("250"));
    let (_relay, connection, outcome) = send(script).await;
    assert!(matches!(&outcome, Outcome::Accepted { reply } if reply.text.is_empty()), "{outcome:?}");
    assert!(connection.is_usable());
}

#[tokio::test]
async fn a_relay_that_speaks_out_of_turn_is_left_before_its_words_are_taken_for_a_reply() {
    let (relay, mut connection, outcome) =
        send(Script::default().once(At::Dot, Act::Reply("250 ok\r\n421 <{to}> bye"))).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let outcome = connection.send(&group(), &ana(), MESSAGE).await;
    let Outcome::Lost { stage: Stage::Mail, error } = outcome else { panic!("{outcome:?}") };
    assert!(error.contains("out of turn: 421 <<address>> bye"), "{error}");
    assert_eq!(relay.seen().count("MAIL"), 1);
}

#[tokio::test]
async fn a_relay_that_left_between_two_messages_says_nothing_of_the_next_address() {
    let (relay, mut connection, outcome) = send(Script::default().on(At::Dot, Act::ReplyAndClose("250 ok"))).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    relay.wait_until(|seen| seen.closed == 1).await;
    let outcome = connection.send(&group(), &ana(), MESSAGE).await;
    assert!(matches!(outcome, Outcome::Lost { stage: Stage::Mail, .. }), "{outcome:?}");
    assert!(!connection.is_usable());

    let (relay, mut connection, _) = send(Script::default().on(At::Dot, Act::ReplyAndClose("250 ok"))).await;
    relay.wait_until(|seen| seen.closed == 1).await;
    assert!(!connection.check().await);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn what_the_relay_cannot_carry_is_refused_without_asking() {
    let (relay, mut connection, _) = send(Script::default().offering(&["8BITMIME"])).await;
    let zolw: Address = "żółw@example.org".parse().unwrap();
    let outcome = connection.send(&group(), &zolw, MESSAGE).await;
    let Outcome::Refused { stage: Stage::Rcpt, reply } = outcome else { panic!("{outcome:?}") };
    assert_eq!((reply.code, reply.enhanced), (553, Some((5, 6, 7))));
    assert!(reply.text.contains("SMTPUTF8"), "{}", reply.text);
    for message in ["ź\r\n", "a\n.\r\n", "a\rb\r\n", "a\r"] {
        let outcome = connection.send(&group(), &ana(), message.as_bytes()).await;
        let Outcome::Refused { stage: Stage::Body, reply } = outcome else { panic!("{message:?}: {outcome:?}") };
        assert_eq!(reply.enhanced, Some((5, 6, 0)));
    }
    assert_eq!(relay.seen().count("MAIL"), 1);
    assert!(connection.is_usable());
}

#[tokio::test]
async fn smtputf8_is_asked_for_where_it_is_needed() {
    let (relay, mut connection, _) = send(Script::default()).await;
    let zolw: Address = "żółw@example.org".parse().unwrap();
    assert!(matches!(connection.send(&group(), &zolw, MESSAGE).await, Outcome::Accepted { .. }));
    let seen = relay.seen();
    let mails: Vec<_> = seen.commands.iter().filter(|line| line.starts_with("MAIL")).collect();
    assert_eq!(mails, ["MAIL FROM:<bounces@campaign.example>", "MAIL FROM:<bounces@campaign.example> SMTPUTF8"]);
    assert_eq!(seen.taken[1].to, ["żółw@example.org"]);
}

#[tokio::test]
async fn one_recipient_is_refused_and_the_others_get_theirs() {
    let gate = Arc::new(Semaphore::new(0));
    let script = Script::default()
        .on_rcpt(|to| to.starts_with("bob").then_some(Act::Reply("550 5.1.1 no {to}")))
        .once(At::Dot, Act::Hold(Arc::clone(&gate)));
    let relay = Faulty::start(script).await;
    let mut connection = open(&relay.config()).await;
    let (from, ana, bob) = (group(), ana(), "bob@example.org".parse().unwrap());
    assert!(matches!(connection.send(&from, &bob, MESSAGE).await, Outcome::Refused { stage: Stage::Rcpt, .. }));
    let (outcome, ()) = tokio::join!(connection.send(&from, &ana, MESSAGE), async {
        // One with each of the two.
        relay.wait_until(|seen| seen.count("DATA") == 2).await;
        assert_eq!(relay.seen().taken, []);
        gate.add_permits(1);
    });
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert_eq!(relay.wait_for(1).await[0].to, ["ana.sample@example.org"]);
}

#[tokio::test]
async fn an_opening_that_fails_says_where_and_whether_to_try_again() {
    for (script, stage, permanent) in [
        (Script::default().on(At::Banner, Act::Close), Stage::Greeting, false),
        (Script::default().on(At::Banner, Act::Garbage), Stage::Greeting, false),
        (Script::default().on(At::Banner, Act::Reply("421 busy, ana@example.org")), Stage::Greeting, false),
        (Script::default().on(At::Banner, Act::Reply("554 5.7.1 go away")), Stage::Greeting, true),
        (Script::default().on(At::Ehlo, Act::Reply("451 4.3.0 later")), Stage::Hello, false),
        (Script::default().on(At::Ehlo, Act::Reply("550 5.7.1 bad name")), Stage::Hello, true),
    ] {
        let relay = Faulty::start(script).await;
        let error = Connection::open(&relay.config(), HELLO).await.unwrap_err();
        assert_eq!((error.stage, error.is_permanent()), (stage, permanent), "{error}");
        assert_eq!((error.host.as_str(), error.port), ("127.0.0.1", relay.address().port()));
        assert!(!error.to_string().contains('@'), "{error}");
    }
    for (at, stage) in [(At::Banner, Stage::Greeting), (At::Ehlo, Stage::Hello)] {
        let relay = Faulty::start(Script::default().on(at, Act::Stall)).await;
        let config = config::Relay { timeout: SHORT, ..relay.config() };
        let error = Connection::open(&config, HELLO).await.unwrap_err();
        assert_eq!((error.stage, error.problem), (stage, Problem::Silent(SHORT)));
    }
    let gone = Faulty::start(Script::default()).await.config();
    let error = Connection::open(&gone, HELLO).await.unwrap_err();
    assert_eq!(error.stage, Stage::Connect);
    assert!(!error.is_permanent() && error.to_string().contains("check relay.host"), "{error}");
}

/// An authority of our own, and a server's certificate from it for 127.0.0.1.
pub(crate) fn certificates() -> (TempDir, Arc<ServerConfig>) {
    let folder = tempfile::tempdir().unwrap();
    let mut ca = CertificateParams::new([]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.path().join("ca.pem"), ca.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new([Ipv4Addr::LOCALHOST.to_string()]).unwrap().signed_by(&key, &ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key.into())
        .unwrap();
    (folder, Arc::new(config))
}

fn trusting(relay: &Faulty, tls: Tls, folder: &TempDir) -> config::Relay {
    config::Relay { tls, ca_file: Some(folder.path().join("ca.pem")), ..relay.config() }
}

#[tokio::test]
async fn both_kinds_of_tls_carry_messages() {
    let (folder, tls) = certificates();
    for (script, kind) in [
        (Script::default().starttls(Arc::clone(&tls)), Tls::Starttls),
        (Script::default().implicit_tls(Arc::clone(&tls)), Tls::Implicit),
    ] {
        let relay = Faulty::start(script).await;
        let mut connection = open(&trusting(&relay, kind, &folder)).await;
        for _ in 0..2 {
            let outcome = connection.send(&group(), &ana(), MESSAGE).await;
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{kind}: {outcome:?}");
        }
        let seen = relay.wait_until(|seen| seen.taken.len() == 2).await;
        let hellos = if kind == Tls::Starttls { 2 } else { 1 };
        assert_eq!((seen.count("EHLO"), seen.count("STARTTLS")), (hellos, hellos - 1));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (_, tls) = certificates();
    let (other, _) = certificates();
    for (script, kind) in [
        (Script::default().starttls(Arc::clone(&tls)), Tls::Starttls),
        (Script::default().implicit_tls(Arc::clone(&tls)), Tls::Implicit),
    ] {
        let relay = Faulty::start(script).await;
        let error = Connection::open(&trusting(&relay, kind, &other), HELLO).await.unwrap_err();
        assert!(matches!(error.problem, Problem::Certificate(_)), "{error}");
        assert_eq!((error.stage, error.is_permanent()), (Stage::Tls, true));
        assert_eq!(relay.seen().count("MAIL"), 0);
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let (folder, tls) = certificates();
    let relay = Faulty::start(Script::default().starttls(tls)).await;
    let config = config::Relay { host: "localhost".to_owned(), ..trusting(&relay, Tls::Starttls, &folder) };
    let error = Connection::open(&config, HELLO).await.unwrap_err();
    assert!(matches!(error.problem, Problem::Certificate(_)), "{error}");
}

#[tokio::test]
async fn a_relay_without_starttls_is_not_used_in_plain() {
    let (folder, tls) = certificates();
    for (script, permanent) in [
        (Script::default(), true),
        (Script::default().starttls(Arc::clone(&tls)).on(At::Starttls, Act::Reply("454 4.7.0 not now")), false),
    ] {
        let relay = Faulty::start(script.account("group", "sesame").offering(&["AUTH PLAIN"])).await;
        let mut config = trusting(&relay, Tls::Starttls, &folder);
        (config.user, config.password) = (Some("group".to_owned()), Some(Secret::new("sesame")));
        let error = Connection::open(&config, HELLO).await.unwrap_err();
        assert_eq!((error.stage, error.is_permanent()), (Stage::Tls, permanent), "{error}");
        relay.wait_until(|seen| seen.closed == 1).await;
        assert_eq!((relay.seen().count("AUTH"), relay.seen().count("MAIL")), (0, 0));
    }
}

#[tokio::test]
async fn what_is_said_before_encryption_is_not_believed_after_it() {
    let (folder, tls) = certificates();
    let injected = Act::Reply("220 go ahead\r\n250-evil.example\r\n250 AUTH PLAIN");
    let relay = Faulty::start(Script::default().starttls(tls).on(At::Starttls, injected)).await;
    let error = Connection::open(&trusting(&relay, Tls::Starttls, &folder), HELLO).await.unwrap_err();
    assert_eq!((error.stage, error.problem), (Stage::Tls, Problem::Injected));
}

#[tokio::test]
async fn the_right_password_opens_and_a_wrong_one_is_not_tried_again() {
    for offer in ["AUTH PLAIN LOGIN", "AUTH LOGIN"] {
        let relay = Faulty::start(Script::default().account("group", "sesame").offering(&[offer])).await;
        let mut config = relay.config();
        (config.user, config.password) = (Some("group".to_owned()), Some(Secret::new("sesame")));
        let mut connection = open(&config).await;
        assert!(matches!(connection.send(&group(), &ana(), MESSAGE).await, Outcome::Accepted { .. }));

        config.password = Some(Secret::new("guess"));
        let error = Connection::open(&config, HELLO).await.unwrap_err();
        assert_eq!((error.stage, error.is_permanent()), (Stage::Auth, true));
        let text = error.to_string();
        assert!(text.contains("535") && text.contains("relay.password_file") && !text.contains("guess"), "{text}");

        relay.set(Script::default().offering(&[offer]).on(At::Auth, Act::Reply("454 4.7.0 directory is down")));
        let error = Connection::open(&config, HELLO).await.unwrap_err();
        assert_eq!((error.stage, error.is_permanent()), (Stage::Auth, false));

        relay.set(Script::default().offering(&["AUTH CRAM-MD5"]));
        let error = Connection::open(&config, HELLO).await.unwrap_err();
        assert_eq!((error.stage, error.problem), (Stage::Auth, Problem::NoMechanism));
        config.password = None;
        let error = Connection::open(&config, HELLO).await.unwrap_err();
        assert_eq!((error.stage, error.problem), (Stage::Auth, Problem::NoPassword));
    }
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_address_is_logged_at_any_level() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let (_relay, _connection, outcome) =
        send(Script::default().on(At::Rcpt, Act::Reply("550 5.1.1 no <{to}> here"))).await;
    tracing::info!("the log is listening");
    drop(guard);
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("the log is listening"));
    assert!(!text.contains("example.org") && !text.contains("ana.sample"), "{text}");
}
