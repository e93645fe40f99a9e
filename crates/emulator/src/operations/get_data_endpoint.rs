//! GetDataEndpoint.

use kvs_api::video::{ApiName, GetDataEndpoint, GetDataEndpointOutput};

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::quotas::Quota;
use crate::refusal::Refusal;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: GetDataEndpoint = call.input()?;
    match &input.api_name {
        None => return Err(Refusal::invalid_argument("APIName must be given.")),
        Some(ApiName::Unknown(name)) => {
            return Err(Refusal::invalid_argument(format!(
                "APIName {name} is not that of an API."
            )));
        }
        Some(_) => {}
    }
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    call.charge(&entry.arn, Quota::Endpoints, 1)?;
    call.charge(&entry.arn, Quota::AccountEndpoints, 1)?;
    let mut output = GetDataEndpointOutput::default();
    output.data_endpoint = Some(call.origin());
    Answer::json(&output)
}
