//! `kvs emulator`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::support::{Bench, DEMO, FRAGMENTS};

/// The command while it serves.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(bench: &Bench, line: &str) -> Self {
        let mut kvs = bench.kvs(&format!("emulator {line}"));
        let mut child = kvs
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut first).unwrap();
        let url = first
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_demo_is_served_unless_told_otherwise() {
    let bench = Bench::new("emulator_demo");
    let server = Server::start(&bench, "");
    assert!(
        server.url.starts_with("http://127.0.0.1:"),
        "{}",
        server.url
    );
    let listed = bench.run_at(&server.url, "list demo --json").well().json();
    assert_eq!(listed.len(), FRAGMENTS);
}

#[test]
fn files_are_served_as_often_as_told() {
    let bench = Bench::new("emulator_load");
    std::fs::copy(DEMO, bench.path("door.mkv")).unwrap();
    let options = "--load a=door.mkv --load b=door.mkv,repeat=3 --rate 1000000000 --log log \
                   --ready-file ready";
    let server = Server::start(&bench, options);
    let ready = std::fs::read_to_string(bench.path("ready")).unwrap();
    assert_eq!(ready, format!("{}\n", server.url));
    for (stream, fragments) in [("a", FRAGMENTS), ("b", 3 * FRAGMENTS)] {
        let listed = bench
            .run_at(&server.url, &format!("list {stream} --json"))
            .well();
        assert_eq!(listed.json().len(), fragments);
    }
    // A request is logged when it has ended, which the next one waits for.
    let log = bench.lines("log");
    assert_eq!(log[0]["operation"], "GetDataEndpoint");
    assert_eq!(log[1]["operation"], "ListFragments");
    assert_eq!(log[1]["fragments"], FRAGMENTS);
    let names = bench.run_at(&server.url, "streams --json").well().json();
    assert_eq!(names.len(), 2);
}

#[test]
fn what_cannot_be_served_is_told() {
    let bench = Bench::new("emulator_fails");
    bench.write("text", "I am a text.\n");
    bench
        .run("emulator --load a=none.mkv")
        .fails(1, &["none.mkv", "cannot be read"]);
    bench
        .run("emulator --load a=text")
        .fails(1, &["text", "Matroska"]);
    std::fs::copy(DEMO, bench.path("door.mkv")).unwrap();
    bench
        .run("emulator --load a!=door.mkv")
        .fails(1, &["a!", "letters"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let line = format!("emulator --listen {}", taken.local_addr().unwrap());
    bench.run(&line).fails(1, &["cannot listen on"]);
    bench
        .run("emulator --log nowhere/log")
        .fails(1, &["nowhere/log"]);
    bench
        .run("emulator --ready-file nowhere/ready")
        .fails(1, &["nowhere/ready"]);
}

#[test]
fn data_is_kept_in_a_folder() {
    let bench = Bench::new("emulator_data");
    let server = Server::start(&bench, "--data data --quotas");
    let names = bench.run_at(&server.url, "streams --json").well().json();
    assert_eq!(names.len(), 0, "no demo");
    assert!(bench.path("data").is_dir());
    bench.write("file", "I am a text.\n");
    bench.run("emulator --data file").fails(1, &["file"]);
}

#[test]
fn faults_happen_as_a_file_says() {
    let bench = Bench::new("emulator_faults");
    let rule = r#"{"operation":"ListFragments","fault":{"status":{"status":403,"code":"Nope"}}}"#;
    bench.write("faults", format!("{{\"faults\":[{rule}]}}"));
    let server = Server::start(&bench, "--faults faults");
    bench.run_at(&server.url, "list demo").fails(1, &["Nope"]);
    bench.write("bad", "{\"faults\":[{\"fault\":\"explode\"}]}");
    bench
        .run("emulator --faults bad")
        .fails(1, &["bad: ", "explode"]);
    bench.run("emulator --faults none").fails(1, &["none"]);
}

#[cfg(feature = "tls")]
#[test]
fn https_is_spoken_where_asked() {
    let bench = Bench::new("emulator_tls");
    let server = Server::start(&bench, "--tls authority.pem");
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let mut kvs = bench.kvs_at(&server.url, "list demo");
    let output = kvs
        .env("AWS_CA_BUNDLE", bench.path("authority.pem"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[cfg(not(feature = "tls"))]
#[test]
fn https_needs_its_feature() {
    let bench = Bench::new("emulator_tls");
    bench
        .run("emulator --tls authority.pem")
        .fails(1, &["--features tls"]);
}
