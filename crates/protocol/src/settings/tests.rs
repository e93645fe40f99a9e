use super::*;

const CONFIG: &str = "
# comment
[default]
region = eu-west-1 # here
[profile lab]
region=us-east-2
endpoint_url = http://127.0.0.1:9
s3 =
    region = nested
[ignored]
region = nowhere
";
const CREDENTIALS: &str = "
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = s3cr#t
[lab]
aws_access_key_id = LAB
aws_secret_access_key = other
aws_session_token = token
";

fn resolve(explicit: Explicit, vars: &[(&str, &str)]) -> Result<Settings, Invalid> {
    let env = |name: &str| {
        vars.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, v)| (*v).to_owned())
    };
    Settings::resolve(explicit, &env, &Profiles::parse(CONFIG, CREDENTIALS))
}

fn key(settings: &Settings) -> &str {
    settings.credentials.as_ref().unwrap().access_key_id()
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "x")];

#[test]
fn the_default_profile_serves() {
    let settings = resolve(Explicit::default(), &[]).unwrap();
    assert_eq!(
        (settings.region.as_str(), key(&settings)),
        ("eu-west-1", "DEFAULT")
    );
    assert_eq!(settings.credentials.unwrap().secret_access_key(), "s3cr#t");
}

#[test]
fn the_environment_goes_before_the_default_profile() {
    let mut vars = KEYS.to_vec();
    vars.extend([
        ("AWS_DEFAULT_REGION", "b"),
        ("AWS_REGION", "a"),
        ("AWS_SESSION_TOKEN", "t"),
    ]);
    let settings = resolve(Explicit::default(), &vars).unwrap();
    assert_eq!((settings.region.as_str(), key(&settings)), ("a", "ENV"));
    assert_eq!(settings.credentials.unwrap().session_token(), Some("t"));
}

#[test]
fn a_profile_named_by_the_caller_goes_before_the_environment() {
    let lab = Explicit {
        profile: Some("lab".into()),
        ..Explicit::default()
    };
    let settings = resolve(lab, &KEYS).unwrap();
    assert_eq!(
        (settings.region.as_str(), key(&settings)),
        ("us-east-2", "LAB")
    );
    assert_eq!(
        settings.endpoint_url.unwrap().to_string(),
        "http://127.0.0.1:9"
    );
    let mut vars = KEYS.to_vec();
    vars.push(("AWS_PROFILE", "lab"));
    assert_eq!(key(&resolve(Explicit::default(), &vars).unwrap()), "ENV");
}

#[test]
fn what_is_missing_is_named() {
    let nowhere = Explicit {
        profile: Some("gone".into()),
        ..Explicit::default()
    };
    assert!(
        resolve(nowhere, &[])
            .unwrap_err()
            .to_string()
            .contains("\"gone\"")
    );
    let none = Settings::resolve(Explicit::default(), &|_| None, &Profiles::default()).unwrap_err();
    assert!(none.to_string().contains("AWS_REGION"));
    let region = Explicit {
        region: Some("r".into()),
        ..Explicit::default()
    };
    assert!(
        Settings::resolve(region, &|_| None, &Profiles::default())
            .unwrap()
            .credentials
            .is_none()
    );
}

#[test]
fn endpoints_can_be_ignored() {
    let vars = [
        ("AWS_ENDPOINT_URL", "http://a"),
        ("AWS_ENDPOINT_URL_KINESIS_VIDEO", "http://b"),
    ];
    assert_eq!(
        resolve(Explicit::default(), &vars)
            .unwrap()
            .endpoint_url
            .unwrap()
            .host(),
        "b"
    );
    let mut ignored = vars.to_vec();
    ignored.push(("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"));
    assert!(
        resolve(Explicit::default(), &ignored)
            .unwrap()
            .endpoint_url
            .is_none()
    );
    let explicit = Explicit {
        endpoint_url: Some("http://c".into()),
        ..Explicit::default()
    };
    assert_eq!(
        resolve(explicit, &ignored)
            .unwrap()
            .endpoint_url
            .unwrap()
            .host(),
        "c"
    );
}

#[test]
fn fips_and_dual_stack_are_switched_by_the_environment_then_the_profile() {
    let switches = |vars: &[(&str, &str)]| {
        let config = "[default]\nregion = r\nuse_fips_endpoint = True\nuse_dualstack_endpoint = no";
        let env = |name: &str| {
            let var = vars.iter().find(|(n, _)| *n == name);
            var.map(|(_, value)| (*value).to_owned())
        };
        let profiles = Profiles::parse(config, "");
        Settings::resolve(Explicit::default(), &env, &profiles)
            .map(|settings| (settings.use_fips_endpoint, settings.use_dualstack_endpoint))
            .map_err(|e| e.to_string())
    };
    let dual_stack = ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE");
    assert_eq!(switches(&[dual_stack]), Ok((true, true)));
    let fips = ("AWS_USE_FIPS_ENDPOINT", "false");
    assert_eq!(switches(&[dual_stack, fips]), Ok((false, true)));
    let problem = "use_dualstack_endpoint is \"no\", and must be true or false";
    assert_eq!(switches(&[]), Err(problem.to_owned()));
    let problem = "AWS_USE_FIPS_ENDPOINT is \"1\", and must be true or false";
    let odd = ("AWS_USE_FIPS_ENDPOINT", "1");
    assert_eq!(switches(&[dual_stack, odd]), Err(problem.to_owned()));
}

#[test]
fn shared_files_are_at_home_unless_said_otherwise() {
    let env = |name: &str| match name {
        "HOME" => Some("/home/x".to_owned()),
        "AWS_CONFIG_FILE" => Some("/etc/aws".to_owned()),
        _ => None,
    };
    let [config, credentials] = Settings::shared_files(&env);
    assert_eq!(config, Some("/etc/aws".into()));
    assert_eq!(credentials, Some("/home/x/.aws/credentials".into()));
}

#[test]
fn secrets_do_not_show() {
    let settings = resolve(
        Explicit::default(),
        &[("HTTPS_PROXY", "http://u:hunter2@p:1")],
    )
    .unwrap();
    let shown = format!("{settings:?} {:?}", Profiles::parse(CONFIG, CREDENTIALS));
    assert!(
        !shown.contains("s3cr") && !shown.contains("hunter2"),
        "{shown}"
    );
}
