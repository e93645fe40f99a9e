//! What clients are asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::client::{Answer, Client};
use super::server::{Server, Surroundings};
use super::{Bench, Table, players};
use crate::{Failure, process};

/// The stream that the emulator has from the start.
const STREAM: &str = "demo";
/// So few that there are several pages.
const PAGE: u32 = 4;
/// Seconds since 1970 that nothing was recorded before or after.
const TIMES: [u64; 2] = [0, 4_000_000_000];

/// A question about the stream that is there from the start.
struct Question {
    operation: &'static str,
    /// Of its fragments as they are listed, in order.
    input: fn(&[Value]) -> Value,
    answer: Reply,
}

/// In what all have to agree.
#[derive(Clone, Copy)]
enum Reply {
    /// In the document.
    Output,
    /// In the payload, to the byte.
    Payload,
}

/// What the emulator serves of the archived media beside the listing, which comes first.
const AT_THE_EMULATOR: [Question; 4] = [
    Question {
        operation: "GetMediaForFragmentList",
        input: |fragments| json!({ "StreamName": STREAM, "Fragments": numbers(fragments) }),
        answer: Reply::Payload,
    },
    Question {
        operation: "GetClip",
        input: |fragments| json!({ "StreamName": STREAM, "ClipFragmentSelector": all_of(fragments) }),
        answer: Reply::Payload,
    },
    Question {
        operation: "GetHLSStreamingSessionURL",
        input: |fragments| on_demand("HLSFragmentSelector", fragments),
        answer: Reply::Output,
    },
    Question {
        operation: "GetDASHStreamingSessionURL",
        input: |fragments| on_demand("DASHFragmentSelector", fragments),
        answer: Reply::Output,
    },
];

/// What moto serves, which holds no media: its clip is always the same.
const AT_MOTO: [Question; 3] = [
    Question {
        operation: "GetHLSStreamingSessionURL",
        input: |_| json!({ "StreamName": STREAM }),
        answer: Reply::Output,
    },
    Question {
        operation: "GetDASHStreamingSessionURL",
        input: |_| json!({ "StreamName": STREAM }),
        answer: Reply::Output,
    },
    Question {
        operation: "GetClip",
        input: |_| json!({ "StreamName": STREAM, "ClipFragmentSelector": everything("SERVER_TIMESTAMP") }),
        answer: Reply::Payload,
    },
];

/// Those that answer one round of questions.
struct Round<'a> {
    bench: &'a Bench,
    clients: Vec<Client>,
    table: &'a mut Table,
    /// What stands before the names of operations.
    server: &'static str,
}

/// Answers by client.
type Answers = BTreeMap<&'static str, Map<String, Value>>;

pub(super) fn at_the_emulator(bench: &Bench, table: &mut Table) -> Result<(), Failure> {
    let server = Server::emulator(bench)?;
    let clients = Client::all(bench, &server.around)?;
    let mut round = Round::new(bench, clients, table, "");
    round.streams();
    round.ask(
        "GetDataEndpoint",
        |_| json!({ "StreamName": STREAM, "APIName": "LIST_FRAGMENTS" }),
    );
    round.refused(
        "GetDataEndpoint",
        "ResourceNotFoundException",
        |_| json!({ "StreamName": "nobody", "APIName": "LIST_FRAGMENTS" }),
    );
    let fragments = round.listing();
    round.refused(
        "ListFragments",
        "InvalidArgumentException",
        |_| json!({ "StreamName": STREAM, "NextToken": "madeup" }),
    );
    let fragments = sorted(&fragments);
    round.all(&AT_THE_EMULATOR, &fragments);
    round.command(&server.around, &fragments)?;
    round.facts(&server.around)?;
    players::check(bench, &mut round.clients, &fragments, round.table)
}

pub(super) fn at_moto(bench: &Bench, table: &mut Table) -> Result<(), Failure> {
    let server = Server::moto(bench)?;
    let clients = Client::through_a_proxy(bench, &server.around)?;
    let mut round = Round::new(bench, clients, table, "moto: ");
    round.streams();
    let first = round.clients.first_mut().ok_or("nobody is there to ask")?;
    first.ask("CreateStream", &json!({ "StreamName": STREAM }), None)?;
    for api in ["PUT_MEDIA", "GET_CLIP"] {
        let input = json!({ "StreamName": STREAM, "APIName": api });
        round.ask("GetDataEndpoint", |_| input.clone());
    }
    round.all(&AT_MOTO, &[]);
    Ok(())
}

/// A selector of all that was ever recorded.
fn everything(by: &str) -> Value {
    let [start, end] = TIMES;
    selector(by, json!(start), json!(end))
}

/// One that ends soon after the last fragment begins, as is needed where a range has a longest.
fn all_of(fragments: &[Value]) -> Value {
    let begins = |fragment: Option<&Value>| fragment.and_then(|f| f["ProducerTimestamp"].as_f64());
    let [start, last] = [fragments.first(), fragments.last()].map(begins);
    let end = last.map(|last| last + 60.0);
    selector("PRODUCER_TIMESTAMP", json!(start), json!(end))
}

fn selector(by: &str, start: Value, end: Value) -> Value {
    let range = json!({ "StartTimestamp": start, "EndTimestamp": end });
    json!({ "FragmentSelectorType": by, "TimestampRange": range })
}

fn on_demand(named: &str, fragments: &[Value]) -> Value {
    json!({ "StreamName": STREAM, "PlaybackMode": "ON_DEMAND", named: all_of(fragments) })
}

impl<'a> Round<'a> {
    fn new(
        bench: &'a Bench,
        clients: Vec<Client>,
        table: &'a mut Table,
        server: &'static str,
    ) -> Self {
        Self {
            bench,
            clients,
            table,
            server,
        }
    }

    fn all(&mut self, questions: &[Question], fragments: &[Value]) {
        for question in questions {
            let input = (question.input)(fragments);
            match question.answer {
                Reply::Output => drop(self.ask(question.operation, |_| input.clone())),
                Reply::Payload => self.media(question.operation, &input),
            }
        }
    }

    /// Asks everybody; the answers must be the same but for what is each one's own.
    fn ask(&mut self, operation: &str, input: impl Fn(&str) -> Value) -> Answers {
        let mut answers = Answers::new();
        let mut first = None;
        for client in &mut self.clients {
            let name = client.name;
            let payload = payload(self.bench, name, operation);
            let result = client.ask(operation, &input(name), Some(&payload));
            let result = result.and_then(|answer| match answer {
                Answer::Error(code) => Err(format!("it is refused: {code}").into()),
                Answer::Output(output) => {
                    // In a list stand the streams of all, for everybody alike.
                    let own = (operation != "ListStreams").then(|| own_stream(name));
                    let known = normal(&Value::Object(output.clone()), own.as_deref());
                    answers.insert(name, output);
                    same(first.get_or_insert_with(|| known.clone()), &known)
                }
            });
            let operation = format!("{}{operation}", self.server);
            self.table.note(name, &operation, result);
        }
        answers
    }

    /// Asks everybody for what is refused with this code.
    fn refused(&mut self, operation: &str, code: &str, input: impl Fn(&str) -> Value) {
        let expected = Answer::Error(code.to_owned());
        for client in &mut self.clients {
            let result = client.ask(operation, &input(client.name), None);
            let result = result.and_then(|answer| match answer {
                answer if answer == expected => Ok(()),
                other => Err(format!("{other:?} comes, not {code}").into()),
            });
            let operation = format!("{}{operation}", self.server);
            self.table.note(client.name, &operation, result);
        }
    }

    /// Asks everybody for a payload, which must be the same to the byte.
    fn media(&mut self, operation: &str, input: &Value) {
        let answers = self.ask(operation, |_| input.clone());
        let mut first = None;
        for name in answers.into_keys() {
            let read = fs::read(payload(self.bench, name, operation));
            let result = read.map_err(Failure::from).and_then(|read| {
                let first = first.get_or_insert_with(|| read.clone());
                match read.is_empty() || *first != read {
                    true => Err("the payload is empty or another".into()),
                    false => Ok(()),
                }
            });
            let operation = format!("{}{operation}", self.server);
            self.table.note(name, &operation, result);
        }
    }

    /// The whole life of a stream; each client has one of its own.
    fn streams(&mut self) {
        let name = own_stream;
        self.ask(
            "CreateStream",
            |client| json!({ "StreamName": name(client), "DataRetentionInHours": 2 }),
        );
        self.refused(
            "CreateStream",
            "ResourceInUseException",
            |client| json!({ "StreamName": name(client) }),
        );
        let described = self.ask(
            "DescribeStream",
            |client| json!({ "StreamName": name(client) }),
        );
        self.ask("ListStreams", |_| json!({}));
        let arn = |client: &str| {
            let info = described.get(client).and_then(|d| d.get("StreamInfo"));
            info.and_then(|info| info.get("StreamARN")).cloned()
        };
        self.ask("DeleteStream", |client| json!({ "StreamARN": arn(client) }));
        self.refused(
            "DescribeStream",
            "ResourceNotFoundException",
            |client| json!({ "StreamName": name(client) }),
        );
    }

    /// Goes through the pages of a listing.
    fn listing(&mut self) -> Vec<Value> {
        let mut fragments = Vec::new();
        let mut input = json!({
            "StreamName": STREAM,
            "FragmentSelector": everything("PRODUCER_TIMESTAMP"),
            "MaxResults": PAGE,
        });
        loop {
            let answers = self.ask("ListFragments", |_| input.clone());
            let page = answers.get("ureq").cloned().unwrap_or_default();
            let listed = page.get("Fragments").and_then(Value::as_array);
            fragments.extend(listed.into_iter().flatten().cloned());
            match (page.get("NextToken"), input.as_object_mut()) {
                (Some(next), Some(input)) => input.insert("NextToken".to_owned(), next.clone()),
                _ => return fragments,
            };
        }
    }

    /// What we know of the service holds for what stands in its place.
    fn facts(&mut self, around: &Surroundings) -> Result<(), Failure> {
        let mut live = around.command(&self.bench.live);
        let output = live.args(["--stream", STREAM]).output()?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let all = match output.status.success() {
            true => Ok(()),
            false => Err(format!("{told}{}", String::from_utf8_lossy(&output.stderr)).into()),
        };
        self.table.note("live", "GetMediaForFragmentList", all);
        Ok(())
    }

    /// The `kvs` command, against what all clients have been answered.
    fn command(&mut self, around: &Surroundings, fragments: &[Value]) -> Result<(), Failure> {
        let kvs = || around.command(&self.bench.kvs);
        let listed = process::text(kvs().args(["list", STREAM, "--json"]))?;
        let listed = lines(&listed)?;
        let known: Vec<Value> = fragments
            .iter()
            .map(|f| json!([f["FragmentNumber"], f["FragmentSizeInBytes"]]))
            .collect();
        let found = listed.iter().map(|f| json!([f["number"], f["bytes"]]));
        let listing = same(&json!(known), &json!(found.collect::<Vec<_>>()));
        self.table.note("kvs", "ListFragments", listing);

        let streams = lines(&process::text(kvs().args(["streams", "--json"]))?)?;
        let names: Vec<&Value> = streams.iter().map(|s| &s["name"]).collect();
        let streams = same(&json!([STREAM]), &json!(names));
        self.table.note("kvs", "ListStreams", streams);

        let raw = payload(self.bench, "kvs", "GetMediaForFragmentList");
        process::output(
            kvs()
                .args(["get", STREAM, "--format", "raw", "-o"])
                .arg(&raw),
        )?;
        let others = payload(self.bench, "boto3", "GetMediaForFragmentList");
        let media = match fs::read(raw)? == fs::read(others)? {
            true => Ok(()),
            false => Err("the payload is another".into()),
        };
        self.table.note("kvs", "GetMediaForFragmentList", media);
        Ok(())
    }
}

fn own_stream(client: &str) -> String {
    format!("made-by-{client}")
}

/// Where a payload goes.
pub(super) fn payload(bench: &Bench, client: &str, operation: &str) -> PathBuf {
    bench.folder.join(format!("{client}-{operation}"))
}

fn lines(text: &str) -> Result<Vec<Value>, Failure> {
    let lines = text.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

/// Listed fragments as they were recorded.
fn sorted(fragments: &[Value]) -> Vec<Value> {
    let mut sorted = fragments.to_vec();
    sorted.sort_by(|a, b| {
        let at = |f: &Value| f["ProducerTimestamp"].as_f64().unwrap_or_default();
        at(a).total_cmp(&at(b))
    });
    sorted
}

fn numbers(fragments: &[Value]) -> Vec<Value> {
    let numbers = fragments.iter().map(|f| f["FragmentNumber"].clone());
    numbers.collect()
}

fn same(expected: &Value, found: &Value) -> Result<(), Failure> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{found} comes, not {expected}").into())
}

/// An answer without what differs between two that mean the same: moments of creation, names that
/// are a client's own, and how finely a time is written.
fn normal(value: &Value, own: Option<&str>) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, value)| {
                !value.is_null() && !["CreationTime", "Version"].contains(&name.as_str())
            });
            let member = |(name, value): (&String, &Value)| (name.clone(), normal(value, own));
            Value::Object(members.map(member).collect())
        }
        Value::Array(items) => items.iter().map(|item| normal(item, own)).collect(),
        Value::Number(number) => {
            let millis = number.as_f64().map(|number| (number * 1e3).round());
            json!(millis)
        }
        Value::String(text) => json!(without_own(text, own)),
        other => other.clone(),
    }
}

/// A text without the client's own stream, the moment at the end of an ARN, and a session's token.
fn without_own(text: &str, own: Option<&str>) -> String {
    let text = own.map_or_else(|| text.to_owned(), |own| text.replace(own, "$OWN"));
    match text.rsplit_once('/') {
        Some((arn, moment)) if arn.starts_with("arn:") && moment.parse::<u64>().is_ok() => {
            arn.to_owned()
        }
        _ => match text.split_once("SessionToken=") {
            Some((url, _)) => url.to_owned(),
            None => text,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_each_ones_own_does_not_count() {
        let of = |client: &str, moment: u64, time: f64| {
            let arn = format!("arn:aws:kinesisvideo:us-east-1:1:stream/made-by-{client}/{moment}");
            normal(
                &json!({ "StreamARN": arn, "Version": client, "At": time, "Null": null }),
                Some(&own_stream(client)),
            )
        };
        assert_eq!(of("boto3", 5, 1.0004), of("aws", 6, 1.0));
        assert_ne!(of("boto3", 5, 1.001), of("aws", 6, 1.0));
        assert_eq!(
            without_own("https://a/b?SessionToken=x", None),
            "https://a/b?"
        );
    }
}
