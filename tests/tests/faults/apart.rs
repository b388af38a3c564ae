//! A shell apart from the rest of the machine: with a disk or a network of its own.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;
use tests::{Finished, Running, program, wait};

/// A shell in a namespace of its own; with it ends whatever it runs.
pub(crate) struct Apart {
    shell: Running,
    /// Where the data of its commands lies: `$disk`.
    disk: PathBuf,
    /// Beside that.
    folder: TempDir,
}

impl Apart {
    /// On a small disk of its own.
    pub(crate) fn on_small_disk(size: &str) -> Self {
        let mut apart = Self::new("--mount");
        apart.run(&format!("mount -t tmpfs -o size={size} none $disk")).good();
        apart
    }

    /// In a network of its own, which is this machine alone.
    pub(crate) fn in_own_network() -> Self {
        let mut apart = Self::new("--net");
        let up = apart.run("ip link set lo up");
        assert_eq!(up.code, Some(0), "{}hint: ./deploy/setup --tests", up.err);
        apart
    }

    fn new(namespace: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = folder.path().join("disk");
        fs::create_dir(&disk).expect("a folder");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", namespace, "sh"]).env("NO_COLOR", "1").env_remove("CHRONICLE_NATS_URL");
        command.env("CHRONICLE_DATA", disk.join("data")).env("chronicle", program()).env("disk", &disk);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        Self { shell: Running::new(command.spawn().expect("unshare runs")), disk, folder }
    }

    /// Runs a line of shell.
    #[track_caller]
    pub(crate) fn run(&mut self, line: &str) -> Finished {
        let [out, err] = ["out", "err"].map(|name| self.folder.path().join(name));
        self.shell.say(&format!("{line} > {} 2> {} < /dev/null; echo $?", out.display(), err.display()));
        let code = self.shell.line().expect("the shell answers").parse().expect("a code");
        let text = |path| String::from_utf8(fs::read(path).expect("written")).expect("UTF-8");
        Finished { code: Some(code), out: text(out), err: text(err) }
    }

    /// Starts what goes on; it has this name.
    pub(crate) fn begin(&mut self, line: &str, name: &str) {
        self.shell.say(&format!("{line} > $disk/../{name} 2>&1 < /dev/null & {name}=$!"));
    }

    /// A file beside the disk.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.display().to_string()
    }
}

impl Drop for Apart {
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
