//! What one element may cost.

/// How large elements may be that are kept in memory; larger ones are
/// [damage](crate::Fault::TooLarge). Whatever sizes the input claims, a decoder holds one such
/// element, as far as it has arrived, beside the tracks and tags of one fragment, and at most 2 MiB of
/// memory that is used again: that of a large frame, for one, and that of pieces.
///
/// ```
/// use kvs_mkv::{Decoder, Limits};
///
/// let mut limits = Limits::default();
/// limits.frame = 1 << 20;
/// let decoder = Decoder::with_limits(limits);
/// # let _ = decoder;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a block with what belongs to it; 50 MiB, a little more than the service takes as
    /// a whole fragment.
    pub frame: usize,
    /// Bytes of all tags of a fragment; 1 MiB.
    pub tags: usize,
    /// Bytes of the description of all tracks; 4 MiB.
    pub tracks: usize,
    /// Bytes of any other element that is read; 64 KiB.
    pub header: usize,
    /// Bytes of memory that [`Fragments`](crate::Fragments) keeps for one fragment; 256 MiB. What
    /// goes beyond is left out, and told.
    pub fragment: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: 50 << 20,
            tags: 1 << 20,
            tracks: 4 << 20,
            header: 64 << 10,
            fragment: 256 << 20,
        }
    }
}
