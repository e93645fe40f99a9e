//! What stands in for the decoder where it was not built.

use std::marker::PhantomData;

use bytes::Bytes;

use crate::{Error, Form, Unit};

/// Decodes the pictures of an H.264 track. Here it was not built, so there is none.
#[derive(Debug)]
pub struct Stills<T> {
    never: Never,
    marks: PhantomData<T>,
}

#[derive(Debug, Clone, Copy)]
enum Never {}

impl<T> Stills<T> {
    /// Pictures that are written like this.
    ///
    /// # Errors
    /// [`Error::NotBuilt`].
    pub fn new(_: Form) -> Result<Self, Error> {
        Err(Error::NotBuilt)
    }

    /// Decodes a frame.
    ///
    /// # Errors
    /// None: there is no decoder to call this on.
    pub fn push(&mut self, _: Unit<'_>, _: Option<T>) -> Result<Vec<(T, Bytes)>, Error> {
        match self.never {}
    }

    /// The pictures that are still in the decoder.
    ///
    /// # Errors
    /// None: there is no decoder to call this on.
    pub fn flush(&mut self) -> Result<Vec<(T, Bytes)>, Error> {
        match self.never {}
    }

    /// The marks of frames that no picture has come of.
    pub fn take_lost(&mut self) -> Vec<T> {
        match self.never {}
    }
}
