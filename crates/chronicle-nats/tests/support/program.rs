//! What the tests of the embedded server start: a supervisor, or a process that holds a lease until its input ends.

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use chronicle_nats::embedded::{self, Lease};

fn main() -> ExitCode {
    if let Some(code) = embedded::internal(std::env::args_os()) {
        return code;
    }
    let data = std::env::args_os().nth(1).expect("a data directory");
    let program = std::env::current_exe().expect("a program knows where it is");
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    match runtime.block_on(Lease::acquire(Path::new(&data), &program)) {
        Ok(lease) => {
            // Whoever listened may be gone.
            let _ = writeln!(std::io::stdout(), "{}", lease.url());
            for one in &lease.server().skipped {
                let _ = writeln!(std::io::stdout(), "passed over {}: {}", one.program.display(), one.reason);
            }
            let _ = std::io::stdout().flush();
            let _ = std::io::stdin().read(&mut [0]);
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}\nhint: {}", error.hint());
            ExitCode::FAILURE
        }
    }
}
