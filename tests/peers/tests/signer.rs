//! The signer against the one that the official SDK uses, on random requests.
//!
//! Left out is where the two differ on purpose: a tab in a header value counts as a space with us
//! alone, a plus in a query as a space with them alone, and what stands in a path unencoded is
//! encoded by us even where the path is signed as it travels.

use std::time::{Duration, SystemTime};

use kvs_peers::AwsSigv4;
use kvs_protocol::http::header::{HeaderName, HeaderValue};
use kvs_protocol::http::{HeaderMap, Method, Request};
use kvs_protocol::sign::{
    PathForm, Rules, Scope, SignedHeaders, Signer, SigningKeys, TokenPlace, sha256_hex,
};
use kvs_protocol::{Bytes, Credentials};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;

/// The headers that [`SignedHeaders::All`] does not sign.
const LEFT_OUT: [&str; 5] = [
    "connection",
    "expect",
    "transfer-encoding",
    "user-agent",
    "x-amzn-trace-id",
];

/// Who signs what, when and how.
#[derive(Debug)]
struct Case {
    request: Request<Bytes>,
    credentials: Credentials,
    scope: Scope,
    at: SystemTime,
    rules: Rules,
    tells_sum: bool,
    expires_in: Duration,
}

impl Case {
    fn peer(&self, expires_in: Option<Duration>) -> (Request<Bytes>, String) {
        let peer = AwsSigv4 {
            credentials: &self.credentials,
            scope: &self.scope,
            at: self.at,
            rules: self.rules,
            left_out: &LEFT_OUT,
            tells_sum: self.tells_sum,
            expires_in,
        };
        peer.sign(&self.request).unwrap()
    }

    fn signer(&self) -> Signer<'_> {
        Signer::new(&self.credentials, &self.scope, self.at).with_rules(self.rules)
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn path(is_encoded_twice: bool) -> impl Strategy<Value = String> {
    let segment = if is_encoded_twice {
        prop_oneof![
            "[a-zA-Z0-9._~!$&'()*+,;=:@-]{0,6}",
            any::<String>().prop_map(|text| encoded(&text)),
            "[à-ü€]{1,3}",
            "\\.{0,3}",
        ]
        .boxed()
    } else {
        prop_oneof!["[a-zA-Z0-9._~-]{0,6}", "(%2[0-9A-C]){1,3}", "\\.{0,3}"].boxed()
    };
    vec(segment, 1..6).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn query() -> impl Strategy<Value = Option<String>> {
    let text = || {
        prop_oneof![
            "[a-zA-Z0-9._~-]{0,4}",
            "[!$'()*,;:@/?-]{1,4}",
            any::<String>().prop_map(|text| encoded(&text)),
        ]
    };
    let pair = prop_oneof![
        (text(), text()).prop_map(|(name, value)| format!("{name}={value}")),
        text(),
    ];
    prop::option::of(vec(pair, 0..6).prop_map(|pairs| pairs.join("&")))
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let name = prop_oneof![
        "x-[a-z0-9-]{1,8}",
        "x-amz-meta-[a-z]{1,3}",
        Just("content-type".to_owned()),
        Just("content-length".to_owned()),
        proptest::sample::select(&LEFT_OUT[..]).prop_map(str::to_owned),
    ];
    let value = prop_oneof!["[ -~]{0,16}", "[ à-ü€]{0,6}", " {0,3}a {1,3}b {0,3}"];
    vec((name, value), 0..8).prop_map(|headers| {
        let mut map = HeaderMap::new();
        map.insert("host", HeaderValue::from_static("h.example.com:8443"));
        for (name, value) in headers {
            let name = HeaderName::try_from(name).unwrap();
            map.append(name, HeaderValue::try_from(value).unwrap());
        }
        map
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    any::<(bool, bool, bool)>().prop_map(|(is_normalized, is_encoded_twice, is_token_signed)| {
        Rules {
            path: PathForm {
                is_normalized,
                is_encoded_twice,
            },
            headers: SignedHeaders::All,
            token: if is_token_signed {
                TokenPlace::Signed
            } else {
                TokenPlace::Added
            },
        }
    })
}

fn request(is_encoded_twice: bool) -> impl Strategy<Value = Request<Bytes>> {
    let method = proptest::sample::select(vec![Method::GET, Method::POST, Method::DELETE]);
    let body = vec(any::<u8>(), 0..64);
    (method, path(is_encoded_twice), query(), headers(), body).prop_map(
        |(method, path, query, headers, body)| {
            let query = query.map_or_else(String::new, |query| format!("?{query}"));
            let mut request = Request::new(Bytes::from(body));
            *request.method_mut() = method;
            *request.uri_mut() = format!("https://h.example.com:8443{path}{query}")
                .parse()
                .unwrap();
            *request.headers_mut() = headers;
            request
        },
    )
}

fn credentials() -> impl Strategy<Value = Credentials> {
    let token = prop::option::of("[!-~]{1,40}");
    ("[A-Z0-9]{1,20}", any::<String>(), token).prop_map(|(id, secret, token)| {
        let credentials = Credentials::new(id, secret);
        match token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        }
    })
}

fn case() -> impl Strategy<Value = Case> {
    rules().prop_flat_map(|rules| {
        let scope = ("[a-z0-9-]{1,12}", "[a-z0-9-]{1,12}");
        (
            request(rules.path.is_encoded_twice),
            credentials(),
            scope.prop_map(|(region, service)| Scope { region, service }),
            0u64..16_725_225_600,
            any::<bool>(),
            1u64..=604_800,
        )
            .prop_map(
                move |(request, credentials, scope, at, tells_sum, expires_in)| Case {
                    request,
                    credentials,
                    scope,
                    at: SystemTime::UNIX_EPOCH + Duration::from_secs(at),
                    rules,
                    tells_sum,
                    expires_in: Duration::from_secs(expires_in),
                },
            )
    })
}

/// Headers in the order of their names, which means nothing.
fn sorted(headers: &HeaderMap) -> Vec<(&str, &[u8])> {
    let mut headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    headers.sort_by_key(|(name, _)| *name);
    headers
}

/// The parameters in the order of the alphabet; those of the signature stand in any order.
fn parameters(request: &Request<Bytes>) -> Vec<&str> {
    let mut parameters: Vec<_> = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .collect();
    parameters.retain(|parameter| !parameter.is_empty());
    parameters.sort_unstable();
    parameters
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn both_sign_alike_in_headers(case in case()) {
        let (theirs, their_signature) = case.peer(None);
        let mut ours = case.request.clone();
        if case.tells_sum {
            let sum = HeaderValue::try_from(sha256_hex(ours.body())).unwrap();
            ours.headers_mut().insert("x-amz-content-sha256", sum);
        }
        let signed = case.signer().sign(&mut ours, &mut SigningKeys::default());
        prop_assert_eq!(&signed.signature, &their_signature, "{}", signed.canonical.text);
        prop_assert_eq!(sorted(ours.headers()), sorted(theirs.headers()));
        prop_assert_eq!(ours.uri(), theirs.uri());
    }

    #[test]
    fn both_sign_alike_in_the_query(case in case()) {
        let (theirs, their_signature) = case.peer(Some(case.expires_in));
        let mut ours = case.request.clone();
        let signed = case
            .signer()
            .presign(&mut ours, case.expires_in, &mut SigningKeys::default())
            .unwrap();
        prop_assert_eq!(&signed.signature, &their_signature, "{}", signed.canonical.text);
        prop_assert_eq!(parameters(&ours), parameters(&theirs));
        prop_assert_eq!(ours.uri().path(), theirs.uri().path());
        prop_assert_eq!(sorted(ours.headers()), sorted(theirs.headers()));
    }
}
