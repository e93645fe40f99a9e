//! Tags, and what the service says in them.

use bytes::Bytes;

use crate::ebml::children::{Children, Malformed, text};
use crate::ebml::id;
use crate::fragment::{InBandError, Tag};
use crate::number::FragmentNumber;
use crate::timestamp::Timestamp;

const PREFIX: &str = "AWS_KINESISVIDEO_";

/// Tags in tags in tags: nobody nests this deep.
const DEEPEST: usize = 8;

/// The names and values of a Tags element, in order, nested ones after what they are in.
pub(super) fn parse(payload: &Bytes) -> Result<Vec<Tag>, Malformed> {
    let mut tags = Vec::new();
    for child in Children::of(payload) {
        let tag = child?;
        if tag.id == id::TAG {
            simple_tags(&tag.payload, DEEPEST, &mut tags)?;
        }
    }
    Ok(tags)
}

fn simple_tags(payload: &Bytes, depth: usize, tags: &mut Vec<Tag>) -> Result<(), Malformed> {
    let deeper = depth.checked_sub(1).ok_or(Malformed)?;
    for child in Children::of(payload) {
        let child = child?;
        if child.id == id::SIMPLE_TAG {
            tags.extend(simple_tag(&child.payload)?);
            simple_tags(&child.payload, deeper, tags)?;
        }
    }
    Ok(())
}

fn simple_tag(payload: &Bytes) -> Result<Option<Tag>, Malformed> {
    let mut name = String::new();
    let mut value = String::new();
    for child in Children::of(payload) {
        let child = child?;
        match child.id {
            id::TAG_NAME => name = text(&child.payload),
            id::TAG_STRING => value = text(&child.payload),
            id::TAG_BINARY => value = hex(&child.payload),
            _ => {}
        }
    }
    Ok((!name.is_empty()).then_some(Tag { name, value }))
}

fn hex(payload: &[u8]) -> String {
    payload.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the service says about a fragment.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) number: Option<FragmentNumber>,
    pub(super) server: Option<Timestamp>,
    pub(super) producer: Option<Timestamp>,
    pub(super) error: Option<InBandError>,
}

impl Service {
    /// Takes over what these tags say. Names occur in the spelling of the captures and in that of
    /// the documentation.
    pub(super) fn note(&mut self, tags: &[Tag]) {
        for Tag { name, value } in tags {
            match name.strip_prefix(PREFIX).unwrap_or_default() {
                "FRAGMENT_NUMBER" => self.number = value.parse().ok().or(self.number.take()),
                "SERVER_TIMESTAMP" | "SERVER_SIDE_TIMESTAMP" => {
                    self.server = value.parse().ok().or(self.server);
                }
                "PRODUCER_TIMESTAMP" | "PRODUCER_SIDE_TIMESTAMP" => {
                    self.producer = value.parse().ok().or(self.producer);
                }
                "ERROR_CODE" => self.error().code = Some(value.clone()),
                "ERROR_ID" => self.error().id = value.parse().ok(),
                "EXCEPTION_ERROR_CODE" => {
                    self.error().code = Some(value.clone());
                    self.error().id = value.parse().ok();
                }
                "EXCEPTION_MESSAGE" => self.error().message = Some(value.clone()),
                _ => {}
            }
        }
    }

    fn error(&mut self) -> &mut InBandError {
        self.error.get_or_insert_default()
    }
}

/// The number that these tags give, if any.
pub(super) fn number(tags: &[Tag]) -> Option<FragmentNumber> {
    let mut service = Service::default();
    service.note(tags);
    service.number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::build::{element, simple_tag};

    fn tag(name: &str, value: &str) -> Tag {
        Tag {
            name: name.into(),
            value: value.into(),
        }
    }

    #[test]
    fn tags_in_order_without_padding() {
        let payload = [
            element(id::VOID, b"zz"),
            element(id::TAG, &simple_tag("A", "1\0\0")),
            element(
                id::TAG,
                &[
                    element(id::TARGETS, b""),
                    simple_tag("B", "2"),
                    simple_tag("A", "3"),
                ]
                .concat(),
            ),
        ]
        .concat();
        let expected = vec![tag("A", "1"), tag("B", "2"), tag("A", "3")];
        assert_eq!(parse(&payload.into()), Ok(expected));
    }

    #[test]
    fn nested_tags_follow_theirs_but_not_for_ever() {
        let inner = simple_tag("INNER", "x");
        let outer = [
            element(id::TAG_NAME, b"OUTER"),
            inner,
            element(id::TAG_BINARY, &[1, 0xAB]),
        ]
        .concat();
        let payload = element(id::TAG, &element(id::SIMPLE_TAG, &outer));
        let expected = vec![tag("OUTER", "01ab"), tag("INNER", "x")];
        assert_eq!(parse(&payload.into()), Ok(expected));

        let deep = (0..1000).fold(Vec::new(), |inner, _| element(id::SIMPLE_TAG, &inner));
        assert_eq!(parse(&element(id::TAG, &deep).into()), Err(Malformed));
    }

    #[test]
    fn both_spellings_of_the_timestamps() {
        for side in ["", "_SIDE"] {
            let mut service = Service::default();
            service.note(&[
                tag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "91343852"),
                tag(&format!("AWS_KINESISVIDEO_SERVER{side}_TIMESTAMP"), "2.5"),
                tag(
                    &format!("AWS_KINESISVIDEO_PRODUCER{side}_TIMESTAMP"),
                    "1.25",
                ),
                tag("SERVER_TIMESTAMP", "7"),
            ]);
            assert_eq!(service.number, "91343852".parse().ok());
            assert_eq!(service.server, Some(Timestamp::from_millis(2500)));
            assert_eq!(service.producer, Some(Timestamp::from_millis(1250)));
            assert_eq!(service.error, None);
        }
    }

    #[test]
    fn both_spellings_of_the_error() {
        let mut seen = Service::default();
        seen.note(&[
            tag("AWS_KINESISVIDEO_ERROR_CODE", "FRAGMENT_NOT_FOUND"),
            tag("AWS_KINESISVIDEO_ERROR_ID", "3000"),
        ]);
        let error = seen.error.unwrap();
        assert_eq!(error.code.as_deref(), Some("FRAGMENT_NOT_FOUND"));
        assert_eq!(error.id, Some(3000));

        let mut documented = Service::default();
        documented.note(&[
            tag("AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE", "4500"),
            tag("AWS_KINESISVIDEO_EXCEPTION_MESSAGE", "no key"),
        ]);
        let error = documented.error.unwrap();
        assert_eq!(error.code.as_deref(), Some("4500"));
        assert_eq!(error.id, Some(4500));
        assert_eq!(error.message.as_deref(), Some("no key"));
    }
}
