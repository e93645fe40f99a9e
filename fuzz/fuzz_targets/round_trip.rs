//! What any bytes hold, written as a file, is the same frames again.
#![no_main]

use kvs_fuzz::{complete, decode, frames, kept};
use kvs_mkv::{Form, Gaps, Writer, WriterOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [flags, low, high, bytes @ ..] = input else {
        return;
    };
    let mut options = WriterOptions::default();
    options.cluster_bytes = u16::from_le_bytes([*low, *high]).into();
    if flags & 1 != 0 {
        options.form = Form::Streamed;
    }
    if flags & 2 != 0 {
        options.gaps = Gaps::Keep;
    }
    let mut writer = Writer::new(options);
    let mut written = Vec::new();
    for fragment in decode(bytes, &[]).into_iter().flatten() {
        if writer.write(&fragment).is_ok() {
            written.extend(fragment.frames);
        }
    }
    let read = frames(&complete(writer));
    assert!(read.iter().map(kept).eq(written.iter().map(kept)));
});
