//! Fragments that come in parts.

use super::*;
use crate::tests::in_parts;

/// Pictures out of order, and sound that goes on.
fn recorded(second: i64) -> Fragment {
    let mut frames = Vec::new();
    let order = [0, 120, 40, 80, 160, 280, 200, 240, 320, 440, 360, 400];
    for (index, ms) in order.into_iter().enumerate() {
        let mut data = vec![0, 0, 0, 40, 0x65];
        data.resize(44, index as u8);
        frames.push(Frame {
            keyframe: index == 0,
            ..frame(1, second * 1_000 + ms, &data)
        });
        if index % 3 != 0 {
            let sound = second * 1_000 + index as i64 * 42;
            frames.push(frame(2, sound, &[index as u8; 9]));
        }
    }
    fragment_at(second * 1_000, &[video(1), audio(2)], frames)
}

/// Two fragments: as they are, and as parts.
fn both(size: u64) -> (Vec<Fragment>, Vec<Fragment>) {
    let (first, parts) = in_parts(&recorded(3), size);
    let (second, more) = in_parts(&recorded(5), size);
    assert!(size > 200 || parts.len() > 3);
    (vec![first, second], [parts, more].concat())
}

#[test]
fn a_file_is_the_same_in_parts() {
    for size in [1, 60, 200, 400, 10_000] {
        let (whole, parts) = both(size);
        let same = write(Form::Faststart, &parts) == write(Form::Faststart, &whole);
        assert!(same, "parts of {size} bytes");
    }
}

#[test]
fn a_player_finds_the_same_in_fragments_of_parts() {
    for size in [1, 60, 200, 10_000] {
        let (whole, parts) = both(size);
        let found = read(&write(Form::Fragmented, &parts));
        assert_eq!(found, read(&write(Form::Fragmented, &whole)));
        assert_eq!(found[0].len(), 24);
    }
}

#[test]
fn what_is_refused_is_refused_with_its_first_part() {
    let (first, _) = in_parts(&recorded(3), 1);
    // Pictures whose distance no MP4 can tell: more than its 32 bits, which count milliseconds.
    let (far, parts) = in_parts(&recorded(5_000_000), 100);
    let mut writer = Writer::new(options(Form::Faststart));
    writer.write(&first).unwrap();
    let refused = writer.write(&parts[0]).unwrap_err();
    assert_eq!(writer.write(&far).unwrap_err(), refused);
    writer.take_output();
    for part in &parts[1..] {
        assert!(writer.write(part).is_err());
        assert_eq!(writer.take_output(), Vec::<Bytes>::new());
    }
}
