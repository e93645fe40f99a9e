//! The canonical form, part by part.

use http::header::{HeaderName, HeaderValue};

use super::*;

const TWICE: PathForm = PathForm {
    is_normalized: true,
    is_encoded_twice: true,
};
const AS_IT_IS: PathForm = PathForm {
    is_normalized: false,
    is_encoded_twice: false,
};

fn line(target: &str, number: usize, form: PathForm) -> String {
    let request = Request::get(target).body(Bytes::new()).unwrap();
    let canonical = Canonical::of(&request, |_| true, form);
    canonical.text.lines().nth(number).unwrap().to_owned()
}

fn path(path: &str, form: PathForm) -> String {
    line(path, 1, form)
}

fn query(query: &str) -> String {
    line(&format!("/?{query}"), 2, TWICE)
}

fn headers(headers: &[(&str, &[u8])]) -> Vec<String> {
    let mut request = Request::get("/").body(Bytes::new()).unwrap();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().append(name, value);
    }
    let canonical = Canonical::of(&request, |_| true, TWICE);
    let lines = canonical.text.lines().skip(3).map(str::to_owned);
    lines.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_path_is_normalized_unless_it_is_to_stay() {
    for (travels, normalized) in [
        ("/", "/"),
        ("//", "/"),
        ("/./", "/"),
        ("/a/..", "/"),
        ("/..", "/"),
        ("/../a", "/a"),
        ("/a/b/..", "/a/"),
        ("/a/b/.", "/a/b/"),
        ("/./a", "/a"),
        ("//a//b//", "/a/b/"),
        ("/a.b/...", "/a.b/..."),
    ] {
        assert_eq!(path(travels, TWICE), normalized, "{travels}");
        assert_eq!(path(travels, AS_IT_IS), travels);
    }
}

#[test]
fn a_path_is_encoded_once_or_twice() {
    for (travels, once, twice) in [
        ("/a-._~b", "/a-._~b", "/a-._~b"),
        ("/a%20b", "/a%20b", "/a%2520b"),
        ("/a%2Fb", "/a%2Fb", "/a%252Fb"),
        ("/a%2fb", "/a%2Fb", "/a%252fb"),
        ("/a:b@c", "/a%3Ab%40c", "/a%3Ab%40c"),
        ("/ሴ", "/%E1%88%B4", "/%E1%88%B4"),
    ] {
        assert_eq!(path(travels, AS_IT_IS), once, "{travels}");
        assert_eq!(path(travels, TWICE), twice, "{travels}");
    }
}

#[test]
fn the_two_path_rules_are_apart() {
    let form = |is_normalized, is_encoded_twice| PathForm {
        is_normalized,
        is_encoded_twice,
    };
    assert_eq!(path("/a/../%20", form(true, false)), "/%20");
    assert_eq!(path("/a/../%20", form(false, true)), "/a/../%2520");
}

#[test]
fn query_is_sorted_by_its_encoded_form() {
    assert_eq!(query("b=2&a=1&a=0"), "a=0&a=1&b=2");
    assert_eq!(query("a-b=1&a=2"), "a=2&a-b=1");
    assert_eq!(query("p=1&P=2&ሴ=3"), "%E1%88%B4=3&P=2&p=1");
    assert_eq!(query("a+b=c%20d"), "a%2Bb=c%20d");
    assert_eq!(query("a=%e1%88%b4&b=%zz"), "a=%E1%88%B4&b=%25zz");
    assert_eq!(query("a=b=c"), "a=b%3Dc");
    assert_eq!(query("k"), "k=");
    assert_eq!(query("=v&&"), "=v");
    assert_eq!(query(""), "");
}

#[test]
fn header_values_are_trimmed_folded_and_joined() {
    let values: [(&str, &[u8]); 6] = [
        ("x-b", b"  two   words\t"),
        ("X-A", b" 4 "),
        ("x-a", b"1"),
        ("x-a", b" 3"),
        ("x-c", b""),
        ("x-d", "\"a   é\"".as_bytes()),
    ];
    assert_eq!(
        headers(&values),
        ["x-a:4,1,3", "x-b:two words", "x-c:", "x-d:\"a é\""]
    );
}

#[test]
fn a_value_that_is_no_utf_8_is_latin_1() {
    assert_eq!(headers(&[("x-a", b"caf\xe9  \xff")]), ["x-a:café ÿ"]);
}

#[test]
fn a_header_may_stand_for_the_sum_of_the_body() {
    let last_line = |request: &Request<Bytes>| {
        let canonical = Canonical::of(request, |_| true, TWICE);
        canonical.text.lines().last().unwrap().to_owned()
    };
    let mut request = Request::post("/").body(Bytes::from_static(b"x")).unwrap();
    assert_eq!(last_line(&request), sha256_hex(b"x"));
    let unsigned = HeaderValue::from_static("UNSIGNED-PAYLOAD");
    request
        .headers_mut()
        .insert("x-amz-content-sha256", unsigned);
    assert_eq!(last_line(&request), "UNSIGNED-PAYLOAD");
}
