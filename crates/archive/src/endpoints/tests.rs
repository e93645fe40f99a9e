use super::*;
use kvs_api::archived_media::{Exception, GetClip, ListFragments};
use kvs_api::protocol::{Interruption, Operation, Refusal};

fn endpoints(endpoint_url: Option<&str>) -> Endpoints {
    let mut settings = Settings::new("eu-west-1");
    settings.endpoint_url = endpoint_url.map(|url| url.parse().unwrap());
    Endpoints::new(&settings)
}

fn list(stream: &str) -> ListFragments {
    ListFragments {
        stream_name: Some(stream.to_owned()),
        ..ListFragments::default()
    }
}

fn locate(endpoints: &Endpoints, operation: &impl Operation) -> Location {
    let service = &kvs_api::archived_media::SERVICE;
    endpoints.locate(service, operation.route()).unwrap()
}

fn question(endpoints: &Endpoints, operation: &impl Operation) -> Question {
    match locate(endpoints, operation) {
        Location::Unknown(question) => question,
        Location::Known { .. } => panic!("known already"),
    }
}

fn answer(endpoint: &str) -> GetDataEndpointOutput {
    let mut answer = GetDataEndpointOutput::default();
    answer.data_endpoint = Some(endpoint.to_owned());
    answer
}

fn error(kind: ErrorKind<Exception>) -> Error<Exception> {
    Error {
        operation: "ListFragments",
        attempts: 1,
        kind,
    }
}

fn refused(status: u16) -> Error<Exception> {
    error(ErrorKind::Refused(Box::new(Refusal {
        error: Exception::Unmodelled,
        status: StatusCode::from_u16(status).unwrap(),
        code: String::new(),
        message: String::new(),
        request_id: None,
    })))
}

#[test]
fn an_endpoint_is_asked_for_once_for_each_api_and_stream() {
    let mut endpoints = endpoints(None);
    let asked = question(&endpoints, &list("a"));
    assert_eq!(asked.operation().api_name, Some(ApiName::ListFragments));
    let target = endpoints
        .learn(
            asked,
            answer("https://b-1.kinesisvideo.eu-west-1.amazonaws.com"),
        )
        .unwrap();
    assert_eq!(target.scope.region, "eu-west-1");
    match locate(&endpoints, &list("a")) {
        Location::Known { target, remembered } => {
            assert_eq!(
                target.origin.host(),
                "b-1.kinesisvideo.eu-west-1.amazonaws.com"
            );
            assert!(remembered);
        }
        Location::Unknown(_) => panic!("not kept"),
    }
    question(&endpoints, &list("b"));
    let clip = GetClip {
        stream_name: Some("a".to_owned()),
        ..GetClip::default()
    };
    question(&endpoints, &clip);
}

#[test]
fn streams_are_named_by_name_or_arn() {
    let arn = "arn:aws:kinesisvideo:eu-west-1:111122223333:stream/door/1500000000000";
    let by_arn = ListFragments {
        stream_arn: Some(arn.to_owned()),
        ..ListFragments::default()
    };
    let asked = question(&endpoints(None), &by_arn);
    assert_eq!(asked.operation().stream_arn.as_deref(), Some(arn));
    assert_eq!(asked.operation().stream_name, None);
}

#[test]
fn only_aws_and_the_configured_origin_are_trusted() {
    let local = Some("http://127.0.0.1:4000");
    for (configured, endpoint, trusted) in [
        (
            None,
            "https://b-1.kinesisvideo.eu-west-1.amazonaws.com",
            true,
        ),
        (
            None,
            "https://b-1.kinesisvideo.cn-north-1.amazonaws.com.cn",
            true,
        ),
        (
            None,
            "http://b-1.kinesisvideo.eu-west-1.amazonaws.com",
            false,
        ),
        (
            None,
            "https://b-1.kinesisvideo.eusc-de-east-1.api.amazonwebservices.eu",
            true,
        ),
        (None, "https://evil.example", false),
        (None, "https://amazonaws.com.evil.example", false),
        (None, "https://evilamazonaws.com", false),
        (
            None,
            "https://user@b-1.kinesisvideo.eu-west-1.amazonaws.com",
            false,
        ),
        (None, "https://10.0.0.1", false),
        (None, "b-1.kinesisvideo.eu-west-1.amazonaws.com", false),
        (local, "http://127.0.0.1:4000", true),
        (local, "http://127.0.0.1:4001", false),
        (local, "https://127.0.0.1:4000", false),
        (
            local,
            "https://b-1.kinesisvideo.eu-west-1.amazonaws.com",
            true,
        ),
    ] {
        let mut endpoints = endpoints(configured);
        let asked = question(&endpoints, &list("a"));
        let learned = endpoints.learn(asked, answer(endpoint));
        assert_eq!(learned.is_ok(), trusted, "{endpoint}: {learned:?}");
    }
    let mut endpoints = endpoints(None);
    let asked = question(&endpoints, &list("a"));
    let error = endpoints.learn(asked, GetDataEndpointOutput::default());
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("DataEndpoint: is missing")
    );
}

#[test]
fn an_endpoint_that_fails_is_asked_for_anew() {
    let connect = Interruption::new(InterruptionKind::Connect, "refused");
    let broken = Interruption::new(InterruptionKind::Broken, "reset");
    for (error, forgotten) in [
        (refused(403), true),
        (refused(401), true),
        (refused(404), false),
        (refused(500), false),
        (error(ErrorKind::Interrupted(connect)), true),
        (error(ErrorKind::Interrupted(broken)), false),
    ] {
        let mut endpoints = endpoints(None);
        let operation = list("a");
        let asked = question(&endpoints, &operation);
        let endpoint = answer("https://b-1.kinesisvideo.eu-west-1.amazonaws.com");
        let target = endpoints.learn(asked, endpoint).unwrap();
        let older = Arc::new(Target::clone(&target));
        let route = operation.route();
        assert_eq!(endpoints.forget(route, &older, &error), forgotten);
        let known = matches!(locate(&endpoints, &operation), Location::Known { .. });
        assert!(known, "a newer one stays");
        assert_eq!(endpoints.forget(route, &target, &error), forgotten);
        let unknown = matches!(locate(&endpoints, &operation), Location::Unknown(_));
        assert_eq!(unknown, forgotten);
    }
}

#[test]
fn the_control_service_has_its_regional_endpoint_or_the_configured_one() {
    let host = |endpoints: &Endpoints| {
        let location = endpoints.locate(&kvs_api::video::SERVICE, Route::Regional);
        match location.unwrap() {
            Location::Known { target, remembered } => {
                assert!(!remembered);
                target.origin.to_string()
            }
            Location::Unknown(_) => panic!("not discovered"),
        }
    };
    let regional = "https://kinesisvideo.eu-west-1.amazonaws.com";
    assert_eq!(host(&endpoints(None)), regional);
    let local = "http://127.0.0.1:4000";
    assert_eq!(host(&endpoints(Some(local))), local);
    let mut settings = Settings::new("eu-west-1/evil");
    assert!(
        Endpoints::new(&settings)
            .locate(&kvs_api::video::SERVICE, Route::Regional)
            .is_err()
    );
    settings.region = "us-gov-west-1".to_owned();
    settings.use_fips_endpoint = true;
    let fips = "https://kinesisvideo-fips.us-gov-west-1.amazonaws.com";
    assert_eq!(host(&Endpoints::new(&settings)), fips);
    settings.use_dualstack_endpoint = true;
    let both = "https://kinesisvideo-fips.us-gov-west-1.api.aws";
    assert_eq!(host(&Endpoints::new(&settings)), both);
    settings.endpoint_url = local.parse().ok();
    let refused = Endpoints::new(&settings).locate(&kvs_api::video::SERVICE, Route::Regional);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "endpoint cannot be told: Invalid Configuration: FIPS and custom endpoint are not supported"
    );
    let settings = Settings::new("cn-north-1");
    let endpoints = Endpoints::new(&settings);
    assert_eq!(
        host(&endpoints),
        "https://kinesisvideo.cn-north-1.amazonaws.com.cn"
    );
}

#[test]
fn programs_are_called_what_they_call_themselves() {
    let mut settings = Settings::new("eu-west-1");
    settings.app_id = Some("door-cam".to_owned());
    let agent = |endpoints: Endpoints| {
        let located = endpoints.locate(ListFragments::SERVICE, Route::Regional);
        let Ok(Location::Known { target, .. }) = located else {
            panic!("it is in the region")
        };
        target.user_agent.to_str().unwrap().to_owned()
    };
    let ours = agent(Endpoints::new(&settings));
    assert!(
        ours.starts_with("kvs-rs/") && ours.ends_with(" app/door-cam"),
        "{ours}"
    );
    let other = Endpoints::new(&settings).with_user_agent(HeaderValue::from_static("x/1"));
    assert_eq!(agent(other), "x/1 app/door-cam");
}
