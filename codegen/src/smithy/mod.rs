//! Reader of the Smithy 2.0 JSON AST.
//!
//! Starts at the service and lowers what its operations reach. A trait that is neither taken by
//! the reader nor known to be without effect is an error, for it might change the wire form.

mod ast;
mod lower;
mod traits;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) use self::ast::Ordered;
use self::ast::Reference;
use self::traits::Traits;
use crate::context;
use crate::error::Error;
use crate::ir::{Auth, EndpointParameter, Operation, Pagination, Service, Shape, Token};
use crate::names;
use crate::rules::RuleSet;

/// The trait of services that speak restJson1.
pub(crate) const PROTOCOL: &str = "aws.protocols#restJson1";
/// Namespace of the shapes that every model has without defining them.
const PRELUDE: &str = "smithy.api#";
/// The prelude's word for "nothing".
const UNIT: &str = "smithy.api#Unit";

/// Reads the one service of a model.
///
/// # Errors
/// When the text is no such model, is broken, or needs what the generator does not support.
pub(crate) fn read(text: &str) -> Result<Service, Error> {
    let model: ast::Model = serde_json::from_str(text)
        .map_err(|e| Error::new(format!("this is not a Smithy JSON AST: {e}")))?;
    if !model.smithy.starts_with("2.") {
        let version = &model.smithy;
        return Err(Error::unsupported(format!(
            "Smithy {version} (the reader knows 2.0)"
        )));
    }
    let mut reader = Reader::new(&model);
    let service = reader.service()?;
    reader.into_service(service)
}

struct Reader<'m> {
    shapes: BTreeMap<&'m str, &'m ast::Shape>,
    /// Ids by the name that they get in the IR.
    ids: BTreeMap<String, &'m str>,
    /// Named, but not lowered yet.
    pending: Vec<&'m str>,
    lowered: BTreeMap<String, Shape>,
    /// What the service says about the pages of all operations.
    pages: Paginated,
    not_understood: Vec<String>,
}

impl<'m> Reader<'m> {
    fn new(model: &'m ast::Model) -> Self {
        Self {
            shapes: model
                .shapes
                .0
                .iter()
                .map(|(id, shape)| (id.as_str(), shape))
                .collect(),
            ids: BTreeMap::new(),
            pending: Vec::new(),
            lowered: BTreeMap::new(),
            pages: Paginated::default(),
            not_understood: Vec::new(),
        }
    }

    fn service(&mut self) -> Result<Service, Error> {
        let mut services = self
            .shapes
            .iter()
            .filter(|(_, shape)| shape.kind == "service");
        let (Some((id, shape)), None) = (services.next(), services.next()) else {
            return Err(Error::new(
                "the model must have exactly one shape of type `service`",
            ));
        };
        let (id, shape) = (*id, *shape);
        self.lower_service(id, shape)
            .map_err(|e| e.in_shape(local(id)))
    }

    fn lower_service(&mut self, id: &'m str, shape: &'m ast::Shape) -> Result<Service, Error> {
        let mut traits = Traits::new(&shape.traits);
        let api: ApiService = traits.need("aws.api#service")?;
        let sigv4: Sigv4 = traits.need("aws.auth#sigv4")?;
        if !shape.traits.0.iter().any(|(id, _)| id == PROTOCOL) {
            return Err(Error::unsupported(
                "a protocol other than `aws.protocols#restJson1`",
            ));
        }
        let default_prefix = || names::words(&api.sdk_id).concat().to_lowercase();
        let mut service = Service {
            title: traits
                .decode("smithy.api#title")?
                .unwrap_or_else(|| api.sdk_id.clone()),
            endpoint_prefix: api.endpoint_prefix.unwrap_or_else(default_prefix),
            signing_name: sigv4.name,
            version: shape.version.clone().unwrap_or_default(),
            docs: traits.docs()?,
            module: names::snake(&api.sdk_id),
            sdk_id: api.sdk_id,
            throttling: Vec::new(),
            endpoint_rules: traits
                .take("smithy.rules#endpointRuleSet")
                .map(RuleSet::parse)
                .transpose()?,
            errors: self.targets(&shape.errors)?,
            operations: Vec::new(),
            left_out: Vec::new(),
            shapes: BTreeMap::new(),
        };
        self.pages = traits.decode("smithy.api#paginated")?.unwrap_or_default();
        self.finish(local(id), None, traits);
        for id in self.operations(shape)? {
            let operation = self.operation(id).map_err(|e| e.in_shape(local(id)))?;
            service.operations.push(operation);
        }
        service.operations.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(service)
    }

    /// What the service and its resources list, each operation once.
    fn operations(&self, service: &'m ast::Shape) -> Result<Vec<&'m str>, Error> {
        let mut operations: Vec<&'m str> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        let mut pending = vec![service];
        while let Some(shape) = pending.pop() {
            operations.extend(
                shape
                    .all_operations()
                    .map(|reference| reference.target.as_str()),
            );
            for Reference { target } in &shape.resources {
                let missing =
                    || Error::new(format!("refers to `{target}`, which is not in the model"));
                if !seen.contains(&target.as_str()) {
                    seen.push(target);
                    pending.push(
                        self.shapes
                            .get(target.as_str())
                            .copied()
                            .ok_or_else(missing)?,
                    );
                }
            }
        }
        operations.sort_unstable();
        operations.dedup();
        Ok(operations)
    }

    fn operation(&mut self, id: &'m str) -> Result<Operation, Error> {
        let name = local(id);
        let shape = match self.shapes.get(id) {
            Some(shape) if shape.kind == "operation" => *shape,
            _ => {
                return Err(Error::new(
                    "the service lists it, so it must be a shape of type `operation`",
                ));
            }
        };
        let mut traits = Traits::new(&shape.traits);
        let http: Http = traits.need("smithy.api#http")?;
        let operation = Operation {
            name: name.to_owned(),
            docs: traits.docs()?,
            method: http.method,
            uri: http.uri,
            status: http.code,
            input: self.end(shape.input.as_ref(), name, "Input")?,
            output: self.end(shape.output.as_ref(), name, "Output")?,
            errors: self.targets(&shape.errors)?,
            auth: auth(&mut traits)?,
            host_prefix: traits
                .decode::<HostPrefix>("smithy.api#endpoint")?
                .map(|written| written.host_prefix),
            checksum: checksum(&mut traits)?,
            compression: compression(&mut traits)?,
            endpoint_parameters: self.endpoint_parameters(shape, &mut traits)?,
            pagination: traits
                .decode::<Paginated>("smithy.api#paginated")?
                .map(|written| written.or(&self.pages))
                .transpose()?,
            one_of: Vec::new(),
            answer_limit_mib: None,
            discovered: None,
        };
        self.finish(name, None, traits);
        Ok(operation)
    }

    fn endpoint_parameters(
        &self,
        operation: &ast::Shape,
        traits: &mut Traits<'_>,
    ) -> Result<BTreeMap<String, EndpointParameter>, Error> {
        let fixed = traits.decode("smithy.rules#staticContextParams")?;
        let in_input = traits.decode("smithy.rules#operationContextParams")?;
        let input = operation.input.as_ref();
        let input = input.and_then(|input| self.shapes.get(input.target.as_str()));
        let mut of_members = Vec::new();
        for (name, member) in input.into_iter().flat_map(|input| &input.members.0) {
            let mut traits = Traits::new(&member.traits);
            if let Some(parameter) =
                traits.decode::<context::OfMember>("smithy.rules#contextParam")?
            {
                of_members.push((parameter.name, name.as_str()));
            }
        }
        let of_members = of_members
            .iter()
            .map(|(name, member)| (name.as_str(), *member));
        let (fixed, in_input) = (fixed.unwrap_or_default(), in_input.unwrap_or_default());
        context::parameters(&fixed, &in_input, of_members)
    }

    /// Input or output of an operation: no structure, or the unit, stands for one without members.
    fn end(
        &mut self,
        reference: Option<&'m Reference>,
        operation: &str,
        suffix: &str,
    ) -> Result<String, Error> {
        match reference {
            Some(reference) if reference.target != UNIT => self.target(&reference.target),
            _ => {
                let name = format!("{operation}{suffix}");
                self.lowered.insert(name.clone(), lower::empty_structure());
                Ok(name)
            }
        }
    }

    /// Errors, in the order of their names: formats list them in different ones.
    fn targets(&mut self, references: &'m [Reference]) -> Result<Vec<String>, Error> {
        let targets = references
            .iter()
            .map(|reference| self.target(&reference.target));
        let mut names = targets.collect::<Result<Vec<_>, _>>()?;
        names.sort_unstable();
        Ok(names)
    }

    /// The name in the IR of a shape, which is lowered in its turn.
    fn target(&mut self, id: &'m str) -> Result<String, Error> {
        let in_prelude = id.starts_with(PRELUDE);
        let name = if in_prelude { id } else { local(id) };
        match self.ids.get(name) {
            Some(known) if *known == id => return Ok(name.to_owned()),
            Some(known) => {
                return Err(Error::unsupported(format!(
                    "one name in two namespaces, `{known}` and `{id}`,"
                )));
            }
            None => {}
        }
        if !in_prelude && !self.shapes.contains_key(id) {
            let problem =
                format!("refers to `{id}`, which is not in the model: add it, or correct the name");
            return Err(Error::new(problem));
        }
        self.ids.insert(name.to_owned(), id);
        self.pending.push(id);
        Ok(name.to_owned())
    }

    /// Keeps for the final report what nobody has understood.
    fn finish(&mut self, shape: &str, member: Option<&str>, traits: Traits<'_>) {
        let place = match member {
            Some(member) => format!("shape `{shape}`, member `{member}`"),
            None => format!("shape `{shape}`"),
        };
        let lines = traits
            .not_understood()
            .map(|id| format!("{place}, trait `{id}`"));
        self.not_understood.extend(lines);
    }

    fn into_service(mut self, mut service: Service) -> Result<Service, Error> {
        while let Some(id) = self.pending.pop() {
            let shape = self.lower(id).map_err(|e| e.in_shape(local(id)))?;
            let name = if id.starts_with(PRELUDE) {
                id
            } else {
                local(id)
            };
            self.lowered.insert(name.to_owned(), shape);
        }
        if !self.not_understood.is_empty() {
            self.not_understood.sort();
            let list = self.not_understood.join("\n  ");
            let advice = "teach the reader what they mean, or list them among the ignored ones with a reason";
            return Err(Error::new(format!(
                "not supported yet; {advice}:\n  {list}"
            )));
        }
        service.shapes = self.lowered;
        Ok(service)
    }
}

/// How an operation is signed: as it says itself, or with SigV4, which its service has.
fn auth(traits: &mut Traits<'_>) -> Result<Auth, Error> {
    let unsigned_payload = traits.flag("aws.auth#unsignedPayload");
    let optional = traits.flag("smithy.api#optionalAuth");
    let schemes: Option<Vec<String>> = traits.decode("smithy.api#auth")?;
    Ok(match schemes {
        _ if optional => Auth::Unsigned,
        Some(schemes) if schemes.iter().all(|id| id == "smithy.api#noAuth") => Auth::Unsigned,
        Some(schemes) if !schemes.iter().any(|id| id == "aws.auth#sigv4") => {
            Auth::Other(schemes.join(", "))
        }
        _ if unsigned_payload => Auth::UnsignedPayload,
        _ => Auth::Signed,
    })
}

/// Where the service wants some sum of the body and takes several, MD5 is among them.
fn checksum(traits: &mut Traits<'_>) -> Result<bool, Error> {
    let written = traits.decode::<Checksum>("aws.protocols#httpChecksum")?;
    let is_wanted = written.is_some_and(|written| written.request_checksum_required);
    Ok(traits.flag("smithy.api#httpChecksumRequired") || is_wanted)
}

/// gzip is the only encoding that there is; others would come beside it.
fn compression(traits: &mut Traits<'_>) -> Result<bool, Error> {
    let written = traits.decode::<Compression>("smithy.api#requestCompression")?;
    Ok(written.is_some_and(|written| written.encodings.iter().any(|name| name == "gzip")))
}

/// The name without its namespace.
fn local(id: &str) -> &str {
    id.rsplit('#').next().unwrap_or(id)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiService {
    sdk_id: String,
    endpoint_prefix: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    #[serde(default)]
    request_checksum_required: bool,
}

#[derive(Deserialize)]
struct Compression {
    encodings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HostPrefix {
    host_prefix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sigv4 {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    method: String,
    uri: String,
    #[serde(default = "ok")]
    code: u16,
}

fn ok() -> u16 {
    200
}

/// How pages follow each other; what an operation leaves out, the service says for all of them.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Paginated {
    input_token: Option<String>,
    output_token: Option<String>,
    items: Option<String>,
    page_size: Option<String>,
}

impl Paginated {
    fn or(self, of_service: &Self) -> Result<Pagination, Error> {
        let missing = |name: &str| {
            let problem = format!("neither the operation nor the service names the {name} token");
            Error::new(problem).in_trait("smithy.api#paginated")
        };
        let input = self.input_token.or(of_service.input_token.clone());
        let output = self.output_token.or(of_service.output_token.clone());
        Ok(Pagination {
            tokens: vec![Token {
                input: input.ok_or_else(|| missing("input"))?,
                output: output.ok_or_else(|| missing("output"))?,
            }],
            items: self.items.or(of_service.items.clone()),
            page_size: self.page_size.or(of_service.page_size.clone()),
        })
    }
}
