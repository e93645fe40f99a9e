//! Outputs, written by hand.
