//! One service in both formats gives one IR, as far as both can say it.

use kvs_codegen::ir::Service;
use kvs_codegen::{Input, Source, read};

const AST: &str = r#"{ "smithy": "2.0", "shapes": {
  "ns#Farm": { "type": "service", "version": "1", "operations": [{ "target": "ns#Milk" }],
    "traits": { "aws.api#service": { "sdkId": "Farm", "endpointPrefix": "farm" },
      "aws.auth#sigv4": { "name": "farmer" }, "smithy.api#title": "The Farm", "aws.protocols#restJson1": {} } },
  "ns#Milk": { "type": "operation", "input": { "target": "ns#MilkInput" }, "output": { "target": "ns#MilkOutput" },
    "errors": [{ "target": "ns#Dry" }],
    "traits": { "smithy.api#http": { "method": "POST", "uri": "/milk/{Cow}?now", "code": 201 },
      "smithy.api#endpoint": { "hostPrefix": "{Farm}." }, "smithy.api#optionalAuth": {},
      "aws.protocols#httpChecksum": { "requestAlgorithmMember": "Sum", "requestChecksumRequired": true }, "smithy.api#requestCompression": { "encodings": ["gzip"] },
      "smithy.api#paginated": { "inputToken": "Token", "outputToken": "Token", "items": "Cans", "pageSize": "Most" } } },
  "ns#MilkInput": { "type": "structure", "members": {
    "Cow": { "target": "ns#Text", "traits": { "smithy.api#httpLabel": {}, "smithy.api#required": {} } },
    "Farm": { "target": "ns#Text", "traits": { "smithy.api#hostLabel": {} } },
    "Most": { "target": "ns#Count", "traits": { "smithy.api#httpQuery": "most" } },
    "Rest": { "target": "ns#Map", "traits": { "smithy.api#httpQueryParams": {} } },
    "Tags": { "target": "ns#Map", "traits": { "smithy.api#httpPrefixHeaders": "x-tag-" } },
    "At": { "target": "ns#Moment", "traits": { "smithy.api#httpHeader": "x-at" } },
    "Once": { "target": "ns#Text", "traits": { "smithy.api#idempotencyToken": {} } },
    "Token": { "target": "ns#Text", "traits": { "smithy.api#jsonName": "token" } } } },
  "ns#MilkOutput": { "type": "structure", "members": {
    "Cans": { "target": "ns#Cans" }, "Token": { "target": "ns#Text" },
    "Status": { "target": "ns#Count", "traits": { "smithy.api#httpResponseCode": {} } } } },
  "ns#Cans": { "type": "list", "member": { "target": "ns#Can" }, "traits": { "smithy.api#sparse": {} } },
  "ns#Can": { "type": "union", "members": {
    "Litres": { "target": "ns#Number" }, "Bytes": { "target": "ns#Bytes" }, "Any": { "target": "ns#Any" },
    "Kind": { "target": "ns#Kind" } } },
  "ns#Map": { "type": "map", "key": { "target": "ns#Text" }, "value": { "target": "ns#Text" },
    "traits": { "smithy.api#length": { "max": 9 } } },
  "ns#Text": { "type": "string", "traits": { "smithy.api#length": { "min": 1, "max": 5 }, "smithy.api#pattern": "^a$",
    "smithy.api#sensitive": {} } },
  "ns#Count": { "type": "integer", "traits": { "smithy.api#range": { "min": 1 } } },
  "ns#Number": { "type": "double" }, "ns#Bytes": { "type": "blob" }, "ns#Any": { "type": "document" },
  "ns#Moment": { "type": "timestamp", "traits": { "smithy.api#timestampFormat": "date-time" } },
  "ns#Kind": { "type": "enum", "members": { "RAW": { "target": "smithy.api#Unit",
    "traits": { "smithy.api#enumValue": "raw" } } } },
  "ns#Dry": { "type": "structure", "members": { "message": { "target": "ns#Text" } },
    "traits": { "smithy.api#error": "server", "smithy.api#httpError": 503 } }
} }"#;

const C2J: &str = r#"{
  "metadata": { "apiVersion": "1", "endpointPrefix": "farm", "protocol": "rest-json", "serviceId": "Farm",
    "serviceFullName": "The Farm", "signingName": "farmer", "signatureVersion": "v4" },
  "operations": { "Milk": { "name": "Milk",
    "http": { "method": "POST", "requestUri": "/milk/{Cow}?now", "responseCode": 201 },
    "input": { "shape": "MilkInput" }, "output": { "shape": "MilkOutput" }, "errors": [{ "shape": "Dry" }],
    "endpoint": { "hostPrefix": "{Farm}." }, "authtype": "none", "httpChecksum": { "requestChecksumRequired": true },
    "requestcompression": { "encodings": ["gzip"] } } },
  "shapes": {
    "MilkInput": { "type": "structure", "required": ["Cow"], "members": {
      "Cow": { "shape": "Text", "location": "uri", "locationName": "Cow" },
      "Farm": { "shape": "Text", "hostLabel": true },
      "Most": { "shape": "Count", "location": "querystring", "locationName": "most" },
      "Rest": { "shape": "Map", "location": "querystring" },
      "Tags": { "shape": "Map", "location": "headers", "locationName": "x-tag-" },
      "At": { "shape": "Moment", "location": "header", "locationName": "x-at" },
      "Once": { "shape": "Text", "idempotencyToken": true },
      "Token": { "shape": "Text", "locationName": "token" } } },
    "MilkOutput": { "type": "structure", "members": {
      "Cans": { "shape": "Cans" }, "Token": { "shape": "Text" },
      "Status": { "shape": "Count", "location": "statusCode" } } },
    "Cans": { "type": "list", "member": { "shape": "Can" }, "sparse": true },
    "Can": { "type": "structure", "union": true, "members": {
      "Litres": { "shape": "Number" }, "Bytes": { "shape": "Bytes" }, "Any": { "shape": "Any" },
      "Kind": { "shape": "Kind" } } },
    "Map": { "type": "map", "key": { "shape": "Text" }, "value": { "shape": "Text" }, "max": 9 },
    "Text": { "type": "string", "min": 1, "max": 5, "pattern": "^a$", "sensitive": true },
    "Count": { "type": "integer", "min": 1, "box": true },
    "Number": { "type": "double", "box": true }, "Bytes": { "type": "blob" },
    "Any": { "type": "structure", "members": {}, "document": true },
    "Moment": { "type": "timestamp", "timestampFormat": "iso8601" },
    "Kind": { "type": "string", "enum": ["raw"] },
    "Dry": { "type": "structure", "members": { "message": { "shape": "Text" } }, "exception": true, "fault": true,
      "error": { "httpStatusCode": 503 } }
  } }"#;

const PAGINATORS: &str = r#"{ "pagination": { "Milk": {
  "input_token": "Token", "output_token": "Token", "result_key": "Cans", "limit_key": "Most" } } }"#;

fn source(text: &str) -> Source<'_> {
    Source {
        path: "farm.json",
        text,
    }
}

fn service(model: &str, paginators: Option<&str>) -> Result<Service, String> {
    let (model, paginators) = (source(model), paginators.map(source));
    let input = Input {
        model,
        paginators,
        endpoint_rules: None,
        overlay: None,
    };
    read(&input).map_err(|e| e.to_string())
}

#[test]
fn both_formats_give_one_service() {
    assert_eq!(service(AST, None), service(C2J, Some(PAGINATORS)));
}

#[test]
fn c2j_that_is_broken_is_refused_with_its_place() {
    let refused = |from: &str, to: &str| {
        assert!(C2J.contains(from), "{from}");
        service(&C2J.replacen(from, to, 1), None).unwrap_err()
    };
    let cases = [
        (
            r#""shape": "Kind" }"#,
            r#""shape": "Sort" }"#,
            "farm.json: shape `Can`, member `Kind`: refers to `Sort`, which is not in the model: add it, or correct \
             the name",
        ),
        (
            r#""required": ["Cow"]"#,
            r#""required": ["Goat"]"#,
            "farm.json: shape `MilkInput`, member `Goat`: is required or the payload, but no member",
        ),
        (
            r#""rest-json""#,
            r#""query""#,
            "farm.json: a protocol other than `rest-json`, here `query`, is not supported yet: teach the generator, \
             or leave it out",
        ),
        (
            r#""type": "double""#,
            r#""type": "tensor""#,
            "farm.json: shape `Number`: a shape of type `tensor` is not supported yet: teach the generator, or leave \
             it out",
        ),
        (
            r#""iso8601""#,
            r#""stardate""#,
            "farm.json: shape `Moment`: the timestamp format `stardate` is not supported yet: teach the generator, or \
             leave it out",
        ),
    ];
    for (from, to, problem) in cases {
        assert_eq!(refused(from, to), problem);
    }
    let odd = refused(r#""hostLabel": true"#, r#""hostLable": true"#);
    assert!(
        odd.contains("unknown field `hostLable`") && odd.contains("at line"),
        "{odd}"
    );
    let cut = service(C2J.get(..400).unwrap(), None).unwrap_err();
    assert!(cut.starts_with("farm.json: this is not a"), "{cut}");
}

#[test]
fn operations_with_event_streams_are_left_out_by_name() {
    let events = C2J.replacen(
        r#""union": true, "members": {"#,
        r#""eventstream": true, "members": {"#,
        1,
    );
    let events = events.replacen(
        r#""Cans": { "shape": "Cans" }"#,
        r#""Cans": { "shape": "Can" }"#,
        1,
    );
    let service = service(&events, None).unwrap();
    assert!(service.operations.is_empty() && service.shapes.is_empty());
    let left_out: Vec<_> = service
        .left_out
        .iter()
        .map(|left| (left.operation.as_str(), left.reason.as_str()))
        .collect();
    assert_eq!(left_out, [("Milk", "event stream `Cans` in the output")]);
}
