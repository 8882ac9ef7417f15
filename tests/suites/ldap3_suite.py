"""Runs the tests of python ldap3 in their Active Directory mode against mock-ad: score and every failure.

    cargo xtask suite ldap3 [ARGUMENT OF pytest ...]

fetches the client with its tests from its repository, and what they need from PyPI.
"""
import os
import subprocess
import sys

from apart import ADMINISTRATOR, PASSWORD, Server, checkout, environment, namespace, place

REPOSITORY = "https://github.com/cannatag/ldap3"
COMMIT = "e023c0baea4458bbe8bec1fddb1fe135d3812cf7"
PACKAGES = ["pytest==8.4.2", "pytest-timeout==2.4.0", "pyasn1==0.6.1", "pycryptodomex==3.23.0"]
FIXTURES = f"""\
dn: OU=test,DC=example,DC=test
objectClass: organizationalUnit

dn: OU=moved,OU=test,DC=example,DC=test
objectClass: organizationalUnit

dn: CN=testLAB,CN=Users,DC=example,DC=test
objectClass: user
sAMAccountName: testLAB
userAccountControl: 512
"""
# The tests' own configuration knows the machines of its author, by their names; this is one more.
SECOND = "EXAMPLE\\testLAB"
LOCATION = {
    "test_server": "127.0.0.1", "test_server_type": "AD", "test_domain_name": "example.test",
    "test_root_partition": "DC=example,DC=test", "test_base": "OU=test,DC=example,DC=test",
    "test_moved": "OU=moved,OU=test,DC=example,DC=test", "test_name_attr": "cn", "test_int_attr": "logonCount",
    "test_multivalued_attribute": "carLicense", "test_singlevalued_attribute": "street", "test_server_context": "",
    "test_server_edir_name": "", "test_user": ADMINISTRATOR, "test_password": PASSWORD, "test_secondary_user": SECOND,
    "test_secondary_password": PASSWORD, "test_sasl_user": "EXAMPLE\\testLAB", "test_sasl_password": PASSWORD,
    "test_sasl_user_dn": SECOND, "test_sasl_secondary_user": SECOND, "test_sasl_secondary_password": PASSWORD,
    "test_sasl_secondary_user_dn": SECOND, "test_sasl_realm": None, "test_user_cert_file": "",
    "test_user_key_file": "", "test_ntlm_user": "EXAMPLE\\Administrator", "test_ntlm_password": PASSWORD,
    "test_logging_filename": "ldap3.log", "test_valid_names": ["127.0.0.1", "localhost"],
}


def configure(sources, ca_file):
    told = {**LOCATION, "test_ca_cert_file": ca_file}
    git = ["git", "-C", sources, "show", "HEAD:test/config.py"]
    lines = subprocess.run(git, capture_output=True, text=True, check=True).stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if "testing location" in line)
    lines[at:at + 1] = ["    pass", *(f"{name} = {value!r}" for name, value in told.items())]
    (sources / "test/config.py").write_text("\n".join(lines) + "\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = place("ldap3")
    sources = checkout("ldap3", REPOSITORY, COMMIT)
    python = environment("ldap3", PACKAGES)
    namespace()
    (folder / "fixtures.ldif").write_text(FIXTURES)
    options = [
        "--base", "DC=example,DC=test", "--load", folder / "fixtures.ldif", "--user-password", PASSWORD]
    with Server(sys.argv[1], folder, *options) as server:
        configure(sources, server.told["ca_file"])
        tests = [
            python, "-m", "pytest", "-q", "-rfE", "--tb=line", "--timeout=15", "-p", "no:cacheprovider", "-o",
            "python_files=test*.py", "test", *sys.argv[2:]]
        told = {**os.environ, "USERDOMAIN": "MOCK", "SERVER": "AD", "STRATEGY": "SYNC"}
        ended = subprocess.run(tests, cwd=sources, env=told, check=False)
    sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
