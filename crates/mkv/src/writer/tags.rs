//! Tags of a fragment.

use std::borrow::Borrow;

use crate::ebml::id;
use crate::ebml::write::Encoder;
use crate::fragment::{Fragment, Tag};
use crate::number::FragmentNumber;
use crate::timestamp::Timestamp;

pub(crate) const FRAGMENT_NUMBER: &str = "AWS_KINESISVIDEO_FRAGMENT_NUMBER";
const SERVER_TIMESTAMP: &str = "AWS_KINESISVIDEO_SERVER_TIMESTAMP";
const PRODUCER_TIMESTAMP: &str = "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP";
const SERVER_SIDE_TIMESTAMP: &str = "AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP";
const PRODUCER_SIDE_TIMESTAMP: &str = "AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP";

/// Which fragment it is, and when it was.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) number: Option<FragmentNumber>,
    pub(crate) server_timestamp: Option<Timestamp>,
    pub(crate) producer_timestamp: Option<Timestamp>,
}

impl Identity {
    pub(crate) fn of(fragment: &Fragment) -> Self {
        Self {
            number: fragment.number.clone(),
            server_timestamp: fragment.server_timestamp,
            producer_timestamp: fragment.producer_timestamp,
        }
    }

    /// It as the service's tags.
    pub(crate) fn tags(&self) -> impl Iterator<Item = Tag> {
        let number = self.number.as_ref().map(ToString::to_string);
        let server = self.server_timestamp.map(|t| t.to_string());
        let producer = self.producer_timestamp.map(|t| t.to_string());
        let named = [
            (FRAGMENT_NUMBER, number),
            (SERVER_TIMESTAMP, server),
            (PRODUCER_TIMESTAMP, producer),
        ];
        named.into_iter().filter_map(|(name, value)| {
            Some(Tag {
                name: name.to_owned(),
                value: value?,
            })
        })
    }

    /// The tags before the Cluster that say other things: a name of the service's goes where its
    /// value is known, and stays where it could not be read.
    pub(crate) fn others<'a>(&self, tags: &'a [Tag]) -> impl Iterator<Item = &'a Tag> {
        tags.iter().filter(|tag| match &*tag.name {
            FRAGMENT_NUMBER => self.number.is_none(),
            SERVER_TIMESTAMP | SERVER_SIDE_TIMESTAMP => self.server_timestamp.is_none(),
            PRODUCER_TIMESTAMP | PRODUCER_SIDE_TIMESTAMP => self.producer_timestamp.is_none(),
            _ => true,
        })
    }
}

/// The tags after the Cluster, but for a number, which would begin another fragment.
pub(crate) fn after(fragment: &Fragment) -> impl Iterator<Item = &Tag> {
    fragment
        .tags_after
        .iter()
        .filter(|tag| tag.name != FRAGMENT_NUMBER)
}

/// Whether a Tag says what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Targets {
    /// All of it, as Matroska demands to be said.
    Everything,
    /// Unsaid, as the service does.
    Unsaid,
}

/// A Tags element with one Tag; nothing where there are no tags.
pub(crate) fn encode(
    tags: impl IntoIterator<Item = impl Borrow<Tag>>,
    targets: Targets,
    encoder: &mut Encoder,
) {
    let mut tags = tags.into_iter().peekable();
    if tags.peek().is_none() {
        return;
    }
    encoder.master(id::TAGS, |e| {
        e.master(id::TAG, |e| {
            if targets == Targets::Everything {
                e.master(id::TARGETS, |_| {});
            }
            for tag in tags {
                let tag = tag.borrow();
                e.master(id::SIMPLE_TAG, |e| {
                    e.text(id::TAG_NAME, &tag.name);
                    e.text(id::TAG_STRING, &tag.value);
                });
            }
        });
    });
}
