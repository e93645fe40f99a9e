//! `getAttr`, and its short form in templates.

use super::expression::{Rust, Shape};
use super::problem::Problem;
use super::scope::Kind;

const PARTITION: &[(&str, &str, Kind)] = &[
    ("name", "name", Kind::Text),
    ("dnsSuffix", "dns_suffix", Kind::Text),
    ("dualStackDnsSuffix", "dual_stack_dns_suffix", Kind::Text),
    ("implicitGlobalRegion", "implicit_global_region", Kind::Text),
    ("supportsFIPS", "supports_fips", Kind::Boolean),
    ("supportsDualStack", "supports_dual_stack", Kind::Boolean),
];
const ARN: &[(&str, &str, Kind)] = &[
    ("partition", "partition", Kind::Text),
    ("service", "service", Kind::Text),
    ("region", "region", Kind::Text),
    ("accountId", "account_id", Kind::Text),
    ("resourceId", "resource_id", Kind::Texts),
];
const URL: &[(&str, &str, Kind)] = &[
    ("scheme", "scheme", Kind::Text),
    ("authority", "authority", Kind::Text),
    ("path", "path", Kind::Text),
    ("normalizedPath", "normalized_path", Kind::OwnedText),
    ("isIp", "is_ip", Kind::Boolean),
];

impl Rust {
    /// What lies at a path such as `resourceId[0]`.
    pub(super) fn attribute(self, path: &str) -> Result<Self, Problem> {
        let mut value = self;
        for part in path.split('.') {
            let (key, index) = match part.split_once('[') {
                Some((key, index)) => (key, Some(index)),
                None => (part, None),
            };
            if !key.is_empty() || index.is_none() {
                value = value.field(key)?;
            }
            if let Some(index) = index {
                let number = index.strip_suffix(']').and_then(|text| text.parse().ok());
                let odd = || Problem::new(format!("`[{index}` in `{path}` is no index"));
                value = value.element(number.ok_or_else(odd)?)?;
            }
        }
        Ok(value)
    }

    fn field(self, key: &str) -> Result<Self, Problem> {
        let fields = match self.kind {
            Kind::Partition => PARTITION,
            Kind::Arn => ARN,
            Kind::Url => URL,
            _ => &[],
        };
        let Some((_, field, kind)) = fields.iter().find(|(name, ..)| *name == key) else {
            let problem = format!("{} has no attribute `{key}`", self.kind);
            return Err(Problem::new(problem));
        };
        let (value, optional) = (self.operand(), self.optional);
        let (code, kind) = match (optional, kind) {
            (true, _) => (format!("{value}.map(|it| it.{field})"), *kind),
            (false, Kind::OwnedText) => (format!("{value}.{field}.as_str()"), Kind::Text),
            (false, _) => (format!("{value}.{field}"), *kind),
        };
        let shape = if optional { Shape::Atom } else { Shape::Place };
        Ok(Self::new(kind, code)
            .or_absent(optional)
            .with_shape(shape)
            .with_uses([&self]))
    }

    /// The element at an index, which counts from the end if it is negative.
    fn element(self, index: i32) -> Result<Self, Problem> {
        if self.kind != Kind::Texts {
            let problem = format!("{} has no elements, and so no `[{index}]`", self.kind);
            return Err(Problem::new(problem));
        }
        let element = match index {
            0 => "first().copied()".to_owned(),
            -1 => "last().copied()".to_owned(),
            1.. => format!("get({index}).copied()"),
            _ => format!("iter().copied().nth_back({})", index.unsigned_abs() - 1),
        };
        let value = self.operand();
        let code = if self.optional {
            format!("{value}.and_then(|it| it.{element})")
        } else {
            format!("{value}.{element}")
        };
        Ok(Self::new(Kind::Text, code)
            .or_absent(true)
            .with_uses([&self]))
    }
}
