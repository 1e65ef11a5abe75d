//! Ports for programs that have to be told theirs: MongoDB, nginx, and whatever is started again at the same place.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;

/// A port that nobody listens at, and that no other test is given until this process ends.
///
/// A port that was bound to 0, read and let go could be taken by anything in between. These lie below the range from which
/// the kernel takes ports, and a file that is locked while this process runs keeps other test processes away.
pub(crate) fn leased() -> u16 {
    static LEASES: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let folder = std::env::temp_dir().join("shopkeeper-ports");
    std::fs::create_dir_all(&folder).unwrap();
    let top = first_of_the_kernel();
    let (lowest, count) = (top - 12_000, 12_000);
    let start: u16 = rand::random();
    for step in 0..count {
        let port = lowest + (start % count + step) % count;
        let lease =
            File::options().write(true).create(true).truncate(false).open(folder.join(port.to_string())).unwrap();
        if lease.try_lock().is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            LEASES.lock().unwrap().push(lease);
            return port;
        }
    }
    panic!("every port from {lowest} to {top} is taken");
}

/// The first port that the kernel may give to whoever asks for any.
fn first_of_the_kernel() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let first = range.split_whitespace().next().and_then(|first| first.parse().ok());
    first.filter(|first| *first > 14_000).unwrap_or(32_768)
}
