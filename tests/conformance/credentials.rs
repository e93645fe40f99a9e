//! Credentials: how shared files are found and read, what profiles lead to, and where containers and
//! instances are asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use kvs_protocol::Credentials;
use kvs_protocol::credentials::plan::{Base, Plan};
use kvs_protocol::credentials::{Answer, Ask, Sources, Step};
use kvs_protocol::settings::{Explicit, Profiles, Settings};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::report::Report;

/// The services of this project have no endpoints by account.
const ACCOUNT: &str = "nobody here needs to know whose account it is";

/// What their errors are in our words, each by a piece of both.
const ERRORS: [(&str, &str); 23] = [
    (
        "must contain `source_profile`",
        "neither source_profile nor",
    ),
    (
        "contained both source_profile",
        "sets both source_profile and",
    ),
    (
        "missing aws_secret_access_key",
        "has no aws_secret_access_key",
    ),
    ("missing aws_access_key_id", "has no aws_access_key_id"),
    ("did not contain credential", "says nothing of credentials"),
    (
        "could not find source profile B",
        "the source_profile \"B\", which is not there",
    ),
    ("No profiles were defined", "is in neither shared file"),
    ("infinite loop", "leads in a circle"),
    ("`role_arn` was missing", "and no role_arn"),
    ("if `sso_role_name` is set", "and no sso_account_id"),
    ("if `sso_account_id` is set", "and no sso_role_name"),
    ("`sso_region` can only be", "is for the sso-session"),
    (
        "sso-session named `oops`",
        "the sso-session \"oops\", which is not there",
    ),
    (
        "No environment variables were set",
        "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    ),
    ("URI did not specify a host", "names no host"),
    ("is not a valid endpoint mode", "must be IPv4 or IPv6"),
    ("invalid uri character", "is not a URL"),
    ("must end with ']'", "there is no ']'"),
    ("Expected a profile definition", "is in no section"),
    (
        "Property did not have a name",
        "sets a key that has no name",
    ),
    ("'=' sign defining a property", "must set a key"),
    ("Expected a property definition", "no key that it continues"),
    ("'=' sign defining a sub-property", "must set a nested key"),
];
const NAMELESS: (&str, &str) = ("Sub-property did not", "a nested key that has no name");

type Check = fn(&Value) -> Result<(), String>;

pub(crate) fn suite(folder: &Path) -> Result<Report, Failure> {
    let mut report = Report::new("credentials");
    let files: [(&str, Check); 5] = [
        ("profile-parser-tests.json", check_parser),
        ("file-location-tests.json", check_location),
        ("assume-role-tests.json", check_plan),
        ("ecs-tests.json", check_container),
        ("imds-config/imds-endpoint-tests.json", check_instance),
    ];
    for (file, check) in files {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let data: Value = serde_json::from_str(&text)?;
        let cases = data.get("tests").unwrap_or(&data).as_array();
        let cases = cases.ok_or_else(|| format!("{file} has no list of cases"))?;
        for (index, case) in cases.iter().enumerate() {
            let name = text_of(case, "name").or(text_of(case, "docs"));
            let id = format!("{file}[{index}] {}", name.unwrap_or_default());
            match without_account(case) {
                Some(amended) => report.argue(&id, check(case), check(&amended), ACCOUNT),
                None => report.count(&id, check(case)),
            }
        }
    }
    Ok(report)
}

fn text_of<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    members.map(|(key, value)| (key.as_str(), value))
}

/// The case without the account's id in what it expects; `None` where there is none.
fn without_account(case: &Value) -> Option<Value> {
    let mut case = case.clone();
    let keys = case.pointer_mut("/output/ProfileChain/0/AccessKey")?;
    keys.as_object_mut()?.remove("account_id")?;
    Some(case)
}

/// Compares an error with the one that is expected.
fn same_error(ours: &str, theirs: &str) -> Result<(), String> {
    let mut known = ERRORS.iter().chain([&NAMELESS]);
    let known = known.find(|(piece, _)| theirs.contains(piece));
    match known {
        Some((_, piece)) if ours.contains(piece) => Ok(()),
        Some((_, piece)) => Err(format!("ours {ours:?} does not say {piece:?}")),
        None => Err(format!("an error that nobody has thought of: {theirs:?}")),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(ours: &T, theirs: &T) -> Result<(), String> {
    match ours == theirs {
        true => Ok(()),
        false => Err(format!("ours {ours:?}, theirs {theirs:?}")),
    }
}

fn check_parser(case: &Value) -> Result<(), String> {
    let file = |name: &str| {
        case.pointer(&format!("/input/{name}"))
            .and_then(Value::as_str)
    };
    let [config, credentials] = ["configFile", "credentialsFile"].map(file);
    let read = Profiles::parse(config.unwrap_or_default(), credentials.unwrap_or_default());
    let output = case.get("output").ok_or("the case has no output")?;
    let profiles = match (read, text_of(output, "errorContaining")) {
        (Ok(profiles), None) => profiles,
        (Err(invalid), Some(theirs)) => return same_error(&invalid.to_string(), theirs),
        (ours, theirs) => return Err(format!("ours {ours:?}, theirs {theirs:?}")),
    };
    let mut ours = Map::new();
    for name in profiles.names() {
        let entries = profiles.entries(name);
        let entries: Map<_, _> = entries
            .map(|(key, value)| (key.to_owned(), json!(value)))
            .collect();
        ours.insert(name.to_owned(), Value::Object(entries));
    }
    let theirs = output.pointer("/config/profiles").ok_or("no profiles")?;
    same(&Value::Object(ours), theirs)?;
    for (session, entries) in members(output.pointer("/config/sso_sessions")) {
        same(&profiles.contains_sso_session(session), &true)?;
        for (key, value) in members(Some(entries)) {
            same(&profiles.sso_session(session, key), &value.as_str())?;
        }
    }
    Ok(())
}

/// Their paths are of two systems, and ours of the one that this runs on: separators are not
/// compared.
fn check_location(case: &Value) -> Result<(), String> {
    let env = |name: &str| {
        let value = case.get("environment")?.get(name)?.as_str()?;
        Some(value.to_owned())
    };
    let ours = Settings::shared_files(&env);
    let ours = ours.map(|path| path.map(|path| path.display().to_string().replace('\\', "/")));
    let theirs = ["configLocation", "credentialsLocation"]
        .map(|key| text_of(case, key).map(|path| path.replace('\\', "/")));
    same(&ours, &theirs)?;
    let Some(profile) = text_of(case, "profile") else {
        return Ok(());
    };
    // The region tells which profile it was taken from.
    let config = "[default]\nregion = default\n[profile other]\nregion = other\n";
    let profiles = Profiles::parse(config, "").map_err(|e| e.to_string())?;
    let settings = Settings::resolve(Explicit::default(), &env, &profiles);
    same(
        &settings.map_err(|e| e.to_string())?.region.as_str(),
        &profile,
    )
}

fn check_plan(case: &Value) -> Result<(), String> {
    let input = case.get("input").ok_or("the case has no input")?;
    let mut config = String::new();
    for (kind, sections) in [("profile", "profiles"), ("sso-session", "sso_sessions")] {
        for (name, entries) in members(input.get(sections)) {
            config.push_str(&format!("[{kind} {name}]\n"));
            for (key, value) in members(Some(entries)) {
                config.push_str(&format!("{key} = {}\n", value.as_str().unwrap_or_default()));
            }
        }
    }
    let profiles = Profiles::parse(&config, "").map_err(|e| e.to_string())?;
    let selected = text_of(input, "selected_profile").ok_or("no profile is selected")?;
    let output = case.get("output").ok_or("the case has no output")?;
    match (Plan::of(&profiles, selected), text_of(output, "Error")) {
        (Ok(plan), None) => {
            let theirs = output.get("ProfileChain").ok_or("no chain")?;
            same(&chain(&plan)?, theirs)
        }
        (Err(none), Some(theirs)) => same_error(&none.to_string(), theirs),
        (ours, theirs) => Err(format!("ours {ours:?}, theirs {theirs:?}")),
    }
}

/// A plan as they write it.
fn chain(plan: &Plan) -> Result<Value, String> {
    let base = match &plan.base {
        Base::Keys(keys) => json!({ "AccessKey": key_pair(keys) }),
        Base::Source(source) => json!({ "NamedSource": source.name() }),
        Base::WebIdentity(identity) => json!({ "WebIdentityToken": present([
            ("role_arn", Some(&identity.role_arn)),
            ("web_identity_token_file", Some(&identity.token_file)),
            ("role_session_name", identity.session_name.as_ref()),
        ]) }),
        Base::Sso(sso) => json!({ "Sso": present([
            ("sso_session", sso.session.as_ref()),
            ("sso_region", Some(&sso.region)),
            ("sso_start_url", Some(&sso.start_url)),
            ("sso_account_id", sso.account_id.as_ref()),
            ("sso_role_name", sso.role_name.as_ref()),
        ]) }),
        other => return Err(format!("no case has a {other:?}")),
    };
    let roles = plan.roles.iter().map(|role| {
        json!({ "AssumeRole": present([
            ("role_arn", Some(&role.arn)),
            ("role_session_name", role.session_name.as_ref()),
            ("external_id", role.external_id.as_ref()),
        ]) })
    });
    Ok(Value::Array([base].into_iter().chain(roles).collect()))
}

fn key_pair(keys: &Credentials) -> Value {
    json!({
        "access_key_id": keys.access_key_id(),
        "secret_access_key": keys.secret_access_key(),
    })
}

fn present<const N: usize>(entries: [(&str, Option<&String>); N]) -> Value {
    let entries = entries.into_iter();
    let present = entries.filter_map(|(key, value)| Some((key.to_owned(), json!(value?))));
    Value::Object(present.collect())
}

fn check_container(case: &Value) -> Result<(), String> {
    let mut env = strings(case.get("env"));
    env.insert("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned());
    let ours = first_request(&env, &BTreeMap::new());
    let result = case.get("result").ok_or("the case has no result")?;
    compare(
        ours,
        text_of(result, "Ok"),
        text_of(result, "ErrorContains"),
    )
}

/// What their tests set in code goes before the environment, and is put in its place.
fn check_instance(case: &Value) -> Result<(), String> {
    let mut env = strings(case.get("env"));
    for (key, variable) in [
        ("endpoint_override", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
        ("mode_override", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
    ] {
        if let Some(value) = text_of(case, key) {
            env.insert(variable.to_owned(), value.to_owned());
        }
    }
    let ours = first_request(&env, &strings(case.get("fs")));
    let result = case.get("result").ok_or("the case has no result")?;
    compare(ours, text_of(result, "Ok"), text_of(result, "Err"))
}

fn compare(
    ours: Result<String, String>,
    request: Option<&str>,
    error: Option<&str>,
) -> Result<(), String> {
    match (ours, request, error) {
        (Ok(ours), Some(theirs), None) => same(&ours.as_str(), &theirs),
        (Err(ours), None, Some(theirs)) => same_error(&ours, theirs),
        (ours, ..) => Err(format!("ours {ours:?}, theirs {request:?} or {error:?}")),
    }
}

fn strings(object: Option<&Value>) -> BTreeMap<String, String> {
    let entries = members(object).filter_map(|(key, value)| Some((key, value.as_str()?)));
    entries
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Where a search asks first, or why it does not.
fn first_request(
    env: &BTreeMap<String, String>,
    files: &BTreeMap<String, String>,
) -> Result<String, String> {
    let now = SystemTime::UNIX_EPOCH;
    let mut step = Sources::new("us-east-1").search(now);
    loop {
        let answer = |found: Option<&String>| found.map_or(Answer::Nothing, Answer::text);
        step = match step {
            Step::Ask(Ask::Env(name), search) => search.answer(answer(env.get(name)), now),
            Step::Ask(Ask::File(path), search) => {
                let found = path.to_str().and_then(|path| files.get(path));
                search.answer(answer(found), now)
            }
            Step::Ask(Ask::Http { request, .. }, _) => return Ok(request.uri().to_string()),
            Step::Ask(other, _) => return Err(format!("asks for {other:?}")),
            Step::Done(done) => return Err(done.map_or_else(|e| e.to_string(), |_| "found".into())),
        };
    }
}
