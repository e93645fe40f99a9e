//! What a machine, a container or a device gives to whatever runs on it.

use super::*;

const INSTANCE: &str = "http://169.254.169.254/latest";

#[test]
fn an_instance_is_asked_with_a_token() {
    let mut world = World::with(&[])
        .reply(200, "t0k")
        .reply(200, "camera-role\nother\n")
        .reply(200, &document("HOST"));
    assert_eq!(world.search().unwrap(), temporary("HOST"));
    let role = format!("GET {INSTANCE}/meta-data/iam/security-credentials/");
    let expected = [
        format!("PUT {INSTANCE}/api/token"),
        role.clone(),
        format!("{role}camera-role"),
    ];
    assert_eq!(world.requested(), expected);
    let seconds = world.header(0, "x-aws-ec2-metadata-token-ttl-seconds");
    assert_eq!(seconds, Some("21600"));
    for request in [1, 2] {
        let token = world.header(request, "x-aws-ec2-metadata-token");
        assert_eq!(token, Some("t0k"));
        assert_eq!(world.header(request, "host"), Some("169.254.169.254"));
    }
}

#[test]
fn instance_metadata_can_be_elsewhere_and_nowhere() {
    let mode = ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipV6");
    let mut world = World::with(&[mode]);
    world.search().unwrap_err();
    assert_eq!(
        world.requested(),
        ["PUT http://[fd00:ec2::254]/latest/api/token"]
    );

    let config = "[default]\nec2_metadata_service_endpoint = http://10.0.0.1:80/m/";
    let mut world = World::with_config(config).set("AWS_EC2_METADATA_DISABLED", "false");
    world.search().unwrap_err();
    assert_eq!(
        world.requested(),
        ["PUT http://10.0.0.1:80/m/latest/api/token"]
    );

    let mut world = World::with(&[("AWS_EC2_METADATA_DISABLED", "TRUE")]);
    let told = told(world.search());
    assert!(told.ends_with("instance metadata: AWS_EC2_METADATA_DISABLED is set"));
    assert!(world.requests.is_empty());
}

#[test]
fn instance_metadata_is_asked_as_often_as_is_said() {
    let mut world = World::with(&[("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3")]);
    world.search().unwrap_err();
    assert_eq!(world.requests.len(), 3);
    assert_eq!(world.waits, [200, 400].map(Duration::from_millis));
    let mut world = World::with(&[("AWS_METADATA_SERVICE_TIMEOUT", "soon")]);
    assert!(told(world.search()).ends_with("is \"soon\", and must be a number from 1"));
}

#[test]
fn an_instance_without_a_role_is_told_from_one_that_fails() {
    for (replies, expected) in [
        (
            &[(200, "t"), (404, "")][..],
            "has no role for this instance",
        ),
        (&[(200, "t"), (200, " ")], "has no role for this instance"),
        (
            &[(200, "t"), (500, "<html>")],
            "the roles of http://169.254.169.254: HTTP 500 Internal Server Error",
        ),
        (&[(403, "")], "answers with HTTP 403 Forbidden"),
        (
            &[(200, "t"), (200, "r"), (500, "")],
            "HTTP 500 Internal Server Error",
        ),
        (
            &[(200, "t"), (200, "r"), (200, "<html>")],
            "is no JSON document",
        ),
        (&[(200, "t"), (200, "r"), (200, "{}")], "has no AccessKeyId"),
        (
            &[
                (200, "t"),
                (200, "r"),
                (200, r#"{"AccessKeyId":"A","SecretAccessKey":""}"#),
            ],
            "has no SecretAccessKey",
        ),
    ] {
        let world = World::with(&[]);
        let mut world = replies
            .iter()
            .fold(world, |world, (status, body)| world.reply(*status, body));
        let told = told(world.search());
        assert!(told.ends_with(expected), "{told}");
    }
}

#[test]
fn credentials_that_have_ended_are_none() {
    let ended = document("HOST").replace("2026-11-24T18", "2026-11-24T11");
    let mut world = World::with(&[])
        .reply(200, "t")
        .reply(200, "r")
        .reply(200, &ended);
    let told = told(world.search());
    assert!(told.ends_with("ended at 2026-11-24T11:00:00Z"), "{told}");
}

#[test]
fn a_container_is_asked_where_it_says() {
    let mut world = World::with(&[("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c?a=1")])
        .set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "plain")
        .reply(503, "")
        .reply(200, &document("TASK"));
    assert_eq!(world.search().unwrap(), temporary("TASK"));
    assert_eq!(world.requested(), ["GET http://169.254.170.2/c?a=1"; 2]);
    assert_eq!(world.header(0, "authorization"), Some("plain"));

    let full = "https://agent.test/v1/credentials";
    let mut world = world
        .set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/pod/token")
        .file("/pod/token", "from-file\n")
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", full)
        .reply(200, &document("POD"));
    world.env.remove("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    assert_eq!(world.search().unwrap(), temporary("POD"));
    assert_eq!(world.requested().last().unwrap(), &format!("GET {full}"));
    assert_eq!(world.header(2, "authorization"), Some("from-file"));
}

#[test]
fn a_token_goes_to_nobody_else() {
    for (relative, full, expected) in [
        (None, Some("http://evil.test/c"), "over HTTPS only"),
        (
            None,
            Some("http://169.254.170.2.evil.test/c"),
            "over HTTPS only",
        ),
        (Some("@evil.test/c"), None, "over HTTPS only"),
        (Some(".evil.test/c"), None, "over HTTPS only"),
        (None, Some("/c"), "names no host"),
        (None, Some("http://[::1"), "is no address"),
    ] {
        let why = crate::credentials::container::address(relative, full).unwrap_err();
        assert!(why.ends_with(expected), "{why}");
    }
    for full in [
        "http://127.1.2.3/c",
        "http://[::1]/c",
        "https://evil.test/c",
    ] {
        let address = crate::credentials::container::address(None, Some(full));
        assert_eq!(address.unwrap().unwrap().to_string(), full);
    }
}

#[test]
fn an_address_with_a_password_is_not_asked_and_not_shown() {
    let full = "https://me:hunter2@agent.test/c";
    let mut world = World::with(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", full)]);
    let told = told(world.search());
    let expected = "the address at agent.test must not hold a user name or password";
    assert!(told.ends_with(expected), "{told}");
}

fn device() -> World {
    World::with(&[(
        "AWS_IOT_CORE_CREDENTIAL_ENDPOINT",
        "c1.credentials.iot.test",
    )])
    .set("AWS_IOT_CORE_CERT", "/iot/cert.pem")
    .set("AWS_IOT_CORE_PRIVATE_KEY", "/iot/key.pem")
    .set("AWS_IOT_CORE_ROLE_ALIAS", "camera=alias")
    .set("AWS_IOT_CORE_THING_NAME", "door")
    .file("/iot/cert.pem", "CERT")
    .file("/iot/key.pem", "KEY")
}

#[test]
fn a_device_shows_its_certificate() {
    let answer = r#"{"credentials":{"accessKeyId":"IOT","secretAccessKey":"s3cret","sessionToken":"t0ken","expiration":"2026-11-24T18:00:00Z"}}"#;
    let mut world = device().reply(200, answer);
    assert_eq!(world.search().unwrap(), temporary("IOT"));
    let place = "GET https://c1.credentials.iot.test/role-aliases/camera%3Dalias/credentials";
    assert_eq!(world.requested(), [place]);
    assert_eq!(world.header(0, "x-amzn-iot-thingname"), Some("door"));
    assert_eq!(world.identities, ["CERT KEY"]);
}

#[test]
fn a_device_says_what_is_missing() {
    let mut world = device();
    world.env.remove("AWS_IOT_CORE_PRIVATE_KEY");
    assert!(told(world.search()).ends_with("is set, and AWS_IOT_CORE_PRIVATE_KEY is not"));
    let mut world = device();
    world.files.remove(&PathBuf::from("/iot/key.pem"));
    assert!(told(world.search()).ends_with("/iot/key.pem is not there"));
    let mut world = device().set("AWS_IOT_CORE_CREDENTIAL_ENDPOINT", "http://c1.test");
    assert!(told(world.search()).contains("must be reached over HTTPS"));
    let mut world = device().reply(403, "{}");
    assert!(told(world.search()).ends_with("answers with HTTP 403 Forbidden"));
    let mut world = device().reply(200, "{}");
    assert!(told(world.search()).ends_with("answers with no credentials"));
}
