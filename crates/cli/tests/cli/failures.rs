//! Each failure is one line, an exit code, and nothing under the name of the output.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use kvs_archive::api::protocol::Timestamp;
use kvs_emulator::Stream;

use crate::support::{Bench, Run, TRANSPORTS, serve};

/// Runs a command that fails, and expects it to leave nothing behind.
fn fails(bench: &Bench, run: &Run, code: i32, words: &[&str]) {
    run.fails(code, words);
    assert_eq!(bench.names(), [""; 0], "{run:?}");
}

#[test]
fn the_service_refuses() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("refused");
    for transport in TRANSPORTS {
        for (verb, output) in [("get", "-o x.mkv"), ("list", "")] {
            let line = |stream: &str| format!("{verb} {stream} {output} --transport {transport}");
            let run = bench.run_at(emulator.url(), &line("nobody"));
            fails(
                &bench,
                &run,
                1,
                &["ResourceNotFoundException", "`kvs streams`"],
            );

            let mut kvs = bench.kvs_at(emulator.url(), &line("cam"));
            let run = Run::of(kvs.env("AWS_SECRET_ACCESS_KEY", "wrong"));
            fails(
                &bench,
                &run,
                1,
                &["InvalidSignature", "AWS_SECRET_ACCESS_KEY"],
            );

            let mut kvs = bench.kvs_at(emulator.url(), &line("cam"));
            let run = Run::of(kvs.env("AWS_ACCESS_KEY_ID", "wrong"));
            fails(
                &bench,
                &run,
                1,
                &["InvalidClientTokenId", "AWS_ACCESS_KEY_ID"],
            );
        }
    }
}

#[test]
fn settings_are_missing_or_wrong() {
    let bench = Bench::new("settings");
    let unused = "--endpoint-url http://127.0.0.1:9 get cam -o x.mkv";
    let run = bench.run(unused);
    fails(&bench, &run, 1, &["region", "AWS_REGION"]);
    let run = bench.run(&format!("{unused} --region us-east-1"));
    fails(&bench, &run, 1, &["no credentials", "AWS_ACCESS_KEY_ID"]);
    let run = bench.run(&format!("{unused} --region us-east-1 --profile nobody"));
    fails(&bench, &run, 1, &["profile", "nobody"]);
    let run = bench.run_at("ftp://x", "get cam -o x.mkv");
    fails(&bench, &run, 1, &["ftp://x"]);
    let run = Run::of(
        bench
            .kvs_at("http://127.0.0.1:9", "get cam -o x.mkv")
            .env("AWS_MAX_ATTEMPTS", "0"),
    );
    fails(&bench, &run, 1, &["AWS_MAX_ATTEMPTS", "\"0\""]);
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let bench = Bench::new("nobody");
    for transport in TRANSPORTS {
        for verb in ["get cam -o x.mkv", "list cam", "streams"] {
            let run = bench.run_at(&url, &format!("{verb} --transport {transport}"));
            fails(&bench, &run, 1, &["no connection", "--endpoint-url"]);
        }
    }
}

#[test]
fn the_server_goes_away_in_the_middle() {
    for transport in TRANSPORTS {
        for format in ["mkv", "raw", "fragments"] {
            // Far more than fits into pipes and sockets, so that the command cannot be done.
            let emulator = serve(Stream::demo().repeat(100));
            let bench = Bench::new(&format!("killed_{transport}_{format}"));
            let line = format!("get cam -v -o x --transport {transport} --format {format}");
            let mut kvs = bench.kvs_at(emulator.url(), &line);
            let mut child = kvs
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stderr = BufReader::new(child.stderr.take().unwrap());
            let mut told = String::new();
            while !told.contains("\nfragment ") {
                assert_ne!(stderr.read_line(&mut told).unwrap(), 0, "{told}");
            }
            emulator.stop();
            stderr.read_to_string(&mut told).unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(1));
            let last = told.lines().last().unwrap();
            assert!(last.starts_with("error: "), "{last}");
            assert!(last.contains("connection"), "{last}");
            assert!(
                told.lines()
                    .filter(|line| line.starts_with("error"))
                    .count()
                    == 1
            );
            match format {
                "mkv" => {
                    assert!(last.contains("the same command again"), "{last}");
                    assert_eq!(bench.names(), [".x.journal", ".x.part"]);
                }
                _ => assert_eq!(bench.names(), [""; 0], "{told}"),
            }
        }
    }
}

#[test]
fn there_is_nothing_in_the_range() {
    let bench = Bench::new("empty_range");
    for format in ["mkv", "raw", "fragments"] {
        let range = "--from 2020-01-01T00:00:00Z --to 2020-01-02T00:00:00Z";
        let run = bench.run(&format!(
            "--emulator get demo -o x --format {format} {range}"
        ));
        fails(
            &bench,
            &run,
            1,
            &["no fragments", "2020-01-02", "`kvs list`"],
        );
    }
}

#[test]
fn the_command_line_is_wrong() {
    let bench = Bench::new("usage");
    let forms = ["2026-11-24T10:00:00Z", "-2h"];
    for (line, words) in [
        ("get demo -o x.mkv --from yesterday", &forms[..]),
        ("list demo --to 2026-02-30", &forms[..]),
        (
            "get demo -o x.mkv --from -1h --to -2h",
            &["--from", "after --to"],
        ),
        ("list demo --from -1h --to -2h", &["--from", "after --to"]),
        (
            "get demo -o x.mkv --fragments 12x",
            &["--fragments", "12x", "digits"],
        ),
        (
            "get demo -o x.mkv --fragments 12,",
            &["--fragments", "digits"],
        ),
        (
            "get demo -o x.mkv --fragments 1 --from -2h",
            &["--fragments", "--from"],
        ),
        (
            "get demo -o - --format fragments",
            &["--format fragments", "-o"],
        ),
        ("get demo", &["--output"]),
        (
            "get demo -o x.mkv --profile x",
            &["--emulator", "--profile"],
        ),
        (
            "get demo -o x.mkv --endpoint-url http://x",
            &["--emulator", "--endpoint-url"],
        ),
        ("emulator --load x.mkv", &["--load", "NAME=FILE"]),
        ("emulator --rate 0", &["--rate"]),
        ("fetch", &["fetch"]),
    ] {
        fails(&bench, &bench.run(&format!("--emulator {line}")), 2, words);
    }
}

#[test]
fn a_list_of_numbers_is_of_no_use() {
    let bench = Bench::new("bad_list");
    let line = "--emulator get demo -o x.mkv --fragments @list";
    bench.run(line).fails(1, &["cannot read list"]);
    for (text, words) in [
        ("12\n\n12x\n", &["list, line 3", "12x"][..]),
        ("{\"name\":7}", &["list, line 1", "number"]),
        ("\n", &["list holds no fragment number"]),
    ] {
        bench.write("list", text);
        bench.run(line).fails(2, words);
        assert_eq!(bench.names(), ["list"]);
    }
}

#[test]
fn the_output_cannot_be_written() {
    let bench = Bench::new("unwritable");
    bench.write("file", "");
    for (output, words) in [
        ("nowhere/x.mkv", &["nowhere", "create it first"][..]),
        ("file/x.mkv", &["file", "create it first"]),
        (".", &["names no file"]),
        ("..", &["names no file"]),
        ("new/", &["name of a folder"]),
    ] {
        let run = bench.run(&format!("--emulator get demo -o {output}"));
        run.fails(1, words);
        assert_eq!(bench.names(), ["file"]);
    }
    std::fs::create_dir(bench.path("folder")).unwrap();
    for format in ["mkv", "raw"] {
        let line = format!("--emulator get demo -o folder --overwrite --format {format}");
        bench.run(&line).fails(1, &["folder is a folder"]);
    }
    let run = bench.run("--emulator get demo -o file --overwrite --format fragments");
    run.fails(1, &["file is no folder"]);
    assert_eq!(bench.names(), ["file", "folder"]);
}

#[cfg(target_os = "linux")]
#[test]
fn the_disk_is_full() {
    let bench = Bench::new("full");
    for line in [
        "get demo -o -",
        "get demo -o - --format raw",
        "list demo",
        "list demo --json",
        "streams",
    ] {
        let full = std::fs::File::create("/dev/full").unwrap();
        let mut kvs = bench.kvs(&format!("--emulator {line}"));
        let run = Run::of(kvs.stdout(full));
        fails(&bench, &run, 1, &["standard output", "No space left"]);
    }
    // A device is not replaced by a file.
    let run = bench.run("--emulator get demo -o /dev/full --overwrite");
    fails(&bench, &run, 1, &["/dev/full is no ordinary file"]);
}

#[cfg(unix)]
#[test]
fn keys_that_no_request_can_carry() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let emulator = serve(Stream::demo());
    let bench = Bench::new("keys");
    for transport in TRANSPORTS {
        for (secret, why) in [
            (&b"hunter2\r"[..], "has a line break in it"),
            (b"hunter2\xff", "has a character that is not ASCII in it"),
        ] {
            let line = format!("get cam -o x.mkv --transport {transport}");
            let mut kvs = bench.kvs_at(emulator.url(), &line);
            let run = Run::of(kvs.env("AWS_SECRET_ACCESS_KEY", OsStr::from_bytes(secret)));
            let why = format!("environment: AWS_SECRET_ACCESS_KEY {why}");
            fails(&bench, &run, 1, &[&why]);
            assert!(!run.stderr.contains("hunter2"), "{run:?}");
        }
    }
}

/// Refuses whatever it is asked, without a word; gives its address.
fn refuses() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(&stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            // A client whose request is not read may not read the answer.
            std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
            let answer =
                b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            (&stream).write_all(answer).unwrap();
        }
    });
    url
}

#[test]
fn what_goes_wrong_beside_the_calls_is_a_warning() {
    let bench = Bench::new("warned");
    let config = "[default]\nregion = us-east-1\nsso_session = my\nsso_account_id = 1\n\
                  sso_role_name = r\n[sso-session my]\nsso_region = us-east-1\n\
                  sso_start_url = https://my.awsapps.com/start\n";
    bench.write("config", config);
    let soon = Timestamp::from(SystemTime::now() + Duration::from_secs(120));
    let soon = Timestamp::new(soon.seconds(), 0).to_date_time().unwrap();
    let token = format!(
        r#"{{"accessToken":"a","expiresAt":"{soon}","clientId":"b","clientSecret":"c",
        "registrationExpiresAt":"2099-12-31T00:00:00Z","refreshToken":"d"}}"#
    );
    let cache = bench.path(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    // The SHA-1 sum of "my".
    let file = "3ece1471f44f63177cbc35ba0b904e0c096b6783.json";
    std::fs::write(cache.join(file), token).unwrap();
    let url = refuses();
    for transport in TRANSPORTS {
        let mut kvs = bench.kvs(&format!("list cam --transport {transport}"));
        let kvs = kvs
            .env("HOME", &bench.folder)
            .env("AWS_CONFIG_FILE", "config");
        let run = Run::of(kvs.env("AWS_ENDPOINT_URL", &url));
        let told: Vec<&str> = run.stderr.lines().collect();
        let [warning, error] = told[..] else {
            panic!("{run:?}")
        };
        let expected = format!(
            "warning: the token of single sign-on is not renewed: {url}/token answers with an \
             error (HTTP 400)"
        );
        assert_eq!(warning, expected);
        assert!(error.starts_with("error: "), "{run:?}");
        assert!(
            error.contains("`aws sso login --profile default`"),
            "{run:?}"
        );
        assert_eq!(run.code, 1);
    }
}
