//! `isValidHostLabel` and `aws.isVirtualHostableS3Bucket`.

use std::net::Ipv4Addr;

/// Whether a text can be a label of a host name: 1 to 63 letters, digits and hyphens, none at
/// either end. With `allow_subdomains` several may follow each other, separated by dots.
pub fn is_valid_host_label(text: &str, allow_subdomains: bool) -> bool {
    if allow_subdomains {
        text.split('.').all(is_label)
    } else {
        is_label(text)
    }
}

fn is_label(text: &str) -> bool {
    let is_of_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(is_of_label)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether an S3 bucket of that name can be called by a host name: a label of 3 to 63 characters
/// without capitals, or several with `allow_subdomains`, that is no IPv4 address.
pub fn is_virtual_hostable_s3_bucket(name: &str, allow_subdomains: bool) -> bool {
    (3..=63).contains(&name.len())
        && !name.bytes().any(|byte| byte.is_ascii_uppercase())
        && name.parse::<Ipv4Addr>().is_err()
        && is_valid_host_label(name, allow_subdomains)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_labels() {
        let long = "a".repeat(63);
        for label in ["a", "3aws4", "us-east-1", "A-1", &long] {
            assert!(is_valid_host_label(label, false), "{label}");
            assert!(is_valid_host_label(label, true), "{label}");
            let two = format!("{label}.{label}");
            assert!(!is_valid_host_label(&two, false), "{two}");
            assert!(is_valid_host_label(&two, true), "{two}");
        }
        let too_long = "a".repeat(64);
        for text in [
            "", ".", "a.", ".a", "a..b", "a.-b", "a-.b", "-", "-a", "a-", "a b", "a_b", "a/b", "é",
            "a\0", "a\n", "a@b", &too_long,
        ] {
            assert!(!is_valid_host_label(text, false), "{text:?}");
            assert!(!is_valid_host_label(text, true), "{text:?}");
        }
    }

    #[test]
    fn buckets() {
        assert!(is_virtual_hostable_s3_bucket("abc", false));
        assert!(is_virtual_hostable_s3_bucket("a.b", true));
        assert!(is_virtual_hostable_s3_bucket(&"a".repeat(63), false));
        assert!(!is_virtual_hostable_s3_bucket("a.b", false));
        let too_long = format!("{}.{}", "a".repeat(32), "a".repeat(32));
        for name in [
            "",
            "ab",
            "Abc",
            "192.168.1.1",
            "a..b",
            "abc-",
            "a.-b",
            "a b",
            "aé",
            &too_long,
        ] {
            assert!(!is_virtual_hostable_s3_bucket(name, true), "{name}");
        }
    }
}
