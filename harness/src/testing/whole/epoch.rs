//! A target whose process ends over one request, and is started again.

use std::net::SocketAddr;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::*;
use crate::judge::{KnownList, rejudge};
use crate::log::{MismatchKind, Outcome};
use crate::plan::{ProcessFuture, TargetProcess};
use crate::testing::cases;

/// The request over which the process ends.
const FATAL: &[u8] = br#""Limit":77"#;

/// A gate before a reference that is the process: when a fatal request comes it closes everything and
/// listens no longer, until it is started again.
#[derive(Debug)]
struct Fragile {
    address: SocketAddr,
    behind: SocketAddr,
    ended: watch::Sender<u32>,
    seen: Mutex<u32>,
    gate: Mutex<JoinSet<()>>,
    /// True if it ends at every request from the second start on.
    hopeless: bool,
}

impl Fragile {
    async fn start(behind: SocketAddr, hopeless: bool) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let (ended, _) = watch::channel(0);
        let fragile = Self { address, behind, ended, seen: Mutex::new(0), gate: Mutex::default(), hopeless };
        let fragile = Arc::new(fragile);
        fragile.open(listener, false);
        fragile
    }

    fn open(&self, listener: TcpListener, ends_at_once: bool) {
        let (behind, ended) = (self.behind, self.ended.clone());
        let mut gate = self.gate.lock().expect("nobody panicked");
        gate.abort_all();
        gate.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        let Ok((client, _)) = accepted else { return };
                        connections.spawn(carry(client, behind, ends_at_once));
                    }
                    Some(fatal) = connections.join_next() => {
                        if fatal.is_ok_and(|fatal| fatal) {
                            connections.shutdown().await;
                            drop(listener);
                            ended.send_modify(|ends| *ends += 1);
                            return;
                        }
                    }
                }
            }
        });
    }
}

/// Carries one connection; true if a fatal request came.
async fn carry(mut client: TcpStream, behind: SocketAddr, ends_at_once: bool) -> bool {
    let Ok(mut server) = TcpStream::connect(behind).await else { return false };
    let (mut request, mut response) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read {
                Ok(0) | Err(_) => return false,
                Ok(read) => {
                    let request = &request[..read];
                    if ends_at_once || request.windows(FATAL.len()).any(|window| window == FATAL) {
                        return true;
                    }
                    if server.write_all(request).await.is_err() {
                        return false;
                    }
                }
            },
            read = server.read(&mut response) => match read {
                Ok(0) | Err(_) => return false,
                Ok(read) => {
                    if client.write_all(&response[..read]).await.is_err() {
                        return false;
                    }
                }
            },
        }
    }
}

impl TargetProcess for Fragile {
    fn ended(&self) -> ProcessFuture<'_, String> {
        Box::pin(async {
            let mut ends = self.ended.subscribe();
            let seen = *self.seen.lock().expect("nobody panicked");
            let ended = ends.wait_for(|ends| *ends > seen).await.expect("the sender lives");
            *self.seen.lock().expect("nobody panicked") = *ended;
            "the target's process ended by itself with exit status: 1".to_owned()
        })
    }

    fn restart(&self) -> ProcessFuture<'_, Result<(), String>> {
        Box::pin(async {
            let listener = TcpListener::bind(self.address).await.map_err(|error| error.to_string())?;
            self.open(listener, self.hopeless);
            Ok(())
        })
    }
}

fn listing(limits: &[u32]) -> Manifest {
    let case = |limit: &u32| {
        format!(
            "  limit-{limit}:\n    title: Streams are listed\n    level: core\n    kills-nothing: a test\n    steps:\n      call: ListStreams\n      with: {{Limit: {limit}}}\n      expect: accepted\n      because: [WIRE-005]\n"
        )
    };
    cases::manifest(&limits.iter().map(case).collect::<String>())
}

async fn run_against(hopeless: bool, restarted: bool, limits: &[u32]) -> (Footer, Emitted) {
    let running = crate::reference::start(crate::plan::reference_settings()).expect("it starts");
    let fragile = Fragile::start(running.address(), hopeless).await;
    let endpoint = format!("http://{}", fragile.address);
    let mut target = Target::reference(&endpoint, client(&endpoint));
    if restarted {
        target.process = Some(Arc::clone(&fragile) as Arc<dyn TargetProcess>);
    }
    let (ended, emitted) = emitted(target, &listing(limits), &Select::default()).await;
    running.shutdown().await;
    (ended.expect("it answers at first"), emitted)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trial_over_which_the_process_ends_fails_and_all_others_have_their_verdicts() {
    let limits: Vec<u32> = (60..90).collect();
    let (footer, emitted) = run_against(false, true, &limits).await;
    assert_eq!(emitted.trials.len(), limits.len());
    for trial in &emitted.trials {
        let wanted = if trial.id == "start/it/limit-77" { Outcome::Fail } else { Outcome::Pass };
        assert_eq!(trial.outcome, wanted, "{}: {:?}", trial.id, trial.reason);
    }
    let blamed = emitted.trials.iter().find(|trial| trial.id == "start/it/limit-77").expect("a verdict");
    assert_eq!(blamed.mismatches[0].kind, MismatchKind::NoAnswer);
    assert!(blamed.mismatches[0].actual.contains("exit status: 1"), "{}", blamed.mismatches[0].actual);
    assert_eq!((footer.complete, footer.target_ended, footer.stopped_early.as_ref()), (true, 2, None));
    // The attempts that the end cut short are in the log with those that were made in their place.
    let Some(Event::Header(header)) = emitted.events.first() else { panic!("the header is first") };
    let known = KnownList::default();
    let again = rejudge(header, &emitted.events, Some(&footer), &listing(&limits), None, &known);
    assert_eq!((again.changed, again.left_out), (Vec::new(), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_ends_again_and_again_ends_the_run() {
    let (footer, _) = run_against(true, true, &(60..90).collect::<Vec<u32>>()).await;
    assert!(!footer.complete);
    assert!(footer.target_ended <= 10, "{}", footer.target_ended);
    assert!(footer.stopped_early.is_some());
    assert_eq!(footer.left_behind, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_nobody_starts_again_ends_the_run_and_the_requests_under_way_are_named() {
    let (footer, emitted) = run_against(false, false, &[77]).await;
    let why = footer.stopped_early.expect("it stopped early");
    assert!(why.contains("nothing listens at the target any more"), "{why}");
    assert!(why.contains("start/it/limit-77"), "{why}");
    assert!(emitted.trials.iter().all(|trial| trial.outcome != Outcome::Pass));
}
