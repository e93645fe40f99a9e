//! The generator's example, which uses all that the generator supports, compiles and works.

/// Lies beside the model that it is generated from.
#[path = "../../../codegen/tests/golden"]
pub mod golden {
    pub mod zoo;
}

use golden::zoo::{
    Animal, AnimalKind, Cage, Exception, FeedAnimal, FindAnimal, Finding, Hunger, KnownBy,
    ListAnimals, PutFilm, PutPicture,
};
use kvs_api::protocol::http::Response;
use kvs_api::protocol::restjson::ErrorReply;
use kvs_api::protocol::rules::BuiltIns;
use kvs_api::protocol::{BigNumber, Blob, Operation, ServiceError, Target, Timestamp, Upload};

#[test]
fn absent_members_have_their_defaults() {
    let cage: Cage = serde_json::from_str("{}").unwrap();
    assert_eq!(cage, Cage::default());
    assert_eq!(cage.kind, AnimalKind::RedPanda);
    assert_eq!((cage.id, cage.doors, cage.open), (0, 4, true));
    assert_eq!((cage.width, cage.height), (2.5, 3.0));
    assert_eq!(
        (cage.name.as_str(), cage.code.0.as_str()),
        ("nameless", "0000")
    );
    assert_eq!(cage.cleaned.seconds(), 1_700_000_000);
    assert_eq!(cage.size, None, "a default that is taken back");
}

#[test]
fn what_the_service_would_take_for_granted_is_not_sent() {
    let animal = Animal::default();
    assert_eq!(serde_json::to_string(&animal).unwrap(), "{}");
    assert_eq!((animal.legs, animal.tame), (None, None));
}

#[test]
fn names_that_rust_has_taken_are_right_on_the_wire() {
    let weights = [(AnimalKind::RedPanda2, 1), (AnimalKind::_4legs, 2)];
    let animal = Animal {
        r#type: Some("cat".into()),
        self_: Some("me".into()),
        weights: Some(weights.into()),
        ..Animal::default()
    };
    let json = serde_json::to_value(&animal).unwrap();
    assert_eq!(json["Type"], "cat");
    assert_eq!(json["Self"], "me");
    assert_eq!(
        json["Weights"],
        serde_json::json!({ "RED-PANDA": 1, "4legs": 2 })
    );
    assert_eq!(serde_json::from_value::<Animal>(json).unwrap(), animal);
}

#[test]
fn what_is_sensitive_does_not_show() {
    let animal = Animal {
        chip: Some("c4t".to_owned().into()),
        ..Animal::default()
    };
    assert!(!format!("{animal:?}").contains("c4t"));
    assert_eq!(serde_json::to_value(&animal).unwrap()["Chip"], "c4t");
}

#[test]
fn headers_and_body_make_one_output() {
    let (head, ()) = Response::builder()
        .header("etag", "e1")
        .body(())
        .unwrap()
        .into_parts();
    let output = ListAnimals::decode(&head, br#"{"animals":[{}],"etag":"in vain"}"#).unwrap();
    assert_eq!(output.etag.as_deref(), Some("e1"));
    assert_eq!(output.animals, Some(vec![Animal::default()]));
    assert!(FeedAnimal::decode(&head, b"no JSON, and nobody asks for any").is_ok());
}

#[test]
fn members_of_errors_are_read() {
    let (head, ()) = Response::new(()).into_parts();
    let reply = ErrorReply::new(&head, br#"{"message":"no","Argument":"Legs"}"#);
    let error = Exception::decode("BadArgumentException", &reply);
    let Exception::BadArgument(bad) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (bad.message.as_deref(), bad.argument.as_deref()),
        (Some("no"), Some("Legs"))
    );
}

fn find() -> FindAnimal {
    FindAnimal {
        zoo: Some("town".into()),
        path: Some("cats/big one".into()),
        ..FindAnimal::default()
    }
}

#[test]
fn a_request_has_parts_outside_of_the_document() {
    let at = Timestamp::from_millis(1_700_000_000_000);
    let find = FindAnimal {
        kinds: Some(vec![AnimalKind::Lion, AnimalKind::RedPanda]),
        born_after: Some(at),
        more: Some(
            [
                ("kind".to_owned(), "in vain".to_owned()),
                ("x".into(), "y&z".into()),
            ]
            .into(),
        ),
        since: Some(at),
        until: Some(at.into()),
        names: Some(vec!["a".into(), "b,c".into()]),
        filter: Some("{}".into()),
        meta: Some([("Mood".to_owned(), "good".to_owned())].into()),
        ..find()
    };
    let request = find.encode().unwrap();
    assert_eq!(
        request.uri(),
        "/zoos/town/animals/cats/big%20one?find&sort=name&kind=LION&kind=red%20panda\
         &born=2023-11-14T22%3A13%3A20Z&x=y%26z"
    );
    let headers = [
        ("if-modified-since", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("x-until", "1700000000"),
        ("x-names", "a, \"b,c\""),
        ("x-filter", "e30="),
        ("x-meta-mood", "good"),
    ];
    for (name, value) in headers {
        assert_eq!(request.headers()[name], value, "{name}");
    }
    assert!(request.body().is_empty() && !request.headers().contains_key("content-type"));
    assert_eq!(find.host_prefix().unwrap(), "find.town.");
    const { assert!(!FindAnimal::IS_SIGNED) };
}

#[test]
fn an_answer_has_parts_outside_of_the_document() {
    let response = Response::builder()
        .status(203)
        .header("x-meta-a", "b")
        .header("x-filter", "e30=");
    let (head, ()) = response.body(()).unwrap().into_parts();
    let body =
        br#"{"Nome":"Ada","mother":{"Nome":"Eve"},"known":{"nr":4},"hunger":5,"seen":[1,null],
        "fed":"Tue, 14 Nov 2023 22:13:20 GMT","weight":"NaN","hairs":123456789012345678901234567890,
        "notes":[1,{}],"holes":["a",null],"gaps":{"a":null}}"#;
    let output = FindAnimal::decode(&head, body).unwrap();
    assert_eq!((output.status, output.age), (Some(203), 7));
    assert_eq!(output.meta, Some([("a".to_owned(), "b".to_owned())].into()));
    assert_eq!(output.filter.as_deref(), Some("{}"));
    let found = output.found.unwrap();
    let mother = Finding {
        name: Some("Eve".into()),
        ..Finding::default()
    };
    assert_eq!(found.mother.as_deref(), Some(&mother));
    assert_eq!(
        (found.known.as_deref(), found.hunger),
        (Some(&KnownBy::Number(4)), Some(Hunger::Hungry))
    );
    assert_eq!(found.seen.map(|seen| seen.len()), Some(1));
    assert_eq!(
        found.hairs,
        BigNumber::new("123456789012345678901234567890")
    );
    assert_eq!(found.holes, Some(vec![Some("a".to_owned()), None]));
    assert!(found.weight.is_some_and(f64::is_nan));
    assert_eq!(FindAnimal::decode(&head, b"").unwrap().found, None);
}

#[test]
fn variants_may_hold_nothing_or_be_unknown() {
    let read = |json: &str| serde_json::from_str::<KnownBy>(json);
    assert!(matches!(read(r#"{"nothing":{}}"#), Ok(KnownBy::Nothing(_))));
    assert!(matches!(
        read(r#"{"scent":1,"name":null}"#),
        Ok(KnownBy::Unknown(..))
    ));
    assert!(read("{}").is_err() && read(r#"{"nr":1,"name":"x"}"#).is_err());
}

#[test]
fn bodies_that_are_no_documents() {
    let put = PutPicture {
        picture: Some(Blob::from("png")),
        ..PutPicture::default()
    };
    let request = put.with_token("t").unwrap();
    assert_eq!(request.body(), "png");
    assert_eq!(request.headers()["content-type"], "image/png");
    assert_eq!(request.headers()["x-token"], "t");
    assert_eq!(
        request.headers()["x-amz-content-sha256"],
        "UNSIGNED-PAYLOAD"
    );
    assert!(request.headers().contains_key("content-md5"));
    assert!(!put.encode().unwrap().headers().contains_key("x-token"));
    let (head, ()) = Response::new(()).into_parts();
    assert_eq!(
        PutPicture::decode(&head, b"ok").unwrap().text.as_deref(),
        Some("ok")
    );
    let film = PutFilm::default().encode().unwrap();
    assert_eq!(film.headers()["content-type"], "application/octet-stream");
    const { assert!(PutFilm::NEEDS_LENGTH) };
}

#[test]
fn members_of_errors_travel_in_headers_too() {
    let (head, ()) = Response::builder()
        .header("retry-after", "9")
        .body(())
        .unwrap()
        .into_parts();
    let error = Exception::decode(
        "LostError",
        &ErrorReply::new(&head, br#"{"Message":"gone"}"#),
    );
    let Exception::LostError(lost) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (lost.message.as_deref(), lost.retry_after),
        (Some("gone"), Some(9))
    );
}

#[test]
fn errors_have_members_outside_of_the_document() {
    let response = Response::builder()
        .status(409)
        .header("X-Seen-North", "noon");
    let (head, ()) = response.body(()).unwrap().into_parts();
    let reply = ErrorReply::new(&head, br#"{"Id":7}"#);
    let error = Exception::decode("EscapedException", &reply);
    let Exception::Escaped(escaped) = error else {
        panic!("{error:?}")
    };
    assert_eq!(escaped.animal.unwrap().id, Some(7));
    assert_eq!(escaped.status, Some(409));
    assert_eq!(escaped.seen.unwrap().get("north").unwrap(), "noon");
    let (head, ()) = Response::new(()).into_parts();
    let error = Exception::decode("EscapedException", &ErrorReply::new(&head, b"<html>"));
    let Exception::Escaped(escaped) = error else {
        panic!("{error:?}")
    };
    assert_eq!((escaped.animal, escaped.seen), (None, None));
}

#[test]
fn an_operation_has_a_say_in_its_endpoint() {
    let built_ins = BuiltIns {
        region: Some("eu-west-1"),
        ..BuiltIns::default()
    };
    let list = ListAnimals {
        zoo_name: Some("town".into()),
        ..ListAnimals::default()
    };
    let target = Target::resolve_for(&list, built_ins).unwrap();
    assert_eq!(
        target.origin.to_string(),
        "https://town.summer.eu-west-1.zoo.example"
    );
    assert_eq!(target.scope.service, "indoors");
    let target = Target::resolve_for(&PutPicture::default(), built_ins).unwrap();
    assert_eq!(target.origin.to_string(), "https://zoo.eu-west-1.example");
    assert_eq!(target.scope.service, "zoosigner");
}

#[test]
fn inputs_are_checked_against_the_model() {
    let list = ListAnimals {
        zoo_name: Some("Town".into()),
        page_size: Some(0),
        ..ListAnimals::default()
    };
    let found: Vec<String> = list.check().iter().map(ToString::to_string).collect();
    let expected = [
        "zooARN or zooID is required but was not given",
        r#"zooName must match ^[a-z]+$, but is "Town""#,
        "pageSize must be 1 to 100, but is 0",
    ];
    assert_eq!(found, expected);
    let missing = FindAnimal {
        path: None,
        ..find()
    }
    .encode()
    .unwrap_err();
    assert_eq!(missing.to_string(), "path is required but was not given");
}
