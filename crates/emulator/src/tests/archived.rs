use super::*;
use http::StatusCode;
use kvs_api::archived_media::Exception;
use kvs_api::video::DescribeStream;
use kvs_mkv::State;
use std::collections::BTreeSet;

fn invalid(client: &Client, request: ListFragments) -> String {
    let error = client.call(request).err().unwrap();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.status, StatusCode::BAD_REQUEST);
    assert!(matches!(refusal.error, Exception::InvalidArgument(_)));
    refusal.message.clone()
}

#[test]
fn fragments_are_listed_once_and_in_no_order() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let whole = listed(&client);
    let in_order = sorted(whole.clone());
    assert_eq!(whole.len(), 15);
    assert_ne!(whole, in_order);
    for page in [1, 4, 14, 15, 1_000] {
        let request = ListFragments {
            max_results: Some(page),
            ..list_all()
        };
        let pages = pages(&client, request);
        let sizes: Vec<usize> = pages
            .iter()
            .map(|p| p.fragments.as_ref().unwrap().len())
            .collect();
        let page = usize::try_from(page).unwrap();
        assert_eq!(sizes.len(), 15_usize.div_ceil(page));
        assert!(sizes.iter().rev().skip(1).all(|size| *size == page));
        let fragments: Vec<_> = pages
            .into_iter()
            .flat_map(|p| p.fragments.unwrap())
            .collect();
        assert_eq!(fragments, whole, "the same disorder every time");
    }
}

#[test]
fn a_listing_tells_times_lengths_and_sizes() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let fragments = sorted(listed(&client));
    assert!(fragments.windows(2).all(|w| number(&w[0]) < number(&w[1])));
    for (second, fragment) in (0..).step_by(2).zip(&fragments) {
        assert_eq!(number(fragment).len(), 47);
        let producer = fragment.producer_timestamp.unwrap();
        assert_eq!(
            producer.to_string(),
            format!("2026-01-01T00:00:{second:02}Z")
        );
        assert_eq!(
            fragment.server_timestamp.unwrap().as_millis() - producer.as_millis(),
            250
        );
        // Up to one frame of sound reaches over the end of the pictures.
        assert!((2_000..2_022).contains(&fragment.fragment_length_in_milliseconds));
    }
    let answer = client.answer(list_all());
    assert!(
        answer
            .text()
            .contains(r#""ServerTimestamp":1767225600.25,"#),
        "{}",
        answer.text()
    );
}

#[test]
fn a_page_has_a_hundred_unless_asked() {
    let emulator = emulator(Stream::demo().repeat(7));
    let client = Client::of(&emulator);
    let pages = pages(&client, list_all());
    let sizes: Vec<usize> = pages
        .iter()
        .map(|p| p.fragments.as_ref().unwrap().len())
        .collect();
    assert_eq!(sizes, [100, 5]);
}

#[test]
fn ranges_include_both_ends() {
    use FragmentSelectorType::{ProducerTimestamp, ServerTimestamp};
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    for (by, start, end, seconds) in [
        (ProducerTimestamp, "00:00:04Z", "00:00:08Z", vec![4, 6, 8]),
        (ProducerTimestamp, "00:00:04.001Z", "00:00:07.999Z", vec![6]),
        (ProducerTimestamp, "00:00:06Z", "00:00:06Z", vec![6]),
        (
            ServerTimestamp,
            "00:00:04.250Z",
            "00:00:06.250Z",
            vec![4, 6],
        ),
        (ServerTimestamp, "00:00:04.251Z", "00:00:06.249Z", vec![]),
    ] {
        let (start, end) = (format!("2026-01-01T{start}"), format!("2026-01-01T{end}"));
        let request = ListFragments {
            fragment_selector: Some(selector(by, &start, &end)),
            max_results: Some(1),
            ..list_all()
        };
        let pages = pages(&client, request).into_iter();
        let fragments = sorted(pages.flat_map(|page| page.fragments.unwrap()).collect());
        let found = fragments
            .iter()
            .map(|f| f.producer_timestamp.unwrap().seconds() - 1_767_225_600);
        assert_eq!(found.collect::<Vec<_>>(), seconds, "{start} to {end}");
    }
}

#[test]
fn a_token_goes_on_without_the_selector() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let first = ListFragments {
        max_results: Some(10),
        ..list_all()
    };
    let page = client.call(first.clone()).unwrap();
    let with = first.after(&page).unwrap().unwrap();
    let without = ListFragments {
        fragment_selector: None,
        ..with.clone()
    };
    let rest = client.call(without).unwrap();
    assert_eq!(rest.fragments.as_ref().unwrap().len(), 5);
    assert_eq!(rest, client.call(with).unwrap());
}

#[test]
fn a_token_is_good_for_its_request_only() {
    let emulator = Emulator::builder()
        .stream("cam", Stream::demo())
        .stream("door", Stream::demo())
        .start()
        .unwrap();
    let client = Client::of(&emulator);
    let first = ListFragments {
        max_results: Some(2),
        ..list_all()
    };
    let page = client.call(first.clone()).unwrap();
    let next = first.after(&page).unwrap().unwrap();
    let later = selector(
        FragmentSelectorType::ProducerTimestamp,
        "2026-01-01T00:00:00Z",
        "2100-01-01T00:00:00Z",
    );
    for bad in [
        ListFragments {
            stream_name: Some("door".into()),
            ..next.clone()
        },
        ListFragments {
            fragment_selector: Some(later),
            ..next.clone()
        },
        ListFragments {
            next_token: Some("AAAA".into()),
            ..next
        },
    ] {
        assert!(invalid(&client, bad).contains("NextToken"));
    }
}

#[test]
fn bad_listings_are_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let no_selector = ListFragments {
        fragment_selector: None,
        ..list_all()
    };
    let answer = client.answer(no_selector);
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (500, "InternalFailure")
    );
    for max_results in [0, -1, 1_001] {
        let request = ListFragments {
            max_results: Some(max_results),
            ..list_all()
        };
        assert!(invalid(&client, request).contains("MaxResults"));
    }
    let with = |selector: FragmentSelector| ListFragments {
        fragment_selector: Some(selector),
        ..list_all()
    };
    let good = list_all().fragment_selector.unwrap();
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z");
    let backwards = selector(FragmentSelectorType::ServerTimestamp, late, early);
    assert!(invalid(&client, with(backwards)).contains("StartTimestamp"));
    let unknown = FragmentSelector {
        fragment_selector_type: Some("MOON_TIMESTAMP".into()),
        ..good.clone()
    };
    assert!(invalid(&client, with(unknown)).contains("FragmentSelectorType"));
    let endless = FragmentSelector {
        timestamp_range: None,
        ..good
    };
    assert!(invalid(&client, with(endless)).contains("TimestampRange"));
    let nameless = client.signed_body("/listFragments", "{}");
    assert_eq!(client.send(&nameless).code(), "InvalidArgumentException");
}

#[test]
fn streams_go_by_name_or_arn() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let describe = DescribeStream {
        stream_name: Some("cam".into()),
        ..DescribeStream::default()
    };
    let info = client.call(describe).unwrap().stream_info.unwrap();
    let by_arn = ListFragments {
        stream_name: None,
        stream_arn: info.stream_arn,
        ..list_all()
    };
    let page = client.call(by_arn).unwrap();
    assert_eq!(page, client.call(list_all()).unwrap());
    let media = GetMediaForFragmentList {
        stream_name: Some("door".into()),
        ..fetch(&["1".to_owned()])
    };
    for answer in [
        client.answer(media),
        client.answer(ListFragments {
            stream_name: Some("door".into()),
            ..list_all()
        }),
    ] {
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, "ResourceNotFoundException")
        );
    }
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
    let source = demo();
    assert_eq!((served.len(), source.len()), (15, 15));
    for ((served, source), listed) in served.iter().zip(&source).zip(&fragments) {
        assert_eq!(served.frames, source.frames);
        assert_eq!(served.state, State::Complete);
        assert_eq!(served.number.as_ref().unwrap().as_str(), number(listed));
        let told = served.producer_timestamp.unwrap().as_millis();
        assert_eq!(told, listed.producer_timestamp.unwrap().as_millis());
        assert_eq!(served.bytes, listed.fragment_size_in_bytes.unsigned_abs());
    }
}

#[test]
fn media_comes_in_small_and_uneven_pieces() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let numbers: Vec<String> = listed(&client).iter().map(number).collect();
    let chunks = client.answer(fetch(&numbers)).chunks;
    let tiny = chunks.iter().filter(|size| **size <= 16).count();
    assert!(
        tiny * 3 > chunks.len() && tiny * 3 < chunks.len() * 2,
        "{chunks:?}"
    );
    let distinct: BTreeSet<_> = chunks.iter().collect();
    assert!(distinct.len() > 20);
    assert!(
        distinct
            .last()
            .is_some_and(|most| **most > 16 << 10 && **most <= 64 << 10)
    );
}

#[test]
fn fragments_come_in_the_order_asked_and_as_often() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let numbers: Vec<String> = listed(&client).iter().map(number).collect();
    let wanted = [&numbers[3], &numbers[0], &numbers[3]].map(String::clone);
    let served = decode(&client.answer(fetch(&wanted)).body);
    let served: Vec<_> = served
        .into_iter()
        .map(|f| f.number.unwrap().to_string())
        .collect();
    assert_eq!(served, wanted);
}

#[test]
fn what_is_not_there_is_an_error_inside_the_answer() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let known = number(&listed(&client)[0]);
    let wanted = ["42".to_owned(), known.clone(), "9".repeat(128)];
    let answer = client.answer(fetch(&wanted));
    assert_eq!(answer.status, StatusCode::OK);
    let served = decode(&answer.body);
    assert_eq!(served.len(), 3);
    assert_eq!(served[1].state, State::Complete);
    for (missing, number) in [(&served[0], &wanted[0]), (&served[2], &wanted[2])] {
        assert_eq!(missing.number.as_ref().unwrap().as_str(), number);
        let State::Error(error) = &missing.state else {
            panic!("{:?}", missing.state)
        };
        assert_eq!(error.code.as_deref(), Some("FRAGMENT_NOT_FOUND"));
        assert_eq!(error.id, Some(3_000));
    }
}

#[test]
fn bad_fragment_lists_are_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let one = |number: &str| vec![number.to_owned()];
    for bad in [
        vec![],
        vec!["1".to_owned(); 1_001],
        one(""),
        one("1x"),
        one("-1"),
        one("٣"),
        one(&"1".repeat(129)),
    ] {
        let answer = client.answer(fetch(&bad));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "InvalidArgumentException"),
            "{bad:?}"
        );
        assert!(answer.text().contains("Fragments"));
    }
    let most = client.answer(fetch(&vec!["1".to_owned(); 1_000]));
    assert_eq!(decode(&most.body).len(), 1_000);
}
