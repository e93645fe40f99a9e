//! A picture of what was recorded when, as SVG.
//!
//! ```text
//! title, totals
//! bit rate    ▂▄▃▅▂ ╱╱╱╱ ▃▄      a bar for each fragment
//! fragments   █████ ╱╱╱╱ ██      and what became of it
//! keyframes   ╷╷╷╷╷ ╱╱╱╱ ╷╷
//! time        10:00   10:01
//! legend
//! ```

use std::fmt::Write as _;

use kvs_archive::mkv::Timestamp;

use super::rfc3339;
use super::survey::{Health, Stretch, Survey, bit_rate};
use super::units::{BitRate, Count, nanos};

const WIDTH: f64 = 1_200.0;
const LEFT: f64 = 110.0;
const RIGHT: f64 = 1_160.0;
const RATES: (f64, f64) = (84.0, 204.0);
const STRIP: (f64, f64) = (220.0, 244.0);
const TICKS: (f64, f64) = (256.0, 270.0);
const AXIS: f64 = 284.0;
const LEGEND: f64 = 334.0;
const HEIGHT: f64 = 352.0;

/// How far apart lines on the time axis may be, in seconds.
const STEPS: [f64; 22] = [
    0.1,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    DAY,
    7.0 * DAY,
];
const DAY: f64 = 86_400.0;
const DAY_NANOS: i128 = 86_400_000_000_000;
const MOST_STEPS: f64 = 10.0;

/// Readable by day and by night.
const STYLE: &str = "\
:root{--ground:#fff;--ink:#1f2328;--muted:#59636e;--line:#d1d9e0;--whole:#0969da;--cut:#bc4c00;\
--error:#cf222e;--gap:#cf222e}\
@media(prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#f0f6fc;--muted:#9198a1;\
--line:#3d444d;--whole:#4493f8;--cut:#f0883e;--error:#f85149;--gap:#f85149}}\
text{font:12px system-ui,sans-serif;fill:var(--muted)}\
.title{font-size:18px;font-weight:600;fill:var(--ink)}.ground{fill:var(--ground)}\
.line{stroke:var(--line)}.whole{fill:var(--whole)}.cut{fill:var(--cut)}.error{fill:var(--error)}\
.key{stroke:var(--ink)}.gap{fill:url(#hatch)}.hatch{stroke:var(--gap);stroke-width:2;opacity:.45}\
.missing{fill:var(--gap);text-anchor:middle}.middle{text-anchor:middle}.end{text-anchor:end}";

/// A picture in the making.
#[derive(Debug)]
pub(crate) struct Timeline<'a> {
    survey: &'a Survey,
    start: i128,
    /// Seconds from edge to edge.
    seconds: f64,
    /// Of the bars, in bits a second.
    highest: f64,
    is_dated: bool,
    svg: String,
}

impl<'a> Timeline<'a> {
    /// Draws it; `title` is what was looked at.
    pub(crate) fn draw(survey: &'a Survey, title: &str) -> String {
        let stretches = &survey.stretches;
        let rates = stretches.iter().filter_map(rate);
        let mut timeline = Self {
            survey,
            start: stretches.iter().map(|s| s.start).min().unwrap_or(0),
            seconds: seconds(survey.length()).max(0.001),
            highest: rates.fold(0.0, f64::max),
            is_dated: stretches.first().is_some_and(|stretch| stretch.is_dated),
            svg: String::new(),
        };
        timeline.head(title);
        timeline.axis();
        timeline.lanes();
        timeline.gaps();
        timeline.legend();
        timeline.svg.push_str("</svg>\n");
        timeline.svg
    }

    fn head(&mut self, title: &str) {
        let (title, totals) = (escape(title), escape(&self.totals()));
        self.add(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\">\
             <title>{title}: {totals}</title><style>{STYLE}</style>\
             <defs><pattern id=\"hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V8\"/></pattern></defs>\
             <rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\
             <text class=\"title\" x=\"24\" y=\"36\">{title}</text>\
             <text x=\"24\" y=\"58\">{totals}</text>"
        ));
    }

    fn totals(&self) -> String {
        let fragments = u64::try_from(self.survey.stretches.len()).unwrap_or(u64::MAX);
        let (gaps, missing) = self.survey.gaps();
        let gaps = match gaps {
            0 => "no gaps".to_owned(),
            gaps => format!("{} of {} in all", Count(gaps, "gap"), nanos(missing)),
        };
        let length = nanos(self.survey.length());
        let totals = format!("{} in {length}, {gaps}", Count(fragments, "fragment"));
        match self.is_dated {
            true => format!("{}, from {}", totals, self.date(0.0)),
            false => totals,
        }
    }

    fn axis(&mut self) {
        for (height, share) in [
            (RATES.1, 0.0),
            (RATES.0 / 2.0 + RATES.1 / 2.0, 0.5),
            (RATES.0, 1.0),
        ] {
            let rate = match share {
                0.0 => "0".to_owned(),
                share => BitRate(self.highest * share).to_string(),
            };
            self.add(&format!(
                "<path class=\"line\" d=\"M{LEFT} {height}H{RIGHT}\"/>\
                 <text class=\"end\" x=\"{}\" y=\"{}\">{rate}</text>",
                LEFT - 8.0,
                height + 4.0
            ));
        }
        for (name, lane) in [("fragments", STRIP), ("keyframes", TICKS)] {
            let middle = f64::midpoint(lane.0, lane.1) + 4.0;
            self.add(&format!(
                "<text class=\"end\" x=\"{}\" y=\"{middle}\">{name}</text>",
                LEFT - 8.0
            ));
        }
        let step = STEPS
            .iter()
            .find(|step| self.seconds / **step <= MOST_STEPS);
        let step = step.copied().unwrap_or(self.seconds / MOST_STEPS);
        // Lines are at whole minutes of the day, not of the recording.
        let into = match self.is_dated {
            true => seconds(self.start.rem_euclid(DAY_NANOS)),
            false => 0.0,
        };
        let mut at = (into / step).ceil() * step - into;
        while at <= self.seconds {
            let (x, label) = (self.x(at), self.label(at, step));
            self.add(&format!(
                "<path class=\"line\" d=\"M{x:.1} {}V{AXIS}\"/>\
                 <text class=\"middle\" x=\"{x:.1}\" y=\"{}\">{label}</text>",
                RATES.0,
                AXIS + 16.0
            ));
            at += step;
        }
    }

    fn label(&self, at: f64, step: f64) -> String {
        if !self.is_dated {
            let (minutes, rest) = ((at / 60.0).floor(), at % 60.0);
            return match step < 1.0 {
                true => format!("{minutes}:{rest:04.1}"),
                false => format!("{minutes}:{rest:02.0}"),
            };
        }
        let date = self.date(at);
        let (day, time) = date.split_once('T').unwrap_or((&date, ""));
        let time = time.trim_end_matches('Z');
        match step {
            ..60.0 => time.to_owned(),
            60.0..DAY => time.get(..5).unwrap_or(time).to_owned(),
            _ => day.to_owned(),
        }
    }

    /// To the tenth of a second.
    fn date(&self, at: f64) -> String {
        #[expect(clippy::cast_possible_truncation, reason = "within the recording")]
        let tenths = (at * 10.0).round() as i128;
        let nanos = self
            .start
            .saturating_add(tenths.saturating_mul(100_000_000));
        let nanos = nanos.div_euclid(100_000_000).saturating_mul(100_000_000);
        rfc3339(Timestamp::from_nanos(
            i64::try_from(nanos).unwrap_or(i64::MAX),
        ))
    }

    fn lanes(&mut self) {
        let mut last_tick = f64::MIN;
        for group in groups(&self.survey.stretches, self.seconds) {
            let (from, to) = (self.at(group.start), self.at(group.end()));
            let width = (to - from - 0.5).max(1.0);
            let class = class(group.health);
            let rate = rate(&group).unwrap_or(0.0);
            let height = (RATES.1 - RATES.0) * rate / self.highest.max(1.0);
            let tip = escape(&format!(
                "{}, {}, {}",
                self.label(seconds(group.start.saturating_sub(self.start)), 0.1),
                nanos(group.length),
                BitRate(rate)
            ));
            self.add(&format!(
                "<g class=\"{class}\"><title>{tip}</title>\
                 <rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>\
                 <rect x=\"{from:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"{}\"/></g>",
                RATES.1 - height,
                STRIP.0,
                STRIP.1 - STRIP.0
            ));
            for keyframe in &group.keyframes {
                let x = self.at(*keyframe);
                if x - last_tick >= 1.5 {
                    last_tick = x;
                    let (top, bottom) = TICKS;
                    self.add(&format!(
                        "<path class=\"key\" d=\"M{x:.1} {top}V{bottom}\"/>"
                    ));
                }
            }
        }
    }

    fn gaps(&mut self) {
        for stretch in &self.survey.stretches {
            let Some(gap) = stretch.gap else { continue };
            let (from, to) = (
                self.at(stretch.start.saturating_sub(gap)),
                self.at(stretch.start),
            );
            let (width, length) = ((to - from).max(1.0), nanos(gap));
            self.add(&format!(
                "<g><title>nothing for {length}</title><rect class=\"gap\" x=\"{from:.1}\" \
                 y=\"{}\" width=\"{width:.1}\" height=\"{}\"/>",
                RATES.0,
                TICKS.1 - RATES.0
            ));
            if width > 60.0 {
                let x = f64::midpoint(from, to);
                self.add(&format!(
                    "<text class=\"missing\" x=\"{x:.1}\" y=\"{}\">{length}</text>",
                    RATES.0 - 6.0
                ));
            }
            self.add("</g>");
        }
    }

    /// What the colours say, of those that are there.
    fn legend(&mut self) {
        let has = |health| self.survey.stretches.iter().any(|s| s.health == health);
        let entries = [
            (has(Health::Whole), "whole", "complete"),
            (has(Health::Truncated), "cut", "truncated"),
            (has(Health::Error), "error", "an error in its place"),
            (self.survey.gaps().0 > 0, "gap", "nothing recorded"),
        ];
        let mut x = LEFT;
        for (_, class, name) in entries.iter().filter(|(is_there, ..)| *is_there) {
            self.add(&format!(
                "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"12\" height=\"12\"/>\
                 <text x=\"{}\" y=\"{LEGEND}\">{name}</text>",
                LEGEND - 10.0,
                x + 18.0
            ));
            x += 160.0;
        }
    }

    fn add(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.svg, "{text}");
    }

    fn at(&self, nanos: i128) -> f64 {
        self.x(seconds(nanos.saturating_sub(self.start)))
    }

    fn x(&self, seconds: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * seconds / self.seconds
    }
}

/// Fragments, those that would be narrower than a point together with their neighbours: a day has
/// more of them than a picture has points.
fn groups(stretches: &[Stretch], length: f64) -> Vec<Stretch> {
    let point = length / (RIGHT - LEFT);
    let mut groups: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        match groups.last_mut() {
            Some(group)
                if seconds(group.length) < point
                    && stretch.gap.is_none()
                    && stretch.health == group.health =>
            {
                group.length = stretch.end().max(group.end()).saturating_sub(group.start);
                group.bytes = group.bytes.saturating_add(stretch.bytes);
                group.keyframes.extend(&stretch.keyframes);
            }
            _ => groups.push(stretch.clone()),
        }
    }
    groups
}

fn rate(stretch: &Stretch) -> Option<f64> {
    bit_rate(stretch.bytes, stretch.length)
}

fn class(health: Health) -> &'static str {
    match health {
        Health::Whole => "whole",
        Health::Truncated => "cut",
        Health::Error => "error",
    }
}

#[expect(clippy::cast_precision_loss, reason = "a point is more than that")]
fn seconds(nanos: i128) -> f64 {
    nanos as f64 / 1e9
}

fn escape(text: &str) -> String {
    let text = text.replace(char::is_control, "\u{fffd}");
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i128 = 1_000_000_000;

    fn stretch(start: i128, length: i128) -> Stretch {
        Stretch {
            start: start * SECOND,
            length: length * SECOND,
            gap: None,
            bytes: 1_000,
            health: Health::Whole,
            keyframes: vec![start * SECOND],
            is_dated: true,
        }
    }

    fn survey(stretches: Vec<Stretch>) -> Survey {
        let mut survey = Survey::default();
        survey.stretches = stretches;
        survey
    }

    #[test]
    fn bars_gaps_and_hours_are_where_they_belong() {
        let mut late = stretch(1_700_000_012, 4);
        late.gap = Some(8 * SECOND);
        late.health = Health::Truncated;
        let svg = Timeline::draw(&survey(vec![stretch(1_700_000_000, 4), late]), "a<b>&c");
        for part in [
            "2 fragments in 16.0 s, 1 gap of 8.0 s in all, from 2023-11-14T22:13:20Z",
            "a&lt;b&gt;&amp;c",
            // The second bar begins at three quarters of the way.
            "<rect x=\"897.5\" y=\"84.0\" width=\"262.0\" height=\"120.0\"/>",
            "<rect class=\"gap\" x=\"372.5\" y=\"84\" width=\"525.0\"",
            ">22:13:22</text>",
            "truncated",
        ] {
            assert!(svg.contains(part), "no {part}: {svg}");
        }
        assert!(!svg.contains("an error in its place"));
    }

    #[test]
    fn a_picture_does_not_grow_with_the_recording() {
        let day: Vec<Stretch> = (0..43_200).map(|at| stretch(at * 2, 2)).collect();
        let svg = Timeline::draw(&survey(day), "day");
        assert!(svg.matches("<g class").count() <= 1_100);
        assert!(svg.matches("class=\"key\"").count() <= 800);
        assert!(svg.contains(">21:00</text>"), "{svg}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let svg = Timeline::draw(&Survey::default(), "x");
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"), "{svg}");
    }
}
