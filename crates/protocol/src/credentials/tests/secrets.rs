//! Secrets show nowhere.

use super::*;

const CONFIG: &str = "\
[default]
role_arn = arn
source_profile = base
[profile base]
credential_process = tool --password hunter2
";

/// Everything that may be printed on the way of a search.
fn shown(world: &mut World) -> String {
    let mut shown = String::new();
    let mut step = Sources::new("eu-west-1").search(now());
    loop {
        shown.push_str(&format!("{step:?}\n"));
        step = match step {
            Step::Ask(ask, search) => {
                let answer = world.answer(ask);
                shown.push_str(&format!("{answer:?}\n"));
                search.answer(answer, now())
            }
            Step::Done(Ok(_)) => return shown,
            Step::Done(Err(none)) => return format!("{shown}{none}"),
        }
    }
}

#[test]
fn nothing_that_is_printed_holds_a_secret() {
    let written = document("PROGRAM").replace('{', "{\"Version\":1,");
    let broken = written.replace("\"Expiration\":", "\"Expiration\":s3cret");
    let secrets = ["s3cret", "t0ken", "hunter2"];
    for (written, role) in [
        (&written, assumed("AssumeRole", "ROLE")),
        (
            &written,
            assumed("AssumeRole", "ROLE").replace("2026-", "s3cret"),
        ),
        (&broken, String::new()),
    ] {
        let mut world = World::with_config(CONFIG).reply(200, &role);
        world.program = Some(Ok(written.clone()));
        let shown = shown(&mut world);
        assert!(shown.contains("Run(\"tool\")"), "{shown}");
        for secret in secrets {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    let plan = format!(
        "{:?}",
        crate::credentials::plan::CommandLine("hunter2".to_owned())
    );
    assert!(!plan.contains("hunter2"));
}

#[test]
fn nothing_of_a_token_is_shown() {
    let config = "[default]\nsso_session = my\nsso_account_id = 1\nsso_role_name = r\n\
                  [sso-session my]\nsso_region = eu-central-1\nsso_start_url = https://x\n";
    let sum = crate::sign::hex(&crate::credentials::sha1::sha1(b"my"));
    let file = format!("/home/x/.aws/sso/cache/{sum}.json");
    let token = r#"{"accessToken":"hunter2-a","expiresAt":"2026-11-24T12:01:00Z",
        "clientId":"hunter2-b","clientSecret":"hunter2-c","refreshToken":"hunter2-d",
        "registrationExpiresAt":"2027-01-01T00:00:00Z"}"#;
    let created = r#"{"accessToken":"hunter2-e","expiresIn":9,"refreshToken":"hunter2-f"}"#;
    let echo = r#"{"error":"hunter2-d","error_description":"hunter2-d"}"#;
    for (token, status, body) in [
        (token.to_owned(), 200, created),
        (token.to_owned(), 400, echo),
        (token.replace("T12", "T11"), 400, echo),
        (token.replace("T12", "T11"), 200, echo),
    ] {
        let mut world = World::with_config(config)
            .file(&file, &token)
            .reply(status, body)
            .reply(403, "hunter2");
        let shown = shown(&mut world);
        assert!(shown.contains("oidc"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
