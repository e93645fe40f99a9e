//! What the core makes of an answer.

use std::collections::BTreeMap;

use kvs_api::{archived_media, media, signaling, video, webrtc_storage};
use kvs_protocol::http::Response;
use kvs_protocol::http::response::Parts;
use kvs_protocol::{Blob, Error, ErrorKind, Head, Operation, Session};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Failure, now, sent};

/// An answer as it stands in a line; the body is base64.
#[derive(Deserialize)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Blob,
}

impl Answer {
    /// The output, with the members that travel in headers, or the error.
    pub(crate) fn told<O>(
        self,
        input: Value,
        headers: fn(&O::Output) -> BTreeMap<&'static str, Value>,
    ) -> Result<Value, Failure>
    where
        O: Operation<Output: Serialize, Error: Modelled> + DeserializeOwned,
    {
        let body = self.body.0.clone();
        match read::<O>(input, self.head()?, &body)? {
            Ok(output) => {
                let given = headers(&output)
                    .into_iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| (name.to_owned(), value));
                let mut members: Map<_, _> = serde_json::from_value(json!(output))?;
                members.extend(given);
                Ok(json!({ "output": members }))
            }
            Err(error) => refused(error),
        }
    }

    fn head(self) -> Result<Parts, Failure> {
        let mut head = Response::builder().status(self.status);
        for (name, value) in self.headers {
            head = head.header(name, value);
        }
        Ok(head.body(())?.into_parts().0)
    }
}

/// Takes the answer through the machine, as a driver does. The outer failure is one of the test.
fn read<O: Operation + DeserializeOwned>(
    input: Value,
    head: Parts,
    body: &[u8],
) -> Result<Result<O::Output, Error<O::Error>>, Failure> {
    let mut session = Session::new(0);
    let (_, waiting) = sent::<O>(input, &mut session)?;
    Ok(match waiting.head(head, &mut session, now()) {
        Ok(Head::Streaming(output)) => Ok(output),
        Ok(Head::Collect(collect)) => collect.finish(body),
        Ok(Head::Refused(refused)) => match refused.finish(body, &mut session) {
            Ok(_) => return Err("the only attempt is to be made again".into()),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    })
}

fn refused<E: Modelled>(error: Error<E>) -> Result<Value, Failure> {
    let ErrorKind::Refused(refusal) = error.kind else {
        return Err(error.kind.to_string().into());
    };
    Ok(json!({
        "code": refusal.code,
        "message": refusal.message,
        "status": refusal.status.as_u16(),
        "request_id": refusal.request_id,
        "modelled": refusal.error.modelled(),
    }))
}

/// The errors of a service, for all of them to be told alike.
pub(crate) trait Modelled {
    /// Name and members; `null` for an error that the model does not have.
    fn modelled(&self) -> Value;
}

macro_rules! exceptions {
    ($($module:ident: $($variant:ident)+;)+) => {
        $(impl Modelled for $module::Exception {
            fn modelled(&self) -> Value {
                match self {
                    $(Self::$variant(error) => json!({ stringify!($variant): error }),)+
                    _ => Value::Null,
                }
            }
        })+
    };
}

exceptions! {
    archived_media: ClientLimitExceeded InvalidArgument InvalidCodecPrivateData InvalidMediaFrame MissingCodecPrivateData NoDataRetention NotAuthorized ResourceNotFound UnsupportedStreamMediaType;
    video: AccessDenied AccountChannelLimitExceeded AccountStreamLimitExceeded ClientLimitExceeded DeviceStreamLimitExceeded InvalidArgument InvalidDevice InvalidResourceFormat NoDataRetention NotAuthorized ResourceInUse ResourceNotFound StreamEdgeConfigurationNotFound TagsPerResourceExceededLimit VersionMismatch;
    media: ClientLimitExceeded ConnectionLimitExceeded InvalidArgument InvalidEndpoint NotAuthorized ResourceNotFound;
    signaling: ClientLimitExceeded InvalidArgument InvalidClient NotAuthorized ResourceNotFound SessionExpired;
    webrtc_storage: AccessDenied ClientLimitExceeded InvalidArgument ResourceNotFound;
}
