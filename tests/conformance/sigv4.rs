//! Signature Version 4: each case is a request to sign in headers and in the query, with what every
//! step has to give.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use kvs_protocol::http::{HeaderName, HeaderValue, Request};
use kvs_protocol::sign::{
    PathForm, Rules, Scope, Signed, SignedHeaders, Signer, SigningKeys, TokenPlace, sha256_hex,
};
use kvs_protocol::{Bytes, Credentials, Timestamp};
use serde_json::Value;

use crate::Failure;
use crate::report::Report;

pub(crate) fn suite(folder: &Path) -> Result<Report, Failure> {
    let mut report = Report::new("sigv4");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .map_err(|e| format!("{}: {e}", folder.display()))?
        .collect::<Result<_, _>>()?;
    cases.sort_by_key(fs::DirEntry::file_name);
    for case in cases {
        let id = case.file_name().to_string_lossy().into_owned();
        let folder = case.path();
        let case = Case::read(&folder).map_err(|e| format!("{id}: {e}"))?;
        let result = case.check("header").and_then(|()| case.check("query"));
        report.count(&id, result);
    }
    Ok(report)
}

struct Case<'a> {
    folder: &'a Path,
    request: Message,
    credentials: Credentials,
    scope: Scope,
    at: SystemTime,
    expires_in: Duration,
    rules: Rules,
    /// Whether a header tells the sum of the body, where the signature stands in headers.
    tells_sum: bool,
}

impl<'a> Case<'a> {
    fn read(folder: &'a Path) -> Result<Self, Failure> {
        let request: Message = text(folder, "request.txt")?.parse()?;
        let context: Value = serde_json::from_str(&text(folder, "context.json")?)?;
        let member = |name: &str| {
            let value = context.pointer(name).and_then(Value::as_str);
            value.ok_or_else(|| format!("the context has no text {name}"))
        };
        let flag = |name: &str| context.get(name).and_then(Value::as_bool);
        let mut credentials = Credentials::new(
            member("/credentials/access_key_id")?,
            member("/credentials/secret_access_key")?,
        );
        if let Ok(token) = member("/credentials/token") {
            credentials = credentials.with_session_token(token);
        }
        let token = if flag("omit_session_token").unwrap_or(false) {
            TokenPlace::Added
        } else {
            TokenPlace::Signed
        };
        let expires_in = context.get("expiration_in_seconds").and_then(Value::as_u64);
        Ok(Self {
            folder,
            credentials,
            scope: Scope {
                region: member("/region")?.to_owned(),
                service: member("/service")?.to_owned(),
            },
            at: member("/timestamp")?.parse::<Timestamp>()?.try_into()?,
            expires_in: Duration::from_secs(expires_in.ok_or("the context has no expiry")?),
            rules: Rules {
                path: PathForm {
                    is_normalized: flag("normalize").ok_or("the context has no `normalize`")?,
                    is_encoded_twice: !request.has_space(),
                },
                headers: SignedHeaders::All,
                token,
            },
            tells_sum: flag("sign_body").ok_or("the context has no `sign_body`")?,
            request,
        })
    }

    /// Signs in `place`, which is `header` or `query`, and compares step by step.
    fn check(&self, place: &str) -> Result<(), String> {
        let (signed, request) = self
            .sign(place == "query")
            .map_err(|e| format!("{place}: {e}"))?;
        let expected = |step: &str| {
            let file = format!("{place}-{step}.txt");
            text(self.folder, &file).map_err(|e| e.to_string())
        };
        for (step, ours) in [
            ("canonical-request", &signed.canonical.text),
            ("string-to-sign", &signed.string_to_sign),
            ("signature", &signed.signature),
        ] {
            compare(place, step, ours, expected(step)?.trim_end())?;
        }
        let theirs: Message = expected("signed-request")?.parse()?;
        let ours = Message::from(&request, self.request.has_space());
        let shown = |message: &Message| format!("{message:#?}");
        compare(
            place,
            "signed-request",
            &shown(&ours),
            &shown(&theirs.sorted()),
        )
    }

    fn sign(&self, in_query: bool) -> Result<(Signed, Request<Bytes>), Failure> {
        let mut request = self.request.to_http()?;
        let mut keys = SigningKeys::default();
        let signer = Signer::new(&self.credentials, &self.scope, self.at).with_rules(self.rules);
        if in_query {
            let signed = signer.presign(&mut request, self.expires_in, &mut keys)?;
            return Ok((signed, request));
        }
        if self.tells_sum {
            let sum = HeaderValue::try_from(sha256_hex(request.body()))?;
            request.headers_mut().insert("x-amz-content-sha256", sum);
        }
        Ok((signer.sign(&mut request, &mut keys), request))
    }
}

fn compare(place: &str, step: &str, ours: &str, theirs: &str) -> Result<(), String> {
    if ours == theirs {
        return Ok(());
    }
    Err(format!("{place}: {step}: ours {ours:?}, theirs {theirs:?}"))
}

fn text(folder: &Path, file: &str) -> Result<String, Failure> {
    let path = folder.join(file);
    Ok(fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?)
}

/// A request as it stands in a file.
#[derive(Debug, PartialEq, Eq)]
struct Message {
    method: String,
    target: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    body: String,
}

impl Message {
    /// No address holds a space, though the path of some cases does: it travels encoded, and since
    /// the cases encode what stands in the file once, is not to be encoded again.
    fn has_space(&self) -> bool {
        self.target.contains(' ')
    }

    fn to_http(&self) -> Result<Request<Bytes>, Failure> {
        let target = self.target.replace(' ', "%20");
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(format!("https://example.amazonaws.com{target}"))
            .body(Bytes::from(self.body.clone()))?;
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse()?;
            request.headers_mut().append(name, value.parse()?);
        }
        Ok(request)
    }

    fn from(request: &Request<Bytes>, has_space: bool) -> Self {
        let target = request.uri().path_and_query().map_or("", |t| t.as_str());
        let headers = request.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        Self {
            method: request.method().to_string(),
            target: if has_space {
                target.replace("%20", " ")
            } else {
                target.to_owned()
            },
            headers: headers.collect(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        }
        .sorted()
    }

    /// The order of headers with different names means nothing.
    fn sorted(mut self) -> Self {
        self.headers.sort_by(|(one, _), (other, _)| one.cmp(other));
        self
    }
}

impl std::str::FromStr for Message {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let request_line = lines.next().unwrap_or_default();
        let (method, target) = request_line
            .strip_suffix(" HTTP/1.1")
            .and_then(|line| line.split_once(' '))
            .ok_or_else(|| format!("is no request line: {request_line:?}"))?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match (line.strip_prefix(' '), headers.last_mut()) {
                // A value that goes on in the next line, as HTTP once allowed.
                (Some(rest), Some((_, value))) => value.extend([" ", rest]),
                _ => {
                    let (name, value) = line
                        .split_once(':')
                        .ok_or_else(|| format!("is no header: {line:?}"))?;
                    headers.push((name.to_ascii_lowercase(), value.to_owned()));
                }
            }
        }
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_request() {
        let text = "POST /a b?c HTTP/1.1\nHost:h\nMy-Header:one\n  two\n\nbody\n\nmore";
        let message: Message = text.parse().unwrap();
        let headers = [("host", "h"), ("my-header", "one  two")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(
            message,
            Message {
                method: "POST".into(),
                target: "/a b?c".into(),
                headers: headers.to_vec(),
                body: "body\n\nmore".into(),
            }
        );
        assert_eq!(Message::from(&message.to_http().unwrap(), true), message);
        assert!("GET /".parse::<Message>().is_err());
        assert!("GET / HTTP/1.1\nnonsense".parse::<Message>().is_err());
    }
}
