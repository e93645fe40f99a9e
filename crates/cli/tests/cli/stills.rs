//! `kvs frames --stills`.

use crate::support::{Bench, DEMO};

#[test]
#[cfg(not(feature = "stills"))]
fn stills_need_the_decoder() {
    let bench = Bench::new("frames_no_stills");
    let run = bench.run(&format!("frames {DEMO} --stills jpg -o x"));
    run.fails(2, &["without its decoder", "--features stills"]);
    assert_eq!(bench.names(), [""; 0]);
}

/// Stills are looked at, and not only counted: each shows the number of its picture.
#[cfg(feature = "stills")]
mod decoded {
    use kvs_archive::mkv::payload::{self, PayloadOptions};
    use kvs_archive::mkv::{Fragment, Timestamp};
    use serde_json::Value;

    use super::*;
    use crate::support::{decode, names, number};

    /// The numbers that the stills of a folder show, as its index has them.
    fn numbers(bench: &Bench, folder: &str) -> Vec<u32> {
        let index = bench.lines(&format!("{folder}/frames.jsonl"));
        let stills = index.iter().map(|line| file(bench, folder, line));
        stills.map(|still| number(&still)).collect()
    }

    fn file(bench: &Bench, folder: &str, line: &Value) -> Vec<u8> {
        bench.read(&format!("{folder}/{}", line["file"].as_str().unwrap()))
    }

    #[test]
    fn keyframes_are_images_of_what_was_to_be_seen_then() {
        let bench = Bench::new("frames_stills");
        for format in ["jpg", "png"] {
            let line = format!("--emulator frames demo --keyframes --stills {format} -o {format}");
            bench.run(&line).well();
            for name in names(&bench.path(format)) {
                assert!(name.ends_with(format) || name == "frames.jsonl", "{name}");
            }
            let expected: Vec<u32> = (0..750).step_by(50).collect();
            assert_eq!(numbers(&bench, format), expected);
        }
    }

    #[test]
    fn every_picture_can_be_an_image() {
        let bench = Bench::new("frames_all_stills");
        let known = bench.run("--emulator list demo --json").well().json();
        let third = known[2]["number"].as_str().unwrap();
        let line = format!("--emulator frames demo --fragments {third} --stills jpg -o out");
        let run = bench.run(&line).well();
        assert!(run.stderr.contains("track 1: 50 frames"), "{run:?}");
        assert!(!run.stderr.contains("decoded"), "{run:?}");
        assert_eq!(numbers(&bench, "out"), (100..150).collect::<Vec<_>>());
    }

    /// 60 pictures at 25 a second, most of which are shown before others that are stored before
    /// them. Every twentieth is a keyframe, and the one shown before it refers to it:
    ///
    /// ```sh
    /// ffmpeg -f lavfi -i "color=black:s=320x180:r=25:d=2.4,format=gray,geq=lum='if(
    ///     lt(Y,20)*mod(floor(N/pow(2,15-floor(X/20))),2),255,if(lt(Y,20),0,40+0.5*mod(X+2*N,256)))'" \
    ///     -c:v libx264 -preset veryslow -crf 30 -pix_fmt yuv420p \
    ///     -x264-params bframes=3:b-pyramid=normal:keyint=20:min-keyint=20:scenecut=0:open-gop=1 \
    ///     -fflags +bitexact -flags +bitexact -cluster_time_limit 5000 between.mkv
    /// ```
    const BETWEEN: &[u8] = include_bytes!("between.mkv");

    /// The same as the service stores it, which begins a fragment at each keyframe.
    fn recorded() -> Vec<Fragment> {
        let [all] = decode(BETWEEN).try_into().unwrap();
        let of_keyframe = all.frames.chunk_by(|_, next| !next.keyframe);
        let fragment = |frames: &[_]| {
            let mut fragment = all.clone();
            fragment.frames = frames.to_vec();
            fragment
        };
        of_keyframe.map(fragment).collect()
    }

    fn sent(fragments: &[Fragment]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (count, fragment) in (0_u8..).zip(fragments) {
            let begin = fragment.frames.iter().map(|frame| frame.timestamp).min();
            let options = PayloadOptions {
                number: (101 + u32::from(count)).to_string().parse().unwrap(),
                server_timestamp: Timestamp::from_millis(0),
                producer_timestamp: Timestamp::from_nanos(begin.unwrap()),
                shift: 0,
            };
            bytes.extend(payload::encode(fragment, &options).concat());
        }
        bytes
    }

    #[test]
    fn frames_between_others_all_become_images_at_their_times() {
        let bench = Bench::new("frames_between");
        bench.write("file.mkv", BETWEEN);
        bench.write("sent.raw", sent(&recorded()));
        for input in ["file.mkv", "sent.raw"] {
            bench
                .run(&format!("frames {input} --stills png -o out --overwrite"))
                .well();
            assert_eq!(numbers(&bench, "out"), (0..60).collect::<Vec<_>>());
            let index = bench.lines("out/frames.jsonl");
            for (line, count) in index.iter().zip(0_u32..) {
                assert_eq!(line["position_ms"], 40.0 * f64::from(count));
            }
        }
        let index = bench.lines("out/frames.jsonl");
        let fragments: Vec<&str> = index
            .iter()
            .map(|line| line["fragment"].as_str().unwrap())
            .collect();
        // Picture 19 is stored behind the keyframe that is shown after it.
        let of_each = [("101", 19), ("102", 20), ("103", 21)];
        let expected = of_each.map(|(number, count)| vec![number; count]);
        assert_eq!(fragments, expected.concat());
        assert_eq!(index[19]["time"], "1970-01-01T00:00:00.760Z");
    }

    /// A frame that is cut short takes with it all that refers to it.
    #[test]
    fn frames_that_cannot_be_decoded_are_named() {
        let bench = Bench::new("frames_undecodable");
        let mut fragments = recorded();
        let mut shown = 0..60;
        let frame = &mut fragments[2].frames[5];
        let length = frame.data.len() / 2;
        let mut half = frame.data.slice(..length).to_vec();
        half[..4].copy_from_slice(&u32::try_from(length - 4).unwrap().to_be_bytes());
        frame.data = half.into();
        bench.write("sent.raw", sent(&fragments));

        let run = bench.run("frames sent.raw --stills png -o out");
        assert_eq!(run.code, 3, "{run:?}");
        let decoded = numbers(&bench, "out");
        assert!(
            decoded
                .iter()
                .all(|number| shown.any(|next| next == *number))
        );
        let times: Vec<f64> = bench
            .lines("out/frames.jsonl")
            .iter()
            .map(|line| line["position_ms"].as_f64().unwrap() / 40.0)
            .collect();
        assert_eq!(
            times,
            decoded.iter().map(|n| f64::from(*n)).collect::<Vec<_>>()
        );
        let lost = 60 - decoded.len();
        for words in [
            format!("{lost} frames could not be decoded"),
            "out.missing.jsonl".to_owned(),
        ] {
            assert!(run.stderr.contains(&words), "no {words:?}: {run:?}");
        }
        let [hole] = bench.lines("out.missing.jsonl").try_into().unwrap();
        assert_eq!(hole["number"], "103");
        let reason = hole["reason"].as_str().unwrap();
        assert!(reason.starts_with(&format!("{lost} frames cannot be decoded: track 1 at ")));
        for number in (0_u32..60).filter(|number| !decoded.contains(number)) {
            let at = match number % 25 * 40 {
                0 => format!("00:00:{:02}Z", number / 25),
                millis => format!("00:00:{:02}.{millis:03}Z", number / 25),
            };
            assert!(reason.contains(&at), "no {at}: {reason}");
        }

        let strict = bench.run("frames sent.raw --stills png -o strict --strict");
        strict.fails(
            1,
            &["fragment 103", "cannot be decoded", "without --strict"],
        );
        assert_eq!(bench.names(), ["out", "out.missing.jsonl", "sent.raw"]);
    }

    #[test]
    fn what_has_no_pictures_to_decode_is_refused() {
        let bench = Bench::new("frames_stills_refused");
        let frames = |rest: &str| bench.run(&format!("frames {DEMO} --stills jpg {rest}"));
        frames("--track 2 -o x").fails(1, &["track 2", "no pictures", "--stills"]);
        frames("-o -").fails(2, &["--stills needs a folder"]);
    }
}
