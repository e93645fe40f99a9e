//! The generator's example of a rule set, compiled and run.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may say so by a panic"
)]

#[path = "../../../codegen/tests/rules/lighthouse.rs"]
pub mod lighthouse;

use kvs_protocol::rules::{BuiltIns, Endpoint, Property, Unresolved};
use lighthouse::{Parameters, resolve};

fn parameters<'a>() -> Parameters<'a> {
    Parameters {
        region: Some("eu-west-1"),
        ..Parameters::default()
    }
}

#[track_caller]
fn url(parameters: &Parameters<'_>) -> String {
    resolve(parameters).unwrap().url().to_owned()
}

fn refused(parameters: &Parameters<'_>) -> Unresolved {
    resolve(parameters).unwrap_err()
}

fn with_endpoint<'a>(endpoint: &'a str, bucket: Option<&'a str>) -> Parameters<'a> {
    Parameters {
        endpoint: Some(endpoint),
        bucket,
        ..parameters()
    }
}

#[test]
fn defaults_and_what_is_required() {
    let parameters = Parameters::default();
    assert!(parameters.lit && !parameters.use_fips);
    assert_eq!(parameters.account_mode, "preferred");
    assert_eq!(parameters.ports, ["a", "b"]);
    assert_eq!(refused(&parameters), Unresolved::Missing("Region"));
}

#[test]
fn the_settings_of_a_client() {
    let built_ins = BuiltIns {
        region: Some("a"),
        use_fips: true,
        use_dual_stack: false,
        endpoint: Some("b"),
    };
    let expected = Parameters {
        region: Some("a"),
        use_fips: true,
        use_dual_stack: Some(false),
        endpoint: Some("b"),
        ..Parameters::default()
    };
    assert_eq!(Parameters::from(built_ins), expected);
}

#[test]
fn urls() {
    assert_eq!(url(&with_endpoint("http://h:1/a", None)), "http://h:1/a");
    let local = resolve(&with_endpoint("http://h", None)).unwrap();
    let expected = Endpoint::new("http://h")
        .with_property("local", true)
        .with_property("count", 2_i64);
    assert_eq!(local, expected);
    let bucket = resolve(&with_endpoint("http://h:1/a", Some("b/c"))).unwrap();
    assert_eq!(bucket.url(), "http://h:1/a/b%2Fc");
    assert_eq!(
        bucket.headers()["x-bucket"],
        ["b%2Fc", "b/c", "of eu-west-1"]
    );
    let refused = |endpoint| refused(&with_endpoint(endpoint, None)).to_string();
    assert_eq!(refused("http://[::1]:1"), "{[::1]:1} is an address");
    assert_eq!(refused("http://h//"), "a path of slashes alone");
}

#[test]
fn a_tree_that_no_rule_of_its_own_ends_has_no_endpoint() {
    let arn = "arn:aws-cn:sea:cn-north-1:1:a/b";
    let parameters = Parameters {
        arn: Some(arn),
        use_fips: true,
        r#type: Some("not reached"),
        ..parameters()
    };
    // The partitions differ, so that it is for the second rule to tell: the last element but one.
    assert_eq!(refused(&parameters), Unresolved::refused("a"));
    let no_host = "arn:aws-cn:no host:cn-north-1:1:a/b";
    let parameters = Parameters {
        arn: Some(no_host),
        ..parameters
    };
    assert_eq!(refused(&parameters), Unresolved::NoRule);
}

#[test]
fn arns() {
    let parameters = Parameters {
        arn: Some("arn:aws:sea:us-east-2:1:ship/kim"),
        use_fips: true,
        ..parameters()
    };
    let endpoint = resolve(&parameters).unwrap();
    assert_eq!(
        endpoint.url(),
        "https://kim.1.sea-fips.us-east-2.amazonaws.com"
    );
    assert_eq!(endpoint.properties()["backend"], "of aws".into());
    let scheme = endpoint.auth_scheme("sigv4").unwrap();
    assert_eq!(scheme["signingRegion"], "us-east-2".into());
    assert_eq!(scheme["disableDoubleEncoding"], true.into());
    let set = Property::list(["*".into(), "us-east-1".into()]);
    assert_eq!(
        endpoint.auth_scheme("sigv4a").unwrap()["signingRegionSet"],
        set
    );
}

#[test]
fn buckets() {
    let with_bucket = |bucket, lit| Parameters {
        bucket: Some(bucket),
        lit,
        ..parameters()
    };
    assert_eq!(url(&with_bucket("a.b.c", true)), "https://c-lit.a.b.c%2F");
    assert_eq!(url(&with_bucket("abc", false)), "https://bc.abc%2F");
    let fips = Parameters {
        use_fips: true,
        r#type: Some("light"),
        ..with_bucket("abc", false)
    };
    assert_eq!(url(&fips), "https://bc.light");
    let dark = Unresolved::refused("bc is dark");
    assert_eq!(refused(&Parameters { lit: true, ..fips }), dark);
    assert_eq!(
        refused(&Parameters {
            r#type: None,
            ..fips
        }),
        dark
    );
}

#[test]
fn choices() {
    let bright = |lit, use_fips| {
        let parameters = Parameters {
            lit,
            use_fips,
            ..parameters()
        };
        refused(&parameters) == Unresolved::refused("bright")
    };
    assert!(bright(true, true));
    assert!(!bright(true, false) && !bright(false, true) && !bright(false, false));
}

#[test]
fn lists_and_what_may_be_absent() {
    let ships = Parameters {
        names: Some(&["kim", "lee"]),
        use_dual_stack: Some(true),
        ..parameters()
    };
    assert_eq!(url(&ships), "https://kim.a.api.aws");
    let typed = Parameters {
        names: Some(&[]),
        r#type: Some("tug"),
        ..ships
    };
    assert_eq!(url(&typed), "https://tug.a.api.aws");
    for use_dual_stack in [None, Some(false)] {
        let why = Unresolved::refused("tug in \"eu-west-1\"\n");
        assert_eq!(
            refused(&Parameters {
                use_dual_stack,
                ..typed
            }),
            why
        );
    }
    assert_eq!(
        refused(&Parameters {
            ports: &[],
            ..ships
        }),
        Unresolved::NoRule
    );
    assert_eq!(
        refused(&Parameters {
            names: None,
            ..ships
        }),
        Unresolved::NoRule
    );
}
