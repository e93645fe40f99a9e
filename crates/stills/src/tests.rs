#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "what is not there fails the test"
)]

use super::*;

#[cfg(not(feature = "decoder"))]
#[test]
fn nothing_is_decoded_without_a_decoder() {
    let form = Form {
        format: Format::Png,
        size: Size::Own,
    };
    let error = Stills::<()>::new(form).err().unwrap();
    assert_eq!(error, Error::NotBuilt);
    assert!(error.to_string().contains("feature `decoder`"));
}

#[cfg(feature = "decoder")]
mod decoded {
    use kvs_mkv::{Fragment, Fragments};
    use kvs_mp4::Elementary;

    use super::*;

    /// 640 by 360 pixels, 25 a second; each shows its number in binary along its top edge.
    const DEMO: &[u8] = include_bytes!("../../emulator/demo/demo.mkv");

    fn first_fragment() -> Fragment {
        let mut fragments = Fragments::new();
        fragments.push(Bytes::from_static(DEMO));
        fragments.next_fragment().unwrap().unwrap()
    }

    /// The first frames, of which those that are `wanted` become pictures.
    fn pictures(count: usize, wanted: impl Fn(usize) -> bool, form: Form) -> Vec<(usize, Bytes)> {
        let fragment = first_fragment();
        let track = &fragment.tracks[0];
        let elementary = Elementary::new(track).unwrap();
        let mut stills = Stills::new(form).unwrap();
        let frames = fragment.frames.iter().filter(|f| f.track == track.number);
        let mut pictures = Vec::new();
        for (index, frame) in frames.take(count).enumerate() {
            let unit = Unit {
                shown: frame.timestamp,
                data: &elementary.frame(frame).unwrap().concat(),
            };
            pictures.extend(stills.push(unit, wanted(index).then_some(index)).unwrap());
        }
        pictures.extend(stills.flush().unwrap());
        assert_eq!(stills.take_lost(), []);
        pictures
    }

    fn number(file: &[u8]) -> u32 {
        let image = image::load_from_memory(file).unwrap().into_rgb8();
        let side = image.width() / 16;
        (0..16).fold(0, |number, square| {
            let green = image.get_pixel(square * side + side / 2, side / 2)[1];
            number << 1 | u32::from(green > 127)
        })
    }

    const SMALL: Form = Form {
        format: Format::Jpeg { quality: 80 },
        size: Size::High(90),
    };

    #[test]
    fn frames_without_a_mark_give_no_pictures_and_are_referred_to() {
        let some = pictures(50, |index| index % 20 == 7, SMALL);
        let shown: Vec<_> = some
            .iter()
            .map(|(mark, file)| (*mark, number(file)))
            .collect();
        assert_eq!(shown, [(7, 7), (27, 27), (47, 47)]);
    }

    #[test]
    fn pictures_have_the_size_that_was_asked_for() {
        for (size, expected) in [
            (Size::Own, (640, 360)),
            (Size::High(90), (160, 90)),
            (
                Size::Exactly {
                    width: 64,
                    height: 64,
                },
                (64, 64),
            ),
        ] {
            let form = Form {
                format: Format::Png,
                size,
            };
            let [(_, file)] = pictures(1, |_| true, form).try_into().unwrap();
            let picture = image::load_from_memory(&file).unwrap();
            assert_eq!((picture.width(), picture.height()), expected);
        }
    }

    #[test]
    fn a_lower_quality_is_a_smaller_file() {
        let size = |quality| {
            let form = Form {
                format: Format::Jpeg { quality },
                size: Size::Own,
            };
            pictures(1, |_| true, form)[0].1.len()
        };
        assert!(size(10) < size(80) && size(80) < size(100));
        assert_eq!(size(0), size(1));
    }

    #[test]
    fn what_would_be_too_large_is_lost() {
        let fragment = first_fragment();
        let elementary = Elementary::new(&fragment.tracks[0]).unwrap();
        let form = Form {
            format: Format::Png,
            size: Size::High(8_192),
        };
        let mut stills = Stills::new(form).unwrap();
        let data = &elementary.frame(&fragment.frames[0]).unwrap().concat();
        let mut pictures = stills.push(Unit { shown: 0, data }, Some("mark")).unwrap();
        pictures.extend(stills.flush().unwrap());
        assert_eq!(pictures, []);
        assert_eq!(stills.take_lost(), ["mark"]);
    }
}
