//! The table of partitions, which rule sets ask for the domain of a region.

use serde::Deserialize;

use crate::emit::comment;
use crate::error::Error;
use crate::{HEADER, Source};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    partitions: Vec<Partition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Partition {
    name: String,
    dns_suffix: String,
    dual_stack_dns_suffix: String,
    implicit_global_region: String,
    supports_fips: bool,
    supports_dual_stack: bool,
    region_prefixes: Vec<String>,
    other_regions: Vec<String>,
}

/// The Rust text of the table.
pub(crate) fn table(source: &Source<'_>) -> Result<String, Error> {
    let in_file = |e: Error| e.in_file(source.path);
    let Written { partitions } = serde_json::from_str(source.text)
        .map_err(|e| in_file(Error::new(format!("this is no list of partitions: {e}"))))?;
    if partitions.first().is_none_or(|first| first.name != "aws") {
        let problem = "the first partition must be `aws`, to which unknown regions are counted";
        return Err(in_file(Error::new(problem)));
    }
    let origin = HEADER.trim_start_matches("//! ");
    let header = comment(
        "//!",
        0,
        &format!(
            "Every partition of AWS.\n\n{origin}{}`; change it, then run `cargo xtask codegen`.",
            source.path
        ),
    );
    let rows: String = partitions.iter().map(row).collect();
    let count = partitions.len();
    Ok(format!(
        "{header}\n\nuse super::partition::Partition;\n\n\
         pub(super) static PARTITIONS: [Partition; {count}] = [\n{rows}];\n"
    ))
}

fn row(partition: &Partition) -> String {
    let Partition {
        name,
        dns_suffix,
        dual_stack_dns_suffix,
        implicit_global_region,
        supports_fips,
        supports_dual_stack,
        region_prefixes,
        other_regions,
    } = partition;
    format!(
        "Partition {{
            name: {name:?},
            dns_suffix: {dns_suffix:?},
            dual_stack_dns_suffix: {dual_stack_dns_suffix:?},
            implicit_global_region: {implicit_global_region:?},
            supports_fips: {supports_fips},
            supports_dual_stack: {supports_dual_stack},
            region_prefixes: &{region_prefixes:?},
            other_regions: &{other_regions:?},
        }},\n"
    )
}
