//! What players fetch by the URL of a session, which opens it without a signature.

use bytes::Bytes;
use kvs_api::protocol::Timestamp;

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::entry::Entry;
use crate::refusal::Refusal;
use crate::sessions::{self, Protocol, Segment, Session};

const PLAYLIST: &str = "application/vnd.apple.mpegurl";
const MANIFEST: &str = "application/dash+xml";
const MP4: &str = "video/mp4";

pub(super) fn hls_master_playlist(
    call: &Call<'_>,
    streams: &mut Catalogue,
) -> Result<Answer, Refusal> {
    let (session, entry) = session(Protocol::Hls, call, streams)?;
    let playlist = sessions::master_playlist(&session, entry, call.now)?;
    Ok(Answer::text(PLAYLIST, playlist))
}

pub(super) fn hls_media_playlist(
    call: &Call<'_>,
    streams: &mut Catalogue,
) -> Result<Answer, Refusal> {
    let (session, entry) = session(Protocol::Hls, call, streams)?;
    let playlist = sessions::media_playlist(&session, entry, track(call)?, call.now)?;
    Ok(Answer::text(PLAYLIST, playlist))
}

pub(super) fn hls_init(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    init(Protocol::Hls, call, streams)
}

pub(super) fn hls_media(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    media(Protocol::Hls, call, streams)
}

pub(super) fn dash_manifest(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let (session, entry) = session(Protocol::Dash, call, streams)?;
    let manifest = sessions::manifest(&session, entry, call.now)?;
    Ok(Answer::text(MANIFEST, manifest))
}

pub(super) fn dash_init(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    init(Protocol::Dash, call, streams)
}

pub(super) fn dash_media(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    media(Protocol::Dash, call, streams)
}

fn init(of: Protocol, call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let pieces = segment(of, call, streams, |session, entry, which, now| {
        sessions::init_segment(session, entry, which, now).map(|init| vec![init])
    })?;
    Ok(Answer::pieces(MP4, pieces.into(), 0, call.rate))
}

fn media(of: Protocol, call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let pieces = segment(of, call, streams, sessions::media_segment)?;
    Ok(Answer::pieces(MP4, pieces.into(), 1, call.rate))
}

fn segment(
    of: Protocol,
    call: &Call<'_>,
    streams: &mut Catalogue,
    make: impl Fn(&Session, &Entry, (u64, &Segment), Timestamp) -> Result<Vec<Bytes>, Refusal>,
) -> Result<Vec<Bytes>, Refusal> {
    let (session, entry) = session(of, call, streams)?;
    let fragment = match of {
        Protocol::Hls => call
            .parameter("FragmentNumber")?
            .parse()
            .ok()
            .map(Segment::Fragment),
        Protocol::Dash => call
            .parameter("SequenceNumber")?
            .parse()
            .ok()
            .map(Segment::Number),
    };
    let fragment = fragment
        .ok_or_else(|| Refusal::invalid_argument("The number of the segment is not one."))?;
    make(&session, entry, (track(call)?, &fragment), call.now)
}

fn session<'a>(
    of: Protocol,
    call: &Call<'_>,
    streams: &'a mut Catalogue,
) -> Result<(Session, &'a Entry), Refusal> {
    let session = Session::resume(of, call.parameter("SessionToken")?, call.now)?;
    let entry = streams.find(None, Some(&session.arn))?;
    Ok((session, entry))
}

fn track(call: &Call<'_>) -> Result<u64, Refusal> {
    let number = call.parameter("TrackNumber")?.parse();
    number.map_err(|_| Refusal::invalid_argument("TrackNumber must be that of a track."))
}
