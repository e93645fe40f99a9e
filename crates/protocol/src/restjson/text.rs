//! Values as text: in the path, in the query and in headers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::wire::not_a_number;
use crate::{Blob, DateTime, EpochSeconds, HttpDate, Sensitive, Timestamp};

/// Where a text stands, which decides the form of what the model leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A part of the path.
    Label,
    /// The query.
    Query,
    /// A header.
    Header,
}

/// A type whose values travel as text outside of the body.
pub trait Text: Sized {
    /// The value as text; a list as its elements joined by commas.
    fn to_text(&self, place: Place) -> String;

    /// The value that a text stands for; `None` where it stands for none.
    fn from_text(text: &str, place: Place) -> Option<Self>;

    /// Each text that the value has in the query: several for a list.
    fn each(&self, place: Place, text: &mut dyn FnMut(String)) {
        text(self.to_text(place));
    }

    /// The value as an element of a list in a header.
    fn to_element(&self) -> String {
        self.to_text(Place::Header)
    }

    /// The elements of a list in a header.
    fn elements(list: &str) -> Vec<String> {
        list.split(',')
            .map(|element| element.trim().to_owned())
            .collect()
    }
}

impl Text for String {
    fn to_text(&self, _: Place) -> String {
        self.clone()
    }

    fn from_text(text: &str, _: Place) -> Option<Self> {
        Some(text.to_owned())
    }

    fn to_element(&self) -> String {
        quoted(self)
    }

    fn elements(list: &str) -> Vec<String> {
        unquoted(list)
    }
}

/// An element that a comma or a quote would tear apart is put in quotes.
#[doc(hidden)]
pub fn quoted(text: &str) -> String {
    if !text.contains([',', '"']) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn unquoted(list: &str) -> Vec<String> {
    let mut elements = Vec::new();
    let mut rest = list.trim_start();
    loop {
        let mut element = String::new();
        let mut chars = rest.chars();
        if chars.as_str().starts_with('"') {
            chars.next();
            while let Some(c) = chars.next() {
                match c {
                    '"' => break,
                    '\\' => element.extend(chars.next()),
                    c => element.push(c),
                }
            }
        }
        let (plain, more) = match chars.as_str().split_once(',') {
            Some((plain, more)) => (plain, Some(more)),
            None => (chars.as_str(), None),
        };
        element.push_str(plain.trim());
        elements.push(element);
        match more {
            Some(more) => rest = more.trim_start(),
            None => return elements,
        }
    }
}

macro_rules! as_rust_has_it {
    ($($type:ty),+) => { $(
        impl Text for $type {
            fn to_text(&self, _: Place) -> String {
                self.to_string()
            }

            fn from_text(text: &str, _: Place) -> Option<Self> {
                text.trim().parse().ok()
            }
        }
    )+ };
}

as_rust_has_it!(bool, i8, i16, i32, i64);

macro_rules! floats {
    ($($type:ident),+) => { $(
        impl Text for $type {
            fn to_text(&self, _: Place) -> String {
                not_a_number(f64::from(*self)).map_or_else(|| self.to_string(), str::to_owned)
            }

            fn from_text(text: &str, _: Place) -> Option<Self> {
                match text.trim() {
                    "NaN" => Some($type::NAN),
                    "Infinity" => Some($type::INFINITY),
                    "-Infinity" => Some($type::NEG_INFINITY),
                    digits => digits.parse().ok().filter(|value: &$type| value.is_finite()),
                }
            }
        }
    )+ };
}

floats!(f32, f64);

impl Text for Timestamp {
    fn to_text(&self, place: Place) -> String {
        match place {
            Place::Header => HttpDate(*self).to_string(),
            Place::Label | Place::Query => DateTime(*self).to_string(),
        }
    }

    fn from_text(text: &str, _: Place) -> Option<Self> {
        Self::parse_any(text).ok()
    }

    fn elements(list: &str) -> Vec<String> {
        moments(list)
    }
}

macro_rules! moments {
    ($($type:ident),+) => { $(
        impl Text for $type {
            fn to_text(&self, _: Place) -> String {
                self.to_string()
            }

            fn from_text(text: &str, _: Place) -> Option<Self> {
                Timestamp::parse_any(text).ok().map(Self)
            }

            fn elements(list: &str) -> Vec<String> {
                moments(list)
            }
        }
    )+ };
}

moments!(EpochSeconds, DateTime, HttpDate);

/// An HTTP date has a comma of its own, after the day of the week.
fn moments(list: &str) -> Vec<String> {
    let mut elements: Vec<String> = Vec::new();
    for part in list.split(',') {
        match elements.last_mut() {
            Some(day) if day.chars().all(|c| c.is_ascii_alphabetic()) => {
                day.push(',');
                day.push_str(part);
            }
            _ => elements.push(part.trim().to_owned()),
        }
    }
    elements
}

impl Text for Blob {
    fn to_text(&self, _: Place) -> String {
        STANDARD.encode(&self.0)
    }

    fn from_text(text: &str, _: Place) -> Option<Self> {
        STANDARD.decode(text.trim()).ok().map(Self::from)
    }
}

impl<T: Text> Text for Sensitive<T> {
    fn to_text(&self, place: Place) -> String {
        self.0.to_text(place)
    }

    fn from_text(text: &str, place: Place) -> Option<Self> {
        T::from_text(text, place).map(Self)
    }

    fn each(&self, place: Place, text: &mut dyn FnMut(String)) {
        self.0.each(place, text);
    }

    fn to_element(&self) -> String {
        self.0.to_element()
    }

    fn elements(list: &str) -> Vec<String> {
        T::elements(list)
    }
}

impl<T: Text> Text for Vec<T> {
    fn to_text(&self, _: Place) -> String {
        let elements: Vec<String> = self.iter().map(T::to_element).collect();
        elements.join(", ")
    }

    fn from_text(text: &str, place: Place) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::new());
        }
        let elements = T::elements(text);
        elements
            .iter()
            .map(|element| T::from_text(element, place))
            .collect()
    }

    fn each(&self, place: Place, text: &mut dyn FnMut(String)) {
        self.iter().for_each(|element| element.each(place, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_text_survive_commas_and_quotes() {
        let texts = ["b,c", "\"def\"", "a", "", "x\\y,", "  "]
            .map(str::to_owned)
            .to_vec();
        let header = texts.to_text(Place::Header);
        assert_eq!(header, r#""b,c", "\"def\"", a, , "x\\y,",   "#);
        let mut read = Vec::<String>::from_text(&header, Place::Header).unwrap();
        assert_eq!(
            read.pop().as_deref(),
            Some(""),
            "space around an element does not count"
        );
        assert_eq!(read, texts.get(..5).unwrap());
        assert_eq!(
            Vec::<String>::from_text("\"open, a", Place::Header).unwrap(),
            ["open, a"]
        );
    }

    #[test]
    fn lists_of_dates_have_commas_of_their_own() {
        let list = "Mon, 16 Dec 2019 23:48:18 GMT, Mon, 16 Dec 2019 23:48:18 GMT";
        let moment = Timestamp::from_millis(1_576_540_098_000);
        let read = Vec::<Timestamp>::from_text(list, Place::Header).unwrap();
        assert_eq!(read, [moment; 2]);
        assert_eq!(read.to_text(Place::Header), list);
        let read = Vec::<DateTime>::from_text("2019-12-16T23:48:18Z,1576540098", Place::Header);
        assert_eq!(read.unwrap(), [DateTime(moment); 2]);
    }

    #[test]
    fn what_stands_for_no_value_is_none() {
        assert_eq!(i32::from_text("1.5", Place::Header), None);
        assert_eq!(i8::from_text("300", Place::Header), None);
        assert_eq!(bool::from_text("TRUE", Place::Header), None);
        assert_eq!(f64::from_text("1e999", Place::Header), None);
        assert_eq!(f64::from_text("inf", Place::Header), None);
        assert_eq!(Vec::<i32>::from_text("1, x", Place::Header), None);
        assert_eq!(Blob::from_text("*", Place::Header), None);
    }
}
