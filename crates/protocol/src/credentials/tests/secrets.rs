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
