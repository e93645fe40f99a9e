//! Enumerations, which keep the values that they do not know.

use super::file::File;
use super::structure::or_name;
use super::types::Types;
use crate::ir::{EnumValue, IntEnumValue};
use crate::names;

pub(super) fn emit(
    file: &mut File,
    types: &Types<'_>,
    name: &str,
    docs: &str,
    values: &[EnumValue],
) {
    file.text("\nkvs_protocol::open_enum! {");
    file.docs_within(1, &or_name(docs, name));
    file.text(&format!("    pub enum {name} {{"));
    let variants = names::distinct(values.iter().map(|value| names::variant(&value.value)));
    for (variant, EnumValue { value, docs }) in variants.iter().zip(values) {
        let wire_name = if value.is_empty() { "\"\"" } else { value };
        file.docs_within(2, &or_name(&types.link_docs(docs, None), wire_name));
        file.text(&format!("        {variant} = {value:?},"));
    }
    file.text("    }\n}");
}

pub(super) fn emit_int(
    file: &mut File,
    types: &Types<'_>,
    name: &str,
    docs: &str,
    values: &[IntEnumValue],
) {
    file.text("\nkvs_protocol::int_enum! {");
    file.docs_within(1, &or_name(docs, name));
    file.text(&format!("    pub enum {name} {{"));
    let variants = names::distinct(values.iter().map(|value| names::variant(&value.name)));
    for (variant, value) in variants.iter().zip(values) {
        file.docs_within(
            2,
            &or_name(&types.link_docs(&value.docs, None), &value.name),
        );
        file.text(&format!("        {variant} = {},", value.value));
    }
    file.text("    }\n}");
}
