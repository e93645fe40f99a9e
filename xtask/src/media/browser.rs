//! Files as a browser plays them.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use serde_json::Value;

use super::{Bench, Complaints};
use crate::{Failure, process};

pub(super) const PROGRAM: &str = "chromium";

/// Plays a file, goes to three places in it, and tells which pictures are there.
const PAGE: &[u8] = include_bytes!("browser.html");
/// A browser starts in a second or two, and a file plays in less.
const PATIENCE: Duration = Duration::from_secs(90);
const FRAMES_A_SECOND: f64 = 25.0;
const DURATION: f64 = 30.0;

/// The demo in each form that a browser is known to play.
pub(super) fn check(root: &Path, bench: &Bench) -> Result<Complaints, Failure> {
    let mut complaints = Complaints::new();
    for (form, file) in forms(root, bench)? {
        let found = match watch(&file, bench) {
            Ok(report) => misplaced(&report),
            Err(failure) => vec![failure.to_string()],
        };
        complaints.extend(found.into_iter().map(|what| format!("{form}: {what}")));
    }
    Ok(complaints)
}

fn forms(root: &Path, bench: &Bench) -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let path = |name: &str| bench.folder.join(format!("browser-{name}"));
    for (name, format) in [("demo.mkv", "mkv"), ("demo.mp4", "mp4")] {
        let mut kvs = bench.kvs();
        kvs.args(["--emulator", "get", "demo", "--format", format, "-o"]);
        process::output(kvs.arg(path(name)))?;
    }
    let mut kvs = bench.kvs();
    kvs.args(["--emulator", "get", "demo", "--format", "mp4", "-o", "-"]);
    fs::write(path("piped.mp4"), process::output(&mut kvs)?)?;

    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-i"]);
    ffmpeg.arg(root.join("crates/emulator/demo/demo.mkv"));
    ffmpeg.args([
        "-an",
        "-c:v",
        "libvpx",
        "-b:v",
        "1M",
        "-deadline",
        "realtime",
    ]);
    process::output(ffmpeg.args(["-cpu-used", "8"]).arg(path("source.webm")))?;
    let mut kvs = bench.kvs();
    kvs.arg("remux").arg(path("source.webm"));
    process::output(kvs.arg("-o").arg(path("demo.webm")))?;
    Ok(vec![
        ("Matroska", path("demo.mkv")),
        ("MP4, index in front", path("demo.mp4")),
        ("MP4, fragments", path("piped.mp4")),
        ("WebM", path("demo.webm")),
    ])
}

/// What is wrong with how the demo plays from another server.
pub(super) fn check_url(url: &str, bench: &Bench) -> Complaints {
    match look(Vec::new(), "text/plain", &format!("?{url}"), bench) {
        Ok(report) => misplaced(&report),
        Err(failure) => vec![failure.to_string()],
    }
}

/// What the page tells of a file.
fn watch(file: &Path, bench: &Bench) -> Result<Value, Failure> {
    look(fs::read(file)?, content_type(file), "", bench)
}

/// What the page tells of these bytes, or of the URL in the query.
fn look(
    bytes: Vec<u8>,
    content_type: &'static str,
    query: &str,
    bench: &Bench,
) -> Result<Value, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/{query}", listener.local_addr()?);
    let reports = serve(listener, bytes, content_type);
    let mut browser = Command::new(PROGRAM);
    browser
        .args([
            "--headless",
            "--no-sandbox",
            "--no-first-run",
            "--mute-audio",
        ])
        .args([
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
        ])
        .arg("--autoplay-policy=no-user-gesture-required")
        .arg(format!(
            "--user-data-dir={}",
            bench.folder.join("browser").display()
        ))
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _browser = Browser(browser.spawn()?);
    let report = reports.recv_timeout(PATIENCE);
    let report = report.map_err(|_| format!("{PROGRAM} says nothing for {PATIENCE:?}"))?;
    Ok(serde_json::from_slice(&report)?)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("mp4") => "video/mp4",
        Some("webm") => "video/webm",
        _ => "video/x-matroska",
    }
}

/// Ends with its value.
struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Where a report shows other than the pictures that belong there.
fn misplaced(report: &Value) -> Complaints {
    if let Some(error) = report.get("error") {
        return vec![format!("it does not play: {error}")];
    }
    let mut complaints = Complaints::new();
    let duration = report.get("duration").and_then(Value::as_f64);
    if duration.is_none_or(|duration| (duration - DURATION).abs() > 0.1) {
        complaints.push(format!("it lasts {duration:?} s, not {DURATION} s"));
    }
    let seen = report.get("seen").and_then(Value::as_array);
    let seen = seen.map(Vec::as_slice).unwrap_or_default();
    if seen.len() != 3 {
        complaints.push(format!("{} places were seen, not 3", seen.len()));
    }
    complaints.extend(seen.iter().filter_map(|place| {
        let at = place.get(0)?.as_f64()?;
        let number = place.get(1).and_then(Value::as_f64);
        let expected = (at * FRAMES_A_SECOND).floor();
        let is_there = number.is_some_and(|number| (number - expected).abs() < 0.5);
        (!is_there).then(|| format!("at {at} s is picture {number:?}, not {expected}"))
    }));
    complaints
}

/// What is served.
struct Media {
    bytes: Vec<u8>,
    content_type: &'static str,
}

/// Serves the page and the media for as long as this program runs; what comes back is received.
fn serve(listener: TcpListener, bytes: Vec<u8>, content_type: &'static str) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    let media = Arc::new(Media {
        bytes,
        content_type,
    });
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (media, reports) = (Arc::clone(&media), sender.clone());
            // A browser drops connections as it likes.
            std::thread::spawn(move || drop(answer(stream, &media, &reports)));
        }
    });
    receiver
}

fn answer(stream: TcpStream, media: &Media, reports: &Sender<Vec<u8>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let (mut range, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "range" => range = parse_range(value, media.bytes.len()),
            "content-length" => length = value.trim().parse().unwrap_or(0),
            _ => {}
        }
    }
    let path = request.split(' ').nth(1);
    let (status, kind, body, more) = match path.and_then(|path| path.split('?').next()) {
        Some("/") => ("200 OK", "text/html", PAGE, String::new()),
        Some("/report") => {
            let mut report = vec![0; length];
            reader.read_exact(&mut report)?;
            drop(reports.send(report));
            ("204 No Content", "text/plain", &b""[..], String::new())
        }
        Some("/media") => {
            let len = media.bytes.len();
            let (from, to) = range.unwrap_or((0, len));
            let body = media.bytes.get(from..to).unwrap_or_default();
            let place = format!(
                "Content-Range: bytes {from}-{}/{len}\r\n",
                to.saturating_sub(1)
            );
            match range {
                Some(_) => ("206 Partial Content", media.content_type, body, place),
                None => ("200 OK", media.content_type, body, String::new()),
            }
        }
        _ => ("404 Not Found", "text/plain", &b""[..], String::new()),
    };
    let stream = reader.get_mut();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Accept-Ranges: bytes\r\n{more}Connection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

/// The first byte and the one behind the last, of `bytes=5-` and `bytes=5-9`.
fn parse_range(value: &str, len: usize) -> Option<(usize, usize)> {
    let (from, to) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    let to = match to {
        "" => len,
        to => to.parse::<usize>().ok()?.saturating_add(1).min(len),
    };
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reports_are_judged() {
        let report = |number: Option<u32>| json!({"duration": 30.0, "seen": [[15.02, 375], [27.02, 675], [4.02, number]]});
        assert!(misplaced(&report(Some(100))).is_empty());
        assert_eq!(
            misplaced(&report(Some(101))),
            ["at 4.02 s is picture Some(101.0), not 100"]
        );
        assert_eq!(misplaced(&report(None)).len(), 1);
        assert_eq!(misplaced(&json!({"duration": null, "seen": []})).len(), 2);
        assert_eq!(misplaced(&json!({"error": "no"})).len(), 1);
    }

    #[test]
    fn ranges_end_where_the_file_does() {
        assert_eq!(parse_range(" bytes=5-9\r\n", 100), Some((5, 10)));
        assert_eq!(parse_range("bytes=5-", 100), Some((5, 100)));
        assert_eq!(parse_range("bytes=5-500", 100), Some((5, 100)));
        assert_eq!(parse_range("bytes=100-", 100), None);
        assert_eq!(parse_range("lines=1-2", 100), None);
    }
}
