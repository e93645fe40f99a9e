//! Tags, and what the service says in them.

use std::str::FromStr;

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
///
/// Strict about what is in it: where one Tags element passes for another's, fragments run together.
pub(super) fn parse(payload: &Bytes) -> Result<Vec<Tag>, Malformed> {
    let mut tags = Vec::new();
    for child in Children::of(payload) {
        let tag = child?;
        match tag.id {
            id::TAG => simple_tags(&tag.payload, DEEPEST, &mut tags)?,
            id::VOID | id::CRC_32 => {}
            _ => return Err(Malformed),
        }
    }
    Ok(tags)
}

fn simple_tags(tag: &Bytes, depth: usize, tags: &mut Vec<Tag>) -> Result<(), Malformed> {
    for child in Children::of(tag) {
        let child = child?;
        match child.id {
            id::SIMPLE_TAG => simple_tag(&child.payload, depth, tags)?,
            id::TARGETS | id::VOID | id::CRC_32 => {}
            _ => return Err(Malformed),
        }
    }
    Ok(())
}

fn simple_tag(payload: &Bytes, depth: usize, tags: &mut Vec<Tag>) -> Result<(), Malformed> {
    let deeper = depth.checked_sub(1).ok_or(Malformed)?;
    let mut name = None;
    let mut value = String::new();
    let mut nested = Vec::new();
    for child in Children::of(payload) {
        let child = child?;
        match child.id {
            id::TAG_NAME => name = Some(text(&child.payload)),
            id::TAG_STRING => value = text(&child.payload),
            id::TAG_BINARY => value = hex(&child.payload),
            id::SIMPLE_TAG => simple_tag(&child.payload, deeper, &mut nested)?,
            _ => {}
        }
    }
    tags.push(Tag {
        name: name.ok_or(Malformed)?,
        value,
    });
    tags.append(&mut nested);
    Ok(())
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
    /// Whether it gives a number or a time, be it one that cannot be read.
    pub(super) identifies: bool,
}

impl Service {
    pub(super) fn of(tags: &[Tag]) -> Self {
        let mut service = Self::default();
        service.note(tags);
        service
    }

    /// Takes over what these tags say. Names occur in the spelling of the captures and in that of
    /// the documentation.
    pub(super) fn note(&mut self, tags: &[Tag]) {
        for Tag { name, value } in tags {
            match name.strip_prefix(PREFIX).unwrap_or_default() {
                "FRAGMENT_NUMBER" => self.identify(|own| read(value, &mut own.number)),
                "SERVER_TIMESTAMP" | "SERVER_SIDE_TIMESTAMP" => {
                    self.identify(|own| read(value, &mut own.server));
                }
                "PRODUCER_TIMESTAMP" | "PRODUCER_SIDE_TIMESTAMP" => {
                    self.identify(|own| read(value, &mut own.producer));
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

    /// Whether this and `other` cannot be about the same fragment.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        differ(&self.number, &other.number)
            || differ(&self.server, &other.server)
            || differ(&self.producer, &other.producer)
    }

    fn identify(&mut self, read: impl FnOnce(&mut Self)) {
        self.identifies = true;
        read(self);
    }

    fn error(&mut self) -> &mut InBandError {
        self.error.get_or_insert_default()
    }
}

/// Takes a value where it can be read; what was there stays otherwise.
fn read<T: FromStr>(value: &str, into: &mut Option<T>) {
    if let Ok(value) = value.parse() {
        *into = Some(value);
    }
}

fn differ<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
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

        let name = || element(id::TAG_NAME, b"N");
        let nest = |inner: Vec<u8>, _| element(id::SIMPLE_TAG, &[name(), inner].concat());
        let nested = |depth| element(id::TAG, &(0..depth).fold(Vec::new(), nest)).into();
        assert_eq!(parse(&nested(8)).map(|tags| tags.len()), Ok(8));
        assert_eq!(parse(&nested(9)), Err(Malformed));
        assert_eq!(parse(&nested(1000)), Err(Malformed));
    }

    #[test]
    fn what_is_no_tag_is_malformed() {
        let nameless = element(id::SIMPLE_TAG, &element(id::TAG_STRING, b"x"));
        let strange = element(id::NAME, b"x");
        for tag in [nameless, strange.clone()] {
            assert_eq!(parse(&element(id::TAG, &tag).into()), Err(Malformed));
        }
        assert_eq!(parse(&strange.into()), Err(Malformed));
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
