//! A disk that others fill and empty while the server runs, and a write that fails although there is room.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;
use tests::{Chronicle, Finished, Running, program, wait};

use crate::load;

/// A shell in a mount namespace of its own, on a small disk of its own.
struct SmallDisk {
    shell: Running,
    /// Where the disk is mounted, for the shell alone.
    disk: PathBuf,
    /// On another disk.
    folder: TempDir,
}

impl SmallDisk {
    fn new(size: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = folder.path().join("disk");
        fs::create_dir(&disk).expect("a folder");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh"]).env("NO_COLOR", "1").env_remove("CHRONICLE_NATS_URL");
        command.env("CHRONICLE_DATA", disk.join("data")).env("chronicle", program()).env("disk", &disk);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let shell = Running::new(command.spawn().expect("unshare runs"));
        let mut disk = Self { shell, disk, folder };
        disk.run(&format!("mount -t tmpfs -o size={size} none $disk")).good();
        disk
    }

    /// Runs a line of shell.
    #[track_caller]
    fn run(&mut self, line: &str) -> Finished {
        let [out, err] = ["out", "err"].map(|name| self.folder.path().join(name));
        self.shell.say(&format!("{line} > {} 2> {} < /dev/null; echo $?", out.display(), err.display()));
        let code = self.shell.line().expect("the shell answers").parse().expect("a code");
        let text = |path| String::from_utf8(fs::read(path).expect("written")).expect("UTF-8");
        Finished { code: Some(code), out: text(out), err: text(err) }
    }

    /// A file beside the disk.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.display().to_string()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whatever still runs in the background of the shell.
        let group = Pid::from_raw(i32::try_from(self.shell.id()).expect("a process id"));
        let _ = killpg(group, Signal::SIGKILL);
        let disk = self.disk.display().to_string();
        wait("the server to go", || running(&disk), Vec::is_empty);
    }
}

/// The processes whose arguments name a folder.
fn running(folder: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let lines = processes.filter_map(|process| fs::read_to_string(process.path().join("cmdline")).ok());
    lines.filter(|line| line.contains(folder)).collect()
}

/// So many events from a number on, with a note that does not compress.
fn events(from: u64, count: u64) -> String {
    let event = |number: u64| {
        let mut document: Value = serde_json::from_str(&load::event(1, number).line).expect("JSON");
        let noise = (0..1500_u64).map(|n| format!("{:016x}", (number * 1500 + n).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        document["data"]["note"] = noise.collect::<String>().into();
        document.to_string() + "\n"
    };
    (from..from + count).map(event).collect()
}

fn lines(finished: Finished) -> usize {
    finished.good().lines().count()
}

#[test]
fn a_disk_that_others_fill_is_said_and_once_they_empty_it_writing_goes_on_by_itself() {
    let mut disk = SmallDisk::new("96m");
    let [first, second] = [disk.file("first", &events(0, 20)), disk.file("second", &events(20, 20))];
    assert_eq!(lines(disk.run(&format!("$chronicle publish {first}"))), 20);
    // From here on the server runs, whoever comes and goes.
    disk.run("$chronicle watch events > $disk/../watched &").good();
    let fine = disk.run("$chronicle doctor --json").json();
    let bytes = |name: &str| fine["disk"][name].as_u64().unwrap_or_else(|| panic!("no {name}: {fine}"));
    assert!(bytes("free") > 64 << 20 && bytes("store") > 400_000 && bytes("stored") > 400_000, "{fine}");
    assert!(bytes("quota") > bytes("stored") && bytes("quota") < bytes("free"), "{fine}");

    for round in 0..2 {
        let filled = disk.run("dd if=/dev/zero of=$disk/filler bs=64k");
        assert!(filled.err.contains("No space left"), "{}", filled.err);
        let refused = disk.run(&format!("$chronicle publish {second}"));
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{}", refused.err);
        assert!(refused.err.contains("the disk of") && refused.err.contains("is full"), "{}", refused.err);
        assert!(refused.err.contains("hint: free some space"), "{}", refused.err);
        assert_eq!(lines(disk.run("$chronicle events")), 20, "nothing half-done, and questions are answered");
        let doctor = disk.run("$chronicle doctor");
        assert_eq!(doctor.code, Some(3), "{}", doctor.err);
        assert!(doctor.out.contains("free on the disk of") && doctor.out.contains("free some space"), "{}", doctor.out);
        disk.run("rm $disk/filler").good();
        if round == 0 {
            let published = wait(
                "writing to go on",
                || disk.run(&format!("$chronicle publish {first}")).code,
                |code| *code == Some(0),
            );
            assert_eq!(published, Some(0));
        }
    }
    let published = || disk.run(&format!("$chronicle publish {second}"));
    wait("writing to go on", published, |finished| finished.code == Some(0));
    assert_eq!(lines(disk.run("$chronicle events")), 40);
    disk.run("$chronicle verify").good();
    disk.run("$chronicle doctor").good();
}

#[test]
fn a_write_that_fails_once_is_noticed_and_the_publisher_goes_on() {
    let chronicle = Chronicle::embedded();
    let mut publisher = chronicle.spawn(["publish", "-"]);
    let mut publish = |number| {
        publisher.say(&load::event(1, number).line);
        publisher.line().expect("it is acknowledged")
    };
    publish(0);
    let server = chronicle.servers()[0];
    let block = chronicle.data().join("nats/store/jetstream/$G/streams/CHRONICLE/msgs/1.blk");
    // Fails the next write to that file, and no other.
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", "trace=write,pwrite64", "-e", "inject=write,pwrite64:error=EIO:when=1", "-P"]).arg(block);
    strace.args(["-p", &server.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut strace = Running::new(strace.spawn().expect("strace runs; hint: ./deploy/setup --tests"));
    let traced = || {
        let status = fs::read_to_string(format!("/proc/{server}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|id| id.trim() != "0"))
    };
    wait("strace to begin", traced, |traced| *traced);
    publish(1);
    assert_ne!(chronicle.servers(), [server], "it was started anew");
    let said = wait("strace to end with the server", || strace.ended(), Option::is_some).expect("it ended").1;
    assert!(said.contains("(INJECTED)"), "{said}");
    publish(2);
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 3);
    chronicle.run(["verify"]).good();
}
