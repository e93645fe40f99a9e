//! Where lighthouse is found.
//!
//! Generated from `codegen/tests/rules/lighthouse.json`; change the model or the generator, then
//! run `cargo xtask codegen`.

use kvs_protocol::rules::{self, BuiltIns, Endpoint, Property, Unresolved};

/// What the endpoint depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'a> {
    /// How the account's number gets into the host name.
    pub account_mode: &'a str,
    /// `Arn`.
    pub arn: Option<&'a str>,
    /// `Bucket`.
    pub bucket: Option<&'a str>,
    /// URL that stands for the service's own endpoint.
    pub endpoint: Option<&'a str>,
    /// Whether the lamp is on.
    pub lit: bool,
    /// Names of ships, the nearest one first.
    pub names: Option<&'a [&'a str]>,
    /// Ports in sight.
    pub ports: &'a [&'a str],
    /// Region to call.
    pub region: Option<&'a str>,
    /// Whether to call an endpoint that has IPv6 addresses as well.
    pub use_dual_stack: Option<bool>,
    /// Whether to call an endpoint with FIPS 140 validated cryptography.
    pub use_fips: bool,
    /// A name that is a keyword.
    pub r#type: Option<&'a str>,
}

impl Default for Parameters<'_> {
    fn default() -> Self {
        Self {
            account_mode: "preferred",
            arn: None,
            bucket: None,
            endpoint: None,
            lit: true,
            names: None,
            ports: &["a", "b"],
            region: None,
            use_dual_stack: None,
            use_fips: false,
            r#type: None,
        }
    }
}

impl<'a> From<BuiltIns<'a>> for Parameters<'a> {
    fn from(built_ins: BuiltIns<'a>) -> Self {
        Self {
            endpoint: built_ins.endpoint,
            region: built_ins.region,
            use_dual_stack: Some(built_ins.use_dual_stack),
            use_fips: built_ins.use_fips,
            ..Self::default()
        }
    }
}

/// Finds the endpoint.
///
/// # Errors
/// [`Unresolved`] says which parameter is missing, or why there is no endpoint for them.
pub fn resolve(parameters: &Parameters<'_>) -> Result<Endpoint, Unresolved> {
    let Parameters {
        account_mode,
        arn,
        bucket,
        endpoint,
        lit,
        names,
        ports,
        use_dual_stack,
        use_fips,
        r#type,
        ..
    } = *parameters;
    let region = parameters.region.ok_or(Unresolved::Missing("Region"))?;
    if let Some(endpoint) = endpoint
        && let Some(url) = rules::parse_url(endpoint)
    {
        if url.is_ip {
            return Err(Unresolved::refused(format!(
                "{{{}}} is an address",
                url.authority
            )));
        }
        if url.normalized_path.as_str() == "/" && !url.path.is_empty() {
            return Err(Unresolved::refused("a path of slashes alone"));
        }
        let base = url.normalized_path.as_str();
        if let Some(bucket) = bucket {
            let encoded = rules::uri_encode(bucket);
            return Ok(
                Endpoint::new(format!("{}://{}{base}{encoded}", url.scheme, url.authority))
                    .with_header("x-bucket", [&encoded, bucket, &format!("of {region}")]),
            );
        }
        if bucket.is_none() {
            return Ok(Endpoint::new(endpoint)
                .with_property("count", 2_i64)
                .with_property("local", true));
        }
        return Err(Unresolved::NoRule);
    }
    if let Some(arn) = arn
        && let Some(arn2) = rules::parse_arn(arn)
        && rules::is_valid_host_label(arn2.region, false)
        && let Some(second) = arn2.resource_id.get(1).copied()
    {
        let partition_result = rules::partition(arn2.region);
        if use_fips {
            let partition_result2 = rules::partition(region);
            if partition_result2.name == partition_result.name {
                return Ok(Endpoint::new(format!(
                    "https://{second}.{}.{}-fips.{}.{}",
                    arn2.account_id, arn2.service, arn2.region, partition_result.dns_suffix
                ))
                .with_property(
                    "authSchemes",
                    Property::list([
                        Property::map([
                            ("disableDoubleEncoding", true.into()),
                            ("name", "sigv4".into()),
                            ("signingName", arn2.service.into()),
                            ("signingRegion", arn2.region.into()),
                        ]),
                        Property::map([
                            ("name", "sigv4a".into()),
                            (
                                "signingRegionSet",
                                Property::list([
                                    "*".into(),
                                    partition_result2.implicit_global_region.into(),
                                ]),
                            ),
                        ]),
                    ]),
                )
                .with_property("backend", format!("of {}", arn2.partition)));
            }
        }
        let ids = &arn2.resource_id;
        if let Some(last_but_one) = ids.iter().copied().nth_back(1)
            && arn2.resource_id.last().copied().is_some()
            && rules::parse_url(&format!("https://{}", arn2.service))
                .map(|it| it.is_ip)
                .is_some()
        {
            return Err(Unresolved::refused(last_but_one));
        }
        return Err(Unresolved::NoRule);
    }
    if let Some(bucket) = bucket
        && rules::is_virtual_hostable_s3_bucket(bucket, true)
    {
        let text1 = format!("{bucket}.{account_mode}");
        let parts = rules::split(&text1, ".", 0);
        let third = parts
            .get(2)
            .copied()
            .or(rules::substring(bucket, 0, 2, true))
            .unwrap_or("none");
        let suffix = if lit { "-lit" } else { "" };
        if let Some(kind) = if use_fips {
            r#type.map(str::to_owned)
        } else {
            Some(rules::uri_encode(&format!("{bucket}/")))
        } && !(if lit { use_fips } else { false })
        {
            return Ok(Endpoint::new(format!("https://{third}{suffix}.{kind}")));
        }
        return Err(Unresolved::refused(format!("{third} is dark")));
    }
    if let Some(name) = names.and_then(|it| it.first().copied()).or(r#type)
        && use_dual_stack.unwrap_or(true)
        && let Some(port) = ports.first().copied()
    {
        let partition = rules::partition(region);
        if partition.supports_dual_stack && use_dual_stack.or(use_dual_stack) == Some(true) {
            return Ok(Endpoint::new(format!(
                "https://{name}.{port}.{}",
                partition.dual_stack_dns_suffix
            )));
        }
    }
    if if if lit { use_fips } else { true } {
        lit
    } else {
        use_fips
    } {
        return Err(Unresolved::refused("bright"));
    }
    if let Some(r#type) = r#type {
        return Err(Unresolved::refused(format!("{} in \"{region}\"\n", r#type)));
    }
    Err(Unresolved::NoRule)
}
