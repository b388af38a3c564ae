#!/usr/bin/env python3
"""Stands in for systemctl where there is no systemd: runs what the installed units say, below the folder STAND_IN_ROOT.

It knows what the guide types (start, stop, restart, enable --now, is-active, daemon-reload) and what our units use
(Environment, EnvironmentFile, ExecStart, ExecStop, ExecStopPost, KillSignal, Type=notify and oneshot). `stop --all` ends
whatever it started.
"""
import os, re, shlex, signal, socket, subprocess, sys, tempfile, time

ROOT = os.environ["STAND_IN_ROOT"]
UNITS = os.path.join(ROOT, "etc/systemd/system")
RUN = os.path.join(ROOT, "run")
PATIENCE = 60  # seconds
OURS = re.compile(r"(/usr/local/s?bin|/var/lib|/var/backups|/etc/nats|/etc/chronicle)(?=/|$)")


def here(text):
    """A text of a unit as it is meant here; what the guide has written is so already."""
    return text if ROOT in text else OURS.sub(lambda found: ROOT + found.group(0), text)


def unit(name):
    """The settings of a unit, each a list, and what it runs with."""
    name = name if "." in name else name + ".service"
    template = re.sub(r"@.*\.", "@.", name)
    instance = name.split("@")[1].rsplit(".", 1)[0] if "@" in name else ""
    settings = {}
    with open(os.path.join(UNITS, template)) as lines:
        for line in lines:
            if "=" in line and not line.startswith("#"):
                key, value = line.strip().replace("%i", instance).split("=", 1)
                settings.setdefault(key, []).append(value)
    environment = dict(os.environ)
    for value in settings.get("Environment", []):
        environment.update([here(value).split("=", 1)])
    for path in settings.get("EnvironmentFile", []):
        if os.path.exists(here(path.lstrip("-"))):
            with open(here(path.lstrip("-"))) as lines:
                pairs = [line.strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
            environment.update((key, here(value.strip('"'))) for key, value in pairs)
    for folder in " ".join(settings.get("StateDirectory", [])).split():
        os.makedirs(os.path.join(ROOT, "var/lib", folder), mode=0o700, exist_ok=True)
    return name, settings, environment


def file(name, what):
    os.makedirs(RUN, exist_ok=True)
    return os.path.join(RUN, "%s.%s" % (name, what))


def alive(name):
    """Its process, where it runs: what has ended and nobody has asked about runs no more."""
    try:
        with open(file(name, "pid")) as number:
            number = int(number.read())
        with open("/proc/%d/stat" % number) as stat:
            return number if stat.read().rsplit(")", 1)[1].split()[0] != "Z" else None
    except (FileNotFoundError, ProcessLookupError):
        return None


def run(command, environment, log, **more):
    may_fail = command.startswith("-")
    words = shlex.split(here(command.lstrip("-")))
    words = [environment.get("MAINPID", word) if word == "$MAINPID" else word for word in words]
    process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **more)
    return process, may_fail


def start(name):
    name, settings, environment = unit(name)
    if name.endswith(".timer") or alive(name):
        return
    with open(file(name, "log"), "ab") as log:
        kind = settings.get("Type", ["simple"])[0]
        if kind == "oneshot":
            for command in settings["ExecStart"]:
                process, may_fail = run(command, environment, log)
                if process.wait(PATIENCE) and not may_fail:
                    sys.exit("Job for %s failed: %s" % (name, command))
            return
        with tempfile.TemporaryDirectory() as folder:
            told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            told.bind(os.path.join(folder, "notify"))
            told.settimeout(0.1)
            if kind == "notify":
                environment["NOTIFY_SOCKET"] = os.path.join(folder, "notify")
            process, _ = run(settings["ExecStart"][0], environment, log)
            with open(file(name, "pid"), "w") as number:
                number.write(str(process.pid))
            end = time.monotonic() + PATIENCE
            while kind == "notify":
                try:
                    if b"READY=1" in told.recv(4096).split(b"\n"):
                        break
                except TimeoutError:
                    pass
                if process.poll() is not None or time.monotonic() > end:
                    sys.exit("Job for %s failed. See journalctl --unit %s" % (name, name))


def stop(name):
    name, settings, environment = unit(name)
    number = alive(name)
    with open(file(name, "log"), "ab") as log:
        if number:
            if "ExecStop" in settings:
                environment["MAINPID"] = str(number)
                run(settings["ExecStop"][0], environment, log)[0].wait(PATIENCE)
            else:
                os.kill(number, signal.SIGTERM)
            end = time.monotonic() + PATIENCE
            while alive(name):
                if time.monotonic() > end:
                    sys.exit("%s does not end" % name)
                time.sleep(0.05)
        for command in settings.get("ExecStopPost", []):
            run(command, environment, log)[0].wait(PATIENCE)


def main():
    words = [word for word in sys.argv[1:] if word != "--now"]
    action, names = words[0], words[1:]
    if names == ["--all"]:
        names = [name[:-4] for name in os.listdir(RUN) if name.endswith(".pid")] if os.path.isdir(RUN) else []
    for name in names:
        if action in ("start", "enable"):
            start(name)
        elif action == "stop":
            stop(name)
        elif action == "restart":
            stop(name)
            start(name)
        elif action == "is-active":
            print("active" if alive(unit(name)[0]) else "inactive")
        else:
            sys.exit("systemctl %s is not known here" % action)
    if not names and action != "daemon-reload":
        sys.exit("systemctl %s of what?" % action)


main()
