//! A person has signed in; their token is renewed, for all who share its file.

use std::sync::{Arc, Mutex};
use std::thread;

use kvs_ureq::api::protocol::observe::{Event, Notice, Observer};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};

use super::*;

const HOUR: Duration = Duration::from_secs(3_600);
const CONFIG: &str = "[profile lab]\nsso_session = my\nsso_account_id = 123456789012\n\
                      sso_role_name = Reader\n[sso-session my]\nsso_region = eu-central-1\n\
                      sso_start_url = https://my.awsapps.com/start\n";
/// The SHA-1 sum of "my".
const NAME: &str = "3ece1471f44f63177cbc35ba0b904e0c096b6783.json";

/// A token as the AWS CLI leaves it behind, and what a later version may add.
fn token(access_token: &str, ends: &str) -> Value {
    json!({
        "startUrl": "https://my.awsapps.com/start",
        "region": "eu-central-1",
        "accessToken": access_token,
        "expiresAt": ends,
        "clientId": "client",
        "clientSecret": "sesame",
        "registrationExpiresAt": in_time(24 * HOUR),
        "refreshToken": "hunter2",
        "later": { "version": 1.50 },
    })
}

fn over() -> String {
    "2020-01-01T00:00:00Z".to_owned()
}

/// The portal, where the token `access_token` serves.
fn portal(access_token: &str) -> Mock {
    let body = json!({ "roleCredentials": {
        "accessKeyId": "SSO",
        "secretAccessKey": "secret",
        "sessionToken": "token",
        "expiration": 4_102_444_800_000_u64,
    } });
    Mock::given(method("GET"))
        .and(path("/federation/credentials"))
        .and(query_param("account_id", "123456789012"))
        .and(query_param("role_name", "Reader"))
        .and(header("x-amz-sso_bearer_token", access_token))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
}

/// The service that renews, which takes the refresh token once.
fn oidc(answer: ResponseTemplate) -> Mock {
    let asked = json!({
        "clientId": "client",
        "clientSecret": "sesame",
        "grantType": "refresh_token",
        "refreshToken": "hunter2",
    });
    Mock::given(method("POST"))
        .and(path("/token"))
        .and(header("content-type", "application/json"))
        .and(body_json(asked))
        .respond_with(Turns::new(vec![answer, refusal()]))
}

fn created() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "accessToken": "renewed",
        "expiresIn": 28_800,
        "idToken": null,
        "refreshToken": "hunter2 again",
        "tokenType": "Bearer",
    }))
}

fn refusal() -> ResponseTemplate {
    ResponseTemplate::new(400)
        .insert_header("x-amzn-errortype", "InvalidGrantException")
        .set_body_json(json!({
            "error": "invalid_grant",
            "error_description": "Invalid refresh token provided",
        }))
}

/// Somebody's home, in which they have signed in.
struct Home(PathBuf);

impl Home {
    fn new(name: &str, token: &Value) -> Self {
        Self::below(&Path::new("sso").join(name), token)
    }

    fn below(folder: &Path, token: &Value) -> Self {
        let config = file(&text(&folder.join(".aws/config")), CONFIG);
        let home = Self(config.parent().unwrap().parent().unwrap().to_owned());
        std::fs::create_dir_all(home.cache()).unwrap();
        std::fs::write(home.file(), token.to_string()).unwrap();
        home
    }

    fn cache(&self) -> PathBuf {
        self.0.join(".aws/sso/cache")
    }

    fn file(&self) -> PathBuf {
        self.cache().join(NAME)
    }

    fn kept(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.file()).unwrap()).unwrap()
    }

    fn cloud(&self) -> Cloud {
        let cloud = Cloud::new();
        let url = cloud.service.url();
        cloud
            .set("HOME", text(&self.0))
            .set("AWS_PROFILE", "lab")
            .set("AWS_ENDPOINT_URL_SSO_OIDC", url.clone())
            .set("AWS_ENDPOINT_URL_SSO", url)
    }
}

/// Runs a test under each driver, in a home of its own.
fn each(name: &str, token: &Value, test: impl Fn(&Home, Cloud, fn(&Cloud) -> Driver)) {
    let starts: [fn(&Cloud) -> Driver; 2] = [
        |cloud| DRIVERS_IN[0](&cloud.settings(), cloud.variables.clone()).0,
        |cloud| DRIVERS_IN[1](&cloud.settings(), cloud.variables.clone()).0,
    ];
    for (driver, start) in ["ureq", "hyper"].into_iter().zip(starts) {
        let home = Home::new(&format!("{name} {driver}"), token);
        test(&home, home.cloud(), start);
    }
}

fn renewals(cloud: &Cloud) -> usize {
    cloud.service.requests("/token").len()
}

#[test]
fn a_token_that_is_good_is_taken_as_it_is() {
    let token = token("signed-in", &in_time(HOUR));
    each("good", &token, |home, cloud, start| {
        let cloud = cloud.mount(portal("signed-in"));
        describe(&start(&cloud)).unwrap();
        assert_eq!(cloud.signers(), ["SSO"]);
        assert_eq!(home.kept(), token);
    });
}

#[test]
fn a_token_that_has_ended_is_renewed_and_kept_for_others() {
    let token = token("signed-in", &over());
    each("renewed", &token, |home, cloud, start| {
        let cloud = cloud.mount(portal("renewed")).mount(oidc(created()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(home.file(), open).unwrap();
        }
        // The second one comes later, as another process would.
        for _ in 0..2 {
            describe(&start(&cloud)).unwrap();
        }
        assert_eq!(cloud.signers(), ["SSO", "SSO"]);
        assert_eq!(renewals(&cloud), 1);

        let mut kept = home.kept();
        let ends: Timestamp = kept["expiresAt"].as_str().unwrap().parse().unwrap();
        let left = ends.seconds() - Timestamp::from(SystemTime::now()).seconds();
        assert!((28_700..=28_800).contains(&left), "{kept}");
        assert_eq!(kept["accessToken"], "renewed");
        assert_eq!(kept["refreshToken"], "hunter2 again");
        for changed in ["accessToken", "expiresAt", "refreshToken"] {
            kept[changed] = token[changed].clone();
        }
        assert_eq!(kept, token, "all else is as it was");
        let names = std::fs::read_dir(home.cache()).unwrap();
        assert_eq!(names.count(), 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = home.file().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    });
}

#[test]
fn two_callers_renew_once() {
    let token = token("signed-in", &over());
    each("once", &token, |_, cloud, start| {
        let slow = created().set_delay(Duration::from_millis(20));
        let cloud = cloud.mount(portal("renewed")).mount(oidc(slow));
        let describe_stream = || DescribeStream {
            stream_name: Some("cam".to_owned()),
            ..DescribeStream::default()
        };
        match start(&cloud) {
            Driver::Hyper(runtime, client) => runtime.block_on(async {
                let (one, other) = (client.clone(), client);
                let one = tokio::spawn(async move { one.send(describe_stream()).await.is_ok() });
                other.send(describe_stream()).await.unwrap();
                assert!(one.await.unwrap());
            }),
            Driver::Ureq(client) => thread::scope(|scope| {
                let one = scope.spawn(|| client.send(describe_stream()).is_ok());
                client.send(describe_stream()).unwrap();
                assert!(one.join().unwrap());
            }),
            Driver::Smithy(..) => panic!("it is no driver"),
        }
        assert_eq!(renewals(&cloud), 1);
        assert_eq!(cloud.signers(), ["SSO", "SSO"]);
    });
}

#[test]
fn a_refusal_says_what_to_do_and_leaves_the_file_alone() {
    let token = token("signed-in", &over());
    each("refused", &token, |home, cloud, start| {
        let cloud = cloud.mount(portal("signed-in")).mount(oidc(refusal()));
        let before = std::fs::read(home.file()).unwrap();
        let driver = start(&cloud);
        for _ in 0..2 {
            let told = describe(&driver).unwrap_err().to_string();
            let expected = format!(
                "the token in {} ended at {}, and cannot be renewed ({}/token answers with \
                 invalid_grant (HTTP 400)): sign in with `aws sso login --profile lab`",
                text(&home.file()),
                over(),
                cloud.service.url(),
            );
            assert!(told.ends_with(&expected), "{told}");
        }
        assert_eq!(renewals(&cloud), 1, "it is not tried again at once");
        assert_eq!(std::fs::read(home.file()).unwrap(), before);
    });
}

#[test]
fn a_token_serves_to_its_end_when_it_cannot_be_renewed() {
    let token = token("signed-in", &in_time(Duration::from_secs(120)));
    each("ending", &token, |home, cloud, start| {
        let cloud = cloud.mount(portal("signed-in")).mount(oidc(refusal()));
        describe(&start(&cloud)).unwrap();
        assert_eq!(renewals(&cloud), 1);
        assert_eq!(home.kept(), token);
    });
}

#[test]
fn a_registration_that_has_ended_renews_nothing() {
    let mut token = token("signed-in", &over());
    token["registrationExpiresAt"] = "2020-02-02T00:00:00Z".into();
    each("unregistered", &token, |home, cloud, start| {
        let cloud = cloud.mount(oidc(created()));
        let told = describe(&start(&cloud)).unwrap_err().to_string();
        let expected = "(the registration beside it ended at 2020-02-02T00:00:00Z): \
                        sign in with `aws sso login --profile lab`";
        assert!(told.ends_with(expected), "{told}");
        assert_eq!(renewals(&cloud), 0);
        assert_eq!(home.kept(), token);
    });
}

/// Keeps what it is told.
#[derive(Debug, Clone, Default)]
struct Watch(Arc<Mutex<Vec<Notice>>>);

impl Observer for Watch {
    fn observe(&self, _: &Event<'_>) {}

    fn notice(&self, notice: &Notice) {
        self.0.lock().unwrap().push(notice.clone());
    }
}

/// The name of the file is as long as names may be, so that none that is longer can stand beside it.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_is_told_and_stops_nothing() {
    const LONGEST: usize = 4_095;
    let fixed = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("sso/.aws/sso/cache")
        .join(NAME);
    let mut left = LONGEST - 2 - text(&fixed).len();
    let mut folder = PathBuf::from("sso");
    while left > 0 {
        let name = left.min(200);
        folder.push("x".repeat(name));
        // There is a slash before each.
        left = left.saturating_sub(name + 1);
    }
    let token = token("signed-in", &over());
    for start in 0..2 {
        let home = Home::below(&folder, &token);
        let cloud = home.cloud();
        let cloud = cloud.mount(portal("renewed")).mount(oidc(created()));
        let (watch, variables) = (Watch::default(), cloud.variables.clone());
        let lookup = move |name: &str| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(value.clone())
        };
        let operation = DescribeStream {
            stream_name: Some("cam".to_owned()),
            ..DescribeStream::default()
        };
        if start == 0 {
            let client = kvs_ureq::Client::builder(&cloud.settings())
                .environment(lookup)
                .observer(watch.clone());
            client.build().unwrap().send(operation).unwrap();
        } else {
            let client = kvs_hyper::Client::builder(&cloud.settings())
                .environment(lookup)
                .observer(watch.clone());
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let client = client.build().unwrap();
            runtime.unwrap().block_on(client.send(operation)).unwrap();
        }
        let notices = watch.0.lock().unwrap();
        let [Notice::NotStored { path, why }] = &notices[..] else {
            panic!("{notices:?}")
        };
        assert_eq!(*path, home.file());
        assert!(why.starts_with("cannot be written: "), "{why}");
        assert_eq!(home.kept(), token);
    }
}
