//! Servers that clients are set at, and how clients get there.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Bench;
use crate::{Failure, process};

/// A Python program starts in a second or two.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on this machine, until it is dropped.
pub(super) struct Server {
    process: Child,
    pub(super) around: Surroundings,
    /// Held open, since who writes to a closed pipe is ended.
    _output: Option<BufReader<std::process::ChildStdout>>,
}

/// The variables that clients are started with.
#[derive(Debug, Clone)]
pub(super) struct Surroundings(Vec<(&'static str, String)>);

impl Surroundings {
    fn new(more: Vec<(&'static str, String)>) -> Self {
        let keys = [
            ("AWS_ACCESS_KEY_ID", "emulator"),
            ("AWS_SECRET_ACCESS_KEY", "emulator"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let keys = keys.map(|(name, value)| (name, value.to_owned()));
        Self(keys.into_iter().chain(more).collect())
    }

    /// A program without this machine's own settings.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let lower = name.to_ascii_lowercase();
            if name.starts_with("AWS_") || lower.ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        command.envs(self.0.iter().cloned());
        command
    }
}

impl Server {
    /// Our emulator, with the stream `demo`.
    pub(super) fn emulator(bench: &Bench) -> Result<Self, Failure> {
        let mut process = Surroundings::new(Vec::new())
            .command(&bench.kvs)
            .args(["emulator", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = process.stdout.take();
        let mut server = Self {
            process,
            around: Surroundings(Vec::new()),
            _output: None,
        };
        let mut output = BufReader::new(output.ok_or("the emulator has no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening on ");
        let url = url.ok_or_else(|| format!("the emulator begins with `{}`", line.trim()))?;
        server.around = Surroundings::new(vec![("AWS_ENDPOINT_URL", url.to_owned())]);
        server._output = Some(output);
        Ok(server)
    }

    /// moto, as a proxy that answers in the place of the service: its plain server cannot tell the
    /// archived media from the control service, whose requests are signed for the same name.
    pub(super) fn moto(bench: &Bench) -> Result<Self, Failure> {
        let port = free_port()?;
        let mut python = Command::new(&bench.python);
        let ca = process::text(python.args([
            "-c",
            "import moto.moto_proxy as m; print(m.__path__[0] + '/ca.crt', end='')",
        ]))?;
        let program = bench.python.with_file_name("moto_proxy");
        let process = Surroundings::new(Vec::new())
            .command(&bench.python)
            .arg(program)
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self {
            process,
            around: Surroundings::new(vec![
                ("HTTPS_PROXY", format!("http://127.0.0.1:{port}")),
                ("AWS_CA_BUNDLE", ca),
            ]),
            _output: None,
        };
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if begun.elapsed() > PATIENCE {
                return Err(format!("moto does not listen after {PATIENCE:?}").into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is no reason to fail.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
