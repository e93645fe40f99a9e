//! What clients are asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::client::{Answer, Client};
use super::normal::{normal, own_stream, timeless};
use super::server::{Server, Surroundings};
use super::{Bench, Table, players, producers};
use crate::{Failure, process};

/// The stream that the emulator has from the start.
const STREAM: &str = "demo";
/// The client that the others' answers are held against.
const OURS: &str = "ureq";
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
    /// The same, but for how far behind it was sent.
    Live,
}

/// What the emulator serves of the archived media beside the listing, which comes first.
const AT_THE_EMULATOR: [Question; 5] = [
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
    Question {
        operation: "GetMedia",
        input: |_| json!({ "StreamName": STREAM, "StartSelector": { "StartSelectorType": "EARLIEST" } }),
        answer: Reply::Live,
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
    round.images(&fragments);
    round.command(&server.around, &fragments)?;
    round.facts(&server.around)?;
    producers::check(bench, &mut round.clients, round.table)?;
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
                Reply::Payload => self.media(question.operation, &input, |read| read),
                Reply::Live => self.media(question.operation, &input, timeless),
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

    /// Asks everybody for a payload, of which the same bytes have to count.
    fn media(&mut self, operation: &str, input: &Value, counting: fn(Vec<u8>) -> Vec<u8>) {
        let answers = self.ask(operation, |_| input.clone());
        let mut first = None;
        for name in answers.into_keys() {
            let read = fs::read(payload(self.bench, name, operation));
            let result = read.map_err(Failure::from).and_then(|read| {
                let read = counting(read);
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

    /// All fragments.
    fn listing(&mut self) -> Vec<Value> {
        let input = json!({
            "StreamName": STREAM,
            "FragmentSelector": everything("PRODUCER_TIMESTAMP"),
            "MaxResults": PAGE,
        });
        self.pages("ListFragments", "Fragments", input)
    }

    /// Pictures, and two moments beyond the last of them. In whole seconds: the AWS CLI sends no others.
    fn images(&mut self, fragments: &[Value]) {
        let first = fragments
            .first()
            .and_then(|f| f["ProducerTimestamp"].as_f64());
        let images = self.pages(
            "GetImages",
            "Images",
            json!({
                "StreamName": STREAM,
                "ImageSelectorType": "PRODUCER_TIMESTAMP",
                "StartTimestamp": first.map(|first| first + 22.0),
                "EndTimestamp": first.map(|first| first + 31.0),
                "SamplingInterval": 1_000,
                "Format": "JPEG",
                "FormatConfig": { "JPEGQuality": "50" },
                "HeightPixels": 90,
                "MaxResults": PAGE,
            }),
        );
        let errors: Vec<&Value> = images.iter().map(|image| &image["Error"]).collect();
        let mut expected = vec![&Value::Null; 8];
        let none = json!("NO_MEDIA");
        expected.extend([&none; 2]);
        let result = same(&json!(expected), &json!(errors));
        self.table.note(OURS, "GetImages", result);
    }

    /// Goes through all pages with everybody; what ours have come to.
    fn pages(&mut self, operation: &str, items: &str, mut input: Value) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let answers = self.ask(operation, |_| input.clone());
            let page = answers.get(OURS).cloned().unwrap_or_default();
            let found = page.get(items).and_then(Value::as_array);
            all.extend(found.into_iter().flatten().cloned());
            match (page.get("NextToken"), input.as_object_mut()) {
                (Some(next), Some(input)) => input.insert("NextToken".to_owned(), next.clone()),
                _ => return all,
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
    Err(format!("{} comes, not {}", brief(found), brief(expected)).into())
}

/// The beginning of an answer: an image would fill the screen.
fn brief(answer: &Value) -> String {
    const SHOWN: usize = 2_000;
    let text = answer.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
