//! Clients in other languages, which the tests drive against the servers.
//!
//! Each set is installed below [`Workshop::tools`] from a list of pinned versions in
//! `tests/clients/`, once per list: a copy of the list beside the tools says what is there.

use std::fs;
use std::path::Path;

use crate::setup::Workshop;
use crate::step::Step;

/// Programs and headers that come from the system's package manager, as Debian names them.
const PACKAGES: &[&str] = &[
    "curl",
    "ldap-utils",
    "ldb-tools",
    "libldap2-dev",
    "libsasl2-dev",
    "python3-samba",
    "samba",
    "samba-ad-dc",
    "samba-ad-provision",
    "samba-common-bin",
    "samba-dsdb-modules",
    "samba-vfs-modules",
];

/// The programs among them.
const PROGRAMS: &[&str] = &["curl", "ldapsearch", "ldbsearch", "samba", "samba-tool"];

/// `curl`, `ldapsearch`, Samba's tools, its domain controller, and what the Python clients are
/// built with.
pub(super) fn packages(workshop: &Workshop) -> Result<String, String> {
    let missing = install(workshop, PACKAGES)?;
    if missing.is_empty() {
        return Ok(format!("{} and others", PROGRAMS.join(", ")));
    }
    Ok(format!("installed {}", missing.join(", ")))
}

/// What Debian's package manager asks before it starts a service that it has installed: tests
/// start their own, and a machine is to have none that was not there before.
const START_NOTHING: &str = "/usr/sbin/policy-rc.d";

fn start_nothing() -> String {
    format!("printf '#!/bin/sh\\nexit 101\\n' > {START_NOTHING} && chmod 755 {START_NOTHING}")
}

/// Installs those packages of the system that are missing, and gives their names.
fn install<'p>(workshop: &Workshop, packages: &[&'p str]) -> Result<Vec<&'p str>, String> {
    let run = |title, program: &str, arguments: &[&str]| {
        Step::new(title, Path::new(program), &workshop.root, arguments)
            .with("DEBIAN_FRONTEND", "noninteractive")
            .output()
    };
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| {
            let status = run("packages", "dpkg-query", &["-W", "-f=${Status}", package]);
            !status.is_ok_and(|status| status.contains("ok installed"))
        })
        .collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    let root = run("packages", "id", &["-u"]).is_ok_and(|id| id.trim() == "0");
    let privileged = |program: &str, arguments: &[&str]| {
        if root {
            run("packages", program, arguments)
        } else {
            run("packages", "sudo", &[&["-n", program], arguments].concat())
        }
    };
    let apt = |arguments: &[&str]| privileged("apt-get", arguments);
    apt(&["update", "-qq"])?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    let stays = Path::new(START_NOTHING).exists();
    if !stays {
        privileged("sh", &["-c", &start_nothing()])?;
    }
    let installed = apt(&[&install, missing.as_slice()].concat());
    if !stays {
        privileged("rm", &["-f", START_NOTHING])?;
    }
    installed.map(|_| missing)
}

/// Python packages in a virtual environment.
pub(super) fn python(workshop: &Workshop) -> Result<String, String> {
    let wanted = workshop.root.join("tests/clients/python/requirements.txt");
    environment(workshop, &wanted, "python")
}

/// The packages of a list in a virtual environment of a name.
fn environment(workshop: &Workshop, wanted: &Path, name: &str) -> Result<String, String> {
    let place = workshop.tools().join(name);
    installed(wanted, &place, || {
        let create = ["-m", "venv", "--clear", &text(&place)];
        Step::new("clients", Path::new("python3"), &workshop.root, &create).output()?;
        let install = [
            "install",
            "-q",
            "--disable-pip-version-check",
            "-r",
            &text(wanted),
        ];
        Step::new("clients", &place.join("bin/pip"), &workshop.root, &install).output()
    })
}

/// Node packages, exactly those of the lock file.
pub(super) fn node(workshop: &Workshop) -> Result<String, String> {
    node_packages(workshop, "node")
}

/// Chromium where it is found, else from the system's package manager; and what drives it.
pub(super) fn browser(workshop: &Workshop) -> Result<String, String> {
    let known = std::env::var("CHROMIUM").into_iter();
    let names = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    let names: Vec<String> = known.chain(names.map(str::to_owned)).collect();
    let find = || names.iter().find(|name| Path::new(name).exists());
    if find().is_none() {
        // Pictures are compared, so they are taken with these fonts.
        install(workshop, &["chromium", "fonts-dejavu-core"])?;
    }
    let chromium = find().ok_or("no Chromium is found; CHROMIUM can name one")?;
    node_packages(workshop, "browser")?;
    let told = workshop.tools().join("browser/chromium");
    fs::write(&told, chromium).map_err(|error| format!("{}: {error}", text(&told)))?;
    Ok(chromium.clone())
}

fn node_packages(workshop: &Workshop, name: &str) -> Result<String, String> {
    let list = workshop.root.join("tests/clients").join(name);
    let wanted = list.join("package-lock.json");
    let place = workshop.tools().join(name);
    installed(&wanted, &place, || {
        fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(list.join(name), place.join(name)).map_err(|error| error.to_string())?;
        }
        let install = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        Step::new("clients", Path::new("npm"), &place, &install).output()
    })
}

/// The stories of Rust clients, a workspace of their own, built beside the others.
pub(super) fn rust(workshop: &Workshop) -> Result<String, String> {
    let manifest = workshop.root.join("tests/clients/rust/Cargo.toml");
    let place = workshop.tools().join("rust");
    let (manifest, place) = (text(&manifest), text(&place));
    let build = ["build", "--quiet", "--locked", "--manifest-path", &manifest];
    let build = [&build[..], &["--target-dir", &place]].concat();
    workshop.cargo("clients", &build).output()?;
    Ok("as locked".to_owned())
}

/// The Azure CLI: some 700 MB, and so only where heavy clients are asked for.
pub(super) fn azure_cli(workshop: &Workshop) -> Result<String, String> {
    let wanted = workshop
        .root
        .join("tests/clients/python/requirements-azure-cli.txt");
    environment(workshop, &wanted, "azure-cli")
}

/// The CLI for Microsoft 365: some 170 MB, and so only where heavy clients are asked for.
pub(super) fn microsoft_365_cli(workshop: &Workshop) -> Result<String, String> {
    node_packages(workshop, "m365")
}

/// Installs unless exactly this list was installed before.
fn installed(
    wanted: &Path,
    place: &Path,
    install: impl FnOnce() -> Result<String, String>,
) -> Result<String, String> {
    let list = fs::read_to_string(wanted).map_err(|error| format!("{}: {error}", text(wanted)))?;
    let stamp = place.join("installed-list");
    if fs::read_to_string(&stamp).is_ok_and(|known| known == list) {
        return Ok("as listed".to_owned());
    }
    install()?;
    fs::write(&stamp, &list).map_err(|error| format!("{}: {error}", text(&stamp)))?;
    Ok("installed anew".to_owned())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
