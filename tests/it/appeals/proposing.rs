//! What commands say of an edited source, before anybody takes up what it proposes.

use std::time::Duration;

use handbill::clock::Clock;

really_on_both! {
    fn status_and_a_dry_run_warn_where_a_proposal_undoes_an_amendment(real) {
        const WARNING: &str = "would take back what was amended by command";
        let then = Clock::System.now().plus(Duration::from_secs(20 * 24 * 3600));
        let day = then.to_utc().format("%Y-%m-%d").to_string();
        let event = |number: u32, more: &str| {
            format!("{{starts: \"{day}T1{number}:00\", address: \"{number} Road, London\"{more}}}")
        };
        let write = |events: &str| {
            let urgent = if events.is_empty() { String::new() } else { format!("\nurgent: true\nevents: [{events}]") };
            real.write("posts/protest.md", &format!("---\ntitle: Protest{urgent}\n---\nCome.\n"));
            real.done(&["posts", "pull"]);
        };
        let status = || {
            let ran = real.run(&["status"]);
            (ran.code, ran.out)
        };
        let dry_run = ["appeals", "amend", "1", "--proposed", "--dry-run"];
        real.done(&["posts", "pull"]);
        write(&event(1, ""));
        assert_eq!(status().0, Some(0), "{}", status().1);
        real.done(&["appeals", "amend", "1", "--starts", &format!("{day}T15:00")]);

        // One field of the one event.
        write(&event(1, ", place: Gate 2"));
        let (code, said) = status();
        assert!(said.contains("appeal 1: its source was edited; look with `handbill appeals amend 1 --proposed"), "{said}");
        assert_eq!(code, Some(1));
        assert!(real.done(&["appeals", "show", "1"]).contains("its source was edited"));
        let said = real.done(&dry_run);
        assert!(!said.contains(WARNING) && said.contains("Gate 2"), "{said}");

        // Nobody can tell which of two is the one that was amended.
        write(&format!("{}, {}", event(1, ", place: Gate 2"), event(2, "")));
        let (code, said) = status();
        assert!(said.contains(&format!("appeal 1: its source was edited, which {WARNING}; look with")), "{said}");
        assert_eq!(code, Some(1));
        let said = real.done(&dry_run);
        assert!(said.starts_with("Its source has more or fewer events now, so this ") && said.contains(WARNING), "{said}");
        assert_eq!(real.json(&[&dry_run[..], &["--json"]].concat())["takes_back"], true);

        write("");
        let (code, said) = status();
        assert!(said.contains("appeal 1: its source calls it urgent no more; `handbill appeals cancel 1`"), "{said}");
        assert_eq!(code, Some(1));
        let ran = real.run(&dry_run);
        assert!(ran.code == Some(1) && ran.err.contains("its source calls it urgent no more"), "{}", ran.err);
        real.done(&["appeals", "dismiss", "1"]);
        assert_eq!(status().0, Some(0), "{}", status().1);
    }
}
