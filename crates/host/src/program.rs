//! Programs that tell credentials.

use std::process::{Command, Stdio};

use kvs_archive::api::protocol::credentials::Answer;

/// What a program writes: the answer to [`Ask::Run`]. It may ask the person at the terminal for
/// something.
///
/// [`Ask::Run`]: kvs_archive::api::protocol::credentials::Ask::Run
pub fn run(program: &str, arguments: &[String]) -> Answer {
    let mut command = Command::new(program);
    let command = command.args(arguments).stdin(Stdio::inherit());
    match command.output() {
        Ok(output) if output.status.success() => Answer::content(Ok(output.stdout)),
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr);
            let told = told.lines().next().unwrap_or_default();
            Answer::Failed(format!("failed ({}): {told}", output.status))
        }
        Err(error) => Answer::Failed(format!("cannot be run: {error}")),
    }
}
