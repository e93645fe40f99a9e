//! PutMedia. No SDK but the producers' own has it, so it is signed and sent by hand: with botocore's
//! signer and a body in chunks, and with our signer over our driver.

use serde_json::{Map, Value, json};

use super::client::{Answer, Client};
use super::{Bench, Table};
use crate::Failure;

const OPERATION: &str = "PutMedia";
const PRODUCERS: [&str; 2] = ["hyper", "boto3"];
/// Seconds since 1970 that the file's times are added to.
const START: f64 = 1_700_000_000.5;
/// Of the demo; each has three acks.
const FRAGMENTS: usize = 15;

/// What came of putting the demo.
#[derive(Debug, Clone, PartialEq)]
struct Put {
    acks: Vec<Value>,
    /// What is listed then.
    stored: Vec<Value>,
}

/// Each puts the demo into a stream of its own; acks and what is stored then have to be the same.
pub(super) fn check(
    bench: &Bench,
    clients: &mut [Client],
    table: &mut Table,
) -> Result<(), Failure> {
    let mut first = None;
    for client in clients {
        if !PRODUCERS.contains(&client.name) {
            continue;
        }
        let put = put(bench, client)?;
        let known = first.get_or_insert_with(|| put.clone());
        let is_whole = put.acks.len() == 3 * FRAGMENTS && put.stored.len() == FRAGMENTS;
        let result = match is_whole && *known == put {
            true => Ok(()),
            false => Err(format!("{put:?} comes, not {known:?}").into()),
        };
        table.note(client.name, OPERATION, result);
    }
    Ok(())
}

fn put(bench: &Bench, client: &mut Client) -> Result<Put, Failure> {
    let stream = format!("put-by-{}", client.name);
    let create = json!({ "StreamName": stream, "DataRetentionInHours": 1 });
    output(client, "CreateStream", &create)?;
    let put = json!({
        "StreamName": stream,
        "FragmentTimecodeType": "RELATIVE",
        "ProducerStartTimestamp": START,
        "File": bench.demo,
    });
    let acks = list(output(client, OPERATION, &put)?, "Acks");
    let range = json!({ "StartTimestamp": START, "EndTimestamp": START + 60.0 });
    let selector = json!({ "FragmentSelectorType": "PRODUCER_TIMESTAMP", "TimestampRange": range });
    let everything = json!({ "StreamName": stream, "FragmentSelector": selector });
    let mut stored = list(output(client, "ListFragments", &everything)?, "Fragments");
    // They have arrived at different times.
    let objects = stored.iter_mut().filter_map(Value::as_object_mut);
    objects.for_each(|fragment| drop(fragment.remove("ServerTimestamp")));
    Ok(Put { acks, stored })
}

fn output(
    client: &mut Client,
    operation: &str,
    input: &Value,
) -> Result<Map<String, Value>, Failure> {
    match client.ask(operation, input, None)? {
        Answer::Output(output) => Ok(output),
        Answer::Error(code) => {
            Err(format!("{operation} of {} is refused: {code}", client.name).into())
        }
    }
}

fn list(mut output: Map<String, Value>, member: &str) -> Vec<Value> {
    match output.remove(member) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}
