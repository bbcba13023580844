//! The `handbill` command.

use std::process::ExitCode;

use handbill::cli;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(command) => cli::run(command),
        Err(code) => code,
    }
}
