# What developers run. `make test` is all that a fresh machine needs: it installs the servers that the tests use.

.PHONY: test servers check fmt licences demo bench

test: servers
	cargo test --locked --no-fail-fast

# PostgreSQL and Postfix's smtp-sink, from the system's packages; nothing is started.
servers:
	@tests/servers/install

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

# How often suggested times and places are right, and what reading a text costs.
bench:
	cargo bench --locked --bench suggest

demo:
	cargo run --locked --release -- demo
