//! GetImages.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use kvs_api::archived_media::{
    Format, FormatConfigKey, GetImages, GetImagesOutput, Image, ImageSelectorType,
};
use kvs_api::protocol::Timestamp;
use kvs_stills::{Form, Size};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{self, Sender};

use super::range::Range;
use super::{Answer, Call, bad_token, page_size};
use crate::catalogue::Catalogue;
use crate::entry::Entry;
use crate::quotas::Quota;
use crate::refusal::Refusal;
use crate::scenes::{self, Scene};
use crate::token;

const LONGEST: Duration = Duration::from_secs(300);
/// Milliseconds from image to image, at least.
const SHORTEST_INTERVAL: i32 = 200;
/// What is taken where the request does not say. The service's own is not published; this has once
/// been the least that it took.
const INTERVAL: i32 = 3_000;
const QUALITY: u8 = 80;
const WIDEST: u32 = 3_840;
const HIGHEST: u32 = 2_160;
const MOST_ASKED: u16 = 100;
/// Images in a page, even where more are asked for.
const PAGE: u16 = 25;
/// Bytes of the images in a page.
const MOST_BYTES: usize = 100_000_000;
/// What a call costs beside its images.
const COST: usize = 400;

/// How far the images of a request have come: the content of a token.
#[derive(Debug, Serialize, Deserialize)]
struct Paging {
    arn: String,
    /// Without the token and the size of pages.
    request: GetImages,
    /// Images that have come.
    position: usize,
}

impl Paging {
    /// What a request begins, or goes on with, which has to be the same.
    fn of(input: GetImages, entry: &Entry) -> Result<Self, Refusal> {
        let token = input.next_token.clone();
        let begun = Self {
            arn: entry.arn.clone(),
            request: GetImages {
                next_token: None,
                max_results: None,
                ..input
            },
            position: 0,
        };
        let Some(token) = token else {
            return Ok(begun);
        };
        let paging: Self = token::open(&token).ok_or_else(bad_token)?;
        if paging.arn == begun.arn && paging.request == begun.request {
            Ok(paging)
        } else {
            Err(bad_token())
        }
    }
}

/// Which images are asked for.
#[derive(Debug)]
struct Asked {
    range: Range,
    /// Milliseconds.
    interval: i64,
    form: Form,
}

/// Decides all that may be refused at once. The images are made aside, and follow the answer's head
/// when they are there: it takes a while, and others are served meanwhile.
pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    if !kvs_stills::IS_BUILT {
        return Err(not_built());
    }
    let input: GetImages = call.input()?;
    let most = page_size(input.max_results, PAGE, MOST_ASKED)?.min(PAGE.into());
    let asked = Asked::of(&input)?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    entry.check_retention()?;
    let paging = Paging::of(input, entry)?;
    let moments = asked.moments();
    let rest = moments.get(paging.position..).unwrap_or_default();
    let page = rest.get(..most).unwrap_or(rest);
    call.charge(&entry.arn, Quota::Metadata, COST.saturating_add(page.len()))?;
    let scenes = scenes::of(entry, &asked.range, page, call.now);
    let fragments = scenes.iter().filter(|scene| scene.has_media()).count() as u64;
    let left = rest.len();
    let (send, told) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || make(&scenes, asked.form, (paging, left), &send));
    Ok(Answer {
        fragments,
        ..Answer::told(told)
    })
}

/// Makes the images of a page, until they are too many bytes or nobody waits for them any more.
fn make(
    scenes: &[Scene],
    form: Form,
    (mut paging, left): (Paging, usize),
    send: &Sender<Vec<Bytes>>,
) {
    let mut page = Page::default();
    for scene in scenes {
        let has_room = scene.images(form).into_iter().all(|image| page.add(image));
        if send.is_closed() {
            return;
        }
        if !has_room {
            break;
        }
    }
    let mut output = GetImagesOutput::default();
    if page.images.len() < left {
        paging.position = paging.position.saturating_add(page.images.len());
        output.next_token = Some(token::seal(&paging));
    }
    output.images = Some(page.images);
    let json = serde_json::to_vec(&output).unwrap_or_default();
    // Whoever has hung up does not miss it.
    let _ = send.blocking_send(vec![Bytes::from(json)]);
}

/// Images that are answered with.
#[derive(Debug, Default)]
struct Page {
    images: Vec<Image>,
    bytes: usize,
}

impl Page {
    /// Whether there was room for another.
    fn add(&mut self, image: Image) -> bool {
        let letters = image.image_content.as_ref().map_or(0, String::len);
        // Four letters of Base64 stand for three bytes.
        self.bytes = self.bytes.saturating_add(letters / 4 * 3);
        let has_room = self.bytes <= MOST_BYTES;
        if has_room {
            self.images.push(image);
        }
        has_room
    }
}

impl Asked {
    fn of(input: &GetImages) -> Result<Self, Refusal> {
        let by_server = match &input.image_selector_type {
            Some(ImageSelectorType::ServerTimestamp) => true,
            Some(ImageSelectorType::ProducerTimestamp) => false,
            _ => {
                return Err(Refusal::invalid_argument(
                    "ImageSelectorType must be SERVER_TIMESTAMP or PRODUCER_TIMESTAMP.",
                ));
            }
        };
        let interval = input.sampling_interval.unwrap_or(INTERVAL);
        if interval < SHORTEST_INTERVAL {
            return Err(Refusal::invalid_argument(format!(
                "SamplingInterval must be {SHORTEST_INTERVAL} milliseconds or more, but is \
                 {interval}."
            )));
        }
        Ok(Self {
            range: range(by_server, input.start_timestamp, input.end_timestamp)?,
            interval: interval.into(),
            form: Form {
                format: format(input)?,
                size: size(input.width_pixels, input.height_pixels)?,
            },
        })
    }

    /// The moments of which there are to be images.
    fn moments(&self) -> Vec<Timestamp> {
        let (mut at, end) = (self.range.start.as_millis(), self.range.end.as_millis());
        let mut moments = Vec::new();
        while at <= end {
            moments.push(Timestamp::from_millis(at));
            at = at.saturating_add(self.interval);
        }
        moments
    }
}

fn range(
    by_server: bool,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
) -> Result<Range, Refusal> {
    let (start, end) = start.zip(end).ok_or_else(|| {
        Refusal::invalid_argument("StartTimestamp and EndTimestamp must be given.")
    })?;
    let range = Range::between(by_server, Some((start, end)))?;
    range.check_length(LONGEST)?;
    Ok(range)
}

fn format(input: &GetImages) -> Result<kvs_stills::Format, Refusal> {
    let mut quality = QUALITY;
    for (key, value) in input.format_config.iter().flatten() {
        let told = value.parse().ok().filter(|told| (1..=100).contains(told));
        quality = match (key, told) {
            (FormatConfigKey::JpegQuality, Some(told)) => told,
            _ => {
                return Err(Refusal::invalid_argument(
                    "FormatConfig may hold JPEGQuality, which must be 1 to 100.",
                ));
            }
        };
    }
    match &input.format {
        Some(Format::Jpeg) => Ok(kvs_stills::Format::Jpeg { quality }),
        Some(Format::Png) => Ok(kvs_stills::Format::Png),
        _ => Err(Refusal::invalid_argument("Format must be JPEG or PNG.")),
    }
}

fn size(width: Option<i32>, height: Option<i32>) -> Result<Size, Refusal> {
    match (width, height) {
        (None, None) => Ok(Size::Own),
        (None, Some(height)) => Ok(Size::High(pixels("HeightPixels", height, HIGHEST)?)),
        (Some(width), Some(height)) => Ok(Size::Exactly {
            width: pixels("WidthPixels", width, WIDEST)?,
            height: pixels("HeightPixels", height, HIGHEST)?,
        }),
        // In the service's own way, which differs for this.
        (Some(_), None) => Err(Refusal::common(
            StatusCode::BAD_REQUEST,
            "ValidationException",
            "WidthPixels must be given with HeightPixels.",
        )),
    }
}

fn pixels(member: &str, asked: i32, most: u32) -> Result<u32, Refusal> {
    let pixels = u32::try_from(asked).ok();
    let pixels = pixels.filter(|pixels| (1..=most).contains(pixels));
    pixels.ok_or_else(|| {
        Refusal::invalid_argument(format!("{member} must be 1 to {most}, but is {asked}."))
    })
}

fn not_built() -> Refusal {
    Refusal::unknown_operation(
        "GetImages needs an emulator that was built with the feature `stills`: \
         `cargo install kvs-cli --features stills`, or that feature of kvs-emulator.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_before_its_images_are_too_many_bytes() {
        let mut image = Image::default();
        image.image_content = Some("A".repeat(6_000_000));
        let mut page = Page::default();
        let added = (0..).take_while(|_| page.add(image.clone())).count();
        assert_eq!((added, page.images.len()), (22, 22));
    }
}
