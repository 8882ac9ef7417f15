"""Runs Samba's own tests of Active Directory against mock-ad, over LDAP with a simple bind.

    cargo xtask suite samba [NAME ...] [-- ARGUMENT ...]

needs python3-samba and fetches the tests from Samba's repository at the version of it. Each NAME is one of the files below;
without any, all are run. What stands behind `--` goes to the tests, for instance the name of one. Each file meets a server
of its own. Its log is kept below target/suites/samba.
"""
import os
import re
import subprocess
import sys
import time

from apart import ADMINISTRATOR, PASSWORD, Server, checkout, namespace, place

REPOSITORY = "https://gitlab.com/samba-team/samba.git"
# Of the system: the bindings are no package of PyPI.
PYTHON = "/usr/bin/python3"
DSDB = "source4/dsdb/tests/python"
TESTS = "python/samba/tests"
# In the order in which they are run. The last column is how a file is told where the server is: by arguments of a program, by
# the environment of a module, or by the arguments of a program that is a module all the same.
FILES = {
    "ldap_upn_sam_account": (TESTS, "argument"),
    "ldap_spn": (TESTS, "argument"),
    "ldap_raw": (TESTS, "module"),
    "ldap": (DSDB, "argument"),
    "sam": (DSDB, "argument"),
    "dirsync": (DSDB, "argument"),
    "deletetest": (DSDB, "argument"),
    "tombstone_reanimation": (DSDB, "module"),
    "vlv": (DSDB, "argument"),
    "sort": (DSDB, "imported"),
    "ldap_schema": (DSDB, "argument"),
    "linked_attributes": (DSDB, "argument"),
    "ldap_modify_order": (DSDB, "argument"),
    "notification": (DSDB, "argument"),
    "asq": (DSDB, "argument"),
    "large_ldap": (DSDB, "argument"),
    "sites": (DSDB, "argument"),
    "passwords": (DSDB, "argument"),
}
CONFIGURATION = """\
[global]
    workgroup = EXAMPLE
    realm = EXAMPLE.TEST
    netbios name = TESTER
    private dir = {place}
    state directory = {place}
    lock directory = {place}
    cache directory = {place}
    client ldap sasl wrapping = plain
    tls verify peer = no_check
"""
# What Samba's own build provides, here otherwise: a locale; binds by Kerberos or NTLM, which seal the connection, for which
# simple binds over LDAPS stand (passwords are set over nothing less); and a configuration where password changes can be
# allowed.
DRIVER = """\
import locale, os, runpy, sys
locale.setlocale = lambda *ignored: None
import samba, samba.tests
from samba import credentials, param
from samba.tests.password_test import PasswordCommon
PasswordCommon.allow_password_changes = lambda *ignored: None
connect = samba.Ldb.connect
def sealed(self, url=None, *rest, **named):
    if url in ("ldap://127.0.0.1", "ldap://127.0.0.1:389"):
        url = "ldaps://127.0.0.1"
    return connect(self, url, *rest, **named)
samba.Ldb.connect = sealed
keep = samba.Ldb.set_credentials
def simple(self, told):
    if told.get_username() and not told.get_bind_dn():
        told.set_bind_dn(told.get_username() + "@example.test")
    return keep(self, told)
samba.Ldb.set_credentials = simple
def connect_samdb_env(url, name, password, lp=None):
    lp = lp or param.LoadParm()
    lp.load(os.environ["SMB_CONF_PATH"])
    told = credentials.Credentials()
    told.guess(lp)
    told.set_bind_dn(os.environ[name])
    told.set_password(os.environ[password])
    return samba.tests.connect_samdb(os.environ[url], credentials=told, lp=lp)
samba.tests.connect_samdb_env = connect_samdb_env
how, path, *rest = sys.argv[1:]
sys.argv = [path, *rest]
if how == "argument":
    runpy.run_path(path, run_name="__main__")
else:
    import importlib.util, unittest
    from samba.subunit.run import SubunitTestRunner
    found = importlib.util.spec_from_file_location("tests", path)
    sys.modules["tests"] = importlib.util.module_from_spec(found)
    found.loader.exec_module(sys.modules["tests"])
    if how == "imported":
        rest = []
    unittest.main("tests", argv=[path, *rest], testRunner=SubunitTestRunner)
"""
OUTCOME = re.compile(r"^(success|failure|error|skip|xfail|uxsuccess)(?:ful)?: (\S+)(?: \[)?$", re.MULTILINE)


def version():
    """The version of python3-samba, such as 4.17.12."""
    told = subprocess.run(
        [PYTHON, "-c", "import samba; print(samba.version)"], capture_output=True, text=True, check=False)
    if told.returncode:
        sys.exit("python3-samba is needed: apt-get install python3-samba")
    return re.match(r"[0-9.]+", told.stdout).group()


def run(name, sources, program, folder, arguments):
    directory, how = FILES[name]
    script = sources / directory / f"{name}.py"
    configuration = folder / "smb.conf"
    options = []
    if how != "module":
        options = [
            "127.0.0.1", "-s", configuration, f"--simple-bind-dn={ADMINISTRATOR}", f"--password={PASSWORD}",
            "--realm=EXAMPLE.TEST"]
    environment = {
        **os.environ, "SMB_CONF_PATH": str(configuration), "LC_ALL": "C.UTF-8", "PYTHONPATH": "",
        "SERVER": "127.0.0.1", "DNSNAME": "example.test", "USERNAME": "Administrator", "PASSWORD": PASSWORD,
        "TEST_SERVER": "ldap://127.0.0.1", "TEST_USERNAME": ADMINISTRATOR, "TEST_PASSWORD": PASSWORD,
        "DATA_DIR": str(sources / DSDB / "testdata")}
    log = folder / f"{name}.log"
    start = time.monotonic()
    with Server(program, folder, "--base", "DC=example,DC=test", "--no-recycle-bin"), log.open("w") as out:
        try:
            subprocess.run(
                [PYTHON, "-c", DRIVER, how, script, *options, *arguments], env=environment, cwd=folder, stdout=out,
                stderr=subprocess.STDOUT, timeout=600, check=False)
        except subprocess.TimeoutExpired:
            print(f"{name}: stopped after ten minutes")
    outcomes = OUTCOME.findall(log.read_text(errors="replace"))
    others = [(kind, test) for kind, test in outcomes if kind != "success"]
    skipped = sum(kind == "skip" for kind, _ in others)
    counts = f"{len(outcomes) - len(others)} | {len(others) - skipped} | {skipped}"
    print(f"| `{name}` | {counts} | {time.monotonic() - start:.0f} s |", flush=True)
    return [f"{name}: {kind}: {test}" for kind, test in others]


def main():
    own, arguments = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, arguments = own[:at], own[at + 1:]
    if not own:
        sys.exit(__doc__)
    sources = checkout("samba", REPOSITORY, f"samba-{version()}", [DSDB, TESTS])
    namespace()
    folder = place("samba")
    (folder / "smb.conf").write_text(CONFIGURATION.format(place=folder))
    print("| file | passed | failed | skipped | time |\n|---|---|---|---|---|", flush=True)
    failed = []
    for name in own[1:] or FILES:
        failed += run(name, sources, own[0], folder, arguments)
    print("\n" + "\n".join(failed))


if __name__ == "__main__":
    main()
