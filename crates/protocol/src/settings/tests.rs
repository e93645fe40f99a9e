use super::*;
use crate::retry::RetryMode;

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
    Settings::resolve(explicit, &env, &Profiles::parse(CONFIG, CREDENTIALS)?)
}

#[test]
fn the_default_profile_serves() {
    let settings = resolve(Explicit::default(), &[]).unwrap();
    assert_eq!(settings.region, "eu-west-1");
    let sources = settings.sources.unwrap();
    assert_eq!(
        (sources.region.as_str(), sources.profile),
        ("eu-west-1", None)
    );
}

#[test]
fn the_environment_goes_before_the_profile() {
    let vars = [("AWS_DEFAULT_REGION", "b"), ("AWS_REGION", "a")];
    assert_eq!(resolve(Explicit::default(), &vars).unwrap().region, "a");
    assert_eq!(
        resolve(Explicit::default(), &vars[..1]).unwrap().region,
        "b"
    );
}

#[test]
fn a_profile_is_named_by_the_caller_or_the_environment() {
    let lab = Explicit {
        profile: Some("lab".into()),
        ..Explicit::default()
    };
    let settings = resolve(lab, &[]).unwrap();
    assert_eq!(settings.region, "us-east-2");
    let url = settings.endpoint_url.unwrap().to_string();
    assert_eq!(url, "http://127.0.0.1:9");
    let sources = settings.sources.unwrap();
    assert_eq!(sources.profile.as_deref(), Some("lab"));
    let settings = resolve(Explicit::default(), &[("AWS_PROFILE", "lab")]).unwrap();
    assert_eq!(settings.region, "us-east-2");
    // Keys in the environment go before a profile that is named there, too.
    assert_eq!(settings.sources.unwrap().profile, None);
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
fn services_have_endpoints_of_their_own() {
    let config = "[default]\nregion = r\nendpoint_url = http://all\nservices = local\n\
                  [services local]\nkinesis_video =\n  endpoint_url = http://control\n\
                  kinesis_video_archived_media =\n  other = x\n  endpoint_url = http://media\n";
    let profiles = Profiles::parse(config, "").unwrap();
    let urls = |vars: &[(&str, &str)]| {
        let env = |name: &str| {
            let var = vars.iter().find(|(n, _)| *n == name);
            var.map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::resolve(Explicit::default(), &env, &profiles).unwrap();
        let services = settings.service_urls.iter();
        let services = services.map(|(service, url)| format!("{service} {url}"));
        let control = settings.endpoint_url.map(|url| url.to_string());
        control.into_iter().chain(services).collect::<Vec<_>>()
    };
    let media = "Kinesis Video Archived Media http://media".to_owned();
    assert_eq!(urls(&[]), ["http://control".to_owned(), media.clone()]);
    let all = [("AWS_ENDPOINT_URL", "http://env")];
    assert_eq!(urls(&all), ["http://env".to_owned(), media]);
    let own = [(
        "AWS_ENDPOINT_URL_KINESIS_VIDEO_ARCHIVED_MEDIA",
        "http://own",
    )];
    let expected = ["http://control", "Kinesis Video Archived Media http://own"];
    assert_eq!(urls(&own), expected);
    assert_eq!(
        urls(&[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]),
        [""; 0]
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
        let profiles = Profiles::parse(config, "").unwrap();
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
fn shared_files_are_read_as_others_read_them() {
    let config = "\u{feff}; comment\n[profile a/b.c@d]; comment\nKey = one ; two\n\
                  odd name = x\n  more\nlong = 1\n  2 # 3\n\t\n\
                  [profile odd name]\nkey = x\n[other]\nkey = x\n\
                  [default]\nkey = bare\n[profile default]\nkey = whole\n\
                  [sso-session s]\nsso_region = r\n";
    let credentials = "[default]\nkey = c\n[profile x]\nkey = x\n";
    let profiles = Profiles::parse(config, credentials).unwrap();
    assert_eq!(profiles.names().collect::<Vec<_>>(), ["a/b.c@d", "default"]);
    let entries: Vec<_> = profiles.entries("a/b.c@d").collect();
    assert_eq!(entries, [("key", "one"), ("long", "1\n2 # 3")]);
    assert_eq!(profiles.get("default", "key"), Some("c"));
    assert_eq!(profiles.sso_session("s", "sso_region"), Some("r"));
}

#[test]
fn lines_that_mean_nothing_are_named() {
    for (config, expected) in [
        (
            "key = value",
            "line 1 of the config file is in no section; begin one with [name]",
        ),
        (
            "\n[default",
            "line 2 of the config file begins a section with '[', and there is no ']'",
        ),
        (
            "[default]\n= x",
            "line 2 of the config file sets a key that has no name",
        ),
        (
            "[default]\n  key = x",
            "line 2 of the config file is indented, and there is no key that it continues",
        ),
        (
            "[default]\ns3 =\n  key",
            "line 3 of the config file must set a nested key, as in `key = value`",
        ),
        (
            "[default]\ns3 =\n  = x",
            "line 3 of the config file sets a nested key that has no name",
        ),
    ] {
        let told = Profiles::parse(config, "").unwrap_err().to_string();
        assert_eq!(told, expected);
    }
    let told = Profiles::parse("", "[default]\nsecret")
        .unwrap_err()
        .to_string();
    assert!(
        told.starts_with("line 2 of the credentials file must"),
        "{told}"
    );
    assert!(!told.contains("secret"), "{told}");
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
    let on_drive = |name: &str| match name {
        "HOMEDRIVE" => Some("D:".to_owned()),
        "HOMEPATH" => Some("/me".to_owned()),
        _ => None,
    };
    let [config, _] = Settings::shared_files(&on_drive);
    assert_eq!(config, Some("D:/me/.aws/config".into()));
}

#[test]
fn secrets_do_not_show() {
    let settings = resolve(
        Explicit::default(),
        &[("HTTPS_PROXY", "http://u:hunter2@p:1")],
    )
    .unwrap();
    let shown = format!(
        "{settings:?} {:?}",
        Profiles::parse(CONFIG, CREDENTIALS).unwrap()
    );
    assert!(
        !shown.contains("s3cr") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[test]
fn retries_are_set_by_the_environment_then_the_profile() {
    let retry = |vars: &[(&str, &str)]| {
        let config = "[default]\nregion = r\nretry_mode = Adaptive\nmax_attempts = 7";
        let env = |name: &str| {
            let var = vars.iter().find(|(n, _)| *n == name);
            var.map(|(_, value)| (*value).to_owned())
        };
        let profiles = Profiles::parse(config, "").unwrap();
        Settings::resolve(Explicit::default(), &env, &profiles)
            .map(|settings| (settings.retry.mode, settings.retry.max_attempts))
            .map_err(|e| e.to_string())
    };
    assert_eq!(retry(&[]), Ok((RetryMode::Adaptive, 7)));
    let legacy = ("AWS_RETRY_MODE", "legacy");
    assert_eq!(retry(&[legacy]), Ok((RetryMode::Standard, 7)));
    let once = ("AWS_MAX_ATTEMPTS", "1");
    assert_eq!(retry(&[legacy, once]), Ok((RetryMode::Standard, 1)));
    let problem = "AWS_MAX_ATTEMPTS is \"0\"; set it to a number from 1";
    assert_eq!(retry(&[("AWS_MAX_ATTEMPTS", "0")]), Err(problem.to_owned()));
    let problem = "retry mode is \"hasty\", and must be standard or adaptive";
    assert_eq!(
        retry(&[("AWS_RETRY_MODE", "hasty")]),
        Err(problem.to_owned())
    );
}

#[test]
fn programs_may_say_what_they_are_called() {
    let app_id = |vars: &[(&str, &str)]| {
        let config = "[default]\nregion = r\nsdk_ua_app_id = door-cam";
        let env = |name: &str| {
            let var = vars.iter().find(|(n, _)| *n == name);
            var.map(|(_, value)| (*value).to_owned())
        };
        let profiles = Profiles::parse(config, "").unwrap();
        let settings = Settings::resolve(Explicit::default(), &env, &profiles);
        settings.map(|settings| settings.app_id)
    };
    assert_eq!(app_id(&[]), Ok(Some("door-cam".to_owned())));
    let own = [("AWS_SDK_UA_APP_ID", "own")];
    assert_eq!(app_id(&own), Ok(Some("own".to_owned())));
    for bad in ["a b", "a\nb", &"x".repeat(51)] {
        assert!(app_id(&[("AWS_SDK_UA_APP_ID", bad)]).is_err(), "{bad}");
    }
}
