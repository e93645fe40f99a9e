//! What downloads and pages stand on.

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use kvs_archive::api::archived_media::{
    Exception, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
};
use kvs_archive::api::protocol::retry::RetryPolicy;
use kvs_archive::api::protocol::{Buffered, Error, Interruption, Operation};
use kvs_archive::asynchronous::{AsyncClient, Payload};

use crate::body::Body;
use crate::client::Client;

impl AsyncClient for Client {
    type Payload = Body;

    async fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>,
    {
        Client::send(self, operation).await
    }

    async fn list_fragments(
        &self,
        list: ListFragments,
    ) -> Result<ListFragmentsOutput, Error<Exception>> {
        Client::send(self, list).await
    }

    async fn get_media(&self, get: GetMediaForFragmentList) -> Result<Body, Error<Exception>> {
        let opened = Client::open(self, get).await?;
        Ok(opened.body)
    }

    fn now(&self) -> SystemTime {
        Client::now(self)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(Client::sleep(self, duration))
    }

    fn retry(&self) -> RetryPolicy {
        Client::retry(self)
    }
}

impl Payload for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Interruption> {
        Body::chunk(self).await
    }
}
