//! One source after the other.

use wiremock::matchers::{body_string_contains, header, header_exists, header_regex, method, path};

use super::*;

#[test]
fn the_environment() {
    let cloud = Cloud::new()
        .set("AWS_ACCESS_KEY_ID", "ENV")
        .set("AWS_SECRET_ACCESS_KEY", "secret")
        .set("AWS_SESSION_TOKEN", "token");
    cloud.gives("ENV");
    let requests = cloud.service.requests("/describeStream");
    assert_eq!(requests[0].headers["x-amz-security-token"], "token");
}

#[test]
fn shared_files() {
    let config = file("files/config", "[profile lab]\nregion = r\n");
    let keys = "[lab]\naws_access_key_id = LAB\naws_secret_access_key = secret\n";
    let credentials = file("files/credentials", keys);
    let cloud = Cloud::new()
        .set("AWS_CONFIG_FILE", text(&config))
        .set("AWS_SHARED_CREDENTIALS_FILE", text(&credentials))
        .set("AWS_PROFILE", "lab");
    cloud.gives("LAB");
}

#[cfg(unix)]
#[test]
fn a_program() {
    let written = r#"{"Version":1,"AccessKeyId":"PROGRAM","SecretAccessKey":"secret"}"#;
    let written = text(&file("process/written by.json", written));
    let config = format!("[default]\ncredential_process = cat '{written}'\n");
    let cloud = Cloud::new().set("AWS_CONFIG_FILE", text(&file("process/config", &config)));
    cloud.gives("PROGRAM");

    let config = "[default]\ncredential_process = cat /absent/file\n";
    let cloud = Cloud::new().set("AWS_CONFIG_FILE", text(&file("process/bad", config)));
    for (driver, _) in cloud.drivers() {
        let told = describe(&driver).unwrap_err().to_string();
        let expected = "credential_process (cat) failed (exit status: 1): cat: /absent/file";
        assert!(told.contains(expected), "{told}");
    }
}

const ROLES: &str = "\
[default]
role_arn = arn:aws:iam::1:role/outer
source_profile = middle
external_id = 42
[profile middle]
role_arn = arn:aws:iam::1:role/inner
credential_source = Environment
";

#[test]
fn roles_in_a_chain() {
    let sts = |role: &str, signer: &str| {
        Mock::given(method("POST"))
            .and(path("/sts/"))
            .and(header("content-type", "application/x-www-form-urlencoded"))
            .and(body_string_contains(
                "Version=2011-06-15&Action=AssumeRole&",
            ))
            .and(body_string_contains(format!(
                "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2F{role}&"
            )))
            .and(header_regex(
                "authorization",
                &format!("^AWS4-HMAC-SHA256 Credential={signer}/.*/eu-west-1/sts/aws4_request"),
            ))
    };
    let cloud = Cloud::new()
        .mount(sts("inner", "ENV").respond_with(assumed("AssumeRole", "INNER")))
        .mount(
            sts("outer", "INNER")
                .and(header("x-amz-security-token", "token"))
                .and(body_string_contains("&ExternalId=42"))
                .respond_with(assumed("AssumeRole", "OUTER")),
        );
    let endpoint = format!("{}/sts", cloud.service.url());
    let services = format!("[services local]\nsts =\n  endpoint_url = {endpoint}\n");
    let config = ROLES.replace("external_id", "services = local\nexternal_id") + &services;
    let cloud = cloud
        .set("AWS_CONFIG_FILE", text(&file("roles/config", &config)))
        .set("AWS_ACCESS_KEY_ID", "ENV")
        .set("AWS_SECRET_ACCESS_KEY", "secret");
    // A profile that is named goes before keys in the environment.
    for start in DRIVERS_IN {
        let mut settings = cloud.settings();
        settings.sources.as_mut().unwrap().profile = Some("default".to_owned());
        let (driver, _) = start(&settings, cloud.variables.clone());
        describe(&driver).unwrap();
    }
    assert_eq!(cloud.signers(), ["OUTER", "OUTER"]);
}

#[test]
fn a_role_that_is_refused_is_told() {
    let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>\
                   not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>";
    let answer = ResponseTemplate::new(403).set_body_raw(refusal, "text/xml");
    let cloud = Cloud::new().mount(Mock::given(path("/")).respond_with(answer));
    let config = ROLES.replace("credential_source = Environment", "source_profile = keys")
        + "[profile keys]\naws_access_key_id = A\naws_secret_access_key = hunter2\n";
    let url = cloud.service.url();
    let cloud = cloud
        .set("AWS_CONFIG_FILE", text(&file("refused/config", &config)))
        .set("AWS_ENDPOINT_URL_STS", url);
    for (driver, _) in cloud.drivers() {
        let error = describe(&driver).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains("environment: AWS_ACCESS_KEY_ID is not set"),
            "{told}"
        );
        let expected = "for the role arn:aws:iam::1:role/inner: AccessDenied (HTTP 403): \
                        not authorized to perform: sts:AssumeRole";
        assert!(told.ends_with(expected), "{told}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[test]
fn web_identity() {
    let cloud = Cloud::new().mount(
        Mock::given(method("POST"))
            .and(path("/"))
            .and(body_string_contains(
                "Action=AssumeRoleWithWebIdentity&RoleArn=arn&",
            ))
            .and(body_string_contains("&WebIdentityToken=ey.J.0"))
            .respond_with(assumed("AssumeRoleWithWebIdentity", "WEB")),
    );
    let url = cloud.service.url();
    let cloud = cloud
        .set("AWS_ENDPOINT_URL_STS", url)
        .set("AWS_ROLE_ARN", "arn")
        .set(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            text(&file("web/token", "ey.J.0\n")),
        );
    cloud.gives("WEB");
}

#[test]
fn a_container() {
    let pod = Mock::given(method("GET"))
        .and(path("/v1/credentials"))
        .and(header("authorization", "from-file"))
        .respond_with(document("POD"));
    let cloud = Cloud::new().mount(pod);
    let url = format!("{}/v1/credentials", cloud.service.url());
    let cloud = cloud.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url).set(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        text(&file("pod/token", "from-file\n")),
    );
    cloud.gives("POD");
}

#[test]
fn an_instance() {
    const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
    let asked = |at: &str| {
        Mock::given(method("GET"))
            .and(path(at))
            .and(header("x-aws-ec2-metadata-token", "t0k"))
    };
    let token = Mock::given(method("PUT"))
        .and(path("/latest/api/token"))
        .and(header_exists("x-aws-ec2-metadata-token-ttl-seconds"))
        .respond_with(ResponseTemplate::new(200).set_body_string("t0k"));
    let names = ResponseTemplate::new(200).set_body_string("camera-role");
    let cloud = Cloud::new()
        .mount(token)
        .mount(asked(ROLES).respond_with(names))
        .mount(asked(&format!("{ROLES}camera-role")).respond_with(document("HOST")));
    let url = cloud.service.url();
    let cloud = cloud
        .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        .set("AWS_EC2_METADATA_DISABLED", "false");
    cloud.gives("HOST");
}

#[test]
fn without_any_every_source_says_why() {
    let cloud = Cloud::new();
    for (driver, _) in cloud.drivers() {
        let error = describe(&driver).unwrap_err();
        assert_eq!(error.attempts, 0);
        assert_eq!(
            error.to_string(),
            "DescribeStream: no credentials: \
             environment: AWS_ACCESS_KEY_ID is not set; \
             profile \"default\": is in neither shared file; \
             web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; \
             IoT: AWS_IOT_CORE_CREDENTIAL_ENDPOINT is not set; \
             container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor \
             AWS_CONTAINER_CREDENTIALS_FULL_URI is set; \
             instance metadata: AWS_EC2_METADATA_DISABLED is set"
        );
    }
    assert!(cloud.signers().is_empty());
}

#[test]
fn what_no_request_can_carry_is_not_sent() {
    let cloud = Cloud::new()
        .set("AWS_ACCESS_KEY_ID", "ENV")
        .set("AWS_SECRET_ACCESS_KEY", "secret")
        .set("AWS_SESSION_TOKEN", "hunter2\r");
    for (driver, _) in cloud.drivers() {
        let told = describe(&driver).unwrap_err().to_string();
        let expected = "no credentials: environment: AWS_SESSION_TOKEN has a line break in it, \
                        and no request can carry that";
        assert!(told.ends_with(expected), "{told}");
    }
    assert!(cloud.signers().is_empty());
}

#[test]
fn what_the_caller_gives_and_no_request_can_carry_is_refused() {
    let cloud = Cloud::new();
    let mut settings = cloud.settings();
    settings.credentials = Some(Credentials::new("CODE", "hunter2\n"));
    let why = "the secret access key has a line break in it, and no request can carry that";
    let expected = format!("the settings' credentials are of no use: {why}");
    let refused = [
        kvs_ureq::Client::new(&settings).unwrap_err(),
        kvs_hyper::Client::new(&settings).unwrap_err(),
    ];
    for invalid in refused {
        assert_eq!(invalid.to_string(), expected);
    }
    // A provider may give others the next time.
    let (driver, _) = CLIENTS[2](&settings);
    let told = describe(&driver).unwrap_err().to_string();
    let expected = format!("what the provider gave is of no use: {why}");
    assert!(told.ends_with(&expected), "{told}");
    assert!(cloud.signers().is_empty());
}
