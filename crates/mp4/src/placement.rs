//! Where fragments go on the time line.

use bytes::Bytes;
use kvs_mkv::{Decoder, Event, Form, Fragment, Gaps, Tag, Writer, WriterOptions};

use crate::WriteError;

/// Places fragments on the time line that the Matroska [`Writer`] gives them, so that a recording
/// has the same times whatever it is written as.
///
/// ```
/// use kvs_mkv::{Fragment, Gaps};
/// use kvs_mp4::{Placement, WriteError};
///
/// /// When each frame is shown, in nanoseconds from the beginning.
/// fn times(fragments: &[Fragment]) -> Result<Vec<i128>, WriteError> {
///     let mut placement = Placement::new(Gaps::Close);
///     let mut times = Vec::new();
///     for fragment in fragments {
///         let shift = placement.place(fragment)?;
///         let frames = fragment.frames.iter();
///         times.extend(frames.map(|frame| i128::from(frame.timestamp) + shift));
///     }
///     Ok(times)
/// }
/// assert_eq!(times(&[])?, []);
/// # Ok::<(), WriteError>(())
/// ```
#[derive(Debug)]
pub struct Placement {
    /// Writes fragments whose frames are a byte each.
    writer: Writer,
    decoder: Decoder,
}

impl Placement {
    /// A time line without fragments.
    pub fn new(gaps: Gaps) -> Self {
        let options = WriterOptions {
            form: Form::Streamed,
            gaps,
            ..WriterOptions::default()
        };
        Self {
            writer: Writer::new(options),
            decoder: Decoder::new(),
        }
    }

    /// Nanoseconds to be added to the timestamps of all frames of the next fragment; 0 for one
    /// without frames.
    ///
    /// # Errors
    /// [`WriteError::Fragment`] where the Matroska writer refuses the fragment.
    pub fn place(&mut self, fragment: &Fragment) -> Result<i128, WriteError> {
        let Some(own) = fragment.frames.iter().map(|frame| frame.timestamp).min() else {
            return Ok(0);
        };
        self.writer.write(&outline(fragment))?;
        for piece in self.writer.take_output() {
            self.decoder.push(piece);
        }
        let mut placed: Option<i64> = None;
        while let Some(event) = self.decoder.next_event() {
            if let Event::Frame(frame) = event {
                placed = Some(placed.map_or(frame.timestamp, |first| first.min(frame.timestamp)));
            }
        }
        let placed = placed.map_or(0, i128::from);
        Ok(placed.saturating_sub(i128::from(own)))
    }
}

/// The fragment as far as its place depends on it. The tag lets the decoder see at once that the
/// last frame is whole.
fn outline(fragment: &Fragment) -> Fragment {
    let mut outline = fragment.clone();
    outline.raw.clear();
    outline.tags_before.clear();
    outline.tags_after = vec![Tag {
        name: "END".to_owned(),
        value: String::new(),
    }];
    for frame in &mut outline.frames {
        frame.data = Bytes::from_static(b"-");
    }
    outline
}
