//! Fragment numbers for what has none.

use kvs_mkv::FragmentNumber;

/// Digits that count; those before them are the same for a whole recording.
const COUNTER: usize = 19;
/// How the numbers that the service gives begin, 47 digits as they are.
const HEAD: &str = "9134385233318143238773030204";

/// Numbers that grow with time: a fixed head, then a counter.
#[derive(Debug, Clone)]
pub(crate) struct Numbering {
    head: String,
}

impl Default for Numbering {
    fn default() -> Self {
        Self {
            head: HEAD.to_owned(),
        }
    }
}

impl Numbering {
    /// Numbers greater than all of `taken`; `None` where those leave no room.
    pub(crate) fn after<'a>(taken: impl Iterator<Item = &'a FragmentNumber>) -> Option<Self> {
        let greatest = taken.max().map(FragmentNumber::as_str).unwrap_or_default();
        let greatest = greatest.trim_start_matches('0');
        let head_len = greatest.len().saturating_sub(COUNTER);
        let taken: String = greatest.chars().take(head_len).collect();
        let head = if (taken.len(), taken.as_str()) < (HEAD.len(), HEAD) {
            HEAD.to_owned()
        } else {
            increment(&taken)
        };
        let numbering = Self { head };
        numbering.number(u64::MAX).map(|_| numbering)
    }

    pub(crate) fn number(&self, counter: u64) -> Option<FragmentNumber> {
        format!("{}{counter:0COUNTER$}", self.head).parse().ok()
    }

    /// The counter of a number that was made here.
    pub(crate) fn counter(&self, number: &FragmentNumber) -> Option<u64> {
        let digits = number.as_str().trim_start_matches('0');
        let counter = digits.strip_prefix(&self.head)?;
        let counter = counter.parse().ok()?;
        (self.number(counter).as_ref() == Some(number)).then_some(counter)
    }
}

/// The decimal number after `digits`.
fn increment(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let zeros = "0".repeat(digits.len().saturating_sub(kept.len()));
    let mut kept = kept.to_owned();
    // Whatever is left of the nines ends in a digit below nine.
    let last = kept.pop().and_then(|c| c.to_digit(10)).unwrap_or(0);
    format!("{kept}{}{zeros}", last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> FragmentNumber {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_look_like_the_service_s_and_grow() {
        let numbering = Numbering::after(std::iter::empty()).unwrap();
        let numbers: Vec<_> = (0..3).filter_map(|n| numbering.number(n)).collect();
        assert!(numbers.iter().all(|n| n.as_str().len() == 47));
        assert!(numbers.is_sorted_by(|a, b| a < b));
        assert_eq!(numbering.counter(&numbers[2]), Some(2));
        let padded = number(&format!("000{}", numbers[2]));
        assert_eq!(numbering.counter(&padded), Some(2));
        for foreign in [
            "2",
            "0",
            "9134385233318143238773030205000000000000000000",
            "91343852333181432387730302042",
        ] {
            assert_eq!(numbering.counter(&number(foreign)), None, "{foreign}");
        }
    }

    #[test]
    fn numbers_come_after_those_taken() {
        for taken in [
            "5",
            "91343852333181432392682062622222356453215906784",
            "99999999999999999999999999999999999999999999999",
        ] {
            let taken = number(taken);
            let numbering = Numbering::after([&number("1"), &taken].into_iter()).unwrap();
            assert!(numbering.number(0).unwrap() > taken);
        }
        let huge = number(&"9".repeat(128));
        assert!(Numbering::after([&huge].into_iter()).is_none());
    }

    #[test]
    fn increments_carry() {
        assert_eq!(increment("129"), "130");
        assert_eq!(increment("999"), "1000");
        assert_eq!(increment("0"), "1");
    }
}
