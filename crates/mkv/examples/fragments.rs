//! The fragments of a file as lines of JSON, each frame by its hash.
//!
//! ```sh
//! cargo run --example fragments -- capture.mkv           # in one piece
//! cargo run --example fragments -- capture.mkv 1         # a byte at a time
//! cargo run --example fragments -- capture.mkv 1..5000   # in pieces of such sizes, at random
//! ```
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to a person"
)]

use std::error::Error;
use std::process::ExitCode;

use kvs_mkv::{Bytes, Damage, Fragment, Fragments, Frame, Tag};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match &arguments[..] {
        [file] => tell(file, None),
        [file, sizes] => tell(file, Some(sizes)),
        _ => Err("usage: fragments FILE [SIZE|LEAST..MOST]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn tell(file: &str, sizes: Option<&str>) -> Result<(), Box<dyn Error>> {
    let mut rest = Bytes::from(std::fs::read(file)?);
    let mut sizes = match sizes {
        None => Sizes::between(rest.len(), rest.len()),
        Some(sizes) => sizes.parse()?,
    };
    let mut fragments = Fragments::new();
    while !rest.is_empty() {
        let piece = rest.split_to(sizes.next().min(rest.len()));
        // A piece that comes over the network shares its memory with no other.
        fragments.push(Bytes::copy_from_slice(&piece));
        drain(&mut fragments);
    }
    fragments.finish();
    drain(&mut fragments);
    Ok(())
}

fn drain(fragments: &mut Fragments) {
    while let Some(next) = fragments.next_fragment() {
        println!("{}", next.map_or_else(|d| damage(&d), |f| fragment(&f)));
    }
}

fn damage(damage: &Damage) -> Value {
    json!({ "damage": damage.to_string() })
}

fn fragment(fragment: &Fragment) -> Value {
    let tags = |tags: &[Tag]| -> Vec<[String; 2]> {
        let pair = |tag: &Tag| [tag.name.clone(), tag.value.clone()];
        tags.iter().map(pair).collect()
    };
    let tracks: Vec<u64> = fragment.tracks.iter().map(|track| track.number).collect();
    let frames: Vec<Value> = fragment.frames.iter().map(frame).collect();
    json!({
        "number": fragment.number.as_ref().map(ToString::to_string),
        "state": format!("{:?}", fragment.state),
        "offset": fragment.offset,
        "bytes": fragment.bytes,
        "tracks": tracks,
        "tags_before": tags(&fragment.tags_before),
        "tags_after": tags(&fragment.tags_after),
        "frames": frames,
    })
}

fn frame(frame: &Frame) -> Value {
    let digest = Sha256::digest(&frame.data);
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "track": frame.track,
        "timestamp": frame.timestamp,
        "keyframe": frame.keyframe,
        "bytes": frame.data.len(),
        "sha256": hash,
    })
}

/// Sizes of pieces, the same on every run.
struct Sizes {
    least: usize,
    most: usize,
    seed: u64,
}

impl Sizes {
    fn between(least: usize, most: usize) -> Self {
        Self {
            least: least.max(1),
            most: most.max(1),
            seed: 1,
        }
    }

    fn next(&mut self) -> usize {
        // Steele and Vigna's multiplier for a congruential generator of 64 bits.
        self.seed = self
            .seed
            .wrapping_mul(0xD134_2543_DE82_EF95)
            .wrapping_add(1);
        let span = self.most.saturating_sub(self.least).saturating_add(1);
        let random = usize::try_from(self.seed >> 33).unwrap_or(0);
        self.least
            .saturating_add(random.checked_rem(span).unwrap_or(0))
    }
}

impl std::str::FromStr for Sizes {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        Ok(Self::between(least.parse()?, most.parse()?))
    }
}
