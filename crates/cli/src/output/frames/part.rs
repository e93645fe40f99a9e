//! A file of a folder of frames.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use kvs_archive::mkv::{Bytes, Patch, Track};

use super::encoder::Encoder;
use crate::exit::Failure;
use crate::output::indexed::Indexed;
use crate::output::pending;

/// The file of a track, or of two that belong together.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) tracks: Vec<Track>,
    pub(super) encoder: Encoder,
    /// Frames so far.
    pub(super) frames: u64,
    file: BufWriter<File>,
    /// Bytes so far.
    position: u64,
}

impl Part {
    pub(super) fn create(
        folder: &Indexed,
        name: String,
        tracks: &[Track],
        encoder: Encoder,
    ) -> Result<Self, Failure> {
        let file = pending::create(&folder.path(&name));
        let file = file.map_err(|error| folder.unwritable(&name, &error))?;
        Ok(Self {
            name,
            tracks: tracks.to_vec(),
            encoder,
            frames: 0,
            file: BufWriter::new(file),
            position: 0,
        })
    }

    /// Writes to the end of the file; where that was before.
    pub(super) fn append(&mut self, pieces: &[Bytes], folder: &Indexed) -> Result<u64, Failure> {
        let at = self.position;
        for piece in pieces {
            let written = self.file.write_all(piece);
            written.map_err(|error| folder.unwritable(&self.name, &error))?;
            self.position = self.position.saturating_add(piece.len() as u64);
        }
        Ok(at)
    }

    /// Ends the file and brings it to the disk.
    pub(super) fn end(mut self, folder: &Indexed) -> Result<(String, u64), Failure> {
        let (pieces, patches) = self.encoder.finish();
        let written = end(&mut self.file, &pieces, &patches);
        written.map_err(|error| folder.unwritable(&self.name, &error))?;
        Ok((self.name, self.frames))
    }
}

fn end(file: &mut BufWriter<File>, pieces: &[Bytes], patches: &[Patch]) -> io::Result<()> {
    for piece in pieces {
        file.write_all(piece)?;
    }
    for patch in patches {
        file.seek(SeekFrom::Start(patch.offset))?;
        file.write_all(&patch.bytes)?;
    }
    file.flush()?;
    file.get_ref().sync_all()
}
