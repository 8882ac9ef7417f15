"""Runs python ldap3's own tests in their Active Directory mode against mock-ad.

    cargo build --release -p mock-ad --all-features
    python3 tests/suites/ldap3_suite.py target/release/mock-ad CONFIG.py

CONFIG.py is the tests' own `test/config.py`, which the archive on PyPI lacks: take it from the client's repository
and let it read the address, the ports and the password from the environment (docs/ldap3-suite.md).

Everything is fetched from PyPI below target/ldap3-suite; nothing of it belongs to this project.
"""
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

VERSION = "2.9.1"
PASSWORD = "Passw0rd!23"
FIXTURES = """\
dn: OU=test,DC=example,DC=test
objectClass: organizationalUnit

dn: OU=moved,OU=test,DC=example,DC=test
objectClass: organizationalUnit

dn: CN=testLAB,CN=Users,DC=example,DC=test
objectClass: user
sAMAccountName: testLAB
userAccountControl: 512
"""


def prepare(place, config):
    python = place / "venv/bin/python"
    pip = [python, "-m", "pip", "-q", "--disable-pip-version-check"]
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
        packages = ["pytest==8.4.2", "pytest-timeout==2.4.0", "pyasn1==0.6.1",
                    "pycryptodomex==3.23.0"]
        subprocess.run([*pip, "install", *packages], check=True)
    archive = place / f"ldap3-{VERSION}.tar.gz"
    if not archive.exists():
        subprocess.run([*pip, "download", "--no-deps", "--no-binary", ":all:", "-d", place,
                        f"ldap3=={VERSION}"], check=True)
        with tarfile.open(archive) as packed:
            packed.extractall(place, filter="data")
    suite = place / f"ldap3-{VERSION}"
    (suite / "test/__init__.py").touch()
    shutil.copy(config, suite / "test/config.py")
    return python, suite


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    place = Path(__file__).resolve().parent.parent.parent / "target/ldap3-suite"
    place.mkdir(parents=True, exist_ok=True)
    python, suite = prepare(place, Path(sys.argv[2]))
    (place / "fixtures.ldif").write_text(FIXTURES)
    ready = place / "ready.json"
    ready.unlink(missing_ok=True)
    server = subprocess.Popen([
        sys.argv[1], "--base", "DC=example,DC=test", "--load", place / "fixtures.ldif",
        "--ldap", "127.0.0.1:0", "--ldaps", "127.0.0.1:0", "--admin-password", PASSWORD,
        "--user-password", PASSWORD, "--ready", ready])
    try:
        while not ready.exists():
            if server.poll() is not None:
                sys.exit("mock-ad ended")
            time.sleep(0.05)
        told = json.loads(ready.read_text())
        environment = {
            **os.environ, "PASSWORD": PASSWORD, "CA_FILE": told["ca_file"],
            "LDAP_PORT": told["ldap"].rsplit(":", 1)[1],
            "LDAPS_PORT": told["ldaps"].rsplit(":", 1)[1]}
        tests = [python, "-m", "pytest", "-q", "--tb=line", "--timeout=15",
                 "-p", "no:cacheprovider", "-o", "python_files=test*.py", "test", *sys.argv[3:]]
        sys.exit(subprocess.run(tests, cwd=suite, env=environment).returncode)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
