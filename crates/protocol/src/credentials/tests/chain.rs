//! The order of the sources, and what is told when none has any.

use super::*;

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "ENV"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

fn id(world: &mut World) -> String {
    world.search().unwrap().access_key_id().to_owned()
}

#[test]
fn sources_are_tried_in_the_order_of_the_sdks() {
    const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let everything = || {
        World::with(&KEYS)
            .file(
                "/home/x/.aws/credentials",
                "[default]\naws_access_key_id = FILE\naws_secret_access_key = x",
            )
            .file("/token", "t")
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
            .set("AWS_ROLE_ARN", "arn")
            .set("AWS_IOT_CORE_CREDENTIAL_ENDPOINT", "device.iot.test")
            .set("AWS_IOT_CORE_CERT", "/token")
            .set("AWS_IOT_CORE_PRIVATE_KEY", "/token")
            .set("AWS_IOT_CORE_ROLE_ALIAS", "camera")
            .set(FULL, "http://127.0.0.1/c")
    };
    let mut world = everything();
    assert_eq!(id(&mut world), "ENV");
    world.env.remove("AWS_ACCESS_KEY_ID");
    assert_eq!(id(&mut world), "FILE");
    assert!(world.requests.is_empty());

    world
        .files
        .remove(&PathBuf::from("/home/x/.aws/credentials"));
    let mut world = world.reply(200, &assumed("AssumeRoleWithWebIdentity", "WEB"));
    assert_eq!(id(&mut world), "WEB");
    world.env.remove("AWS_WEB_IDENTITY_TOKEN_FILE");
    let mut world = world.reply(200, &format!(r#"{{"credentials":{}}}"#, document("IOT")));
    assert_eq!(id(&mut world), "IOT");
    world.env.remove("AWS_IOT_CORE_CREDENTIAL_ENDPOINT");
    let mut world = world.reply(200, &document("TASK"));
    assert_eq!(id(&mut world), "TASK");
    world.env.remove(FULL);
    let replies = [(200, "t"), (200, "role"), (200, &document("HOST"))];
    let mut world = replies
        .iter()
        .fold(world, |world, (status, body)| world.reply(*status, body));
    assert_eq!(id(&mut world), "HOST");
}

#[test]
fn a_profile_that_the_caller_names_goes_before_the_environment() {
    let config = "[profile lab]\naws_access_key_id = LAB\naws_secret_access_key = x\n\
                  [default]\naws_access_key_id = DEFAULT\naws_secret_access_key = x";
    let mut world = World::with_config(config)
        .set("AWS_ACCESS_KEY_ID", "ENV")
        .set("AWS_SECRET_ACCESS_KEY", "x");
    let mut sources = Sources::new("eu-west-1");
    sources.profile = Some("lab".to_owned());
    assert_eq!(world.search_in(sources).unwrap().access_key_id(), "LAB");
    let mut world = world.set("AWS_PROFILE", "lab");
    assert_eq!(id(&mut world), "ENV");
    world.env.remove("AWS_SECRET_ACCESS_KEY");
    assert_eq!(id(&mut world), "LAB");
}

#[test]
fn keys_of_the_environment_may_have_a_token() {
    let mut world = World::with(&KEYS).set("AWS_SESSION_TOKEN", "t");
    assert_eq!(world.search().unwrap().session_token(), Some("t"));
    world.env.insert("AWS_SESSION_TOKEN", String::new());
    assert_eq!(world.search().unwrap().session_token(), None);
}

#[test]
fn every_source_says_why_it_has_none() {
    assert_eq!(
        told(World::with(&[]).search()),
        "no credentials: environment: AWS_ACCESS_KEY_ID is not set; \
         profile \"default\": is in neither shared file; \
         web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; \
         IoT: AWS_IOT_CORE_CREDENTIAL_ENDPOINT is not set; \
         container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor \
         AWS_CONTAINER_CREDENTIALS_FULL_URI is set; \
         instance metadata: http://169.254.169.254/latest/api/token: no connection: \
         nobody is there"
    );
}

#[test]
fn a_source_that_is_set_up_and_fails_ends_the_search() {
    let mut world = World::with_config("[default]\nrole_arn = arn")
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/c")
        .reply(200, &document("TASK"));
    let told = told(world.search());
    assert!(
        told.ends_with("neither source_profile nor credential_source"),
        "{told}"
    );
    assert!(world.requests.is_empty());
}

#[test]
fn a_file_that_cannot_be_understood_is_named() {
    let told = told(World::with_config("[default]\nregion").search());
    let expected = "profile: line 2 of the config file must set a key, as in `key = value`";
    assert!(told.ends_with(expected), "{told}");
}
