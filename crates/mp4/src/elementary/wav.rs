//! Sound as WAV.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use kvs_mkv::{Fragment, Gaps, Patch, Timeline, Track};

use crate::codec::Codec;
use crate::codec::pcm::{self, Pcm, Samples};
use crate::time::Cadence;
use crate::{Problem, WriteError};

/// Bytes in front of the samples.
const HEAD: u32 = 58;
/// Samples of silence that are written at once.
const SILENCE: usize = 16_384;
/// How far one side of a pair may be ahead of the other before that is taken to be silent.
const AHEAD_SECONDS: u32 = 2;

/// Turns one track of sound into a WAV file, or two tracks of one channel each into a stereo file,
/// as contact centres record both ends of a call. Samples are where their timestamps put them, with
/// silence in between; A-law and mu-law stay what they are.
///
/// ```
/// use kvs_mkv::{Fragment, Gaps};
/// use kvs_mp4::{Wav, WriteError};
///
/// fn both_ends(fragments: &[Fragment]) -> Result<Vec<u8>, WriteError> {
///     let Some(first) = fragments.first() else {
///         return Ok(Vec::new());
///     };
///     let mut wav = Wav::new(&first.tracks, Gaps::Keep)?;
///     let mut file = Vec::new();
///     for fragment in fragments {
///         wav.write(fragment)?;
///         file.extend(wav.take_output().concat());
///     }
///     let (pieces, patches) = wav.finish();
///     file.extend(pieces.concat());
///     for patch in patches {
///         let at = patch.offset as usize;
///         file[at..at + patch.bytes.len()].copy_from_slice(&patch.bytes);
///     }
///     Ok(file)
/// }
/// ```
#[derive(Debug)]
pub struct Wav {
    timeline: Timeline,
    format: Pcm,
    sides: Vec<Side>,
    /// Bytes of samples so far.
    bytes: u32,
    /// What all silence is made of: a recording may be silent for days.
    silence: Bytes,
    output: Vec<Bytes>,
}

/// A track of the file.
#[derive(Debug, Clone)]
struct Side {
    track: u64,
    cadence: Cadence,
    /// Samples written and waiting.
    end: u64,
    waiting: VecDeque<Piece>,
}

/// Samples in a row.
#[derive(Debug, Clone)]
enum Piece {
    Sound(Bytes),
    /// So many bytes.
    Silence(usize),
}

impl Wav {
    /// A file of this track, or of the left and the right of a pair.
    ///
    /// # Errors
    /// [`WriteError::Track`] where a track is no sound without compression, or two are no pair.
    pub fn new(tracks: &[Track], gaps: Gaps) -> Result<Self, WriteError> {
        let mut formats = Vec::new();
        for track in tracks {
            let refuse = |problem| WriteError::track(track, problem);
            let Codec::Pcm(format) = Codec::of(track).map_err(refuse)? else {
                return Err(refuse(Problem::Codec));
            };
            let is_pair = formats.first().is_none_or(|first| *first == format);
            if !is_pair || (tracks.len() > 1 && format.channels != 1) || formats.len() > 1 {
                return Err(refuse(Problem::NotAPair));
            }
            formats.push(format);
        }
        let format = *formats
            .first()
            .ok_or(WriteError::Fragment(kvs_mkv::WriteError::NoTracks))?;
        let side = |track: &Track| Side {
            track: track.number,
            cadence: Cadence::new(format.rate),
            end: 0,
            waiting: VecDeque::new(),
        };
        let mut wav = Self {
            timeline: Timeline::new(gaps),
            format,
            sides: tracks.iter().map(side).collect(),
            bytes: 0,
            silence: vec![format.silence(); SILENCE.saturating_mul(format.block())].into(),
            output: Vec::new(),
        };
        wav.output.push(wav.head(u32::MAX));
        Ok(wav)
    }

    /// Adds a fragment; frames of other tracks are passed over.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] where the file would be larger than 4 GiB, and those of
    /// [`Timeline::place`]; nothing of the fragment is in the file then, or nothing of the
    /// [part](kvs_mkv::Part).
    pub fn write(&mut self, fragment: &Fragment) -> Result<(), WriteError> {
        let mut timeline = self.timeline.clone();
        let shift = timeline.place(fragment)?.shift();
        let mut sides = self.sides.clone();
        for side in &mut sides {
            side.add(fragment, shift, self.format, self.limit())?;
        }
        self.timeline = timeline;
        self.sides = sides;
        // As far as a part has come, one side may only seem to fall behind.
        if fragment.ends() {
            self.level();
        }
        self.flush();
        Ok(())
    }

    /// What is to be written next.
    pub fn take_output(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.output)
    }

    /// Ends the file: what is still to be written, and what then takes the place of bytes already
    /// written. Without those, as in a pipe, the head says that the file goes on to its end.
    pub fn finish(mut self) -> (Vec<Bytes>, Vec<Patch>) {
        let longest = self.sides.iter().map(|side| side.end).max();
        for side in &mut self.sides {
            side.fill(longest.unwrap_or(0), self.format);
        }
        self.flush();
        if self.bytes % 2 == 1 {
            self.output.push(Bytes::from_static(&[0]));
        }
        let patch = Patch {
            offset: 0,
            bytes: self.head(self.bytes),
        };
        (self.output, vec![patch])
    }

    /// Samples of a side that the file has room for.
    fn limit(&self) -> u64 {
        let block = u64::try_from(self.format.block()).unwrap_or(1);
        let sides = u64::try_from(self.sides.len()).unwrap_or(1);
        let room = u64::from(u32::MAX).saturating_sub(u64::from(HEAD));
        let block = block.saturating_mul(sides);
        room.checked_div(block).unwrap_or(0).saturating_sub(1)
    }

    /// Lets no side fall far behind the other.
    fn level(&mut self) {
        let longest = self.sides.iter().map(|side| side.end).max().unwrap_or(0);
        let ahead = u64::from(self.format.rate.saturating_mul(AHEAD_SECONDS));
        for side in &mut self.sides {
            side.fill(longest.saturating_sub(ahead), self.format);
        }
    }

    /// Puts out the samples that all sides have.
    fn flush(&mut self) {
        let before = self.output.len();
        let silence = &self.silence;
        match self.sides.as_mut_slice() {
            [left, right] => {
                let width = self.format.block();
                while let Some((left, right)) = pair(left, right, silence.len()) {
                    if let (Piece::Silence(left), Piece::Silence(right)) = (&left, &right) {
                        // Both as one: every byte of silence is the same.
                        let both = [*left, *right].map(|len| silence.slice(..len));
                        self.output.extend(both);
                    } else {
                        let (left, right) = (left.bytes(silence), right.bytes(silence));
                        self.output.push(interleave(&left, &right, width));
                    }
                }
            }
            sides => {
                for side in sides {
                    while let Some(piece) = side.take(silence.len()) {
                        self.output.push(piece.bytes(silence));
                    }
                }
            }
        }
        let added = self.output.iter().skip(before).map(Bytes::len);
        let added: usize = added.fold(0, usize::saturating_add);
        let added = u32::try_from(added).unwrap_or(u32::MAX);
        self.bytes = self.bytes.saturating_add(added);
    }

    fn head(&self, bytes: u32) -> Bytes {
        let Pcm {
            samples,
            rate,
            width,
            ..
        } = self.format;
        let number = match samples {
            Samples::ALaw => pcm::A_LAW,
            Samples::MuLaw => pcm::MU_LAW,
            Samples::Integers { .. } => pcm::PCM,
            Samples::Floats { .. } => pcm::FLOAT,
        };
        let sides = u16::try_from(self.sides.len()).unwrap_or(1);
        let channels = self.format.channels.saturating_mul(sides);
        let block = channels.saturating_mul(width);
        let odd = bytes & u32::from(bytes < u32::MAX);
        let count = match bytes {
            u32::MAX => u32::MAX,
            bytes => bytes.checked_div(u32::from(block)).unwrap_or(0),
        };
        let whole = bytes
            .saturating_add(odd)
            .saturating_add(HEAD.saturating_sub(8));
        let fields: [&[u8]; 17] = [
            b"RIFF",
            &whole.to_le_bytes(),
            b"WAVE",
            b"fmt ",
            &18_u32.to_le_bytes(),
            &number.to_le_bytes(),
            &channels.to_le_bytes(),
            &rate.to_le_bytes(),
            &rate.saturating_mul(u32::from(block)).to_le_bytes(),
            &block.to_le_bytes(),
            &width.saturating_mul(8).to_le_bytes(),
            &[0; 2],
            b"fact",
            &4_u32.to_le_bytes(),
            &count.to_le_bytes(),
            b"data",
            &bytes.to_le_bytes(),
        ];
        Bytes::from(fields.concat())
    }
}

impl Side {
    fn add(
        &mut self,
        fragment: &Fragment,
        shift: i128,
        format: Pcm,
        limit: u64,
    ) -> Result<(), WriteError> {
        let track = self.track;
        let frames = fragment.frames.iter();
        for frame in frames.filter(|frame| frame.track == track) {
            let block = format.block();
            let samples = frame.data.len().checked_div(block).unwrap_or(0);
            let count = u32::try_from(samples).map_err(|_| WriteError::TooLarge)?;
            let nanos = i128::from(frame.timestamp).saturating_add(shift);
            let at = self.cadence.place(nanos, count, fragment.timestamp_scale);
            let at = u64::try_from(at).unwrap_or(0);
            let end = at.max(self.end).saturating_add(u64::from(count));
            if end > limit {
                return Err(WriteError::TooLarge);
            }
            self.fill(at, format);
            // What is told twice is heard once.
            let told = self.end.saturating_sub(at).min(u64::from(count));
            let from = usize::try_from(told).unwrap_or(samples);
            let from = from.saturating_mul(block);
            let to = samples.saturating_mul(block);
            if from < to {
                let data = format.little_endian(&frame.data.slice(from..to));
                self.push(Piece::Sound(data), u64::from(count).saturating_sub(told));
            }
        }
        Ok(())
    }

    fn push(&mut self, piece: Piece, samples: u64) {
        self.waiting.push_back(piece);
        self.end = self.end.saturating_add(samples);
    }

    /// Adds silence up to a sample that the file has room for.
    fn fill(&mut self, to: u64, format: Pcm) {
        let missing = to.saturating_sub(self.end);
        if missing > 0 {
            let samples = usize::try_from(missing).unwrap_or(usize::MAX);
            let bytes = samples.saturating_mul(format.block());
            self.push(Piece::Silence(bytes), missing);
        }
    }

    /// Takes bytes of the first piece, `most` of them if it is silence.
    fn take(&mut self, most: usize) -> Option<Piece> {
        let len = self.waiting.front()?.len(most);
        self.split(len)
    }

    /// Takes so many bytes of the first piece, which has them.
    fn split(&mut self, len: usize) -> Option<Piece> {
        let first = self.waiting.front_mut()?;
        let (taken, is_used_up) = match first {
            Piece::Sound(sound) => (Piece::Sound(sound.split_to(len)), sound.is_empty()),
            Piece::Silence(left) => {
                *left = left.saturating_sub(len);
                (Piece::Silence(len), *left == 0)
            }
        };
        if is_used_up {
            self.waiting.pop_front();
        }
        Some(taken)
    }
}

impl Piece {
    /// Its bytes, or as many of them as `most` where it is silence.
    fn len(&self, most: usize) -> usize {
        match self {
            Self::Sound(sound) => sound.len(),
            Self::Silence(bytes) => most.min(*bytes),
        }
    }

    /// It as what is written; `silence` is at least as long.
    fn bytes(self, silence: &Bytes) -> Bytes {
        match self {
            Self::Sound(sound) => sound,
            Self::Silence(bytes) => silence.slice(..bytes),
        }
    }
}

/// As many bytes as the first pieces of both sides have; of silence, `most` of them.
fn pair(left: &mut Side, right: &mut Side, most: usize) -> Option<(Piece, Piece)> {
    let (first, second) = (left.waiting.front()?, right.waiting.front()?);
    let len = first.len(most).min(second.len(most));
    left.split(len).zip(right.split(len))
}

fn interleave(left: &[u8], right: &[u8], width: usize) -> Bytes {
    let mut both = BytesMut::with_capacity(left.len().saturating_add(right.len()));
    for (left, right) in left.chunks(width).zip(right.chunks(width)) {
        both.extend_from_slice(left);
        both.extend_from_slice(right);
    }
    both.freeze()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tests::{a_law, audio, fragment, fragment_at, frame, in_parts, pcm};

    fn whole(mut wav: Wav, fragments: &[Fragment]) -> Vec<u8> {
        for fragment in fragments {
            wav.write(fragment).unwrap();
        }
        let (pieces, patches) = wav.finish();
        let mut file = pieces.concat();
        for patch in patches {
            file[..patch.bytes.len()].copy_from_slice(&patch.bytes);
        }
        file
    }

    #[test]
    fn silence_goes_where_nothing_is_told() {
        let frames = vec![frame(1, 0, &[1; 8]), frame(1, 4, &[2; 8])];
        let tracks = [a_law(1)];
        let file = whole(
            Wav::new(&tracks, Gaps::Keep).unwrap(),
            &[fragment(&tracks, frames)],
        );
        let samples = [[1; 8].as_slice(), &[0xD5; 24], &[2; 8]].concat();
        assert_eq!(file[58..], samples);
        assert_eq!(file[4..8], 90_u32.to_le_bytes());
        assert_eq!(file[54..58], 40_u32.to_le_bytes());
        assert_eq!(file[20..22], [6, 0]);
    }

    #[test]
    fn both_ends_of_a_call_are_side_by_side() {
        let tracks = [pcm(1), pcm(2)];
        let wav = || Wav::new(&tracks, Gaps::Keep).unwrap();
        // The right begins a millisecond later, which is eight samples.
        let frames = vec![frame(1, 0, &[1; 20]), frame(2, 1, &[2; 8])];
        let file = whole(wav(), &[fragment(&tracks, frames)]);
        let both = [
            [1, 1, 0, 0].repeat(8),
            [1, 1, 2, 2].repeat(2),
            [0, 0, 2, 2].repeat(2),
        ];
        assert_eq!(file[58..], both.concat());
        assert_eq!(file[22..24], [2, 0]);
    }

    #[test]
    fn a_silent_end_does_not_hold_the_other_back() {
        let tracks = [pcm(1), pcm(2)];
        let mut wav = Wav::new(&tracks, Gaps::Keep).unwrap();
        wav.take_output();
        let frames = vec![frame(1, 0, &[1; 48_000])];
        wav.write(&fragment(&tracks, frames)).unwrap();
        let written: usize = wav.take_output().iter().map(Bytes::len).sum();
        assert_eq!(written, 4 * (24_000 - 16_000));
    }

    #[test]
    fn both_ends_are_the_same_in_parts() {
        let tracks = [pcm(1), pcm(2)];
        // The left is told five seconds before the right is.
        let side = |track| (0..50).map(move |at| frame(track, at * 100, &[2; 1_600]));
        let told = fragment_at(0, &tracks, side(1).chain(side(2)).collect());
        let wav = || Wav::new(&tracks, Gaps::Keep).unwrap();
        let (all, parts) = in_parts(&told, 4_000);
        assert!(parts.len() > 20);
        assert!(whole(wav(), &parts) == whole(wav(), &[all]));
    }

    #[test]
    fn hours_of_silence_take_no_memory() {
        for tracks in [vec![pcm(1)], vec![pcm(1), pcm(2)]] {
            let mut wav = Wav::new(&tracks, Gaps::Keep).unwrap();
            let ends = |ms| {
                tracks
                    .iter()
                    .map(move |track| frame(track.number, ms, &[1; 8]))
            };
            let frames = ends(0).chain(ends(600_000)).collect();
            wav.write(&fragment(&tracks, frames)).unwrap();
            let pieces = wav.take_output();
            let written: usize = pieces.iter().map(Bytes::len).sum();
            assert_eq!(written, 58 + tracks.len() * 2 * (600 * 8_000 + 4));
            let places: BTreeSet<_> = pieces.iter().map(|piece| piece.as_ptr()).collect();
            assert_eq!(places.len(), 4, "head, sound, silence and sound");
        }
    }

    #[test]
    fn what_is_told_twice_is_heard_once() {
        let tracks = [a_law(1)];
        let frames = vec![frame(1, 0, &[1; 80]), frame(1, 5, &[2; 80])];
        let file = whole(
            Wav::new(&tracks, Gaps::Keep).unwrap(),
            &[fragment(&tracks, frames)],
        );
        assert_eq!(file[58..], [[1; 80].as_slice(), &[2; 40]].concat());
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for tracks in [[pcm(1), a_law(2)], [pcm(1), audio(2)]] {
            let refused = Wav::new(&tracks, Gaps::Keep);
            assert!(matches!(refused, Err(WriteError::Track { track: 2, .. })));
        }
        assert!(Wav::new(&[], Gaps::Keep).is_err());
    }
}
