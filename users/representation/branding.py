"""How pages and emails for users look: name, logo, accent color and links of an application, or of the
installation."""

from __future__ import annotations

from dataclasses import dataclass

from users.conf import conf
from users.models import Client
from users.representation.accent import Accent, derive_accent


@dataclass(frozen=True)
class Brand:
    """`name` is that of the installation, `logo` a data URL; empty without one. `accent` is None for that of
    Profiledesk."""

    name: str
    logo: str
    accent: Accent | None
    terms_url: str
    privacy_url: str


def find_brand(client: Client | None = None) -> Brand:
    """Return the brand of an application; what it leaves open is that of the installation."""
    branding = client.branding if client else {}
    return Brand(
        name=conf.brand_name,
        logo=str(branding.get("logo") or "") or conf.brand_logo,
        accent=derive_accent(str(branding.get("accent_color", ""))) or derive_accent(conf.brand_accent),
        terms_url=_web_page(branding.get("terms_url")) or conf.terms_url,
        privacy_url=_web_page(branding.get("privacy_url")) or conf.privacy_url,
    )


def _web_page(url: object) -> str:
    """The URL if a browser may follow it: an older version may have stored others."""
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""
