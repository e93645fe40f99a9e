//! Writes a Matroska file or a capture of the service anew: `remux IN.mkv OUT.mp4 [fragmented]`,
//! `remux IN.mkv OUT.h264 TRACK`, `remux IN.mkv OUT.wav TRACK...`.
#![allow(clippy::print_stderr, reason = "a program says what is wrong")]

use std::error::Error;
use std::fs;
use std::path::Path;

use kvs_mkv::{Bytes, Fragment, Fragments, Gaps, Track};
use kvs_mp4::{Elementary, Form, Wav, Writer, WriterOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, rest @ ..] = arguments.as_slice() else {
        return Err("remux IN.mkv OUT.(mp4|wav|h264|h265|aac) [fragmented | TRACK...]".into());
    };
    let fragments = read(Path::new(input))?;
    let written = if output.ends_with(".mp4") {
        mp4(&fragments, !rest.is_empty())?
    } else {
        let numbers = rest.iter().map(|number| number.parse());
        let numbers = numbers.collect::<Result<Vec<u64>, _>>()?;
        let tracks = fragments.iter().flat_map(|fragment| fragment.tracks.iter());
        let track = |number: &u64| {
            tracks
                .clone()
                .find(|track| track.number == *number)
                .cloned()
        };
        let tracks: Option<Vec<Track>> = numbers.iter().map(track).collect();
        let tracks = tracks.ok_or("there is no such track")?;
        match tracks.as_slice() {
            [track] if !output.ends_with(".wav") => elementary(&fragments, track)?,
            tracks => wav(&fragments, tracks)?,
        }
    };
    Ok(fs::write(output, written)?)
}

fn read(input: &Path) -> Result<Vec<Fragment>, Box<dyn Error>> {
    let mut decoder = Fragments::new();
    decoder.push(Bytes::from(fs::read(input)?));
    decoder.finish();
    let mut fragments = Vec::new();
    while let Some(next) = decoder.next_fragment() {
        match next {
            Ok(fragment) => fragments.push(fragment),
            Err(damage) => eprintln!("{damage}"),
        }
    }
    Ok(fragments)
}

fn mp4(fragments: &[Fragment], fragmented: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let form = match fragmented {
        true => Form::Fragmented,
        false => Form::Faststart,
    };
    let mut writer = Writer::new(WriterOptions {
        form,
        gaps: Gaps::Close,
    });
    let mut spool = Vec::new();
    for fragment in fragments {
        writer.write(fragment)?;
        spool.extend(writer.take_output());
    }
    let tail = writer.finish()?;
    Ok([tail.head, spool, tail.pieces].concat().concat())
}

fn elementary(fragments: &[Fragment], track: &Track) -> Result<Vec<u8>, Box<dyn Error>> {
    let elementary = Elementary::new(track)?;
    let frames = fragments.iter().flat_map(|fragment| &fragment.frames);
    let mut stream = Vec::new();
    for frame in frames.filter(|frame| frame.track == track.number) {
        stream.extend(elementary.frame(frame)?.concat());
    }
    Ok(stream)
}

fn wav(fragments: &[Fragment], tracks: &[Track]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut wav = Wav::new(tracks, Gaps::Keep)?;
    let mut file = Vec::new();
    for fragment in fragments {
        wav.write(fragment)?;
        file.extend(wav.take_output().concat());
    }
    let (pieces, patches) = wav.finish();
    file.extend(pieces.concat());
    for patch in patches {
        let at = usize::try_from(patch.offset)?;
        let end = at.saturating_add(patch.bytes.len());
        let place = file.get_mut(at..end).ok_or("a patch reaches too far")?;
        place.copy_from_slice(&patch.bytes);
    }
    Ok(file)
}
