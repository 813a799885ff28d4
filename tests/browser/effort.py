"""Count what a task costs a person: clicks and keys."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page


@dataclass
class Effort:
    """A person at a page. Letters and other keys count one each; waiting and reading cost nothing."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def choose(self, target: Locator, value: str) -> None:
        """Open a list of choices with a click, and take one of them with another."""
        self.clicks += 2
        target.select_option(value)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    @property
    def spent(self) -> tuple[int, int]:
        """Clicks and keys."""
        return self.clicks, self.keys
