"""Certificates made at test time with the `openssl` command line: a private authority, and servers good and bad."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

EXTENSIONS = """
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = {usage}
{names}
"""

# The system's own configuration adds extensions that would stand there twice.
CONFIGURATION = """
[req]
distinguished_name = nothing
[nothing]
[ca]
default_ca = here
[here]
new_certs_dir = .
database = index.txt
unique_subject = no
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = optional
"""

# What can be wrong with a server's certificate. Each is refused by a client that looks.
REFUSED = ("wrong-host", "expired", "not-yet-valid", "self-signed", "unknown-authority", "common-name-only",
           "client-only")


@dataclass(frozen=True)
class Certificate:
    """What a server shows, and what its client should trust."""

    chain_file: Path
    key_file: Path
    ca_file: Path


def _openssl(*arguments: str | Path, folder: Path) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")


def _make_key(path: Path) -> None:
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path, folder=path.parent)


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder: Path, name: str = "Test Authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.ca_file = folder / "ca.pem"
        self._key = folder / "ca.key"
        self._config = folder / "openssl.cnf"
        self._config.write_text(CONFIGURATION, encoding="utf-8")
        (folder / "index.txt").write_text("", encoding="utf-8")
        self._self_sign(self._key, self.ca_file, f"/CN={name}", "basicConstraints=critical,CA:TRUE",
                        "keyUsage=critical,keyCertSign,cRLSign")

    def _self_sign(self, key: Path, certificate: Path, subject: str, *extensions: str) -> None:
        _make_key(key)
        added = [word for extension in extensions for word in ("-addext", extension)]
        _openssl("req", "-x509", "-new", "-config", self._config, "-key", key, "-out", certificate, "-days", "2",
                 "-subj", subject, *added, folder=self.folder)

    def self_signed(self) -> Certificate:
        """A server's certificate that nobody has signed but itself, beside an authority that has not."""
        key, chain = self.folder / "self.key", self.folder / "self.pem"
        self._self_sign(key, chain, "/CN=127.0.0.1", "subjectAltName=IP:127.0.0.1")
        return Certificate(chain, key, self.ca_file)

    def issue(self, name: str, *, subject: str = "/CN=carrier",
              names: str = "subjectAltName = IP:127.0.0.1, IP:::1, DNS:localhost", usage: str = "serverAuth",
              start: str = "20200101000000Z", end: str = "20491231235959Z") -> Certificate:
        """A certificate for a server. `x509` cannot set the first day of validity; `ca` can."""
        key, request, chain = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        _make_key(key)
        _openssl("req", "-new", "-config", self._config, "-key", key, "-out", request, "-subj", subject,
                 folder=self.folder)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(EXTENSIONS.format(usage=usage, names=names), encoding="utf-8")
        _openssl("ca", "-batch", "-config", self._config, "-in", request, "-out", chain, "-cert", self.ca_file,
                 "-keyfile", self._key, "-startdate", start, "-enddate", end, "-extfile", extensions, "-notext",
                 folder=self.folder)
        return Certificate(chain, key, self.ca_file)


def make_good(folder: Path) -> Certificate:
    """One that every client accepts that trusts its authority."""
    return Authority(folder).issue("good")


def make_refused(folder: Path, fault: str) -> Certificate:
    """One of `REFUSED`: the client trusts `ca_file`, and must still not talk to that server."""
    authority = Authority(folder)
    if fault == "wrong-host":
        return authority.issue(fault, names="subjectAltName = DNS:carrier.example, IP:127.0.0.2")
    if fault == "expired":
        return authority.issue(fault, start="20200101000000Z", end="20200102000000Z")
    if fault == "not-yet-valid":
        return authority.issue(fault, start="20480101000000Z", end="20491231235959Z")
    if fault == "common-name-only":
        return authority.issue(fault, subject="/CN=127.0.0.1", names="")
    if fault == "client-only":
        return authority.issue(fault, usage="clientAuth")
    if fault == "unknown-authority":
        stranger = Authority(folder / "stranger", name="Another Authority").issue(fault)
        return Certificate(stranger.chain_file, stranger.key_file, authority.ca_file)
    if fault == "self-signed":
        return authority.self_signed()
    raise ValueError(f"no such fault: {fault}")
