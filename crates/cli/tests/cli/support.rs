//! Runs the command in a folder of its own, and tells what came of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kvs_archive::mkv::{Bytes, Fragment, Fragments};
use kvs_emulator::{Emulator, Stream};
use serde_json::Value;

/// The recording that the emulator has built in, as an ordinary file.
pub(crate) const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../emulator/demo/demo.mkv");
/// How many fragments the stream `demo` has.
pub(crate) const FRAGMENTS: usize = 15;

pub(crate) const TRANSPORTS: [&str; 2] = ["ureq", "hyper"];

/// An empty folder to run the command in; it goes when it is dropped.
pub(crate) struct Bench {
    pub(crate) folder: PathBuf,
}

impl Bench {
    /// `name` tells it from those of other tests.
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// The command, without this machine's settings: one attempt, and no waits between several.
    pub(crate) fn kvs(&self, line: &str) -> Command {
        let mut kvs = Command::new(env!("CARGO_BIN_EXE_kvs"));
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with("AWS_")) {
            kvs.env_remove(name);
        }
        kvs.env("AWS_MAX_ATTEMPTS", "1")
            .env("AWS_CONFIG_FILE", "none")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_SHARED_CREDENTIALS_FILE", "none")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .args(line.split_whitespace());
        kvs
    }

    /// The command with all that it needs to talk to an emulator.
    pub(crate) fn kvs_at(&self, url: &str, line: &str) -> Command {
        let mut kvs = self.kvs(line);
        kvs.args(["--endpoint-url", url, "--region", "us-east-1"])
            .env("AWS_ACCESS_KEY_ID", "emulator")
            .env("AWS_SECRET_ACCESS_KEY", "emulator");
        kvs
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        Run::of(&mut self.kvs(line))
    }

    pub(crate) fn run_at(&self, url: &str, line: &str) -> Run {
        Run::of(&mut self.kvs_at(url, line))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// The lines of a file of JSON Lines.
    pub(crate) fn lines(&self, name: &str) -> Vec<Value> {
        json_lines(&self.read(name))
    }

    /// All names in the folder, hidden ones too.
    pub(crate) fn names(&self) -> Vec<String> {
        names(&self.folder)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// Expects all to be well.
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    pub(crate) fn json(&self) -> Vec<Value> {
        json_lines(&self.stdout)
    }

    /// Expects a failure that says these words in one line, and nothing else.
    pub(crate) fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?}: {self:?}");
        }
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn json_lines(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// All fragments of a file, which must be whole.
pub(crate) fn decode(bytes: impl Into<Bytes>) -> Vec<Fragment> {
    let mut decoder = Fragments::new();
    decoder.push(bytes.into());
    decoder.finish();
    std::iter::from_fn(|| decoder.next_fragment())
        .map(|next| next.unwrap())
        .collect()
}

/// A frame without its place in time, which a file may count from its own beginning.
#[derive(Debug, PartialEq)]
pub(crate) struct Picture {
    track: u64,
    keyframe: bool,
    data: Bytes,
}

pub(crate) fn pictures(fragments: &[Fragment]) -> Vec<Picture> {
    let frames = fragments.iter().flat_map(|fragment| &fragment.frames);
    let pictures = frames.map(|frame| Picture {
        track: frame.track,
        keyframe: frame.keyframe,
        data: frame.data.clone(),
    });
    pictures.collect()
}

/// What the file that the stream `demo` was made from holds.
pub(crate) fn demo() -> Vec<Fragment> {
    decode(fs::read(DEMO).unwrap())
}

pub(crate) fn serve(stream: Stream) -> Emulator {
    Emulator::builder().stream("cam", stream).start().unwrap()
}

/// The numbers of the fragments of the stream `cam`, in order.
pub(crate) fn numbers(bench: &Bench, url: &str) -> Vec<String> {
    let listed = bench.run_at(url, "list cam --json").well();
    let number = |line: &Value| line["number"].as_str().unwrap().to_owned();
    listed.json().iter().map(number).collect()
}

/// The number that a picture of the demo shows in sixteen squares along its top edge.
#[cfg(feature = "stills")]
pub(crate) fn number(file: &[u8]) -> u32 {
    let image = image::load_from_memory(file).unwrap().into_rgb8();
    let side = image.width() / 16;
    (0..16).fold(0, |number, square| {
        let green = image.get_pixel(square * side + side / 2, side / 2)[1];
        assert!(!(55..=200).contains(&green), "{green}");
        number << 1 | u32::from(green > 200)
    })
}
