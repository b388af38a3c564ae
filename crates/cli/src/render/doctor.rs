//! What `doctor` found.

use std::path::Path;

use anstyle::AnsiColor;
use indicatif::HumanBytes;

use super::{Page, Text};
use crate::command::doctor::Report;

impl Text for Report {
    fn text(&self, page: &mut Page<'_>) {
        let at = |path: Option<&Path>| path.map(|path| format!(" at {}", path.display())).unwrap_or_default();
        page.line(format_args!("chronicle    {}{}", self.program.version, at(self.program.path.as_deref())));
        if let Some(data) = &self.data {
            page.line(format_args!("data         {}", data.display()));
        }
        match &self.nats_server {
            Some(server) => {
                let url = server.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
                page.line(format_args!("nats-server  {}{}{url}", server.version, at(server.program.as_deref())));
                for one in &server.skipped {
                    page.line(format_args!("             passed over {}: {}", one.program.display(), one.reason));
                }
            }
            None => page.line("nats-server  not found"),
        }
        if let Some(room) = &self.disk {
            let quota = room.quota.zip(room.stored).map(|(quota, stored)| {
                format!("; nats-server counts {} of at most {}", HumanBytes(stored), HumanBytes(quota))
            });
            let (free, store) = (HumanBytes(room.free), HumanBytes(room.store));
            page.line(format_args!("disk         {free} free, the store takes {store}{}", quota.unwrap_or_default()));
        }
        for node in &self.nodes {
            let Some(log) = &node.log else {
                let said = if node.answers { "no copy of the log" } else { "no answer" };
                page.line(format_args!("node         {}: {said}", node.name));
                continue;
            };
            let leads = if log.leads { ", leads" } else { "" };
            let version = node.version.as_deref().unwrap_or("unknown");
            let (first, last, entries, bytes) = (log.first, log.last, log.entries, HumanBytes(log.bytes));
            page.line(format_args!(
                "node         {}: positions {first} to {last}, {entries} entries, {bytes}, on {version}{leads}",
                node.name
            ));
        }
        if let Some(log) = &self.log {
            let gaps = if log.contiguous { "without a gap" } else { "with gaps" };
            page.line(format_args!(
                "log          positions {} to {}, {} entries, {gaps}, since {}",
                log.first, log.last, log.entries, log.created_at
            ));
        }
        if let Some(events) = self.events {
            page.line(format_args!("events       {events}, and {} entries that are none", self.undecodable.len()));
        }
        let (good, bad) = (AnsiColor::Green.on_default(), AnsiColor::Red.on_default().bold());
        for fault in &self.faults {
            page.line(format_args!("{bad}different{bad:#}    {fault}"));
        }
        if self.faults.is_empty() && self.log.is_some() {
            page.line(format_args!("{good}everything is as it must be{good:#}"));
        }
    }
}
