use super::*;
use crate::load::{CONTINUATION_TOKEN, MILLIS_BEHIND};
use kvs_api::media::{GetMedia, StartSelector, StartSelectorType};
use kvs_mkv::{State, Tag, Writer, WriterOptions};

const A: &str = "91343852333181432392682062607743920146159169392";
const B: &str = "91343852333181432397633822764885441725874549018";
const C: &str = "91343852333181432402585582922026963247510532162";

fn stream(pieces: &[Vec<u8>]) -> Stream {
    Stream::from_matroska(pieces.concat()).unwrap()
}

fn tag(name: &str, value: &str) -> Tag {
    Tag {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn body(client: &Client, fragment: &Fragment) -> Vec<u8> {
    client.answer(fetch(&[number(fragment)])).body
}

#[test]
fn captures_are_served_byte_for_byte() {
    let pieces = capture(&[A, B, C]);
    let emulator = emulator(stream(&pieces));
    let client = Client::of(&emulator);
    let numbers = [C, A, B].map(str::to_owned);
    let expected = [&pieces[2][..], &pieces[0], &pieces[1]].concat();
    assert_eq!(client.answer(fetch(&numbers)).body, expected);
    let listed = sorted(listed(&client));
    for ((listed, piece), number) in listed.iter().zip(&pieces).zip([A, B, C]) {
        assert_eq!(listed.fragment_number.as_deref(), Some(number));
        assert_eq!(
            listed.fragment_size_in_bytes.unsigned_abs(),
            piece.len() as u64
        );
    }
    let first = &listed[0];
    assert_eq!(
        first.producer_timestamp.unwrap().as_millis(),
        1_700_000_002_123
    );
    assert_eq!(
        first.server_timestamp.unwrap().as_millis(),
        1_700_000_002_200
    );
    let padded = format!("00{A}");
    assert_eq!(client.answer(fetch(&[padded])).body, pieces[0]);
}

/// A capture of GetMedia says how far behind its reader was, and where that one may go on.
#[test]
fn what_one_reader_was_told_is_not_told_to_others() {
    let capture = decode(&capture(&[A, B]).concat());
    let pieces = capture.into_iter().map(|mut fragment| {
        let tags = [
            ("seen", "cat"),
            (MILLIS_BEHIND, "7"),
            (CONTINUATION_TOKEN, "5"),
        ];
        fragment.tags_after = tags.map(|(name, value)| tag(name, value)).to_vec();
        let options = PayloadOptions {
            number: fragment.number.clone().unwrap(),
            server_timestamp: fragment.server_timestamp.unwrap(),
            producer_timestamp: fragment.producer_timestamp.unwrap(),
            shift: 0,
        };
        payload::encode(&fragment, &options).concat()
    });
    let pieces: Vec<_> = pieces.collect();
    let emulator = emulator(stream(&pieces).repeat(2));
    let client = Client::of(&emulator);
    let earliest = GetMedia {
        stream_name: Some("cam".into()),
        start_selector: Some(StartSelector {
            start_selector_type: Some(StartSelectorType::Earliest),
            ..StartSelector::default()
        }),
        ..GetMedia::default()
    };
    let read = decode(&client.answer(earliest).body);
    assert_eq!(read.len(), 4);
    for fragment in &read {
        let names = fragment.tags_after.iter().map(|tag| &*tag.name);
        let names: Vec<_> = names.collect();
        assert_eq!(names, ["seen", MILLIS_BEHIND, CONTINUATION_TOKEN]);
        let number = fragment.number.as_ref().unwrap().to_string();
        assert_eq!(fragment.tags_after[2].value, number);
    }
    let listed = sorted(listed(&client));
    assert!(body(&client, &listed[0]) == pieces[0], "byte for byte");
    let copy = decode(&body(&client, &listed[2]));
    assert_eq!(copy[0].tags_after, [tag("seen", "cat")]);
}

/// What was made one file of has a header once; each fragment is served with one.
#[test]
fn files_that_play_keep_their_numbers() {
    let sent = decode(&capture(&[A, B, C]).concat());
    let mut writer = Writer::new(WriterOptions::default());
    for fragment in &sent {
        writer.write(fragment).unwrap();
    }
    let file = writer.finish().pieces.concat();
    let emulator = emulator(Stream::from_matroska(file).unwrap());
    let client = Client::of(&emulator);
    let listed = sorted(listed(&client));
    assert_eq!(listed.len(), 3);
    for ((listed, number), sent) in listed.iter().zip([A, B, C]).zip(&sent) {
        let body = body(&client, listed);
        assert_eq!(
            listed.fragment_size_in_bytes.unsigned_abs(),
            body.len() as u64
        );
        let [served] = &decode(&body)[..] else {
            panic!("one fragment")
        };
        assert_eq!(served.state, State::Complete);
        assert_eq!(served.number.as_ref().unwrap().to_string(), number);
        assert_eq!(served.producer_timestamp, sent.producer_timestamp);
        let data = |fragment: &kvs_mkv::Fragment| {
            let frames = fragment.frames.iter();
            frames.map(|frame| frame.data.clone()).collect::<Vec<_>>()
        };
        assert_eq!(data(served), data(sent));
    }
}

#[test]
fn copies_go_on_in_number_and_time() {
    let pieces = capture(&[A, B, C]);
    let emulator = emulator(stream(&pieces).repeat(3));
    let client = Client::of(&emulator);
    let listed = sorted(listed(&client));
    assert_eq!(listed.len(), 9);
    let numbers: Vec<kvs_mkv::FragmentNumber> =
        listed.iter().map(|f| number(f).parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    let times = listed
        .iter()
        .map(|f| f.producer_timestamp.unwrap().as_millis());
    let steps: Vec<i64> = times
        .clone()
        .zip(times.skip(1))
        .map(|(a, b)| b - a)
        .collect();
    // A copy follows where the last frame of the one before ends.
    assert_eq!(steps[0], 2_000);
    assert!(
        (2_000..2_022).contains(&steps[2]) && steps[2] == steps[5],
        "{steps:?}"
    );

    let source = demo();
    let span = (4_000 + steps[2]) * 1_000_000;
    for (i, listed) in listed.iter().enumerate() {
        let bytes = body(&client, listed);
        assert_eq!(
            listed.fragment_size_in_bytes.unsigned_abs(),
            bytes.len() as u64
        );
        let [served] = &decode(&bytes)[..] else {
            panic!("one fragment")
        };
        assert_eq!(served.number.as_ref(), Some(&numbers[i]));
        let told = served.producer_timestamp.unwrap().as_millis();
        assert_eq!(told, listed.producer_timestamp.unwrap().as_millis());
        let shift = span * i64::try_from(i / 3).unwrap();
        let mut expected = source[i % 3].frames.clone();
        expected
            .iter_mut()
            .for_each(|frame| frame.timestamp += shift);
        assert_eq!(served.frames, expected);
    }
}

#[test]
fn many_copies_take_the_time_of_many() {
    let stream = Stream::demo().repeat(100_000);
    assert_eq!(stream.fragments(), 1_500_000);
    let emulator = emulator(stream);
    let client = Client::of(&emulator);
    let last_minute = ListFragments {
        fragment_selector: Some(selector(
            FragmentSelectorType::ProducerTimestamp,
            "2026-02-04T17:19:00Z",
            "2026-02-04T17:30:00Z",
        )),
        ..list_all()
    };
    let fragments = sorted(client.call(last_minute).unwrap().fragments.unwrap());
    // 34 days, 17 hours and 20 minutes after the beginning.
    let last = fragments.last().unwrap();
    assert_eq!(
        last.producer_timestamp.unwrap().to_string(),
        "2026-02-04T17:19:58Z"
    );
    assert_eq!(fragments.len(), 30);
    let served = decode(&body(&client, last)).remove(0);
    assert_eq!(served.frames.len(), demo()[14].frames.len());
}

#[test]
fn the_beginning_can_be_set() {
    let stream = Stream::demo().starting_at("2020-02-29T12:00:00.5Z".parse().unwrap());
    let emulator = emulator(stream);
    let client = Client::of(&emulator);
    let first = &sorted(listed(&client))[0];
    assert_eq!(
        first.producer_timestamp.unwrap().to_string(),
        "2020-02-29T12:00:00.500Z"
    );
}

#[test]
fn two_fragments_of_one_number_are_both_served() {
    let pieces = capture(&[A, A, B]);
    let stream = stream(&pieces);
    assert_eq!(stream.warnings().len(), 1);
    assert!(stream.warnings()[0].contains(A), "{:?}", stream.warnings());
    let emulator = emulator(stream);
    let client = Client::of(&emulator);
    let listed = sorted(listed(&client));
    assert_eq!(listed.len(), 3);
    assert_eq!(body(&client, &listed[0]), pieces[0]);
    assert_ne!(number(&listed[1]), A);
    let anew = decode(&body(&client, &listed[1])).remove(0);
    assert_eq!(anew.frames, demo()[1].frames);
    assert_eq!(anew.number.unwrap().as_str(), number(&listed[1]));
}

#[test]
fn a_fragment_that_is_there_twice_is_served_once() {
    let [a, b] = capture(&[A, B]).try_into().unwrap();
    let stream = stream(&[a.clone(), b, a]);
    assert_eq!(stream.fragments(), 2);
    assert!(
        stream.warnings()[0].contains("once more"),
        "{:?}",
        stream.warnings()
    );
}

#[test]
fn a_capture_that_breaks_off_loses_its_last_fragment() {
    let mut pieces = capture(&[A, B]);
    let cut = pieces[1].len() - 100;
    pieces[1].truncate(cut);
    let stream = stream(&pieces);
    assert_eq!(stream.fragments(), 1);
    let expected = format!("byte {} is cut short, and is left out", pieces[0].len());
    assert!(
        stream.warnings()[0].contains(&expected),
        "{:?}",
        stream.warnings()
    );

    let error = Stream::from_matroska(pieces.swap_remove(1))
        .unwrap_err()
        .to_string();
    assert!(error.contains("ends inside its first fragment"), "{error}");
}

#[test]
fn an_ordinary_file_that_breaks_off_keeps_whole_frames() {
    let whole = include_bytes!("../../demo/demo.mkv");
    let stream = Stream::from_matroska(&whole[..100_000]).unwrap();
    assert!(
        stream.warnings()[0].contains("cut short"),
        "{:?}",
        stream.warnings()
    );
    let count = stream.fragments();
    let emulator = emulator(stream);
    let client = Client::of(&emulator);
    let listed = sorted(listed(&client));
    assert_eq!(listed.len() as u64, count);
    let last = decode(&body(&client, listed.last().unwrap())).remove(0);
    let source = &demo()[listed.len() - 1];
    assert!(!last.frames.is_empty() && last.frames.len() < source.frames.len());
    assert_eq!(last.frames, source.frames[..last.frames.len()]);
}

/// The emulator's own answer for what it does not have.
fn error_of(number: &str) -> Vec<u8> {
    let emulator = emulator(Stream::empty());
    Client::of(&emulator)
        .answer(fetch(&[number.to_owned()]))
        .body
}

#[test]
fn errors_in_a_capture_are_served_as_they_are() {
    let [first, _, last] = capture(&[A, B, C]).try_into().unwrap();
    let pieces = [first, error_of(B), last];
    let emulator = emulator(stream(&pieces).repeat(2));
    let client = Client::of(&emulator);
    let listed = sorted(listed(&client));
    assert_eq!(listed.len(), 6);
    let error = listed.iter().find(|f| number(f) == B).unwrap();
    assert_eq!(body(&client, error), pieces[1]);
    assert_eq!(error.fragment_length_in_milliseconds, 0);
    let of_copies = listed
        .iter()
        .map(|f| decode(&body(&client, f)).remove(0).state);
    assert_eq!(
        of_copies
            .filter(|state| matches!(state, State::Error(_)))
            .count(),
        2
    );
}

/// The same bytes, with tags of this name turned into a producer's.
fn without(tag: &str, bytes: &[u8]) -> Vec<u8> {
    let (tag, other) = (tag.as_bytes(), "X".repeat(tag.len()));
    let mut bytes = bytes.to_vec();
    let found: Vec<usize> = bytes
        .windows(tag.len())
        .enumerate()
        .filter(|(_, w)| *w == tag)
        .map(|(i, _)| i)
        .collect();
    assert!(!found.is_empty());
    for at in found {
        bytes[at..at + tag.len()].copy_from_slice(other.as_bytes());
    }
    bytes
}

#[test]
fn what_has_no_number_in_a_capture_gets_one() {
    let [first, _, last] = capture(&[A, B, C]).try_into().unwrap();
    let unnumbered = without("AWS_KINESISVIDEO_FRAGMENT_NUMBER", &error_of(B));
    let empty = without("AWS_KINESISVIDEO", &error_of(B));
    let emulator = emulator(stream(&[first, unnumbered, empty, last]));
    let client = Client::of(&emulator);
    let listed = listed(&client);
    assert_eq!(listed.len(), 4);
    let mut states = Vec::new();
    for listed in listed
        .iter()
        .filter(|f| ![A, C].contains(&number(f).as_str()))
    {
        let served = decode(&body(&client, listed)).remove(0);
        assert_eq!(served.number.unwrap().as_str(), number(listed));
        states.push(served.state);
    }
    assert!(states.contains(&State::Empty), "{states:?}");
    assert!(
        states.iter().any(|state| matches!(state, State::Error(_))),
        "{states:?}"
    );
}

#[test]
fn a_fragment_without_a_time_follows_the_one_before() {
    let [first, second] = capture(&[A, B]).try_into().unwrap();
    let timeless = without("AWS_KINESISVIDEO_PRODUCER_TIMESTAMP", &second);
    let emulator = emulator(stream(&[first, timeless.clone()]));
    let client = Client::of(&emulator);
    let listed = sorted(listed(&client));
    let [before, after] =
        [&listed[0], &listed[1]].map(|f| f.producer_timestamp.unwrap().as_millis());
    assert_eq!(after - before, listed[0].fragment_length_in_milliseconds);
    assert_eq!(
        body(&client, &listed[1]),
        timeless,
        "and is served as it is"
    );
}

#[test]
fn times_in_a_file_that_count_from_1970_are_kept() {
    let began: kvs_api::protocol::Timestamp = "2024-05-06T07:08:09.010Z".parse().unwrap();
    let pieces = capture_shifted(&[A, B], began.as_millis() * 1_000_000);
    let file = without("AWS_KINESISVIDEO", &pieces.concat());
    let emulator = emulator(Stream::from_matroska(file).unwrap());
    let client = Client::of(&emulator);
    let listed = sorted(listed(&client));
    assert_eq!(listed[0].producer_timestamp, Some(began));
    assert_eq!(
        listed[1].producer_timestamp.unwrap().to_string(),
        "2024-05-06T07:08:11.010Z"
    );
}

#[test]
fn what_cannot_be_served_is_refused_in_words() {
    let whole = include_bytes!("../../demo/demo.mkv");
    let error = |bytes: &[u8]| {
        Stream::from_matroska(bytes.to_vec())
            .unwrap_err()
            .to_string()
    };
    assert!(
        error(b"GIF89a").contains("not Matroska"),
        "{}",
        error(b"GIF89a")
    );
    assert!(error(b"").contains("holds no fragment"));
    let mut damaged = whole.to_vec();
    let fourth = usize::try_from(demo()[3].offset).unwrap();
    damaged[fourth..fourth + 400].fill(0);
    let damaged = error(&damaged);
    assert!(
        damaged.contains("at byte") && damaged.contains("give a whole"),
        "{damaged}"
    );
    let huge = capture(&[&"9".repeat(128)]).concat();
    assert!(error(&huge).contains("128 digits"));

    let missing = Stream::from_path("no/such.mkv").unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("no/such.mkv: cannot be read: "),
        "{missing}"
    );
    assert!(std::error::Error::source(&missing).is_some());
    let not_media = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let error = Stream::from_path(not_media).unwrap_err().to_string();
    assert!(
        error.starts_with(not_media) && error.contains("not Matroska"),
        "{error}"
    );
}

#[test]
fn files_are_read_from_disk() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/demo.mkv");
    let stream = Stream::from_path(path).unwrap();
    assert_eq!((stream.fragments(), stream.warnings().len()), (15, 0));
    let emulator = Emulator::builder().stream("cam", path).start().unwrap();
    assert_eq!(listed(&Client::of(&emulator)).len(), 15);
    let builder = Emulator::builder().stream("cam", "no/such.mkv");
    let error = builder.start().unwrap_err().to_string();
    assert!(error.starts_with("no/such.mkv: cannot be read"), "{error}");
}

#[test]
fn streams_need_names_of_their_own() {
    for (names, complaint) in [
        (["a b", "c"], "\"a b\": StreamName must be"),
        (["a", "a"], "\"a\": The stream a already"),
    ] {
        let builder = names.iter().fold(Emulator::builder(), |b, name| {
            b.stream(*name, Stream::empty())
        });
        let error = builder.start().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains(complaint), "{error}");
    }
}
