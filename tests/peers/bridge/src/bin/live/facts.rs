//! What we know of the service, one thing after the other.

use kvs_api::archived_media::{
    Exception, FragmentSelector, FragmentSelectorType, GetMediaForFragmentList, ListFragments,
    TimestampRange,
};
use kvs_api::video::{DescribeStream, GetDataEndpoint};
use kvs_protocol::{Error, Timestamp};
use kvs_smithy::Client;
use kvs_smithy::mkv::{Fragment, Fragments, State};

use crate::recorder::{Recorder, Seen};
use crate::{Failure, Report};

/// How many fragments are fetched at most.
const FETCHED: usize = 3;
/// The digits of a fragment's number.
const DIGITS: usize = 47;
/// What the service's tags begin with.
const PREFIX: &str = "AWS_KINESISVIDEO_";
/// Those before a fragment's frames.
const TAGS: [&str; 3] = ["FRAGMENT_NUMBER", "SERVER_TIMESTAMP", "PRODUCER_TIMESTAMP"];

/// Whom everything is asked of.
pub(crate) struct Asked<'a> {
    pub(crate) client: &'a Client,
    pub(crate) recorder: &'a Recorder,
    pub(crate) stream: &'a str,
}

impl Asked<'_> {
    pub(crate) async fn everything(&self) -> Result<Report, Failure> {
        let mut report = Report::default();
        self.stream(&mut report).await?;
        let numbers = self.listing(&mut report).await?;
        self.media(&numbers, &mut report).await?;
        self.absent_fragment(&mut report).await?;
        self.refusals(&mut report).await;
        Ok(report)
    }

    fn seen(&self, path: &str) -> Result<Seen, Failure> {
        Ok(self.recorder.last(path).ok_or("no answer was recorded")?)
    }

    async fn stream(&self, report: &mut Report) -> Result<(), Failure> {
        let describe = DescribeStream {
            stream_name: Some(self.stream.to_owned()),
            ..DescribeStream::default()
        };
        let described = self.client.send(describe).await?;
        let info = described.stream_info.unwrap_or_default();
        let version = info.stream_arn.unwrap_or_default();
        let moment = version.rsplit('/').next().unwrap_or_default().to_owned();
        let is_moment = moment.len() == 13 && moment.bytes().all(|byte| byte.is_ascii_digit());
        report.fact("an ARN ends with 13 digits", is_moment, version);
        common(&self.seen("/describeStream")?, report);
        for api in [
            "LIST_FRAGMENTS",
            "GET_MEDIA_FOR_FRAGMENT_LIST",
            "GET_CLIP",
            "GET_MEDIA",
        ] {
            let ask = GetDataEndpoint {
                stream_name: Some(self.stream.to_owned()),
                api_name: Some(api.into()),
                ..GetDataEndpoint::default()
            };
            let endpoint = self.client.send(ask).await?.data_endpoint;
            let endpoint = endpoint.unwrap_or_default();
            let is_plain = !endpoint.ends_with('/') && endpoint.starts_with("http");
            report.fact("an endpoint is a URL without a path", is_plain, endpoint);
        }
        Ok(())
    }

    /// All that is stored: without a selector the service fails.
    fn list(&self) -> ListFragments {
        let ever = TimestampRange {
            start_timestamp: Some(Timestamp::from_millis(0)),
            end_timestamp: Some(Timestamp::new(4_000_000_000, 0)),
        };
        ListFragments {
            stream_name: Some(self.stream.to_owned()),
            fragment_selector: Some(FragmentSelector {
                fragment_selector_type: Some(FragmentSelectorType::ServerTimestamp),
                timestamp_range: Some(ever),
            }),
            ..ListFragments::default()
        }
    }

    /// The numbers of the first fragments of all that is stored.
    async fn listing(&self, report: &mut Report) -> Result<Vec<String>, Failure> {
        let page = self.client.send(ListFragments {
            max_results: Some(FETCHED as i64 + 1),
            ..self.list()
        });
        let page = page.await?;
        common(&self.seen("/listFragments")?, report);
        let listed = page.fragments.unwrap_or_default();
        report.fact(
            "there are fragments to look at",
            !listed.is_empty(),
            listed.len(),
        );
        for fragment in &listed {
            let number = fragment.fragment_number.as_deref().unwrap_or_default();
            let is_number = number.len() == DIGITS && number.bytes().all(|b| b.is_ascii_digit());
            report.fact("a fragment's number has 47 digits", is_number, number);
            let is_dated = fragment.producer_timestamp.is_some()
                && fragment.server_timestamp.is_some()
                && fragment.fragment_size_in_bytes > 0;
            report.fact("a fragment has both times and a size", is_dated, fragment);
        }
        let numbers = listed
            .into_iter()
            .filter_map(|fragment| fragment.fragment_number);
        Ok(numbers.take(FETCHED).collect())
    }

    async fn fetch(&self, numbers: &[String]) -> Result<Vec<Fragment>, Failure> {
        let get = GetMediaForFragmentList {
            stream_name: Some(self.stream.to_owned()),
            fragments: Some(numbers.to_vec()),
            ..GetMediaForFragmentList::default()
        };
        let mut opened = self.client.open(get).await?;
        let mut fragments = Fragments::new();
        let mut fetched = Vec::new();
        while let Some(piece) = opened.body.chunk().await? {
            fragments.push(piece);
            while let Some(fragment) = fragments.next_fragment() {
                fetched.push(fragment.map_err(|damage| damage.to_string())?);
            }
        }
        fragments.finish();
        while let Some(fragment) = fragments.next_fragment() {
            fetched.push(fragment.map_err(|damage| damage.to_string())?);
        }
        Ok(fetched)
    }

    async fn media(&self, numbers: &[String], report: &mut Report) -> Result<(), Failure> {
        let fetched = self.fetch(numbers).await?;
        let head = self.seen("/getMediaForFragmentList")?;
        let kind = head.header("content-type");
        let is_known = matches!(kind, Some("video/webm" | "video/x-matroska"));
        report.fact("media is video/webm or video/x-matroska", is_known, kind);
        let came: Vec<String> = fetched.iter().filter_map(number).collect();
        report.fact(
            "fragments come in the order they are asked for",
            came == numbers,
            came,
        );
        for fragment in &fetched {
            let names = service_tags(fragment);
            report.fact(
                "a fragment has these tags of the service first",
                names == TAGS,
                names,
            );
            let after = fragment.tags_after.iter().map(|tag| tag.name.as_str());
            let after: Vec<&str> = after.filter(|name| name.starts_with(PREFIX)).collect();
            report.fact(
                "no tag of the service follows a fragment",
                after.is_empty(),
                after,
            );
            let is_whole = fragment.state == State::Complete;
            report.fact("a fragment is whole", is_whole, &fragment.state);
        }
        Ok(())
    }

    async fn absent_fragment(&self, report: &mut Report) -> Result<(), Failure> {
        let fetched = match self.fetch(&["1".to_owned()]).await {
            Ok(fetched) => fetched,
            Err(failure) => {
                let fact = "a fragment that is not there is an error inside the body";
                report.fact(fact, false, failure.to_string());
                return Ok(());
            }
        };
        let names: Vec<&str> = fetched.iter().flat_map(service_tags).collect();
        let has_code = names.contains(&"ERROR_CODE") && names.contains(&"ERROR_ID");
        report.fact("its tags are ERROR_CODE and ERROR_ID", has_code, names);
        Ok(())
    }

    async fn refusals(&self, report: &mut Report) {
        let absent = ListFragments {
            stream_name: Some(format!("{}-that-is-not-there", self.stream)),
            ..ListFragments::default()
        };
        let refused = self.client.send(absent).await;
        self.refused(
            "/getDataEndpoint",
            404,
            "ResourceNotFoundException",
            refused,
            report,
        );
        let made_up = ListFragments {
            next_token: Some("madeup".to_owned()),
            ..self.list()
        };
        let refused = self.client.send(made_up).await;
        self.refused(
            "/listFragments",
            400,
            "InvalidArgumentException",
            refused,
            report,
        );
        let many = ListFragments {
            max_results: Some(1_001),
            ..self.list()
        };
        let refused = self.client.send(many).await;
        self.refused(
            "/listFragments",
            400,
            "InvalidArgumentException",
            refused,
            report,
        );
    }

    fn refused<T>(
        &self,
        path: &str,
        status: u16,
        code: &str,
        outcome: Result<T, Error<Exception>>,
        report: &mut Report,
    ) {
        let error = outcome.err();
        let refusal = error.as_ref().and_then(Error::refusal);
        let told = refusal.map(|refusal| (refusal.status.as_u16(), refusal.code.as_str()));
        report.fact(
            &format!("{path} refuses with {code}"),
            told == Some((status, code)),
            told,
        );
        let Some(seen) = self.recorder.last(path) else {
            return;
        };
        let in_header = seen.header("x-amzn-errortype");
        report.fact(
            "the code stands in x-amzn-ErrorType",
            in_header.is_some(),
            &seen,
        );
        let has_message = seen.body.contains("\"message\"") || seen.body.contains("\"Message\"");
        report.fact("the message stands in the body", has_message, &seen.body);
    }
}

/// What all answers have.
fn common(seen: &Seen, report: &mut Report) {
    let kind = seen.header("content-type");
    let is_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
    report.fact(&format!("{} answers with JSON", seen.path), is_json, kind);
    let id = seen.header("x-amzn-requestid");
    report.fact(
        "a request's name is in x-amzn-RequestId",
        id.is_some(),
        &seen.headers,
    );
    let date = seen.header("date");
    report.fact("an answer is dated", date.is_some(), &seen.headers);
}

fn number(fragment: &Fragment) -> Option<String> {
    fragment
        .number
        .as_ref()
        .map(|number| number.as_str().to_owned())
}

/// The tags of the service before a fragment, without what all begin with.
fn service_tags(fragment: &Fragment) -> Vec<&str> {
    let names = fragment.tags_before.iter().map(|tag| tag.name.as_str());
    names.filter_map(|name| name.strip_prefix(PREFIX)).collect()
}
