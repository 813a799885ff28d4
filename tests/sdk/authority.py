"""A certificate authority that lives as long as a test run, since the SDKs speak https alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "127.0.0.1"
# Two sites, which ports of one address are not: the server and an application elsewhere, as Chromium resolves
# them in the browser tests.
DESK, SHOP = "desk.test", "shop.test"
_HOST_NAMES = [x509.DNSName(name) for name in ("localhost", DESK, SHOP)]
_NAMES = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST)), *_HOST_NAMES])
_SIGNS = {"key_cert_sign": True, "crl_sign": True, "digital_signature": False}
_SERVES = {"key_cert_sign": False, "crl_sign": False, "digital_signature": True}


@dataclass(frozen=True)
class Authority:
    """PEM files: whom clients must trust, and what the server shows and keeps."""

    trusted: Path
    certificate: Path
    key: Path


def make_authority(folder: Path) -> Authority:
    """An authority and a certificate of its own for this machine, good for a day."""
    authority = Authority(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _about("Tests", root_key.public_key(), issuer="Tests", usage=_SIGNS).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    server = (
        _about(HOST, key.public_key(), issuer="Tests", usage=_SERVES)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_NAMES, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
    )
    authority.trusted.write_bytes(_signed(root, root_key))
    authority.certificate.write_bytes(_signed(server, root_key))
    authority.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return authority


def _about(
    subject: str, key: ec.EllipticCurvePublicKey, *, issuer: str, usage: dict[str, bool]
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    no_other = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.KeyUsage(**usage, **no_other, encipher_only=False, decipher_only=False), critical=True
        )
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(about: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return about.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
