//! The generator's example, which uses all that the generator supports, compiles and works.

#[path = "../../../codegen/tests/golden/zoo.rs"]
pub mod zoo;

use kvs_api::protocol::http::Response;
use kvs_api::protocol::restjson::ErrorReply;
use kvs_api::protocol::{Operation, ServiceError};
use zoo::{Animal, AnimalKind, Cage, Exception, FeedAnimal, ListAnimals};

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
