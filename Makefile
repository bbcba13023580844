# What developers run. `make test` is all that a fresh machine needs: it installs the servers that the tests use.

.PHONY: test servers check fmt licences demo screenshots bench chaos

test: servers
	cargo test --locked --no-fail-fast

# PostgreSQL, Postfix's smtp-sink, Chromium and dkimpy, from the system's packages, and axe-core from npm; nothing is started.
servers:
	@tests/servers/install

# Kills the daemon a hundred times amid twenty thousand deliveries, and asks it to end twenty times, on SQLite and with two
# nodes on PostgreSQL; prints what was repeated. It takes some minutes. HANDBILL_TEST_SEED makes it the same again.
chaos: servers
	HANDBILL_CHAOS=1 cargo test --locked --test it killed::a_daemon -- --nocapture --test-threads=1

# What CI checks besides the tests.
check:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	tests/licences/check

fmt:
	cargo fmt

licences:
	tests/licences/check

# What dispatching costs, in one table of ratios (about 25 minutes), and how often suggested times and places are right.
bench: servers
	cargo bench --locked --bench dispatch
	cargo bench --locked --bench suggest

demo:
	cargo run --locked --release -- demo

# What mail looks like, in both colour schemes and at both widths, for docs/images.
screenshots: servers
	tests/browser/screenshots
