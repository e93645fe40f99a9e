//! What a decoder reports.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::ebml::id;
use crate::fragment::{Frame, State, Tag};
use crate::number::FragmentNumber;
use crate::timestamp::Timestamp;
use crate::track::Track;

/// One thing found in the input.
///
/// A fragment is `Begin`, at most one `TagsBefore`, then `Frame`s and `TagsAfter` in stored order,
/// and `End`. `Damage` only stands between fragments.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A fragment begins.
    Begin(FragmentBegin),
    /// All tags before the first Cluster, the service's own among them, in order.
    TagsBefore(Vec<Tag>),
    /// A whole frame.
    Frame(Frame),
    /// The tags of one element after a Cluster, in order.
    TagsAfter(Vec<Tag>),
    /// The fragment ends.
    End(FragmentEnd),
    /// Bytes that belong to no fragment.
    Damage(Damage),
}

/// The beginning of a fragment, told when its first Cluster comes or it ends without one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FragmentBegin {
    /// Where it begins in the input, in bytes.
    pub offset: u64,
    /// The service's number, where the tags before the Cluster have it.
    pub number: Option<FragmentNumber>,
    /// The tracks in force.
    pub tracks: Arc<[Track]>,
    /// Nanoseconds of one tick of the timecodes.
    pub timestamp_scale: u64,
}

/// The end of a fragment, with all that the service said of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FragmentEnd {
    /// The service's number; `None` in ordinary files.
    pub number: Option<FragmentNumber>,
    /// When the service received it.
    pub server_timestamp: Option<Timestamp>,
    /// When the producer says it begins.
    pub producer_timestamp: Option<Timestamp>,
    /// Where it began in the input, in bytes.
    pub offset: u64,
    /// Its length in the input, in bytes.
    pub bytes: u64,
    /// What became of it.
    pub state: State,
}

/// A place where the input is not what it should be. The fragment before it is
/// [`Truncated`](State::Truncated), and all from there up to the next place where decoding can begin
/// is skipped; nothing, where it can go on at once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// Where it is in the input, in bytes.
    pub offset: u64,
    /// Bytes skipped from there on.
    pub skipped: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with damaged input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The input begins with something else than an EBML header: with these bytes, at most
    /// 32 of them.
    NotMatroska(Bytes),
    /// No element begins here.
    NoElement,
    /// An element that has no business here, by its id.
    Misplaced(u32),
    /// An element that is followed by what cannot follow it, so that its size must be wrong.
    BadSequel(u32),
    /// An element that reaches beyond what it is in, or beyond a place where decoding can begin.
    Overrun(u32),
    /// An element whose size is unknown but must not be.
    UnknownSize(u32),
    /// An element larger than its limit.
    TooLarge {
        /// Id of the element.
        id: u32,
        /// The size that it claims.
        size: u64,
    },
    /// An element whose payload contradicts itself.
    Malformed(u32),
    /// An element that its CRC-32 says is not what was written. A Cluster is told after its fragment,
    /// and nothing of it is skipped.
    Checksum {
        /// Id of the element.
        id: u32,
        /// The fragment that it belongs to, as far as that is known.
        fragment: Option<FragmentNumber>,
    },
    /// An EBML header of something else than Matroska or WebM: of this, or the beginning of it.
    DocType(String),
    /// An EBML header that demands a reader of a later version.
    Version {
        /// Id of the element that demands it.
        id: u32,
        /// The version.
        version: u64,
    },
    /// A block before the timecode of its Cluster, or with a time that no clock shows.
    NoTime(u32),
    /// An EncryptedBlock, which nobody can read.
    Encrypted,
    /// A fragment that exceeds [`Limits::fragment`](crate::Limits::fragment); only
    /// [`Fragments`](crate::Fragments) keeps that limit.
    FragmentTooLarge {
        /// Bytes of memory that were left out of it.
        left_out: u64,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset,
            skipped,
            fault,
        } = self;
        write!(f, "at byte {offset}: {fault}; {skipped} bytes skipped")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMatroska(first) => {
                write!(
                    f,
                    "not Matroska: it begins with \"{}\"",
                    first.escape_ascii()
                )
            }
            Self::NoElement => f.write_str("no element begins here"),
            Self::Misplaced(id) => write!(f, "{} is misplaced", Name(*id)),
            Self::BadSequel(id) => write!(f, "no element follows {}", Name(*id)),
            Self::Overrun(id) => write!(f, "{} reaches beyond its end", Name(*id)),
            Self::UnknownSize(id) => write!(f, "{} has an unknown size", Name(*id)),
            Self::TooLarge { id, size } => {
                write!(f, "{} of {size} bytes is over the limit", Name(*id))
            }
            Self::Malformed(id) => write!(f, "{} is malformed", Name(*id)),
            Self::Checksum { id, fragment } => {
                write!(f, "{}", Name(*id))?;
                if let Some(number) = fragment {
                    write!(f, " of fragment {number}")?;
                }
                f.write_str(" contradicts its checksum")
            }
            Self::DocType(name) => write!(f, "a document of type {name:?}, not Matroska"),
            Self::Version { id, version } => {
                write!(f, "{} {version} is of later readers than this", Name(*id))
            }
            Self::NoTime(id) => write!(f, "{} has no valid time", Name(*id)),
            Self::FragmentTooLarge { left_out } => {
                write!(f, "a fragment is over the limit by {left_out} bytes")
            }
            Self::Encrypted => f.write_str("EncryptedBlock cannot be read"),
        }
    }
}

/// An id as people know it.
struct Name(u32);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            id::EBML => "EBML header",
            id::SEGMENT => "Segment",
            id::SEEK_HEAD => "SeekHead",
            id::INFO => "Info",
            id::TRACKS => "Tracks",
            id::TAGS => "Tags",
            id::CUES => "Cues",
            id::CHAPTERS => "Chapters",
            id::ATTACHMENTS => "Attachments",
            id::CLUSTER => "Cluster",
            id::TIMESTAMP => "Timestamp",
            id::SIMPLE_BLOCK => "SimpleBlock",
            id::BLOCK_GROUP => "BlockGroup",
            id::VOID => "Void",
            id::EBML_READ_VERSION => "EBMLReadVersion",
            id::EBML_MAX_ID_LENGTH => "EBMLMaxIDLength",
            id::EBML_MAX_SIZE_LENGTH => "EBMLMaxSizeLength",
            id::DOC_TYPE_READ_VERSION => "DocTypeReadVersion",
            other => return write!(f, "element {other:X}"),
        })
    }
}
