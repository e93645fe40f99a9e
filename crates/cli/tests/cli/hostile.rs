//! A service that means harm: it names files, and writes to the terminal.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use kvs_emulator::Stream;
use serde_json::json;

use crate::support::{Bench, TRANSPORTS, names, numbers, serve};

/// Where a file would land that gets out of its folder; as long as a fragment's number.
const OUT: &str = "../../../../../../../../../../../../../tmp/evil";

/// What the service answers, by path: a status, and a body.
type Answer = (u16, Vec<u8>);

/// A service on this machine that answers as it is told; gives its address.
fn service(answer: impl Fn(&str) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let own = url.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let path = request(&stream);
            let (status, body) = match path.as_str() {
                "/getDataEndpoint" => (200, json!({ "DataEndpoint": own }).to_string().into()),
                path => answer(path),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            // That the command hangs up is its affair.
            let _ = (&stream).write_all(&[head.as_bytes(), &body].concat());
        }
    });
    url
}

/// Reads a request to its end, and gives its path.
fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let length = lines
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let path = lines[0].split(' ').nth(1).unwrap();
    // Lower case is for headers alone.
    match path {
        "/getdataendpoint" => "/getDataEndpoint".to_owned(),
        "/listfragments" => "/listFragments".to_owned(),
        other => other.to_owned(),
    }
}

/// The first fragment of the demo, as the service sends it, and its number.
fn fragment(bench: &Bench) -> (Vec<u8>, String) {
    let emulator = serve(Stream::demo());
    let number = numbers(bench, emulator.url()).remove(0);
    let line = format!("get cam --fragments {number} --format raw -o fragment.raw");
    bench.run_at(emulator.url(), &line).well();
    let raw = bench.read("fragment.raw");
    std::fs::remove_file(bench.path("fragment.raw")).unwrap();
    (raw, number)
}

/// Puts another text of the same length in the place of one.
fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = bytes
        .windows(old.len())
        .position(|window| window == old.as_bytes());
    let at = at.unwrap();
    [&bytes[..at], new.as_bytes(), &bytes[at + old.len()..]].concat()
}

fn page(number: &str) -> Vec<u8> {
    let fragment = json!({
        "FragmentNumber": number, "FragmentSizeInBytes": 50_000, "FragmentLengthInMilliseconds": 2_000,
        "ProducerTimestamp": 1_700_000_000, "ServerTimestamp": 1_700_000_001,
    });
    json!({ "Fragments": [fragment] }).to_string().into()
}

#[test]
fn a_fragment_s_number_does_not_lead_out_of_the_folder() {
    let bench = Bench::new("leads_out");
    let (raw, number) = fragment(&bench);
    assert_eq!(OUT.len(), number.len());
    let inside = replaced(&raw, &number, OUT);
    for (listed, media) in [(OUT, raw.clone()), (OUT, inside.clone()), (&number, inside)] {
        let page = page(listed);
        let url = service(move |path| match path {
            "/listFragments" => (200, page.clone()),
            _ => (200, media.clone()),
        });
        for transport in TRANSPORTS {
            for output in ["--format fragments -o out", "-o out.mkv", "-o out.mp4"] {
                let line = format!("get cam {output} --transport {transport}");
                let run = bench.run_at(&url, &line);
                assert_ne!(run.code, 0, "{line}: {run:?}");
                assert!(!run.stderr.contains("panicked"), "{run:?}");
            }
        }
    }
    assert!(!Path::new("/tmp/evil").exists() && !Path::new("/tmp/evil.mkv").exists());
    let strange = bench
        .names()
        .into_iter()
        .find(|name| !name.starts_with("out"));
    assert_eq!(strange, None);
    let parent = bench.folder.parent().unwrap();
    assert!(!names(parent).iter().any(|name| name.contains("evil")));
}

#[test]
fn a_codec_does_not_name_a_file() {
    let bench = Bench::new("codec_names");
    let (raw, number) = fragment(&bench);
    let media = replaced(&raw, "V_MPEG4/ISO/AVC", "V_/../../../evi");
    bench.write("cam.raw", &media);
    let page = page(&number);
    let url = service(move |path| match path {
        "/listFragments" => (200, page.clone()),
        _ => (200, media.clone()),
    });
    for run in [
        bench.run("frames cam.raw -o frames"),
        bench.run_at(&url, "frames cam -o fetched"),
    ] {
        assert!(!run.stderr.contains("panicked"), "{run:?}");
    }
    let mut all = bench.names();
    for folder in ["frames", "fetched"] {
        let path = bench.path(folder);
        all.extend(path.is_dir().then(|| names(&path)).into_iter().flatten());
    }
    assert!(!all.iter().any(|name| name.contains("evi")), "{all:?}");
}

#[test]
fn a_stream_s_name_does_not_name_a_file() {
    let bench = Bench::new("stream_names");
    let emulator = serve(Stream::demo());
    for name in ["../../evil", "/tmp/evil", "..", "cam/../../evil"] {
        let line = format!("get {name} -o out.mkv");
        let run = bench.run_at(emulator.url(), &line);
        assert_ne!(run.code, 0, "{run:?}");
        assert_eq!(bench.names(), [""; 0], "{run:?}");
    }
}

#[test]
fn a_service_does_not_write_to_the_terminal_what_it_likes() {
    let bench = Bench::new("escapes");
    let said = "\u{1b}]0;owned\u{7}\u{1b}[2Jall is well\nerror: send your keys to\r";
    let error = json!({ "__type": "InvalidArgumentException", "Message": said }).to_string();
    let url = service(move |_| (400, error.clone().into_bytes()));
    for transport in TRANSPORTS {
        let run = bench.run_at(&url, &format!("get cam -o x.mkv --transport {transport}"));
        run.fails(1, &["all is well"]);
        let strange = run.stderr.trim_end().chars().find(|c| c.is_control());
        assert_eq!(strange, None, "{run:?}");
    }
}
