//! `kvs images`.

use std::time::SystemTime;

use kvs_archive::api::archived_media::{Format, GetImages, ImageSelectorType};
use kvs_archive::api::protocol::Timestamp;
use kvs_archive::name_or_arn;

use super::selection::{check_order, resolve};
use crate::args::{By, Global, Images, Stills};
use crate::exit::{Failure, Outcome, say};
use crate::output::ImageFolder;
use crate::report::units::Count;
use crate::source;

/// The longest range of a call, in milliseconds.
const LONGEST: i64 = 300_000;

pub(super) fn run(images: &Images, global: &Global) -> Result<Outcome, Failure> {
    let (from, to) = range(images, Timestamp::from(SystemTime::now()))?;
    let source = source::open(global)?;
    let mut folder = ImageFolder::create(
        &images.output,
        images.format,
        (images.overwrite, images.strict),
    )?;
    for (start, end) in windows(from, to, i64::from(images.every.millis)) {
        let request = request(images, start, end);
        source.images(request, &mut |image| folder.add(&image))?;
    }
    let count = folder.count();
    let delivery = folder.finish()?;
    say(format_args!("{}: {}", delivery.name, Count(count, "image")));
    match &delivery.holes {
        None => Ok(Outcome::Whole),
        Some(list) => {
            say(format_args!(
                "there is no image of some moments; {} tells of which, and why",
                list.display()
            ));
            Ok(Outcome::Holes)
        }
    }
}

/// The first moment, and one that is not before the last.
fn range(images: &Images, now: Timestamp) -> Result<(i64, i64), Failure> {
    let from = resolve("--from", images.from, now)?;
    let to = images.to.map(|to| resolve("--to", to, now)).transpose()?;
    let to = to.unwrap_or(from);
    check_order(from, to)?;
    Ok((from.as_millis(), to.as_millis()))
}

/// The ranges of calls that have all moments between them, each once.
fn windows(from: i64, to: i64, every: i64) -> impl Iterator<Item = (i64, i64)> {
    let moments = LONGEST.checked_div(every).unwrap_or(0).saturating_add(1);
    let step = moments.saturating_mul(every);
    let next = move |start: &i64| start.checked_add(step);
    let starts = std::iter::successors(Some(from), next);
    starts
        .take_while(move |start| *start <= to)
        .map(move |start| {
            let last = start.saturating_add(step.saturating_sub(every));
            (start, last.min(to))
        })
}

fn request(images: &Images, start: i64, end: i64) -> GetImages {
    let (stream_name, stream_arn) = name_or_arn(&images.stream);
    GetImages {
        stream_name,
        stream_arn,
        image_selector_type: Some(match images.by {
            By::Producer => ImageSelectorType::ProducerTimestamp,
            By::Server => ImageSelectorType::ServerTimestamp,
        }),
        start_timestamp: Some(Timestamp::from_millis(start)),
        end_timestamp: Some(Timestamp::from_millis(end)),
        sampling_interval: Some(images.every.millis),
        format: Some(match images.format {
            Stills::Jpg => Format::Jpeg,
            Stills::Png => Format::Png,
        }),
        height_pixels: images.height,
        ..GetImages::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_each_moment_once() {
        for (to, every) in [
            (0, 200),
            (300_000, 1_000),
            (300_001, 1_000),
            (1_000_000, 700),
            (86_400_000, 3_600_000),
            (299_999, 300_000),
        ] {
            let mut moments = Vec::new();
            for (start, end) in windows(5, 5 + to, every) {
                assert!(end - start <= LONGEST && start <= end);
                let of_call = (start..=end).step_by(usize::try_from(every).unwrap());
                moments.extend(of_call);
            }
            let expected = (5..=5 + to).step_by(usize::try_from(every).unwrap());
            assert!(moments.iter().copied().eq(expected), "{to} by {every}");
        }
    }
}
