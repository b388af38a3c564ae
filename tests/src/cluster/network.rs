//! A network for each node, where the system lets us make one: a node is cut off by taking its link down.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Namespaces that a bridge joins with this machine.
pub(super) struct Network {
    /// What all of its names begin with.
    name: String,
    /// The first three numbers of every address.
    subnet: String,
    nodes: usize,
}

impl Network {
    /// None where the system does not let us: not root, or no `ip`.
    pub(super) fn make(nodes: usize) -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let unique = std::process::id().wrapping_mul(8).wrapping_add(MADE.fetch_add(1, Ordering::Relaxed));
        let name = format!("ch{:x}", unique & 0x00ff_ffff);
        let subnet = format!("10.{}.{}", 64 + (unique >> 8) % 128, unique & 0xff);
        let network = Self { name, subnet, nodes };
        // On failure what was made of it is removed on drop.
        network.build().then_some(network)
    }

    fn build(&self) -> bool {
        let Self { name, subnet, .. } = self;
        let bridge = [
            format!("link add {name} type bridge"),
            format!("addr add {subnet}.254/24 dev {name}"),
            format!("link set {name} up"),
        ];
        let nodes = (0..self.nodes).flat_map(|number| {
            let (space, link) = (self.space(number), self.link(number));
            [
                format!("netns add {space}"),
                format!("link add {link} type veth peer name eth0 netns {space}"),
                format!("link set {link} master {name} up"),
                format!("-n {space} addr add {}/24 dev eth0", self.address(number)),
                format!("-n {space} link set lo up"),
                format!("-n {space} link set eth0 up"),
            ]
        });
        bridge.into_iter().chain(nodes).all(|line| ip(&line))
    }

    fn space(&self, number: usize) -> String {
        format!("{}n{}", self.name, number + 1)
    }

    fn link(&self, number: usize) -> String {
        format!("{}v{}", self.name, number + 1)
    }

    pub(super) fn address(&self, number: usize) -> String {
        format!("{}.{}", self.subnet, number + 1)
    }

    /// A program that runs in the network of a node.
    pub(super) fn within(&self, number: usize, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space(number)]).arg(program);
        command
    }

    pub(super) fn cut(&self, number: usize) {
        assert!(ip(&format!("link set {} down", self.link(number))), "the link is ours");
    }

    pub(super) fn mend(&self, number: usize) {
        assert!(ip(&format!("link set {} up", self.link(number))), "the link is ours");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for number in 0..self.nodes {
            ip(&format!("netns del {}", self.space(number)));
            // Where it was not moved into its network.
            ip(&format!("link del {}", self.link(number)));
        }
        ip(&format!("link del {}", self.name));
    }
}

fn ip(line: &str) -> bool {
    Command::new("ip").args(line.split(' ')).output().is_ok_and(|done| done.status.success())
}
