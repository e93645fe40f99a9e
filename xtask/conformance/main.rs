//! Runs the protocol cases whose modules stand beside this file. Each prints a line: `passed ID`,
//! or `failed ID: why`.
#![forbid(unsafe_code)]
#![allow(
    missing_docs,
    unused_imports,
    unused_qualifications,
    clippy::all,
    reason = "the modules are generated from public data, and read by nobody"
)]

mod suites;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::SystemTime;

use kvs_protocol::http::header::CONTENT_LENGTH;
use kvs_protocol::http::{Request, Response};
use kvs_protocol::restjson::ErrorReply;
use kvs_protocol::{
    Bytes, Call, Credentials, Document, Operation, ServiceError, Session, Target, Timestamp,
};

fn main() {
    suites::run(&mut Report);
}

/// What tokens are when the input gives none.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

struct Report;

impl Report {
    fn request<O: Operation>(&mut self, id: &str, operation: O, endpoint: &str, expected: &str) {
        let compared = signed(operation, endpoint)
            .and_then(|request| compare_request(&request, &document(expected)));
        self.tell(id, compared);
    }

    fn answer<O: Operation>(&mut self, id: &str, response: &str, expected: O::Output)
    where
        O::Output: PartialEq + Debug,
    {
        let response = response_of(&document(response));
        let (head, body) = response.into_parts();
        let compared = O::decode(&head, body.as_bytes())
            .map_err(|malformed| malformed.to_string())
            .and_then(|output| same("the output", &output, &expected));
        self.tell(id, compared);
    }

    fn error<E: ServiceError + PartialEq>(
        &mut self,
        id: &str,
        response: &str,
        code: &str,
        message: Option<&str>,
        expected: E,
    ) {
        let (head, body) = response_of(&document(response)).into_parts();
        let reply = ErrorReply::new(&head, body.as_bytes());
        let compared = same("the code", &reply.code(), &code)
            .and_then(|()| same("the message", &reply.message(), &message.unwrap_or(reply.message())))
            .and_then(|()| same("the error", &E::decode(reply.code(), &reply), &expected));
        self.tell(id, compared);
    }

    fn tell(&mut self, id: &str, result: Result<(), String>) {
        match result {
            Ok(()) => println!("passed {id}"),
            Err(why) => println!("failed {id}: {}", why.replace('\n', " ")),
        }
    }
}

fn signed<O: Operation>(operation: O, endpoint: &str) -> Result<Request<Bytes>, String> {
    let origin = endpoint.parse().map_err(|e| format!("{e}"))?;
    let target = Arc::new(Target::new(origin, "us-east-1", O::SERVICE));
    let call = Call::with_token(operation, target, TOKEN).map_err(|e| e.to_string())?;
    let credentials = Credentials::new("AKID", "secret");
    let (mut request, _) = call.sign(&credentials, &mut Session::new(0), SystemTime::UNIX_EPOCH);
    // What every transport does with a body whose length it knows.
    if !request.body().is_empty() {
        let length = request.body().len().into();
        request.headers_mut().insert(CONTENT_LENGTH, length);
    }
    Ok(request)
}

fn compare_request(request: &Request<Bytes>, expected: &Document) -> Result<(), String> {
    let text = |key: &str| expected.get(key).and_then(Document::as_str);
    same("the method", &Some(request.method().as_str()), &text("method"))?;
    let path = request.uri().path_and_query().map(|path| path.as_str());
    same("the address", &path, &text("uri"))?;
    if let Some(host) = text("host") {
        // botocore's cases tell the base path with the host.
        let host = host.split('/').next().unwrap_or_default();
        same("the host", &request.uri().host(), &Some(host))?;
        same("the header Host", &header(request, "host"), &Some(host))?;
    }
    for (name, value) in expected.get("headers").and_then(Document::as_object).into_iter().flatten() {
        same(name, &header(request, name), &value.as_str())?;
    }
    for name in names(expected, "requireHeaders") {
        header(request, name).ok_or_else(|| format!("the header {name} is missing"))?;
    }
    for name in names(expected, "forbidHeaders") {
        same(name, &header(request, name), &None)?;
    }
    text("body").map_or(Ok(()), |body| compare_body(request, body))
}

/// Documents are compared by what they say, all else byte for byte.
fn compare_body(request: &Request<Bytes>, expected: &str) -> Result<(), String> {
    let sent = String::from_utf8_lossy(request.body());
    if header(request, "content-type") == Some("application/json") {
        let sent = serde_json::from_str::<Document>(&sent).map_err(|e| format!("the body: {e}"))?;
        return same("the body", &sent, &document(expected));
    }
    same("the body", &sent.as_ref(), &expected)
}

fn header<'r>(request: &'r Request<Bytes>, name: &str) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

fn names<'d>(expected: &'d Document, key: &str) -> impl Iterator<Item = &'d str> {
    let list = expected.get(key).and_then(Document::as_array);
    list.into_iter().flatten().filter_map(Document::as_str)
}

fn response_of(response: &Document) -> Response<String> {
    let status = response.get("status_code").and_then(Document::as_u64).unwrap_or(200);
    let mut builder = Response::builder().status(status as u16);
    for (name, value) in response.get("headers").and_then(Document::as_object).into_iter().flatten() {
        builder = builder.header(name, value.as_str().unwrap_or_default());
    }
    let body = response.get("body").and_then(Document::as_str).unwrap_or_default();
    builder.body(body.to_owned()).expect("the case is a response")
}

/// Equal, where a NaN counts as equal to another one.
fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    let (shown, wanted) = (format!("{found:?}"), format!("{expected:?}"));
    if found == expected || (shown.contains("NaN") && shown == wanted) {
        return Ok(());
    }
    Err(format!("{what} is {shown}, expected {wanted}"))
}

fn document(json: &str) -> Document {
    serde_json::from_str(json).expect("the case was JSON when it was read")
}

fn timestamp(seconds: f64) -> Timestamp {
    serde_json::from_str(&format!("{seconds:?}")).expect("the case tells a moment")
}
