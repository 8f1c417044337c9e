//! Targets behind https: the same verdicts as without, and certificates that are not trusted.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tokio::net::{TcpListener as AsyncListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::support::{Ended, Hostile, HostileServer, QUICK, Scratch, Served, command, snapshot};

/// Trials that override parts of a request: no signature, another method, two targets; and two that do not.
const TRIALS: [&str; 5] = ["protocol/auth/", "protocol/method/", "protocol/target/", "protocol/cbor/", QUICK];

/// TLS in front of a plain server, with a certificate that it has signed by itself.
struct Secured {
    /// Where it listens.
    endpoint: String,
    /// The certificate, in PEM.
    certificate: String,
    _runtime: tokio::runtime::Runtime,
}

impl Secured {
    /// In front of an endpoint, for a host.
    fn before(endpoint: &str, host: &str) -> Self {
        let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
        // As `openssl req -x509` marks one.
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .expect("a certificate and its key");

        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let behind = endpoint.trim_start_matches("http://").to_owned();
        runtime.spawn(forward(listener, TlsAcceptor::from(Arc::new(config)), behind));
        Self { endpoint: format!("https://{address}"), certificate: certificate.pem(), _runtime: runtime }
    }
}

/// Hands what comes inside TLS to the plain server, and back.
async fn forward(listener: TcpListener, acceptor: TlsAcceptor, behind: String) {
    let listener = AsyncListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, behind) = (acceptor.clone(), behind.clone());
        tokio::spawn(async move {
            // A client that does not trust the certificate goes away.
            let Ok(mut secured) = acceptor.accept(stream).await else { return };
            let mut plain = TcpStream::connect(behind).await.expect("the server behind");
            // Either side may cut the connection.
            let _ = tokio::io::copy_bidirectional(&mut secured, &mut plain).await;
        });
    }
}

/// Runs the program where the system trusts nobody but the authority of another certificate.
fn run(scratch: &Scratch, arguments: &[&str]) -> Ended {
    let stranger = Secured::before("http://127.0.0.1:1", "127.0.0.1").certificate;
    let authorities = scratch.write("authorities.pem", &stranger);
    let mut command = command(arguments);
    command.env("SSL_CERT_FILE", authorities).env_remove("SSL_CERT_DIR");
    command.output().expect("the program runs").into()
}

/// The outcome of every trial in a log, and what was chosen where the question is open.
fn verdicts(log: &str) -> BTreeMap<String, (String, String)> {
    let text = std::fs::read_to_string(log).expect("a log");
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    let trials = events.filter(|event| event["event"] == "trial");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    trials
        .map(|trial| (text(&trial["id"]), (text(&trial["outcome"]), trial["answers"].to_string())))
        .collect()
}

#[test]
fn trials_get_the_same_verdicts_behind_tls_as_without() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let secured = Secured::before(&served.endpoint, "127.0.0.1");
    let certificate = scratch.write("certificate.pem", &secured.certificate);
    let logs = [scratch.path("plain.jsonl"), scratch.path("trusted.jsonl"), scratch.path("any.jsonl")];
    let targets: [&[&str]; 3] = [
        &["--endpoint", &served.endpoint],
        &["--endpoint", &secured.endpoint, "--cacert", &certificate],
        &["--endpoint", &secured.endpoint, "--insecure"],
    ];
    for (log, target) in logs.iter().zip(targets) {
        run(&scratch, &[&["run", "-q", "--log", log], target, &TRIALS].concat()).expect(0);
    }
    let plain = verdicts(&logs[0]);
    for id in ["protocol/auth/unsigned", "protocol/method/put", "protocol/target/missing", QUICK] {
        assert_eq!(plain[id].0, "pass", "{id}");
    }
    let (outcome, choices) = &plain["protocol/target/twice"];
    assert!(outcome == "open" && choices.contains("candidate"), "{outcome} {choices}");
    assert_eq!(verdicts(&logs[1]), plain);
    assert_eq!(verdicts(&logs[2]), plain);
}

#[test]
fn insecure_is_reported_on_the_error_stream_and_in_the_log() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let secured = Secured::before(&served.endpoint, "another.host");
    let log = scratch.path("run.jsonl");
    let reported = "the certificate of https://127.0.0.1:";
    let arguments = ["-q", "--log", &log, "--endpoint", &secured.endpoint, "--insecure", "--notices", QUICK];
    run(&scratch, &[&["run"], &arguments[..]].concat())
        .expect(0)
        .says(&[reported, "was not checked"])
        .complains(&["warning: --insecure: ", reported]);
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(text.contains("was not checked: any is taken"), "{text}");
    let header = text.lines().next().expect("a header");
    assert!(header.contains("\"--insecure\""), "{header}");
    run(&scratch, &["judge", &log, "--notices"]).expect(0).says(&["was not checked"]);

    let plain = run(&scratch, &["run", "-q", "--endpoint", &served.endpoint, "--insecure", QUICK]).expect(0);
    assert_eq!(plain.err, "", "there is no certificate to look at");
}

#[test]
fn every_verb_that_has_a_target_takes_its_certificate() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let secured = Secured::before(&served.endpoint, "127.0.0.1");
    let certificate = scratch.write("certificate.pem", &secured.certificate);
    let log = scratch.path("run.jsonl");
    let target = ["--endpoint", secured.endpoint.as_str(), "--cacert", certificate.as_str()];
    run(&scratch, &[&["run", "-q", "--log", &log, QUICK][..], &target].concat()).expect(0);
    run(&scratch, &[&["replay", &log, QUICK][..], &target].concat()).expect(0).says(&["is still pass"]);
    run(&scratch, &[&["repeat", "-q", "--times", "2", QUICK][..], &target].concat()).expect(0);
    run(&scratch, &[&["sweep", "--yes"][..], &target].concat()).expect(0).says(&["nothing to delete"]);
    for verb in [&["repeat", QUICK][..], &["replay", &log, QUICK], &["sweep"]] {
        run(&scratch, &[verb, &["--endpoint", &secured.endpoint]].concat())
            .expect(3)
            .complains(&["the certificate is not trusted"]);
    }
}

#[test]
fn a_certificate_that_is_not_trusted_is_reported_with_what_to_do() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let secured = Secured::before(&served.endpoint, "127.0.0.1");
    let ended = run(&scratch, &["run", "--endpoint", &secured.endpoint]).expect(3).complains(&[
        "the certificate is not trusted: it is self-signed or an authority's own",
        "--cacert FILE",
        "--insecure",
    ]);
    snapshot("cli-certificate-not-trusted", &ended.err);

    let other = Secured::before(&served.endpoint, "another.host");
    let certificate = scratch.write("certificate.pem", &other.certificate);
    run(&scratch, &["run", "--endpoint", &other.endpoint, "--cacert", &certificate])
        .expect(3)
        .complains(&["it is for `another.host`, not for `127.0.0.1`", "name a host that it is for"]);
}

#[test]
fn a_port_that_does_not_speak_tls_is_reported() {
    let scratch = Scratch::new();
    let https = |endpoint: &str| endpoint.replace("http://", "https://");
    let served = Served::start(&[]);
    run(&scratch, &["run", "--endpoint", &https(&served.endpoint)])
        .expect(3)
        .complains(&["what came is not TLS", "name the endpoint with http://"]);
    let closes = HostileServer::start(Hostile::Closes);
    run(&scratch, &["run", "--endpoint", &https(&closes.endpoint)])
        .expect(3)
        .complains(&["in the handshake of TLS", "check that https is spoken at this port"]);
}

#[test]
fn a_cacert_that_is_none_is_reported_before_any_request() {
    let scratch = Scratch::new();
    let text = scratch.write("text.pem", "no certificate\n");
    let broken =
        scratch.write("broken.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    let server = HostileServer::start(Hostile::Closes);
    for (path, reported) in [
        (scratch.path("missing.pem"), "which --cacert names: No such file"),
        (text, "which --cacert names: failed to find a certificate in the file"),
        (broken, "which --cacert names: failed to read certificate 1 of the file: it cannot be read"),
    ] {
        run(&scratch, &["run", "--endpoint", &server.endpoint, "--cacert", &path])
            .expect(2)
            .complains(&[reported, "  try: ", "PEM"]);
    }
    run(&scratch, &["run", "--endpoint", &server.endpoint, "--cacert", "x", "--insecure"])
        .expect(2)
        .complains(&["--insecure", "cannot be used with"]);
    assert_eq!(server.accepted(), 0);
}

#[test]
fn a_system_that_trusts_nobody_is_reported_and_does_not_matter_beside_cacert() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let secured = Secured::before(&served.endpoint, "127.0.0.1");
    let certificate = scratch.write("certificate.pem", &secured.certificate);
    let nobody = scratch.write("nobody.pem", "");
    let run = |arguments: &[&str]| -> Ended {
        let mut command = command(arguments);
        command.env("SSL_CERT_FILE", &nobody).env_remove("SSL_CERT_DIR");
        command.output().expect("the program runs").into()
    };
    run(&["run", "--endpoint", &secured.endpoint])
        .expect(2)
        .complains(&["failed to read the certificates of the system", "with --cacert FILE"]);
    run(&["run", "-q", "--endpoint", &secured.endpoint, "--cacert", &certificate, QUICK]).expect(0);
}

#[test]
fn hosts_of_aws_stay_refused_whatever_is_trusted() {
    let scratch = Scratch::new();
    let endpoint = "https://kinesis.us-east-1.amazonaws.com";
    run(&scratch, &["run", "--endpoint", endpoint, "--insecure"])
        .expect(2)
        .complains(&["hosts of AWS are refused"]);
}
