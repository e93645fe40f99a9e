//! Answers without what differs between two that mean the same.

use serde_json::{Value, json};

/// The stream that a client makes for itself.
pub(super) fn own_stream(client: &str) -> String {
    format!("made-by-{client}")
}

/// A payload without how many milliseconds behind its fragments were sent.
pub(super) fn timeless(mut payload: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"AWS_KINESISVIDEO_MILLIS_BEHIND_NOW";
    /// Between a tag's name and its value: the element's number and its size.
    const HEAD: usize = 3;
    let names = payload.windows(NAME.len()).enumerate();
    let names = names.filter(|(_, window)| *window == NAME);
    let values: Vec<usize> = names.map(|(at, _)| at + NAME.len() + HEAD).collect();
    for at in values {
        let value = payload.iter_mut().skip(at);
        value
            .take_while(|byte| byte.is_ascii_digit())
            .for_each(|digit| *digit = b'0');
    }
    payload
}

/// An answer without what differs between two that mean the same: moments of creation, names that
/// are a client's own, and how finely a time is written.
pub(super) fn normal(value: &Value, own: Option<&str>) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, value)| {
                !value.is_null() && !["CreationTime", "Version"].contains(&name.as_str())
            });
            let member = |(name, value): (&String, &Value)| (name.clone(), normal(value, own));
            Value::Object(members.map(member).collect())
        }
        Value::Array(items) => items.iter().map(|item| normal(item, own)).collect(),
        Value::Number(number) => {
            let millis = number.as_f64().map(|number| (number * 1e3).round());
            json!(millis)
        }
        Value::String(text) => json!(without_own(text, own)),
        other => other.clone(),
    }
}

/// A text without the client's own stream, the moment at the end of an ARN, and a session's token.
fn without_own(text: &str, own: Option<&str>) -> String {
    let text = own.map_or_else(|| text.to_owned(), |own| text.replace(own, "$OWN"));
    match text.rsplit_once('/') {
        Some((arn, moment)) if arn.starts_with("arn:") && moment.parse::<u64>().is_ok() => {
            arn.to_owned()
        }
        _ => match text.split_once("SessionToken=") {
            Some((url, _)) => url.to_owned(),
            None => text,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_behind_a_fragment_was_sent_does_not_count() {
        let of = |millis: &str| {
            let name = "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW";
            let size = char::from(u8::try_from(millis.len()).unwrap());
            format!("7 {name}D\u{7}{size}{millis}x7").into_bytes()
        };
        assert_eq!(timeless(of("123")), timeless(of("987")));
        assert_ne!(timeless(of("123")), timeless(of("1234")));
        assert_eq!(timeless(of("123")), of("000"));
    }

    #[test]
    fn what_is_each_ones_own_does_not_count() {
        let of = |client: &str, moment: u64, time: f64| {
            let arn = format!("arn:aws:kinesisvideo:us-east-1:1:stream/made-by-{client}/{moment}");
            normal(
                &json!({ "StreamARN": arn, "Version": client, "At": time, "Null": null }),
                Some(&own_stream(client)),
            )
        };
        assert_eq!(of("boto3", 5, 1.0004), of("aws", 6, 1.0));
        assert_ne!(of("boto3", 5, 1.001), of("aws", 6, 1.0));
        assert_eq!(
            without_own("https://a/b?SessionToken=x", None),
            "https://a/b?"
        );
    }
}
