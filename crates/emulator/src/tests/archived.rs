use super::*;
use kvs_mkv::State;

fn sorted(mut fragments: Vec<Fragment>) -> Vec<Fragment> {
    fragments.sort_by_key(|fragment| fragment.producer_timestamp);
    fragments
}

#[test]
fn the_demo_is_listed_in_no_order() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let listed = listed(&client);
    let in_order = sorted(listed.clone());
    assert_eq!(listed.len(), 15);
    assert_ne!(listed, in_order);
    let times: Vec<String> = in_order
        .iter()
        .map(|f| f.producer_timestamp.unwrap().to_string())
        .collect();
    assert_eq!(times[0], "2026-01-01T00:00:00Z");
    assert_eq!(times[14], "2026-01-01T00:00:28Z");
    // Up to one frame of sound reaches over the end of the pictures.
    let lengths = in_order.iter().map(|f| f.fragment_length_in_milliseconds);
    assert!(
        lengths
            .into_iter()
            .all(|length| (2_000..2_022).contains(&length))
    );
    assert!(in_order.windows(2).all(|w| number(&w[0]) < number(&w[1])));
}

#[test]
fn media_holds_every_frame_of_the_source() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let fragments = sorted(listed(&client));
    let numbers: Vec<String> = fragments.iter().map(number).collect();
    let answer = client.answer(fetch(&numbers));
    assert_eq!(answer.headers["content-type"], "video/webm");
    let served = decode(&answer.body);
    let source = decode(include_bytes!("../../demo/demo.mkv"));
    assert_eq!(served.len(), 15);
    for ((served, source), listed) in served.iter().zip(&source).zip(&fragments) {
        assert_eq!(served.frames, source.frames);
        assert_eq!(served.state, State::Complete);
        assert_eq!(served.number.as_ref().unwrap().as_str(), number(listed));
        assert_eq!(served.bytes, listed.fragment_size_in_bytes.unsigned_abs());
    }
}
