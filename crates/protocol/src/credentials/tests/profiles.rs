//! What profiles lead to.

use super::*;

const ROLES: &str = "\
[default]
role_arn = arn:aws:iam::1:role/outer
source_profile = middle
role_session_name = me@home
external_id = 4/2
duration_seconds = 900
[profile middle]
role_arn = arn:aws:iam::1:role/inner
source_profile = keys
[profile keys]
aws_access_key_id = AKID
aws_secret_access_key = secret
";

#[test]
fn roles_are_assumed_one_after_the_other() {
    let mut world = World::with_config(ROLES)
        .reply(200, &assumed("AssumeRole", "INNER"))
        .reply(200, &assumed("AssumeRole", "OUTER"));
    assert_eq!(world.search().unwrap(), temporary("OUTER"));
    assert_eq!(
        world.requested(),
        ["POST https://sts.eu-west-1.amazonaws.com/"; 2]
    );
    assert_eq!(
        world.body(0),
        "Version=2011-06-15&Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Finner\
         &RoleSessionName=kvs-rs-1795521600"
    );
    assert_eq!(
        world.body(1),
        "Version=2011-06-15&Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fouter\
         &RoleSessionName=me%40home&ExternalId=4%2F2&DurationSeconds=900"
    );
    let signed = |request| world.header(request, "authorization").unwrap();
    assert!(signed(0).contains("Credential=AKID/20261124/eu-west-1/sts/aws4_request"));
    assert!(signed(1).contains("Credential=INNER/"));
    assert_eq!(world.header(1, "x-amz-security-token"), Some("t0ken"));
}

#[test]
fn sts_is_where_the_settings_have_it() {
    let place = |sources, variable: &'static str| {
        let mut world = World::with_config(ROLES).set(variable, "http://127.0.0.1:9");
        world.search_in(sources).unwrap_err();
        world.requested()[0].clone()
    };
    let sources = Sources::new("eu-west-1");
    let configured = "POST http://127.0.0.1:9/";
    assert_eq!(place(sources.clone(), "AWS_ENDPOINT_URL_STS"), configured);
    assert_eq!(place(sources.clone(), "AWS_ENDPOINT_URL"), configured);
    let fips = |region: &str, use_dualstack_endpoint| {
        let mut sources = Sources::new(region);
        sources.use_fips_endpoint = true;
        sources.use_dualstack_endpoint = use_dualstack_endpoint;
        place(sources, "AWS_UNRELATED")
    };
    let expected = "POST https://sts-fips.us-east-1.amazonaws.com/";
    assert_eq!(fips("us-east-1", false), expected);
    // The usual one has FIPS there.
    let expected = "POST https://sts.us-gov-west-1.amazonaws.com/";
    assert_eq!(fips("us-gov-west-1", false), expected);
    let expected = "POST https://sts-fips.us-gov-west-1.api.aws/";
    assert_eq!(fips("us-gov-west-1", true), expected);
}

#[test]
fn what_sts_refuses_is_told_in_its_words() {
    let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                   <Message>User is not allowed &amp; so on</Message></Error></ErrorResponse>";
    let mut world = World::with_config(ROLES).reply(403, refusal);
    let told = told(world.search());
    let expected = "profile \"default\": https://sts.eu-west-1.amazonaws.com/ for the role \
                    arn:aws:iam::1:role/inner: AccessDenied (HTTP 403): \
                    User is not allowed & so on";
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn sts_is_asked_again_when_it_is_out_of_order() {
    let mut world = World::with_config(ROLES)
        .reply(503, "")
        .reply(429, "")
        .reply(200, "<Credentials/>");
    let told = told(world.search());
    assert!(told.ends_with("answers with no credentials"), "{told}");
    assert_eq!(world.waits, [200, 400].map(Duration::from_millis));
}

#[test]
fn a_role_is_assumed_with_what_the_host_gives() {
    let config = "[default]\nrole_arn = arn\ncredential_source = EcsContainer";
    let mut world = World::with_config(config)
        .set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c")
        .reply(200, &document("TASK"))
        .reply(200, &assumed("AssumeRole", "ROLE"));
    assert_eq!(world.search().unwrap(), temporary("ROLE"));
    // What is named has to be there.
    let config = config.replace("EcsContainer", "Environment");
    let mut world = World::with_config(&config);
    assert!(told(world.search()).ends_with("\"default\": AWS_ACCESS_KEY_ID is not set"));
}

#[test]
fn a_token_in_a_file_assumes_a_role() {
    let config = "[default]\nrole_arn = arn\nweb_identity_token_file = /token";
    for mut world in [
        World::with_config(config),
        World::with(&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")]).set("AWS_ROLE_ARN", "arn"),
    ] {
        world = world
            .file("/token", "ey.J.0\n")
            .reply(200, &assumed("AssumeRoleWithWebIdentity", "WEB"));
        assert_eq!(world.search().unwrap(), temporary("WEB"));
        assert_eq!(
            world.body(0),
            "Version=2011-06-15&Action=AssumeRoleWithWebIdentity&RoleArn=arn\
             &RoleSessionName=kvs-rs-1795521600&WebIdentityToken=ey.J.0"
        );
        assert_eq!(world.header(0, "authorization"), None);
    }
    let told = told(World::with_config(config).search());
    assert!(told.ends_with("/token is not there"), "{told}");
}

#[test]
fn a_program_writes_credentials() {
    let config = "[default]\ncredential_process = \"/opt/my tool\" --for 'me'";
    let mut world = World::with_config(config);
    let written = document("PROGRAM").replace("\"Token\"", "\"SessionToken\"");
    world.program = Some(Ok(written.replace('{', "{\"Version\":1,")));
    assert_eq!(world.search().unwrap(), temporary("PROGRAM"));
    assert_eq!(world.commands, [["/opt/my tool", "--for", "me"]]);

    for (program, expected) in [
        (
            Ok("{}"),
            "(/opt/my tool) wrote no JSON document with \"Version\": 1",
        ),
        (
            Ok(r#"{"Version":1}"#),
            "(/opt/my tool) wrote has no AccessKeyId",
        ),
        (
            Err("failed (exit status: 1): locked"),
            "failed (exit status: 1): locked",
        ),
    ] {
        world.program = Some(program.map(str::to_owned).map_err(str::to_owned));
        let told = told(world.search());
        assert!(told.ends_with(expected), "{told}");
    }
}

#[test]
fn profiles_that_cannot_be_followed() {
    for (config, expected) in [
        (
            "mfa_serial = 1\nrole_arn = a\nsource_profile = default",
            "there is nobody to ask",
        ),
        (
            "role_arn = a\nsource_profile = default\nduration_seconds = x",
            "that is no number",
        ),
        (
            "credential_source = Moon\nrole_arn = a",
            "is none: \"Moon\"",
        ),
        ("credential_process = 'a", "a quote that is not closed"),
        ("credential_process = ''", "names no program"),
        (
            "sso_session = my\nsso_account_id = 1\nsso_role_name = r",
            "which is not there",
        ),
    ] {
        let told = told(World::with_config(&format!("[default]\n{config}")).search());
        assert!(told.contains(expected), "{told}");
    }
}
