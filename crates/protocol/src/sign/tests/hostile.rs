//! What holds whatever the request.

use std::collections::BTreeMap;

use http::header::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::super::canonical::encode;
use super::*;

const ALL: Rules = Rules {
    path: PathForm {
        is_normalized: true,
        is_encoded_twice: true,
    },
    headers: SignedHeaders::All,
    token: TokenPlace::Signed,
};

/// Bytes that a header value can hold.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(b' '), Just(b'\t'), 32..127u8, 128..=255u8];
    vec(byte, 0..24)
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((any::<String>(), any::<String>()), 0..6)
}

fn target(path: &str, pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name.as_bytes()), encode(value.as_bytes())))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

fn get(target: &str) -> Request<Bytes> {
    Request::get(target).body(Bytes::new()).unwrap()
}

fn canonical_lines(request: &Request<Bytes>) -> Vec<String> {
    let canonical = Canonical::of(request, |_| true, PathForm::default());
    canonical.text.split('\n').map(str::to_owned).collect()
}

fn signature(request: &Request<Bytes>) -> String {
    with_rules(ALL, request.clone()).1.signature
}

proptest! {
    #[test]
    fn the_canonical_query_keeps_every_pair_and_no_order(pairs in pairs(), turn in 0usize..6) {
        let canonical = canonical_lines(&get(&target("/", &pairs)))[2].clone();
        let mut turned = pairs.clone();
        turned.rotate_left(turn.min(pairs.len()));
        prop_assert_eq!(&canonical_lines(&get(&target("/", &turned)))[2], &canonical);
        prop_assert_eq!(&canonical_lines(&get(&format!("/?{canonical}")))[2], &canonical);

        let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let mut read: Vec<(String, String)> = canonical
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        let mut written = pairs;
        read.sort();
        written.sort();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn a_header_value_cannot_forge_another_line(
        headers in btree_map("x-[a-z]{1,8}", vec(value(), 1..4), 0..6),
    ) {
        let mut request = get("/");
        for (name, values) in &headers {
            for value in values {
                let name: HeaderName = name.parse().unwrap();
                request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
            }
        }
        let lines = canonical_lines(&request);
        prop_assert_eq!(lines.len(), 3 + headers.len() + 3);
        let names: Vec<&str> = headers.keys().map(String::as_str).collect();
        prop_assert_eq!(&lines[lines.len() - 2], &names.join(";"));
        for (line, name) in lines[3..].iter().zip(names) {
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')).unwrap();
            prop_assert_eq!(value.trim_matches([' ', '\t']), value);
            prop_assert!(!value.contains("  ") && !value.contains('\t'), "{}", value);
        }
    }

    #[test]
    fn a_normal_path_is_left_alone(path in "(/([a-z]{0,2}|\\.{0,3})){1,8}") {
        let normal = canonical_lines(&get(&path))[1].clone();
        let segments: Vec<&str> = normal.split('/').collect();
        let inner = &segments[1..segments.len() - 1];
        prop_assert!(inner.iter().all(|segment| !segment.is_empty()), "{}", normal);
        prop_assert!(segments.iter().all(|segment| !matches!(*segment, "." | "..")), "{}", normal);
        prop_assert_eq!(&canonical_lines(&get(&normal))[1], &normal);
    }

    #[test]
    fn whatever_is_signed_counts(
        pairs in pairs(),
        headers in btree_map("x-[a-z]{1,4}", "[!-~]{1,8}", 1..4),
        body in vec(any::<u8>(), 1..40),
        at in any::<prop::sample::Index>(),
    ) {
        let request = |pairs: &[(String, String)], headers: &BTreeMap<String, String>, body: &[u8]| {
            let mut request = Request::post(target("/p", pairs));
            for (name, value) in headers {
                request = request.header(name, value);
            }
            request.body(Bytes::copy_from_slice(body)).unwrap()
        };
        let original = request(&pairs, &headers, &body);
        let expected = signature(&original);
        prop_assert_eq!(signature(&original), expected.clone());

        let mut other_body = body.clone();
        other_body[at.index(body.len())] ^= 1;
        prop_assert_ne!(signature(&request(&pairs, &headers, &other_body)), expected.clone());
        let mut more_pairs = pairs.clone();
        more_pairs.insert(at.index(pairs.len() + 1), ("q".into(), "v".into()));
        prop_assert_ne!(signature(&request(&more_pairs, &headers, &body)), expected.clone());
        let mut other_headers = headers.clone();
        let name = headers.keys().nth(at.index(headers.len())).unwrap();
        other_headers.entry(name.clone()).and_modify(|value| value.push('!'));
        prop_assert_ne!(signature(&request(&pairs, &other_headers, &body)), expected.clone());
        other_headers.remove(name);
        prop_assert_ne!(signature(&request(&pairs, &other_headers, &body)), expected.clone());
        let mut other_method = original;
        *other_method.method_mut() = http::Method::PUT;
        prop_assert_ne!(signature(&other_method), expected);
    }

    #[test]
    fn tokens_and_keys_of_any_kind_do_no_harm(id in any::<String>(), secret in any::<String>(), token in any::<String>()) {
        let credentials = Credentials::new(id, secret).with_session_token(token.clone());
        let (scope, mut keys) = (scope(), SigningKeys::default());
        let signer = Signer::new(&credentials, &scope, at());
        let mut in_headers = request();
        signer.sign(&mut in_headers, &mut keys);
        let mut in_query = request();
        signer.presign(&mut in_query, Duration::from_secs(1), &mut keys).unwrap();
        let query = in_query.uri().query().unwrap();
        let sent = query.split("&X-Amz-Security-Token=").nth(1).unwrap();
        let sent = sent.split('&').next().unwrap();
        prop_assert_eq!(percent_decode_str(sent).decode_utf8().unwrap(), token);
    }
}
