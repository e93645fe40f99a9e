//! Tokens that say where the next page begins: opaque to clients, and good for one request only.

use kvs_api::protocol::sign::sha256_hex;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Digits of the checksum that keeps made-up tokens out.
const CHECKSUM: usize = 16;

/// The token of `content`.
pub(crate) fn seal(content: &impl Serialize) -> String {
    let json = serde_json::to_vec(content).unwrap_or_default();
    let digits = json.iter().map(|byte| format!("{byte:02x}"));
    digits.fold(checksum(&json), |token, digits| token + &digits)
}

/// What was sealed in `token`; `None` when it is no token of this kind.
pub(crate) fn open<T: DeserializeOwned>(token: &str) -> Option<T> {
    let (expected, digits) = token.split_at_checked(CHECKSUM)?;
    let pairs = digits.as_bytes().chunks(2);
    let json = pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()?;
    if checksum(&json) != expected {
        return None;
    }
    serde_json::from_slice(&json).ok()
}

fn checksum(json: &[u8]) -> String {
    sha256_hex(json).chars().take(CHECKSUM).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_open_to_what_was_sealed() {
        let token = seal(&("arn", 7));
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(open::<(String, u32)>(&token), Some(("arn".to_owned(), 7)));
        assert_eq!(open::<(u32, u32)>(&token), None);
    }

    #[test]
    fn made_up_tokens_do_not_open() {
        let token = seal(&7);
        let mut cut = token.clone();
        cut.pop();
        for bad in [
            "",
            "x",
            "zz",
            &cut,
            &format!("{token}00"),
            &token.replace('7', "8"),
            "ééééééééééééé",
        ] {
            assert_eq!(open::<u32>(bad), None, "{bad}");
        }
    }
}
