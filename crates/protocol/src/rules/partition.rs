//! `aws.partition`.

use super::partitions::PARTITIONS;

/// A group of regions that share nothing with others, not even DNS.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// What it is called in resource names.
    pub name: &'static str,
    /// Under which domain its endpoints are.
    pub dns_suffix: &'static str,
    /// Under which domain its endpoints with IPv6 addresses are.
    pub dual_stack_dns_suffix: &'static str,
    /// Region of the services that have none.
    pub implicit_global_region: &'static str,
    /// Whether it has FIPS endpoints.
    pub supports_fips: bool,
    /// Whether it has endpoints with IPv6 addresses.
    pub supports_dual_stack: bool,
    /// How the names of its regions begin, up to the hyphen before the compass point.
    pub(super) region_prefixes: &'static [&'static str],
    /// Its regions that are called otherwise.
    pub(super) other_regions: &'static [&'static str],
}

/// The partition that a region belongs to. A region that nobody knows is taken for one of `aws`.
///
/// ```
/// use kvs_protocol::rules::partition;
///
/// assert_eq!(partition("cn-north-1").name, "aws-cn");
/// assert_eq!(partition("eu-nowhere-7").dns_suffix, "amazonaws.com");
/// ```
pub fn partition(region: &str) -> &'static Partition {
    let [aws, ..] = &PARTITIONS;
    let mut partitions = PARTITIONS.iter();
    partitions.find(|one| one.has(region)).unwrap_or(aws)
}

impl Partition {
    /// All partitions.
    pub fn all() -> &'static [Self] {
        &PARTITIONS
    }

    fn has(&self, region: &str) -> bool {
        let is_regular = |prefix: &&str| {
            let rest = region.strip_prefix(*prefix);
            rest.is_some_and(is_place_and_number)
        };
        self.other_regions.contains(&region) || self.region_prefixes.iter().any(is_regular)
    }
}

/// Whether a text is like `-west-1`.
fn is_place_and_number(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let Some((place, number)) = text.strip_prefix('-').and_then(|text| text.split_once('-')) else {
        return false;
    };
    let has_parts = !place.is_empty() && !number.is_empty();
    has_parts && place.bytes().all(is_word) && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_partitions() {
        let cases = [
            ("us-east-1", "aws"),
            ("mx-central-1", "aws"),
            ("aws-global", "aws"),
            ("il-somewhere-17", "aws"),
            ("cn-north-1", "aws-cn"),
            ("aws-cn-global", "aws-cn"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-gov-west-1", "aws-us-gov"),
            ("aws-us-gov-global", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ];
        for (region, name) in cases {
            assert_eq!(partition(region).name, name, "{region}");
        }
    }

    #[test]
    fn what_is_no_region_is_taken_for_one_of_aws() {
        for region in [
            "",
            "-",
            "cn",
            "cn-north",
            "cn--1",
            "cn-north-",
            "cn-north-x",
            "cn-n-1\n",
            "cn-ñ-1",
            "xcn-north-1",
        ] {
            assert_eq!(partition(region).name, "aws", "{region:?}");
        }
    }
}
