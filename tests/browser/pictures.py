"""Take a picture of every page: English and Chinese, light and dark, wide and narrow.

Run ``python -m tests.browser.pictures FOLDER`` and look at them. Each page is taken from a real service in a browser of
its own, in the states in which a person meets it: empty, with an error, signed in, refused.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from hardtack.site.routes import ROUTES
from tests.browser.chromium import executable

PASSWORD = "correct horse battery 订书机"
BELOW = ("/account/", "/admin")
WIDTHS = {"wide": 1000, "narrow": 360}
CHROMIUM = {"executable_path": executable(), "args": ["--no-sandbox", "--disable-gpu", "--no-first-run"]}


@contextmanager
def service(folder: Path) -> Iterator[tuple[str, str]]:
    """Run the service; yield its address and the first administrator's link."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hardtack", "serve", "--port", "0", "--data", str(folder / "data")], stderr=output
        )
    try:
        found = None
        while not found and process.poll() is None:
            time.sleep(0.1)
            found = re.search(r"(http://localhost:\d+)(/welcome\?code=\S+)", log.read_text())
        assert found, log.read_text()
        yield found[1], found[1] + found[2]
    finally:
        process.terminate()
        process.wait(timeout=30)


def fill(page: Page, name: str, password: str) -> None:
    """Fill in the form on the page and send it."""
    page.locator("main input[name=username]").fill(name)
    page.locator("main input[name=password]").first.fill(password)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()


def oathtool(secret: str) -> str:
    """Return the present code of an authenticator app."""
    command = ["oathtool", "--totp", "--base32", secret]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def take(browser: Browser, url: str, link: str, folder: Path, language: str) -> None:
    """Go the whole way once in *language* and take every page in both schemes and widths."""
    context = browser.new_context(locale={"en": "en-GB", "zh": "zh-CN"}[language])
    page = context.new_page()

    def shoot(name: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width, pixels in WIDTHS.items():
                page.set_viewport_size({"width": pixels, "height": 640})
                page.screenshot(path=folder / f"{name}-{language}-{scheme}-{width}.png", full_page=True)

    def visit(name: str, path: str) -> None:
        page.goto(url + path)
        shoot(name)

    visit("first-start", "/")
    page.goto(link)
    shoot("welcome")
    fill(page, f"admin-{language}", "short")
    shoot("welcome-error")
    page.goto(link)
    fill(page, f"admin-{language}", PASSWORD)
    page.wait_for_url(re.compile("/account"))
    shoot("account")
    visit("sessions", "/account/sessions")
    visit("confirm", "/account/confirm?next=/account")
    page.locator("main input[name=password]").fill("not the password")
    page.locator("main form:has(input[name=password]) button[type=submit]").click()
    shoot("confirm-wrong")
    for below in ("password", "export", "close"):
        visit(f"account-{below}", f"/account/{below}")
    for path in sorted(path for path, route in ROUTES.items() if "GET" in route.pages and path.startswith(BELOW)):
        visit(path.strip("/").replace("/", "-"), f"{path}?id=1" if path == "/admin/account" else path)
    visit("admin-audit-error", "/admin/audit?since=29.11.2026")
    page.goto(f"{url}/admin/account?id=1")
    page.locator("main input[name=roles]").fill("editor quartermaster")
    page.locator("main form:has(input[name=roles]) button").click()
    page.wait_for_url(re.compile("done=roles"))
    shoot("admin-account-done")
    tokens = page.locator("main form:has(input[name=label])")
    page.goto(f"{url}/account/tokens")
    tokens.locator("input[name=label]").fill("build server")
    tokens.locator("button").click()
    shoot("account-tokens-error")
    tokens.locator("input[type=checkbox]").first.check()
    tokens.locator("button").click()
    shoot("account-tokens-made")
    page.goto(f"{url}/account/two-factor")
    page.locator("main form:has(input[value=set-up]) button").click()
    page.wait_for_selector(".qr svg")
    shoot("two-factor-set-up")
    secret = page.locator(".secret code").inner_text()
    page.locator("main input[name=code]").fill("12345")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code-error")
    shoot("two-factor-error")
    page.locator("main input[name=code]").fill(oathtool(secret))
    page.keyboard.press("Enter")
    page.wait_for_selector(".recovery-codes")
    shoot("two-factor-codes")
    visit("two-factor-added", "/account/two-factor?done=added")
    page.locator("main form:has(input[value=remove]) input[type=password]").fill(PASSWORD)
    page.locator("main form:has(input[value=remove]) button.danger").click()
    page.wait_for_url(re.compile("done=removed"))
    shoot("two-factor-removed")
    page.goto(f"{url}/account/password")
    fields = page.locator("main form:has(input[name=new_password])")
    fields.locator("input[name=password]").fill(PASSWORD)
    fields.locator("input[name=new_password]").fill("passwordpassword1")
    fields.locator("button[type=submit]").click()
    shoot("account-password-error")
    visit("home-signed-in", "/")
    visit("sign-in-signed-in", "/sign-in")
    page.goto(link)
    shoot("welcome-gone")
    page.goto(f"{url}/account")
    page.locator("form[action$='/sign-out'] button").first.click()
    shoot("signed-out")
    visit("home", "/")
    visit("sign-up", "/sign-up")
    fill(page, f"admin-{language}", "short")
    shoot("sign-up-error")
    visit("sign-in", "/sign-in?next=/account")
    fill(page, f"admin-{language}", "not the password")
    shoot("sign-in-wrong")
    visit("forgot", "/forgot")
    page.locator("main input[name=email]").fill("somebody@example.org")
    page.locator("main form button[type=submit]").click()
    shoot("forgot-sent")
    visit("reset-too-late", "/reset?code=x")
    visit("release", "/release")
    page.locator("main input[name=username]").fill(f"admin-{language}")
    page.locator("main button[type=submit]").click()
    shoot("release-sent")
    identity = {"name": f"hardtack-{url.rpartition(':')[2]}", "value": "A" * 160, "url": url}
    context.add_cookies([identity])  # type: ignore[list-item]
    visit("sign-in-forged", "/account")
    visit("not-found", "/no/such/page")
    visit("method-not-allowed", "/sign-out")
    context.close()


def main(folder: Path) -> None:
    """Take all pictures into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        for language in ("en", "zh"):
            with tempfile.TemporaryDirectory() as data, service(Path(data)) as (url, link):
                take(browser, url, link, folder, language)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
