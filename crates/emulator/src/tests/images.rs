use super::*;
use kvs_api::archived_media::{Format, GetImages, ImageSelectorType};

/// 2026-01-01T00:00:00Z, when the demo begins.
const START: i64 = 1_767_225_600_000;

/// Images from one time to another, in milliseconds from the beginning of the demo.
fn images(from: i64, to: i64) -> GetImages {
    GetImages {
        stream_name: Some("cam".into()),
        image_selector_type: Some(ImageSelectorType::ProducerTimestamp),
        start_timestamp: Some(kvs_api::protocol::Timestamp::from_millis(START + from)),
        end_timestamp: Some(kvs_api::protocol::Timestamp::from_millis(START + to)),
        sampling_interval: Some(1_000),
        format: Some(Format::Png),
        ..GetImages::default()
    }
}

#[cfg(not(feature = "stills"))]
#[test]
fn images_need_the_feature() {
    let emulator = emulator(Stream::demo());
    let error = Client::of(&emulator).call(images(0, 0)).err().unwrap();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.status, 404);
    assert!(refusal.message.contains("feature `stills`"), "{refusal:?}");
}

/// Images are looked at: each shows the number of its picture, 25 of which make a second.
#[cfg(feature = "stills")]
mod made {
    use std::collections::BTreeMap;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use kvs_api::archived_media::{Exception, FormatConfigKey, GetImagesOutput, Image, ImageError};
    use kvs_api::protocol::{Error, Timestamp};

    use super::*;

    fn file(image: &Image) -> Vec<u8> {
        assert_eq!(image.error, None);
        STANDARD
            .decode(image.image_content.as_ref().unwrap())
            .unwrap()
    }

    fn number(image: &Image) -> u32 {
        let picture = image::load_from_memory(&file(image)).unwrap().into_rgb8();
        let side = picture.width() / 16;
        (0..16).fold(0, |number, square| {
            let green = picture.get_pixel(square * side + side / 2, side / 2)[1];
            assert!(!(80..=175).contains(&green), "{green}");
            number << 1 | u32::from(green > 175)
        })
    }

    /// What is shown: a number, or why nothing is.
    fn shown(output: &GetImagesOutput) -> Vec<Result<u32, ImageError>> {
        let images = output.images.iter().flatten();
        images
            .map(|image| match &image.error {
                Some(error) => {
                    assert_eq!(image.image_content, None);
                    Err(error.clone())
                }
                None => Ok(number(image)),
            })
            .collect()
    }

    fn numbers(client: &Client, request: GetImages) -> Vec<u32> {
        let output = client.call(request).unwrap();
        assert_eq!(output.next_token, None);
        shown(&output).into_iter().map(Result::unwrap).collect()
    }

    fn refusal(client: &Client, request: GetImages) -> (u16, String, String) {
        match client.call(request) {
            Err(error) => {
                let refusal = error.refusal().unwrap();
                let code = refusal.code.clone();
                (refusal.status.as_u16(), code, refusal.message.clone())
            }
            Ok(output) => panic!("{output:?}"),
        }
    }

    #[test]
    fn images_show_what_was_to_be_seen_at_each_moment() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let every = |interval| GetImages {
            sampling_interval: Some(interval),
            ..images(1_000, 4_000)
        };
        assert_eq!(numbers(&client, every(1_000)), [25, 50, 75, 100]);
        // A picture is seen until the next.
        assert_eq!(numbers(&client, every(990)), [25, 49, 74, 99]);
        assert_eq!(numbers(&client, every(3_000)), [25, 100]);
        assert_eq!(numbers(&client, every(3_001)), [25]);
        let unsaid = GetImages {
            sampling_interval: None,
            ..every(0)
        };
        assert_eq!(numbers(&client, unsaid), [25, 100]);
        assert_eq!(numbers(&client, images(39, 39)), [0]);
        assert_eq!(numbers(&client, images(40, 40)), [1]);
        assert_eq!(numbers(&client, images(29_960, 29_990)), [749]);
        let times = client.call(every(990)).unwrap().images.unwrap();
        let times = times
            .iter()
            .map(|i| i.time_stamp.unwrap().as_millis() - START);
        assert_eq!(times.collect::<Vec<_>>(), [1_000, 1_990, 2_980, 3_970]);
    }

    #[test]
    fn the_clock_is_that_which_was_asked_for() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let by_server = |from, to| GetImages {
            image_selector_type: Some(ImageSelectorType::ServerTimestamp),
            ..images(from, to)
        };
        // The service has each fragment 250 milliseconds after it began.
        assert_eq!(numbers(&client, by_server(1_250, 2_250)), [25, 50]);
        let none = client.call(by_server(249, 249)).unwrap();
        assert_eq!(shown(&none), [Err(ImageError::NoMedia)]);
    }

    #[test]
    fn times_without_media_are_named() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let around = client.call(images(-2_000, 1_000)).unwrap();
        let none = || Err(ImageError::NoMedia);
        assert_eq!(shown(&around), [none(), none(), Ok(0), Ok(25)]);
        let later = client.call(images(60_000, 60_000)).unwrap();
        assert_eq!(shown(&later), [none()]);
    }

    #[test]
    fn later_copies_have_images_of_their_own_times() {
        let emulator = emulator(Stream::demo().repeat(3));
        let client = Client::of(&emulator);
        let [first, second] = sorted(listed(&client))
            .into_iter()
            .filter(|fragment| fragment.fragment_length_in_milliseconds > 0)
            .step_by(15)
            .skip(1)
            .map(|fragment| fragment.producer_timestamp.unwrap().as_millis() - START)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        for copy in [first, second] {
            let asked = images(copy + 2_000, copy + 3_000);
            assert_eq!(numbers(&client, asked), [50, 75]);
        }
    }

    #[test]
    fn files_are_of_the_kind_and_size_that_were_asked_for() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let with = |format, quality: Option<&str>, width, height| {
            let config =
                quality.map(|q| BTreeMap::from([(FormatConfigKey::JpegQuality, q.into())]));
            let request = GetImages {
                format: Some(format),
                format_config: config,
                width_pixels: width,
                height_pixels: height,
                ..images(2_000, 2_000)
            };
            let [image] = client
                .call(request)
                .unwrap()
                .images
                .unwrap()
                .try_into()
                .unwrap();
            let file = file(&image);
            let picture = image::load_from_memory(&file).unwrap();
            (file, (picture.width(), picture.height()))
        };
        let (png, size) = with(Format::Png, None, None, None);
        assert_eq!((&png[1..4], size), (&b"PNG"[..], (640, 360)));
        let (jpeg, size) = with(Format::Jpeg, None, None, None);
        assert_eq!((&jpeg[..3], size), (&b"\xff\xd8\xff"[..], (640, 360)));
        assert!(jpeg == with(Format::Jpeg, Some("80"), None, None).0);
        assert!(jpeg.len() > with(Format::Jpeg, Some("1"), None, None).0.len());
        assert!(jpeg.len() < with(Format::Jpeg, Some("100"), None, None).0.len());
        assert_eq!(with(Format::Jpeg, None, None, Some(90)).1, (160, 90));
        assert_eq!(
            with(Format::Png, None, Some(50), Some(2_160)).1,
            (50, 2_160)
        );
    }

    #[test]
    fn pages_go_on_where_the_last_ended() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let all = |most| GetImages {
            max_results: most,
            height_pixels: Some(90),
            ..images(0, 29_000)
        };
        for (most, sizes) in [
            (None, vec![25, 5]),
            (Some(100), vec![25, 5]),
            (Some(30), vec![25, 5]),
            (Some(15), vec![15, 15]),
            (Some(7), vec![7, 7, 7, 7, 2]),
        ] {
            let (mut next, mut pages, mut seen) = (Some(all(most)), Vec::new(), Vec::new());
            while let Some(request) = next {
                let page = client.call(request.clone()).unwrap();
                next = request.after(&page).unwrap();
                pages.push(page.images.as_ref().unwrap().len());
                seen.extend(shown(&page));
            }
            assert_eq!(pages, sizes);
            let expected = (0..30).map(|second| Ok(second * 25));
            assert_eq!(seen, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_token_is_good_for_its_own_request() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let first = GetImages {
            max_results: Some(1),
            ..images(0, 2_000)
        };
        let token = client.call(first.clone()).unwrap().next_token;
        let next = |change: fn(&mut GetImages)| {
            let mut next = GetImages {
                next_token: token.clone(),
                ..first.clone()
            };
            change(&mut next);
            next
        };
        let others: [fn(&mut GetImages); 3] = [
            |next| next.format = Some(Format::Jpeg),
            |next| next.sampling_interval = Some(500),
            |next| next.next_token = Some("made up".into()),
        ];
        for change in others {
            let (status, code, message) = refusal(&client, next(change));
            assert_eq!((status, code.as_str()), (400, "InvalidArgumentException"));
            assert!(message.contains("NextToken"), "{message}");
        }
        let rest = client.call(next(|next| next.max_results = None)).unwrap();
        assert_eq!(shown(&rest), [Ok(25), Ok(50)]);
    }

    #[test]
    fn what_the_service_would_not_take_is_refused() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let quality = |quality: &str| {
            Some(BTreeMap::from([(
                FormatConfigKey::JpegQuality,
                quality.to_owned(),
            )]))
        };
        let change = |change: &dyn Fn(&mut GetImages)| {
            let mut request = images(0, 1_000);
            change(&mut request);
            client.answer(request)
        };
        let at = |millis| Some(Timestamp::from_millis(START + millis));
        let invalid = "InvalidArgumentException";
        for (answer, code, words) in [
            (
                change(&|r| r.end_timestamp = at(300_001)),
                invalid,
                "300 seconds",
            ),
            (
                change(&|r| r.end_timestamp = at(-1)),
                invalid,
                "StartTimestamp",
            ),
            (
                change(&|r| r.sampling_interval = Some(199)),
                invalid,
                "SamplingInterval",
            ),
            (
                change(&|r| r.max_results = Some(101)),
                invalid,
                "MaxResults",
            ),
            (
                change(&|r| r.format_config = quality("0")),
                invalid,
                "JPEGQuality",
            ),
            (
                change(&|r| r.format_config = quality("101")),
                invalid,
                "JPEGQuality",
            ),
            (
                change(&|r| r.format_config = quality("best")),
                invalid,
                "JPEGQuality",
            ),
            (
                change(&|r| r.height_pixels = Some(2_161)),
                invalid,
                "HeightPixels",
            ),
            (
                change(&|r| r.width_pixels = Some(50)),
                "ValidationException",
                "HeightPixels",
            ),
            (
                change(&|r| {
                    r.height_pixels = Some(50);
                    r.width_pixels = Some(3_841);
                }),
                invalid,
                "WidthPixels",
            ),
        ] {
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (400, code),
                "{words}"
            );
            assert!(answer.text().contains(words), "{}", answer.text());
        }
        let most = client.call(images(0, 300_000)).unwrap();
        assert_eq!(most.images.unwrap().len(), 25);
    }

    #[test]
    fn what_is_required_is_asked_for() {
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let whole = r#""StreamName":"cam","ImageSelectorType":"PRODUCER_TIMESTAMP","StartTimestamp":1767225600,"EndTimestamp":1767225600,"Format":"PNG""#;
        let answer = client.send(&client.signed_body("/getImages", &format!("{{{whole}}}")));
        assert_eq!(answer.status, 200);
        let members: Vec<&str> = whole.split(',').collect();
        for index in 0..members.len() {
            let mut members = members.clone();
            let left_out = members.remove(index);
            let name = left_out.split('"').nth(1).unwrap();
            let body = format!("{{{}}}", members.join(","));
            let answer = client.send(&client.signed_body("/getImages", &body));
            assert_eq!(answer.status, 400, "{name}");
            assert!(answer.text().contains(name), "{name}: {}", answer.text());
        }
    }

    #[test]
    fn streams_must_be_there_and_kept() {
        use kvs_api::video::CreateStream;
        let emulator = emulator(Stream::demo());
        let client = Client::of(&emulator);
        let create = CreateStream {
            stream_name: Some("fleeting".into()),
            ..CreateStream::default()
        };
        client.call(create).unwrap();
        let of = |name: &str| GetImages {
            stream_name: Some(name.into()),
            ..images(0, 0)
        };
        let error = client.call(of("nobody")).err().unwrap();
        assert!(matches!(
            error.refusal().unwrap().error,
            Exception::ResourceNotFound(_)
        ));
        let error: Error<Exception> = client.call(of("fleeting")).err().unwrap();
        assert!(matches!(
            error.refusal().unwrap().error,
            Exception::NoDataRetention(_)
        ));
    }

    /// 60 pictures at 25 a second, of which each twentieth begins a fragment; the one that is shown
    /// before it is stored behind it, and refers to it and to those of the fragment before.
    #[test]
    fn pictures_may_refer_to_the_fragment_before() {
        let [all] = decode(include_bytes!("../../../cli/tests/cli/between.mkv"))
            .try_into()
            .unwrap();
        let fragments = all.frames.chunk_by(|_, next| !next.keyframe).map(|frames| {
            let mut fragment = all.clone();
            fragment.frames = frames.to_vec();
            fragment
        });
        let bytes = fragments.zip(1_u32..).flat_map(|(fragment, number)| {
            let begins = fragment.frames.iter().map(|frame| frame.timestamp).min();
            let options = PayloadOptions {
                number: number.to_string().parse().unwrap(),
                server_timestamp: kvs_mkv::Timestamp::from_millis(START),
                producer_timestamp: kvs_mkv::Timestamp::from_nanos(
                    START * 1_000_000 + begins.unwrap(),
                ),
                shift: 0,
            };
            payload::encode(&fragment, &options).concat()
        });
        let stream = Stream::from_matroska(bytes.collect::<Vec<u8>>()).unwrap();
        let emulator = emulator(stream);
        let client = Client::of(&emulator);
        // The first of the second fragment, and of the third.
        assert_eq!(numbers(&client, images(760, 1_760)), [19, 44]);
        let each = (0..12).map(|step| {
            let at = step * 200 + 160;
            numbers(&client, images(at, at)).remove(0)
        });
        assert_eq!(
            each.collect::<Vec<_>>(),
            (0..12).map(|n| n * 5 + 4).collect::<Vec<_>>()
        );
        assert_eq!(numbers(&client, images(1_560, 1_560)), [39]);
    }

    #[test]
    fn sound_gives_no_image_and_a_broken_frame_takes_its_own() {
        let mut fragments = demo();
        let is_sound = |track: &&kvs_mkv::Track| track.codec_id.starts_with("A_");
        let sound = fragments[0].tracks.iter().find(is_sound).unwrap().clone();
        fragments[0]
            .frames
            .retain(|frame| frame.track == sound.number);
        fragments[0].tracks = [sound].into();
        let pictures = fragments[1].tracks[0].number;
        let is_picture = |frame: &&mut kvs_mkv::Frame| frame.track == pictures;
        let broken = fragments[1]
            .frames
            .iter_mut()
            .filter(is_picture)
            .nth(25)
            .unwrap();
        broken.data = bytes::Bytes::from_static(&[0xFF; 64]);
        let bytes = fragments
            .into_iter()
            .zip(1_u32..)
            .flat_map(|(fragment, number)| {
                let options = PayloadOptions {
                    number: number.to_string().parse().unwrap(),
                    server_timestamp: kvs_mkv::Timestamp::from_millis(START),
                    producer_timestamp: kvs_mkv::Timestamp::from_millis(
                        START + i64::from(number - 1) * 2_000,
                    ),
                    shift: 0,
                };
                payload::encode(&fragment, &options).concat()
            });
        let stream = Stream::from_matroska(bytes.collect::<Vec<u8>>()).unwrap();
        let emulator = emulator(stream);
        let client = Client::of(&emulator);
        let output = client.call(images(1_000, 5_000)).unwrap();
        let failed = || Err(ImageError::MediaError);
        assert_eq!(
            shown(&output),
            [failed(), Ok(50), failed(), Ok(100), Ok(125)]
        );
    }
}
