use super::*;

/// What HLS and DASH are asked for, and what they call the members that only one of them has.
const PROTOCOLS: [(&str, &str, &str); 2] = [
    (
        "/getHLSStreamingSessionURL",
        "HLSFragmentSelector",
        "MaxMediaPlaylistFragmentResults",
    ),
    (
        "/getDASHStreamingSessionURL",
        "DASHFragmentSelector",
        "MaxManifestFragmentResults",
    ),
];

/// The whole demo on demand, with one more member.
fn on_demand(selector: &str, member: &str, value: &str) -> String {
    let range = r#"{"StartTimestamp":1767225600,"EndTimestamp":1767225630}"#;
    format!(
        r#"{{"StreamName":"cam","PlaybackMode":"ON_DEMAND","{selector}":{{"FragmentSelectorType":"PRODUCER_TIMESTAMP","TimestampRange":{range}}},"{member}":{value}}}"#
    )
}

#[test]
fn members_are_taken_within_their_bounds_and_refused_by_name() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let always = [r#""ALWAYS""#, r#""NEVER""#];
    let other = [r#""SOMETIMES""#, r#""always""#];
    for (path, selector, most) in PROTOCOLS {
        let mut members = vec![
            ("Expires", ["300", "43200"], ["299", "43201"]),
            (most, ["1", "5000"], ["0", "5001"]),
            ("DisplayFragmentTimestamp", always, other),
        ];
        members.push(match path.contains("HLS") {
            true => (
                "ContainerFormat",
                [r#""FRAGMENTED_MP4""#; 2],
                [r#""MPEG_TS""#, r#""WEBM""#],
            ),
            false => ("DisplayFragmentNumber", always, other),
        });
        for (member, good, bad) in members {
            let ask =
                |value| client.send(&client.signed_body(path, &on_demand(selector, member, value)));
            for value in good {
                let answer = ask(value);
                assert_eq!(
                    answer.status,
                    200,
                    "{path}, {member} {value}: {}",
                    answer.text()
                );
            }
            for value in bad {
                let answer = ask(value);
                assert_eq!(
                    answer.code(),
                    "InvalidArgumentException",
                    "{path}, {member} {value}"
                );
                assert!(answer.text().contains(member), "{}", answer.text());
            }
        }
    }
}
