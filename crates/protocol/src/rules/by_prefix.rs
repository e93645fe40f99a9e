//! What stands in for rules where a model has none.

use super::{BuiltIns, Endpoint, Unresolved, partition};

/// The endpoint of a service whose model has no rules: named like those of all others, after the
/// prefix that its model gives.
///
/// # Errors
/// [`Unresolved`] when there is no region, or the settings exclude each other.
pub fn by_prefix(prefix: &str, built_ins: BuiltIns<'_>) -> Result<Endpoint, Unresolved> {
    let BuiltIns {
        region,
        use_fips,
        use_dual_stack,
        endpoint,
    } = built_ins;
    if let Some(endpoint) = endpoint {
        if use_fips || use_dual_stack {
            let why = "a configured endpoint excludes those for FIPS and dual stack";
            return Err(Unresolved::refused(why));
        }
        return Ok(Endpoint::new(endpoint));
    }
    let region = region.ok_or(Unresolved::Missing("Region"))?;
    let partition = partition(region);
    let is_supported = (!use_fips || partition.supports_fips)
        && (!use_dual_stack || partition.supports_dual_stack);
    if !is_supported {
        let why = format!("no endpoints for FIPS or dual stack in {}", partition.name);
        return Err(Unresolved::refused(why));
    }
    let fips = if use_fips { "-fips" } else { "" };
    let suffix = if use_dual_stack {
        partition.dual_stack_dns_suffix
    } else {
        partition.dns_suffix
    };
    Ok(Endpoint::new(format!(
        "https://{prefix}{fips}.{region}.{suffix}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_make_the_name() {
        let url = |use_fips, use_dual_stack, endpoint| {
            let built_ins = BuiltIns {
                region: Some("cn-north-1"),
                use_fips,
                use_dual_stack,
                endpoint,
            };
            by_prefix("x", built_ins).map(|endpoint| endpoint.url().to_owned())
        };
        let expected = [
            (false, false, "https://x.cn-north-1.amazonaws.com.cn"),
            (true, false, "https://x-fips.cn-north-1.amazonaws.com.cn"),
            (
                false,
                true,
                "https://x.cn-north-1.api.amazonwebservices.com.cn",
            ),
            (
                true,
                true,
                "https://x-fips.cn-north-1.api.amazonwebservices.com.cn",
            ),
        ];
        for (use_fips, use_dual_stack, expected) in expected {
            assert_eq!(url(use_fips, use_dual_stack, None).unwrap(), expected);
        }
        assert_eq!(url(false, false, Some("http://h")).unwrap(), "http://h");
        assert!(url(true, false, Some("http://h")).is_err());
        assert!(url(false, true, Some("http://h")).is_err());
        let nowhere = by_prefix("x", BuiltIns::default());
        assert_eq!(nowhere, Err(Unresolved::Missing("Region")));
    }
}
