//! What a crate that does no I/O may not do, in many of its forms; nothing is built from it.
//!
//! A test checks that the settings beside it catch every marked line, and no other.

use std::net::ToSocketAddrs as _;
use std::time::{Instant, SystemTime};

/// The time may be passed in and reckoned with.
pub fn innocent(now: SystemTime, then: SystemTime) -> bool {
    now.duration_since(then).is_ok()
}

pub fn clocks(instant: Instant, default: Option<SystemTime>) {
    let _ = SystemTime::now(); // caught
    let _ = Instant::now(); // caught
    let _ = instant.elapsed(); // caught
    let _ = default.unwrap_or_else(SystemTime::now); // caught
}

pub fn files(path: &std::path::Path) {
    let _ = std::fs::read(path); // caught
    let _ = std::fs::File::open(path); // caught
    let _ = std::fs::OpenOptions::new(); // caught
    let _ = path.exists(); // caught
}

pub fn sockets() {
    let _ = std::net::TcpStream::connect("localhost:1"); // caught
    let _ = std::net::UdpSocket::bind("localhost:1"); // caught
    let _ = "localhost:1".to_socket_addrs(); // caught
}

pub fn surroundings() {
    let _ = std::env::var("HOME"); // caught
    let _ = std::env::args(); // caught
    let _ = std::io::stdin(); // caught
    println!("hello"); // caught
    let _ = std::process::Command::new("true"); // caught
}

pub fn threads() {
    drop(std::thread::spawn(|| ())); // caught
    std::thread::sleep(std::time::Duration::ZERO); // caught
}

pub fn chance() {
    let _ = std::hash::RandomState::new(); // caught
    let _ = std::collections::HashMap::<u8, u8>::new(); // caught
    type Names = std::collections::HashSet<String>; // caught
    let _ = Names::new();
}
