"""What the runners of other people's suites have in common: a server of its own for each, and a checkout of the suite."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "Passw0rd!23"
ADMINISTRATOR = "CN=Administrator,CN=Users,DC=example,DC=test"


def namespace():
    """Starts this program again in a network of its own, where ports 389, 636 and 3268 are free."""
    if os.environ.get("SUITE_APART") != "yes":
        unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
        os.environ["SUITE_APART"] = "yes"
        os.execvp("unshare", [*unshare, sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def place(name):
    """Where everything of a suite goes; nothing of it belongs to this project."""
    path = ROOT / "target/suites" / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def checkout(name, url, commit, folders=()):
    """The sources of a suite at a commit or tag, only some folders if it says so, from `url` or from the repository of that
    name below SUITE_SOURCES."""
    path = place(name) / commit
    if not path.exists():
        mirror = os.environ.get("SUITE_SOURCES")
        draft = path.with_name(f"{commit}.part")
        subprocess.run(["rm", "-rf", draft], check=True)
        subprocess.run(["git", "init", "-q", draft], check=True)
        git = ["git", "-C", draft]
        subprocess.run([*git, "remote", "add", "origin", f"{mirror}/{name}" if mirror else url], check=True)
        if folders:
            subprocess.run([*git, "sparse-checkout", "set", *folders], check=True)
        partly = ["--filter=blob:none"] if folders else []
        subprocess.run([*git, "fetch", "-q", "--depth", "1", *partly, "origin", commit], check=True)
        subprocess.run([*git, "checkout", "-q", "FETCH_HEAD"], check=True)
        draft.rename(path)
    return path


def environment(name, packages):
    """A virtual environment with packages, and the Python in it."""
    home = place(name) / "venv"
    python = home / "bin/python"
    stamp = home / "packages"
    if not stamp.exists() or stamp.read_text() != "\n".join(packages):
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        subprocess.run([python, "-m", "pip", "-q", "--disable-pip-version-check", "install", *packages], check=True)
        stamp.write_text("\n".join(packages))
    return python


class Server:
    """mock-ad on the ports of a domain controller, until it is left."""

    def __init__(self, program, folder, *options):
        self.command = [
            program, "--ldap", "127.0.0.1:389", "--ldaps", "127.0.0.1:636", "--gc", "127.0.0.1:3268",
            "--admin-password", PASSWORD, "--ready", folder / "ready.json", *options]
        self.ready = folder / "ready.json"

    def __enter__(self):
        self.ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        while not self.ready.exists():
            if self.process.poll() is not None:
                sys.exit("mock-ad ended")
            time.sleep(0.02)
        self.told = json.loads(self.ready.read_text())
        return self

    def __exit__(self, *_):
        if self.process.poll() is not None:
            print(f"mock-ad ended with {self.process.returncode} before the suite did")
        self.process.kill()
        self.process.wait()
