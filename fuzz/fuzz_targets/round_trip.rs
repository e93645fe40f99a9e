//! What any bytes hold, written as a file, is the same frames again; and the same file, where the
//! fragments come in parts.
#![no_main]

use kvs_fuzz::{complete, decode, frames, kept, parts};
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
    let mut writer = Writer::new(options.clone());
    let mut written = Vec::new();
    for fragment in decode(bytes, &[]).into_iter().flatten() {
        if writer.write(&fragment).is_ok() {
            written.extend(fragment.frames);
        }
    }
    let file = complete(writer);
    let read = frames(&file);
    assert!(read.iter().map(kept).eq(written.iter().map(kept)));
    if flags & 4 != 0 {
        let mut writer = Writer::new(options);
        for part in parts(bytes, *high) {
            // It refuses the parts of what it has refused as a whole.
            let _ = writer.write(&part);
        }
        assert_eq!(complete(writer), file);
    }
});
