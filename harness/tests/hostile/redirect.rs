//! A redirect's destination, which counts the requests that follow the redirect.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

static CAME: AtomicUsize = AtomicUsize::new(0);

/// Its URL. It answers nobody.
pub(crate) fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for _ in listener.incoming().flatten() {
                CAME.fetch_add(1, Ordering::SeqCst);
            }
        });
        url
    })
}

/// An answer that leads there.
pub(crate) fn redirect(status: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", url()).into_bytes()
}

/// How many came.
pub(crate) fn came() -> usize {
    CAME.load(Ordering::SeqCst)
}
