//! What is asked of the emulator itself.

use bytes::Bytes;
use http::{Method, Request, StatusCode};

use crate::faults::{Faults, Planner};
use crate::operations::Answer;
use crate::refusal::Refusal;
use crate::server::Service;

/// Begins the paths that no service has.
const PREFIX: &str = "/emulator/";
const FAULTS: &str = "/emulator/faults";

/// Whether a request is one of these. They are not signed.
pub(crate) fn is_admin(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// Tells the faults, sets them, or clears them; the answer is what is in force then.
pub(crate) fn serve(service: &Service, request: &Request<Bytes>) -> Result<Answer, Refusal> {
    let path = request.uri().path();
    let mut planner = service.planner();
    let faults = match (path, request.method()) {
        (FAULTS, &Method::GET) => None,
        (FAULTS, &Method::PUT) => Some(read(request.body())?),
        (FAULTS, &Method::DELETE) => Some(Faults::default()),
        (FAULTS, method) => {
            return Err(Refusal::common(
                StatusCode::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                format!("{FAULTS} takes GET, PUT and DELETE, not {method}."),
            ));
        }
        _ => {
            return Err(Refusal::common(
                StatusCode::NOT_FOUND,
                "NotFound",
                format!("There is nothing at {path}; there is {FAULTS}."),
            ));
        }
    };
    if let Some(faults) = faults {
        *planner = Planner::new(faults);
    }
    Answer::json(planner.faults())
}

fn read(json: &[u8]) -> Result<Faults, Refusal> {
    let json = String::from_utf8_lossy(json);
    Faults::from_json(&json)
        .map_err(|bad| Refusal::common(StatusCode::BAD_REQUEST, "BadFaults", format!("{bad}.")))
}
