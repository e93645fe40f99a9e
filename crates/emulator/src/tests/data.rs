use super::*;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use kvs_api::video::{
    CreateStream, DeleteStream, DescribeStream, ListTagsForStream, StreamInfo, TagStream,
    UpdateStream,
};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

const DEMO: &[u8] = include_bytes!("../../demo/demo.mkv");
const NOW: u64 = 1_790_000_000;
/// Tells a child process where its data is.
const DATA: &str = "KVS_EMULATOR_TEST_DATA";

/// A folder of a test, gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kvs-emulator-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// An emulator on it at a time, so many seconds after all began.
    fn serve(&self, seconds: u64) -> (Emulator, Client) {
        let passed = Arc::new(AtomicU64::new(NOW + seconds));
        let now =
            move || SystemTime::UNIX_EPOCH + Duration::from_secs(passed.load(Ordering::SeqCst));
        let emulator = Emulator::builder()
            .data(&self.0)
            .clock(now)
            .start()
            .unwrap();
        let mut client = Client::of(&emulator);
        client.now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + seconds);
        (emulator, client)
    }

    fn files(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir());
        let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
        files.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn create(client: &Client) {
    create_kept(client, 1);
}

/// A stream that keeps its media for so many hours.
fn create_kept(client: &Client, hours: i32) {
    let create = CreateStream {
        stream_name: Some("cam".into()),
        data_retention_in_hours: Some(hours),
        ..CreateStream::default()
    };
    client.call(create).unwrap();
}

pub(super) fn put_request(client: &Client) -> Request<Bytes> {
    let mut request = client.signed_body("/putMedia", "");
    for (name, value) in [
        ("x-amzn-stream-name", "cam"),
        ("x-amzn-fragment-timecode-type", "ABSOLUTE"),
    ] {
        let name = HeaderName::from_static(name);
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    *request.body_mut() = Bytes::from_static(DEMO);
    request
}

fn info(client: &Client) -> StreamInfo {
    let describe = DescribeStream {
        stream_name: Some("cam".into()),
        ..DescribeStream::default()
    };
    client.call(describe).unwrap().stream_info.unwrap()
}

fn media(client: &Client) -> Vec<u8> {
    let numbers: Vec<String> = sorted(listed(client)).iter().map(number).collect();
    client.answer(fetch(&numbers)).body
}

#[test]
fn a_later_emulator_goes_on_with_the_data() {
    let folder = Folder::new("later");
    let (emulator, client) = folder.serve(0);
    create(&client);
    client.send(&put_request(&client));
    let tag = TagStream {
        stream_name: Some("cam".into()),
        tags: Some([("site".to_owned(), "north".to_owned())].into()),
        ..TagStream::default()
    };
    client.call(tag).unwrap();
    let update = UpdateStream {
        stream_name: Some("cam".into()),
        current_version: info(&client).version,
        device_name: Some("porch".into()),
        ..UpdateStream::default()
    };
    client.call(update).unwrap();
    let (before, list, bytes) = (info(&client), sorted(listed(&client)), media(&client));
    drop(emulator);

    let (emulator, client) = folder.serve(1);
    assert_eq!(info(&client), before);
    assert_eq!(sorted(listed(&client)), list);
    assert!(media(&client) == bytes);
    let tags = ListTagsForStream {
        stream_name: Some("cam".into()),
        ..ListTagsForStream::default()
    };
    let tags = client.call(tags).unwrap().tags.unwrap();
    assert_eq!(tags["site"], "north");
    client.send(&put_request(&client));
    assert_eq!(listed(&client).len(), 30);
    drop(emulator);

    // All but the last is expired, and forgotten with the next fragment; numbers go on.
    let (emulator, client) = folder.serve(3_602);
    assert_eq!(listed(&client).len(), 0);
    client.send(&put_request(&client));
    let anew: Vec<String> = listed(&client).iter().map(number).collect();
    let old: Vec<String> = list.iter().map(number).collect();
    assert_eq!(anew.len(), 15);
    assert!(anew.iter().min() > old.iter().max());
    assert_eq!(folder.files().len(), 16, "with the settings");
    let delete = DeleteStream {
        stream_arn: info(&client).stream_arn,
        ..DeleteStream::default()
    };
    client.call(delete).unwrap();
    drop(emulator);
    let (_emulator, client) = folder.serve(3_603);
    assert_eq!(client.answer(list_all()).status, 404);
    create(&client);
    assert_eq!(listed(&client).len(), 0);
}

#[test]
fn numbers_go_on_when_all_has_expired() {
    let folder = Folder::new("expired");
    let (emulator, client) = folder.serve(0);
    create(&client);
    client.send(&put_request(&client));
    let old: Vec<String> = listed(&client).iter().map(number).collect();
    drop(emulator);
    let (emulator, client) = folder.serve(4_000);
    client.send(&put_request(&client));
    drop(emulator);
    for file in folder
        .files()
        .iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "mkv"))
    {
        fs::remove_file(file).unwrap();
    }
    let (_emulator, client) = folder.serve(8_000);
    client.send(&put_request(&client));
    let anew: Vec<String> = listed(&client).iter().map(number).collect();
    assert!(anew.iter().min() > old.iter().max());
}

#[test]
fn numbers_go_on_where_nothing_is_archived() {
    let folder = Folder::new("buffered");
    let put = |client: &Client| {
        let answer = client.send(&put_request(client));
        let lines = answer.text().lines();
        let lines = lines.filter(|line| line.contains("\"RECEIVED\""));
        let numbers = lines.map(|line| {
            let (_, number) = line.split_once("\"FragmentNumber\":\"").unwrap();
            number.split('"').next().unwrap().to_owned()
        });
        numbers.collect::<Vec<_>>()
    };
    let (emulator, client) = folder.serve(0);
    create_kept(&client, 0);
    drop(emulator);
    let mut given = Vec::new();
    for puts in [1, 5, 1] {
        let (_emulator, client) = folder.serve(1);
        for _ in 0..puts {
            given.extend(put(&client));
        }
    }
    assert_eq!(given.len(), 7 * 15);
    assert!(given.is_sorted_by(|earlier, later| earlier < later));
}

#[test]
fn what_a_killed_run_leaves_is_removed() {
    let folder = Folder::new("leftovers");
    let (emulator, client) = folder.serve(0);
    create(&client);
    client.send(&put_request(&client));
    drop(emulator);
    let of_stream = folder.files()[0].parent().unwrap().to_owned();
    fs::write(of_stream.join("7.mkv.tmp"), b"half").unwrap();
    fs::write(of_stream.join("stream.json.tmp"), b"{").unwrap();
    fs::create_dir(folder.0.join("1.tmp")).unwrap();
    let (emulator, client) = folder.serve(0);
    assert_eq!(listed(&client).len(), 15);
    assert_eq!(folder.files().len(), 16);
    assert!(!folder.0.join("1.tmp").exists());
    drop(emulator);

    let fragment = folder
        .files()
        .into_iter()
        .find(|file| file.extension().unwrap() == "mkv");
    let fragment = fragment.unwrap();
    fs::write(&fragment, b"half").unwrap();
    let error = Emulator::builder()
        .data(&folder.0)
        .start()
        .unwrap_err()
        .to_string();
    assert!(error.contains(fragment.to_str().unwrap()), "{error}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let error = Emulator::builder()
        .data(&file)
        .start()
        .unwrap_err()
        .to_string();
    assert!(error.contains("Cargo.toml"), "{error}");
}

#[test]
fn what_is_not_the_emulators_is_left_alone() {
    let folder = Folder::new("others");
    let (emulator, client) = folder.serve(0);
    create(&client);
    drop(emulator);
    for name in ["something.tmp", "1.2.tmp", ".tmp", "cam", "7.bak"] {
        let other = folder.0.join(name);
        fs::create_dir(&other).unwrap();
        fs::write(other.join("stream.json"), b"theirs").unwrap();
    }
    fs::write(folder.0.join("x.tmp"), b"theirs").unwrap();
    fs::write(folder.0.join("7.tmp"), b"theirs").unwrap();
    let names = || {
        let entries = fs::read_dir(&folder.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    let (_emulator, client) = folder.serve(1);
    assert_eq!(names(), before);
    assert!(folder.0.join("something.tmp/stream.json").exists());
    assert_eq!(listed(&client).len(), 0, "the stream is there");
}

/// As folders are on Windows to all, and here to all but the superuser.
#[cfg(unix)]
#[test]
fn folders_that_cannot_be_opened_can_be_written_in() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("unopened");
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let (emulator, client) = folder.serve(0);
    allow(&folder.0, 0o300);
    create(&client);
    allow(&folder.0, 0o700);
    let of_stream = folder.files()[0].parent().unwrap().to_owned();
    allow(&of_stream, 0o300);
    client.send(&put_request(&client));
    allow(&of_stream, 0o700);
    drop(emulator);
    let (_emulator, client) = folder.serve(1);
    assert_eq!(listed(&client).len(), 15);
}

#[test]
fn a_folder_is_used_by_one_emulator_at_a_time() {
    let folder = Folder::new("locked");
    let (emulator, client) = folder.serve(0);
    create(&client);
    let start = || Emulator::builder().data(&folder.0).start();
    let error = start().unwrap_err().to_string();
    assert!(error.contains(folder.0.to_str().unwrap()), "{error}");
    assert!(error.contains("another emulator"), "{error}");
    emulator.stop();
    start().unwrap();
}

#[test]
#[ignore = "another test runs it in a process of its own, and kills that"]
fn serves_until_it_is_killed() {
    let folder = std::env::var_os(DATA).unwrap();
    let emulator = Emulator::builder().data(folder).start().unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "listening on {}", emulator.addr()).unwrap();
    emulator.wait();
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = Folder::new("killed");
    for enough in [1, 4, 9] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "tests::data::serves_until_it_is_killed",
                "--ignored",
                "--nocapture",
            ])
            .env(DATA, &folder.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let addr = lines.map(Result::unwrap).find_map(|line| {
            let (_, addr) = line.split_once("listening on ")?;
            addr.parse().ok()
        });
        let mut client = Client::of(&Emulator::builder().start().unwrap());
        client.addr = addr.unwrap();
        let describe = DescribeStream {
            stream_name: Some("cam".into()),
            ..DescribeStream::default()
        };
        if client.answer(describe).status == 404 {
            create(&client);
        }
        let answer = BufReader::new(client.open(&put_request(&client)));
        let mut kept = Vec::new();
        for line in answer.lines().map(Result::unwrap) {
            if let Some((_, number)) = line.split_once("\"PERSISTED\"") {
                let number = number.split_once("\"FragmentNumber\":\"").unwrap().1;
                kept.push(number.trim_end_matches("\"}").to_owned());
            }
            if kept.len() == enough {
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();

        let emulator = Emulator::builder().data(&folder.0).start().unwrap();
        let client = Client::of(&emulator);
        let found: Vec<String> = listed(&client).iter().map(number).collect();
        assert!(
            kept.iter().all(|number| found.contains(number)),
            "{kept:?} in {found:?}"
        );
        let whole = decode(&media(&client));
        assert!(whole.iter().all(|fragment| !fragment.frames.is_empty()));
    }
}
