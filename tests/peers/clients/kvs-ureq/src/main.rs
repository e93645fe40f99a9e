//! Our blocking client, as a program to measure.
//!
//! ```text
//! list ORIGIN TIMES        sends ListFragments; prints nanoseconds a call
//! body ORIGIN              fetches all media and forgets it
//! file ORIGIN PATH         fetches, decodes, verifies and writes one file that plays
//! sign TIMES FRAGMENTS     builds and signs requests for so many; prints nanoseconds each
//! parse TIMES FILE         reads an answer of ListFragments; prints nanoseconds each
//! ```

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use kvs_ureq::api::archived_media::{GetMediaForFragmentList, ListFragments};
use kvs_ureq::api::protocol::http::Response;
use kvs_ureq::api::protocol::{Call, Credentials, Operation, Session, Target};
use kvs_ureq::archive::{ExportOptions, Selection, TimestampOrigin};
use kvs_ureq::mkv::{Bytes, Writer, WriterOptions};
use kvs_ureq::{Client, Settings};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list", origin, times] => {
            let client = client(origin)?;
            repeat(times, || {
                let page = client.send(list())?;
                assert_eq!(page.fragments.map(|found| found.len()), Some(1_000));
                Ok(())
            })
        }
        ["body", origin] => body(&client(origin)?),
        ["file", origin, path] => file(&client(origin)?, path),
        ["sign", times, fragments] => {
            let origin = "https://b-1234abcd.kinesisvideo.eu-west-1.amazonaws.com".parse()?;
            let service = GetMediaForFragmentList::SERVICE;
            let target = Arc::new(Target::new(origin, "eu-west-1", service));
            let (credentials, mut session) = (credentials(), Session::new(7));
            let media = media((0..fragments.parse()?).map(number).collect());
            repeat(times, || {
                let call = Call::new(black_box(&media), Arc::clone(&target))?.checked()?;
                black_box(call.sign(&credentials, &mut session, SystemTime::now()));
                Ok(())
            })
        }
        ["parse", times, path] => {
            let body = std::fs::read(path)?;
            let (head, ()) = Response::new(()).into_parts();
            repeat(times, || {
                let read = ListFragments::decode(&head, black_box(&body))?;
                assert_eq!(read.fragments.map(|found| found.len()), Some(1_000));
                Ok(())
            })
        }
        _ => Err("see the head of this file".into()),
    }
}

fn repeat(times: &str, mut job: impl FnMut() -> Result<(), Failure>) -> Result<(), Failure> {
    for _ in 0..times.parse()? {
        let start = Instant::now();
        job()?;
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn client(origin: &str) -> Result<Client, Failure> {
    let mut settings = Settings::new("eu-west-1");
    settings.credentials = Some(credentials());
    settings.endpoint_url = Some(origin.parse()?);
    Ok(Client::new(&settings)?)
}

fn number(index: u64) -> String {
    format!("9134385233318150666695160{index:022}")
}

fn list() -> ListFragments {
    ListFragments {
        stream_name: Some("door".to_owned()),
        max_results: Some(1_000),
        ..ListFragments::default()
    }
}

fn media(fragments: Vec<String>) -> GetMediaForFragmentList {
    GetMediaForFragmentList {
        stream_name: Some("door".to_owned()),
        fragments: Some(fragments),
        ..GetMediaForFragmentList::default()
    }
}

fn body(client: &Client) -> Result<(), Failure> {
    let mut body = client.open(media((0..1_000).map(number).collect()))?.body;
    let (mut total, mut buffer) = (0, vec![0; 128 << 10]);
    loop {
        match body.read(&mut buffer)? {
            0 => break,
            read => total += black_box(&buffer[..read]).len(),
        }
    }
    println!("{total}");
    Ok(())
}

fn file(client: &Client, path: &str) -> Result<(), Failure> {
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
    for fragment in &mut download {
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
