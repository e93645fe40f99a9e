//! Cuts a file, flips single bits of it, and checks what is read then.
//!
//! ```sh
//! cargo run --release --example damage -- capture.mkv 30000 10000   # so many cuts and flips
//! ```
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to a person"
)]

use std::error::Error;
use std::ops::Range;
use std::process::ExitCode;

use kvs_mkv::{Bytes, Damage, Fragment, Fragments};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match &arguments[..] {
        [file, cuts, flips] => check(file, cuts, flips),
        _ => Err("usage: damage FILE CUTS FLIPS".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn check(file: &str, cuts: &str, flips: &str) -> Result<(), Box<dyn Error>> {
    let bytes = Bytes::from(std::fs::read(file)?);
    let whole: Result<Vec<Fragment>, Damage> = read(bytes.clone()).into_iter().collect();
    let whole = whole.map_err(|damage| damage.to_string())?;
    // Every byte of a small file, and of others as many as are asked for.
    let step = bytes.len().div_ceil(cuts.parse::<usize>()?.max(1)).max(1);
    for cut in (0..bytes.len()).step_by(step) {
        check_cut(&bytes, cut, &whole).map_err(|what| format!("cut at {cut}: {what}"))?;
    }
    let mut places = Places(1);
    for _ in 0..flips.parse::<u64>()? {
        let (at, mask) = places.next(bytes.len());
        check_flip(&bytes, at, mask, &whole)
            .map_err(|what| format!("byte {at} ^ {mask:02x}: {what}"))?;
    }
    println!(
        "{} fragments, a cut every {step} bytes, {flips} flips",
        whole.len()
    );
    Ok(())
}

type Told = Result<Fragment, Damage>;

fn read(bytes: Bytes) -> Vec<Told> {
    let mut fragments = Fragments::new();
    fragments.push(bytes);
    fragments.finish();
    std::iter::from_fn(|| fragments.next_fragment()).collect()
}

/// What was whole before the cut is still there, and of the next one no frame but its first ones.
fn check_cut(bytes: &Bytes, cut: usize, whole: &[Fragment]) -> Result<(), String> {
    /// As much of the next element as tells whose it is.
    const HEAD: u64 = 12;
    let told = read(bytes.slice(..cut));
    account(&told, cut)?;
    let cut = cut as u64;
    let mut read = told.iter().filter_map(|told| told.as_ref().ok());
    for original in whole.iter().take_while(|original| original.offset < cut) {
        let found = read.next();
        let end = span(original).end;
        let is_there = match found {
            Some(found) if cut < end => original.frames.starts_with(&found.frames),
            Some(found) if (end..end.saturating_add(HEAD)).contains(&cut) => is_it(found, original),
            _ => cut < end || found == Some(original),
        };
        if !is_there {
            return Err(format!("the fragment at {} is another", original.offset));
        }
    }
    match read.next() {
        Some(more) => Err(format!("there is another fragment at {}", more.offset)),
        None => Ok(()),
    }
}

/// What the byte is not in is still there, and nothing else is, but where the byte is.
fn check_flip(bytes: &Bytes, at: usize, mask: u8, whole: &[Fragment]) -> Result<(), String> {
    let mut flipped = bytes.to_vec();
    if let Some(byte) = flipped.get_mut(at) {
        *byte ^= mask;
    }
    let told = read(flipped.into());
    account(&told, bytes.len())?;
    let read = || told.iter().filter_map(|told| told.as_ref().ok());
    let (touched, others): (Vec<_>, Vec<_>) = whole
        .iter()
        .partition(|original| span(original).contains(&(at as u64)));
    for original in &others {
        if !read().any(|read| is_it(read, original)) {
            return Err(format!("the fragment at {} is lost", original.offset));
        }
    }
    let mut spare: usize = touched.iter().map(|original| original.frames.len()).sum();
    for read in read().filter(|read| !others.iter().any(|original| is_it(read, original))) {
        let is_there = touched
            .iter()
            .any(|original| span(original).contains(&read.offset));
        spare = match spare.checked_sub(read.frames.len()) {
            Some(left) if is_there => left,
            _ => return Err(format!("frames at {} are invented", read.offset)),
        };
    }
    Ok(())
}

/// Where a fragment is.
fn span(fragment: &Fragment) -> Range<u64> {
    fragment.offset..fragment.offset.saturating_add(fragment.bytes)
}

/// Whether a fragment is what it was. One that ends where the damage is may have it counted in.
fn is_it(read: &Fragment, original: &Fragment) -> bool {
    read.offset == original.offset
        && read.number == original.number
        && read.frames == original.frames
}

/// Checks that every byte is in a fragment or in damage.
fn account(told: &[Told], len: usize) -> Result<(), String> {
    let mut position = 0;
    for next in told {
        let (offset, len) = match next {
            Ok(fragment) => (fragment.offset, fragment.bytes),
            // A Cluster that contradicts its checksum has been told already.
            Err(damage) if damage.skipped == 0 => continue,
            Err(damage) => (damage.offset, damage.skipped),
        };
        if offset != position {
            return Err(format!("what follows byte {position} is at {offset}"));
        }
        position = offset.saturating_add(len);
    }
    match position == len as u64 {
        true => Ok(()),
        false => Err(format!("nothing is told of what follows byte {position}")),
    }
}

/// Places of bits, the same on every run.
struct Places(u64);

impl Places {
    fn next(&mut self, len: usize) -> (usize, u8) {
        // Steele and Vigna's multiplier for a congruential generator of 64 bits.
        self.0 = self.0.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(1);
        let random = usize::try_from(self.0 >> 33).unwrap_or(0);
        let at = random.checked_rem(len).unwrap_or(0);
        (at, 1 << (self.0 >> 30 & 7))
    }
}
