//! `aws.parseArn`.

/// The parts of an Amazon resource name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// Partition in which the resource is, such as `aws`.
    pub partition: &'a str,
    /// Service that owns it.
    pub service: &'a str,
    /// Its region; empty where it has none.
    pub region: &'a str,
    /// Its account; empty where it has none.
    pub account_id: &'a str,
    /// What follows, split at `:` and `/`; never empty.
    pub resource_id: Vec<&'a str>,
}

/// Takes a resource name apart; none if it is not one, or lacks partition, service or resource.
///
/// ```
/// let arn = kvs_protocol::rules::parse_arn("arn:aws:iam::111122223333:user/kim").unwrap();
/// assert_eq!((arn.service, arn.region, arn.account_id), ("iam", "", "111122223333"));
/// assert_eq!(arn.resource_id, ["user", "kim"]);
/// ```
pub fn parse_arn(text: &str) -> Option<Arn<'_>> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let ("arn", partition, service, region, account_id, resource) =
        (next()?, next()?, next()?, next()?, next()?, next()?)
    else {
        return None;
    };
    let is_whole = ![partition, service, resource].contains(&"");
    is_whole.then(|| Arn {
        partition,
        service,
        region,
        account_id,
        resource_id: resource.split([':', '/']).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let arn = parse_arn("arn:aws-cn:kinesisvideo:cn-north-1:1:stream/a:b//").unwrap();
        let resource_id = vec!["stream", "a", "b", "", ""];
        let expected = Arn {
            partition: "aws-cn",
            service: "kinesisvideo",
            region: "cn-north-1",
            account_id: "1",
            resource_id,
        };
        assert_eq!(arn, expected);
        assert_eq!(parse_arn("arn:aws:s3:::b").unwrap().resource_id, ["b"]);
        assert_eq!(
            parse_arn("arn:a:b:::é/\0").unwrap().resource_id,
            ["é", "\0"]
        );
    }

    #[test]
    fn what_is_no_arn() {
        for text in [
            "",
            "arn",
            "arn:::::",
            "11111111-2222-3333-4444-555555555555",
            "arn:aws:s3:r:1",
            "arn:aws:s3:r:1:",
            "arn::s3:r:1:x",
            "arn:aws::r:1:x",
            "ARN:aws:s3:r:1:x",
            " arn:aws:s3:r:1:x",
        ] {
            assert_eq!(parse_arn(text), None, "{text}");
        }
    }
}
