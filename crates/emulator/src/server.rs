//! Accepts connections and answers requests.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, DATE, HOST, HeaderName, HeaderValue,
};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use kvs_api::protocol::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::admin;
use crate::auth::{Payload, Verifier};
use crate::body::{AnswerBody, Content};
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::faults::{Plan, Planner};
use crate::log::{Exchange, Log};
use crate::operations::{Answer, Answers, Call, Route, Serve, put_media};
use crate::quotas::Quotas;
use crate::refusal::Refusal;
use crate::shuffle::Random;

/// The longest request that is read: many times what a thousand fragment numbers take.
const LONGEST_REQUEST: usize = 1 << 20;
/// How long to wait when the system cannot accept connections, for lack of descriptors say.
const RESPITE: Duration = Duration::from_millis(50);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// What all connections share.
pub(crate) struct Service {
    pub(crate) streams: Mutex<Catalogue>,
    pub(crate) verifier: Verifier,
    /// Bytes a second of each body of media.
    pub(crate) rate: Option<u64>,
    pub(crate) planner: Arc<Mutex<Planner>>,
    pub(crate) clock: Clock,
    pub(crate) quotas: Option<Quotas>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<tokio_rustls::TlsAcceptor>,
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    pub(crate) log: Log,
    pub(crate) requests: AtomicU64,
}

/// Serves until `stop` changes or its sender is gone. Connections that are open then are cut when
/// the runtime goes.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    mut stop: watch::Receiver<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => drop(tokio::spawn(greet(stream, Arc::clone(&service)))),
            Err(_) => tokio::time::sleep(RESPITE).await,
        }
    }
}

async fn greet(stream: TcpStream, service: Arc<Service>) {
    // Without it small answers wait for the client's acknowledgement; they still arrive.
    let _ = stream.set_nodelay(true);
    #[cfg(feature = "tls")]
    if let Some(tls) = &service.tls {
        // A client that does not trust us hangs up.
        if let Ok(stream) = tls.accept(stream).await {
            connection(stream, service).await;
        }
        return;
    }
    connection(stream, service).await;
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin, service: Arc<Service>) {
    let answer = service_fn(|request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    // A client that hangs up is no failure of the service, and is in the log.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

impl Service {
    async fn answer(self: &Arc<Self>, request: Request<Incoming>) -> Response<AnswerBody> {
        if admin::is_admin(request.uri().path()) {
            let request = collect(request).await;
            let answer = request.and_then(|request| admin::serve(self, &request));
            return self.respond(None, answer, &Plan::default());
        }
        let route = match Route::of(request.method(), request.uri().path()) {
            Ok(route) => route,
            Err(refusal) => {
                // A connection that is closed on an unread request loses the answer.
                drop(collect(request).await);
                return self.respond(None, Err(refusal), &Plan::default());
            }
        };
        let plan = self.planner().plan(route.name);
        let answer = match route.serve {
            Serve::Whole(serve) => {
                let request = collect(request).await;
                tokio::time::sleep(plan.delay).await;
                request.and_then(|request| self.serve((route, serve), &request, &plan))
            }
            Serve::Ingest => {
                tokio::time::sleep(plan.delay).await;
                match &plan.refusal {
                    Some(refusal) => Err(refusal.clone()),
                    None => put_media::serve(self, request, plan.clock(self.clock.now())),
                }
            }
        };
        self.respond(Some(route), answer, &plan)
    }

    fn serve(
        &self,
        (route, serve): (&Route, Answers),
        request: &Request<Bytes>,
        plan: &Plan,
    ) -> Result<Answer, Refusal> {
        let now = plan.clock(self.clock.now());
        if route.is_signed() {
            self.verifier.verify(request, Payload::Signed, now)?;
        }
        if let Some(refusal) = &plan.refusal {
            return Err(refusal.clone());
        }
        let host = request.headers().get(HOST);
        let call = Call {
            scheme: self.scheme,
            host: host.and_then(|host| host.to_str().ok()).unwrap_or_default(),
            query: request.uri().query().unwrap_or_default(),
            body: request.body(),
            now: now.into(),
            clock: &self.clock,
            rate: self.rate,
            quotas: self.quotas.as_ref(),
        };
        let mut answer = serve(&call, &mut self.streams())?;
        answer.content.disturb(plan);
        Ok(answer)
    }

    pub(crate) fn streams(&self) -> MutexGuard<'_, Catalogue> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn planner(&self) -> MutexGuard<'_, Planner> {
        self.planner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn respond(
        &self,
        route: Option<&'static Route>,
        answer: Result<Answer, Refusal>,
        plan: &Plan,
    ) -> Response<AnswerBody> {
        let (status, code) = match &answer {
            Ok(_) => (StatusCode::OK, None),
            Err(refusal) => (refusal.status, HeaderValue::from_str(&refusal.code).ok()),
        };
        let answer = answer.unwrap_or_else(|refusal| Answer {
            content_type: "application/json",
            content: Content::Whole(refusal.body().into()),
            fragments: 0,
        });
        let exchange = Exchange {
            operation: route.map(|route| route.name),
            fragments: answer.fragments,
            status,
            log: self.log.clone(),
            written: AtomicU64::new(0),
        };
        let mut response = Response::new(AnswerBody::new(answer.content, exchange, plan.breaks));
        *response.status_mut() = status;
        let content_type = HeaderValue::from_static(answer.content_type);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type);
        headers.extend(code.map(|code| (ERROR_TYPE, code)));
        if route.is_some_and(|route| !route.is_signed()) {
            // Players are on pages of other origins.
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        if plan.skews() {
            headers.extend(date(plan.clock(self.clock.now())).map(|date| (DATE, date)));
        }
        headers.extend(self.request_id().map(|id| (REQUEST_ID, id)));
        response
    }

    /// A name for each request, of the form that the service gives.
    fn request_id(&self) -> Option<HeaderValue> {
        let mut random = Random::new(self.requests.fetch_add(1, Ordering::Relaxed));
        let (a, b) = (random.draw(), random.draw());
        let id = format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xffff,
            b >> 48,
            b & 0xffff_ffff_ffff
        );
        HeaderValue::from_str(&id).ok()
    }
}

/// The header that tells a clock; hyper's own tells the system's.
fn date(at: SystemTime) -> Option<HeaderValue> {
    let date = Timestamp::from(at).to_http_date().ok()?;
    HeaderValue::from_str(&date).ok()
}

/// The whole request, which its signature covers.
async fn collect(request: Request<Incoming>) -> Result<Request<Bytes>, Refusal> {
    let (head, body) = request.into_parts();
    match Limited::new(body, LONGEST_REQUEST).collect().await {
        Ok(body) => Ok(Request::from_parts(head, body.to_bytes())),
        Err(error) => Err(Refusal::common(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            format!("The request cannot be read: {error}."),
        )),
    }
}
