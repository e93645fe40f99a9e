//! Our async client, as a program to measure.
//!
//! ```text
//! list ORIGIN TIMES        sends ListFragments; prints nanoseconds a call
//! body ORIGIN              fetches all media and forgets it
//! file ORIGIN PATH         fetches, decodes, verifies and writes one file that plays
//! ```

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{Seek, SeekFrom, Write};
use std::time::Instant;

use kvs_hyper::api::archived_media::{GetMediaForFragmentList, ListFragments};
use kvs_hyper::api::protocol::Credentials;
use kvs_hyper::archive::{ExportOptions, Selection, TimestampOrigin};
use kvs_hyper::mkv::{Bytes, Writer, WriterOptions};
use kvs_hyper::{Client, Settings};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    match words.as_slice() {
        ["list", origin, times] => runtime.block_on(list(&client(origin)?, times.parse()?)),
        ["body", origin] => runtime.block_on(body(&client(origin)?)),
        ["file", origin, path] => runtime.block_on(file(&client(origin)?, path)),
        _ => Err("see the head of this file".into()),
    }
}

fn client(origin: &str) -> Result<Client, Failure> {
    let mut settings = Settings::new("eu-west-1");
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    settings.credentials = Some(Credentials::new("AKIDEXAMPLE", secret));
    settings.endpoint_url = Some(origin.parse()?);
    Ok(Client::new(&settings)?)
}

async fn list(client: &Client, times: u32) -> Result<(), Failure> {
    for _ in 0..times {
        let start = Instant::now();
        let operation = ListFragments {
            stream_name: Some("door".to_owned()),
            max_results: Some(1_000),
            ..ListFragments::default()
        };
        let page = client.send(operation).await?;
        assert_eq!(page.fragments.map(|found| found.len()), Some(1_000));
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}

async fn body(client: &Client) -> Result<(), Failure> {
    let number = |index: u64| format!("9134385233318150666695160{index:022}");
    let media = GetMediaForFragmentList {
        stream_name: Some("door".to_owned()),
        fragments: Some((0..1_000).map(number).collect()),
        ..GetMediaForFragmentList::default()
    };
    let mut body = client.open(media).await?.body;
    let mut total = 0;
    while let Some(piece) = body.chunk().await? {
        total += black_box(piece).len();
    }
    println!("{total}");
    Ok(())
}

async fn file(client: &Client, path: &str) -> Result<(), Failure> {
    let (from, to) = (
        "2023-11-01T00:00:00Z".parse()?,
        "2024-11-01T00:00:00Z".parse()?,
    );
    let all = Selection::between("door", TimestampOrigin::Producer, from, to);
    let mut options = ExportOptions::default();
    // Waits for the sake of quotas are no work.
    (options.quota.media, options.quota.metadata) = (u32::MAX, u32::MAX);
    let mut download = client.download(all, options);
    let mut file = File::create(path)?;
    let mut writer = Writer::new(WriterOptions::default());
    while let Some(fragment) = download.next().await {
        writer.write(&fragment?)?;
        write_all(&mut file, writer.take_output())?;
    }
    let tail = writer.finish();
    write_all(&mut file, tail.pieces)?;
    for patch in tail.patches {
        file.seek(SeekFrom::Start(patch.offset))?;
        file.write_all(&patch.bytes)?;
    }
    let report = download.report();
    assert!(report.missing.is_empty(), "{:?}", report.missing);
    println!("{}", report.delivered);
    Ok(())
}

fn write_all(file: &mut File, pieces: Vec<Bytes>) -> Result<(), Failure> {
    for piece in pieces {
        file.write_all(&piece)?;
    }
    Ok(())
}
