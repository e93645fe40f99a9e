//! Keys with characters that no request can carry are refused, from wherever they are.

use super::*;

const ODD: &str = "hunter2\u{e9}";
const WHY: &str = "has a character that is not ASCII in it, and no request can carry that";
const ROLE: &str = "[default]\nrole_arn = arn\nsource_profile = keys\n[profile keys]\n\
                    aws_access_key_id = AKID\naws_secret_access_key = secret\n";

/// That search fails, as `expected` says, and nobody was sent more than `requests`.
fn refused(mut world: World, expected: &str, requests: usize) {
    let told = told(world.search());
    assert!(told.ends_with(&format!("{expected} {WHY}")), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(world.requests.len(), requests, "{told}");
}

#[test]
fn parts_are_told_apart_and_not_shown() {
    let refused = |credentials: Credentials| credentials.check().unwrap_err().to_string();
    for (odd, what) in [
        ("hunter2\n", "a line break"),
        ("hunter2\r", "a line break"),
        ("\thunter2", "a control character"),
        ("hunter2\u{7f}", "a control character"),
        ("hunter2\0", "a control character"),
        (ODD, "a character that is not ASCII"),
    ] {
        let why = format!("has {what} in it, and no request can carry that");
        let expected = |part| format!("the {part} {why}");
        assert_eq!(
            refused(Credentials::new(odd, "s")),
            expected("access key ID")
        );
        assert_eq!(
            refused(Credentials::new("AKID", odd)),
            expected("secret access key")
        );
        let temporary = Credentials::new("AKID", "s").with_session_token(odd);
        assert_eq!(refused(temporary), expected("session token"));
    }
    let printable: String = (' '..='~').collect();
    let sound = Credentials::new(&printable, &printable).with_session_token(&printable);
    sound.check().unwrap();
}

#[test]
fn those_of_the_environment() {
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        let world = World::with(&[
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "token"),
        ]);
        refused(world.set(name, ODD), &format!("environment: {name}"), 0);
    }
}

#[test]
fn those_of_a_profile_and_of_the_one_that_a_role_is_assumed_with() {
    let keys = [
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
    ];
    for odd in keys {
        let values = keys.map(|key| {
            let value = if key == odd { ODD } else { "fine" };
            format!("{key} = {value}\n")
        });
        let values = values.concat();
        let own = World::with_config(&format!("[default]\n{values}"));
        refused(own, &format!("profile \"default\": is of no use: {odd}"), 0);
        let roles = "[default]\nrole_arn = arn\nsource_profile = keys\n[profile keys]\n";
        let source = World::with_config(&format!("{roles}{values}"));
        refused(source, &format!("\"keys\" is of no use: {odd}"), 0);
    }
}

#[test]
fn those_of_whoever_is_asked() {
    let odd = |answer: String| answer.replace("s3cret", ODD);
    let document = odd(document("ID"));
    let key = "the secret access key";

    let mut process = World::with_config("[default]\ncredential_process = tool");
    process.program = Some(Ok(document.replace('{', "{\"Version\":1,")));
    let what = format!("profile \"default\": what credential_process (tool) wrote: {key}");
    refused(process, &what, 0);

    let container = World::with(&[("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c")]);
    let what = format!("container: http://169.254.170.2/c: {key}");
    refused(container.reply(200, &document), &what, 1);

    let instance = World::with(&[]).reply(200, "t").reply(200, "role");
    let what = format!("the role \"role\" of http://169.254.169.254: {key}");
    refused(instance.reply(200, &document), &what, 3);

    let assumed = odd(assumed("AssumeRole", "ID"));
    let what = format!("https://sts.eu-west-1.amazonaws.com/ for the role arn: {key}");
    refused(World::with_config(ROLE).reply(200, &assumed), &what, 1);

    let device = World::with(&[
        ("AWS_IOT_CORE_CREDENTIAL_ENDPOINT", "c.iot"),
        ("AWS_IOT_CORE_CERT", "/c"),
        ("AWS_IOT_CORE_PRIVATE_KEY", "/k"),
        ("AWS_IOT_CORE_ROLE_ALIAS", "a"),
    ]);
    let device = device.file("/c", "c").file("/k", "k");
    let answer = format!("{{\"credentials\":{document}}}");
    let what = format!("IoT: https://c.iot/role-aliases/a/credentials: {key}");
    refused(device.reply(200, &answer), &what, 1);
}
