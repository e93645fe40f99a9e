//! Element ids of RFC 8794 and RFC 9559, length marker included.

pub(crate) const EBML: u32 = 0x1A45_DFA3;
pub(crate) const EBML_VERSION: u32 = 0x4286;
pub(crate) const EBML_READ_VERSION: u32 = 0x42F7;
pub(crate) const EBML_MAX_ID_LENGTH: u32 = 0x42F2;
pub(crate) const EBML_MAX_SIZE_LENGTH: u32 = 0x42F3;
pub(crate) const DOC_TYPE: u32 = 0x4282;
pub(crate) const DOC_TYPE_VERSION: u32 = 0x4287;
pub(crate) const DOC_TYPE_READ_VERSION: u32 = 0x4285;
pub(crate) const VOID: u32 = 0xEC;
pub(crate) const CRC_32: u32 = 0xBF;

pub(crate) const SEGMENT: u32 = 0x1853_8067;

pub(crate) const SEEK_HEAD: u32 = 0x114D_9B74;
pub(crate) const SEEK: u32 = 0x4DBB;
pub(crate) const SEEK_ID: u32 = 0x53AB;
pub(crate) const SEEK_POSITION: u32 = 0x53AC;

pub(crate) const INFO: u32 = 0x1549_A966;
pub(crate) const SEGMENT_UUID: u32 = 0x73A4;
pub(crate) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
pub(crate) const DURATION: u32 = 0x4489;
pub(crate) const DATE_UTC: u32 = 0x4461;
pub(crate) const TITLE: u32 = 0x7BA9;
pub(crate) const MUXING_APP: u32 = 0x4D80;
pub(crate) const WRITING_APP: u32 = 0x5741;

pub(crate) const CLUSTER: u32 = 0x1F43_B675;
pub(crate) const TIMESTAMP: u32 = 0xE7;
pub(crate) const POSITION: u32 = 0xA7;
pub(crate) const PREV_SIZE: u32 = 0xAB;
pub(crate) const SILENT_TRACKS: u32 = 0x5854;
pub(crate) const SIMPLE_BLOCK: u32 = 0xA3;
pub(crate) const ENCRYPTED_BLOCK: u32 = 0xAF;
pub(crate) const BLOCK_GROUP: u32 = 0xA0;
pub(crate) const BLOCK: u32 = 0xA1;
pub(crate) const BLOCK_DURATION: u32 = 0x9B;
pub(crate) const REFERENCE_BLOCK: u32 = 0xFB;
pub(crate) const BLOCK_ADDITIONS: u32 = 0x75A1;
pub(crate) const BLOCK_MORE: u32 = 0xA6;
pub(crate) const BLOCK_ADD_ID: u32 = 0xEE;
pub(crate) const BLOCK_ADDITIONAL: u32 = 0xA5;

pub(crate) const TRACKS: u32 = 0x1654_AE6B;
pub(crate) const TRACK_ENTRY: u32 = 0xAE;
pub(crate) const TRACK_NUMBER: u32 = 0xD7;
pub(crate) const TRACK_UID: u32 = 0x73C5;
pub(crate) const TRACK_TYPE: u32 = 0x83;
pub(crate) const DEFAULT_DURATION: u32 = 0x23_E383;
pub(crate) const NAME: u32 = 0x536E;
pub(crate) const CODEC_ID: u32 = 0x86;
pub(crate) const CODEC_PRIVATE: u32 = 0x63A2;
pub(crate) const VIDEO: u32 = 0xE0;
pub(crate) const PIXEL_WIDTH: u32 = 0xB0;
pub(crate) const PIXEL_HEIGHT: u32 = 0xBA;
pub(crate) const AUDIO: u32 = 0xE1;
pub(crate) const SAMPLING_FREQUENCY: u32 = 0xB5;
pub(crate) const CHANNELS: u32 = 0x9F;
pub(crate) const BIT_DEPTH: u32 = 0x6264;
pub(crate) const CONTENT_ENCODINGS: u32 = 0x6D80;
pub(crate) const CONTENT_ENCODING: u32 = 0x6240;
pub(crate) const CONTENT_ENCODING_SCOPE: u32 = 0x5032;
pub(crate) const CONTENT_ENCODING_TYPE: u32 = 0x5033;
pub(crate) const CONTENT_COMPRESSION: u32 = 0x5034;
pub(crate) const CONTENT_COMP_ALGO: u32 = 0x4254;
pub(crate) const CONTENT_COMP_SETTINGS: u32 = 0x4255;

pub(crate) const CUES: u32 = 0x1C53_BB6B;
pub(crate) const CUE_POINT: u32 = 0xBB;
pub(crate) const CUE_TIME: u32 = 0xB3;
pub(crate) const CUE_TRACK_POSITIONS: u32 = 0xB7;
pub(crate) const CUE_TRACK: u32 = 0xF7;
pub(crate) const CUE_CLUSTER_POSITION: u32 = 0xF1;

pub(crate) const ATTACHMENTS: u32 = 0x1941_A469;
pub(crate) const CHAPTERS: u32 = 0x1043_A770;

pub(crate) const TAGS: u32 = 0x1254_C367;
pub(crate) const TAG: u32 = 0x7373;
pub(crate) const TARGETS: u32 = 0x63C0;
pub(crate) const SIMPLE_TAG: u32 = 0x67C8;
pub(crate) const TAG_NAME: u32 = 0x45A3;
pub(crate) const TAG_STRING: u32 = 0x4487;
pub(crate) const TAG_BINARY: u32 = 0x4485;

/// What an element of those above is a child of, as far as that is inside a BlockGroup, Tracks or
/// Tags.
fn parent(id: u32) -> Option<u32> {
    Some(match id {
        BLOCK | BLOCK_DURATION | REFERENCE_BLOCK | BLOCK_ADDITIONS => BLOCK_GROUP,
        BLOCK_MORE => BLOCK_ADDITIONS,
        BLOCK_ADD_ID | BLOCK_ADDITIONAL => BLOCK_MORE,
        TRACK_ENTRY => TRACKS,
        TRACK_NUMBER | TRACK_UID | TRACK_TYPE | DEFAULT_DURATION | NAME | CODEC_ID
        | CODEC_PRIVATE | VIDEO | AUDIO | CONTENT_ENCODINGS => TRACK_ENTRY,
        PIXEL_WIDTH | PIXEL_HEIGHT => VIDEO,
        SAMPLING_FREQUENCY | CHANNELS | BIT_DEPTH => AUDIO,
        CONTENT_ENCODING => CONTENT_ENCODINGS,
        CONTENT_ENCODING_SCOPE | CONTENT_ENCODING_TYPE | CONTENT_COMPRESSION => CONTENT_ENCODING,
        CONTENT_COMP_ALGO | CONTENT_COMP_SETTINGS => CONTENT_COMPRESSION,
        TAG => TAGS,
        TARGETS | SIMPLE_TAG => TAG,
        TAG_NAME | TAG_STRING | TAG_BINARY => SIMPLE_TAG,
        _ => return None,
    })
}

/// Whether an element has such children.
pub(crate) fn is_master(id: u32) -> bool {
    matches!(
        id,
        BLOCK_ADDITIONS
            | BLOCK_MORE
            | TRACK_ENTRY
            | VIDEO
            | AUDIO
            | CONTENT_ENCODINGS
            | CONTENT_ENCODING
            | CONTENT_COMPRESSION
            | TAG
            | TARGETS
            | SIMPLE_TAG
    )
}

/// Whether an element that comes after the head of a master of unknown size is inside it. What
/// is not known here is.
pub(crate) fn is_inside(id: u32, master: u32) -> bool {
    let mut around = parent(id);
    let is_known = around.is_some();
    while let Some(outer) = around {
        if outer == master {
            return true;
        }
        around = parent(outer);
    }
    !is_known
}
