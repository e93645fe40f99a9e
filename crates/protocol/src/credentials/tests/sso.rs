//! A person has signed in, and the token is renewed without them.

use serde_json::{Value, json};

use super::*;

const SESSION: &str = "\
[default]
sso_session = my
sso_account_id = 123456789012
sso_role_name = Reader
[sso-session my]
sso_region = eu-central-1
sso_start_url = https://my.awsapps.com/start
";
const START: &str = "https://my.awsapps.com/start";
const KEYS: &str = r#"{"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s3cret","sessionToken":"t0ken","expiration":1795543200000}}"#;
const TOKEN_AT: &str = "POST https://oidc.eu-central-1.amazonaws.com/token";
const KEYS_AT: &str = "GET https://portal.sso.eu-central-1.amazonaws.com/federation/credentials\
                       ?role_name=Reader&account_id=123456789012";
const CREATED: &str = r#"{"accessToken":"n3w","expiresIn":28800,"refreshToken":"a\u0067ain","tokenType":"Bearer","idToken":null}"#;
const REFUSED: &str = r#"{"error":"invalid_grant","error_description":"fresh is no good"}"#;

/// What the form before sessions has.
fn older() -> String {
    SESSION
        .replace("sso_session = my\n", "")
        .replace("[sso-session my]\n", "")
}

/// Named after the session, or after the start URL.
fn file_of(name: &str) -> String {
    let sum = crate::sign::hex(&crate::credentials::sha1::sha1(name.as_bytes()));
    format!("/home/x/.aws/sso/cache/{sum}.json")
}

/// A token that ends at this time of the day, as the AWS CLI leaves it behind.
fn token(ends: &str) -> Value {
    json!({
        "startUrl": START,
        "region": "eu-central-1",
        "accessToken": "b3arer",
        "expiresAt": format!("2026-11-24T{ends}Z"),
        "clientId": "our id",
        "clientSecret": "cl13nt",
        "registrationExpiresAt": "2026-12-24T00:00:00Z",
        "refreshToken": "fr3sh",
        "of a later version": [1.50, {"é": "\u{1f980}"}],
    })
}

fn world(token: &Value) -> World {
    World::with_config(SESSION).file(&file_of("my"), &token.to_string())
}

fn kept(world: &World) -> Value {
    serde_json::from_str(&world.files[&PathBuf::from(file_of("my"))]).unwrap()
}

fn after(seconds: u64) -> SystemTime {
    now() + Duration::from_secs(seconds)
}

#[test]
fn a_person_has_signed_in() {
    for (config, name) in [(SESSION, "my"), (&older(), START)] {
        let file = file_of(name);
        let fresh = r#"{"accessToken":"b3arer","expiresAt":"2026-11-24T18:00:00Z"}"#;
        let mut world = World::with_config(config)
            .file(&file, fresh)
            .reply(200, KEYS);
        assert_eq!(world.search().unwrap(), temporary("SSO"));
        assert_eq!(world.requested(), [KEYS_AT]);
        assert_eq!(world.header(0, "x-amz-sso_bearer_token"), Some("b3arer"));

        for (token, expected) in [
            (
                &*fresh.replace("T18", "T11"),
                "ended at 2026-11-24T11:00:00Z",
            ),
            ("{}", "holds no token"),
            ("[1]", "holds no token"),
        ] {
            let told = told(World::with_config(config).file(&file, token).search());
            assert!(told.contains(expected), "{told}");
            let sign_in = "sign in with `aws sso login --profile default`";
            assert!(told.ends_with(sign_in), "{told}");
        }
        let told = told(World::with_config(config).search());
        assert!(told.contains("nobody has signed in"), "{told}");
    }
}

#[test]
fn a_token_is_renewed_near_its_end_and_after_it() {
    // It is 12:00.
    for (ends, is_renewed) in [
        ("12:05:01", false),
        ("12:05:00", true),
        ("11:59:59", true),
        ("02:00:00", true),
    ] {
        let mut world = world(&token(ends));
        if is_renewed {
            world = world.reply(200, CREATED);
        }
        world = world.reply(200, KEYS);
        assert_eq!(world.search().unwrap(), temporary("SSO"));
        let expected: &[&str] = match is_renewed {
            true => &[TOKEN_AT, KEYS_AT],
            false => &[KEYS_AT],
        };
        assert_eq!(world.requested(), expected, "{ends}");
        assert_eq!(world.stored.len(), usize::from(is_renewed));
        assert!(world.notices.is_empty());
    }
}

#[test]
fn what_is_sent_and_what_is_kept() {
    let mut world = world(&token("11:00:00"))
        .reply(200, CREATED)
        .reply(200, KEYS);
    world.search().unwrap();
    let sent: Value = serde_json::from_str(&world.body(0)).unwrap();
    let expected = json!({
        "clientId": "our id",
        "clientSecret": "cl13nt",
        "grantType": "refresh_token",
        "refreshToken": "fr3sh",
    });
    assert_eq!(sent, expected);
    assert_eq!(world.header(0, "content-type"), Some("application/json"));
    assert_eq!(world.header(0, "authorization"), None, "it is not signed");
    assert_eq!(world.header(1, "x-amz-sso_bearer_token"), Some("n3w"));

    assert_eq!(world.stored, [PathBuf::from(file_of("my"))]);
    let mut expected = token("20:00:00");
    expected["accessToken"] = "n3w".into();
    expected["refreshToken"] = "again".into();
    assert_eq!(kept(&world), expected);
}

#[test]
fn a_refresh_token_serves_on_if_there_is_no_new_one() {
    let without = r#"{"accessToken":"n3w","expiresIn":60}"#;
    let null = r#"{"accessToken":"n3w","expiresIn":60,"refreshToken":null}"#;
    for created in [without, null] {
        let mut world = world(&token("11:00:00"))
            .reply(200, created)
            .reply(200, KEYS);
        world.search().unwrap();
        assert_eq!(kept(&world)["refreshToken"], "fr3sh");
        assert_eq!(kept(&world)["expiresAt"], "2026-11-24T12:01:00Z");
    }
}

#[test]
fn the_older_form_is_not_renewed() {
    let mut world = World::with_config(&older())
        .file(&file_of(START), &token("12:01:00").to_string())
        .reply(200, KEYS);
    assert_eq!(world.search().unwrap(), temporary("SSO"));
    assert_eq!(world.requested(), [KEYS_AT]);
}

#[test]
fn without_the_means_nothing_is_asked() {
    for (member, value, expected) in [
        ("refreshToken", None, "it has no refreshToken"),
        ("refreshToken", Some(json!("")), "it has no refreshToken"),
        ("clientId", Some(json!(7)), "it has no clientId"),
        ("clientSecret", None, "it has no clientSecret"),
        (
            "registrationExpiresAt",
            None,
            "it has no registrationExpiresAt",
        ),
        (
            "registrationExpiresAt",
            Some(json!("2026-11-24T12:00:00Z")),
            "the registration beside it ended at 2026-11-24T12:00:00Z",
        ),
    ] {
        let with = |ends| {
            let mut token = token(ends);
            match &value {
                Some(value) => token[member] = value.clone(),
                None => drop(token.as_object_mut().unwrap().remove(member)),
            }
            token
        };
        let mut over = world(&with("11:00:00"));
        let told = told(over.search());
        let expected = format!(
            "ended at 2026-11-24T11:00:00Z, and cannot be renewed ({expected}): \
             sign in with `aws sso login --profile default`"
        );
        assert!(told.ends_with(&expected), "{told}");
        assert!(over.requests.is_empty());
        // It serves to its end, and there is nothing to say before.
        let mut ending = world(&with("12:01:00")).reply(200, KEYS);
        ending.search().unwrap();
        assert_eq!(ending.requested(), [KEYS_AT]);
        assert!(ending.notices.is_empty());
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    for (status, body, expected) in [
        (400, REFUSED, "invalid_grant (HTTP 400)"),
        (401, r#"{"error":"fr3sh"}"#, "an error (HTTP 401)"),
        (403, "<html>", "an error (HTTP 403)"),
    ] {
        let mut world = world(&token("11:00:00")).reply(status, body);
        let told = told(world.search());
        let expected = format!(
            "and cannot be renewed (https://oidc.eu-central-1.amazonaws.com/token answers with \
             {expected}): sign in with `aws sso login --profile default`"
        );
        assert!(told.ends_with(&expected), "{told}");
        assert_eq!(kept(&world), token("11:00:00"));
        assert!(world.stored.is_empty());
    }
    for odd in [
        "{}",
        "[]",
        r#"{"accessToken":"","expiresIn":9}"#,
        r#"{"accessToken":"a\nb","expiresIn":9}"#,
        r#"{"accessToken":"n3w"}"#,
        r#"{"accessToken":"n3w","expiresIn":-9}"#,
        r#"{"accessToken":7,"expiresIn":9}"#,
    ] {
        let mut world = world(&token("11:00:00")).reply(200, odd);
        let told = told(world.search());
        assert!(told.contains("(the answer holds no token)"), "{told}");
        assert_eq!(kept(&world), token("11:00:00"));
    }
}

#[test]
fn the_old_one_serves_while_it_cannot_be_renewed() {
    let mut world = world(&token("12:04:00"))
        .reply(400, REFUSED)
        .reply(200, KEYS);
    assert_eq!(world.search().unwrap(), temporary("SSO"));
    assert_eq!(world.header(1, "x-amz-sso_bearer_token"), Some("b3arer"));
    let notice = "the token of single sign-on is not renewed: \
                  https://oidc.eu-central-1.amazonaws.com/token answers with invalid_grant \
                  (HTTP 400)";
    assert_eq!(world.notices, [notice]);
}

#[test]
fn it_is_not_tried_again_at_once() {
    let sources = Sources::new("eu-west-1");
    let mut world = world(&token("12:00:31"));
    let refused = |world: World| world.reply(400, REFUSED);
    world = refused(world).reply(200, KEYS).reply(200, KEYS);
    world.search_at(sources.clone(), now()).unwrap();
    world.search_at(sources.clone(), after(29)).unwrap();
    assert_eq!(world.requested(), [TOKEN_AT, KEYS_AT, KEYS_AT]);
    assert_eq!(world.notices.len(), 1, "it is told once");
    world = refused(world).reply(200, KEYS);
    world.search_at(sources.clone(), after(30)).unwrap();
    assert_eq!(world.requested()[3..], [TOKEN_AT, KEYS_AT]);
    // Nor is it when the old one serves no more; the reason is still told.
    let told = told(world.search_at(sources, after(31)));
    assert!(
        told.contains("answers with invalid_grant (HTTP 400)): sign in"),
        "{told}"
    );
    assert_eq!(world.requests.len(), 5);
    // Whoever is told to look elsewhere begins anew.
    world = world.reply(200, CREATED).reply(200, KEYS);
    world
        .search_at(Sources::new("eu-west-1"), after(31))
        .unwrap();
}

#[test]
fn a_token_that_somebody_else_has_renewed_serves() {
    let mut theirs = token("20:00:00");
    theirs["accessToken"] = "th3irs".into();
    let mut world = world(&token("11:00:00"))
        .reply(400, REFUSED)
        .reply(200, KEYS);
    // They do it while we are at it.
    let mut step = Sources::new("eu-west-1").search(now());
    let found = loop {
        step = match step {
            Step::Ask(ask, search) => {
                if matches!(&ask, Ask::Http { .. }) {
                    world = world.file(&file_of("my"), &theirs.to_string());
                }
                search.answer(world.answer(ask), now())
            }
            Step::Done(found) => break found,
        };
    };
    assert_eq!(found.unwrap(), temporary("SSO"));
    assert_eq!(world.header(1, "x-amz-sso_bearer_token"), Some("th3irs"));
    assert!(world.notices.is_empty() && world.stored.is_empty());
}

#[test]
fn what_cannot_be_stored_serves_nevertheless_and_is_told() {
    let mut world = world(&token("11:00:00"))
        .reply(200, CREATED)
        .reply(200, KEYS);
    world.is_read_only = Some("cannot be written: it is read-only".to_owned());
    assert_eq!(world.search().unwrap(), temporary("SSO"));
    assert_eq!(world.header(1, "x-amz-sso_bearer_token"), Some("n3w"));
    let file = file_of("my");
    let notice = format!("{file} cannot be written: it is read-only");
    assert_eq!(world.notices, [notice]);
}

#[test]
fn the_service_is_where_the_settings_have_it() {
    let place = |sources, variable: &'static str| {
        let mut world = world(&token("11:00:00")).set(variable, "http://127.0.0.1:9");
        world.search_in(sources).unwrap_err();
        world.requested()[0].clone()
    };
    let sources = || Sources::new("eu-west-1");
    let configured = "POST http://127.0.0.1:9/token";
    assert_eq!(place(sources(), "AWS_ENDPOINT_URL_SSO_OIDC"), configured);
    assert_eq!(place(sources(), "AWS_ENDPOINT_URL"), configured);
    assert_eq!(place(sources(), "AWS_ENDPOINT_URL_SSO"), TOKEN_AT);
    let (mut fips, mut dual) = (sources(), sources());
    fips.use_fips_endpoint = true;
    dual.use_dualstack_endpoint = true;
    let expected = "POST https://oidc-fips.eu-central-1.amazonaws.com/token";
    assert_eq!(place(fips, "AWS_UNRELATED"), expected);
    assert_eq!(
        place(dual, "AWS_UNRELATED"),
        "POST https://oidc.eu-central-1.api.aws/token"
    );
    let config = SESSION.replace("eu-central-1", "us-gov-west-1");
    let mut gov = World::with_config(&config)
        .file(&file_of("my"), &token("11:00:00").to_string())
        .reply(200, CREATED)
        .reply(200, KEYS);
    let mut fips = Sources::new("us-gov-west-1");
    fips.use_fips_endpoint = true;
    gov.search_in(fips).unwrap();
    let hosts = gov.requests.iter().map(|request| request.uri().host());
    let expected = ["oidc", "portal.sso"].map(|name| format!("{name}.us-gov-west-1.amazonaws.com"));
    assert!(hosts.eq(expected.iter().map(|host| Some(host.as_str()))));
}

#[test]
fn it_is_asked_again_when_it_is_out_of_order() {
    let mut world = world(&token("11:00:00"))
        .reply(503, "")
        .reply(200, CREATED)
        .reply(200, KEYS);
    world.search().unwrap();
    assert_eq!(world.requested(), [TOKEN_AT, TOKEN_AT, KEYS_AT]);
}

#[test]
fn the_profile_to_sign_in_for_is_the_one_that_says_so() {
    let config = SESSION.replace("[default]", "[profile lab]")
        + "[default]\nrole_arn = arn\nsource_profile = lab\n";
    let told = told(World::with_config(&config).search());
    let expected = "sign in with `aws sso login --profile lab`";
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn keys_that_no_request_can_carry_are_refused() {
    let odd = KEYS.replace("s3cret", r"hunter2\n");
    let told = told(world(&token("18:00:00")).reply(200, &odd).search());
    let expected = "https://portal.sso.eu-central-1.amazonaws.com/federation/credentials: \
                    the secret access key has a line break in it, and no request can carry that";
    assert!(told.ends_with(expected), "{told}");
}
